package libav

// #include <stdlib.h>
// #include "bridge.h"
import "C"

import (
	"fmt"
	"slices"
	"strings"
	"unsafe"
)

// The rates that Tempo takes, and those that one atempo filter does well: below it is not able to, and
// above it leaves sound out.
const (
	minTempo    = 0.25
	maxTempo    = 4
	minOneTempo = 0.5
	maxOneTempo = 2
)

// tempoRoom is how many samples are taken from the filter at a time.
const tempoRoom = 4096

// Tempo plays stereo sound at 48 kHz faster or slower without changing its pitch. It belongs to one
// goroutine at a time.
type Tempo struct {
	c       *C.lk_tempo
	filters string // empty at rate 1
	closed  bool
	out     []float32
	failure C.lk_failure
}

// NewTempo returns a filter that makes sound rate times as fast, 0.25 to 4.
func NewTempo(rate float64) (*Tempo, error) {
	if !(rate >= minTempo && rate <= maxTempo) {
		return nil, fmt.Errorf("libav: a tempo of %v: it must be %v to %v", rate, minTempo, float64(maxTempo))
	}
	t := &Tempo{filters: tempoFilters(rate)}
	if err := t.open(); err != nil {
		return nil, err
	}
	return t, nil
}

// tempoFilters writes a rate as a chain of filters of which each does it well.
func tempoFilters(rate float64) string {
	var steps []string
	for rate < minOneTempo || rate > maxOneTempo {
		step := float64(minOneTempo)
		if rate > maxOneTempo {
			step = maxOneTempo
		}
		steps = append(steps, fmt.Sprintf("atempo=%v", step))
		rate /= step
	}
	if rate != 1 {
		steps = append(steps, fmt.Sprintf("atempo=%.9f", rate))
	}
	return strings.Join(steps, ",")
}

// open makes the filter, unless nothing is to be filtered.
func (t *Tempo) open() error {
	if t.filters == "" || t.c != nil {
		return nil
	}
	filters := C.CString(t.filters)
	defer C.free(unsafe.Pointer(filters))
	if C.lk_tempo_new(filters, soundRate, &t.c, &t.failure) < 0 {
		return newError("change tempo", &t.failure)
	}
	return nil
}

// Process takes samples, channels interleaved, and returns what is ready, which may be nothing. The slice
// is valid until the next call.
func (t *Tempo) Process(samples []float32) ([]float32, error) {
	if t.closed {
		return nil, ErrClosed
	}
	t.out = t.out[:0]
	count := len(samples) / soundChannels
	if t.filters == "" {
		t.out = append(t.out, samples[:count*soundChannels]...)
		return t.out, nil
	}
	if count == 0 {
		return t.out, nil
	}
	if err := t.open(); err != nil {
		return nil, err
	}
	return t.pass(unsafe.SliceData(samples), count)
}

// Flush returns what the filter still holds, as at the end of a stream. Then it may be given samples
// again. The slice is valid until the next call.
func (t *Tempo) Flush() ([]float32, error) {
	if t.closed {
		return nil, ErrClosed
	}
	t.out = t.out[:0]
	if t.c == nil {
		return t.out, nil
	}
	out, err := t.pass(nil, 0)
	C.lk_tempo_free(t.c)
	t.c = nil
	return out, err
}

// pass gives the filter samples, or none for the end, and takes what is ready.
func (t *Tempo) pass(samples *float32, count int) ([]float32, error) {
	if C.lk_tempo_write(t.c, (*C.float)(samples), C.int(count), &t.failure) < 0 {
		return nil, newError("change tempo", &t.failure)
	}
	for {
		have := len(t.out)
		t.out = slices.Grow(t.out, tempoRoom*soundChannels)
		to := unsafe.SliceData(t.out[have : have+tempoRoom*soundChannels])
		got := C.lk_tempo_read(t.c, (*C.float)(to), tempoRoom, &t.failure)
		if got < 0 {
			return nil, newError("change tempo", &t.failure)
		}
		t.out = t.out[:have+int(got)*soundChannels]
		if got < tempoRoom {
			return t.out, nil
		}
	}
}

// Close frees the filter. It may be called more than once.
func (t *Tempo) Close() {
	t.closed = true
	if t.c != nil {
		C.lk_tempo_free(t.c)
		t.c = nil
	}
}
