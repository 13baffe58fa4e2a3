package main

import (
	"errors"
	"io"
	"os"

	"latchkey/player/report"
)

// writeReport writes the report to the file that --report names; "-" is standard output, and an empty
// name nothing.
func writeReport(r *report.Report, name string, stdout io.Writer) error {
	switch name {
	case "":
		return nil
	case "-":
		return r.WriteJSON(stdout)
	}
	file, err := os.Create(name)
	if err != nil {
		return err
	}
	return errors.Join(r.WriteJSON(file), file.Close())
}
