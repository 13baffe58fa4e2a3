package service

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"latchkey/network/regular"
)

// Limits on a folder.
const (
	maxProfiles = 200
	maxFiles    = 4 * maxProfiles // names that are looked at
	maxFile     = 256 << 10       // bytes; network.CheckTOML's
)

const (
	extension = ".toml"
	partial   = ".partial" // of a profile that is being written
)

// Errors of folders.
var (
	// ErrExists is a profile whose place another one of the same ID has, and differs.
	ErrExists = errors.New("another profile of this service is here already")
	// ErrFull is a folder that takes no more profiles.
	ErrFull = errors.New("there are too many services")
)

// Folder holds the profiles that a person trusts, each in a file ID.toml. Its methods block for as long as the disk does. They are safe for concurrent use, by
// several processes too: a profile is there whole or not at all.
type Folder struct {
	path string
}

// NewFolder returns the folder of that path, which need not exist yet. Nothing outside it is read or written: a symbolic link that leads out is a problem.
func NewFolder(path string) *Folder { return &Folder{path: path} }

// DefaultPath returns latchkey/services in the configuration directory: $XDG_CONFIG_HOME or ~/.config on Linux.
func DefaultPath() (string, error) {
	base, err := os.UserConfigDir()
	if err != nil {
		return "", fmt.Errorf("find the folder of services: %w", err)
	}
	return filepath.Join(base, "latchkey", "services"), nil
}

// Problem is a file of the folder that is no profile.
type Problem struct {
	File string // its name, as it may be shown
	Err  error
}

// List returns the profiles in the order of their names, and the files that are none: one that is bad hinders no other. A folder that does not exist is empty.
func (f *Folder) List() ([]*Profile, []Problem, error) {
	root, err := os.OpenRoot(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, fmt.Errorf("read the folder of services: %w", err)
	}
	defer root.Close()
	names, err := fileNames(root)
	if err != nil {
		return nil, nil, fmt.Errorf("read the folder of services: %w", err)
	}
	var profiles []*Profile
	var problems []Problem
	for _, name := range names {
		var p *Profile
		err := ErrFull
		if len(profiles) < maxProfiles {
			p, _, err = read(root, name)
		}
		if err != nil {
			problems = append(problems, Problem{File: fmt.Sprintf("%.100q", name), Err: err})
			continue
		}
		profiles = append(profiles, p)
	}
	slices.SortFunc(profiles, func(a, b *Profile) int {
		return strings.Compare(strings.ToLower(a.Name)+"\n"+a.ID, strings.ToLower(b.Name)+"\n"+b.ID)
	})
	return profiles, problems, nil
}

// fileNames returns the names of what should be profiles, in order.
func fileNames(root *os.Root) ([]string, error) {
	folder, err := root.Open(".")
	if err != nil {
		return nil, err
	}
	defer folder.Close()
	all, err := folder.Readdirnames(maxFiles)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	names := slices.DeleteFunc(all, func(name string) bool { return filepath.Ext(name) != extension })
	slices.Sort(names)
	return names, nil
}

// Get returns the profile of an ID. The error is ErrUnknownService if there is none, and ErrProfile if it is none that can be taken.
func (f *Folder) Get(id string) (*Profile, error) {
	if !idForm.MatchString(id) {
		return nil, fmt.Errorf("read profile: %w", ErrUnknownService)
	}
	root, err := os.OpenRoot(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("read profile %q: %w", id, ErrUnknownService)
	}
	if err != nil {
		return nil, fmt.Errorf("read profile %q: %w", id, err)
	}
	defer root.Close()
	p, _, err := read(root, id+extension)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("read profile %q: %w", id, ErrUnknownService)
	}
	if err != nil {
		return nil, fmt.Errorf("read profile %q: %w", id, err)
	}
	return p, nil
}

// read reads a profile of the folder, and its bytes.
func read(root *os.Root, name string) (*Profile, []byte, error) {
	p, data, err := readFile(func() (*os.File, error) { return regular.OpenIn(root, name) })
	if err != nil {
		return nil, nil, err
	}
	if p.ID+extension != name {
		return nil, nil, fmt.Errorf("%w: \"id\" is not the name of its file", ErrProfile)
	}
	return p, data, nil
}

// ReadFile reads a profile from a file that a person has opened (*.latchkey), and returns its bytes too, for Import. The error is ErrProfile for what is none.
func ReadFile(path string) (*Profile, []byte, error) {
	p, data, err := readFile(func() (*os.File, error) { return regular.Open(path) })
	if err != nil {
		return nil, nil, fmt.Errorf("read profile: %w", err)
	}
	return p, data, nil
}

func readFile(open func() (*os.File, error)) (*Profile, []byte, error) {
	file, err := open()
	if errors.Is(err, regular.ErrFolder) || errors.Is(err, regular.ErrNotRegular) {
		return nil, nil, fmt.Errorf("%w: it is no file", ErrProfile)
	}
	if err != nil {
		return nil, nil, err
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, maxFile+1))
	if err != nil {
		return nil, nil, err
	}
	p, err := Parse(data)
	if err != nil {
		return nil, nil, err
	}
	return p, data, nil
}
