package libav

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/player/container"
	"latchkey/player/mediatest"
)

// resident returns how much memory the process has, in bytes.
func resident(t *testing.T) int {
	t.Helper()
	data, err := os.ReadFile("/proc/self/statm")
	require.NoError(t, err)
	var all, pages int
	_, err = fmt.Sscan(string(data), &all, &pages)
	require.NoError(t, err)
	return pages * os.Getpagesize()
}

// TestRefuseHostile opens files that announce what they do not have, as a file and as a stream.
func TestRefuseHostile(t *testing.T) {
	bomb := func(samples uint32) []byte {
		return mediatest.Track{Tables: [][]byte{
			mediatest.FullBox("stts", 0, 0, mediatest.U32(1, samples, 40)), mediatest.FullBox("stsc", 0, 0, mediatest.U32(1, 1, samples, 1)),
			mediatest.FullBox("stsz", 0, 0, mediatest.U32(1, samples)), mediatest.FullBox("stco", 0, 0, mediatest.U32(1, 48)),
		}}.Bytes()
	}
	for name, file := range map[string][]byte{
		"samples of constant size": mediatest.Film(mediatest.Movie(bomb(22_000_000))),
		"a hundred tracks":         mediatest.Film(mediatest.Movie(slices.Repeat([][]byte{bomb(1_000_000)}, 100)...)),
		"stss":                     mediatest.Film(mediatest.Movie(mediatest.Track{Tables: [][]byte{mediatest.FullBox("stss", 0, 0, mediatest.U32(1<<28))}}.Bytes())),
		"trun":                     slices.Concat(mediatest.Film(mediatest.FragmentedMovie(), mediatest.Fragment(mediatest.FullBox("trun", 0, 0, mediatest.U32(1<<26)))), mediatest.Box("mdat", make([]byte, 9))),
	} {
		t.Run(name, func(t *testing.T) {
			for _, seekable := range []bool{true, false} {
				before, start := resident(t), time.Now()
				var in *Input
				var err error
				if seekable {
					in, err = OpenInput(bytes.NewReader(file), InputOptions{})
				} else {
					in, err = OpenInput(onlyReader{bytes.NewReader(file)}, InputOptions{Format: "mp4"})
				}
				if err == nil { // what follows the first samples
					packet := NewPacket()
					for err == nil {
						err = in.ReadPacket(packet)
					}
					packet.Close()
					in.Close()
				}
				var refused *container.Error
				require.ErrorAs(t, err, &refused)
				assert.Less(t, time.Since(start), time.Second)
				assert.Less(t, resident(t)-before, 50<<20)
			}
		})
	}
}

// TestFragmentIndexWithoutEnd has an entry of no size in the index at the end of the fragments.
func TestFragmentIndexWithoutEnd(t *testing.T) {
	anevia := mediatest.Box("free", []byte("Anevia\x1A\x1A"), make([]byte, 8))
	index := mediatest.Box("mfra", mediatest.Sized("tfra", 0, mediatest.U32(0, 1, 0, 0)), mediatest.FullBox("mfro", 0, 0, mediatest.U32(16+24+8)))
	binary.BigEndian.PutUint32(index[len(index)-4:], uint32(len(index)))
	film := mediatest.Film(mediatest.FragmentedMovie(), mediatest.Fragment(mediatest.FullBox("trun", 0, 1, mediatest.U32(1, 0))), mediatest.Box("mdat", make([]byte, 9)), index)
	done := make(chan struct{})
	go func() {
		defer close(done)
		if in, err := OpenInput(bytes.NewReader(append(anevia, film...)), InputOptions{}); err == nil {
			in.Close()
		}
	}()
	select {
	case <-done:
	case <-time.After(5 * time.Second):
		t.Fatal("the demuxer does not come back")
	}
}

// TestManyStreams opens films of many tracks.
func TestManyStreams(t *testing.T) {
	path := mediatest.Make(t, mediatest.Spec{Video: "h264", Audio: "aac"})
	many := func(args ...string) []Stream {
		out := t.TempDir() + "/many.mkv"
		mediatest.FFmpeg(t, append(append([]string{"-i", path}, args...), "-c:v", "copy", "-c:a", "copy", out)...)
		file, err := os.Open(out)
		require.NoError(t, err)
		defer func() { require.NoError(t, file.Close()) }()
		return openInput(t, file, InputOptions{}).Streams()
	}
	kinds := func(streams []Stream) map[Kind]int {
		n := make(map[Kind]int)
		for _, s := range streams {
			n[s.Kind]++
		}
		return n
	}
	t.Run("40 of sound", func(t *testing.T) {
		n := kinds(many(append([]string{"-map", "0:v"}, slices.Repeat([]string{"-map", "0:a"}, 40)...)...))
		assert.Equal(t, 1, n[KindVideo])
		assert.Equal(t, 31, n[KindAudio])
	})
	t.Run("40 of subtitles first", func(t *testing.T) {
		subtitles := t.TempDir() + "/s.srt"
		require.NoError(t, os.WriteFile(subtitles, []byte("1\n00:00:00,000 --> 00:00:01,000\nHello\n"), 0o600))
		args := append([]string{"-i", subtitles}, slices.Repeat([]string{"-map", "1:0"}, 40)...)
		n := kinds(many(append(args, "-map", "0:v", "-map", "0:a")...))
		assert.Equal(t, 1, n[KindVideo])
		assert.Equal(t, 1, n[KindAudio])
	})
}
