package libav

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// triplets are cc_data of the first field: pairs of bytes with their parity, one picture each. "HI" is loaded, shown, and erased. CTA-608.
var triplets = [][]byte{
	{0xfc, 0x94, 0x20}, {0xfc, 0x94, 0x20}, {0xfc, 0x94, 0x70}, {0xfc, 0x94, 0x70}, {0xfc, 0xc8, 0x49}, {0xfc, 0x94, 0x2f}, {0xfc, 0x94, 0x2f},
	{0xfc, 0x80, 0x80}, {0xfc, 0x94, 0x2c}, {0xfc, 0x94, 0x2c},
}

func TestCaptionDecoder(t *testing.T) {
	d, err := NewCaptionDecoder()
	require.NoError(t, err)
	defer d.Close()
	var screens []string
	for i, data := range triplets {
		ass, changed, err := d.Decode(data, time.Duration(i)*40*time.Millisecond)
		require.NoError(t, err)
		if changed {
			screens = append(screens, ass)
		}
	}
	require.Len(t, screens, 2)
	assert.Contains(t, screens[0], "HI\n")
	assert.NotContains(t, screens[1], "HI")
	for _, nothing := range [][]byte{nil, bytes.Repeat([]byte{0xfc}, maxCaptionData+1)} {
		_, changed, err := d.Decode(nothing, time.Second)
		require.NoError(t, err)
		assert.False(t, changed)
	}
	d.Close()
	_, _, err = d.Decode(triplets[0], 0)
	require.ErrorIs(t, err, ErrClosed)
}

// FuzzCaptionDecoder reads whatever comes with pictures, a triplet of each.
func FuzzCaptionDecoder(f *testing.F) {
	f.Add(bytes.Join(triplets, nil), uint8(3))
	f.Add([]byte(strings.Repeat("\xfc\x15\x2cAB\xfc\x94\xad", 40)), uint8(7)) // rolled up
	f.Fuzz(func(t *testing.T, data []byte, size uint8) {
		d, err := NewCaptionDecoder()
		require.NoError(t, err)
		defer d.Close()
		for at := time.Duration(0); len(data) > 0 && at < 10*time.Second; at += 40 * time.Millisecond {
			n := min(len(data), int(size)%maxCaptionData+1)
			text, _, err := d.Decode(data[:n], at)
			if err == nil {
				assert.Less(t, len(text), captionText)
			}
			data = data[n:]
		}
	})
}
