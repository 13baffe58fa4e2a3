package catalogue_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/network/catalogue"
)

// lists are M3U lists and the titles that they come to.
var lists = []struct {
	name, list string
	want       []catalogue.Title
	leftOut    int
}{
	{name: "nothing", list: "#EXTM3U"},
	{name: "a channel", list: "\ufeff#EXTM3U url-tvg=\"https://www.example.com/epg.xml\"\r\n\r\n" +
		`#EXTINF:-1 tvg-id="one.example" tvg-name="One" tvg-logo="one.png" group-title="News;Live",Channel One, the first` + "\r\n" +
		"#EXTVLCOPT:http-user-agent=canary\r\nhttps://live.example.com/one/main.m3u8\r\n",
		want: []catalogue.Title{{ID: "one.example", Name: "Channel One, the first", Poster: "https://www.example.com/tv/one.png", Source: "https://live.example.com/one/main.m3u8",
			Rows: []string{"News", "Live"}, Live: true}}},
	{name: "a film, and attributes without quotes and with commas in them", list: "#EXTM3U\n" + `#EXTINF:5400.5 tvg-id=film group-title="A, B" x="",Film` + "\nfilm.mp4",
		want: []catalogue.Title{{ID: "film", Name: "Film", Source: "https://www.example.com/tv/film.mp4", Rows: []string{"A, B"}, Duration: 5400500 * time.Millisecond}}},
	{name: "the name from an attribute", list: "#EXTM3U\n#EXTINF:0 tvg-id=\"1\" tvg-name=\"One\"\na\n#EXTINF:10 tvg-id=2 tvg-name=\"Two\",\nb",
		want: []catalogue.Title{{ID: "1", Name: "One", Source: "https://www.example.com/tv/a", Live: true},
			{ID: "2", Name: "Two", Source: "https://www.example.com/tv/b", Duration: 10 * time.Second}}},
	{name: "a group of its own line", list: "#EXTM3U\n#EXTGRP:News\n#EXTINF:-1 tvg-id=1,One\na\n#EXTINF:-1 tvg-id=2,Two\n#EXTGRP:Sport\nb\n#EXTINF:-1 tvg-id=3,Three\nc",
		want: []catalogue.Title{{ID: "1", Name: "One", Source: "https://www.example.com/tv/a", Rows: []string{"News"}, Live: true},
			{ID: "2", Name: "Two", Source: "https://www.example.com/tv/b", Rows: []string{"Sport"}, Live: true},
			{ID: "3", Name: "Three", Source: "https://www.example.com/tv/c", Live: true}}},
	{name: "headers behind a bar are none", list: "#EXTM3U\n#EXTINF:-1 tvg-id=1,One\nhttps://a.example/x|User-Agent=canary&Cookie=canary",
		want: []catalogue.Title{{ID: "1", Name: "One", Source: "https://a.example/x", Live: true}}},
	{name: "Latin-1", list: "#EXTM3U\n#EXTINF:-1 tvg-id=1,T\xe9l\xe9\na", want: []catalogue.Title{{ID: "1", Name: "Télé", Source: "https://www.example.com/tv/a", Live: true}}},
	{name: "open quotes and other oddities", list: "#EXTM3U\n#EXTINF:x tvg-id=\"1,One\na\n#EXTINF\n#EXTINF:\n#\nb\n#EXTINF:-1 =,c=,d\nc",
		want: []catalogue.Title{{ID: "", Name: "One", Source: "https://www.example.com/tv/a"}, {Name: "b", Source: "https://www.example.com/tv/b"},
			{Name: "c=,d", Source: "https://www.example.com/tv/c", Live: true}}},
	{name: "streams that are none of a service's", leftOut: 7, list: "#EXTM3U\nudp://@239.0.0.1:1234\nrtmp://a.example/x\nfile:///etc/passwd\n/\x7f\nhttp://127.1/\nhttp://u:p@a.example/\njavascript:alert(1)\n"},
	{name: "what deceives", list: "#EXTM3U\n#EXTINF:1 tvg-id=\"a\u202eb\" tvg-logo=\"data:image/png;base64,AA\" group-title=\"\u2066\x1b\",a\u202eb\na",
		want: []catalogue.Title{{Name: "ab", Source: "https://www.example.com/tv/a", Duration: time.Second}}},
}

func TestReadM3U(t *testing.T) {
	for _, test := range lists {
		t.Run(test.name, func(t *testing.T) {
			list, err := catalogue.ReadM3U([]byte(test.list), base)
			require.NoError(t, err)
			require.Len(t, list.Titles, len(test.want))
			for i, want := range test.want {
				if want.ID == "" {
					want.ID = list.Titles[i].ID
					assert.Len(t, want.ID, 16, "an ID is derived")
				}
				assert.Equal(t, want, list.Titles[i])
			}
			assert.Equal(t, test.leftOut, list.LeftOut)
		})
	}
}

func TestReadM3URefuses(t *testing.T) {
	for name, text := range map[string]string{
		"nothing": "", "a page": "<html>canary", "no head": "https://canary.example/", "a stream's playlist": "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,canary\na.ts",
		"too big": "#EXTM3U\n" + strings.Repeat("\n", catalogue.MaxSize),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := catalogue.ReadM3U([]byte(text), base)
			require.ErrorIs(t, err, catalogue.ErrFeed)
			assert.NotContains(t, err.Error(), "canary")
		})
	}
}

func TestReadM3ULimits(t *testing.T) {
	list, err := catalogue.ReadM3U([]byte("#EXTM3U\n#EXTINF:-1,"+strings.Repeat("a", 1<<20)+"\na\n"+strings.Repeat("b\n", 1<<20)), base)
	require.NoError(t, err)
	require.Len(t, list.Titles, 2)
	assert.Equal(t, "a", list.Titles[0].Name, "a line of a megabyte is passed over")
	assert.Equal(t, 1<<20-1, list.LeftOut)
}

func FuzzReadM3U(f *testing.F) {
	for _, test := range lists {
		f.Add([]byte(test.list))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if list, err := catalogue.ReadM3U(data, base); err == nil {
			fit(t, list)
		}
	})
}
