package signin

import (
	"errors"
	"fmt"
	"image"
	"image/color"

	"github.com/boombuler/barcode/qr"
)

const (
	maxQR   = 2048 // bytes of the address
	qrQuiet = 4    // modules around the code, ISO/IEC 18004, 6.3.8
	qrScale = 8    // pixels a module: enough for a crisp picture on a dense screen
)

// qrGround is what a QR code stands on: cameras want it light, whatever the window's colours are.
var qrGround = color.NRGBA{R: 0xff, G: 0xff, B: 0xff, A: 0xff}

// qrPicture returns a QR code (ISO/IEC 18004, level M) with its quiet zone, a whole number of pixels a module. An address that is empty or
// too long for a picture that a camera reads is an error.
func qrPicture(address string) (image.Image, error) {
	if address == "" || len(address) > maxQR {
		return nil, errors.New("make a QR code: there is no address of a fit length")
	}
	modules, err := qr.Encode(address, qr.M, qr.Auto)
	if err != nil {
		return nil, fmt.Errorf("make a QR code: %w", err)
	}
	b := modules.Bounds()
	side := (b.Dx() + 2*qrQuiet) * qrScale
	img := image.NewPaletted(image.Rect(0, 0, side, side), color.Palette{qrGround, color.Black})
	for y := range b.Dy() {
		for x := range b.Dx() {
			if r, _, _, _ := modules.At(b.Min.X+x, b.Min.Y+y).RGBA(); r >= 0x8000 {
				continue
			}
			for i := range qrScale * qrScale {
				img.SetColorIndex((x+qrQuiet)*qrScale+i%qrScale, (y+qrQuiet)*qrScale+i/qrScale, 1)
			}
		}
	}
	return img, nil
}
