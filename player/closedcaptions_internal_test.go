package player

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/player/caption"
)

// TestScreensAreBounded adds screens of more text than line 21 can carry, forwards and then from
// the start again: the newest is always kept.
func TestScreensAreBounded(t *testing.T) {
	t.Parallel()
	c := newClosedCaptions(caption.CC1)
	screen := func(i int) captionScreen {
		return captionScreen{start: time.Duration(i) * time.Second, cues: []caption.Cue{{Lines: [][]caption.Span{{{Text: strings.Repeat("a", 16<<10)}}}}}}
	}
	for _, from := range []int{0, -1000} {
		for i := from; i < from+1000; i++ {
			c.add(screen(i))
			require.LessOrEqual(t, c.bytes, maxScreenMemory)
			require.Len(t, c.at(time.Duration(i)*time.Second), 1, "screen %d", i)
		}
	}
	kept := 0
	for _, s := range c.screens {
		kept += s.size()
	}
	assert.Equal(t, kept, c.bytes)
}
