package instance

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/gofrs/flock"
)

const (
	schema      = "latchkey.instance/1"
	maxMessage  = 64 << 10 // bytes of a message
	maxOpen     = 16       // connections whose message is still to come: a further one takes the place of the oldest
	talkLimit   = 3 * time.Second
	startLimit  = 3 * time.Second // an instance that holds the lock has to listen within it
	lookAgain   = 20 * time.Millisecond
	socketName  = "instance.sock"
	lockName    = "instance.lock"
	answerTaken = "taken"
	answerWrong = "wrong"
)

// ErrRunning is returned by Listen when another instance listens.
var ErrRunning = errors.New("Latchkey runs already") //nolint:staticcheck // a name begins it

// message is what is sent.
type message struct {
	Schema   string `json:"schema"`
	Argument string `json:"argument"`
}

// Listener receives what later starts were asked to open.
type Listener struct {
	socket net.Listener
	lock   *flock.Flock
	stop   sync.Once
	err    error
}

// Listen makes this process the one that receives. folder is made, for the user alone. The error wraps ErrRunning when another process
// listens there.
func Listen(ctx context.Context, folder string) (*Listener, error) {
	if err := ownFolder(folder); err != nil {
		return nil, err
	}
	lock := flock.New(filepath.Join(folder, lockName), flock.SetPermissions(0o600))
	locked, err := lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("lock %s: %w", folder, err)
	}
	if !locked {
		return nil, fmt.Errorf("listen in %s: %w", folder, errors.Join(ErrRunning, lock.Close()))
	}
	name := filepath.Join(folder, socketName)
	// Whoever left a socket there holds no lock any more: it has ended.
	if err := os.Remove(name); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, errors.Join(err, lock.Close())
	}
	socket, err := new(net.ListenConfig).Listen(ctx, "unix", name)
	if err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	return &Listener{socket: socket, lock: lock}, nil
}

// ownFolder makes a folder that its user alone may enter, and refuses one that others may.
func ownFolder(folder string) error {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	info, err := os.Stat(folder)
	if err != nil {
		return err
	}
	if info.Mode().Perm()&0o077 != 0 && os.PathSeparator == '/' {
		return fmt.Errorf("%s is open to other users", folder)
	}
	return nil
}

// Serve calls take with each argument that arrives, one after the other, until the listener is closed or ctx ends; all connections are
// closed when it returns.
func (l *Listener) Serve(ctx context.Context, take func(argument string)) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	unhook := context.AfterFunc(ctx, func() { _ = l.socket.Close() })
	defer unhook()
	var silent waiting
	var group sync.WaitGroup
	defer func() { cancel(); group.Wait() }()
	var order sync.Mutex
	for {
		connection, err := l.socket.Accept()
		if err != nil {
			if ctx.Err() != nil || errors.Is(err, net.ErrClosed) {
				return nil
			}
			return err
		}
		silent.add(connection)
		group.Go(func() {
			defer silent.remove(connection)
			receive(ctx, connection, func(argument string) {
				silent.remove(connection)
				order.Lock()
				defer order.Unlock()
				take(argument)
			})
		})
	}
}

// waiting are the connections whose message is still to come, the oldest first. A program that
// sends nothing holds up no other. The zero value is ready; safe for concurrent use.
type waiting struct {
	mu   sync.Mutex
	list []net.Conn // guarded by mu
}

// add appends a connection, and closes the oldest if there are more than maxOpen.
func (w *waiting) add(connection net.Conn) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.list = append(w.list, connection); len(w.list) > maxOpen {
		_ = w.list[0].Close() // its reader ends with that
		w.list = slices.Delete(w.list, 0, 1)
	}
}

// remove takes a connection out, which may be gone.
func (w *waiting) remove(connection net.Conn) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.list = slices.DeleteFunc(w.list, func(c net.Conn) bool { return c == connection })
}

// receive reads one message and answers it.
func receive(ctx context.Context, connection net.Conn, take func(string)) {
	defer connection.Close()
	unhook := context.AfterFunc(ctx, func() { _ = connection.Close() })
	defer unhook()
	_ = connection.SetDeadline(time.Now().Add(talkLimit))
	argument, err := parseMessage(connection)
	if err != nil {
		_, _ = io.WriteString(connection, answerWrong+"\n")
		return
	}
	take(argument)
	_, _ = io.WriteString(connection, answerTaken+"\n")
}

// parseMessage reads a line of JSON.
func parseMessage(r io.Reader) (string, error) {
	line, err := bufio.NewReaderSize(io.LimitReader(r, maxMessage), 4096).ReadBytes('\n')
	if err != nil {
		return "", err
	}
	var m message
	if err := json.Unmarshal(line, &m); err != nil {
		return "", err
	}
	if m.Schema != schema || m.Argument == "" {
		return "", fmt.Errorf("not a message of the form %s", schema)
	}
	return m.Argument, nil
}

// Close ends Serve and lets another instance listen. It may be called more than once.
func (l *Listener) Close() error {
	l.stop.Do(func() {
		err := l.socket.Close() // removes the socket
		if errors.Is(err, net.ErrClosed) {
			err = nil
		}
		l.err = errors.Join(err, l.lock.Close())
	})
	return l.err
}
