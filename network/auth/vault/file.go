package vault

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"

	"filippo.io/age"
	"github.com/gofrs/flock"

	"latchkey/network"
	"latchkey/network/regular"
)

const (
	keyFile     = "key.age"     // the identity, encrypted with the passphrase
	entriesFile = "entries.age" // what is kept, encrypted to the identity
	lockFile    = "lock"
	maxFile     = 4 << 20 // bytes of either
	maxEntries  = 1000
	// workFactor is the logarithm of scrypt's: a second on an ordinary computer, once a start.
	workFactor  = 17
	maxWork     = 20
	lockRetry   = 20 * time.Millisecond
	lockLimit   = 40 * time.Second // several programs that derive the key from the passphrase take their time on a busy machine
	damagedName = ".damaged"
)

// File keeps secrets in two files of a folder, in the age format (age-encryption.org/v1): an identity that a passphrase opens, once,
// and the entries that are encrypted to it. Safe for concurrent use, by several processes too.
type File struct {
	folder  string
	factor  int
	replace func(name string, data []byte) error // replaceFile, but in tests

	mu       sync.Mutex
	identity *age.X25519Identity // guarded by mu; nil: locked
}

// NewFile returns the vault of a folder, which is made when something is kept. It is locked until Unlock.
func NewFile(folder string) *File {
	return &File{folder: folder, factor: workFactor, replace: replaceFile}
}

// Kind is KindFile.
func (*File) Kind() Kind { return KindFile }

// Exists says whether there is a passphrase already. It asks the disk.
func (f *File) Exists() bool {
	_, err := os.Stat(filepath.Join(f.folder, keyFile))
	return err == nil
}

// Locked says whether Unlock has yet to be called.
func (f *File) Locked() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.identity == nil
}

// Unlock opens the vault with its passphrase, or gives a new vault one. It computes for about a second. The error is ErrPassphrase,
// ErrDamaged, or the disk's.
func (f *File) Unlock(ctx context.Context, passphrase network.Secret) error {
	if passphrase.Reveal() == "" {
		return ErrPassphrase
	}
	return f.locked(ctx, func() error {
		identity, err := f.open(passphrase)
		if errors.Is(err, os.ErrNotExist) {
			identity, err = f.create(passphrase)
		}
		if err != nil {
			return fmt.Errorf("open the vault: %w", err)
		}
		f.mu.Lock()
		f.identity = identity
		f.mu.Unlock()
		return nil
	})
}

func (f *File) open(passphrase network.Secret) (*age.X25519Identity, error) {
	data, err := readBounded(filepath.Join(f.folder, keyFile))
	if err != nil {
		return nil, err
	}
	scrypt, err := age.NewScryptIdentity(passphrase.Reveal())
	if err != nil {
		return nil, ErrPassphrase
	}
	scrypt.SetMaxWorkFactor(maxWork) // a file of somebody else's does not keep the program busy for ever
	plain, err := age.Decrypt(bytes.NewReader(data), scrypt)
	if _, wrong := errors.AsType[*age.NoIdentityMatchError](err); wrong {
		return nil, ErrPassphrase
	}
	if err != nil {
		return nil, ErrDamaged
	}
	text, err := io.ReadAll(io.LimitReader(plain, maxFile))
	if err != nil {
		return nil, ErrDamaged
	}
	identity, err := age.ParseX25519Identity(string(text))
	if err != nil {
		return nil, ErrDamaged
	}
	return identity, nil
}

func (f *File) create(passphrase network.Secret) (*age.X25519Identity, error) {
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		return nil, err
	}
	scrypt, err := age.NewScryptRecipient(passphrase.Reveal())
	if err != nil {
		return nil, ErrPassphrase
	}
	scrypt.SetWorkFactor(f.factor)
	data, err := seal([]byte(identity.String()), scrypt)
	if err != nil {
		return nil, err
	}
	return identity, f.replace(filepath.Join(f.folder, keyFile), data)
}

