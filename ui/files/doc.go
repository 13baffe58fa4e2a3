// Package files lets a person choose a file of this machine.
//
//	pane := files.New(hooks, files.Actions{Read: read, Open: play, Close: dismiss})
//	pane.Enter("/home/ada/Videos")
//
// The pane touches no disk: it asks Actions.Read for a folder, which answers later with Show or Fail on
// Fyne's main goroutine, where the pane lives. Read is what a goroutine calls for the answer. A folder
// on a disk that sleeps, or on a network that is gone, makes the pane wait and nothing else.
package files
