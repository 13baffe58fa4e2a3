package field

import (
	"os"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/network"
	"latchkey/player"
	"latchkey/player/mediatest"
)

func TestMain(m *testing.M) { os.Exit(mediatest.Run(m)) }

// row is one stream or server, and what playing it must give.
type row struct {
	name string
	// files returns the folder that the origin serves; plain when nil.
	files func(t *testing.T) string
	// script changes how the origin answers; nil serves the files as they are.
	script func(t *testing.T, o *origin)
	// open is the path that is opened, "/index.m3u8" when empty.
	open string
	// configuration is the network configuration; the default when nil.
	configuration func() *network.Configuration
	// config changes how it is played; nil plays as fast as it decodes.
	config func(c *player.Config)
	// from is where it begins.
	from time.Duration
	// watch plays what was prepared; nil plays to the end.
	watch func(t *testing.T, v *viewer)
	// check looks at what came out.
	check func(t *testing.T, got played)
}

// table is every row of the package, by the files that hold them.
func table() []row {
	return slices.Concat(answers(), addresses(), before(), renditions(), tolerated(), over(), cached(), tracks())
}

func TestField(t *testing.T) {
	t.Parallel()
	names := make(map[string]bool)
	for _, r := range table() {
		if names[r.name] {
			t.Errorf("two rows are named %q", r.name)
		}
		names[r.name] = true
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			origin := newOrigin(t, r)
			r.check(t, play(t, r, origin))
		})
	}
}

// TestOthersNamesTheRows holds that others.txt, which TestOthers writes, has each row.
func TestOthersNamesTheRows(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("others.txt")
	require.NoError(t, err)
	for _, r := range table() {
		assert.Contains(t, string(text), "\n"+r.name+" ")
	}
}
