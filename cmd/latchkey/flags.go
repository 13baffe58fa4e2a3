package main

import (
	"io"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"latchkey/network"
	"latchkey/network/regular"
	"latchkey/player"
	"latchkey/player/abr"
	"latchkey/player/audio"
)

// The limits of --memory, in MB: below, nothing plays; above is more than a machine has.
const (
	minMemory = 64
	maxMemory = 1 << 20
)

// streamFlags are the flags of the window and of probe.
type streamFlags struct {
	networkFlags
	keyFlags
	start, length                          time.Duration
	frames                                 int
	initialBitrate, minBitrate, maxBitrate int64
	policy                                 string
	audioLanguage, subtitleLanguage        string
	subtitleFiles                          []string
	audioTrack, subtitleTrack              int
	hardware, output                       string
	memory                                 int64
	report, archive                        string
	logLevel                               string
}

func (f *streamFlags) add(set *pflag.FlagSet) {
	f.networkFlags.add(set)
	f.keyFlags.add(set)
	set.DurationVar(&f.start, "start", 0, "where to start, as in 1m30s; -30s counts from the end, or from the live edge")
	set.DurationVar(&f.length, "length", 0, "how much to play, as in 10s")
	set.IntVar(&f.frames, "frames", 0, "stop after so many video frames")
	set.Int64Var(&f.initialBitrate, "initial-bitrate", 0, "begin with the variant closest at or above, in bits per second")
	set.Int64Var(&f.minBitrate, "min-bitrate", 0, "play no variant below, in bits per second")
	set.Int64Var(&f.maxBitrate, "max-bitrate", 0, "play no variant above, in bits per second")
	set.StringVar(&f.policy, "abr-policy", abr.Moderate.String(), "how bold the choice of a variant is: conservative, moderate or aggressive")
	set.StringVar(&f.audioLanguage, "audio-lang", "", "preferred language of the sound, as in en or pt-BR")
	set.StringVar(&f.subtitleLanguage, "sub-lang", "", "preferred language of the subtitles, as in en; off for none")
	set.IntVar(&f.audioTrack, "audio-track", 0, "play this sound of a file, counted from 1 as probe --list does")
	set.IntVar(&f.subtitleTrack, "sub-track", 0, "show these subtitles of a file, counted from 1 as probe --list does")
	set.StringArrayVar(&f.subtitleFiles, "sub-file", nil, "offer the subtitles of this `FILE` (SRT, WebVTT, ASS or SSA), the first of several being shown")
	set.StringVar(&f.hardware, "hwdec", "off", "hardware decoding: off, auto, or the type of a device, as in vaapi")
	set.Int64Var(&f.memory, "memory", player.DefaultMemoryLimit>>20, "what a stream or file may take in memory to be read and decoded, in `MB`; the program takes some 300 more")
	set.StringVar(&f.output, "ao", audio.Device.String(), "where the sound goes: device, or null, which paces by the wall clock")
	set.StringVar(&f.report, "report", "", "write a JSON report at exit to this `FILE`; - is standard output")
	set.StringVar(&f.archive, "har", "", "write the requests at exit to this `FILE` as an HTTP archive, without values of cookies and headers; - is standard output")
	set.StringVar(&f.logLevel, "log-level", "error", "what is logged on standard error: error, warn, info or debug")
}

