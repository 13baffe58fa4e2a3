package main

import (
	"io"

	"latchkey/network"
	"latchkey/player/report"
)

// writeReport writes the report to the file that --report names, and nothing without a name.
func writeReport(r *report.Report, name string, stdout io.Writer) error {
	if name == "" {
		return nil
	}
	return writeOutput(name, stdout, r.WriteJSON)
}

// writeArchive writes the report's requests as an HTTP archive to the file that --har names, and nothing without a name.
func writeArchive(r *report.Report, name string, stdout io.Writer) error {
	if name == "" {
		return nil
	}
	return writeOutput(name, stdout, func(w io.Writer) error { return network.WriteHAR(w, r.Requests) })
}
