package container_test

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/player/container"
	. "latchkey/player/mediatest" //nolint:revive,staticcheck // a test of boxes reads as the boxes
)

// all is every number of entries that 32 bits hold.
const all = math.MaxUint32

// picture is a track of pictures with a number of samples of constant size.
func picture(samples, size uint32, more ...[]byte) Track {
	return Track{Tables: append([][]byte{FullBox("stts", 0, 0, U32(1, samples, 40)), FullBox("stsc", 0, 0, U32(1, 1, samples, 1)),
		FullBox("stsz", 0, 0, U32(size, samples)), FullBox("stco", 0, 0, U32(1, 48))}, more...)}
}

// sound is a track of uncompressed sound in chunks of samples.
func sound(chunks int, samples uint32) Track {
	return Track{Handler: "soun", Tables: [][]byte{FullBox("stts", 0, 0, U32(1, all, 1)), FullBox("stsc", 0, 0, U32(1, 1, samples, 1)),
		FullBox("stsz", 0, 0, U32(2, all)), FullBox("stco", 0, 0, U32(uint32(chunks)), make([]byte, 4*chunks))}}
}

func table(box []byte) []byte { return Film(Movie(Track{Tables: [][]byte{box}}.Bytes())) }

func fragmented(boxes ...[]byte) []byte {
	return slices.Concat(Film(FragmentedMovie(), Fragment(boxes...)), Box("mdat", make([]byte, 4096)))
}

func nested(depth int, inside []byte) []byte {
	for range depth {
		inside = Box("udta", inside)
	}
	return inside
}

func compressed(b []byte, size uint32) []byte {
	var packed bytes.Buffer
	w := zlib.NewWriter(&packed)
	_, _ = w.Write(b)
	_ = w.Close()
	return Box("cmov", Box("dcom", []byte("zlib")), Sized("cmvd", uint32(12+packed.Len()), U32(size), packed.Bytes()))
}

// hidden is a segment index that leads into media data, where a box lies.
func hidden(box []byte) []byte {
	index := FullBox("sidx", 0, 0, U32(1, 1000, 0, 8+100), []byte{0, 0, 0, 1}, U32(50, 1000, 0))
	return slices.Concat(Film(FragmentedMovie(), index), Box("mdat", make([]byte, 100), box, make([]byte, 100)))
}

