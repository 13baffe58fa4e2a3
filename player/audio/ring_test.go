package audio

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// numbered is n frames whose samples are their numbers from first on, the right one negative.
func numbered(first, n int) []float32 {
	s := make([]float32, n*Channels)
	for i := range n {
		s[2*i], s[2*i+1] = float32(first+i), -float32(first+i)
	}
	return s
}

func TestRingKeepsOrder(t *testing.T) {
	r := newRing()
	random := rand.New(rand.NewPCG(1, 2))
	written, read := 0, 0
	dst := make([]float32, ringFrames*Channels)
	for range 60 {
		n := random.IntN(ringFrames)
		taken := r.write(numbered(written, n), frames(written), 1)
		require.Equal(t, min(n, ringFrames-(written-read)), taken)
		written += taken
		k, pts, rate := r.read(dst[:random.IntN(ringFrames)*Channels])
		if k > 0 {
			require.Equal(t, numbered(read, k), dst[:k*Channels])
			require.InDelta(t, frames(read), pts, 1000)
			require.InDelta(t, 1, rate, 0)
		}
		read += k
		require.Equal(t, written-read, r.len())
		require.LessOrEqual(t, len(r.marks), 1)
	}
	assert.Greater(t, read, 8*ringFrames)
}

func TestRingReadsToTheNextMark(t *testing.T) {
	type run struct {
		n    int
		pts  time.Duration
		rate float64
	}
	type chunk run
	tests := []struct {
		name   string
		chunks []chunk
		runs   []run
	}{
		{"one", []chunk{{480, time.Second, 1}}, []run{{480, time.Second, 1}}},
		{
			"continuing, rounded",
			[]chunk{{1024, 0, 1}, {1024, 21333 * time.Microsecond, 1}, {1024, 42667 * time.Microsecond, 1}},
			[]run{{3072, 0, 1}},
		},
		{
			"continuing, stretched",
			[]chunk{{480, 0, 2}, {480, 20 * time.Millisecond, 2}},
			[]run{{960, 0, 2}},
		},
		{
			"a jump ahead and back",
			[]chunk{{480, 0, 1}, {480, time.Hour, 1}, {480, time.Second, 1}},
			[]run{{480, 0, 1}, {480, time.Hour, 1}, {480, time.Second, 1}},
		},
		{
			"another rate",
			[]chunk{{480, 0, 1}, {480, 10 * time.Millisecond, 1.5}},
			[]run{{480, 0, 1}, {480, 10 * time.Millisecond, 1.5}},
		},
		{
			"small deviations do not add up",
			[]chunk{
				{480, 0, 1},
				{480, 10*time.Millisecond + 40*time.Microsecond, 1},
				{480, 20*time.Millisecond + 80*time.Microsecond, 1},
			},
			[]run{{960, 0, 1}, {480, 20*time.Millisecond + 80*time.Microsecond, 1}},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := newRing()
			for _, c := range tt.chunks {
				require.Equal(t, c.n, r.write(make([]float32, c.n*Channels), c.pts, c.rate))
			}
			dst := make([]float32, ringFrames*Channels)
			var got []run
			for {
				n, pts, rate := r.read(dst)
				if n == 0 {
					break
				}
				got = append(got, run{n, pts, rate})
			}
			assert.Equal(t, tt.runs, got)
			assert.Empty(t, r.marks)
		})
	}
}

func TestRingMakesSilenceOfWhatIsNoNumber(t *testing.T) {
	r := newRing()
	r.write([]float32{float32(math.NaN()), 1}, 0, 1)
	dst := make([]float32, 2)
	r.read(dst)
	assert.Equal(t, []float32{0, 1}, dst)
}

func TestTimeline(t *testing.T) {
	var tl timeline
	tl.add(480, 480, time.Second, 1)                     // 10 ms of silence before
	tl.add(960, 480, time.Second+10*time.Millisecond, 1) // continues
	tl.add(1920, 480, time.Hour, 2)                      // after 10 ms of silence
	tests := []struct {
		frame   float64
		media   time.Duration
		ok      bool
		unheard float64
	}{
		{-100, 0, false, 1440},
		{479, 0, false, 1440},
		{480, time.Second, true, 1440},
		{480.5, time.Second + 10417*time.Nanosecond, true, 1439.5},
		{1200, time.Second + 15*time.Millisecond, true, 720},
		{1440, time.Second + 20*time.Millisecond, true, 480},
		{1800, time.Second + 20*time.Millisecond, true, 480},
		{1920, time.Hour, true, 480},
		{2160, time.Hour + 10*time.Millisecond, true, 240},
		{9999, time.Hour + 20*time.Millisecond, true, 0},
	}
	for _, tt := range tests {
		media, ok := tl.at(tt.frame)
		assert.Equal(t, tt.ok, ok, tt.frame)
		assert.Equal(t, tt.media, media, tt.frame)
		assert.InDelta(t, tt.unheard, tl.unheard(tt.frame), 1e-9, tt.frame)
	}
	assert.Len(t, tl.spans, 1, "what was heard is forgotten")
}
