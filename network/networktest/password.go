package networktest

import (
	"encoding/json"
	"mime"
	"net/http"
	"time"
)

const (
	// OneTimeCode is the demo's second factor.
	OneTimeCode = "123456"
	// TokenHeader has the token when a password is posted with ?answer=header.
	TokenHeader = "X-Session-Token"
	// passwordClient keeps refresh tokens of passwords and of the provider's client apart.
	passwordClient      = "password"
	passwordPath        = "/password"
	passwordRefreshPath = "/password/refresh"
)

// passwordAnswer is the JSON of a success.
type passwordAnswer struct {
	Data passwordTokens `json:"data"`
}

type passwordTokens struct {
	Token        string `json:"token,omitempty"`
	RefreshToken string `json:"refresh_token"`
	ExpiresIn    int64  `json:"expires_in"` // seconds
}

// readFields reads the fields of a form or of a JSON object of texts. It answers itself when it cannot.
func readFields(w http.ResponseWriter, r *http.Request) (fields map[string]string, ok bool) {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err == nil && kind == "application/json" && r.Method == http.MethodPost {
		if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxForm)).Decode(&fields); err != nil {
			writeJSON(w, http.StatusBadRequest, map[string]string{"error": "invalid_request"})
			return nil, false
		}
		return fields, true
	}
	if !readPost(w, r) {
		return nil, false
	}
	fields = make(map[string]string, len(r.PostForm))
	for name := range r.PostForm {
		fields[name] = r.PostForm.Get(name)
	}
	return fields, true
}

// password signs in with a user name, a password and a second factor.
func (p *provider) password(w http.ResponseWriter, r *http.Request) {
	fields, ok := readFields(w, r)
	if !ok {
		return
	}
	who, ok := checkPassword(fields["username"], fields["password"])
	code := fields["code"]
	switch {
	case !ok:
		writeJSON(w, http.StatusUnauthorized, map[string]string{"error": "wrong_password"})
	case code == "":
		writeJSON(w, http.StatusOK, map[string]any{"second_factor": map[string]string{"kind": "otp", "hint": "This is a demo: the code is " + OneTimeCode + "."}})
	case !same(code, OneTimeCode):
		writeJSON(w, http.StatusUnauthorized, map[string]string{"error": "wrong_code"})
	default:
		p.givePassword(w, r, p.tokens.begin(who, passwordClient, ""))
	}
}

// passwordRefresh exchanges a refresh token of such a sign-in.
func (p *provider) passwordRefresh(w http.ResponseWriter, r *http.Request) {
	fields, ok := readFields(w, r)
	if !ok {
		return
	}
	f, err := p.tokens.useRefresh(fields["refresh_token"], passwordClient, false)
	if err != nil {
		writeJSON(w, http.StatusUnauthorized, map[string]string{"error": "wrong_refresh_token"})
		return
	}
	p.givePassword(w, r, f)
}

// givePassword answers with tokens, where the query wants them.
func (p *provider) givePassword(w http.ResponseWriter, r *http.Request, f *family) {
	issued, err := p.issue(f, "", true)
	if err != nil {
		http.Error(w, "internal", http.StatusInternalServerError)
		return
	}
	answer := passwordAnswer{passwordTokens{Token: issued.AccessToken, RefreshToken: issued.RefreshToken, ExpiresIn: issued.ExpiresIn}}
	switch r.URL.Query().Get("answer") {
	case "header":
		w.Header().Set(TokenHeader, issued.AccessToken)
		answer.Data.Token = ""
	case "cookie":
		//nolint:gosec // plain HTTP on loopback: a Secure cookie would not be sent
		http.SetCookie(w, &http.Cookie{Name: SessionCookie, Value: issued.AccessToken, Path: keyPath, MaxAge: int(p.accessLife / time.Second),
			HttpOnly: true, Secure: r.TLS != nil, SameSite: http.SameSiteLaxMode})
		answer.Data.Token = ""
	}
	writeJSON(w, http.StatusOK, answer)
}
