package hls_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/player/hls"
)

// steeringExample has all that a manifest may have. Second edition, 7.2 and 7.3.
const steeringExample = `{"VERSION": 1, "TTL": 30.5, "RELOAD-URI": "again?id=7", "PATHWAY-PRIORITY": ["CDN-C", "CDN-A"], "MORE": {},
	"PATHWAY-CLONES": [{"BASE-ID": "CDN-A", "ID": "CDN-C", "URI-REPLACEMENT": {"HOST": "c.example.com", "PARAMS": {"token": "1 2", "x": "new"},
		"PER-VARIANT-URIS": {"v1": "https://own.example.com/v1.m3u8", "v2": "relative.m3u8"}, "PER-RENDITION-URIS": {"a1": "https://own.example.com/a1.m3u8"}}}]}`

func TestSteering(t *testing.T) {
	m, err := hls.ParseSteering([]byte(steeringExample), "https://steer.example.com/dir/manifest.json")
	require.NoError(t, err)
	assert.Equal(t, 30500*time.Millisecond, m.TTL)
	assert.Equal(t, "https://steer.example.com/dir/again?id=7", m.Reload)
	assert.Equal(t, []string{"CDN-C", "CDN-A"}, m.Priority)
	require.Len(t, m.Clones, 1)
	c := m.Clones[0]
	for _, test := range []struct{ stable, uri, want string }{
		{"v1", "https://a.example.com/1.m3u8", "https://own.example.com/v1.m3u8"},
		{"", "https://a.example.com:8443/1.m3u8?x=old&y=1", "https://c.example.com:8443/1.m3u8?y=1&token=1+2&x=new"},
		{"v3", "https://a.example.com/1.m3u8", "https://c.example.com/1.m3u8?token=1+2&x=new"},
	} {
		got, err := c.Variant(test.stable, test.uri)
		require.NoError(t, err)
		assert.Equal(t, test.want, got)
	}
	got, err := c.Rendition("a1", "https://a.example.com/a.m3u8")
	require.NoError(t, err)
	assert.Equal(t, "https://own.example.com/a1.m3u8", got)
	_, err = c.Variant("v2", "https://a.example.com/1.m3u8")
	require.ErrorIs(t, err, hls.ErrSteering, "URIs of clones are absolute")

	m, err = hls.ParseSteering([]byte(`{"VERSION":1,"PATHWAY-PRIORITY":["."]}`), "")
	require.NoError(t, err)
	assert.Equal(t, 5*time.Minute, m.TTL)
	m, err = hls.ParseSteering([]byte(`{"VERSION":1,"TTL":-1e300,"PATHWAY-PRIORITY":["."]}`), "")
	require.NoError(t, err)
	assert.Equal(t, time.Second, m.TTL)
}

func TestSteeringRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"nothing":           "",
		"a web page":        "<html>canary",
		"another version":   `{"VERSION":2,"PATHWAY-PRIORITY":["canary"]}`,
		"no priority":       `{"VERSION":1,"PATHWAY-PRIORITY":[]}`,
		"a list":            `[]`,
		"a clone of itself": `{"VERSION":1,"PATHWAY-PRIORITY":["a"],"PATHWAY-CLONES":[{"BASE-ID":"canary","ID":"canary"}]}`,
		"a clone's port":    `{"VERSION":1,"PATHWAY-PRIORITY":["a"],"PATHWAY-CLONES":[{"BASE-ID":"a","ID":"b","URI-REPLACEMENT":{"HOST":"canary:80"}}]}`,
		"a clone's user":    `{"VERSION":1,"PATHWAY-PRIORITY":["a"],"PATHWAY-CLONES":[{"BASE-ID":"a","ID":"b","URI-REPLACEMENT":{"HOST":"a@canary"}}]}`,
		"a long one":        strings.Repeat(" ", 2<<20),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := hls.ParseSteering([]byte(text), "https://a.example/")
			require.ErrorIs(t, err, hls.ErrSteering)
			assert.NotContains(t, err.Error(), "canary")
		})
	}
}

func FuzzParseSteering(f *testing.F) {
	f.Add([]byte(steeringExample), "https://a.example.com/1.m3u8?a=b")
	f.Fuzz(func(t *testing.T, data []byte, uri string) {
		m, err := hls.ParseSteering(data, "https://steer.example.com/dir/manifest.json")
		if err != nil {
			require.ErrorIs(t, err, hls.ErrSteering)
			return
		}
		assert.NotEmpty(t, m.Priority)
		assert.Positive(t, m.TTL)
		for _, c := range m.Clones {
			if _, err := c.Variant("v1", uri); err != nil {
				require.ErrorIs(t, err, hls.ErrSteering)
			}
		}
	})
}
