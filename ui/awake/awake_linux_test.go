package awake

import (
	"bufio"
	"context"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
	"github.com/jezek/xgb"
	"github.com/jezek/xgb/screensaver"
	"github.com/jezek/xgb/xproto"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const patience = 30 * time.Second

// started starts a program that writes a line when it is ready, to standard output or, with fd3, to
// descriptor 3, and returns the line. It is killed at the test's end.
func started(t *testing.T, fd3 bool, name string, arguments ...string) (line string, process *os.Process) {
	t.Helper()
	read, write, err := os.Pipe()
	require.NoError(t, err)
	defer read.Close()
	command := exec.CommandContext(t.Context(), name, arguments...)
	if fd3 {
		command.ExtraFiles = []*os.File{write}
	} else {
		command.Stdout = write
	}
	require.NoError(t, command.Start())
	require.NoError(t, write.Close())
	t.Cleanup(func() { _ = command.Wait() }) // t.Context has killed it
	require.NoError(t, read.SetReadDeadline(time.Now().Add(patience)))
	line, err = bufio.NewReader(read).ReadString('\n')
	require.NoError(t, err)
	return strings.TrimSpace(line), command.Process
}

// bus starts a session bus and returns its address.
func bus(t *testing.T) string {
	t.Helper()
	address, _ := started(t, false, "dbus-daemon", "--session", "--nofork", "--print-address", "--address=unix:dir="+t.TempDir())
	return address
}

// call is what a stand-in for the desktop's service was asked for.
type call struct {
	method, app, reason string
	cookie, flags       uint32
	sender              string
}

// screenSaver stands in for org.freedesktop.ScreenSaver.
type screenSaver struct{ calls chan call }

func (s screenSaver) Inhibit(sender dbus.Sender, app, reason string) (uint32, *dbus.Error) {
	s.calls <- call{method: "Inhibit", app: app, reason: reason, sender: string(sender)}
	return 4711, nil
}

func (s screenSaver) UnInhibit(cookie uint32) *dbus.Error {
	s.calls <- call{method: "UnInhibit", cookie: cookie}
	return nil
}

// session stands in for org.gnome.SessionManager.
type session struct{ calls chan call }

func (s session) Inhibit(sender dbus.Sender, app string, _ uint32, reason string, flags uint32) (uint32, *dbus.Error) {
	s.calls <- call{method: "Inhibit", app: app, reason: reason, flags: flags, sender: string(sender)}
	return 4712, nil
}

func (s session) Uninhibit(cookie uint32) *dbus.Error {
	s.calls <- call{method: "Uninhibit", cookie: cookie}
	return nil
}

// serve exports a stand-in on a bus under a name.
func serve(t *testing.T, address, name, path string, object any) *dbus.Conn {
	t.Helper()
	connection, err := dbus.Connect(address)
	require.NoError(t, err)
	t.Cleanup(func() { _ = connection.Close() })
	require.NoError(t, connection.Export(object, dbus.ObjectPath(path), name))
	reply, err := connection.RequestName(name, dbus.NameFlagDoNotQueue)
	require.NoError(t, err)
	require.Equal(t, dbus.RequestNameReplyPrimaryOwner, reply)
	return connection
}

// next returns what comes next from a channel.
func next[T any](t *testing.T, c <-chan T) T {
	t.Helper()
	select {
	case v := <-c:
		return v
	case <-time.After(patience):
		require.FailNow(t, "nothing came")
		panic("unreachable")
	}
}

func TestScreenSaver(t *testing.T) {
	address := bus(t)
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", address)
	calls := make(chan call, 4)
	serve(t, address, "org.freedesktop.ScreenSaver", "/org/freedesktop/ScreenSaver", screenSaver{calls})
	k := New(slog.New(slog.DiscardHandler))
	k.Set(true)
	inhibited := next(t, calls)
	assert.NotEmpty(t, inhibited.sender)
	inhibited.sender = ""
	assert.Equal(t, call{method: "Inhibit", app: "Latchkey", reason: "A film is playing"}, inhibited)
	k.Set(false)
	assert.Equal(t, call{method: "UnInhibit", cookie: 4711}, next(t, calls))
	k.Set(true)
	assert.Equal(t, "Inhibit", next(t, calls).method)
	k.Close()
	assert.Equal(t, call{method: "UnInhibit", cookie: 4711}, next(t, calls))
}

func TestSessionManager(t *testing.T) {
	address := bus(t)
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", address)
	calls := make(chan call, 4)
	serve(t, address, "org.gnome.SessionManager", "/org/gnome/SessionManager", session{calls})
	k := New(slog.New(slog.DiscardHandler))
	k.Set(true)
	inhibited := next(t, calls)
	inhibited.sender = ""
	assert.Equal(t, call{method: "Inhibit", app: "Latchkey", reason: "A film is playing", flags: 8}, inhibited)
	k.Close()
	assert.Equal(t, call{method: "Uninhibit", cookie: 4712}, next(t, calls))
}

// TestKilled has the desktop see the program go when it is killed, which ends the inhibition of
// each of the services.
func TestKilled(t *testing.T) {
	const inner = "LATCHKEY_TEST_AWAKE"
	if os.Getenv(inner) != "" {
		k := New(slog.New(slog.DiscardHandler))
		k.Set(true)
		_, _ = os.Stdout.WriteString("asked\n")
		select {} // until it is killed
	}
	address := bus(t)
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", address)
	t.Setenv(inner, "1")
	calls := make(chan call, 4)
	desktop := serve(t, address, "org.freedesktop.ScreenSaver", "/org/freedesktop/ScreenSaver", screenSaver{calls})
	changes := make(chan *dbus.Signal, 100)
	desktop.Signal(changes)
	require.NoError(t, desktop.AddMatchSignal(dbus.WithMatchInterface("org.freedesktop.DBus"), dbus.WithMatchMember("NameOwnerChanged")))
	_, process := started(t, false, os.Args[0], "-test.run=^TestKilled$")
	sender := next(t, calls).sender
	require.NoError(t, process.Kill())
	for {
		signal := next(t, changes)
		if len(signal.Body) == 3 && signal.Body[0] == sender && signal.Body[2] == "" {
			break
		}
	}
}

// TestABusThatHangs is given up.
func TestABusThatHangs(t *testing.T) {
	path := filepath.Join(t.TempDir(), "bus")
	listener, err := new(net.ListenConfig).Listen(t.Context(), "unix", path)
	require.NoError(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path="+path)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err = overBus(ctx)
	assert.ErrorIs(t, err, context.DeadlineExceeded)
}

// TestXServer has a server blank its screen after a second, and then not.
func TestXServer(t *testing.T) {
	number, _ := started(t, true, "Xvfb", "-displayfd", "3", "-screen", "0", "64x64x24", "-nolisten", "tcp")
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "autolaunch:")
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
	t.Setenv("XDG_SESSION_TYPE", "x11")
	t.Setenv("DISPLAY", ":"+number)
	_, err := strconv.Atoi(number)
	require.NoError(t, err)
	watch, err := xgb.NewConnDisplay(":" + number)
	require.NoError(t, err)
	t.Cleanup(watch.Close)
	require.NoError(t, screensaver.Init(watch))
	root := xproto.Setup(watch).DefaultScreen(watch).Root
	require.NoError(t, screensaver.SelectInputChecked(watch, xproto.Drawable(root), screensaver.EventNotifyMask).Check())
	dark := make(chan struct{}, 100)
	go func() {
		for {
			event, err := watch.WaitForEvent()
			if event == nil && err == nil {
				return // the connection is closed
			}
			if e, ok := event.(screensaver.NotifyEvent); ok && e.State == screensaver.StateOn {
				dark <- struct{}{}
			}
		}
	}()
	blankAfterASecond := func() {
		require.NoError(t, xproto.ForceScreenSaverChecked(watch, xproto.ScreenSaverReset).Check())
		require.NoError(t, xproto.SetScreenSaverChecked(watch, 1, 0, xproto.BlankingPreferred, xproto.ExposuresAllowed).Check())
	}
	blankAfterASecond()
	next(t, dark)

	release, err := keepOn()
	require.NoError(t, err)
	blankAfterASecond()
	select {
	case <-dark:
		assert.Fail(t, "the screen went dark")
	case <-time.After(2500 * time.Millisecond): // the server's clock cannot be given
	}
	release()
	next(t, dark)
}
