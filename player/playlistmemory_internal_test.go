package player

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/player/hls"
)

// TestPlaylistsOfAResource opens playlists until there is no room, and then one in the place of
// another.
func TestPlaylistsOfAResource(t *testing.T) {
	t.Parallel()
	list := "#EXTM3U\n#EXT-X-TARGETDURATION:4\n" + strings.Repeat("#EXTINF:4,\nsegment.ts\n", 100_000) + "#EXT-X-ENDLIST\n"
	s := newTestSession(t, "http://www.example.com/main.m3u8", func(r *http.Request) (*http.Response, error) {
		return answer(r, http.StatusOK, io.NopCloser(strings.NewReader(list)), int64(len(list))), nil
	})
	address := func(i int) string { return fmt.Sprintf("http://www.example.com/%d.m3u8", i) }
	var err error
	opened := 0
	for ; err == nil; opened++ {
		require.Less(t, opened, 20, "there is no end")
		_, err = s.openFeed(t.Context(), address(opened), nil)
	}
	require.ErrorIs(t, err, hls.ErrTooLarge)
	assert.GreaterOrEqual(t, opened, 3, "picture, sound and subtitles of four days each")
	_, err = s.openFeed(t.Context(), address(0), nil)
	require.NoError(t, err, "it is counted once")
	s.lists.release(address(0))
	_, err = s.openFeed(t.Context(), address(opened), nil)
	require.NoError(t, err, "another one has gone")
}

// TestDayOfSegments opens 12 variants and four sounds of a day each.
func TestDayOfSegments(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("#EXTM3U\n#EXT-X-TARGETDURATION:4\n")
	for i := range 21_600 {
		fmt.Fprintf(&b, "#EXTINF:4.000,\nhttps://media.example.com/films/a-film-of-a-day/video/1080p/segment-%05d.m4s?token=0123456789abcdef\n", i)
	}
	b.WriteString("#EXT-X-ENDLIST\n")
	s := newTestSession(t, "http://www.example.com/main.m3u8", func(r *http.Request) (*http.Response, error) {
		return answer(r, http.StatusOK, io.NopCloser(strings.NewReader(b.String())), int64(b.Len())), nil
	})
	for _, kind := range []int{12, 4} {
		first, err := s.openFeed(t.Context(), fmt.Sprintf("http://www.example.com/%d/0.m3u8", kind), nil)
		require.NoError(t, err)
		l := emptyLadder(s, nil, 0, first)
		at := rung{feed: first, media: first.current(), index: 100}
		for i := range kind {
			l.variants = append(l.variants, ladderVariant{uri: fmt.Sprintf("http://www.example.com/%d/%d.m3u8", kind, i)})
		}
		for i := range kind {
			next, err := l.at(t.Context(), i, at)
			require.NoError(t, err, "playlist %d of %d: %d bytes are held", i, kind, s.lists.sum)
			l.take(next)
			assert.Equal(t, 400*time.Second, next.segment().Start)
			at = next
		}
		assert.LessOrEqual(t, len(l.feeds), maxFeeds)
	}
	t.Logf("%d bytes are held", s.lists.sum)
}
