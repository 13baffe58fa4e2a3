package player

import (
	"context"
	"errors"
	"io"
	"strings"

	"latchkey/player/audio"
	"latchkey/player/libav"
)

// explainOther gives a sentence to what the functions before it do not name: failures of FFmpeg that
// have no sentinel, and ends and time-outs that nobody has wrapped.
func explainOther(err error, _ *Error) (Code, string) {
	var failed *libav.Error
	switch {
	case errors.As(err, &failed) && (strings.Contains(failed.Op, "decode") || failed.Op == "resample"):
		return CodeDecode, "The picture or the sound has a form that cannot be decoded, such as too many channels."
	case errors.As(err, &failed):
		return CodeCorrupt, "FFmpeg cannot read the title: it is damaged, or has a form that is not known."
	case errors.Is(err, audio.ErrChunk):
		return CodeDecode, "The sound has a form that cannot be played."
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return CodeCorrupt, "The title ends before it should."
	case errors.Is(err, context.DeadlineExceeded):
		return CodeTimeout, "It took too long. Try again."
	case errors.Is(err, ErrHung):
		return CodeDecode, "A part of the player hangs. Close Latchkey and start it again."
	}
	return 0, ""
}
