package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"latchkey/network"
	"latchkey/network/regular"
	"latchkey/player"
	"latchkey/player/hls"
)

// maxPlaylist bounds what is read of a playlist's file; hls refuses longer ones.
const maxPlaylist = 33 << 20

// playlistHead is how many bytes of a source tell whether it is a playlist: hls.Sniff looks at
// fewer.
const playlistHead = 64 << 10

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
	source   string // as it was given
	resource *player.MediaResource
	client   *network.Client
	fetcher  *player.Fetcher
	leave    func() // the service whose sign-in is used
}

// reach opens the way to a source, with the sign-in that the flags name. It makes no request to the source.
func (f *networkFlags) reach(ctx context.Context, source string) (_ *reached, err error) {
	r := &reached{source: strings.TrimSpace(source)}
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

// playlist reads the source's own playlist.
func (r *reached) playlist(ctx context.Context, options hls.ParseOptions) (*hls.Playlist, error) {
	var (
		body io.ReadCloser
		base string
	)
	if r.resource.IsFile() {
		file, err := regular.Open(r.resource.String())
		if err != nil {
			return nil, err
		}
		body = file
	} else {
		response, err := r.client.Do(ctx, network.Request{Class: network.ClassPlaylist, URL: r.source})
		if err != nil {
			return nil, err
		}
		body, base = response.Body, response.URL
	}
	data, err := readPlaylist(body)
	if err != nil {
		return nil, err
	}
	return hls.Parse(data, base, options)
}

// readPlaylist reads and closes a playlist. Of what is none it returns the beginning, which
// hls.Parse names in its error.
func readPlaylist(body io.ReadCloser) ([]byte, error) {
	head, err := io.ReadAll(io.LimitReader(body, playlistHead))
	if err != nil {
		return nil, errors.Join(err, body.Close())
	}
	if !hls.Sniff(head) {
		_ = body.Close() // the rest was never wanted
		return head, nil
	}
	rest, err := io.ReadAll(io.LimitReader(body, maxPlaylist-playlistHead))
	return slices.Concat(head, rest), errors.Join(err, body.Close())
}
