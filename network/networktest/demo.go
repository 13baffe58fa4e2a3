package networktest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"time"

	"latchkey/network"
)

const (
	// SessionCookie is the name of the cookie that the demo's key server asks for.
	SessionCookie = "session"
	// catalogueFile is the part of the catalogue that ships with the media.
	catalogueFile = "catalogue.json"
	// catalogueSchema names the form of what Demo serves at /catalogue.json.
	catalogueSchema = "latchkey.catalogue/1"
	// defaultSessionLife is how long a sign-in to the demo lasts.
	defaultSessionLife = 12 * time.Hour
)

// DemoOptions say what a [Demo] serves.
type DemoOptions struct {
	// Media is the demo media: folder assets/demo, which has a catalogue.json and a folder for each title.
	Media fs.FS
	// RotateEvery is the number of segments under one key; 0 is one key for each title.
	RotateEvery int
	// SessionLife is how long a sign-in lasts; 0 is 12 hours.
	SessionLife time.Duration
}

// Demo is a whole video service on loopback: an [Origin] with a sign-in page, a catalogue, and a key server that answers only to the
// session cookie which a sign-in gave. Playlists, segments and posters need no cookie.
//
// # Sign-in
//
// A player opens SignInURL in a browser, with these query parameters (RFC 6749, 4.1; RFC 7636):
//
//	redirect_uri    http://127.0.0.1:PORT/..., nothing but loopback is taken
//	state           what the player wants to see again
//	code_challenge  BASE64URL(SHA256(code_verifier)), method S256; may be left out
//
// The browser comes back to redirect_uri with state and a code that is good once, or with error=access_denied. The player
// exchanges it: POST TokenURL, a form with code, redirect_uri and code_verifier. The answer, 200 with the cookie pairs of the session, or 400:
//
//	{"cookies": [{"name": "session", "value": "..."}], "expires_in": 43200}
//	{"error": "invalid_grant"}
//
// # Catalogue
//
// GET CatalogueURL answers, schema latchkey.catalogue/1, with absolute URLs:
//
//	{"schema": "latchkey.catalogue/1", "service": "Latchkey Demo", "signin_url": URL, "token_url": URL,
//	 "titles": [{"id": "aurora", "title": "Northern Lights", "description": "...", "duration_s": 30,
//	    "poster": URL of a JPEG, "hls": URL of a multivariant playlist, "protected": true}]}
type Demo struct {
	// Origin serves it all; its log and its faults work here too.
	*Origin

	sessions *sessions
}

// catalogue is the JSON of the catalogue. The file that ships with the media has id, title, description and duration alone.
type catalogue struct {
	Schema    string           `json:"schema"`
	Service   string           `json:"service"`
	SignInURL string           `json:"signin_url"`
	TokenURL  string           `json:"token_url"`
	Titles    []catalogueTitle `json:"titles"`
}

type catalogueTitle struct {
	ID          string  `json:"id"`
	Title       string  `json:"title"`
	Description string  `json:"description"`
	Duration    float64 `json:"duration_s"`
	Poster      string  `json:"poster"`
	HLS         string  `json:"hls"`
	Protected   bool    `json:"protected"`
}

// NewDemo starts the demo service. The caller ends it with Close.
func NewDemo(o DemoOptions) (*Demo, error) {
	if o.Media == nil {
		return nil, errors.New("start the demo: no media")
	}
	text, err := fs.ReadFile(o.Media, catalogueFile)
	if err != nil {
		return nil, fmt.Errorf("read the demo's catalogue: %w", err)
	}
	var list catalogue
	if err := json.Unmarshal(text, &list); err != nil {
		return nil, fmt.Errorf("read the demo's catalogue: %w", err)
	}
	life := o.SessionLife
	if life == 0 {
		life = defaultSessionLife
	}
	d := &Demo{sessions: newSessions(life)}
	list.Schema = catalogueSchema
	// The catalogue holds URLs, and they are known once the origin listens: it is made when it is asked for.
	serveCatalogue := func(w http.ResponseWriter, r *http.Request) { d.serveCatalogue(w, r, list) }
	ready := make(chan struct{})
	d.Origin, err = NewOrigin(Options{
		FS:         o.Media,
		Encryption: Encryption{On: true, RotateEvery: o.RotateEvery},
		Gates:      []Gate{{Class: network.ClassKey, Name: SessionCookie, Accept: d.sessions.valid}},
		Routes: []Route{
			{Path: "/catalogue.json", Class: network.ClassOther, Handler: after(ready, http.HandlerFunc(serveCatalogue))},
			{Path: "/signin", Class: network.ClassSignIn, Handler: d.sessions.signInPage()},
			{Path: "/token", Class: network.ClassSignIn, Handler: http.HandlerFunc(d.sessions.token)},
		},
	})
	close(ready)
	if err != nil {
		return nil, fmt.Errorf("start the demo: %w", err)
	}
	return d, nil
}

// after lets a handler begin when ready is closed: what was written before is seen by it.
func after(ready <-chan struct{}, handler http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		<-ready
		handler.ServeHTTP(w, r)
	})
}

// CatalogueURL is where the catalogue is.
func (d *Demo) CatalogueURL() string { return d.URL("catalogue.json") }

// SignInURL is the page at which a sign-in begins, without its parameters.
func (d *Demo) SignInURL() string { return d.URL("signin") }

// TokenURL is where a code becomes cookie pairs.
func (d *Demo) TokenURL() string { return d.URL("token") }

// EndSessions makes every session cookie so far worthless: the next key is refused, and the viewer has to sign in again.
func (d *Demo) EndSessions() { d.sessions.end() }

// serveCatalogue answers with the catalogue, all its URLs absolute.
func (d *Demo) serveCatalogue(w http.ResponseWriter, _ *http.Request, list catalogue) {
	list.SignInURL, list.TokenURL = d.SignInURL(), d.TokenURL()
	titles := make([]catalogueTitle, len(list.Titles))
	for i, title := range list.Titles {
		title.Poster, title.HLS, title.Protected = d.URL(title.ID+"/poster.jpg"), d.URL(title.ID+"/main.m3u8"), true
		titles[i] = title
	}
	list.Titles = titles
	writeJSON(w, http.StatusOK, list)
}

// Visit does what a viewer does in a browser that was sent to signInURL, a URL of the demo's sign-in page with its parameters: it loads
// the page, goes on as demo viewer, and follows the way back to the player. It returns when the player has answered. Headless runs and
// tests give it to auth.Browser in place of a browser.
func (d *Demo) Visit(ctx context.Context, signInURL string) error {
	transport := d.Transport()
	defer transport.CloseIdleConnections()
	return visit(ctx, &http.Client{Transport: transport}, signInURL)
}

// writeJSON answers with JSON that nobody may store.
func writeJSON(w http.ResponseWriter, status int, value any) {
	text, err := json.Marshal(value)
	if err != nil {
		http.Error(w, "internal", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(append(text, '\n')) // a client that went away is no matter of the server's
}
