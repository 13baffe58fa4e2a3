package main_test

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
	"github.com/stretchr/testify/require"

	"latchkey/network/networktest"
	"latchkey/player/mediatest"
)

// screenSaver stands in for the desktop's service, and notes its calls.
type screenSaver struct{ calls chan string }

func (s screenSaver) Inhibit(sender dbus.Sender, _, _ string) (uint32, *dbus.Error) {
	s.calls <- "Inhibit by " + string(sender)
	return 7, nil
}

func (s screenSaver) UnInhibit(uint32) *dbus.Error {
	s.calls <- "UnInhibit"
	return nil
}

// TestTheScreenStaysOn has the window keep the screen on while it plays, let go while it pauses,
// and be gone from the desktop's bus when it is killed.
func TestTheScreenStaysOn(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	address := sessionBus(ctx, t)
	connection, err := dbus.Connect(address)
	require.NoError(t, err)
	t.Cleanup(func() { _ = connection.Close() })
	calls := make(chan string, 10)
	require.NoError(t, connection.Export(screenSaver{calls}, "/org/freedesktop/ScreenSaver", "org.freedesktop.ScreenSaver"))
	_, err = connection.RequestName("org.freedesktop.ScreenSaver", dbus.NameFlagDoNotQueue)
	require.NoError(t, err)
	require.NoError(t, connection.AddMatchSignal(dbus.WithMatchInterface("org.freedesktop.DBus"), dbus.WithMatchMember("NameOwnerChanged")))
	changes := make(chan *dbus.Signal, 100)
	connection.Signal(changes)
	var run *running
	next := func() string {
		select {
		case c := <-calls:
			return c
		case <-ctx.Done():
			require.FailNow(t, "the desktop was not asked", run.stderr.String())
			return ""
		}
	}

	stream := mediatest.MakeHLS(t, mediatest.HLSSpec{Spec: mediatest.Spec{Video: "h264", Frames: 1500}})
	origin, err := networktest.NewOrigin(networktest.Options{FS: os.DirFS(stream.Folder)})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, origin.Close()) })
	d := newSilentDesktop(t, 640, 480)
	run = start(ctx, t, append(d.environment(), "DBUS_SESSION_BUS_ADDRESS="+address), "--ao", "null", "--log-level", "debug", origin.URL(filepath.Base(stream.Playlist)))
	require.Contains(t, next(), "Inhibit by ")
	d.keys(ctx, t, "space")
	require.Equal(t, "UnInhibit", next())
	d.keys(ctx, t, "space")
	sender, ok := strings.CutPrefix(next(), "Inhibit by ")
	require.True(t, ok)
	require.NoError(t, run.process.Kill())
	for {
		select {
		case s := <-changes:
			if len(s.Body) == 3 && s.Body[0] == sender && s.Body[2] == "" {
				return
			}
		case <-ctx.Done():
			require.FailNow(t, "the desktop does not see that the program is gone")
		}
	}
}

// sessionBus starts a session bus and returns its address.
func sessionBus(ctx context.Context, t *testing.T) string {
	t.Helper()
	command := exec.CommandContext(ctx, "dbus-daemon", "--session", "--nofork", "--print-address", "--address=unix:dir="+t.TempDir())
	out, err := command.StdoutPipe()
	require.NoError(t, err)
	startChild(t, command)
	address, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	return strings.TrimSpace(address)
}
