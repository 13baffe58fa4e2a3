package service

import (
	"errors"
	"slices"

	"golang.org/x/net/http/httpguts"
)

var (
	errPlain    = errors.New("is not 1 to 256 visible ASCII characters")
	errJSONPath = errors.New("is not a path of names with dots between them, such as data.token")
)

// ways are all there are.
var ways = []Way{WayBrowser, WayDevice, WayPage, WayPassword, WayPaste}

// readSignIn reads [sign_in].
func (p *Profile) readSignIn(top *table) {
	t, there := top.table("sign_in")
	if !there {
		return
	}
	s := &p.SignIn
	for _, name := range t.texts("ways", len(ways)) {
		way := Way(name)
		if !slices.Contains(ways, way) || slices.Contains(s.Ways, way) {
			t.wrong("ways", "has a way that is not known, or one twice")
		}
		s.Ways = append(s.Ways, way)
	}
	if len(s.Ways) == 0 {
		t.wrong("ways", "is missing")
	}
	s.readOAuth(t)
	s.readPage(t)
	s.readPassword(t)
	t.done()
}

func (s *SignIn) has(ways ...Way) bool {
	return slices.ContainsFunc(ways, func(w Way) bool { return slices.Contains(s.Ways, w) })
}

// address reads a URL of a sign-in that is there for some ways alone: a person is not shown what is not used.
func (s *SignIn) address(t *table, name string, ways ...Way) string {
	text := t.text(name)
	t.check(name, checkAddress(text))
	if text != "" && !s.has(ways...) {
		t.wrong(name, "is for none of the ways")
	}
	return text
}

func (s *SignIn) readOAuth(t *table) {
	s.Issuer = s.address(t, "issuer", WayBrowser, WayDevice)
	s.AuthorizationEndpoint = s.address(t, "authorization_endpoint", WayBrowser)
	s.TokenEndpoint = s.address(t, "token_endpoint", WayBrowser, WayDevice)
	s.DeviceEndpoint = s.address(t, "device_endpoint", WayDevice)
	s.RevocationEndpoint = s.address(t, "revocation_endpoint", WayBrowser, WayDevice)
	s.ClientID, s.Scopes = t.text("client_id"), t.texts("scopes", maxScopes)
	for _, scope := range s.Scopes {
		t.check("scopes", checkPlain(scope))
	}
	if !s.has(WayBrowser, WayDevice) {
		if s.ClientID != "" || len(s.Scopes) > 0 {
			t.wrong("client_id", "or \"scopes\" is for none of the ways")
		}
		return
	}
	t.check("client_id", checkPlain(s.ClientID))
	if s.Issuer != "" {
		return
	}
	missing := func(name, address string) {
		if address == "" {
			t.wrong(name, "is missing, and so is \"issuer\"")
		}
	}
	missing("token_endpoint", s.TokenEndpoint)
	if s.has(WayBrowser) {
		missing("authorization_endpoint", s.AuthorizationEndpoint)
	}
	if s.has(WayDevice) {
		missing("device_endpoint", s.DeviceEndpoint)
	}
}

func (s *SignIn) readPage(t *table) {
	s.PageURL, s.TokenURL = s.address(t, "page_url", WayPage), s.address(t, "token_url", WayPage)
	if s.has(WayPage) && s.PageURL == "" {
		t.wrong("page_url", "is missing")
	}
}

func (s *SignIn) readPassword(top *table) {
	t, there := top.table("password")
	if there != s.has(WayPassword) {
		top.wrong("password", "and the way \"password\" need each other")
	}
	if !there {
		return
	}
	w := &s.Password
	w.URL, w.RefreshURL = s.address(t, "url", WayPassword), s.address(t, "refresh_url", WayPassword)
	w.JSON = t.flag("json")
	if w.URL == "" {
		t.wrong("url", "is missing")
	}
	w.Username, w.Password, w.Code = t.text("username"), t.text("password"), t.text("code")
	t.check("username", checkPlain(w.Username))
	t.check("password", checkPlain(w.Password))
	w.Hint, w.CodeHint = t.text("hint"), t.text("code_hint")
	if w.Hint != "" {
		t.check("hint", checkText(w.Hint, maxHint))
	}
	if w.CodeHint != "" {
		t.check("code_hint", checkText(w.CodeHint, maxHint))
	}
	fields := []string{w.Username, w.Password}
	if w.Code != "" {
		t.check("code", checkPlain(w.Code))
		fields = append(fields, w.Code)
	}
	if distinct := slices.Compact(slices.Sorted(slices.Values(fields))); len(distinct) != len(fields) {
		t.wrong("password", "has the name of another field")
	}
	w.readExtra(t, fields)
	path := func(name string) string {
		text := t.text(name)
		if text != "" && (len(text) > maxJSONPath || !pathForm.MatchString(text)) {
			t.check(name, errJSONPath)
		}
		return text
	}
	w.TokenPath, w.RefreshPath, w.ExpiresPath, w.CodePath = path("token_path"), path("refresh_path"), path("expires_path"), path("code_path")
	w.TokenHeader = t.text("token_header")
	if w.TokenHeader != "" && (!httpguts.ValidHeaderFieldName(w.TokenHeader) || len(w.TokenHeader) > maxPlain) {
		t.check("token_header", errHeader)
	}
	if w.TokenHeader != "" && w.TokenPath != "" {
		t.wrong("token_header", "and \"token_path\" exclude each other")
	}
	if (w.RefreshPath == "") != (w.RefreshURL == "") {
		t.wrong("refresh_path", "and \"refresh_url\" need each other")
	}
	if w.CodePath != "" && w.Code == "" {
		t.wrong("code_path", "needs \"code\"")
	}
	if w.CodeHint != "" && w.Code == "" {
		t.wrong("code_hint", "needs \"code\"")
	}
	t.done()
}

// readExtra reads [sign_in.password.extra], whose names are none of the fields that a person fills in.
func (w *Password) readExtra(t *table, fields []string) {
	extra, there := t.table("extra")
	if !there {
		return
	}
	names := extra.names()
	if len(names) > maxExtra {
		t.wrong("extra", "has more than %d fields", maxExtra)
		return
	}
	w.Extra = make(map[string]string, len(names))
	for _, name := range names {
		w.Extra[name] = extra.text(name)
		extra.check(name, checkText(w.Extra[name], maxPlain))
		if slices.Contains(fields, name) || checkPlain(name) != nil {
			extra.wrong(name, "cannot be one more field")
		}
	}
	extra.done()
}

// checkPlain takes what OAuth takes for a client and a scope, and a form for a field. RFC 6749, appendix A.
func checkPlain(text string) error {
	if text == "" || len(text) > maxPlain {
		return errPlain
	}
	for i := range len(text) {
		if c := text[i]; c <= ' ' || c >= 0x7f || c == '"' || c == '\\' {
			return errPlain
		}
	}
	return nil
}
