package player

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"latchkey/drm"
	"latchkey/network"
	"latchkey/network/regular"
	"latchkey/player/audio"
	"latchkey/player/caption"
	"latchkey/player/container"
	"latchkey/player/hls"
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

// explainRare gives a sentence to what playback itself handles, so that it hardly ever comes here.
func explainRare(err error, e *Error) (Code, string) {
	for _, rare := range []struct {
		err     error
		code    Code
		message string
	}{
		{hls.ErrNoPrevious, CodePlaylistSyntax, "The stream's playlist leaves out segments that it never had. The service is at fault."},
		{hls.ErrSteering, CodePlaylistSyntax, "What says which server to use is no steering manifest. The service is at fault."},
		{errPassed, CodeLiveStill, "The live stream has gone past the position, and nothing of it is left."},
		{errMissed, CodeCorrupt, "The stream's playlist says durations that are not those of its segments."},
		{errNoOther, CodeNoVariant, "No variant of the stream has the part that is to be played."},
		{errNotYet, CodeNoVariant, "No variant of the stream has the part that is to be played yet."},
		{errAbandoned, CodeTruncated, "A part of the stream came too slowly."},
		{errReleased, CodeTooLarge, "A segment of the stream is too large to be read twice."},
		{errNoStill, CodeNoStreams, "There is no picture in it."},
		{caption.ErrNotWebVTT, CodeNotMedia, "The subtitles are no WebVTT."},
		{caption.ErrTooLarge, CodeTooLarge, "The subtitles are too large."},
		{container.ErrMemory, CodeMemory, "It needs more memory than Latchkey gives it."},
		{container.ErrDamaged, CodeCorrupt, "It is damaged."},
		{drm.ErrInitSection, CodeNotMedia, "The init section of the stream is none."},
		{drm.ErrLicenseTemplate, CodeLicense, "The service's profile does not say how a licence is asked for."},
		{drm.ErrClosed, CodeNoKey, "The title was left before its key came."},
		{libav.ErrAgain, CodeDecode, "The decoder takes nothing more of the title."},
		{libav.ErrClosed, CodeDecode, "The title was left while it was decoded."},
		{regular.ErrNoReader, CodeFileUnreadable, "The file is a pipe that nobody reads."},
		{regular.ErrTooLarge, CodeTooLarge, "The file is too large for what it should be."},
		{network.ErrNoLogin, CodeSignInNeeded, "The server asks for a user name and a password."},
		{network.ErrConfiguration, CodeNetworkUnknown, "The network settings of the title cannot be used."},
		{network.ErrCookie, CodeNetworkUnknown, "A cookie of the title cannot be used."},
		{network.ErrTemplate, CodeNetworkUnknown, "An address in the service's profile has a ${ without an end."},
		{network.ErrClosed, CodeNetworkUnknown, "The title was left before it came."},
		{context.Canceled, CodeNetworkUnknown, "Playback was broken off. Try again."},
	} {
		if errors.Is(err, rare.err) {
			return rare.code, rare.message
		}
	}
	return explainPlace(err, e)
}

// explainPlace says what cannot be used where nothing more is known of an error than what was read.
func explainPlace(err error, e *Error) (Code, string) {
	var (
		fetch  *fetchError
		medium *mediaError
	)
	switch {
	case errors.As(err, &fetch) && fetch.class == network.ClassPlaylist:
		return CodePlaylistSyntax, fmt.Sprintf("The playlist that %s sent cannot be used.", e.host())
	case errors.As(err, &fetch) && (fetch.class == network.ClassKey || fetch.class == network.ClassLicense):
		return CodeNoKey, fmt.Sprintf("The key that %s sent cannot be used.", e.host())
	case errors.As(err, &fetch):
		return CodeCorrupt, fmt.Sprintf("What %s sent cannot be used.", e.host())
	case errors.As(err, &medium):
		return CodeCorrupt, e.subject() + " cannot be read."
	}
	return 0, ""
}
