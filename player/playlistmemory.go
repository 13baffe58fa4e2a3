package player

import "sync"

const (
	// maxPlaylistMemory is how many bytes the media playlists of a resource may take that are in
	// use at a time. A day of segments of four seconds takes about 10 MB a playlist. The
	// multivariant playlist, and one that is being read, come on top: 64 MiB each at most.
	maxPlaylistMemory = 160 << 20
	// maxFeeds is how many media playlists a ladder, or a source of stills, has at a time: those of
	// variants that were played before are loaded again when they are played again.
	maxFeeds = 4
)

// playlistMemory counts what the media playlists of a resource take. The zero value counts nothing
// yet. Safe for concurrent use.
type playlistMemory struct {
	mu    sync.Mutex
	sizes map[string]int // by address
	sum   int
}

// hold counts a playlist in the place of the one that came from the same address before. It returns
// false, and counts nothing, when there is no room for it.
func (m *playlistMemory) hold(uri string, size int) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.sum-m.sizes[uri]+size > maxPlaylistMemory {
		return false
	}
	if m.sizes == nil {
		m.sizes = make(map[string]int)
	}
	m.sum += size - m.sizes[uri]
	m.sizes[uri] = size
	return true
}

// release counts a playlist no longer.
func (m *playlistMemory) release(uri string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sum -= m.sizes[uri]
	delete(m.sizes, uri)
}
