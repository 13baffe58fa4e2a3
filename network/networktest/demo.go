package networktest

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"slices"
	"time"

	"latchkey/network"
)

const (
	// SessionCookie is the name of the cookie that the demo's key server asks for.
	SessionCookie = "session"
	// serviceName is what a person reads.
	serviceName = "Latchkey Demo"
	// defaultSessionLife is how long a sign-in to the demo lasts.
	defaultSessionLife = 12 * time.Hour
)

// DemoOptions say what a [Demo] serves.
type DemoOptions struct {
	// Media is the demo media: folder assets/demo, which has a catalogue.json and a folder for each title.
	Media fs.FS
	// RotateEvery is the number of segments under one key; 0 is one key for each title.
	RotateEvery int
	// Routes are more pages of the service, such as a licence server. Those of class licence need the session cookie, as keys do.
	Routes []Route
	// SessionLife is how long a sign-in at the service's own page lasts; 0 is 12 hours.
	SessionLife time.Duration
	// AccessLife and RefreshLife are those of the other ways' tokens; 0 is 60 seconds, and 12 hours.
	AccessLife, RefreshLife time.Duration
	// DeviceLife is how long a device's code is good, and DeviceInterval how long it waits between two questions, in whole seconds;
	// 0 is 10 minutes, and 5 seconds.
	DeviceLife, DeviceInterval time.Duration
	// Live adds a live title to the catalogue: another one's segments, over and over.
	Live bool
	// TLS serves https with a certificate made at start; CertPool has it.
	TLS bool
	// Now is the service's clock; nil is time.Now. It is called from many goroutines.
	Now func() time.Time
}

// Demo is a whole video service on loopback: an [Origin] with pages to sign in, a catalogue, and a key server that answers only to the
// session cookie, whose value is what any of the ways to sign in gave. Playlists, segments and posters need no cookie.
//
// # OpenID Connect
//
// Issuer is a provider with discovery: authorization code with PKCE (S256, always) for the public client ClientID, on the redirect URI
// http://127.0.0.1:PORT/callback (or [::1]) with any port, and the device code of RFC 8628. It has a page to sign in (Viewer and
// ViewerPassword) and one to agree. Access tokens are JWTs of 60 seconds; a refresh token is good once, and one that comes a second time
// ends the sign-in, as does RevocationPath. ID tokens are signed with ES256. Misbehave makes it do things wrong.
//
// # The service's own page
//
// A player opens SignInURL in a browser, with these query parameters (RFC 6749, 4.1; RFC 7636):
//
//	redirect_uri    http://127.0.0.1:PORT/..., nothing but loopback is taken
//	state           what the player wants to see again
//	code_challenge  BASE64URL(SHA256(code_verifier)), method S256; may be left out
//	response_type   "token": the session comes back in the redirection, as token, and not a code
//
// The browser comes back to redirect_uri with state and a code that is good once, or with error=access_denied. The player
// exchanges it: POST TokenURL, a form with code, redirect_uri and code_verifier. The answer, 200 with the cookie pairs of the session, or 400:
//
//	{"cookies": [{"name": "session", "value": "..."}], "expires_in": 43200}
//	{"error": "invalid_grant"}
//
// # User name and password
//
// POST PasswordURL, a form or JSON with username, password and code (OneTimeCode, the second factor). A 401 is a name, password or code that is
// not right. Without the code it answers 200 and asks for it; with it, 200 and tokens. POST RefreshURL with refresh_token answers the like.
//
//	{"second_factor": {"kind": "otp", "hint": "..."}}
//	{"data": {"token": "...", "refresh_token": "...", "expires_in": 60}}
//
// With ?answer=header the token is in the header X-Session-Token alone, and with ?answer=cookie in a Set-Cookie line.
//
// # Catalogue
//
// GET CatalogueURL answers, schema latchkey.catalogue/1, with absolute URLs:
//
//	{"schema": "latchkey.catalogue/1", "service": "Latchkey Demo", "signin_url": URL, "token_url": URL,
//	 "rows": ["Tonight", ...],
//	 "titles": [{"id": "aurora", "title": "Northern Lights", "description": "...", "rows": ["Tonight"], "duration_s": 30,
//	    "poster": URL of a JPEG, "hls": URL of a multivariant playlist, "protected": true}]}
//
// ListURL has the same titles as an M3U list. Titles that are not protected need no sign-in. Besides the media that ships there are excerpts of it, and
// with DemoOptions.Live one without an end.
//
// # Keys
//
// What ships clear is served under AES-128, with keys made at start. What ships with encrypted samples is served as it is; its keys are at the key
// server, and in JSON at a licence server (see [ClearKey]), POST /license. Both want the session cookie.
type Demo struct {
	// Origin serves it all; its log and its faults work here too.
	*Origin

	// Constant.
	list     catalogue // as it ships
	live     bool
	tokens   *tokens
	provider *provider
	began    time.Time
}

