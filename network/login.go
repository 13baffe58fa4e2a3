package network

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"

	"github.com/icholy/digest"
)

const (
	maxLogins     = 32      // origins that a name and a password are kept for
	maxLoginTries = 3       // answers that a person may get wrong for one request
	maxChallenge  = 4 << 10 // bytes of a WWW-Authenticate line
	maxRealm      = 100     // characters of a realm that are shown
)

// Challenge is an origin that asks for a user name and a password. RFC 9110, 11.6.1; RFC 7617; RFC 7616.
type Challenge struct {
	Origin string // "https://example.com:8443"
	Realm  string // what the origin calls what it protects; as it wrote it, cut, and without what cannot be printed
	Plain  bool   // the password would be sent as it is, and not by TLS: Basic over http
	Again  bool   // what was given last was refused
}

// Login answers a challenge. An error ends the request, which is ErrRefused then; ErrNoLogin is one that is not remarkable.
type Login func(ctx context.Context, c Challenge) (user string, password Secret, err error)

// ErrNoLogin is a person who does not want to give a name and a password.
var ErrNoLogin = errors.New("no user name and password were given")

// login is what an origin was answered with.
type login struct {
	user     string
	password Secret
	digest   *digest.Challenge // nil: Basic

	mu    sync.Mutex
	count int // guarded by mu; of requests with this nonce
}

// logins keeps what origins were answered with, in memory alone. Safe for concurrent use.
type logins struct {
	ask Login // constant; nil: nobody is asked

	asking sync.Mutex // one question at a time

	mu    sync.Mutex
	known map[string]*login // guarded by mu; by origin, exactly
}

func (l *logins) get(origin string) *login {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.known[origin]
}

func (l *logins) set(origin string, answer *login) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.known == nil {
		l.known = make(map[string]*login)
	}
	if len(l.known) >= maxLogins && l.known[origin] == nil {
		clear(l.known)
	}
	l.known[origin] = answer
}

// header returns the value of Authorization, and "" when there is none.
func (l *login) header(method, uri string) string {
	if l.digest == nil {
		return "Basic " + base64.StdEncoding.EncodeToString([]byte(l.user+":"+l.password.Reveal()))
	}
	l.mu.Lock()
	l.count++
	count := l.count
	l.mu.Unlock()
	answer, err := digest.Digest(l.digest, digest.Options{Method: method, URI: uri, Count: count, Username: l.user, Password: l.password.Reveal()})
	if err != nil {
		return ""
	}
	return answer.String()
}

// authorize adds what the target's origin was answered with, unless the request has an Authorization of its own. Nothing that was given
// to one origin goes to another.
func (c *Client) authorize(x *exchange, header http.Header) {
	if x.authorized = header.Get("Authorization") != ""; x.authorized || x.route.class == ClassSignIn {
		return
	}
	x.login = c.logins.get(Origin(x.route.target))
	if x.login == nil {
		return
	}
	if value := x.login.header(x.method, x.route.target.RequestURI()); value != "" {
		header.Set("Authorization", value)
	}
}

// challenge is what of a refusal asks for a name and a password.
type challenge struct {
	origin string
	realm  string
	plain  bool
	digest *digest.Challenge // nil: Basic
	sent   *login            // what the request was sent with, nil: nothing
}

// readChallenge returns the best of what an answer asks for: Digest before Basic. nil is nothing that is known.
func readChallenge(header http.Header) *challenge {
	var found *challenge
	for _, line := range header.Values("WWW-Authenticate") {
		if len(line) > maxChallenge {
			continue
		}
		if digest.IsDigest(line) {
			asked, err := digest.ParseChallenge(line)
			if err == nil && digest.CanDigest(asked) {
				return &challenge{realm: asked.Realm, digest: asked}
			}
			continue
		}
		scheme, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		if strings.EqualFold(scheme, "Basic") && found == nil {
			found = &challenge{realm: basicRealm(rest)}
		}
	}
	return found
}

// basicRealm is the realm of a Basic challenge, or "". RFC 7617, 2.
func basicRealm(parameters string) string {
	at := strings.Index(strings.ToLower(parameters), "realm=")
	if at < 0 {
		return ""
	}
	value := parameters[at+len("realm="):]
	if !strings.HasPrefix(value, `"`) {
		value, _, _ = strings.Cut(value, ",")
		return value
	}
	var b strings.Builder
	for i := 1; i < len(value) && value[i] != '"'; i++ {
		if value[i] == '\\' && i+1 < len(value) {
			i++
		}
		b.WriteByte(value[i])
	}
	return b.String()
}

// challenged notes what a refused exchange was asked for.
func (x *exchange) challenged() *challenge {
	if x.client.logins.ask == nil || x.authorized || x.route.class == ClassSignIn || x.response.StatusCode != http.StatusUnauthorized {
		return nil
	}
	found := readChallenge(x.response.Header)
	if found == nil {
		return nil
	}
	found.origin, found.sent = Origin(x.route.target), x.login
	found.plain = found.digest == nil && x.route.target.Scheme == "http"
	return found
}

// logIn answers a challenge, and says whether the request is worth repeating now.
func (c *Client) logIn(ctx context.Context, asked *challenge, tries *int) (bool, error) {
	if *tries++; *tries > maxLoginTries {
		return false, nil
	}
	c.logins.asking.Lock()
	defer c.logins.asking.Unlock()
	now := c.logins.get(asked.origin)
	switch {
	case now != asked.sent:
		return true, nil // answered meanwhile
	case now != nil && asked.digest != nil && asked.digest.Stale:
		c.logins.set(asked.origin, &login{user: now.user, password: now.password, digest: asked.digest}) // RFC 7616, 3.3
		return true, nil
	}
	user, password, err := c.logins.ask(ctx, Challenge{Origin: asked.origin, Realm: printable(asked.realm), Plain: asked.plain, Again: asked.sent != nil})
	if err != nil {
		return false, fmt.Errorf("log in to %s: %w", asked.origin, err)
	}
	if strings.ContainsAny(user, ":\r\n\x00") || strings.ContainsAny(password.Reveal(), "\r\n\x00") {
		return false, fmt.Errorf("log in to %s: the user name or the password has a character that cannot be sent", asked.origin)
	}
	c.logins.set(asked.origin, &login{user: user, password: password, digest: asked.digest})
	return true, nil
}

// printable makes what a server wrote fit to be shown.
func printable(text string) string {
	text = strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return -1
		}
		return r
	}, text)
	return text[:min(len(text), maxRealm)]
}
