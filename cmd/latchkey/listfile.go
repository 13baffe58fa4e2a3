package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"

	"latchkey/drm"
	"latchkey/player"
	"latchkey/player/libav"
)

// Limits on what is read of a file for its protection.
const (
	maxMovieBox  = 64 << 20 // bytes of the movie box
	maxFileBoxes = 1 << 16  // boxes before it: a fragmented file has two for each fragment
)

// file lists the tracks of a media file, numbered from 1 within their kind.
func (l *lister) file(path string) (err error) {
	file, err := os.Open(path)
	if err != nil {
		return player.Explain(err, path)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	input, err := libav.OpenInput(file, libav.InputOptions{Local: true})
	if errors.Is(err, libav.ErrNotMedia) {
		return &failure{code: player.CodeNotMedia, message: path + " is no playlist, no film and no music that Latchkey knows."}
	}
	if err != nil {
		return player.Explain(err, path)
	}
	defer input.Close()
	l.line("container: %s, duration %s, title %q", input.FormatName(), input.Duration(), input.Title())
	numbers := make(map[libav.Kind]int)
	for _, stream := range input.Streams() {
		numbers[stream.Kind]++
		l.track(stream, numbers[stream.Kind])
	}
	l.fileProtection(file)
	return nil
}

// track lists a track of a file.
func (l *lister) track(s libav.Stream, number int) {
	format := ""
	switch {
	case s.AttachedPicture:
		format = ", a still picture"
	case s.Kind == libav.KindVideo:
		format = fmt.Sprintf(", %dx%d, %.5g frames/s", s.Width, s.Height, float64(s.FrameRate.Num)/float64(max(s.FrameRate.Den, 1)))
	case s.Kind == libav.KindAudio:
		format = fmt.Sprintf(", %d Hz, %d channels", s.SampleRate, s.Channels)
	}
	l.line("%s %d: codec %q%s, language %q, title %q, default %t", s.Kind, number, s.Codec, format, s.Language, s.Title, s.Default)
}

// fileProtection lists the protection of an ISO base media file. Other files have none that is
// named.
func (l *lister) fileProtection(file io.ReadSeeker) {
	movie, err := movieBox(file)
	if err != nil || movie == nil {
		return
	}
	if protection, err := drm.ParseInit(movie); err == nil {
		l.protection(protection)
	}
}

// movieBox returns the movie box of an ISO base media file, nil without one. ISO/IEC 14496-12, 4.2
// and 8.2.1.
func movieBox(file io.ReadSeeker) ([]byte, error) {
	at := int64(0)
	for range maxFileBoxes {
		if _, err := file.Seek(at, io.SeekStart); err != nil {
			return nil, err
		}
		var header [16]byte
		if n, err := io.ReadFull(file, header[:]); n < 8 {
			return nil, err
		}
		size, name := int64(binary.BigEndian.Uint32(header[:])), string(header[4:8])
		if size == 1 { // the size is in 64 bits
			size = int64(binary.BigEndian.Uint64(header[8:]))
		}
		if size < 8 || at > at+size {
			return nil, nil // the last box, or none
		}
		if name == "moov" && size <= maxMovieBox {
			if _, err := file.Seek(at, io.SeekStart); err != nil {
				return nil, err
			}
			return io.ReadAll(io.LimitReader(file, size))
		}
		at += size
	}
	return nil, nil
}
