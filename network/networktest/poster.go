package networktest

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"sync"
	"time"

	"golang.org/x/image/draw"
	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
)

// A poster's size in pixels, its title's, the space around it, and the quality of the JPEG.
const (
	posterWidth, posterHeight = 640, 360
	posterTitle               = 54
	posterMargin              = 34
	posterQuality             = 88
)

// tint says how a poster is made of a title's picture: a part of it, in the light of two colours.
type tint struct {
	top, bottom uint32  // 0xRRGGBB
	x, y, size  float64 // of the part, in parts of the picture
}

// plain is the whole picture in its own light.
var plain = tint{size: 1}

// poster is what is drawn: a picture with a title on it.
type poster struct {
	of, title string
	tint      tint
}

// posters draws the posters of titles, each once.
type posters struct {
	media fs.FS             // constant
	known map[string]poster // constant, by the title's ID

	mu    sync.Mutex // guards drawn
	drawn map[string][]byte
}

func newPosters(media fs.FS, list catalogue) *posters {
	p := &posters{media: media, known: make(map[string]poster), drawn: make(map[string][]byte)}
	for _, title := range list.Titles {
		p.known[title.ID] = poster{title.ID, title.Title, plain}
	}
	for _, e := range excerpts {
		p.known[e.id] = poster{e.of, e.title, e.tint}
	}
	return p
}

// ServeHTTP answers with a JPEG.
func (p *posters) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	id, jpg := strings.CutSuffix(strings.TrimPrefix(path.Clean(r.URL.Path), posterPath), ".jpg")
	known, ok := p.known[id]
	if !jpg || !ok {
		http.NotFound(w, r)
		return
	}
	picture, err := p.draw(id, known)
	if err != nil {
		http.Error(w, "the poster cannot be drawn", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "image/jpeg")
	http.ServeContent(w, r, id, time.Time{}, bytes.NewReader(picture))
}

// draw returns a poster as a JPEG.
func (p *posters) draw(id string, known poster) ([]byte, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if picture, ok := p.drawn[id]; ok {
		return picture, nil
	}
	var source image.Image
	file, err := p.media.Open(path.Join(known.of, "poster.jpg"))
	if err == nil {
		source, err = jpeg.Decode(file)
		err = errors.Join(err, file.Close())
	}
	if err != nil {
		return nil, fmt.Errorf("read the picture of %s: %w", known.of, err)
	}
	canvas := known.tint.draw(source)
	if err := write(canvas, known.title); err != nil {
		return nil, err
	}
	var picture bytes.Buffer
	if err := jpeg.Encode(&picture, canvas, &jpeg.Options{Quality: posterQuality}); err != nil {
		return nil, fmt.Errorf("write the poster of %s: %w", id, err)
	}
	p.drawn[id] = picture.Bytes()
	return picture.Bytes(), nil
}

// draw makes the picture.
func (t tint) draw(source image.Image) *image.RGBA {
	canvas := image.NewRGBA(image.Rect(0, 0, posterWidth, posterHeight))
	b := source.Bounds()
	w, h := float64(b.Dx()), float64(b.Dy())
	part := image.Rect(int(t.x*w), int(t.y*h), int((t.x+t.size)*w), int((t.y+t.size)*h)).Add(b.Min).Intersect(b)
	draw.CatmullRom.Scale(canvas, canvas.Bounds(), source, part, draw.Src, nil)
	top, bottom := rgb(t.top), rgb(t.bottom)
	own := 0.62 // the share of the picture's own light
	if t.top == 0 && t.bottom == 0 {
		own = 1
	}
	for y := range posterHeight {
		down := float64(y) / posterHeight
		shade := max(0, down-0.45) / 0.55 // darker below, where the title stands
		for x := range posterWidth {
			// The light comes from the upper left.
			mix := min(1, 0.75*down+0.35*float64(x)/posterWidth)
			c := canvas.RGBAAt(x, y)
			for i, v := range []*uint8{&c.R, &c.G, &c.B} {
				light := top[i]*(1-mix) + bottom[i]*mix
				value := own*float64(*v) + (1-own)*light
				*v = uint8(value * (1 - 0.55*shade))
			}
			canvas.SetRGBA(x, y, c)
		}
	}
	return canvas
}

func rgb(c uint32) [3]float64 {
	return [3]float64{float64(c >> 16 & 0xff), float64(c >> 8 & 0xff), float64(c & 0xff)}
}

// write puts a title at the foot of a picture.
func write(canvas *image.RGBA, title string) error {
	parsed, err := opentype.Parse(gobold.TTF)
	if err != nil {
		return fmt.Errorf("read the font: %w", err)
	}
	face, err := opentype.NewFace(parsed, &opentype.FaceOptions{Size: posterTitle, DPI: 72, Hinting: font.HintingFull})
	if err != nil {
		return fmt.Errorf("read the font: %w", err)
	}
	drawer := font.Drawer{Dst: canvas, Face: face}
	for _, layer := range []struct {
		colour color.Color
		offset int
	}{{color.RGBA{A: 150}, 2}, {color.RGBA{R: 250, G: 252, B: 255, A: 255}, 0}} {
		drawer.Src = image.NewUniform(layer.colour)
		drawer.Dot = fixed.P(posterMargin+layer.offset, posterHeight-posterMargin+layer.offset)
		drawer.DrawString(title)
	}
	if err := face.Close(); err != nil {
		return fmt.Errorf("close the font: %w", err)
	}
	return nil
}
