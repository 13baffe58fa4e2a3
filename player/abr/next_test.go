package abr_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"latchkey/player/abr"
)

func TestWhatIsLoadedAgain(t *testing.T) {
	fast := abr.State{Bandwidth: 8_000_000, Recent: 9_000_000}
	low := func(starts ...int) (ahead []abr.Ahead) {
		for _, start := range starts {
			ahead = append(ahead, abr.Ahead{Start: time.Duration(start) * time.Second, Bandwidth: 1_000_000})
		}
		return ahead
	}
	sharp := abr.Ahead{Start: 20 * time.Second, Bandwidth: 3_000_000}
	for name, c := range map[string]struct {
		state abr.State
		ahead []abr.Ahead
		want  int
	}{
		"nothing is there":         {fast, nil, 0},
		"what is not to come soon": {fast, low(-2, 2, 6, 10, 14), 3},
		"nothing: too little":      {fast, low(0, 4, 8), 3},
		"what is as good stays":    {fast, append(low(12, 16), sharp), 3},
		"the network is too slow":  {abr.State{Bandwidth: 8_000_000, Recent: 4_000_000}, low(10, 14), 2},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, c.want, abr.Controls{}.Keep(c.state, c.ahead, 3_000_000))
		})
	}
}

func TestADeadDownloadIsGivenUp(t *testing.T) {
	state := abr.State{Bandwidths: []int64{400_000, 800_000}, Current: 1, Buffer: 5 * time.Second}
	dead := abr.Download{Bandwidth: 800_000, Segment: 4 * time.Second, Got: 390_000, Total: 400_000, Since: 4 * time.Second, Idle: 3 * time.Second}
	index, ok := abr.Controls{}.Abandon(state, dead)
	assert.True(t, ok)
	assert.Equal(t, 0, index)
	dead.Idle = time.Second
	_, ok = abr.Controls{}.Abandon(state, dead)
	assert.False(t, ok, "it comes")
	dead.Idle, state.Buffer = 3*time.Second, 20*time.Second
	_, ok = abr.Controls{}.Abandon(state, dead)
	assert.False(t, ok, "there is time")
}

func TestNext(t *testing.T) {
	full := abr.State{Bandwidths: []int64{6_000_000, 1_000_000, 3_000_000}, Current: 2, Buffer: 30 * time.Second, Target: 30 * time.Second,
		Segment: 4 * time.Second, Bandwidth: 4_000_000, Recent: 4_000_000}
	with := func(change func(*abr.State)) abr.State {
		s := full
		change(&s)
		return s
	}
	tests := []struct {
		name     string
		controls abr.Controls
		state    abr.State
		want     int
	}{
		{"no variant", abr.Controls{}, abr.State{Current: -1}, -1},
		{"the first is TVSDK's initial", abr.Controls{}, with(func(s *abr.State) { s.Current = -1 }), 2},
		{"nothing is known yet", abr.Controls{}, with(func(s *abr.State) { s.Bandwidth = 0 }), 2},
		{"a full buffer is ridden", abr.Controls{}, full, 0},
		{"but not by the conservative", abr.Controls{Policy: abr.Conservative}, full, 2},
		{"nor at half the rate", abr.Controls{}, with(func(s *abr.State) { s.Bandwidth = 2_900_000 }), 2},
		{"nor above the limit", abr.Controls{MaxBitrate: 5_000_000}, full, 2},
		{"the ride ends at the low mark", abr.Controls{}, with(func(s *abr.State) { s.Current, s.Buffer = 0, 17*time.Second }), 2},
		{"and not before", abr.Controls{}, with(func(s *abr.State) { s.Current, s.Buffer = 0, 19*time.Second }), 0},
		{"a low buffer believes the last seconds", abr.Controls{}, with(func(s *abr.State) { s.Recent, s.Buffer = 1_200_000, 10*time.Second }), 1},
		{"a full one does not", abr.Controls{}, with(func(s *abr.State) { s.Recent, s.Buffer = 1_200_000, 20*time.Second }), 2},
		{"up by the moderate margin", abr.Controls{}, with(func(s *abr.State) {
			s.Current, s.Bandwidth, s.Buffer = 2, 7_000_000, 10*time.Second
			s.Recent = s.Bandwidth
		}), 0},
		{"up by several rungs", abr.Controls{}, with(func(s *abr.State) {
			s.Current, s.Bandwidth, s.Buffer = 1, 20_000_000, 10*time.Second
			s.Recent = s.Bandwidth
		}), 0},
		{"no segment that takes too much of the buffer", abr.Controls{}, with(func(s *abr.State) {
			s.Current, s.Bandwidth, s.Buffer = 2, 3_400_000, 4*time.Second
			s.Recent = s.Bandwidth
		}), 1},
		{"a current variant that is gone", abr.Controls{}, with(func(s *abr.State) { s.Current = 7 }), 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { assert.Equal(t, tt.want, tt.controls.Next(tt.state)) })
	}
}

