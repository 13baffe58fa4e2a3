package instance

import (
	"bytes"
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// folderVariable makes the test's program listen there and end when its input does.
const folderVariable = "LATCHKEY_TEST_INSTANCE"

func TestMain(m *testing.M) {
	folder := os.Getenv(folderVariable)
	if folder == "" {
		os.Exit(m.Run())
	}
	listener, err := Listen(context.Background(), folder)
	if err != nil {
		os.Stdout.WriteString("refused\n")
		os.Exit(1)
	}
	os.Stdout.WriteString("listens\n")
	if err := listener.Serve(context.Background(), func(argument string) { os.Stdout.WriteString(argument + "\n") }); err != nil {
		os.Exit(2)
	}
}

// serve listens in a folder and returns what arrives.
func serve(t *testing.T, folder string) <-chan string {
	t.Helper()
	listener, err := Listen(t.Context(), folder)
	require.NoError(t, err)
	arrived, ended := make(chan string, 8), make(chan error, 1)
	go func() { ended <- listener.Serve(t.Context(), func(argument string) { arrived <- argument }) }()
	t.Cleanup(func() {
		assert.NoError(t, listener.Close())
		assert.NoError(t, <-ended)
	})
	return arrived
}

func TestSendReachesTheOneThatRuns(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "run")
	arrived := serve(t, folder)
	for _, argument := range []string{"latchkey:signin?service=example", strings.Repeat("x", maxMessage-200), "über\nzwei"} {
		taken, err := Send(t.Context(), folder, argument)
		require.NoError(t, err)
		assert.True(t, taken)
		assert.Equal(t, argument, <-arrived)
	}
	_, err := Send(t.Context(), folder, strings.Repeat("x", maxMessage))
	require.Error(t, err)
	_, err = Listen(t.Context(), folder)
	require.ErrorIs(t, err, ErrRunning)
	info, err := os.Stat(folder)
	require.NoError(t, err)
	assert.Zero(t, info.Mode().Perm()&0o077, "others may not enter")
}

// TestSilentConnectionsHoldUpNobody opens connections that send nothing, or half a message, before
// a link comes.
func TestSilentConnectionsHoldUpNobody(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "run")
	arrived := serve(t, folder)
	for i := range 50 {
		connection, err := new(net.Dialer).DialContext(t.Context(), "unix", filepath.Join(folder, socketName))
		require.NoError(t, err)
		defer connection.Close()
		if i%2 == 0 {
			_, _ = connection.Write([]byte(`{"schema":`)) // it may be closed already
		}
	}
	begin := time.Now()
	taken, err := Send(t.Context(), folder, "latchkey:signin?service=example")
	require.NoError(t, err)
	assert.True(t, taken)
	assert.Equal(t, "latchkey:signin?service=example", <-arrived)
	assert.Less(t, time.Since(begin), 500*time.Millisecond)
}

func TestSendWithoutAnInstance(t *testing.T) {
	folder := t.TempDir()
	taken, err := Send(t.Context(), filepath.Join(folder, "nowhere"), "x")
	require.NoError(t, err)
	assert.False(t, taken)

	require.NoError(t, os.Chmod(folder, 0o700))
	listener, err := Listen(t.Context(), folder)
	require.NoError(t, err)
	require.NoError(t, listener.Close())
	require.NoError(t, listener.Close())
	taken, err = Send(t.Context(), folder, "x")
	require.NoError(t, err)
	assert.False(t, taken, "the one that ran has ended")
}

func TestAProcessThatWasKilledLeavesNothingInTheWay(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "run")
	program, err := os.Executable()
	require.NoError(t, err)
	other := exec.CommandContext(t.Context(), program, "-test.run=^$")
	other.Env = append(os.Environ(), folderVariable+"="+folder)
	output, err := other.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, other.Start())
	read := make([]byte, 64)
	n, err := output.Read(read)
	require.NoError(t, err)
	require.Equal(t, "listens\n", string(read[:n]))

	_, err = Listen(t.Context(), folder)
	require.ErrorIs(t, err, ErrRunning)
	taken, err := Send(t.Context(), folder, "latchkey:play?x=1")
	require.NoError(t, err)
	require.True(t, taken)
	n, err = output.Read(read)
	require.NoError(t, err)
	assert.Equal(t, "latchkey:play?x=1\n", string(read[:n]))

	require.NoError(t, other.Process.Kill())
	require.Error(t, other.Wait())
	require.FileExists(t, filepath.Join(folder, socketName), "killed, it leaves its socket")
	taken, err = Send(t.Context(), folder, "x")
	require.NoError(t, err)
	assert.False(t, taken)
	arrived := serve(t, folder)
	taken, err = Send(t.Context(), folder, "y")
	require.NoError(t, err)
	assert.True(t, taken)
	assert.Equal(t, "y", <-arrived)
}

func TestAFolderThatOthersMayEnterIsRefused(t *testing.T) {
	folder := t.TempDir()
	require.NoError(t, os.Chmod(folder, 0o755))
	_, err := Listen(t.Context(), folder)
	require.Error(t, err)
}

func TestHostileMessages(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "run")
	arrived := serve(t, folder)
	for name, text := range map[string]string{
		"not JSON": "latchkey:play\n", "another form": `{"schema":"x","argument":"y"}` + "\n", "no argument": `{"schema":"latchkey.instance/1"}` + "\n",
		"a list": `{"schema":"latchkey.instance/1","argument":["a"]}` + "\n", "too long": strings.Repeat("y", maxMessage+1),
	} {
		t.Run(name, func(t *testing.T) {
			connection, err := new(net.Dialer).DialContext(t.Context(), "unix", filepath.Join(folder, socketName))
			require.NoError(t, err)
			defer connection.Close()
			_, _ = connection.Write([]byte(text))
			answer := make([]byte, 64)
			n, _ := connection.Read(answer) // nothing, where it was cut off in the middle
			assert.NotContains(t, string(answer[:n]), answerTaken)
		})
	}
	taken, err := Send(t.Context(), folder, "good")
	require.NoError(t, err)
	require.True(t, taken)
	assert.Equal(t, "good", <-arrived)
	assert.Empty(t, arrived)
}

func FuzzParseMessage(f *testing.F) {
	f.Add([]byte(`{"schema":"latchkey.instance/1","argument":"latchkey:play?x"}` + "\n"))
	f.Add([]byte("{}\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		argument, err := parseMessage(bytes.NewReader(data))
		assert.Equal(t, err != nil, argument == "")
	})
}
