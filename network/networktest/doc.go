// Package networktest is a video service on loopback: an origin for tests, with gates and faults, and the demo service that
// `latchkey demo` plays from.
//
//	o, err := networktest.NewOrigin(networktest.Options{
//		FS:         os.DirFS(folder),              // clear HLS: playlists, init segments, segments
//		Encryption: networktest.Encryption{On: true, RotateEvery: 3},
//		Gates:      []networktest.Gate{{Class: network.ClassKey, Name: "session", Value: "12345"}},
//	})
//	defer o.Close()
//	o.Inject(networktest.Fault{Classes: []network.Class{network.ClassSegment}, Times: 1, Effect: networktest.Cut(1000, true)})
//	play(o.URL("main.m3u8"))
//	for _, r := range o.Requests() { ... }
//
// # How data flows
//
// [NewOrigin] reads every .m3u8 file of the file system once and notes which files are init segments and segments, and under which media
// sequence number. With [Encryption] on it makes new keys, writes EXT-X-KEY tags into the playlists that it serves, encrypts
// each segment when it is asked for (AES-128 CBC with PKCS#7), and answers for the keys itself. Other files are served as they are,
// with Range support. Every request goes, in this order, into the log, through the faults, through the gates, to its answer.
//
// [Demo] is the same origin with the shipped media, a catalogue, and a key server that answers only to a session cookie; it has an OpenID
// Connect provider, device codes, a sign-in page of its own and a password's endpoint to get one from, and a profile that says all that to a player.
// Each can be made to fail: [Demo.Inject] is the network's faults, [Demo.Misbehave] the provider's, [Demo.VisitAs] the person's.
//
// # Concurrency
//
// All methods of [Origin] and [Demo] are safe for concurrent use. Close ends every answer in progress, waits for all goroutines, and may
// be called twice.
//
// # Specifications
//
// RFC 8216, sections 4.3.2.2 (EXT-X-BYTERANGE), 4.3.2.4 (EXT-X-KEY), 4.3.2.5 (EXT-X-MAP), 5.2 (IV for AES-128); RFC 6265 for the cookies;
// RFC 8252, 7.3 (loopback redirection), RFC 6749 and 7636 (codes), RFC 7009 (revocation), RFC 8628 (device codes), RFC 9207 (issuer), and OpenID Connect
// Core and Discovery 1.0 for the sign-in.
package networktest
