package player

import (
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

// outputs is where decoded pictures and sound go. What has no label is constant.
type outputs struct {
	presenter *presenter
	sink      *audio.Sink
	freeRun   bool
	videoTap  func(*frame.Video)
	audioTap  func(Sound)
	written   func(audio.Chunk) // for tests: sees what is written to the sink; nil but there

	position atomic.Int64 // freeRun: the newest presentation time that was passed
}

// flush drops what waits to be shown and heard.
func (o *outputs) flush() {
	o.presenter.reset()
	if o.sink != nil {
		o.sink.Flush()
	}
}

// tapVideo shows a decoded picture to the tap.
func (o *outputs) tapVideo(v *frame.Video) {
	if o.videoTap != nil {
		o.videoTap(v)
	}
}

// tapAudio shows decoded sound to the tap.
func (o *outputs) tapAudio(at time.Duration, sound *libav.AudioFrame) error {
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
