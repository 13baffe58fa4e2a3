package main_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/player/hostile"
	"latchkey/player/mediatest"
)

// TestOrdinary plays what is large and not hostile: it plays whole, within the bounds that hostile
// inputs are held to. Serial: memory and time are its point.
func TestOrdinary(t *testing.T) {
	latchkey := hostileProgram(t)
	table := new(hostileTable)
	t.Cleanup(func() { table.report(t) })
	play := func(t *testing.T, input hostile.Input, arguments []string, size int64) report {
		t.Helper()
		result := filepath.Join(t.TempDir(), "report.json")
		row := hostileRow{input: input, bytes: size, mode: modeProbe}
		var err error
		row.outcome, err = hostile.Run(t.Context(), hostile.Command{Program: latchkey, Environment: plainEnvironment(emptyState(t)),
			Arguments: append([]string{"probe", "--report", result}, arguments...)}, hostile.MaxTime)
		require.NoError(t, err)
		row.broken = row.outcome.Broken(false)
		table.add(t, row)
		assert.Empty(t, row.broken, "%s: %d MB in %v", input, row.outcome.Peak/1e6, row.outcome.Time)
		require.Zero(t, row.outcome.Exit, row.outcome.Errors)
		return readReport(t, result)
	}
	open := func(t *testing.T, input hostile.Input, arguments ...string) report {
		t.Helper()
		opened, err := hostile.Open(input, t.TempDir())
		require.NoError(t, err)
		defer func() { require.NoError(t, opened.Close()) }()
		return play(t, input, slices.Concat(arguments, opened.Arguments), opened.Bytes)
	}

	t.Run("a film of 3840x2160 in HEVC of 10 bits", func(t *testing.T) {
		const frames = 24
		path := mediatest.Make(t, mediatest.Spec{Video: "hevc", Width: 3840, Height: 2160, Frames: frames, PixelFormat: "yuv420p10le", Audio: "aac"})
		info, err := os.Stat(path)
		require.NoError(t, err)
		film := hostile.Input{Kind: "ordinary", Name: "hevc-3840x2160-10-bit"}
		assert.Equal(t, frames, play(t, film, []string{path}, info.Size()).Frames.Decoded)
		assert.Positive(t, play(t, film, []string{"--realtime", path}, info.Size()).Frames.Decoded) // a slow machine leaves some out
	})
	t.Run("an hour of 43,200 cues", func(t *testing.T) {
		cues := filepath.Join(t.TempDir(), "cues.vtt")
		r := open(t, hostile.HourOfCues(), "--cues", cues)
		assert.Equal(t, 3600, r.Frames.Decoded)
		text, err := os.ReadFile(cues)
		require.NoError(t, err)
		assert.Equal(t, 43_200, bytes.Count(text, []byte(" --> ")))
	})
	t.Run("an hour of 43,200 cues in real time", func(t *testing.T) {
		r := open(t, hostile.HourOfCues(), "--realtime", "--start", "30m", "--length", "5s")
		assert.Positive(t, r.Frames.Decoded)
	})
	t.Run("12 variants with 4 groups of sound", func(t *testing.T) {
		assert.Equal(t, 300, open(t, hostile.ManyVariants()).Frames.Decoded)
		assert.Positive(t, open(t, hostile.ManyVariants(), "--realtime", "--length", "4s").Frames.Decoded)
		assert.Equal(t, 300, open(t, hostile.ManyVariants(), "--variant", "11").Frames.Decoded)
	})
	t.Run("a day of 21,600 segments", func(t *testing.T) {
		assert.Positive(t, open(t, hostile.DayOfSegments(), "--length", "40s").Frames.Decoded)
		assert.Positive(t, open(t, hostile.DayOfSegments(), "--start", "23h59m40s").Frames.Decoded)
		assert.Positive(t, open(t, hostile.DayOfSegments(), "--realtime", "--start", "12h", "--length", "4s").Frames.Decoded)
	})
}
