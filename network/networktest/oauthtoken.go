package networktest

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Grant types. RFC 6749, 4.1.3 and 6; RFC 8628, 3.4.
const (
	grantCode    = "authorization_code"
	grantRefresh = "refresh_token"
	grantDevice  = "urn:ietf:params:oauth:grant-type:device_code"
)

// errSigning is a token that could not be made.
var errSigning = errors.New("make a token")

// oauthAnswer is the JSON of a token endpoint's success. RFC 6749, 5.1; OpenID Connect Core 1.0, 3.1.3.3.
type oauthAnswer struct {
	AccessToken  string `json:"access_token"`
	TokenType    string `json:"token_type"`
	ExpiresIn    int64  `json:"expires_in"` // seconds
	RefreshToken string `json:"refresh_token,omitempty"`
	Scope        string `json:"scope,omitempty"`
	IDToken      string `json:"id_token,omitempty"`
}

// token answers for codes, refresh tokens and device codes.
func (p *provider) token(w http.ResponseWriter, r *http.Request) {
	if !readPost(w, r) {
		return
	}
	form := r.PostForm
	if clientOf(r) != ClientID {
		refuseToken(w, http.StatusUnauthorized, "invalid_client")
		return
	}
	for _, values := range form {
		if len(values) > 1 { // RFC 6749, 3.2
			refuseToken(w, http.StatusBadRequest, "invalid_request")
			return
		}
	}
	switch form.Get("grant_type") {
	case grantCode:
		p.exchangeCode(w, form)
	case grantRefresh:
		p.exchangeRefresh(w, form)
	case grantDevice:
		p.exchangeDevice(w, form)
	default:
		refuseToken(w, http.StatusBadRequest, "unsupported_grant_type")
	}
}

// clientOf returns which client asks: a public one says so in the form, or as a user name without a password. RFC 6749, 2.3.1.
func clientOf(r *http.Request) string {
	name, password, ok := r.BasicAuth()
	if ok && password == "" {
		return name
	}
	if ok {
		return ""
	}
	return r.PostForm.Get("client_id")
}

// refuseToken is an error of RFC 6749, 5.2.
func refuseToken(w http.ResponseWriter, status int, code string) {
	writeJSON(w, status, map[string]string{"error": code})
}

// exchangeCode turns an authorization code into tokens.
func (p *provider) exchangeCode(w http.ResponseWriter, form url.Values) {
	grant, ok := p.takeCode(form)
	if !ok {
		refuseToken(w, http.StatusBadRequest, "invalid_grant")
		return
	}
	p.give(w, grant.family, grant.nonce, true)
}

// takeCode returns what a code stands for, once. A second time ends what it became. RFC 6749, 4.1.2.
func (p *provider) takeCode(form url.Values) (*codeGrant, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	grant, ok := p.codes[form.Get("code")]
	switch {
	case !ok:
		return nil, false
	case grant.family != nil:
		p.tokens.endFamily(grant.family)
		return nil, false
	case p.now().After(grant.expires) || grant.redirectURI != form.Get("redirect_uri") || !verifies(grant.challenge, form.Get("code_verifier")):
		delete(p.codes, form.Get("code"))
		return nil, false
	}
	grant.family = p.tokens.begin(grant.account, ClientID, grant.scope)
	return grant, true
}

// exchangeRefresh turns a refresh token into new tokens.
func (p *provider) exchangeRefresh(w http.ResponseWriter, form url.Values) {
	token := form.Get("refresh_token")
	keep := p.currentWrong().KeepRefresh
	f, err := p.tokens.useRefresh(token, ClientID, keep)
	if err != nil {
		refuseToken(w, http.StatusBadRequest, "invalid_grant")
		return
	}
	p.give(w, f, "", !keep)
}

// give answers with the tokens of a sign-in.
func (p *provider) give(w http.ResponseWriter, f *family, nonce string, withRefresh bool) {
	answer, err := p.issue(f, nonce, withRefresh)
	if err != nil {
		http.Error(w, "internal", http.StatusInternalServerError)
		return
	}
	writeJSON(w, http.StatusOK, answer)
}

// issue makes the tokens of a sign-in, from now.
func (p *provider) issue(f *family, nonce string, withRefresh bool) (oauthAnswer, error) {
	now := p.now()
	access, err := p.accessToken(f, now)
	if err != nil {
		return oauthAnswer{}, err
	}
	answer := oauthAnswer{AccessToken: access, TokenType: "Bearer", ExpiresIn: int64(p.accessLife / time.Second), Scope: f.scope}
	if withRefresh {
		if answer.RefreshToken, err = randomText(); err != nil {
			return oauthAnswer{}, err
		}
	}
	wrong := p.currentWrong()
	if slices.Contains(strings.Fields(f.scope), "openid") && wrong.IDToken != IDTokenMissing {
		if answer.IDToken, err = p.idToken(f, nonce, access, now, wrong.IDToken); err != nil {
			return oauthAnswer{}, err
		}
	}
	p.tokens.addAccess(f, access, p.accessLife)
	if withRefresh {
		p.tokens.addRefresh(f, answer.RefreshToken, p.refreshLife)
	}
	return answer, nil
}

// revoke ends the sign-in of a token. RFC 7009, 2: an unknown token is a success too.
func (p *provider) revoke(w http.ResponseWriter, r *http.Request) {
	if !readPost(w, r) {
		return
	}
	if clientOf(r) != ClientID {
		refuseToken(w, http.StatusUnauthorized, "invalid_client")
		return
	}
	token := r.PostForm.Get("token")
	if token == "" {
		refuseToken(w, http.StatusBadRequest, "invalid_request")
		return
	}
	p.tokens.revoke(token, ClientID)
	guard(w.Header())
	w.WriteHeader(http.StatusOK)
}
