package libav

import (
	"math"
	"math/bits"
	"time"

	"latchkey/player/frame"
)

// NoPTS is the time stamp of what has none.
const NoPTS int64 = math.MinInt64

// Ticks returns how long ticks of a time base, in seconds, are: exact, and rounded to the nearest
// nanosecond, halves away from zero, as av_rescale_q does. It is 0 for NoPTS and for a time base that is
// no positive fraction, and the extreme duration for what is out of range.
func Ticks(ticks int64, timeBase frame.Rational) time.Duration {
	if ticks == NoPTS || timeBase.Num <= 0 || timeBase.Den <= 0 || timeBase.Num > math.MaxInt64/int64(time.Second) {
		return 0
	}
	negative := ticks < 0
	magnitude := uint64(ticks)
	if negative {
		magnitude = -magnitude
	}
	d := time.Duration(scaled(magnitude, uint64(timeBase.Num)*uint64(time.Second), uint64(timeBase.Den)))
	if negative {
		return -d
	}
	return d
}

// ToTicks returns how many ticks of a time base, in seconds, are nearest to a duration; 0 for a
// time base that is no positive fraction. What is out of range is the extreme.
func ToTicks(d time.Duration, timeBase frame.Rational) int64 {
	if timeBase.Num <= 0 || timeBase.Den <= 0 || timeBase.Num > math.MaxInt64/int64(time.Second) {
		return 0
	}
	ticks := scaled(uint64(d.Abs()), uint64(timeBase.Den), uint64(timeBase.Num)*uint64(time.Second))
	if d < 0 {
		return -ticks
	}
	return ticks
}

// scaled returns n * num / den, rounded to the nearest, halves up; math.MaxInt64 for what is beyond
// that.
func scaled(n, num, den uint64) int64 {
	high, low := bits.Mul64(n, num)
	low, carry := bits.Add64(low, den/2, 0)
	if high += carry; high >= den {
		return math.MaxInt64
	}
	quotient, _ := bits.Div64(high, low, den)
	return int64(min(quotient, math.MaxInt64))
}
