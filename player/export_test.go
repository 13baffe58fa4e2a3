package player

// DecodeLate returns a configuration with which no picture is passed over for being late, so that a test can compare
// all of them on a busy machine.
func DecodeLate(c Config) Config {
	c.decodeLate = true
	return c
}
