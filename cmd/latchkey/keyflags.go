package main

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/pflag"

	"latchkey/drm"
)

// keyFlags are the keys that a person has for encrypted samples.
type keyFlags struct {
	keys []string
}

func (f *keyFlags) add(set *pflag.FlagSet) {
	set.StringArrayVar(&f.keys, "key", nil, "a key `KID:KEY`, both in hexadecimal, for samples that name it (cenc, cbcs); may be repeated; @FILE reads them from a file, one a line")
}

// parse returns the keys. Its errors name positions and never values.
func (f *keyFlags) parse() ([]drm.IdentifiedKey, error) {
	var keys []drm.IdentifiedKey
	for i, flag := range f.keys {
		lines := flag
		if name, isFile := strings.CutPrefix(flag, "@"); isFile {
			text, err := readFlagFile("--key", name)
			if err != nil {
				return nil, usagef("key %d: %w", i+1, err)
			}
			lines = text
		}
		for line := range strings.Lines(lines) {
			if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
				continue
			}
			key, err := parseKey(line)
			if err != nil {
				return nil, &usageError{fmt.Errorf("key %d: %w", i+1, err)}
			}
			keys = append(keys, key)
		}
	}
	return keys, nil
}

var errKeyForm = errors.New("KID:KEY is the form, 32 hexadecimal digits each")

// parseKey reads KID:KEY.
func parseKey(text string) (drm.IdentifiedKey, error) {
	name, digits, _ := strings.Cut(text, ":")
	id, err := drm.ParseKeyID(strings.TrimSpace(name))
	if err != nil {
		return drm.IdentifiedKey{}, errKeyForm
	}
	b, err := hex.DecodeString(strings.TrimSpace(digits)) // its error would quote a digit
	if err != nil || len(b) != len(id) {
		return drm.IdentifiedKey{}, errKeyForm
	}
	defer clear(b)
	key, err := drm.NewKey(b)
	return drm.IdentifiedKey{ID: id, Key: key}, err
}
