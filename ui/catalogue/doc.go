// Package catalogue shows what a service has to watch: a grid of cards with poster, name and length.
//
//	view := catalogue.New(hooks, catalogue.Actions{Open: play, Retry: load})
//	view.Show(titles)
//	view.SetPoster("id-1", image)
//
// The view loads nothing by itself. A Source is asked by the window in a goroutine of its own, and what
// comes back is given to the view on the main goroutine of Fyne, where all of it lives.
package catalogue
