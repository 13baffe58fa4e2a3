package player

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"latchkey/player/hls"
)

func TestLasted(t *testing.T) {
	l := &loader{runStart: time.Hour}
	assert.Equal(t, 7*time.Hour, l.lasted(&hls.Segment{Start: 8 * time.Hour, Map: &hls.Map{}}))
	assert.Zero(t, l.lasted(&hls.Segment{Start: 8 * time.Hour}), "other containers have no index that grows")
	assert.Zero(t, l.lasted(&hls.Segment{Start: 8 * time.Hour, Map: &hls.Map{}, Part: 2}), "in the middle of a segment")
	assert.Less(t, l.lasted(&hls.Segment{Start: 0, Map: &hls.Map{}}), maxRun, "a playlist that began anew")
}
