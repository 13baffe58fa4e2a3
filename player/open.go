package player

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"latchkey/network"
	"latchkey/player/hls"
	"latchkey/player/libav"
)

// headBytes is how much of a resource is looked at to tell a playlist from media.
const headBytes = 1024

// maxOpened is how many variants, and sounds, are tried before a stream is given up.
const maxOpened = 6

// maxPlaylistBytes bounds a playlist's text; hls refuses the same.
const maxPlaylistBytes = 32 << 20

var (
	// errNoVariant is returned when no variant can be played, or the one that was asked for is not there.
	errNoVariant = errors.New("no variant of the stream can be played")
)

// open finds out what the resource is and prepares its source. It runs on a goroutine of the session.
func (s *session) open(ctx context.Context) error {
	if s.resource.IsFile() {
		return s.openFile(ctx)
	}
	return s.openURL(ctx)
}

// openFile opens a file: a playlist, or media. Its first bytes tell, and of a text its name.
func (s *session) openFile(ctx context.Context) error {
	file, err := s.resource.open()
	if err != nil {
		return err
	}
	head := make([]byte, headBytes)
	n, err := io.ReadFull(file, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.Join(err, file.Close())
	}
	head = head[:n]
	if hls.Sniff(head) {
		data, err := io.ReadAll(io.LimitReader(file, maxPlaylistBytes+1-int64(n)))
		if err = errors.Join(err, file.Close()); err != nil {
			return err
		}
		return s.openPlaylist(ctx, slices.Concat(head, data), "")
	}
	if err := file.Close(); err != nil {
		return err
	}
	if playlistName(s.resource.source) && !hls.SniffMedia(head) {
		_, err := hls.Parse(head, "", hls.ParseOptions{})
		return err
	}
	return s.openMedia(ctx, &localFile{path: s.resource.source})
}

// openURL asks for the resource. The first bytes of the answer tell what it is, and of a text its
// name and the answer's Content-Type. The name decides how it is asked for: what is named like
// media by ranges.
func (s *session) openURL(ctx context.Context) error {
	source := s.resource.source
	if mediaName(source) {
		return s.openNamedMedia(ctx)
	}
	var response *network.Response
	err := s.authorized(ctx, func() (err error) {
		response, err = s.client.Do(ctx, network.Request{Class: network.ClassPlaylist, URL: source})
		return err
	})
	if err != nil {
		return &fetchError{class: network.ClassPlaylist, url: display(source), err: err}
	}
	head := make([]byte, headBytes)
	n, err := io.ReadFull(response.Body, head)
	head = head[:n]
	short := errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, network.ErrTruncated)
	if err != nil && !short {
		return errors.Join(&fetchError{class: network.ClassPlaylist, url: display(source), err: err}, response.Body.Close())
	}
	if isPlaylist(head, playlistName(source), response.Header) {
		return s.readPlaylist(ctx, head, response.Body, response.URL)
	}
	if err := response.Body.Close(); err != nil && !errors.Is(err, context.Canceled) {
		s.config.Log.Debug("close of a probe", "error", err)
	}
	return s.openMedia(ctx, &remoteFile{session: s, url: source})
}

// openNamedMedia opens what is named like media.
func (s *session) openNamedMedia(ctx context.Context) error {
	file := &remoteFile{session: s, url: s.resource.source}
	source := &mediaSource{session: s, opener: file}
	reader, err := file.begin(&readContext{now: ctx})
	if err != nil {
		return source.explain(err)
	}
	head, err := reader.peek(headBytes)
	if err != nil {
		return source.explain(errors.Join(err, reader.Close()))
	}
	if isPlaylist(head, false, reader.header) {
		reader.offset = int64(len(head))
		return s.readPlaylist(ctx, head, reader, reader.from)
	}
	file.begun = reader
	return s.openMedia(ctx, file)
}

