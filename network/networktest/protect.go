package networktest

import (
	"bytes"
	"crypto/aes"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// keySchedule gives out the keys of all playlists of an origin.
type keySchedule struct {
	Encryption
	ring    *keyRing
	base    string
	periods map[string]period // by top folder and number
}

// period is a run of segments under one key.
type period struct {
	key secretKey
	iv  [aes.BlockSize]byte
	uri string
}

// period returns the key of a playlist's segment, counted from 0. Playlists of one top folder share it, as the variants of a title do.
func (s *keySchedule) period(playlist string, index int) (number int, p period, err error) {
	if s.RotateEvery > 0 {
		number = index / s.RotateEvery
	}
	folder, _, ok := strings.Cut(playlist, "/")
	if !ok {
		folder = ""
	}
	id := folder + "/" + strconv.Itoa(number)
	p, ok = s.periods[id]
	if ok {
		return number, p, nil
	}
	p.key, p.uri, err = s.ring.create()
	if err != nil {
		return 0, period{}, err
	}
	p.uri = s.base + p.uri
	if err := randomise(p.iv[:]); err != nil {
		return 0, period{}, err
	}
	s.periods[id] = p
	return number, p, nil
}

// tag is the period's EXT-X-KEY.
func (s *keySchedule) tag(p period) string {
	if s.ExplicitIV {
		return fmt.Sprintf("#EXT-X-KEY:METHOD=AES-128,URI=%q,IV=0x%X\n", p.uri, p.iv)
	}
	return fmt.Sprintf("#EXT-X-KEY:METHOD=AES-128,URI=%q\n", p.uri)
}

// protector rewrites one media playlist.
type protector struct {
	library  *library
	playlist string
	keys     *keySchedule
	out      bytes.Buffer
	sequence uint64
	index    int // of the next segment
	number   int // of the key period whose tag was written last; -1: none
	current  period
	length   int64 // of the next segment's byte range; -1: the whole file
	offset   int64
	rangeAt  int // where in out the range tag goes
	next     map[string]int64
	served   map[string]int64
}

// protect returns the playlist with EXT-X-KEY tags, and notes how each file that it names is encrypted. A multivariant playlist
// comes back as it is.
func (l *library) protect(name string, text []byte, keys *keySchedule) ([]byte, error) {
	if bytes.Contains(text, []byte("#EXT-X-STREAM-INF")) {
		return text, nil
	}
	l.note(name, text)
	p := &protector{
		library: l, playlist: name, keys: keys, number: -1, length: -1, next: make(map[string]int64), served: make(map[string]int64),
	}
	for line := range strings.Lines(string(text)) {
		if err := p.line(strings.TrimRight(line, "\r\n")); err != nil {
			return nil, err
		}
	}
	return p.out.Bytes(), nil
}

// line rewrites one line.
func (p *protector) line(line string) error {
	switch {
	case strings.HasPrefix(line, "#EXT-X-MEDIA-SEQUENCE:"):
		sequence, err := strconv.ParseUint(strings.TrimPrefix(line, "#EXT-X-MEDIA-SEQUENCE:"), 10, 64)
		if err != nil {
			return fmt.Errorf("media sequence: %w", err)
		}
		p.sequence = sequence
	case strings.HasPrefix(line, "#EXT-X-MAP:"):
		return p.initSegment(line)
	case strings.HasPrefix(line, "#EXTINF:"):
		if err := p.key(); err != nil {
			return err
		}
	case strings.HasPrefix(line, "#EXT-X-BYTERANGE:"):
		return p.byteRange(strings.TrimPrefix(line, "#EXT-X-BYTERANGE:"))
	case line != "" && line[0] != '#':
		return p.segment(line)
	}
	p.out.WriteString(line + "\n")
	return nil
}

// key writes an EXT-X-KEY tag when the next segment is the first of its period.
func (p *protector) key() error {
	number, current, err := p.keys.period(p.playlist, p.index)
	if err != nil {
		return err
	}
	if number != p.number {
		p.number, p.current = number, current
		p.out.WriteString(p.keys.tag(current))
	}
	return nil
}

// initSegment writes an EXT-X-MAP tag: after the key's tag when init segments are encrypted. A clear one that comes under a key
// would be taken for encrypted, so METHOD=NONE stands between.
func (p *protector) initSegment(line string) error {
	uri, _ := attribute(line, "#EXT-X-MAP:", "URI")
	name := resolve(p.playlist, uri)
	p.length, p.offset = -1, 0
	if value, ok := attribute(line, "#EXT-X-MAP:", "BYTERANGE"); ok {
		if err := p.parseRange(value); err != nil {
			return err
		}
		p.next[name] = p.offset + p.length
	}
	piece := part{offset: p.offset, length: p.length, clear: true}
	if p.keys.EncryptInit {
		if err := p.key(); err != nil {
			return err
		}
		piece.clear, piece.key, piece.iv = false, p.current.key, p.current.iv
	} else if p.number >= 0 {
		p.out.WriteString("#EXT-X-KEY:METHOD=NONE\n")
		p.number = -1
	}
	if p.length >= 0 {
		line = fmt.Sprintf("#EXT-X-MAP:URI=%q,BYTERANGE=\"%d@%d\"", uri, piece.size(), p.served[name])
	}
	p.out.WriteString(line + "\n")
	p.length = -1
	return p.add(name, piece)
}

// byteRange notes the range of the next segment; its tag is written with the segment, when its file is known.
func (p *protector) byteRange(value string) error {
	p.offset = -1
	if err := p.parseRange(value); err != nil {
		return err
	}
	p.rangeAt = p.out.Len()
	return nil
}

// parseRange reads "LENGTH[@OFFSET]". RFC 8216, 4.3.2.2.
func (p *protector) parseRange(value string) error {
	length, offset, ok := strings.Cut(value, "@")
	n, err := strconv.ParseInt(length, 10, 64)
	if err != nil || n < 0 {
		return fmt.Errorf("byte range %q", value)
	}
	p.length = n
	if ok {
		p.offset, err = strconv.ParseInt(offset, 10, 64)
		if err != nil || p.offset < 0 {
			return fmt.Errorf("byte range %q", value)
		}
	}
	return nil
}

// segment writes the URI of a segment, with its new byte range before it.
func (p *protector) segment(uri string) error {
	name := resolve(p.playlist, uri)
	piece := part{length: p.length, key: p.current.key, iv: p.current.iv}
	if p.number < 0 {
		return fmt.Errorf("segment %s has no EXTINF", uri)
	}
	if !p.keys.ExplicitIV {
		piece.iv = sequenceIV(p.sequence)
	}
	if p.length >= 0 {
		if p.offset < 0 {
			p.offset = p.next[name]
		}
		piece.offset = p.offset
		p.next[name] = p.offset + p.length
		tail := string(p.out.Bytes()[p.rangeAt:])
		p.out.Truncate(p.rangeAt)
		fmt.Fprintf(&p.out, "#EXT-X-BYTERANGE:%d@%d\n%s", piece.size(), p.served[name], tail)
	}
	p.out.WriteString(uri + "\n")
	p.sequence++
	p.index++
	p.length = -1
	return p.add(name, piece)
}

// add notes how a part of a file is encrypted. Two playlists may name the same part when they agree about it.
func (p *protector) add(name string, piece part) error {
	if strings.HasPrefix(name, ":") {
		return fmt.Errorf("%s is not of this origin: it cannot be encrypted", name[1:])
	}
	parts := p.library.files[name]
	at := slices.IndexFunc(parts, func(q part) bool { return q.offset == piece.offset })
	if piece.length >= 0 {
		p.served[name] += piece.size()
	}
	switch {
	case at < 0:
		p.library.files[name] = append(parts, piece)
		return nil
	case parts[at] == piece:
		return nil
	}
	return fmt.Errorf("%s is named twice, under different keys", name)
}

// attribute returns the value of a quoted or bare attribute of a tag. RFC 8216, 4.2.
func attribute(line, tag, name string) (value string, ok bool) {
	list, ok := strings.CutPrefix(line, tag)
	for ok && list != "" {
		var key string
		key, list, ok = strings.Cut(list, "=")
		if rest, quoted := strings.CutPrefix(list, `"`); quoted {
			value, list, _ = strings.Cut(rest, `"`)
			list = strings.TrimPrefix(list, ",")
		} else {
			value, list, _ = strings.Cut(list, ",")
		}
		if ok && strings.TrimSpace(key) == name {
			return value, true
		}
	}
	return "", false
}
