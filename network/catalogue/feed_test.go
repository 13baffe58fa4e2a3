package catalogue_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/network"
	"latchkey/network/catalogue"
)

const base = "https://www.example.com/tv/catalogue.json"

// feed returns a feed of titles.
func feed(titles ...string) string {
	return `{"schema": "latchkey.catalogue/1", "titles": [` + strings.Join(titles, ",") + `]}`
}

// feeds are feeds and the titles that they come to.
var feeds = []struct {
	name, feed string
	want       []catalogue.Title
	leftOut    int
}{
	{name: "nothing", feed: feed()},
	{name: "all of it", feed: feed(`{"id": "42", "title": "Northern Lights", "description": "Half a minute.", "rows": ["New", "Films"],
		"poster": "posters/42.jpg", "hls": "/42/main.m3u8", "duration_s": 30.5, "protected": true, "colour": {"a": [1, 2]}}`),
		want: []catalogue.Title{{ID: "42", Name: "Northern Lights", Description: "Half a minute.", Rows: []string{"New", "Films"},
			Poster: "https://www.example.com/tv/posters/42.jpg", Source: "https://www.example.com/42/main.m3u8",
			Duration: 30500 * time.Millisecond, Protected: true}}},
	{name: "source, live, other hosts", feed: feed(`{"id": "1", "title": "One", "source": "//cdn.example.net/one.mp4?t=1#x", "live": true, "duration_s": 5}`),
		want: []catalogue.Title{{ID: "1", Name: "One", Source: "https://cdn.example.net/one.mp4?t=1", Live: true}}},
	{name: "another alphabet in a host is shown as DNS has it", feed: feed(`{"id": "1", "title": "a", "hls": "https://bücher.example/a"}`),
		want: []catalogue.Title{{ID: "1", Name: "a", Source: "https://xn--bcher-kva.example/a"}}},
	{name: "white space and accents", feed: feed(`{"id": "1", "title": " Caf\u00e9\n\t de\u0301ja\u0300 ", "hls": "a"}`),
		want: []catalogue.Title{{ID: "1", Name: "Café de\u0301ja\u0300", Source: "https://www.example.com/tv/a"}}},
	{name: "text that deceives", feed: feed(`{"id": "1", "title": "a\u202egpj.exe\u2066\u0000\u001b[2J\u2028b\ufeff\u00ad\ue000", "description": "\u200f\u061c", "hls": "a"}`),
		want: []catalogue.Title{{ID: "1", Name: "agpj.exe[2J b", Source: "https://www.example.com/tv/a"}}},
	{name: "a family and Persian keep their joiners", feed: feed(`{"id": "1", "title": "\ud83d\udc69\u200d\ud83d\udc67 \u0645\u06cc\u200c\u0631", "hls": "a"}`),
		want: []catalogue.Title{{ID: "1", Name: "\U0001f469\u200d\U0001f467 \u0645\u06cc\u200c\u0631", Source: "https://www.example.com/tv/a"}}},
	{name: "a pile of accents", feed: feed(`{"id": "1", "title": "a` + strings.Repeat(`\u0301`, 50) + `b", "hls": "a"}`),
		want: []catalogue.Title{{ID: "1", Name: "a\u0301\u0301\u0301\u0301b", Source: "https://www.example.com/tv/a"}}},
	{name: "no name", feed: feed(`{"id": "1", "hls": "x/Lights%20on.m3u8"}`, `{"id": "2", "hls": "https://cdn.example.net"}`),
		want: []catalogue.Title{{ID: "1", Name: "Lights on.m3u8", Source: "https://www.example.com/tv/x/Lights%20on.m3u8"},
			{ID: "2", Name: "cdn.example.net", Source: "https://cdn.example.net"}}},
	{name: "an ID twice", feed: feed(`{"id": "1", "title": "a", "hls": "a"}`, `{"id": "1", "title": "b", "hls": "b"}`), leftOut: 1,
		want: []catalogue.Title{{ID: "1", Name: "a", Source: "https://www.example.com/tv/a"}}},
	{name: "one of another form takes no other with it", feed: feed(`{"id": 7, "hls": "a"}`, `"b"`, `{"id": "1", "title": "a", "rows": [7], "hls": "a"}`,
		`{"id": "2", "title": "a", "hls": "a"}`), leftOut: 3,
		want: []catalogue.Title{{ID: "2", Name: "a", Source: "https://www.example.com/tv/a"}}},
	{name: "streams that are none of a service's", leftOut: 14, feed: feed(`{"id": "1"}`, `{"id": "2", "hls": "javascript:alert(1)"}`, `{"id": "3", "hls": "file:///etc/passwd"}`,
		`{"id": "4", "hls": "data:video/mp4;base64,AAAA"}`, `{"id": "5", "hls": "https://good.example@evil.example/"}`, `{"id": "6", "hls": "http://127.0.0.1/a"}`,
		`{"id": "7", "hls": "http://localhost:631/"}`, `{"id": "8", "hls": "http://169.254.169.254/latest"}`, `{"id": "9", "hls": "http://[::ffff:10.0.0.1]/"}`,
		`{"id": "10", "hls": "http://2130706433/"}`, `{"id": "11", "hls": "latchkey:play?url=x"}`, `{"id": "12", "hls": "https:a"}`, `{"id": "13", "hls": "http://router/"}`,
		`{"id": "14", "hls": "https://`+strings.Repeat("a", 9000)+`.example/"}`)},
	{name: "posters that are none of a service's", feed: feed(`{"id": "1", "title": "a", "hls": "a", "poster": "data:image/png;base64,AAAA"}`,
		`{"id": "2", "title": "a", "hls": "a", "poster": "http://192.168.1.1/reboot"}`, `{"id": "3", "title": "a", "hls": "a", "poster": "file:///a.png"}`),
		want: []catalogue.Title{{ID: "1", Name: "a", Source: "https://www.example.com/tv/a"}, {ID: "2", Name: "a", Source: "https://www.example.com/tv/a"},
			{ID: "3", Name: "a", Source: "https://www.example.com/tv/a"}}},
}

