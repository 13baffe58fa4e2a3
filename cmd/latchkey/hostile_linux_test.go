package main_test

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/player/hostile"
)

const (
	// hostileAtOnce is how many children run at a time: each may take hostile's limit of memory.
	hostileAtOnce = 2
	// signalAfter is how much processor time a child has used when SIGTERM comes, in the middle of
	// opening or playing: its start needs a quarter of that. One that uses less gets it after
	// signalWait.
	signalAfter = 800 * time.Millisecond
	signalWait  = 3 * time.Second
	// watchTime is how long a window is watched that shows no failure and opens nothing any more.
	watchTime = 6 * time.Second
	// gateWait is how long the gate plays what may go on, before SIGTERM.
	gateWait = 6 * time.Second
)

// mode is a way in which an input is opened.
type mode string

const (
	modeProbe    mode = "probe"
	modeRealtime mode = "realtime"
	modeWindow   mode = "window"
	modeSignal   mode = "signal" // probe --realtime, which SIGTERM ends
)

// hostileRow is a line of the table of measurements.
type hostileRow struct {
	input   hostile.Input
	bytes   int64
	mode    mode
	outcome hostile.Outcome
	broken  []string
}

// hostileTable collects rows. Safe for concurrent use.
type hostileTable struct {
	mu   sync.Mutex
	rows []hostileRow
}

