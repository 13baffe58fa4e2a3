// Package theme holds the look of the window: its colours, its sizes, and the Fyne theme made of them.
//
//	fyne.CurrentApp().Settings().SetTheme(theme.New())
//	title := theme.Text("Catalogue", theme.SizeTitle, theme.Foreground)
//
// The look is dark, whatever the desktop's is, since what surrounds a picture should not outshine it.
// Colours and sizes are constants of the program and may be read from everywhere; texts are widgets
// and belong to the main goroutine.
package theme