// config returns the player's configuration.
func (f *streamFlags) config(stderr io.Writer) (player.Config, error) {
	log, err := f.log(stderr)
	if err != nil {
		return player.Config{}, err
	}
	policy, ok := abr.ParsePolicy(f.policy)
	if !ok {
		return player.Config{}, usagef("--abr-policy is conservative, moderate or aggressive, and not %q", f.policy)
	}
	config := player.Config{Log: log, Network: network.Options{Log: log}, AudioLanguage: f.audioLanguage, SubtitleLanguage: f.subtitleLanguage,
		AudioTrack: f.audioTrack, SubtitleTrack: f.subtitleTrack,
		ABR: abr.Controls{InitialBitrate: f.initialBitrate, MinBitrate: f.minBitrate, MaxBitrate: f.maxBitrate, Policy: policy}}
	if config.Keys, err = f.parse(); err != nil {
		return config, err
	}
	if err := f.options(&config.Network); err != nil {
		return config, err
	}
	if f.memory < minMemory || f.memory > maxMemory {
		return config, usagef("--memory is between %d and %d", minMemory, maxMemory)
	}
	config.MemoryLimit = f.memory << 20
	if f.hardware != "off" {
		config.Hardware = f.hardware
	}
	if f.hardware != "off" && f.hardware != "auto" && !slices.Contains(player.HardwareDecoders(), f.hardware) {
		return config, usagef("--hwdec is off, auto or one of %s, and not %q", strings.Join(player.HardwareDecoders(), ", "), f.hardware)
	}
	switch f.output {
	case audio.Device.String():
	case audio.Null.String():
		config.AudioOutput = audio.Null
	default:
		return config, usagef("--ao is device or null, and not %q", f.output)
	}
	switch {
	case f.audioTrack < 0 || f.subtitleTrack < 0:
		return config, usagef("--audio-track and --sub-track count from 1")
	case f.length < 0 || f.frames < 0:
		return config, usagef("--length and --frames cannot be negative")
	case f.maxBitrate > 0 && f.minBitrate > f.maxBitrate:
		return config, usagef("--min-bitrate is above --max-bitrate")
	}
	return config, nil
}

// withSubtitles returns a resource with the files of --sub-file. The error is of one that cannot be
// read.
func (f *streamFlags) withSubtitles(resource *player.MediaResource) (*player.MediaResource, error) {
	for _, path := range f.subtitleFiles {
		file, err := regular.Open(path)
		if err != nil {
			return nil, player.Explain(err, path)
		}
		_ = file.Close() // it was not read
	}
	return resource.WithSubtitles(f.subtitleFiles...), nil
}

func (f *streamFlags) log(stderr io.Writer) (*slog.Logger, error) {
	var level slog.Level
	switch f.logLevel {
	case "error", "warn", "info", "debug":
		if err := level.UnmarshalText([]byte(f.logLevel)); err != nil {
			return nil, &usageError{err}
		}
	default:
		return nil, usagef("--log-level is error, warn, info or debug, and not %q", f.logLevel)
	}
	return slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: level})), nil
}

// windowFlags are the flags of the window alone, and those it shares.
type windowFlags struct {
	streamFlags
	renderer         string
	exit, fullScreen bool
	mute             bool
	volume           float64
	speed            float64
}

func (f *windowFlags) add(set *pflag.FlagSet) {
	f.streamFlags.add(set)
	set.StringVar(&f.renderer, "renderer", "auto", "how pictures reach the window: auto, shader or image")
	set.BoolVar(&f.exit, "exit", false, "close the window at the end of the stream")
	set.BoolVar(&f.fullScreen, "fullscreen", false, "fill the screen")
	set.BoolVar(&f.mute, "mute", false, "begin without sound")
	set.Float64Var(&f.volume, "volume", 100, "volume, 0 to 100")
	set.Float64Var(&f.speed, "speed", 1, "speed, 0.25 to 4")
}

// check refuses what the window cannot do.
func (f *windowFlags) check() error {
	switch {
	case f.renderer != "auto" && f.renderer != "shader" && f.renderer != "image":
		return usagef("--renderer is auto, shader or image, and not %q", f.renderer)
	case !(f.volume >= 0 && f.volume <= 100):
		return usagef("--volume is between 0 and 100")
	case !(f.speed >= player.MinSpeed && f.speed <= player.MaxSpeed):
		return usagef("--speed is between %v and %v", player.MinSpeed, player.MaxSpeed)
	}
	return nil
}
