package player

import (
	"errors"
	"io"
	"math"
	"time"

	"latchkey/player/frame"
	"latchkey/player/libav"
)

// maxDecodeErrors is how many packets in a row may fail before the playback does: a damaged stretch
// is passed over, what is no video at all is not.
const maxDecodeErrors = 120

// maxUnproved is how many packets may fail that were decrypted with a key under which none was a picture yet: those that a first picture
// is followed by and that need what was before it.
const maxUnproved = 8

// provedByPictures is how many pictures in a row show that a key is the right one when none of them can be decoded without others.
const provedByPictures = 30

const (
	// lateAfter is how far behind the clock the decoder passes over pictures that no other needs.
	lateAfter = 120 * time.Millisecond
	// hopelessAfter is how far behind it goes on at the next key picture.
	hopelessAfter = 1500 * time.Millisecond
	// seekMargin is how far before the target of a seek a picture may surely be left out: longer than any
	// picture stays.
	seekMargin = 250 * time.Millisecond
)

// errDecode is returned when a decoder makes nothing of what it gets.
var errDecode = errors.New("the decoder makes nothing of the stream")

// errTrackEnd ends a track that has given as much as was asked for.
var errTrackEnd = errors.New("as much of the track as was asked for was played")

// videoDecoder turns one pipeline's packets into pictures. It belongs to one goroutine.
type videoDecoder struct {
	out      *pipeline
	decoder  *libav.Decoder
	run      *run
	failed   int           // packets in a row
	key      int           // that the newest packet was decrypted with, 0: none
	since    time.Duration // the presentation time of the first packet under it
	proved   int           // under which there was a picture
	under    int           // packets so far
	begins   bool          // the first is a key picture
	good     int           // pictures in a row that do not prove the newest
	early    *frame.Video  // the last picture before the target, shown when none follows
	given    bool          // a picture was given to the screen
	lost     bool          // pictures are passed over until the next key picture
	end      time.Duration
	newest   time.Duration // presentation time of the last picture that was given, when given
	floor    time.Duration // up to here the run before gave the pictures, whose place this one takes
	ceiling  time.Duration // from here on the next run gives them
	reported bool          // without a screen: that the first picture was there
}

// decodeVideo decodes until the track's end.
func (p *pipeline) decodeVideo() error {
	v := &videoDecoder{out: p, floor: math.MinInt64, ceiling: math.MaxInt64}
	defer v.close()
	for {
		item, err := p.take(libav.KindVideo, nil)
		if errors.Is(err, io.EOF) || errors.Is(err, errTrackEnd) {
			return v.finish()
		}
		if err != nil {
			return err
		}
		err = v.decode(item)
		item.packet.Close()
		if errors.Is(err, errTrackEnd) {
			return v.ended()
		}
		if err != nil {
			return err
		}
	}
}

// decode gives one packet to the decoder and takes what comes out.
func (v *videoDecoder) decode(item queued) error {
	if v.goesOn(item) {
		v.run = item.run // a new decoder would lack the pictures that those of an open GOP are made of
	}
	if item.run != v.run {
		if item.run.replaces {
			v.ceiling = item.at
		}
		err := v.drain()
		if v.floor, v.ceiling = math.MinInt64, math.MaxInt64; err != nil {
			return err
		}
		if item.run.replaces && v.given {
			v.floor = v.newest
		}
		if err := v.open(item.run); err != nil {
			return err
		}
		v.key, v.proved = 0, 0
	}
	if item.key != v.key {
		v.key, v.since, v.good, v.begins = item.key, item.at, 0, item.packet.Key()
		v.under = 0
	}
	v.under++
	if !v.hurry(item) {
		v.out.session.outputs.presenter.miss(v.out.session.tally)
		return nil
	}
	for {
		err := v.decoder.Send(item.packet)
		if errors.Is(err, libav.ErrAgain) {
			if err := v.receive(); err != nil {
				return err
			}
			continue
		}
		if err != nil {
			return v.passOver(err)
		}
		return v.receive()
	}
}

// goesOn says whether the decoder can go on with the packets of another run.
func (v *videoDecoder) goesOn(item queued) bool {
	return v.decoder != nil && item.run != v.run && item.run.joined && !item.run.locked && !v.run.locked && item.key == 0 && v.key == 0 &&
		item.run.follows(v.run, libav.KindVideo)
}

// passOver counts a packet that failed.
func (v *videoDecoder) passOver(err error) error {
	if beyondLimits(err) {
		return err
	}
	if v.given {
		v.out.session.noteOnce("picture", "Pictures that are damaged were left out.")
	}
	v.failed++
	v.good = 0
	switch {
	case v.key != v.proved && (v.failed > maxUnproved || v.begins && v.under == 1):
		return errors.Join(errWrongKey, err)
	case v.failed > maxDecodeErrors:
		return errors.Join(errDecode, err)
	}
	return nil
}

// proves says whether a picture shows that its key is the right one. What needs other pictures may by chance look like one under a wrong
// key: only many in a row do.
func (v *videoDecoder) proves(picture *frame.Video) (bool, error) {
	if v.key == v.proved {
		return true, nil
	}
	at := v.run.time(libav.KindVideo, picture.Ticks)
	switch {
	case picture.Ticks == libav.NoPTS:
	case at < v.since:
		return v.proved != 0 || v.key == 0, nil // it was still on its way, under the key before
	case at > v.since && v.begins && v.good == 0:
		return false, errWrongKey // the key picture with which it begins was none
	}
	if v.good++; picture.Key || v.good >= provedByPictures {
		v.proved = v.key
		return true, nil
	}
	return false, nil
}

