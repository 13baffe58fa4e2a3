// Command latchkey is a media player for people who sign in before they watch.
//
//	latchkey [flags] [URL | FILE | LINK] the window
//	latchkey demo                      an embedded service on loopback
//	latchkey probe [flags] URL|FILE    plays without a window and prints a report
//	latchkey playlist URL|FILE         prints a playlist as JSON
//	latchkey version                   versions and licences
//
// This package reads flags and wires the packages below; exit codes are in exit.go, and how the
// process ends in ending.go.
package main

import (
	"context"
	"io"
	"log"
	"os"
)

func main() {
	// Signals come first: from here on each of them ends the process in time and with its exit code.
	end := newEnding(os.Stderr, os.Exit)
	ctx := end.notify(context.Background())
	log.SetOutput(io.Discard) // net/http quotes servers to it
	secureProcess()
	limitMemory()
	end.finish(newRoot(os.Stdout, os.Stderr).ExecuteContext(ctx))
}
