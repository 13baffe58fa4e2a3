package networktest_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/network"
	"latchkey/network/auth"
	"latchkey/network/networktest"
	"latchkey/network/service"
)

func TestProfile(t *testing.T) {
	p, _ := startOIDC(t)
	profile, err := service.Parse(p.demo.Profile())
	require.NoError(t, err)
	assert.Equal(t, networktest.ProfileID, profile.ID)
	assert.Equal(t, []service.Way{service.WayBrowser, service.WayDevice, service.WayPage, service.WayPassword, service.WayPaste}, profile.SignIn.Ways)
	assert.Equal(t, p.demo.Issuer(), profile.SignIn.Issuer)
	for name, found := range map[string]string{
		"page": profile.SignIn.PageURL, "password": profile.SignIn.Password.URL, "refresh": profile.SignIn.Password.RefreshURL,
		"token": profile.SignIn.TokenURL, "catalogue": profile.Catalogue.URL,
	} {
		response, _, err := get(t, p.client, found)
		require.NoError(t, err)
		assert.NotEqual(t, 404, response.status, name)
	}
	assert.Equal(t, []string{p.demo.Issuer()}, profile.KeyOrigins)

	// What the profile makes of each way's answer opens the key server.
	oidc := p.signIn()
	var values network.Metadata
	values.SetValue("access_token", oidc.AccessToken)
	sent, err := profile.Credentials(auth.Credential{Values: values})
	require.NoError(t, err)
	session, ok := sent.CookieHeaders.Value(networktest.SessionCookie)
	require.True(t, ok)
	assert.Equal(t, 200, p.key(session))
}
