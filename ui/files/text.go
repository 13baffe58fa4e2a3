package files

import (
	"errors"
	"fmt"
	"io"
	"os"
)

// maxText bounds a text file.
const maxText = 1 << 20

// ReadText returns what a small regular file holds.
func ReadText(name string) (string, error) {
	info, err := os.Stat(name)
	if err != nil {
		return "", err
	}
	if !info.Mode().IsRegular() || info.Size() > maxText {
		return "", fmt.Errorf("%s is no text file of 1 MiB at most", info.Name())
	}
	file, err := os.Open(name)
	if err != nil {
		return "", err
	}
	text, err := io.ReadAll(io.LimitReader(file, maxText))
	if err = errors.Join(err, file.Close()); err != nil {
		return "", err
	}
	return string(text), nil
}
