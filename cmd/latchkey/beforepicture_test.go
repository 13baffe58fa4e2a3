package main_test

import (
	"context"
	"image"
	"image/png"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/network"
	"latchkey/network/networktest"
	"latchkey/ui/theme"
)

const (
	// beforeLimit is how long a window may take to show something, its start included, on a busy
	// machine. Most take a second.
	beforeLimit = 30 * time.Second
	// leaveLimit is how long the program may take to end; a wait for a server would be longer.
	leaveLimit = 5 * time.Second
)

// look is what a screenshot is recognised by.
type look int

const (
	lookOpening look = 1 // a spinner in the middle, and a name and a way back at the top
	lookFailed  look = 2 // a card with the sign of danger
	lookCard    look = 3 // a card that asks something
)

// TestBeforeThePicture opens what does not come to a picture, in each way that the desktop knows, and
// looks at the screen until it shows that, without a key or the pointer. It then has the window closed.
func TestBeforeThePicture(t *testing.T) {
	cases := beforeCases(t)
	for _, screen := range []struct {
		name          string
		width, height int
		scale         string
	}{
		{"1280x800", 1280, 800, "1"}, {"480x320", 480, 320, "1"}, {"1280x800 at scale 2", 1280, 800, "2"},
	} {
		t.Run(screen.name, func(t *testing.T) {
			t.Parallel()
			d := newSilentDesktop(t, screen.width, screen.height)
			for i, c := range cases {
				t.Run(c.name, func(t *testing.T) {
					ctx, cancel := context.WithTimeout(t.Context(), beforeLimit)
					defer cancel()
					run := start(ctx, t, append(d.environment(), "FYNE_SCALE="+screen.scale), "--ao", "null", c.argument)
					var shot *image.RGBA
					err := every(ctx, lookEvery, func() (bool, error) {
						var err error
						shot, err = d.screenshot()
						return err == nil && c.look.in(shot), err
					})
					saveShot(t, screen.name+" "+c.name, shot)
					require.NoError(t, err, "it is not shown\n%s", run.stderr.String())
					assertOnScreen(t, d, screen.width, screen.height)
					leave := []func(){func() { d.keys(ctx, t, "ctrl+q") }, cancel}[i%2]
					begin := time.Now()
					leave()
					select {
					case <-run.done:
					case <-time.After(leaveLimit):
						assert.Fail(t, "the window does not close", "%v after it was asked to", leaveLimit)
					}
					t.Logf("closed after %v", time.Since(begin).Round(time.Millisecond))
				})
			}
		})
	}
}

type beforeCase struct {
	name, argument string
	look           look
}

