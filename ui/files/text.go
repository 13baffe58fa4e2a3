package files

import "latchkey/network/regular"

// maxText bounds a text file.
const maxText = 1 << 20

// ReadText returns what a small regular file holds.
func ReadText(name string) (string, error) {
	text, err := regular.Read(name, maxText)
	return string(text), err
}
