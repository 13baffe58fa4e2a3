package abr

import (
	"testing"

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
