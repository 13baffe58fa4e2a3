package player

import (
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"strings"

	"latchkey/drm"
	"latchkey/network"
	"latchkey/network/regular"
	"latchkey/player/caption"
	"latchkey/player/container"
	"latchkey/player/framing"
	"latchkey/player/hls"
	"latchkey/player/libav"
)

// classify turns an error of the packages below into one that a person understands. It is the only
// place where codes are given.
func classify(err error, resource *MediaResource) *Error {
	var known *Error
	if errors.As(err, &known) {
		return known
	}
	e := &Error{Severity: Fatal, URL: resource.String(), Err: err}
	e.locate(err)
	e.Code, e.Message = explain(err, e)
	return e
}

// Explain turns an error of the packages below, met while opening source, into an *Error with code and
// sentence. It returns nil for nil.
func Explain(err error, source string) error {
	if err == nil {
		return nil
	}
	r := &MediaResource{source: source, file: !strings.Contains(source, "://")}
	return classify(err, r)
}

// DisplayURL returns a URL as it may be shown: without user information and query, and of a data URI
// nothing but its scheme.
func DisplayURL(uri string) string { return display(uri) }

// locate finds what was being fetched, and from where.
func (e *Error) locate(err error) {
	var (
		segment *segmentError
		fetch   *fetchError
		medium  *mediaError
		request *network.Error
	)
	if errors.As(err, &segment) {
		e.Class, e.URL = network.ClassSegment.String(), segment.url
	}
	if errors.As(err, &medium) {
		e.Class, e.URL = medium.class, medium.where
	}
	if errors.As(err, &fetch) {
		e.Class, e.URL = fetch.class.String(), fetch.url
	}
	if errors.As(err, &request) {
		e.Class, e.URL = request.Class.String(), request.URL
	}
}

// explain chooses code and sentence. The order goes from the particular to the general.
func explain(err error, e *Error) (Code, string) {
	for _, explain := range []func(error, *Error) (Code, string){
		explainFile, explainKey, explainNetwork, explainPlaylist, explainMedia, explainOther, explainRare,
	} {
		if code, message := explain(err, e); code != 0 {
			return code, message
		}
	}
	return CodeInternal, "Something went wrong inside Latchkey."
}

// host names the server of an error, for the beginning of a sentence. Its name keeps its own letters.
func (e *Error) host() string {
	if u, err := url.Parse(e.URL); err == nil && u.Host != "" {
		return u.Host
	}
	return "The server"
}

// subject names what an error is of, for the beginning of a sentence.
func (e *Error) subject() string {
	if u, err := url.Parse(e.URL); err == nil && u.Host != "" {
		return "This stream"
	}
	return "This file"
}

func explainFile(err error, e *Error) (Code, string) {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return CodeFileNotFound, fmt.Sprintf("The file %s does not exist.", e.URL)
	case errors.Is(err, fs.ErrPermission):
		return CodeFileNotPermitted, fmt.Sprintf("The file %s may not be read by you.", e.URL)
	case errors.Is(err, errOutside):
		return CodeFileNotPermitted, fmt.Sprintf("The playlist names the file %s, which is not below its own folder: Latchkey does not open it.", e.URL)
	case errors.Is(err, regular.ErrFolder):
		return CodeFileUnreadable, fmt.Sprintf("%s is a folder. Choose a file in it.", e.URL)
	case errors.Is(err, regular.ErrNotRegular):
		return CodeFileUnreadable, fmt.Sprintf("%s is a pipe or a device. Choose a file.", e.URL)
	case errors.Is(err, errLocalTooLarge):
		return CodeTooLarge, fmt.Sprintf("The file %s is too large for what it should be.", e.URL)
	}
	if errors.Is(err, errSpoolTooLarge) || errors.Is(err, errSpoolDisk) {
		return CodeTooLarge, spoolSentence(err, e)
	}
	var path *fs.PathError
	if errors.As(err, &path) {
		return CodeFileUnreadable, fmt.Sprintf("The file %s cannot be read: %v.", e.URL, path.Err)
	}
	return 0, ""
}

