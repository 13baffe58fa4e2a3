package player_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/player"
	"latchkey/player/audio"
)

// TestSoundOfManyChannels plays 600 channels, which no decoder takes.
func TestSoundOfManyChannels(t *testing.T) {
	t.Parallel()
	const channels, rate, frames = 600, 44100, 200
	data := []byte("RIFF\xff\xff\xff\x7fWAVEfmt \x10\x00\x00\x00\x01\x00")
	data = binary.LittleEndian.AppendUint16(data, channels)
	data = binary.LittleEndian.AppendUint32(data, rate)
	data = binary.LittleEndian.AppendUint32(data, rate*channels*2)
	data = binary.LittleEndian.AppendUint16(data, channels*2)
	data = binary.LittleEndian.AppendUint16(data, 16)
	data = append(data, "data"...)
	data = binary.LittleEndian.AppendUint32(data, channels*2*frames)
	data = append(data, make([]byte, channels*2*frames)...)
	file := filepath.Join(t.TempDir(), "many.wav")
	require.NoError(t, os.WriteFile(file, data, 0o600))
	s := newScreen(t, player.Config{FreeRun: true})
	s.open(file, nil, 0)
	s.play()
	end := s.ended()
	require.Equal(t, player.Failed, end.State)
	assert.Equal(t, player.CategoryDecode, end.Error.Category(), "%v: %v", end.Error, end.Error.Err)
}

// TestNothingIsUnexpected gives a sentence to errors that nobody has wrapped.
func TestNothingIsUnexpected(t *testing.T) {
	t.Parallel()
	for err, code := range map[error]player.Code{
		audio.ErrChunk: player.CodeDecode, io.ErrUnexpectedEOF: player.CodeCorrupt, io.EOF: player.CodeCorrupt,
		context.DeadlineExceeded: player.CodeTimeout, player.ErrHung: player.CodeDecode,
	} {
		var e *player.Error
		require.ErrorAs(t, player.Explain(fmt.Errorf("wrapped: %w", err), "film.mp4"), &e)
		assert.Equal(t, code, e.Code, "%v", err)
	}
}