// isPlaylist says whether what begins with head is a playlist, or a text in the place of one, which
// the playlist's parser then names in its error.
func isPlaylist(head []byte, named bool, header http.Header) bool {
	return hls.Sniff(head) || !hls.SniffMedia(head) && (named || looksLikeText(head, header))
}

// readPlaylist reads the resource's playlist, of which head was read, to its end. from is where it
// came from in the end.
func (s *session) readPlaylist(ctx context.Context, head []byte, body io.ReadCloser, from string) error {
	source := s.resource.source
	data, err := io.ReadAll(io.LimitReader(body, maxPlaylistBytes+1-int64(len(head))))
	if err = errors.Join(err, body.Close()); err != nil {
		return &fetchError{class: network.ClassPlaylist, url: display(source), err: err}
	}
	s.redirects.learn(source, from)
	return s.openPlaylist(ctx, slices.Concat(head, data), from)
}

// openPlaylist reads the main playlist, or a list of titles. base is its URL, or empty for a
// file's.
func (s *session) openPlaylist(ctx context.Context, data []byte, base string) error {
	if uris, is := s.list(data, base); is {
		return s.openList(ctx, uris)
	}
	list, err := hls.Parse(data, base, hls.ParseOptions{FilePaths: s.resource.IsFile()})
	if err != nil {
		return err
	}
	if err := list.CheckPlayable(); err != nil {
		return err
	}
	s.noteWarnings(list)
	if list.Media != nil {
		s.gotPlaylist()
		s.subtitles = captionsAlone(s, givenSubtitles(s.resource))
		return s.openTracks(newFeed(s, s.mainURI(), nil, list), nil, list.Start)
	}
	return s.openVariant(ctx, list)
}

// mainURI is where the resource's own playlist is read again.
func (s *session) mainURI() string {
	if s.resource.IsFile() {
		return filepath.Base(s.resource.source)
	}
	return s.resource.source
}

// openVariant chooses a variant, and the audio rendition that belongs to it.
func (s *session) openVariant(ctx context.Context, list *hls.Playlist) error {
	for i, v := range list.Multivariant.Variants {
		s.variants = append(s.variants, VariantInfo{Index: i, Bandwidth: v.Bandwidth, Codecs: v.Codecs,
			Width: v.Width, Height: v.Height, FrameRate: v.FrameRate})
	}
	s.addresses = newAddresses(s, list)
	for _, info := range keyInfos(list.Multivariant.SessionKeys) { // RFC 8216, 4.3.4.5
		s.keys.Prefetch(ctx, info)
	}
	index, err := s.chooseVariant(initialPathway(list.Multivariant), list.Multivariant.Variants)
	if err != nil {
		return err
	}
	index, main, err := s.openOneOf(ctx, list, index)
	if err != nil {
		return err
	}
	s.variant = index
	variant := list.Multivariant.Variants[index]
	s.sounds = newSounds(s, list, variant)
	audio, err := s.sounds.openOne(ctx)
	if err != nil {
		return err
	}
	if audio != nil {
		audio.lineUpWith(main.current())
	}
	s.gotPlaylist()
	if s.config.Variant == 0 && !s.outputs.freeRun {
		s.ladder = newLadder(s, list, index, main)
	}
	s.subtitles = newSubtitles(s, list, variant)
	s.stills = newStills(s, list)
	if s.steer = newPathways(s, list.Multivariant, s.ladder); s.steer != nil {
		s.work.Go(func() { s.steer.run(s.ctx, list.Multivariant.ContentSteering.ServerURI) })
	}
	start := main.current().Start
	if start == nil {
		start = list.Start
	}
	return s.openTracks(main, audio, start)
}

