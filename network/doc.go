// Package network is the one door to the wire. Every request of the player goes through a Client,
// which knows what each one is for (its Class) and decides by that who gets the cookie, and nobody else.
//
//	configuration := network.NewConfiguration()
//	configuration.CookieHeaders.SetValue("val1", "12345")
//	configuration.CookieHeaders.SetValue("val2", "abcd")
//	client, err := network.NewClient(configuration, network.Options{Resource: "https://www.example.com/main.m3u8"})
//	defer client.Close()
//	key, _, err := client.Fetch(ctx, network.Request{Class: network.ClassKey, URL: "https://keys.example.com/1"})
//	// on the wire: Cookie: val1=12345; val2=abcd
//
// # Who gets the cookie pairs
//
//	class                                       UseCookieHeadersForAllRequests
//	                                            off      on
//	key, license                                yes      yes
//	playlist, init, segment, media,             no       yes
//	  certificate, subtitle, thumbnail,
//	  steering
//	signin, other                               never    never
//
// and, if the class may have them, by where the request goes:
//
//	CookieOrigins given                         to these origins alone (scheme, host, port)
//	the URL that the resource names             yes
//	redirected, same registrable domain         yes
//	redirected, another one, or an address      no
//	from https to http                          never, nor any other cookie or Authorization; a
//	                                            key, license or signin request is ErrDowngrade
//
// A way leads from https to http when an earlier hop was https, and also when the resource is https and names an http
// URL. The registrable domain is that of the public suffix list; without a list's entry, as with localhost and
// addresses, only the same host counts. A request's own headers (Authorization and the like) follow the same rules
// on redirects; headers of the Configuration follow what Header says. Record.Rule tells which rule was applied.
//
// There is one Cookie header a request: the jar's cookies that match the URL (RFC 6265, with the public
// suffix list), then the pairs in their order; of equal names the pair is sent. Its bytes are those
// that were entered: nothing is quoted, cut or dropped. It is made anew for each attempt and each hop.
//
// # Where requests may lead
//
// An address is of the internet, of the network around this computer (private, shared, link-local,
// multicast and reserved addresses), or of this computer (loopback, unspecified). An IPv6 address
// that holds an IPv4 address (mapped, compatible, NAT64, 6to4, Teredo, ISATAP) is of the narrower
// of the two. What came from one of these address spaces may lead to the same space and to wider
// ones:
//
//	resource, or a hop before, from             to the internet   the network around   this computer
//	the internet                                yes               if named             if named
//	the network around this computer            yes               yes                  if named
//	this computer, a file                       yes               yes                  yes
//
// All else is ErrBlocked, with a *LocalError, before a connection is made; Record.Blocked marks it.
// Named are the origins of Configuration.NamedOrigins and CookieOrigins, that of
// NetworkDownVerificationURL, and the resource's own, in the space that it was first found in. A
// service's profile names the origins of all its addresses.
//
// The space of a resource is that of the addresses which its host resolves to at its first request:
// the widest of them. It becomes wider when a playlist, steering manifest or sign-in answer comes
// from a wider one: what that names is not the local network's. A Configuration with PublicOnly is
// for addresses that come from outside (titles of a public catalogue, links): the resource itself
// must be of the internet or named.
//
// The dialer resolves names and judges each address that it is about to connect to, so that a name
// which is bound to another address is judged anew. Each space has a transport of its own, so that
// a pooled connection into the local network is used by no request that may not lead there. A proxy
// is connected to wherever it is, since the person named it; what it is asked for is judged by its
// literal address or its name alone (LocalHost), since the proxy resolves it. Options.Transport has
// its own rules.
//
// # TVSDK's names
//
//	TVSDK                                       here
//	NetworkConfiguration                        Configuration, from NewConfiguration
//	  cookieHeaders (Metadata)                  Configuration.CookieHeaders (Metadata)
//	  useCookieHeadersForAllRequests            Configuration.UseCookieHeadersForAllRequests
//	  readSetCookieHeader                       Configuration.ReadSetCookieHeader
//	  forceNativeNetworking                     Configuration.ForceNativeNetworking (no effect)
//	  useRedirectedUrl                          Configuration.UseRedirectedURL, Response.URL
//	  masterUpdateInterval                      Configuration.MasterUpdateInterval
//	  networkDownVerificationUrl                Configuration.NetworkDownVerificationURL, Client.Online
//	  customUserAgent                           Configuration.UserAgent
//	  customHeaders                             Configuration.Headers
//	  forceHTTPS                                Configuration.ForceHTTPS
//	Metadata.setValue, getValue, setObject      Metadata.SetValue, Value, SetObject
//	NETWORK_CONFIGURATION (metadata key)        player.NetworkConfigurationKey
//	(none)                                      Configuration.CookieOrigins, NamedOrigins, PublicOnly, Cookies, Timeouts
//	(none)                                      Client.UpdateCookies, Epoch: pairs replaced during playback
//	(none)                                      Client.UpdateCredentials, Configuration.CredentialHeaders: with headers of the sign-in
//	(none)                                      Options.Credentials: both renewed during playback
//	(none)                                      Options.Login: Basic and Digest, where an origin asks for it
//
// ReadConfiguration reads a Configuration from the network section of a service profile, in TOML or JSON and with the
// spellings of both of TVSDK's flavours.
//
// Configuration.CMCD, off by default, tells content delivery networks how the playback goes (CTA-5004): in headers, with
// each hop, or in the query of the URL that is asked for. Request.CMCD has what the player knows; session, format and, but
// for segments, the object type are known here. Requests that are not of the resource tell nothing.
//
// # What becomes of a request
//
//	Request ─▶ plan: checked ─▶ attempt ─▶ hop ─▶ Transport ─▶ origin
//	             ▲    policy, pause │        ▲ rules │
//	             └───────────────◀──┘        └───◀───┘ redirects, at most 5
//	Response.Body ◀─ bounded ◀─ decoder ◀─ resumed by Range ◀─ exchange: time-outs, record
//
// At most 16 exchanges with an origin are in progress at a time, whatever the protocol; who comes after waits, as for a
// connection. Each class has its time-outs (connection, first byte, stall, whole), its limit on the body and its number of
// attempts. Repeated, with growing pauses, are time-outs, resets, cut bodies, 408, 429 and 5xx; on 429 and 503
// Retry-After is obeyed up to 30 s, and a longer one is left to the caller (Error.RetryAfter). No other 4xx is
// repeated, and no sign-in that may have reached the server. A media body that is cut goes on where it
// was, with If-Range; the caller does not notice. A body that ends early is never taken for complete: it is
// ErrTruncated, and io.ErrUnexpectedEOF.
//
// # The session in mid-play
//
//	401, 403 on playlist, init, segment, media, key, license, certificate or subtitle, from a host that the pairs may go to
//	     │                                              ┌── others that are refused meanwhile wait too
//	     ▼                                              ▼
//	Options.Credentials.Renew, once ─▶ new credentials, epoch ─▶ each request again, once ─▶ answer
//	     │ error                                                  │ 401, 403
//	     ▼                                                        ▼
//	ErrRefused with a *RenewalError ◀─────────────────────────────┘
//
// A renewal is in vain when the source fails, or when a request is refused with what it gave. After
// three in a row the source is left alone for a minute, then for longer and longer
// (RenewalError.Wait); a renewal of which each request was answered, or a person's sign-in, ends
// that. A request which waits can be canceled alone. Without a source a refused request is
// ErrRefused at once, and its caller waits for UpdateCookies; Changed says when there are later
// credentials than those of Error.Epoch.
//
// Credentials come one way. With a CredentialStore they come from its Current, from the start and
// whenever it has others: a renewal, whoever asked for it, begins an epoch, and a sign-in by a
// person (another Issue.SignIn) ends the pause besides. Several clients may share a store, which is
// told by Judge what its renewals were good for. Without one a program gives them: in the
// Configuration, and by UpdateCookies or UpdateCredentials when a person has signed in, which wakes
// what waits; what the source gives after that is dropped. Credentials that are in use already
// change nothing, neither epoch nor pause.
//
// A 401 that asks for Basic or Digest is no matter of the session: Options.Login is asked for a name and a password, once an origin, which
// get them and nobody else does.
//
// Options say how servers are reached: proxy, authorities, a certificate of one's own, TLS 1.2 at least; HTTP/2 where it is offered.
//
// Client.Records tells of each exchange, redirects and repeats included; WriteHAR makes an HTTP archive (HAR 1.2) of that.
//
// # Secrets
//
// Values live in Secret and Metadata, which print, log and encode as "[redacted]". An *Error and a Record have no
// query, no user information, no value of a cookie or header, and nothing that a server wrote. net/http itself logs
// what a server sends on an idle connection to the standard logger; a program that shows that logger's output
// should silence it.
//
// # Concurrency
//
// A Client is safe for concurrent use and runs no goroutine of its own but the one that calls
// Options.Credentials, and one that follows a CredentialStore; Close waits for both. A body has one
// reader; Close may be called from elsewhere. A body that nobody reads is not timed: a paused
// player does not stall.
//
// # Specifications
//
// RFC 9110 (semantics, ranges, redirects, encodings, Retry-After), RFC 9112 (HTTP/1.1), RFC 9113 (HTTP/2), RFC 6265 (cookies; from
// 6265bis the name prefixes and the protection of Secure cookies), RFC 6454 (origins), RFC 3986 (references), RFC 1952, 7932 and
// 8878 (gzip, brotli, zstd), 8305 (connections to several addresses), WICG Private Network Access
// (address spaces), CTA-5004 (common media client data), HAR 1.2.
package network
