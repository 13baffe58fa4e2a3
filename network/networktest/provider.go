package networktest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"latchkey/network"
)

// Where the OpenID Connect provider of a [Demo] answers. They are for faults: a provider that is down is
// Inject(Fault{Path: DiscoveryPath, Effect: Status(503)}).
const (
	DiscoveryPath     = "/.well-known/openid-configuration"
	AuthorizationPath = "/oauth/authorize"
	OAuthTokenPath    = "/oauth/token" //nolint:gosec // a path
	RevocationPath    = "/oauth/revoke"
	KeySetPath        = "/oauth/jwks"
	UserInfoPath      = "/oauth/userinfo"
	DeviceCodePath    = "/oauth/device_authorization"
	DevicePath        = "/device" // the page for a device's code
	signInPath        = "/oauth/signin"
	consentPath       = "/oauth/consent"
)

const (
	// ClientID is the player's at the demo's provider; it is public, and has no secret.
	ClientID = "latchkey"
	// clientName is what a person reads.
	clientName = "Latchkey"
	// callbackPath is the one path of the redirect URIs that the client has registered.
	callbackPath = "/callback"
	// Viewer signs in at the provider, with ViewerPassword.
	Viewer = "viewer@example.com"
	// Guest is another account with the same password.
	Guest = "guest@example.com"
	// ViewerPassword is the accounts' password. It is no secret: the pages show it.
	ViewerPassword = "open-sesame"
)

// account is a person whom the provider knows.
type account struct{ subject, name, fullName string }

// accounts of the provider, all with ViewerPassword.
var accounts = []account{
	{subject: "viewer-7f3a", name: Viewer, fullName: "Vera Viewer"},
	{subject: "guest-21c9", name: Guest, fullName: "Gus Guest"},
}

// Defaults of what a provider gives out.
const (
	defaultAccessLife     = time.Minute
	defaultRefreshLife    = 12 * time.Hour
	defaultDeviceLife     = 10 * time.Minute
	defaultDeviceInterval = 5 * time.Second
)

// Wrong is what a provider does wrong, for tests of those who trust it. The zero value does all as it should be. Faults of the network,
// such as a provider that is down or slow, are Origin.Inject's.
type Wrong struct {
	// Issuer stands in the discovery document in place of the provider's own.
	Issuer string
	// RedirectIssuer and State stand in the redirection in place of iss and state.
	RedirectIssuer, State string
	// IDToken is what is wrong with ID tokens.
	IDToken IDTokenFault
	// KeepRefresh gives no new refresh token: the old one stays good.
	KeepRefresh bool
}

// provider is an OpenID Connect provider.
type provider struct {
	// Constant after NewDemo.
	issuer      string
	now         func() time.Time
	tokens      *tokens
	key         *ecdsa.PrivateKey
	keyID       string
	accessLife  time.Duration
	refreshLife time.Duration
	deviceLife  time.Duration
	deviceWait  time.Duration

	mu       sync.Mutex              // guards what follows, and what it leads to
	attempts map[string]*attempt     // sign-ins in progress
	codes    map[string]*codeGrant   // authorization codes
	devices  map[string]*deviceGrant // by device code
	wrong    Wrong
}

func newProvider(o DemoOptions, t *tokens) (*provider, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make a key to sign with: %w", err)
	}
	id, err := randomText()
	if err != nil {
		return nil, err
	}
	return &provider{
		now: t.now, tokens: t, key: key, keyID: id[:8],
		accessLife:  orDefault(o.AccessLife, defaultAccessLife),
		refreshLife: orDefault(o.RefreshLife, defaultRefreshLife),
		deviceLife:  orDefault(o.DeviceLife, defaultDeviceLife),
		deviceWait:  orDefault(o.DeviceInterval, defaultDeviceInterval),
		attempts:    make(map[string]*attempt), codes: make(map[string]*codeGrant), devices: make(map[string]*deviceGrant),
	}, nil
}

func orDefault(d, standard time.Duration) time.Duration {
	if d == 0 {
		return standard
	}
	return d
}

