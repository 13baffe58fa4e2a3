package controls

import (
	"fmt"
	"math"
	"time"
)

// TimeAt returns the time under a point x of a bar that is width wide: the bar's left end is zero, its
// right end the duration, and points beyond are the nearer end. It is zero without width or duration.
func TimeAt(x, width float32, duration time.Duration) time.Duration {
	if width <= 0 || duration <= 0 || math.IsNaN(float64(x)) {
		return 0
	}
	part := min(max(float64(x)/float64(width), 0), 1)
	return time.Duration(part * float64(duration))
}

// XOf returns where a time lies on a bar that is width wide. Times outside of it are the nearer end.
func XOf(t time.Duration, width float32, duration time.Duration) float32 {
	if width <= 0 || duration <= 0 {
		return 0
	}
	return float32(min(max(float64(t)/float64(duration), 0), 1)) * width
}

// Clock writes a time as people read it: 0:07, 12:34, 1:02:03. Parts of a second are dropped and
// negative times are zero.
func Clock(t time.Duration) string {
	s := max(int64(t/time.Second), 0)
	if s >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
	}
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}

// Behind writes how far a position is before the live point: −0:42.
func Behind(t time.Duration) string {
	if t < time.Second {
		return "Live"
	}
	return "−" + Clock(t)
}

// SpeedText writes a speed: 1×, 1.5×, 0.75×.
func SpeedText(speed float64) string {
	return fmt.Sprintf("%.4g×", math.Round(speed*100)/100)
}
