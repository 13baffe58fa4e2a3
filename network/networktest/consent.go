package networktest

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// accountForm is what the provider's sign-in page shows.
type accountForm struct {
	Flow, CSRF, Client, Name, Error string
	HintName, HintPassword          string
}

// consentForm is what the consent page shows.
type consentForm struct {
	Flow, CSRF, Client      string
	FullName, Name, Initial string
	Code                    string   // of a device
	Asks                    []string // what the player asks for
}

// signIn is the page where a person says who it is.
func (p *provider) signIn(w http.ResponseWriter, r *http.Request) {
	a, ok := p.find(w, r)
	if !ok {
		return
	}
	form := accountForm{Flow: a.flow, CSRF: a.csrf, Client: clientName, HintName: Viewer, HintPassword: ViewerPassword}
	if r.Method != http.MethodPost {
		writePage(w, http.StatusOK, accountPage, form)
		return
	}
	if r.PostForm.Get("action") == "cancel" {
		p.deny(w, r, a)
		return
	}
	form.Name = r.PostForm.Get("username")
	found, ok := checkPassword(form.Name, r.PostForm.Get("password"))
	p.mu.Lock()
	if ok {
		a.account = &found
	} else {
		a.failures++
	}
	failures := a.failures
	p.mu.Unlock()
	switch {
	case ok:
		guard(w.Header())
		http.Redirect(w, r, consentPath+"?"+url.Values{"flow": {a.flow}}.Encode(), http.StatusSeeOther)
	case failures >= maxFailures:
		p.deny(w, r, a)
	default:
		form.Error = "The name or the password is not right. Please try again."
		writePage(w, http.StatusUnprocessableEntity, accountPage, form)
	}
}

// checkPassword returns the account that a name and a password open.
func checkPassword(name, password string) (account, bool) {
	name = strings.TrimSpace(name)
	at := slices.IndexFunc(accounts, func(a account) bool { return strings.EqualFold(a.name, name) })
	if at < 0 || !same(password, ViewerPassword) {
		return account{}, false
	}
	return accounts[at], true
}

// consent is the page where a person agrees to what the player asks for.
func (p *provider) consent(w http.ResponseWriter, r *http.Request) {
	a, ok := p.find(w, r)
	if !ok {
		return
	}
	p.mu.Lock()
	who := a.account
	p.mu.Unlock()
	switch {
	case who == nil:
		writePage(w, http.StatusBadRequest, messagePage, noPage)
	case r.Method != http.MethodPost:
		writePage(w, http.StatusOK, consentPage, newConsentForm(a, *who))
	case r.PostForm.Get("action") != "allow":
		p.deny(w, r, a)
	case a.device != nil:
		if !p.finish(a) || !p.decide(a.device, who) {
			writePage(w, http.StatusBadRequest, messagePage, noPage)
			return
		}
		writePage(w, http.StatusOK, messagePage, message{Good: true, Heading: "The device is connected",
			Text: "You can close this window and go back to the player."})
	default:
		p.allow(w, r, a, *who)
	}
}

// newConsentForm lists what a sign-in gives the player, in a person's words.
func newConsentForm(a *attempt, who account) consentForm {
	form := consentForm{
		Flow: a.flow, CSRF: a.csrf, Client: clientName, FullName: who.fullName, Name: who.name, Initial: who.fullName[:1],
		Asks: []string{"Play what you may watch here"},
	}
	scope := a.request.scope
	if a.device != nil {
		form.Code, scope = a.device.userCode, a.device.scope
	}
	scopes := strings.Fields(scope)
	if slices.Contains(scopes, "profile") || slices.Contains(scopes, "email") {
		form.Asks = append(form.Asks, "See your name and your e-mail address")
	}
	form.Asks = append(form.Asks, "Keep you signed in until you sign out")
	return form
}

// allow sends the browser back with a code.
func (p *provider) allow(w http.ResponseWriter, r *http.Request, a *attempt, who account) {
	code, err := randomText()
	if err != nil {
		http.Error(w, "internal", http.StatusInternalServerError)
		return
	}
	if !p.finish(a) {
		writePage(w, http.StatusBadRequest, messagePage, noPage)
		return
	}
	p.mu.Lock()
	now := p.now()
	makeRoom(p.codes, now, func(g *codeGrant) time.Time { return g.expires })
	p.codes[code] = &codeGrant{authorization: a.request, account: who, expires: now.Add(codeLife)}
	p.mu.Unlock()
	p.back(w, r, a.request, url.Values{"code": {code}})
}
