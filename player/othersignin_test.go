package player_test

import (
	"context"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/network"
	"latchkey/network/networktest"
	"latchkey/player"
	"latchkey/player/mediatest"
)

// slowStore is a service's sign-in whose renewal takes until release is closed.
type slowStore struct {
	store

	asked, release chan struct{}
}

func (s *slowStore) Renew(ctx context.Context, refused network.Metadata) (network.Credentials, error) {
	close(s.asked)
	<-s.release
	return s.store.Renew(ctx, refused)
}

// TestASignInGoesToItsOwnTitle changes from a title of one service to that of another while the
// sign-in to the first is renewed, or pairs are entered for the first: nothing of the first reaches
// the other's origin.
func TestASignInGoesToItsOwnTitle(t *testing.T) {
	stream := mediatest.MakeHLS(t, mediatest.HLSSpec{Spec: film, Fragmented: true})
	const others = "others"
	serve := func(value string) *networktest.Origin {
		return newOrigin(t, networktest.Options{FS: os.DirFS(stream.Folder), Encryption: networktest.Encryption{On: true, RotateEvery: 1},
			Gates: []networktest.Gate{{Class: network.ClassKey, Name: "session", Value: value, Status: http.StatusUnauthorized}}})
	}
	resource := func(origin *networktest.Origin, pairs string, source network.CredentialSource) *player.MediaResource {
		c := network.NewConfiguration()
		c.CookieHeaders, c.UseCookieHeadersForAllRequests = pairsOf(pairs), true
		metadata := new(network.Metadata)
		metadata.SetObject(player.NetworkConfigurationKey, c)
		if source != nil {
			metadata.SetObject(player.CredentialSourceKey, source)
		}
		r, err := player.NewMediaResource(origin.URL("index.m3u8"), metadata)
		require.NoError(t, err)
		return r
	}
	for name, stored := range map[string]bool{"a service's sign-in is renewed": true, "a person enters pairs": false} {
		t.Run(name, func(t *testing.T) {
			first, second := serve(token(2)), serve(others)
			mine := &slowStore{asked: make(chan struct{}), release: make(chan struct{})}
			mine.issue(1)
			var source network.CredentialSource
			if stored {
				source = mine
			}
			s := newScreen(t, player.Config{})
			require.NoError(t, s.player.ReplaceCurrentResource(resource(first, token(1), source)))
			require.NoError(t, s.player.PrepareToPlay(0))
			s.play()
			if stored {
				<-mine.asked
			} else {
				s.state(player.NeedsSignIn)
			}
			require.NoError(t, s.player.ReplaceCurrentResource(resource(second, others, nil)))
			require.NoError(t, s.player.PrepareToPlay(0))
			s.play()
			if stored {
				close(mine.release)
			} else {
				var state *player.StateError
				require.ErrorAs(t, s.player.UpdateCookiesOf(first.URL("index.m3u8"), pairsOf(token(2))), &state)
			}
			end := s.ended()
			require.Equal(t, player.Complete, end.State, "%v", end.Error)
			requests := second.Requests()
			require.NotEmpty(t, requests)
			for _, r := range requests {
				foreign := strings.Contains(r.Header.Get("Cookie"), "canary") // an assertion on the text itself would print it
				assert.False(t, foreign, "%s had the other's sign-in", r.Path)
			}
		})
	}
}

// TestPairsOfAPersonGoToTheirResource enters pairs for what plays, and for a title with a service's
// sign-in.
func TestPairsOfAPersonGoToTheirResource(t *testing.T) {
	stream := mediatest.MakeHLS(t, mediatest.HLSSpec{Spec: film})
	origin := newOrigin(t, networktest.Options{FS: os.DirFS(stream.Folder), Encryption: networktest.Encryption{On: true},
		Gates: []networktest.Gate{{Class: network.ClassKey, Name: "session", Value: token(2), Status: http.StatusUnauthorized}}})
	s := newScreen(t, player.Config{})
	s.open(origin.URL("index.m3u8"), nil, 0)
	s.play()
	s.state(player.NeedsSignIn)
	require.Error(t, s.player.UpdateCookiesOf(origin.URL("other.m3u8"), pairsOf(token(2))))
	require.NoError(t, s.player.UpdateCookiesOf(" "+origin.URL("index.m3u8"), pairsOf(token(2))))
	require.Equal(t, player.Complete, s.ended().State)

	mine := new(store)
	mine.issue(7)
	metadata := new(network.Metadata)
	metadata.SetObject(player.CredentialSourceKey, network.CredentialSource(mine))
	r, err := player.NewMediaResource(origin.URL("index.m3u8"), metadata)
	require.NoError(t, err)
	require.NoError(t, s.player.ReplaceCurrentResource(r))
	require.Error(t, s.player.UpdateCookiesOf(origin.URL("index.m3u8"), pairsOf(token(2))), "it has a sign-in of its own")
}
