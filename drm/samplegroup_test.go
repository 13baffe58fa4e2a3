package drm

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// box makes a box of ISO base media. ISO/IEC 14496-12, 4.2.
func box(kind string, parts ...any) []byte {
	var body []byte
	for _, part := range parts {
		switch p := part.(type) {
		case []byte:
			body = append(body, p...)
		case string:
			body = append(body, p...)
		case int:
			body = binary.BigEndian.AppendUint32(body, uint32(p))
		}
	}
	return append(append(binary.BigEndian.AppendUint32(nil, uint32(len(body)+8)), kind...), body...)
}

// seig makes a description. ISO/IEC 23001-7, 6.
func seig(protected, ivSize, pattern byte, id byte, iv ...byte) []byte {
	entry := append([]byte{0, pattern, protected, ivSize}, bytes.Repeat([]byte{id}, 16)...)
	if len(iv) > 0 {
		entry = append(append(entry, byte(len(iv))), iv...)
	}
	return entry
}

// described makes sgpd of version 1 with a length of its own for each description.
func described(entries ...[]byte) []byte {
	parts := []any{0x01000000, "seig", 0, len(entries)}
	for _, e := range entries {
		parts = append(parts, len(e), e)
	}
	return box("sgpd", parts...)
}

// movie makes an init section of track 1, whose samples have 10 bytes, of an encryption with IVs of 8 bytes, and with descriptions.
func movie(groups ...[]byte) []byte {
	tenc := box("tenc", 0, []byte{0, 0, 1, 8}, make([]byte, 16))
	entry := box("encv", make([]byte, 78), box("sinf", box("schi", tenc)))
	stbl := box("stbl", box("stsd", 0, 1, entry), described(groups...))
	trak := box("trak", box("tkhd", 0, 0, 0, 1, make([]byte, 68)), box("mdia", box("minf", stbl)))
	return box("moov", trak, box("mvex", box("trex", 0, 1, 1, 0, 10, 0)))
}

// fragment makes moof of track 1 and its data of count samples.
func fragment(count int, more ...any) []byte {
	moof := func(offset int) []byte {
		return box("moof", box("mfhd", 0, 1), box("traf", append([]any{box("tfhd", 0x020000, 1), box("trun", 0x000001, count, offset)}, more...)...))
	}
	offset := len(moof(0)) + 8
	return append(moof(offset), box("mdat", make([]byte, 10*count))...)
}

// TestSampleGroupsByPlace has samples in groups of the track, of the fragment, and in none.
func TestSampleGroupsByPlace(t *testing.T) {
	whole := slices.Concat(movie(seig(1, 8, 0, 7), seig(0, 0, 0, 0)), box("styp", "abcd"),
		fragment(6, box("sbgp", 0, "seig", 4, 1, 1, 2, 2, 1, 0, 2, 0x10001), described(seig(1, 0, 0x19, 9, 1, 2, 3, 4, 5, 6, 7, 8))), fragment(1))
	for _, size := range []int{len(whole), 1, 7} {
		groups := new(SampleGroups)
		for chunk := range slices.Chunk(whole, size) {
			n, err := groups.Write(chunk)
			require.NoError(t, err)
			require.Len(t, chunk, n)
		}
		at := int64(bytes.LastIndex(whole, box("mdat", make([]byte, 60))) + 8)
		for i, want := range []struct {
			known, protected bool
			id               byte
		}{{true, true, 7}, {true, false, 0}, {true, false, 0}, {false, false, 0}, {true, true, 9}, {true, true, 9}, {false, false, 0}} {
			for _, within := range []int64{0, 9} {
				group, known, err := groups.At(at + int64(i)*10 + within)
				require.NoError(t, err)
				assert.Equal(t, want.known, known, "sample %d", i)
				assert.Equal(t, want.protected, group.Protected, "sample %d", i)
				assert.Equal(t, want.id, group.ID[0], "sample %d", i)
			}
		}
		group, _, err := groups.At(at + 45)
		require.NoError(t, err)
		assert.Equal(t, SampleGroup{Protected: true, ID: group.ID, CryptBlocks: 1, SkipBlocks: 9, ConstantIV: []byte{1, 2, 3, 4, 5, 6, 7, 8}}, group)
		_, known, err := groups.At(int64(len(whole)) - 5)
		require.NoError(t, err)
		assert.False(t, known, "a fragment without groups")
	}
}

