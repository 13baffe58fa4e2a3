package player

import (
	"sync"
	"sync/atomic"
	"time"

	"latchkey/player/audio"
	"latchkey/player/frame"
	"latchkey/player/libav"
)

// Sound is a decoded stretch of sound as a tap sees it.
type Sound struct {
	PTS time.Duration // presentation time of the first sample
	// Rate is in Hz and Channels a count, both the stream's own.
	Rate, Channels int
	// Samples is the number of samples of each channel.
	Samples int
	// S16 is the samples, interleaved, as signed 16 bit little-endian. It is valid during the call.
	S16 []byte
}

// Limit says how much is played. The zero value is all.
type Limit struct {
	Frames int           // decoded pictures, 0 for all
	Length time.Duration // from the position that was prepared, 0 for all
}

// outputs is where decoded pictures and sound go. What has no label is constant.
type outputs struct {
	presenter *presenter
	sink      *audio.Sink
	freeRun   bool
	videoTap  func(*frame.Video)
	audioTap  func(Sound)
	limit     Limit
	written   func(audio.Chunk) // for tests: sees what is written to the sink; nil but there

	until    atomic.Int64 // presentation time at which Limit.Length ends, 0 without
	reached  atomic.Bool  // the limit ended a track
	position atomic.Int64 // freeRun: the newest presentation time that was passed

	mu       sync.Mutex // guards what follows
	pictures int
}

// flush drops what waits to be shown and heard.
func (o *outputs) flush() {
	o.presenter.reset()
	if o.sink != nil {
		o.sink.Flush()
	}
}

// tapVideo counts a decoded picture and shows it to the tap. It returns errTrackEnd for a picture
// beyond the limit.
func (o *outputs) tapVideo(v *frame.Video) error {
	if until := time.Duration(o.until.Load()); until > 0 && v.PTS >= until {
		o.reached.Store(true)
		return errTrackEnd
	}
	o.mu.Lock()
	over := o.limit.Frames > 0 && o.pictures >= o.limit.Frames
	if !over {
		o.pictures++
	}
	last := o.limit.Frames > 0 && o.pictures == o.limit.Frames
	o.mu.Unlock()
	if over {
		o.reached.Store(true)
		return errTrackEnd
	}
	if last {
		o.until.CompareAndSwap(0, int64(max(v.PTS+v.Duration, 1)))
	}
	if o.videoTap != nil {
		o.videoTap(v)
	}
	return nil
}

// tapAudio shows decoded sound to the tap. It returns errTrackEnd for sound beyond the limit.
func (o *outputs) tapAudio(at time.Duration, sound *libav.AudioFrame) error {
	if until := time.Duration(o.until.Load()); until > 0 && at >= until {
		o.reached.Store(true)
		return errTrackEnd
	}
	if o.audioTap == nil {
		return nil
	}
	samples, err := sound.S16()
	if err != nil {
		return err
	}
	o.audioTap(Sound{PTS: at, Rate: sound.SampleRate, Channels: sound.Channels, Samples: sound.Samples, S16: samples})
	return nil
}

// passed notes how far playback without a clock has come.
func (o *outputs) passed(at time.Duration) {
	for {
		old := o.position.Load()
		if int64(at) <= old || o.position.CompareAndSwap(old, int64(at)) {
			return
		}
	}
}
