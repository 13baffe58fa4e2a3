package audio

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"sync"
	"testing"
	"time"
)

var errUnplugged = errors.New("unplugged")

// fakeDevice behaves as an oto context over ALSA does: each period it mixes one period off the players' buffers,
// ramping from the last volume to the present one, and fills them up again. A period mixed at t is
// heard from t + deviceBuffer on.
type fakeDevice struct {
	mu        sync.Mutex
	players   map[*fakePlayer]bool
	err       error
	stalled   bool // takes nothing, and Suspend and Resume block until release
	release   chan struct{}
	suspended bool
	suspends  int
	heard     []float32 // all that was mixed
	start     time.Time // when heard[0] reaches the ear
	stop      context.CancelFunc
	done      chan struct{}
}

func newFakeDevice() *fakeDevice {
	ctx, cancel := context.WithCancel(context.Background())
	d := &fakeDevice{
		players: map[*fakePlayer]bool{},
		release: make(chan struct{}),
		start:   time.Now().Add(devicePeriod + deviceBuffer),
		stop:    cancel,
		done:    make(chan struct{}),
	}
	go func() {
		defer close(d.done)
		ticker := time.NewTicker(devicePeriod)
		defer ticker.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
				d.mix()
			}
		}
	}()
	return d
}

func (d *fakeDevice) close() {
	d.stop()
	<-d.done
}

func (d *fakeDevice) mix() {
	d.mu.Lock()
	period := make([]float32, devicePeriodFrames*Channels)
	var players []*fakePlayer
	if !d.stalled && !d.suspended && d.err == nil {
		for p := range d.players {
			p.mix(period)
			players = append(players, p)
		}
	}
	d.heard = append(d.heard, period...) // the ear hears silence otherwise
	d.mu.Unlock()
	for _, p := range players {
		p.fill()
	}
}

// set changes the device's state.
func (d *fakeDevice) set(f func(*fakeDevice)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	f(d)
}

// sound is a copy of the left channel of all that was heard, from start on.
func (d *fakeDevice) sound() []float32 {
	d.mu.Lock()
	defer d.mu.Unlock()
	left := make([]float32, len(d.heard)/Channels)
	for i := range left {
		left[i] = d.heard[i*Channels]
	}
	return left
}

// at is the left sample that is heard at a moment, and whether there was one.
func (d *fakeDevice) at(now time.Time) (float32, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	i := int(now.Sub(d.start)*SampleRate/time.Second) * Channels
	if i < 0 || i >= len(d.heard) {
		return 0, false
	}
	return d.heard[i], true
}

func (d *fakeDevice) NewPlayer(r io.Reader) player {
	d.mu.Lock()
	defer d.mu.Unlock()
	p := &fakePlayer{device: d, reader: r, volume: 1, previous: 1}
	return p
}

func (d *fakeDevice) Err() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.err
}

func (d *fakeDevice) wait() {
	d.mu.Lock()
	stalled := d.stalled
	d.mu.Unlock()
	if stalled {
		<-d.release
	}
}

func (d *fakeDevice) Suspend() error {
	d.wait()
	d.mu.Lock()
	defer d.mu.Unlock()
	d.suspended = true
	d.suspends++
	return d.err
}

func (d *fakeDevice) Resume() error {
	d.wait()
	d.mu.Lock()
	defer d.mu.Unlock()
	d.suspended = false
	return d.err
}

// fakePlayer is guarded by its device's mutex.
type fakePlayer struct {
	device           *fakeDevice
	reader           io.Reader
	buf              []byte
	playing          bool
	volume, previous float64
	reading          sync.Mutex
}

func (p *fakePlayer) mix(dst []float32) {
	if !p.playing {
		return
	}
	n := min(len(p.buf)/4, len(dst))
	for i := range n {
		v := math.Float32frombits(binary.LittleEndian.Uint32(p.buf[4*i:]))
		ramp := float64(i/Channels) / float64(n/Channels)
		dst[i] += v * float32(p.volume*ramp+p.previous*(1-ramp))
	}
	p.previous = p.volume
	p.buf = append(p.buf[:0], p.buf[4*n:]...)
}

func (p *fakePlayer) fill() {
	p.reading.Lock()
	defer p.reading.Unlock()
	tmp := make([]byte, playerBufferFrames*frameBytes)
	for p.UnplayedBufferSize() < len(tmp) {
		n, err := p.reader.Read(tmp)
		if err != nil {
			return
		}
		p.device.mu.Lock()
		p.buf = append(p.buf, tmp[:n]...)
		p.device.mu.Unlock()
	}
}

func (p *fakePlayer) Play() {
	p.device.mu.Lock()
	p.playing = true
	p.device.players[p] = true
	p.device.mu.Unlock()
	p.fill()
}

func (p *fakePlayer) Pause() {
	p.device.mu.Lock()
	defer p.device.mu.Unlock()
	p.playing = false
}

func (p *fakePlayer) SetVolume(v float64) {
	p.device.mu.Lock()
	defer p.device.mu.Unlock()
	p.volume = v
	if !p.playing {
		p.previous = v
	}
}

func (p *fakePlayer) UnplayedBufferSize() int {
	p.device.mu.Lock()
	defer p.device.mu.Unlock()
	return len(p.buf)
}

func (p *fakePlayer) Close() error {
	p.device.mu.Lock()
	defer p.device.mu.Unlock()
	p.playing = false
	delete(p.device.players, p)
	return nil
}

// fakeRoom is where fake devices come and go: its open is an opener.
type fakeRoom struct {
	mu      sync.Mutex
	absent  bool
	tries   int
	devices []*fakeDevice
}

func (r *fakeRoom) open(context.Context) (device, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.tries++
	if r.absent {
		return nil, errUnplugged
	}
	d := newFakeDevice()
	r.devices = append(r.devices, d)
	return d, nil
}

// last is the device that was opened last, nil before.
func (r *fakeRoom) last() *fakeDevice {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.devices) == 0 {
		return nil
	}
	return r.devices[len(r.devices)-1]
}

// unplug takes the device away, or brings it back for those who open it anew.
func (r *fakeRoom) unplug(absent bool) {
	r.mu.Lock()
	r.absent = absent
	r.mu.Unlock()
	if d := r.last(); absent && d != nil {
		d.set(func(d *fakeDevice) { d.err = errUnplugged })
	}
}

// newFakeSink returns a sink over a room with one device in it.
func newFakeSink(t *testing.T) (*Sink, *fakeRoom) {
	t.Helper()
	r := &fakeRoom{}
	s := New(Options{open: r.open})
	t.Cleanup(func() {
		closeSink(t, s)
		for _, d := range r.devices {
			d.close()
		}
	})
	return s, r
}

func closeSink(t *testing.T, s *Sink) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
}
