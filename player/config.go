package player

import (
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"latchkey/drm"
	"latchkey/network"
	"latchkey/player/abr"
	"latchkey/player/audio"
	"latchkey/player/frame"
	"latchkey/player/libav"
)

// The defaults of TVSDK's buffer control.
const (
	defaultInitialBuffer  = 2 * time.Second
	defaultPlaybackBuffer = 30 * time.Second
	// defaultPatience lets a router start anew.
	defaultPatience = 2 * time.Minute
)

// ErrVariant is returned for a variant that cannot be played in place of the one that plays.
var ErrVariant = errors.New("there is no such variant to change to")

// Speeds that SetSpeed takes.
const (
	MinSpeed = 0.25
	MaxSpeed = 4
)

// ErrConfig is returned by New for a configuration that contradicts itself.
var ErrConfig = errors.New("the player's configuration is not valid")

// Config configures a Player. The zero value plays in real time, to the sound device, with TVSDK's
// defaults.
type Config struct {
	// OnChange is called when Snapshot has something new: on a goroutine of the player's, after New has
	// returned, never twice at the same time, changes coalesced. It must return at once; of the player's
	// methods it may call Snapshot and Cues alone, since the others wait for that goroutine.
	OnChange func()
	// Log gets what happens, without secrets. Nil logs nothing.
	Log *slog.Logger
	// Network is handed to each resource's network client.
	Network network.Options
	// AudioOutput is where the sound goes.
	AudioOutput audio.Output
	// FreeRun decodes as fast as the machine can, without clock, screen and sound: NextFrame then gives
	// nothing, and the taps see all.
	FreeRun bool
	// VideoTap sees each decoded picture that is not left out by a seek, in order, on the decoder's
	// goroutine. It must not keep the picture.
	VideoTap func(*frame.Video)
	// AudioTap likewise sees decoded sound, before it is resampled.
	AudioTap func(Sound)
	// Limit ends the playback of each resource early.
	Limit Limit
	// InitialBuffer is how much must be there for playback to begin, or go on after it stood still: 2 s
	// when 0. PlaybackBuffer is how much is loaded ahead: 30 s when 0. An initial buffer longer than the
	// playback buffer is an error.
	InitialBuffer, PlaybackBuffer time.Duration
	// NetworkPatience is how long playback waits for a network that is down before it fails: 2 minutes when 0, not at all when negative
	// or with FreeRun.
	NetworkPatience time.Duration
	// ABR limits the choice of the variant.
	ABR abr.Controls
	// Bandwidth is what the network is known to carry, in bits per second, from before: the first variant is chosen by it. 0: not known.
	Bandwidth int64
	// Variant plays that variant of a multivariant playlist, counted from 1 in its order; 0 leaves the
	// choice to ABR.
	Variant int
	// KeySystems get keys of samples for KEYFORMATs of their own, before the player's Clear Key. Keys are those that a person has, for
	// encrypted samples that name them; with each resource they come before all others.
	KeySystems []drm.KeySystem
	Keys       []drm.IdentifiedKey
	// AudioLanguage is preferred where there is a choice of sound: BCP 47, empty for the stream's default.
	AudioLanguage string
	// SubtitleLanguage is preferred for subtitles: BCP 47; "off" for none, empty for the stream's default.
	SubtitleLanguage string
	// AudioTrack and SubtitleTrack choose the sound and the subtitles of a file by their number,
	// counted from 1 within their kind; 0 leaves the choice to the languages. A file that has no
	// such track is played without that wish, and Snapshot.Notes says so.
	AudioTrack, SubtitleTrack int
	// Hardware is the type of the device that is to decode pictures, one of HardwareDecoders, or "auto"; empty for none. Where there is none
	// such, the processor decodes.
	Hardware string
	// MemoryLimit is how many bytes FFmpeg may have in use in the C heap, DefaultMemoryLimit when
	// 0. A resource that needs more fails with CodeMemory. It holds for the whole process: that of
	// the newest player that sets one.
	MemoryLimit int64
	// Volume is 0 to 1 with Muted beside it; SetVolume and SetMuted change them. A nil Volume is 1.
	Volume *float64
	Muted  bool

	runLength  time.Duration // how long a run of fragmented MP4 lasts, 0: maxRun; set by tests alone
	decodeLate bool          // no picture is passed over for being late; set by tests alone, which compare all of them
}

// HardwareDecoders are the types of devices that can be asked to decode. The machine need not have any.
func HardwareDecoders() []string { return libav.HardwareTypes() }

// checked returns the configuration with its defaults filled in.
func (c Config) checked() (Config, error) {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.InitialBuffer == 0 {
		c.InitialBuffer = defaultInitialBuffer
	}
	if c.PlaybackBuffer == 0 {
		c.PlaybackBuffer = max(defaultPlaybackBuffer, c.InitialBuffer)
	}
	if c.NetworkPatience == 0 {
		c.NetworkPatience = defaultPatience
	}
	if c.FreeRun {
		c.NetworkPatience = -1
	}
	switch {
	case c.InitialBuffer < 0 || c.PlaybackBuffer < 0:
		return c, fmt.Errorf("%w: a buffer time is negative", ErrConfig)
	case c.InitialBuffer > c.PlaybackBuffer:
		return c, fmt.Errorf("%w: the initial buffer of %v is longer than the playback buffer of %v",
			ErrConfig, c.InitialBuffer, c.PlaybackBuffer)
	case c.Hardware != "" && c.Hardware != libav.HardwareAuto && !slices.Contains(HardwareDecoders(), c.Hardware):
		return c, fmt.Errorf("%w: there is no hardware decoder %q", ErrConfig, c.Hardware)
	case c.Variant < 0:
		return c, fmt.Errorf("%w: variant %d", ErrConfig, c.Variant)
	case c.AudioTrack < 0 || c.SubtitleTrack < 0:
		return c, fmt.Errorf("%w: a track's number is negative", ErrConfig)
	case c.MemoryLimit < 0:
		return c, fmt.Errorf("%w: the memory limit is negative", ErrConfig)
	case c.Limit.Frames < 0 || c.Limit.Length < 0:
		return c, fmt.Errorf("%w: a limit is negative", ErrConfig)
	}
	return c, nil
}
