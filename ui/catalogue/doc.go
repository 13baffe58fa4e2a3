// Package catalogue shows what a service has to watch: rows of cards with poster, name and length, and a search through them.
//
//	view := catalogue.New(hooks, catalogue.Actions{Open: play, Retry: load, Poster: fetch, Mark: mark})
//	view.ShowTitles(titles, locked)
//	view.SetPoster("id-1", image)
//	view.Search("night")
//
// What can be seen has widgets, and nothing else has: a plan says where each card stands, and scrolling makes and drops them. Posters are
// asked for (Actions.Poster) when their card comes into sight, and kept in bounded memory.
//
// The view loads nothing by itself. A Source is asked by the window in goroutines, and what comes back is given to the view on the main
// goroutine of Fyne, where all of it lives.
package catalogue
