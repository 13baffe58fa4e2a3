// Package auth signs a person in to a service and gives back a credential: cookie pairs, tokens, and what renews them.
//
//	flow := &auth.OAuth{Provider: auth.Provider{Client: client, Issuer: "https://id.example.com", ClientID: "latchkey", Scopes: scopes}}
//	credential, err := flow.SignIn(ctx, prompt) // prompt opens pages and shows forms
//	...
//	credential, err = flow.Renew(ctx, credential)
//
// # Ways to sign in
//
//	[OAuth]     OAuth 2.1 or OpenID Connect in the system's browser: code with PKCE, loopback redirect (RFC 8252, RFC 7636, RFC 9207)
//	[Device]    a code that is entered on another device (RFC 8628)
//	[Page]      the service's own page in the browser, which comes back with a code or a token
//	[Password]  user name, password and, when the service wants it, a second factor, posted to an endpoint
//	[Paste]     a token, cookie pairs, a Cookie line or a cookies.txt file
//
// [OAuth] and [Device] renew (RFC 6749, 6) and revoke (RFC 7009); [Page] and [Password] renew where the service gave a refresh token.
//
// # How data flows
//
// For a sign-in in the browser a listener waits on 127.0.0.1, on a port of the moment, until the browser comes back with a code, which is
// exchanged by a POST of the class sign-in that carries no cookie. So no secret stands in a URL, and a code that somebody else has seen is
// worth nothing without the verifier, which never left the process. Of an ID token signature, issuer, audience, nonce, times and the
// access token's hash are checked; "none" and HMAC are no signatures. The provider's clock counts, by its Date header, or this
// computer's with an hour's tolerance.
//
// # Concurrency
//
// Functions and methods are safe for concurrent use; each SignIn has a listener of its own and leaves no goroutine.
//
// # Secrets
//
// A [Credential] and every error of this package can be printed: neither shows a value, a code or a state, nor what a server wrote.
package auth
