package ui

import "fyne.io/fyne/v2"

// runLoop runs Fyne's loop until the application quits.
//
// Fyne 2.8 queues the function that saves its preferences for the loop that is just ending. If the goroutine of that
// queue hands it over before the loop is marked as ended, nobody takes it, and Run waits for ever. So the function is
// taken out of the queue's sight, and called once the loop has ended.
func runLoop(a fyne.App) {
	if stopped := takeStopHook(a); stopped != nil {
		defer stopped()
	}
	a.Run()
}

// takeStopHook returns what Fyne runs when it stops, nil if that is nothing, and has Fyne forget it.
func takeStopHook(a fyne.App) func() {
	lifecycle, ok := a.Lifecycle().(interface {
		OnStopped() func()
		SetOnStoppedHookExecuted(hook func())
	})
	if !ok {
		return nil
	}
	stopped := lifecycle.OnStopped()
	lifecycle.SetOnStoppedHookExecuted(nil)
	return stopped
}