// hostileBoxes are files that announce what they do not have, by what they are refused for.
var hostileBoxes = []struct {
	name string
	file []byte
	want error
}{
	{"samples of constant size", Film(Movie(picture(22_000_000, 100).Bytes())), container.ErrDamaged},
	{"samples of constant size in a hundred tracks", Film(Movie(slices.Repeat([][]byte{picture(100_000, 1).Bytes()}, 100)...)), container.ErrDamaged},
	{"samples of constant size, the index without an end", Film(Sized("moov", 0, Movie(Sized("trak", 1<<30, picture(22_000_000, 1).Bytes()[8:]))[8:])), container.ErrDamaged},
	{"samples of constant size before a box of no size", Film(Movie(Box("trak", picture(22_000_000, 1).Bytes()[8:], U32(3), []byte("free")), make([]byte, 100))), container.ErrDamaged},
	{"samples of constant size before a track in the track", Film(Movie(Box("trak", picture(22_000_000, 1).Bytes()[8:], Track{}.Bytes()))), container.ErrDamaged},
	{"samples of constant size in a disabled index", slices.Concat(Box("free", Movie(picture(22_000_000, 1).Bytes())[8:]), Film()), container.ErrDamaged},
	{"samples of constant size in a compressed index", Film(Box("moov", compressed(Movie(picture(22_000_000, 1).Bytes()), 4096))), container.ErrDamaged},
	{"an index that unpacks to 4 GB", Film(Box("moov", compressed(nil, all))), container.ErrMemory},
	{"stsz", table(FullBox("stsz", 0, 0, U32(0, all))), container.ErrDamaged},
	{"stz2 of 4 bits", table(FullBox("stz2", 0, 0, U32(4, all))), container.ErrDamaged},
	{"stts", table(FullBox("stts", 0, 0, U32(all, 1, 1))), container.ErrDamaged},
	{"ctts", table(FullBox("ctts", 0, 0, U32(all, 1, 1))), container.ErrDamaged},
	{"stsc", table(FullBox("stsc", 0, 0, U32(all, 1, 1, 1))), container.ErrDamaged},
	{"stco", table(FullBox("stco", 0, 0, U32(all))), container.ErrDamaged},
	{"co64", table(FullBox("co64", 0, 0, U32(1<<28))), container.ErrDamaged},
	{"stss", table(FullBox("stss", 0, 0, U32(1<<30, 1))), container.ErrDamaged},
	{"stps", table(FullBox("stps", 0, 0, U32(1<<30, 1))), container.ErrDamaged},
	{"sbgp", table(FullBox("sbgp", 0, 0, []byte("rap "), U32(1<<28, 1, 1))), container.ErrDamaged},
	{"sgpd", table(FullBox("sgpd", 1, 0, []byte("sync"), U32(1, all))), container.ErrDamaged},
	{"stsd of four billion", Film(Movie(Track{Extra: FullBox("stsd", 0, 0, U32(all), make([]byte, 64))}.Bytes())), container.ErrDamaged},
	{"a table in a sample description", Film(Movie(Track{Extra: FullBox("stsd", 0, 0, U32(1), Box("mp4v", make([]byte, 78), FullBox("stsz", 0, 0, U32(1, 22_000_000))))}.Bytes())), container.ErrDamaged},
	{"sound in chunks of 4 G samples", Film(Movie(sound(64, all).Bytes())), container.ErrDamaged},
	{"dref", Film(Movie(Track{Extra: FullBox("dref", 0, 0, U32(1<<28), make([]byte, 64))}.Bytes())), container.ErrDamaged},
	{"keys", Film(Movie(FullBox("meta", 0, 0, FullBox("hdlr", 0, 0, U32(0), []byte("mdta"), make([]byte, 13)), FullBox("keys", 0, 0, U32(1<<28))))), container.ErrDamaged},
	{"5,000 tags", Film(Movie(Box("udta", Box("meta", U32(0), FullBox("hdlr", 0, 0, make([]byte, 21)), Box("ilst", bytes.Repeat(Box("----", make([]byte, 8)), 5000)))))), container.ErrDamaged},
	{"a movie box of 1 GB", Film(Sized("moov", 1<<30, Sized("udta", 1<<29))), container.ErrDamaged},
	{"100,000 boxes", Film(Movie(bytes.Repeat(Box("abcd"), 100_000))), container.ErrDamaged},
	{"boxes 40 deep", Film(Movie(nested(40, nil))), container.ErrDamaged},
	{"200 tracks", Film(Movie(slices.Repeat([][]byte{Track{}.Bytes()}, 200)...)), container.ErrDamaged},
	{"elst", Film(Movie(Track{Edits: Box("edts", FullBox("elst", 0, 0, U32(all, 1, 0, 0x10000)))}.Bytes())), container.ErrDamaged},
	{"1,000 edits of 100,000 pictures", Film(Movie(Track{Tables: picture(100_000, 1).Tables,
		Edits: Box("edts", FullBox("elst", 0, 0, U32(1000), bytes.Repeat(U32(1000, 0, 0x10000), 1000)))}.Bytes())), container.ErrMemory},
	{"an edit of negative length", Film(Movie(Track{Edits: Box("edts", FullBox("elst", 1, 0, U32(1), U64(1<<63, 0), U32(0x10000)))}.Bytes())), container.ErrDamaged},
	{"trun without fields", fragmented(FullBox("trun", 0, 0, U32(all))), container.ErrDamaged},
	{"trun", fragmented(FullBox("trun", 0, 0x301, U32(1<<20, 0), make([]byte, 64))), container.ErrDamaged},
	{"a hundred trun without fields", fragmented(bytes.Repeat(FullBox("trun", 0, 0, U32(1<<20)), 100)), container.ErrDamaged},
	{"senc", fragmented(FullBox("senc", 0, 0, U32(1<<27))), container.ErrDamaged},
	{"senc with subsamples", fragmented(FullBox("senc", 0, 2, U32(1<<20))), container.ErrDamaged},
	{"saiz", fragmented(FullBox("saiz", 0, 0, []byte{0}, U32(1<<30))), container.ErrDamaged},
	{"saiz of constant size", fragmented(FullBox("saiz", 0, 0, []byte{8}, U32(1<<27))), container.ErrDamaged},
	{"saio", fragmented(FullBox("saio", 0, 0, U32(1<<28))), container.ErrDamaged},
	{"pssh", Film(Movie(FullBox("pssh", 1, 0, make([]byte, 16), U32(1<<27)))), container.ErrDamaged},
	{"pssh data of 4 GB", Film(Movie(FullBox("pssh", 0, 0, make([]byte, 16), U32(all)))), container.ErrDamaged},
	{"1,000 pssh", Film(Movie(bytes.Repeat(FullBox("pssh", 0, 0, make([]byte, 16), U32(0)), 1000))), container.ErrDamaged},
	{"sidx", Film(FragmentedMovie(), FullBox("sidx", 0, 0, U32(1, 1000, 0, 0), []byte{0, 0, 0xFF, 0xFF})), container.ErrDamaged},
	{"sidx beyond 64 bits", Film(FragmentedMovie(), FullBox("sidx", 1, 0, U32(1, 1000), U64(0, math.MaxInt64), []byte{0, 0, 0, 1}, U32(50, 1, 0))), container.ErrDamaged},
	{"sidx to a fragment in media data", hidden(Fragment(FullBox("trun", 0, 0, U32(all)))), container.ErrDamaged},
	{"iloc", Film(FullBox("meta", 0, 0, FullBox("hdlr", 0, 0, make([]byte, 21)), FullBox("iloc", 2, 0, []byte{0, 0}, U32(all)))), container.ErrDamaged},
	{"moof of 1 GB", slices.Concat(Film(FragmentedMovie()), Sized("moof", 1<<30)), container.ErrDamaged},
	{"a box of 64 bits", Film(slices.Concat(U32(1), []byte("moov"), U64(1<<62), Sized("trak", 0, picture(22_000_000, 1).Bytes()[8:]))), container.ErrDamaged},
}

