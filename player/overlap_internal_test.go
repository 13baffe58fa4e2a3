package player

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/player/audio"
	"latchkey/player/mediatest"
)

// TestSoundBeforeTheFirstPictureOfAPart plays two parts with a discontinuity between them. The
// sound of the second begins before its first picture, and before that of the first ends: the sink
// gets all of it.
func TestSoundBeforeTheFirstPictureOfAPart(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	list := "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:1\n"
	var parts []string
	for i, tone := range []int{440, 1100} {
		part := filepath.Join(folder, fmt.Sprintf("%d.ts", i))
		mediatest.FFmpeg(t, "-f", "lavfi", "-i", "testsrc2=s=160x90:r=25:d=1", "-f", "lavfi", "-i", fmt.Sprintf("sine=f=%d:r=48000:d=1", tone),
			"-c:v", "libx264", "-preset", "ultrafast", "-bf", "0", "-pix_fmt", "yuv420p", "-c:a", "aac", "-ac", "2", part)
		parts = append(parts, part)
		if i > 0 {
			list += "#EXT-X-DISCONTINUITY\n"
		}
		list += fmt.Sprintf("#EXTINF:1,\n%d.ts\n", i)
	}
	path := filepath.Join(folder, "list.m3u8")
	require.NoError(t, os.WriteFile(path, []byte(list+"#EXT-X-ENDLIST\n"), 0o600))
	picture := mediatest.FrameMD5(t, parts[1], mediatest.Video)[0].PTS
	require.Less(t, mediatest.FrameMD5(t, parts[1], mediatest.Audio)[0].PTS, picture, "the sound begins first")

	var samples []float32
	resource, err := NewMediaResource(path, nil)
	require.NoError(t, err)
	p, err := New(DecodeLate(Config{AudioOutput: audio.Null}))
	require.NoError(t, err)
	p.outputs.written = func(c audio.Chunk) { samples = append(samples, c.Samples...) }
	require.NoError(t, p.ReplaceCurrentResource(resource))
	require.NoError(t, p.PrepareToPlay(0))
	require.NoError(t, p.Play())
	var shown []time.Duration
	tick := time.NewTicker(time.Second / 60)
	defer tick.Stop()
	for s := p.Snapshot().State; s != Complete && s != Failed; s = p.Snapshot().State {
		if v, ok := p.NextFrame(<-tick.C); ok {
			shown = append(shown, v.PTS)
			v.Release()
		}
	}
	require.Equal(t, Complete, p.Snapshot().State, "%v", p.Snapshot().Error)
	require.NoError(t, p.Close())
	assert.True(t, slices.IsSorted(shown))
	want := loud(decoded(t, parts[1]))
	samples = loud(samples)
	require.Greater(t, len(samples), len(want))
	for i := range want {
		require.InDelta(t, want[len(want)-1-i], samples[len(samples)-1-i], 1e-4, "sample %d of %d from the end", i, len(want))
	}
}

// loud is the samples without the silence at their end.
func loud(samples []float32) []float32 {
	for len(samples) > 0 && samples[len(samples)-1] == 0 {
		samples = samples[:len(samples)-1]
	}
	return samples
}
