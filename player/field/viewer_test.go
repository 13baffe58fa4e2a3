package field

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/network"
	"latchkey/player"
	"latchkey/player/audio"
	"latchkey/player/mediatest"
	"latchkey/player/report"
)

// patience is how long a row waits for what should come at once.
const patience = 60 * time.Second

// viewer takes the pictures of a player as a window does.
type viewer struct {
	player  *player.Player
	changed chan struct{}
	shown   []time.Duration // presentation times, where it does not run free
}

// frame is a decoded picture or stretch of sound.
type frame struct {
	pts time.Duration
	md5 string
}

// played is what came of a row.
type played struct {
	origin           *origin
	end              player.Snapshot
	pictures, sounds []frame
	shown            []time.Duration
}

// play opens the row's address at the origin and plays it.
func play(t *testing.T, r row, o *origin) played {
	t.Helper()
	var pictures, sounds bytes.Buffer
	video, sound := report.NewHashes(&pictures), report.NewHashes(&sounds)
	v := &viewer{changed: make(chan struct{}, 1)}
	config := player.Config{FreeRun: true}
	if r.config != nil {
		r.config(&config)
	}
	config.VideoTap, config.AudioTap, config.AudioOutput = video.Video, sound.Audio, audio.Null
	config.OnChange = func() {
		select {
		case v.changed <- struct{}{}:
		default:
		}
	}
	p, err := player.New(config)
	require.NoError(t, err)
	defer func() { require.NoError(t, p.Close()) }()
	v.player = p

	metadata := new(network.Metadata)
	if r.configuration != nil {
		metadata.SetObject(player.NetworkConfigurationKey, r.configuration())
	}
	if r.open == "" {
		r.open = "/index.m3u8"
	}
	resource, err := player.NewMediaResource(o.server.URL+r.open, metadata)
	require.NoError(t, err)
	require.NoError(t, p.ReplaceCurrentResource(resource))
	require.NoError(t, p.PrepareToPlay(r.from))
	if r.watch != nil {
		r.watch(t, v)
	} else {
		v.play(t)
		v.ended(t)
	}
	end := p.Snapshot()
	require.NoError(t, video.Flush())
	require.NoError(t, sound.Flush())
	return played{o, end, frames(t, &pictures), frames(t, &sounds), v.shown}
}

// play asks to play; what has failed already cannot.
func (v *viewer) play(t *testing.T) {
	t.Helper()
	if err := v.player.Play(); err != nil {
		require.Equal(t, player.Failed, v.player.Snapshot().State, "%v", err)
	}
}

// until shows the pictures that are due until the snapshot is as wanted, and returns it.
func (v *viewer) until(t *testing.T, what string, wanted func(player.Snapshot) bool) player.Snapshot {
	t.Helper()
	tick := time.NewTicker(time.Second / 60)
	defer tick.Stop()
	deadline := time.After(patience)
	for {
		now := v.player.Snapshot()
		if wanted(now) {
			return now
		}
		select {
		case at := <-tick.C:
			if picture, ok := v.player.NextFrame(at); ok {
				v.shown = append(v.shown, picture.PTS)
				picture.Release()
			}
		case <-v.changed:
		case <-deadline:
			require.FailNow(t, "it never came to this", "%s; state %s, error %v, position %v", what, now.State, now.Error, now.Position)
		}
	}
}

// ended plays to the end or a failure.
func (v *viewer) ended(t *testing.T) player.Snapshot {
	t.Helper()
	return v.until(t, "the end", func(now player.Snapshot) bool {
		return now.State == player.Complete || now.State == player.Failed || now.State == player.NeedsSignIn
	})
}

// frames reads the lines of report.Hashes.
func frames(t *testing.T, text *bytes.Buffer) []frame {
	t.Helper()
	var all []frame
	for line := range strings.Lines(text.String()) {
		fields := strings.Fields(line)
		var micros int64
		_, err := fmt.Sscan(fields[0], &micros)
		require.NoError(t, err)
		all = append(all, frame{time.Duration(micros) * time.Microsecond, fields[len(fields)-1]})
	}
	return all
}

// complete wants the end without a failure.
func (p played) complete(t *testing.T) {
	t.Helper()
	require.Equal(t, player.Complete, p.end.State, "%v", p.end.Error)
}

// failed wants a failure of a code, and not the internal one.
func (p played) failed(t *testing.T, code int) {
	t.Helper()
	require.Equal(t, player.Failed, p.end.State)
	assert.Equal(t, code, int(p.end.Error.Code), "%v", p.end.Error)
}

// note wants a note that contains text.
func (p played) note(t *testing.T, text string) {
	t.Helper()
	assert.Contains(t, strings.Join(p.end.Notes, "\n"), text)
}

// allPictures wants every picture that FFmpeg decodes of a file, in order, each at its time.
func (p played) allPictures(t *testing.T, source string) {
	t.Helper()
	equalFrames(t, mediatest.FrameMD5(t, source, mediatest.Video), p.pictures, "picture")
	assert.Equal(t, len(p.pictures), p.end.Stats.Frames.Decoded)
}

// allSounds wants every stretch of sound that FFmpeg decodes of a file, in order, each at its time.
func (p played) allSounds(t *testing.T, source string) {
	t.Helper()
	equalFrames(t, mediatest.FrameMD5(t, source, mediatest.Audio), p.sounds, "sound")
}

// whole wants plainStream, pictures and sound.
func (p played) whole(t *testing.T) {
	t.Helper()
	p.complete(t)
	source := plainStream(t).Source
	p.allPictures(t, source)
	p.allSounds(t, source)
}

// equalFrames compares frames and their times from the first on, to a tick of 90 kHz.
func equalFrames(t *testing.T, want []mediatest.Frame, got []frame, what string) {
	t.Helper()
	require.Len(t, got, len(want), "%ss", what)
	for i := range want {
		require.Equal(t, want[i].MD5, got[i].md5, "%s %d", what, i)
		require.InDelta(t, (want[i].PTS - want[0].PTS).Seconds(), (got[i].pts - got[0].pts).Seconds(), 13e-6, "%s %d", what, i)
	}
}
