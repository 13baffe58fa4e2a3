package player

import (
	"context"
	"errors"
	"io"
	"time"

	"latchkey/network"
	"latchkey/player/hls"
)

// wanted is a request for a segment or an init section.
type wanted struct {
	class network.Class
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
	if d := t.session.cache.get(keyOf(w.uri, w.part)); d != nil {
		return d, func() error { return nil }
	}
	d := newDownload()
	failed := make(chan error, 1)
	go func() {
		failed <- t.fetch(ctx, w, d)
	}()
	return d, func() error { return <-failed }
}

// fetch fills d and keeps it.
func (t *hlsTrack) fetch(ctx context.Context, w wanted, d *download) error {
	var (
		body   io.ReadCloser
		length int64
		took   time.Duration // until the answer
	)
	for {
		before, _ := d.complete()
		err := t.session.authorized(ctx, func() (err error) {
			for again := w.again != nil; ; again = false {
				asked := time.Now()
				body, length, err = t.session.fetcher.open(ctx, w.request(before))
				took = time.Since(asked)
				if !again || !stale(err) {
					return err
				}
				uri, part, other := w.again(ctx)
				if !other {
					return err
				}
				w.uri, w.part = uri, part
			}
		})
		if err == nil {
			d.start(length)
			err = d.fill(ctx, body, length)
			err = errors.Join(err, body.Close())
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
	t.session.cache.put(keyOf(w.uri, w.part), d)
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
