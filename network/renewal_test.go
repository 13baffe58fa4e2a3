package network_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/network"
)

// source is a CredentialSource that counts its calls.
type source struct {
	renew func(ctx context.Context, n int, refused network.Metadata) (network.Metadata, error)

	mu    sync.Mutex
	calls int // guarded by mu
}

func (s *source) Renew(ctx context.Context, refused network.Metadata) (network.Credentials, error) {
	s.mu.Lock()
	n := s.calls
	s.calls++
	s.mu.Unlock()
	pairs, err := s.renew(ctx, n, refused)
	return network.Credentials{CookieHeaders: pairs}, err
}

func (s *source) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls
}

// session returns the pairs "session=value".
func session(value string) network.Metadata {
	var m network.Metadata
	m.SetValue("session", value)
	return m
}

// renewing returns a client of the pipe with a source, and a function that ends both.
func renewing(t *testing.T, p *pipe, s network.CredentialSource) (*network.Client, func()) {
	t.Helper()
	cfg := network.NewConfiguration()
	cfg.CookieHeaders = session("0")
	cfg.UseCookieHeadersForAllRequests = true
	c := newClient(t, cfg, network.Options{Resource: "http://example.com/main.m3u8", Transport: p.transport, Credentials: s})
	return c, func() {
		_ = c.Close()
		synctest.Wait() // for a connection that is being made, and that nobody needs any more
		p.transport.CloseIdleConnections()
		p.serving.Wait()
	}
}

// fetchAll asks for each class at once and returns the errors in order.
func fetchAll(ctx context.Context, c *network.Client, classes ...network.Class) []error {
	errs := make([]error, len(classes))
	var work sync.WaitGroup
	for i, class := range classes {
		work.Go(func() {
			_, _, errs[i] = c.Fetch(ctx, network.Request{Class: class, URL: fmt.Sprintf("http://example.com/%d", i)})
		})
	}
	work.Wait()
	return errs
}

// Ten minutes of playback whose token ends each 30 seconds: nobody notices, each token is renewed once, and what is
// sent after a renewal has the new token.
func TestTokenExpiry(t *testing.T) {
	const life, playback = 30 * time.Second, 10 * time.Minute
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		valid := func() string { return fmt.Sprint(int(time.Since(began) / life)) }
		var mu sync.Mutex
		renewed, at := "0", began // guarded by mu; the newest token that the source has given, and when
		var old []string          // guarded by mu; requests with another, later than that instant
		server := newPipe(func(_ int, header string, conn net.Conn) {
			mu.Lock()
			if !strings.Contains(header, "Cookie: session="+renewed+"\r\n") && time.Now().After(at) {
				old = append(old, header)
			}
			mu.Unlock()
			if !strings.Contains(header, "Cookie: session="+valid()+"\r\n") {
				say(conn, status("401"))
				return
			}
			say(conn, okAnswer)
		})
		given := make(map[string]int)
		s := &source{renew: func(ctx context.Context, _ int, refused network.Metadata) (network.Metadata, error) {
			select {
			case <-time.After(400 * time.Millisecond): // a token server takes its time
			case <-ctx.Done():
				return network.Metadata{}, context.Cause(ctx)
			}
			mu.Lock()
			defer mu.Unlock()
			before, _ := refused.Value("session")
			if before != renewed {
				return network.Metadata{}, fmt.Errorf("%s was refused, and %s was given", before, renewed)
			}
			given[valid()]++
			renewed, at = valid(), time.Now()
			return session(renewed), nil
		}}
		c, end := renewing(t, server, s)
		defer end() // and the bubble sees that no goroutine is left

		var players sync.WaitGroup
		ask := func(class network.Class, every time.Duration) {
			players.Go(func() {
				for n := 0; time.Since(began) < playback; n++ {
					asked := time.Now()
					_, _, err := c.Fetch(t.Context(), network.Request{Class: class, URL: fmt.Sprintf("http://example.com/%s/%d", class, n)})
					if err != nil {
						t.Errorf("%s %d: %v", class, n, err)
						return
					}
					if took := time.Since(asked); took > time.Second {
						t.Errorf("%s %d took %v", class, n, took)
					}
					synctestWait(every)
				}
			})
		}
		ask(network.ClassPlaylist, 6*time.Second)
		ask(network.ClassSegment, 4*time.Second)
		ask(network.ClassSegment, 1300*time.Millisecond)
		ask(network.ClassKey, 10*time.Second)
		ask(network.ClassLicense, 17*time.Second)
		players.Wait()

		mu.Lock()
		defer mu.Unlock()
		require.Empty(t, old, "requests with a token that had been replaced")
		require.Len(t, given, int(playback/life)-1, "every token but the first")
		for token, times := range given {
			require.Equal(t, 1, times, "renewals that gave token %s", token)
		}
		require.Equal(t, int(playback/life)-1, s.count())
		require.EqualValues(t, s.count(), c.Epoch())
	})
}

