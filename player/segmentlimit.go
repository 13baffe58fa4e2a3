package player

import (
	"errors"
	"time"

	"latchkey/network"
)

// Limits on the bytes of one segment, part, init section or picture. One beyond is
// network.ErrTooLarge, as soon as its length is known.
const (
	// minSegmentLimit is the limit of the shortest segment: an intra-coded picture of 8K takes less.
	minSegmentLimit = 16 << 20
	// maxSegmentLimit is that of the longest: a minute at 70 Mbit/s.
	maxSegmentLimit = 512 << 20
	// limitFactor is how often as many bytes as BANDWIDTH and EXTINF say a segment may have. RFC
	// 8216, 4.3.4.2 calls BANDWIDTH the peak, but packagers write an average, or the rate of
	// another encoding.
	limitFactor = 8
	// unknownRate is the rate, in bits per second, by which segments are bounded that have no
	// BANDWIDTH, or one below plausibleRate.
	unknownRate   = 400_000_000
	plausibleRate = 32_000
	// maxBarrenSegment and maxBarrenFile are how many bytes of segments, of a file that cannot
	// seek, and of one that can, a demuxer may read without giving a packet. Index, cover and fonts
	// of a file come before its packets; a file of this computer is exempt.
	maxBarrenSegment = 64 << 20
	maxBarrenFile    = 256 << 20
)

// errBarren is returned where a demuxer has read so much without a picture or a sound that there
// will be none.
var errBarren = errors.New("the stream holds neither picture nor sound")

// segmentLimit is how many bytes a segment may have by its variant's BANDWIDTH (bits per second, 0:
// unknown) and its duration.
func segmentLimit(bandwidth int64, duration time.Duration) int64 {
	rate := float64(bandwidth) * limitFactor
	if bandwidth < plausibleRate {
		rate = unknownRate
	}
	return int64(min(max(rate/8*duration.Seconds(), minSegmentLimit), maxSegmentLimit))
}

// limit is segmentLimit of what stands at a rung, for a duration.
func (t *hlsTrack) limit(at rung, duration time.Duration) int64 {
	bandwidth := int64(0)
	if v := t.named(at); v >= 0 && v < len(t.session.variants) {
		bandwidth = t.session.variants[v].Bandwidth
	}
	return segmentLimit(bandwidth, duration)
}

// most is how many bytes a download may have.
func (w *wanted) most() int64 {
	switch {
	case w.class != network.ClassSegment:
		return minSegmentLimit
	case w.limit == 0:
		return maxSegmentLimit
	}
	return w.limit
}

// barren counts what a demuxer reads between one packet and the next. It is used by the demuxer's
// goroutine alone.
type barren struct {
	limit int64 // 0: none
	bytes int64
}

// read counts n bytes. It returns errBarren once there are too many.
func (b *barren) read(n int) error {
	if b.bytes += int64(n); b.limit > 0 && b.bytes > b.limit {
		return errBarren
	}
	return nil
}

// packet notes that the demuxer gave a packet.
func (b *barren) packet() { b.bytes = 0 }
