package service

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
)

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
