package hls

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"
	"weak"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestUnchanged(t *testing.T) {
	text := []byte(mediaHead + segment)
	first, err := Parse(text, base, ParseOptions{Variables: map[string]string{"a": "1"}})
	require.NoError(t, err)
	for _, c := range []struct {
		name    string
		text    string
		base    string
		options ParseOptions
		same    bool
	}{
		{"all the same", mediaHead + segment, base, ParseOptions{Variables: map[string]string{"a": "1"}}, true},
		{"text", mediaHead + segment + "\n", base, ParseOptions{Variables: map[string]string{"a": "1"}}, false},
		{"base", mediaHead + segment, base + "&x", ParseOptions{Variables: map[string]string{"a": "1"}}, false},
		{"variables", mediaHead + segment, base, ParseOptions{Variables: map[string]string{"a": "2"}}, false},
		{"strictness", mediaHead + segment, base, ParseOptions{Variables: map[string]string{"a": "1"}, Strict: true}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.options.Previous = first
			second, err := Parse([]byte(c.text), c.base, c.options)
			require.NoError(t, err)
			assert.Equal(t, c.same, second == first)
		})
	}
}

// live is a live playlist that begins at a media sequence number; skip segments are left out of it.
func live(first, count, skip int, removed string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "#EXTM3U\n#EXT-X-VERSION:10\n#EXT-X-TARGETDURATION:4\n#EXT-X-SERVER-CONTROL:CAN-SKIP-UNTIL=24,CAN-SKIP-DATERANGES=YES\n")
	fmt.Fprintf(&b, "#EXT-X-MEDIA-SEQUENCE:%d\n#EXT-X-DISCONTINUITY-SEQUENCE:%d\n", first, first/10)
	if skip > 0 {
		fmt.Fprintf(&b, "#EXT-X-SKIP:SKIPPED-SEGMENTS=%d%s\n", skip, removed)
	}
	for i := first + skip; i < first+count; i++ {
		writeLive(&b, i, i == first)
	}
	return b.String()
}

// writeLive writes one segment: each tenth begins a discontinuity, each fifth has a new key.
func writeLive(b *strings.Builder, i int, first bool) {
	if i%10 == 0 && !first {
		b.WriteString("#EXT-X-DISCONTINUITY\n")
	}
	if i%5 == 0 || first {
		fmt.Fprintf(b, "#EXT-X-KEY:METHOD=AES-128,URI=\"k%d\",IV=0x%X\n#EXT-X-MAP:URI=\"i%d.mp4\"\n#EXT-X-BITRATE:%d\n", i/5, i/5, i/10, 100+i/5)
	}
	if i%7 == 0 || first {
		fmt.Fprintf(b, "#EXT-X-PROGRAM-DATE-TIME:%s\n", time.Unix(int64(1_700_000_000+4*i), 0).UTC().Format(time.RFC3339))
		fmt.Fprintf(b, "#EXT-X-DATERANGE:ID=\"d%d\",START-DATE=\"2026-03-01T00:00:00Z\"\n", i)
	}
	fmt.Fprintf(b, "#EXTINF:4,\ns%d.mp4\n", i)
}

