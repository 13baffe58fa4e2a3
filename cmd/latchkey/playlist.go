package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"

	"github.com/spf13/cobra"

	"latchkey/network"
	"latchkey/player"
	"latchkey/player/hls"
)

// maxPlaylist bounds what is read of a playlist's file; hls refuses longer ones.
const maxPlaylist = 33 << 20

func newPlaylist(taken environment, stdout io.Writer) *cobra.Command {
	flags := &networkFlags{environment: taken}
	var strict bool
	cmd := &cobra.Command{
		Use:   "playlist [flags] URL|FILE",
		Short: "Print a playlist as JSON",
		Args:  exactlyOne,
		RunE: func(cmd *cobra.Command, args []string) error {
			r, err := flags.reach(cmd.Context(), args[0])
			if err != nil {
				return player.Explain(err, args[0])
			}
			list, err := r.playlist(cmd.Context(), hls.ParseOptions{Strict: strict})
			if err = errors.Join(err, r.close()); err != nil {
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

// reached is a source, and the way to what its playlists name.
type reached struct {
	resource *player.MediaResource
	client   *network.Client
	fetcher  *player.Fetcher
	leave    func() // the service whose sign-in is used
}

// reach opens the way to a source, with the sign-in that the flags name. It makes no request to the source.
func (f *networkFlags) reach(ctx context.Context, source string) (_ *reached, err error) {
	r := new(reached)
	if r.resource, err = f.resource(source); err != nil {
		return nil, err
	}
	configuration, err := f.configuration()
	if err != nil {
		return nil, err
	}
	var options network.Options
	if !r.resource.IsFile() {
		options.Resource = source
	}
	if err := f.options(&options); err != nil {
		return nil, err
	}
	known, leave, err := f.signedIn(ctx, options)
	if err != nil {
		return nil, err
	}
	if known != nil {
		configuration = known.profile.Configuration(known.accounts.Credentials())
		options.Credentials = known.accounts
	}
	if r.client, err = network.NewClient(configuration, options); err != nil {
		leave()
		return nil, err
	}
	r.fetcher, r.leave = player.NewFetcher(r.client, r.resource), leave
	return r, nil
}

func (r *reached) close() error {
	err := r.client.Close()
	r.leave()
	return err
}

// playlist reads the source's own playlist. A file may be a pipe too: the person has named it.
func (r *reached) playlist(ctx context.Context, options hls.ParseOptions) (*hls.Playlist, error) {
	if !r.resource.IsFile() {
		return r.fetcher.Playlist(ctx, r.resource.String(), options)
	}
	file, err := os.Open(r.resource.String())
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(file, maxPlaylist))
	if err = errors.Join(err, file.Close()); err != nil {
		return nil, err
	}
	return hls.Parse(data, "", options)
}
