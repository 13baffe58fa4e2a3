package player

import (
	"context"
	"errors"
	"io"
	"time"

	"latchkey/player/audio"
	"latchkey/player/libav"
)

const (
	// silenceChunk is how much silence is written at a time.
	silenceChunk = 20 * time.Millisecond
	// maxGap is how far sound may lie from where it should be before silence is put in, or sound left
	// out: less than a frame of AAC.
	maxGap = 15 * time.Millisecond
	// maxTail is the most that the tempo filter keeps to itself at its end.
	maxTail = time.Second
	// sameTime is how far sound may lie from where it should be to be taken at its word, so that the
	// clock follows the stream's times and sums up no rounding.
	sameTime = time.Millisecond
	// maxUnprovedSound is how many packets may fail that were decrypted with a key under which there was no sound yet, and provedBySound
	// how many frames in a row show that it is the right one.
	maxUnprovedSound = 3
	provedBySound    = 3
	// maxLead is how long before the end of the sound of one part that of the next may begin and be
	// heard in full: the clock goes back by so much, and the picture waits.
	maxLead = 250 * time.Millisecond
	// maxSilence bounds the silence that one gap is filled with; beyond it the clock jumps.
	maxSilence = 30 * time.Second
)

// audioDecoder turns one pipeline's packets into sound, or, where there is none, into the silence that
// the clock runs on. It belongs to one goroutine.
type audioDecoder struct {
	out       *pipeline
	decoder   *libav.Decoder
	run       *run
	continued bool // the decoder was that of the run before
	resampler *libav.Resampler
	tempo     *libav.Tempo
	failed    int
	key       int                 // that the newest packet was decrypted with, 0: none
	proved    int                 // under which there was sound
	held      []*libav.AudioFrame // under a key that is not proved yet
	given     time.Duration       // until when there was sound
	placed    bool                // there was sound since the target
	next      time.Duration       // presentation time of the next sample to be written
	rate      float64             // the tempo's
	head      time.Duration       // presentation time of the first sample that the tempo will give next
	quiet     []float32
	known     time.Duration // the last presentation time that the container gave
	since     int64         // samples since then
}

// playAudio decodes until the track's end, and keeps the clock running until the picture's.
func (p *pipeline) playAudio() error {
	a := &audioDecoder{out: p, next: p.target, head: p.target, known: p.target, rate: 1}
	defer a.close()
	if err := a.decodeAll(); err != nil {
		return err
	}
	if !p.session.outputs.freeRun {
		if err := a.silence(); err != nil {
			return err
		}
		if err := p.turn(); err != nil {
			return err
		}
		p.session.outputs.sink.EndOfStream()
	}
	p.audioEnd.Store(int64(a.next))
	p.audioEnded.Store(true)
	p.session.changed()
	return nil
}

