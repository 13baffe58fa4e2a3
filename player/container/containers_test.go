package container_test

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/player/container"
	"latchkey/player/mediatest"
)

func TestMain(m *testing.M) { os.Exit(mediatest.Run(m)) }

// element writes an EBML element with a size of 8 bytes. RFC 8794, 6.
func element(id string, parts ...[]byte) []byte {
	payload := bytes.Join(parts, nil)
	return slices.Concat([]byte(id), announced(uint64(len(payload))), payload)
}

// announced is a size of 8 bytes.
func announced(size uint64) []byte { return binary.BigEndian.AppendUint64(nil, 1<<56|size) }

const (
	segmentID     = "\x18\x53\x80\x67"
	tagsID        = "\x12\x54\xC3\x67"
	clusterID     = "\x1F\x43\xB6\x75"
	tracksID      = "\x16\x54\xAE\x6B"
	attachmentsID = "\x19\x41\xA4\x69"
)

func matroska(parts ...[]byte) []byte {
	return append(element("\x1A\x45\xDF\xA3", element("\x42\x82", []byte("matroska"))), element(segmentID, parts...)...)
}

// chunk writes a RIFF chunk whose header says size.
func chunk(name string, size uint32, parts ...[]byte) []byte {
	return slices.Concat([]byte(name), binary.LittleEndian.AppendUint32(nil, size), bytes.Join(parts, nil))
}

func list(kind string, parts ...[]byte) []byte {
	payload := append([]byte(kind), bytes.Join(parts, nil)...)
	return chunk("LIST", uint32(len(payload)), payload)
}

func avi(parts ...[]byte) []byte {
	payload := append([]byte("AVI "), bytes.Join(parts, nil)...)
	return chunk("RIFF", uint32(len(payload)), payload)
}

// steady is the header of a stream of sound whose samples have 4 bytes.
func steady() []byte {
	head := make([]byte, 56)
	copy(head, "auds")
	head[44] = 4
	return list("strl", chunk("strh", 56, head), chunk("strf", 18, make([]byte, 18)))
}

// frame writes a frame of an ID3v2.4 tag that says to unpack to 128 MB.
func packedFrame() []byte {
	return slices.Concat([]byte("APIC"), []byte{0, 0, 0, 20}, []byte{0, 0x09}, []byte{0x40, 0, 0, 0}, make([]byte, 16))
}

// deep are tags in tags.
func deep(levels int) []byte {
	if levels == 0 {
		return nil
	}
	return element("\x67\xC8", deep(levels-1))
}

func longPacket() []byte {
	head := slices.Concat([]byte("OggS"), []byte{0, 1}, make([]byte, 8), []byte{1, 0, 0, 0}, make([]byte, 8), []byte{255}, bytes.Repeat([]byte{255}, 255))
	return bytes.Repeat(append(head, make([]byte, 255*255)...), 1100)
}

