package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"latchkey/player"
	"latchkey/player/hls"
)

// runList prints what a playlist offers: variants, renditions and keys.
func runList(ctx context.Context, flags *probeFlags, source string, stdout, stderr io.Writer) error {
	if _, err := flags.config(stderr); err != nil {
		return err
	}
	list, err := fetchPlaylist(ctx, &flags.networkFlags, source, nil)
	if err != nil {
		return player.Explain(err, source)
	}
	printer := &listPrinter{out: stdout}
	if list.Multivariant == nil {
		printer.keys(segmentKeys(list.Media))
		return printer.err
	}
	printer.multivariant(list.Multivariant)
	index := max(flags.variant, 0)
	if index >= len(list.Multivariant.Variants) {
		return usagef("--variant %d: there are %d variants", index, len(list.Multivariant.Variants))
	}
	media, err := fetchPlaylist(ctx, &flags.networkFlags, list.Multivariant.Variants[index].URI, list.Defines)
	if err != nil {
		return player.Explain(err, source)
	}
	if media.Media != nil {
		printer.keys(append(list.Multivariant.SessionKeys, segmentKeys(media.Media)...))
	}
	return printer.err
}

// fetchPlaylist reads and parses a playlist.
func fetchPlaylist(ctx context.Context, flags *networkFlags, source string, variables map[string]string) (*hls.Playlist, error) {
	data, base, err := readPlaylist(ctx, flags, source)
	if err != nil {
		return nil, err
	}
	list, err := hls.Parse(data, base, hls.ParseOptions{Variables: variables})
	return list, err
}

// segmentKeys are the different keys of a media playlist, in order.
func segmentKeys(media *hls.Media) []hls.Key {
	var keys []hls.Key
	seen := make(map[string]bool)
	for _, segment := range media.Segments {
		for _, key := range segment.Keys {
			if id := key.Method + "\n" + key.KeyFormat + "\n" + key.URI; !seen[id] {
				seen[id] = true
				keys = append(keys, key)
			}
		}
	}
	return keys
}

// listPrinter writes lines and keeps the first error.
type listPrinter struct {
	out io.Writer
	err error
}

func (p *listPrinter) line(format string, values ...any) {
	_, err := fmt.Fprintf(p.out, format+"\n", values...)
	p.err = errors.Join(p.err, err)
}

func (p *listPrinter) multivariant(m *hls.Multivariant) {
	for i, v := range m.Variants {
		p.line("variant %d: %d bit/s, %dx%d, %g frames/s, codecs %q", i, v.Bandwidth, v.Width, v.Height, v.FrameRate, v.Codecs)
	}
	for _, r := range m.Renditions {
		p.line("%s: group %q, name %q, language %q, default %t", r.Type, r.Group, r.Name, r.Language, r.Default)
	}
}

func (p *listPrinter) keys(keys []hls.Key) {
	for _, k := range keys {
		p.line("key: method %s, format %s, URI %s", k.Method, k.KeyFormat, player.DisplayURL(k.URI))
	}
}
