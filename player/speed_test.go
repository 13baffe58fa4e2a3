package player_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"latchkey/player"
	"latchkey/player/mediatest"
)

// TestTheEndComesAtEverySpeed plays a picture and a sound that end together, to their end.
func TestTheEndComesAtEverySpeed(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	for name, spec := range map[string]mediatest.Spec{"picture": {Video: "h264", Frames: 75}, "sound": {Audio: "aac", Frames: 75}} {
		made := mediatest.MakeHLS(t, mediatest.HLSSpec{Spec: spec, Fragmented: true})
		require.NoError(t, os.CopyFS(filepath.Join(folder, name), os.DirFS(made.Folder)))
	}
	main := "#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"s\",NAME=\"Sound\",DEFAULT=YES,URI=\"sound/index.m3u8\"\n" +
		"#EXT-X-STREAM-INF:BANDWIDTH=400000,CODECS=\"avc1.64000c,mp4a.40.2\",AUDIO=\"s\"\npicture/index.m3u8\n"
	list := filepath.Join(folder, "main.m3u8")
	require.NoError(t, os.WriteFile(list, []byte(main), 0o600))
	s := newScreen(t, player.Config{})
	for _, speed := range []float64{4, 3, 2.5, 1.25, 0.5} {
		s.open(list, nil, 0)
		if speed < 1 {
			require.NoError(t, s.player.Reset())
			s.open(list, nil, 2*time.Second)
		}
		require.NoError(t, s.player.SetSpeed(speed))
		s.play()
		s.state(player.Complete)
	}
}
