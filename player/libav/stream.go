package libav

// #include <string.h>
// #include "bridge.h"
import "C"

import (
	"bytes"
	"strings"
	"time"
	"unsafe"

	"latchkey/player/frame"
)

// maxTagBytes bounds a title or language that a container carries.
const maxTagBytes = 1024

// Kind is what a stream is made of.
type Kind int

// The kinds. Only video and audio are decoded.
const (
	KindOther    Kind = 0
	KindVideo    Kind = 1
	KindAudio    Kind = 2
	KindSubtitle Kind = 3
	KindData     Kind = 4
)

// String returns the kind's name.
func (k Kind) String() string {
	switch k {
	case KindVideo:
		return "video"
	case KindAudio:
		return "audio"
	case KindSubtitle:
		return "subtitle"
	case KindData:
		return "data"
	}
	return "other"
}

// Stream is an elementary stream of a container. It is a plain value, and stays valid after its Input is
// closed.
type Stream struct {
	// Index is the number that Packet.Stream gives.
	Index int
	// Kind is what the stream is made of.
	Kind Kind
	// Codec is FFmpeg's name of the codec: "h264", "aac".
	Codec string
	// Profile is FFmpeg's name of the codec's profile, "High" or "LC", empty when it has none.
	Profile string
	// Language is the container's tag of the language, mostly ISO 639-2: "deu". It may be empty.
	Language string
	// Title is the container's name of the stream. It may be empty.
	Title string
	// Default says that the container names the stream as one to play unless told otherwise.
	Default bool
	// Forced says that the subtitles are for those who understand the sound: of foreign dialogue
	// and of signs.
	Forced bool
	// Commentary says that the sound is a commentary on the film.
	Commentary bool
	// HearingImpaired and VisualImpaired say that the stream is made for people who hear or see
	// badly.
	HearingImpaired, VisualImpaired bool
	// AttachedPicture says that the stream is one still, such as a cover.
	AttachedPicture bool
	// TimeBase is the length in seconds of a tick of the stream's time stamps.
	TimeBase frame.Rational
	// Start is the time stamp of the stream's first sample in media time, 0 when unknown.
	Start time.Duration
	// Width and Height are the size of the picture, before any cropping that the codec carries.
	Width, Height int
	// FrameRate is pictures a second, 0/0 when unknown.
	FrameRate frame.Rational
	// SampleRate is in Hz.
	SampleRate int
	// Channels is the number of sound channels.
	Channels int
	// SampleAES says that MPEG-2 TS names the stream as one that is encrypted with SAMPLE-AES.
	SampleAES bool
	// ProtectionSystems are those that the container has something for: SystemIDs of pssh boxes. ISO/IEC
	// 23001-7, 8.1.
	ProtectionSystems [][16]byte

	parameters C.lk_parameters
	extradata  []byte
}

// SameFormat says whether a decoder of one stream can go on with the packets of the other.
func (s Stream) SameFormat(other Stream) bool {
	sameProfile := s.Profile == other.Profile || s.Profile == "" || other.Profile == "" // of encrypted sound it is not known
	return s.Kind == other.Kind && s.Codec == other.Codec && sameProfile && s.TimeBase == other.TimeBase &&
		s.SampleRate == other.SampleRate && s.Channels == other.Channels && s.Width == other.Width && s.Height == other.Height &&
		bytes.Equal(s.extradata, other.extradata)
}

// newStream copies C's description of a stream, pointers and all.
func newStream(index int, c *C.lk_stream) Stream {
	p := &c.parameters
	s := Stream{
		Index:           index,
		Codec:           C.GoString(c.codec),
		Profile:         tag(c.profile),
		Language:        tag(c.language),
		Title:           tag(c.title),
		Default:         c.is_default != 0,
		Forced:          c.is_forced != 0,
		Commentary:      c.is_commentary != 0,
		HearingImpaired: c.is_hearing_impaired != 0,
		VisualImpaired:  c.is_visual_impaired != 0,
		AttachedPicture: c.is_attached_picture != 0,
		TimeBase:        rational(p.time_base),
		FrameRate:       rational(c.frame_rate),
		Width:           int(p.width),
		Height:          int(p.height),
		SampleRate:      int(p.sample_rate),
		Channels:        int(p.channels),
		SampleAES:       c.sample_aes != 0,
		parameters:      *p,
	}
	if s.FrameRate.Num <= 0 || s.FrameRate.Den <= 0 {
		s.FrameRate = frame.Rational{}
	}
	s.Start = Ticks(int64(c.start), s.TimeBase)
	switch p._type {
	case C.AVMEDIA_TYPE_VIDEO:
		s.Kind = KindVideo
	case C.AVMEDIA_TYPE_AUDIO:
		s.Kind = KindAudio
	case C.AVMEDIA_TYPE_SUBTITLE:
		s.Kind = KindSubtitle
	case C.AVMEDIA_TYPE_DATA:
		s.Kind = KindData
	}
	for i := range c.system_count {
		id := c.systems[i]
		s.ProtectionSystems = append(s.ProtectionSystems, [16]byte(C.GoBytes(unsafe.Pointer(&id), C.LK_SYSTEM_ID)))
	}
	if p.extradata_size > 0 {
		s.extradata = C.GoBytes(unsafe.Pointer(c.extradata), p.extradata_size)
	}
	return s
}

// tag returns text of a container: bounded, valid UTF-8, and one line.
func tag(text *C.char) string {
	if text == nil {
		return ""
	}
	s := C.GoStringN(text, C.int(C.strnlen(text, maxTagBytes)))
	s = strings.ToValidUTF8(s, "")
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7F {
			return ' '
		}
		return r
	}, s))
}

// rational copies a fraction.
func rational(r C.AVRational) frame.Rational {
	return frame.Rational{Num: int64(r.num), Den: int64(r.den)}
}
