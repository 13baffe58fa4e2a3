package networktest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	_ "embed" // for the page
	"encoding/base64"
	"errors"
	"fmt"
	"html/template"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

const (
	// codeLife is how long a code may be exchanged.
	codeLife = time.Minute
	// maxOpen bounds the codes, and the sessions, that are kept at a time.
	maxOpen = 1000
	// maxForm bounds the body of a form.
	maxForm = 64 << 10
	// maxParameter bounds each parameter of the sign-in page.
	maxParameter = 4 << 10
)

// The page runs no script and goes nowhere but to this service and to loopback.
const pagePolicy = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self' http://127.0.0.1:* http://localhost:*; frame-ancestors 'none'; base-uri 'none'"

//go:embed pages/signin.html
var signInHTML string

var signInTemplate = template.Must(template.New("signin").Parse(signInHTML))

// grant is what a code stands for.
type grant struct {
	redirectURI, challenge string
	expires                time.Time
}

// sessions are the sign-ins of a demo service.
type sessions struct {
	life time.Duration // constant

	mu     sync.Mutex           // guards what follows
	codes  map[string]grant     // by code
	tokens map[string]time.Time // when a session ends, by the cookie's value
}

func newSessions(life time.Duration) *sessions {
	return &sessions{life: life, codes: make(map[string]grant), tokens: make(map[string]time.Time)}
}

// valid reports whether a session cookie is good now.
func (s *sessions) valid(token string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	expires, ok := s.tokens[token]
	return ok && time.Now().Before(expires)
}

// end forgets all sessions.
func (s *sessions) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.tokens)
}

// signInForm is what the page asks for and shows.
type signInForm struct {
	RedirectURI, State, Challenge string
	Error                         string // what to do better
	Refused                       string // why the page cannot be used
	Done                          bool
}

// signInPage serves the page and takes its form, from the page itself alone.
func (s *sessions) signInPage() http.Handler {
	return http.NewCrossOriginProtection().Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.Method {
		case http.MethodGet, http.MethodHead:
			s.showPage(w, r.URL.Query())
		case http.MethodPost:
			r.Body = http.MaxBytesReader(w, r.Body, maxForm)
			if err := r.ParseForm(); err != nil {
				http.Error(w, "the form cannot be read", http.StatusBadRequest)
				return
			}
			s.takeForm(w, r, r.PostForm)
		default:
			w.Header().Set("Allow", "GET, HEAD, POST")
			http.Error(w, "GET or POST", http.StatusMethodNotAllowed)
		}
	}))
}

// readForm checks the parameters that the player gave.
func readForm(values url.Values) signInForm {
	form := signInForm{RedirectURI: values.Get("redirect_uri"), State: values.Get("state"), Challenge: values.Get("code_challenge")}
	switch {
	case max(len(form.RedirectURI), len(form.State), len(form.Challenge)) > maxParameter:
		return signInForm{Refused: "It is too long."}
	case form.RedirectURI != "" && !isLoopback(form.RedirectURI):
		return signInForm{Refused: "It would send your sign-in to another computer."}
	}
	return form
}

// isLoopback reports whether a redirection leads to a program on this computer. RFC 8252, 7.3.
func isLoopback(uri string) bool {
	u, err := url.Parse(uri)
	if err != nil || u.Scheme != "http" || u.User != nil || u.Fragment != "" {
		return false
	}
	return u.Hostname() == "127.0.0.1" || u.Hostname() == "localhost"
}

// showPage answers with the empty form.
func (s *sessions) showPage(w http.ResponseWriter, values url.Values) {
	form := readForm(values)
	if form.Refused != "" {
		writePage(w, http.StatusBadRequest, form)
		return
	}
	writePage(w, http.StatusOK, form)
}

// takeForm signs a viewer in and sends the browser back to the player.
func (s *sessions) takeForm(w http.ResponseWriter, r *http.Request, values url.Values) {
	form := readForm(values)
	switch {
	case form.Refused != "":
		writePage(w, http.StatusBadRequest, form)
		return
	case values.Get("action") == "cancel" && form.RedirectURI != "":
		redirect(w, r, form, "error", "access_denied")
		return
	case strings.TrimSpace(values.Get("user")) == "" || values.Get("password") == "":
		form.Error = "Please give a user name and a password."
		writePage(w, http.StatusUnprocessableEntity, form)
		return
	case form.RedirectURI == "":
		form.Done = true
		writePage(w, http.StatusOK, form)
		return
	}
	code, err := s.issue(form)
	if err != nil {
		http.Error(w, "internal", http.StatusInternalServerError)
		return
	}
	redirect(w, r, form, "code", code)
}

// redirect sends the browser back to the player with one result.
func redirect(w http.ResponseWriter, r *http.Request, form signInForm, name, value string) {
	u, err := url.Parse(form.RedirectURI)
	if err != nil {
		panic(err) // isLoopback has parsed it
	}
	query := u.Query()
	query.Set(name, value)
	query.Set("state", form.State)
	u.RawQuery = query.Encode()
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, u.String(), http.StatusSeeOther)
}

