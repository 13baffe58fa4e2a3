// Package signin holds the pane in which a person signs in: with the service's page in the system's
// browser, or with cookie pairs that the service gave them.
//
//	pane := signin.New(hooks, signin.Actions{Browser: open, Pairs: use, Close: dismiss}, signin.Ways{Browser: true})
//	pane.Ask("Sign in to keep watching", "keys.example.com wants to know who you are.")
//
// The pane holds a secret while it is typed and never gives it to anything but Actions.Pairs: the field
// shows dots, cannot be made to show more, and is emptied when the pairs are taken or the pane closes.
//
// It belongs to the main goroutine of Fyne.
package signin
