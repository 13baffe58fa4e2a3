// Package drm gets keys and decrypts with them: whole segments with AES-128 and AES-256, samples with SAMPLE-AES and Common Encryption; with
// keys from key servers, licence servers and data URIs. Every request goes through the network package as ClassKey or ClassLicense, which
// puts the sign-in's cookie pairs on it.
//
//	keys := drm.NewKeyStore(client, drm.ClearKey{}) // client is a *network.Client
//	defer keys.Close()
//	info, err := keys.Select(infos) // the segment's EXT-X-KEY lines
//	keys.Prefetch(ctx, info)       // as soon as the playlist names it
//	key, err := keys.Key(ctx, info)
//	clear := drm.NewSegmentReader(encrypted, info.Method, key, info.IVFor(sequence))
//
// # Data flow
//
//	EXT-X-KEY ─▶ Select ─▶ KeyStore ─▶ network.Client (ClassKey) ─▶ key server
//	                          │ Key
//	segment's body ─▶ NewSegmentReader ─▶ demuxer ─▶ SampleDecrypter ─▶ decoder
//
// A KeySystem gets the keys of samples in its own way: ClearKey is one, and an integrator can add a licensed one.
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
//	SAMPLE-AES     absent, "identity",    supported: H.264, AAC, AC-3, E-AC-3 in MPEG-2 TS, the sounds without a container, all in MP4
//	               Clear Key, KeySystem   (cbcs, and what else the container says)
//	SAMPLE-AES-CTR likewise               supported: MP4 (cenc, and what else the container says)
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
// Apple, MPEG-2 Stream Encryption Format for HTTP Live Streaming; ISO/IEC 23001-7 (Common Encryption: cenc, cens, cbc1, cbcs); W3C Encrypted
// Media Extensions, 9.1 (Clear Key); RFC 8216, 4.3.2.4 (EXT-X-KEY) and 5.2 (IV for AES-128); its second edition, 4.4.4.4 (AES-256-GCM); NIST
// SP 800-38A (CBC, CTR) and 800-38D (GCM); RFC 5652, 6.3 (padding); RFC 2397 (data URIs).
package drm
