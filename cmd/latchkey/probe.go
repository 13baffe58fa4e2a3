package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"latchkey/network"
	"latchkey/player"
	"latchkey/player/audio"
	"latchkey/player/caption"
	"latchkey/player/report"
)

// probeFlags are the flags of probe alone, and those it shares.
type probeFlags struct {
	streamFlags
	realtime    bool
	frameHashes string
	audioHash   string
	cues        string
	variant     int
	list        bool
}

func (f *probeFlags) add(set *pflag.FlagSet) {
	f.streamFlags.add(set)
	set.BoolVar(&f.realtime, "realtime", false, "pace by the clock, and not as fast as the machine decodes")
	set.StringVar(&f.frameHashes, "frame-hashes", "", "write a line for each decoded picture to this `FILE`, where - is standard output: PTS_MICROSECONDS WIDTH HEIGHT MD5")
	set.StringVar(&f.audioHash, "audio-hash", "", "write a line for each decoded stretch of sound to this `FILE`, where - is standard output: PTS_MICROSECONDS SAMPLES MD5")
	set.StringVar(&f.cues, "cues", "", "write the chosen subtitles to this `FILE`, as WebVTT; - is standard output")
	set.IntVar(&f.variant, "variant", -1, "play this variant of a multivariant playlist, counted from 0")
	set.BoolVar(&f.list, "list", false, "list variants, renditions and keys of a stream, or tracks of a file, and exit")
}

func newProbe(taken environment, stdout, stderr io.Writer) *cobra.Command {
	flags := new(probeFlags)
	flags.environment = taken
	cmd := &cobra.Command{
		Use:   "probe [flags] URL|FILE",
		Short: "Play without a window and print a report",
		Args:  exactlyOne,
		RunE: func(cmd *cobra.Command, args []string) error {
			if flags.list {
				return runList(cmd.Context(), flags, args[0], stdout, stderr)
			}
			return runProbe(cmd.Context(), flags, args[0], stdout, stderr)
		},
	}
	flags.add(cmd.Flags())
	return cmd
}

// runProbe plays a source to null outputs and reports.
func runProbe(ctx context.Context, flags *probeFlags, source string, stdout, stderr io.Writer) (err error) {
	config, err := flags.config(stderr)
	if err != nil {
		return err
	}
	known, leave, err := flags.signedIn(ctx, config.Network)
	if err != nil {
		return err
	}
	defer leave()
	resource, err := flags.resource(source)
	if known != nil && err == nil {
		resource, err = known.open(source)
	}
	if err != nil {
		return err
	}
	if resource, err = flags.withSubtitles(resource); err != nil {
		return err
	}
	if flags.variant < -1 {
		return usagef("--variant counts from 0")
	}
	config.Variant = flags.variant + 1
	config.FreeRun = !flags.realtime
	if flags.realtime {
		config.AudioOutput = audio.Null
	}
	config.Limit = player.Limit{Frames: flags.frames, Length: flags.length}
	closeHashes, err := flags.hash(&config, stdout)
	if err != nil {
		return err
	}
	subtitles := func(cues []caption.Cue) error {
		return writeOutput(flags.cues, stdout, func(w io.Writer) error { return caption.Write(w, cues) })
	}
	if flags.cues == "" {
		subtitles = nil
	}
	write := func(r *report.Report) error {
		return errors.Join(writeReport(r, cmp.Or(flags.report, standardOutput), stdout), writeArchive(r, flags.archive, stdout))
	}
	result, err := probe(ctx, config, resource, flags.start, newProgress(os.Stderr, stderr), subtitles, write)
	if err = errors.Join(err, closeHashes()); err != nil {
		return err
	}
	return errors.Join(write(result), failed(result))
}

// failed returns what a playback failed with, or nil.
func failed(r *report.Report) error {
	if r.Error == nil {
		return nil
	}
	return &failure{code: r.Error.Code, message: r.Error.Message}
}

// resource returns the source with the flags' network configuration.
func (f *networkFlags) resource(source string) (*player.MediaResource, error) {
	configuration, err := f.configuration()
	if err != nil {
		return nil, err
	}
	metadata := new(network.Metadata)
	metadata.SetObject(player.NetworkConfigurationKey, configuration)
	resource, err := player.NewMediaResource(source, metadata)
	if err != nil {
		return nil, &usageError{err}
	}
	return resource, nil
}

