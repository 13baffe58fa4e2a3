package libav

// #include "bridge.h"
import "C"

import (
	"errors"
	"fmt"
	"unsafe"
)

// Limits of decoded sound. The rates are those of recordings, from telephony to the highest of PCM;
// 64 channels are third-order ambisonics and the largest layouts four times over.
const (
	minSampleRate = 4_000   // Hz
	maxSampleRate = 768_000 // Hz
	// MaxChannels is the most channels of sound that are decoded.
	MaxChannels = 64
	// maxFrameValues bounds a frame's samples over all channels: a second of the highest rate in 16
	// channels.
	maxFrameValues = 12_288_000
)

// SoundError is returned for sound whose sample rate or number of channels is outside of what is
// decoded: 4 to 768 kHz, 1 to 64 channels.
type SoundError struct {
	SampleRate int // in Hz
	Channels   int
}

// Error says which of both it is.
func (e *SoundError) Error() string {
	if e.Channels < 1 || e.Channels > MaxChannels {
		return fmt.Sprintf("libav: sound of %d channels", e.Channels)
	}
	return fmt.Sprintf("libav: sound at %d Hz", e.SampleRate)
}

// checkSound returns a *SoundError for sound that is not decoded.
func checkSound(rate, channels int) error {
	if rate < minSampleRate || rate > maxSampleRate || channels < 1 || channels > MaxChannels {
		return &SoundError{SampleRate: rate, Channels: channels}
	}
	return nil
}

// checkStream is checkSound for a stream, of which rate or channels may not be known before it is
// decoded.
func checkStream(s Stream) error {
	rate, channels := s.SampleRate, s.Channels
	if rate == 0 {
		rate = soundRate
	}
	if channels == 0 {
		channels = soundChannels
	}
	return checkSound(rate, channels)
}

// AudioFrame is a stretch of decoded sound. The caller that received it closes it.
type AudioFrame struct {
	// PTS is the time stamp of the first sample in ticks of the stream's time base, or NoPTS.
	PTS int64
	// SampleRate is in Hz and Channels a count, both the stream's own.
	SampleRate, Channels int
	// Samples is the number of samples of each channel.
	Samples int

	c       *C.AVFrame
	s16     []byte
	failure C.lk_failure
}

// ReceiveAudio returns the next stretch of sound, less what the container says is to be skipped at
// its start and end. It returns ErrAgain when more packets are needed, io.EOF after the last, and a
// *SoundError when the format has become one that is not decoded.
func (d *Decoder) ReceiveAudio() (*AudioFrame, error) {
	if d.c == nil {
		return nil, ErrClosed
	}
	if d.kind != KindAudio {
		return nil, errors.New("libav: sound from a decoder of pictures")
	}
	c := &d.sound
	if code := C.lk_decoder_receive_sound(d.c, &d.sound, &d.failure); code < 0 {
		return nil, d.result(opDecode, code)
	}
	err := checkSound(int(c.sample_rate), int(c.channels))
	if err == nil && int64(c.samples)*int64(c.channels) > maxFrameValues {
		err = fmt.Errorf("%d samples in a frame of sound: %w", c.samples, ErrMemory)
	}
	if err != nil {
		C.lk_frame_free(c.frame)
		c.frame = nil
		return nil, err
	}
	return &AudioFrame{
		PTS:        int64(c.pts),
		SampleRate: int(c.sample_rate),
		Channels:   int(c.channels),
		Samples:    int(c.samples),
		c:          c.frame,
	}, nil
}

// S16 returns the samples as signed 16 bit little-endian, channels interleaved, at the stream's own rate:
// what FFmpeg's pcm_s16le has. The bytes are valid until Close.
func (a *AudioFrame) S16() ([]byte, error) {
	if a.c == nil {
		return nil, ErrClosed
	}
	if a.s16 != nil || a.Samples == 0 {
		return a.s16, nil
	}
	s16 := make([]byte, a.Samples*a.Channels*2)
	got := C.lk_sound_s16(a.c, (*C.uint8_t)(unsafe.SliceData(s16)), &a.failure)
	if got < 0 {
		return nil, newError("convert sound", &a.failure)
	}
	a.s16 = s16[:int(got)*a.Channels*2]
	return a.s16, nil
}

// Close frees the samples. It may be called more than once.
func (a *AudioFrame) Close() {
	if a.c != nil {
		C.lk_frame_free(a.c)
		a.c, a.s16 = nil, nil
	}
}
