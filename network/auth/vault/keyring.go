package vault

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/zalando/go-keyring"

	"latchkey/network"
)

const (
	keyringName  = "Latchkey"       // what the keyring calls its entries
	keyringLimit = 20 * time.Second // for one call: a locked keyring asks its person, and may do so for ever
	maxPiece     = 2000             // bytes of an entry: Windows' credential manager takes 2,560
	maxKeyring   = 200 * maxPiece   // bytes of a value
	whole        = "1:"             // begins a value that is one entry
	pieces       = "n:"             // begins the head of one that is several: "n:GENERATION:COUNT"
	probeKey     = "latchkey/probe" // is never there
	probeLimit   = 3 * time.Second  // for finding out whether there is a keyring
)

// errNoKeyring is a system without a keyring that can be reached.
var errNoKeyring = errors.New("this system has no keyring that can be reached")

// backend is the keyring's own; go-keyring is one. Its calls may block for ever.
type backend interface {
	get(name, key string) (string, error)
	set(name, key, value string) error
	remove(name, key string) error
}

type system struct{}

func (system) get(name, key string) (string, error) { return keyring.Get(name, key) }
func (system) set(name, key, value string) error    { return keyring.Set(name, key, value) }
func (system) remove(name, key string) error        { return keyring.Delete(name, key) }

// Keyring is the operating system's: the Secret Service on Linux, the Keychain on macOS, the Credential Manager on Windows. Safe for
// concurrent use.
type Keyring struct {
	backend backend
	limit   time.Duration
	busy    chan struct{} // has room for one call: those that hang are not piled up
}

// NewKeyring returns the system's keyring when it can be reached. It blocks for 3 seconds at most. The error says that there is none, or
// is ErrLocked where it did not answer.
func NewKeyring(ctx context.Context) (*Keyring, error) {
	k := newKeyring(system{}, probeLimit)
	if _, err := k.Get(ctx, probeKey); err != nil && !errors.Is(err, ErrNotFound) {
		return nil, err
	}
	return newKeyring(system{}, keyringLimit), nil
}

func newKeyring(b backend, limit time.Duration) *Keyring {
	return &Keyring{backend: b, limit: limit, busy: make(chan struct{}, 1)}
}

// Kind is KindKeyring.
func (*Keyring) Kind() Kind { return KindKeyring }

// call runs a call of the backend in a goroutine of its own, which stays when the call hangs: no other is made until it ends.
func (k *Keyring) call(ctx context.Context, do func() (string, error)) (string, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, k.limit, ErrLocked)
	defer cancel()
	select {
	case k.busy <- struct{}{}:
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
	type answer struct {
		text string
		err  error
	}
	answers := make(chan answer, 1)
	go func() {
		text, err := do()
		<-k.busy
		answers <- answer{text, err}
	}()
	select {
	case a := <-answers:
		return a.text, known(a.err)
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
}

// known gives the backend's errors this package's names. Their text is the system's, and has no value in it.
func known(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, keyring.ErrNotFound):
		return ErrNotFound
	case errors.Is(err, keyring.ErrUnsupportedPlatform):
		return errNoKeyring
	}
	text := strings.ToLower(err.Error())
	switch {
	case strings.Contains(text, "islocked"), strings.Contains(text, "prompt"), strings.Contains(text, "failed to unlock"):
		return fmt.Errorf("%w: %w", ErrLocked, err)
	case strings.Contains(text, "org.freedesktop"), strings.Contains(text, "dbus"), strings.Contains(text, "no such file"), strings.Contains(text, "executable file not found"):
		return fmt.Errorf("%w: %w", errNoKeyring, err)
	}
	return err
}

func pieceKey(key, generation string, n int) string {
	return key + "/" + generation + "/" + strconv.Itoa(n)
}

// head reads the entry of a key: its value, or where its pieces are.
func (k *Keyring) head(ctx context.Context, key string) (value, generation string, count int, err error) {
	text, err := k.call(ctx, func() (string, error) { return k.backend.get(keyringName, key) })
	if err != nil {
		return "", "", 0, err
	}
	if value, ok := strings.CutPrefix(text, whole); ok {
		return value, "", 0, nil
	}
	rest, ok := strings.CutPrefix(text, pieces)
	generation, number, split := strings.Cut(rest, ":")
	count, err = strconv.Atoi(number)
	if !ok || !split || err != nil || count < 1 || count > maxKeyring/maxPiece+1 {
		return "", "", 0, ErrDamaged
	}
	return "", generation, count, nil
}

// Get returns what is kept. It blocks for 20 seconds at most for each 2,000 bytes.
func (k *Keyring) Get(ctx context.Context, key string) (network.Secret, error) {
	value, generation, count, err := k.head(ctx, key)
	for i := 0; i < count && err == nil; i++ {
		var piece string
		piece, err = k.call(ctx, func() (string, error) { return k.backend.get(keyringName, pieceKey(key, generation, i)) })
		if errors.Is(err, ErrNotFound) {
			err = ErrDamaged
		}
		value += piece
	}
	if err != nil {
		return network.Secret{}, fmt.Errorf("get %s from the keyring: %w", key, err)
	}
	return network.NewSecret(value), nil
}

// Put keeps a value: the pieces of a long one first, then what names them, so that there is one or the other value at any time.
func (k *Keyring) Put(ctx context.Context, key string, value network.Secret) error {
	text := value.Reveal()
	if len(text) > maxKeyring {
		return fmt.Errorf("keep %s in the keyring: it has more than %d bytes", key, maxKeyring)
	}
	_, old, count, err := k.head(ctx, key)
	if err != nil && !errors.Is(err, ErrNotFound) && !errors.Is(err, ErrDamaged) {
		return fmt.Errorf("keep %s in the keyring: %w", key, err)
	}
	head := whole + text
	if len(text) > maxPiece {
		generation := "a"
		if old == "a" {
			generation = "b"
		}
		n := 0
		for rest := text; rest != ""; n++ {
			piece := rest[:min(len(rest), maxPiece)]
			rest = rest[len(piece):]
			if err := k.set(ctx, pieceKey(key, generation, n), piece); err != nil {
				return fmt.Errorf("keep %s in the keyring: %w", key, err)
			}
		}
		head = pieces + generation + ":" + strconv.Itoa(n)
	}
	if err := k.set(ctx, key, head); err != nil {
		return fmt.Errorf("keep %s in the keyring: %w", key, err)
	}
	k.forget(ctx, key, old, count)
	return nil
}

func (k *Keyring) set(ctx context.Context, key, value string) error {
	_, err := k.call(ctx, func() (string, error) { return "", k.backend.set(keyringName, key, value) })
	return err
}

// forget removes pieces that nothing names any more. What fails is left for the next time.
func (k *Keyring) forget(ctx context.Context, key, generation string, count int) {
	for i := range count {
		_, _ = k.call(ctx, func() (string, error) { return "", k.backend.remove(keyringName, pieceKey(key, generation, i)) })
	}
}

// Delete forgets a key.
func (k *Keyring) Delete(ctx context.Context, key string) error {
	_, generation, count, err := k.head(ctx, key)
	if err == nil || errors.Is(err, ErrDamaged) {
		k.forget(ctx, key, generation, count)
		_, err = k.call(ctx, func() (string, error) { return "", k.backend.remove(keyringName, key) })
	}
	if err != nil && !errors.Is(err, ErrNotFound) {
		return fmt.Errorf("forget %s in the keyring: %w", key, err)
	}
	return nil
}
