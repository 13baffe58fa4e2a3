package player

import "latchkey/player/libav"

// DefaultMemoryLimit is Config.MemoryLimit when that is 0.
const DefaultMemoryLimit = libav.DefaultMemoryLimit
