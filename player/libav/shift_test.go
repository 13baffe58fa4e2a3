package libav_test

import (
	"bytes"
	"math"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/player/frame"
	"latchkey/player/libav"
	"latchkey/player/mediatest"
)

func TestToTicks(t *testing.T) {
	t.Parallel()
	for _, base := range []frame.Rational{{Num: 1, Den: 90_000}, {Num: 1, Den: 12_800}, {Num: 1001, Den: 30_000}, {Num: 1, Den: 48_000}} {
		for _, ticks := range []int64{0, 1, -1, 90_000, -180_001, 1 << 33, -(1 << 33)} {
			assert.Equal(t, ticks, libav.ToTicks(libav.Ticks(ticks, base), base), "%d of %v", ticks, base)
		}
	}
	assert.EqualValues(t, 0, libav.ToTicks(time.Hour, frame.Rational{}))
	assert.EqualValues(t, math.MaxInt64, libav.ToTicks(math.MaxInt64, frame.Rational{Num: 1, Den: math.MaxInt64}))
}

// TestShift moves packets and decodes them: the pictures move with them.
func TestShift(t *testing.T) {
	t.Parallel()
	body, err := os.ReadFile(mediatest.Make(t, mediatest.Spec{Container: "ts", Video: "h264", Frames: 5}))
	require.NoError(t, err)
	input, err := libav.OpenInput(bytes.NewReader(body), libav.InputOptions{Format: "mpegts"})
	require.NoError(t, err)
	defer input.Close()
	packet := libav.NewPacket()
	defer packet.Close()
	packet.Shift(5) // of an empty packet it does nothing
	require.NoError(t, input.ReadPacket(packet))
	pts, dts := packet.PTS(), packet.DTS()
	packet.Shift(-1000)
	assert.Equal(t, pts-1000, packet.PTS())
	assert.Equal(t, dts-1000, packet.DTS())
	decoder, err := libav.NewDecoder(input.Streams()[0], libav.DecoderOptions{})
	require.NoError(t, err)
	defer decoder.Close()
	require.NoError(t, decoder.Send(packet))
	require.NoError(t, decoder.Send(nil))
	picture, err := decoder.ReceiveVideo()
	require.NoError(t, err)
	defer picture.Release()
	assert.Equal(t, pts-1000, picture.Ticks)
}
