package audio

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"sync"
	"time"
)

const (
	// SampleRate is the rate of all samples, in frames per second.
	SampleRate = 48000
	// Channels is the number of samples in a frame: left, right.
	Channels = 2
)

var (
	// ErrClosed is what Write returns once the Sink is closed.
	ErrClosed = errors.New("audio: sink is closed")
	// ErrFlushed is what Write returns when a Flush came while it waited: the rest of its chunk was dropped.
	ErrFlushed = errors.New("audio: flushed while writing")
	// ErrChunk is wrapped by what Write returns for a chunk with half a frame or an impossible rate.
	ErrChunk = errors.New("audio: invalid chunk")
)

// Output says where the sound goes.
type Output int

const (
	// Device is the sound device, with the wall clock in its place while there is none. It is the zero value.
	Device Output = 0
	// Null discards the sound by the wall clock.
	Null Output = 1
)

// String returns "device" or "null".
func (o Output) String() string {
	if o == Null {
		return "null"
	}
	return "device"
}

// Chunk is a stretch of sound.
type Chunk struct {
	// Samples are interleaved left and right, full scale ±1, at SampleRate. Write copies them.
	Samples []float32
	// PTS is the media time of the first frame.
	PTS time.Duration
	// Rate is how many media seconds pass in a second of output: the speed that the samples were stretched
	// to. Zero means 1.
	Rate float64
}

// Options configure a Sink. The zero value plays to the device and logs nothing.
type Options struct {
	Output Output
	// Log gets losses and returns of the device; nil logs nothing.
	Log *slog.Logger

	open opener // for tests; nil opens oto
}

// Stats are figures of a Sink since New.
type Stats struct {
	Output       string        // what paces now: "device" or "wall clock"
	Underruns    int           // how often the ring was empty while more was expected
	Starved      time.Duration // the silence that was given instead
	DeviceOpens  int           // how often a device was opened
	DeviceLosses int           // how often one failed or stalled after it was opened
}

// Sink plays chunks and tells which media time is heard. All methods are safe for concurrent use and, but for Write
// and Close, return at once.
type Sink struct {
	core    *core
	kick    chan struct{} // wakes the supervisor
	writing chan struct{} // capacity 1: held by the Write that may put
	cancel  context.CancelFunc
	done    chan struct{} // closed when the supervisor has ended
	once    sync.Once
}

// New returns a paused Sink with volume 1. It never fails: the device is opened in the background. Close must be
// called.
func New(o Options) *Sink {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.open == nil {
		o.open = openOto
	}
	if o.Output == Null {
		o.open = nil
	}
	ctx, cancel := context.WithCancel(context.Background())
	s := &Sink{
		core:    newCore(),
		kick:    make(chan struct{}, 1),
		writing: make(chan struct{}, 1),
		cancel:  cancel,
		done:    make(chan struct{}),
	}
	sup := newSupervisor(s.core, o, s.kick)
	go func() {
		defer close(s.done)
		sup.run(ctx)
	}()
	return s
}

func (s *Sink) wake() {
	select {
	case s.kick <- struct{}{}:
	default:
	}
}

// Write queues a chunk behind those before it. It blocks while 400 ms are queued, until ctx is done, and then returns
// its error; a part of the chunk may have been queued. Of several concurrent calls one at a time goes on.
// It returns ErrFlushed when a Flush came while it ran, ErrClosed after Close, and an error wrapping ErrChunk for
// a chunk that cannot be played, of which nothing is queued.
func (s *Sink) Write(ctx context.Context, c Chunk) error {
	if c.Rate == 0 {
		c.Rate = 1
	}
	if len(c.Samples)%Channels != 0 {
		return fmt.Errorf("%w: %d samples are not whole frames", ErrChunk, len(c.Samples))
	}
	if !(c.Rate > 0) || math.IsInf(c.Rate, 0) {
		return fmt.Errorf("%w: rate %v", ErrChunk, c.Rate)
	}
	s.core.mu.Lock()
	epoch := s.core.epoch
	s.core.mu.Unlock()
	select {
	case s.writing <- struct{}{}:
		defer func() { <-s.writing }()
	case <-ctx.Done():
		return ctx.Err()
	}
	for from := 0; ; {
		n, err := s.core.put(time.Now(), c, from, epoch)
		if err != nil {
			return err
		}
		if n > 0 {
			s.wake()
		}
		if from += n; from == len(c.Samples)/Channels {
			return nil
		}
		select {
		case <-s.core.room:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Flush drops everything that was queued and not heard yet, with a short fade, and forgets the position: Position is
// not ok until the first chunk written after it sounds. A Write that waits returns ErrFlushed.
func (s *Sink) Flush() {
	s.core.flush(time.Now())
	s.wake()
}

// Play lets the sound run.
func (s *Sink) Play() { s.setPlaying(true) }

// Pause stops it where it is; what is queued stays. Position stands from the call on.
func (s *Sink) Pause() { s.setPlaying(false) }

func (s *Sink) setPlaying(on bool) {
	s.core.setPlaying(time.Now(), on)
	s.wake()
}

// SetVolume sets the loudness, 0 to 1; what lies outside is taken to the nearest. Samples are multiplied by its
// cube, as mpv and PulseAudio do, since that is near to how loudness is perceived: 0.5 is -18 dB.
func (s *Sink) SetVolume(v float64) {
	if !(v > 0) {
		v = 0
	}
	v = min(v, 1)
	s.core.mu.Lock()
	s.core.volume = v * v * v
	s.core.mu.Unlock()
	s.wake()
}

// SetMuted silences the sound, or brings it back at its volume.
func (s *Sink) SetMuted(muted bool) {
	s.core.mu.Lock()
	s.core.muted = muted
	s.core.mu.Unlock()
	s.wake()
}

// Position is the media time heard at a moment, which should be about now. It is smooth, stands while paused and
// while the ring is starved, and never goes back without a Flush unless the chunks' PTS do. ok is false from a Flush
// (or New) until the first chunk after it sounds.
func (s *Sink) Position(now time.Time) (media time.Duration, ok bool) {
	s.core.mu.Lock()
	defer s.core.mu.Unlock()
	return s.core.position(now)
}

// EndOfStream says that nothing more comes, so that an empty ring is no underrun and a short rest is played
// without waiting for more. A later Write or Flush takes it back.
func (s *Sink) EndOfStream() {
	s.core.mu.Lock()
	s.core.ended = true
	s.core.mu.Unlock()
	s.wake()
}

// Drained says whether everything before EndOfStream was heard.
func (s *Sink) Drained() bool { return s.core.drained(time.Now()) }

// Queued is how much output was written and not heard yet, in the ring and in the device.
func (s *Sink) Queued() time.Duration { return s.core.queued(time.Now()) }

// Stats returns the figures.
func (s *Sink) Stats() Stats {
	s.core.mu.Lock()
	defer s.core.mu.Unlock()
	return s.core.stats
}

// Close stops the sound and waits for the Sink's goroutines, at most a second longer when a stalled sound server
// holds one of them. It may be called several times and returns nil.
func (s *Sink) Close() error {
	s.once.Do(func() {
		s.core.mu.Lock()
		s.core.closed = true
		s.core.playing = false
		s.core.runClock(time.Now())
		s.core.mu.Unlock()
		s.cancel()
	})
	s.core.signalRoom()
	<-s.done
	return nil
}
