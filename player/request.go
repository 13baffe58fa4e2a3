package player

import (
	"context"
	"errors"
	"net/http"
	"time"

	"latchkey/network"
	"latchkey/player/hls"
)

// wanted is a request for a segment or an init section.
type wanted struct {
	class network.Class
	key   cacheKey // by which what comes is kept
	uri   string
	part  *hls.ByteRange                                                   // nil: all of it
	limit int64                                                            // of a segment's bytes, by its BANDWIDTH and EXTINF; 0: unknown
	told  *network.CMCD                                                    // may be nil
	again func(context.Context) (uri string, part *hls.ByteRange, ok bool) // what is asked for instead where the address has run out; may be nil
}

// request asks for what is wanted, without the bytes that are there.
func (w *wanted) request(there int) network.Request {
	r := requestOf(w.class, w.uri, rest(w.part, there))
	r.MaxBytes, r.CMCD = max(w.most()-int64(there), 1), w.told
	return r
}

// begin returns the bytes of what is wanted, from the cache or loading in a goroutine that the returned function
// waits for.
func (t *hlsTrack) begin(ctx context.Context, w wanted) (*download, func() error) {
	old, fresh := t.session.cache.get(w.key, time.Now())
	if fresh {
		return old, func() error { return nil }
	}
	d := newDownload()
	failed := make(chan error, 1)
	go func() {
		failed <- t.fetch(ctx, w, d, old)
	}()
	return d, func() error { return <-failed }
}

// fetch fills d and keeps it. old is what came before and may have changed since, nil: nothing.
func (t *hlsTrack) fetch(ctx context.Context, w wanted, d, old *download) error {
	var (
		answer *network.Response
		took   time.Duration // until the answer
	)
	for {
		before, _ := d.complete()
		var conditions http.Header
		if old != nil && before == 0 {
			conditions = old.freshness().conditions()
		}
		err := t.session.authorized(ctx, func() (err error) {
			for again := w.again != nil; ; again = false {
				asked, request := time.Now(), w.request(before)
				request.Header = conditions
				answer, err = t.session.fetcher.open(ctx, request)
				took = time.Since(asked)
				if !again || !stale(err) {
					return err
				}
				uri, part, other := w.again(ctx)
				if !other {
					return err
				}
				w.uri, w.part, conditions = uri, part, nil
				w.key.renamed(uri, part)
			}
		})
		if err == nil && answer.Status == http.StatusNotModified {
			_ = answer.Body.Close() // it has none
			d.adopt(old, old.freshness().after(answer.Header, time.Now()))
			t.got(w, d)
			return nil
		}
		if err == nil {
			d.keepFor(freshnessOf(answer.Header, time.Now()))
			d.start(answer.ContentLength)
			err = d.fill(ctx, answer.Body, answer.ContentLength)
			err = errors.Join(err, answer.Body.Close())
		}
		if err == nil {
			came := d.measured(time.Now())
			t.got(w, d)
			if t.ladder != nil {
				t.ladder.downloaded(w.class, came, took)
			}
			return nil
		}
		if errors.Is(context.Cause(ctx), errAbandoned) {
			t.ladder.abandoned(d.progress(time.Now()))
			d.finish(errAbandoned)
			return errAbandoned
		}
		if !d.answered() || !t.session.endure(ctx, err) {
			err = &fetchError{class: w.class, url: display(w.uri), err: err}
			d.finish(err)
			return err
		}
	}
}

// got notes that all of what was wanted is there, and keeps it.
func (t *hlsTrack) got(w wanted, d *download) {
	d.finish(nil)
	t.session.found()
	t.session.cache.put(w.key, d)
}

// rest is what remains of a range, or of all, after the bytes that are there.
func rest(part *hls.ByteRange, there int) *hls.ByteRange {
	switch {
	case there == 0:
		return part
	case part == nil:
		return &hls.ByteRange{Offset: int64(there), Length: -1}
	}
	return &hls.ByteRange{Offset: part.Offset + int64(there), Length: part.Length - int64(there)}
}
