package service

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
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
	info, err := root.Stat(name) // before it is opened: opening a pipe would wait for somebody to write to it
	if err != nil {
		return nil, nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, nil, fmt.Errorf("%w: it is no file", ErrProfile)
	}
	file, err := root.Open(name)
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
	if p.ID+extension != name {
		return nil, nil, fmt.Errorf("%w: \"id\" is not the name of its file", ErrProfile)
	}
	return p, data, nil
}

// Import puts a profile that a person has agreed to into the folder, which it makes if need be. When it returns nil the profile outlives a crash as far as the
// system can promise that; when it fails, what was there is there still. A profile of the same ID is replaced only if replace says so; otherwise the error is ErrExists,
// but for one of the same bytes. The error is ErrProfile for data that is none, and ErrFull when there are too many.
func (f *Folder) Import(data []byte, replace bool) (*Profile, error) {
	p, err := Parse(data)
	if err != nil {
		return nil, err
	}
	if err := f.put(p.ID+extension, data, replace); err != nil {
		return nil, fmt.Errorf("keep profile %q: %w", p.ID, err)
	}
	return p, nil
}

func (f *Folder) put(name string, data []byte, replace bool) error {
	if err := os.MkdirAll(f.path, 0o700); err != nil {
		return err
	}
	root, err := os.OpenRoot(f.path)
	if err != nil {
		return err
	}
	defer root.Close()
	_, before, err := read(root, name)
	if err == nil && bytes.Equal(before, data) {
		return nil
	}
	names, err := fileNames(root)
	if err != nil {
		return err
	}
	if len(names) >= maxProfiles && !slices.Contains(names, name) {
		return ErrFull
	}
	temporary := "." + randomName() + partial
	if err := write(root, temporary, data); err != nil {
		return errors.Join(err, discard(root, temporary))
	}
	if replace {
		err = root.Rename(temporary, name)
	} else {
		err = settle(root, temporary, name)
	}
	if err := errors.Join(err, discard(root, temporary)); err != nil {
		return err
	}
	return syncFolder(root)
}

// settle gives a file its name if nothing has it. A link is made only where there is nothing, whoever else is at it; file systems without links have to do with
// a look before.
func settle(root *os.Root, temporary, name string) error {
	linked := root.Link(temporary, name)
	if linked == nil {
		return nil
	}
	if _, err := root.Lstat(name); !errors.Is(err, fs.ErrNotExist) {
		return ErrExists
	}
	return root.Rename(temporary, name)
}

func randomName() string {
	b := make([]byte, 8)
	_, _ = rand.Read(b) // never fails
	return hex.EncodeToString(b)
}

// write makes a file that outlives a crash.
func write(root *os.Root, name string, data []byte) error {
	file, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(data)
	return errors.Join(err, file.Sync(), file.Close())
}

// discard removes a file that may have been renamed.
func discard(root *os.Root, name string) error {
	if err := root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// syncFolder makes a new name outlive a crash, where the system can do that.
func syncFolder(root *os.Root) error {
	folder, err := root.Open(".")
	if err != nil {
		return err
	}
	_ = folder.Sync() // some file systems cannot, and the profile is there all the same
	return folder.Close()
}

// Remove takes a profile out of the folder, whether or not it can be read. The error is ErrUnknownService if there is none.
func (f *Folder) Remove(id string) error {
	if !idForm.MatchString(id) {
		return fmt.Errorf("remove profile: %w", ErrUnknownService)
	}
	root, err := os.OpenRoot(f.path)
	if err == nil {
		defer root.Close()
		err = root.Remove(id + extension)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove profile %q: %w", id, ErrUnknownService)
	}
	if err != nil {
		return fmt.Errorf("remove profile %q: %w", id, err)
	}
	return syncFolder(root)
}
