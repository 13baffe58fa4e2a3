package main_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/network"
	"latchkey/network/networktest"
)

// The pair that opens the key server in these tests. The value may be on the wire and nowhere else.
const (
	canaryName  = "session"
	canaryValue = "canary-5f0c2b9d71"
)

// newGatedOrigin serves a title of the demo, encrypted, with keys for those alone who show the canary.
func newGatedOrigin(t *testing.T) (origin *networktest.Origin, url string) {
	t.Helper()
	origin, err := networktest.NewOrigin(networktest.Options{
		FS:         os.DirFS(filepath.Join(moduleRoot(t), "assets", "demo")),
		Encryption: networktest.Encryption{On: true, RotateEvery: 2},
		Gates:      []networktest.Gate{{Class: network.ClassKey, Name: canaryName, Value: canaryValue}},
	})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, origin.Close()) })
	return origin, origin.URL("aurora/main.m3u8")
}

// TestSecrets shows where the pairs go that a person gives, and that they go nowhere else: not to other requests, not
// into what the program prints, not into a file. The origin's own log is the witness.
func TestSecrets(t *testing.T) {
	pair := canaryName + "=" + canaryValue
	tests := []struct {
		name        string
		arguments   []string
		environment []string
		all         bool // the pair is on every request
	}{
		{name: "flag", arguments: []string{"--cookie", pair}},
		{name: "flag for all requests", arguments: []string{"--cookie", pair, "--cookies-for-all-requests"}, all: true},
		{name: "environment", environment: []string{"LATCHKEY_COOKIE=theme=dark; " + pair}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), demoLimit)
			defer cancel()
			origin, url := newGatedOrigin(t)
			state := emptyState(t)
			reportFile := filepath.Join(state, "report.json")
			arguments := append([]string{"probe", "--log-level", "debug", "--report", reportFile}, test.arguments...)
			run := start(ctx, t, append(plainEnvironment(state), test.environment...), append(arguments, url)...)
			run.wait(ctx, t)
			require.Zero(t, run.code, "%s", run.stderr.String())
			assertAbsent(t, canaryValue, run, state)

			r := readReport(t, reportFile)
			assert.Equal(t, "ended", r.Result)
			for _, request := range r.Requests {
				if test.all || request.Class == "key" {
					assert.Contains(t, request.Cookies, canaryName, "request %d, class %s", request.N, request.Class)
				} else {
					assert.Empty(t, request.Cookies, "request %d, class %s", request.N, request.Class)
				}
			}
			asked := origin.Requests()
			assert.Len(t, r.Requests, len(asked), "the report names every request")
			keys := 0
			for _, request := range asked {
				value, sent := request.Cookie(canaryName)
				if request.Class == network.ClassKey {
					keys++
				}
				assert.Equal(t, test.all || request.Class == network.ClassKey, sent && value == canaryValue, "%s", request)
			}
			assert.NotZero(t, keys)
		})
	}
}

// TestRefusedCookie shows what a person with an old cookie is told.
func TestRefusedCookie(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), demoLimit)
	defer cancel()
	_, url := newGatedOrigin(t)
	state := emptyState(t)
	const old = "canary-of-yesterday"
	reportFile := filepath.Join(state, "report.json")
	run := start(ctx, t, plainEnvironment(state), "probe", "--cookie", canaryName+"="+old, "--log-level", "debug", "--report", reportFile, url)
	run.wait(ctx, t)
	assert.Equal(t, 3, run.code)
	assert.Regexp(t, `^latchkey: .+ \(code 100\d\)$`, run.complaint())
	assert.Equal(t, "needs-sign-in", readReport(t, reportFile).Result)
	assertAbsent(t, old, run, state)
}
