package mediatest

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

// HLSSpec says how a medium is cut into a presentation of HLS.
type HLSSpec struct {
	// Spec is what it is made of; its Container is not used.
	Spec Spec
	// Fragmented makes segments of fragmented MP4 with an init section; else they are MPEG-2 TS.
	Fragmented bool
	// Seconds is the target length of a segment, 1 when 0.
	Seconds int
	// Encrypted says that segments are enciphered with Method, the key being HLSKey.
	Encrypted bool
	// Method is AES-128 when empty, else AES-256, AES-256-CTR or AES-256-GCM.
	Method string
	// IV is written to the playlist when Encrypted, and an init section is enciphered too. Empty, each
	// segment's sequence number is its IV, and an init section stays clear.
	IV []byte
	// KeyURI is written to the playlist when Encrypted, "key.bin" when empty.
	KeyURI string
}

// HLS is a presentation in a folder: its playlist, and beside that the segments and, when enciphered,
// key.bin.
type HLS struct {
	Folder   string
	Playlist string // path of index.m3u8
	Source   string // path of what was cut, not enciphered: an MP4
}

// HLSKey is the key of enciphered presentations: 16 bytes, or 32 where the method needs them.
func HLSKey(method string) []byte {
	key := "latchkey-hls-key"
	if strings.HasPrefix(method, "AES-256") {
		key += "of-another-width"
	}
	return []byte(key)
}

// MakeHLS makes a presentation. The files must not be changed.
func MakeHLS(t testing.TB, s HLSSpec) HLS {
	t.Helper()
	s.Spec.Container = "mp4"
	source := Make(t, s.Spec)
	playlist := cached(t, fmt.Sprintf("hls %+v", s), func(dir string) (string, error) { return s.pack(source, dir) })
	return HLS{Folder: filepath.Dir(playlist), Playlist: playlist, Source: source}
}

// pack cuts source into dir.
func (s HLSSpec) pack(source, dir string) (string, error) {
	playlist := filepath.Join(dir, "index.m3u8")
	arguments := []string{"-i", source, "-map", "0", "-c", "copy", "-f", "hls", "-hls_time", fmt.Sprint(or(s.Seconds, 1)),
		"-hls_playlist_type", "vod", "-hls_list_size", "0"}
	if s.Fragmented {
		arguments = append(arguments, "-strict", "-2", "-hls_segment_type", "fmp4", "-hls_fmp4_init_filename", "init.mp4",
			"-hls_segment_filename", filepath.Join(dir, "segment%d.m4s"))
	} else {
		arguments = append(arguments, "-hls_segment_filename", filepath.Join(dir, "segment%d.ts"))
	}
	// ffmpeg enciphers neither fragments nor with the sequence number.
	native := s.Encrypted && s.Method == "" && !s.Fragmented && len(s.IV) > 0
	if s.Encrypted {
		info, err := s.keyInfo(dir)
		if err != nil {
			return "", err
		}
		if native {
			arguments = append(arguments, "-hls_key_info_file", info)
		}
	}
	if _, err := run(nil, append(arguments, playlist)...); err != nil {
		return "", err
	}
	if s.Encrypted && !native {
		return playlist, s.encipher(playlist)
	}
	return playlist, nil
}