// seal encrypts.
func seal(text []byte, to age.Recipient) ([]byte, error) {
	var out bytes.Buffer
	w, err := age.Encrypt(&out, to)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(text); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// locked runs do while no other process and no other call is at the files.
func (f *File) locked(ctx context.Context, do func() error) (err error) {
	if err := os.MkdirAll(f.folder, 0o700); err != nil {
		return fmt.Errorf("make the vault: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, lockLimit)
	defer cancel()
	lock := flock.New(filepath.Join(f.folder, lockFile), flock.SetPermissions(0o600))
	if ok, err := lock.TryLockContext(ctx, lockRetry); err != nil || !ok {
		return fmt.Errorf("lock the vault: %w", errors.Join(err, lock.Close()))
	}
	defer func() { err = errors.Join(err, lock.Close()) }()
	return do()
}

// key returns the identity, or ErrLocked.
func (f *File) key() (*age.X25519Identity, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.identity == nil {
		return nil, ErrLocked
	}
	return f.identity, nil
}

// read returns the entries. Entries that cannot be read are ErrDamaged.
func (f *File) read(identity *age.X25519Identity) (map[string]string, error) {
	data, err := readBounded(filepath.Join(f.folder, entriesFile))
	if errors.Is(err, os.ErrNotExist) {
		return map[string]string{}, nil
	}
	if err != nil {
		return nil, err
	}
	plain, err := age.Decrypt(bytes.NewReader(data), identity)
	if err != nil {
		return nil, ErrDamaged
	}
	text, err := io.ReadAll(io.LimitReader(plain, maxFile))
	if err != nil {
		return nil, ErrDamaged
	}
	return parseEntries(text)
}

// parseEntries reads what was decrypted. The error is ErrDamaged, and quotes nothing.
func parseEntries(text []byte) (map[string]string, error) {
	entries := make(map[string]string)
	if err := json.Unmarshal(text, &entries); err != nil || entries == nil || len(entries) > maxEntries {
		return nil, ErrDamaged
	}
	return entries, nil
}

// change reads the entries, lets do change them, and writes them. Damaged ones are kept aside.
func (f *File) change(ctx context.Context, do func(entries map[string]string)) error {
	identity, err := f.key()
	if err != nil {
		return err
	}
	return f.locked(ctx, func() error {
		entries, err := f.read(identity)
		if errors.Is(err, ErrDamaged) {
			name := filepath.Join(f.folder, entriesFile)
			if err := os.Rename(name, name+damagedName); err != nil {
				return err
			}
			entries, err = map[string]string{}, nil
		}
		if err != nil {
			return err
		}
		do(entries)
		if len(entries) > maxEntries {
			return fmt.Errorf("more than %d entries", maxEntries)
		}
		text, err := json.Marshal(entries)
		if err != nil || len(text) > maxFile/2 {
			return errors.New("it is too large")
		}
		data, err := seal(text, identity.Recipient())
		if err != nil {
			return err
		}
		return f.replace(filepath.Join(f.folder, entriesFile), data)
	})
}

// Get returns what is kept.
func (f *File) Get(ctx context.Context, key string) (value network.Secret, err error) {
	identity, err := f.key()
	if err == nil {
		err = f.locked(ctx, func() error {
			entries, err := f.read(identity)
			if err != nil {
				return err
			}
			text, ok := entries[key]
			if !ok {
				return ErrNotFound
			}
			value = network.NewSecret(text)
			return nil
		})
	}
	if err != nil {
		return network.Secret{}, fmt.Errorf("get %s from the vault: %w", key, err)
	}
	return value, nil
}

// Put keeps a value.
func (f *File) Put(ctx context.Context, key string, value network.Secret) error {
	if err := f.change(ctx, func(entries map[string]string) { entries[key] = value.Reveal() }); err != nil {
		return fmt.Errorf("keep %s in the vault: %w", key, err)
	}
	return nil
}

// Delete forgets a key.
func (f *File) Delete(ctx context.Context, key string) error {
	if f.Locked() && !f.Exists() {
		return nil // nothing was ever kept
	}
	if err := f.change(ctx, func(entries map[string]string) { delete(entries, key) }); err != nil {
		return fmt.Errorf("forget %s in the vault: %w", key, err)
	}
	return nil
}

// readBounded reads a file of maxFile at most.
func readBounded(name string) ([]byte, error) {
	data, err := regular.Read(name, maxFile)
	if errors.Is(err, regular.ErrTooLarge) {
		return nil, ErrDamaged
	}
	return data, err
}

// replaceFile puts data in the place of a file: there is the old one or the new one at any time, whatever happens.
func replaceFile(name string, data []byte) (err error) {
	file, err := os.CreateTemp(filepath.Dir(name), filepath.Base(name)+".*") // mode 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(file.Name()))
		}
	}()
	_, err = file.Write(data)
	if err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return err
	}
	if err := os.Rename(file.Name(), name); err != nil {
		return err
	}
	if folder, err := os.Open(filepath.Dir(name)); err == nil {
		_ = folder.Sync() // where folders cannot be synced there is nothing to be done
		_ = folder.Close()
	}
	return nil
}
