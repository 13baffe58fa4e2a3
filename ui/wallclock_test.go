package ui

import (
	"syscall"
	"time"
)

// wallClock returns the time that really passes, which inside a bubble of testing/synctest is not what
// the package time says.
func wallClock() time.Duration {
	var tv syscall.Timeval
	if err := syscall.Gettimeofday(&tv); err != nil {
		panic(err)
	}
	return time.Duration(tv.Nano())
}
