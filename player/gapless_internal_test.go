package player

import (
	"encoding/binary"
	"math"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/player/audio"
	"latchkey/player/mediatest"
)

// decoded is the sound of files, one after the other, as FFmpeg decodes it: interleaved stereo of the sink's rate.
func decoded(t *testing.T, files ...string) []float32 {
	t.Helper()
	var samples []float32
	for _, file := range files {
		raw := mediatest.FFmpeg(t, "-i", file, "-f", "f32le", "-ar", "48000", "-ac", "2", "pipe:1")
		for ; len(raw) >= 4; raw = raw[4:] {
			samples = append(samples, math.Float32frombits(binary.LittleEndian.Uint32(raw)))
		}
	}
	return samples
}

// TestSoundFollowsToTheSample plays the two halves of a tone that rises, which were encoded one by one, and compares what the sink gets with
// FFmpeg's: no sample is missing, none is put in. Of a codec without loss it is the tone that was divided.
func TestSoundFollowsToTheSample(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	whole := filepath.Join(folder, "whole.wav")
	mediatest.FFmpeg(t, "-f", "lavfi", "-i", "aevalsrc='0.5*sin(2*PI*(200+300*t)*t)|0.4*sin(2*PI*(300+200*t)*t)':s=48000:d=1.4", whole)
	for _, c := range []struct {
		codec, ending string
		lossless      bool
	}{
		{codec: "flac", ending: "flac", lossless: true},
		{codec: "pcm_s16le", ending: "wav", lossless: true},
		{codec: "aac", ending: "m4a"},
		{codec: "libmp3lame", ending: "mp3"},
		{codec: "libopus", ending: "opus"},
		{codec: "libvorbis", ending: "ogg"},
	} {
		t.Run(c.codec, func(t *testing.T) {
			var halves []string
			for name, cut := range map[string]string{"1": "atrim=end_sample=36001", "2": "atrim=start_sample=36001,asetpts=N"} {
				half := filepath.Join(folder, c.codec+name+"."+c.ending)
				mediatest.FFmpeg(t, "-i", whole, "-af", cut, "-c:a", c.codec, half)
				halves = append(halves, half)
			}
			slices.Sort(halves)
			expected := decoded(t, halves...)
			if c.lossless {
				require.Equal(t, expected, decoded(t, whole))
			}
			samples, chunks := played(t, halves[0], halves[1])
			require.Len(t, samples, len(expected))
			for i := range expected {
				require.InDelta(t, expected[i], samples[i], 1e-4, "sample %d of the %d", i, len(expected))
			}
			for i := 1; i < len(chunks); i++ {
				end := chunks[i-1].PTS + length(len(chunks[i-1].Samples))
				assert.InDelta(t, end, chunks[i].PTS, float64(sameTime), "chunk %d", i)
			}
		})
	}
}

// played plays two files, one behind the other, and returns what was written to the sink, as samples and as it was written.
func played(t *testing.T, first, second string) ([]float32, []audio.Chunk) {
	t.Helper()
	var resources []*MediaResource
	for _, file := range []string{first, second} {
		r, err := NewMediaResource(file, nil)
		require.NoError(t, err)
		resources = append(resources, r)
	}
	p, err := New(Config{AudioOutput: audio.Null})
	require.NoError(t, err)
	defer p.Close()
	var samples []float32
	var chunks []audio.Chunk
	p.outputs.written = func(c audio.Chunk) {
		c.Samples = slices.Clone(c.Samples)
		samples, chunks = append(samples, c.Samples...), append(chunks, c)
	}
	p.SetAdvance(true)
	events, unsubscribe := p.Subscribe(100)
	defer unsubscribe()
	require.NoError(t, p.ReplaceCurrentResource(resources[0]))
	require.NoError(t, p.PrepareToPlay(0))
	require.NoError(t, p.PrepareNext(resources[1], 0))
	require.NoError(t, p.Play())
	patience := time.After(time.Minute)
	for {
		select {
		case e := <-events:
			if e.Kind == StateChanged && e.State == Complete {
				s := p.Snapshot()
				require.Equal(t, 1, s.Advanced)
				require.NoError(t, p.Close())
				return samples, chunks
			}
			require.NotEqual(t, Failed, e.State, "%v", e.Error)
		case <-patience:
			require.Fail(t, "it does not end")
		}
	}
}
