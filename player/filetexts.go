package player

import (
	"context"
	"fmt"
	"slices"
	"sort"
	"sync"
	"time"

	"latchkey/player/caption"
	"latchkey/player/libav"
)

const (
	// textStay is how long a cue of a file stays whose length is not known.
	textStay = 5 * time.Second
)

// textFormats are the codecs, under FFmpeg's names, of the subtitles that are read.
var textFormats = map[string]caption.Format{"subrip": caption.FormatSubRip, "webvtt": caption.FormatWebVTT, "ass": caption.FormatASS,
	"mov_text": caption.FormatMP4Text, "text": caption.FormatText}

// fileTexts are the subtitles in a file, as far as it was demuxed. All are kept, so that another
// choice shows at once; where there is no room for all of them, those that are chosen are. Safe for
// concurrent use.
type fileTexts struct {
	// Constant.
	tracks  map[int]*textTrack // by the stream's index
	choices []ownSubtitles     // of tracks, in the file's order

	mu    sync.Mutex // guards what follows and the tracks' cues
	bytes int        // that the cues of all tracks take
	count int        // of the cues of all tracks

	skips int // cues to be left out before room is made again
}

// textTrack is one of the subtitles.
type textTrack struct {
	// Constant.
	all    *fileTexts
	stream libav.Stream
	format caption.Format

	// Guarded by all.mu.
	cues  []*caption.Cue      // by their start
	reach []time.Duration     // of the first cues: the latest end of the cue and of those before it
	known map[uint64]struct{} // the hashes of cues: what is demuxed again is not kept twice
}

// newFileTexts returns the subtitles of a file that are text. sound is the language of what is
// heard.
func newFileTexts(streams []libav.Stream, sound string) *fileTexts {
	f := &fileTexts{tracks: make(map[int]*textTrack)}
	var texts []libav.Stream
	var numbers []int
	number := 0
	for _, stream := range streams {
		if stream.Kind != libav.KindSubtitle {
			continue
		}
		number++
		if _, text := textFormats[stream.Codec]; text {
			texts, numbers = append(texts, stream), append(numbers, number)
		}
	}
	for i, stream := range texts {
		track := &textTrack{all: f, stream: stream, format: textFormats[stream.Codec], known: make(map[uint64]struct{})}
		f.tracks[stream.Index] = track
		language := languageOf(stream.Language)
		f.choices = append(f.choices, ownSubtitles{source: track, number: numbers[i], standard: stream.Default || stream.Forced && sameLanguage(language, sound),
			info: SubtitleInfo{Name: textName(stream, numbers[i], marked(texts)), Language: language, Forced: stream.Forced, Title: stream.Title,
				Codec: stream.Codec, Default: stream.Default, HearingImpaired: stream.HearingImpaired}})
	}
	return f
}

// textName describes subtitles, the number-th of their file, in a menu.
func textName(s libav.Stream, number int, whole bool) string {
	details := []string{codecName(s.Codec)}
	if s.Forced {
		details = append(details, "forced")
	}
	if s.HearingImpaired {
		details = append(details, "for the hard of hearing")
	}
	if s.Commentary {
		details = append(details, "commentary")
	}
	return described(s, fmt.Sprintf("Subtitles %d", number), details, whole)
}

// textReader gives the packets of a file, and takes the subtitles' texts from them in passing.
type textReader struct {
	input  *libav.Input
	source *mediaSource
	origin time.Duration
}

// ReadPacket is packetReader's.
func (r *textReader) ReadPacket(p *libav.Packet) error {
	err := r.input.ReadPacket(p)
	if err != nil || r.source.texts == nil {
		return err
	}
	if track := r.source.texts.tracks[p.Stream()]; track != nil {
		r.source.take(track, p, r.origin)
	}
	return nil
}

