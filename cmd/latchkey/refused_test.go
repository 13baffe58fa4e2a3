package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/network"
	"latchkey/network/auth"
	"latchkey/network/auth/vault"
	"latchkey/network/service"
	"latchkey/player"
)

// refusingProfile is a service whose sign-in can be renewed.
const refusingProfile = `
schema = "latchkey.service/1"
id = "refusing"
name = "Refusing"
key_origins = ["https://keys.example.com"]
[sign_in]
ways = ["password"]
[sign_in.password]
url = "https://id.example.com/login"
json = true
username = "user"
password = "password"
token_path = "token"
refresh_path = "refresh"
refresh_url = "https://id.example.com/refresh"
expires_path = "expires_in"
[cookies]
session = "${token}"
[catalogue]
url = "https://keys.example.com/catalogue.json"
signed_in = true
`

// The playlists of a stream with one key, and of one with a key a segment.
const (
	oneKey = "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXT-X-KEY:METHOD=AES-128,URI=\"https://keys.example.com/key/0\"\n" +
		"#EXTINF:2,\n0.ts\n#EXTINF:2,\n1.ts\n#EXT-X-ENDLIST\n"
	twoTracks = "#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",NAME=\"a\",DEFAULT=YES,URI=\"one.m3u8\"\n" +
		"#EXT-X-STREAM-INF:BANDWIDTH=1000000,AUDIO=\"a\",CODECS=\"avc1.42c00d,mp4a.40.2\"\nkeys.m3u8\n"
)

// refusingService is an origin in memory: its token endpoint renews whatever it is asked to, and
// its key server refuses every token.
type refusingService struct {
	life int // of a token in seconds, 0: it is not told

	mu      sync.Mutex
	tokens  int          // guarded by mu; how many were given
	good    string       // guarded by mu; the token that the key server takes, empty: none
	renewed []time.Time  // guarded by mu; when a token was renewed
	keys    []keyRequest // guarded by mu
}

// keyRequest is a request for a key.
type keyRequest struct {
	at           time.Time
	host, cookie string
	refused      bool
}

// latency is what an answer takes.
const latency = 100 * time.Millisecond

// RoundTrip answers a request.
func (s *refusingService) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		_ = r.Body.Close()
	}
	select {
	case <-time.After(latency):
	case <-r.Context().Done():
		return nil, context.Cause(r.Context())
	}
	status, body := s.answer(r)
	return &http.Response{StatusCode: status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: http.Header{},
		Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)), Request: r}, nil
}

func (s *refusingService) answer(r *http.Request) (status int, body string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case strings.HasPrefix(r.URL.Host, "id."):
		if r.URL.Path == "/refresh" {
			s.renewed = append(s.renewed, time.Now())
		}
		s.tokens++
		body = fmt.Sprintf(`{"token":"%s-%d","refresh":"r%d"`, r.URL.Host, s.tokens, s.tokens)
		if s.life > 0 {
			body += fmt.Sprintf(`,"expires_in":%d`, s.life)
		}
		return http.StatusOK, body + "}"
	case strings.HasPrefix(r.URL.Path, "/key/"):
		request := keyRequest{at: time.Now(), host: r.URL.Host, cookie: r.Header.Get("Cookie")}
		request.refused = s.good == "" || request.cookie != "session="+s.good
		s.keys = append(s.keys, request)
		if request.refused {
			return http.StatusForbidden, ""
		}
		return http.StatusOK, "0123456789abcdef"
	case r.URL.Path == "/one.m3u8":
		return http.StatusOK, oneKey
	case r.URL.Path == "/keys.m3u8":
		list := "#EXTM3U\n#EXT-X-TARGETDURATION:2\n"
		for i := range 5 {
			list += fmt.Sprintf("#EXT-X-KEY:METHOD=AES-128,URI=\"https://keys.example.com/key/%d\"\n#EXTINF:2,\n%d.ts\n", i, i)
		}
		return http.StatusOK, list + "#EXT-X-ENDLIST\n"
	case r.URL.Path == "/tracks.m3u8":
		return http.StatusOK, twoTracks
	case r.URL.Path == "/catalogue.json":
		return http.StatusForbidden, ""
	case strings.HasSuffix(r.URL.Path, ".ts"):
		return http.StatusOK, strings.Repeat("x", 1024)
	}
	return http.StatusNotFound, ""
}

