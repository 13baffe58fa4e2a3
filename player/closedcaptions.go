package player

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"latchkey/player/caption"
	"latchkey/player/frame"
	"latchkey/player/libav"
)

const (
	// captionStay is how long a screen stays that nothing takes away. CTA-608-E, C.9.
	captionStay = 16 * time.Second
	// maxScreens is how many screens are kept, for seeks back and for decoders that are ahead.
	maxScreens = 2000
	// maxScreenMemory is how many bytes the screens of one channel may take: 2,000 full ones of one
	// style take 4 MB.
	maxScreenMemory = 8 << 20
)

// closedCaptions are those of one channel that come with the pictures. Safe for concurrent use.
type closedCaptions struct {
	mu      sync.Mutex // guards what follows
	filter  caption.ChannelFilter
	picked  []byte
	decoder *libav.CaptionDecoder
	last    time.Duration   // of the last picture
	screens []captionScreen // by their start
	bytes   int             // that screens take
	closed  bool
}

func newClosedCaptions(channel caption.Channel) *closedCaptions {
	return &closedCaptions{filter: caption.ChannelFilter{Channel: channel}}
}

// captionScreen is what is to be seen from a time on, until the next one.
type captionScreen struct {
	start time.Duration
	cues  []caption.Cue
}

// size is how many bytes the screen takes.
func (s captionScreen) size() int {
	size := 32
	for i := range s.cues {
		size += s.cues[i].Size()
	}
	return size
}

// compare orders screens by their start.
func (s captionScreen) compare(at time.Duration) int { return cmp.Compare(s.start, at) }

// feed takes the captions of the next picture that is shown. It returns an error where there is no decoder for them.
func (c *closedCaptions) feed(picture *frame.Video) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed || len(picture.Captions) == 0 {
		return nil
	}
	if gap := picture.PTS - c.last; c.decoder != nil && (gap < 0 || gap > time.Second) {
		c.decoder.Close() // a seek: what it has of a screen is of elsewhere
		c.decoder, c.filter = nil, caption.ChannelFilter{Channel: c.filter.Channel}
	}
	c.last = picture.PTS
	if c.picked = c.filter.Pick(c.picked[:0], picture.Captions); len(c.picked) == 0 {
		return nil
	}
	if c.decoder == nil {
		decoder, err := libav.NewCaptionDecoder()
		if err != nil {
			return err
		}
		c.decoder = decoder
	}
	ass, changed, err := c.decoder.Decode(c.picked, picture.PTS)
	if err != nil || !changed {
		return nil // damaged captions are none
	}
	c.add(captionScreen{start: picture.PTS, cues: caption.ParseASS(ass)})
	return nil
}

// add puts a screen in its place, over one that came before at the same time. The caller holds mu.
func (c *closedCaptions) add(screen captionScreen) {
	at, same := slices.BinarySearchFunc(c.screens, screen.start, captionScreen.compare)
	c.bytes += screen.size()
	if same {
		c.bytes -= c.screens[at].size()
		c.screens[at] = screen
	} else {
		c.screens = slices.Insert(c.screens, at, screen)
	}
	for len(c.screens) > maxScreens || c.bytes > maxScreenMemory && len(c.screens) > 1 {
		gone := 0
		if at < len(c.screens)/2 { // a seek back: what is far ahead goes
			gone = len(c.screens) - 1
		} else {
			at--
		}
		c.bytes -= c.screens[gone].size()
		c.screens = slices.Delete(c.screens, gone, gone+1)
	}
}

// at returns the cues that are to be seen at a time.
func (c *closedCaptions) at(position time.Duration) []caption.Cue {
	c.mu.Lock()
	defer c.mu.Unlock()
	i, same := slices.BinarySearchFunc(c.screens, position, captionScreen.compare)
	if !same {
		i--
	}
	if i < 0 || position-c.screens[i].start >= captionStay {
		return nil
	}
	return c.screen(i)
}

// all returns the cues of the pictures that were decoded between two times.
func (c *closedCaptions) all(from, to time.Duration) []caption.Cue {
	c.mu.Lock()
	defer c.mu.Unlock()
	var cues []caption.Cue
	for i := range c.screens {
		if start := c.screens[i].start; start >= from && start < to {
			cues = append(cues, c.screen(i)...)
		}
	}
	return cues
}

// screen returns the cues of a screen with their times. The caller holds mu.
func (c *closedCaptions) screen(i int) []caption.Cue {
	start := c.screens[i].start
	end := start + captionStay
	if i+1 < len(c.screens) {
		end = min(end, c.screens[i+1].start)
	}
	cues := slices.Clone(c.screens[i].cues)
	for j := range cues {
		cues[j].Start, cues[j].End = start, end
	}
	return cues
}

// close frees the decoder.
func (c *closedCaptions) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	if c.decoder != nil {
		c.decoder.Close()
		c.decoder = nil
	}
}
