package assets

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image/jpeg"
	"image/png"
	"io/fs"
	"os/exec"
	"path"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// maxDemo is the size in bytes that the demo media may have.
const maxDemo = 6_000_000

// demoTitles are the titles with their number of segments.
var demoTitles = map[string]int{"aurora": 15, "sunset": 15, "orrery": 10}

// lockedTitles are those that ship encrypted, likewise.
var lockedTitles = map[string]int{"orrery-outer": 5, "sunset-embers": 6, "aurora-veil": 5}

func TestIcon(t *testing.T) {
	config, err := png.DecodeConfig(bytes.NewReader(Icon()))
	require.NoError(t, err)
	assert.Equal(t, 256, config.Width)
	assert.Equal(t, 256, config.Height)
}

func TestDemoIsSmall(t *testing.T) {
	total := int64(0)
	require.NoError(t, fs.WalkDir(Demo(), ".", func(_ string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := entry.Info()
		if err == nil {
			total += info.Size()
		}
		return err
	}))
	assert.Less(t, total, int64(maxDemo))
	t.Logf("%d bytes", total)
}

func TestDemoCatalogue(t *testing.T) {
	text, err := fs.ReadFile(Demo(), "catalogue.json")
	require.NoError(t, err)
	var catalogue struct {
		Titles []struct {
			ID       string
			Duration int `json:"duration_s"`
			Keys     []struct{ ID, Key string }
		}
	}
	require.NoError(t, json.Unmarshal(text, &catalogue))
	require.Len(t, catalogue.Titles, len(demoTitles)+len(lockedTitles))
	for _, title := range catalogue.Titles {
		assert.Equal(t, 2*(demoTitles[title.ID]+lockedTitles[title.ID]), title.Duration)
		assert.Equal(t, lockedTitles[title.ID] > 0, len(title.Keys) > 0)
		poster, err := fs.ReadFile(Demo(), title.ID+"/poster.jpg")
		require.NoError(t, err)
		config, err := jpeg.DecodeConfig(bytes.NewReader(poster))
		require.NoError(t, err)
		assert.Equal(t, 640, config.Width)
	}
}

// TestLockedTitles looks for what README.md says of the titles that ship encrypted. That they can be decrypted is seen where they are played.
func TestLockedTitles(t *testing.T) {
	for id, segments := range lockedTitles {
		for _, stream := range []string{"video", "audio"} {
			list, err := fs.ReadFile(Demo(), path.Join(id, "540p", stream+".m3u8"))
			require.NoError(t, err)
			assert.InDelta(t, segments, bytes.Count(list, []byte("#EXTINF:")), 1, "sound is cut between its frames")
			for line := range strings.Lines(string(list)) {
				name, _ := strings.CutPrefix(strings.TrimSpace(line), "#EXT-X-MAP:URI=")
				if name = strings.Trim(name, `"`); name != "" && name[0] != '#' {
					_, err := fs.Stat(Demo(), path.Join(id, "540p", name))
					require.NoError(t, err)
				}
			}
		}
	}
}

// probe has ffprobe print entries of a file, one line each, and returns the lines.
func probe(t *testing.T, arguments ...string) []string {
	t.Helper()
	output, err := exec.CommandContext(t.Context(), "ffprobe", append([]string{"-v", "error", "-of", "csv=p=0"}, arguments...)...).Output()
	require.NoError(t, err)
	return strings.Fields(string(output))
}

// TestDemoVariants has FFmpeg look at what README.md says of each variant.
func TestDemoVariants(t *testing.T) {
	for id, segments := range demoTitles {
		var cuts []string // of the first variant
		for variant, height := range map[string]string{"360p": "360", "540p": "540", "720p": "720"} {
			t.Run(id+" "+variant, func(t *testing.T) {
				folder := path.Join("demo", id, variant)
				list, err := fs.ReadFile(Demo(), path.Join(id, variant, "list.m3u8"))
				require.NoError(t, err)
				assert.Equal(t, segments, bytes.Count(list, []byte("#EXTINF:2.000,")))
				assert.Contains(t, string(list), "#EXT-X-ENDLIST")

				video := probe(t, "-select_streams", "v:0", "-show_entries", "stream=codec_name,profile,has_b_frames,height,color_space", path.Join(folder, "list.m3u8"))
				require.NotEmpty(t, video)
				assert.Equal(t, "h264,High,"+height+",2,bt709", video[0])
				audio := probe(t, "-select_streams", "a:0", "-show_entries", "stream=codec_name,profile,sample_rate,channels", path.Join(folder, "list.m3u8"))
				require.NotEmpty(t, audio)
				assert.Equal(t, "aac,LC,48000,2", audio[0])

				// Every 60th picture begins a segment, with a key frame, at the same time in all variants.
				packets := probe(t, "-select_streams", "v:0", "-show_entries", "packet=pts_time,flags", path.Join(folder, "list.m3u8"))
				require.Len(t, packets, 60*segments)
				var keys []string
				for i, packet := range packets {
					timestamp, flags, _ := strings.Cut(packet, ",")
					require.Equal(t, i%60 == 0, strings.HasPrefix(flags, "K"), "packet %d", i)
					if i%60 == 0 {
						keys = append(keys, timestamp)
					}
				}
				if cuts == nil {
					cuts = keys
				}
				assert.Equal(t, cuts, keys)

				report, err := exec.CommandContext(t.Context(), "ffmpeg", "-hide_banner", "-nostdin", "-i", path.Join(folder, "list.m3u8"),
					"-vn", "-af", "silencedetect=n=-50dB:d=0.1", "-f", "null", "-").CombinedOutput()
				require.NoError(t, err)
				assert.NotContains(t, string(report), "silence_start", "it is never silent")
			})
		}
	}
}

func TestDemoMultivariantPlaylists(t *testing.T) {
	for id := range demoTitles {
		text, err := fs.ReadFile(Demo(), id+"/main.m3u8")
		require.NoError(t, err)
		for _, height := range []int{360, 540, 720} {
			assert.Contains(t, string(text), fmt.Sprintf("\n%dp/list.m3u8\n", height))
			assert.Contains(t, string(text), fmt.Sprintf("RESOLUTION=%dx%d,", height*16/9, height))
		}
	}
}
