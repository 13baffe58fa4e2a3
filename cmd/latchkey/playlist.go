package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"latchkey/network"
	"latchkey/player"
	"latchkey/player/hls"
)

// maxPlaylist bounds what is read of a playlist's file; hls refuses longer ones.
const maxPlaylist = 33 << 20

func newPlaylist(stdout io.Writer) *cobra.Command {
	flags := new(networkFlags)
	var strict bool
	cmd := &cobra.Command{
		Use:   "playlist [flags] URL|FILE",
		Short: "Print a playlist as JSON",
		Args:  exactlyOne,
		RunE: func(cmd *cobra.Command, args []string) error {
			data, base, err := readPlaylist(cmd.Context(), flags, args[0])
			if err != nil {
				return player.Explain(err, args[0])
			}
			list, err := hls.Parse(data, base, hls.ParseOptions{Strict: strict})
			if err != nil {
				return player.Explain(err, args[0])
			}
			encoder := json.NewEncoder(stdout)
			encoder.SetIndent("", "  ")
			encoder.SetEscapeHTML(false)
			return encoder.Encode(list)
		},
	}
	flags.add(cmd.Flags())
	cmd.Flags().BoolVar(&strict, "strict", false, "make what RFC 8216 and its second edition forbid an error")
	return cmd
}

// readPlaylist returns the bytes that a URL or file names, and the URL that they came from, empty for a
// file.
func readPlaylist(ctx context.Context, flags *networkFlags, source string) (data []byte, base string, err error) {
	return read(ctx, flags, source, network.Request{Class: network.ClassPlaylist, URL: source})
}

// read returns the bytes of a request that a source leads to, and the URL that they came from, empty for a file. What a file names lies
// beside it; what came over the network names no files.
func read(ctx context.Context, flags *networkFlags, source string, request network.Request) (data []byte, base string, err error) {
	resource, err := flags.resource(source)
	if err != nil {
		return nil, "", err
	}
	if resource.IsFile() {
		if request.URL == source {
			return readFile(resource.String(), request)
		}
		if !strings.Contains(request.URL, "://") {
			return readFile(filepath.Join(filepath.Dir(resource.String()), filepath.FromSlash(request.URL)), request)
		}
	}
	configuration, err := flags.configuration()
	if err != nil {
		return nil, "", err
	}
	options := network.Options{Resource: source}
	if err := flags.options(&options); err != nil {
		return nil, "", err
	}
	known, leave, err := flags.signedIn(ctx, options)
	if err != nil {
		return nil, "", err
	}
	defer leave()
	if known != nil {
		configuration = known.profile.Configuration(known.accounts.Credentials())
		options.Credentials = known.accounts
	}
	client, err := network.NewClient(configuration, options)
	if err != nil {
		return nil, "", err
	}
	data, response, err := client.Fetch(ctx, request)
	if err = errors.Join(err, client.Close()); err != nil {
		return nil, "", fmt.Errorf("fetch %s: %w", request.Class, err)
	}
	return data, response.URL, nil
}

// readFile returns the bytes of a file, or the part that is asked for.
func readFile(name string, request network.Request) (data []byte, base string, err error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, "", err
	}
	var part io.Reader = file
	if request.Length > 0 {
		part = io.NewSectionReader(file, request.Offset, request.Length)
	}
	data, err = io.ReadAll(io.LimitReader(part, maxPlaylist))
	return data, "", errors.Join(err, file.Close())
}
