package libav

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/player/mediatest"
)

// TestEncryptedSoundIsDescribedByItsHeaders opens AC-3 and E-AC-3 whose frames are noise behind the 16 bytes that
// SAMPLE-AES leaves clear, and expects the parameters that the sound was encoded with and the times of the clear frames.
func TestEncryptedSoundIsDescribedByItsHeaders(t *testing.T) {
	for _, codec := range []string{"ac3", "eac3"} {
		for layout, channels := range map[string]int{"mono": 1, "stereo": 2, "2.1": 3, "3.0": 3, "3.0(back)": 3, "4.0": 4,
			"quad(side)": 4, "5.0(side)": 5, "5.1(side)": 6} {
			for _, rate := range []int{48000, 44100, 32000} {
				t.Run(fmt.Sprintf("%s %s %d", codec, layout, rate), func(t *testing.T) {
					path := filepath.Join(t.TempDir(), "clear."+codec)
					mediatest.FFmpeg(t, "-f", "lavfi", "-i", fmt.Sprintf("sine=sample_rate=%d:duration=0.5", rate),
						"-af", "aformat=channel_layouts="+layout, "-c:a", codec, path)
					plain, err := os.ReadFile(path)
					require.NoError(t, err)
					noise, at := bytes.Clone(plain), 0
					for _, size := range mediatest.PacketSizes(t, path) {
						for i := 16; i < size/16*16; i++ {
							noise[at+i] ^= 0x5A
						}
						at += size
					}
					require.Equal(t, len(plain), at)

					in, err := OpenInput(onlyReader{bytes.NewReader(noise)}, InputOptions{Format: codec, Encrypted: true})
					require.NoError(t, err)
					t.Cleanup(in.Close)
					require.Len(t, in.Streams(), 1)
					assert.Equal(t, codec, in.Streams()[0].Codec)
					assert.Equal(t, rate, in.Streams()[0].SampleRate)
					assert.Equal(t, channels, in.Streams()[0].Channels)
					twin, err := OpenInput(onlyReader{bytes.NewReader(plain)}, InputOptions{Format: codec})
					require.NoError(t, err)
					t.Cleanup(twin.Close)
					want, got := packetTimes(t, twin), packetTimes(t, in)
					require.Len(t, got, len(want))
					for i := range want {
						// FFmpeg counts the times of both from their frames, and rounds each to its ticks.
						assert.InDelta(t, want[i], got[i], 1, "packet %d", i)
					}
				})
			}
		}
	}
}

// TestNoSoundIsSkippedInMidPresentation decodes MP4 fragments behind the first: each packet gives all of its samples.
func TestNoSoundIsSkippedInMidPresentation(t *testing.T) {
	var medium []byte
	for _, name := range []string{"audio.mp4", "audio2.m4s"} { // Shaka Packager's, with an edit list of 1024 samples
		part, err := os.ReadFile(filepath.Join("..", "testdata", "clear-h264", name))
		require.NoError(t, err)
		medium = append(medium, part...)
	}
	in, err := OpenInput(onlyReader{bytes.NewReader(medium)}, InputOptions{})
	require.NoError(t, err)
	t.Cleanup(in.Close)
	decoder := newDecoder(t, in.Streams()[0], DecoderOptions{})
	packet := NewPacket()
	defer packet.Close()
	packets := 0
	for {
		err := in.ReadPacket(packet)
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		require.NoError(t, decoder.Send(packet))
		sound, err := decoder.ReceiveAudio()
		require.NoError(t, err, "packet %d", packets)
		assert.Equal(t, packet.PTS(), sound.PTS)
		assert.Equal(t, 1024, sound.Samples)
		sound.Close()
		packets++
	}
	assert.Equal(t, 47, packets) // as ffprobe counts them
}

// packetTimes returns when each packet of the first stream is to be heard.
func packetTimes(t *testing.T, in *Input) []int64 {
	t.Helper()
	packet := NewPacket()
	defer packet.Close()
	var times []int64
	for {
		err := in.ReadPacket(packet)
		if errors.Is(err, io.EOF) {
			return times
		}
		require.NoError(t, err, strconv.Itoa(len(times)))
		times = append(times, packet.PTS())
	}
}
