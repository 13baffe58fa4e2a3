package mediatest

import (
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// Spec says what a medium is made of. The zero value of each field is a default.
type Spec struct {
	// Container is the file's extension: mp4 (the default), m4a, mov, mkv, webm, ts, flv, avi, ogg, mp3,
	// aac, ac3, eac3, flac, wav.
	Container string
	// Fragmented makes an mp4 of fragments, which can be read without seeking.
	Fragmented bool
	// IndexLast leaves the index of an mp4 at the end, where only a reader that seeks finds it.
	IndexLast bool

	// Video is h264, hevc, vp9, av1, mpeg2, mpeg4 or empty for none.
	Video string
	// Width and Height are 160 by 90 when 0.
	Width, Height int
	// Frames is the number of pictures, 50 when 0; sound is as long.
	Frames int
	// FrameRate is pictures a second as ffmpeg writes it, "25" when empty.
	FrameRate string
	// KeyEvery is the distance of key pictures, 25 when 0.
	KeyEvery int
	// NoBFrames makes the order of decoding that of showing.
	NoBFrames bool
	// PixelFormat is yuv420p when empty.
	PixelFormat string
	// SampleAspect is the shape of a sample, such as "4/3"; square when empty.
	SampleAspect string
	// FullRange marks samples as going from 0 to 255.
	FullRange bool
	// Colour is the matrix, primaries and transfer, such as "bt709"; unspecified when empty.
	Colour string
	// Rotation is written to the display matrix: degrees clockwise.
	Rotation int

	// Audio is aac, mp3, ac3, eac3, opus, vorbis, flac, pcm or empty for none.
	Audio string
	// SampleRate is in Hz, 48000 when 0, and Channels is 2 when 0.
	SampleRate, Channels int
	// Language is the sound's ISO 639-2 tag.
	Language string
	// Title is the medium's.
	Title string
	// Arguments are further arguments for the output.
	Arguments []string
}

// videoArguments are the encoders, as fast as they get.
var videoArguments = map[string][]string{
	"h264":  {"-c:v", "libx264", "-preset", "veryfast"},
	"hevc":  {"-c:v", "libx265", "-preset", "ultrafast", "-tag:v", "hvc1"},
	"vp9":   {"-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "200k"},
	"av1":   {"-c:v", "libaom-av1", "-usage", "realtime", "-cpu-used", "8", "-b:v", "200k"},
	"mpeg2": {"-c:v", "mpeg2video"},
	"mpeg4": {"-c:v", "mpeg4"},
}

var audioArguments = map[string][]string{
	"aac":    {"-c:a", "aac"},
	"mp3":    {"-c:a", "libmp3lame"},
	"ac3":    {"-c:a", "ac3"},
	"eac3":   {"-c:a", "eac3"},
	"opus":   {"-c:a", "libopus"},
	"vorbis": {"-c:a", "libvorbis"},
	"flac":   {"-c:a", "flac", "-strict", "-2"}, // in MP4 it is an experiment to some versions
	"pcm":    {"-c:a", "pcm_s16le"},
}

// withDefaults returns the spec with each default written out.
func (s Spec) withDefaults() Spec {
	s.Container = or(s.Container, "mp4")
	s.Width, s.Height = or(s.Width, 160), or(s.Height, 90)
	s.Frames, s.KeyEvery = or(s.Frames, 50), or(s.KeyEvery, 25)
	s.FrameRate = or(s.FrameRate, "25")
	s.PixelFormat = or(s.PixelFormat, "yuv420p")
	s.SampleRate, s.Channels = or(s.SampleRate, 48000), or(s.Channels, 2)
	return s
}

func or[T comparable](value, fallback T) T {
	var zero T
	if value == zero {
		return fallback
	}
	return value
}

// Make makes a medium and returns its path. The file must not be changed.
func Make(t testing.TB, s Spec) string {
	t.Helper()
	arguments, err := s.arguments()
	return cached(t, fmt.Sprintf("%s turned by %d: %q", or(s.Container, "mp4"), s.Rotation, arguments), func(dir string) (string, error) {
		if err != nil {
			return "", err
		}
		path := filepath.Join(dir, "medium."+or(s.Container, "mp4"))
		final := path
		if s.Rotation != 0 {
			path = filepath.Join(dir, "upright."+or(s.Container, "mp4"))
		}
		if _, err := run(nil, append(arguments, path)...); err != nil {
			return "", err
		}
		if s.Rotation != 0 {
			return final, rotate(path, final, s.Rotation)
		}
		return final, nil
	})
}

// rotate copies a medium with another display matrix.
func rotate(from, to string, degrees int) error {
	// Both options count counterclockwise.
	plain := []string{"-i", from, "-c", "copy", "-metadata:s:v", fmt.Sprintf("rotate=%d", (360-degrees)%360), to}
	newer := []string{"-display_rotation:v", strconv.Itoa(-degrees), "-i", from, "-c", "copy", to}
	if _, err := run(nil, newer...); err == nil {
		return nil
	}
	// FFmpeg before 6.0 has the metadata alone.
	_, err := run(nil, plain...)
	return err
}

// arguments are ffmpeg's, less the output's path.
func (s Spec) arguments() ([]string, error) {
	s = s.withDefaults()
	arguments := s.inputs()
	if s.Video != "" {
		video, err := s.video()
		if err != nil {
			return nil, err
		}
		arguments = append(arguments, video...)
	}
	if s.Audio != "" {
		codec, ok := audioArguments[s.Audio]
		if !ok {
			return nil, fmt.Errorf("mediatest: no encoder for sound of %q", s.Audio)
		}
		arguments = append(arguments, codec...)
		arguments = append(arguments, "-ac", strconv.Itoa(s.Channels), "-ar", strconv.Itoa(s.SampleRate))
		if s.Language != "" {
			arguments = append(arguments, "-metadata:s:a", "language="+s.Language)
		}
	}
	if s.Title != "" {
		arguments = append(arguments, "-metadata", "title="+s.Title)
	}
	return append(append(arguments, s.container()...), s.Arguments...), nil
}

// inputs are a test picture and a tone that rises, so that no two stretches of sound are alike.
func (s Spec) inputs() []string {
	var arguments []string
	if s.Video != "" {
		source := fmt.Sprintf("testsrc2=size=%dx%d:rate=%s", s.Width, s.Height, s.FrameRate)
		if s.Width%2 != 0 || s.Height%2 != 0 {
			source += ",format=yuv444p" // with subsampling it rounds the size
		}
		arguments = append(arguments, "-f", "lavfi", "-i", fmt.Sprintf("%s,trim=end_frame=%d", source, s.Frames))
	}
	if s.Audio != "" {
		tones := []string{"0.4*sin(2*PI*t*(300+200*t))", "0.3*sin(2*PI*t*(500+90*t))"}
		arguments = append(arguments, "-f", "lavfi", "-i", fmt.Sprintf("aevalsrc=exprs=%s:sample_rate=%d:duration=%.6f",
			strings.Join(tones[:min(s.Channels, len(tones))], "|"), s.SampleRate, s.seconds()))
	}
	return arguments
}

// seconds is how long the medium is.
func (s Spec) seconds() float64 {
	var num, den float64 = 25, 1
	if _, err := fmt.Sscanf(s.FrameRate, "%g/%g", &num, &den); err != nil {
		den = 1
	}
	return float64(s.Frames) * den / num
}

func (s Spec) video() ([]string, error) {
	codec, ok := videoArguments[s.Video]
	if !ok {
		return nil, fmt.Errorf("mediatest: no encoder for pictures of %q", s.Video)
	}
	arguments := append([]string{}, codec...)
	arguments = append(arguments, "-g", strconv.Itoa(s.KeyEvery), "-pix_fmt", s.PixelFormat)
	switch {
	case s.Video == "hevc":
		options := "log-level=error:keyint=" + strconv.Itoa(s.KeyEvery) + ":bframes=3"
		if s.NoBFrames {
			options = "log-level=error:keyint=" + strconv.Itoa(s.KeyEvery) + ":bframes=0"
		}
		arguments = append(arguments, "-x265-params", options)
	case s.NoBFrames:
		arguments = append(arguments, "-bf", "0")
	case s.Video == "h264":
		arguments = append(arguments, "-bf", "3")
	}
	filter := ""
	if s.SampleAspect != "" {
		filter = "setsar=" + s.SampleAspect
	}
	if s.FullRange {
		if filter != "" {
			filter += ","
		}
		filter += "scale=out_range=full"
		arguments = append(arguments, "-color_range", "pc")
	}
	if s.Colour != "" {
		// From FFmpeg 7.1 on, what the pictures say counts, and not what is said to the encoder.
		if filter != "" {
			filter += ","
		}
		filter += fmt.Sprintf("setparams=colorspace=%s:color_primaries=%s:color_trc=%s", s.Colour, s.Colour, s.Colour)
	}
	if filter != "" {
		arguments = append(arguments, "-vf", filter)
	}
	if s.Colour != "" {
		arguments = append(arguments, "-colorspace", s.Colour, "-color_primaries", s.Colour, "-color_trc", s.Colour)
	}
	return arguments, nil
}

// container are the arguments of the muxer.
func (s Spec) container() []string {
	switch {
	case s.Fragmented:
		return []string{"-movflags", "frag_keyframe+empty_moov+default_base_moof"}
	case s.IndexLast:
		return nil
	case s.Container == "mp4" || s.Container == "m4a" || s.Container == "mov":
		return []string{"-movflags", "+faststart"}
	}
	return nil
}
