package networktest

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

const (
	// codeLife is how long a code may be exchanged.
	codeLife = time.Minute
	// maxForm bounds the body of a form.
	maxForm = 64 << 10
	// maxParameter bounds each parameter of a sign-in page.
	maxParameter = 4 << 10
)

// grant is what a code of the service's own page stands for.
type grant struct {
	redirectURI, challenge string
	expires                time.Time
}

// ownPage is the service's own way to sign in: one page, which sends the browser back.
type ownPage struct {
	life   time.Duration // constant, as is tokens
	tokens *tokens

	mu    sync.Mutex // guards codes
	codes map[string]grant
}

func newOwnPage(t *tokens, life time.Duration) *ownPage {
	return &ownPage{life: life, tokens: t, codes: make(map[string]grant)}
}

// signInForm is what the page asks for and shows.
type signInForm struct {
	RedirectURI, State, Challenge, ResponseType string

	Error   string // what to do better
	Refused string // why the page cannot be used
}

// page serves the page and takes its form, from the page itself alone.
func (s *ownPage) page() http.Handler {
	return http.NewCrossOriginProtection().Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet || r.Method == http.MethodHead {
			showServicePage(w, http.StatusOK, readForm(r.URL.Query()))
			return
		}
		if readPost(w, r) {
			s.takeForm(w, r, r.PostForm)
		}
	}))
}

// readForm checks the parameters that the player gave.
func readForm(values url.Values) signInForm {
	form := signInForm{
		RedirectURI: values.Get("redirect_uri"), State: values.Get("state"), Challenge: values.Get("code_challenge"),
		ResponseType: values.Get("response_type"),
	}
	switch {
	case max(len(form.RedirectURI), len(form.State), len(form.Challenge), len(form.ResponseType)) > maxParameter:
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

// showServicePage answers with the form.
func showServicePage(w http.ResponseWriter, status int, form signInForm) {
	if form.Refused != "" {
		status = http.StatusBadRequest
	}
	writePage(w, status, servicePage, form)
}

// takeForm signs a viewer in and sends the browser back to the player.
func (s *ownPage) takeForm(w http.ResponseWriter, r *http.Request, values url.Values) {
	form := readForm(values)
	name := strings.TrimSpace(values.Get("user"))
	switch {
	case form.Refused != "":
		showServicePage(w, http.StatusBadRequest, form)
		return
	case values.Get("action") == "cancel" && form.RedirectURI != "":
		redirect(w, r, form.RedirectURI, url.Values{"error": {"access_denied"}, "state": {form.State}})
		return
	case name == "" || values.Get("password") == "":
		form.Error = "Please give a user name and a password."
		showServicePage(w, http.StatusUnprocessableEntity, form)
		return
	case form.RedirectURI == "":
		writePage(w, http.StatusOK, messagePage, message{Good: true, Heading: "You are signed in",
			Text: "This window was not opened by a player, so there is nothing to go back to. Start the sign-in from Latchkey."})
		return
	}
	result, give := "code", func() (string, error) { return s.issue(form) }
	if form.ResponseType == "token" {
		result, give = "token", s.begin
	}
	value, err := give()
	if err != nil {
		http.Error(w, "internal", http.StatusInternalServerError)
		return
	}
	redirect(w, r, form.RedirectURI, url.Values{result: {value}, "state": {form.State}})
}

// redirect sends the browser back to the player with a result. redirectURI has been checked.
func redirect(w http.ResponseWriter, r *http.Request, redirectURI string, result url.Values) {
	u, err := url.Parse(redirectURI)
	if err != nil {
		panic(err) // it was parsed before
	}
	query := u.Query()
	for name, values := range result {
		query[name] = values
	}
	u.RawQuery = query.Encode()
	guard(w.Header())
	http.Redirect(w, r, u.String(), http.StatusSeeOther)
}

// issue makes a code.
func (s *ownPage) issue(form signInForm) (string, error) {
	code, err := randomText()
	if err != nil {
		return "", err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.tokens.now()
	makeRoom(s.codes, now, func(g grant) time.Time { return g.expires })
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
func (s *ownPage) token(w http.ResponseWriter, r *http.Request) {
	if !readPost(w, r) {
		return
	}
	if !s.takeCode(r.PostForm) {
		writeJSON(w, http.StatusBadRequest, map[string]string{"error": "invalid_grant"})
		return
	}
	session, err := s.begin()
	if err != nil {
		http.Error(w, "internal", http.StatusInternalServerError)
		return
	}
	writeJSON(w, http.StatusOK, tokenAnswer{
		Cookies: []tokenCookie{{SessionCookie, session}}, ExpiresIn: int64(s.life / time.Second),
	})
}

// begin begins a session.
func (s *ownPage) begin() (session string, err error) {
	session, err = randomText()
	if err != nil {
		return "", err
	}
	s.tokens.addAccess(s.tokens.begin(accounts[0], "", ""), session, s.life)
	return session, nil
}

// takeCode reports whether a code is good. It is gone then, whatever comes of it.
func (s *ownPage) takeCode(values url.Values) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	code := values.Get("code")
	g, ok := s.codes[code]
	delete(s.codes, code)
	return ok && !s.tokens.now().After(g.expires) && g.redirectURI == values.Get("redirect_uri") &&
		(g.challenge == "" || verifies(g.challenge, values.Get("code_verifier")))
}

// verifies reports whether the one who exchanges a code is the one who asked for it. RFC 7636, 4.6.
func verifies(challenge, verifier string) bool {
	sum := sha256.Sum256([]byte(verifier))
	return subtle.ConstantTimeCompare([]byte(base64.RawURLEncoding.EncodeToString(sum[:])), []byte(challenge)) == 1
}

// randomText returns 256 random bits as text that may stand in a cookie and in a query.
func randomText() (string, error) {
	var b [32]byte
	if err := randomise(b[:]); err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(b[:]), nil
}
