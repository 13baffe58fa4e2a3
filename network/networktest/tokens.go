package networktest

import (
	"errors"
	"sync"
	"time"
)

// maxOpen bounds the codes, tokens and sign-ins in progress, each, that are kept at a time.
const maxOpen = 1000

// errGrant is a code or refresh token that is not good. RFC 6749, 5.2 (invalid_grant).
var errGrant = errors.New("the grant is not good")

// family is all tokens that come of one sign-in. They end together. tokens.mu guards ended.
type family struct {
	// Constant.
	account account
	client  string
	scope   string

	ended bool
}

type accessToken struct {
	family  *family
	expires time.Time
}

type refreshToken struct {
	family  *family
	expires time.Time
	used    bool // it has been exchanged: whoever shows it again has stolen it, or was stolen from
}

// tokens are what the demo service has given out and still takes.
type tokens struct {
	now func() time.Time // constant

	mu      sync.Mutex // guards what follows
	access  map[string]accessToken
	refresh map[string]*refreshToken
	counts  Counts
}

// Counts are what a [Demo] has done since its start.
type Counts struct {
	SignIns     int // sign-ins, in any of the ways
	Refreshes   int // refresh tokens that were exchanged
	Reuses      int // refresh tokens that were shown a second time, which ended their sign-in
	Revocations int // revocations of a token that was good
}

func newTokens(now func() time.Time) *tokens {
	return &tokens{now: now, access: make(map[string]accessToken), refresh: make(map[string]*refreshToken)}
}

// valid reports whether an access token is good now.
func (t *tokens) valid(token string) bool {
	_, ok := t.find(token)
	return ok
}

// find returns whose access token it is.
func (t *tokens) find(token string) (*family, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	found, ok := t.access[token]
	if !ok || found.family.ended || !t.now().Before(found.expires) {
		return nil, false
	}
	return found.family, true
}

// begin counts a sign-in, whose tokens are added next.
func (t *tokens) begin(who account, client, scope string) *family {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.counts.SignIns++
	return &family{account: who, client: client, scope: scope}
}

// addAccess makes an access token good for its life.
func (t *tokens) addAccess(f *family, token string, life time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	makeRoom(t.access, now, func(a accessToken) time.Time { return a.expires })
	t.access[token] = accessToken{family: f, expires: now.Add(life)}
}

// addRefresh makes a refresh token good for its life, once.
func (t *tokens) addRefresh(f *family, token string, life time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	makeRoom(t.refresh, now, func(r *refreshToken) time.Time { return r.expires })
	t.refresh[token] = &refreshToken{family: f, expires: now.Add(life)}
}

// useRefresh takes a refresh token: once, unless keep lets it stay good. A second time ends all tokens of its sign-in. RFC 9700, 4.14.2.
func (t *tokens) useRefresh(token, client string, keep bool) (*family, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	found, ok := t.refresh[token]
	if !ok || found.family.client != client || found.family.ended || !t.now().Before(found.expires) {
		return nil, errGrant
	}
	if found.used {
		found.family.ended = true
		t.counts.Reuses++
		return nil, errGrant
	}
	found.used = !keep
	t.counts.Refreshes++
	return found.family, nil
}

// revoke ends the sign-in that an access or refresh token is of, for its own client. An unknown token is none's.
func (t *tokens) revoke(token, client string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	var f *family
	if found, ok := t.access[token]; ok {
		f = found.family
	} else if found, ok := t.refresh[token]; ok {
		f = found.family
	}
	if f != nil && f.client == client && !f.ended {
		f.ended = true
		t.counts.Revocations++
	}
}

// endFamily ends all tokens of a sign-in.
func (t *tokens) endFamily(f *family) {
	t.mu.Lock()
	defer t.mu.Unlock()
	f.ended = true
}

// end forgets all tokens, or the access tokens alone.
func (t *tokens) end(refreshToo bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	clear(t.access)
	if refreshToo {
		clear(t.refresh)
	}
}

// makeRoom removes what has expired and, where a map is full, what expires first.
func makeRoom[V any](m map[string]V, now time.Time, expires func(V) time.Time) {
	first := ""
	for key, value := range m {
		if now.After(expires(value)) {
			delete(m, key)
		} else if first == "" || expires(value).Before(expires(m[first])) {
			first = key
		}
	}
	if len(m) >= maxOpen {
		delete(m, first)
	}
}
