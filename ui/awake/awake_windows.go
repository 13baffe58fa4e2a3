package awake

import (
	"errors"
	"runtime"

	"golang.org/x/sys/windows"
)

// The flags of SetThreadExecutionState.
const (
	esContinuous      = 0x80000000
	esSystemRequired  = 0x00000001
	esDisplayRequired = 0x00000002
)

var setThreadExecutionState = windows.NewLazySystemDLL("kernel32.dll").NewProc("SetThreadExecutionState")

// keepOn holds a thread in the state that keeps the display on: it is the thread's, and ends with
// it.
func keepOn() (func(), error) {
	asked, release, released := make(chan bool), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(released)
		runtime.LockOSThread() // never unlocked: the thread ends with the goroutine
		before, _, _ := setThreadExecutionState.Call(esContinuous | esSystemRequired | esDisplayRequired)
		asked <- before != 0
		<-release
		_, _, _ = setThreadExecutionState.Call(esContinuous)
	}()
	if !<-asked {
		close(release)
		<-released
		return nil, errors.New("SetThreadExecutionState was refused")
	}
	return func() {
		close(release)
		<-released
	}, nil
}
