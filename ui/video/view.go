package video

import (
	"errors"
	"image"
	"image/color"
	"sync"
	"sync/atomic"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"latchkey/player/frame"
)

// Converter makes RGB of decoded pictures. libav.Scaler is one.
type Converter interface {
	// RGBA draws the whole of src, as it is stored and without its Rotation, over the whole of dst,
	// whose size is any. It fills every byte of dst, alpha with 255, and keeps neither. The view calls
	// it from Prepare's goroutine and from Fyne's, one call at a time.
	RGBA(dst *image.RGBA, src *frame.Video) error
}

// Options of New. The zero value draws with the shader.
type Options struct {
	// Renderer is how frames reach the window: Auto by default.
	Renderer Renderer
	// Convert makes RGB for the image renderer and for pixel formats that the shader does not read.
	// When it is nil the shader draws whatever it can, and nothing else is drawn.
	Convert Converter
}

// View shows decoded pictures, as large as they fit, in the middle of black. Its methods are for the
// Fyne goroutine unless they say otherwise.
type View struct {
	widget.BaseWidget

	// Constant after New.
	want    Renderer
	convert Converter
	id      uint64

	// Owned by the Fyne goroutine.
	current  *frame.Video
	shown    *picture    // of current; nil when that cannot be drawn
	program  program     // whose sources shader has
	canvas   fyne.Canvas // that graphics were asked about
	surface  surface
	area     image.Rectangle // of the picture, in pixels from the view's corner
	fresh    bool            // shown is not yet on the surface
	learnt   bool            // painting has found out about the window, and apply has not heard of it
	backdrop *canvas.Rectangle
	hook     *canvas.Rectangle // a pixel; see onPaint
	shader   *canvas.Shader
	image    *canvas.Image

	pictures pictures
	scaling  sync.Mutex // held while convert works

	mu   sync.Mutex
	plan plan // guarded by mu
}

// plan is what Prepare goes by.
type plan struct {
	path       path
	maxTexture int
	size       image.Point // of the view in pixels
}

var views atomic.Uint64

// New returns a view that shows nothing. It may be called before Fyne runs.
func New(o Options) *View {
	v := &View{want: o.Renderer, convert: o.Convert, id: views.Add(1)}
	v.plan.path = choose(v.want, v.convert != nil, graphics{})
	v.backdrop = canvas.NewRectangle(color.Black)
	v.hook = canvas.NewRectangle(onPaint{v})
	v.hook.Resize(fyne.NewSquareSize(1))
	v.shader = canvas.NewShader("", nil, nil)
	v.shader.Uniforms = map[string]float32{}
	v.shader.Hide()
	v.image = &canvas.Image{ScaleMode: canvas.ImageScaleFastest, FillMode: canvas.ImageFillStretch}
	v.image.Hide()
	v.ExtendBaseWidget(v)
	return v
}

// Prepare does the work of showing f that needs no window: with the image renderer, the conversion to
// RGB. It may be called from any goroutine, by one at a time, while that goroutine owns f, and makes
// the SetFrame that follows cheap; without it SetFrame does the work. A frame that was prepared need
// not be shown.
//
// It returns the converter's error when f cannot be converted, and an error when no renderer can draw
// f. SetFrame shows black for such a frame.
func (v *View) Prepare(f *frame.Video) error {
	p, err := v.prepare(f)
	if err != nil {
		return err
	}
	v.pictures.add(p)
	return nil
}

func (v *View) prepare(f *frame.Video) (*picture, error) {
	p := v.pictures.take()
	if err := v.fill(p, f); err != nil {
		v.pictures.give(p)
		return nil, err
	}
	return p, nil
}

// fill makes p a picture of f.
func (v *View) fill(p *picture, f *frame.Video) error {
	plan := v.planned()
	if plan.path == pathShader {
		err := p.wrap(f, plan.maxTexture)
		if err == nil || v.convert == nil || !errors.Is(err, errNotForShader) {
			return err
		}
	}
	width, height := f.DisplaySize()
	area := fit(plan.size.X, plan.size.Y, width, height)
	v.scaling.Lock()
	defer v.scaling.Unlock()
	return p.convert(v.convert, f, area.Dx(), area.Dy())
}

func (v *View) planned() plan {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.plan
}

