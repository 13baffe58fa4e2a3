// Package assets holds what ships inside the program: the icon and the media of the demo.
//
//	demo, err := networktest.NewDemo(networktest.DemoOptions{Media: assets.Demo()})
//	window.SetIcon(fyne.NewStaticResource("latchkey.png", assets.Icon()))
//
// Everything here is made by scripts that stand beside it: icons.sh draws the icon's sizes, demo/make.sh and demo/locked.sh the media. The templates of
// packages (folder package) are not embedded. All functions are safe for concurrent use.
package assets

import _ "embed" // for the files

//go:embed icons/latchkey-256.png
var icon []byte

// Icon returns the program's icon, a PNG of 256 by 256 pixels. It is not to be changed.
func Icon() []byte { return icon }
