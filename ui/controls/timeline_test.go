package controls

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestTimeAt(t *testing.T) {
	tests := []struct {
		name     string
		x, width float32
		duration time.Duration
		want     time.Duration
	}{
		{"left end", 0, 100, time.Minute, 0},
		{"middle", 50, 100, time.Minute, 30 * time.Second},
		{"right end", 100, 100, time.Minute, time.Minute},
		{"before", -20, 100, time.Minute, 0},
		{"beyond", 300, 100, time.Minute, time.Minute},
		{"no width", 5, 0, time.Minute, 0},
		{"no duration", 5, 100, 0, 0},
		{"not a number", float32(math.NaN()), 100, time.Minute, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { assert.Equal(t, tt.want, TimeAt(tt.x, tt.width, tt.duration)) })
	}
}

func TestXOfIsTheWayBack(t *testing.T) {
	for _, at := range []time.Duration{0, time.Second, 59 * time.Second, time.Minute} {
		x := XOf(at, 800, time.Minute)
		assert.InDelta(t, at.Seconds(), TimeAt(x, 800, time.Minute).Seconds(), 0.01)
	}
	assert.Zero(t, XOf(time.Second, 0, time.Minute))
	assert.Zero(t, XOf(time.Second, 100, 0))
	assert.InDelta(t, 100, XOf(time.Hour, 100, time.Minute), 0)
	assert.Zero(t, XOf(-time.Hour, 100, time.Minute))
}

func TestClock(t *testing.T) {
	for in, want := range map[time.Duration]string{
		0: "0:00", 999 * time.Millisecond: "0:00", 7 * time.Second: "0:07", 754 * time.Second: "12:34",
		3723 * time.Second: "1:02:03", -time.Second: "0:00", 100 * time.Hour: "100:00:00",
	} {
		assert.Equal(t, want, Clock(in))
	}
}

func TestSpeedText(t *testing.T) {
	for in, want := range map[float64]string{1: "1×", 0.5: "0.5×", 1.25: "1.25×", 2: "2×", 4: "4×"} {
		assert.Equal(t, want, SpeedText(in))
	}
}