// openOneOf opens the playlist of a variant, or, where that cannot be had and nobody asked for that very one, of the one that is nearest in
// bandwidth: the same is a backup stream.
func (s *session) openOneOf(ctx context.Context, list *hls.Playlist, index int) (int, *feed, error) {
	variants := list.Multivariant.Variants
	order := make([]int, len(variants))
	for i := range variants {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(apart(variants[a].Bandwidth, variants[index].Bandwidth), apart(variants[b].Bandwidth, variants[index].Bandwidth)),
			cmp.Compare(apart(int64(a), int64(index)), apart(int64(b), int64(index))))
	})
	if s.config.Variant > 0 {
		order = []int{index}
	}
	return firstOf(ctx, order, func(i int) (*feed, error) {
		return s.openFeed(ctx, variants[i].URI, list.Defines)
	}, func(i int, err error) {
		s.note(fmt.Sprintf("Variant %d cannot be had and was left out: %s.", i, brief(err)))
	})
}

// firstOf opens the first playlist of an order that can be had, and tells failed of those before it. It returns the first error when that is
// none of maxOpened.
func firstOf(ctx context.Context, order []int, open func(index int) (*feed, error), failed func(index int, err error)) (int, *feed, error) {
	var first error
	for _, i := range order[:min(len(order), maxOpened)] {
		f, err := open(i)
		if err == nil {
			return i, f, nil
		}
		if first == nil {
			first = err
		}
		if ctx.Err() != nil {
			break
		}
		failed(i, err)
	}
	return 0, nil, first
}

// chooseVariant applies TVSDK's rule for the initial variant, to those of a pathway where one is given.
func (s *session) chooseVariant(way string, variants []hls.Variant) (int, error) {
	if n := s.config.Variant; n > 0 {
		if n > len(s.variants) {
			return 0, fmt.Errorf("%w: number %d was asked for, and there are %d", errNoVariant, n-1, len(s.variants))
		}
		return n - 1, nil
	}
	var numbers []int
	var bandwidths []int64
	for i, v := range variants {
		if way == "" || pathwayOf(v) == way {
			numbers, bandwidths = append(numbers, i), append(bandwidths, v.Bandwidth)
		}
	}
	index := s.config.ABR.InitialFor(bandwidths, s.network)
	if index < 0 {
		return 0, errNoVariant
	}
	return numbers[index], nil
}

// chooseAudio returns the rendition of a group that plays: by language, else the default, else the
// first; nil without any.
func chooseAudio(renditions []hls.Rendition, group, preferred string) *hls.Rendition {
	var best *hls.Rendition
	bestScore := -1
	for i := range renditions {
		r := &renditions[i]
		if r.Type != hls.RenditionAudio || r.Group != group || group == "" {
			continue
		}
		score := 0
		if preferred != "" && sameLanguage(r.Language, preferred) {
			score += 4
		}
		if r.Default {
			score += 2
		}
		if r.Autoselect {
			score++
		}
		if score > bestScore {
			best, bestScore = r, score
		}
	}
	return best
}

// folderOf is the part of a path before its name.
func folderOf(uri string) string { return uri[:strings.LastIndexByte(uri, '/')+1] }

// openTracks makes the source of a media playlist and, when it has its own, the sound's. start says where to begin, and may be nil.
func (s *session) openTracks(main, audio *feed, start *hls.Start) error {
	s.main, s.start = main, start
	source := &hlsSource{session: s}
	s.source = source
	source.hear(audio, s.sounds.ladder(s.sounds.choice(), audio))
	if s.subtitles != nil && !s.outputs.freeRun {
		s.work.Go(func() { s.subtitles.run(s.ctx) })
	}
	if main.live() {
		s.work.Go(func() { s.watch(s.ctx, s.leading) })
	}
	return nil
}

var bothKinds = []libav.Kind{libav.KindVideo, libav.KindAudio}

// hlsSource is the tracks of a variant, and of the sound that was chosen for it. Safe for concurrent use.
type hlsSource struct {
	session *session // constant

	mu     sync.Mutex // guards what follows
	audio  *feed      // nil: the sound is in the picture's playlist
	ladder *ladder    // what that may be exchanged for, nil: nothing
	quiet  context.CancelFunc
}

