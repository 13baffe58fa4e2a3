package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"latchkey/player"
)

// progress shows how far a probe is, on a terminal. Nil shows nothing.
type progress struct {
	out  io.Writer
	last time.Time
}

// newProgress returns a progress on out when that is terminal's, and terminal is one.
func newProgress(terminal *os.File, out io.Writer) *progress {
	info, err := terminal.Stat()
	if out != io.Writer(terminal) || err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return nil
	}
	return &progress{out: out}
}

// show writes a line over the last one, a few times a second.
func (p *progress) show(s player.Snapshot) {
	if p == nil || time.Since(p.last) < 200*time.Millisecond {
		return
	}
	p.last = time.Now()
	// What cannot be shown is not missed.
	_, _ = fmt.Fprintf(p.out, "\r%-12s %v of %v, %d pictures ", s.State, s.Position.Round(100*time.Millisecond),
		s.Duration.Round(100*time.Millisecond), s.Stats.Frames.Decoded)
}

// end leaves the line.
func (p *progress) end() {
	if p != nil && !p.last.IsZero() {
		_, _ = fmt.Fprintln(p.out)
	}
}