// spoolSentence says why a file whose index is at its end cannot be downloaded whole.
func spoolSentence(err error, e *Error) string {
	what := fmt.Sprintf("%s has its index at its end, and the server can send it only from the start", e.URL)
	if errors.Is(err, errSpoolTooLarge) {
		return fmt.Sprintf("%s. It would have to be downloaded whole, and is larger than %d MiB.", what, maxSpool>>20)
	}
	_, cause, _ := strings.Cut(err.Error(), errSpoolDisk.Error()+": ")
	return fmt.Sprintf("%s. It cannot be kept on the disk: %s.", what, cause)
}

func explainKey(err error, e *Error) (Code, string) {
	switch {
	case errors.Is(err, drm.ErrKeyIsWebPage):
		return CodeKeyIsWebPage, fmt.Sprintf("%s sent a web page instead of a key. A sign-in may be needed first.", e.host())
	case errors.Is(err, drm.ErrKeyURI):
		return CodeKeyURI, "The stream does not say where its key is to be had. The service is at fault."
	case errors.Is(err, drm.ErrKeyLength):
		return CodeKeyLength, fmt.Sprintf("%s sent a key of the wrong length. The service is at fault.", e.host())
	case errors.Is(err, drm.ErrUnsupportedKeyFormat):
		return CodeKeyFormat, systemSentence(err)
	case errors.Is(err, drm.ErrUnsupportedMethod):
		return CodeKeyMethod, "This title is encrypted in a way that Latchkey does not know."
	case errors.Is(err, drm.ErrLicense):
		return CodeLicense, "The licence server's answer makes no sense. The service is at fault."
	case errors.Is(err, drm.ErrNoKey):
		return CodeNoKey, "The licence that the service gave does not cover this title."
	case errors.Is(err, errNoKey):
		return CodeNoKey, "This title is encrypted, and nothing says where its key is to be had."
	case errors.Is(err, drm.ErrSegmentSize):
		return CodeTooLarge, "A part of the stream is too large to be deciphered."
	case errors.Is(err, errWrongKey), errors.Is(err, drm.ErrPadding), errors.Is(err, drm.ErrCipherLength), errors.Is(err, drm.ErrAuthentication),
		errors.Is(err, drm.ErrSample):
		return CodeWrongKey, "The key does not fit this title: what it deciphers is no picture and no sound. The service is at fault, or the segment is damaged."
	}
	return 0, ""
}

// systemSentence takes drm's own sentence, which names the system.
func systemSentence(err error) string {
	var system *drm.KeyFormatError
	if errors.As(err, &system) {
		return system.Error() + "."
	}
	return "This title is protected by a system that Latchkey cannot play."
}

