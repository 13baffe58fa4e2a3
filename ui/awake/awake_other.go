//go:build !linux && !windows && !darwin

package awake

import (
	"errors"
	"runtime"
)

// keepOn knows no way here.
func keepOn() (func(), error) {
	return nil, errors.New("no way to keep the screen on with " + runtime.GOOS)
}
