package player

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"latchkey/network"
	"latchkey/network/regular"
	"latchkey/player/libav"
)

// rangeRead is the buffer between a range request and the demuxer.
const rangeRead = 64 << 10

// backSteps are how far before the asked time a container without an index is searched for a key
// picture, one after the other.
var backSteps = []time.Duration{0, 2 * time.Second, 10 * time.Second, time.Minute}

// opener opens one medium, a file or what a URL names, for one reader at a time. Reads end when ctx does.
type opener interface {
	open(wait *readContext) (io.ReadCloser, error)
	// describe names the medium in errors: its request class, and its URL without query or its path.
	describe() (class, where string)
}

// mediaSource is a file or URL that is one container. Its producer's goroutine is the only user of the
// demuxer, one pipeline after another.
type mediaSource struct {
	session *session
	opener  opener
	input   *libav.Input
	body    io.ReadCloser
	wait    *readContext // what the demuxer's reads wait on
	fresh   bool         // nothing was read from input yet
	barren  *barren      // of body; nil: what it reads is not counted
	texts   *fileTexts   // set when it was opened
}

// readContext lends the context of the work in progress to a reader whose interface has no place for it. It is used by one goroutine at a
// time, and is no context itself: a request's outlives the request (net/http may go on dialling).
type readContext struct {
	now context.Context //nolint:containedctx // that is what it is for
}

// openMedia opens the medium and makes it the session's source.
func (s *session) openMedia(ctx context.Context, o opener) error {
	source := &mediaSource{session: s, opener: o}
	if err := source.reopen(ctx); err != nil {
		source.close()
		return err
	}
	s.source = source
	s.duration = source.input.Duration()
	s.title = source.input.Title()
	s.sounds = newFileSounds(s, source.input.Streams())
	s.stills = newFileStills(source)
	s.subtitles = captionsAlone(s, s.ownedSubtitles(source))
	if !s.outputs.freeRun {
		s.work.Go(func() { s.subtitles.run(s.ctx) })
	}
	return nil
}

// mediaError names the medium in an error.
type mediaError struct {
	class, where string
	err          error
}

func (e *mediaError) Error() string { return fmt.Sprintf("read %s: %v", e.where, e.err) }
func (e *mediaError) Unwrap() error { return e.err }

func (m *mediaSource) explain(err error) error {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, errStopped) {
		return err
	}
	class, where := m.opener.describe()
	return &mediaError{class: class, where: where, err: err}
}

// reopen opens the medium anew, as at the start, or after a read that was broken off.
func (m *mediaSource) reopen(ctx context.Context) error {
	m.closeInput()
	m.wait = &readContext{now: ctx}
	body, err := m.opener.open(m.wait)
	if err != nil {
		return m.explain(err)
	}
	_, local := m.opener.(*localFile)
	input, err := libav.OpenInput(body, libav.InputOptions{Local: local})
	if err != nil {
		return m.explain(errors.Join(err, body.Close()))
	}
	m.body, m.input, m.fresh, m.barren = body, input, true, nil
	switch body := body.(type) {
	case *rangeReader:
		m.barren = &body.barren
	case *spoolReader:
		m.barren = &body.barren
	case unseekable:
		m.barren = &body.r.barren
	}
	return nil
}

func (m *mediaSource) closeInput() {
	if m.input != nil {
		m.input.Close()
		m.input = nil
	}
	if m.body != nil {
		// It was read only: there is nothing that a failure could lose.
		_ = m.body.Close()
		m.body = nil
	}
}

func (m *mediaSource) tracks() []producer { return []producer{m} }

func (m *mediaSource) close() {
	m.closeInput()
	if kept, ok := m.opener.(io.Closer); ok {
		_ = kept.Close() // what it kept was read only
	}
}

// produce reads packets from the key picture at or before from on.
func (m *mediaSource) produce(ctx context.Context, from time.Duration, out *pipeline) error {
	return m.produceAt(ctx, from, 0, out)
}

// produceAt is produce of a medium that begins at begins in the presentation; from counts from
// there.
func (m *mediaSource) produceAt(ctx context.Context, from, begins time.Duration, out *pipeline) error {
	if m.input == nil {
		if err := m.reopen(ctx); err != nil {
			return err
		}
	}
	m.wait.now = ctx
	r := newRun(m.input, bothKinds, m.session.preferred, false)
	m.session.sounds.chooseIn(r, m.input.Streams())
	if len(r.streams) == 0 {
		return m.explain(errNoStreams)
	}
	origin := m.input.StartTime()
	if from > 0 || !m.fresh {
		if err := m.preroll(ctx, r, origin+from); err != nil {
			return err
		}
		if err := m.seek(ctx, r, origin+from); err != nil {
			return err
		}
	}
	m.fresh = false
	out.found(bothKinds, r)
	unlocker := &fileUnlocker{session: m.session}
	unlock := func(p *libav.Packet, stream libav.Stream) (int, error) {
		m.packet()
		return unlocker.unlock(p, stream)
	}
	return copyPackets(ctx, &textReader{input: m.input, source: m, origin: origin - begins}, r, fixed(origin-begins), nil, out, unlock, m.explain)
}

