package video

import (
	"bytes"
	"errors"
	"image"
	"runtime"
	"sync/atomic"
	"syscall"
	"testing"

	"fyne.io/fyne/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/player/frame"
)

// flat is a Converter that paints everything in one colour.
type flat struct {
	colour [4]byte
	calls  atomic.Int32
	size   atomic.Pointer[image.Point]
	err    error
}

func (c *flat) RGBA(dst *image.RGBA, _ *frame.Video) error {
	c.calls.Add(1)
	size := dst.Rect.Size()
	c.size.Store(&size)
	copy(dst.Pix, bytes.Repeat(c.colour[:], len(dst.Pix)/4))
	return c.err
}

// grey is a picture of one luma value, whose planes are of memory that faults once it is released.
func grey(t *testing.T, luma byte) *frame.Video {
	t.Helper()
	const width, height = 64, 48
	memory, err := syscall.Mmap(-1, 0, width*height*3/2, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	require.NoError(t, err)
	luminance, chroma := memory[:width*height], memory[width*height:]
	copy(luminance, bytes.Repeat([]byte{luma}, len(luminance)))
	copy(chroma, bytes.Repeat([]byte{128}, len(chroma)))
	half := len(chroma) / 2
	f := &frame.Video{
		Width: width, Height: height, Format: frame.YUV420P, Range: frame.RangeFull, Matrix: frame.MatrixBT709,
		Planes: []frame.Plane{
			{Data: luminance, Stride: width, RowBytes: width, Rows: height},
			{Data: chroma[:half:half], Stride: width / 2, RowBytes: width / 2, Rows: height / 2},
			{Data: chroma[half:], Stride: width / 2, RowBytes: width / 2, Rows: height / 2},
		},
	}
	f.OnRelease(func() { assert.NoError(t, syscall.Munmap(memory)) })
	return f
}

// pixel is what the last painting put at x, y.
func pixel(x, y int) [3]byte {
	p := screen.capture(x+1, y+1).RGBAAt(x, y)
	return [3]byte{p.R, p.G, p.B}
}

// luma is a Converter of grey pictures that reads them.
type luma struct{}

func (luma) RGBA(dst *image.RGBA, src *frame.Video) error {
	for i := range dst.Pix {
		dst.Pix[i] = src.Planes[0].Data[i%len(src.Planes[0].Data)]
		if i%4 == 3 {
			dst.Pix[i] = 255
		}
	}
	return nil
}

// Frames that SetFrame returned are unmapped at once; painting, also at another size, must not touch
// them, and shows each new frame.
func TestFramesAreNotReadOnceReturned(t *testing.T) {
	for _, want := range []Renderer{Auto, Shader, Image} {
		t.Run(want.String(), func(t *testing.T) {
			v := New(Options{Renderer: want, Convert: luma{}})
			screen.place(v, 128, 96)
			for i := range 40 {
				f := grey(t, byte(i*6))
				if i%3 == 0 {
					require.NoError(t, v.Prepare(f))
				}
				screen.paint(func() { v.SetFrame(f).Release() })
				require.Equal(t, [3]byte{byte(i * 6), byte(i * 6), byte(i * 6)}, pixel(60, 40), "frame %d", i)
				if i%10 == 5 {
					width := float32(128 + i)
					screen.place(v, width, 96)
					require.Equal(t, byte(i*6), pixel(60, 40)[0], "resized at frame %d", i)
				}
			}
			screen.paint(func() { v.Clear().Release() })
			assert.Zero(t, pixel(60, 40))
			screen.paint(func() { assert.Nil(t, v.Clear()) })
		})
	}
}

// A frame that is replaced before Fyne painted it is returned all the same, and never read.
func TestFramesBetweenPaintings(t *testing.T) {
	for _, want := range []Renderer{Shader, Image} {
		t.Run(want.String(), func(t *testing.T) {
			v := New(Options{Renderer: want, Convert: luma{}})
			screen.place(v, 128, 96)
			screen.paint(func() {
				for i := range 10 {
					v.SetFrame(grey(t, byte(i))).Release()
				}
				last := grey(t, 99)
				v.SetFrame(last).Release()
				assert.Nil(t, v.SetFrame(last), "the frame already shown")
			})
			assert.Equal(t, [3]byte{99, 99, 99}, pixel(60, 40))
			screen.paint(func() { v.Clear().Release() })
		})
	}
}

// How pictures reach the window is known when it is first painted; a picture that stands goes that way from the next tick
// on, without another picture.
func TestSettle(t *testing.T) {
	screen.place(New(Options{Convert: luma{}}), 128, 96) // the window has its size
	v := New(Options{Convert: luma{}})
	v.SetFrame(grey(t, 99)).Release()
	screen.place(v, 128, 96)
	if !v.surface.usable() {
		t.Skip("this OpenGL draws no surface")
	}
	require.True(t, v.backdrop.Visible(), "nothing is new since the window was painted")
	screen.paint(v.Settle)
	assert.False(t, v.backdrop.Visible())
	assert.False(t, v.image.Visible())
	assert.Equal(t, [3]byte{99, 99, 99}, pixel(60, 40))
	screen.paint(func() { v.Clear().Release() })
}

func TestPrepareConvertsOffTheFyneGoroutine(t *testing.T) {
	c := &flat{colour: [4]byte{10, 200, 30, 255}}
	v := New(Options{Renderer: Image, Convert: c})
	screen.place(v, 128, 96)
	f := grey(t, 0)
	require.NoError(t, v.Prepare(f))
	require.EqualValues(t, 1, c.calls.Load())
	screen.paint(func() { v.SetFrame(f) })
	assert.EqualValues(t, 1, c.calls.Load())
	assert.Equal(t, [3]byte{10, 200, 30}, pixel(60, 40))
	assert.Equal(t, image.Pt(128, 96), *c.size.Load())
	screen.paint(func() { v.Clear().Release() })
}

// Preparing and painting meet at the converter.
func TestPrepareWhileResizing(t *testing.T) {
	v := New(Options{Renderer: Image, Convert: luma{}})
	screen.place(v, 128, 96)
	const n = 60
	decoded, frames := make(chan *frame.Video, n), make(chan *frame.Video)
	for i := range n {
		decoded <- grey(t, byte(i))
	}
	close(decoded)
	go func() {
		defer close(frames)
		for f := range decoded {
			assert.NoError(t, v.Prepare(f))
			frames <- f
		}
	}()
	i := 0
	for f := range frames {
		width := float32(100 + i)
		screen.paint(func() {
			v.SetFrame(f).Release()
			v.Resize(fyne.NewSize(width, 96))
		})
		require.Equal(t, byte(i), pixel(48, 40)[0])
		i++
	}
	screen.paint(func() { v.Clear().Release() })
}

func TestWhatCannotBeDrawn(t *testing.T) {
	failure := errors.New("no such format")
	other := frame.Video{Width: 64, Height: 48, Format: frame.Format{Name: "rgb24", Depth: 8}}
	short := *grey(t, 1)
	short.Planes = append([]frame.Plane{{Data: make([]byte, 64), Stride: 64, RowBytes: 64, Rows: 48}}, short.Planes[1:]...)
	tests := []struct {
		name    string
		options Options
		frame   frame.Video
		want    error
	}{
		{"a format the shader does not know, and no converter", Options{}, other, errNotForShader},
		{"a converter that fails", Options{Renderer: Image, Convert: &flat{err: failure}}, other, failure},
		{"a converter that fails for the shader", Options{Renderer: Shader, Convert: &flat{err: failure}}, other, failure},
		{"planes shorter than they say", Options{Renderer: Shader}, short, errPlane},
		{"no picture", Options{}, frame.Video{}, errNotForShader},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			v := New(test.options)
			screen.place(v, 128, 96)
			require.ErrorIs(t, v.Prepare(&test.frame), test.want)
			screen.paint(func() { v.SetFrame(&test.frame) })
			assert.Zero(t, pixel(60, 40))
		})
	}
}

