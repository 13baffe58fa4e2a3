package container

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
)

const (
	// tsPacket is the length of a packet of MPEG-2 TS, and tsSync its first byte.
	tsPacket = 188
	tsSync   = 0x47
	// maxSection is the length of the longest section of a PAT or PMT.
	maxSection = 1024
	// maxPrograms bounds the programs of a transport stream that are looked at.
	maxPrograms = 16
)

// Programs are the elementary streams of picture and sound of each program of a transport stream,
// as a text that is the same for the same streams.
type Programs map[uint16]string

// ReadPrograms reads the program map tables at the beginning of a transport stream. ISO/IEC
// 13818-1, 2.4.4. whole says that it has the tables of all programs. A table with a wrong CRC is
// passed over.
func ReadPrograms(head []byte) (found Programs, whole bool) {
	r := programReader{found: make(Programs), sections: make(map[uint16][]byte)}
	for at := syncAt(head); at >= 0 && at+tsPacket <= len(head) && head[at] == tsSync; at += tsPacket {
		r.packet(head[at : at+tsPacket])
		if r.programs != nil && len(r.found) == len(r.programs) {
			return r.found, true
		}
	}
	return r.found, false
}

// syncAt is where packets begin: where two sync bytes lie a packet apart, -1: nowhere.
func syncAt(head []byte) int {
	for at := range head {
		if next := at + tsPacket; head[at] == tsSync && (next >= len(head) || head[next] == tsSync) {
			return at
		}
	}
	return -1
}

// Changed says whether a program has other streams than it had before, or was not there. What was
// not read is as it was.
func (p Programs) Changed(before Programs) bool {
	for number, streams := range p {
		if was, ok := before[number]; !ok || was != streams {
			return true
		}
	}
	return false
}

// programReader collects the tables.
type programReader struct {
	programs map[uint16]uint16 // by PID of the program map, nil before the PAT
	sections map[uint16][]byte // that are being read, by PID
	found    Programs
}

// packet reads one packet of the transport stream. ISO/IEC 13818-1, 2.4.3.2.
func (r *programReader) packet(p []byte) {
	pid := binary.BigEndian.Uint16(p[1:]) & 0x1FFF
	if _, isMap := r.programs[pid]; pid != 0 && !isMap || p[1]&0x80 != 0 || p[3]&0x10 == 0 || p[3]&0xC0 != 0 {
		return
	}
	payload := p[4:]
	if p[3]&0x20 != 0 {
		payload = payload[min(1+int(payload[0]), len(payload)):]
	}
	if p[1]&0x40 != 0 { // a section begins
		if len(payload) == 0 || 1+int(payload[0]) > len(payload) {
			return
		}
		r.sections[pid] = slices.Clone(payload[1+int(payload[0]):])
	} else if section, begun := r.sections[pid]; begun {
		r.sections[pid] = append(section, payload...)
	}
	section := r.sections[pid]
	if len(section) < 3 {
		return
	}
	length := 3 + int(binary.BigEndian.Uint16(section[1:])&0xFFF)
	if length > maxSection || length < 12 {
		delete(r.sections, pid)
		return
	}
	if len(section) < length {
		return
	}
	delete(r.sections, pid)
	if section = section[:length]; crc32(section) == 0 && section[5]&1 != 0 {
		r.section(pid, section)
	}
}

// section reads a whole section. ISO/IEC 13818-1, 2.4.4.3 and 2.4.4.8.
func (r *programReader) section(pid uint16, s []byte) {
	body := s[8 : len(s)-4]
	switch {
	case pid == 0 && s[0] == 0:
		if r.programs == nil {
			r.programs = make(map[uint16]uint16)
		}
		for ; len(body) >= 4 && len(r.programs) < maxPrograms; body = body[4:] {
			if number := binary.BigEndian.Uint16(body); number != 0 {
				r.programs[binary.BigEndian.Uint16(body[2:])&0x1FFF] = number
			}
		}
	case pid != 0 && s[0] == 2 && len(body) >= 4:
		if info := int(binary.BigEndian.Uint16(body[2:]) & 0xFFF); 4+info <= len(body) {
			r.found[binary.BigEndian.Uint16(s[3:])] = streamsOf(body[4+info:])
		}
	}
}

// streamsOf describes the streams of picture and sound of a program map, in an order of their own.
// The descriptors count where the type alone does not say what it is.
func streamsOf(body []byte) string {
	var all []string
	for len(body) >= 5 {
		kind, pid := body[0], binary.BigEndian.Uint16(body[1:])&0x1FFF
		end := 5 + int(binary.BigEndian.Uint16(body[3:])&0xFFF)
		if end > len(body) {
			break
		}
		switch kind {
		case 0x05, 0x0A, 0x0B, 0x0C, 0x0D, 0x15, 0x16, 0x86: // data, metadata and splice information
		case 0x06: // private data, which may be sound
			all = append(all, fmt.Sprintf("%d:%x:%x", pid, kind, body[5:end]))
		default:
			all = append(all, fmt.Sprintf("%d:%x", pid, kind))
		}
		body = body[end:]
	}
	slices.Sort(all)
	return strings.Join(all, " ")
}

// crc32 is the CRC of a section, which is 0 with that at its end. ISO/IEC 13818-1, Annex A.
func crc32(section []byte) uint32 {
	crc := ^uint32(0)
	for _, b := range section {
		crc ^= uint32(b) << 24
		for range 8 {
			if crc&(1<<31) != 0 {
				crc = crc<<1 ^ 0x04C11DB7
			} else {
				crc <<= 1
			}
		}
	}
	return crc
}