// beforeCases are what can be opened that comes to no picture.
func beforeCases(t *testing.T) []beforeCase {
	t.Helper()
	release := make(chan struct{})
	t.Cleanup(func() { close(release) })
	media := fstest.MapFS{
		"main.m3u8": {Data: []byte("#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n0.ts\n#EXT-X-ENDLIST\n")},
		"0.ts":      {Data: make([]byte, 188)},
	}
	origin := func(o networktest.Options) *networktest.Origin {
		o.FS = media
		origin, err := networktest.NewOrigin(o)
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, origin.Close()) })
		return origin
	}
	stuck := origin(networktest.Options{})
	stuck.Inject(networktest.Fault{Classes: []network.Class{network.ClassSegment}, Effect: networktest.Hold(release)})
	locked := origin(networktest.Options{Encryption: networktest.Encryption{On: true},
		Gates: []networktest.Gate{{Class: network.ClassKey, Name: "session", Value: "right", Status: http.StatusForbidden}}})
	silent := silentServer(t, "")

	folder := t.TempDir()
	file := func(name string, content []byte) string {
		path := filepath.Join(folder, name)
		require.NoError(t, os.WriteFile(path, content, 0o600))
		return path
	}
	playlist := func(server string) []byte {
		return []byte("#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n" + server + "/0.ts\n#EXT-X-ENDLIST\n")
	}
	profile, err := os.ReadFile("../../network/service/example.toml")
	require.NoError(t, err)
	return []beforeCase{
		{"a server that says nothing", silent + "/film.m3u8", lookOpening},
		{"half a header", silentServer(t, "HTTP/1.1 200 OK\r\nContent-Ty") + "/film.m3u8", lookOpening},
		{"half a playlist", silentServer(t, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n#EXTM3U\n") + "/film.m3u8", lookOpening},
		{"a segment that never comes", stuck.URL("main.m3u8"), lookOpening},
		{"a refused connection", "http://127.0.0.1:9/none.m3u8", lookFailed},
		{"a playlist that is not there", stuck.URL("gone.m3u8"), lookFailed},
		{"a key that wants a sign-in", locked.URL("main.m3u8"), lookCard},
		{"a playlist file that is none", file("none.m3u8", []byte("a shopping list")), lookFailed},
		{"a playlist file on a server that says nothing", file("slow.m3u8", playlist(silent)), lookOpening},
		{"a playlist file on a dead server", file("dead.m3u8", playlist("http://127.0.0.1:9")), lookFailed},
		{"a service's file", file("tv.latchkey", profile), lookCard},
		{"a service's file that is none", file("none.latchkey", []byte("[[[")), lookFailed},
		{"a link that plays", "latchkey:play?url=https://media.example.com/film.m3u8", lookCard},
		{"a link that is not followed", "latchkey:play?url=" + silent + "/film.m3u8", lookFailed},
	}
}

// in reports whether a screenshot looks so, by the theme's colours in the middle and at the top.
func (l look) in(shot *image.RGBA) bool {
	b := shot.Bounds()
	middle := image.Rect(b.Dx()/4, b.Dy()/4, b.Dx()*3/4, b.Dy()*3/4)
	card := count(shot, middle, theme.Surface.R, theme.Surface.G, theme.Surface.B) > middle.Dx()*middle.Dy()/4
	danger := count(shot, b, theme.Danger.R, theme.Danger.G, theme.Danger.B) > 20
	words := count(shot, b, theme.Foreground.R, theme.Foreground.G, theme.Foreground.B) > 20
	switch l {
	case lookOpening:
		top := image.Rect(0, 0, b.Dx()/2, b.Dy()/4)
		turning := count(shot, middle, theme.Accent.R, theme.Accent.G, theme.Accent.B) > 20
		return turning && !card && count(shot, top, theme.Foreground.R, theme.Foreground.G, theme.Foreground.B) > 20
	case lookFailed:
		return card && danger && words
	}
	return card && !danger && words
}

// count returns about how many pixels of an area have a colour, or nearly. It looks at a quarter of
// them.
func count(shot *image.RGBA, area image.Rectangle, r, g, b uint8) int {
	near := func(a, b uint8) bool { return max(a, b)-min(a, b) <= 6 }
	n := 0
	for y := area.Min.Y; y < area.Max.Y; y += 2 {
		row := shot.Pix[shot.PixOffset(area.Min.X, y):shot.PixOffset(area.Max.X-1, y)]
		for x := 0; x+3 < len(row); x += 8 {
			if near(row[x], r) && near(row[x+1], g) && near(row[x+2], b) {
				n += 4
			}
		}
	}
	return n
}

// assertOnScreen holds that the window is no larger than the screen, and lies inside it.
func assertOnScreen(t *testing.T, d *desktop, width, height int) {
	t.Helper()
	command := exec.CommandContext(t.Context(), "xdotool", "search", "--onlyvisible", "--name", "Latchkey", "getwindowgeometry", "--shell")
	command.Env = d.environment()
	output, err := command.Output()
	require.NoError(t, err)
	var x, y, w, h int
	for line := range strings.Lines(string(output)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		if into := map[string]*int{"X": &x, "Y": &y, "WIDTH": &w, "HEIGHT": &h}[name]; into != nil {
			*into, err = strconv.Atoi(value)
			require.NoError(t, err)
		}
	}
	assert.NotZero(t, w, "%s", output)
	assert.True(t, x >= 0 && y >= 0 && x+w <= width && y+h <= height, "the window is %dx%d at %d, %d", w, h, x, y)
}

// saveShot keeps a screenshot where LATCHKEY_SCREENSHOTS names a folder.
func saveShot(t *testing.T, name string, shot image.Image) {
	t.Helper()
	folder := os.Getenv("LATCHKEY_SCREENSHOTS")
	if folder == "" || shot == nil {
		return
	}
	file, err := os.Create(filepath.Join(folder, name+".png"))
	require.NoError(t, err)
	defer file.Close()
	require.NoError(t, png.Encode(file, shot))
}

// silentServer returns the base URL of a server that answers each request with the same bytes and
// sends no more.
func silentServer(t *testing.T, answer string) string {
	t.Helper()
	server, err := networktest.NewRawServer(answer)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, server.Close()) })
	return server.URL
}
