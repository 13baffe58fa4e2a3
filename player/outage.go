package player

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"latchkey/network"
)

const (
	// askAgain is how long after a request that no server answered the next one is made.
	askAgain = time.Second
	// maxSkips is how many segments in a row may be left out.
	maxSkips = 5
)

// endure waits a moment after a request failed for which the network is to blame, and says whether it is to be made again. It returns
// false for other failures, before anything could be had, when the network was down for too long, and when ctx ends.
func (s *session) endure(ctx context.Context, err error) bool {
	if s.config.NetworkPatience < 0 || !outage(err) {
		return false
	}
	now := time.Now()
	s.mu.Lock()
	if !s.heard {
		s.mu.Unlock()
		return false // nothing says that it is not the address
	}
	if s.lost.IsZero() {
		s.lost = now
		s.config.Log.Warn("no server answers")
	}
	since := now.Sub(s.lost)
	s.mu.Unlock()
	s.changed()
	if since > s.config.NetworkPatience {
		return false
	}
	pause(ctx, nil, askAgain)
	return ctx.Err() == nil
}

// found notes that a server answers.
func (s *session) found() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lost, s.heard = time.Time{}, true
}

// outage says whether a request failed because no server could be heard, or one that stands for it said so.
func outage(err error) bool {
	var failed *network.Error
	if !errors.As(err, &failed) {
		return false
	}
	switch failed.Kind {
	case network.KindUnreachable, network.KindTimeout, network.KindTruncated:
		return true
	case network.KindStatus:
		return slices.Contains([]int{http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout}, failed.Status)
	}
	return false
}

// skipped counts the segments that were left out in a row.
type skipped struct {
	row  int
	last error
	any  bool // one could be had
}

// may says whether one more segment may be left out, which failed with an error: a server must have said that it has none.
func (s *skipped) may(failed error) bool {
	if !errors.Is(failed, network.ErrStatus) || s.row == maxSkips {
		return false
	}
	s.row++
	s.last = failed
	return true
}

// none notes that a segment could be had.
func (s *skipped) none() { s.row, s.any = 0, true }

// atEnd is the error of a stream of which nothing could be had.
func (s *skipped) atEnd() error {
	if s.any {
		return nil
	}
	return s.last
}
