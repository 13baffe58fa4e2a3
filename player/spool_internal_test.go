package player

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net/http"
	"os"
	"runtime"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// emptyTemp is a folder for temporary files, and a function that wants it to be empty. Serial: it
// changes the environment.
func emptyTemp(t *testing.T) (check func()) {
	t.Helper()
	folder := t.TempDir()
	t.Setenv("TMPDIR", folder)
	return func() {
		t.Helper()
		entries, err := os.ReadDir(folder)
		require.NoError(t, err)
		assert.Empty(t, entries)
	}
}

func TestSpoolIsPrivateAndGone(t *testing.T) {
	empty := emptyTemp(t)
	var all atomic.Int64
	s, err := newSpool(&all)
	require.NoError(t, err)
	info, err := s.file.Stat()
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode())
	if runtime.GOOS != "windows" {
		empty()
	}
	film := bytes.Repeat([]byte("film"), 100_000)
	var told int64
	require.NoError(t, s.fill(bytes.NewReader(film), func(n int64) { told = n }))
	assert.EqualValues(t, len(film), told)
	for range 2 {
		got, err := io.ReadAll(s.reader(&readContext{now: t.Context()}))
		require.NoError(t, err)
		assert.True(t, bytes.Equal(film, got))
	}
	ended, cancel := context.WithCancelCause(t.Context())
	cancel(errStopped)
	_, err = s.reader(&readContext{now: ended}).Read(make([]byte, 1))
	require.ErrorIs(t, err, errStopped)
	assert.EqualValues(t, len(film), all.Load())
	s.close()
	assert.Zero(t, all.Load())
	empty()
	_, err = s.reader(&readContext{now: t.Context()}).Read(make([]byte, 1))
	require.ErrorIs(t, err, os.ErrClosed)
}

// TestSpoolWithANameIsRemoved closes one on a system that removes no open file.
func TestSpoolWithANameIsRemoved(t *testing.T) {
	file, err := os.CreateTemp(t.TempDir(), "")
	require.NoError(t, err)
	s := &spool{file: file, name: file.Name(), all: new(atomic.Int64), limit: maxSpool}
	s.close()
	require.NoFileExists(t, file.Name())
}

// TestSpoolsShareABound has two files of a session that fit alone, and not together.
func TestSpoolsShareABound(t *testing.T) {
	var all atomic.Int64
	fill := func() (*spool, error) {
		file, err := os.CreateTemp(t.TempDir(), "")
		require.NoError(t, err)
		s := &spool{file: file, name: file.Name(), all: &all, limit: 1000}
		return s, s.fill(bytes.NewReader(make([]byte, 600)), func(int64) {})
	}
	first, err := fill()
	require.NoError(t, err)
	second, err := fill()
	require.ErrorIs(t, err, errSpoolTooLarge)
	first.close()
	second.close()
	third, err := fill()
	require.NoError(t, err)
	third.close()
	assert.Zero(t, all.Load())
}

func TestSpoolFails(t *testing.T) {
	broken := errors.New("the network is away")
	for name, c := range map[string]struct {
		body io.Reader
		full bool
		err  error
		say  string
	}{
		"as long as it may be": {body: bytes.NewReader(make([]byte, 1000))},
		"longer":               {body: bytes.NewReader(make([]byte, 1001)), err: errSpoolTooLarge, say: "larger than 512 MiB."},
		"without end":          {body: zeros{}, err: errSpoolTooLarge, say: "larger than 512 MiB."},
		"broken off":           {body: io.MultiReader(bytes.NewReader(make([]byte, 9)), iotest.ErrReader(broken)), err: broken},
		"a full disk":          {body: bytes.NewReader(make([]byte, 9)), full: true, err: errSpoolDisk, say: "It cannot be kept on the disk: no space left on device."},
	} {
		t.Run(name, func(t *testing.T) {
			file, err := os.CreateTemp(t.TempDir(), "")
			if c.full {
				file, err = os.OpenFile("/dev/full", os.O_WRONLY, 0)
			}
			require.NoError(t, err)
			s := &spool{file: file, all: new(atomic.Int64), limit: 1000}
			defer s.close()
			err = s.fill(c.body, func(int64) {})
			require.ErrorIs(t, err, c.err)
			if c.say != "" {
				explained := new(Error)
				require.ErrorAs(t, Explain(&mediaError{class: "media", where: filmURL, err: err}, filmURL), &explained)
				assert.Equal(t, CodeTooLarge, explained.Code)
				assert.Contains(t, explained.Message, filmURL+" has its index at its end, and the server can send it only from the start.")
				assert.Contains(t, explained.Message, c.say)
			}
			if !c.full {
				info, err := file.Stat()
				require.NoError(t, err)
				assert.LessOrEqual(t, info.Size(), int64(1000))
			}
		})
	}
}

