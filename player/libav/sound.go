package libav

// #include "bridge.h"
import "C"

import (
	"errors"
	"unsafe"
)

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

// ReceiveAudio returns the next stretch of sound, less what the container says is to be skipped at its
// start and end. It returns ErrAgain when more packets are needed and io.EOF after the last.
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
