package history

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"time"
)

const (
	maxDuration = 1000 * time.Hour // of a title that is remembered
	leastResume = 10 * time.Second // nearer to the beginning, a title begins there
	watchedPart = 0.95
	// watchedLeft is the length of closing titles. In what is short it would be half of the story.
	watchedLeft  = time.Minute
	watchedShort = 10 * time.Minute
	keyBytes     = 16
)

// Key stands for a title of a service as one account watches it.
type Key string

// KeyOf returns the key of a title.
func KeyOf(service, account, title string) Key {
	h := sha256.New()
	for _, part := range []string{service, account, title} {
		var length [8]byte
		binary.BigEndian.PutUint64(length[:], uint64(len(part)))
		h.Write(length[:]) // so that no two triples read the same
		h.Write([]byte(part))
	}
	return Key(hex.EncodeToString(h.Sum(nil)[:keyBytes]))
}

// valid reports whether a key has the form of those of KeyOf.
func (k Key) valid() bool {
	b, err := hex.DecodeString(string(k))
	return err == nil && len(b) == keyBytes
}

// Mark is how far a person came in a title. The zero value is one that was never watched.
type Mark struct {
	Position, Duration time.Duration
	Watched            bool      // it was seen to the end, now or before
	At                 time.Time // when it was watched last
}

// Resume returns where to go on, 0 for the beginning.
func (m Mark) Resume() time.Duration {
	if m.Position < leastResume || atEnd(m.Position, m.Duration) {
		return 0
	}
	return m.Position
}

// Progress returns how much of the title lies before Resume, from 0 to 1.
func (m Mark) Progress() float64 {
	if m.Duration <= 0 {
		return 0
	}
	return min(float64(m.Resume())/float64(m.Duration), 1)
}

// atEnd says whether who is at a position has seen it.
func atEnd(position, duration time.Duration) bool {
	if duration <= 0 {
		return false
	}
	return float64(position) >= watchedPart*float64(duration) || duration >= watchedShort && duration-position <= watchedLeft
}
