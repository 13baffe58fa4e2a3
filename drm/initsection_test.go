package drm_test

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/drm"
)

// initSection reads an init section of Shaka Packager's: testdata/shaka.sh of the player makes it.
func initSection(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "player", "testdata", name))
	require.NoError(t, err)
	return data
}

func TestParseInit(t *testing.T) {
	const first, second = "00112233445566778899aabbccddeeff", "ffeeddccbbaa99887766554433221100"
	for _, c := range []struct{ file, codec, scheme, kid string }{
		{"cenc-h264/video.mp4", "avc1", "cenc", first},
		{"cens-h264/video.mp4", "avc1", "cens", first},
		{"cbc1-h264/audio.mp4", "mp4a", "cbc1", first},
		{"cbcs-hevc/video.mp4", "hvc1", "cbcs", first},
		{"two/video.mp4", "avc1", "cenc", first},
		{"two/audio.mp4", "mp4a", "cenc", second},
	} {
		t.Run(c.file, func(t *testing.T) {
			p, err := drm.ParseInit(initSection(t, c.file))
			require.NoError(t, err)
			id, err := drm.ParseKeyID(c.kid)
			require.NoError(t, err)
			assert.Equal(t, []drm.TrackProtection{{Codec: c.codec, Scheme: c.scheme, ID: id}}, p.Tracks)
		})
	}
	p, err := drm.ParseInit(initSection(t, "clear-h264/video.mp4"))
	require.NoError(t, err)
	assert.Empty(t, p)
}

// box is a box of ISO base media.
func box(kind string, parts ...string) string {
	body := strings.Join(parts, "")
	return string(binary.BigEndian.AppendUint32(nil, uint32(len(body)+8))) + kind + body
}

func TestParseInitNamesSystems(t *testing.T) {
	const widevine = "\xed\xef\x8b\xa9\x79\xd6\x4a\xce\xa3\xc8\x27\xdc\xd5\x1d\x21\xed"
	pssh := box("pssh", "\x00\x00\x00\x00", widevine, "\x00\x00\x00\x00")
	p, err := drm.ParseInit([]byte(box("ftyp", "iso6") + box("moov", pssh, pssh)))
	require.NoError(t, err)
	require.Len(t, p.Systems, 1)
	assert.Equal(t, "Widevine", drm.SystemName(p.Systems[0]))
}

func TestParseInitRefuses(t *testing.T) {
	deep := box("stbl")
	for range 20 {
		deep = box("trak", deep)
	}
	for name, data := range map[string]string{
		"nothing":         "",
		"a web page":      "<!doctype html><html></html>",
		"no moov":         box("ftyp", "iso6"),
		"cut off":         box("moov", box("trak"))[:12],
		"a size of 4":     "\x00\x00\x00\x04moov",
		"a huge size":     "\x00\x00\x00\x01moov\xff\xff\xff\xff\xff\xff\xff\xff",
		"too deep":        box("moov", deep),
		"a short stsd":    box("moov", box("stsd", "abc")),
		"a short encv":    box("moov", box("stsd", "\x00\x00\x00\x00\x00\x00\x00\x01", box("encv", "abc"))),
		"a short pssh":    box("moov", box("pssh", "abc")),
		"a box inside 64": "\x00\x00\x00\x01moov\x00\x00\x00\x00",
	} {
		t.Run(name, func(t *testing.T) {
			p, err := drm.ParseInit([]byte(data))
			require.ErrorIs(t, err, drm.ErrInitSection)
			assert.Empty(t, p)
		})
	}
}

func FuzzParseInit(f *testing.F) {
	for _, name := range []string{"cenc-h264/video.mp4", "cbc1-h264/audio.mp4"} {
		f.Add(initSection(f, name))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := drm.ParseInit(data)
		if err != nil {
			require.ErrorIs(t, err, drm.ErrInitSection)
		}
		assert.LessOrEqual(t, len(p.Tracks)+len(p.Systems), 128)
	})
}