func TestRenewalByClass(t *testing.T) {
	tests := map[network.Class]bool{
		network.ClassPlaylist: true, network.ClassInit: true, network.ClassSegment: true, network.ClassKey: true,
		network.ClassLicense: true, network.ClassCertificate: true, network.ClassSubtitle: true,
		network.ClassThumbnail: false, network.ClassSteering: false, network.ClassSignIn: false, network.ClassOther: false, network.ClassMedia: true,
	}
	for class, want := range tests {
		for _, code := range []string{"401", "403"} {
			t.Run(class.String()+" "+code, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					server := newPipe(func(n int, _ string, conn net.Conn) {
						if n == 0 {
							say(conn, status(code))
							return
						}
						say(conn, okAnswer)
					})
					s := &source{renew: func(context.Context, int, network.Metadata) (network.Metadata, error) { return session("1"), nil }}
					c, end := renewing(t, server, s)
					defer end()
					_, _, err := c.Fetch(t.Context(), network.Request{Class: class, URL: "http://example.com/"})
					if !want {
						require.ErrorIs(t, err, network.ErrRefused)
						require.Zero(t, s.count())
						return
					}
					require.NoError(t, err)
					require.Equal(t, 1, s.count())
					require.Len(t, server.asked(), 2)
					require.Contains(t, server.asked()[1], "Cookie: session=1\r\n")
				})
			})
		}
	}
}

// refuseTheOldSession answers 401 to requests with the first credential, and 200 to others.
func refuseTheOldSession(_ int, header string, conn net.Conn) {
	if strings.Contains(header, "session=0") {
		say(conn, status("401"))
		return
	}
	say(conn, okAnswer)
}

func TestRenewalIsSharedAndParksEachRequestOnce(t *testing.T) {
	classes := []network.Class{network.ClassKey, network.ClassKey, network.ClassLicense, network.ClassPlaylist, network.ClassSegment}
	synctest.Test(t, func(t *testing.T) {
		server := newPipe(refuseTheOldSession)
		s := &source{renew: func(_ context.Context, _ int, refused network.Metadata) (network.Metadata, error) {
			synctestWait(time.Second)
			require.Equal(t, []string{"session"}, refused.Keys())
			return session("1"), nil
		}}
		c, end := renewing(t, server, s)
		defer end()
		for _, err := range fetchAll(t.Context(), c, classes...) {
			require.NoError(t, err)
		}
		require.Equal(t, 1, s.count())
		require.Len(t, server.asked(), 2*len(classes), "each once, and once more")
	})
}

// synctestWait lets time pass in a bubble.
func synctestWait(d time.Duration) { <-time.After(d) }

