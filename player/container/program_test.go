package container_test

import (
	"bytes"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/player/container"
	"latchkey/player/mediatest"
)

// transport is the beginning of a transport stream of FFmpeg's.
func transport(t testing.TB, s mediatest.Spec) []byte {
	t.Helper()
	s.Container, s.Frames = "ts", 5
	body, err := os.ReadFile(mediatest.Make(t, s))
	require.NoError(t, err)
	return body
}

// TestReadPrograms reads program maps that FFmpeg wrote: H.264 has stream type 0x1B, AAC 0x0F
// (ISO/IEC 13818-1, Table 2-34), and FFmpeg gives them the PIDs 0x100 and 0x101.
func TestReadPrograms(t *testing.T) {
	t.Parallel()
	video, both := transport(t, mediatest.Spec{Video: "h264"}), transport(t, mediatest.Spec{Video: "h264", Audio: "aac"})
	damaged := bytes.Clone(both)
	damaged[bytes.Index(damaged, []byte{0x47, 0x50, 0x00})+20] ^= 1 // within the section of PID 0x1000
	const packet = 188
	for _, c := range []struct {
		name  string
		head  []byte
		found container.Programs
		whole bool
	}{
		{"picture", video, container.Programs{1: "256:1b"}, true},
		{"picture and sound", both, container.Programs{1: "256:1b 257:f"}, true},
		{"bytes before the first packet", append([]byte{0x47, 1, 2}, both...), container.Programs{1: "256:1b 257:f"}, true},
		{"no program map yet", both[:2*packet], container.Programs{}, false},
		{"a wrong CRC", damaged[:10*packet], container.Programs{}, false},
		{"nothing", nil, container.Programs{}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			found, whole := container.ReadPrograms(c.head)
			assert.Equal(t, c.found, found)
			assert.Equal(t, c.whole, whole)
		})
	}
	first, _ := container.ReadPrograms(video)
	second, _ := container.ReadPrograms(both)
	assert.True(t, second.Changed(first))
	assert.True(t, first.Changed(second))
	assert.False(t, first.Changed(first))
	assert.False(t, container.Programs{}.Changed(first), "what names no program changes none")
}

func FuzzReadPrograms(f *testing.F) {
	f.Add(transport(f, mediatest.Spec{Video: "h264", Audio: "aac"})[:6*188])
	f.Add([]byte{0x47, 0x40, 0, 0x30, 0xFF})
	f.Fuzz(func(_ *testing.T, head []byte) { container.ReadPrograms(head) })
}