// issue makes a code.
func (s *sessions) issue(form signInForm) (string, error) {
	code, err := randomText()
	if err != nil {
		return "", err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	for old, g := range s.codes {
		if now.After(g.expires) || len(s.codes) >= maxOpen {
			delete(s.codes, old)
		}
	}
	s.codes[code] = grant{redirectURI: form.RedirectURI, challenge: form.Challenge, expires: now.Add(codeLife)}
	return code, nil
}

// tokenAnswer is the JSON of a successful exchange.
type tokenAnswer struct {
	Cookies   []tokenCookie `json:"cookies"`
	ExpiresIn int64         `json:"expires_in"` // seconds
}

type tokenCookie struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// token exchanges a code for the session's cookie.
func (s *sessions) token(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", "POST")
		http.Error(w, "POST", http.StatusMethodNotAllowed)
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		writeJSON(w, http.StatusBadRequest, map[string]string{"error": "invalid_request"})
		return
	}
	session, err := s.exchange(r.PostForm)
	if err != nil {
		writeJSON(w, http.StatusBadRequest, map[string]string{"error": "invalid_grant"})
		return
	}
	writeJSON(w, http.StatusOK, tokenAnswer{
		Cookies: []tokenCookie{{SessionCookie, session}}, ExpiresIn: int64(s.life / time.Second),
	})
}

// exchange takes a code, which is gone then whatever comes of it, and begins a session.
func (s *sessions) exchange(values url.Values) (session string, err error) {
	session, err = randomText()
	if err != nil {
		return "", err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	code := values.Get("code")
	g, ok := s.codes[code]
	delete(s.codes, code)
	now := time.Now()
	if !ok || now.After(g.expires) || g.redirectURI != values.Get("redirect_uri") || !g.verifies(values.Get("code_verifier")) {
		return "", errors.New("the code is not good")
	}
	for old, expires := range s.tokens {
		if now.After(expires) || len(s.tokens) >= maxOpen {
			delete(s.tokens, old)
		}
	}
	s.tokens[session] = now.Add(s.life)
	return session, nil
}

// verifies reports whether the one who exchanges is the one who asked. RFC 7636, 4.6.
func (g grant) verifies(verifier string) bool {
	if g.challenge == "" {
		return true
	}
	sum := sha256.Sum256([]byte(verifier))
	return subtle.ConstantTimeCompare([]byte(base64.RawURLEncoding.EncodeToString(sum[:])), []byte(g.challenge)) == 1
}

// randomText returns 256 random bits as text that may stand in a cookie and in a query.
func randomText() (string, error) {
	var b [32]byte
	if err := randomise(b[:]); err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(b[:]), nil
}

// writePage answers with the sign-in page.
func writePage(w http.ResponseWriter, status int, form signInForm) {
	var page bytes.Buffer
	if err := signInTemplate.Execute(&page, form); err != nil {
		http.Error(w, "internal", http.StatusInternalServerError)
		return
	}
	header := w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Cache-Control", "no-store")
	header.Set("Content-Security-Policy", pagePolicy)
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = w.Write(page.Bytes()) // a client that went away is no matter of the server's
}

// visit signs in at a page of this service as a browser does, with what the form has in it already.
func visit(ctx context.Context, client *http.Client, signInURL string) error {
	u, err := url.Parse(signInURL)
	if err != nil {
		return fmt.Errorf("visit the sign-in page: %w", err)
	}
	form := u.Query()
	if err := exchangePages(ctx, client, http.MethodGet, signInURL, nil); err != nil {
		return err
	}
	form.Set("user", "viewer@demo.latchkey")
	form.Set("password", "demo viewer")
	form.Set("action", "signin")
	u.RawQuery = ""
	return exchangePages(ctx, client, http.MethodPost, u.String(), form)
}

// exchangePages asks for a page, with a form or without, and expects a success in the end.
func exchangePages(ctx context.Context, client *http.Client, method, page string, form url.Values) error {
	request, err := http.NewRequestWithContext(ctx, method, page, strings.NewReader(form.Encode()))
	if err != nil {
		return fmt.Errorf("visit the sign-in page: %w", err)
	}
	if method == http.MethodPost {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	response, err := client.Do(request)
	if err != nil {
		var failure *url.Error
		if errors.As(err, &failure) {
			err = failure.Err // the URL in front of it has a code in it
		}
		return fmt.Errorf("visit the sign-in page: %w", err)
	}
	_, err = io.Copy(io.Discard, io.LimitReader(response.Body, maxForm))
	err = errors.Join(err, response.Body.Close())
	if err != nil {
		return fmt.Errorf("visit the sign-in page: %w", err)
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("visit the sign-in page: it answered %d", response.StatusCode)
	}
	return nil
}
