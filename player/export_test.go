package player

import "time"

// DecodeLate returns a configuration with which no picture is passed over for being late, so that a test can compare
// all of them on a busy machine.
func DecodeLate(c Config) Config {
	c.decodeLate = true
	return c
}

// RunLength returns a configuration in which a run of fragmented MP4 lasts that long.
func RunLength(c Config, length time.Duration) Config {
	c.runLength = length
	return c
}
