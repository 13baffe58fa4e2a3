package hls

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestResolve(t *testing.T) { // RFC 3986, 5.4, and what playlists have
	const rfcBase = "http://a/b/c/d;p?q"
	for _, c := range []struct{ base, ref, want string }{
		{rfcBase, "g", "http://a/b/c/g"},
		{rfcBase, "./g", "http://a/b/c/g"},
		{rfcBase, "g/", "http://a/b/c/g/"},
		{rfcBase, "/g", "http://a/g"},
		{rfcBase, "//g", "http://g/"}, // WHATWG URL, 4.4: a path of a special scheme begins with a slash
		{rfcBase, "?y", "http://a/b/c/d;p?y"},
		{rfcBase, "g?y", "http://a/b/c/g?y"},
		{rfcBase, "g?y/./x", "http://a/b/c/g?y/./x"},
		{rfcBase, "g?y/../x", "http://a/b/c/g?y/../x"},
		{rfcBase, "g#s", "http://a/b/c/g#s"},
		{rfcBase, "g;x=1/./y", "http://a/b/c/g;x=1/y"},
		{rfcBase, "g;x=1/../y", "http://a/b/c/y"},
		{rfcBase, "..", "http://a/b/"},
		{rfcBase, "../g", "http://a/b/g"},
		{rfcBase, "../../../g", "http://a/g"},
		{rfcBase, "/./g", "http://a/g"},
		{rfcBase, "/../g", "http://a/g"},
		{rfcBase, "g.", "http://a/b/c/g."},
		{rfcBase, ".g", "http://a/b/c/.g"},
		{rfcBase, "http://other.example/x/../y", "http://other.example/y"},
		{"https://a.example/p/i.m3u8?t=1#f", "s-1.ts?a=b&c=d", "https://a.example/p/s-1.ts?a=b&c=d"},
		{"https://a.example", "s.ts", "https://a.example/s.ts"},
		{"https://a.example:8443/x/y", "/s.ts", "https://a.example:8443/s.ts"},
		{"https://a.example/p/", "s%201.ts", "https://a.example/p/s%201.ts"},
		{"https://a.example/p/", "s 1.ts", "https://a.example/p/s%201.ts"},
		{"https://a.example/p/", "12:30.ts", "https://a.example/p/12:30.ts"},
		{"https://a.example/p/", "a 100%.ts", "https://a.example/p/a%20100%25.ts"},
		{"https://a.example/p/", `a\b[1]{2}.ts`, "https://a.example/p/a/b[1]%7B2%7D.ts"},
		{"https://a.example/p/", "ü?q=ü 1%&x#%", "https://a.example/p/%C3%BC?q=%C3%BC%201%&x#%25"},
		{"https://a.example/p/", "HTTPS://B.example:443/a", "https://b.example/a"},
		{"https://a.example/p/", "http://127.1/a", "http://127.0.0.1/a"},
		{"https://a.example/a 100%/i.m3u8", "s.ts", "https://a.example/a%20100%25/s.ts"},
		{"https://a.example/p/", "skd://Key-1", "skd://Key-1"},
		{"https://a.example/p/", "data:text/plain;base64,AA==", "data:text/plain;base64,AA=="},
		{"file:///home/me/i.m3u8", "s.ts", "file:///home/me/s.ts"},
		{"/home/me/i.m3u8", "../s.ts", "../s.ts"},
		{`C:\films\i.m3u8`, `a\s.ts`, `a\s.ts`},
		{"", "s.ts", "s.ts"},
	} {
		t.Run(c.base+" "+c.ref, func(t *testing.T) {
			r, ok := newResolver(c.base)
			require.True(t, ok)
			got, _ := r.appendTo(nil, c.ref)
			assert.Equal(t, c.want, string(got))
		})
	}
	_, ok := newResolver("http://[::1/x")
	assert.False(t, ok)
	_, err := Parse([]byte(mediaHead), "http://[::1/x", ParseOptions{})
	assert.Error(t, err)
}

// A file: URL in a file's playlist is a path where FilePaths says so, and stays what it is in a
// URL's.
func TestFilePaths(t *testing.T) {
	for ref, want := range map[string]string{
		"file:///a/b%20c.ts":         "/a/b%20c.ts",
		"FILE://localhost/a/b.ts":    "/a/b.ts",
		"file:/a/b.ts":               "/a/b.ts",
		"file://nas.example/a/b.ts":  "file://nas.example/a/b.ts",
		"file:b.ts":                  "file:b.ts",
		"https://a.example/3.m4s":    "https://a.example/3.m4s",
		"data:;base64,AAAAAAAAAAAAA": "data:;base64,AAAAAAAAAAAAA",
	} {
		text := []byte(mediaHead + "#EXTINF:2,\n" + ref + "\n#EXT-X-ENDLIST\n")
		for _, test := range []struct {
			base string
			opts ParseOptions
			want string
		}{
			{"", ParseOptions{FilePaths: true}, want},
			{"", ParseOptions{}, ref},
			{"https://a.example/p/list.m3u8", ParseOptions{FilePaths: true}, ref},
		} {
			list, err := Parse(text, test.base, test.opts)
			require.NoError(t, err)
			assert.Equal(t, test.want, list.Media.Segments[0].URI, "%s %v", test.base, test.opts.FilePaths)
		}
	}
}

// The playlists of a stream in files stand in folders of their own.
func TestResolveInAFolder(t *testing.T) {
	text := mediaHead + "#EXT-X-KEY:METHOD=AES-128,URI=\"key.bin\"\n#EXT-X-MAP:URI=\"init.mp4\"\n#EXTINF:2,\nseg/0.m4s\n" +
		"#EXTINF:2,\n../1.m4s\n#EXTINF:2,\n/abs/2.m4s\n#EXTINF:2,\nhttps://a.example/3.m4s\n#EXT-X-ENDLIST\n"
	list, err := Parse([]byte(text), "720p/list.m3u8", ParseOptions{Folder: "720p/"})
	require.NoError(t, err)
	var uris []string
	for _, s := range list.Media.Segments {
		uris = append(uris, s.URI)
	}
	assert.Equal(t, []string{"720p/seg/0.m4s", "720p/../1.m4s", "/abs/2.m4s", "https://a.example/3.m4s"}, uris)
	assert.Equal(t, "720p/init.mp4", list.Media.Segments[0].Map.URI)
	assert.Equal(t, "720p/key.bin", list.Media.Segments[0].Keys[0].URI)

	list, err = Parse([]byte(text), "https://a.example/p/list.m3u8", ParseOptions{Folder: "720p/"})
	require.NoError(t, err)
	assert.Equal(t, "https://a.example/p/seg/0.m4s", list.Media.Segments[0].URI)
}

// FuzzResolve holds the short way of putting references together against the long one.
func FuzzResolve(f *testing.F) {
	for _, ref := range []string{"a.ts", "/a/b.ts?c=d", "../a", "http://b.example/x", "https://b.example/a/../x", "a:b", "?q", "#f", "//h/p", "a?b?c", "http:///x", "a/./b", "http://b.example:80/x", "~a_b"} {
		f.Add("https://u@a.example/p/q/i.m3u8?x=1", ref)
	}
	f.Fuzz(func(t *testing.T, base, ref string) {
		r, ok := newResolver(base)
		if !ok || r.web == nil || plainReference(ref) == refOther {
			return
		}
		got, ok := r.appendTo(nil, ref)
		require.True(t, ok)
		want, err := r.web.Resolve(ref)
		require.NoError(t, err)
		require.Equal(t, want, string(got))
	})
}
