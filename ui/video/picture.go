package video

import (
	"fmt"
	"image"
	"slices"
	"sync"

	"latchkey/player/frame"
)

// maxReady is how many prepared pictures wait for SetFrame before the oldest is dropped.
const maxReady = 4

// picture is a frame made ready for drawing: as textures for the shader, or as RGBA.
type picture struct {
	frame *frame.Video

	program  program
	textures map[string]image.Image // nil unless the shader draws it
	rgba     *image.RGBA            // nil unless converted; as large as it is on the screen

	// Kept from frame to frame.
	names  map[string]image.Image // textures
	spare  [3][]byte              // planes that cannot be uploaded as they are
	pixels *image.RGBA            // rgba
	stored *image.RGBA            // rgba before turning it upright
}

// wrap makes the textures of f, or returns errNotForShader.
func (p *picture) wrap(f *frame.Video, maxTexture int) error {
	p.frame, p.textures, p.rgba = f, nil, nil
	prog, err := programOf(f, maxTexture)
	if err != nil {
		return err
	}
	names := textureNames(prog.layout)
	if p.names == nil {
		p.names = make(map[string]image.Image, len(names))
	}
	clear(p.names)
	for i, name := range names {
		rows := f.Height
		if i > 0 {
			rows = ceilShift(rows, f.Format.ChromaShiftY)
		}
		p.names[name], p.spare[i] = texture(f.Planes[i], rows, p.spare[i])
	}
	p.program, p.textures = prog, p.names
	return nil
}

// convert makes RGBA of f, width by height pixels when upright.
func (p *picture) convert(c Converter, f *frame.Video, width, height int) error {
	p.frame, p.textures, p.rgba = f, nil, nil
	if width <= 0 || height <= 0 {
		return nil
	}
	p.pixels = sized(p.pixels, width, height)
	to := p.pixels
	switch f.Rotation {
	case 90, 270:
		p.stored = sized(p.stored, height, width)
		to = p.stored
	case 180:
		p.stored = sized(p.stored, width, height)
		to = p.stored
	}
	if err := c.RGBA(to, f); err != nil {
		return fmt.Errorf("convert %s picture: %w", f.Format.Name, err)
	}
	if to != p.pixels {
		rotate(p.pixels, to, f.Rotation)
	}
	p.rgba = p.pixels
	return nil
}

// sized returns an image of width by height pixels, in the memory of old if there is enough of it.
func sized(old *image.RGBA, width, height int) *image.RGBA {
	rect := image.Rect(0, 0, width, height)
	switch size := 4 * width * height; {
	case old != nil && old.Rect == rect:
		return old
	case old != nil && cap(old.Pix) >= size:
		return &image.RGBA{Pix: old.Pix[:size], Stride: 4 * width, Rect: rect}
	}
	return image.NewRGBA(rect)
}

// forget lets go of the frame's memory.
func (p *picture) forget() {
	p.frame, p.textures, p.rgba = nil, nil, nil
}

// pictures are those that are not on the screen. Safe for concurrent use.
type pictures struct {
	mu    sync.Mutex
	free  []*picture
	ready []*picture // oldest first
}

// take returns a picture that nobody uses.
func (s *pictures) take() *picture {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := len(s.free); n > 0 {
		p := s.free[n-1]
		s.free = s.free[:n-1]
		return p
	}
	return &picture{}
}

// give takes a picture back.
func (s *pictures) give(p *picture) {
	p.forget()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.free = append(s.free, p)
}

// add keeps a prepared picture for SetFrame. It takes the place of an earlier one of the same frame.
func (s *pictures) add(p *picture) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drop(func(q *picture) bool { return q.frame == p.frame })
	if len(s.ready) >= maxReady {
		oldest := s.ready[0]
		s.drop(func(q *picture) bool { return q == oldest })
	}
	s.ready = append(s.ready, p)
}

// find returns the prepared picture of f, or nil. Those prepared before it are dropped.
func (s *pictures) find(f *frame.Video) *picture {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.ready, func(p *picture) bool { return p.frame == f })
	if i < 0 {
		return nil
	}
	p := s.ready[i]
	s.ready = slices.Delete(s.ready, i, i+1)
	earlier := i
	s.drop(func(*picture) bool { earlier--; return earlier >= 0 })
	return p
}

// clear drops everything that waits.
func (s *pictures) clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drop(func(*picture) bool { return true })
}

// drop moves the ready pictures that match to the free ones. The caller holds mu.
func (s *pictures) drop(match func(*picture) bool) {
	kept := s.ready[:0]
	for _, q := range s.ready {
		if match(q) {
			q.forget()
			s.free = append(s.free, q)
			continue
		}
		kept = append(kept, q)
	}
	clear(s.ready[len(kept):])
	s.ready = kept
}