// The shader hands over to the converter what it cannot draw, and takes back what it can.
func TestShaderFallsBackForAFrame(t *testing.T) {
	v := New(Options{Renderer: Shader, Convert: &flat{colour: [4]byte{1, 2, 3, 255}}})
	screen.place(v, 128, 96)
	other := &frame.Video{Width: 64, Height: 48, Format: frame.Format{Name: "rgb24", Depth: 8}}
	screen.paint(func() { v.SetFrame(other).Release() })
	assert.Equal(t, [3]byte{1, 2, 3}, pixel(60, 40))
	screen.paint(func() { v.SetFrame(grey(t, 77)).Release() })
	assert.Equal(t, [3]byte{77, 77, 77}, pixel(60, 40))
	screen.paint(func() { v.SetFrame(other).Release() })
	assert.Equal(t, [3]byte{1, 2, 3}, pixel(60, 40))
}

// RGB is made in memory that is used again.
func TestFramesAreAllocatedOnce(t *testing.T) {
	v := New(Options{Renderer: Image, Convert: luma{}})
	screen.place(v, 640, 480)
	f, g := grey(t, 1), grey(t, 2)
	frames := []*frame.Video{f, g}
	for i := range 8 {
		require.NoError(t, v.Prepare(frames[i%2]))
		screen.paint(func() { v.SetFrame(frames[i%2]) })
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	const n = 20
	for i := range n {
		require.NoError(t, v.Prepare(frames[i%2]))
		fyne.DoAndWait(func() { v.SetFrame(frames[i%2]) })
	}
	runtime.ReadMemStats(&after)
	assert.Less(t, (after.TotalAlloc-before.TotalAlloc)/n, uint64(640*480), "bytes a frame")
	screen.paint(func() { v.Clear() })
	f.Release()
	g.Release()
}