// add adds a row, and writes it, its cells separated by tabs, to the end of the file that
// LATCHKEY_HOSTILE_TABLE names.
func (h *hostileTable) add(t *testing.T, row hostileRow) {
	t.Helper()
	h.mu.Lock()
	defer h.mu.Unlock()
	h.rows = append(h.rows, row)
	name := os.Getenv("LATCHKEY_HOSTILE_TABLE")
	if name == "" {
		return
	}
	file, err := os.OpenFile(name, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	require.NoError(t, err)
	_, err = fmt.Fprintln(file, strings.Join(row.cells(), "\t"))
	require.NoError(t, err)
	require.NoError(t, file.Close())
}

// cells are the columns of a row: input, bytes, mode, peak in MB, seconds, seconds from SIGTERM to
// the end, exit code, result, and the program's own sentence.
func (r hostileRow) cells() []string {
	result := cmp.Or(strings.Join(r.broken, ", "), "ok")
	leave := "-"
	if r.outcome.Told {
		leave = fmt.Sprintf("%.1f", r.outcome.Leave.Seconds())
	}
	return []string{r.input.String(), fmt.Sprint(r.bytes), string(r.mode), fmt.Sprint(r.outcome.Peak / 1e6),
		fmt.Sprintf("%.1f", r.outcome.Time.Seconds()), leave, fmt.Sprint(r.outcome.Exit), result, r.outcome.Message}
}

// report prints the table.
func (h *hostileTable) report(t *testing.T) {
	t.Helper()
	h.mu.Lock()
	defer h.mu.Unlock()
	var shown strings.Builder
	columns := tabwriter.NewWriter(&shown, 0, 8, 2, ' ', 0)
	fmt.Fprintln(columns, "input\tbytes\tmode\tpeak MB\ts\tSIGTERM s\texit\tresult")
	slices.SortStableFunc(h.rows, func(a, b hostileRow) int { return strings.Compare(a.input.String(), b.input.String()) })
	for _, r := range h.rows {
		cells := r.cells()
		fmt.Fprintln(columns, strings.Join(cells[:len(cells)-1], "\t"))
	}
	require.NoError(t, columns.Flush())
	t.Logf("\n%s", shown.String())
}

// hostileModes are the modes in which the n-th input runs: the gate opens one of four, and in one
// way; LATCHKEY_HOSTILE=all, as make hostile says, opens each in all ways, and a list of modes in
// these.
func hostileModes(n int) []mode {
	every := []mode{modeProbe, modeRealtime, modeWindow, modeSignal}
	switch wanted := os.Getenv("LATCHKEY_HOSTILE"); {
	case wanted == "all":
		return every
	case wanted != "":
		return slices.DeleteFunc(every, func(m mode) bool { return !slices.Contains(strings.Split(wanted, ","), string(m)) })
	}
	if n%4 != 0 {
		return nil
	}
	return []mode{[]mode{modeProbe, modeRealtime, modeProbe, modeSignal, modeProbe, modeWindow}[n/4%6]}
}

// inGate says whether the bounds are checked and nothing is measured beyond them.
func inGate() bool { return os.Getenv("LATCHKEY_HOSTILE") == "" }

// hostileProgram is the program that is measured: the built one, or that which
// LATCHKEY_HOSTILE_PROGRAM names.
func hostileProgram(t *testing.T) string {
	t.Helper()
	if name := os.Getenv("LATCHKEY_HOSTILE_PROGRAM"); name != "" {
		return name
	}
	return program(t)
}

// TestHostile opens what tries to take the player down: it stays below the bounds of memory and
// time, ends by itself with a sentence and when it is told to. Serial: memory and time are its
// point.
func TestHostile(t *testing.T) {
	latchkey := hostileProgram(t)
	desktops := make(chan *desktop, hostileAtOnce)
	for range hostileAtOnce {
		desktops <- newSilentDesktop(t, 640, 480)
	}
	table := new(hostileTable)
	t.Cleanup(func() { table.report(t) })
	for n, input := range hostile.Inputs() {
		if len(hostileModes(n)) == 0 {
			continue
		}
		t.Run(input.String(), func(t *testing.T) {
			t.Parallel()
			d := <-desktops
			defer func() { desktops <- d }()
			folder := t.TempDir()
			opened, err := hostile.Open(input, folder)
			require.NoError(t, err)
			defer func() { require.NoError(t, opened.Close()) }()
			for _, m := range hostileModes(n) {
				row := hostileRow{input: input, bytes: opened.Bytes, mode: m}
				row.outcome, row.broken = runHostile(t, d, latchkey, m, input, opened)
				table.add(t, row)
				assert.Empty(t, row.broken, "%s of %d bytes as %s: %d MB in %.1f s\n%s", input, row.bytes, m, row.outcome.Peak/1e6,
					row.outcome.Time.Seconds(), excerptOf(row.outcome.Errors))
			}
		})
	}
}

// excerptOf is the beginning of what a program wrote.
func excerptOf(errors string) string {
	const most = 1500
	return errors[:min(len(errors), most)]
}

// runHostile opens an input in one mode.
func runHostile(t *testing.T, d *desktop, latchkey string, m mode, input hostile.Input, opened *hostile.Opened) (hostile.Outcome, []string) {
	t.Helper()
	ctx := t.Context()
	probe := append([]string{"probe", "--report", os.DevNull}, opened.Arguments...)
	if input.Cues {
		probe = slices.Insert(probe, 1, "--cues", os.DevNull)
	}
	command := hostile.Command{Program: latchkey, Arguments: probe, Environment: d.environment(), Stop: inGate()}
	limit, may := hostile.MaxTime, input.Waits
	if may && inGate() {
		limit = gateWait
	}
	switch m {
	case modeWindow:
		return watchHostile(ctx, t, d, latchkey, input, opened)
	case modeSignal:
		command.Arguments = slices.Insert(slices.Clone(probe), 1, "--realtime")
		return interruptHostile(ctx, t, command)
	case modeRealtime:
		command.Arguments = slices.Insert(slices.Clone(probe), 1, "--realtime")
	}
	outcome, err := hostile.Run(ctx, command, limit)
	require.NoError(t, err)
	return outcome, outcome.Broken(may)
}

// interruptHostile runs a program and ends it in the middle.
func interruptHostile(ctx context.Context, t *testing.T, command hostile.Command) (hostile.Outcome, []string) {
	t.Helper()
	child, err := hostile.Start(ctx, command)
	require.NoError(t, err)
	limited, cancel := context.WithTimeout(ctx, signalWait)
	defer cancel()
	_ = every(limited, lookEvery, func() (bool, error) { // its end is the other reason to go on
		select {
		case <-child.Done:
			return true, nil
		default:
			return child.Used() > signalAfter, nil
		}
	})
	child.Terminate()
	outcome := child.Outcome()
	return outcome, outcome.Broken(true)
}

// watchHostile opens an input in a window, watches it until it has failed or plays, and ends it.
func watchHostile(ctx context.Context, t *testing.T, d *desktop, latchkey string, input hostile.Input, opened *hostile.Opened) (hostile.Outcome, []string) {
	t.Helper()
	result := filepath.Join(t.TempDir(), "report.json")
	child, err := hostile.Start(ctx, hostile.Command{Program: latchkey, Environment: d.environment(), Stop: inGate(),
		Arguments: append([]string{"--ao", "null", "--report", result}, opened.Arguments...)})
	require.NoError(t, err)
	limited, cancel := context.WithTimeout(ctx, hostile.MaxTime)
	defer cancel()
	begin, drawn, opening := time.Now(), false, false
	_ = every(limited, lookEvery, func() (bool, error) { // its end is no error: what was seen then counts
		select {
		case <-child.Done:
			return true, nil
		default:
		}
		shot, err := d.screenshot()
		if err != nil {
			return false, err
		}
		opening = lookOpening.in(shot)
		drawn = drawn || opening || shows(shot)
		return lookFailed.in(shot) || drawn && time.Since(begin) > watchTime && (!opening || input.Waits), nil
	})
	var broken []string
	select {
	case <-child.Done:
		broken = append(broken, "the window closed")
	default:
		if !drawn {
			broken = append(broken, "the window shows nothing")
		} else if opening && !input.Waits {
			broken = append(broken, "the window still opens")
		}
	}
	child.Terminate()
	outcome := child.Outcome()
	if text, err := os.ReadFile(result); err == nil {
		var r report
		if json.Unmarshal(text, &r) == nil && r.Error != nil {
			outcome.Code = r.Error.Code
		}
	}
	return outcome, append(broken, outcome.Broken(true)...)
}

// shows says whether a program has drawn on the screen: it has more than one colour.
func shows(shot *image.RGBA) bool {
	first := shot.Pix[:4]
	for i := 4; i+4 <= len(shot.Pix); i += 4 {
		if !slices.Equal(shot.Pix[i:i+4], first) {
			return true
		}
	}
	return false
}
