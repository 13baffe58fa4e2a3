package networktest

import (
	"bytes"
	"cmp"
	"crypto/aes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"latchkey/network"
)

// library is the media of an origin: playlists that were read and rewritten at start, and the files they name.
type library struct {
	// Constant after newLibrary.
	fsys      fs.FS
	playlists map[string][]byte        // as served, by path in fsys
	classes   map[string]network.Class // of what media playlists name
	files     map[string][]part        // of files that are encrypted
	started   time.Time
}

// part is a stretch of a clear file that is encrypted by itself: a whole segment or a byte range of a file.
//
//	clear file   |  part 0  |  part 1  | not named by the playlist |  part 2  |
//	served file  | part 0 + padding | part 1 + padding | part 2 + padding |
type part struct {
	offset, length int64 // in the clear file; length -1 is up to its end
	clear          bool  // served as it is (an init segment that the key does not cover)
	key            secretKey
	iv             [aes.BlockSize]byte
}

// size is that of the part as served; it is not known of a whole file.
func (p part) size() int64 {
	if p.clear {
		return p.length
	}
	return encryptedSize(p.length)
}

// newLibrary reads the playlists of fsys. Keys come from ring, and stand in the playlists below keyBase ("": this origin).
func newLibrary(fsys fs.FS, e Encryption, ring *keyRing, keyBase string) (*library, error) {
	if e.EncryptInit && !e.ExplicitIV {
		return nil, errors.New("encrypted init segments need an explicit IV")
	}
	l := &library{
		fsys: fsys, playlists: make(map[string][]byte), classes: make(map[string]network.Class), files: make(map[string][]part),
		started: time.Now(),
	}
	if fsys == nil {
		return l, nil
	}
	keys := &keySchedule{Encryption: e, ring: ring, base: keyBase, periods: make(map[string]period)}
	err := fs.WalkDir(fsys, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || path.Ext(name) != ".m3u8" {
			return err
		}
		text, err := fs.ReadFile(fsys, name)
		if err != nil {
			return fmt.Errorf("read playlist: %w", err)
		}
		top, _, _ := strings.Cut(name, "/")
		if e.On && !slices.Contains(e.Clear, top) && !bytes.Contains(text, []byte("#EXT-X-KEY:")) {
			text, err = l.protect(name, text, keys)
		} else {
			l.note(name, text)
		}
		if err != nil {
			return fmt.Errorf("playlist %s: %w", name, err)
		}
		l.playlists[name] = text
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read media: %w", err)
	}
	for _, parts := range l.files {
		slices.SortFunc(parts, func(a, b part) int { return cmp.Compare(a.offset, b.offset) })
	}
	return l, nil
}

// note remembers the classes of what a clear playlist names.
func (l *library) note(playlist string, text []byte) {
	multivariant := bytes.Contains(text, []byte("#EXT-X-STREAM-INF"))
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if uri, ok := attribute(line, "#EXT-X-MAP:", "URI"); ok {
			l.classes[resolve(playlist, uri)] = network.ClassInit
		}
		if line != "" && line[0] != '#' && !multivariant {
			l.noteSegment(resolve(playlist, line))
		}
	}
}

// noteSegment remembers that a file is a segment, unless it is an init segment too (one file with byte ranges).
func (l *library) noteSegment(name string) {
	if _, ok := l.classes[name]; !ok && path.Ext(name) != ".m3u8" && path.Ext(name) != ".vtt" {
		l.classes[name] = network.ClassSegment
	}
}

// class returns the class of a URL path.
func (l *library) class(urlPath string) network.Class {
	name := strings.TrimPrefix(path.Clean(urlPath), "/")
	if class, ok := l.classes[name]; ok {
		return class
	}
	switch strings.ToLower(path.Ext(name)) {
	case ".m3u8", ".m3u":
		return network.ClassPlaylist
	case ".key":
		return network.ClassKey
	case ".vtt", ".ttml", ".srt":
		return network.ClassSubtitle
	case ".jpg", ".jpeg", ".png":
		return network.ClassThumbnail
	case ".ts", ".m4s", ".mp4", ".m4v", ".m4a", ".mkv", ".webm", ".mp3", ".aac", ".ac3", ".mov", ".ogg", ".opus", ".flac", ".wav":
		return network.ClassSegment
	}
	return network.ClassOther
}

// contentTypes of what HLS is made of; the tables of an operating system are wrong about some of them.
var contentTypes = map[string]string{
	".m3u8": "application/vnd.apple.mpegurl", ".ts": "video/mp2t", ".m4s": "video/iso.segment", ".mp4": "video/mp4", ".m4a": "audio/mp4",
	".aac": "audio/aac", ".mp3": "audio/mpeg", ".vtt": "text/vtt; charset=utf-8", ".mkv": "video/matroska", ".webm": "video/webm",
	".json": "application/json",
}

// ServeHTTP answers with a playlist, a segment (encrypted where it is to be) or any other file, with Range support.
func (l *library) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "GET or HEAD", http.StatusMethodNotAllowed)
		return
	}
	name := strings.TrimPrefix(path.Clean(r.URL.Path), "/")
	if kind, ok := contentTypes[path.Ext(name)]; ok {
		w.Header().Set("Content-Type", kind)
	}
	if text, ok := l.playlists[name]; ok {
		http.ServeContent(w, r, name, l.started, bytes.NewReader(text))
		return
	}
	if l.fsys == nil {
		http.NotFound(w, r)
		return
	}
	if parts, ok := l.files[name]; ok {
		content, err := l.encrypted(name, parts)
		if err != nil {
			http.Error(w, "the segment cannot be read", http.StatusInternalServerError)
			return
		}
		http.ServeContent(w, r, name, l.started, bytes.NewReader(content))
		return
	}
	http.FileServerFS(l.fsys).ServeHTTP(w, r)
}

// encrypted returns a file as served: its parts, one after the other, each encrypted by itself.
func (l *library) encrypted(name string, parts []part) ([]byte, error) {
	file, err := fs.ReadFile(l.fsys, name)
	if err != nil {
		return nil, fmt.Errorf("read segment: %w", err)
	}
	var content []byte
	for _, p := range parts {
		end := int64(len(file))
		if p.length >= 0 {
			end = p.offset + p.length
		}
		if p.offset > end || end > int64(len(file)) {
			return nil, fmt.Errorf("read segment %s: %w", name, io.ErrUnexpectedEOF)
		}
		if p.clear {
			content = append(content, file[p.offset:end]...)
			continue
		}
		content = append(content, encrypt(file[p.offset:end], p.key, p.iv)...)
	}
	return content, nil
}

// resolve returns the path in the file system of a URI in a playlist; a URI of another origin gives a path that no file has.
func resolve(playlist, uri string) string {
	u, err := url.Parse(uri)
	if err != nil || u.IsAbs() || u.Host != "" {
		return ":" + uri
	}
	if strings.HasPrefix(u.Path, "/") {
		return strings.TrimPrefix(path.Clean(u.Path), "/")
	}
	return path.Join(path.Dir(playlist), u.Path)
}
