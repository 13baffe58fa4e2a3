package player_test

import (
	"os"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/network"
	"latchkey/network/networktest"
	"latchkey/player"
	"latchkey/player/abr"
)

// TestAHopelessSegmentIsGivenUp begins with the highest variant, of which a segment comes too slowly, or not to its end: it is taken from a
// lower one, and each picture is shown once.
func TestAHopelessSegmentIsGivenUp(t *testing.T) {
	t.Parallel()
	hangs := func(size int64) networktest.Effect { return networktest.HangInBody(size / 2) }
	drips := func(size int64) networktest.Effect { return networktest.Drip(size / 40) }
	for name, c := range map[string]struct {
		fragmented, encrypted bool
		segment               int
		effect                func(size int64) networktest.Effect
	}{
		"ts":                         {segment: 2, effect: drips},
		"ts that hangs at the start": {effect: hangs},
		"ts AES-128":                 {segment: 2, effect: drips, encrypted: true},
		"fmp4 that hangs":            {segment: 2, effect: hangs, fragmented: true},
		"fmp4 at the start":          {effect: drips, fragmented: true},
		"fmp4 AES-128":               {segment: 2, effect: hangs, fragmented: true, encrypted: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stream := makeRungs(t, c.fragmented, 160, 320, 480)
			origin := newOrigin(t, networktest.Options{FS: os.DirFS(stream.folder),
				Encryption: networktest.Encryption{On: c.encrypted, RotateEvery: 1, ExplicitIV: true}})
			slow := "/c/" + stream.segments(t, "c")[c.segment]
			info, err := os.Stat(stream.folder + slow)
			require.NoError(t, err)
			origin.Inject(networktest.Fault{Path: slow, Effect: c.effect(info.Size())})
			end, got := stream.watch(t, origin, player.Config{Bandwidth: 50_000_000})
			stream.assertWhole(t, got)
			var asked []string
			for _, r := range origin.Requests(network.ClassSegment) {
				asked = append(asked, r.Path)
			}
			assert.Contains(t, asked, slow)
			assert.Contains(t, asked, "/a/"+stream.segments(t, "a")[c.segment])
			assert.Contains(t, end.Path, 0)
		})
	}
}

// TestAChoiceIsSeenSoon chooses the highest variant when all that is buffered is of the lowest: what is not played yet is loaded again, and
// each picture is shown once.
func TestAChoiceIsSeenSoon(t *testing.T) {
	t.Parallel()
	for name, fragmented := range map[string]bool{"ts": false, "fmp4": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stream := makeRungs(t, fragmented, 160, 320)
			origin := newOrigin(t, networktest.Options{FS: os.DirFS(stream.folder)})
			// The last segment is held back, so that the stream is not loaded to its end before the choice.
			last := stream.segments(t, "a")
			release := make(chan struct{})
			origin.Inject(networktest.Fault{Path: "/a/" + last[len(last)-1], Effect: networktest.Hold(release)})
			var chosen time.Duration
			end, got := stream.watchAnd(t, origin, player.Config{ABR: abr.Controls{MaxBitrate: 500_000}}, func(s *screen) {
				s.until("all but the last is there", func(now player.Snapshot) bool {
					return len(now.Buffered) > 0 && now.Buffered[0].End >= (rungFrames-26)*40*time.Millisecond
				})
				chosen = s.player.Snapshot().Position
				require.NoError(t, s.player.SelectVariant(1))
				close(release)
			})
			stream.assertWhole(t, got)
			assert.Equal(t, []int{0, 1}, end.Path)
			first := slices.IndexFunc(got, func(l line) bool { return stream.frames[1][l.pts.Round(time.Millisecond)] == l.md5 })
			require.GreaterOrEqual(t, first, 0)
			assert.Less(t, got[first].pts, chosen+5*time.Second, "a segment more than what is kept")
		})
	}
}
