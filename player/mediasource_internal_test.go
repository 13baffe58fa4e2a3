package player

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/network"
)

const filmURL = "http://www.example.com/film.mp4"

// filmServer serves a film, by ranges where it knows those. At a byte, once, it goes away for a
// time.
type filmServer struct {
	film     []byte
	noRanges bool
	breaks   int
	away     time.Duration

	until time.Time // it is away until then
	began bool      // it has been away
}

func (f *filmServer) RoundTrip(r *http.Request) (*http.Response, error) {
	if time.Now().Before(f.until) {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	}
	from, status := 0, http.StatusOK
	if n, _ := fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-", &from); n == 1 && !f.noRanges {
		status = http.StatusPartialContent
	} else {
		from = 0
	}
	response := answer(r, status, &filmBody{server: f, at: from}, int64(len(f.film)-from))
	response.Header.Set("ETag", `"1"`)
	if status == http.StatusPartialContent {
		response.Header.Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, len(f.film)-1, len(f.film)))
	}
	return response, nil
}

// filmBody is the film from a byte on.
type filmBody struct {
	server *filmServer
	at     int
}

func (b *filmBody) Read(p []byte) (int, error) {
	f := b.server
	end := len(f.film)
	if !f.began {
		end = f.breaks
	}
	switch n := copy(p, f.film[b.at:max(b.at, end)]); {
	case n > 0:
		b.at += n
		return n, nil
	case f.began:
		return 0, io.EOF
	}
	f.began, f.until = true, time.Now().Add(f.away)
	return 0, &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}
}

// TestAFilmWaitsForTheNetwork reads a film whose server goes away in the middle of it.
func TestAFilmWaitsForTheNetwork(t *testing.T) {
	film := slices.Repeat(packets, 48)[1:] // 3 MiB
	for name, c := range map[string]struct {
		server   filmServer
		patience time.Duration // of the configuration
		least    time.Duration // that it takes
		most     time.Duration
		err      error
	}{
		"for a minute":                       {filmServer{breaks: 1 << 20, away: time.Minute}, 2 * time.Minute, time.Minute, 70 * time.Second, nil},
		"for a minute, and knows no ranges":  {filmServer{breaks: 1 << 20, away: time.Minute, noRanges: true}, 2 * time.Minute, time.Minute, 70 * time.Second, nil},
		"for longer than anybody waits":      {filmServer{breaks: 1 << 20, away: time.Hour}, 2 * time.Minute, 2 * time.Minute, 3 * time.Minute, network.ErrUnreachable},
		"for a minute, and nobody waits":     {filmServer{breaks: 1 << 20, away: time.Minute}, -1, 0, 30 * time.Second, network.ErrUnreachable},
		"before anything of it could be had": {filmServer{breaks: 0, away: time.Minute}, 2 * time.Minute, 0, 30 * time.Second, network.ErrUnreachable},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := c.server
				server.film = film
				s := newTestSession(t, filmURL, server.RoundTrip)
				s.config.NetworkPatience = c.patience
				source := &mediaSource{session: s, opener: &remoteFile{session: s, url: filmURL}}
				began := time.Now()
				body, err := source.opener.open(&readContext{now: t.Context()})
				require.NoError(t, err)
				defer body.Close()
				got, err := io.ReadAll(body)
				assert.GreaterOrEqual(t, time.Since(began), c.least)
				assert.LessOrEqual(t, time.Since(began), c.most)
				if c.err == nil {
					require.NoError(t, err)
					assert.True(t, bytes.Equal(film, got))
					s.mu.Lock()
					defer s.mu.Unlock()
					assert.Zero(t, s.lost, "a server answers again")
					return
				}
				require.ErrorIs(t, err, c.err)
				assert.Len(t, got, server.breaks)
				explained := new(Error)
				require.ErrorAs(t, Explain(source.explain(err), filmURL), &explained)
				assert.Equal(t, CodeUnreachable, explained.Code)
				assert.Equal(t, "segment", explained.Class)
				assert.Contains(t, explained.Message, "cannot be reached. Check the address and your connection, and try again.")
			})
		})
	}
}

// TestAFilmThatWaitsIsLeft ends a read that waits for the network.
func TestAFilmThatWaitsIsLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := &filmServer{film: packets, breaks: block / 2, away: time.Hour}
		s := newTestSession(t, filmURL, server.RoundTrip)
		ctx, cancel := context.WithCancelCause(t.Context())
		body, err := (&remoteFile{session: s, url: filmURL}).open(&readContext{now: ctx})
		require.NoError(t, err)
		defer body.Close()
		began := time.Now()
		time.AfterFunc(time.Minute, func() { cancel(errStopped) })
		_, err = io.ReadAll(body)
		require.ErrorIs(t, err, errStopped)
		assert.Equal(t, time.Minute, time.Since(began))
	})
}

// TestCloseWaitsForNoPreview ends a session while a caller waits for a picture of its file.
func TestCloseWaitsForNoPreview(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newTestSession(t, filmURL, nil)
		stills := &fileStills{session: s, turn: make(turn, 1), source: &mediaSource{session: s}}
		require.NoError(t, stills.turn.take(t.Context())) // another picture is made
		failed := make(chan error, 1)
		go func() {
			_, err := stills.at(t.Context(), 0, 0, -1)
			failed <- err
		}()
		synctest.Wait()
		s.cancel(errClosed)
		require.ErrorIs(t, <-failed, errClosed)
	})
}
