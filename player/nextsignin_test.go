package player_test

import (
	"context"
	"fmt"
	"os"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/network"
	"latchkey/network/networktest"
	"latchkey/player"
	"latchkey/player/mediatest"
)

// store is a network.CredentialStore of one person. The zero value has no credentials.
type store struct {
	mu      sync.Mutex
	number  uint64        // guarded by mu
	changed chan struct{} // guarded by mu; made by the first issue
}

// issue puts the token of a number in use, as a renewal does.
func (s *store) issue(number uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	before := s.changed
	s.number, s.changed = number, make(chan struct{})
	if before != nil {
		close(before)
	}
}

func (s *store) Current() network.Issue {
	s.mu.Lock()
	defer s.mu.Unlock()
	issue := network.Issue{Number: s.number, SignIn: 1, Changed: s.changed}
	issue.Credentials.CookieHeaders.SetValue("session", token(int(s.number)))
	return issue
}

func (s *store) Renew(context.Context, network.Metadata) (network.Credentials, error) {
	s.mu.Lock()
	number := s.number
	s.mu.Unlock()
	s.issue(number + 1)
	return s.Current().Credentials, nil
}

func (*store) Judge(uint64, bool) {}

// TestTheNextStaysOverARenewal changes the sign-in of both resources while the next one is
// prepared: it follows without a gap, nothing of it is loaded again, and what is left is asked for
// with the new sign-in.
func TestTheNextStaysOverARenewal(t *testing.T) {
	stream := mediatest.MakeHLS(t, mediatest.HLSSpec{Spec: film, Fragmented: true})
	resource := func(t *testing.T, pairs string, source network.CredentialSource, locked bool) (*networktest.Origin, *player.MediaResource) {
		t.Helper()
		origin := newOrigin(t, networktest.Options{FS: os.DirFS(stream.Folder), Encryption: networktest.Encryption{On: locked, RotateEvery: 1}})
		c := network.NewConfiguration()
		c.CookieHeaders.SetValue("session", pairs)
		metadata := new(network.Metadata)
		metadata.SetObject(player.NetworkConfigurationKey, c)
		if source != nil {
			metadata.SetObject(player.CredentialSourceKey, source)
		}
		r, err := player.NewMediaResource(origin.URL("index.m3u8"), metadata)
		require.NoError(t, err)
		return origin, r
	}
	for _, test := range []struct {
		name   string
		stored bool                             // both have their sign-in from a store
		other  bool                             // the next one is of another sign-in
		renew  func(s *screen, of *store) error // changes the sign-in
		newest string                           // what is sent for the last key of the next one
	}{
		{name: "renewed by its store", stored: true, newest: token(2), renew: func(_ *screen, of *store) error { of.issue(2); return nil }},
		{name: "entered by a person", newest: token(2), renew: func(s *screen, _ *store) error { return s.player.UpdateCookies(pairsOf(token(2))) }},
		{name: "entered by a person, for the current one alone", other: true, newest: "another's",
			renew: func(s *screen, _ *store) error { return s.player.UpdateCookies(pairsOf(token(2))) }},
	} {
		t.Run(test.name, func(t *testing.T) {
			of := new(store)
			of.issue(1)
			var source network.CredentialSource
			if test.stored {
				source = of
			}
			pairs := token(1)
			if test.other {
				pairs = test.newest
			}
			_, first := resource(t, token(1), source, false)
			second, next := resource(t, pairs, source, true)
			s := newScreen(t, player.Config{})
			s.player.SetAdvance(true)
			require.NoError(t, s.player.ReplaceCurrentResource(first))
			require.NoError(t, s.player.PrepareToPlay(0))
			s.play()
			require.NoError(t, s.player.PrepareNext(next, 0))
			primed(t, second)
			require.NoError(t, test.renew(s, of))
			end := s.over()
			require.Equal(t, player.Complete, end.State, "%v", end.Error)
			assert.Zero(t, end.Stats.Rebuffers)
			assert.Len(t, second.Requests(network.ClassPlaylist), 1, "it was not opened again")
			keys := second.Requests(network.ClassKey)
			require.Greater(t, len(keys), 1)
			assert.Equal(t, fmt.Sprintf("session=%s", test.newest), keys[len(keys)-1].Header.Get("Cookie"))
		})
	}
}

// pairsOf returns the pair of a session.
func pairsOf(value string) (m network.Metadata) {
	m.SetValue("session", value)
	return m
}
