package caption_test

import (
	"math/bits"
	"testing"

	"github.com/stretchr/testify/assert"

	"latchkey/player/caption"
)

// pair is a triplet of cc_data: a valid pair of a field.
func pair(field, high, low byte) []byte { return []byte{0xfc | field, high, low} }

// unmarked drops the parity bits.
func unmarked(data []byte) string {
	text := ""
	for ; len(data) >= 3; data = data[3:] {
		text += string([]byte{data[1] & 0x7f, data[2] & 0x7f})
	}
	return text
}

// TestChannelFilter sends four channels and extended data by turns. CTA-608-E, 8.4 and 9.
func TestChannelFilter(t *testing.T) {
	var data []byte
	for _, p := range [][]byte{
		pair(0, 'n', 'o'), // nobody has said whose it is
		pair(0, 0x14, 0x20), pair(1, 0x15, 0x20), pair(0, 'o', 'n'), pair(1, 't', 'h'), pair(0, 0, 0),
		pair(0, 0x1c, 0x20), pair(0, 't', 'w'), pair(1, 'r', 'e'), pair(1, 0x01, 0x03), pair(1, 'X', 'Y'), pair(1, 0x0f, 0x1d),
		pair(0, 0x14, 0x20), pair(0, 'e', 0), pair(1, 0x1d, 0x20), pair(1, 'f', 'o'), pair(1, 0x1d, 0x2f), {0xf8, 'a', 'b'}, {0xfe, 'c', 'd'}, {0xfc, 'e'},
	} {
		data = append(data, p...)
	}
	for channel, want := range map[caption.Channel]string{
		caption.CC1: "\x14\x20on\x14\x20e\x00", caption.CC2: "\x14\x20tw", caption.CC3: "\x15\x20thre", caption.CC4: "\x15\x20fo\x15\x2f",
	} {
		f := caption.ChannelFilter{Channel: channel}
		got := f.Pick(nil, data)
		assert.Equal(t, want, unmarked(got), channel.String())
		for i := range got {
			if i%3 == 0 {
				assert.Equal(t, byte(0xfc), got[i])
			} else {
				assert.Equal(t, 1, bits.OnesCount8(got[i])%2, "odd parity")
			}
		}
	}
	assert.Equal(t, caption.CC3, caption.ChannelOf("CC3"))
	assert.Zero(t, caption.ChannelOf("SERVICE1"))
}

func FuzzChannelFilter(f *testing.F) {
	f.Add(1, pair(0, 0x14, 0x20))
	f.Add(4, append(pair(1, 0x1d, 0x20), pair(1, 'a', 'b')...))
	f.Fuzz(func(t *testing.T, channel int, data []byte) {
		filter := caption.ChannelFilter{Channel: caption.Channel(channel&3 + 1)}
		if got := filter.Pick(nil, data); len(got) > len(data) || len(got)%3 != 0 {
			t.Fatalf("%d bytes became %d", len(data), len(got))
		}
	})
}
