package service_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/network/service"
)

func TestSummary(t *testing.T) {
	p, err := service.Parse(example(t))
	require.NoError(t, err)
	assert.Equal(t, []service.Fact{
		{Label: "Service", Text: "Example TV (example-tv)"},
		{Label: "Website", Text: "https://www.example.com"},
		{Label: "Signs in with the browser at", Text: "https://id.example.com"},
		{Label: "Signs in with a code at", Text: "https://id.example.com"},
		{Label: "Signs in on its page at", Text: "https://www.example.com"},
		{Label: "Sends user name and password to", Text: "https://api.example.com"},
		{Label: "Takes", Text: "a token or cookies that you paste"},
		{Label: "Cookies sent", Text: "session, device, those that the sign-in gives, those that you paste"},
		{Label: "Header sent", Text: "Authorization, with requests of license"},
		{Label: "Sent for keys to", Text: "https://keys.example.com"},
		{Label: "Sent for licences to", Text: "https://license.example.com:8443"},
		{Label: "Streams from", Text: "https://www.example.com, https://*.cdn.example.net"},
		{Label: "Titles from", Text: "https://keys.example.com, with the sign-in"},
		{Label: "Asks for licences at", Text: "https://license.example.com:8443"},
		{Label: "Picture from", Text: "https://www.example.com"},
	}, p.Summary())
}

// TestSummaryOfAnAttacker shows that what looks like another host's is shown as what it is.
func TestSummaryOfAnAttacker(t *testing.T) {
	p, err := service.Parse([]byte(`schema = "latchkey.service/1"
id = "bank"
name = "Bank"
homepage = "https://evil.example/https://bank.example/"
key_origins = ["https://b` + "\u0430" + `nk.example", "https://bank.example.evil.example"]
[sign_in]
ways = ["page", "paste"]
page_url = "https://evil.example/?https://bank.example"
token_url = "https://evil.example/bank.example"
[network]
use_cookie_headers_for_all_requests = true
headers = [{name = "X-Fixed", value = "1"}]
network_down_verification_url = "https://check.example/up"
`))
	require.NoError(t, err)
	assert.Equal(t, []service.Fact{
		{Label: "Service", Text: "Bank (bank)"},
		{Label: "Website", Text: "https://evil.example"},
		{Label: "Signs in on its page at", Text: "https://evil.example"},
		{Label: "Takes", Text: "a token or cookies that you paste"},
		{Label: "Cookies sent", Text: "those that the sign-in gives, those that you paste"},
		{Label: "Sent for keys to", Text: "https://xn--bnk-6cd.example (letters of another alphabet), https://bank.example.evil.example"},
		{Label: "Cookies go with", Text: "every request to these, not with keys and licences alone"},
		{Label: "Network check at", Text: "https://check.example"},
		{Label: "Fixed headers", Text: "X-Fixed"},
	}, p.Summary())
}