// packet notes that the demuxer gave a packet.
func (m *mediaSource) packet() {
	if m.barren != nil {
		m.barren.packet()
	}
}

// fixed is the origin of a container that has one clock.
type fixed time.Duration

func (f fixed) at(context.Context, libav.Kind, time.Duration, bool) (time.Duration, bool, error) {
	return time.Duration(f), true, nil
}

// seek goes to where decoding must begin for at, a media time, to be shown. A container that cannot
// seek is read from its start, since the decoders drop what is too early.
func (m *mediaSource) seek(ctx context.Context, r *run, at time.Duration) error {
	stream, video := r.streams[libav.KindVideo]
	if !video {
		stream = r.streams[libav.KindAudio]
	}
	for _, back := range backSteps {
		goal := max(at-back, m.input.StartTime())
		if err := m.input.SeekTo(stream.Index, goal); err != nil {
			break
		}
		if !video || indexed(m.input.FormatName()) {
			return nil
		}
		early, err := m.keyBefore(ctx, stream, at)
		if err != nil {
			return err
		}
		if early {
			return m.explain(m.input.SeekTo(stream.Index, goal))
		}
	}
	return m.reopen(ctx)
}

// indexed says whether a container's index leads to key pictures.
func indexed(format string) bool {
	return format != "mpegts" && format != "mpeg"
}

// keyBefore says whether the next key picture is at or before a media time. It reads on to find out.
func (m *mediaSource) keyBefore(ctx context.Context, stream libav.Stream, at time.Duration) (bool, error) {
	packet := libav.NewPacket()
	defer packet.Close()
	for {
		if err := context.Cause(ctx); err != nil {
			return false, err
		}
		err := m.input.ReadPacket(packet)
		if errors.Is(err, io.EOF) {
			return false, nil
		}
		if err != nil {
			return false, m.explain(err)
		}
		m.packet()
		if packet.Stream() != stream.Index || packet.PTS() == libav.NoPTS {
			continue
		}
		pts := libav.Ticks(packet.PTS(), stream.TimeBase)
		if pts > at {
			return false, nil
		}
		if packet.Key() {
			return true, nil
		}
	}
}

// localFile opens a file of this machine.
type localFile struct {
	path string
}

func (l *localFile) open(*readContext) (io.ReadCloser, error) {
	file, err := regular.Open(l.path)
	if err != nil {
		return nil, err
	}
	return file, nil
}

func (l *localFile) describe() (class, where string) { return "", l.path }

// remoteFile opens what a URL names, by ranges.
type remoteFile struct {
	session *session
	url     string
	begun   *rangeReader // an answer to the first request that was looked at; nil: none
	spool   *spool       // what a server without ranges sent; nil: it is read as it comes
}

func (r *remoteFile) describe() (class, where string) {
	return network.ClassMedia.String(), display(r.url)
}

// Close leaves what was begun and kept.
func (r *remoteFile) Close() error {
	if r.begun != nil {
		_ = r.begun.Close() // it was read only
		r.begun = nil
	}
	if r.spool != nil {
		r.spool.close()
		r.spool = nil
	}
	return nil
}

// begin asks for the first bytes; the answer says whether the server knows ranges and how long the
// medium is.
func (r *remoteFile) begin(wait *readContext) (*rangeReader, error) {
	reader := &rangeReader{file: r, wait: wait, size: -1}
	for {
		err := reader.request()
		if err == nil {
			return reader, nil
		}
		if !r.session.endure(wait.now, err) {
			return nil, err
		}
	}
}

// open reads the medium from its start. What can be read only as it comes, and has its index at its
// end, is downloaded whole.
func (r *remoteFile) open(wait *readContext) (_ io.ReadCloser, err error) {
	if r.spool != nil {
		return r.spool.reader(wait), nil
	}
	reader := r.begun
	r.begun = nil
	if reader == nil {
		if reader, err = r.begin(wait); err != nil {
			return nil, err
		}
	}
	reader.wait = wait
	if reader.size >= 0 && reader.ranges {
		reader.barren.limit = maxBarrenFile
		return reader, nil
	}
	head, err := reader.peek(spoolHead)
	if err != nil {
		return nil, errors.Join(err, reader.Close())
	}
	if indexLast(head) {
		return r.spooled(reader)
	}
	reader.barren.limit = maxBarrenSegment
	return unseekable{reader}, nil
}

