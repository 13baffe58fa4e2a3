package player

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"

	"latchkey/player/abr"
)

// Limits of what a session keeps of the network.
//
// A track has at most four downloads at a time: the one that is read, the one that waits for that
// (itemsAhead), the one that the loader waits for, and what was asked for beforehand (preload). The
// first has at most maxCached, or, beyond that, maxUnread and releaseStep; each of the others has
// maxUnread. A session has at most two tracks, picture and sound, and one picture for a preview
// (minSegmentLimit):
//
//	2 x (32 + 3 x 16) + 16 + 64 of the cache = 240 MiB
//
// The session of the title that comes next loads its first segments beforehand, of maxUnread at
// most, and the others when the downloads of the one before have ended: its cache comes on top, 64
// MiB.
const (
	maxUnread     = 16 << 20       // bytes of a download that nobody has read yet
	cacheBytes    = 64 << 20       // raw segments kept for seeks
	maxCached     = cacheBytes / 2 // bytes of one segment that is kept
	releaseStep   = 8 << 20        // bytes that are released at a time, since the others are moved for it
	readChunk     = 64 << 10
	maxFirstAlloc = 8 << 20 // whatever length an answer announces
)

// errReleased is returned for bytes of a large download that were read before.
var errReleased = errors.New("the bytes were read before, and are not kept of so large a download")

// download is the body of one request, filled while it is read. Its bytes are as they came, so that
// of an encrypted segment only cipher text is kept. Safe for concurrent use.
//
// A download that becomes too large for the cache has one reader: what that has read is released.
// An init section, which each run begins with, never becomes so large.
type download struct {
	mu       sync.Mutex
	data     []byte // the bytes from released on
	released int    // the bytes before those, which are no longer there
	read     int    // how far the furthest reader is
	done     bool
	err      error
	changed  chan struct{} // closed, and made anew, at each change
	begun    bool          // an answer has come

	// Of the newest answer.
	since  time.Time // when it came
	before int       // the bytes that were there then
	newest time.Time // when the newest byte came, or the download last ceased to wait for its reader
	length int64     // -1: not known

	holds freshness // of the first answer

	waits  bool          // for its reader
	waited time.Duration // for its reader, until newest
	first  sample        // what came before it waited for the first time, zero: it has not
}

// sample is what came over the network in a time.
type sample struct {
	bytes int
	took  time.Duration
}

func newDownload() *download {
	return &download{changed: make(chan struct{})}
}

// size is how many bytes have come. The caller holds mu.
func (d *download) size() int { return d.released + len(d.data) }

// start says that an answer of a length, -1: not known, has come, and its body will.
func (d *download) start(length int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := time.Now()
	d.begun, d.since, d.newest, d.before, d.length = true, now, now, d.size(), length
	d.waited, d.first = 0, sample{}
	d.wake()
}

// keepFor notes what an answer says of its use for later requests. Of several answers, whose bytes
// follow one another, the first counts.
func (d *download) keepFor(f freshness) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.begun {
		d.holds = f
	}
}

// freshness is what the server said of its use for later requests.
func (d *download) freshness() freshness {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.holds
}

// adopt takes the bytes of a whole download, which the server says are unchanged.
func (d *download) adopt(old *download, f freshness) {
	old.mu.Lock()
	data := old.data
	old.mu.Unlock()
	d.keepFor(f)
	d.start(int64(len(data)))
	d.mu.Lock()
	d.data = data[:len(data):len(data)]
	d.mu.Unlock()
	d.finish(nil)
}

// measured is what the newest answer says of the network. After a download has waited for its
// reader, bytes come that had gathered meanwhile: they say nothing.
func (d *download) measured(now time.Time) sample {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.first != (sample{}) {
		return d.first
	}
	return sample{bytes: d.size() - d.before, took: now.Sub(d.since)}
}

// progress tells of the newest answer, without the time in which it waited for its reader; of none,
// it is zero.
func (d *download) progress(now time.Time) abr.Download {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.begun {
		return abr.Download{}
	}
	if d.waits {
		now = d.newest
	}
	return abr.Download{Got: int64(d.size() - d.before), Total: d.length, Since: now.Sub(d.since) - d.waited, Idle: now.Sub(d.newest)}
}