// TestDeltaUpdate reads an update onto a playlist and compares with the whole playlist of that moment.
func TestDeltaUpdate(t *testing.T) { // second edition, 6.2.5.1 and 6.3.7
	previous, err := Parse([]byte(live(20, 30, 0, "")), base, ParseOptions{Strict: true})
	require.NoError(t, err)
	for _, c := range []struct{ first, count, skip int }{{20, 32, 22}, {22, 30, 13}, {25, 30, 25}, {20, 30, 1}, {23, 30, 17}} {
		t.Run(fmt.Sprint(c), func(t *testing.T) {
			update, err := Parse([]byte(live(c.first, c.count, c.skip, "")), base, ParseOptions{Strict: true, Previous: previous})
			require.NoError(t, err)
			whole, err := Parse([]byte(live(c.first, c.count, 0, "")), base, ParseOptions{Strict: true})
			require.NoError(t, err)
			assert.True(t, update.Media.Skip.Merged)
			require.Len(t, update.Media.Segments, len(whole.Media.Segments))
			for i := range whole.Media.Segments {
				got, want := update.Media.Segments[i], whole.Media.Segments[i]
				got.Line, want.Line, got.DateTimeTag, want.DateTimeTag, got.Discontinuity, want.Discontinuity = 0, 0, false, false, false, false
				got.Keys, want.Keys, got.Map, want.Map = withoutLines(got.Keys), withoutLines(want.Keys), nil, nil
				require.Equal(t, want, got)
				require.True(t, whole.Media.Segments[i].Map.same(update.Media.Segments[i].Map), "%d", i)
			}
		})
	}
	t.Run("date ranges", func(t *testing.T) {
		update, err := Parse([]byte(live(22, 30, 13, ",RECENTLY-REMOVED-DATERANGES=\"d28\"")), base, ParseOptions{Strict: true, Previous: previous})
		require.NoError(t, err)
		var ids []string
		for _, d := range update.Media.DateRanges {
			ids = append(ids, d.ID)
		}
		assert.Equal(t, []string{"d20", "d21", "d35", "d42", "d49"}, ids)
		assert.Equal(t, 0, update.Media.DateRanges[0].Segment)
		assert.Equal(t, 49-22, update.Media.DateRanges[4].Segment)
	})
	t.Run("byte range goes on", func(t *testing.T) {
		head := mediaHead + "#EXT-X-MEDIA-SEQUENCE:5\n"
		first, err := Parse([]byte(head+"#EXTINF:9,\n#EXT-X-BYTERANGE:100@50\na.ts\n"), base, ParseOptions{})
		require.NoError(t, err)
		second, err := Parse([]byte(head+"#EXT-X-SKIP:SKIPPED-SEGMENTS=1\n#EXTINF:9,\n#EXT-X-BYTERANGE:10\na.ts\n"), base, ParseOptions{Previous: first})
		require.NoError(t, err)
		assert.Equal(t, &ByteRange{Length: 10, Offset: 150}, second.Media.Segments[1].ByteRange)
		assert.Equal(t, 9*time.Second, second.Media.Segments[1].Start)
	})
	for _, c := range []struct {
		name string
		text string
	}{
		{"too early", live(19, 30, 5, "")},
		{"too late", live(51, 30, 5, "")},
		{"too many", live(40, 30, 11, "")},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Parse([]byte(c.text), base, ParseOptions{Previous: previous})
			assert.ErrorIs(t, err, ErrNoPrevious)
		})
	}
	t.Run("of a multivariant playlist", func(t *testing.T) {
		multivariant, err := Parse([]byte(multiHead+variant), base, ParseOptions{})
		require.NoError(t, err)
		_, err = Parse([]byte(live(20, 30, 5, "")), base, ParseOptions{Previous: multivariant})
		assert.ErrorIs(t, err, ErrNoPrevious)
	})
}

func withoutLines(keys []Key) []Key {
	var out []Key
	for _, k := range keys {
		k.Line = 0
		out = append(out, k)
	}
	return out
}

// TestPreviousIsNotKept holds the memory of a playlist that is read for days.
func TestPreviousIsNotKept(t *testing.T) {
	kept, second := func() (weak.Pointer[Playlist], *Playlist) {
		first, err := Parse([]byte(live(20, 30, 0, "")), base, ParseOptions{})
		require.NoError(t, err)
		second, err := Parse([]byte(live(22, 30, 13, "")), base, ParseOptions{Previous: first})
		require.NoError(t, err)
		return weak.Make(first), second
	}()
	runtime.GC()
	assert.Nil(t, kept.Value())
	assert.Len(t, second.Media.Segments, 30)
}
