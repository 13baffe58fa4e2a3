package main

import (
	"errors"
	"io"
	"os"

	"latchkey/network"
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
	return writeFile(name, r.WriteJSON)
}

// writeArchive writes the report's requests as an HTTP archive to the file that --har names, and nothing without a name.
func writeArchive(r *report.Report, name string) error {
	if name == "" {
		return nil
	}
	return writeFile(name, func(w io.Writer) error { return network.WriteHAR(w, r.Requests) })
}

func writeFile(name string, write func(io.Writer) error) error {
	file, err := os.Create(name)
	if err != nil {
		return err
	}
	return errors.Join(write(file), file.Close())
}
