package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"
)

// newRoot returns the command line. Help, the man page and the completions come from it. It takes
// the secrets out of the environment.
func newRoot(stdout, stderr io.Writer) *cobra.Command {
	taken := takeEnvironment()
	flags := new(windowFlags)
	flags.environment = taken
	root := &cobra.Command{
		Use:   "latchkey [flags] [URL | FILE | latchkey:LINK]",
		Short: "Play what you have to sign in for",
		Long: "Latchkey plays HLS streams and media files. Cookie pairs go to key and licence requests,\n" +
			"and to nothing else unless you say so.",
		Args:          oneAtMost,
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE: func(cmd *cobra.Command, args []string) error {
			source := ""
			if len(args) == 1 {
				source = args[0]
			}
			return runWindow(cmd.Context(), flags, source, stdout, stderr)
		},
	}
	flags.add(root.Flags())
	root.SetOut(stdout)
	root.SetErr(stderr)
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return &usageError{err} })
	root.AddCommand(newDemo(taken, stdout, stderr), newProbe(taken, stdout, stderr), newPlaylist(taken, stdout), newVersion(stdout), newMan())
	return root
}

// oneAtMost takes one argument or none.
func oneAtMost(_ *cobra.Command, args []string) error {
	if len(args) > 1 {
		return &usageError{fmt.Errorf("one URL or file at a time, and there are %d", len(args))}
	}
	return nil
}

// exactlyOne takes one argument.
func exactlyOne(_ *cobra.Command, args []string) error {
	if len(args) != 1 {
		return &usageError{fmt.Errorf("one URL or file is needed, and there are %d", len(args))}
	}
	return nil
}
