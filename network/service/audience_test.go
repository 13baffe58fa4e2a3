package service_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/network/service"
)

func TestAudience(t *testing.T) {
	audience := func(data []byte) string {
		p, err := service.Parse(data)
		require.NoError(t, err)
		return p.Audience()
	}
	before := audience(example(t))
	for _, change := range [][2]string{
		{`key_origins = ["https://keys.example.com"]`, `key_origins = ["https://keys.example.com", "https://evil.example"]`},
		{"https://license.example.com:8443", "https://evil.example"}, {`issuer = "https://id.example.com"`, `issuer = "https://evil.example"`},
		{"https://id.example.com/authorize", "https://evil.example"}, {"https://id.example.com/token", "https://evil.example"},
		{"https://id.example.com/device", "https://evil.example"}, {"https://id.example.com/revoke", "https://evil.example"},
		{"https://www.example.com/signin/token", "https://evil.example"}, {"https://api.example.com/login", "https://evil.example"},
		{"https://api.example.com/refresh", "https://evil.example"}, {`"latchkey"`, `"evil"`},
	} {
		data := bytes.Replace(example(t), []byte(change[0]), []byte(change[1]), 1)
		require.NotEqual(t, example(t), data, change[0])
		assert.NotEqual(t, before, audience(data), change[0])
	}
	for _, change := range [][2]string{{"Example TV", "Example"}, {"https://*.cdn.example.net", "https://cdn.example.net"}, {"icon.png", "new.png"}, {"Example/1.0", "Example/2.0"}} {
		data := bytes.Replace(example(t), []byte(change[0]), []byte(change[1]), 1)
		require.NotEqual(t, example(t), data, change[0])
		assert.Equal(t, before, audience(data), change[0])
	}
}
