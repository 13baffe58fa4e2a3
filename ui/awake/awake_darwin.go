package awake

import (
	"fmt"
	"os"
	"os/exec"
	"strconv"
)

// keepOn starts caffeinate, which ends with this process however that ends.
func keepOn() (func(), error) {
	command := exec.Command("/usr/bin/caffeinate", "-di", "-w", strconv.Itoa(os.Getpid())) //nolint:gosec // nothing of it comes from outside
	if err := command.Start(); err != nil {
		return nil, fmt.Errorf("caffeinate: %w", err)
	}
	return func() {
		_ = command.Process.Kill()
		_ = command.Wait()
	}, nil
}
