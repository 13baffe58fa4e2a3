package assets

import (
	"embed"
	"io/fs"
)

//go:embed demo/catalogue.json demo/*/main.m3u8 demo/*/poster.jpg demo/*/*p demo/*/subtitles demo/*/stills
var demo embed.FS

// Demo returns the demo media: catalogue.json, and a folder for each title with poster.jpg, main.m3u8 and its variants, clear or
// with encrypted samples.
// demo/README.md describes it.
func Demo() fs.FS {
	files, err := fs.Sub(demo, "demo")
	if err != nil {
		panic(err) // the name is a valid path
	}
	return files
}