// hurry passes over pictures that no other needs, on the way to the target of a seek and while the
// decoder is behind the clock, and over all pictures up to the next key picture when it is hopelessly
// behind. It says whether the packet is to be decoded.
func (v *videoDecoder) hurry(item queued) bool {
	pos, running := v.out.session.outputs.presenter.clock()
	late := time.Duration(0)
	if shift, placed := v.out.placed(); running && placed && !v.out.session.config.decodeLate {
		late = pos - shift - item.at
	}
	switch {
	case item.packet.Key():
		v.lost = false
	case late > hopelessAfter:
		v.lost = true
	}
	v.decoder.SkipNonReference(late > lateAfter || item.at+seekMargin < v.out.target)
	return !v.lost
}

// open makes the decoder of a run.
func (v *videoDecoder) open(r *run) error {
	// Of an encrypted picture nothing may be patched up: with a wrong key it would all be noise.
	decoder, err := libav.NewDecoder(r.streams[libav.KindVideo], libav.DecoderOptions{Strict: r.locked, Hardware: v.out.session.config.Hardware,
		MaxPixels: v.out.session.maxPixels()})
	if err != nil {
		return err
	}
	v.decoder, v.run = decoder, r
	v.out.session.gotVideo(r.streams[libav.KindVideo], r.variant, decoder.Hardware())
	return nil
}

// receive takes the pictures that the decoder has ready.
func (v *videoDecoder) receive() error {
	for {
		picture, err := v.decoder.ReceiveVideo()
		switch {
		case errors.Is(err, libav.ErrAgain) || errors.Is(err, io.EOF):
			return nil
		case err != nil: // other pictures may wait behind the one that failed
			if err := v.passOver(err); err != nil {
				return err
			}
			continue
		}
		proved, err := v.proves(picture)
		if !proved {
			picture.Release()
		}
		if err != nil {
			return err
		}
		if !proved {
			continue
		}
		v.failed = 0
		if err := v.give(picture); err != nil {
			return err
		}
	}
}

// give hands a picture on, unless it ends before what was asked for.
func (v *videoDecoder) give(picture *frame.Video) error {
	stream := v.run.streams[libav.KindVideo]
	if picture.Ticks == libav.NoPTS {
		picture.PTS = v.end
	} else {
		picture.PTS = v.run.time(libav.KindVideo, picture.Ticks)
	}
	if picture.PTS <= v.floor+sameTime || picture.PTS >= v.ceiling-sameTime {
		picture.Release() // the other run gives it
		return nil
	}
	if picture.Duration <= 0 && stream.FrameRate.Num > 0 {
		picture.Duration = time.Duration(int64(time.Second) * stream.FrameRate.Den / stream.FrameRate.Num)
	}
	v.end = picture.PTS + picture.Duration
	if v.end <= v.out.target && v.out.target > 0 {
		v.early.Release()
		v.early = picture
		return nil
	}
	return v.show(picture)
}

// show puts a picture into the queue of the screen, or, without a clock, counts it at once.
func (v *videoDecoder) show(picture *frame.Video) error {
	if err := v.out.turn(); err != nil {
		picture.Release()
		return err
	}
	outputs, tally := v.out.session.outputs, v.out.session.tally
	v.given, v.newest = true, picture.PTS
	if !v.out.session.limits.picture(picture.PTS, picture.Duration) {
		v.end = picture.PTS
		picture.Release()
		return v.out.limit()
	}
	v.out.session.subtitles.picture(picture)
	outputs.tapVideo(picture)
	if outputs.freeRun {
		if !v.reported {
			v.reported = true
			v.out.session.post(messageShown{v.out})
		}
		outputs.presenter.count(tally, 1, 1)
		outputs.passed(v.out.shift + picture.PTS)
		picture.Release()
		return nil
	}
	outputs.presenter.count(tally, 1, 0)
	return outputs.presenter.put(v.out.ctx, picture, v.out.shift+picture.PTS, tally)
}

// drain takes what the decoder still holds, and closes it.
func (v *videoDecoder) drain() error {
	if v.decoder == nil {
		return nil
	}
	defer func() {
		v.decoder.Close()
		v.decoder = nil
	}()
	for {
		err := v.decoder.Send(nil)
		if errors.Is(err, libav.ErrAgain) {
			if err := v.receive(); err != nil {
				return err
			}
			continue
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return nil
		}
		return v.receive()
	}
}

// finish drains the decoder at the track's end.
func (v *videoDecoder) finish() error {
	err := v.drain()
	if err == nil && !v.given && v.early != nil {
		last := v.early
		v.early = nil
		err = v.show(last)
	}
	if err != nil && !errors.Is(err, errTrackEnd) {
		return err
	}
	return v.ended()
}

// ended says that no picture follows.
func (v *videoDecoder) ended() error {
	if err := v.out.turn(); err != nil {
		return err
	}
	v.out.session.outputs.presenter.end()
	v.out.videoEnd.Store(int64(v.end))
	v.out.videoEnded.Store(true)
	v.out.space.post()
	v.out.session.changed()
	return nil
}

func (v *videoDecoder) close() {
	v.early.Release()
	if v.decoder != nil {
		v.decoder.Close()
	}
}
