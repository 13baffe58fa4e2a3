package files

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Limits on what a folder is taken to hold.
const (
	maxEntries = 20_000
	readBatch  = 256
)

// Entry is what a folder holds: a folder, or a file.
type Entry struct {
	Name  string
	Dir   bool
	Media bool // a file of a kind that Latchkey plays, by its name
}

// mediaKinds are the endings of files that can be played.
var mediaKinds = []string{
	".3gp", ".aac", ".ac3", ".avi", ".flac", ".flv", ".m2ts", ".m3u8", ".m4a", ".m4v", ".mka", ".mkv", ".mov",
	".mp3", ".mp4", ".mpeg", ".mpg", ".mts", ".oga", ".ogg", ".ogv", ".opus", ".ts", ".wav", ".webm", ".wmv",
}

// Read returns what a folder holds: folders first, each in the order of names, without hidden ones. It
// is for goroutines, and ends early when ctx does. Of very full folders a part is returned.
func Read(ctx context.Context, folder string) (entries []Entry, err error) {
	d, err := os.Open(folder)
	if err != nil {
		return nil, fmt.Errorf("read folder: %w", err)
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	for len(entries) < maxEntries {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		batch, err := d.ReadDir(readBatch)
		for _, e := range batch {
			if entry, ok := entryOf(folder, e); ok {
				entries = append(entries, entry)
			}
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("read folder: %w", err)
		}
	}
	slices.SortFunc(entries, compare)
	return entries, nil
}

// entryOf follows links, so that a link to a folder is a folder.
func entryOf(folder string, e os.DirEntry) (Entry, bool) {
	name := e.Name()
	if strings.HasPrefix(name, ".") {
		return Entry{}, false
	}
	mode := e.Type()
	if mode&os.ModeSymlink != 0 {
		info, err := os.Stat(filepath.Join(folder, name))
		if err != nil {
			return Entry{}, false
		}
		mode = info.Mode()
	}
	switch {
	case mode.IsDir():
		return Entry{Name: name, Dir: true}, true
	case mode.IsRegular():
		return Entry{Name: name, Media: slices.Contains(mediaKinds, strings.ToLower(filepath.Ext(name)))}, true
	}
	return Entry{}, false
}

func compare(a, b Entry) int {
	if a.Dir != b.Dir {
		if a.Dir {
			return -1
		}
		return 1
	}
	return cmp.Or(cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)), cmp.Compare(a.Name, b.Name))
}

// Chosen returns the entries that are shown: folders and media, or everything.
func Chosen(entries []Entry, all bool) []Entry {
	if all {
		return entries
	}
	return slices.DeleteFunc(slices.Clone(entries), func(e Entry) bool { return !e.Dir && !e.Media })
}
