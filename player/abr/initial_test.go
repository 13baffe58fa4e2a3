package abr

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestInitial(t *testing.T) {
	ladder := []int64{2_000_000, 800_000, 6_000_000, 4_000_000, 3_000_000}
	tests := []struct {
		name       string
		controls   Controls
		bandwidths []int64
		want       int
	}{
		{"no variant", Controls{}, nil, -1},
		{"moderate begins in the middle", Controls{}, ladder, 4},
		{"conservative begins at the lowest", Controls{Policy: Conservative}, ladder, 1},
		{"aggressive begins at the highest", Controls{Policy: Aggressive}, ladder, 2},
		{"the closest at or above the initial bitrate", Controls{InitialBitrate: 2_000_001}, ladder, 4},
		{"the very initial bitrate", Controls{InitialBitrate: 2_000_000}, ladder, 0},
		{"an initial bitrate above all", Controls{InitialBitrate: 9_000_000}, ladder, 2},
		{"the limits come first", Controls{InitialBitrate: 9_000_000, MaxBitrate: 3_500_000}, ladder, 4},
		{"the middle of what the limits leave", Controls{MinBitrate: 2_500_000}, ladder, 3},
		{"all above the limit", Controls{MaxBitrate: 100}, ladder, 1},
		{"all below the limit", Controls{MinBitrate: 10_000_000}, ladder, 2},
		{"none between the limits", Controls{MinBitrate: 2_100_000, MaxBitrate: 2_200_000}, ladder, 0},
		{"two variants, moderate", Controls{}, []int64{1, 2}, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			assert.Equal(t, test.want, test.controls.Initial(test.bandwidths))
		})
	}
}

func TestPolicyNames(t *testing.T) {
	for _, p := range []Policy{Moderate, Conservative, Aggressive} {
		parsed, ok := ParsePolicy(p.String())
		assert.True(t, ok)
		assert.Equal(t, p, parsed)
	}
	_, ok := ParsePolicy("bold")
	assert.False(t, ok)
}

func TestInitialForAKnownNetwork(t *testing.T) {
	rates := []int64{6_000_000, 800_000, 2_000_000, 4_000_000}
	for _, test := range []struct {
		controls Controls
		network  int64
		want     int
	}{
		{Controls{}, 0, Controls{}.Initial(rates)},
		{Controls{}, 100_000_000, 0},
		{Controls{}, 5_800_000, 3},
		{Controls{}, 5_600_000, 2},
		{Controls{}, 1, 1},
		{Controls{Policy: Conservative}, 5_800_000, 2},
		{Controls{Policy: Aggressive}, 7_000_000, 0},
		{Controls{MaxBitrate: 3_000_000}, 100_000_000, 2},
		{Controls{InitialBitrate: 800_000}, 100_000_000, 1},
	} {
		assert.Equal(t, test.want, test.controls.InitialFor(rates, test.network), "%+v, %d", test.controls, test.network)
	}
	assert.Equal(t, -1, Controls{}.InitialFor(nil, 1))
}

func TestASeedIsSoonOutweighed(t *testing.T) {
	var m Meter
	m.Seed(50_000_000)
	steady, recent := m.Bandwidth()
	assert.InDelta(t, 50_000_000, steady, 1)
	assert.InDelta(t, 50_000_000, recent, 1)
	m.Add(500_000, 4*time.Second, 0) // 1 Mbit/s
	steady, recent = m.Bandwidth()
	assert.Less(t, recent, int64(15_000_000))
	assert.Less(t, steady, int64(18_000_000))
	for range 5 {
		m.Add(500_000, 4*time.Second, 0)
	}
	steady, _ = m.Bandwidth()
	assert.Less(t, steady, int64(2_500_000))
}
