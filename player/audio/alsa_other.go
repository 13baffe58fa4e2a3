//go:build !linux

package audio

// beforeOpen does nothing where oto does not use ALSA.
func beforeOpen() error { return nil }
