// Package audio plays decoded sound and says which media time is heard now. Its clock is the one that
// pictures follow.
//
// A [Sink] takes chunks of interleaved stereo float32 at 48 kHz and gives them to the sound device
// through oto (ALSA on Linux, and through its plugins PulseAudio and PipeWire). Where there is no device,
// where it is lost or stalls, and for [Null], a virtual device paced by the wall clock consumes the same
// ring, so that playback goes on under one clock law; the device is tried again and taken back when it returns.
//
//	sink := audio.New(audio.Options{})
//	defer sink.Close()
//	sink.Play()
//	err := sink.Write(ctx, audio.Chunk{Samples: samples, PTS: pts, Rate: 1})
//	...
//	if media, ok := sink.Position(time.Now()); ok { draw the picture of media }
//
// # Data flow
//
//	Write ─▶ ring, 400 ms ─▶ feed.Read ─▶ oto's player buffer, 80-90 ms ─▶ ALSA, 80 ms in 2-4 periods ─▶ ear
//	              │              │
//	              │              └─▶ clock.observe (when, frames that left the player buffer)
//	              └─▶ or the virtual device: the frames that the wall clock says, thrown away
//
// Frames are numbered from 0 after each Flush, in the order in which they are handed to the device, silence
// of a starved ring included. The timeline maps those numbers to media time: a chunk's frames advance it by Rate
// seconds a second, starved silence does not, and a jump from one chunk's PTS to the next shows when the first
// frame of the later one is heard. The clock maps wall time to a frame number.
//
// # The clock
//
// ALSA takes a period (20-40 ms) at a time, and oto then reads to fill its buffer up again, from one
// goroutine. At the start of that Read the frames handed out less [oto.Player.UnplayedBufferSize] are exactly
// those given to ALSA, and this is the moment at which the period before them has just fitted in: the device's
// buffer is full, one period is on its way. So at that time the ear is at
//
//	handed - unplayed - (period + device buffer)
//
// A second-order loop follows these observations: it takes over a twentieth of each error, trims its own
// rate within 0.5 %, and runs freely between them for at most 100 ms. The frame number never decreases
// between two Flushes, and neither does media time, unless a chunk's PTS is earlier than the one before.
// The latency of a sound server or of a wireless headset beyond ALSA's buffer is not known to oto and not
// contained: offer an A/V offset to the user.
//
// Pause stops the reported time at once, and the device fades out over its next period. On Play the reported time
// goes on when the device takes its next period, and passes over what faded: one or two periods.
//
// # Layout of the ring
//
// Frame f of the ring's count lies at float32 index 2*(f mod capacity):
//
//	[L f] [R f] [L f+1] [R f+1] ...        capacity 19200 frames, native float32
//
// oto reads the same order as little-endian IEEE 754 binary32, 8 bytes a frame.
//
// # Clicks
//
// A starved ring decays from the last sample to zero within 3 ms and comes back over 3 ms. Volume, mute, pause and
// Flush ramp over one period of the device.
//
// # Concurrency
//
// All methods of Sink are safe for concurrent use. Only Write and Close block. The Sink owns one supervisor
// goroutine, which alone talks to the device, and short errands of it for calls that a stalled sound server may
// block (open, suspend, resume). oto cannot close a context: its goroutines live until the process
// ends, so a working context is suspended at Close and used again by the next Sink, and a new one is
// tried only while playing. Read, called by oto, never blocks beyond the core's mutex, under which nothing waits.
package audio
