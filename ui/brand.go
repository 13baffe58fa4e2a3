package ui

import (
	"fyne.io/fyne/v2"

	"latchkey/assets"
)

// logo is the program's sign, in the window's list entry and on its screens.
func logo() fyne.Resource { return fyne.NewStaticResource("latchkey.png", assets.Icon()) }
