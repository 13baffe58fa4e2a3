package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"runtime"
	"slices"

	"github.com/spf13/cobra"

	"latchkey/player"
)

func newVersion(out io.Writer) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "version",
		Short: "Print version, FFmpeg's versions and licences",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			v := versions{Version: player.Version, Go: runtime.Version(), FFmpeg: player.LibraryVersions(),
				Licence: "MIT"}
			if asJSON {
				encoder := json.NewEncoder(out)
				encoder.SetIndent("", "  ")
				return encoder.Encode(v)
			}
			return v.print(out)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// versions is what the version command prints.
type versions struct {
	Version string            `json:"version"`
	Go      string            `json:"go"`
	FFmpeg  map[string]string `json:"ffmpeg"`
	Licence string            `json:"licence"`
}

func (v versions) print(out io.Writer) error {
	if _, err := fmt.Fprintf(out, "Latchkey %s (%s), licence %s\nFFmpeg's libraries:\n", v.Version, v.Go, v.Licence); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(v.FFmpeg)) {
		if _, err := fmt.Fprintf(out, "  %-13s %s\n", name, v.FFmpeg[name]); err != nil {
			return err
		}
	}
	return nil
}
