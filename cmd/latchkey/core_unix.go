//go:build unix

package main

import (
	"os"
	"runtime"
	"syscall"
)

// secureProcess keeps this process's memory, which holds keys and tokens, out of core files.
//
// PR_SET_DUMPABLE stays as it is: without it /proc/PID belongs to root, and the programs of the
// desktop that look there for who asks them, as xdg-desktop-portal and PipeWire do in
// /proc/PID/root, refuse to serve this one.
func secureProcess() {
	// It cannot fail: anybody may lower limits.
	_ = syscall.Setrlimit(syscall.RLIMIT_CORE, &syscall.Rlimit{})
	if runtime.GOOS == "linux" {
		// Of a core that goes to a program (core_pattern with a "|") the kernel ignores the limit.
		// The filter leaves no mapping in it: proc(5), /proc/PID/coredump_filter.
		_ = os.WriteFile("/proc/self/coredump_filter", []byte("0"), 0) // not there in every kernel
	}
}
