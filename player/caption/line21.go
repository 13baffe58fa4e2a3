package caption

import (
	"math/bits"
	"slices"
)

// Channel is one of the four channels of closed captions of line 21: CC1 and CC2 share the first field of a picture, CC3 and CC4 the second.
// CTA-608-E, 8.4; RFC 8216, 4.3.4.1, INSTREAM-ID.
type Channel int

// The channels.
const (
	CC1 Channel = 1 + iota
	CC2
	CC3
	CC4
)

// Channels are all of them.
var Channels = []Channel{CC1, CC2, CC3, CC4}

var channelNames = []string{"CC1", "CC2", "CC3", "CC4"}

// ChannelOf returns the channel with a name as INSTREAM-ID has it, 0 where that is another.
func ChannelOf(name string) Channel { return Channel(slices.Index(channelNames, name) + 1) }

// String is the channel's name.
func (c Channel) String() string {
	if c < CC1 || c > CC4 {
		return "none"
	}
	return channelNames[c-1]
}

// ChannelFilter picks a channel out of the captions of pictures. It remembers which one was sent last. Channel must be set before it is used.
type ChannelFilter struct {
	Channel Channel

	mine bool // the last control code was of the channel
	data bool // what comes is extended data services, and no captions
}

// Pick appends to dst what the captions of the next picture have of the channel, as if it were CC1: triplets of cc_data (CTA-708-E, 4.4) with
// valid pairs of the first field.
func (f *ChannelFilter) Pick(dst, data []byte) []byte {
	field := byte(f.Channel-1) / 2
	second := (f.Channel-1)%2 == 1
	for ; len(data) >= 3; data = data[3:] {
		if data[0]&0x07 != 0x04|field {
			continue // not valid, of the other field, or of CTA-708
		}
		high, low := data[1]&0x7f, data[2]&0x7f
		switch {
		case high == 0 && low == 0: // filling
			continue
		case high < 0x10:
			f.data = high != 0x0f
			continue
		case high < 0x20:
			f.data, f.mine = false, (high&0x08 != 0) == second
			high &^= 0x08
		}
		if f.mine && !f.data {
			dst = append(dst, 0xfc, odd(high), odd(low))
		}
	}
	return dst
}

// odd adds the parity bit. CTA-608-E, 5.2.
func odd(b byte) byte {
	if bits.OnesCount8(b)%2 == 0 {
		return b | 0x80
	}
	return b
}
