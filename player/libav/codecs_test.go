package libav

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/player/mediatest"
)

// TestDecodersBySource opens decoders of codecs for media of the network and of this computer.
func TestDecodersBySource(t *testing.T) {
	for _, test := range []struct {
		encoder, codec, container string
		network, local            bool
	}{
		{"mpeg4", "mpeg4", "avi", true, true},
		{"msmpeg4", "msmpeg4v3", "avi", false, true},
		{"wmv2", "wmv2", "avi", false, true},
		{"prores", "prores", "mov", false, true},
		{"ffv1", "ffv1", "mkv", false, false},
		{"zmbv", "zmbv", "avi", false, false},
	} {
		t.Run(test.codec, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "film."+test.container)
			mediatest.FFmpeg(t, "-f", "lavfi", "-i", "testsrc=s=64x64:d=1", "-c:v", test.encoder, path)
			for local, played := range map[bool]bool{false: test.network, true: test.local} {
				in := openInput(t, openFile(t, path), InputOptions{Local: local})
				stream := streamOf(t, in, KindVideo)
				assert.Equal(t, test.codec, stream.Codec)
				decoder, err := NewDecoder(stream, DecoderOptions{})
				if played {
					require.NoError(t, err)
					decoder.Close()
					continue
				}
				require.ErrorIs(t, err, ErrNoDecoder)
				var refused *CodecError
				require.ErrorAs(t, err, &refused)
				assert.Equal(t, test.codec, refused.Codec)
			}
		})
	}
}
