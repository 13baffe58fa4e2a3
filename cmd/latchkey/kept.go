package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"latchkey/network/regular"
	"latchkey/ui/history"
)

// maxKeptFile is how much of a kept file is read.
const maxKeptFile = 64 << 10

// keptFile is a small JSON file beside the history. The zero value keeps nothing, as for the demo.
type keptFile struct {
	path string
}

// read takes in what the file has. Without a file into stays as it is.
func (k keptFile) read(into any) error {
	if k.path == "" {
		return nil
	}
	data, err := regular.Read(k.path, maxKeptFile)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return json.Unmarshal(data, into)
}

// write replaces the file.
func (k keptFile) write(what any) error {
	if k.path == "" {
		return nil
	}
	data, err := json.MarshalIndent(what, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(k.path), 0o700); err != nil {
		return err
	}
	return history.ReplaceFile(k.path, append(data, '\n'))
}

// kept is what is kept beside the history from one start to the next. The zero value keeps nothing.
type kept struct {
	networks networks
	settings settings
}

// openKept returns what is kept.
func openKept() (kept, error) {
	path, err := history.DefaultPath()
	if err != nil {
		return kept{}, err
	}
	beside := func(name string) keptFile { return keptFile{filepath.Join(filepath.Dir(path), name)} }
	return kept{networks: networks{file: beside("networks.json"), now: time.Now}, settings: settings{file: beside("settings.json")}}, nil
}

// settingsSchema names the form of the file that keeps what a person has chosen.
const settingsSchema = "latchkey.settings/1"

// settings keeps what a person has chosen in the window.
type settings struct {
	file keptFile
}

// chosen is what a person can choose for good.
type chosen struct {
	Schema  string `json:"schema"`
	Advance bool   `json:"next_plays_by_itself"`
}

// read returns what was chosen. A file of another form is as none.
func (s settings) read() chosen {
	var c chosen
	if err := s.file.read(&c); err != nil || c.Schema != settingsSchema {
		return chosen{}
	}
	return c
}

// keep notes what was chosen.
func (s settings) keep(c chosen) error {
	c.Schema = settingsSchema
	if err := s.file.write(c); err != nil {
		return fmt.Errorf("keep the settings: %w", err)
	}
	return nil
}
