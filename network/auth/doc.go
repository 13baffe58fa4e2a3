// Package auth signs a person in to a service and gives back the cookie pairs that stand for it.
//
//	browser := auth.Browser{SignInURL: service + "/signin", TokenURL: service + "/token", Client: client}
//	credential, err := browser.SignIn(ctx, auth.OpenBrowser)
//	...
//	configuration.CookieHeaders = credential.Pairs
//
// A person who has the pairs already pastes them: [ParsePairs].
//
// # How data flows
//
// [Browser] follows RFC 8252 (OAuth 2.0 for native apps): it listens on 127.0.0.1, on a port of the moment, opens the service's page in
// the person's own browser, and waits for the browser to come back with a code. The code is exchanged for the pairs by a POST of the
// class sign-in, which carries no cookie. So no secret stands in a URL, and a code that somebody else has seen is worth nothing without
// the verifier, which never left the process (RFC 7636).
//
// # Concurrency
//
// Functions and methods are safe for concurrent use; each SignIn has a listener of its own and leaves no goroutine.
//
// # Secrets
//
// A [Credential] and every error of this package can be printed: neither shows a value, a code or a state.
package auth