// NewDemo starts the demo service. The caller ends it with Close.
func NewDemo(o DemoOptions) (*Demo, error) {
	if o.Media == nil {
		return nil, errors.New("start the demo: no media")
	}
	list, err := readCatalogue(o.Media)
	if err != nil {
		return nil, err
	}
	now := o.Now
	if now == nil {
		now = time.Now
	}
	d := &Demo{list: list, live: o.Live, tokens: newTokens(now), began: now()}
	if d.provider, err = newProvider(o, d.tokens); err != nil {
		return nil, fmt.Errorf("start the demo: %w", err)
	}
	own := newOwnPage(d.tokens, orDefault(o.SessionLife, defaultSessionLife))
	routes := append([]Route{
		{Path: "/signin", Class: network.ClassSignIn, Handler: own.page()},
		{Path: "/token", Class: network.ClassSignIn, Handler: http.HandlerFunc(own.token)},
		{Path: passwordPath, Class: network.ClassSignIn, Handler: d.provider.dated(d.provider.password)},
		{Path: passwordRefreshPath, Class: network.ClassSignIn, Handler: d.provider.dated(d.provider.passwordRefresh)},
	}, d.provider.routes()...)
	keys := list.shippedKeys()
	routes = append(routes, Route{Path: licensePath, Class: network.ClassLicense, Handler: ClearKey(slices.Collect(maps.Values(keys))...)})
	routes = append(routes, d.catalogueRoutes(o.Media)...)
	// Pages hold URLs, and they are known once the origin listens.
	ready := make(chan struct{})
	for i := range routes {
		routes[i].Handler = after(ready, routes[i].Handler)
	}
	d.Origin, err = NewOrigin(Options{
		FS:         o.Media,
		Encryption: Encryption{On: true, RotateEvery: o.RotateEvery, Clear: list.whole()},
		Gates:      d.gates(http.StatusUnauthorized),
		Routes:     slices.Concat(o.Routes, routes),
		TLS:        o.TLS,
	})
	if err != nil {
		return nil, fmt.Errorf("start the demo: %w", err)
	}
	for name, k := range keys {
		d.keys.put(name, k.Key)
	}
	d.provider.issuer = d.base
	close(ready)
	return d, nil
}

// after lets a handler begin when ready is closed: what was written before is seen by it.
func after(ready <-chan struct{}, handler http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		<-ready
		handler.ServeHTTP(w, r)
	})
}

// Titles are the IDs of the catalogue's titles.
func (d *Demo) Titles() []string {
	var ids []string
	for _, title := range d.fullCatalogue().Titles {
		ids = append(ids, title.ID)
	}
	return ids
}

// CatalogueURL is where the catalogue is.
func (d *Demo) CatalogueURL() string { return d.URL(cataloguePath) }

// ListURL is where the catalogue is as an M3U list.
func (d *Demo) ListURL() string { return d.URL(listPath) }

// SignInURL is the page at which a sign-in begins, without its parameters.
func (d *Demo) SignInURL() string { return d.URL("signin") }

// TokenURL is where a code becomes cookie pairs.
func (d *Demo) TokenURL() string { return d.URL("token") }

// Issuer is the OpenID Connect provider's.
func (d *Demo) Issuer() string { return d.base }

// PasswordURL is where a user name and a password are posted.
func (d *Demo) PasswordURL() string { return d.URL(passwordPath) }

// RefreshURL is where the refresh token of such a sign-in is posted.
func (d *Demo) RefreshURL() string { return d.URL(passwordRefreshPath) }

// EndSessions makes every token so far worthless, those that renew too: the next key is refused, and the viewer has to sign in again.
func (d *Demo) EndSessions() { d.tokens.end(true) }

// EndAccess makes every access token and session so far worthless, as if its time had come: the next key is refused, and a refresh token helps.
func (d *Demo) EndAccess() { d.tokens.end(false) }

// Counts are what the demo has done so far.
func (d *Demo) Counts() Counts {
	d.tokens.mu.Lock()
	defer d.tokens.mu.Unlock()
	return d.tokens.counts
}

// RefuseWith is what keys and licences answer from now on without a session that is good: 401, as from the start, or 403.
func (d *Demo) RefuseWith(status int) { d.SetGates(d.gates(status)...) }

// gates let nobody without a session to keys and licences.
func (d *Demo) gates(status int) []Gate {
	return []Gate{
		{Class: network.ClassKey, Name: SessionCookie, Accept: d.tokens.valid, Status: status},
		{Class: network.ClassLicense, Name: SessionCookie, Accept: d.tokens.valid, Status: status},
	}
}

// Misbehave makes the provider do something wrong from now on; the zero value ends that.
func (d *Demo) Misbehave(wrong Wrong) { d.provider.setWrong(wrong) }

// KeyRequests counts the requests for keys and licences in the log, with a session cookie and without.
func (d *Demo) KeyRequests() (with, without int) {
	for _, r := range d.Requests(network.ClassKey, network.ClassLicense) {
		if _, ok := r.Cookie(SessionCookie); ok {
			with++
		} else {
			without++
		}
	}
	return with, without
}

// MediaWithCookies returns the requests in the log, for playlists, media and pictures, that carried any cookie: none, if the player is right.
func (d *Demo) MediaWithCookies() []Request {
	return slices.DeleteFunc(d.Requests(network.ClassPlaylist, network.ClassInit, network.ClassSegment, network.ClassSubtitle, network.ClassThumbnail),
		func(r Request) bool { return len(r.Cookies) == 0 })
}

// writeJSON answers with JSON that nobody may store.
func writeJSON(w http.ResponseWriter, status int, value any) {
	text, err := json.Marshal(value)
	if err != nil {
		http.Error(w, "internal", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	guard(w.Header())
	w.WriteHeader(status)
	_, _ = w.Write(append(text, '\n')) // a client that went away is no matter of the server's
}
