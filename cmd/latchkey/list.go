package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"latchkey/drm"
	"latchkey/player"
	"latchkey/player/hls"
)

// maxListed bounds the sounds' playlists, and each playlist's init sections, that are read for their keys.
const maxListed = 16

// runList prints what a playlist offers, variants, renditions and keys, or the tracks of a media
// file.
func runList(ctx context.Context, flags *probeFlags, source string, stdout, stderr io.Writer) error {
	if _, err := flags.config(stderr); err != nil {
		return err
	}
	r, err := flags.reach(ctx, source)
	if err != nil {
		return player.Explain(err, source)
	}
	l := &lister{fetcher: r.fetcher, source: source, out: stdout, seen: make(map[string]bool)}
	return errors.Join(l.run(ctx, r, max(flags.variant, 0)), l.err, r.close())
}

// lister writes lines, each once, and keeps the first error of writing.
type lister struct {
	fetcher *player.Fetcher
	source  string
	out     io.Writer
	seen    map[string]bool
	err     error
}

func (l *lister) line(format string, values ...any) {
	text := fmt.Sprintf(format, values...)
	if l.seen[text] {
		return
	}
	l.seen[text] = true
	_, err := fmt.Fprintln(l.out, text)
	l.err = errors.Join(l.err, err)
}

// run lists the source. index is the variant whose keys are listed.
func (l *lister) run(ctx context.Context, r *reached, index int) error {
	list, err := r.playlist(ctx, hls.ParseOptions{FilePaths: r.resource.IsFile()})
	if errors.Is(err, hls.ErrNotPlaylist) && r.resource.IsFile() {
		return l.file(r.resource.String())
	}
	if err != nil {
		return player.Explain(err, l.source)
	}
	m := list.Multivariant
	if m == nil {
		l.media(ctx, list.Media)
		return nil
	}
	l.offers(m)
	if index >= len(m.Variants) {
		return usagef("--variant %d: there are %d variants", index, len(m.Variants))
	}
	variant := m.Variants[index]
	if err := l.follow(ctx, variant.URI, list.Defines); err != nil {
		return player.Explain(err, l.source)
	}
	sounds := 0
	for _, r := range m.Renditions {
		if r.Type != "AUDIO" || r.Group != variant.Audio || r.URI == "" || sounds == maxListed {
			continue
		}
		sounds++
		if err := l.follow(ctx, r.URI, list.Defines); err != nil { // the rest is worth listing
			l.line("AUDIO: name %q: %s", r.Name, player.Explain(err, l.source))
		}
	}
	return nil
}

// offers lists what a multivariant playlist says itself.
func (l *lister) offers(m *hls.Multivariant) {
	for i, v := range m.Variants {
		l.line("variant %d: %d bit/s, %dx%d, %g frames/s, codecs %q", i, v.Bandwidth, v.Width, v.Height, v.FrameRate, v.Codecs)
	}
	for _, r := range m.Renditions {
		l.line("%s: group %q, name %q, language %q, default %t", r.Type, r.Group, r.Name, r.Language, r.Default)
	}
	for _, key := range m.SessionKeys {
		l.key(key)
	}
}

// follow lists the keys of a media playlist that the source names.
func (l *lister) follow(ctx context.Context, uri string, variables map[string]string) error {
	list, err := l.fetcher.Playlist(ctx, uri, hls.ParseOptions{Variables: variables})
	if err != nil || list.Media == nil {
		return err
	}
	l.media(ctx, list.Media)
	return nil
}

// media lists the keys of a media playlist, and how its init sections say that the samples are encrypted.
func (l *lister) media(ctx context.Context, media *hls.Media) {
	var last *hls.Map
	read := 0
	for i := range media.Segments {
		segment := &media.Segments[i]
		samples := false
		for _, key := range segment.Keys {
			l.key(key)
			samples = samples || drm.KeyInfo{Method: key.Method}.Samples()
		}
		if m := segment.Map; m != nil && m != last && samples && read < maxListed {
			last = m
			read++
			l.initSection(ctx, m)
		}
	}
}

func (l *lister) key(k hls.Key) {
	var system string
	if name := (drm.KeyInfo{Method: k.Method, KeyFormat: k.KeyFormat, URI: k.URI}).System(); name != "" {
		system = ", of " + name + ", which Latchkey cannot play"
	}
	l.line("key: method %s, format %s, URI %s%s", k.Method, k.KeyFormat, player.DisplayURL(k.URI), system)
}

// initSection lists what an init section says. One that cannot be had or read is said, and is no failure: the list is of playlists.
func (l *lister) initSection(ctx context.Context, m *hls.Map) {
	data, err := l.fetcher.InitSection(ctx, m)
	if err != nil {
		l.line("init section %s: %s", player.DisplayURL(m.URI), player.Explain(err, l.source))
		return
	}
	protection, err := drm.ParseInit(data)
	if err != nil {
		l.line("init section %s: %s", player.DisplayURL(m.URI), err)
		return
	}
	l.protection(protection)
}

// protection lists how the samples of tracks are encrypted.
func (l *lister) protection(protection drm.InitProtection) {
	for _, track := range protection.Tracks {
		l.line("protection: scheme %q, KID %s, of a track of %q", track.Scheme, track.ID, track.Codec)
	}
	for _, id := range protection.Systems {
		name := cmp.Or(drm.SystemName(id), drm.SystemFormat(id))
		if slices.Contains(drm.ClearKey{}.Formats(), name) {
			name = "Clear Key"
		}
		l.line("protection: licences of %s", name)
	}
}
