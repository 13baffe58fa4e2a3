package drm_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"latchkey/drm"
)

func TestSelect(t *testing.T) {
	identity := drm.KeyInfo{Method: "AES-128", URI: "https://example.com/k"}
	widevine := drm.KeyInfo{Method: "SAMPLE-AES-CTR", URI: "data:text/plain;base64,AAAA", KeyFormat: "urn:uuid:EDEF8BA9-79D6-4ACE-A3C8-27DCD51D21ED"}
	playready := drm.KeyInfo{Method: "SAMPLE-AES", URI: "data:,x", KeyFormat: "com.microsoft.playready"}
	fairplay := drm.KeyInfo{Method: "SAMPLE-AES", URI: "skd://asset", KeyFormat: "com.apple.streamingkeydelivery", KeyFormatVersions: "1"}
	skd := drm.KeyInfo{Method: "SAMPLE-AES", URI: "skd://asset"}
	unknown := drm.KeyInfo{Method: "SAMPLE-AES", URI: "x:", KeyFormat: "org.example.drm"}
	sample := drm.KeyInfo{Method: "ROT-13", URI: "https://example.com/k"}
	version := drm.KeyInfo{Method: "AES-128", URI: "https://example.com/k", KeyFormat: "identity", KeyFormatVersions: "2/3"}
	versions := drm.KeyInfo{Method: "AES-128", URI: "https://example.com/k", KeyFormat: "identity", KeyFormatVersions: "2/1"}
	tests := map[string]struct {
		keys    []drm.KeyInfo
		want    drm.KeyInfo
		err     error
		message string
	}{
		"none":             {nil, drm.KeyInfo{Method: drm.MethodNone}, nil, ""},
		"NONE":             {[]drm.KeyInfo{{Method: "NONE"}}, drm.KeyInfo{Method: "NONE"}, nil, ""},
		"identity":         {[]drm.KeyInfo{identity}, identity, nil, ""},
		"first supported":  {[]drm.KeyInfo{widevine, versions, identity}, versions, nil, ""},
		"Widevine":         {[]drm.KeyInfo{widevine}, drm.KeyInfo{}, drm.ErrUnsupportedKeyFormat, "This title is protected with Widevine, which Latchkey cannot play"},
		"PlayReady":        {[]drm.KeyInfo{playready}, drm.KeyInfo{}, drm.ErrUnsupportedKeyFormat, "This title is protected with PlayReady, which Latchkey cannot play"},
		"FairPlay":         {[]drm.KeyInfo{fairplay}, drm.KeyInfo{}, drm.ErrUnsupportedKeyFormat, "This title is protected with FairPlay, which Latchkey cannot play"},
		"skd":              {[]drm.KeyInfo{skd}, drm.KeyInfo{}, drm.ErrUnsupportedKeyFormat, "This title is protected with FairPlay, which Latchkey cannot play"},
		"unknown":          {[]drm.KeyInfo{unknown}, drm.KeyInfo{}, drm.ErrUnsupportedKeyFormat, `This title is protected with a system ("org.example.drm") that Latchkey does not know`},
		"method":           {[]drm.KeyInfo{sample}, drm.KeyInfo{}, drm.ErrUnsupportedMethod, `METHOD "ROT-13": the encryption method is not supported`},
		"version":          {[]drm.KeyInfo{version}, drm.KeyInfo{}, drm.ErrUnsupportedKeyFormat, `version "2/3" of KEYFORMAT "identity": the key format is not supported`},
		"most telling one": {[]drm.KeyInfo{unknown, widevine}, drm.KeyInfo{}, drm.ErrUnsupportedKeyFormat, "This title is protected with Widevine, which Latchkey cannot play"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := drm.Select(test.keys)
			require.ErrorIs(t, err, test.err)
			require.Equal(t, test.want, got)
			if test.err != nil {
				require.EqualError(t, err, test.message)
			}
		})
	}
}
