package player

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"latchkey/drm"
	"latchkey/network"
	"latchkey/player/hls"
	"latchkey/player/libav"
)

const (
	maxNotes = 20   // of a snapshot
	maxPath  = 1000 // switches that are noted
)

// session is one resource from the moment that it became current until it is left. What has no label
// is constant after it was opened.
type session struct {
	ctx       context.Context //nolint:containedctx // ends with the session: the root of all that its goroutines do
	cancel    context.CancelCauseFunc
	config    Config
	resource  *MediaResource
	client    *network.Client
	fetcher   *Fetcher
	keys      *drm.KeyStore
	cache     *cache
	timeline  *timeline
	drift     drift
	outputs   *outputs
	limits    *limits
	tally     *tally         // of its pictures
	preferred string         // language of the sound, BCP 47, may be empty
	post      func(message)  // to the player's mailbox, never waiting
	work      sync.WaitGroup // open, and the pipelines
	opened    time.Time
	network   int64        // what the network carried before, bits per second, 0: not known
	renewed   *notice      // posted when a person has signed in, as Player.UpdateCookies says
	at        atomic.Int64 // the position
	spooled   atomic.Int64 // bytes of the files that are downloaded whole
	starved   atomic.Bool  // playback stood still since a request told so

	// Set by open before it posts opened; constant from then on.
	source    source
	duration  time.Duration // of media that is no playlist
	title     string
	variants  []VariantInfo
	addresses *addresses  // nil: there is no multivariant playlist
	variant   int         // the first
	main      *feed       // the first playlist that leads, nil for other media
	start     *hls.Start  // where it says that playback begins, may be nil
	subtitles *subtitles  // nil without any
	sounds    *sounds     // nil: there is but one
	ladder    *ladder     // nil: there is nothing to switch to
	stills    stillSource // nil: there are no pictures for previews
	steer     *pathways   // nil: there is no content steering
	ready     bool        // owned by the player: open succeeded

	lists     playlistMemory
	redirects redirects

	mu          sync.Mutex // guards what follows
	rate        float64
	video       VideoInfo
	audio       AudioInfo
	notes       []string
	noted       map[string]bool // kinds of notes that are given once
	protections []Protection
	right       []hls.Key // which were seen to decipher a segment, the latest last
	toPlaylist  time.Duration
	toKey       time.Duration
	parked      int       // how many wait for a sign-in
	progress    Progress  // of a file that is downloaded whole
	lost        time.Time // since when no server answers, zero: one does
	heard       bool      // a segment could be had
	path        []int     // the variants that were shown, in order
	sumBits     float64
	sumTime     time.Duration // of what was loaded, with sumBits its mean bitrate
}

// errClosed is the cause when a session ends.
var errClosed = errors.New("the resource was left")

// close ends the session and waits until all of it is gone. It is called once, on a goroutine that may
// wait.
func (s *session) close() {
	s.cancel(errClosed)
	s.work.Wait()
	if s.source != nil {
		s.source.close()
	}
	if s.stills != nil {
		s.stills.close()
	}
	if s.subtitles != nil {
		s.subtitles.close()
	}
	// What remains is their own memory and connections; there is nobody left to tell of a failure.
	_ = errors.Join(s.keys.Close(), s.client.Close())
}

// changed tells the player that something in the session may matter to its state.
func (s *session) changed() { s.post(messageChanged{s}) }

// speed is the rate at which presentation time is to go by.
func (s *session) speed() float64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.rate
}

func (s *session) setSpeed(rate float64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rate = rate
}

// note keeps a sentence about what was worked around.
func (s *session) note(text string) {
	s.mu.Lock()
	if len(s.notes) == maxNotes {
		s.notes = s.notes[1:]
	}
	s.notes = append(s.notes, text)
	s.mu.Unlock()
	s.config.Log.Warn("worked around", "what", text)
}

// fetching tells how much of a file that is downloaded whole is there.
func (s *session) fetching(p Progress) {
	s.mu.Lock()
	s.progress = p
	s.mu.Unlock()
	s.changed()
}

// noteOnce is note of what may come again and again: the first of a kind is kept.
func (s *session) noteOnce(kind, text string) {
	s.mu.Lock()
	again := s.noted[kind]
	if s.noted == nil {
		s.noted = make(map[string]bool)
	}
	s.noted[kind] = true
	s.mu.Unlock()
	if !again {
		s.note(text)
	}
}

// shownVariant is the variant that is shown, -1 without, and its pictures a second.
func (s *session) shownVariant() (variant int, rate float64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.path) == 0 {
		return -1, s.video.FrameRate
	}
	return s.path[len(s.path)-1], s.video.FrameRate
}

// gotPlaylist notes when the media playlist was there.
func (s *session) gotPlaylist() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.toPlaylist == 0 {
		s.toPlaylist = time.Since(s.opened)
	}
}

// gotKey notes when the first key was there.
func (s *session) gotKey() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.toKey == 0 {
		s.toKey = time.Since(s.opened)
	}
}

