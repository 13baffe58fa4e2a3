package networktest

import (
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

const (
	// attemptLife is how long a person has to sign in.
	attemptLife = 10 * time.Minute
	// maxFailures is how many wrong passwords end a sign-in.
	maxFailures = 5
	// browserCookie ties a sign-in to the browser that began it. It goes to the provider's pages alone.
	browserCookie = "demo_browser"
)

// authorization is what a player asks for. OpenID Connect Core 1.0, 3.1.2.1.
type authorization struct{ redirectURI, state, nonce, challenge, scope string }

// attempt is a person's way through the pages. provider.mu guards account and failures.
type attempt struct {
	// Constant.
	flow, browser, csrf string
	request             authorization // of a browser
	device              *deviceGrant  // or of a device
	expires             time.Time

	account  *account // once signed in
	failures int
}

// codeGrant is what an authorization code stands for.
type codeGrant struct {
	authorization

	account account
	expires time.Time
	family  *family // of the tokens that it became
}

// authorize begins a sign-in. RFC 6749, 4.1.1; OAuth 2.1: PKCE always.
func (p *provider) authorize(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet {
		w.Header().Set("Allow", "GET")
		http.Error(w, "GET", http.StatusMethodNotAllowed)
		return
	}
	query := r.URL.Query()
	request := authorization{
		redirectURI: query.Get("redirect_uri"), state: query.Get("state"), nonce: query.Get("nonce"),
		challenge: query.Get("code_challenge"), scope: query.Get("scope"),
	}
	// Until these are known to be right, there is nowhere to send the browser to. RFC 6749, 4.1.2.1.
	if reason := unusable(query); reason != "" {
		writePage(w, http.StatusBadRequest, messagePage, message{Heading: "This link does not work", Text: reason})
		return
	}
	problem := ""
	switch {
	case query.Get("response_type") != "code":
		problem = "unsupported_response_type"
	case query.Get("code_challenge_method") != "S256" || !isChallenge(request.challenge):
		problem = "invalid_request"
	case !knownScope(request.scope):
		problem = "invalid_scope"
	case query.Get("prompt") == "none":
		problem = "login_required"
	}
	if problem != "" {
		p.back(w, r, request, url.Values{"error": {problem}})
		return
	}
	p.begin(w, r, &attempt{request: request})
}

// unusable says why a request is not answered by a redirection; "" if it can be.
func unusable(query url.Values) string {
	for _, values := range query {
		if len(values) > 1 || len(values[0]) > maxParameter {
			return "It is too long, or says something twice." // RFC 6749, 3.1
		}
	}
	switch {
	case query.Get("client_id") != ClientID:
		return "The provider does not know the program that it comes from."
	case !isRegistered(query.Get("redirect_uri")):
		return "It would send your sign-in to where it does not belong."
	}
	return ""
}

// isRegistered reports whether a redirect URI is the player's: exact but for the port. RFC 8252, 7.3 and 8.4.
func isRegistered(uri string) bool {
	u, err := url.Parse(uri)
	if err != nil || u.Port() == "" || u.Hostname() != "127.0.0.1" && u.Hostname() != "::1" {
		return false
	}
	return uri == "http://"+u.Host+callbackPath
}

// isChallenge reports whether a text is BASE64URL(SHA256(...)). RFC 7636, 4.2.
func isChallenge(text string) bool {
	sum, err := base64.RawURLEncoding.Strict().DecodeString(text)
	return err == nil && len(sum) == 32
}

func knownScope(scope string) bool {
	return !slices.ContainsFunc(strings.Fields(scope), func(s string) bool {
		return s != "openid" && s != "profile" && s != "email" && s != "offline_access"
	})
}

// begin sends the browser to the first page.
func (p *provider) begin(w http.ResponseWriter, r *http.Request, a *attempt) {
	var err, errBrowser, errFlow error
	a.csrf, err = randomText()
	a.flow, errFlow = randomText()
	a.browser, errBrowser = browserOf(w, r)
	if errors.Join(err, errFlow, errBrowser) != nil {
		http.Error(w, "internal", http.StatusInternalServerError)
		return
	}
	p.mu.Lock()
	now := p.now()
	a.expires = now.Add(attemptLife)
	makeRoom(p.attempts, now, func(a *attempt) time.Time { return a.expires })
	p.attempts[a.flow] = a
	p.mu.Unlock()
	guard(w.Header())
	http.Redirect(w, r, signInPath+"?"+url.Values{"flow": {a.flow}}.Encode(), http.StatusSeeOther)
}

// browserOf returns what tells a browser from others, and gives it to one that has none.
func browserOf(w http.ResponseWriter, r *http.Request) (string, error) {
	if cookie, err := r.Cookie(browserCookie); err == nil && len(cookie.Value) == 43 {
		return cookie.Value, nil
	}
	value, err := randomText()
	if err != nil {
		return "", err
	}
	//nolint:gosec // plain HTTP on loopback: a Secure cookie would not come back
	http.SetCookie(w, &http.Cookie{Name: browserCookie, Value: value, Path: "/", HttpOnly: true, Secure: r.TLS != nil, SameSite: http.SameSiteLaxMode})
	return value, nil
}

// find returns the attempt that a request belongs to: of the same browser and, when it is a form, with the page's token. It answers itself
// when there is none.
func (p *provider) find(w http.ResponseWriter, r *http.Request) (*attempt, bool) {
	values := r.URL.Query()
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		if !readPost(w, r) {
			return nil, false
		}
		values = r.PostForm
	}
	p.mu.Lock()
	a := p.attempts[values.Get("flow")]
	p.mu.Unlock()
	cookie, err := r.Cookie(browserCookie)
	switch {
	case a == nil || p.now().After(a.expires) || err != nil || !same(cookie.Value, a.browser):
		writePage(w, http.StatusBadRequest, messagePage, noPage)
		return nil, false
	case r.Method == http.MethodPost && !same(values.Get("csrf"), a.csrf):
		writePage(w, http.StatusForbidden, messagePage, noPage)
		return nil, false
	}
	return a, true
}

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// finish ends an attempt, and reports whether it was still there: of two equal forms one counts.
func (p *provider) finish(a *attempt) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	_, ok := p.attempts[a.flow]
	delete(p.attempts, a.flow)
	return ok
}

// back sends the browser to the player. RFC 9207, 2: with the issuer.
func (p *provider) back(w http.ResponseWriter, r *http.Request, request authorization, result url.Values) {
	wrong := p.currentWrong()
	result.Set("iss", p.issuer)
	if wrong.RedirectIssuer != "" {
		result.Set("iss", wrong.RedirectIssuer)
	}
	if request.state != "" {
		result.Set("state", request.state)
	}
	if wrong.State != "" {
		result.Set("state", wrong.State)
	}
	redirect(w, r, request.redirectURI, result)
}

// deny ends an attempt with a no.
func (p *provider) deny(w http.ResponseWriter, r *http.Request, a *attempt) {
	switch {
	case !p.finish(a):
		writePage(w, http.StatusBadRequest, messagePage, noPage)
	case a.device != nil:
		p.decide(a.device, nil)
		writePage(w, http.StatusOK, messagePage, message{Heading: "The device is not connected", Text: "You can close this window."})
	default:
		p.back(w, r, a.request, url.Values{"error": {"access_denied"}})
	}
}
