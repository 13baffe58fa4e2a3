package hls

import (
	"hash/maphash"
)

// ParseOptions say how to read. The zero value tolerates what players tolerate.
type ParseOptions struct {
	// Strict makes whatever the specification says MUST fail an error, a *ParseError with the first line
	// that breaks a rule.
	Strict bool
	// Variables are the Defines of the multivariant playlist, for EXT-X-DEFINE with IMPORT. Nil means
	// that there was no multivariant playlist.
	Variables map[string]string
	// Previous is what the same playlist was before, nil when there is none. Parse returns it as it is when
	// neither the bytes nor base nor the options changed, and takes from it what EXT-X-SKIP left out.
	Previous *Playlist
}

type digest struct {
	sum uint64
	n   int
}

var digestSeed = maphash.MakeSeed()

// Parse reads a playlist.
func Parse(data []byte, base string, opts ParseOptions) (*Playlist, error) {
	d := digest{sum: maphash.Bytes(digestSeed, data), n: len(data)}
	return &Playlist{digest: d}, ErrNotPlaylist
}
