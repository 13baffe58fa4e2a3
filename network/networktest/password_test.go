package networktest_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/network/networktest"
)

// passwordReply is what the password's endpoint answers.
type passwordReply struct {
	status  int
	header  http.Header
	cookies []*http.Cookie

	Data struct {
		Token        string
		RefreshToken string `json:"refresh_token"`
		ExpiresIn    int    `json:"expires_in"`
	}
	SecondFactor map[string]string `json:"second_factor"`
	Error        string
}

func TestPassword(t *testing.T) {
	p, c := startOIDC(t)
	right := map[string]string{"username": networktest.Viewer, "password": networktest.ViewerPassword, "code": networktest.OneTimeCode}
	asForm := func(target string, fields map[string]string) passwordReply {
		values := make(url.Values)
		for name, value := range fields {
			values.Set(name, value)
		}
		return p.postBody(target, "application/x-www-form-urlencoded", values.Encode())
	}
	asJSON := func(target string, fields map[string]string) passwordReply {
		text, err := json.Marshal(fields)
		require.NoError(t, err)
		return p.postBody(target, "application/json; charset=utf-8", string(text))
	}
	for name, send := range map[string]func(string, map[string]string) passwordReply{"form": asForm, "JSON": asJSON} {
		t.Run(name, func(t *testing.T) {
			but := func(name, value string) map[string]string {
				fields := map[string]string{name: value}
				for other, value := range right {
					if other != name {
						fields[other] = value
					}
				}
				return fields
			}
			for field, code := range map[string]string{"username": "wrong_password", "password": "wrong_password", "code": "wrong_code"} {
				reply := send(p.demo.PasswordURL(), but(field, "canary"))
				assert.Equal(t, 401, reply.status)
				assert.Equal(t, code, reply.Error)
				assert.Empty(t, reply.Data.Token)
			}
			reply := send(p.demo.PasswordURL(), but("code", ""))
			assert.Equal(t, 200, reply.status)
			assert.Equal(t, "otp", reply.SecondFactor["kind"])
			assert.Empty(t, reply.Data.Token)

			reply = send(p.demo.PasswordURL(), right)
			assert.Equal(t, 200, reply.status)
			assert.Empty(t, reply.cookies)
			assert.Empty(t, reply.SecondFactor)
			assert.Equal(t, 60, reply.Data.ExpiresIn)
			assert.Equal(t, 200, p.key(reply.Data.Token))

			c.advance(time.Minute)
			assert.Equal(t, 401, p.key(reply.Data.Token))
			old := reply.Data.RefreshToken
			reply = send(p.demo.RefreshURL(), map[string]string{"refresh_token": old})
			assert.Equal(t, 200, reply.status)
			assert.Equal(t, 200, p.key(reply.Data.Token))
			status, _ := p.exchange(refreshForm(reply.Data.RefreshToken))
			assert.Equal(t, 400, status, "it is no token of the provider's client")
			reply = send(p.demo.RefreshURL(), map[string]string{"refresh_token": old})
			assert.Equal(t, 401, reply.status)
			assert.Equal(t, 401, p.key(reply.Data.Token), "a token that comes twice ends all of its sign-in")

			reply = send(p.demo.PasswordURL()+"?answer=header", right)
			assert.Empty(t, reply.Data.Token)
			assert.Equal(t, 200, p.key(reply.header.Get(networktest.TokenHeader)))
			reply = send(p.demo.PasswordURL()+"?answer=cookie", right)
			assert.Empty(t, reply.Data.Token)
			require.Len(t, reply.cookies, 1)
			assert.Equal(t, networktest.SessionCookie, reply.cookies[0].Name)
			assert.Equal(t, "/keys/", reply.cookies[0].Path, "segments do not get it")
			assert.Equal(t, 200, p.key(reply.cookies[0].Value))
		})
	}
	for name, test := range map[string]struct {
		kind, body string
		status     int
	}{
		"no JSON":          {"application/json", "{", 400},
		"another kind":     {"application/json", "[1]", 400},
		"JSON without end": {"application/json", `{"username": "` + strings.Repeat("a", 1<<17) + `"}`, 400},
		"nothing":          {"text/plain", "", 401},
	} {
		reply := p.postBody(p.demo.PasswordURL(), test.kind, test.body)
		assert.Equal(t, test.status, reply.status, name)
	}
	response, _, err := get(t, p.client, p.demo.PasswordURL())
	require.NoError(t, err)
	assert.Equal(t, http.StatusMethodNotAllowed, response.status)
}

// postBody posts a body of any kind.
func (p *oidcPlayer) postBody(target, kind, body string) (reply passwordReply) {
	p.t.Helper()
	request, err := http.NewRequestWithContext(p.t.Context(), http.MethodPost, target, strings.NewReader(body))
	require.NoError(p.t, err)
	request.Header.Set("Content-Type", kind)
	response, err := p.client.Do(request)
	require.NoError(p.t, err)
	text, err := io.ReadAll(response.Body)
	require.NoError(p.t, err)
	require.NoError(p.t, response.Body.Close())
	require.NoError(p.t, json.Unmarshal(text, &reply), "%d", response.StatusCode)
	reply.status, reply.header, reply.cookies = response.StatusCode, response.Header, response.Cookies()
	return reply
}

// TestTokenInTheRedirect is the service's own page without a code.
func TestTokenInTheRedirect(t *testing.T) {
	p, _ := startOIDC(t)
	query := url.Values{"redirect_uri": {p.uri}, "state": {"s"}, "response_type": {"token"}}
	require.NoError(t, p.demo.Visit(t.Context(), p.demo.SignInURL()+"?"+query.Encode()))
	back := <-p.arrived
	assert.Equal(t, "s", back.Get("state"))
	assert.Empty(t, back.Get("code"))
	assert.Equal(t, 200, p.key(back.Get("token")))
	require.NoError(t, p.demo.VisitAs(t.Context(), p.demo.SignInURL()+"?"+query.Encode(), networktest.Visitor{Cancel: true}))
	assert.Equal(t, "access_denied", (<-p.arrived).Get("error"))
}
