package player_test

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/drm"
	"latchkey/network"
	"latchkey/network/networktest"
	"latchkey/player"
	"latchkey/player/mediatest"
	"latchkey/player/report"
)

// TestProtections reads from the report how each kind of stream is encrypted, and finds no key there.
func TestProtections(t *testing.T) {
	t.Parallel()
	first, second := drm.KeyID(two[0].ID).String(), drm.KeyID(two[1].ID).String()
	stream := mediatest.MakeHLS(t, mediatest.HLSSpec{Spec: mediatest.Spec{Video: "h264", Audio: "aac"}})
	for _, c := range []struct {
		name   string
		source string
		config player.Config
		want   []player.Protection
	}{
		{"clear", packaged("clear-h264"), player.Config{}, []player.Protection{}},
		{"whole segments", rotating(t, stream.Folder), player.Config{}, []player.Protection{{Method: "AES-128", KeyFormat: "identity", Keys: 2}}},
		{"MPEG-2 TS", packaged("ts-h264"), player.Config{}, []player.Protection{{Method: "SAMPLE-AES", KeyFormat: "identity", URI: "data:", Keys: 1}}},
		{"cbcs", packaged("cbcs-h264"), player.Config{},
			[]player.Protection{{Method: "SAMPLE-AES", Scheme: "cbcs", KeyFormat: "identity", URI: "data:", KeyIDs: []string{first}, Keys: 1}}},
		{"cenc", packaged("cenc-hevc"), player.Config{},
			[]player.Protection{{Method: "SAMPLE-AES-CTR", Scheme: "cenc", KeyFormat: "identity", URI: "data:", KeyIDs: []string{first}, Keys: 1}}},
		{"a key for each track", clearKeyOrigin(t, two...).URL("index.m3u8"), player.Config{}, []player.Protection{{Method: "SAMPLE-AES-CTR", Scheme: "cenc",
			KeyFormat: "org.w3.clearkey", KeyIDs: []string{first, second}, Keys: 2}}},
		{"given keys", packaged("two"), player.Config{Keys: given(t)},
			[]player.Protection{{Method: "SAMPLE-AES-CTR", Scheme: "cenc", KeyFormat: "given", KeyIDs: []string{first, second}, Keys: 2}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.config.FreeRun = true
			s := newScreen(t, c.config)
			configuration := network.NewConfiguration()
			configuration.CookieHeaders.SetValue("session", "abc")
			s.open(c.source, configuration, 0)
			s.play()
			end := s.ended()
			require.Equal(t, player.Complete, end.State, "%v", end.Error)
			got, err := json.Marshal(report.New(end, nil).Keys)
			require.NoError(t, err)
			var read []player.Protection
			require.NoError(t, json.Unmarshal(got, &read))
			require.Len(t, read, len(c.want))
			for i := range read {
				if address := read[i].URI; strings.HasPrefix(address, "http") {
					assert.NotContains(t, address, "?")
					read[i].URI = ""
				}
				assert.Len(t, read[i].KeyIDs, len(c.want[i].KeyIDs))
				slices.Sort(read[i].KeyIDs) // tracks are read side by side
			}
			assert.Equal(t, c.want, read)
			for _, secret := range []string{"latchkey-hls-key", "LATCHKEY-HLS-KEY", "bGF0Y2hrZXktaGxzLWtleQ", "TEFUQ0hLRVktSExTLUtFWQ"} {
				assert.NotContains(t, string(got), secret)
			}
		})
	}
}

// rotating serves a stream with a key of its own for each segment.
func rotating(t *testing.T, folder string) string {
	t.Helper()
	return newOrigin(t, networktest.Options{FS: os.DirFS(folder), Encryption: networktest.Encryption{On: true, RotateEvery: 1}}).URL("index.m3u8")
}
