// Package drm gets keys and decrypts with them: whole segments with AES-128 and AES-256, with keys from key
// servers and from data URIs. Every key request goes through the network package as ClassKey, which puts
// the sign-in's cookie pairs on it.
//
//	keys := drm.NewKeyStore(client) // client is a *network.Client
//	defer keys.Close()
//	info, err := drm.Select(infos) // the segment's EXT-X-KEY lines
//	keys.Prefetch(ctx, info)       // as soon as the playlist names it
//	key, err := keys.Key(ctx, info)
//	clear := drm.NewSegmentReader(encrypted, info.Method, key, info.IVFor(sequence))
//
// # Data flow
//
//	EXT-X-KEY ─▶ Select ─▶ KeyStore ─▶ network.Client (ClassKey) ─▶ key server
//	                          │ Key
//	segment's body ─▶ NewSegmentReader ─▶ demuxer
//
// Nothing is kept on disk. A key is one flight for all who ask for it at the same time, is kept by its URI
// and the credential epoch, so that a new sign-in asks anew, and shows itself in no log: a Key prints
// as "[redacted]".
//
// # What is supported
//
//	METHOD         KEYFORMAT              result
//	NONE           any                    clear: KeyInfo.Clear
//	AES-128        absent, "identity"     supported
//	AES-256        absent, "identity"     supported
//	AES-256-CTR    absent, "identity"     supported
//	AES-256-GCM    absent, "identity"     supported
//	other          absent, "identity"     ErrUnsupportedMethod
//	any            Widevine, PlayReady,   *KeyFormatError, which names the system;
//	               FairPlay, others       errors.Is ErrUnsupportedKeyFormat
//
// Of several EXT-X-KEY lines for a segment the first supported one is taken.
//
// # Concurrency
//
// A KeyStore is safe for concurrent use. It runs one goroutine for each key that is being fetched; Close ends
// and awaits them. A segment reader has one caller.
//
// # Specifications
//
// RFC 8216, 4.3.2.4 (EXT-X-KEY) and 5.2 (IV for AES-128); its second edition, 4.4.4.4 (AES-256-GCM); NIST
// SP 800-38A (CBC, CTR) and 800-38D (GCM); RFC 5652, 6.3 (padding); RFC 2397 (data URIs).
package drm
