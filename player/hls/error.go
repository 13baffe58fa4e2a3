package hls

import (
	"errors"
	"fmt"
)

// Errors that a caller can tell apart with errors.Is.
var (
	// ErrNotPlaylist is wrapped by errors that say what the bytes look like instead.
	ErrNotPlaylist = errors.New("not an HLS playlist")
	// ErrNoSegments is returned by Playlist.CheckPlayable.
	ErrNoSegments = errors.New("the playlist has no segments")
	// ErrTooLarge is wrapped by errors about a playlist beyond the limits.
	ErrTooLarge = errors.New("the playlist is too large")
	// ErrNoPrevious is returned for a playlist delta update (EXT-X-SKIP) whose skipped segments are not in
	// ParseOptions.Previous, when that was set: the whole playlist is to be asked for again.
	ErrNoPrevious = errors.New("the playlist update skips segments that were never seen")
)

var errNoVariants = fmt.Errorf("%w: it lists no variant streams", ErrNoSegments)

// ParseError says which line broke which clause. It has no URI and no value of the playlist in it.
type ParseError struct {
	Line   int    // from 1, 0 for the whole playlist
	Clause string // as in Warning
	Msg    string
}

// Error returns the line, the message and the clause.
func (e *ParseError) Error() string {
	document := "RFC 8216, " + e.Clause
	if len(e.Clause) > 4 && e.Clause[:4] == "bis " {
		document = "RFC 8216bis, " + e.Clause[4:]
	}
	if e.Line == 0 {
		return fmt.Sprintf("playlist: %s (%s)", e.Msg, document)
	}
	return fmt.Sprintf("playlist line %d: %s (%s)", e.Line, e.Msg, document)
}