func TestAbandon(t *testing.T) {
	s := abr.State{Bandwidths: []int64{1_000_000, 3_000_000, 6_000_000}, Buffer: 5 * time.Second}
	d := abr.Download{Bandwidth: 6_000_000, Segment: 4 * time.Second, Got: 100_000, Total: 3_000_000, Since: time.Second} // 0.8 Mbit/s
	index, ok := abr.Controls{}.Abandon(s, d)
	assert.True(t, ok)
	assert.Zero(t, index)

	d.Got = 2_000_000
	_, ok = abr.Controls{}.Abandon(s, d)
	assert.False(t, ok, "it will be there in time")
	d.Got, d.Since = 100_000, 100*time.Millisecond
	_, ok = abr.Controls{}.Abandon(s, d)
	assert.False(t, ok, "too early to tell")
	d.Since, d.Bandwidth, d.Total = time.Second, 1_000_000, 500_000
	_, ok = abr.Controls{}.Abandon(s, d)
	assert.False(t, ok, "there is no lower one")
	d.Bandwidth, d.Total = 6_000_000, -1
	_, ok = abr.Controls{}.Abandon(s, d)
	assert.True(t, ok, "the length is reckoned from the bitrate")
}

func TestMeter(t *testing.T) {
	var m abr.Meter
	steady, recent := m.Bandwidth()
	assert.Zero(t, steady)
	assert.Zero(t, recent)
	m.Add(1_000_000, time.Second, 300*time.Millisecond)
	steady, recent = m.Bandwidth()
	assert.InDelta(t, 8_000_000, steady, 1)
	assert.InDelta(t, 8_000_000, recent, 1)
	assert.InDelta(t, 0.3, m.Latency().Seconds(), 1e-9)
	m.Add(100, time.Minute, 0)
	after, _ := m.Bandwidth()
	assert.Equal(t, steady, after, "too little to tell")
	m.Add(1_000_000, 8*time.Second, 0)
	steady, recent = m.Bandwidth()
	assert.Less(t, recent, steady, "the last seconds fall faster")
	assert.Greater(t, recent, int64(1_000_000))
}

// TestNextIsOneOfThem throws states at the rule.
func TestNextIsOneOfThem(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for range 20_000 {
		s := abr.State{Current: random.IntN(6) - 1, Buffer: time.Duration(random.Int64N(int64(time.Minute))), Target: time.Duration(random.Int64N(int64(time.Minute))),
			Segment: time.Duration(random.Int64N(int64(10 * time.Second))), Bandwidth: random.Int64N(20_000_000), Recent: random.Int64N(20_000_000)}
		for range 1 + random.IntN(5) {
			s.Bandwidths = append(s.Bandwidths, random.Int64N(10_000_000))
		}
		c := abr.Controls{Policy: abr.Policy(random.IntN(3)), MinBitrate: random.Int64N(4_000_000), MaxBitrate: random.Int64N(10_000_000)}
		got := c.Next(s)
		assert.True(t, got >= 0 && got < len(s.Bandwidths), "%d of %+v", got, s)
	}
}