func TestRenewalInVain(t *testing.T) {
	errGone := errors.New("the refresh token is spent")
	tests := map[string]struct {
		pairs network.Metadata
		err   error
		asked int    // requests of one call
		text  string // of the error without a pause
	}{
		"the source fails":          {err: errGone, asked: 1, text: "the sign-in could not be renewed: the refresh token is spent"},
		"its pairs are refused too": {pairs: session("1"), asked: 2, text: "the renewed sign-in was refused"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				signedIn := false
				server := newPipe(func(_ int, header string, conn net.Conn) {
					if strings.Contains(header, "session=good") {
						say(conn, okAnswer)
						return
					}
					say(conn, status("401"))
				})
				s := &source{renew: func(context.Context, int, network.Metadata) (network.Metadata, error) {
					if signedIn {
						return session("good"), nil
					}
					return test.pairs, test.err
				}}
				c, end := renewing(t, server, s)
				defer end()
				fetch := func(want int, wait time.Duration) {
					t.Helper()
					before := len(server.asked())
					_, _, err := c.Fetch(t.Context(), network.Request{Class: network.ClassKey, URL: "http://example.com/k?canary"})
					require.ErrorIs(t, err, network.ErrRefused)
					var e *network.Error
					require.ErrorAs(t, err, &e)
					require.Equal(t, 401, e.Status)
					require.Equal(t, wait, e.RetryAfter)
					var failed *network.RenewalError
					require.ErrorAs(t, err, &failed)
					require.Equal(t, want, failed.Refused)
					require.Equal(t, wait, failed.Wait)
					require.ErrorContains(t, err, test.text)
					require.NotContains(t, err.Error(), "canary")
					if test.err != nil {
						require.ErrorIs(t, err, errGone)
					}
					if wait == 0 {
						require.Len(t, server.asked(), before+test.asked)
					}
				}
				fetch(1, 0)
				fetch(2, 0)
				fetch(3, time.Minute)
				require.Equal(t, 3, s.count())
				synctestWait(10 * time.Second)
				fetch(3, 50*time.Second) // the pause: the source is left alone
				require.Equal(t, 3, s.count())
				synctestWait(50 * time.Second)
				fetch(4, 2*time.Minute)
				require.Equal(t, 4, s.count())

				// The person signs in, so that no pause is left; later the source works again.
				require.NoError(t, c.UpdateCookies(session("good")))
				require.NoError(t, fetchAll(t.Context(), c, network.ClassKey)[0])
				require.NoError(t, c.UpdateCookies(session("worn out")))
				fetch(1, 0)
				signedIn = true
				require.NoError(t, fetchAll(t.Context(), c, network.ClassKey)[0])
				signedIn = false
				require.NoError(t, c.UpdateCookies(session("worn out")))
				fetch(1, 0)
			})
		})
	}
}

// Five requests refused with the same renewed pairs are one sign-in that was refused, not five.
func TestRefusedRenewalCountsOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newPipe(func(_ int, _ string, conn net.Conn) { say(conn, status("403")) })
		s := &source{renew: func(_ context.Context, n int, _ network.Metadata) (network.Metadata, error) {
			synctestWait(time.Second)
			return session(fmt.Sprint(n + 1)), nil
		}}
		c, end := renewing(t, server, s)
		defer end()
		key := network.ClassKey
		for _, err := range fetchAll(t.Context(), c, key, key, key, key, key) {
			var failed *network.RenewalError
			require.ErrorAs(t, err, &failed)
			require.Equal(t, 1, failed.Refused)
		}
		require.Equal(t, 1, s.count())
		require.Len(t, server.asked(), 10)
	})
}

// A waiter may leave without the others, and a renewal goes on for those who come after.
func TestWaitersLeave(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newPipe(refuseTheOldSession)
		s := &source{renew: func(ctx context.Context, _ int, _ network.Metadata) (network.Metadata, error) {
			synctestWait(10 * time.Second)
			return session("1"), ctx.Err()
		}}
		c, end := renewing(t, server, s)
		defer end()
		began := time.Now()
		var work sync.WaitGroup
		work.Go(func() { // the first, whose renewal it is
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			err := fetchAll(ctx, c, network.ClassKey)[0]
			if !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != time.Second {
				t.Errorf("after %v: %v", time.Since(began), err)
			}
		})
		work.Go(func() {
			synctestWait(time.Millisecond)
			if err := fetchAll(t.Context(), c, network.ClassLicense)[0]; err != nil || time.Since(began) != 10*time.Second {
				t.Errorf("after %v: %v", time.Since(began), err)
			}
		})
		work.Wait()
		require.Equal(t, 1, s.count())
	})
}

