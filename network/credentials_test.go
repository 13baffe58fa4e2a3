package network_test

import (
	"context"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/network"
)

// store is a CredentialStore whose sign-in a test changes.
type store struct {
	mu       sync.Mutex
	issue    network.Issue   // guarded by mu
	changed  chan struct{}   // guarded by mu
	renewals int             // guarded by mu; calls of Renew
	judged   map[uint64]bool // guarded by mu; the last word on each issue
}

func newStore(value string) *store {
	s := &store{judged: make(map[uint64]bool)}
	s.put(value, true)
	return s
}

// put makes the next issue, of a person's sign-in or of a renewal.
func (s *store) put(value string, person bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	before := s.changed
	s.changed = make(chan struct{})
	s.issue = network.Issue{Credentials: network.Credentials{CookieHeaders: session(value)}, Number: s.issue.Number + 1, SignIn: s.issue.SignIn, Changed: s.changed}
	if person {
		s.issue.SignIn++
	}
	if before != nil {
		close(before)
	}
}

func (s *store) Current() network.Issue {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.issue
}

func (s *store) Renew(context.Context, network.Metadata) (network.Credentials, error) {
	s.mu.Lock()
	s.renewals++
	value := fmt.Sprintf("renewed %d", s.renewals)
	s.mu.Unlock()
	s.put(value, false)
	return s.Current().Credentials, nil
}

func (s *store) Judge(number uint64, accepted bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.judged[number] = accepted
}

func (s *store) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.renewals
}

// refuseAllBut answers 403 to each session but one.
func refuseAllBut(good string) func(int, string, net.Conn) {
	return func(_ int, header string, conn net.Conn) {
		if strings.Contains(header, "Cookie: session="+good+"\r\n") {
			say(conn, okAnswer)
			return
		}
		say(conn, status("403"))
	}
}

func TestClientFollowsItsStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newPipe(refuseAllBut("none"))
		s := newStore("first")
		c, end := renewing(t, server, s)
		defer end() // and the bubble sees that no goroutine is left
		sent := func() string {
			_, _, err := c.Fetch(t.Context(), network.Request{Class: network.ClassThumbnail, URL: "http://example.com/"})
			require.ErrorIs(t, err, network.ErrRefused)
			asked := server.asked()
			_, cookie, _ := strings.Cut(asked[len(asked)-1], "Cookie: session=")
			cookie, _, _ = strings.Cut(cookie, "\r\n")
			return cookie
		}
		assert.Equal(t, "first", sent(), "not that of the configuration")
		assert.Zero(t, c.Epoch())
		changed := c.Changed(0)
		for i, step := range []struct {
			value  string
			person bool
			epoch  uint64
		}{
			{"second", false, 1},
			{"second", false, 1}, // the same is no news
			{"third", true, 2},
			{"third", true, 3}, // but a person's sign-in is
		} {
			s.put(step.value, step.person)
			synctest.Wait()
			assert.Equal(t, step.epoch, c.Epoch(), "step %d", i)
			assert.Equal(t, step.value, sent())
		}
		<-changed
		<-c.Changed(2)
		select {
		case <-c.Changed(3):
			t.Error("there are no later credentials")
		default:
		}
		s.put("canary;canary", true)
		synctest.Wait()
		assert.Equal(t, "third", sent(), "what cannot be sent leaves those before")
		assert.Zero(t, s.count())
	})
}

