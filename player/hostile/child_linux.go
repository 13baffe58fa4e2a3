package hostile

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// The bounds that a player keeps for each input.
const (
	MaxPeak  = 1000 * 1000 * 1000 // bytes of memory that are resident at a time
	MaxTime  = 25 * time.Second   // from start to end
	MaxLeave = 2 * time.Second    // from SIGTERM to end
)

const (
	// childMemory bounds the address space of a child, so that the machine outlives it: the window
	// with a software renderer needs 3 GB of it, most of which is never resident.
	childMemory = 6_000_000_000
	// killAfter is how long after SIGTERM a child is killed.
	killAfter = 12 * time.Second
	// lookEvery is how often the memory of a child is read.
	lookEvery = 10 * time.Millisecond
	// maxErrors bounds what is kept of a child's standard error, in bytes.
	maxErrors = 256 << 10
)

// Command is a program to run under a limit.
type Command struct {
	Program     string
	Arguments   []string
	Environment []string
	Stop        bool // it is killed as soon as it takes more than MaxPeak
}

// Child is a running program. Its methods may be called from any goroutine.
type Child struct {
	// Done is closed when it has ended.
	Done chan struct{}

	command *exec.Cmd
	started time.Time
	floor   int64 // the peak of this process, which the kernel counts as the child's

	mu       sync.Mutex
	signaled time.Time
	outcome  Outcome
	errors   bytes.Buffer
}

// Outcome is what became of a child.
type Outcome struct {
	Peak    int64         // bytes resident at most
	Time    time.Duration // until it ended
	Told    bool          // it was sent SIGTERM
	Leave   time.Duration // from there to its end
	Killed  bool          // SIGTERM did not end it
	Signal  syscall.Signal
	Exit    int
	Errors  string // standard error, or its end
	Message string // the line that says why it ended
	Code    int    // and the code in it
}

// Start starts a program under a limit of memory, without core dumps.
func Start(ctx context.Context, c Command) (*Child, error) {
	limited := append([]string{"--as=" + strconv.Itoa(childMemory), "--core=0", "--", c.Program}, c.Arguments...)
	child := &Child{Done: make(chan struct{}), command: exec.CommandContext(ctx, "prlimit", limited...)}
	child.command.Env = c.Environment
	child.command.Stderr = (*childErrors)(child)
	// A fuzzing engine ends its workers without a word: no child may outlive them.
	child.command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	begun := make(chan error)
	go child.run(begun, c.Stop)
	if err := <-begun; err != nil {
		return nil, fmt.Errorf("start %s: %w", c.Program, err)
	}
	return child, nil
}

// run starts the program, waits for it and closes Done. It keeps its thread, whose end would end
// the child.
func (c *Child) run(begun chan<- error, kill bool) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	c.started = time.Now()
	err := c.command.Start()
	c.floor = peakOf(os.Getpid())
	begun <- err
	if err != nil {
		return
	}
	watched, stop := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(watched)
		c.watch(stop, kill)
	}()
	err = c.command.Wait()
	end := time.Now()
	close(stop)
	<-watched
	c.finish(end, err)
	close(c.Done)
}

// childErrors keeps the end of what a child writes.
type childErrors Child

// Write implements io.Writer.
func (c *childErrors) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.errors.Len() < maxErrors {
		c.errors.Write(p)
	} else { // the beginning has the reason of a crash, the end the message
		keep := c.errors.Bytes()
		copy(keep[maxErrors/2:], keep[maxErrors/2+min(len(p), maxErrors/4):])
		c.errors.Truncate(len(keep) - min(len(p), maxErrors/4))
		c.errors.Write(p[max(0, len(p)-maxErrors/4):])
	}
	return len(p), nil
}

// watch reads the peak of the child until stop, and kills what takes too much if it is to.
func (c *Child) watch(stop <-chan struct{}, kill bool) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		peak := peakOf(c.command.Process.Pid)
		c.mu.Lock()
		c.outcome.Peak = max(c.outcome.Peak, peak)
		c.mu.Unlock()
		if kill && peak >= MaxPeak {
			_ = c.command.Process.Kill() // one that has ended needs none
		}
		select {
		case <-tick.C:
		case <-stop:
			return
		}
	}
}

// peakOf is VmHWM of a process, or 0.
func peakOf(pid int) int64 {
	status, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	fields := strings.Fields(rest)
	if len(fields) == 0 {
		return 0
	}
	kib, err := strconv.ParseInt(fields[0], 10, 64)
	if err != nil {
		return 0
	}
	return kib << 10
}