// hear takes the sound from a playlist of its own, with what that may be exchanged for, or, with nil, from that of the picture. It takes effect
// with the next pipeline.
func (h *hlsSource) hear(audio *feed, others *ladder) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.quiet != nil {
		h.quiet()
	}
	ctx, quiet := context.WithCancel(h.session.ctx)
	h.audio, h.ladder, h.quiet = audio, others, quiet
	if audio != nil && audio.live() {
		h.session.work.Go(func() {
			h.session.watch(ctx, func() *feed {
				if others != nil {
					return others.feed()
				}
				return audio
			})
		})
	}
}

func (h *hlsSource) tracks() []producer {
	var all []producer
	for _, t := range h.hlsTracks() {
		all = append(all, t)
	}
	return all
}

func (h *hlsSource) hlsTracks() []*hlsTrack {
	h.mu.Lock()
	defer h.mu.Unlock()
	main := &hlsTrack{session: h.session, feed: h.session.main, kinds: bothKinds, leads: true, variant: h.session.variant, ladder: h.session.ladder}
	if h.audio == nil {
		return []*hlsTrack{main}
	}
	main.kinds = []libav.Kind{libav.KindVideo}
	sound := &hlsTrack{session: h.session, feed: h.audio, kinds: []libav.Kind{libav.KindAudio}, variant: -1, ladder: h.ladder}
	if h.ladder != nil {
		sound.variant = 0
	}
	return []*hlsTrack{main, sound}
}

func (h *hlsSource) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.quiet()
}

// cached widens a range by the segments around it that are in memory.
func (h *hlsSource) cached(r Range) Range {
	f := h.session.leading()
	media := f.current()
	if len(media.Segments) == 0 {
		return r
	}
	there := func(i int) bool { return h.session.cache.has(f.segmentKey(&media.Segments[i])) }
	first := h.session.indexAt(media, r.Start)
	for first >= 0 && there(first) {
		r.Start = min(r.Start, h.session.mediaTime(media, media.Segments[first].Start))
		first--
	}
	for last := h.session.indexAt(media, r.End); last < len(media.Segments) && there(last); last++ {
		r.End = max(r.End, h.session.mediaTime(media, media.Segments[last].End()))
	}
	return r
}

// noteWarnings logs what a playlist's parser tolerated.
func (s *session) noteWarnings(list *hls.Playlist) {
	for i, w := range list.Warnings {
		if i == maxNotes {
			return
		}
		s.config.Log.Info("playlist", "line", w.Line, "clause", w.Clause, "warning", w.Message)
	}
}

// playlistName says whether a URL or path is named like a playlist.
func playlistName(name string) bool {
	switch extension(name) {
	case ".m3u8", ".m3u":
		return true
	}
	return false
}

// mediaName says whether a URL is named like media that is read by ranges.
func mediaName(name string) bool {
	switch extension(name) {
	case ".mp4", ".m4v", ".m4a", ".mov", ".mkv", ".mka", ".webm", ".ts", ".m2ts", ".mp3", ".aac", ".ac3", ".eac3",
		".flac", ".ogg", ".oga", ".ogv", ".opus", ".wav", ".avi", ".flv", ".mpg", ".mpeg":
		return true
	}
	return false
}

func extension(name string) string {
	if u, err := url.Parse(name); err == nil && u.Scheme != "" && u.Host != "" {
		return strings.ToLower(path.Ext(u.Path))
	}
	return strings.ToLower(filepath.Ext(name))
}

// looksLikeText says that an answer is a page or a message for a person, which the playlist's parser
// then names in its error.
func looksLikeText(head []byte, header http.Header) bool {
	kind := strings.ToLower(header.Get("Content-Type"))
	if strings.HasPrefix(kind, "text/") || strings.Contains(kind, "json") || strings.Contains(kind, "xml") ||
		strings.Contains(kind, "mpegurl") {
		return true
	}
	trimmed := bytes.TrimSpace(head)
	return len(trimmed) == 0 || trimmed[0] == '<'
}
