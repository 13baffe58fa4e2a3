package player

import "time"

const (
	// offsetBin is the width of a bin of offsets: av_offset_ms in the report has one decimal.
	offsetBin = 100 * time.Microsecond
	// offsetBins is one more than the bins of 0 to 200 ms, which is longer than five pictures of 25
	// a second: offsets from there on share the last bin, whose value is the greatest offset.
	offsetBins = 2001
)

// Offsets sums up how far pictures were shown from the sound at their time, early or late, without
// sign.
type Offsets struct {
	Count int // of pictures
	// P50 and P95 are the median and the 95th percentile, to the nearest 0.1 ms; from 200 ms on
	// they are Max.
	P50, P95 time.Duration
	Max      time.Duration // exact
}

// offsets is a histogram of offsets without sign. The zero value is empty.
type offsets struct {
	bins  [offsetBins]uint32 // by the offset in units of offsetBin, rounded to the nearest
	count int
	most  time.Duration
}

// add counts an offset of either sign.
func (o *offsets) add(offset time.Duration) {
	offset = offset.Abs()
	o.bins[min((offset+offsetBin/2)/offsetBin, offsetBins-1)]++
	o.count++
	o.most = max(o.most, offset)
}

// sum returns what the histogram adds up to.
func (o *offsets) sum() Offsets {
	return Offsets{Count: o.count, P50: o.at(0.5), P95: o.at(0.95), Max: o.most}
}

// at returns the offset that a share of all offsets does not exceed, 0 without any.
func (o *offsets) at(share float64) time.Duration {
	rank := int(share*float64(o.count-1)) + 1
	seen := 0
	for i := range offsetBins - 1 {
		if seen += int(o.bins[i]); seen >= rank {
			return min(time.Duration(i)*offsetBin, o.most)
		}
	}
	return o.most
}