var hostileContainers = []struct {
	name string
	file []byte
	want error
}{
	{"a million tags of Matroska", matroska(element(tagsID, bytes.Repeat([]byte("\x73\x73\x80"), 2<<20))), container.ErrMemory},
	{"a million tags where a cluster has lost its way", matroska(element(clusterID, []byte("\xA3"), announced(1<<40)), element(tagsID, bytes.Repeat([]byte("\x73\x73\x80"), 2<<20))), container.ErrMemory},
	{"tags in tags", matroska(element(tagsID, deep(40))), container.ErrDamaged},
	{"200 tracks of Matroska", matroska(element(tracksID, bytes.Repeat([]byte("\xAE\x80"), 200))), container.ErrDamaged},
	{"attachments of 250 MB", slices.Concat(matroska()[:40], []byte(segmentID), announced(1<<40), []byte(attachmentsID), announced(1<<39), []byte("\x61\xA7"), announced(1<<38), []byte("\x46\x5C"), announced(250<<20)), container.ErrDamaged},
	{"a block of 200 MB", slices.Concat(matroska()[:40], []byte(segmentID), announced(1<<40), []byte(clusterID), announced(1<<39), []byte("\xA3"), announced(200<<20)), container.ErrDamaged},
	{"100,000 parts of a block", matroska(element(clusterID, element("\xA0", element("\x75\xA1", bytes.Repeat([]byte("\xA6\x80"), 100_000))))), container.ErrDamaged},
	{"a format of 1 GB in AVI", avi(list("hdrl", list("strl", chunk("strf", 1<<30)))), container.ErrDamaged},
	{"an index of AVI whose sample has 2 GB", avi(list("movi"), chunk("idx1", 16, []byte("00dc"), make([]byte, 8), []byte{0, 0, 0, 0x7F})), container.ErrDamaged},
	{"an index of AVI of 4 GB", avi(list("movi"), chunk("idx1", 0xFFFFFFF0)), container.ErrDamaged},
	{"100 streams of sound in AVI", avi(list("hdrl", bytes.Repeat(steady(), 100))), container.ErrDamaged},
	{"an OpenDML index", avi(list("hdrl", list("strl", chunk("indx", 24, []byte{4, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0x7F}, make([]byte, 16))))), container.ErrDamaged},
	{"a format of 1 GB in WAV", chunk("RIFF", 100, []byte("WAVE"), chunk("fmt ", 1<<30)), container.ErrDamaged},
	{"compressed tags behind a footer", slices.Concat([]byte("ID3\x04\x00\x10\x00\x00\x00\x00"), []byte("3DI\x04\x00\x10\x00\x00\x00\x00"),
		[]byte("ID3\x04\x00\x00"), []byte{0, 0, 1, 0}, packedFrame(), make([]byte, 98)), container.ErrMemory},
	{"compressed tags", slices.Concat([]byte("ID3\x04\x00\x00"), []byte{0, 0, 1, 0}, packedFrame(), make([]byte, 98)), container.ErrMemory},
	{"a packet of Ogg without end", longPacket(), container.ErrMemory},
}

func TestRefuseHostileContainers(t *testing.T) {
	for _, test := range hostileContainers {
		t.Run(test.name, func(t *testing.T) {
			for _, read := range []int{64 << 10, 1000} {
				start := time.Now()
				require.ErrorIs(t, check(test.file, container.Source{Size: int64(len(test.file)), Seekable: true}, read), test.want)
				assert.Less(t, time.Since(start), slow)
			}
			if bytes.HasPrefix(test.file, []byte("RIFF")) {
				return // FFmpeg reads no index of AVI that it cannot seek in
			}
			require.Error(t, check(test.file, container.Source{}, 4096), "of unknown size")
		})
	}
}

// TestPictureBlocks has a tag of FLAC whose pictures are larger together than what is kept.
func TestPictureBlocks(t *testing.T) {
	c := container.NewChecker(container.Source{})
	require.NoError(t, c.Read([]byte("fLaC")))
	picture := append([]byte{6, 0xFF, 0xFF, 0xFF}, make([]byte, 0xFFFFFF)...)
	var err error
	for n := 0; n < 20 && err == nil; n++ {
		err = c.Read(picture)
	}
	require.ErrorIs(t, err, container.ErrMemory)
}

