package hls_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/player/hls"
)

// TestSize keeps a day of segments: Size is what they take, and what was needed to read them is
// gone. Serial: it measures the heap.
func TestSize(t *testing.T) {
	var b strings.Builder
	b.WriteString("#EXTM3U\n#EXT-X-TARGETDURATION:4\n")
	for i := range 21_600 {
		fmt.Fprintf(&b, "#EXTINF:4.000,\n#EXT-X-BYTERANGE:1000@%d\nsegment-%05d.m4s?token=%s\n", i*1000, i, strings.Repeat("a", 200))
	}
	b.WriteString("#EXT-X-ENDLIST\n")
	data := []byte(b.String())
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	list, err := hls.Parse(data, "https://media.example.com/films/a-film-of-a-day/video/1080p/index.m3u8", hls.ParseOptions{})
	require.NoError(t, err)
	runtime.GC()
	runtime.ReadMemStats(&after)
	kept := int(after.HeapAlloc) - int(before.HeapAlloc)
	t.Logf("%d bytes of text: %d kept, %d as counted", len(data), kept, list.Size())
	assert.LessOrEqual(t, kept, list.Size())
	assert.Len(t, list.Media.Segments, 21_600)
	runtime.KeepAlive(data)
	runtime.KeepAlive(&b)
}
