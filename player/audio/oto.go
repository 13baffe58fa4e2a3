package audio

import (
	"context"
	"fmt"
	"io"
	"sync"

	"github.com/hajimehoshi/oto/v2"
)

// parked is the suspended context of a Sink that was closed. oto cannot close a context, so the next Sink takes it.
var parked struct {
	sync.Mutex
	device *otoDevice
}

// otoDevice is an oto context.
type otoDevice struct {
	context *oto.Context
}

// openOto takes the parked context, or opens a new one and waits until it is ready.
func openOto(ctx context.Context) (device, error) {
	if d := takeParked(); d != nil {
		return d, nil
	}
	if err := beforeOpen(); err != nil {
		return nil, fmt.Errorf("open sound device: %w", err)
	}
	c, ready, err := oto.NewContextWithOptions(&oto.NewContextOptions{
		SampleRate:   SampleRate,
		ChannelCount: Channels,
		Format:       oto.FormatFloat32LE,
		BufferSize:   deviceBuffer,
	})
	if err != nil {
		return nil, fmt.Errorf("open sound device: %w", err)
	}
	select {
	case <-ready:
	case <-ctx.Done():
		return nil, fmt.Errorf("open sound device: %w", ctx.Err())
	}
	if err := c.Err(); err != nil {
		return nil, fmt.Errorf("open sound device: %w", err)
	}
	return &otoDevice{context: c}, nil
}

// takeParked returns the parked context, running again, or nil.
func takeParked() *otoDevice {
	parked.Lock()
	d := parked.device
	parked.device = nil
	parked.Unlock()
	if d == nil || d.context.Resume() != nil {
		return nil
	}
	return d
}

// park keeps a suspended context for the next Sink.
func (d *otoDevice) park() {
	parked.Lock()
	defer parked.Unlock()
	parked.device = d
}

func (d *otoDevice) NewPlayer(r io.Reader) player {
	p := d.context.NewPlayer(r)
	if s, ok := p.(oto.BufferSizeSetter); ok {
		s.SetBufferSize(playerBufferFrames * frameBytes)
	}
	return p
}

func (d *otoDevice) Err() error     { return d.context.Err() }
func (d *otoDevice) Suspend() error { return d.context.Suspend() }
func (d *otoDevice) Resume() error  { return d.context.Resume() }