// unseekable is a rangeReader without Seek.
type unseekable struct{ r *rangeReader }

func (u unseekable) Read(p []byte) (int, error) { return u.r.Read(p) }
func (u unseekable) Close() error               { return u.r.Close() }

// rangeReader reads a URL from any offset. A seek only notes the offset: the next read asks for it,
// unless it lies a little ahead.
type rangeReader struct {
	file   *remoteFile
	wait   *readContext
	asked  context.Context //nolint:containedctx // what the body was asked for with: it ends with it
	from   string          // the URL of the first answer, after redirects
	header http.Header     // of the first answer
	head   []byte          // the first bytes that were looked at
	offset int64           // of the next byte to be read
	at     int64           // of the body's next byte
	size   int64           // -1 unknown
	ranges bool
	body   io.ReadCloser
	barren barren
}

// skipAhead is how far ahead a seek reads on instead of asking anew.
const skipAhead = 256 << 10

// request asks for the bytes from offset on.
func (r *rangeReader) request() error {
	if err := r.Close(); err != nil && !errors.Is(err, context.Canceled) {
		r.file.session.config.Log.Debug("close of a range", "error", err)
	}
	var response *network.Response
	err := r.file.session.authorized(r.wait.now, func() (err error) {
		response, err = r.file.session.client.Do(r.wait.now, network.Request{Class: network.ClassMedia, URL: r.file.url,
			Offset: r.offset, Length: -1})
		return err
	})
	if err != nil {
		return err
	}
	r.body, r.at, r.asked = response.Body, r.offset, r.wait.now
	if r.offset == 0 {
		r.from, r.header = response.URL, response.Header
		r.size = response.TotalLength
		r.ranges = response.Status == 206
		if r.size < 0 {
			r.size = response.ContentLength
		}
	}
	return nil
}

// peek returns the first n bytes, or all where there are fewer. The reader stands at its start
// after that.
func (r *rangeReader) peek(n int) ([]byte, error) {
	r.offset = int64(len(r.head))
	for len(r.head) < n {
		more := make([]byte, n-len(r.head))
		m, err := r.Read(more)
		r.head = append(r.head, more[:m]...)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
	}
	r.offset = 0
	return r.head, nil
}

// Read returns the bytes at the offset. While no server answers it waits, as long as playback does.
func (r *rangeReader) Read(p []byte) (int, error) {
	for {
		n, err := r.read(p)
		if n > 0 {
			r.file.session.found()
		}
		if err := r.barren.read(n); err != nil {
			return 0, err
		}
		switch {
		case err == nil, errors.Is(err, io.EOF), r.size < 0 && !r.ranges: // the last has no place that could be asked for
			return n, err
		case n == 0 && !r.file.session.endure(r.wait.now, err):
			return 0, cmp.Or(context.Cause(r.wait.now), err)
		}
		_ = r.Close() // what it failed with is err
		if n > 0 {
			return n, nil
		}
	}
}

// read returns the bytes at the offset, or what a request failed with.
func (r *rangeReader) read(p []byte) (int, error) {
	if err := context.Cause(r.wait.now); err != nil {
		return 0, err
	}
	if r.offset < int64(len(r.head)) {
		n := copy(p, r.head[r.offset:])
		r.offset += int64(n)
		return n, nil
	}
	if r.size >= 0 && r.offset >= r.size {
		return 0, io.EOF
	}
	if r.asked != r.wait.now {
		r.at = -1
	}
	if r.body != nil && r.at >= 0 && r.at < r.offset && r.offset-r.at <= skipAhead {
		n, err := io.CopyN(io.Discard, r.body, r.offset-r.at)
		r.at += n
		if err != nil {
			return 0, errors.Join(err, r.Close())
		}
	}
	if r.body == nil || r.at != r.offset {
		if err := r.request(); err != nil {
			return 0, err
		}
	}
	n, err := r.body.Read(p[:min(len(p), rangeRead)])
	r.offset += int64(n)
	r.at += int64(n)
	return n, err
}

// Seek notes where the next read begins.
func (r *rangeReader) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += r.offset
	case io.SeekEnd:
		offset += r.size
	}
	if offset < 0 {
		return 0, errors.New("seek before the start")
	}
	r.offset = offset
	return offset, nil
}

// Close ends the request in progress.
func (r *rangeReader) Close() error {
	if r.body == nil {
		return nil
	}
	body := r.body
	r.body = nil
	return body.Close()
}
