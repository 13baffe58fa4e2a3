package hostile

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestFormatsAreRead holds the writers to the formats: with numbers that make sense FFmpeg reads
// what they write, all of it and without a complaint. What is hostile in the inputs is then their
// numbers alone.
func TestFormatsAreRead(t *testing.T) {
	t.Parallel()
	small := AVC{Width: 64, Height: 48, Pictures: 20, References: 4, Chroma: 1}
	deep := AVC{Width: 64, Height: 48, Pictures: 20, References: 4, Chroma: 3, Depth: 10}
	flac := FLAC{Rate: 44100, Block: 4096, Frames: 20, Channels: 2}
	picture := JPEG{Width: 8, Height: 8}.Bytes()
	tests := []struct {
		name, extension string
		content         []byte
		want            string // codec, size or rate and channels, frames; of PCM not these, as FFmpeg cuts them as it likes
	}{
		{"H.264", ".264", small.Bytes(), "h264,64,48,21"},
		{"H.264 of 10 bits", ".264", deep.Bytes(), "h264,64,48,21"},
		{"H.264 in a transport stream", ".ts", small.TS(), "h264,64,48,21"},
		{"H.264 in MP4", ".mp4", small.track().film(), "h264,64,48,21"},
		{"H.264 of 10 bits in MP4", ".mp4", deep.track().film(), "h264,64,48,21"},
		{"H.264 in fragments", ".mp4", append(small.track().initSection(), small.track().fragment()...), "h264,64,48,21"},
		{"H.265", ".265", HEVC{Width: 64, Height: 64, Pictures: 20, Chroma: 1, Buffered: 5}.Bytes(), "hevc,64,64,21"},
		{"FLAC", ".flac", flac.Bytes(), "flac,44100,2,20"},
		{"FLAC in MP4", ".mp4", flac.defaults().track().film(), "flac,44100,2,20"},
		{"WAV", ".wav", WAV{Rate: 8000, Channels: 2, Bits: 16, Frames: 4096}.Bytes(), "pcm_s16le,8000,2"},
		{"ADTS", ".aac", ADTS{Rate: 3, Channels: 2, Frames: 20}.Bytes(), "aac,48000,2,20"},
		{"AU", ".au", AU{Rate: 8000, Channels: 1, Encoding: 3, Frames: 1024}.Bytes(), "pcm_s16be,8000,1"},
		{"CAF", ".caf", CAF{Rate: 8000, Channels: 1, Frames: 1024}.Bytes(), "pcm_s16le,8000,1"},
		{"Opus", ".opus", Ogg{Packets: append([][]byte{opusHead(2, 0, 48000, 0), opusTags(0)}, bytesTimes([]byte{0xFC, 0xFF, 0xFE}, 3)...), Granules: []int{0, 0, 960, 1920, 2880}}.Bytes(), "opus,48000,2,3"},
		{"Matroska", ".mkv", Matroska{Codec: "V_MJPEG", Width: 8, Height: 8, Packets: bytesTimes(picture, 5)}.Bytes(), "mjpeg,8,8,5"},
		{"Matroska of PCM", ".mkv", Matroska{Codec: "A_PCM/INT/LIT", Rate: 8000, Channels: 1, Packets: bytesTimes(ramp(640), 5)}.Bytes(), "pcm_s16le,8000,1,5"},
		{"AVI", ".avi", AVI{Sound: true, SoundRate: 8000, Channels: 1, Length: 64, SampleSize: 1, Frames: 1}.Bytes(), "pcm_u8,8000,1,1"},
		{"PNG", ".png", PNG{Width: 16, Height: 9, Colour: 2, Rows: 9}.Bytes(), "png,16,9,1"},
		{"PNG of 16 bits", ".png", PNG{Width: 16, Height: 9, Colour: 6, Depth: 16, Rows: 9}.Bytes(), "png,16,9,1"},
		{"JPEG", ".jpg", picture, "mjpeg,8,8,1"},
		{"GIF", ".gif", gif(1, 1, 3), "gif,1,1,3"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "input"+test.extension)
			require.NoError(t, os.WriteFile(path, test.content, 0o600))
			command := exec.CommandContext(t.Context(), "ffprobe", "-v", "error", "-count_frames", "-select_streams", "0",
				"-show_entries", "stream=codec_name,width,height,sample_rate,channels,nb_read_frames", "-of", "csv=p=0", path)
			var complaints strings.Builder
			command.Stderr = &complaints
			output, err := command.Output()
			require.NoError(t, err, complaints.String())
			stream, _, _ := strings.Cut(strings.TrimSpace(string(output)), "\n") // a program's streams are listed again
			assert.Equal(t, test.want+",", (stream + ",")[:min(len(test.want)+1, len(stream)+1)])
			assert.Empty(t, complaints.String())
		})
	}
}
