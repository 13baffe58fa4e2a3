package drm

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// formatIdentity is the KEYFORMAT of keys that come as they are.
const formatIdentity = "identity"

// systems are the KEYFORMATs, in lower case, of systems that need a module of their vendor's.
var systems = map[string]string{
	"urn:uuid:edef8ba9-79d6-4ace-a3c8-27dcd51d21ed": "Widevine",
	"com.widevine":                                  "Widevine",
	"com.widevine.alpha":                            "Widevine",
	"com.microsoft.playready":                       "PlayReady",
	"urn:uuid:9a04f079-9840-4286-ab92-e65be0885f95": "PlayReady",
	"com.apple.streamingkeydelivery":                "FairPlay",
	"urn:uuid:94ce86fb-07ff-4f43-adb8-93d2fa968ca2": "FairPlay",
}

// SystemName returns the name of a system that needs a module of its vendor's, by the SystemID of a pssh box, or nothing. ISO/IEC
// 23001-7, 8.1.
func SystemName(id [16]byte) string { return systems[SystemFormat(id)] }

// SystemFormat returns the KEYFORMAT that stands for a SystemID: a urn:uuid.
func SystemFormat(id [16]byte) string {
	return fmt.Sprintf("urn:uuid:%x-%x-%x-%x-%x", id[:4], id[4:6], id[6:8], id[8:10], id[10:])
}

// System returns the name of the system that the key is of, when that needs a module of its vendor's, or nothing.
func (k KeyInfo) System() string {
	if e, ok := errors.AsType[*KeyFormatError](k.check()); ok {
		return e.System
	}
	return ""
}

func (k KeyInfo) format() string {
	if k.KeyFormat == "" {
		return formatIdentity
	}
	return k.KeyFormat
}

// check says why the key cannot be used, or nil.
func (k KeyInfo) check() error {
	if k.Clear() {
		return nil
	}
	if k.format() != formatIdentity {
		return &KeyFormatError{System: systems[strings.ToLower(k.KeyFormat)], KeyFormat: k.KeyFormat}
	}
	if scheme, _, _ := strings.Cut(k.URI, ":"); strings.EqualFold(scheme, "skd") {
		return &KeyFormatError{System: "FairPlay", KeyFormat: k.KeyFormat}
	}
	// RFC 8216, 4.3.2.4: versions divided by "/".
	if k.KeyFormatVersions != "" && !slices.Contains(strings.Split(k.KeyFormatVersions, "/"), "1") {
		return fmt.Errorf("version %.32q of KEYFORMAT %q: %w", k.KeyFormatVersions, formatIdentity, ErrUnsupportedKeyFormat)
	}
	if KeySize(k.Method) == 0 {
		return fmt.Errorf("METHOD %.32q: %w", k.Method, ErrUnsupportedMethod)
	}
	return nil
}

// Select returns the first of a segment's keys that can be used; without any keys, a clear one. If none can
// be used the error tells of the most telling one: *KeyFormatError of a known system, else the first.
func Select(keys []KeyInfo) (KeyInfo, error) {
	if len(keys) == 0 {
		return KeyInfo{Method: MethodNone}, nil
	}
	var reason error
	for _, k := range keys {
		err := k.check()
		if err == nil {
			return k, nil
		}
		if reason == nil || (!namesSystem(reason) && namesSystem(err)) {
			reason = err
		}
	}
	return KeyInfo{}, reason
}

func namesSystem(err error) bool {
	var e *KeyFormatError
	return errors.As(err, &e) && e.System != ""
}
