package service_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/network"
	"latchkey/network/auth"
	"latchkey/network/service"
)

// metadata returns names and values, by turns.
func metadata(text ...string) network.Metadata {
	var m network.Metadata
	for i := 0; i < len(text); i += 2 {
		m.SetValue(text[i], text[i+1])
	}
	return m
}

func TestCredentials(t *testing.T) {
	p, err := service.Parse([]byte(with("session", "session = 'v1.${access_token}'\nboth = '${token}-$-${token}'\nconst = 'desktop'") +
		"[[headers]]\nname = 'Authorization'\nvalue = 'Bearer ${access_token}'\n[[headers]]\nname = 'X-Id'\nvalue = '${id_token}'\nclasses = ['playlist']\n"))
	require.NoError(t, err)

	t.Run("all of it", func(t *testing.T) {
		sent, err := p.Credentials(auth.Credential{Pairs: metadata("csrf", "7", "session", "old"),
			Values: metadata("access_token", "a=b", "id_token", "i.d", "token", "t"), Refresh: network.NewSecret("canary")})
		require.NoError(t, err)
		assert.Equal(t, metadata("csrf", "7", "session", "v1.a=b", "both", "t-$-t", "const", "desktop"), sent.CookieHeaders)
		assert.Equal(t, []network.Header{
			{Name: "Authorization", Value: network.NewSecret("Bearer a=b"), Classes: []network.Class{network.ClassKey, network.ClassLicense}},
			{Name: "X-Id", Value: network.NewSecret("i.d"), Classes: []network.Class{network.ClassPlaylist}},
		}, sent.Headers)
	})
	t.Run("one template for all ways", func(t *testing.T) {
		p, err := service.Parse([]byte(small))
		require.NoError(t, err)
		for name, values := range map[string]network.Metadata{
			"password": metadata("token", "good"), "browser": metadata("access_token", "good", "id_token", "other"), "both": metadata("access_token", "other", "token", "good"),
		} {
			sent, err := p.Credentials(auth.Credential{Values: values})
			require.NoError(t, err, name)
			assert.Equal(t, metadata("session", "good"), sent.CookieHeaders, name)
		}
	})
	t.Run("a pasted token for an access token", func(t *testing.T) {
		p, err := service.Parse([]byte(with("session", "session = '${access_token}'")))
		require.NoError(t, err)
		sent, err := p.Credentials(auth.Credential{Values: metadata("token", "good")})
		require.NoError(t, err)
		assert.Equal(t, metadata("session", "good"), sent.CookieHeaders)
	})
	t.Run("pairs alone", func(t *testing.T) {
		given := metadata("session", "pasted")
		sent, err := p.Credentials(auth.Credential{Pairs: given})
		require.NoError(t, err)
		assert.Equal(t, metadata("session", "pasted"), sent.CookieHeaders)
		assert.Empty(t, sent.Headers)
		sent.CookieHeaders.SetValue("session", "changed")
		assert.Equal(t, metadata("session", "pasted"), given, "what came back is a copy")
	})
	for name, c := range map[string]auth.Credential{
		"nothing":           {},
		"an empty value":    {Values: metadata("access_token", "", "id_token", "canary", "token", "")},
		"a value is not":    {Values: metadata("access_token", "canary", "token", "canary")},
		"refresh is none":   {Values: metadata("token", "canary"), Refresh: network.NewSecret("canary")},
		"pairs and a value": {Pairs: metadata("session", "canary"), Values: metadata("token", "canary")},
	} {
		t.Run(name, func(t *testing.T) {
			sent, err := p.Credentials(c)
			require.ErrorIs(t, err, service.ErrMissing)
			assert.Zero(t, sent.CookieHeaders.Len())
			assert.Empty(t, sent.Headers)
			assert.NotContains(t, fmt.Sprintf("%+v %#v", err, errors.Unwrap(err)), "canary")
		})
	}
	t.Run("the error names the template", func(t *testing.T) {
		_, err := p.Credentials(auth.Credential{Values: metadata("access_token", "canary", "token", "canary")})
		require.ErrorContains(t, err, `header "X-Id"`)
		require.ErrorContains(t, err, `"id_token"`)
	})
	for name, value := range map[string]string{"another cookie": "canary; admin=1", "another header": "canary\r\nX: y", "a null": "canary\x00"} {
		t.Run(name, func(t *testing.T) {
			_, err := p.Credentials(auth.Credential{Values: metadata("access_token", value, "id_token", "i", "token", "t")})
			require.ErrorIs(t, err, network.ErrConfiguration)
			assert.NotContains(t, fmt.Sprintf("%+v", err), "canary")
		})
	}
}
