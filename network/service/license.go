package service

import (
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"

	"latchkey/network"
)

// Limits on what a profile says of licences.
const (
	maxLicenses       = 16
	maxKeyFormats     = 16
	maxLicenseHeaders = 16
	maxLicenseBody    = 16 << 10
)

// License says how a licence server of the service's own kind is asked for a key, and where in its answer the key is: drm.LicenseTemplate has what the
// fields mean. The sign-in goes along where Profile.LicenseOrigins has the server, and nowhere else.
type License struct {
	KeyFormats []string          // KEYFORMATs of EXT-X-KEY
	URL        string            // empty: that of EXT-X-KEY
	Method     string            // GET or POST; empty: POST with a body, GET without
	Headers    map[string]string // of the request, nil without
	Body       string
	Answer     string // "raw", "base64", "hex" or "jwk"
	AnswerPath string // where in the answer's JSON, as in "data.key"
}

// licenseNames are what a text of a licence request may stand for.
var licenseNames = []string{"kid", "kid_uuid", "kid_base64", "kid_base64url", "challenge", "challenge_base64"}

var (
	errLicenseName   = errors.New("has a ${ that is none of ${kid}, ${kid_uuid}, ${kid_base64}, ${kid_base64url}, ${challenge}, ${challenge_base64}")
	errLicenseOrigin = errors.New("does not say which host is asked: the key is part of it")
)

// readLicenses reads [[licenses]].
func (p *Profile) readLicenses(top *table) {
	var formats []string
	for _, t := range top.tables("licenses", maxLicenses) {
		l := License{KeyFormats: t.texts("key_formats", maxKeyFormats), URL: t.text("url"), Method: t.text("method"), Body: t.text("body"),
			Answer: t.text("answer"), AnswerPath: t.text("answer_path")}
		if len(l.KeyFormats) == 0 {
			t.wrong("key_formats", "is missing")
		}
		for _, format := range l.KeyFormats {
			switch {
			case strings.EqualFold(format, "identity") || format == "" || len(format) > maxPlain:
				t.wrong("key_formats", "has what is no KEYFORMAT of a licence server")
			case slices.Contains(formats, strings.ToLower(format)):
				t.wrong("key_formats", "has a KEYFORMAT twice")
			}
			formats = append(formats, strings.ToLower(format))
		}
		if l.URL != "" {
			t.check("url", checkLicenseURL(l.URL))
		}
		if !slices.Contains([]string{"", http.MethodGet, http.MethodPost}, l.Method) {
			t.wrong("method", "is neither \"GET\" nor \"POST\"")
		}
		if l.Body != "" && l.Method == http.MethodGet || len(l.Body) > maxLicenseBody {
			t.wrong("body", "is too long, or that of a GET")
		}
		_, err := filledLicense(l.Body, "x")
		t.check("body", err)
		if !slices.Contains([]string{"raw", "base64", "hex", "jwk"}, l.Answer) {
			t.wrong("answer", "is none of \"raw\", \"base64\", \"hex\" and \"jwk\"")
		}
		if l.AnswerPath != "" && (l.Answer == "raw" || len(l.AnswerPath) > maxJSONPath || !pathForm.MatchString(l.AnswerPath)) {
			t.wrong("answer_path", "is no path in JSON such as \"data.key\", or that of raw bytes")
		}
		l.readHeaders(t)
		t.done()
		p.Licenses = append(p.Licenses, l)
	}
}

// checkLicenseURL checks an address in which the key may stand, but not in its origin: that a person has to see.
func checkLicenseURL(text string) error {
	var origins [2]string
	for i, value := range []string{"x", "y"} {
		filled, err := filledLicense(text, value)
		if err != nil {
			return err
		}
		u, err := parseAddress(filled)
		if err != nil {
			return err
		}
		origins[i] = network.Origin(u)
	}
	if origins[0] != origins[1] {
		return errLicenseOrigin
	}
	return nil
}

// readHeaders reads the headers of a licence request.
func (l *License) readHeaders(t *table) {
	headers, _ := t.table("headers")
	if len(headers.values) > maxLicenseHeaders {
		t.wrong("headers", "has more than %d", maxLicenseHeaders)
		return
	}
	for _, name := range slices.Sorted(maps.Keys(headers.values)) {
		value := headers.text(name)
		filled, err := filledLicense(value, "x")
		headers.check(name, err)
		c := network.Configuration{Headers: []network.Header{{Name: name, Value: network.NewSecret(filled)}}}
		if value == "" || len(value) > maxTemplate || c.Validate() != nil {
			headers.wrong(name, "%w", errHeader)
		}
		if l.Headers == nil {
			l.Headers = make(map[string]string)
		}
		l.Headers[name] = value
	}
	headers.done()
}

// filledLicense is a text in which a value stands for each name.
func filledLicense(text, value string) (string, error) {
	return Template{Value: text}.fill(func(name string) (string, error) {
		if !slices.Contains(licenseNames, name) {
			return "", errLicenseName
		}
		return value, nil
	})
}
