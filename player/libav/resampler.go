package libav

// #include "bridge.h"
import "C"

import (
	"fmt"
	"slices"
	"unsafe"
)

const (
	soundRate     = 48000 // what comes out of Resampler and Tempo, in Hz
	soundChannels = 2
	// pieceSamples is how many samples of each channel are converted at a time. At 4 kHz they
	// become 1.6 MB.
	pieceSamples = 1 << 14
)

// Resampler turns decoded sound of any rate, layout and sample format into interleaved stereo floats at
// 48 kHz. More than two channels are mixed down so that the result never exceeds full scale. It belongs to
// one goroutine at a time.
type Resampler struct {
	c       *C.lk_resampler
	out     []float32
	failure C.lk_failure
}

// NewResampler returns a resampler. It takes the format of the frames that it gets.
func NewResampler() (*Resampler, error) {
	c := C.lk_resampler_new()
	if c == nil {
		return nil, fmt.Errorf("libav: make a resampler: %w", ErrMemory)
	}
	return &Resampler{c: c}, nil
}

// Convert gives the samples that a frame makes, channels interleaved, in pieces: give is called for
// each with the number of the frame's sample that it begins at. A few samples may come out with the
// next frame only. The frame's format may differ from those before. The slice is valid until give
// returns, whose error ends the conversion and is returned.
func (r *Resampler) Convert(a *AudioFrame, give func(from int, samples []float32) error) error {
	if r.c == nil || a.c == nil {
		return ErrClosed
	}
	r.out = r.out[:0]
	if C.lk_resampler_fits(r.c, a.c) == 0 {
		if err := r.drain(); err != nil {
			return err
		}
		if C.lk_resampler_setup(r.c, a.c, &r.failure) < 0 {
			return newError("resample", &r.failure)
		}
	}
	for from := 0; from < a.Samples; from += pieceSamples {
		if _, err := r.convert(a.c, from, min(pieceSamples, a.Samples-from)); err != nil {
			return err
		}
		if err := give(from, r.out); err != nil {
			return err
		}
		r.out = r.out[:0]
	}
	return nil
}

// Flush returns what the resampler still holds, as at the end of a stream. It may be given frames again.
// The slice is valid until the next call.
func (r *Resampler) Flush() ([]float32, error) {
	if r.c == nil {
		return nil, ErrClosed
	}
	r.out = r.out[:0]
	if err := r.drain(); err != nil {
		return nil, err
	}
	return r.out, nil
}

// drain appends what is held to out, and forgets the format.
func (r *Resampler) drain() error {
	defer C.lk_resampler_reset(r.c)
	for C.lk_resampler_bound(r.c, 0) > 0 {
		got, err := r.convert(nil, 0, 0)
		if err != nil || got == 0 {
			return err
		}
	}
	return nil
}

// convert appends samples of a frame from one on, or, for nil, of what is held, to out. It returns
// how many came.
func (r *Resampler) convert(frame *C.AVFrame, from, samples int) (int, error) {
	room := int(C.lk_resampler_bound(r.c, C.int(samples)))
	if room <= 0 {
		return 0, nil
	}
	have := len(r.out)
	r.out = slices.Grow(r.out, room*soundChannels)
	to := unsafe.SliceData(r.out[have : have+room*soundChannels])
	got := C.lk_resampler_convert(r.c, frame, C.int(from), C.int(samples), (*C.float)(to), C.int(room), &r.failure)
	if got < 0 {
		return 0, newError("resample", &r.failure)
	}
	r.out = r.out[:have+int(got)*soundChannels]
	return int(got), nil
}

// Close frees the resampler. It may be called more than once.
func (r *Resampler) Close() {
	if r.c != nil {
		C.lk_resampler_free(r.c)
		r.c = nil
	}
}