// check gives a file to a checker in reads of a size.
func check(file []byte, known container.Source, read int) error {
	c := container.NewChecker(known)
	for len(file) > 0 {
		n := min(read, len(file))
		if err := c.Read(file[:n]); err != nil {
			return err
		}
		file = file[n:]
	}
	return c.End()
}

func TestRefuseHostileBoxes(t *testing.T) {
	for _, test := range hostileBoxes {
		t.Run(test.name, func(t *testing.T) {
			for _, read := range []int{64 << 10, 1, 7, len(test.file)} {
				start := time.Now()
				err := check(test.file, container.Source{Size: int64(len(test.file)), Seekable: true}, read)
				require.ErrorIs(t, err, test.want, "reads of %d", read)
				assert.Less(t, time.Since(start), time.Second)
			}
			err := check(test.file, container.Source{Format: "mp4"}, 4096)
			var refused *container.Error
			require.ErrorAs(t, err, &refused, "of unknown size")
			assert.NotEmpty(t, refused.Sentence("This stream"))
		})
	}
}

func TestSentences(t *testing.T) {
	file := Film(Movie(picture(22_000_000, 100).Bytes()))
	err := check(file, container.Source{Size: int64(len(file))}, 4096)
	var refused *container.Error
	require.ErrorAs(t, err, &refused)
	assert.Equal(t, "This file is damaged: it announces 22,000,000 pictures in 5 KB.", refused.Sentence("This file"))
	err = check(file, container.Source{}, 4096)
	require.ErrorAs(t, err, &refused)
	assert.Equal(t, "This stream needs more memory than Latchkey gives it.", refused.Sentence("This stream"))
}

// TestPassLongMedia has what is long, and honest.
func TestPassLongMedia(t *testing.T) {
	sizes := func(n uint32) []byte { return FullBox("stsz", 0, 0, U32(0, n), make([]byte, 4*n)) }
	film := func(n uint32, edits int) Track {
		return Track{Tables: [][]byte{FullBox("stts", 0, 0, U32(1, n, 40)), FullBox("ctts", 0, 0, U32(n), make([]byte, 8*n)),
			FullBox("stsc", 0, 0, U32(1, 1, 1, 1)), sizes(n), FullBox("stco", 0, 0, U32(n), make([]byte, 4*n))},
			Edits: Box("edts", FullBox("elst", 0, 0, U32(uint32(edits)), make([]byte, 12*edits)))}
	}
	hours := 10 * uint32(3600)
	// Fragments of 2 s of 50 pictures and 47 sound frames a second.
	runs := bytes.Repeat(slices.Concat(Fragment(FullBox("trun", 0, 0x001, U32(194, 0))), Box("mdat")), 24*3600/2)
	for name, file := range map[string][]byte{
		"ten hours": Film(Movie(film(hours*25, 2).Bytes(), film(hours*47, 1).Bytes())),
		// 44.1 kHz of 16 bit stereo, in chunks of half a second.
		"ten hours of uncompressed sound":                   Film(Movie(sound(int(hours)*2, 22050).Bytes())),
		"24 hours of fragments":                             slices.Concat(Film(FragmentedMovie()), runs),
		"40 tracks of subtitles":                            Film(Movie(append(slices.Repeat([][]byte{Track{Handler: "sbtl"}.Bytes()}, 40), Track{}.Bytes())...)),
		"an init section for each of 1,000 discontinuities": bytes.Repeat(FragmentedMovie(), 1000),
	} {
		t.Run(name, func(t *testing.T) {
			require.NoError(t, check(file, container.Source{}, 64<<10))
			require.NoError(t, check(file, container.Source{Size: int64(len(file)), Seekable: true}, 64<<10))
			for _, cut := range []int{len(file) / 3, len(file) - 1} {
				require.NoError(t, check(file[:cut], container.Source{Size: int64(cut), Seekable: true}, 64<<10), "cut off")
			}
		})
	}
}

