package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"latchkey/assets"
	"latchkey/network"
	"latchkey/network/networktest"
	"latchkey/network/service"
	"latchkey/player/report"
	"latchkey/ui"
)

// demoFlags are the flags of demo alone, and those it shares with the window.
type demoFlags struct {
	windowFlags
	auto       bool
	title      string
	tokenLife  time.Duration
	screenshot string
}

func newDemo(taken environment, stdout, stderr io.Writer) *cobra.Command {
	flags := new(demoFlags)
	flags.environment = taken
	cmd := &cobra.Command{
		Use:   "demo [flags]",
		Short: "Sign in to an embedded service on loopback, pick a title, watch",
		Args:  noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return runDemo(cmd.Context(), flags, stdout, stderr)
		},
	}
	flags.add(cmd.Flags())
	cmd.Flags().BoolVar(&flags.auto, "auto", false, "sign in and play a title without a person")
	cmd.Flags().StringVar(&flags.title, "title", "aurora", "the `ID` of the title that --auto plays: one of the service's catalogue")
	cmd.Flags().DurationVar(&flags.tokenLife, "token-life", time.Minute, "how long the service's tokens are good for; they are renewed in mid-play")
	cmd.Flags().StringVar(&flags.screenshot, "screenshot", "", "save a picture of the window to this PNG `FILE` shortly before the end of --length; - is standard output")
	return cmd
}

// runDemo starts the service and opens the window on it.
func runDemo(ctx context.Context, flags *demoFlags, stdout, stderr io.Writer) (err error) {
	demo, err := networktest.NewDemo(networktest.DemoOptions{Media: assets.Demo(), Live: true, AccessLife: flags.tokenLife})
	if err != nil {
		return fmt.Errorf("start the demo service: %w", err)
	}
	defer func() { err = errors.Join(err, demo.Close()) }()
	if titles := demo.Titles(); flags.auto && !slices.Contains(titles, flags.title) {
		return usagef("the demo service has the titles %s", strings.Join(titles, ", "))
	}
	profile, err := service.Parse(demo.Profile())
	if err != nil {
		return fmt.Errorf("read the demo's profile: %w", err)
	}
	w, err := newWindow(&flags.windowFlags, stderr, kept{}, func(options network.Options) (*services, error) {
		return newServices(ctx, profile, options)
	})
	if err != nil {
		return err
	}
	if flags.auto {
		w.options.OpenPage = demo.Visit
		w.options.AutoSignIn = true
		w.options.AutoPlay = flags.title
	}
	if flags.screenshot != "" {
		w.options.Screenshot = &ui.Screenshot{
			Create: func() (io.WriteCloser, error) { return openOutput(flags.screenshot, stdout) }, After: flags.length * 9 / 10, Exit: flags.length == 0,
		}
	}
	w.summary = func(r *report.Report) error { return r.WriteSummary(stderr) }
	return w.run(ctx, &flags.windowFlags, stdout)
}

// noArguments takes none.
func noArguments(_ *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usagef("no URL or file is taken here")
	}
	return nil
}