func explainNetwork(err error, e *Error) (Code, string) {
	key := e.Class == network.ClassKey.String() || e.Class == network.ClassLicense.String()
	var request *network.Error
	status := 0
	if errors.As(err, &request) {
		status = request.Status
	}
	switch {
	case errors.Is(err, network.ErrRefused) && status == 403:
		return CodeForbidden, fmt.Sprintf("%s does not allow this title to you. Sign in with an account that may watch it.", e.host())
	case errors.Is(err, network.ErrRefused):
		return CodeSignInNeeded, fmt.Sprintf("%s asks for a sign-in. Sign in, or sign in again.", e.host())
	case errors.Is(err, network.ErrDowngrade):
		return CodeDowngrade, fmt.Sprintf("%s would have the request go on without encryption, and Latchkey refused.", e.host())
	case errors.Is(err, network.ErrBlocked):
		return CodeBlocked, blockedSentence(err)
	case errors.Is(err, network.ErrRedirect):
		return CodeRedirect, fmt.Sprintf("%s sends requests round in circles or to nowhere.", e.host())
	case errors.Is(err, network.ErrStatus) && key:
		return CodeKeyRefused, fmt.Sprintf("%s did not give the key (status %d).", e.host(), status)
	case errors.Is(err, network.ErrStatus) && (status == 404 || status == 410):
		return CodeStatus, fmt.Sprintf("%s does not have it (status %d). The link may be old.", e.host(), status)
	case errors.Is(err, network.ErrStatus):
		return CodeStatus, fmt.Sprintf("%s answered with an error (status %d). Try again later.", e.host(), status)
	case errors.Is(err, network.ErrTooLarge) && e.Class == network.ClassPlaylist.String():
		return CodePlaylistTooLong, fmt.Sprintf("%s sent something that is too large for a playlist. Check the address.", e.host())
	case errors.Is(err, network.ErrTooLarge) && request != nil && request.Class == network.ClassSegment:
		return CodeTooLarge, fmt.Sprintf("A segment of the stream, %s, is too large or has no end.", e.URL)
	case errors.Is(err, network.ErrTooLarge):
		return CodeTooLarge, fmt.Sprintf("%s sent more than can be right.", e.host())
	case errors.Is(err, network.ErrTruncated):
		return CodeTruncated, fmt.Sprintf("%s broke off in the middle. Try again.", e.host())
	case errors.Is(err, network.ErrTimeout) && key:
		return CodeKeyUnreachable, fmt.Sprintf("%s did not send the key in time. Check your connection and try again.", e.host())
	case errors.Is(err, network.ErrTimeout):
		return CodeTimeout, fmt.Sprintf("%s did not answer in time. Check your connection and try again.", e.host())
	case errors.Is(err, network.ErrProtocol):
		return CodeUnreachable, fmt.Sprintf("%s was reached, but what it answered is no HTTP. Check the address.", e.host())
	case errors.Is(err, network.ErrUnreachable) && key:
		return CodeKeyUnreachable, fmt.Sprintf("%s, which has the key, cannot be reached. Check your connection and try again.", e.host())
	case errors.Is(err, network.ErrUnreachable):
		return CodeUnreachable, fmt.Sprintf("%s cannot be reached. Check the address and your connection, and try again.", e.host())
	case errors.Is(err, network.ErrEncoding):
		return CodeEncoding, fmt.Sprintf("%s sent something that cannot be unpacked. The service is at fault.", e.host())
	case errors.Is(err, network.ErrRequest):
		return CodePlaylistSyntax, "The stream names an address that Latchkey does not ask: only http and https are."
	case request != nil:
		return CodeNetworkUnknown, fmt.Sprintf("%s did not give what was asked for. Try again later.", e.host())
	}
	return 0, ""
}

// blockedSentence takes network's own sentence, which names the host and its address.
func blockedSentence(err error) string {
	what := "the address is on your own network, and this stream is not"
	var local *network.LocalError
	if errors.As(err, &local) {
		what = local.Error()
	}
	return "Blocked: " + what + ". If that is meant, name its origin in the service's profile or with --cookie-origin."
}

func explainPlaylist(err error, e *Error) (Code, string) {
	var syntax *hls.ParseError
	switch {
	case errors.Is(err, hls.ErrNotPlaylist):
		return CodeNotPlaylist, "What came is no stream: " + sentencePart(err) + ". Check the address."
	case errors.Is(err, hls.ErrNoSegments):
		return CodeNoSegments, "The stream's playlist has nothing to play in it."
	case errors.Is(err, hls.ErrTooLarge):
		return CodePlaylistTooLong, "The stream's playlist is too large."
	case errors.Is(err, errNoVariant):
		return CodeNoVariant, "The stream has no variant that can be played as asked."
	case errors.Is(err, errStill):
		return CodeLiveStill, "The live stream has stopped: nothing was added to it for too long. Try again later."
	case errors.As(err, &syntax):
		return CodePlaylistSyntax, fmt.Sprintf("The stream's playlist cannot be read: line %d, %s.", syntax.Line, syntax.Msg)
	}
	return 0, ""
}

