package network_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"latchkey/network"
)

func TestMetadataIsOrdered(t *testing.T) {
	var m network.Metadata
	require.Zero(t, m.Len())
	m.SetValue("b", "1")
	m.SetValue("a", "2")
	m.SetObject("object", 3)
	m.SetValue("b", "4")
	require.Equal(t, []string{"b", "a", "object"}, m.Keys())
	require.Equal(t, 3, m.Object("object"))
	require.Nil(t, m.Object("absent"))
	_, ok := m.Value("object")
	require.False(t, ok, "an object is no value")
	value, ok := m.Value("b")
	require.True(t, ok)
	require.Equal(t, "4", value)
	clone := m.Clone()
	clone.SetValue("b", "5")
	clone.SetValue("c", "6")
	value, _ = m.Value("b")
	require.Equal(t, "4", value, "a clone is one's own")
	require.Equal(t, 3, m.Len())
}

func TestSecretsDoNotShowThemselves(t *testing.T) {
	const canary = "canary"
	var m network.Metadata
	m.SetValue("name", canary)
	m.SetObject("object", canary)
	cfg := network.NewConfiguration()
	cfg.CookieHeaders = m
	cfg.Headers = []network.Header{{Name: "X", Value: network.NewSecret(canary)}}
	cfg.Cookies = []network.Cookie{{Name: "c", Value: network.NewSecret(canary)}}
	type holder struct {
		Secret   network.Secret
		Metadata network.Metadata
		hidden   network.Secret
		pairs    network.Metadata
	}
	h := holder{network.NewSecret(canary), m, network.NewSecret(canary), m}
	require.Equal(t, canary, h.hidden.Reveal())
	require.Equal(t, 2, h.pairs.Len())
	var shown strings.Builder
	for _, v := range []any{h, &h, m, &m, h.Secret, &h.Secret, *cfg, cfg, []network.Secret{h.Secret}, map[string]network.Metadata{"m": m}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d", "%t"} {
			fmt.Fprintf(&shown, verb+"\n", v)
		}
		encoded, err := json.Marshal(v)
		require.NoError(t, err)
		shown.Write(encoded)
		slog.New(slog.NewJSONHandler(&shown, nil)).Info("it", "value", v)
		slog.New(slog.NewTextHandler(&shown, nil)).Info("it", "value", v)
	}
	for _, form := range []string{canary, "63616e617279", "99 97 110 97"} {
		require.False(t, strings.Contains(shown.String(), form), "shown as %s", form) //nolint:testifylint // the text would be printed
	}
	require.True(t, strings.Contains(shown.String(), "name"), "names do show") //nolint:testifylint // likewise
}
