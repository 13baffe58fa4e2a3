package main

import (
	"bytes"
	"context"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/network"
	"latchkey/network/auth/vault"
	"latchkey/network/service"
)

// hungVault is a keyring that does not answer what is to be kept.
type hungVault struct {
	*vault.Memory

	asked, release chan struct{}
}

func (h hungVault) Put(ctx context.Context, key string, value network.Secret) error {
	h.asked <- struct{}{}
	<-h.release
	return h.Memory.Put(ctx, key, value)
}

// TestUnkeptSignInIsSaid ends the process while the keyring does not take a sign-in.
func TestUnkeptSignInIsSaid(t *testing.T) {
	demo, _ := demoServices(t)
	profile, err := service.Parse(demo.Profile())
	require.NoError(t, err)
	hung := hungVault{new(vault.Memory), make(chan struct{}, 9), make(chan struct{})}
	var said bytes.Buffer
	codes := make(chan int, 1)
	e := newEnding(&said, func(code int) { codes <- code })
	s := &services{keep: hung, options: network.Options{Log: slog.New(slog.DiscardHandler)}}
	s.forget = e.tells(s.unkept)
	known, err := s.add(t.Context(), profile)
	require.NoError(t, err)
	assert.Empty(t, s.unkept())
	signed := make(chan error, 1)
	go func() { signed <- known.SignIn(t.Context(), string(service.WayBrowser), visitor{demo}) }()
	<-hung.asked
	e.end(nil)
	assert.Zero(t, <-codes)
	assert.Equal(t, "latchkey: The sign-in to "+profile.Name+" could not be kept: the keyring does not answer. Sign in again when Latchkey asks for it.\n", said.String())
	close(hung.release)
	require.NoError(t, <-signed)
	assert.Empty(t, s.unkept())
	s.close()
}
