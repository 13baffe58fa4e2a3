package player

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"latchkey/player/libav"
)

// newFileSounds returns the sounds of a file, the preferred one chosen; nil without any. One that
// cannot be decoded is not chosen where there is another.
func newFileSounds(s *session, streams []libav.Stream) *sounds {
	t := &sounds{session: s}
	for _, stream := range streams {
		if stream.Kind == libav.KindAudio {
			t.streams = append(t.streams, stream)
		}
	}
	if t.streams == nil {
		return nil
	}
	for i, stream := range t.streams {
		t.list = append(t.list, SoundInfo{Index: i, Name: soundName(stream, i+1, marked(t.streams)), Language: languageOf(stream.Language),
			Channels: strconv.Itoa(stream.Channels), Title: stream.Title, Codec: stream.Codec, Default: stream.Default, Commentary: stream.Commentary})
	}
	distinct(len(t.list), func(i int) *string { return &t.list[i].Name })
	t.chosen = t.best()
	if wanted := s.config.AudioTrack; wanted > 0 && wanted <= len(t.list) {
		t.chosen = wanted - 1
	} else if wanted > 0 {
		s.note(fmt.Sprintf("The file has no sound %d: there are %d.", wanted, len(t.list)))
	}
	return t
}

// best returns the sound that plays unless another one is chosen: the one that newRun takes, or,
// where that cannot be decoded, the next that can.
func (t *sounds) best() int {
	order := make([]int, len(t.streams))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Compare(streamScore(t.streams[b], t.session.preferred), streamScore(t.streams[a], t.session.preferred))
	})
	if len(order) == 1 {
		return order[0]
	}
	for _, i := range order {
		err := decodable(t.streams[i])
		if err == nil {
			return i
		}
		t.fails(i, err)
	}
	return order[0]
}

// decodable returns why the sound of a stream cannot be decoded, if it cannot.
func decodable(stream libav.Stream) error {
	decoder, err := libav.NewDecoder(stream, libav.DecoderOptions{Threads: 1})
	if err != nil {
		return err
	}
	decoder.Close()
	return nil
}

// chooseIn has a run of the file play the chosen sound. t may be nil.
func (t *sounds) chooseIn(r *run, streams []libav.Stream) {
	if t == nil || t.streams == nil {
		return
	}
	at := t.streams[t.choice()].Index
	if at < len(streams) && streams[at].Kind == libav.KindAudio {
		r.streams[libav.KindAudio] = streams[at]
	}
}

// marked says whether the container marks some of its streams as the default, and not all.
func marked(streams []libav.Stream) bool {
	is := func(s libav.Stream) bool { return s.Default }
	return slices.ContainsFunc(streams, is) && slices.ContainsFunc(streams, func(s libav.Stream) bool { return !is(s) })
}

// soundName describes a sound, the number-th of its file, in a menu: "German: The director (AAC,
// stereo, commentary)". whole says whether the default is told.
func soundName(s libav.Stream, number int, whole bool) string {
	details := []string{codecName(s.Codec), channelsName(s.Channels)}
	if s.Commentary {
		details = append(details, "commentary")
	}
	if s.VisualImpaired {
		details = append(details, "audio description")
	}
	return described(s, fmt.Sprintf("Sound %d", number), details, whole)
}

// described names a stream by its language and title, or else, with details in brackets. whole says
// whether the default is one of them.
func described(s libav.Stream, without string, details []string, whole bool) string {
	if s.Default && whole {
		details = append(details, "default")
	}
	return titled(s, without) + " (" + strings.Join(details, ", ") + ")"
}

// titled names a stream by its language and title, or else.
func titled(s libav.Stream, without string) string {
	name := languageName(languageOf(s.Language))
	switch {
	case s.Title == "":
		return cmp.Or(name, without)
	case name == "" || strings.Contains(strings.ToLower(s.Title), strings.ToLower(name)):
		return s.Title
	}
	return name + ": " + s.Title
}

// channelsName names a number of channels.
func channelsName(n int) string {
	switch n {
	case 1:
		return "mono"
	case 2:
		return "stereo"
	case 6:
		return "5.1"
	case 8:
		return "7.1"
	}
	return fmt.Sprintf("%d channels", n)
}

// codecNames are those of codecs that people know under another name than FFmpeg's in capitals.
var codecNames = map[string]string{"ac3": "AC-3", "eac3": "E-AC-3", "truehd": "TrueHD", "opus": "Opus", "vorbis": "Vorbis", "subrip": "SRT",
	"webvtt": "WebVTT", "mov_text": "MP4 text", "hdmv_pgs_subtitle": "PGS", "dvd_subtitle": "VobSub", "dvb_subtitle": "DVB"}

// codecName is what people call a codec.
func codecName(codec string) string {
	if strings.HasPrefix(codec, "pcm_") {
		return "PCM"
	}
	return cmp.Or(codecNames[codec], strings.ToUpper(codec))
}

// distinct numbers names of which there are several.
func distinct(n int, name func(i int) *string) {
	seen := make(map[string]int)
	for i := range n {
		at := name(i)
		seen[*at]++
		if again := seen[*at]; again > 1 {
			*at += fmt.Sprintf(" %d", again)
		}
	}
}