// SetFrame shows f from the next time that Fyne paints the window, and returns the frame that it
// replaces, or nil. The view owns f until a later call returns it: the planes may be read at any
// painting until then. Those of the returned frame are not read again, and it may be released at once.
// A nil f shows black. The frame already shown is left alone, and nil returned.
func (v *View) SetFrame(f *frame.Video) (old *frame.Video) {
	if f == v.current && f != nil {
		return nil
	}
	old, v.current = v.current, f
	v.measure()
	if v.shown != nil {
		v.pictures.give(v.shown)
		v.shown = nil
	}
	if f != nil {
		v.shown = v.pictures.find(f)
		if v.stale() {
			v.redo()
		}
	}
	v.fresh = true
	v.apply()
	return old
}

// Settle takes up what painting found out about the window: how pictures reach it is known only then. It is to be
// called at each tick, and does nothing as a rule; without it a picture that stands would not be seen.
func (v *View) Settle() {
	if v.learnt {
		v.learnt = false
		if v.stale() {
			v.redo()
		}
		v.apply()
	}
}

// Clear shows black and returns the frame that was shown, or nil. Prepared frames are forgotten.
func (v *View) Clear() (old *frame.Video) {
	v.pictures.clear()
	return v.SetFrame(nil)
}

// Renderer says which renderer is in use: "shader" or "image". Safe for concurrent use.
func (v *View) Renderer() string {
	if v.planned().path == pathShader {
		return Shader.String()
	}
	return Image.String()
}

// stale says that shown is missing, or RGB of another size than the picture has on the screen.
func (v *View) stale() bool {
	switch {
	case v.current == nil:
		return false
	case v.shown == nil:
		return true
	case v.shown.textures != nil:
		return false
	}
	return v.shown.rgba == nil || v.shown.rgba.Rect.Size() != v.area.Size()
}

// redo makes shown anew from current. On failure nothing is shown.
func (v *View) redo() {
	if v.shown == nil {
		v.shown = v.pictures.take()
	}
	if err := v.fill(v.shown, v.current); err != nil {
		v.pictures.give(v.shown)
		v.shown = nil
	}
	v.fresh = true
}

// measure finds out how many pixels the view has and tells Prepare.
func (v *View) measure() {
	size := v.Size()
	at := fyne.NewPos(size.Width, size.Height)
	point := image.Pt(int(at.X+0.5), int(at.Y+0.5))
	if c := fyne.CurrentApp().Driver().CanvasForObject(v); c != nil {
		point.X, point.Y = c.PixelCoordinateForPosition(at)
	}
	v.mu.Lock()
	v.plan.size = point
	v.mu.Unlock()
	v.area = image.Rectangle{}
	if v.current != nil {
		width, height := v.current.DisplaySize()
		v.area = fit(point.X, point.Y, width, height)
	}
}

// resized follows a change of the view's size or of what is known of the window.
func (v *View) resized() {
	v.measure()
	if v.stale() && !v.surface.usable() {
		v.redo()
	}
	v.apply()
}

// apply makes the objects show what shown holds. One of them is marked for painting.
func (v *View) apply() {
	blit := v.surface.usable()
	planes := v.shown != nil && v.shown.textures != nil
	pixels := v.shown != nil && v.shown.rgba != nil && !blit
	show(v.backdrop, !blit)
	show(v.hook, blit || v.canvas == nil)
	show(v.shader, planes)
	show(v.image, pixels)
	v.shader.Textures, v.image.Image = nil, nil
	switch {
	case planes:
		v.applyShader()
	case pixels:
		v.place(v.image)
		v.image.Image = v.shown.rgba
		v.image.Refresh()
	case blit:
		canvas.Refresh(v.hook)
	default:
		canvas.Refresh(v.backdrop)
	}
}

func (v *View) applyShader() {
	p := v.shown.program
	if p != v.program || v.shader.Name == "" {
		v.program, v.shader.Name = p, p.name(v.id)
		v.shader.Source, v.shader.SourceES = p.sources()
	}
	v.place(v.shader)
	v.shader.Textures = v.shown.textures
	uniforms(v.shader.Uniforms, v.current, p, v.shown.textures)
	canvas.Refresh(v.shader)
}

// show is Show and Hide without repainting the window when nothing changes.
func show(o fyne.CanvasObject, visible bool) {
	switch {
	case visible == o.Visible():
	case visible:
		o.Show()
	default:
		o.Hide()
	}
}

// place gives o the picture's area.
func (v *View) place(o fyne.CanvasObject) {
	pixels, size := v.planned().size, v.Size()
	if pixels.X <= 0 || pixels.Y <= 0 {
		return
	}
	x, y := size.Width/float32(pixels.X), size.Height/float32(pixels.Y)
	o.Move(fyne.NewPos(float32(v.area.Min.X)*x, float32(v.area.Min.Y)*y))
	o.Resize(fyne.NewSize(float32(v.area.Dx())*x, float32(v.area.Dy())*y))
}
