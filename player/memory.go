package player

import (
	"errors"

	"latchkey/player/libav"
)

// DefaultMemoryLimit is Config.MemoryLimit when that is 0.
const DefaultMemoryLimit = libav.DefaultMemoryLimit

// beyondLimits says whether an error is of a resource that is outside of what is played, so that no packet is passed
// over and the resource fails.
func beyondLimits(err error) bool {
	var sound *libav.SoundError
	return errors.Is(err, libav.ErrMemory) || errors.As(err, &sound)
}
