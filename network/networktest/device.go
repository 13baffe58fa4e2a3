package networktest

import (
	"crypto/rand"
	"math/big"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const (
	// userCodeLetters has no vowels, so that no code is a word. RFC 8628, 6.1.
	userCodeLetters = "BCDFGHJKLMNPQRSTVWXZ"
	userCodeSize    = 8
	// slowDown is how much longer the wait becomes for a player that asks too often. RFC 8628, 3.5.
	slowDown = 5 * time.Second
)

// deviceGrant is a device that waits for a person. provider.mu guards what is not constant.
type deviceGrant struct {
	// Constant.
	userCode, scope string
	expires         time.Time

	wait    time.Duration // between two questions
	asked   time.Time     // last
	decided bool
	account *account // who said yes
}

// deviceForm is what the page for a device's code shows.
type deviceForm struct{ CSRF, Code, Error string }

// deviceAnswer is RFC 8628, 3.2.
type deviceAnswer struct {
	DeviceCode              string `json:"device_code"`
	UserCode                string `json:"user_code"`
	VerificationURI         string `json:"verification_uri"`
	VerificationURIComplete string `json:"verification_uri_complete"`
	ExpiresIn               int64  `json:"expires_in"` // seconds
	Interval                int64  `json:"interval"`   // seconds
}

// deviceCode begins a device's sign-in. RFC 8628, 3.1.
func (p *provider) deviceCode(w http.ResponseWriter, r *http.Request) {
	if !readPost(w, r) {
		return
	}
	scope := r.PostForm.Get("scope")
	switch {
	case clientOf(r) != ClientID:
		refuseToken(w, http.StatusUnauthorized, "invalid_client")
		return
	case !knownScope(scope):
		refuseToken(w, http.StatusBadRequest, "invalid_scope")
		return
	}
	code, err := randomText()
	user, errUser := newUserCode()
	if err != nil || errUser != nil {
		http.Error(w, "internal", http.StatusInternalServerError)
		return
	}
	p.mu.Lock()
	now := p.now()
	makeRoom(p.devices, now, func(d *deviceGrant) time.Time { return d.expires.Add(attemptLife) }) // so that expired_token can be said
	p.devices[code] = &deviceGrant{userCode: user, scope: scope, expires: now.Add(p.deviceLife), wait: p.deviceWait}
	p.mu.Unlock()
	page := p.issuer + DevicePath
	writeJSON(w, http.StatusOK, deviceAnswer{
		DeviceCode: code, UserCode: user, VerificationURI: page, VerificationURIComplete: page + "?user_code=" + user,
		ExpiresIn: int64(p.deviceLife / time.Second), Interval: int64(p.deviceWait / time.Second),
	})
}

// newUserCode makes a code for a person to type: "BCDF-GHJK".
func newUserCode() (string, error) {
	var code strings.Builder
	for i := range userCodeSize {
		n, err := rand.Int(rand.Reader, big.NewInt(int64(len(userCodeLetters))))
		if err != nil {
			return "", err
		}
		if i == userCodeSize/2 {
			code.WriteByte('-')
		}
		code.WriteByte(userCodeLetters[n.Int64()])
	}
	return code.String(), nil
}

// cleanUserCode reads a code as a person types it. RFC 8628, 6.1: other characters and the case of letters do not matter.
func cleanUserCode(text string) string {
	letters := strings.Map(func(r rune) rune {
		if strings.ContainsRune(userCodeLetters, r) {
			return r
		}
		return -1
	}, strings.ToUpper(text))
	if len(letters) != userCodeSize {
		return ""
	}
	return letters[:userCodeSize/2] + "-" + letters[userCodeSize/2:]
}

// device is the page where a person enters a device's code. RFC 8628, 3.3.
func (p *provider) device(w http.ResponseWriter, r *http.Request) {
	csrf, err := browserOf(w, r) // the cookie is no other page's to read
	if err != nil {
		http.Error(w, "internal", http.StatusInternalServerError)
		return
	}
	form := deviceForm{CSRF: csrf}
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		form.Code = cleanUserCode(r.URL.Query().Get("user_code"))
		writePage(w, http.StatusOK, devicePage, form)
		return
	}
	if !readPost(w, r) {
		return
	}
	if !same(r.PostForm.Get("csrf"), csrf) {
		writePage(w, http.StatusForbidden, messagePage, noPage)
		return
	}
	code := cleanUserCode(r.PostForm.Get("user_code"))
	waiting := p.waitingDevice(code)
	if waiting == nil {
		form.Error = "This is not a code that a player shows now. Please check it, or ask the player for a new one."
		writePage(w, http.StatusUnprocessableEntity, devicePage, form)
		return
	}
	p.begin(w, r, &attempt{device: waiting})
}

// waitingDevice returns the device that shows a code, nil if there is none.
func (p *provider) waitingDevice(userCode string) *deviceGrant {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, d := range p.devices {
		if d.userCode == userCode && !d.decided && p.now().Before(d.expires) {
			return d
		}
	}
	return nil
}

// decide notes what a person said, nil is no, and reports whether it came in time.
func (p *provider) decide(d *deviceGrant, who *account) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if d.decided || !p.now().Before(d.expires) {
		return false
	}
	d.decided, d.account = true, who
	return true
}

// exchangeDevice answers a device that asks whether the person has agreed.
func (p *provider) exchangeDevice(w http.ResponseWriter, form url.Values) {
	f, problem := p.poll(form.Get("device_code"))
	if problem != "" {
		refuseToken(w, http.StatusBadRequest, problem)
		return
	}
	p.give(w, f, "", true)
}

// poll is RFC 8628, 3.5.
func (p *provider) poll(code string) (f *family, problem string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	d, ok := p.devices[code]
	if !ok {
		return nil, "invalid_grant"
	}
	now := p.now()
	last := d.asked
	d.asked = now
	switch {
	case d.decided && d.account == nil:
		delete(p.devices, code)
		return nil, "access_denied"
	case !now.Before(d.expires):
		return nil, "expired_token"
	case !last.IsZero() && now.Sub(last) < d.wait:
		d.wait += slowDown
		return nil, "slow_down"
	case !d.decided:
		return nil, "authorization_pending"
	}
	delete(p.devices, code)
	return p.tokens.begin(*d.account, ClientID, d.scope), ""
}