// sentencePart returns what the playlist's parser says that the bytes look like.
func sentencePart(err error) string {
	_, part, found := strings.Cut(err.Error(), hls.ErrNotPlaylist.Error()+": ")
	if part, _, _ = strings.Cut(part, "\n"); !found { // a joined error has more lines
		return "it is no HLS playlist"
	}
	return part
}

func explainMedia(err error, e *Error) (Code, string) {
	var refused *container.Error
	if errors.As(err, &refused) {
		if errors.Is(refused, container.ErrMemory) {
			return CodeMemory, refused.Sentence(e.subject())
		}
		return CodeCorrupt, refused.Sentence(e.subject())
	}
	var segment *segmentError
	inSegment := errors.As(err, &segment)
	var (
		picture *libav.PictureError
		sound   *libav.SoundError
	)
	switch {
	case errors.Is(err, caption.ErrUnknown), errors.Is(err, caption.ErrNotWebVTT):
		return CodeNotMedia, fmt.Sprintf("%s holds no subtitles that Latchkey knows.", e.URL)
	case errors.Is(err, caption.ErrTooLarge):
		return CodeTooLarge, fmt.Sprintf("The subtitles of %s are too large.", e.URL)
	case errors.Is(err, errBarren) && inSegment:
		return CodeNotMedia, fmt.Sprintf("%d MB of this stream held neither picture nor sound.", maxBarrenSegment>>20)
	case errors.Is(err, errBarren):
		return CodeNotMedia, fmt.Sprintf("%s goes on and on, with neither picture nor sound.", e.URL)
	case errors.Is(err, errNoStreams):
		return CodeNoStreams, "There is neither picture nor sound in it."
	case errors.Is(err, libav.ErrMemory):
		return CodeMemory, fmt.Sprintf("%s needs more memory than Latchkey gives it.", e.subject())
	case errors.As(err, &picture):
		return CodeFormat, fmt.Sprintf("The stream has a picture of %dx%d, far larger than it says.", picture.Width, picture.Height)
	case errors.As(err, &sound):
		return CodeFormat, soundSentence(sound)
	case errors.Is(err, libav.ErrNoDecoder):
		return CodeNoDecoder, codecSentence(err)
	case inSegment && errors.Is(err, libav.ErrNotMedia), errors.Is(err, framing.ErrNotSegment):
		return CodeNotMedia, fmt.Sprintf("A part of the stream, %s, is neither picture nor sound.", e.URL)
	case errors.Is(err, libav.ErrNotMedia):
		return CodeNotMedia, fmt.Sprintf("%s is no film and no music that Latchkey knows.", e.URL)
	case errors.Is(err, errDecode):
		return CodeDecode, "The picture or the sound is damaged beyond what can be played."
	case errors.Is(err, libav.ErrCorrupt), errors.Is(err, errInterleave):
		return CodeCorrupt, "The stream is damaged."
	case inSegment:
		return CodeSegmentIncomplete, fmt.Sprintf("A part of the stream, %s, is incomplete.", e.URL)
	}
	return 0, ""
}

// codecSentence names the codec that is not decoded.
func codecSentence(err error) string {
	var codec *libav.CodecError
	if errors.As(err, &codec) {
		return fmt.Sprintf("There is no decoder for this title's format (%s).", codec.Codec)
	}
	return "There is no decoder for this title's format."
}

// soundSentence says what of the sound is not played.
func soundSentence(e *libav.SoundError) string {
	if e.Channels < 1 || e.Channels > libav.MaxChannels {
		return fmt.Sprintf("The sound has %d channels, which Latchkey does not play.", e.Channels)
	}
	return fmt.Sprintf("The sound has a rate of %d Hz, which Latchkey does not play.", e.SampleRate)
}
