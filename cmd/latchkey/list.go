package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"latchkey/drm"
	"latchkey/network"
	"latchkey/player"
	"latchkey/player/hls"
)

// maxListed bounds the sounds' playlists, and each playlist's init sections, that are read for their keys.
const maxListed = 16

// runList prints what a playlist offers: variants, renditions and keys.
func runList(ctx context.Context, flags *probeFlags, source string, stdout, stderr io.Writer) error {
	if _, err := flags.config(stderr); err != nil {
		return err
	}
	l := &lister{flags: &flags.networkFlags, source: source, out: stdout, seen: make(map[string]bool)}
	list, err := l.playlist(ctx, source, nil)
	if err != nil {
		return player.Explain(err, source)
	}
	if list.Multivariant == nil {
		l.media(ctx, list.Media)
		return l.err
	}
	index := max(flags.variant, 0)
	if index >= len(list.Multivariant.Variants) {
		return usagef("--variant %d: there are %d variants", index, len(list.Multivariant.Variants))
	}
	if err := l.multivariant(ctx, list, index); err != nil {
		return player.Explain(err, source)
	}
	return l.err
}

// lister writes lines, each once, and keeps the first error of writing.
type lister struct {
	flags  *networkFlags
	source string
	out    io.Writer
	seen   map[string]bool
	err    error
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

// playlist reads and parses a playlist.
func (l *lister) playlist(ctx context.Context, uri string, variables map[string]string) (*hls.Playlist, error) {
	data, base, err := read(ctx, l.flags, l.source, network.Request{Class: network.ClassPlaylist, URL: uri})
	if err != nil {
		return nil, err
	}
	return hls.Parse(data, base, hls.ParseOptions{Variables: variables})
}

// multivariant lists all that the playlist says, and the keys of a variant and of its sounds.
func (l *lister) multivariant(ctx context.Context, list *hls.Playlist, index int) error {
	m := list.Multivariant
	for i, v := range m.Variants {
		l.line("variant %d: %d bit/s, %dx%d, %g frames/s, codecs %q", i, v.Bandwidth, v.Width, v.Height, v.FrameRate, v.Codecs)
	}
	for _, r := range m.Renditions {
		l.line("%s: group %q, name %q, language %q, default %t", r.Type, r.Group, r.Name, r.Language, r.Default)
	}
	for _, key := range m.SessionKeys {
		l.key(key)
	}
	uris := []string{m.Variants[index].URI}
	for _, r := range m.Renditions {
		if r.Type == "AUDIO" && r.Group == m.Variants[index].Audio && r.URI != "" && len(uris) <= maxListed {
			uris = append(uris, r.URI)
		}
	}
	for _, uri := range uris {
		media, err := l.playlist(ctx, uri, list.Defines)
		if err != nil {
			return err
		}
		if media.Media != nil {
			l.media(ctx, media.Media)
		}
	}
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
	request := network.Request{Class: network.ClassInit, URL: m.URI}
	if m.ByteRange != nil {
		request.Offset, request.Length = m.ByteRange.Offset, m.ByteRange.Length
	}
	data, _, err := read(ctx, l.flags, l.source, request)
	if err != nil {
		l.line("init section %s: %s", player.DisplayURL(m.URI), player.Explain(err, l.source))
		return
	}
	protection, err := drm.ParseInit(data)
	if err != nil {
		l.line("init section %s: %s", player.DisplayURL(m.URI), err)
		return
	}
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