// ordinary are files as people have them, by their name. Each is made by FFmpeg.
func ordinary(t testing.TB) map[string]string {
	t.Helper()
	film := mediatest.Spec{Video: "h264", Audio: "aac"}
	with := func(change func(*mediatest.Spec)) string {
		spec := film
		change(&spec)
		return mediatest.Make(t, spec)
	}
	files := map[string]string{
		"mp4":            mediatest.Make(t, film),
		"mp4 index last": with(func(s *mediatest.Spec) { s.IndexLast = true }),
		"fragmented mp4": with(func(s *mediatest.Spec) { s.Fragmented = true }),
		"mp4 with sidx":  with(func(s *mediatest.Spec) { s.Arguments = []string{"-movflags", "+dash+global_sidx+frag_keyframe"} }),
		"mov of uncompressed sound": with(func(s *mediatest.Spec) {
			s.Container, s.Audio, s.Arguments = "mov", "pcm", []string{"-timecode", "01:00:00:00", "-metadata", "title=A title"}
		}),
		"mkv":  with(func(s *mediatest.Spec) { s.Container = "mkv" }),
		"webm": mediatest.Make(t, mediatest.Spec{Container: "webm", Video: "vp9", Audio: "opus"}),
		"avi":  mediatest.Make(t, mediatest.Spec{Container: "avi", Video: "mpeg4", Audio: "mp3"}),
		"flv":  mediatest.Make(t, mediatest.Spec{Container: "flv", Video: "h264", Audio: "aac"}),
		"ogg":  mediatest.Make(t, mediatest.Spec{Container: "ogg", Audio: "vorbis"}),
		"wav":  mediatest.Make(t, mediatest.Spec{Container: "wav", Audio: "pcm"}),
		"ts":   with(func(s *mediatest.Spec) { s.Container = "ts" }),
		"mp3":  mediatest.Make(t, mediatest.Spec{Container: "mp3", Audio: "mp3"}),
	}
	dir := t.TempDir()
	cover := filepath.Join(dir, "cover.png") // noise, which packs badly: 3 MB
	mediatest.FFmpeg(t, "-f", "lavfi", "-i", "nullsrc=s=1000x1000,geq=random(1)*255:128:128", "-frames:v", "1", cover)
	for _, kind := range []string{"flac", "mp3", "m4a"} {
		codec := map[string]string{"flac": "flac", "mp3": "libmp3lame", "m4a": "aac"}[kind]
		path := filepath.Join(dir, "cover."+kind)
		mediatest.FFmpeg(t, "-f", "lavfi", "-i", "sine=d=2", "-i", cover, "-map", "0", "-map", "1", "-c:a", codec, "-c:v", "copy", "-disposition:v",
			"attached_pic", path)
		files[kind+" with a cover"] = path
	}
	return files
}

func TestPassOrdinaryFiles(t *testing.T) {
	for name, path := range ordinary(t) {
		t.Run(name, func(t *testing.T) {
			file, err := os.ReadFile(path)
			require.NoError(t, err)
			for _, read := range []int{64 << 10, 1001} {
				require.NoError(t, check(file, container.Source{Size: int64(len(file)), Seekable: true}, read))
				require.NoError(t, check(file, container.Source{}, read))
				require.NoError(t, check(file[:len(file)*2/3], container.Source{Size: int64(len(file) * 2 / 3), Seekable: true}, read), "cut off")
			}
		})
	}
}

func fuzzContainer(f *testing.F, magic string, seeds ...[]byte) {
	f.Helper()
	for _, test := range hostileContainers {
		if len(test.file) < 64<<10 && bytes.HasPrefix(test.file, []byte(magic)) {
			f.Add(test.file[len(magic):], uint64(1))
		}
	}
	for _, seed := range seeds {
		f.Add(seed, uint64(2))
	}
	f.Fuzz(func(t *testing.T, rest []byte, seed uint64) { fuzz(t, append([]byte(magic), rest...), seed) })
}

func FuzzMatroska(f *testing.F) { fuzzContainer(f, "\x1A\x45\xDF\xA3") }
func FuzzRIFF(f *testing.F)     { fuzzContainer(f, "RIFF") }
func FuzzID3(f *testing.F)      { fuzzContainer(f, "ID3") }
func FuzzFLAC(f *testing.F)     { fuzzContainer(f, "fLaC", []byte{0x86, 0, 0, 4, 1, 2, 3, 4}) }
func FuzzOgg(f *testing.F)      { fuzzContainer(f, "OggS", longPacket()[4:300]) }
