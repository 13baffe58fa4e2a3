package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestKeyFlags(t *testing.T) {
	const (
		id     = "00112233445566778899aabbccddeeff"
		uuid   = "00112233-4455-6677-8899-AABBCCDDEEFF"
		secret = "c0ffee00c0ffee00c0ffee00c0ffee00"
	)
	file := filepath.Join(t.TempDir(), "keys")
	require.NoError(t, os.WriteFile(file, []byte("# mine\n"+id+":"+secret+"\n\n"+uuid+": "+secret+"\n"), 0o600))
	keys, err := (&keyFlags{keys: []string{id + ":" + secret, "@" + file}}).parse()
	require.NoError(t, err)
	require.Len(t, keys, 3)
	for _, k := range keys {
		assert.Equal(t, id, k.ID.String())
		assert.Len(t, k.Key.Bytes(), 16)
	}
	for _, wrong := range []string{secret, id + ":", ":" + secret, id + ":" + secret + "00", id + ":" + secret[1:] + "x", "@" + file + "s", id[1:] + ":" + secret} {
		_, err := (&keyFlags{keys: []string{id + ":" + secret, wrong}}).parse()
		require.Error(t, err)
		shown := err.Error()
		assert.NotContains(t, shown, "c0ffee")
		assert.Contains(t, shown, "key 2")
	}
}