// TestSampleGroupsFailClosed has fragments of which it is not known how their samples are encrypted.
func TestSampleGroupsFailClosed(t *testing.T) {
	first := box("sbgp", 0, "seig", 1, 1, 0x10001)
	for name, data := range map[string][]byte{
		"a group that is not described": slices.Concat(movie(), fragment(1, first)),
		"IVs of another length":         slices.Concat(movie(), fragment(1, first, described(seig(1, 16, 0, 7)))),
		"no IV":                         slices.Concat(movie(), fragment(1, first, described(seig(1, 0, 0, 7)))),
		"a description cut off":         slices.Concat(movie(), fragment(1, first, described(seig(1, 8, 0, 7)[:12]))),
		"a grouping cut off":            slices.Concat(movie(), fragment(1, box("sbgp", 0, "seig", 9, 1, 1))),
		"a compact grouping":            slices.Concat(movie(), fragment(1, box("csgp", 0, "seig", 1, 1, 1))),
		"too many descriptions":         slices.Concat(movie(), fragment(1, first, box("sgpd", 0x01000000, "seig", 20, 1<<30))),
		"too many samples":              slices.Concat(movie(), box("moof", box("traf", box("tfhd", 0x020000, 1), first, box("trun", 0, 1<<30)))),
		"a run cut off":                 slices.Concat(movie(), box("moof", box("traf", box("tfhd", 0x020000, 1), first, box("trun", 0x000200, 1<<30)))),
		"samples upon one another":      slices.Concat(movie(seig(1, 8, 0, 7)), box("moof", box("traf", box("tfhd", 0x020000, 1), box("sbgp", 0, "seig", 1, 2, 1), box("trun", 1, 1, 8), box("trun", 1, 1, 9)))),
		"a moof that is too large":      slices.Concat(movie(), []byte{0x7f, 0, 0, 0}, []byte("moof")),
		"boxes that overlap":            slices.Concat(movie(), box("moof", []byte{0, 0, 1, 0}, "traf")),
		"a box of 3 bytes":              {0, 0, 0, 3, 'f', 'r', 'e', 'e'},
	} {
		t.Run(name, func(t *testing.T) {
			groups := new(SampleGroups)
			_, err := groups.Write(data)
			require.NoError(t, err)
			_, _, err = groups.At(0)
			require.ErrorIs(t, err, ErrSample)
		})
	}
}

// FuzzSampleGroups reads whatever an origin sends, as a whole and in pieces, with the same result.
func FuzzSampleGroups(f *testing.F) {
	f.Add(slices.Concat(movie(seig(1, 8, 0, 7)), fragment(3, box("sbgp", 0, "seig", 1, 2, 1))), uint8(3))
	f.Add(slices.Concat(movie(), fragment(3, box("sbgp", 0, "seig", 1, 2, 0x10001), described(seig(1, 0, 0x19, 9, 1, 2, 3, 4, 5, 6, 7, 8)))), uint8(16))
	for _, name := range []string{"rolled-cenc", "rolled-cbcs"} {
		var data []byte
		for _, file := range []string{"video.mp4", "video1.m4s", "video2.m4s"} {
			part, err := os.ReadFile(filepath.Join("..", "player", "testdata", name, file))
			require.NoError(f, err)
			data = append(data, part...)
		}
		f.Add(data, uint8(200))
	}
	f.Fuzz(func(t *testing.T, data []byte, size uint8) {
		whole, pieces := new(SampleGroups), new(SampleGroups)
		_, _ = whole.Write(data)
		for chunk := range slices.Chunk(data, int(size)+1) {
			_, _ = pieces.Write(chunk)
		}
		for i := 0; i < len(data); i += 97 {
			one, known, err := whole.At(int64(i))
			other, alsoKnown, otherErr := pieces.At(int64(i))
			assert.Equal(t, err == nil, otherErr == nil)
			assert.Equal(t, known, alsoKnown)
			assert.True(t, one.equal(other))
		}
		assert.LessOrEqual(t, len(whole.runs), 2*maxGroupRuns)
	})
}

// TestSampleGroupsWhole says at each byte whether a box ends there.
func TestSampleGroupsWhole(t *testing.T) {
	groups := new(SampleGroups)
	for _, part := range [][]byte{movie(), box("styp", "abcd"), box("mdat", make([]byte, 30)), box("free")} {
		assert.True(t, groups.Whole())
		for i := range part {
			_, _ = groups.Write(part[i : i+1])
			assert.Equal(t, i == len(part)-1, groups.Whole(), "after %d bytes of %d", i+1, len(part))
		}
	}
}