// TestCountOnceAfterSeek reads the same fragments again and again, as a person does who seeks.
func TestCountOnceAfterSeek(t *testing.T) {
	start := Film(FragmentedMovie())
	file := slices.Concat(start, bytes.Repeat(append(Fragment(FullBox("trun", 0, 1, U32(200_000, 0))), Box("mdat", make([]byte, 1000))...), 20))
	c := container.NewChecker(container.Source{Size: int64(len(file)), Seekable: true})
	require.NoError(t, c.Read(file))
	for range 100 {
		c.SeekTo(int64(len(start)))
		require.NoError(t, c.Read(file[len(start):]))
	}
}

// TestSeekIntoMedia reads samples whose bytes look like a hostile box, which no index names as one.
func TestSeekIntoMedia(t *testing.T) {
	bomb := Movie(picture(22_000_000, 1).Bytes())
	start := Film(Movie(Track{}.Bytes()))
	media := Box("mdat", make([]byte, 1000), bomb, make([]byte, 1000))
	file := slices.Concat(start, media, bomb)
	at := len(start) + 8 + 1000
	c := container.NewChecker(container.Source{Size: int64(len(file)), Seekable: true})
	require.NoError(t, c.Read(file[:len(start)+16]))
	for range 3 {
		c.SeekTo(int64(at))
		require.NoError(t, c.Read(file[at:at+len(bomb)]))
	}
	c.SeekTo(int64(at))
	require.ErrorIs(t, c.Read(file[at:]), container.ErrDamaged, "the box behind the media data is one")
}

// TestSeekToBox goes to a box that no sequential read has reached.
func TestSeekToBox(t *testing.T) {
	bomb := Movie(picture(22_000_000, 1).Bytes())
	file := slices.Concat(Box("ftyp", []byte("isom"), U32(0)), Box("mdat", make([]byte, 1<<20)), bomb)
	c := container.NewChecker(container.Source{Size: int64(len(file)), Seekable: true})
	require.NoError(t, c.Read(file[:64]))
	c.SeekTo(int64(len(file) - len(bomb)))
	require.ErrorIs(t, c.Read(bomb), container.ErrDamaged)
	require.ErrorIs(t, c.Read(nil), container.ErrDamaged, "it stays")
}

func FuzzBoxes(f *testing.F) {
	for _, test := range hostileBoxes {
		if len(test.file) < 64<<10 {
			f.Add(test.file, uint64(1))
		}
	}
	f.Add(fragmented(FullBox("trun", 0, 0x301, U32(1, 0, 40, 100))), uint64(2))
	f.Fuzz(func(t *testing.T, file []byte, seed uint64) { fuzz(t, file, seed) })
}

// fuzz reads a file in random pieces from random places. A checker neither panics nor takes long.
func fuzz(t *testing.T, file []byte, seed uint64) {
	t.Helper()
	random := rand.New(rand.NewPCG(seed, 0)) //nolint:gosec // no secret
	start := time.Now()
	c := container.NewChecker(container.Source{Size: int64(len(file)), Seekable: true})
	at := 0
	for range 64 {
		n := min(1+random.IntN(4096), len(file)-at)
		err := c.Read(file[at : at+n])
		var refused *container.Error
		if err != nil && !errors.As(err, &refused) {
			t.Fatalf("error of another kind: %v", err)
		}
		if at += n; at == len(file) || random.IntN(8) == 0 {
			at = random.IntN(len(file) + 1)
			c.SeekTo(int64(at))
		}
	}
	_ = c.End()
	_ = check(file, container.Source{}, 1+int(binary.BigEndian.Uint16(append(file, 0, 0))))
	if took := time.Since(start); took > 5*time.Second {
		t.Fatalf("it took %v", took)
	}
}
