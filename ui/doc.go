// Package ui is Latchkey's window: where a person signs in, picks a title or opens an address, and
// watches.
//
//	changes := new(ui.Changes)
//	engine, err := player.New(player.Config{OnChange: changes.Notify})
//	...
//	err = ui.Run(ctx, ui.Options{Engine: engine, Changes: changes, Account: account, Services: services})
//
// A Service is something to sign in to, with its titles; what it plays is played with its sign-in. What a person opens by its address is
// the Account's. Links and profiles from outside come by Options.Incoming, and are shown before anything of them happens.
//
// Data flows in a ring. The engine says that something is new (Changes), the next tick of the window
// takes one Snapshot and shows what differs from the one before. What a person does becomes a command
// for the engine, carried by a goroutine of its own, so that the window never waits for it. Pictures
// come the same way: each tick asks Engine.NextFrame and gives what is new to the view.
//
//	Engine ─ notify ─▶ Changes ─▶ tick (60 Hz) ─ Snapshot ─▶ apply ─▶ widgets
//	Engine ◀─ command ─ commands (goroutine) ◀─ actions ◀─ keys, pointer
//	goroutines (sign-in, catalogue, posters) ─▶ dispatcher ─ fyne.Do ─▶ widgets
//
// All widgets live on Fyne's main goroutine. The dispatcher is the one place that calls fyne.Do, and it
// has at most one call under way. Every goroutine is started by the group of goroutine.go, and Run
// returns after all of them.
package ui
