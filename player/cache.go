package player

import (
	"slices"
	"sync"
	"time"

	"latchkey/drm"
	"latchkey/player/hls"
)

// cacheKey names the bytes of a request. In a live stream an address can come to name other bytes:
// there the segment that they are of belongs to the key.
type cacheKey struct {
	uri            string
	offset, length int64
	live           bool
	sequence       uint64 // media sequence number, 0 of an init section
	discontinuity  uint64 // discontinuity sequence number, which is another after the stream began anew
	part           int
	keys           string // what an init section is enciphered with
}

// keyOf names a range of a URI, or all of it.
func keyOf(uri string, part *hls.ByteRange) cacheKey {
	key := cacheKey{uri: uri}
	if part != nil {
		key.offset, key.length = part.Offset, part.Length
	}
	return key
}

// renamed has the key name the same bytes at another address.
func (k *cacheKey) renamed(uri string, part *hls.ByteRange) {
	other := keyOf(uri, part)
	k.uri, k.offset, k.length = other.uri, other.offset, other.length
}

// segmentKey names the bytes of a segment of the playlist.
func (f *feed) segmentKey(s *hls.Segment) cacheKey {
	key := keyOf(s.URI, s.ByteRange)
	if f.changes {
		key.live, key.sequence, key.discontinuity, key.part = true, s.Sequence, s.DiscontinuitySequence, s.Part
	}
	return key
}

// initKey names the bytes of a segment's init section, the zero value without one.
func (f *feed) initKey(s *hls.Segment) cacheKey {
	if s.Map == nil {
		return cacheKey{}
	}
	key := keyOf(s.Map.URI, s.Map.ByteRange)
	if f.changes {
		key.live, key.discontinuity = true, s.DiscontinuitySequence
		for _, k := range s.Map.Keys {
			if k.HasIV && drm.KeySize(k.Method) > 0 && k.Method != drm.MethodSampleAES && k.Method != drm.MethodSampleAESCTR {
				key.keys += k.URI + string(k.IV[:])
			}
		}
	}
	return key
}

// keyInfos are the keys of a segment of the playlist, or of its init section.
func (f *feed) keyInfos(s *hls.Segment, keys []hls.Key) []drm.KeyInfo {
	infos := keyInfos(keys)
	for i := range infos {
		if f.changes {
			infos[i].Live, infos[i].Period = true, s.DiscontinuitySequence
		}
	}
	return infos
}

// entryOverhead is what an entry of the cache takes beside its bytes and its texts.
const entryOverhead = 2 << 10

// entrySize is the memory that a whole download takes as an entry.
func entrySize(key cacheKey, d *download) int {
	size, _ := d.complete()
	f := d.freshness()
	return size + entryOverhead + len(key.uri) + len(key.keys) + len(f.etag) + len(f.modified)
}

// cache keeps whole downloads in memory, the least recently used going first. Nothing of it is ever
// written to disk. Safe for concurrent use.
type cache struct {
	mu      sync.Mutex
	entries map[cacheKey]*download
	order   []cacheKey // least recently used first
	bytes   int
}

func newCache() *cache {
	return &cache{entries: make(map[cacheKey]*download)}
}

// get returns the whole download of key, or nil. fresh says whether it may be used at a time; else
// the server is to be asked whether it has changed.
func (c *cache) get(key cacheKey, now time.Time) (d *download, fresh bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if d = c.entries[key]; d == nil {
		return nil, false
	}
	c.touch(key)
	return d, d.freshness().fresh(now)
}

// has says whether the whole download of key is there, without counting as a use.
func (c *cache) has(key cacheKey) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.entries[key] != nil
}

// put keeps a download that is complete, in the place of an older one; one that the server forbids
// to keep, and others, are not kept.
func (c *cache) put(key cacheKey, d *download) {
	whole, ok := d.complete()
	c.drop(key)
	if !ok || whole > maxCached || d.freshness().never {
		return
	}
	size := entrySize(key, d)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.entries[key] != nil {
		return
	}
	for c.bytes+size > cacheBytes && len(c.order) > 0 {
		oldest := c.order[0]
		c.bytes -= entrySize(oldest, c.entries[oldest])
		delete(c.entries, oldest)
		c.order = c.order[1:]
	}
	c.entries[key] = d
	c.order = append(c.order, key)
	c.bytes += size
}

// drop forgets a download.
func (c *cache) drop(key cacheKey) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if d := c.entries[key]; d != nil {
		c.bytes -= entrySize(key, d)
		delete(c.entries, key)
		c.order = slices.DeleteFunc(c.order, func(k cacheKey) bool { return k == key })
	}
}

func (c *cache) touch(key cacheKey) {
	for i, k := range c.order {
		if k == key {
			c.order = append(append(c.order[:i:i], c.order[i+1:]...), key)
			return
		}
	}
}
