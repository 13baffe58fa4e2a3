package player

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/player/frame"
)

// figuresOf are the median, the 95th percentile and the greatest of the offsets, without sign.
func figuresOf(p *presenter, t *tally) (p50, p95, most time.Duration) {
	_, all := p.figures(t)
	return all.P50, all.P95, all.Max
}

// TestOffsetsCoverTheWholeFilm shows three hours of pictures, the last two of which are later than
// the first.
func TestOffsetsCoverTheWholeFilm(t *testing.T) {
	p, total := newPresenter(), new(tally)
	random := rand.New(rand.NewPCG(1, 2))
	var offsets []float64 // milliseconds
	for i := range 3 * 60 * 60 * 25 {
		at := time.Duration(i) * 40 * time.Millisecond
		offset := time.Duration(random.Int64N(int64(14*time.Millisecond))) - 7*time.Millisecond
		if i > 60*60*25 {
			offset = time.Duration(random.Int64N(int64(30 * time.Millisecond)))
		}
		if i == 200_000 {
			offset = 3*time.Second + 4567*time.Microsecond
		}
		require.NoError(t, p.put(t.Context(), &frame.Video{PTS: at, Duration: 40 * time.Millisecond}, at, total))
		_, shown := p.next(at+offset, true)
		require.False(t, shown)
		offsets = append(offsets, math.Abs(offset.Seconds()*1000))
	}
	slices.Sort(offsets)
	p50, p95, most := figuresOf(p, total)
	at := func(share float64) float64 { return offsets[int(share*float64(len(offsets)-1))] }
	assert.InDelta(t, at(0.5), p50.Seconds()*1000, 0.0501)
	assert.InDelta(t, at(0.95), p95.Seconds()*1000, 0.0501)
	assert.Equal(t, 3*time.Second+4567*time.Microsecond, most)
	assert.Zero(t, testing.AllocsPerRun(10, func() { p.figures(total) }))
}
