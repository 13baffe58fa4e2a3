package drm

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/network"
)

// FuzzLicense reads whatever a licence server sends, in each form.
func FuzzLicense(f *testing.F) {
	f.Add([]byte(`{"keys":[{"kty":"oct","kid":"LwVHf8JLtPrv2GUXFW2v_A","k":"tQ0bJVWb6b0KPL6KtZIy_A"}],"type":"temporary"}`), "") // EME, 9.1.4
	f.Add([]byte(`{"data":{"keys":[{"key":"tQ0bJVWb6b0KPL6KtZIy/A=="}]}}`), "data.keys.0.key")
	f.Add([]byte("b50d1b25559be9bd0a3cbe8ab59232fc"), "")
	f.Fuzz(func(t *testing.T, data []byte, path string) {
		for _, answer := range []Answer{AnswerRaw, AnswerBase64, AnswerHex, AnswerJWK} {
			template := LicenseTemplate{KeyFormats: []string{"a"}, Answer: answer, Path: path}
			if template.Check() != nil {
				continue
			}
			keys, err := template.read(data, KeyRequest{Info: KeyInfo{Method: MethodSampleAES}}, "", "https://license.example.com/")
			if err != nil {
				assert.Empty(t, keys)
			}
		}
	})
}

// TestLicenseOfTheSpecification reads the example of EME, 9.1.4.
func TestLicenseOfTheSpecification(t *testing.T) {
	keys, err := readLicense([]byte(`{"keys":[{"kty":"oct","k":"tQ0bJVWb6b0KPL6KtZIy_A","kid":"LwVHf8JLtPrv2GUXFW2v_A"}],"type":"temporary"}`), "")
	require.NoError(t, err)
	require.Len(t, keys, 1)
	assert.Equal(t, "2f05477fc24bb4faefd86517156daffc", keys[0].ID.String())
	assert.Equal(t, "b50d1b25559be9bd0a3cbe8ab59232fc", hexOf(keys[0].Key))
}

// licenseServer is a Fetcher that keeps the request and gives one answer.
type licenseServer struct {
	network.Request

	answer string
}

func (*licenseServer) Epoch() uint64 { return 0 }

func (s *licenseServer) Fetch(_ context.Context, r network.Request) ([]byte, *network.Response, error) {
	s.Request = r
	return []byte(s.answer), &network.Response{Status: http.StatusOK, URL: r.URL, Header: http.Header{"Content-Type": {"text/html"}}}, nil
}

// The key and the name of EME's example, 9.1.4.
const (
	exampleID  = "2f05477fc24bb4faefd86517156daffc"
	exampleKey = "b50d1b25559be9bd0a3cbe8ab59232fc"
)

func exampleRequest(t *testing.T) KeyRequest {
	t.Helper()
	id, err := ParseKeyID(exampleID)
	require.NoError(t, err)
	return KeyRequest{Info: KeyInfo{Method: MethodSampleAES, URI: "https://keys.example.com/of?stream=1", KeyFormat: "com.example"}, ID: id, Named: true}
}

func TestLicenseTemplateRequests(t *testing.T) {
	challenge := `{"kids":["LwVHf8JLtPrv2GUXFW2v_A"],"type":"temporary"}` // EME, 9.1.3
	for name, c := range map[string]struct {
		template          LicenseTemplate
		method, url, body string
		header            http.Header
	}{
		"the stream's own URL": {LicenseTemplate{}, http.MethodGet, "https://keys.example.com/of?stream=1", "", http.Header{}},
		"names in the URL": {LicenseTemplate{URL: "https://l.example.com/${kid}/${kid_uuid}?a=${kid_base64}&b=${kid_base64url}"}, http.MethodGet,
			"https://l.example.com/" + exampleID + "/2f05477f-c24b-b4fa-efd8-6517156daffc?a=LwVHf8JLtPrv2GUXFW2v%2FA%3D%3D&b=LwVHf8JLtPrv2GUXFW2v_A", "", http.Header{}},
		"a body and headers": {LicenseTemplate{URL: "https://l.example.com/", Body: `{"kid":"${kid_base64}"}`, Header: map[string]string{"Content-Type": "application/json", "X-Kid": "${kid}"}},
			http.MethodPost, "https://l.example.com/", `{"kid":"LwVHf8JLtPrv2GUXFW2v/A=="}`, http.Header{"Content-Type": {"application/json"}, "X-Kid": {exampleID}}},
		"a challenge": {LicenseTemplate{Method: http.MethodPost, Body: "${challenge_base64}.${challenge}"}, http.MethodPost, "https://keys.example.com/of?stream=1",
			base64.StdEncoding.EncodeToString([]byte(challenge)) + "." + challenge, http.Header{}},
	} {
		t.Run(name, func(t *testing.T) {
			c.template.KeyFormats, c.template.Answer = []string{"com.example"}, AnswerHex
			server := &licenseServer{answer: exampleKey}
			keys, err := c.template.Keys(t.Context(), server, exampleRequest(t))
			require.NoError(t, err)
			require.Len(t, keys, 1)
			assert.Equal(t, exampleID, keys[0].ID.String())
			assert.Equal(t, exampleKey, hexOf(keys[0].Key))
			assert.Equal(t, network.ClassLicense, server.Class)
			assert.Equal(t, []string{c.method, c.url, c.body}, []string{server.Method, server.URL, string(server.Body)})
			assert.Equal(t, c.header, server.Header)
		})
	}
}