// take keeps the cue of a packet.
func (m *mediaSource) take(track *textTrack, p *libav.Packet, origin time.Duration) {
	if p.PTS() == libav.NoPTS {
		return
	}
	cue, cut, shows := track.format.Cue(p.Data())
	subtitles := m.session.subtitles
	index := subtitles.choice() // it may change meanwhile
	shown := subtitles.source(index) == subtitleSource(track)
	whole := !cut
	if cue.Start = libav.Ticks(p.PTS(), track.stream.TimeBase) - origin; shows {
		cue.End = cue.Start + textStay
		if length := libav.Ticks(p.Duration(), track.stream.TimeBase); length > 0 {
			cue.End = max(cue.Start, cue.Start+length)
		}
		whole = track.all.keep(track, &cue, shown) && whole
	}
	if shown && shows {
		m.session.changed()
	}
	if !whole && shown {
		m.session.noteOnce("text", leftOut(subtitles.list[index].Name))
	}
}

// leftOut tells of subtitles beyond the limits.
func leftOut(name string) string {
	return fmt.Sprintf("Some of the subtitles %q were left out: there is more text in them than anybody can read.", name)
}

// keep adds a cue to a track, unless it has it. shown says that the track is the one that is
// chosen. It returns false where there is no room.
func (f *fileTexts) keep(t *textTrack, c *caption.Cue, shown bool) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	hash := hashOf(c)
	if _, known := t.known[hash]; known || c.End <= c.Start {
		return true
	}
	size := c.Size() + cueOverhead
	full := func() bool { return f.bytes+size > maxCueMemory || f.count >= maxLoadedCues }
	if full() && shown && f.skips == 0 {
		count, bytes := f.count, f.bytes
		if f.makeRoom(t, c.Start); count-f.count < maxLoadedCues/10 && bytes-f.bytes < maxCueMemory/10 {
			f.skips = f.count // looking through all of them for each cue would take too long
		}
	}
	if full() {
		f.skips = max(f.skips-1, 0)
		return false
	}
	f.bytes, f.count = f.bytes+size, f.count+1
	t.known[hash] = struct{}{}
	at := sort.Search(len(t.cues), func(i int) bool { return t.cues[i].Start > c.Start })
	t.cues = slices.Insert(t.cues, at, c)
	t.reach = t.reach[:min(len(t.reach), at)]
	return true
}

// makeRoom drops the cues of the tracks that are not shown, and of the one that is those far from a
// time. The caller holds mu.
func (f *fileTexts) makeRoom(shown *textTrack, at time.Duration) {
	f.bytes, f.count = 0, 0
	for _, t := range f.tracks {
		t.cues = slices.DeleteFunc(t.cues, func(c *caption.Cue) bool {
			return t != shown || c.End < at-subtitlesBehind || c.Start > at+subtitlesBehind
		})
		t.reach = nil
		clear(t.known)
		for _, c := range t.cues {
			t.known[hashOf(c)] = struct{}{}
			f.bytes, f.count = f.bytes+c.Size()+cueOverhead, f.count+1
		}
	}
}

// at is subtitleSource's.
func (t *textTrack) at(position time.Duration) []caption.Cue {
	t.all.mu.Lock()
	defer t.all.mu.Unlock()
	for i := len(t.reach); i < len(t.cues); i++ {
		end := t.cues[i].End
		if i > 0 {
			end = max(end, t.reach[i-1])
		}
		t.reach = append(t.reach, end)
	}
	var out []caption.Cue
	first, _ := slices.BinarySearch(t.reach, position+1) // before that, all have ended
	for i := first; i < len(t.cues) && t.cues[i].Start <= position && len(out) < maxShownCues; i++ {
		if t.cues[i].End > position {
			out = append(out, *t.cues[i])
		}
	}
	return out
}

// cuesBetween is subtitleSource's: the cues of what was demuxed.
func (t *textTrack) cuesBetween(_ context.Context, from, to time.Duration) ([]caption.Cue, error) {
	t.all.mu.Lock()
	defer t.all.mu.Unlock()
	var out []caption.Cue
	for _, c := range t.cues {
		if c.End > from && c.Start <= to {
			out = append(out, *c)
		}
	}
	return out, nil
}
