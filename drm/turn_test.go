package drm_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/drm"
)

// live is the key of a live stream with an IV, 0: none, in a period.
func live(iv byte, period uint64) drm.KeyInfo {
	info := aes128("https://k")
	info.Live, info.Period, info.HasIV, info.IV[15] = true, period, iv > 0, iv
	return info
}

// numbered answers with the number of the request as the key.
func numbered() *keyServer {
	s := new(keyServer)
	s.answer = func(context.Context, string) ([]byte, error) {
		return fmt.Appendf(nil, "key %012d", s.asked.Load()), nil
	}
	return s
}

// TestKeyOfALiveStreamIsFetchedForEachUse asks for a key again where IV or period say that it may
// be another one.
func TestKeyOfALiveStreamIsFetchedForEachUse(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		uses []drm.KeyInfo
		want []string // the number of the request that each key came with
	}{
		"a title":                     {[]drm.KeyInfo{aes128("https://k"), aes128("https://k")}, []string{"1", "1"}},
		"a live stream":               {[]drm.KeyInfo{live(0, 0), live(0, 0)}, []string{"1", "1"}},
		"another IV":                  {[]drm.KeyInfo{live(1, 0), live(2, 0), live(1, 0)}, []string{"1", "2", "1"}},
		"a new beginning":             {[]drm.KeyInfo{live(0, 0), live(0, 1), live(0, 0)}, []string{"1", "2", "1"}},
		"after a session key":         {[]drm.KeyInfo{aes128("https://k"), live(1, 0), live(2, 0)}, []string{"1", "1", "2"}},
		"a title with IVs of its own": {[]drm.KeyInfo{aes128("https://k"), {Method: drm.MethodAES128, URI: "https://k", HasIV: true}}, []string{"1", "1"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store := drm.NewKeyStore(numbered())
			for i, info := range c.uses {
				key, err := store.Key(t.Context(), info)
				require.NoError(t, err)
				assert.Equal(t, fmt.Sprintf("key %012s", c.want[i]), string(key.Bytes()), "use %d", i)
			}
			require.NoError(t, store.Close())
		})
	}
}

// TestSteadyKeyOfALiveStream asks no more for each IV where the key has stayed the same, but does
// after a new beginning, for samples, and when the key is wrong.
func TestSteadyKeyOfALiveStream(t *testing.T) {
	t.Parallel()
	answer := testKey
	server := &keyServer{answer: func(context.Context, string) ([]byte, error) { return answer, nil }}
	store := drm.NewKeyStore(server)
	use := func(info drm.KeyInfo) drm.Key {
		key, err := store.Key(t.Context(), info)
		require.NoError(t, err)
		return key
	}
	for iv := range byte(10) {
		use(live(iv+1, 0))
	}
	assert.EqualValues(t, 3, server.asked.Load())
	use(live(1, 1))
	assert.EqualValues(t, 4, server.asked.Load(), "a new beginning")

	answer = []byte("the key after it")
	wrong := use(live(1, 1))
	other, renewed, err := store.Renew(t.Context(), live(1, 1), wrong)
	require.NoError(t, err)
	assert.True(t, renewed)
	assert.Equal(t, answer, other.Bytes())
	_, renewed, err = store.Renew(t.Context(), live(1, 1), other)
	require.NoError(t, err)
	assert.False(t, renewed, "it is the same again")
	_, renewed, err = store.Renew(t.Context(), live(1, 1), wrong)
	require.NoError(t, err)
	assert.True(t, renewed, "another track has asked for it")
	_, renewed, err = store.Renew(t.Context(), aes128("https://k"), wrong)
	require.NoError(t, err)
	assert.False(t, renewed, "a title's key is asked for once")
	require.NoError(t, store.Close())
}
