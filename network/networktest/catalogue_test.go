package networktest_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image/jpeg"
	"io/fs"
	"net/url"
	"path"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/network/catalogue"
	"latchkey/network/networktest"
)

// titles reads the demo's catalogue.
func titles(t *testing.T, p *oidcPlayer) map[string]title {
	t.Helper()
	var list struct{ Titles []title }
	require.NoError(t, json.Unmarshal(fetch(t, p.client, p.demo.CatalogueURL()), &list))
	found := make(map[string]title)
	for _, title := range list.Titles {
		found[title.ID] = title
	}
	return found
}

func TestCatalogueIsOneThatThePlayerReads(t *testing.T) {
	p := startPlayer(t, networktest.DemoOptions{Live: true})
	feed, err := catalogue.ReadFeed(fetch(t, p.client, p.demo.CatalogueURL()), p.demo.CatalogueURL())
	require.NoError(t, err)
	assert.Equal(t, "Latchkey Demo", feed.Name)
	assert.Equal(t, []string{"Tonight", "Nature", "Short films", "Free to watch", "Live"}, feed.Rows)
	assert.Zero(t, feed.LeftOut)
	require.Len(t, feed.Titles, 12)
	list, err := catalogue.ReadM3U(fetch(t, p.client, p.demo.ListURL()), p.demo.ListURL())
	require.NoError(t, err)
	require.Len(t, list.Titles, 12)
	live := 0
	for i, title := range feed.Titles {
		twin := list.Titles[i]
		assert.Equal(t, []string{title.ID, title.Name, title.Poster, title.Source, fmt.Sprint(title.Rows, title.Duration, title.Live)},
			[]string{twin.ID, twin.Name, twin.Poster, twin.Source, fmt.Sprint(twin.Rows, twin.Duration, twin.Live)})
		assert.NotEmpty(t, title.Description)
		if title.Live {
			live++
		}
		poster, err := jpeg.Decode(bytes.NewReader(fetch(t, p.client, title.Poster)))
		require.NoError(t, err, title.ID)
		assert.Equal(t, 640, poster.Bounds().Dx(), title.ID)
		assert.Equal(t, 360, poster.Bounds().Dy(), title.ID)
		assert.Contains(t, string(fetch(t, p.client, title.Source)), "#EXT-X-STREAM-INF", title.ID)
	}
	assert.Equal(t, 1, live)

	without := startPlayer(t, networktest.DemoOptions{})
	assert.Len(t, titles(t, without), 11, "a live title only when it is asked for")
}

// TestExcerptsHaveTheirStills shows that an I-frame playlist is cut at the same times as the others.
func TestExcerptsHaveTheirStills(t *testing.T) {
	p := startPlayer(t, networktest.DemoOptions{Live: true})
	for id, want := range map[string]string{"aurora-night": "/aurora/stills/010.m4s", "sunset-last": "/sunset/stills/020.m4s"} {
		assert.Contains(t, string(fetch(t, p.client, p.demo.URL("excerpts/"+id+"/main.m3u8"))), `URI="stills/list.m3u8"`)
		list := string(fetch(t, p.client, p.demo.URL("excerpts/"+id+"/stills/list.m3u8")))
		assert.Contains(t, list, "#EXT-X-I-FRAMES-ONLY")
		segments := lines([]byte(list))
		assert.Equal(t, want, segments[0])
		assert.Len(t, segments, int(titles(t, p)[id].Duration))
	}
	live := lines(fetch(t, p.client, p.demo.URL("excerpts/orrery-live/stills/list.m3u8")))
	assert.Len(t, live, 16, "the window of the live title")
}

