package libav

import (
	"os"
	"testing"

	"latchkey/player/mediatest"
)

func TestMain(m *testing.M) { os.Exit(mediatest.Run(m)) }
