package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

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
	resource, err := flags.resource(source)
	if err != nil {
		return nil, "", err
	}
	if resource.IsFile() {
		file, err := os.Open(resource.String())
		if err != nil {
			return nil, "", err
		}
		data, err = io.ReadAll(io.LimitReader(file, maxPlaylist))
		return data, "", errors.Join(err, file.Close())
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
	data, response, err := client.Fetch(ctx, network.Request{Class: network.ClassPlaylist, URL: source})
	if err = errors.Join(err, client.Close()); err != nil {
		return nil, "", fmt.Errorf("fetch playlist: %w", err)
	}
	return data, response.URL, nil
}
