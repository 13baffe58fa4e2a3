package history

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/gofrs/flock"
)

const (
	saveAfter = 3 * time.Second       // of the first change that is not saved
	lockLimit = 2 * time.Second       // for what another instance does with the file
	lockAgain = 20 * time.Millisecond // between two looks at the lock
)

// Store is the history. New makes it.
type Store struct {
	// Constant after New.
	path string // empty: nothing is kept
	log  *slog.Logger
	now  func() time.Time
	wake chan struct{} // there is something to save

	disk sync.Mutex // held while the file is read or replaced

	mu    sync.Mutex
	marks map[Key]Mark // guarded by mu
	dirty bool         // guarded by mu
}

// New returns a history that knows nothing yet. An empty path is one that ends with the program; a nil log is silent.
func New(path string, log *slog.Logger) *Store {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Store{path: path, log: log, now: time.Now, wake: make(chan struct{}, 1), marks: map[Key]Mark{}}
}

// Mark returns how far a person came in a title.
func (s *Store) Mark(key Key) Mark {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.marks[key]
}

// Watch notes that a person is at a position of a title. Without a duration, as live streams are, nothing is noted.
func (s *Store) Watch(key Key, position, duration time.Duration) {
	if duration <= 0 || duration > maxDuration {
		return
	}
	position = min(max(position, 0), duration)
	s.mu.Lock()
	old, known := s.marks[key]
	if known && old.Position == position && old.Duration == duration {
		s.mu.Unlock()
		return
	}
	s.marks[key] = Mark{Position: position, Duration: duration, Watched: old.Watched || atEnd(position, duration), At: s.now()}
	s.dirty = true
	if len(s.marks) > maxTitles+maxTitles/10 { // sorting is not for each new title
		s.marks = newest(s.marks)
	}
	s.mu.Unlock()
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// Load takes in what the file has. A file that is damaged is put aside, and the error says where.
func (s *Store) Load() error {
	if s.path == "" {
		return nil
	}
	s.disk.Lock()
	defer s.disk.Unlock()
	found, err := read(s.path, s.now())
	if errors.Is(err, errDamaged) {
		// Another look, alone: what was damaged may be whole by now.
		err = s.alone(func() error {
			found, err = s.readOrPutAside()
			return err
		})
	}
	if err != nil {
		err = fmt.Errorf("read the history: %w", err)
	}
	s.take(found)
	return err
}

// readOrPutAside reads the file, and renames it if it is damaged; then it returns no marks and says so. The caller holds the lock.
func (s *Store) readOrPutAside() (map[Key]Mark, error) {
	found, err := read(s.path, s.now())
	if !errors.Is(err, errDamaged) {
		return found, err
	}
	if moved := os.Rename(s.path, s.path+damaged); moved != nil {
		return nil, errors.Join(err, moved)
	}
	return map[Key]Mark{}, fmt.Errorf("%w and is kept as %s", err, filepath.Base(s.path)+damaged)
}

// take adds what was read to what is known.
func (s *Store) take(found map[Key]Mark) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.marks = merge(found, s.marks)
}

// Save writes what changed since the last time, after it took in what another instance has written. What cannot be saved now is tried again with the
// next change.
func (s *Store) Save() error {
	if s.path == "" {
		return nil
	}
	s.disk.Lock()
	defer s.disk.Unlock()
	s.mu.Lock()
	dirty := s.dirty
	s.mu.Unlock()
	if !dirty {
		return nil
	}
	if err := s.alone(s.replace); err != nil {
		return fmt.Errorf("save the history: %w", err)
	}
	return nil
}

// replace merges and writes. The caller holds the lock.
func (s *Store) replace() error {
	found, err := s.readOrPutAside()
	if err != nil && found == nil {
		return err // it may be whole, and is not to be lost
	}
	if err != nil {
		s.log.Warn("the history was damaged", "err", err)
	}
	s.take(found)
	s.mu.Lock()
	marks := maps.Clone(s.marks)
	s.dirty = false
	s.mu.Unlock()
	if err := write(s.path, marks); err != nil {
		s.mu.Lock()
		s.dirty = true
		s.mu.Unlock()
		return err
	}
	return nil
}

// alone calls f while no other instance has the file.
func (s *Store) alone(f func() error) (err error) {
	if err := os.MkdirAll(filepath.Dir(s.path), 0o700); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), lockLimit)
	defer cancel()
	lock := flock.New(s.path+".lock", flock.SetPermissions(0o600))
	if _, err := lock.TryLockContext(ctx, lockAgain); err != nil {
		return errors.Join(fmt.Errorf("wait for another instance: %w", err), lock.Close())
	}
	defer func() { err = errors.Join(err, lock.Close()) }()
	return f()
}

// Serve saves what changes, a while after it does, until ctx ends; then it saves what is left.
func (s *Store) Serve(ctx context.Context) {
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case <-s.wake:
			wait := time.NewTimer(saveAfter)
			select {
			case <-ctx.Done():
			case <-wait.C:
			}
			wait.Stop()
		}
		if err := s.Save(); err != nil {
			s.log.Warn("what was watched is not kept", "err", err)
		}
	}
}
