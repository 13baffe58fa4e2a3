package vault

import (
	"context"
	"errors"

	"latchkey/network"
)

// Kind says where a vault keeps things.
type Kind string

// The kinds of vaults.
const (
	KindKeyring Kind = "keyring" // the operating system's
	KindFile    Kind = "file"    // a file encrypted with a passphrase
	KindMemory  Kind = "memory"  // nowhere: gone when the program ends
)

// Errors of vaults.
var (
	// ErrNotFound is a key for which nothing is kept.
	ErrNotFound = errors.New("nothing is kept under this name")
	// ErrLocked is a keyring that is locked, or a file whose passphrase is not known yet.
	ErrLocked = errors.New("what is kept is locked")
	// ErrPassphrase is a passphrase that does not open the file.
	ErrPassphrase = errors.New("the passphrase is not the one that the file was made with")
	// ErrDamaged is a file or an entry that was tampered with or cut.
	ErrDamaged = errors.New("what was kept is damaged")
)

// Vault keeps secrets by key. Its methods block for a bounded time, and are safe for concurrent use, by several processes too.
type Vault interface {
	Kind() Kind
	// Get returns what is kept under a key. The error wraps ErrNotFound, ErrLocked, ErrDamaged, or says that the vault is not there.
	Get(ctx context.Context, key string) (network.Secret, error)
	// Put keeps a value. When it returns nil the value outlives a crash of the machine as far as the system can promise that; when it
	// fails, what was kept before is kept on.
	Put(ctx context.Context, key string, value network.Secret) error
	// Delete forgets a key. It is no error if nothing was kept.
	Delete(ctx context.Context, key string) error
}
