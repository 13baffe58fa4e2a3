package main

import (
	"errors"
	"fmt"
	"io"

	"latchkey/network/regular"
)

// standardOutput is the file name that stands for standard output.
const standardOutput = "-"

// openOutput opens the file that a flag names, for writing. standardOutput is stdout, which Close
// leaves open. A pipe that nobody reads is an error.
func openOutput(name string, stdout io.Writer) (io.WriteCloser, error) {
	if name == standardOutput {
		return keptOpen{stdout}, nil
	}
	file, err := regular.Create(name)
	if err != nil {
		return nil, unwritable(name, err)
	}
	return file, nil
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
	if err := errors.Join(write(out), out.Close()); err != nil {
		return unwritable(name, err)
	}
	return nil
}

// unwritable is what there is to say of a file that cannot be written.
func unwritable(name string, err error) error {
	if name == standardOutput {
		name = "standard output"
	}
	return &failure{code: codeUnwritable, message: fmt.Sprintf("%s cannot be written: %v.", name, cause(err))}
}
