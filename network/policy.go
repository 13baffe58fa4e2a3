package network

import "time"

// policy is how a class is treated. Constant after NewClient.
type policy struct {
	Timeouts
	// limit bounds a body that is streamed, fetchLimit one that Fetch keeps; bytes after decoding.
	limit, fetchLimit int64
	// attempts bounds how often a request is made, and budget how long after the first one another may begin.
	attempts int
	budget   time.Duration
	// base is the first pause, doubled each time.
	base time.Duration
	// resume continues a body that was cut.
	resume bool
	// once says that a request that may have reached the server is not repeated.
	once bool
	// compressed asks for compressed bodies, as text is.
	compressed bool
}

const (
	kib = int64(1) << 10
	mib = int64(1) << 20
	gib = int64(1) << 30
)

const (
	// maxSegment bounds a segment, in bytes: a minute at 70 Mbit/s. What is longer is no
	// segment but a stream without an end.
	maxSegment = 512 * mib
	// maxMedia bounds a progressive file, in bytes. It is read by ranges, and never kept whole.
	maxMedia = 1024 * gib
)

// policies are the defaults by class.
var policies = [...]policy{
	ClassOther: {Timeouts: Timeouts{Connect: 6 * time.Second, FirstByte: 10 * time.Second, Stall: 8 * time.Second, Whole: 30 * time.Second},
		limit: 64 * mib, fetchLimit: 16 * mib, attempts: 2, budget: 10 * time.Second, base: 250 * time.Millisecond},
	ClassPlaylist: {Timeouts: Timeouts{Connect: 6 * time.Second, FirstByte: 10 * time.Second, Stall: 8 * time.Second, Whole: 30 * time.Second},
		limit: 64 * mib, fetchLimit: 32 * mib, attempts: 4, budget: 15 * time.Second, base: 250 * time.Millisecond, compressed: true},
	ClassInit: {Timeouts: Timeouts{Connect: 6 * time.Second, FirstByte: 10 * time.Second, Stall: 8 * time.Second},
		limit: 64 * mib, fetchLimit: 16 * mib, attempts: 3, budget: 20 * time.Second, base: 250 * time.Millisecond, resume: true},
	ClassSegment: {Timeouts: Timeouts{Connect: 6 * time.Second, FirstByte: 10 * time.Second, Stall: 8 * time.Second},
		limit: maxSegment, fetchLimit: 256 * mib, attempts: 3, budget: 20 * time.Second, base: 250 * time.Millisecond, resume: true},
	ClassKey: {Timeouts: Timeouts{Connect: 6 * time.Second, FirstByte: 10 * time.Second, Stall: 5 * time.Second, Whole: 20 * time.Second},
		limit: mib, fetchLimit: mib, attempts: 4, budget: 20 * time.Second, base: 250 * time.Millisecond},
	ClassLicense: {Timeouts: Timeouts{Connect: 6 * time.Second, FirstByte: 15 * time.Second, Stall: 5 * time.Second, Whole: 30 * time.Second},
		limit: mib, fetchLimit: mib, attempts: 3, budget: 20 * time.Second, base: 500 * time.Millisecond},
	ClassCertificate: {Timeouts: Timeouts{Connect: 6 * time.Second, FirstByte: 10 * time.Second, Stall: 5 * time.Second, Whole: 20 * time.Second},
		limit: mib, fetchLimit: mib, attempts: 3, budget: 20 * time.Second, base: 500 * time.Millisecond},
	ClassSubtitle: {Timeouts: Timeouts{Connect: 6 * time.Second, FirstByte: 10 * time.Second, Stall: 8 * time.Second, Whole: time.Minute},
		limit: 64 * mib, fetchLimit: 32 * mib, attempts: 3, budget: 20 * time.Second, base: 500 * time.Millisecond, compressed: true},
	ClassThumbnail: {Timeouts: Timeouts{Connect: 6 * time.Second, FirstByte: 10 * time.Second, Stall: 8 * time.Second, Whole: time.Minute},
		limit: 64 * mib, fetchLimit: 32 * mib, attempts: 2, budget: 10 * time.Second, base: 500 * time.Millisecond},
	ClassSteering: {Timeouts: Timeouts{Connect: 6 * time.Second, FirstByte: 10 * time.Second, Stall: 5 * time.Second, Whole: 20 * time.Second},
		limit: mib, fetchLimit: mib, attempts: 2, budget: 10 * time.Second, base: 500 * time.Millisecond, compressed: true},
	ClassSignIn: {Timeouts: Timeouts{Connect: 10 * time.Second, FirstByte: 20 * time.Second, Stall: 10 * time.Second, Whole: time.Minute},
		limit: 4 * mib, fetchLimit: 4 * mib, attempts: 3, budget: 20 * time.Second, base: 500 * time.Millisecond, once: true},
	ClassMedia: {Timeouts: Timeouts{Connect: 6 * time.Second, FirstByte: 10 * time.Second, Stall: 8 * time.Second},
		limit: maxMedia, fetchLimit: 256 * mib, attempts: 3, budget: 20 * time.Second, base: 250 * time.Millisecond, resume: true},
}

// with returns the time-outs, replaced by those of o that are not 0.
func (t Timeouts) with(o Timeouts) Timeouts {
	pick := func(own, other time.Duration) time.Duration {
		if other != 0 {
			return other
		}
		return own
	}
	return Timeouts{Connect: pick(t.Connect, o.Connect), FirstByte: pick(t.FirstByte, o.FirstByte),
		Stall: pick(t.Stall, o.Stall), Whole: pick(t.Whole, o.Whole)}
}

// Limits on pauses between attempts.
const (
	maxPause      = 8 * time.Second  // of our own choosing
	maxRetryAfter = 30 * time.Second // what a server asks for; a longer wait is the caller's to decide
)

// failure is what decides whether a request is made again.
type failure struct {
	err     *Error
	attempt int           // the number of the attempt that failed, from 1
	elapsed time.Duration // since the first attempt began
	random  float64       // from 0 to 1, for the jitter
}

// again says whether to try once more and after which pause. It is pure.
func (p *policy) again(f failure) (time.Duration, bool) {
	if f.attempt >= p.attempts {
		return 0, false
	}
	if p.once && f.err.sent && f.err.RetryAfter == 0 {
		return 0, false
	}
	if !worthRepeating(f.err) {
		return 0, false
	}
	if f.err.RetryAfter > 0 {
		if f.err.RetryAfter > maxRetryAfter {
			return 0, false
		}
		return f.err.RetryAfter, true
	}
	if f.elapsed > p.budget {
		return 0, false
	}
	pause := min(p.base<<min(f.attempt-1, 16), maxPause)
	return pause/2 + time.Duration(f.random*float64(pause/2)), true
}

// worthRepeating says that the same request may end better next time.
func worthRepeating(e *Error) bool {
	switch e.Kind {
	case KindTimeout, KindTruncated:
		return true
	case KindUnreachable:
		return !permanent(e.Err)
	case KindStatus:
		return e.Status >= 500 && e.Status != 501 && e.Status != 505 || e.Status == 429 || e.Status == 408
	}
	return false
}
