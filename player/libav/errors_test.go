package libav

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestErrorIs(t *testing.T) {
	const (
		invalidData = -1094995529 // AVERROR_INVALIDDATA
		noDecoder   = -1128613112 // AVERROR_DECODER_NOT_FOUND
		sampleRate  = -0x3030c0a  // AAC_AC3_PARSE_ERROR_SAMPLE_RATE, which the decoders of AAC and AC-3 return
		noMemory    = -12
	)
	require.ErrorIs(t, &Error{Op: "read", Code: invalidData}, ErrCorrupt)
	require.ErrorIs(t, &Error{Op: opDecode, Code: invalidData}, ErrCorrupt)
	require.ErrorIs(t, &Error{Op: opDecode, Code: sampleRate}, ErrCorrupt)
	require.ErrorIs(t, &Error{Op: "open", Code: noMemory}, ErrMemory)
	require.ErrorIs(t, &Error{Op: opDecode, Code: noMemory}, ErrMemory)
	require.NotErrorIs(t, &Error{Op: opDecode, Code: noMemory}, ErrCorrupt)
	require.NotErrorIs(t, &Error{Op: "open", Code: sampleRate}, ErrCorrupt)
	require.ErrorIs(t, &Error{Op: "open decoder", Code: noDecoder}, ErrNoDecoder)
	require.NotErrorIs(t, &Error{Op: "open decoder", Code: noDecoder}, ErrCorrupt)
}
