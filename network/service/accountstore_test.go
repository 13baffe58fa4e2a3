package service

import (
	"testing"

	"github.com/stretchr/testify/require"

	"latchkey/network/auth/vault"
)

func FuzzParseKept(f *testing.F) {
	f.Add([]byte(`{"way":"browser","values":[["access_token","a"]],"refresh":"b","expires":"2026-11-01T12:00:00Z","since":"2026-11-01T11:59:00Z"}`))
	f.Add([]byte(`{"pairs":[["a","b"],["a"]]}`))
	f.Add([]byte(`null`))
	f.Fuzz(func(t *testing.T, text []byte) {
		_, c, _, err := parseKept(text)
		if err != nil {
			require.ErrorIs(t, err, vault.ErrDamaged)
			return
		}
		require.Positive(t, c.Pairs.Len()+c.Values.Len())
	})
}
