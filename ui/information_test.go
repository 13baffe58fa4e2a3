package ui

import (
	"net/http"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"github.com/stretchr/testify/assert"

	"latchkey/network"
	"latchkey/player"
)

func TestInformation(t *testing.T) {
	records := []network.Record{
		{Class: network.ClassKey, URL: "https://keys.example.com/a.key?token=" + canary, Status: http.StatusForbidden, Cookies: []string{"session"}},
		{Class: network.ClassKey, URL: "https://keys.example.com/b.key?token=" + canary, Status: http.StatusOK, Bytes: 16, Cookies: []string{"session"}},
		{Class: network.ClassSegment, URL: "https://media.example.com/1.ts", Status: http.StatusOK},
	}
	inWindow(t, func(o *Options) { o.Requests = func() []network.Record { return records } }, func(r *rig) {
		r.playing()
		r.engine.set(func(s *player.Snapshot) {
			s.Video = player.VideoInfo{Codec: "h264", Width: 1280, Height: 720, FrameRate: 30}
			s.Protections = []player.Protection{{Method: "SAMPLE-AES", Scheme: "cbcs", KeyFormat: "identity", URI: "https://keys.example.com/b.key",
				KeyIDs: []string{"k1", "k2", "k3"}, Keys: 3}}
		})
		r.settle()
		assert.False(t, r.information.Visible())
		r.typedKey(key(fyne.KeyI))
		r.settle()
		assert.True(t, r.information.Visible())
		texts := r.texts()
		for _, want := range []string{
			"h264, 1280 × 720, 30 frames/s", "SAMPLE-AES, cbcs, key format identity, 3 keys", "k2, k3",
			"keys.example.com/b.key: 200, 16 B, 0 ms, with session",
		} {
			assert.Contains(t, texts, want)
		}
		for _, text := range texts {
			assert.NotContains(t, text, canary)
		}
		r.engine.set(func(s *player.Snapshot) { s.Protections = nil })
		r.pass(time.Second)
		assert.NotContains(t, r.texts(), "k2, k3", "the lines follow what plays")
		r.win.Resize(fyne.NewSize(minWidth, minHeight))
		r.settle()
		for _, o := range r.information.Objects {
			if !o.Visible() {
				continue // there is no room for all lines
			}
			assert.LessOrEqual(t, o.Position().X+o.Size().Width, r.information.Size().Width)
		}
		r.typedKey(key(fyne.KeyI))
		r.settle()
		assert.False(t, r.information.Visible())
	})
}

func TestFactsOfBlockedRequest(t *testing.T) {
	facts := factsOf(player.Snapshot{Variant: -1}, []network.Record{
		{Class: network.ClassSubtitle, URL: "http://10.0.0.1/de.vtt", Blocked: true,
			Error: "subtitle request http://10.0.0.1/de.vtt: blocked: 10.0.0.1 is on your own network, and this stream is from the internet"},
		{Class: network.ClassSegment, URL: "https://media.example.com/1.ts", Status: http.StatusOK},
	})
	assert.Contains(t, facts, fact{"Blocked", "10.0.0.1 is on your own network, and this stream is from the internet"})
}

func TestFactsOfNothing(t *testing.T) {
	assert.Equal(t, []fact{
		{"Picture", "none"},
		{"Sound", "none"},
		{"Buffer", "0.0 s, 0 waits for data"},
		{"Frames", "0 shown, 0 dropped, 0 repeated"},
		{"Encryption", "none"},
	}, factsOf(player.Snapshot{Variant: -1}, nil))
}