// What a store renews comes to the client twice, as the answer to Renew and as an issue: it is one
// renewal, and counts as one that was in vain. A person's sign-in alone ends the pause.
func TestRenewalsOfAStoreCountOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newPipe(refuseAllBut("good"))
		s := newStore("worn out")
		c, end := renewing(t, server, s)
		defer end()
		fetch := func() *network.RenewalError {
			t.Helper()
			_, _, err := c.Fetch(t.Context(), network.Request{Class: network.ClassKey, URL: "http://example.com/k"})
			var failed *network.RenewalError
			require.ErrorAs(t, err, &failed)
			var e *network.Error
			require.ErrorAs(t, err, &e)
			assert.Equal(t, c.Epoch(), e.Epoch, "the newest credentials were refused")
			return failed
		}
		for n := 1; n <= 3; n++ {
			assert.Equal(t, n, fetch().Refused)
			synctest.Wait()
			assert.EqualValues(t, n, c.Epoch())
			assert.Equal(t, n, s.count())
		}
		assert.Equal(t, map[uint64]bool{2: false, 3: false, 4: false}, s.judged)
		assert.Equal(t, time.Minute, fetch().Wait)
		s.put("renewed ahead of its end", false)
		synctest.Wait()
		assert.Equal(t, time.Minute, fetch().Wait, "a renewal is no sign-in")
		require.NoError(t, c.UpdateCookies(session("renewed ahead of its end")))
		assert.Equal(t, time.Minute, fetch().Wait, "nor is what is in use")
		assert.Equal(t, 3, s.count())

		s.put("worn out again", true)
		synctest.Wait()
		assert.Equal(t, 1, fetch().Refused, "a person has signed in")
		assert.Equal(t, 4, s.count())
		s.put("good", true)
		synctest.Wait()
		require.NoError(t, fetchAll(t.Context(), c, network.ClassKey)[0])
	})
}

// A renewal is no help when one request is answered and another refused with it, in whatever order;
// when all are answered, it is.
func TestRenewalThatHelpsSome(t *testing.T) {
	for _, some := range []bool{true, false} {
		t.Run(fmt.Sprint(some), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				token := 0 // that is good; owned by the test between requests
				server := newPipe(func(_ int, header string, conn net.Conn) {
					forbidden := some && strings.HasPrefix(header, "GET /1 ")
					if forbidden || !strings.Contains(header, fmt.Sprintf("Cookie: session=%d\r\n", token)) {
						say(conn, status("403"))
						return
					}
					say(conn, okAnswer)
				})
				s := &source{renew: func(context.Context, int, network.Metadata) (network.Metadata, error) {
					synctestWait(time.Second) // both wait for it
					return session(fmt.Sprint(token)), nil
				}}
				c, end := renewing(t, server, s)
				defer end()
				for n := 1; n <= 3; n++ {
					token++
					errs := fetchAll(t.Context(), c, network.ClassKey, network.ClassKey)
					require.NoError(t, errs[0])
					if !some {
						require.NoError(t, errs[1])
						continue
					}
					var failed *network.RenewalError
					require.ErrorAs(t, errs[1], &failed)
					require.Equal(t, n, failed.Refused)
				}
				require.Equal(t, 3, s.count())
			})
		})
	}
}

// A source that says how long it is to be left alone is.
func TestSourceWantsToBeLeftAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newPipe(refuseAllBut("none"))
		s := &source{renew: func(context.Context, int, network.Metadata) (network.Metadata, error) {
			return network.Metadata{}, &network.RenewalError{Refused: 3, Wait: 40 * time.Second}
		}}
		c, end := renewing(t, server, s)
		defer end()
		for range 3 {
			var failed *network.RenewalError
			require.ErrorAs(t, fetchAll(t.Context(), c, network.ClassKey)[0], &failed)
			require.Equal(t, 40*time.Second, failed.Wait)
		}
		require.Equal(t, 1, s.count())
		synctestWait(40 * time.Second)
		require.Error(t, fetchAll(t.Context(), c, network.ClassKey)[0])
		require.Equal(t, 2, s.count())
	})
}

// TestSendsAs compares what two clients send. Nothing is no sign-in that they share.
func TestSendsAs(t *testing.T) {
	client := func(value string) *network.Client {
		c := network.NewConfiguration()
		if value != "" {
			c.CookieHeaders = session(value)
		}
		made, err := network.NewClient(c, network.Options{})
		require.NoError(t, err)
		t.Cleanup(func() { _ = made.Close() })
		return made
	}
	assert.True(t, client("a").SendsAs(client("a")))
	assert.False(t, client("a").SendsAs(client("b")))
	assert.False(t, client("a").SendsAs(client("")))
	assert.False(t, client("").SendsAs(client("")))
}
