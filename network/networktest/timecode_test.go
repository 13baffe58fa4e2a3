package networktest_test

import (
	"fmt"
	"image"
	"image/color"
	"io"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/network/networktest"
)

// decode has FFmpeg decode every 37th frame of a variant, scaled to size and set into a dark picture of outer at place.
func decode(t *testing.T, playlist string, size, place, outer image.Point) []*image.RGBA {
	t.Helper()
	filter := fmt.Sprintf("select=not(mod(n\\,37)),scale=%d:%d,pad=%d:%d:%d:%d:0x10141f", size.X, size.Y, outer.X, outer.Y, place.X, place.Y)
	command := exec.CommandContext(t.Context(), "ffmpeg", "-v", "error", "-nostdin", "-i", playlist,
		"-an", "-vf", filter, "-fps_mode", "passthrough", "-pix_fmt", "rgba", "-f", "rawvideo", "-")
	pixels, err := command.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, command.Start())
	var frames []*image.RGBA
	for {
		frame := image.NewRGBA(image.Rectangle{Max: outer})
		if _, err := io.ReadFull(pixels, frame.Pix); err != nil {
			require.ErrorIs(t, err, io.EOF)
			break
		}
		frames = append(frames, frame)
	}
	require.NoError(t, command.Wait())
	return frames
}

// TestTimeCodeOfTheDemoMedia reads the code back from every variant, at sizes from a thumbnail to more than the original.
func TestTimeCodeOfTheDemoMedia(t *testing.T) {
	titles := []struct {
		id     string
		number int
		frames int
	}{{"aurora", 1, 900}, {"sunset", 2, 900}, {"orrery", 3, 600}}
	sizes := []image.Point{{1280, 720}, {256, 144}, {1001, 563}, {1500, 844}}
	for _, title := range titles {
		for i, variant := range []string{"360p", "540p", "720p"} {
			size := sizes[(title.number+i)%len(sizes)]
			t.Run(fmt.Sprintf("%s %s at %v", title.id, variant, size), func(t *testing.T) {
				place := image.Pt(38, 46)
				frames := decode(t, "../../assets/demo/"+title.id+"/"+variant+"/list.m3u8", size, place, size.Add(image.Pt(77, 93)))
				require.Len(t, frames, (title.frames+36)/37)
				for n, frame := range frames {
					want := networktest.TimeCode{Title: title.number, Frame: 37 * n}
					code, ok := networktest.ReadTimeCode(frame, image.Rectangle{Min: place, Max: place.Add(size)})
					require.True(t, ok, "frame %d", want.Frame)
					require.Equal(t, want, code)
					code, strip, ok := networktest.FindTimeCode(frame)
					require.True(t, ok, "frame %d", want.Frame)
					require.Equal(t, want, code)
					assert.InDelta(t, place.X, strip.Min.X, 2)
					assert.InDelta(t, place.Y, strip.Min.Y, 2)
					assert.InDelta(t, place.X+size.X, strip.Max.X, 2)
				}
			})
		}
	}
}

// goodCode is title 3, frame 157, by the table of assets/demo/README.md: check = 1010 ^ 0011 ^ 0000 ^ 0000 ^ 1001 ^ 1101.
const goodCode uint32 = 0b1010_0011_0000_0000_1001_1101_1101_0101

func TestNoTimeCode(t *testing.T) {
	frame := image.NewGray(image.Rect(0, 0, 640, 360))
	for name, level := range map[string]func(x, y int) uint8{
		"black": func(int, int) uint8 { return 0 },
		"white": func(int, int) uint8 { return 255 },
		"bars":  func(x, _ int) uint8 { return uint8(x / 20 % 2 * 255) },
		"faint": func(x, _ int) uint8 { return uint8(100 + goodCode>>(31-x/20)&1*40) },
	} {
		t.Run(name, func(t *testing.T) {
			for y := range 360 {
				for x := range 640 {
					frame.SetGray(x, y, color.Gray{Y: level(x, y)})
				}
			}
			_, ok := networktest.ReadTimeCode(frame, frame.Rect)
			assert.False(t, ok)
			_, _, ok = networktest.FindTimeCode(frame)
			assert.False(t, ok)
		})
	}
	for _, picture := range []image.Rectangle{{}, image.Rect(0, 0, 20, 20), image.Rect(0, 0, 700, 360), image.Rect(-1, 0, 640, 360)} {
		_, ok := networktest.ReadTimeCode(frame, picture)
		assert.False(t, ok, picture)
	}
}

// TestOneBitIsNoticed turns over each cell of a good code in turn.
func TestOneBitIsNoticed(t *testing.T) {
	draw := func(bits uint32) image.Image {
		frame := image.NewGray(image.Rect(0, 0, 320, 180))
		for x := range 320 {
			for y := range 6 {
				frame.SetGray(x, y, color.Gray{Y: uint8(16 + bits>>(31-x/10)&1*219)})
			}
		}
		return frame
	}
	code, ok := networktest.ReadTimeCode(draw(goodCode), image.Rect(0, 0, 320, 180))
	require.True(t, ok)
	require.Equal(t, networktest.TimeCode{Title: 3, Frame: 157}, code)
	for bit := range 32 {
		_, ok := networktest.ReadTimeCode(draw(goodCode^1<<bit), image.Rect(0, 0, 320, 180))
		assert.False(t, ok, "bit %d", bit)
	}
}