// zeros is a body of zeros.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

// boxes are MP4 boxes of these kinds, each with a payload of a size.
func boxes(kinds ...any) []byte {
	var all []byte
	for i := 0; i < len(kinds); i += 2 {
		size := kinds[i+1].(int)
		all = binary.BigEndian.AppendUint32(all, uint32(8+size))
		all = append(append(all, kinds[i].(string)...), make([]byte, size)...)
	}
	return all
}

var indexes = map[string]struct {
	head []byte
	last bool
}{
	"index first":                {boxes("ftyp", 16, "moov", 100, "mdat", 8), false},
	"index last":                 {boxes("ftyp", 16, "free", 0, "mdat", 1<<10), true},
	"without a type":             {boxes("mdat", 100), true},
	"wide":                       {boxes("ftyp", 12, "wide", 0, "mdat", 8), true},
	"fragments":                  {boxes("styp", 12, "moof", 50, "mdat", 8), false},
	"64 bits":                    {append(boxes("ftyp", 16), "\x00\x00\x00\x01mdat\x00\x00\x00\x01\x00\x00\x00\x00"...), true},
	"a skipped box of 64 bits":   {append([]byte("\x00\x00\x00\x01free\x00\x00\x00\x00\x00\x00\x00\x10"), boxes("mdat", 8)...), true},
	"a box longer than the head": {append([]byte("\xff\xff\xff\xfffree"), boxes("mdat", 8)...), false},
	"a box of no size":           {append([]byte("\x00\x00\x00\x00free"), boxes("mdat", 8)...), false},
	"no MP4":                     {bytes.Repeat([]byte("G123"), 100), false},
	"cut":                        {[]byte("\x00\x00\x00\x01mda"), false},
	"nothing":                    {nil, false},
}

func TestIndexLast(t *testing.T) {
	for name, c := range indexes {
		t.Run(name, func(t *testing.T) { assert.Equal(t, c.last, indexLast(c.head)) })
	}
}

// FuzzIndexLast holds that what follows a media box changes nothing.
func FuzzIndexLast(f *testing.F) {
	for _, c := range indexes {
		f.Add(c.head)
	}
	f.Fuzz(func(t *testing.T, head []byte) {
		if indexLast(head) {
			require.True(t, indexLast(append(bytes.Clone(head), boxes("moov", 8)...)))
			require.Contains(t, string(head), "mdat")
		}
	})
}

// TestSpoolingIsLeft ends a download that goes on for ever, and one that the server does not go on
// with: it ends at once, and nothing stays.
func TestSpoolingIsLeft(t *testing.T) {
	for name, rest := range map[string]func(ctx context.Context) io.Reader{
		"of a slow server":   func(context.Context) io.Reader { return slow{} },
		"of a silent server": func(ctx context.Context) io.Reader { return silent{ctx} },
	} {
		t.Run(name, func(t *testing.T) {
			empty := emptyTemp(t)
			synctest.Test(t, func(t *testing.T) {
				head := append(boxes("ftyp", 16), boxes("mdat", 128<<10)...)
				s := newTestSession(t, filmURL, func(r *http.Request) (*http.Response, error) {
					body := io.MultiReader(bytes.NewReader(head), rest(r.Context()))
					return &http.Response{StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: http.Header{},
						ContentLength: 400 << 20, Body: io.NopCloser(body), Request: r}, nil
				})
				ctx, cancel := context.WithCancelCause(t.Context())
				began := time.Now()
				time.AfterFunc(3*time.Second, func() {
					s.mu.Lock()
					assert.EqualValues(t, 400<<20, s.progress.Total)
					assert.GreaterOrEqual(t, s.progress.Bytes, int64(64<<10))
					s.mu.Unlock()
					cancel(errStopped)
				})
				_, err := (&remoteFile{session: s, url: filmURL}).open(&readContext{now: ctx})
				require.ErrorIs(t, err, errStopped)
				assert.LessOrEqual(t, time.Since(began), 4*time.Second)
				assert.Zero(t, s.progress)
			})
			empty()
		})
	}
}

// slow is a body that comes at 10 KB a second.
type slow struct{}

func (slow) Read(p []byte) (int, error) {
	<-time.After(100 * time.Millisecond)
	return min(len(p), 1000), nil
}

// silent is a body that does not come.
type silent struct{ ctx context.Context } //nolint:containedctx // the request's

func (s silent) Read([]byte) (int, error) {
	<-s.ctx.Done()
	return 0, context.Cause(s.ctx)
}
