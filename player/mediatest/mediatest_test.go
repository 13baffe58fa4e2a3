package mediatest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestMain(m *testing.M) { os.Exit(Run(m)) }

func TestMake(t *testing.T) {
	tests := map[string]struct {
		spec   Spec
		video  int // frames
		size   int // bytes of a picture
		audio  bool
		pts    []time.Duration // of the first pictures
		length time.Duration   // of the sound, at least
	}{
		"a picture with sound": {
			spec: Spec{Video: "h264", Audio: "aac", Frames: 10}, video: 10, size: 160*90 + 2*80*45, audio: true,
			pts: []time.Duration{0, 40 * time.Millisecond, 80 * time.Millisecond}, length: 400 * time.Millisecond,
		},
		"odd size, 10 bit": {
			spec:  Spec{Video: "vp9", Container: "webm", Width: 101, Height: 67, Frames: 3, PixelFormat: "yuv420p10le"},
			video: 3, size: 2 * (101*67 + 2*51*34),
		},
		"sound alone": {
			spec:  Spec{Audio: "flac", Container: "flac", Frames: 25, Channels: 1, SampleRate: 44100},
			audio: true, length: time.Second,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			path := Make(t, test.spec)
			assert.Equal(t, path, Make(t, test.spec), "made twice")
			if test.video > 0 {
				frames := FrameMD5(t, path, Video)
				require.Len(t, frames, test.video)
				assert.Equal(t, test.size, frames[0].Size)
				assert.NotEqual(t, frames[0].MD5, frames[1].MD5)
				for i, pts := range test.pts {
					assert.Equal(t, pts, frames[i].PTS)
				}
			}
			if test.audio {
				frames := FrameMD5(t, path, Audio)
				last := frames[len(frames)-1]
				spec := test.spec.withDefaults()
				samples := int(last.Ticks) + last.Size/2/spec.Channels
				assert.GreaterOrEqual(t, samples, int(test.length.Seconds()*float64(spec.SampleRate)))
			}
		})
	}
}

// ffmpeg itself must be able to decode what it packed, to the same pictures.
func TestMakeHLS(t *testing.T) {
	spec := Spec{Video: "h264", Audio: "aac", Frames: 50}
	for name, hls := range map[string]HLSSpec{
		"ts":                                 {Spec: spec},
		"fmp4":                               {Spec: spec, Fragmented: true},
		"ts, AES-128":                        {Spec: spec, Encrypted: true},
		"ts, AES-128 IV":                     {Spec: spec, Encrypted: true, IV: []byte("sixteen bytes iv")},
		"fmp4, AES-128":                      {Spec: spec, Fragmented: true, Encrypted: true},
		"fmp4, AES-128 IV, init section too": {Spec: spec, Fragmented: true, Encrypted: true, IV: []byte("sixteen bytes iv")},
	} {
		t.Run(name, func(t *testing.T) {
			made := MakeHLS(t, hls)
			segments, err := filepath.Glob(filepath.Join(made.Folder, "segment*"))
			require.NoError(t, err)
			assert.Len(t, segments, 2)
			text, err := os.ReadFile(made.Playlist)
			require.NoError(t, err)
			assert.Equal(t, hls.Encrypted, strings.Contains(string(text), "METHOD=AES-128"))
			assert.Equal(t, len(hls.IV) > 0, strings.Contains(string(text), "IV=0x"))
			want, got := FrameMD5(t, made.Source, Video), FrameMD5(t, made.Playlist, Video)
			require.Len(t, got, len(want))
			for i := range want {
				assert.Equal(t, want[i].MD5, got[i].MD5)
			}
		})
	}
}

func TestParseFrameMD5(t *testing.T) {
	tests := map[string]struct {
		text string
		want []Frame
		err  bool
	}{
		"frames": {
			text: "#format: frame checksums\n#tb 0: 1/90000\n#dimensions 0: 16x16\n" +
				"0,     126000,     129600,     3600,      384, 0123456789abcdef0123456789abcdef\n" +
				"0,         -1,         -1,        1,      384, 1123456789abcdef0123456789abcdef\n",
			want: []Frame{
				{Ticks: 129600, PTS: 1440 * time.Millisecond, Size: 384, MD5: "0123456789abcdef0123456789abcdef"},
				{Ticks: -1, PTS: -11 * time.Microsecond, Size: 384, MD5: "1123456789abcdef0123456789abcdef"},
			},
		},
		"nothing":          {},
		"no time base":     {text: "0, 0, 0, 1, 2, ab\n", err: true},
		"not a time base":  {text: "#tb 0: 1/0\n", err: true},
		"too few fields":   {text: "#tb 0: 1/25\n0, 0, 0\n", err: true},
		"not a time stamp": {text: "#tb 0: 1/25\n0, 0, x, 1, 2, ab\n", err: true},
		"not a size":       {text: "#tb 0: 1/25\n0, 0, 0, 1, x, ab\n", err: true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := parseFrameMD5([]byte(test.text))
			assert.Equal(t, test.err, err != nil, "%v", err)
			assert.Equal(t, test.want, got)
		})
	}
}

func TestWithoutFFmpeg(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	_, err := run(nil, "-version")
	require.ErrorIs(t, err, errNoFFmpeg)
}
