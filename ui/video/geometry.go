package video

import "image"

// fit returns the largest rectangle of the shape width:height that fits into a view of viewW by
// viewH pixels, centred. What it leaves free are the black bars. It is empty when any side is not
// positive.
func fit(viewW, viewH, width, height int) image.Rectangle {
	if viewW <= 0 || viewH <= 0 || width <= 0 || height <= 0 {
		return image.Rectangle{}
	}
	w, h := viewW, divRound(viewW*height, width)
	if h > viewH {
		w, h = divRound(viewH*width, height), viewH
	}
	w, h = min(max(w, 1), viewW), min(max(h, 1), viewH)
	x, y := (viewW-w)/2, (viewH-h)/2
	return image.Rect(x, y, x+w, y+h)
}

func divRound(a, b int) int {
	return (a + b/2) / b
}

// turn says where the upright picture's points lie in the stored one: for a point (x, y) of the
// upright picture, both from 0 to 1, the stored picture's are
// (xx*x + xy*y + x0, yx*x + yy*y + y0).
type turn struct {
	xx, xy, x0 float32
	yx, yy, y0 float32
}

// turnOf returns the turn that undoes rotation, which is the clockwise turn the picture needs.
func turnOf(rotation int) turn {
	switch rotation {
	case 90:
		return turn{xy: 1, yx: -1, y0: 1}
	case 180:
		return turn{xx: -1, x0: 1, yy: -1, y0: 1}
	case 270:
		return turn{xy: -1, x0: 1, yx: 1}
	}
	return turn{xx: 1, yy: 1}
}

// rotate writes src turned clockwise by 90, 180 or 270 degrees into dst, whose size is that of the
// turned picture. Both start at (0, 0).
func rotate(dst, src *image.RGBA, rotation int) {
	w, h := src.Rect.Dx(), src.Rect.Dy()
	var start, stepX, stepY int // offsets in dst of src's first sample, its next column and next row
	switch rotation {
	case 90:
		start, stepX, stepY = 4*(h-1), dst.Stride, -4
	case 180:
		start, stepX, stepY = (h-1)*dst.Stride+4*(w-1), -4, -dst.Stride
	default:
		start, stepX, stepY = (w-1)*dst.Stride, -dst.Stride, 4
	}
	for y := range h {
		to := start + y*stepY
		row := src.Pix[y*src.Stride : y*src.Stride+4*w]
		for x := 0; x < len(row); x += 4 {
			copy(dst.Pix[to:to+4], row[x:x+4])
			to += stepX
		}
	}
}

// bars returns the parts of view that hole, which lies within it, leaves free: above, below, left and
// right of it, some of them empty.
func bars(view, hole image.Rectangle) [4]image.Rectangle {
	if hole.Empty() {
		return [4]image.Rectangle{view}
	}
	return [4]image.Rectangle{
		image.Rect(view.Min.X, view.Min.Y, view.Max.X, hole.Min.Y),
		image.Rect(view.Min.X, hole.Max.Y, view.Max.X, view.Max.Y),
		image.Rect(view.Min.X, hole.Min.Y, hole.Min.X, hole.Max.Y),
		image.Rect(hole.Max.X, hole.Min.Y, view.Max.X, hole.Max.Y),
	}
}
