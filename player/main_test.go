package player_test

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"latchkey/network"
	"latchkey/network/networktest"
	"latchkey/player"
	"latchkey/player/audio"
	"latchkey/player/mediatest"
)

func TestMain(m *testing.M) {
	if err := os.Setenv("GODEBUG", "tracebacklabels=1"); err != nil { // see ownGoroutines
		panic(err)
	}
	code := mediatest.Run(m)
	if left := leftGoroutines(""); left != "" && code == 0 {
		_, _ = fmt.Fprintf(os.Stderr, "goroutines are left:\n%s\n", left)
		code = 1
	}
	os.Exit(code)
}

// patience is how long a test waits for what should come at once.
const patience = 60 * time.Second

// screen plays the part of a window: it takes the due pictures, and notes their times.
type screen struct {
	t       *testing.T
	player  *player.Player
	changed chan struct{}
	shown   []time.Duration
	given   *network.Metadata // of the resources that a test makes itself; may be nil
}

// newScreen returns a player with its screen; both are closed at the test's end, and no goroutine of the
// player's may be left then. Other tests may have players at the same time.
func newScreen(t *testing.T, config player.Config) *screen {
	t.Helper()
	label := labelGoroutines(t)
	s := &screen{t: t, changed: make(chan struct{}, 1)}
	config.OnChange = func() {
		select {
		case s.changed <- struct{}{}:
		default:
		}
	}
	config.AudioOutput = audio.Null
	p, err := player.New(player.DecodeLate(config))
	require.NoError(t, err)
	s.player = p
	t.Cleanup(func() {
		require.NoError(t, p.Close())
		require.NoError(t, p.Close(), "Close may be called twice")
		requireNoGoroutines(t, label)
	})
	return s
}

// open makes source the resource and prepares it.
func (s *screen) open(source string, c *network.Configuration, from time.Duration) {
	s.t.Helper()
	metadata := new(network.Metadata)
	if c != nil {
		metadata.SetObject(player.NetworkConfigurationKey, c)
	}
	resource, err := player.NewMediaResource(source, metadata)
	require.NoError(s.t, err)
	require.NoError(s.t, s.player.ReplaceCurrentResource(resource))
	require.NoError(s.t, s.player.PrepareToPlay(from))
}

// play asks to play; what has failed already cannot.
func (s *screen) play() {
	s.t.Helper()
	if err := s.player.Play(); err != nil {
		require.Equal(s.t, player.Failed, s.player.Snapshot().State, "%v", err)
	}
}

// until plays until the snapshot is as wanted, and returns it.
func (s *screen) until(what string, wanted func(player.Snapshot) bool) player.Snapshot {
	s.t.Helper()
	tick := time.NewTicker(time.Second / 60)
	defer tick.Stop()
	deadline := time.After(patience)
	for {
		if snapshot := s.player.Snapshot(); wanted(snapshot) {
			return snapshot
		}
		select {
		case now := <-tick.C:
			if picture, ok := s.player.NextFrame(now); ok {
				s.shown = append(s.shown, picture.PTS)
				picture.Release()
			}
		case <-s.changed:
		case <-deadline:
			require.FailNow(s.t, "it never came to this", "%s; state %s, error %v, position %v", what,
				s.player.Snapshot().State, s.player.Snapshot().Error, s.player.Snapshot().Position)
		}
	}
}

// state plays until the state is reached.
func (s *screen) state(state player.State) player.Snapshot {
	s.t.Helper()
	return s.until(state.String(), func(now player.Snapshot) bool { return now.State == state })
}

// ended plays until the end or a failure.
func (s *screen) ended() player.Snapshot {
	s.t.Helper()
	return s.until("the end", func(now player.Snapshot) bool {
		return now.State == player.Complete || now.State == player.Failed || now.State == player.NeedsSignIn
	})
}

// newOrigin serves a folder.
func newOrigin(t *testing.T, o networktest.Options) *networktest.Origin {
	t.Helper()
	origin, err := networktest.NewOrigin(o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, origin.Close()) })
	return origin
}

// keyPath returns the path of the key of the playlist's nth segment, counted from 0, each with a key of its own.
func keyPath(t *testing.T, origin *networktest.Origin, playlist string, n int) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, origin.URL(playlist), http.NoBody)
	require.NoError(t, err)
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	keys := regexp.MustCompile(`#EXT-X-KEY:.*URI="([^"]+)"`).FindAllStringSubmatch(string(text), -1)
	require.Greater(t, len(keys), n)
	u, err := response.Request.URL.Parse(keys[n][1])
	require.NoError(t, err)
	return u.Path
}