func TestLicenseTemplateAnswers(t *testing.T) {
	raw := string([]byte{0xb5, 0x0d, 0x1b, 0x25, 0x55, 0x9b, 0xe9, 0xbd, 0x0a, 0x3c, 0xbe, 0x8a, 0xb5, 0x92, 0x32, 0xfc})
	set := `{"keys":[{"kty":"oct","kid":"LwVHf8JLtPrv2GUXFW2v_A","k":"tQ0bJVWb6b0KPL6KtZIy_A"}]}`
	for name, c := range map[string]struct {
		answer, path, data string
		want               error
	}{
		"raw":                 {"raw", "", raw, nil},
		"base64":              {"base64", "", "tQ0bJVWb6b0KPL6KtZIy/A==\n", nil},
		"base64url":           {"base64", "", "tQ0bJVWb6b0KPL6KtZIy_A", nil},
		"hex":                 {"hex", "", strings.ToUpper(exampleKey), nil},
		"jwk":                 {"jwk", "", set, nil},
		"base64 in JSON":      {"base64", "data.key", `{"data":{"key":"tQ0bJVWb6b0KPL6KtZIy/A=="}}`, nil},
		"hex in an array":     {"hex", "keys.1.value", `{"keys":[{},{"value":"` + exampleKey + `"}]}`, nil},
		"jwk in JSON":         {"jwk", "license", `{"license":` + set + `}`, nil},
		"jwk as text in JSON": {"jwk", "license", fmt.Sprintf(`{"license":%q}`, set), nil},
		"15 bytes":            {"raw", "", raw[:15], ErrKeyIsWebPage}, // the type says so
		"15 bytes as digits":  {"hex", "", exampleKey[:30], ErrKeyLength},
		"nothing":             {"base64", "", "", ErrKeyLength},
		"no digits":           {"hex", "", strings.Repeat("x", 32), ErrKeyLength},
		"a page":              {"base64", "", "<!doctype html><p>Sign in", ErrKeyIsWebPage},
		"a page for JSON":     {"base64", "data.key", "<html>", ErrKeyIsWebPage},
		"no such path":        {"base64", "data.key", `{"data":{"error":"no"}}`, ErrLicense},
		"a number":            {"base64", "key", `{"key":5}`, ErrLicense},
		"beyond the array":    {"hex", "keys.7", `{"keys":[]}`, ErrLicense},
		"not before it":       {"hex", "keys.-1", `{"keys":["a"]}`, ErrLicense},
		"an object for text":  {"hex", "key", `{"key":{}}`, ErrKeyLength},
		"no set":              {"jwk", "", `[1]`, ErrLicense},
	} {
		t.Run(name, func(t *testing.T) {
			template := LicenseTemplate{KeyFormats: []string{"com.example"}, Answer: Answer(c.answer), Path: c.path}
			keys, err := template.Keys(t.Context(), &licenseServer{answer: c.data}, exampleRequest(t))
			if c.want != nil {
				require.ErrorIs(t, err, c.want)
				assert.NotContains(t, err.Error(), exampleKey[:30])
				return
			}
			require.NoError(t, err)
			require.Len(t, keys, 1)
			assert.Equal(t, exampleKey, hexOf(keys[0].Key))
		})
	}
}

func TestLicenseTemplateChecks(t *testing.T) {
	for name, change := range map[string]func(*LicenseTemplate){
		"for nothing":      func(l *LicenseTemplate) { l.KeyFormats = nil },
		"for identity":     func(l *LicenseTemplate) { l.KeyFormats = []string{"Identity"} },
		"another method":   func(l *LicenseTemplate) { l.Method = "PUT" },
		"a GET's body":     func(l *LicenseTemplate) { l.Method, l.Body = http.MethodGet, "a" },
		"another answer":   func(l *LicenseTemplate) { l.Answer = "xml" },
		"a path in bytes":  func(l *LicenseTemplate) { l.Answer, l.Path = AnswerRaw, "a" },
		"no name":          func(l *LicenseTemplate) { l.Body = "${token}" },
		"no end":           func(l *LicenseTemplate) { l.Body = "${kid" },
		"a cookie":         func(l *LicenseTemplate) { l.Header = map[string]string{"Cookie": "a=b"} },
		"lines":            func(l *LicenseTemplate) { l.Header = map[string]string{"X": "a\r\nCookie: a"} },
		"a file":           func(l *LicenseTemplate) { l.URL = "file:///etc/passwd" },
		"too long":         func(l *LicenseTemplate) { l.Body = strings.Repeat("a", 20<<10) },
		"too long a path":  func(l *LicenseTemplate) { l.Path = "a.b.c.d.e.f.g.h.i" },
		"too many headers": func(l *LicenseTemplate) { l.Header = manyHeaders() },
	} {
		t.Run(name, func(t *testing.T) {
			template := LicenseTemplate{KeyFormats: []string{"a"}, Answer: AnswerHex}
			require.NoError(t, template.Check())
			change(&template)
			require.ErrorIs(t, template.Check(), ErrLicenseTemplate)
			_, err := template.Keys(t.Context(), nil, exampleRequest(t))
			require.ErrorIs(t, err, ErrLicenseTemplate)
		})
	}
}

func manyHeaders() map[string]string {
	headers := make(map[string]string)
	for i := range 20 {
		headers[fmt.Sprintf("X-%d", i)] = "a"
	}
	return headers
}

// TestLicenseTemplateWithoutAName asks for the key of samples that name none.
func TestLicenseTemplateWithoutAName(t *testing.T) {
	request := exampleRequest(t)
	request.ID, request.Named = KeyID{}, false
	template := LicenseTemplate{KeyFormats: []string{"a"}, Answer: AnswerHex}
	keys, err := template.Keys(t.Context(), &licenseServer{answer: exampleKey}, request)
	require.NoError(t, err)
	assert.Len(t, keys, 1)
	template.Body = "${kid}"
	_, err = template.Keys(t.Context(), &licenseServer{answer: exampleKey}, request)
	require.ErrorIs(t, err, ErrNoKey)
}
