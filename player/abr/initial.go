// Package abr says which variant of a stream is to be loaded next. Its rules are pure functions of
// values: they know no clock, no lock and no network.
//
//	controls := abr.Controls{MaxBitrate: 3_000_000}
//	index := controls.Initial([]int64{800_000, 2_000_000, 6_000_000}) // 0: the middle of what may play, the lower one of two
//	meter.Add(bytes, took, firstByte)                                 // after each download
//	index = controls.Next(abr.State{...})                             // before the next segment
//
// The names and rules are those of TVSDK's ABRControlParameters. A Controls is a value; its methods are
// safe for concurrent use.
package abr

import "sort"

// Policy says how bold the choice is.
type Policy int

// The policies. Moderate is the default.
const (
	Moderate     Policy = 0
	Conservative Policy = 1
	Aggressive   Policy = 2
)

// String returns the policy's name on the command line.
func (p Policy) String() string {
	switch p {
	case Conservative:
		return "conservative"
	case Aggressive:
		return "aggressive"
	}
	return "moderate"
}

// ParsePolicy is the inverse of Policy.String. ok is false for other names.
func ParsePolicy(name string) (p Policy, ok bool) {
	for _, p := range []Policy{Moderate, Conservative, Aggressive} {
		if p.String() == name {
			return p, true
		}
	}
	return Moderate, false
}

// Controls limit the choice. The zero value limits nothing.
type Controls struct {
	// InitialBitrate, MinBitrate and MaxBitrate are in bits per second; 0 means none.
	InitialBitrate, MinBitrate, MaxBitrate int64
	Policy                                 Policy
}

// Initial returns the index of the variant to begin with, of variants with the given bandwidths in bits
// per second, in any order: the closest one at or above InitialBitrate, else the highest; without an
// InitialBitrate the lowest, middle or highest by policy. Limits that leave nothing leave the variant
// nearest to them, since playing comes first. It returns -1 when there is no variant.
func (c Controls) Initial(bandwidths []int64) int {
	if len(bandwidths) == 0 {
		return -1
	}
	order := make([]int, len(bandwidths))
	for i := range order {
		order[i] = i
	}
	sort.SliceStable(order, func(a, b int) bool { return bandwidths[order[a]] < bandwidths[order[b]] })
	allowed := make([]int, 0, len(order))
	for _, i := range order {
		if bandwidths[i] >= c.MinBitrate && (c.MaxBitrate == 0 || bandwidths[i] <= c.MaxBitrate) {
			allowed = append(allowed, i)
		}
	}
	if len(allowed) == 0 {
		if c.MaxBitrate > 0 && bandwidths[order[0]] > c.MaxBitrate {
			return order[0]
		}
		return highestUpTo(order, bandwidths, c.MaxBitrate)
	}
	if c.InitialBitrate > 0 {
		for _, i := range allowed {
			if bandwidths[i] >= c.InitialBitrate {
				return i
			}
		}
		return allowed[len(allowed)-1]
	}
	switch c.Policy {
	case Conservative:
		return allowed[0]
	case Aggressive:
		return allowed[len(allowed)-1]
	}
	return allowed[(len(allowed)-1)/2]
}

// highestUpTo returns the last of order, which is sorted, that is not above limit.
func highestUpTo(order []int, bandwidths []int64, limit int64) int {
	best := order[0]
	for _, i := range order {
		if limit == 0 || bandwidths[i] <= limit {
			best = i
		}
	}
	return best
}

// InitialFor is Initial where it is known what the network carries, in bits per second: without an InitialBitrate it is the highest variant that a
// share of that carries, which the policy says, so that nobody waits for the picture to become sharp. 0 is not known.
func (c Controls) InitialFor(bandwidths []int64, network int64) int {
	if c.InitialBitrate > 0 || network <= 0 || len(bandwidths) == 0 {
		return c.Initial(bandwidths)
	}
	ladder := c.ladder(bandwidths)
	share := 0.7
	switch c.Policy {
	case Conservative:
		share = 0.5
	case Aggressive:
		share = 0.9
	}
	return ladder[carries(ladder, bandwidths, float64(network)*share)]
}
