package networktest

import "image"

// The time code's layout: see ReadTimeCode.
const (
	codeCells    = 32
	codeHeight   = 30 // the picture's height divided by the row's
	codeStart    = 0b1010
	codeEnd      = 0b0101
	codeMagic    = 0b1010 // so that a row of zeros has no right check
	codeContrast = 60     // between black and white, of 255
	codeRows     = 2      // rows of pixels that must agree for FindTimeCode
)

// TimeCode is what a picture of the demo media says about itself.
type TimeCode struct {
	// Title is the number of the title, from 1.
	Title int
	// Frame counts from 0 at 30 frames a second.
	Frame int
}

// ReadTimeCode reads the time code of a picture of the demo media that fills a rectangle of img. ok is false when there is none.
//
// The code is a row of 32 cells over the whole width, on the top edge, a thirtieth of the picture's height high. White is 1, the first
// cell is the most significant bit of its field:
//
//	| 1 0 1 0 | title: 4 bits | frame: 16 bits | check: 4 bits | 0 1 0 1 |
//
// The check is the exclusive or of 1010, the title and the four nibbles of the frame.
func ReadTimeCode(img image.Image, picture image.Rectangle) (code TimeCode, ok bool) {
	if picture.Dx() < 2*codeCells || picture.Dy() < 1 || !picture.In(img.Bounds()) {
		return TimeCode{}, false
	}
	return readCode(img, picture.Min.X, picture.Max.X, picture.Min.Y+picture.Dy()/(2*codeHeight))
}

// FindTimeCode looks for a time code anywhere in img, a screenshot say: on a row of pixels where nothing outside the picture is bright.
// strip is where the row of cells was found; the picture has its width and begins at its top.
func FindTimeCode(img image.Image) (code TimeCode, strip image.Rectangle, ok bool) {
	bounds := img.Bounds()
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		left, right := brightEnds(img, y)
		found, valid := readCode(img, left, right, y)
		if !valid {
			continue
		}
		bottom := y + 1
		for ; bottom < bounds.Max.Y; bottom++ {
			if next, same := readCode(img, left, right, bottom); !same || next != found {
				break
			}
		}
		if bottom-y >= codeRows {
			return found, image.Rect(left, y, right, bottom), true
		}
	}
	return TimeCode{}, image.Rectangle{}, false
}

// brightEnds returns where the first bright pixel of a row is, and where the one after the last is.
func brightEnds(img image.Image, y int) (left, right int) {
	bounds := img.Bounds()
	left, right = bounds.Max.X, bounds.Min.X
	for x := bounds.Min.X; x < bounds.Max.X; x++ {
		if luma(img, x, y) >= 128 {
			left, right = min(left, x), x+1
		}
	}
	return left, right
}

// readCode reads the cells between left and right on one row of pixels.
func readCode(img image.Image, left, right, y int) (TimeCode, bool) {
	if right-left < 2*codeCells {
		return TimeCode{}, false
	}
	var level [codeCells]int
	for cell := range level {
		level[cell] = cellLevel(img, left, right, y, cell)
	}
	// The markers hold two cells of each colour at either end: they say what is white here.
	white := level[0] + level[2] + level[29] + level[31]
	black := level[1] + level[3] + level[28] + level[30]
	if white-black < 4*codeContrast {
		return TimeCode{}, false
	}
	var bits uint32
	for _, l := range level {
		bits <<= 1
		if 8*l > white+black {
			bits |= 1
		}
	}
	title, frame, check := bits>>24&15, bits>>8&0xffff, bits>>4&15
	sum := codeMagic ^ title ^ frame>>12 ^ frame>>8&15 ^ frame>>4&15 ^ frame&15
	if bits>>28 != codeStart || bits&15 != codeEnd || sum != check {
		return TimeCode{}, false
	}
	return TimeCode{Title: int(title), Frame: int(frame)}, true
}

// cellLevel is the mean brightness, 0 to 255, of the middle half of a cell.
func cellLevel(img image.Image, left, right, y, cell int) int {
	width := right - left
	from := left + (4*cell+1)*width/(4*codeCells)
	to := max(from+1, left+(4*cell+3)*width/(4*codeCells))
	sum := 0
	for x := from; x < to; x++ {
		sum += luma(img, x, y)
	}
	return sum / (to - from)
}

// luma is the brightness of a pixel, 0 to 255.
func luma(img image.Image, x, y int) int {
	r, g, b, _ := img.At(x, y).RGBA()
	return int((299*r + 587*g + 114*b) / 1000 >> 8)
}