// gotVideo notes what the picture is from now on. variant is -1 when it is of none.
func (s *session) gotVideo(stream libav.Stream, variant int, hardware string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if variant >= 0 && (len(s.path) == 0 || s.path[len(s.path)-1] != variant) && len(s.path) < maxPath {
		s.path = append(s.path, variant)
	}
	s.video = VideoInfo{Codec: stream.Codec, Hardware: hardware, Width: stream.Width, Height: stream.Height}
	if stream.FrameRate.Den > 0 {
		s.video.FrameRate = float64(stream.FrameRate.Num) / float64(stream.FrameRate.Den)
	}
}

// loaded counts what was loaded of a variant.
func (s *session) loaded(variant int, length time.Duration) {
	if variant < 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sumBits += float64(s.variants[variant].Bandwidth) * length.Seconds()
	s.sumTime += length
}

func (s *session) gotAudio(stream libav.Stream) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.audio = AudioInfo{Codec: stream.Codec, SampleRate: stream.SampleRate, Channels: stream.Channels, Language: stream.Language}
}

// How long what waits for a sign-in that is renewed without a person waits before it asks again by
// itself, at the least.
const (
	retryRenewal = 10 * time.Second // the sign-in could not be renewed: the network may be back
	retryRefused = time.Minute      // the renewed sign-in was refused: an account must not be renewed time and again
)

// authorized runs do, and when the answer is that a sign-in is needed, asks for one and runs do
// again as soon as there are later credentials than those that were refused, or after a while where
// they are renewed without a person. It returns what else do returns, or ctx's cause.
func (s *session) authorized(ctx context.Context, do func() error) error {
	parked := false
	leave := func() {
		if parked {
			s.park(-1, nil)
		}
		parked = false
	}
	defer leave()
	for {
		renewed, epoch := s.renewed.wait(), s.client.Epoch()
		err := do()
		if err == nil || !errors.Is(err, network.ErrRefused) {
			return err
		}
		if refused, ok := errors.AsType[*network.Error](err); ok {
			epoch = max(epoch, refused.Epoch) // of a renewal meanwhile that did not help
		}
		if s.client.Epoch() > epoch {
			continue // refused with credentials that have been replaced since
		}
		if parked {
			s.park(0, err)
		} else {
			s.park(+1, err)
		}
		parked = true
		var again <-chan time.Time // nil: a person alone can help
		if failed, ok := errors.AsType[*network.RenewalError](err); ok {
			least := retryRefused
			if failed.Err != nil {
				least = retryRenewal
			}
			again = time.After(max(failed.Wait, least))
		}
		select {
		case <-renewed:
			leave()
		case <-s.client.Changed(epoch):
			leave()
		case <-again: // it still waits for a sign-in, until it is known that it does not
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// park counts those who wait for a sign-in, and tells the player.
func (s *session) park(n int, refused error) {
	s.mu.Lock()
	s.parked += n
	s.mu.Unlock()
	if refused != nil {
		s.post(messageRefused{session: s, err: refused})
	}
	s.changed()
}

// waiting says whether something waits for a sign-in.
func (s *session) waiting() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.parked > 0
}

// update replaces the credentials and wakes what waits for them.
func (s *session) update(replace func(*network.Client) error) error {
	if err := replace(s.client); err != nil {
		return err
	}
	s.keys.ForgetFailures()
	s.renewed.post()
	return nil
}

// describe fills in what a snapshot says of the resource.
func (s *session) describe(out *Snapshot) {
	if s.ready {
		out.Duration, out.Variants, out.Variant, out.Stills = s.length(), slices.Clone(s.variants), s.variant, s.stills != nil
		out.Pathway = s.steer.chosen()
		if s.title != "" {
			out.Title = s.title
		}
		if s.sounds != nil {
			out.Sounds, out.Sound = slices.Clone(s.sounds.list), s.sounds.choice()
		}
		if s.subtitles != nil {
			out.Subtitles, out.Subtitle = slices.Clone(s.subtitles.offered()), s.subtitles.choice()
		}
		if s.ladder != nil {
			out.Stats.Bandwidth = s.ladder.bandwidth()
			out.Selected, out.Selects = s.ladder.chosen(), slices.Clone(s.ladder.selects)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := len(s.path); n > 0 {
		out.Variant = s.path[n-1]
		out.Path = append([]int(nil), s.path...)
	}
	if out.Variant >= 0 && out.Variant < len(out.Variants) {
		out.Stats.Bitrate = out.Variants[out.Variant].Bandwidth
		out.Stats.MeanBitrate = out.Stats.Bitrate
	}
	if s.sumTime > 0 {
		out.Stats.MeanBitrate = int64(s.sumBits / s.sumTime.Seconds())
	}
	out.Video, out.Audio, out.Offline, out.Fetching = s.video, s.audio, !s.lost.IsZero(), s.progress
	out.Notes = append([]string(nil), s.notes...)
	out.Protections = slices.Clone(s.protections)
	out.Stats.ToPlaylist, out.Stats.ToKey = s.toPlaylist, s.toKey
}