// started waits until the answer has come. It returns the error that came instead, or ctx's cause.
func (d *download) started(ctx context.Context) error {
	for {
		d.mu.Lock()
		begun, done, err, changed := d.begun, d.done, d.err, d.changed
		d.mu.Unlock()
		switch {
		case begun:
			return nil
		case done:
			return err
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// wake tells all who wait. The caller holds mu.
func (d *download) wake() {
	close(d.changed)
	d.changed = make(chan struct{})
}

// answered says whether the answer has come.
func (d *download) answered() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.begun
}

// fill adds body until its end, which is nil, ctx's end, or an error. It waits for the reader while
// more than maxUnread bytes are unread.
func (d *download) fill(ctx context.Context, body io.Reader, length int64) error {
	if length > 0 {
		d.mu.Lock()
		if d.size() == 0 {
			d.data = make([]byte, 0, min(length, maxFirstAlloc))
		}
		d.mu.Unlock()
	}
	chunk := make([]byte, readChunk)
	for {
		n, err := body.Read(chunk)
		d.mu.Lock()
		d.release()
		d.data = append(d.data, chunk[:n]...)
		if n > 0 {
			d.newest = time.Now()
			d.wake()
		}
		if err == nil && d.size()-d.read > maxUnread {
			err = d.awaitReader(ctx)
		}
		d.mu.Unlock()
		if err != nil {
			if errors.Is(err, io.EOF) {
				err = nil
			}
			return err
		}
	}
}

// awaitReader waits until no more than maxUnread bytes are unread. It returns ctx's cause when that
// ends first. The caller holds mu.
func (d *download) awaitReader(ctx context.Context) (err error) {
	if d.first == (sample{}) {
		d.first = sample{bytes: d.size() - d.before, took: d.newest.Sub(d.since)}
	}
	d.waits = true
	for d.size()-d.read > maxUnread && err == nil {
		changed := d.changed
		d.mu.Unlock()
		select {
		case <-changed:
		case <-ctx.Done():
			err = context.Cause(ctx)
		}
		d.mu.Lock()
	}
	now := time.Now()
	d.waited += now.Sub(d.newest)
	d.waits, d.newest = false, now
	return err
}

// release gives up what was read of a download that is too large for the cache. The caller holds
// mu.
func (d *download) release() {
	if d.size() <= maxCached || d.read-d.released < releaseStep {
		return
	}
	d.data = d.data[:copy(d.data, d.data[d.read-d.released:])]
	d.released = d.read
}

// finish marks the end; err is nil when all bytes are there. Only the first call counts.
func (d *download) finish(err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.done {
		d.done, d.err = true, err
		d.wake()
	}
}

// complete says that all bytes are there, and how many.
func (d *download) complete() (size int, ok bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.size(), d.done && d.err == nil
}

// failed says whether it ended before all bytes were there.
func (d *download) failed() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.done && d.err != nil
}

// reader returns a reader from the first byte on. It waits for bytes that have not come yet until ctx
// ends.
func (d *download) reader(ctx context.Context) io.Reader { return d.readerFrom(ctx, 0) }

// readerFrom is reader from a later byte on.
func (d *download) readerFrom(ctx context.Context, offset int64) io.Reader {
	return &downloadReader{wait: ctx.Done(), cause: func() error { return context.Cause(ctx) }, d: d, offset: int(offset)}
}

type downloadReader struct {
	d      *download
	wait   <-chan struct{}
	cause  func() error
	offset int
}

// Read returns the next bytes; at the end io.EOF, or the error that cut the download short. It
// returns errReleased for bytes that another reader has read, where those are not kept.
func (r *downloadReader) Read(p []byte) (int, error) {
	d := r.d
	for {
		d.mu.Lock()
		if r.offset < d.released {
			d.mu.Unlock()
			return 0, errReleased
		}
		if r.offset < d.size() {
			n := copy(p, d.data[r.offset-d.released:])
			r.offset += n
			if r.offset > d.read {
				d.read = r.offset
				if !d.done {
					d.wake()
				}
			}
			d.mu.Unlock()
			return n, nil
		}
		done, err, changed := d.done, d.err, d.changed
		d.mu.Unlock()
		if done {
			if err == nil {
				err = io.EOF
			}
			return 0, err
		}
		select {
		case <-changed:
		case <-r.wait:
			return 0, r.cause()
		}
	}
}
