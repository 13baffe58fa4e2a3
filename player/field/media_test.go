package field

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"latchkey/player"
	"latchkey/player/mediatest"
)

// edit is a stream that is changed before it is served.
type edit struct {
	stream func(t *testing.T) mediatest.HLS // plainStream when nil
	// segment changes the bytes of a segment, by its number; nil changes none.
	segment func(i int, b []byte) []byte
	// locked enciphers the segments with AES-128 after that, each with its number as IV.
	locked bool
	// tag is the EXT-X-KEY line of locked segments; one that is right when empty.
	tag string
	// key is served as the key; the right one when nil.
	key []byte
}

// folder makes the folder of the stream: its files, index.m3u8, and key.bin where it is locked.
func (e edit) folder(t *testing.T) string {
	t.Helper()
	stream := e.stream
	if stream == nil {
		stream = plainStream
	}
	from, to := stream(t).Folder, t.TempDir()
	require.NoError(t, os.CopyFS(to, os.DirFS(from)))
	list, err := os.ReadFile(filepath.Join(to, "index.m3u8"))
	require.NoError(t, err)
	var out strings.Builder
	number, keyed := 0, false
	for line := range strings.Lines(string(list)) {
		if e.locked && !keyed && strings.HasPrefix(line, "#EXTINF") {
			tag := e.tag
			if tag == "" {
				tag = `#EXT-X-KEY:METHOD=AES-128,URI="key.bin"`
			}
			out.WriteString(tag + "\n")
			keyed = true
		}
		out.WriteString(line)
		if strings.HasPrefix(line, "#") {
			continue
		}
		path := filepath.Join(to, strings.TrimSpace(line))
		data, err := os.ReadFile(path)
		require.NoError(t, err)
		if e.segment != nil {
			data = e.segment(number, data)
		}
		if e.locked {
			data = encipher(t, data, mediatest.HLSKey(""), ivOf(number))
		}
		require.NoError(t, os.WriteFile(path, data, 0o600))
		number++
	}
	require.NoError(t, os.WriteFile(filepath.Join(to, "index.m3u8"), []byte(out.String()), 0o600))
	key := e.key
	if key == nil {
		key = mediatest.HLSKey("")
	}
	require.NoError(t, os.WriteFile(filepath.Join(to, "key.bin"), key, 0o600))
	return to
}

// encipher enciphers a segment as AES-128 says. RFC 8216, 4.3.2.4.
func encipher(t *testing.T, plain, key, iv []byte) []byte {
	t.Helper()
	block, err := aes.NewCipher(key)
	require.NoError(t, err)
	pad := aes.BlockSize - len(plain)%aes.BlockSize
	out := slices.Concat(plain, slices.Repeat([]byte{byte(pad)}, pad))
	cipher.NewCBCEncrypter(block, iv).CryptBlocks(out, out)
	return out
}

// ivOf is the initialization vector of a number.
func ivOf(number int) []byte {
	return binary.BigEndian.AppendUint64(make([]byte, 8), uint64(number))
}

// noise is bytes without order, none of them the sync byte of MPEG-2 TS.
func noise(n int) []byte {
	random := rand.New(rand.NewPCG(1, uint64(n)))
	b := make([]byte, n)
	for i := range b {
		if b[i] = byte(random.Uint32()); b[i] == 0x47 {
			b[i]++
		}
	}
	return b
}

// live has the origin serve a playlist as that of a live stream, of which the last segment comes
// with the second request.
func live(t *testing.T, o *origin, path string) {
	t.Helper()
	list := strings.ReplaceAll(string(o.body(t, path)), "#EXT-X-PLAYLIST-TYPE:VOD\n", "")
	early := list[:strings.LastIndex(list, "#EXTINF")]
	var once sync.Once
	o.on(path, func(w http.ResponseWriter, _ *http.Request) {
		text := list
		once.Do(func() { text = early })
		w.Header().Set("Content-Type", "application/vnd.apple.mpegurl")
		_, _ = fmt.Fprint(w, text)
	})
}

// liveIndex is live of the playlist that is opened.
func liveIndex(t *testing.T, o *origin) {
	t.Helper()
	live(t, o, "/index.m3u8")
}

// wholePlain wants plainStream, however it came.
func wholePlain(t *testing.T, got played) {
	t.Helper()
	got.whole(t)
}

// failedWith wants a failure of a code.
func failedWith(code player.Code) func(t *testing.T, got played) {
	return func(t *testing.T, got played) {
		t.Helper()
		got.failed(t, int(code))
	}
}

// write writes files into a folder.
func write(t *testing.T, folder string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600))
	}
}

// read returns the bytes of a file in a folder.
func read(t *testing.T, folder, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(folder, name))
	require.NoError(t, err)
	return data
}