// decodeAll decodes the track.
func (a *audioDecoder) decodeAll() error {
	for {
		item, err := a.out.take(libav.KindAudio, a.bridge)
		if errors.Is(err, io.EOF) {
			err = a.drain()
			if err == nil {
				return nil
			}
		}
		if errors.Is(err, errTrackEnd) {
			return nil
		}
		if err != nil {
			return err
		}
		err = a.decode(item)
		item.packet.Close()
		if errors.Is(err, errTrackEnd) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// decode gives one packet to the decoder and takes what comes out.
func (a *audioDecoder) decode(item queued) error {
	if item.run != a.run {
		a.proved = 0
	}
	a.key = item.key
	if item.run != a.run && a.decoder != nil && item.run.follows(a.run, libav.KindAudio) {
		a.run, a.continued = item.run, true // the decoder goes on: a new one would begin with a gap
	}
	if item.run != a.run {
		if err := a.drain(); err != nil {
			return err
		}
		stream := item.run.streams[libav.KindAudio]
		decoder, err := libav.NewDecoder(stream, libav.DecoderOptions{Strict: item.run.locked})
		if err != nil {
			return err
		}
		a.decoder, a.run, a.continued = decoder, item.run, false
		a.out.session.gotAudio(stream)
	}
	if item.run.replaces && a.continued && item.end <= a.given+sameTime && item.at < a.given-sameTime {
		return nil // the decoder had it from the run before
	}
	for {
		err := a.decoder.Send(item.packet)
		if errors.Is(err, libav.ErrAgain) {
			if err := a.receive(); err != nil {
				return err
			}
			continue
		}
		if err != nil {
			return a.passOver(err)
		}
		return a.receive()
	}
}

// passOver counts a packet that failed.
func (a *audioDecoder) passOver(err error) error {
	if beyondLimits(err) {
		return err
	}
	if a.key == a.proved {
		a.out.session.noteOnce("sound", "Sound that is damaged was left out.")
	}
	a.failed++
	if a.key != a.proved {
		a.dropHeld()
		if a.failed > maxUnprovedSound {
			return errors.Join(errWrongKey, err)
		}
	}
	if a.failed > maxDecodeErrors {
		return errors.Join(errDecode, err)
	}
	return nil
}

// receive takes the sound that the decoder has ready.
func (a *audioDecoder) receive() error {
	for {
		sound, err := a.decoder.ReceiveAudio()
		switch {
		case errors.Is(err, libav.ErrAgain) || errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return a.passOver(err)
		}
		if a.key != a.proved {
			// With a wrong key a frame may by chance look like one: it must not be heard.
			if a.held = append(a.held, sound); len(a.held) < provedBySound {
				continue
			}
			a.proved = a.key
		} else {
			a.held = append(a.held, sound)
		}
		a.failed = 0
		if err := a.giveHeld(); err != nil {
			return err
		}
	}
}

// giveHeld gives the frames that were held back.
func (a *audioDecoder) giveHeld() error {
	defer a.dropHeld()
	for _, sound := range a.held {
		if err := a.give(sound); err != nil {
			return err
		}
	}
	return nil
}

// dropHeld frees the frames that were held back.
func (a *audioDecoder) dropHeld() {
	for _, sound := range a.held {
		sound.Close()
	}
	a.held = a.held[:0]
}

// give resamples a frame and writes it where it belongs.
func (a *audioDecoder) give(sound *libav.AudioFrame) error {
	at := a.timeOf(sound)
	end := at + soundLength(sound)
	if end <= a.out.target || a.run.replaces && end <= a.given+sameTime {
		return nil
	}
	a.given = end
	if err := a.out.turn(); err != nil {
		return err
	}
	if !a.out.session.limits.sound(at) {
		return a.out.limit()
	}
	outputs := a.out.session.outputs
	if err := outputs.tapAudio(at, sound); err != nil {
		return err
	}
	if outputs.freeRun {
		outputs.passed(a.out.shift + at)
		a.next = end
		return nil
	}
	if a.resampler == nil {
		resampler, err := libav.NewResampler()
		if err != nil {
			return err
		}
		a.resampler = resampler
	}
	var failed error
	err := a.resampler.Convert(sound, func(from int, samples []float32) error {
		failed = a.place(at+soundTime(int64(from), sound.SampleRate), samples)
		return failed
	})
	if err != nil && failed == nil {
		return a.passOver(err)
	}
	return failed
}

// timeOf returns the presentation time of a frame: its own, or, where the container gave none, what
// follows from the last one that it gave.
func (a *audioDecoder) timeOf(sound *libav.AudioFrame) time.Duration {
	if sound.PTS != libav.NoPTS {
		a.known, a.since = a.run.time(libav.KindAudio, sound.PTS), 0
	}
	at := a.known + soundTime(a.since, sound.SampleRate)
	a.since += int64(sound.Samples)
	return at
}

// soundLength is how long a frame sounds.
func soundLength(sound *libav.AudioFrame) time.Duration {
	return soundTime(int64(sound.Samples), sound.SampleRate)
}

// soundTime is how long so many samples sound, at a rate that libav has checked.
func soundTime(samples int64, rate int) time.Duration {
	r := int64(rate)
	return time.Duration(samples/r)*time.Second + time.Duration(samples%r)*time.Second/time.Duration(r)
}

// place writes samples that belong at a time: silence goes before them where there is a gap. What
// lies before the next sample's time is left out, unless it is the beginning of another part.
func (a *audioDecoder) place(at time.Duration, samples []float32) error {
	switch gap := at - a.next; {
	case gap >= -sameTime && gap <= sameTime:
		a.next = at
		if a.tempo == nil {
			a.head = at
		}
	case gap > maxGap && gap <= maxSilence:
		if err := a.writeSilence(gap); err != nil {
			return err
		}
	case gap > maxSilence:
		if err := a.jump(at); err != nil {
			return err
		}
	case gap < -maxGap && gap >= -maxLead && a.placed && !a.run.replaces:
		if err := a.jump(at); err != nil {
			return err
		}
	case gap < -maxGap:
		drop := min(frames(-gap)*audio.Channels, len(samples))
		samples = samples[drop:]
	}
	a.placed = true
	return a.write(samples)
}

// jump goes on at another presentation time.
func (a *audioDecoder) jump(at time.Duration) error {
	err := a.flushTempo()
	a.next, a.head = at, at
	return err
}

// write sends samples, interleaved stereo, to the sink, through the tempo filter when the speed is not 1.
func (a *audioDecoder) write(samples []float32) error {
	if len(samples) == 0 {
		return nil
	}
	if speed := a.out.session.speed(); speed != a.rate {
		if err := a.flushTempo(); err != nil {
			return err
		}
		a.rate = speed
	}
	a.next += length(len(samples))
	if a.rate == 1 {
		at := a.head
		a.head = a.next
		return a.send(samples, at)
	}
	if a.tempo == nil {
		tempo, err := libav.NewTempo(a.rate)
		if err != nil {
			return err
		}
		a.tempo = tempo
	}
	stretched, err := a.tempo.Process(samples)
	if err != nil {
		return err
	}
	return a.writeStretched(stretched)
}

// writeStretched sends what the tempo filter gave.
func (a *audioDecoder) writeStretched(samples []float32) error {
	if len(samples) == 0 {
		return nil
	}
	at := a.head
	a.head += time.Duration(float64(length(len(samples))) * a.rate)
	return a.send(samples, at)
}

// send writes samples of the tempo's rate that begin at a time, when it is this pipeline's turn.
func (a *audioDecoder) send(samples []float32, at time.Duration) error {
	if err := a.out.turn(); err != nil {
		return err
	}
	outputs, chunk := a.out.session.outputs, audio.Chunk{Samples: samples, PTS: a.out.shift + at, Rate: a.rate}
	if outputs.written != nil {
		outputs.written(chunk)
	}
	return outputs.sink.Write(a.out.ctx, chunk)
}

// flushTempo takes what the tempo filter holds, and ends it.
func (a *audioDecoder) flushTempo() error {
	if a.tempo == nil {
		return nil
	}
	tail, err := a.tempo.Flush()
	if err == nil {
		err = a.writeStretched(tail)
	}
	if lost := a.next - a.head; err == nil && lost > 0 {
		// The filter keeps some of the end to itself: without that the clock would stop short of the last pictures.
		err = a.writeStretched(make([]float32, frames(time.Duration(float64(min(lost, maxTail))/a.rate)+sameTime)*audio.Channels))
	}
	a.tempo.Close()
	a.tempo = nil
	a.head = a.next
	return err
}

// writeSilence fills a gap.
func (a *audioDecoder) writeSilence(gap time.Duration) error {
	if a.quiet == nil {
		a.quiet = make([]float32, frames(silenceChunk)*audio.Channels)
	}
	for left := frames(gap) * audio.Channels; left > 0; {
		n := min(left, len(a.quiet))
		if err := a.write(a.quiet[:n]); err != nil {
			return err
		}
		left -= n
	}
	return nil
}

// bridge keeps the clock running, as long as there is a picture, while the stream has no sound. It
// writes some silence, and says whether more is wanted at once.
func (a *audioDecoder) bridge() (bool, error) {
	if a.out.session.outputs.freeRun {
		return false, nil
	}
	if _, _, until, _ := a.out.queues[libav.KindVideo].level(); until <= a.next {
		return false, nil
	}
	return true, a.writeSilence(silenceChunk)
}

// silence keeps the clock running after the sound's end until the picture's.
func (a *audioDecoder) silence() error {
	p := a.out
	for {
		changed := p.space.wait()
		ended, end := p.videoEnded.Load(), time.Duration(p.videoEnd.Load())
		_, _, until, _ := p.queues[libav.KindVideo].level()
		switch {
		case ended && a.next >= end:
			return a.flushTempo()
		case ended || until > a.next:
			if err := a.writeSilence(silenceChunk); err != nil {
				return err
			}
			continue
		}
		select {
		case <-changed:
		case <-p.ctx.Done():
			return context.Cause(p.ctx)
		}
	}
}

// drain takes what decoder and resampler still hold.
func (a *audioDecoder) drain() error {
	if a.decoder == nil {
		return nil
	}
	defer func() {
		a.decoder.Close()
		a.decoder = nil
	}()
	for {
		err := a.decoder.Send(nil)
		if errors.Is(err, libav.ErrAgain) {
			if err := a.receive(); err != nil {
				return err
			}
			continue
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return nil
		}
		break
	}
	if err := a.receive(); err != nil {
		return err
	}
	if a.failed == 0 {
		if err := a.giveHeld(); err != nil {
			return err
		}
	}
	a.dropHeld()
	if a.resampler == nil {
		return nil
	}
	tail, err := a.resampler.Flush()
	if err != nil {
		return nil
	}
	return a.write(tail)
}

func (a *audioDecoder) close() {
	a.dropHeld()
	if a.decoder != nil {
		a.decoder.Close()
	}
	if a.resampler != nil {
		a.resampler.Close()
	}
	if a.tempo != nil {
		a.tempo.Close()
	}
}

// frames returns how many sample frames a duration has.
func frames(d time.Duration) int {
	return int(d/time.Second*audio.SampleRate + d%time.Second*audio.SampleRate/time.Second)
}

// length returns the duration of interleaved samples.
func length(samples int) time.Duration {
	return time.Duration(samples/audio.Channels) * time.Second / audio.SampleRate
}
