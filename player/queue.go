package player

import (
	"context"
	"errors"
	"io"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"latchkey/player/hls"
	"latchkey/player/libav"
)

// Limits of what is demuxed and not decoded yet.
const (
	maxQueueBytes = 64 << 20 // over all queues of a pipeline
	hardMaxBytes  = 2 * maxQueueBytes
	maxPackets    = 100_000 // per queue
)

// queued is a packet on its way to a decoder.
type queued struct {
	packet  *libav.Packet
	run     *run // what it was demuxed from, with how its times are to be read
	kind    libav.Kind
	at      time.Duration // presentation time
	end     time.Duration // likewise, of its end
	segment *hls.Segment  // that it begins in, nil of other media
	settled bool          // it was put at its time: see clock
	key     int           // which of the run's keys it was decrypted with, counted from 1; 0: it was clear
}

// ticks is the packet's time stamp: when it is shown, or, where that is not known, decoded. It may
// be libav.NoPTS.
func (q queued) ticks() int64 {
	if ticks := q.packet.PTS(); ticks != libav.NoPTS {
		return ticks
	}
	return q.packet.DTS()
}

// media is the time that the media carries.
func (q queued) media() time.Duration {
	return libav.Ticks(q.ticks(), q.run.streams[q.kind].TimeBase)
}

// time returns the presentation time of the packet; a packet without any stands at its run's origin.
func (q queued) time() time.Duration {
	ticks := q.ticks()
	if ticks == libav.NoPTS {
		return q.at
	}
	return q.run.time(q.kind, ticks)
}

// queue holds the packets of one track. One producer and one consumer; the counters are safe for
// concurrent use.
type queue struct {
	mu    sync.Mutex
	items []queued
	bytes int
	last  time.Duration // end of the newest packet pushed
	run   *run          // of the newest packet pushed
	any   bool          // whether last counts
	ended bool
	// absent says that the stream has nothing of this kind at present.
	absent bool
	whole  atomic.Bool   // all that there is was loaded
	ready  chan struct{} // a token: something was pushed, or the end
	space  *notice       // something was popped; shared by the queues of a pipeline
}

func newQueue(space *notice) *queue {
	return &queue{ready: make(chan struct{}, 1), space: space}
}

// begun says whether a packet was pushed.
func (q *queue) begun() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.any
}

// push appends a packet. It never waits. The first of a run that takes the place of others takes the place of what nobody has taken yet.
func (q *queue) push(item queued) {
	q.mu.Lock()
	if item.run != q.run && item.run.replaces {
		q.cut(item.at)
	}
	q.run = item.run
	q.items = append(q.items, item)
	q.bytes += len(item.packet.Data())
	if !q.any || item.end > q.last {
		q.last, q.any = item.end, true
	}
	q.mu.Unlock()
	signal(q.ready)
}

// cut leaves out what is to be shown from a time on, in the order of decoding: what follows the first such packet may need it. The caller
// holds mu.
func (q *queue) cut(at time.Duration) {
	keep := slices.IndexFunc(q.items, func(i queued) bool { return i.at >= at-sameTime })
	if keep < 0 {
		return
	}
	for _, item := range q.items[keep:] {
		q.bytes -= len(item.packet.Data())
		item.packet.Close()
	}
	clear(q.items[keep:])
	q.items = q.items[:keep]
	q.last = at
	for _, item := range q.items {
		q.last = max(q.last, item.end)
	}
}

// end says that no packet follows.
func (q *queue) end() {
	q.mu.Lock()
	q.ended = true
	q.mu.Unlock()
	signal(q.ready)
}

// setAbsent says whether the stream has anything of this kind at present.
func (q *queue) setAbsent(absent bool) {
	q.mu.Lock()
	q.absent = absent
	q.mu.Unlock()
	signal(q.ready)
}

// missing says whether the stream has nothing of this kind at present and nothing waits.
func (q *queue) missing() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.absent && len(q.items) == 0 && !q.ended
}

// errVacant is returned for a packet of a kind of which the stream has nothing at present.
var errVacant = errors.New("the stream has nothing of this kind at present")

// pop takes the oldest packet, waiting for one. It returns io.EOF after the last, errVacant where
// the stream has none at present, or ctx's cause.
func (q *queue) pop(ctx context.Context) (queued, error) {
	for {
		q.mu.Lock()
		if len(q.items) > 0 {
			item := q.items[0]
			q.items[0] = queued{}
			q.items = q.items[1:]
			q.bytes -= len(item.packet.Data())
			q.mu.Unlock()
			q.space.post()
			return item, nil
		}
		ended, absent := q.ended, q.absent
		q.mu.Unlock()
		switch {
		case ended:
			return queued{}, io.EOF
		case absent && ctx.Err() == nil:
			return queued{}, errVacant
		}
		select {
		case <-q.ready:
		case <-ctx.Done():
			return queued{}, context.Cause(ctx)
		}
	}
}

// level says how full the queue is, until when its packets last, and whether no more is to be expected
// for now.
func (q *queue) level() (packets, bytes int, until time.Duration, ended bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.items), q.bytes, q.last, q.ended || q.absent
}

// dry says whether a decoder waits for a packet that may still come.
func (q *queue) dry() bool {
	packets, _, _, ended := q.level()
	return packets == 0 && !ended
}

// close frees what nobody took.
func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, item := range q.items {
		item.packet.Close()
	}
	q.items, q.bytes = nil, 0
}

// signal leaves a token, unless one lies there.
func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// notice wakes all who wait for a change. The zero value is not ready: use newNotice.
type notice struct {
	mu sync.Mutex
	c  chan struct{}
}

func newNotice() *notice { return &notice{c: make(chan struct{})} }

// wait returns a channel that the next post closes. Take it before looking at what may change.
func (n *notice) wait() <-chan struct{} {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.c
}

// post wakes all who wait.
func (n *notice) post() {
	n.mu.Lock()
	defer n.mu.Unlock()
	close(n.c)
	n.c = make(chan struct{})
}

// latch opens once.
type latch struct {
	once sync.Once
	c    chan struct{} // closed when it is open
}

func newLatch() *latch { return &latch{c: make(chan struct{})} }

func (l *latch) open() { l.once.Do(func() { close(l.c) }) }

// pause waits for a while, or until something changed, which may be nil, or for ctx's end.
func pause(ctx context.Context, changed <-chan struct{}, long time.Duration) {
	timer := time.NewTimer(long)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-changed:
	case <-ctx.Done():
	}
}
