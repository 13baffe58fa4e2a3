package audio

import (
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// quietChild makes TestNoDeviceIsQuiet's child process.
const quietChild = "AUDIO_TEST_QUIET_CHILD"

// TestNoDeviceIsQuiet opens the device where no sound server answers, in a process of its own, since what
// libraries print goes round Go's os.Stderr.
func TestNoDeviceIsQuiet(t *testing.T) {
	if os.Getenv(quietChild) != "" {
		for range 3 {
			d, err := openOto(t.Context())
			if err == nil {
				require.NoError(t, d.Suspend()) // a sound card of the machine's
			}
		}
		return
	}
	dir := t.TempDir()
	c := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestNoDeviceIsQuiet$")
	c.Env = append(os.Environ(), quietChild+"=1", "XDG_RUNTIME_DIR="+dir, "PULSE_SERVER=unix:"+dir+"/none")
	out, err := c.CombinedOutput()
	require.NoError(t, err)
	assert.Regexp(t, `^PASS\n(coverage: .*\n)?$`, string(out))
}
