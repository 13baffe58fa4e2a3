package main_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// endGrace is how long a program that was asked to end may take before it is killed.
const endGrace = 10 * time.Second

// built is the program, made once for all tests of this package, in bin/e2e at the top of the module.
var built struct {
	once   sync.Once
	output []byte
	err    error
}

// program returns the path of the built program.
func program(t testing.TB) string {
	t.Helper()
	file := filepath.Join(moduleRoot(t), "bin", "e2e", "latchkey")
	built.once.Do(func() {
		// Not of one test: whichever comes first builds for all.
		command := exec.CommandContext(context.WithoutCancel(t.Context()), "go", "build", "-o", file, "latchkey/cmd/latchkey")
		built.output, built.err = command.CombinedOutput()
	})
	require.NoError(t, built.err, "%s", built.output)
	return file
}

// running is a started Latchkey.
type running struct {
	done   chan struct{} // closed when it has ended
	code   int           // its exit code, once done is closed
	stdout bytes.Buffer  // likewise
	stderr transcript    // at any time

	process *os.Process
}

// transcript is what a program has said so far; it may be read while the program runs.
type transcript struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write implements io.Writer.
func (t *transcript) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.text.Write(p)
}

// String implements fmt.Stringer.
func (t *transcript) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.text.String()
}

// start runs the program. It ends with ctx or the test, whichever is first, and is always waited for.
func start(ctx context.Context, t *testing.T, environment []string, arguments ...string) *running {
	t.Helper()
	return startFile(ctx, t, program(t), environment, arguments...)
}

// startFile is start for a program of another file.
func startFile(ctx context.Context, t *testing.T, file string, environment []string, arguments ...string) *running {
	t.Helper()
	r := new(running)
	r.begin(ctx, t, file, &r.stdout, environment, arguments...)
	return r
}

// startTo is startFile for a program whose standard output is elsewhere.
func startTo(ctx context.Context, t *testing.T, file string, stdout io.Writer, environment []string, arguments ...string) *running {
	t.Helper()
	r := new(running)
	r.begin(ctx, t, file, stdout, environment, arguments...)
	return r
}

func (r *running) begin(ctx context.Context, t *testing.T, file string, stdout io.Writer, environment []string, arguments ...string) {
	t.Helper()
	command := exec.CommandContext(ctx, file, arguments...)
	command.Env = environment
	command.Cancel = func() error { return command.Process.Signal(syscall.SIGTERM) }
	command.WaitDelay = endGrace
	r.done = make(chan struct{})
	command.Stdout, command.Stderr = stdout, &r.stderr
	require.NoError(t, command.Start())
	r.process = command.Process
	go func() {
		defer close(r.done)
		_ = command.Wait() // the exit code says it
		r.code = command.ProcessState.ExitCode()
	}()
	t.Cleanup(func() { <-r.done })
}

// wait returns when the program has ended by itself; the context's end before that fails the test.
func (r *running) wait(ctx context.Context, t *testing.T) {
	t.Helper()
	<-r.done // ctx ends the program too
	require.NoError(t, ctx.Err(), "latchkey did not end\n%s", r.stderr.String())
	assert.NotContains(t, r.stderr.String(), "panic:")
	assert.NotContains(t, r.stderr.String(), "goroutine ")
}

// complaint returns the line that the program ended with: "latchkey: SENTENCE (code CODE)".
func (r *running) complaint() string {
	line := ""
	for l := range strings.Lines(r.stderr.String()) {
		if strings.HasPrefix(l, "latchkey: ") {
			line = strings.TrimSpace(l)
		}
	}
	return line
}

// report is what the tests read of the report, schema latchkey.report/1.
type report struct {
	Schema string `json:"schema"`
	Result string `json:"result"`
	Error  *struct {
		Code     int    `json:"code"`
		Category string `json:"category"`
	} `json:"error"`
	Frames struct {
		Decoded int `json:"decoded"`
		Shown   int `json:"shown"`
		Dropped int `json:"dropped"`
	} `json:"frames"`
	Keys []struct {
		Method, Scheme string
		Format         string `json:"key_format"`
		Keys           int
	} `json:"keys"`
	Requests []struct {
		N       int      `json:"n"`
		Class   string   `json:"class"`
		URL     string   `json:"url"`
		Status  int      `json:"status"`
		Cookies []string `json:"cookies"`
	} `json:"requests"`
}

func readReport(t testing.TB, file string) report {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	var r report
	require.NoError(t, json.Unmarshal(text, &r))
	require.Equal(t, "latchkey.report/1", r.Schema)
	return r
}

// classes counts the requests of the report by class.
func (r report) classes() map[string]int {
	count := make(map[string]int)
	for _, request := range r.Requests {
		count[request.Class]++
	}
	return count
}

// assertAbsent fails when a secret stands in what a program printed or in a file that it left.
func assertAbsent(t *testing.T, secret string, r *running, folders ...string) {
	t.Helper()
	for name, stream := range map[string]fmt.Stringer{"output": &r.stdout, "error": &r.stderr} {
		shown := strings.Contains(stream.String(), secret) // an assertion on the text itself would print it
		assert.False(t, shown, "standard %s shows the secret", name)
	}
	for _, folder := range folders {
		require.NoError(t, filepath.WalkDir(folder, func(name string, entry fs.DirEntry, err error) error {
			if err != nil || !entry.Type().IsRegular() {
				return err
			}
			content, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			holds := bytes.Contains(content, []byte(secret))
			assert.False(t, holds, "%s holds the secret", name)
			return nil
		}))
	}
}
