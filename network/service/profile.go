package service

import (
	"latchkey/network"
)

// Schema names the form of a profile.
const Schema = "latchkey.service/1"

// Profile is a service that a person can sign in to. It holds no secret. Constant after Parse.
type Profile struct {
	ID       string // [a-z0-9][a-z0-9-]{0,63}: the name of its file, of --profile and in links
	Name     string // what a person reads
	Icon     string // an https URL, a data: URI of a PNG or JPEG, or empty
	Homepage string // an https URL, or empty

	SignIn SignIn

	// Cookies and Headers are what becomes of a sign-in: values with ${name} in them, which stand for auth.Credential.Values. Cookie
	// pairs that the service gives as such (auth.Credential.Pairs) go before them.
	Cookies []Template
	Headers []HeaderTemplate

	// KeyOrigins and LicenseOrigins are the only ones that cookie pairs and the headers above are sent to, each as
	// "scheme://host[:port]". MediaOrigins are those whose streams may be opened by a link; "https://*.example.com" names sub-domains.
	KeyOrigins, LicenseOrigins, MediaOrigins []string

	// Licenses are the licence servers of the service's own kind.
	Licenses []License

	// Network is the network section; its CookieHeaders are empty and its CookieOrigins are KeyOrigins and LicenseOrigins.
	Network *network.Configuration

	Catalogue Catalogue
}

// Template is a cookie pair or header whose value is made of a credential's.
type Template struct {
	Name, Value string // Value as in "${access_token}"
}

// HeaderTemplate is a header that goes with the classes named, or with keys and licences when there are none.
type HeaderTemplate struct {
	Template

	Classes []network.Class
}

// Way is a way to sign in.
type Way string

// The ways to sign in.
const (
	WayBrowser  Way = "browser"  // OAuth 2.1 or OpenID Connect, code with PKCE, in the system's browser
	WayDevice   Way = "device"   // RFC 8628
	WayPage     Way = "page"     // the service's own page, which sends the browser back with a code or a token
	WayPassword Way = "password" // user name and password, posted to an endpoint
	WayPaste    Way = "paste"    // a token, cookie pairs, a Cookie line or a cookies.txt file
)

// SignIn says how to sign in. Which fields are there depends on Ways.
type SignIn struct {
	Ways []Way // the first is offered first

	// WayBrowser and WayDevice.
	Issuer   string // OpenID Connect discovery; or the endpoints below
	ClientID string
	Scopes   []string
	// AuthorizationEndpoint and those after it stand in place of discovery, or of what it lacks.
	AuthorizationEndpoint, TokenEndpoint, DeviceEndpoint, RevocationEndpoint string

	// WayPage: PageURL gets redirect_uri, state and a PKCE challenge, TokenURL exchanges the code; empty: the browser comes back with a token.
	PageURL, TokenURL string

	Password Password
}

// Password says how a user name and a password are posted. WayPassword.
type Password struct {
	URL      string
	JSON     bool // the body is JSON and not a form
	Username string
	Password string
	Code     string            // the field of the second factor; empty: there is none
	Extra    map[string]string // more fields, as they are
	// TokenPath is where in the JSON of the answer the token is ("data.token"), TokenHeader in which header; with neither, the
	// answer's Set-Cookie lines are the credential. The token becomes the value "token".
	TokenPath, TokenHeader string
	RefreshPath            string // of a refresh token, and where that is posted:
	RefreshURL             string
	ExpiresPath            string // seconds
	// Hint and CodeHint are what a person reads on the forms for the name and password, and for the
	// second factor; empty: nothing, and a general sentence.
	Hint, CodeHint string
	// CodePath says that a second factor is wanted: where in the JSON of an answer a value other than null, false and "" stands.
	CodePath string
}

// Catalogue says where the titles are.
type Catalogue struct {
	URL string // empty: none
	M3U bool   // an M3U list and not a feed
	// SignedIn sends the catalogue's requests with the cookie pairs and headers; its origin must be one that they may go to.
	SignedIn bool
}
