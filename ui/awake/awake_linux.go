package awake

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/godbus/dbus/v5"
	"github.com/jezek/xgb"
	"github.com/jezek/xgb/screensaver"
)

// errNoBus is a desktop without a session bus.
var errNoBus = errors.New("no session bus")

// keepOn asks the desktop, and the X server where no desktop answers.
func keepOn() (func(), error) {
	release, err := overBus(context.Background())
	if err == nil {
		return release, nil
	}
	release, errX := overX(os.Getenv("DISPLAY"))
	if errX != nil {
		return nil, errors.Join(err, errX)
	}
	return release, nil
}

// service is a desktop's way to keep the screen on, over D-Bus.
type service struct {
	name string
	path dbus.ObjectPath
	call string // the method
	// arguments of the method, and how what it answers is undone.
	arguments []any
	undo      string
}

// sessionManager is GNOME's interface, which MATE has too: 8 keeps the session from going idle.
func sessionManager(name, path string) service {
	return service{name, dbus.ObjectPath(path), name + ".Inhibit", []any{appName, uint32(0), reason, uint32(8)}, name + ".Uninhibit"}
}

func services() []service {
	portal := service{"org.freedesktop.portal.Desktop", "/org/freedesktop/portal/desktop", "org.freedesktop.portal.Inhibit.Inhibit",
		[]any{"", uint32(8), map[string]dbus.Variant{"reason": dbus.MakeVariant(reason)}}, "org.freedesktop.portal.Request.Close"}
	if _, err := os.Stat("/.flatpak-info"); err == nil {
		return []service{portal}
	}
	return []service{
		{"org.freedesktop.ScreenSaver", "/org/freedesktop/ScreenSaver", "org.freedesktop.ScreenSaver.Inhibit", []any{appName, reason}, "org.freedesktop.ScreenSaver.UnInhibit"},
		sessionManager("org.gnome.SessionManager", "/org/gnome/SessionManager"),
		sessionManager("org.mate.SessionManager", "/org/mate/SessionManager"),
	}
}

// overBus asks the services of the session bus, the first one that answers. The connection stays
// open meanwhile: when the program ends in any way, the services see it go and let go themselves.
func overBus(ctx context.Context) (release func(), err error) {
	address, err := busAddress()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	connection, err := connect(ctx, address)
	if err != nil {
		return nil, fmt.Errorf("session bus: %w", err)
	}
	var failed []error
	for _, s := range services() {
		undo, err := s.inhibit(ctx, connection)
		if err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", s.name, err))
			continue
		}
		return func() {
			ctx, cancel := context.WithTimeout(context.Background(), callTime/2)
			defer cancel()
			undo(ctx)
			_ = connection.Close()
		}, nil
	}
	_ = connection.Close()
	return nil, errors.Join(failed...)
}

// busAddress is the session bus's address. None is started for want of one.
func busAddress() (string, error) {
	if address := os.Getenv("DBUS_SESSION_BUS_ADDRESS"); address != "" && address != "autolaunch:" {
		return address, nil
	}
	if folder := os.Getenv("XDG_RUNTIME_DIR"); folder != "" {
		if _, err := os.Stat(folder + "/bus"); err == nil {
			return "unix:path=" + dbus.EscapeBusAddressValue(folder+"/bus"), nil
		}
	}
	return "", errNoBus
}

// connect connects within ctx: a bus may take a connection and never answer. The connection itself
// outlives ctx.
func connect(ctx context.Context, address string) (*dbus.Conn, error) {
	own, end := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, end)
	connection, err := dbus.Connect(address, dbus.WithContext(own))
	if err != nil || !stop() {
		end()
		return nil, errors.Join(err, ctx.Err())
	}
	return connection, nil
}

// inhibit asks the service, and returns what undoes it.
func (s service) inhibit(ctx context.Context, c *dbus.Conn) (undo func(context.Context), err error) {
	call := c.Object(s.name, s.path).CallWithContext(ctx, s.call, dbus.FlagNoAutoStart, s.arguments...)
	if call.Err != nil {
		return nil, call.Err
	}
	if len(call.Body) != 1 {
		return nil, fmt.Errorf("%d values in the answer", len(call.Body))
	}
	// The portal answers with an object that is closed, the others with a number for the undoing.
	if path, ok := call.Body[0].(dbus.ObjectPath); ok {
		return func(ctx context.Context) { c.Object(s.name, path).CallWithContext(ctx, s.undo, 0) }, nil
	}
	cookie, ok := call.Body[0].(uint32)
	if !ok {
		return nil, fmt.Errorf("%T in the answer", call.Body[0])
	}
	return func(ctx context.Context) { c.Object(s.name, s.path).CallWithContext(ctx, s.undo, 0, cookie) }, nil
}

// overX suspends the X server's screensaver and power saving for as long as the connection is open.
func overX(display string) (release func(), err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("on the X server: %w", err)
		}
	}()
	if display == "" || strings.HasPrefix(os.Getenv("XDG_SESSION_TYPE"), "wayland") {
		return nil, errors.New("there is none")
	}
	xgb.Logger.SetOutput(io.Discard) // it writes to standard error
	connection, err := xgb.NewConnDisplay(display)
	if err != nil {
		return nil, err
	}
	if err := screensaver.Init(connection); err != nil {
		connection.Close()
		return nil, err
	}
	// Suspend is of version 1.1, which the server has to be told of first.
	if _, err := screensaver.QueryVersion(connection, 1, 1).Reply(); err != nil {
		connection.Close()
		return nil, err
	}
	if err := screensaver.SuspendChecked(connection, 1).Check(); err != nil {
		connection.Close()
		return nil, err
	}
	return connection.Close, nil
}
