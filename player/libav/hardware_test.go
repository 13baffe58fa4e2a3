package libav

import (
	"errors"
	"io"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/player/mediatest"
)

// TestHardware decodes with whatever device the machine has, and where it has none with the processor: all pictures come.
func TestHardware(t *testing.T) {
	assert.NotContains(t, HardwareTypes(), "")
	for _, wanted := range append(HardwareTypes(), HardwareAuto, "") {
		t.Run(wanted, func(t *testing.T) {
			file, err := os.Open(mediatest.Make(t, mediatest.Spec{Video: "h264", Frames: 25}))
			require.NoError(t, err)
			defer file.Close()
			in, err := OpenInput(file, InputOptions{})
			require.NoError(t, err)
			defer in.Close()
			decoder, err := NewDecoder(in.Streams()[0], DecoderOptions{Hardware: wanted})
			require.NoError(t, err)
			defer decoder.Close()
			if wanted == "" {
				assert.Empty(t, decoder.Hardware())
			}
			pictures := 0
			receive := func() {
				for {
					picture, err := decoder.ReceiveVideo()
					if errors.Is(err, ErrAgain) || errors.Is(err, io.EOF) {
						return
					}
					require.NoError(t, err)
					assert.Equal(t, 160, picture.Width)
					picture.Release()
					pictures++
				}
			}
			packet := NewPacket()
			defer packet.Close()
			for in.ReadPacket(packet) == nil {
				require.NoError(t, decoder.Send(packet))
				receive()
			}
			require.NoError(t, decoder.Send(nil))
			receive()
			assert.Equal(t, 25, pictures)
		})
	}
}
