package player_test

import (
	"encoding/binary"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/player"
	"latchkey/player/mediatest"
)

// TestPackedSoundStandsWhereItsTagSays plays sound without a container beside the picture, and holds its times to those of the stream
// that it was taken from.
func TestPackedSoundStandsWhereItsTagSays(t *testing.T) { // RFC 8216, 3.4
	stream := mediatest.MakeHLS(t, mediatest.HLSSpec{Spec: programme})
	_, want, end := playHashes(t, stream.Playlist, player.Config{})
	require.Equal(t, player.Complete, end.State, "%v", end.Error)
	folder := t.TempDir()
	require.NoError(t, os.CopyFS(folder, os.DirFS(stream.Folder)))
	list := "#EXTM3U\n#EXT-X-TARGETDURATION:1\n"
	for i := range 4 {
		part := filepath.Join(folder, fmt.Sprintf("segment%d.ts", i))
		sound := mediatest.FFmpeg(t, "-i", part, "-map", "0:a", "-c", "copy", "-f", "adts", "-")
		out, err := exec.CommandContext(t.Context(), "ffprobe", "-v", "error", "-select_streams", "a", "-show_entries", "packet=pts_time", "-of", "csv=p=0", part).Output()
		require.NoError(t, err)
		line, _, _ := strings.Cut(string(out), "\n")
		seconds, err := strconv.ParseFloat(strings.Trim(line, ",\n"), 64)
		require.NoError(t, err)
		name := fmt.Sprintf("sound%d.aac", i)
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), append(stampTag(time.Duration(seconds*float64(time.Second))), sound...), 0o600))
		list += fmt.Sprintf("#EXTINF:1,\n%s\n", name)
	}
	require.NoError(t, os.WriteFile(filepath.Join(folder, "sound.m3u8"), []byte(list+"#EXT-X-ENDLIST\n"), 0o600))
	main := "#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",NAME=\"sound\",DEFAULT=YES,URI=\"sound.m3u8\"\n#EXT-X-STREAM-INF:BANDWIDTH=1000000,AUDIO=\"a\"\nindex.m3u8\n"
	require.NoError(t, os.WriteFile(filepath.Join(folder, "main.m3u8"), []byte(main), 0o600))
	_, got, end := playHashes(t, filepath.Join(folder, "main.m3u8"), player.Config{})
	require.Equal(t, player.Complete, end.State, "%v", end.Error)
	wanted, gotten := strings.Split(strings.TrimSpace(want), "\n"), strings.Split(strings.TrimSpace(got), "\n")
	require.Len(t, gotten, len(wanted))
	for i := range wanted {
		a, b := strings.Fields(wanted[i]), strings.Fields(gotten[i])
		x, err := strconv.Atoi(a[0])
		require.NoError(t, err)
		y, err := strconv.Atoi(b[0])
		require.NoError(t, err)
		assert.InDelta(t, x, y, 30, "frame %d", i)
		assert.Equal(t, a[1:], b[1:], "frame %d", i)
	}
}

// stampTag is an ID3 tag with a time. ID3v2.4, 3.1, 4 and 4.27.
func stampTag(at time.Duration) []byte {
	body := append([]byte("com.apple.streaming.transportStreamTimestamp\x00"), binary.BigEndian.AppendUint64(nil, uint64(at.Microseconds()*90/1000))...)
	frame := append([]byte("PRIV\x00\x00\x00"), byte(len(body)), 0, 0)
	frame = append(frame, body...)
	return append([]byte{'I', 'D', '3', 4, 0, 0, 0, 0, 0, byte(len(frame))}, frame...)
}
