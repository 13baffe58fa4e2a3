package catalogue

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	_ "image/jpeg" // posters
	_ "image/png"  // posters
	"sync"
	"time"

	"golang.org/x/image/draw"
)

// Limits on what a service says.
const (
	MaxTitles      = 20_000
	MaxPosterBytes = 8 << 20
	maxPosterSide  = 4096
	maxPosterArea  = 3840 * 2160 // pixels: decoding takes up to 15 bytes for each, of a progressive JPEG
	largePoster    = 2 << 20     // pixels: of the posters beyond, one is decoded at a time
	posterWidth    = 720         // posters are kept at this width at most
)

// large is held while a large poster is decoded.
var large sync.Mutex

// ErrPoster is returned for bytes that are no picture which can be a poster.
var ErrPoster = errors.New("the poster cannot be read")

// Title is something to watch.
type Title struct {
	ID        string // unique within the catalogue
	Name      string
	Summary   string // a line about it, or empty
	Source    string // the URL or file to open
	Poster    string // where Source.Poster finds its picture, or empty
	Duration  time.Duration
	Protected bool // needs the sign-in
	Live      bool
	Rows      []string // the headings that it stands below, in the order of the service's
}

// Source is a service's catalogue. Its methods may block and are called from goroutines.
type Source interface {
	// Titles returns what there is, the first being the first to be shown.
	Titles(ctx context.Context) ([]Title, error)
	// Poster returns a title's picture as PNG or JPEG, or nothing when it has none.
	Poster(ctx context.Context, t Title) ([]byte, error)
}

// DecodePoster reads a poster and makes it no wider than cards need. It takes a while: it is for
// goroutines.
func DecodePoster(data []byte) (image.Image, error) {
	if len(data) > MaxPosterBytes {
		return nil, fmt.Errorf("%w: more than %d bytes", ErrPoster, MaxPosterBytes)
	}
	c, _, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil || c.Width <= 0 || c.Height <= 0 || c.Width > maxPosterSide || c.Height > maxPosterSide ||
		c.Width*c.Height > maxPosterArea {
		return nil, ErrPoster
	}
	if c.Width*c.Height > largePoster {
		large.Lock()
		defer large.Unlock()
	}
	img, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, ErrPoster
	}
	b := img.Bounds()
	w := min(b.Dx(), posterWidth)
	h := max(b.Dy()*w/b.Dx(), 1)
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.ApproxBiLinear.Scale(out, out.Bounds(), img, b, draw.Src, nil)
	return out, nil
}
