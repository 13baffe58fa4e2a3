package player

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"sync/atomic"
	"time"

	"latchkey/player/framing"
)

const (
	// maxSpool bounds the files that a session downloads whole before they play: their size on the
	// disk.
	maxSpool = 512 << 20
	// spoolHead is how much of a file is looked at to find out whether its index comes behind its
	// media.
	spoolHead = 64 << 10
	// progressInterval is the least time between two reports of a download's progress.
	progressInterval = 200 * time.Millisecond
)

var (
	// errSpoolTooLarge is returned for a file of more than maxSpool bytes.
	errSpoolTooLarge = errors.New("the file is too large to be downloaded whole")
	// errSpoolDisk is returned when a file that must be downloaded whole cannot be kept.
	errSpoolDisk = errors.New("the file cannot be kept on the disk")
)

// spool is a file of a server without ranges that is kept on the disk, since its index comes behind
// its media. Nobody else can open it: it has mode 0600, and no name any more where the system
// allows that, else none once it is closed. One goroutine uses it at a time.
type spool struct {
	file *os.File
	name string // when it still has one
	size int64

	all *atomic.Int64 // the size of all spools of the session
	// limit is that of all.
	limit int64
}

// newSpool makes an empty file. all is the size of those that there are.
func newSpool(all *atomic.Int64) (*spool, error) {
	file, err := os.CreateTemp(spoolFolder(), "latchkey-*.part") // of mode 0600
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errSpoolDisk, withoutPath(err))
	}
	s := &spool{file: file, name: file.Name(), all: all, limit: maxSpool}
	if os.Remove(s.name) == nil {
		s.name = ""
	}
	return s, nil
}

// spoolFolder is where large files are kept for a while: /tmp is memory on many systems
// (file-hierarchy(7)).
func spoolFolder() string {
	const large = "/var/tmp"
	if os.Getenv("TMPDIR") == "" && runtime.GOOS == "linux" {
		if info, err := os.Stat(large); err == nil && info.IsDir() {
			return large
		}
	}
	return "" // os.TempDir
}

// withoutPath returns the cause of an error of package os.
func withoutPath(err error) error {
	var path *os.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}

// fill copies body to the file and reports how many bytes are there. It returns the body's error,
// or errSpoolTooLarge or errSpoolDisk, wrapped.
func (s *spool) fill(body io.Reader, report func(bytes int64)) error {
	buffer := make([]byte, rangeRead)
	for {
		n, err := body.Read(buffer)
		s.size += int64(n)
		if s.all.Add(int64(n)) > s.limit {
			return errSpoolTooLarge
		}
		if _, failed := s.file.Write(buffer[:n]); failed != nil {
			return fmt.Errorf("%w: %w", errSpoolDisk, withoutPath(failed))
		}
		report(s.size)
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
	}
}

// close removes the file.
func (s *spool) close() {
	s.all.Add(-s.size)
	_ = s.file.Close() // it was read: there is nothing that a failure could lose
	if s.name != "" {
		_ = os.Remove(s.name) // nor anybody who could be told that it stays
	}
}

// spoolReader reads a spool from its start.
type spoolReader struct {
	*io.SectionReader
	wait   *readContext
	barren barren
}

func (s *spool) reader(wait *readContext) *spoolReader {
	return &spoolReader{SectionReader: io.NewSectionReader(s.file, 0, s.size), wait: wait, barren: barren{limit: maxBarrenFile}}
}

// Read implements io.Reader.
func (r *spoolReader) Read(p []byte) (int, error) {
	if err := context.Cause(r.wait.now); err != nil {
		return 0, err
	}
	n, err := r.SectionReader.Read(p)
	if err := r.barren.read(n); err != nil {
		return 0, err
	}
	return n, err
}

// Close implements io.Closer: the spool stays.
func (r *spoolReader) Close() error { return nil }

// spooled downloads a medium that is read by a reader, which it closes.
func (r *remoteFile) spooled(reader *rangeReader) (io.ReadCloser, error) {
	defer reader.Close() // it was read: there is nothing that a failure could lose
	if reader.size > maxSpool {
		return nil, errSpoolTooLarge
	}
	s, err := newSpool(&r.session.spooled)
	if err != nil {
		return nil, err
	}
	reader.barren.limit = 0 // all of it is index and media
	var reported time.Time
	err = s.fill(reader, func(bytes int64) {
		if now := time.Now(); now.Sub(reported) >= progressInterval {
			reported = now
			r.session.fetching(Progress{Bytes: bytes, Total: reader.size})
		}
	})
	r.session.fetching(Progress{})
	if err != nil {
		s.close()
		return nil, err
	}
	r.spool = s
	return s.reader(reader.wait), nil
}

// indexLast says whether an MP4 file that begins with head has its media before its index. ISO/IEC
// 14496-12, 4.2 and 8.1.
func indexLast(head []byte) bool {
	for len(head) >= 8 {
		switch string(head[4:8]) {
		case "mdat":
			return true
		case "ftyp", "styp", "pdin", "free", "skip", "wide", "uuid":
		default:
			return false
		}
		size, ok := framing.BoxSize(head)
		if !ok || size > int64(len(head)) {
			return false
		}
		head = head[size:]
	}
	return false
}