// finish notes how the child ended.
func (c *Child) finish(end time.Time, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	o := &c.outcome
	o.Time = end.Sub(c.started)
	if !c.signaled.IsZero() {
		o.Leave = end.Sub(c.signaled)
	}
	state := c.command.ProcessState
	if usage, ok := state.SysUsage().(*syscall.Rusage); ok && usage.Maxrss<<10 > c.floor { // else it is this process's own
		o.Peak = max(o.Peak, usage.Maxrss<<10)
	}
	if status, ok := state.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		o.Signal = status.Signal()
	}
	o.Exit = state.ExitCode()
	o.Errors = c.errors.String()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		o.Errors += "\n" + err.Error()
	}
	o.Message, o.Code = message(o.Errors)
}

var codeOfMessage = regexp.MustCompile(`\(code ([0-9]+)\)\s*$`)

// message finds the last line that the program explains itself with.
func message(errors string) (line string, code int) {
	for l := range strings.Lines(errors) {
		if found := codeOfMessage.FindStringSubmatch(l); strings.HasPrefix(l, "latchkey: ") && found != nil {
			line = strings.TrimSpace(l)
			code, _ = strconv.Atoi(found[1]) // digits
		}
	}
	return line, code
}

// Terminate sends SIGTERM, and SIGKILL when that does not help.
func (c *Child) Terminate() {
	select {
	case <-c.Done:
		return
	default:
	}
	c.mu.Lock()
	if c.signaled.IsZero() {
		c.signaled, c.outcome.Told = time.Now(), true
		_ = c.command.Process.Signal(syscall.SIGTERM) // one that has ended needs none
	}
	c.mu.Unlock()
	kill := time.NewTimer(killAfter)
	defer kill.Stop()
	select {
	case <-c.Done:
	case <-kill.C:
		c.mu.Lock()
		c.outcome.Killed = true
		c.mu.Unlock()
		_ = c.command.Process.Kill()
		<-c.Done
	}
}

// Used is how much processor time the child has used, in all its threads.
func (c *Child) Used() time.Duration {
	const tick = 10 * time.Millisecond // USER_HZ is 100 on all that Linux runs on
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(c.command.Process.Pid) + "/stat")
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(stat), ") ") // the name before may hold anything
	fields := strings.Fields(rest)
	if len(fields) < 13 {
		return 0
	}
	user, _ := strconv.Atoi(fields[11]) // proc_pid_stat(5): utime is field 14 of all
	system, _ := strconv.Atoi(fields[12])
	return time.Duration(user+system) * tick
}

// Await waits until the child has ended, or tells it to after a while.
func (c *Child) Await(limit time.Duration) {
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case <-c.Done:
	case <-timer.C:
		c.Terminate()
	}
}

// Outcome is what became of it, or of its memory so far while it runs.
func (c *Child) Outcome() Outcome {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.outcome
}

// Run runs a program until it ends, or is told to after limit.
func Run(ctx context.Context, c Command, limit time.Duration) (Outcome, error) {
	child, err := Start(ctx, c)
	if err != nil {
		return Outcome{}, err
	}
	child.Await(limit)
	return child.Outcome(), nil
}

// exits are the exit codes that say what was wrong with a resource, and that all went well.
var exits = []int{0, 3, 4, 5, 6, 7}

// crashes are what a program writes that has lost control of itself.
var crashes = []string{"panic:", "fatal error:", "goroutine ", "SIGSEGV", "SIGABRT", "runtime error", "AddressSanitizer", "Assertion "}

// codeInternal is the code of an error that nobody foresaw.
const codeInternal = 9001

// Broken says which bounds were broken. may says that the child may be told to end.
func (o Outcome) Broken(may bool) []string {
	var broken []string
	if o.Peak >= MaxPeak {
		broken = append(broken, fmt.Sprintf("took %d MB", o.Peak/1e6))
	}
	for _, text := range crashes {
		if strings.Contains(o.Errors, text) {
			broken = append(broken, "wrote "+text)
			break
		}
	}
	switch {
	case o.Killed:
		broken = append(broken, "did not end on SIGTERM")
	case o.Told && o.Leave > MaxLeave:
		broken = append(broken, fmt.Sprintf("ended %.1f s after SIGTERM", o.Leave.Seconds()))
	case o.Signal != 0 && !o.Told:
		broken = append(broken, fmt.Sprintf("ended by signal %d", o.Signal))
	}
	if o.Told && !may {
		broken = append(broken, "did not end by itself")
	}
	if !o.Told && o.Signal == 0 && !slices.Contains(exits, o.Exit) {
		broken = append(broken, fmt.Sprintf("exit code %d", o.Exit))
	}
	if o.Code == codeInternal {
		broken = append(broken, "code 9001")
	}
	if !o.Told && o.Signal == 0 && o.Exit != 0 && o.Message == "" {
		broken = append(broken, "said nothing")
	}
	return broken
}
