package main_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestNoMemoryInCoreFiles reads what the kernel says of running programs that were started with
// limits that allow core files.
func TestNoMemoryInCoreFiles(t *testing.T) {
	var before syscall.Rlimit
	require.NoError(t, syscall.Getrlimit(syscall.RLIMIT_CORE, &before))
	if before.Max > 0 { // what is started from here inherits it
		require.NoError(t, syscall.Setrlimit(syscall.RLIMIT_CORE, &syscall.Rlimit{Cur: before.Max, Max: before.Max}))
		t.Cleanup(func() { require.NoError(t, syscall.Setrlimit(syscall.RLIMIT_CORE, &before)) })
	}
	d := newSilentDesktop(t, 800, 600)
	for name, arguments := range map[string][]string{
		"probe":  {"probe", "--realtime", makeClip(t)},
		"window": {"--ao", "null", makeClip(t)},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), hangStart)
			defer cancel()
			r := startHanging(ctx, t, d.environment(), arguments...)
			defer func() { require.NoError(t, r.process.Kill()) }()
			limits, err := os.ReadFile(fmt.Sprintf("/proc/%d/limits", r.process.Pid))
			require.NoError(t, err)
			assert.Regexp(t, `(?m)^Max core file size +0 +0 `, string(limits))
			filter, err := os.ReadFile(fmt.Sprintf("/proc/%d/coredump_filter", r.process.Pid))
			require.NoError(t, err)
			assert.Equal(t, "00000000", strings.TrimSpace(string(filter)))
		})
	}
}
