package hls

import (
	"errors"
	"fmt"
	"hash/maphash"
	"maps"
	"strings"
)

// Limits of a playlist.
const (
	maxTextBytes    = 32 << 20
	maxLines        = 500_000
	maxLineBytes    = 2 << 20  // data: URIs are long
	maxVersion      = 13       // the second edition's
	maxResultBytes  = 64 << 20 // 150,000 segments: a week of them, four seconds each
	maxWarnings     = 200
	maxSameWarnings = 10
)

// ParseOptions say how to read. The zero value tolerates what players tolerate.
type ParseOptions struct {
	// Strict makes what the specification says must not be an error, a *ParseError, instead of a warning.
	Strict bool
	// Variables are the Defines of the multivariant playlist, for EXT-X-DEFINE with IMPORT. Nil means
	// that there was no multivariant playlist.
	Variables map[string]string
	// Folder stands before the relative URIs of a playlist that base says is a file: "720p/" for one in that
	// folder beside the multivariant playlist. Of a URL's playlist it changes nothing.
	Folder string
	// FilePaths turns the file: URLs of a playlist that base says is a file into paths, escaped as
	// in the URL. Of a URL's playlist, which may name no file, it changes nothing.
	FilePaths bool
	// Previous is what the same playlist was before, nil when there is none. Parse returns it as it is when
	// neither the text nor base nor the other options changed, and takes from it what EXT-X-SKIP left out.
	Previous *Playlist
}

// digest tells whether Parse would read the same again.
type digest struct {
	sum       uint64
	n         int
	base      string
	folder    string
	filePaths bool
	strict    bool
	variables map[string]string
}

var digestSeed = maphash.MakeSeed()

func newDigest(data []byte, base string, opts ParseOptions) digest {
	return digest{sum: maphash.Bytes(digestSeed, data), n: len(data), base: base, folder: opts.Folder, filePaths: opts.FilePaths, strict: opts.Strict, variables: opts.Variables}
}

func (d digest) equal(e digest) bool {
	return d.sum == e.sum && d.n == e.n && d.base == e.base && d.folder == e.folder && d.filePaths == e.filePaths && d.strict == e.strict && maps.Equal(d.variables, e.variables)
}

// Parse reads a playlist. base is the URL that the playlist came from in the end, after redirects, against
// which its URIs are resolved; a file's path or nothing leaves them as they are. data is not kept.
//
// The error wraps ErrNotPlaylist when data is something else, ErrTooLarge when it is beyond a limit,
// ErrNoPrevious for an update to a playlist that opts.Previous is not; any other is a *ParseError. A
// playlist without segments is no error: see Playlist.CheckPlayable. Parse does not block and is safe for
// concurrent use.
func Parse(data []byte, base string, opts ParseOptions) (*Playlist, error) {
	if len(data) > maxTextBytes {
		return nil, fmt.Errorf("%w: more than %d MiB", ErrTooLarge, maxTextBytes>>20)
	}
	d := newDigest(data, base, opts)
	if opts.Previous != nil && opts.Previous.digest.equal(d) {
		return opts.Previous, nil
	}
	r, ok := newResolver(base)
	if !ok {
		return nil, &ParseError{Clause: "4.1", Msg: "the playlist's own URL cannot be read"}
	}
	if r.base == nil {
		r.prefix, r.filePaths = opts.Folder, opts.FilePaths
	}
	if !Sniff(data) {
		return nil, fmt.Errorf("%w: %s", ErrNotPlaylist, describe(data))
	}
	p := &parser{opts: opts, resolver: r, budget: maxResultBytes}
	playlist := p.parse(string(data))
	p.opts.Previous = nil // what is returned points into p, and must not keep all playlists before it
	if p.err != nil {
		return nil, p.err
	}
	d.variables = maps.Clone(d.variables)
	playlist.digest, playlist.size = d, maxResultBytes-p.budget+len(data)
	return playlist, nil
}

// parser reads one playlist.
type parser struct {
	opts     ParseOptions
	resolver resolver
	clock    clock
	attrs    attributes
	scratch  []byte

	err  error // the first one; nothing is read after it
	line int   // the current one, from 1

	budget    int // bytes that the result may still take
	warnings  []Warning
	warned    map[string]int // by format
	unwarned  int
	variables map[string]string

	header       bool // EXTM3U was seen
	seen         tagSet
	version      int
	requirements []requirement

	independent bool
	start       *Start
	importLine  int // of the first EXT-X-DEFINE with IMPORT

	kind  kindEvidence
	media mediaReader
	multi multivariantReader
}

// requirement is a need for a protocol version. RFC 8216, 7.
type requirement struct {
	version, line int
	clause, what  string
}

