package main

import (
	"fmt"
	"os"
	"sync"
	"testing"

	"latchkey/player"
	"latchkey/player/frame"
)

// hangVariable makes the test binary the program, with a decoder that never comes back.
const hangVariable = "LATCHKEY_TEST_HANGS"

func TestMain(m *testing.M) {
	if os.Getenv(hangVariable) != "" {
		newPlayer = hangingPlayer
		main() // ends the process
	}
	os.Exit(m.Run())
}

// hangingPlayer makes a player whose decoder stays with its first picture for good, as C code does
// that does not come back.
func hangingPlayer(config player.Config) (*player.Player, error) {
	var once sync.Once
	config.VideoTap = func(*frame.Video) {
		once.Do(func() { fmt.Fprintln(os.Stderr, "the decoder hangs") })
		select {}
	}
	return player.New(config)
}