// seen returns when tokens were renewed, and how many requests for keys came.
func (s *refusingService) seen() (renewals []time.Time, keys []keyRequest) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.renewed), slices.Clone(s.keys)
}

// take has the key server take the token that is given next.
func (s *refusingService) take(host string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.good = fmt.Sprintf("%s-%d", host, s.tokens+1)
}

// typist signs in.
type typist struct{ visitor }

func (typist) Ask(_ context.Context, form auth.Form) ([]network.Secret, error) {
	return make([]network.Secret, len(form.Fields)), nil
}

// refusedPlayer is a player with a service that refuses its keys.
type refusedPlayer struct {
	service *refusingService
	signed  *signedService
	player  *player.Player
}

// playRefused signs in to a service and plays a stream of it, whose keys are refused. It runs in a
// synctest bubble.
func playRefused(t *testing.T, s *refusingService, stream string) (*refusedPlayer, func()) {
	t.Helper()
	engine, err := player.New(player.Config{FreeRun: true, Network: s.options()})
	require.NoError(t, err)
	p := &refusedPlayer{service: s, signed: s.signIn(t, refusingProfile), player: engine}
	p.open(t, stream)
	return p, func() {
		require.NoError(t, engine.Close())
		p.signed.close()
	}
}

func (s *refusingService) options() network.Options {
	return network.Options{Transport: s, Log: slog.New(slog.DiscardHandler)}
}

// signIn returns the service of a profile, somebody being signed in.
func (s *refusingService) signIn(t *testing.T, text string) *signedService {
	t.Helper()
	profile, err := service.Parse([]byte(text))
	require.NoError(t, err)
	signed, err := newSignedService(profile, new(vault.Memory), "", s.options())
	require.NoError(t, err)
	require.NoError(t, signed.SignIn(t.Context(), string(service.WayPassword), typist{}))
	return signed
}

// open plays another stream of the service.
func (p *refusedPlayer) open(t *testing.T, stream string) {
	t.Helper()
	resource, err := p.signed.open("https://media.example.com/" + stream)
	require.NoError(t, err)
	require.NoError(t, p.player.ReplaceCurrentResource(resource))
	require.NoError(t, p.player.PrepareToPlay(0))
	require.NoError(t, p.player.Play())
}

// assertCalm checks that of renewals no more than three came at once, and no more than one a minute
// after them.
func assertCalm(t *testing.T, renewals []time.Time) {
	t.Helper()
	assert.NotEmpty(t, renewals)
	for i := 3; i < len(renewals); i++ {
		assert.GreaterOrEqual(t, renewals[i].Sub(renewals[i-1]), time.Minute, "renewals %d and %d", i, i+1)
	}
}

// TestRefusedSignInIsRenewedSeldom has a key server refuse each token that the service renews, for
// ten minutes.
func TestRefusedSignInIsRenewedSeldom(t *testing.T) {
	for _, test := range []struct {
		name, stream string
		life         int
		also         func(ctx context.Context, p *refusedPlayer) // once a second, nil: nothing
	}{
		{name: "one key", stream: "one.m3u8"},
		{name: "a key a segment, two tracks", stream: "tracks.m3u8"},
		{name: "tokens of 30 s, which are renewed ahead of their end", stream: "one.m3u8", life: 30},
		{name: "a catalogue that is refused too", stream: "one.m3u8", also: func(ctx context.Context, p *refusedPlayer) {
			_, err := p.signed.Titles(ctx)
			assert.ErrorIs(t, err, network.ErrRefused)
		}},
		{name: "one title after the other", stream: "one.m3u8", also: func(_ context.Context, p *refusedPlayer) { p.open(t, "one.m3u8") }},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				s := &refusingService{life: test.life}
				p, end := playRefused(t, s, test.stream)
				defer end()
				at, keys := s.seen()
				for time.Since(began) < 10*time.Minute && len(at) < 100 {
					<-time.After(time.Second)
					if test.also != nil {
						test.also(t.Context(), p)
					}
					at, keys = s.seen()
				}
				var seconds []float64
				for _, each := range at {
					seconds = append(seconds, each.Sub(began).Seconds())
				}
				t.Logf("%d token requests in %v, at %v s, and %d key requests", len(at), time.Since(began), seconds, len(keys))
				assertCalm(t, at)
				assert.LessOrEqual(t, len(at), 3+10)
				if test.also == nil {
					assert.Equal(t, player.NeedsSignIn, p.player.Snapshot().State)
				}
			})
		})
	}
}

