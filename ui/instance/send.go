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
	"strings"
	"time"

	"github.com/gofrs/flock"
)

// Folder returns where the instance of this user listens: $XDG_RUNTIME_DIR/latchkey, or the user's cache folder where there is none.
func Folder() (string, error) {
	if runtime := os.Getenv("XDG_RUNTIME_DIR"); filepath.IsAbs(runtime) {
		return filepath.Join(runtime, "latchkey"), nil
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(cache, "latchkey", "run"), nil
}

// Send hands an argument to the instance that runs, and reports whether there was one that took it. It waits a little for one that is
// just starting. Without an instance it returns false and no error.
func Send(ctx context.Context, folder, argument string) (bool, error) {
	line, err := json.Marshal(message{Schema: schema, Argument: argument})
	if err != nil {
		return false, err
	}
	if len(line) >= maxMessage {
		return false, fmt.Errorf("the argument has %d bytes, and %d are too many", len(argument), maxMessage)
	}
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	for {
		connection, err := new(net.Dialer).DialContext(ctx, "unix", filepath.Join(folder, socketName))
		if err == nil {
			return talk(connection, append(line, '\n'))
		}
		held, lockErr := locked(folder)
		switch {
		case lockErr != nil || !held:
			return false, nil // nobody is there
		case ctx.Err() != nil:
			return false, fmt.Errorf("reach the running Latchkey: %w", err)
		}
		again := time.NewTimer(lookAgain)
		select {
		case <-ctx.Done():
			again.Stop()
		case <-again.C:
		}
	}
}

// locked reports whether an instance holds the folder.
func locked(folder string) (bool, error) {
	name := filepath.Join(folder, lockName)
	if _, err := os.Stat(name); err != nil {
		return false, err
	}
	lock := flock.New(name)
	free, err := lock.TryRLock()
	return err == nil && !free, errors.Join(err, lock.Close())
}

// talk sends a message and reads the answer.
func talk(connection net.Conn, line []byte) (taken bool, err error) {
	defer func() { err = errors.Join(err, connection.Close()) }()
	if err := connection.SetDeadline(time.Now().Add(talkLimit)); err != nil {
		return false, err
	}
	if _, err := connection.Write(line); err != nil {
		return false, err
	}
	answer, err := bufio.NewReader(io.LimitReader(connection, int64(maxMessage))).ReadString('\n')
	if err != nil {
		return false, fmt.Errorf("the running Latchkey does not answer: %w", err)
	}
	if strings.TrimSpace(answer) != answerTaken {
		return false, errors.New("the running Latchkey does not take it")
	}
	return true, nil
}
