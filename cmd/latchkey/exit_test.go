package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"testing"

	"github.com/stretchr/testify/assert"

	"latchkey/network"
	"latchkey/player"
	"latchkey/ui"
)

func TestExit(t *testing.T) {
	failed := func(code player.Code) error { return &player.Error{Code: code, Message: "It did not work."} }
	tests := []struct {
		name        string
		err         error
		interrupted bool
		code        int
		line        string
	}{
		{"played", nil, false, 0, ""},
		{"interrupted", nil, true, 130, ""},
		{"sign-in", failed(player.CodeSignInNeeded), false, 3, "latchkey: It did not work. (code 1001)\n"},
		{"network", failed(player.CodeTimeout), false, 4, "latchkey: It did not work. (code 2002)\n"},
		{"playlist", failed(player.CodeNotPlaylist), false, 5, "latchkey: It did not work. (code 3001)\n"},
		{"container", fmt.Errorf("wrapped: %w", failed(player.CodeNotMedia)), false, 7, "latchkey: It did not work. (code 4001)\n"},
		{"key", failed(player.CodeWrongKey), false, 6, "latchkey: It did not work. (code 5005)\n"},
		{"decoder", failed(player.CodeNoDecoder), false, 7, "latchkey: It did not work. (code 6001)\n"},
		{"no display", fmt.Errorf("open: %w", ui.ErrNoDisplay), false, 8, "latchkey: There is no display that a window can be opened on. " +
			"Start Latchkey in a desktop session, or use latchkey probe. (code 7001)\n"},
		{"usage", usagef("--volume is between 0 and 100"), false, 2, "latchkey: --volume is between 0 and 100 (code 9002)\n"},
		{"a cookie", fmt.Errorf("cookie 1: %w", network.ErrCookie), false, 2, "latchkey: cookie 1: " + network.ErrCookie.Error() + " (code 9002)\n"},
		{"a folder that may not be used", fmt.Errorf("keep: %w", &fs.PathError{Op: "mkdir", Path: "/state", Err: fs.ErrPermission}), false, 8,
			"latchkey: Latchkey cannot use /state: permission denied. (code 7003)\n"},
		{"a hanging decoder", fmt.Errorf("close: %w", player.ErrHung), false, 7, "latchkey: A part of the player hangs. Close Latchkey and start it again. (code 6002)\n"},
		{"two at once", errors.Join(errors.New("one"), errors.New("two")), false, 1, "latchkey: one two (code 9001)\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var out bytes.Buffer
			assert.Equal(t, test.code, exit(test.err, test.interrupted, &out))
			assert.Equal(t, test.line, out.String())
		})
	}
}