// TestSignInPaneStays: what waits asks again from time to time, and a person who is about to sign
// in sees nothing of that.
func TestSignInPaneStays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, end := playRefused(t, new(refusingService), "one.m3u8")
		defer end()
		<-time.After(5 * time.Second)
		before, _ := p.service.seen()
		for range 5 * 60 * 20 {
			<-time.After(50 * time.Millisecond)
			now := p.player.Snapshot()
			require.Equal(t, player.NeedsSignIn, now.State)
			require.NotNil(t, now.SignIn)
		}
		after, _ := p.service.seen()
		assert.Greater(t, len(after), len(before), "it was asked again")
	})
}

// TestSignInAfterRefusals has a person sign in while everybody waits for the end of a pause: that
// is renewed for at once.
func TestSignInAfterRefusals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := new(refusingService)
		p, end := playRefused(t, s, "one.m3u8")
		defer end()
		<-time.After(5*time.Minute + 10*time.Second)
		require.Equal(t, player.NeedsSignIn, p.player.Snapshot().State)
		before, _ := s.seen()
		s.take("id.example.com")
		require.NoError(t, p.signed.SignIn(t.Context(), string(service.WayPassword), typist{}))
		<-time.After(time.Second)
		after, keys := s.seen()
		assert.Len(t, after, len(before))
		assert.False(t, keys[len(keys)-1].refused)
		now := p.player.Snapshot()
		assert.NotEqual(t, player.NeedsSignIn, now.State)
		assert.Nil(t, now.SignIn)
	})
}

// TestRenewalThatHelpsAfterRefusals has the key server take a renewed token in the end: nobody has
// to sign in.
func TestRenewalThatHelpsAfterRefusals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := new(refusingService)
		p, end := playRefused(t, s, "one.m3u8")
		defer end()
		<-time.After(5 * time.Minute)
		s.take("id.example.com")
		<-time.After(10 * time.Minute)
		_, keys := s.seen()
		assert.False(t, keys[len(keys)-1].refused)
		assert.NotEqual(t, player.NeedsSignIn, p.player.Snapshot().State)
	})
}

// TestSignInGoesToItsOwnStreams changes the sign-in of one service while the stream of another
// plays and a title of the first is about to: the client of each stream sends what is its
// service's.
func TestSignInGoesToItsOwnStreams(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := new(refusingService)
		p, end := playRefused(t, s, "one.m3u8")
		defer end()
		profile := strings.NewReplacer("example.com", "example.net", `"refusing"`, `"other"`).Replace(refusingProfile)
		other := s.signIn(t, profile)
		defer other.close()
		_, err := other.open("https://media.example.com/one.m3u8")
		require.NoError(t, err)
		require.NoError(t, other.SignIn(t.Context(), string(service.WayPassword), typist{}))
		_, before := s.seen()
		<-time.After(5 * time.Minute)
		require.NoError(t, other.SignOut(t.Context()))
		require.NoError(t, p.signed.SignIn(t.Context(), string(service.WayPassword), typist{}))
		<-time.After(time.Minute)
		_, keys := s.seen()
		require.Greater(t, len(keys), len(before)+1)
		for _, k := range keys {
			assert.Equal(t, "keys.example.com", k.host)
			assert.Contains(t, k.cookie, "session=id.example.com-")
		}
	})
}
