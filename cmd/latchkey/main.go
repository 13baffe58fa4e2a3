// Command latchkey is a media player for people who sign in before they watch.
//
//	latchkey [flags] [URL | FILE | LINK] the window
//	latchkey demo                      an embedded service on loopback
//	latchkey probe [flags] URL|FILE    plays without a window and prints a report
//	latchkey playlist URL|FILE         prints a playlist as JSON
//	latchkey version                   versions and licences
//
// This package reads flags and wires the packages below; exit codes are in exit.go.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := newRoot(os.Stdout, os.Stderr).ExecuteContext(ctx)
	interrupted := ctx.Err() != nil
	stop()
	os.Exit(exit(err, interrupted, os.Stderr))
}
