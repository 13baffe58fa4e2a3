// Package regular opens files that are files, whatever their names stand for: no folder, no pipe
// that nobody writes to, and no device without an end.
//
//	file, err := regular.Open(name)
//	text, err := regular.Read(name, 1<<20)
//
// What a name stands for is looked at once the file is open, so that nobody can exchange it in
// between. Opening never waits: pipes and devices are opened without blocking (O_NONBLOCK), and
// closed again.
package regular

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"
)

// Errors of Open, Read and Create. They are the Err of an *fs.PathError.
var (
	// ErrFolder is a folder.
	ErrFolder = errors.New("it is a folder and no file")
	// ErrNotRegular is a pipe, a socket or a device.
	ErrNotRegular = errors.New("it is a pipe or a device and no file")
	// ErrTooLarge is a file of more bytes than what is read may have.
	ErrTooLarge = errors.New("it is too large")
	// ErrNoReader is a pipe that nobody reads.
	ErrNoReader = errors.New("it is a pipe that nobody reads")
)

// Open opens a regular file for reading. The error wraps ErrFolder or ErrNotRegular for what is
// none.
func Open(name string) (*os.File, error) { return open(name, os.OpenFile) }

// OpenIn is Open in a folder.
func OpenIn(root *os.Root, name string) (*os.File, error) { return open(name, root.OpenFile) }

func open(name string, openFile func(string, int, fs.FileMode) (*os.File, error)) (*os.File, error) {
	file, err := openFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if errors.Is(err, syscall.ENXIO) { // a socket
		return nil, refuse(name, ErrNotRegular)
	}
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	switch {
	case err != nil:
	case info.IsDir():
		err = refuse(name, ErrFolder)
	case !info.Mode().IsRegular():
		err = refuse(name, ErrNotRegular)
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}

func refuse(name string, err error) error { return &fs.PathError{Op: "open", Path: name, Err: err} }

// Read returns what a regular file of limit bytes at most holds. The error wraps ErrTooLarge for a
// larger one, or is Open's.
func Read(name string, limit int64) ([]byte, error) {
	file, err := Open(name)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(file, limit+1))
	if err = errors.Join(err, file.Close()); err != nil {
		return nil, err
	}
	if int64(len(data)) > limit {
		return nil, &fs.PathError{Op: "read", Path: name, Err: fmt.Errorf("%w: more than %d bytes", ErrTooLarge, limit)}
	}
	return data, nil
}

// Create opens a file for writing, and empties it. It may be a pipe or a device, but never waits
// for a reader: the error wraps ErrNoReader for a pipe without one.
func Create(name string) (*os.File, error) {
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC|syscall.O_NONBLOCK, 0o666)
	if errors.Is(err, syscall.ENXIO) {
		return nil, refuse(name, ErrNoReader)
	}
	return file, err
}
