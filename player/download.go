package player

import (
	"context"
	"errors"
	"io"
	"slices"
	"sync"
	"time"

	"latchkey/player/abr"
	"latchkey/player/hls"
)

// Limits of what a session keeps of the network.
const (
	maxUnread     = 24 << 20 // bytes of a download that nobody has read yet
	cacheBytes    = 96 << 20 // raw segments kept for seeks
	readChunk     = 64 << 10
	maxFirstAlloc = 8 << 20 // whatever length an answer announces
)

// download is the body of one request, filled while it is read. Its bytes are as they came, so that
// of an encrypted segment only cipher text is kept. Safe for concurrent use.
type download struct {
	mu      sync.Mutex
	data    []byte
	read    int // how far the furthest reader is
	done    bool
	err     error
	changed chan struct{} // closed, and made anew, at each change
	begun   bool          // an answer has come
	since   time.Time     // when the newest answer came
	before  int           // the bytes that were there then
	newest  time.Time     // when the newest byte came
	length  int64         // of that answer, -1: not known
}

func newDownload() *download {
	return &download{changed: make(chan struct{})}
}

// start says that an answer of a length, -1: not known, has come, and its body will.
func (d *download) start(length int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := time.Now()
	d.begun, d.since, d.newest, d.before, d.length = true, now, now, len(d.data), length
	d.wake()
}

// progress tells of the newest answer; of none, it is zero.
func (d *download) progress(now time.Time) abr.Download {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.begun {
		return abr.Download{}
	}
	return abr.Download{Got: int64(len(d.data) - d.before), Total: d.length, Since: now.Sub(d.since), Idle: now.Sub(d.newest)}
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

// fill adds body until its end, which is nil, ctx's end, or an error. It waits while more than maxUnread bytes are unread.
func (d *download) fill(ctx context.Context, body io.Reader, length int64) error {
	if length > 0 {
		d.mu.Lock()
		if len(d.data) == 0 {
			d.data = make([]byte, 0, min(length, maxFirstAlloc))
		}
		d.mu.Unlock()
	}
	chunk := make([]byte, readChunk)
	for {
		n, err := body.Read(chunk)
		d.mu.Lock()
		d.data = append(d.data, chunk[:n]...)
		if n > 0 {
			d.newest = time.Now()
			d.wake()
		}
		for len(d.data)-d.read > maxUnread && err == nil {
			changed := d.changed
			d.mu.Unlock()
			select {
			case <-changed:
			case <-ctx.Done():
				err = context.Cause(ctx)
			}
			d.mu.Lock()
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
	return len(d.data), d.done && d.err == nil
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

// Read returns the next bytes; at the end io.EOF, or the error that cut the download short.
func (r *downloadReader) Read(p []byte) (int, error) {
	d := r.d
	for {
		d.mu.Lock()
		if r.offset < len(d.data) {
			n := copy(p, d.data[r.offset:])
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

// cacheKey names the bytes of a request.
type cacheKey struct {
	uri            string
	offset, length int64
}

// keyOf names a range of a URI, or all of it.
func keyOf(uri string, part *hls.ByteRange) cacheKey {
	key := cacheKey{uri: uri}
	if part != nil {
		key.offset, key.length = part.Offset, part.Length
	}
	return key
}

// cache keeps whole downloads in memory, the least recently used going first. Nothing of it is ever
// written to disk. Safe for concurrent use.
type cache struct {
	mu      sync.Mutex
	entries map[cacheKey]*download
	order   []cacheKey // least recently used first
	bytes   int
}

func newCache() *cache {
	return &cache{entries: make(map[cacheKey]*download)}
}

// get returns the whole download of key, or nil.
func (c *cache) get(key cacheKey) *download {
	c.mu.Lock()
	defer c.mu.Unlock()
	d := c.entries[key]
	if d != nil {
		c.touch(key)
	}
	return d
}

// has says whether the whole download of key is there, without counting as a use.
func (c *cache) has(key cacheKey) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.entries[key] != nil
}

// put keeps a download that is complete; others are not kept.
func (c *cache) put(key cacheKey, d *download) {
	size, ok := d.complete()
	if !ok || size > cacheBytes/2 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.entries[key] != nil {
		return
	}
	for c.bytes+size > cacheBytes && len(c.order) > 0 {
		oldest := c.order[0]
		old, _ := c.entries[oldest].complete()
		c.bytes -= old
		delete(c.entries, oldest)
		c.order = c.order[1:]
	}
	c.entries[key] = d
	c.order = append(c.order, key)
	c.bytes += size
}

// drop forgets a download.
func (c *cache) drop(key cacheKey) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if d := c.entries[key]; d != nil {
		size, _ := d.complete()
		c.bytes -= size
		delete(c.entries, key)
		c.order = slices.DeleteFunc(c.order, func(k cacheKey) bool { return k == key })
	}
}

func (c *cache) touch(key cacheKey) {
	for i, k := range c.order {
		if k == key {
			c.order = append(append(c.order[:i:i], c.order[i+1:]...), key)
			return
		}
	}
}