// A person who signs in while the source is at work wakes what waits, and what the source gives then is dropped.
func TestUpdateCookiesWakesWaiters(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newPipe(refuseTheOldSession)
		s := &source{renew: func(context.Context, int, network.Metadata) (network.Metadata, error) {
			synctestWait(time.Minute)
			return session("late"), nil
		}}
		c, end := renewing(t, server, s)
		defer end()
		began := time.Now()
		time.AfterFunc(time.Second, func() { _ = c.UpdateCookies(session("person")) })
		require.NoError(t, fetchAll(t.Context(), c, network.ClassKey)[0])
		require.Equal(t, time.Second, time.Since(began))
		synctestWait(2 * time.Minute)
		require.NoError(t, fetchAll(t.Context(), c, network.ClassKey)[0])
		asked := server.asked()
		require.Contains(t, asked[len(asked)-1], "Cookie: session=person\r\n")
		require.EqualValues(t, 1, c.Epoch())
	})
}

func TestCloseEndsRenewal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newPipe(func(_ int, _ string, conn net.Conn) { say(conn, status("401")) })
		ended := false
		s := &source{renew: func(ctx context.Context, _ int, _ network.Metadata) (network.Metadata, error) {
			<-ctx.Done()
			ended = true
			return network.Metadata{}, context.Cause(ctx)
		}}
		c, end := renewing(t, server, s)
		defer end() // and the bubble sees that no goroutine is left
		time.AfterFunc(time.Second, func() { _ = c.Close() })
		require.ErrorIs(t, fetchAll(t.Context(), c, network.ClassKey)[0], network.ErrClosed)
		synctest.Wait()
		require.True(t, ended)
	})
}

func TestRenewalTakesTooLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newPipe(func(_ int, _ string, conn net.Conn) { say(conn, status("401")) })
		s := &source{renew: func(ctx context.Context, _ int, _ network.Metadata) (network.Metadata, error) {
			<-ctx.Done()
			return network.Metadata{}, context.Cause(ctx)
		}}
		c, end := renewing(t, server, s)
		defer end()
		began := time.Now()
		err := fetchAll(t.Context(), c, network.ClassKey)[0]
		require.ErrorIs(t, err, network.ErrRefused)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Equal(t, 2*time.Minute, time.Since(began))
	})
}

// A source may use the client: what it asks for does not wait for itself, and a refusal ends it.
func TestSourceUsesTheClient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newPipe(func(_ int, _ string, conn net.Conn) { say(conn, status("401")) })
		var c *network.Client
		s := &source{renew: func(ctx context.Context, _ int, _ network.Metadata) (network.Metadata, error) {
			_, _, err := c.Fetch(ctx, network.Request{Class: network.ClassKey, URL: "http://example.com/token"})
			return network.Metadata{}, err
		}}
		c, end := renewing(t, server, s)
		defer end()
		require.ErrorIs(t, fetchAll(t.Context(), c, network.ClassKey)[0], network.ErrRefused)
		require.False(t, c.Online(t.Context()), "nor does the network-down check renew")
		require.Equal(t, 1, s.count())
	})
}

// Pairs that cannot be sent are a renewal in vain.
func TestRenewalWithBadPairs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newPipe(func(_ int, _ string, conn net.Conn) { say(conn, status("401")) })
		s := &source{renew: func(context.Context, int, network.Metadata) (network.Metadata, error) {
			return session("canary;canary"), nil
		}}
		c, end := renewing(t, server, s)
		defer end()
		err := fetchAll(t.Context(), c, network.ClassKey)[0]
		require.ErrorIs(t, err, network.ErrRefused)
		require.ErrorIs(t, err, network.ErrCookie)
		require.NotContains(t, err.Error(), "canary")
	})
}

