package player_test

import (
	"errors"
	"fmt"
	"io/fs"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/network"
	"latchkey/player"
	"latchkey/player/libav"
)

// TestSentencesBegin shows that a sentence that begins with a name keeps the name's own letters.
func TestSentencesBegin(t *testing.T) {
	refused := &network.Error{Kind: network.KindStatus, Class: network.ClassSegment, URL: "https://media.example/1.ts", Status: 500}
	for name, c := range map[string]struct {
		err    error
		source string
		want   string
	}{
		"a URL":              {libav.ErrNotMedia, "https://media.example/film.mkv?token=a", "https://media.example/film.mkv is no film and no music that Latchkey knows."},
		"a file":             {libav.ErrNotMedia, "film.mkv", "film.mkv is no film and no music that Latchkey knows."},
		"a rate":             {&libav.SoundError{SampleRate: 1, Channels: 2}, "a.flac", "The sound has a rate of 1 Hz, which Latchkey does not play."},
		"channels":           {&libav.SoundError{SampleRate: 48000, Channels: 600}, "a.wav", "The sound has 600 channels, which Latchkey does not play."},
		"a file's memory":    {libav.ErrMemory, "film.mkv", "This file needs more memory than Latchkey gives it."},
		"a stream's memory":  {libav.ErrMemory, "https://media.example/film.m3u8", "This stream needs more memory than Latchkey gives it."},
		"a name with umlaut": {libav.ErrNotMedia, "ärger.mkv", "ärger.mkv is no film and no music that Latchkey knows."},
		"a host":             {fmt.Errorf("get: %w", refused), "https://media.example/main.m3u8", "media.example answered with an error (status 500). Try again later."},
		"no host": {&network.Error{Kind: network.KindStatus, Class: network.ClassSegment, Status: 500}, "main.m3u8",
			"The server answered with an error (status 500). Try again later."},
		"words": {fs.ErrNotExist, "film.mkv", "The file film.mkv does not exist."},
	} {
		t.Run(name, func(t *testing.T) {
			explained, ok := errors.AsType[*player.Error](player.Explain(c.err, c.source))
			require.True(t, ok)
			assert.Equal(t, c.want, explained.Message)
		})
	}
}
