// Package icon holds the window's own icons: outlines of 24 by 24 units, drawn for this program, in any
// colour.
//
//	image := canvas.NewImageFromResource(icon.In(icon.Play, theme.Foreground))
//
// Equal icons in equal colours are the same resource, so Fyne rasterizes them once. Safe for concurrent
// use.
package icon

import (
	"embed"
	"fmt"
	"image/color"
	"strings"
	"sync"

	"fyne.io/fyne/v2"
)

// Name is an icon's name.
type Name string

// The icons.
const (
	Play        Name = "play"
	Pause       Name = "pause"
	Replay      Name = "replay"
	Volume      Name = "volume"
	VolumeLow   Name = "volume-low"
	Muted       Name = "muted"
	FullScreen  Name = "full-screen"
	LeaveScreen Name = "leave-screen"
	Back        Name = "back"
	Lock        Name = "lock"
	Key         Name = "key"
	Check       Name = "check"
	Warning     Name = "warning"
	Paste       Name = "paste"
	Folder      Name = "folder"
	Link        Name = "link"
	Globe       Name = "globe"
	Copy        Name = "copy"
	Film        Name = "film"
	Speed       Name = "speed"
	Forward     Name = "forward"
	Rewind      Name = "rewind"
	Person      Name = "person"
	Device      Name = "device"
	Add         Name = "add"
	Leave       Name = "leave"
	List        Name = "list"
	Captions    Name = "captions"
	Sound       Name = "sound"
	Info        Name = "info"
	Next        Name = "next"
)

//go:embed svg/*.svg
var files embed.FS

var (
	mu   sync.Mutex
	made = map[string]fyne.Resource{} // guarded by mu
)

// In returns the icon in a colour. It panics for a name that is none of the constants.
func In(name Name, c color.NRGBA) fyne.Resource {
	id := fmt.Sprintf("%s-%02x%02x%02x%02x.svg", name, c.R, c.G, c.B, c.A)
	mu.Lock()
	defer mu.Unlock()
	if r, ok := made[id]; ok {
		return r
	}
	data, err := files.ReadFile("svg/" + string(name) + ".svg")
	if err != nil {
		panic("icon: no icon " + string(name))
	}
	text := strings.ReplaceAll(string(data), "currentColor", fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B))
	r := fyne.NewStaticResource(id, []byte(text))
	made[id] = r
	return r
}