// must is for what the specification forbids: an error in strict mode, a warning otherwise.
func (p *parser) must(clause, format string, args ...any) {
	p.mustAt(p.line, clause, format, args...)
}

func (p *parser) mustAt(line int, clause, format string, args ...any) {
	if p.opts.Strict {
		p.fatalAt(line, clause, format, args...)
		return
	}
	p.warnAt(line, clause, format, args...)
}

// should is for what the specification advises against: a warning.
func (p *parser) should(clause, format string, args ...any) {
	p.warnAt(p.line, clause, format, args...)
}

// fatal is for what nobody can make sense of: an error.
func (p *parser) fatal(clause, message string) {
	p.fatalAt(p.line, clause, "%s", message)
}

func (p *parser) fatalAt(line int, clause, format string, args ...any) {
	if p.err == nil {
		p.err = &ParseError{Line: line, Clause: clause, Msg: fmt.Sprintf(format, args...)}
	}
}

func (p *parser) tooLarge(format string, args ...any) {
	if p.err == nil {
		p.err = fmt.Errorf("%w: line %d: %s", ErrTooLarge, p.line, fmt.Sprintf(format, args...))
	}
}

// charge takes bytes of the result from what it may take in all.
func (p *parser) charge(bytes int) {
	if p.budget -= bytes; p.budget < 0 {
		p.tooLarge("what the playlist says takes more than %d MiB", maxResultBytes>>20)
	}
}

func (p *parser) warnAt(line int, clause, format string, args ...any) {
	if p.warned == nil {
		p.warned = make(map[string]int)
	}
	p.warned[format]++
	if p.warned[format] > maxSameWarnings || len(p.warnings) >= maxWarnings {
		p.unwarned++
		return
	}
	p.warnings = append(p.warnings, Warning{Line: line, Clause: clause, Message: fmt.Sprintf(format, args...)})
}

// needs notes that the playlist must name a protocol version; the first need of each kind counts.
func (p *parser) needs(version int, clause, what string) {
	for i := range p.requirements {
		if p.requirements[i].what == what {
			return
		}
	}
	p.requirements = append(p.requirements, requirement{version: version, line: p.line, clause: clause, what: what})
}

// resolve returns the absolute form of a reference.
func (p *parser) resolve(ref string) string {
	out, ok := p.resolver.appendTo(p.scratch[:0], ref)
	p.scratch = out
	if !ok {
		p.must("4.1", "a URI cannot be read")
	}
	if len(out) > maxURIBytes {
		p.tooLarge("a URI is longer than %d bytes", maxURIBytes)
	}
	p.charge(len(out))
	return string(out)
}

// parse reads the text. It returns nil when p.err is set.
func (p *parser) parse(text string) *Playlist {
	text = p.normalize(text)
	if strings.Count(text, "\n") > maxLines {
		p.tooLarge("the playlist has more than %d lines", maxLines)
	}
	p.media.grow(text)
	for rest := text; len(rest) > 0 && p.err == nil; {
		line := rest
		if i := strings.IndexByte(rest, '\n'); i >= 0 {
			line, rest = rest[:i], rest[i+1:]
		} else {
			rest = ""
		}
		p.line++
		p.checkBytes(line)
		p.readLine(line)
	}
	if p.err == nil && !p.header {
		p.err = fmt.Errorf("%w: %s", ErrNotPlaylist, "it does not begin with #EXTM3U")
	}
	if p.err != nil {
		return nil
	}
	return p.finish()
}

// finish checks what can be checked at the end alone and puts the playlist together.
func (p *parser) finish() *Playlist {
	playlist := &Playlist{
		Version: max(p.version, 1), IndependentSegments: p.independent, Start: p.start, Defines: p.variables,
	}
	playlist.Type = p.decideType()
	if p.err != nil {
		return nil
	}
	p.checkVersion(playlist)
	if playlist.Type == TypeMultivariant {
		playlist.Multivariant = p.finishMultivariant()
	} else {
		playlist.Media = p.finishMedia()
	}
	if p.err != nil {
		return nil
	}
	if p.unwarned > 0 {
		p.warnings = append(p.warnings, Warning{Clause: "4", Message: fmt.Sprintf("%d more warnings are left out", p.unwarned)})
	}
	playlist.Warnings = p.warnings
	return playlist
}

// checkVersion holds EXT-X-VERSION against what the playlist uses. RFC 8216, 7.
func (p *parser) checkVersion(playlist *Playlist) {
	for _, r := range p.requirements {
		if r.version > playlist.Version {
			p.mustAt(r.line, r.clause, "%s needs EXT-X-VERSION %d or more, the playlist has %d", r.what, r.version, playlist.Version)
		}
	}
}

var errDesync = errors.New("playlist: the parser lost its place; please report the playlist")
