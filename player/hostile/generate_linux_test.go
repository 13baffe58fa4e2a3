package hostile

import (
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// latchkey is the program, built once for the fuzzing engine's process and each of its workers.
var latchkey = sync.OnceValues(func() (string, error) {
	program, err := filepath.Abs(filepath.Join("..", "..", "bin", "e2e", "latchkey"))
	if err != nil {
		return "", err
	}
	if output, err := exec.Command("go", "build", "-o", program, "latchkey/cmd/latchkey").CombinedOutput(); err != nil {
		return "", fmt.Errorf("build latchkey: %w: %s", err, output)
	}
	return program, nil
})

// FuzzProgram has probe open what the generator makes of the engine's bytes, under a limit of
// memory. The engine sees nothing of what the program does; the structure of what is generated
// makes up for that.
func FuzzProgram(f *testing.F) {
	program, err := latchkey()
	require.NoError(f, err)
	for family := range families {
		for seed := range 3 {
			f.Add(seedOf(family, seed))
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		opened, err := Open(Generate(data), t.TempDir())
		require.NoError(t, err)
		defer func() { require.NoError(t, opened.Close()) }()
		arguments := append([]string{"probe", "--report", os.DevNull}, opened.Arguments...)
		home := t.TempDir()
		outcome, err := Run(t.Context(), Command{Program: program, Arguments: arguments, Environment: []string{"HOME=" + home, "XDG_RUNTIME_DIR=" + home, "PATH=" + os.Getenv("PATH")}, Stop: true}, MaxTime)
		require.NoError(t, err)
		assert.Empty(t, outcome.Broken(false), "%d MB in %v: %s\n%s", outcome.Peak/1e6, outcome.Time, outcome.Message, outcome.Errors)
	})
}

// seedOf is data for a family of inputs.
func seedOf(family, seed int) []byte {
	data := []byte{byte(family)}
	for i := range 4 {
		sum := sha256.Sum256([]byte{byte(family), byte(seed), byte(i)})
		data = append(data, sum[:]...)
	}
	return data
}

// TestGenerate shows that the same bytes give the same input, that each family can be drawn, and
// that none takes much.
func TestGenerate(t *testing.T) {
	t.Parallel()
	const most = 32 << 20
	seen := make(map[string]bool)
	for family := range families {
		for seed := range 8 {
			data := seedOf(family, seed)
			in, again := Generate(data), Generate(data)
			require.Equal(t, in.Answers(), again.Answers(), "family %d, seed %d", family, seed)
			seen[in.String()+filepath.Ext(in.Main)] = true
			size := int64(0)
			for _, a := range in.Answers() {
				size += a.size()
			}
			assert.Less(t, size, int64(most), "family %d, seed %d", family, seed)
		}
	}
	assert.Len(t, seen, families)
}
