package audio

import (
	"context"
	"encoding/binary"
	"io"
	"math"
	"sync/atomic"
	"time"
)

const (
	// deviceBuffer is the size that is asked for ALSA's buffer, and devicePeriod, at most, that of the parts in which
	// it is filled.
	deviceBuffer = 80 * time.Millisecond
	devicePeriod = deviceBuffer / 2
	// playerBufferFrames is what oto's player reads ahead, 80 ms.
	playerBufferFrames = SampleRate * 80 / 1000
	// feedFrames is the most that one Read gives, 10 ms: oto's player buffer overshoots its size by no more.
	feedFrames = SampleRate / 100
	// frameBytes is the size of a frame as oto reads it.
	frameBytes = 4 * Channels
	// deviceBufferFrames and devicePeriodFrames are the same in frames.
	deviceBufferFrames = int64(SampleRate * deviceBuffer / time.Second)
	devicePeriodFrames = int64(SampleRate * devicePeriod / time.Second)
)

// device is an open sound device, as oto's context gives it. Suspend and Resume may block for as long as a sound
// server stalls. Once Err is not nil the device is lost for good.
type device interface {
	NewPlayer(r io.Reader) player
	Err() error
	Suspend() error
	Resume() error
}

// player reads one stream of frames for a device: it reads ahead while paused too. Its methods return at once.
type player interface {
	Play()
	Pause()
	SetVolume(gain float64)
	UnplayedBufferSize() int
	Close() error
}

// opener opens a device, or fails, or returns when ctx is done.
type opener func(ctx context.Context) (device, error)

// source is what a feed hands to a player: the core, or silence while a device is tried.
type source interface {
	pull(now time.Time, output any, dst []float32) bool
	observe(now time.Time, output any, frame float64)
}

// feed is the reader behind one player. Each player has its own, so that what an abandoned one still reads
// comes to nothing.
type feed struct {
	source source  // constant
	player player  // constant after the player's first Play
	origin float64 // constant after the player's first Play: the number of the frame that is read first, less pad

	pad    int       // owned by Read: frames of silence to give before the source's
	buf    []float32 // owned by Read
	period int64     // owned by Read: the least that left the player's buffer at a time
	served atomic.Int64
	played atomic.Int64 // frames that had left the player's buffer when it was last seen
	moved  atomic.Int64 // Unix nanoseconds of the last change of played
}

func newFeed(s source) *feed {
	return &feed{source: s, buf: make([]float32, feedFrames*Channels), period: devicePeriodFrames}
}

// Read gives the next frames, little-endian, and never blocks. oto calls it whenever its buffer is not full.
func (f *feed) Read(p []byte) (int, error) {
	now := time.Now()
	served := f.served.Load()
	played := served - int64(f.player.UnplayedBufferSize()/frameBytes)
	if moved := played - f.played.Load(); moved > 0 {
		f.period = min(f.period, moved)
		f.played.Store(played)
		f.moved.Store(now.UnixNano())
		// ALSA's buffer is full, and the period that just left the player's waits to go there
		f.source.observe(now, f, f.origin+float64(played-f.period-deviceBufferFrames))
	}
	n := min(len(p)/frameBytes, feedFrames)
	if n == 0 {
		return 0, io.ErrShortBuffer
	}
	dst := f.buf[:n*Channels]
	pad := min(f.pad, n)
	clear(dst[:pad*Channels])
	f.pad -= pad
	if pad < n {
		f.source.pull(now, f, dst[pad*Channels:])
	}
	for i, v := range dst {
		binary.LittleEndian.PutUint32(p[4*i:], math.Float32bits(v))
	}
	f.served.Store(served + int64(n))
	return n * frameBytes, nil
}

// left is how many frames have left the player's buffer by now, or up to feedFrames more while a Read is on
// its way.
func (f *feed) left() int64 {
	for {
		served := f.served.Load()
		left := served - int64(f.player.UnplayedBufferSize()/frameBytes)
		if f.served.Load() == served {
			return left
		}
	}
}

// full says whether the player's buffer is filled up, so that no Read is on its way while it is paused.
func (f *feed) full() bool {
	return f.player.UnplayedBufferSize() >= playerBufferFrames*frameBytes
}

// silence is the source of a device that is being tried.
type silence struct{}

func (silence) pull(_ time.Time, _ any, dst []float32) bool {
	clear(dst)
	return true
}

func (silence) observe(time.Time, any, float64) {}