func TestReadFeed(t *testing.T) {
	for _, test := range feeds {
		t.Run(test.name, func(t *testing.T) {
			list, err := catalogue.ReadFeed([]byte(test.feed), base)
			require.NoError(t, err)
			assert.Equal(t, test.want, list.Titles)
			assert.Equal(t, test.leftOut, list.LeftOut)
		})
	}
}

func TestReadFeedRows(t *testing.T) {
	titles := `"titles": [{"hls": "a", "rows": ["B", "C"]}, {"hls": "b", "rows": ["A", "B", "", "B"]}]`
	list, err := catalogue.ReadFeed([]byte(`{"service": " Example\u202e TV", `+titles+`, "schema": "latchkey.catalogue/1"}`), base)
	require.NoError(t, err)
	assert.Equal(t, "Example TV", list.Name)
	assert.Equal(t, []string{"B", "C", "A"}, list.Rows)
	assert.Equal(t, []string{"A", "B"}, list.Titles[1].Rows)

	list, err = catalogue.ReadFeed([]byte("\ufeff"+`{"schema": "latchkey.catalogue/1", "rows": ["A", "None", "B", "A"], `+titles+`}`), base)
	require.NoError(t, err)
	assert.Equal(t, []string{"A", "B", "C"}, list.Rows, "an empty row is none, and one that was not named comes last")
}

// TestReadFeedIDs shows that what was watched is found again: a derived ID does not go by what changes from one reading to the next.
func TestReadFeedIDs(t *testing.T) {
	read := func(source string) string {
		list, err := catalogue.ReadFeed([]byte(feed(`{"title": "a", "hls": "`+source+`"}`)), base)
		require.NoError(t, err)
		require.Len(t, list.Titles, 1)
		return list.Titles[0].ID
	}
	assert.Equal(t, read("a?token=1"), read("/tv/a?token=2"))
	assert.NotEqual(t, read("a"), read("b"))
	assert.NotEmpty(t, read("a"))
}

func TestReadFeedAtHome(t *testing.T) {
	list, err := catalogue.ReadFeed([]byte(feed(`{"id": "1", "hls": "http://192.168.1.6/a"}`, `{"id": "2", "hls": "b"}`)), "http://192.168.1.5:8080/")
	require.NoError(t, err)
	assert.Len(t, list.Titles, 2)
}

func TestReadFeedRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"nothing": "", "no JSON": "<html>canary", "an array": `["canary"]`, "cut": `{"schema": "latchkey.catalogue/1", "titles": [{"title": "canary"`,
		"no schema": `{"titles": []}`, "another schema": `{"schema": "canary"}`, "more behind": feed() + "canary", "titles are none": `{"schema": "latchkey.catalogue/1", "titles": "canary"}`,
		"a schema of another type": `{"schema": ["canary"]}`, "deep": `{"x": ` + strings.Repeat("[", 1<<20), "deep titles": feed(strings.Repeat(`{"a":`, 1<<20)),
		"too big": feed(`{"title": "` + strings.Repeat("a", catalogue.MaxSize) + `"}`),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := catalogue.ReadFeed([]byte(text), base)
			require.ErrorIs(t, err, catalogue.ErrFeed)
			assert.NotContains(t, err.Error(), "canary")
		})
	}
	for _, base := range []string{"", "catalogue.json", "file:///canary", "https://"} {
		_, err := catalogue.ReadFeed([]byte(feed()), base)
		require.ErrorIs(t, err, catalogue.ErrFeed)
		assert.NotContains(t, err.Error(), "canary")
	}
}