// routes are the provider's pages and endpoints.
func (p *provider) routes() []Route {
	fromHere := http.NewCrossOriginProtection() // forms come from the pages themselves alone
	pages := map[string]http.HandlerFunc{
		AuthorizationPath: p.authorize, signInPath: p.signIn, consentPath: p.consent, DevicePath: p.device,
	}
	endpoints := map[string]http.HandlerFunc{
		DiscoveryPath: p.discovery, KeySetPath: p.keySet, OAuthTokenPath: p.token, RevocationPath: p.revoke, UserInfoPath: p.userInfo,
		DeviceCodePath: p.deviceCode,
	}
	var routes []Route
	for path, handler := range pages {
		routes = append(routes, Route{Path: path, Class: network.ClassSignIn, Handler: fromHere.Handler(p.dated(handler))})
	}
	for path, handler := range endpoints {
		routes = append(routes, Route{Path: path, Class: network.ClassSignIn, Handler: p.dated(handler)})
	}
	return routes
}

// dated answers with the date of the provider's clock: a client that measures the skew must not be misled.
func (p *provider) dated(handler http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Date", p.now().UTC().Format(http.TimeFormat))
		handler(w, r)
	})
}

// discovery answers with the provider's metadata. OpenID Connect Discovery 1.0, 3; RFC 8414, 2; RFC 8628, 4; RFC 9207, 3.
func (p *provider) discovery(w http.ResponseWriter, _ *http.Request) {
	issuer := p.issuer
	if wrong := p.currentWrong(); wrong.Issuer != "" {
		issuer = wrong.Issuer
	}
	writeJSON(w, http.StatusOK, map[string]any{
		"issuer":                                         issuer,
		"authorization_endpoint":                         p.issuer + AuthorizationPath,
		"token_endpoint":                                 p.issuer + OAuthTokenPath,
		"revocation_endpoint":                            p.issuer + RevocationPath,
		"userinfo_endpoint":                              p.issuer + UserInfoPath,
		"device_authorization_endpoint":                  p.issuer + DeviceCodePath,
		"jwks_uri":                                       p.issuer + KeySetPath,
		"response_types_supported":                       []string{"code"},
		"response_modes_supported":                       []string{"query"},
		"grant_types_supported":                          []string{grantCode, grantRefresh, grantDevice},
		"subject_types_supported":                        []string{"public"},
		"id_token_signing_alg_values_supported":          []string{"ES256"},
		"token_endpoint_auth_methods_supported":          []string{"none"},
		"revocation_endpoint_auth_methods_supported":     []string{"none"},
		"code_challenge_methods_supported":               []string{"S256"},
		"scopes_supported":                               []string{"openid", "profile", "email", "offline_access"},
		"claims_supported":                               []string{"iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "at_hash", "name", "email"},
		"authorization_response_iss_parameter_supported": true,
	})
}

// keySet answers with the key that checks ID tokens. RFC 7517, 5; RFC 7518, 6.2.1.
func (p *provider) keySet(w http.ResponseWriter, _ *http.Request) {
	public, err := p.key.PublicKey.Bytes() // 4, X, Y: SEC 1, 2.3.3
	if err != nil {
		http.Error(w, "internal", http.StatusInternalServerError)
		return
	}
	x, y := public[1:33], public[33:]
	writeJSON(w, http.StatusOK, map[string]any{"keys": []any{map[string]string{
		"kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": p.keyID,
		"x": base64.RawURLEncoding.EncodeToString(x), "y": base64.RawURLEncoding.EncodeToString(y),
	}}})
}

// userInfo answers whose access token it is. OpenID Connect Core 1.0, 5.3.
func (p *provider) userInfo(w http.ResponseWriter, r *http.Request) {
	token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	f, ok := p.tokens.find(token)
	if !ok {
		w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
		writeJSON(w, http.StatusUnauthorized, map[string]string{"error": "invalid_token"})
		return
	}
	writeJSON(w, http.StatusOK, map[string]string{"sub": f.account.subject, "name": f.account.fullName, "email": f.account.name})
}

// currentWrong returns what the provider does wrong now.
func (p *provider) currentWrong() Wrong {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.wrong
}

// setWrong makes the provider do something wrong from now on.
func (p *provider) setWrong(wrong Wrong) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.wrong = wrong
}
