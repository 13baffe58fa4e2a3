package drm

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
)

// ErrInitSection is returned for bytes that are no init section of ISO base media.
var ErrInitSection = errors.New("no init section of ISO base media")

// Limits on an init section.
const (
	maxBoxDepth = 12
	maxTracks   = 64 // protections and systems that are told of
)

// InitProtection is what an init section says of how its tracks and the samples to come are encrypted. It holds no key.
type InitProtection struct {
	Tracks []TrackProtection
	// Systems are those that it has something for: SystemIDs of pssh boxes, each once. ISO/IEC 23001-7, 8.1.
	Systems [][16]byte
}

// TrackProtection is the protection of a track.
type TrackProtection struct {
	// Codec is the four characters of the sample entry that is under the encryption: "avc1", "mp4a". ISO/IEC 14496-12, 8.12.2.
	Codec string
	// Scheme is "cenc", "cens", "cbc1" or "cbcs", or whatever stands there. ISO/IEC 23001-7, 4.2.
	Scheme string
	// ID is the KID of samples with which nothing else is said; the zero value where they are clear. ISO/IEC 23001-7, 8.2.
	ID KeyID
}

// ParseInit reads an init section. It returns ErrInitSection, wrapped, for what has no moov box or is cut off.
func ParseInit(data []byte) (InitProtection, error) {
	var p InitProtection
	found := false
	err := boxes(data, 0, func(kind string, body []byte) error {
		if kind != "moov" {
			return nil
		}
		found = true
		return p.read(body, 1)
	})
	if err == nil && !found {
		err = errors.New("it has no moov box")
	}
	if err != nil {
		return InitProtection{}, fmt.Errorf("%w: %w", ErrInitSection, err)
	}
	return p, nil
}

// boxes calls each with the boxes of a stretch. ISO/IEC 14496-12, 4.2.
func boxes(data []byte, depth int, each func(kind string, body []byte) error) error {
	if depth > maxBoxDepth {
		return errors.New("boxes lie too deep")
	}
	for len(data) > 0 {
		if len(data) < 8 {
			return errors.New("a box is cut off")
		}
		size, head := uint64(binary.BigEndian.Uint32(data)), uint64(8)
		switch size {
		case 0:
			size = uint64(len(data))
		case 1:
			if len(data) < 16 {
				return errors.New("a box is cut off")
			}
			size, head = binary.BigEndian.Uint64(data[8:]), 16
		}
		if size < head || size > uint64(len(data)) {
			return errors.New("a box has a size that cannot be")
		}
		if err := each(string(data[4:8]), data[head:size]); err != nil {
			return err
		}
		data = data[size:]
	}
	return nil
}

// sampleEntries are how many bytes stand before the boxes of a sample entry that is encrypted. ISO/IEC 14496-12, 8.5.2, 12.1.3, 12.2.3.
var sampleEntries = map[string]int{"encv": 78, "enca": 28, "enct": 8, "encs": 8}

// read reads the boxes below moov.
func (p *InitProtection) read(data []byte, depth int) error {
	return boxes(data, depth, func(kind string, body []byte) error {
		switch kind {
		case "trak", "mdia", "minf", "stbl":
			return p.read(body, depth+1)
		case "stsd":
			if len(body) < 8 {
				return errors.New("stsd is cut off")
			}
			return p.read(body[8:], depth+1)
		case "pssh":
			if len(body) < 20 {
				return errors.New("pssh is cut off")
			}
			id := [16]byte(body[4:20])
			if !slices.Contains(p.Systems, id) && len(p.Systems) < maxTracks {
				p.Systems = append(p.Systems, id)
			}
		default:
			if fixed, ok := sampleEntries[kind]; ok {
				return p.entry(kind, body, fixed, depth+1)
			}
		}
		return nil
	})
}

// entrySize is how many bytes stand before the boxes of a sample entry: fixed, and more in QuickTime's versions.
func entrySize(kind string, body []byte, fixed int) int {
	if kind == "enca" && len(body) >= 10 {
		switch binary.BigEndian.Uint16(body[8:]) {
		case 1:
			fixed += 16
		case 2:
			fixed += 36
		}
	}
	return fixed
}

// entry reads a sample entry that is encrypted. fixed is how many bytes stand before its boxes.
func (p *InitProtection) entry(kind string, body []byte, fixed, depth int) error {
	fixed = entrySize(kind, body, fixed)
	if len(body) < fixed {
		return fmt.Errorf("%s is cut off", kind)
	}
	return boxes(body[fixed:], depth, func(kind string, body []byte) error {
		if kind != "sinf" || len(p.Tracks) == maxTracks {
			return nil
		}
		var t TrackProtection
		if err := t.read(body, depth+1); err != nil {
			return err
		}
		p.Tracks = append(p.Tracks, t)
		return nil
	})
}

// read reads the boxes of sinf. ISO/IEC 14496-12, 8.12; ISO/IEC 23001-7, 8.2.
func (t *TrackProtection) read(data []byte, depth int) error {
	return boxes(data, depth, func(kind string, body []byte) error {
		switch {
		case kind == "frma" && len(body) >= 4:
			t.Codec = string(body[:4])
		case kind == "schm" && len(body) >= 8:
			t.Scheme = string(body[4:8])
		case kind == "schi":
			return t.read(body, depth+1)
		case kind == "tenc" && len(body) >= 24:
			t.ID = KeyID(body[8:24])
		}
		return nil
	})
}