func TestReadFeedLimits(t *testing.T) {
	many := make([]string, catalogue.MaxTitles+5)
	for i := range many {
		many[i] = fmt.Sprintf(`{"id": "%d", "title": "a", "hls": "a", "rows": ["row %d"]}`, i, i)
	}
	list, err := catalogue.ReadFeed([]byte(feed(many...)), base)
	require.NoError(t, err)
	assert.Len(t, list.Titles, catalogue.MaxTitles)
	assert.Len(t, list.Rows, catalogue.MaxRows)
	assert.Equal(t, 5, list.LeftOut)

	rows := strings.TrimSuffix(strings.Repeat(`"a",`, 1<<20), ",")
	list, err = catalogue.ReadFeed([]byte(`{"schema": "latchkey.catalogue/1", "rows": [`+rows+`], "titles": [{"hls": "a", "rows": [`+rows+`]}]}`), base)
	require.NoError(t, err)
	assert.Equal(t, []string{"a"}, list.Rows)

	list, err = catalogue.ReadFeed([]byte(feed(`{"id": "1", "title": "`+strings.Repeat("é", 5<<20)+`", "description": "`+strings.Repeat("a ", 5<<20)+`", "hls": "a"}`)), base)
	require.NoError(t, err)
	assert.Equal(t, strings.Repeat("é", 200), list.Titles[0].Name)
	assert.Equal(t, strings.TrimSuffix(strings.Repeat("a ", 1000), " "), list.Titles[0].Description)

	list, err = catalogue.ReadFeed([]byte(feed(strings.TrimSuffix(strings.Repeat("{},", 1<<18), ","))), base)
	require.NoError(t, err)
	assert.Empty(t, list.Titles)
	assert.Equal(t, 1<<18, list.LeftOut)
}

func FuzzReadFeed(f *testing.F) {
	for _, test := range feeds {
		f.Add([]byte(test.feed))
	}
	f.Add([]byte(`{"schema": "latchkey.catalogue/1", "rows": ["a", 1], "titles": [{"rows": "a"}], "x": [[{}]]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if list, err := catalogue.ReadFeed(data, base); err == nil {
			assert.True(t, json.Valid([]byte(strings.TrimPrefix(string(data), "\ufeff"))))
			fit(t, list)
		}
	})
}

// fit checks what every catalogue promises.
func fit(t *testing.T, list *catalogue.Catalogue) {
	t.Helper()
	ids := make(map[string]bool)
	for _, title := range list.Titles {
		assert.NotEmpty(t, title.ID)
		assert.False(t, ids[title.ID], "ID %q is there twice", title.ID)
		ids[title.ID] = true
		assert.NotEmpty(t, title.Name)
		for _, text := range append([]string{title.ID, title.Name, title.Description}, title.Rows...) {
			for _, r := range text {
				assert.False(t, unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r), "%q", text)
			}
		}
		for _, row := range title.Rows {
			assert.Contains(t, list.Rows, row)
		}
		for _, address := range []string{title.Source, title.Poster} {
			if address == "" {
				continue
			}
			u, err := network.ParseURL(address)
			if assert.NoError(t, err, address) {
				assert.Nil(t, u.User)
				assert.False(t, network.LocalHost(u.Hostname()), address)
				assert.Equal(t, address, u.String())
			}
		}
		assert.NotEmpty(t, title.Source)
		assert.GreaterOrEqual(t, title.Duration, time.Duration(0))
	}
}

func BenchmarkReadFeed(b *testing.B) {
	titles := make([]string, 5000)
	for i := range titles {
		titles[i] = fmt.Sprintf(`{"id": "%d", "title": "Northern Lights %d", "description": "%s", "rows": ["Films", "Row %d"], "poster": "posters/%d.jpg",
			"hls": "/%d/main.m3u8", "duration_s": 3600, "protected": true}`, i, i, strings.Repeat("Half a minute of light. ", 10), i%40, i, i)
	}
	data := []byte(feed(titles...))
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := catalogue.ReadFeed(data, base); err != nil {
			b.Fatal(err)
		}
	}
}