// A host that is not one for the credential to go to cannot ask for a sign-in either.
func TestStrangerCannotAskForRenewal(t *testing.T) {
	w := newWorld(t)
	w.reset(func(r wireRequest) string {
		if r.url().Hostname() == "www.example.com" {
			return redirectAnswer("302", "https://www.example.net/")
		}
		return status("401")
	})
	s := &source{renew: func(context.Context, int, network.Metadata) (network.Metadata, error) { return session("1"), nil }}
	c := newClient(t, nil, network.Options{Resource: "https://www.example.com/", Transport: w.transport, Credentials: s})
	_, _, err := c.Fetch(t.Context(), network.Request{Class: network.ClassKey, URL: "https://www.example.com/k"})
	require.ErrorIs(t, err, network.ErrRefused)
	require.Zero(t, s.count())
}

// A segment that was cut, and whose continuation is refused, goes on with new pairs where it was.
func TestRenewalInABody(t *testing.T) {
	const text, etag = "0123456789abcdefghij", "ETag: \"v1\"\r\n"
	server := newScript(t, full(text, 7, etag), status("401"), part(text, 7, 20, -1, etag))
	s := &source{renew: func(context.Context, int, network.Metadata) (network.Metadata, error) { return session("1"), nil }}
	cfg := network.NewConfiguration()
	cfg.CookieHeaders, cfg.UseCookieHeadersForAllRequests = session("0"), true
	c := newClient(t, cfg, network.Options{Resource: server.url, Credentials: s})
	response, err := c.Do(t.Context(), network.Request{Class: network.ClassSegment, URL: server.url + "/s.ts"})
	require.NoError(t, err)
	data, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.Equal(t, text, string(data))
	require.Equal(t, 1, s.count())
	raw := server.raw()
	require.Contains(t, raw[1], "Cookie: session=0\r\n")
	require.Contains(t, raw[2], "Cookie: session=1\r\n")
	require.Contains(t, raw[2], "Range: bytes=7-\r\n")
}

// TestCredentialHeadersAreRenewedWithThePairs: both go where the pairs go, and the old header with no request after the renewal.
func TestCredentialHeadersAreRenewedWithThePairs(t *testing.T) {
	origin := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer new" || r.Header.Get("Cookie") != "session=1" {
			w.WriteHeader(http.StatusUnauthorized)
		}
	}))
	defer origin.Close()
	bearer := func(token string) []network.Header {
		return []network.Header{{Name: "Authorization", Value: network.NewSecret("Bearer " + token), Classes: []network.Class{network.ClassKey}}}
	}
	configuration := network.NewConfiguration()
	configuration.CookieHeaders, configuration.CredentialHeaders = session("0"), bearer("old")
	calls := 0
	c := newClient(t, configuration, network.Options{Resource: origin.URL + "/main.m3u8", Credentials: renewFunc(func() network.Credentials {
		calls++
		return network.Credentials{CookieHeaders: session("1"), Headers: bearer("new")}
	})})
	for range 2 {
		_, response, err := c.Fetch(t.Context(), network.Request{Class: network.ClassKey, URL: origin.URL + "/key"})
		require.NoError(t, err)
		assert.Equal(t, http.StatusOK, response.Status)
	}
	assert.Equal(t, 1, calls)
	_, _, err := c.Fetch(t.Context(), network.Request{Class: network.ClassSegment, URL: origin.URL + "/segment"})
	require.ErrorIs(t, err, network.ErrRefused, "the header is for keys alone")

	require.ErrorIs(t, c.UpdateCredentials(network.Credentials{CookieHeaders: session("1"), Headers: []network.Header{{Name: "a b"}}}), network.ErrConfiguration)
	require.NoError(t, c.UpdateCookies(session("1")), "the headers stay")
	_, _, err = c.Fetch(t.Context(), network.Request{Class: network.ClassKey, URL: origin.URL + "/key"})
	require.NoError(t, err)
}

// renewFunc is a source that always has new credentials.
type renewFunc func() network.Credentials

func (f renewFunc) Renew(context.Context, network.Metadata) (network.Credentials, error) {
	return f(), nil
}
