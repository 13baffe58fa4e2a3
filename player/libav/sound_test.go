package libav

import (
	"bytes"
	"encoding/binary"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/player/frame"
	"latchkey/player/hostile"
	"latchkey/player/mediatest"
)

// wave returns a WAV file of so many samples of 8 bits in each channel. Microsoft, Multimedia
// Programming Interface and Data Specifications 1.0, 3: "Waveform Audio File Format".
func wave(rate, channels, samples int) []byte {
	le := binary.LittleEndian
	size := channels * samples
	b := append([]byte("RIFF"), le.AppendUint32(nil, uint32(36+size))...)
	b = append(b, "WAVEfmt "...)
	b = le.AppendUint32(b, 16)
	b = le.AppendUint16(b, 1)
	b = le.AppendUint16(b, uint16(channels))
	b = le.AppendUint32(b, uint32(rate))
	b = le.AppendUint32(b, uint32(rate*channels))
	b = le.AppendUint16(b, uint16(channels))
	b = le.AppendUint16(b, 8)
	b = append(b, "data"...)
	b = le.AppendUint32(b, uint32(size))
	for i := range size {
		b = append(b, byte(128+i%7))
	}
	return b
}

// TestSoundLimits decodes and resamples sound at the limits of rate and channels, and refuses what
// is outside.
func TestSoundLimits(t *testing.T) {
	for _, test := range []struct {
		name           string
		rate, channels int
		want           *SoundError
	}{
		{"lowest rate", 4000, 2, nil},
		{"highest rate", 768_000, 2, nil},
		{"an odd rate", 44_056, 1, nil},
		{"three channels", 48_000, 3, nil},
		{"ten channels", 48_000, 10, nil},
		{"most channels", 48_000, 64, nil},
		{"1 Hz", 1, 1, &SoundError{SampleRate: 1, Channels: 1}},
		{"below the lowest", 3999, 1, &SoundError{SampleRate: 3999, Channels: 1}},
		{"above the highest", 768_001, 1, &SoundError{SampleRate: 768_001, Channels: 1}},
		{"65 channels", 48_000, 65, &SoundError{SampleRate: 48_000, Channels: 65}},
		{"600 channels", 44_100, 600, &SoundError{SampleRate: 44_100, Channels: 600}},
	} {
		t.Run(test.name, func(t *testing.T) {
			const samples = 20_000
			got, largest, err := hear(bytes.NewReader(wave(test.rate, test.channels, samples)))
			if test.want != nil {
				var refused *SoundError
				require.ErrorAs(t, err, &refused)
				assert.Equal(t, test.want, refused)
				return
			}
			require.NoError(t, err)
			assert.InDelta(t, float64(samples)/float64(test.rate), got.Seconds(), 0.002)
			assert.LessOrEqual(t, largest, 2*(12*pieceSamples+64))
		})
	}
}

// TestSoundRateChanges hears sound that falls to 1 Hz in mid-stream, in FLAC and in MP4.
func TestSoundRateChanges(t *testing.T) {
	for _, name := range []string{"flac-rate-changes", "flac-1-hz-mp4"} {
		t.Run(name, func(t *testing.T) {
			inputs := hostile.Inputs()
			input := inputs[slices.IndexFunc(inputs, func(i hostile.Input) bool { return i.Name == name })]
			_, _, err := hear(bytes.NewReader(input.Answers()[input.Main].Body))
			var refused *SoundError
			require.ErrorAs(t, err, &refused)
			assert.Equal(t, 1, refused.SampleRate)
		})
	}
}

// TestResamplePieces resamples frames of 65,535 samples: what comes is as long as FFmpeg says, and
// in pieces.
func TestResamplePieces(t *testing.T) {
	path := filepath.Join(t.TempDir(), "long.flac")
	mediatest.FFmpeg(t, "-f", "lavfi", "-i", "sine=r=8000:d=30", "-frame_size", "65535", path)
	file, err := os.Open(path)
	require.NoError(t, err)
	t.Cleanup(func() { _ = file.Close() })
	length, largest, err := hear(file)
	require.NoError(t, err)
	assert.InDelta(t, 30, length.Seconds(), 0.001)
	assert.LessOrEqual(t, largest, 2*(6*pieceSamples+64))
}

// hear decodes and resamples the first stream of sound. It returns how long the result is, and the
// most values that came at a time.
func hear(r io.Reader) (length time.Duration, largest int, err error) {
	in, err := OpenInput(r, InputOptions{})
	if err != nil {
		return 0, 0, err
	}
	defer in.Close()
	decoder, err := NewDecoder(in.Streams()[0], DecoderOptions{})
	if err != nil {
		return 0, 0, err
	}
	defer decoder.Close()
	resampler, err := NewResampler()
	if err != nil {
		return 0, 0, err
	}
	defer resampler.Close()
	values := 0
	count := func(samples []float32) {
		values += len(samples)
		largest = max(largest, len(samples))
	}
	err = eachUntil(in, in.Streams()[0], decoder, never, func(_ *frame.Video, sound *AudioFrame) error {
		defer sound.Close()
		return resampler.Convert(sound, func(_ int, samples []float32) error {
			count(samples)
			return nil
		})
	})
	if err != nil {
		return 0, 0, err
	}
	tail, err := resampler.Flush()
	count(tail)
	return time.Duration(values/soundChannels) * time.Second / soundRate, largest, err
}