// TestExcerptsDecryptToTheirPartOfTheTitle fetches the last segment of each, with the key that its playlist names.
func TestExcerptsDecryptToTheirPartOfTheTitle(t *testing.T) {
	p := startPlayer(t, networktest.DemoOptions{RotateEvery: 4})
	session := "session=" + p.signIn().AccessToken
	keyURI := regexp.MustCompile(`#EXT-X-KEY:METHOD=AES-128,URI="([^"]+)"`)
	sequence := regexp.MustCompile(`#EXT-X-MEDIA-SEQUENCE:(\d+)`)
	for id, title := range titles(t, p) {
		if !strings.Contains(title.HLS, "/excerpts/") {
			continue
		}
		base, err := url.Parse(title.HLS)
		require.NoError(t, err)
		for _, variant := range lines(fetch(t, p.client, title.HLS)) {
			at, err := base.Parse(variant)
			require.NoError(t, err)
			list := string(fetch(t, p.client, at.String()))
			assert.Contains(t, list, "#EXT-X-ENDLIST")
			segments := lines([]byte(list))
			assert.Len(t, segments, int(title.Duration/2), id)
			first, err := strconv.Atoi(sequence.FindStringSubmatch(list)[1])
			require.NoError(t, err)
			name := strings.TrimPrefix(segments[len(segments)-1], "/")
			number := first + len(segments) - 1
			assert.Equal(t, fmt.Sprintf("%03d", number), strings.TrimSuffix(path.Base(name), path.Ext(name)), "the media sequence number stays")
			got := fetch(t, p.client, p.demo.URL(name))
			want, err := fs.ReadFile(demoMedia(), name)
			require.NoError(t, err)
			keys := keyURI.FindAllStringSubmatch(list, -1)
			assert.Equal(t, title.Protected, len(keys) > 0, id)
			if title.Protected {
				iv := make([]byte, 16)
				iv[15] = byte(number) // RFC 8216, 5.2
				got = decrypt(t, got, fetch(t, p.client, p.demo.URL(keys[len(keys)-1][1]), "Cookie", session), iv)
			}
			assert.Equal(t, want, got, id)
			if strings.Contains(list, ".m4s") {
				assert.Equal(t, 1, strings.Count(list, "#EXT-X-MAP:"), id)
				init := regexp.MustCompile(`#EXT-X-MAP:URI="([^"]+)"`).FindStringSubmatch(list)[1]
				assert.NotEmpty(t, fetch(t, p.client, p.demo.URL(init)))
			}
		}
	}
	response, _, err := get(t, p.client, p.demo.URL("excerpts/nothing/main.m3u8"))
	require.NoError(t, err)
	assert.Equal(t, 404, response.status)
	response, _, err = get(t, p.client, p.demo.URL("posters/nothing.jpg"))
	require.NoError(t, err)
	assert.Equal(t, 404, response.status)
}

// TestLiveTitle looks at the window once every segment, for three rounds. RFC 8216, 6.2.2: a segment leaves at the front and one comes at the end,
// and the discontinuity sequence number counts the discontinuities that have left.
func TestLiveTitle(t *testing.T) {
	c := new(clock)
	p := startPlayer(t, networktest.DemoOptions{Now: c.now, Live: true})
	number := func(list, tag string) int {
		match := regexp.MustCompile("#" + tag + `:(\d+)\n`).FindStringSubmatch(list)
		require.Len(t, match, 2, tag)
		n, err := strconv.Atoi(match[1])
		require.NoError(t, err)
		return n
	}
	var before []string
	gone := 0
	for i := range 32 {
		list := string(fetch(t, p.client, p.demo.URL("excerpts/orrery-live/360p/list.m3u8")))
		assert.NotContains(t, list, "#EXT-X-ENDLIST")
		assert.NotContains(t, list, "#EXT-X-PLAYLIST-TYPE")
		assert.Equal(t, i, number(list, "EXT-X-MEDIA-SEQUENCE"))
		segments := strings.Split(list, "#EXTINF:")
		require.Len(t, segments, 9)
		entries := lines([]byte(list))
		if before != nil {
			assert.Equal(t, before[1:], entries[:7])
		}
		before = entries
		if i > 1 && (i-1)%10 == 0 {
			gone++ // the first segment of a round has left, with its tag
		}
		assert.Equal(t, gone, number(list, "EXT-X-DISCONTINUITY-SEQUENCE"), "at segment %d", i)
		c.advance(2 * time.Second)
	}
	assert.NotEmpty(t, fetch(t, p.client, p.demo.URL(before[0])))
}

func TestMediaWithoutPosters(t *testing.T) {
	p := startPlayer(t, networktest.DemoOptions{Media: fstest.MapFS{
		"catalogue.json": {Data: []byte(`{"titles": [{"id": "aurora"}]}`)},
	}})
	response, _, err := get(t, p.client, p.demo.URL("posters/aurora-dusk.jpg"))
	require.NoError(t, err)
	assert.Equal(t, 500, response.status)
}
