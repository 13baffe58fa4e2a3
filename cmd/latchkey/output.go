package main

import (
	"errors"
	"io"
	"os"
)

// standardOutput is the file name that stands for standard output.
const standardOutput = "-"

// openOutput opens the file that a flag names, for writing. standardOutput is stdout, which Close
// leaves open.
func openOutput(name string, stdout io.Writer) (io.WriteCloser, error) {
	if name == standardOutput {
		return keptOpen{stdout}, nil
	}
	return os.Create(name)
}

// keptOpen is a writer that belongs to someone else.
type keptOpen struct{ io.Writer }

// Close implements io.Closer.
func (keptOpen) Close() error { return nil }

// writeOutput writes to the file that a flag names.
func writeOutput(name string, stdout io.Writer, write func(io.Writer) error) error {
	out, err := openOutput(name, stdout)
	if err != nil {
		return err
	}
	return errors.Join(write(out), out.Close())
}