// hash has the player's output hashed to the files that --frame-hashes and --audio-hash name, and
// returns the function that closes them.
func (f *probeFlags) hash(config *player.Config, stdout io.Writer) (closeAll func() error, err error) {
	files := make(map[string]*report.Hashes) // by name: both flags may name standard output, whose lines stay whole
	var ends []func() error
	closeAll = func() error {
		var err error
		for _, end := range ends {
			err = errors.Join(err, end())
		}
		return err
	}
	to := func(name string) (*report.Hashes, error) {
		if files[name] == nil {
			out, err := openOutput(name, stdout)
			if err != nil {
				return nil, err
			}
			hashes := report.NewHashes(out)
			files[name] = hashes
			ends = append(ends, func() error {
				if err := errors.Join(hashes.Flush(), out.Close()); err != nil {
					return unwritable(name, err)
				}
				return nil
			})
		}
		return files[name], nil
	}
	if f.frameHashes != "" {
		pictures, err := to(f.frameHashes)
		if err != nil {
			return nil, err
		}
		config.VideoTap = pictures.Video
	}
	if f.audioHash != "" {
		sounds, err := to(f.audioHash)
		if err != nil {
			return nil, errors.Join(err, closeAll())
		}
		config.AudioTap = sounds.Audio
	}
	return closeAll, nil
}

// probe plays until the end, a failure, the wish for a sign-in, or ctx's end. subtitles, which may
// be nil, gets the chosen subtitles of what was played. write writes the report that is returned,
// and is called only if the player does not close.
func probe(ctx context.Context, config player.Config, resource *player.MediaResource, from time.Duration, progress *progress,
	subtitles func([]caption.Cue) error, write func(*report.Report) error) (*report.Report, error) {
	changed := make(chan struct{}, 1)
	config.OnChange = func() {
		select {
		case changed <- struct{}{}:
		default:
		}
	}
	engine, err := newPlayer(config)
	if err != nil {
		return nil, err
	}
	err = engine.ReplaceCurrentResource(resource)
	if err == nil {
		err = engine.PrepareToPlay(from)
	}
	if err == nil {
		err = engine.Play()
	}
	if err != nil && engine.Snapshot().State != player.Failed { // what has failed already cannot play; the report says why
		return nil, errors.Join(err, engine.Close())
	}
	await(ctx, engine, changed, progress)
	if err := writeCues(ctx, engine, subtitles); err != nil {
		return nil, errors.Join(err, engine.Close())
	}
	result := report.New(engine.Snapshot(), engine.Requests())
	return result, closing(ctx, engine.Close, failed(result), func() error { return write(result) })
}

// cueTime is how long the subtitles may take that were not loaded while the stream played.
const cueTime = time.Minute

// writeCues gives the chosen subtitles of what was played to write, which may be nil. What has
// failed has none that matter.
func writeCues(ctx context.Context, engine *player.Player, write func([]caption.Cue) error) error {
	if state := engine.Snapshot().State; write == nil || state == player.Failed || state == player.NeedsSignIn {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, cueTime)
	defer cancel()
	end := cuesEnd(engine.Snapshot())
	cues, err := engine.AllCues(ctx, 0, end)
	if err != nil {
		return fmt.Errorf("write the subtitles: %w", player.Explain(err, engine.Snapshot().Source))
	}
	cues = slices.DeleteFunc(cues, func(c caption.Cue) bool { return c.Start >= end })
	if err := write(cues); err != nil {
		return fmt.Errorf("write the subtitles: %w", err)
	}
	return nil
}

// cuesEnd is where the cues end of what was played. Those of a file may begin after its last
// picture.
func cuesEnd(s player.Snapshot) time.Duration {
	ofFile := s.Subtitle >= 0 && s.Subtitle < len(s.Subtitles) && s.Subtitles[s.Subtitle].Codec != ""
	if ofFile && s.State == player.Complete && !s.Limited {
		return math.MaxInt64
	}
	return s.Position
}

// screenTick is the interval of a screen of 60 Hz.
const screenTick = time.Second / 60

// await plays a screen's part until the playback ends.
func await(ctx context.Context, engine *player.Player, changed <-chan struct{}, progress *progress) {
	tick := time.NewTicker(screenTick)
	defer tick.Stop()
	defer progress.end()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-tick.C:
			if picture, ok := engine.NextFrame(now); ok {
				picture.Release()
			}
		case <-changed:
			s := engine.Snapshot()
			progress.show(s)
			switch s.State {
			case player.Complete, player.Failed, player.NeedsSignIn:
				return
			}
		}
	}
}
