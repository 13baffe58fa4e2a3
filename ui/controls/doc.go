// Package controls holds the widgets that the window is made of: buttons, the seek bar, the volume
// slider, the bar that carries them over the picture, the toast, the spinner.
//
//	bar := controls.NewBar(controls.Hooks{Activity: wake, Key: typed}, controls.Actions{Seek: seek, ...})
//	bar.Update(controls.State{Position: 3 * time.Second, Duration: time.Minute, Playing: true})
//
// Data flows one way: the window gives a value (State) to Update, which repaints what differs from the
// value before and nothing else, and a person's actions come back through functions (Actions). The
// widgets know no player. Numbers that need thought (where a time lies on the bar, what a click means)
// are pure functions in timeline.go.
//
// Everything here belongs to the main goroutine of Fyne.
package controls
