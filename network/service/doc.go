// Package service holds what Latchkey has to know of a service that a person signs in to: its profile.
//
//	profile, err := service.Parse(data)
//	...
//	for _, fact := range profile.Summary() { // for a person to decide on
//		fmt.Println(fact.Label, fact.Text)
//	}
//	method, err := profile.Method(service.WayBrowser, client)
//	...
//	credential, err := method.SignIn(ctx, prompt)
//	...
//	sent, err := profile.Credentials(credential)
//	configuration := profile.Configuration(sent)
//
// # The profile
//
// A profile is a TOML 1.0 document of the schema latchkey.service/1, a file ID.toml in the folder latchkey/services of the configuration directory. It has no
// secret in it. example.toml, beside this package's source, has every key. A key that is not known is an error.
//
//	schema             "latchkey.service/1"
//	id                 [a-z0-9][a-z0-9-]{0,63}: the name of the file, of --profile and in links
//	name               what a person reads, 64 characters at most
//	icon               a URL, or a data: URI of a PNG or JPEG of 64 KiB at most
//	homepage           a URL
//	key_origins        where keys are asked for with the sign-in, each as "scheme://host[:port]"
//	license_origins    where licences are asked for with the sign-in
//	media_origins      whose streams a link may open with the sign-in; "https://*.example.com" stands for the sub-domains of example.com
//
//	[sign_in]          without it, there is nothing to sign in to, and no cookie or header
//	ways               "browser" (OAuth 2.1 or OpenID Connect), "device" (RFC 8628), "page", "password", "paste"
//	issuer             browser, device: OpenID Connect Discovery 1.0; the endpoints below stand in its place, or in that of what it lacks
//	client_id, scopes  browser, device
//	authorization_endpoint, token_endpoint, device_endpoint, revocation_endpoint
//	page_url           page: gets redirect_uri, state and a PKCE challenge
//	token_url          page: exchanges the code; without it, the browser comes back with the token itself
//
//	[sign_in.password]
//	url                where the form is posted
//	json               true: as JSON
//	username, password, code
//	                   the names of the fields; code is that of a second factor, and may be missing
//	token_path, token_header
//	                   where in the JSON of the answer the token is ("data.token"), or in which header; with neither, the answer's cookies are the credential
//	refresh_path, refresh_url
//	                   where in the JSON what renews the sign-in is, and where that is posted
//	expires_path       seconds
//	hint, code_hint    what a person reads on the forms for name and password, and for the second factor, 200 characters at most
//	code_path          where in the JSON it says that a second factor is wanted
//	extra              a table of more fields
//
//	[cookies]          the name of a cookie and its value, in the order in which they are sent
//	[[headers]]        name, value, and classes of requests ("key", "license", ...; without them, key and license)
//
//	[[licenses]]       licence servers of the service's own kind; those that speak Clear Key need none
//	key_formats        the KEYFORMATs of EXT-X-KEY that it is for
//	url                where it is asked; without it, at the URI of EXT-X-KEY
//	method             "POST" (the default with a body) or "GET"
//	headers, body      what is sent; in them and in url ${kid}, ${kid_uuid}, ${kid_base64}, ${kid_base64url} stand for the key that is needed, ${challenge}
//	                   and ${challenge_base64} for a Clear Key licence request
//	answer             what the key comes as: "raw", "base64", "hex" or "jwk" (a Clear Key licence)
//	answer_path        where in the answer's JSON it is ("data.key"); without it, the answer is the key
//
//	[network]          network.ReadConfiguration's, without cookieHeaders and cookieOrigins
//
//	[catalogue]
//	url                see package catalogue
//	format             "feed" (the default) or "m3u"
//	signed_in          true: it is asked for with the sign-in; then it is at one of key_origins or license_origins
//
// Values of cookies and headers are templates: ${access_token}, ${id_token} and ${token} stand for what the sign-in gave (auth.Credential.Values). OAuth's ways give
// access_token and id_token, the others token; ${token} and ${access_token} stand in for each other where there is but one, for profiles of several ways. What
// renews the sign-in is never sent to anybody but the token endpoint, and cannot be named.
//
// Addresses are https; http is for this computer's own (http://127.0.0.1:8080). They have no user
// name before the host. A service of the internet may lead to the local network where an address
// here, icon and homepage aside, has that origin, and nowhere else in it: see "Where requests may
// lead" in package network.
//
// # Links
//
// A website or another program reaches Latchkey by a link; a person is shown what it asks for before anything is done.
//
//	latchkey:play?url=URL[&service=ID][&start=TIME][&title=TEXT]
//	                   plays a stream, an http or https URL; TIME is seconds or a Go duration, and counts from the live edge below 0
//	latchkey:signin?service=ID
//	latchkey:add?profile=URL
//	                   fetches a profile, from an https URL, and shows its Summary
//
// Parameters are percent-encoded. One that is not known, or there twice, is an error: no link sets a header, a cookie or anything else that is sent.
//
//	stream's URL                           with the service's sign-in   otherwise
//	at one of the profile's media_origins  yes                          -
//	elsewhere, or no service named         no                           plays, with nothing of any sign-in, and says so
//	on this computer or the network around no                           refused, unless media_origins names it
//	with a user name, no http or https     no                           refused
//
// # Trust
//
// A profile decides where a sign-in goes, so a person is shown its Summary before it is taken; the folder holds those that were. A profile that is wrong
// anywhere is taken nowhere: there is no part of it that is better than nothing.
//
// # Concurrency
//
// A Profile is constant after Parse. Functions and methods are safe for concurrent use.
package service
