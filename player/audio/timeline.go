package audio

import "time"

// span is a stretch of sound among the frames handed to the device.
type span struct {
	line
	end int64 // the frame after its last
}

// timeline maps the frames handed to the device since the last Flush to media time. Frames in no span are
// silence, during which media time stands. Not safe for concurrent use.
type timeline struct {
	spans []span
}

func (t *timeline) clear() { t.spans = t.spans[:0] }

// add appends n frames of sound from frame at on, which is not before the end of what was added.
func (t *timeline) add(at int64, n int, pts time.Duration, rate float64) {
	if k := len(t.spans); k > 0 {
		last := &t.spans[k-1]
		if last.end == at && last.continues(at, pts, rate) {
			last.end += int64(n)
			return
		}
	}
	t.spans = append(t.spans, span{line: line{at: at, pts: pts, rate: rate}, end: at + int64(n)})
}

// at is the media time heard at a frame; ok is false before the first sound. Spans that end before it, but for the
// one that it still shows, are forgotten: later calls must not ask for an earlier frame.
func (t *timeline) at(frame float64) (media time.Duration, ok bool) {
	k := 0
	for k+1 < len(t.spans) && float64(t.spans[k+1].at) <= frame {
		k++
	}
	if k > 0 {
		t.spans = append(t.spans[:0], t.spans[k:]...)
	}
	if len(t.spans) == 0 || frame < float64(t.spans[0].at) {
		return 0, false
	}
	s := t.spans[0]
	return s.media(min(frame, float64(s.end))), true
}

// unheard is the number of frames of sound after a frame.
func (t *timeline) unheard(frame float64) float64 {
	var n float64
	for _, s := range t.spans {
		n += max(0, float64(s.end)-max(frame, float64(s.at)))
	}
	return n
}
