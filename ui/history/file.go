package history

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"latchkey/network/regular"
)

// Limits on the file.
const (
	maxFile   = 4 << 20 // bytes
	maxTitles = 5000    // the newest stay
	maxAhead  = 24 * time.Hour
)

const (
	schema  = "latchkey.history/1"
	damaged = ".damaged" // of the last file that could not be read
)

// errDamaged stands for what is wrong with a file, so that none of its text gets into a message.
var errDamaged = errors.New("the history cannot be read")

// document is the file's JSON.
type document struct {
	Schema string          `json:"schema"`
	Titles map[Key]written `json:"titles"`
}

// written is a Mark in the file.
type written struct {
	Position float64   `json:"position_s"`
	Duration float64   `json:"duration_s"`
	Watched  bool      `json:"watched,omitempty"`
	At       time.Time `json:"at"`
}

// DefaultPath returns latchkey/history.json in the folder for a user's state: $XDG_STATE_HOME or ~/.local/state on Linux.
func DefaultPath() (string, error) {
	base := os.Getenv("XDG_STATE_HOME")
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		folder, err := os.UserConfigDir()
		if err != nil {
			return "", fmt.Errorf("find the folder for the history: %w", err)
		}
		base = folder
	}
	if !filepath.IsAbs(base) { // XDG Base Directory Specification: a relative path is to be ignored
		home, err := os.UserHomeDir()
		if err != nil {
			return "", fmt.Errorf("find the folder for the history: %w", err)
		}
		base = filepath.Join(home, ".local", "state")
	}
	return filepath.Join(base, "latchkey", "history.json"), nil
}

// read returns the marks of a file, none if there is no file. The error is errDamaged if its content is not what it should be.
func read(path string, now time.Time) (map[Key]Mark, error) {
	data, err := regular.Read(path, maxFile)
	if errors.Is(err, os.ErrNotExist) {
		return map[Key]Mark{}, nil
	}
	if errors.Is(err, regular.ErrTooLarge) {
		return nil, errDamaged
	}
	if err != nil {
		return nil, err
	}
	return parse(data, now)
}

// parse reads a file's bytes. Marks that say what cannot be are left out, and none is of the future, where it would outlast all others.
func parse(data []byte, now time.Time) (map[Key]Mark, error) {
	var d document
	if len(data) > maxFile || json.Unmarshal(data, &d) != nil || d.Schema != schema {
		return nil, errDamaged
	}
	marks := make(map[Key]Mark, len(d.Titles))
	for key, w := range d.Titles {
		position, ok := seconds(w.Position)
		duration, fine := seconds(w.Duration)
		if !ok || !fine || !key.valid() || w.At.After(now.Add(maxAhead)) {
			continue
		}
		marks[key] = Mark{Position: position, Duration: duration, Watched: w.Watched, At: w.At}
	}
	return newest(marks), nil
}

func seconds(s float64) (time.Duration, bool) {
	if s < 0 || s > maxDuration.Seconds() {
		return 0, false
	}
	return time.Duration(s * float64(time.Second)).Round(time.Millisecond), true
}

// newest returns the marks without those that are too many, the oldest.
func newest(marks map[Key]Mark) map[Key]Mark {
	if len(marks) <= maxTitles {
		return marks
	}
	keys := make([]Key, 0, len(marks))
	for key := range marks {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, func(a, b Key) int {
		if c := marks[b].At.Compare(marks[a].At); c != 0 {
			return c
		}
		return strings.Compare(string(a), string(b))
	})
	for _, key := range keys[maxTitles:] {
		delete(marks, key)
	}
	return marks
}

// merge returns the newer mark of each title. What was seen to the end once stays so.
func merge(a, b map[Key]Mark) map[Key]Mark {
	all := make(map[Key]Mark, max(len(a), len(b)))
	for _, marks := range []map[Key]Mark{a, b} {
		for key, m := range marks {
			old, ok := all[key]
			watched := m.Watched || old.Watched
			if ok && !m.At.After(old.At) {
				m = old
			}
			m.Watched = watched
			all[key] = m
		}
	}
	return newest(all)
}

// write replaces a file by the marks, whole or not at all.
func write(path string, marks map[Key]Mark) error {
	d := document{Schema: schema, Titles: make(map[Key]written, len(marks))}
	for key, m := range marks {
		d.Titles[key] = written{Position: m.Position.Seconds(), Duration: m.Duration.Seconds(), Watched: m.Watched, At: m.At.UTC().Truncate(time.Second)}
	}
	var text bytes.Buffer
	if err := json.NewEncoder(&text).Encode(d); err != nil {
		return err
	}
	return ReplaceFile(path, text.Bytes())
}

// ReplaceFile writes a file that its user alone can read, whole or not at all, in the place of the one that is there. The folder must be there.
func ReplaceFile(path string, data []byte) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*.partial")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	_, err = f.Write(data)
	err = errors.Join(err, f.Sync(), f.Close())
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
