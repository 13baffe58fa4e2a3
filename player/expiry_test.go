package player_test

import (
	"context"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/network"
	"latchkey/network/networktest"
	"latchkey/player"
	"latchkey/player/mediatest"
)

const (
	// A twentieth of what a service does whose tokens live 30 s, over ten minutes.
	tokenLife = 1500 * time.Millisecond
	expiries  = 20
	onTheWay  = 250 * time.Millisecond // of a request that was sent before a renewal
)

// session is a service whose token changes, and the source of the new ones.
type session struct {
	origin *networktest.Origin

	mu       sync.Mutex
	number   int               // of the token that is good
	renewals map[int]int       // by the token that was given
	given    map[int]time.Time // when
}

func token(number int) string { return fmt.Sprintf("canary-token-%d", number) }

// next makes the token worthless.
func (s *session) next() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.number++
	s.origin.SetGates(networktest.Gate{Class: network.ClassKey, Name: "session", Value: token(s.number)})
}

func (s *session) Renew(context.Context, network.Metadata) (network.Credentials, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.renewals[s.number]++
	s.given[s.number] = time.Now()
	var pairs network.Metadata
	pairs.SetValue("session", token(s.number))
	return network.Credentials{CookieHeaders: pairs}, nil
}

// TestTokensExpireInMidPlay plays a stream with a key a second while the token that the keys want changes twenty times.
func TestTokensExpireInMidPlay(t *testing.T) {
	t.Parallel()
	seconds := int((expiries * tokenLife).Seconds())
	stream := mediatest.MakeHLS(t, mediatest.HLSSpec{Spec: mediatest.Spec{Video: "h264", Audio: "aac", Frames: 25 * seconds, Width: 64, Height: 36}})
	origin := newOrigin(t, networktest.Options{FS: os.DirFS(stream.Folder), Encryption: networktest.Encryption{On: true, RotateEvery: 1}})
	service := &session{origin: origin, renewals: make(map[int]int), given: make(map[int]time.Time)}
	service.next()
	ctx, stop := context.WithCancel(t.Context())
	var clock sync.WaitGroup
	clock.Go(func() {
		ticker := time.NewTicker(tokenLife)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				service.next()
			case <-ctx.Done():
				return
			}
		}
	})
	defer clock.Wait()
	defer stop()

	s := newScreen(t, player.Config{PlaybackBuffer: 4 * time.Second})
	metadata := new(network.Metadata)
	metadata.SetObject(player.NetworkConfigurationKey, network.NewConfiguration())
	metadata.SetObject(player.CredentialSourceKey, network.CredentialSource(service))
	resource, err := player.NewMediaResource(origin.URL("index.m3u8"), metadata)
	require.NoError(t, err)
	require.NoError(t, s.player.ReplaceCurrentResource(resource))
	require.NoError(t, s.player.PrepareToPlay(0))
	s.play()
	end := s.ended()
	require.Equal(t, player.Complete, end.State, "%v", end.Error)
	assert.Zero(t, end.Stats.Rebuffers)

	service.mu.Lock()
	defer service.mu.Unlock()
	assert.GreaterOrEqual(t, len(service.renewals), expiries-5, "the token was renewed time and again")
	for number, times := range service.renewals {
		assert.Equal(t, 1, times, "renewals that gave token %d", number)
	}
	newest := 0
	for _, r := range origin.Requests() {
		cookies := r.Header.Get("Cookie")
		if r.Class != network.ClassKey {
			assert.Empty(t, cookies, "%s", r.Path)
			continue
		}
		number := 0
		if cookies != "" {
			_, err := fmt.Sscanf(cookies, "session=canary-token-%d", &number)
			require.NoError(t, err)
		}
		newest = max(newest, number)
		for later, at := range service.given {
			if later > number {
				assert.Less(t, r.Time.Sub(at), onTheWay, "token %d was sent after token %d was there", number, later)
			}
		}
	}
	assert.Greater(t, newest, expiries-5)
}
