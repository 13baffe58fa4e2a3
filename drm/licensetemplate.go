package drm

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"latchkey/network"
)

// ErrLicenseTemplate is a LicenseTemplate of which no request can be made.
var ErrLicenseTemplate = errors.New("the licence request's template cannot be used")

// Answer is the form in which a licence server gives a key.
type Answer string

// The forms of answers.
const (
	AnswerRaw    Answer = "raw"    // the bytes of the key and nothing else
	AnswerBase64 Answer = "base64" // RFC 4648, 4 and 5, with padding or without
	AnswerHex    Answer = "hex"    // hexadecimal digits
	AnswerJWK    Answer = "jwk"    // a Clear Key licence: EME, 9.1.4
)

// Limits on a template.
const (
	maxTemplateText    = 16 << 10 // bytes, of each text
	maxTemplateHeaders = 16
	maxTemplatePath    = 8 // names
)

// LicenseTemplate is a KeySystem for licence servers of a service's own kind: it says what is sent, and where in the answer the key is. Requests
// are of class licence, so that the sign-in goes along as it does with Clear Key's. Constant once it is used.
//
// URL, the values of Header, and Body may hold these, which stand for the key that is needed:
//
//	${kid}               32 hexadecimal digits
//	${kid_uuid}          the same with hyphens
//	${kid_base64}        base64 (RFC 4648, 4)
//	${kid_base64url}     base64url without padding (RFC 7515, 2), as in JSON Web Keys
//	${challenge}         a Clear Key licence request, JSON (EME, 9.1.3)
//	${challenge_base64}  the same as base64
//
// In URL they are percent-encoded.
type LicenseTemplate struct {
	// KeyFormats are the KEYFORMATs of EXT-X-KEY that it is for, one at least. "identity" cannot be one.
	KeyFormats []string
	// URL is where licences are asked for; empty: at the URI of EXT-X-KEY.
	URL string
	// Method is GET or POST; empty: POST with a body, GET without.
	Method string
	Header map[string]string
	Body   string
	// Answer is the form of the key. Path says where in the answer's JSON it is: names and, of arrays, numbers from 0, with dots between
	// ("data.keys.0.value"); empty: the answer is the key.
	Answer Answer
	Path   string
}

// Check returns ErrLicenseTemplate, wrapped in what is wrong.
func (t *LicenseTemplate) Check() error {
	if reason := t.wrong(); reason != "" {
		return fmt.Errorf("%s: %w", reason, ErrLicenseTemplate)
	}
	return nil
}

func (t *LicenseTemplate) wrong() string {
	if len(t.KeyFormats) == 0 || slices.ContainsFunc(t.KeyFormats, func(f string) bool { return f == "" || strings.EqualFold(f, formatIdentity) }) {
		return "it is for no KEYFORMAT, or for identity"
	}
	texts := []string{t.URL, t.Body}
	var c network.Configuration
	for name, value := range t.Header {
		c.Headers = append(c.Headers, network.Header{Name: name, Value: network.NewSecret(value)})
		texts = append(texts, value)
	}
	if c.Validate() != nil {
		return "a header is not what a header may be"
	}
	for _, text := range texts {
		if len(text) > maxTemplateText {
			return "it is too long"
		}
		if _, err := fill(text, KeyRequest{Named: true}, url.QueryEscape); err != nil {
			return "it has a ${ that stands for nothing"
		}
	}
	if t.URL != "" {
		address, _ := fill(t.URL, KeyRequest{Named: true}, url.QueryEscape)
		if _, err := network.ParseURL(address); err != nil {
			return "its URL is none"
		}
	}
	switch {
	case len(t.Header) > maxTemplateHeaders:
		return "it has too many headers"
	case t.Method != "" && t.Method != http.MethodGet && t.Method != http.MethodPost:
		return "its method is neither GET nor POST"
	case t.Method == http.MethodGet && t.Body != "":
		return "a GET has no body"
	case !slices.Contains([]Answer{AnswerRaw, AnswerBase64, AnswerHex, AnswerJWK}, t.Answer):
		return "the answer's form is not known"
	case t.Answer == AnswerRaw && t.Path != "":
		return "raw bytes do not stand in JSON"
	case strings.Count(t.Path, ".") >= maxTemplatePath:
		return "the answer's path is too long"
	}
	return ""
}

// Formats returns KeyFormats.
func (t *LicenseTemplate) Formats() []string { return t.KeyFormats }

// Keys makes the request. It returns a *KeyError for a web page and for what is no key, and ErrNoKey when the template names the key and the
// samples do not.
func (t *LicenseTemplate) Keys(ctx context.Context, f Fetcher, r KeyRequest) ([]IdentifiedKey, error) {
	request, err := t.request(r)
	if err != nil {
		return nil, err
	}
	data, response, err := f.Fetch(ctx, request)
	if err != nil {
		return nil, fmt.Errorf("ask for a licence: %w", err)
	}
	defer clear(data)
	return t.read(data, r, response.Header.Get("Content-Type"), cleanURI(response.URL))
}

// request fills the template.
func (t *LicenseTemplate) request(r KeyRequest) (network.Request, error) {
	if err := t.Check(); err != nil {
		return network.Request{}, err
	}
	plain := func(text string) string { return text }
	address, err := fill(t.URL, r, url.QueryEscape)
	if err != nil {
		return network.Request{}, err
	}
	if address == "" {
		address = r.Info.URI
	}
	if _, err := network.ParseURL(address); err != nil {
		return network.Request{}, &KeyError{Err: ErrKeyURI}
	}
	body, err := fill(t.Body, r, plain)
	if err != nil {
		return network.Request{}, err
	}
	request := network.Request{Class: network.ClassLicense, URL: address, Method: t.Method, Header: make(http.Header)}
	for name, value := range t.Header {
		text, err := fill(value, r, plain)
		if err != nil {
			return network.Request{}, err
		}
		request.Header.Set(name, text)
	}
	if body != "" {
		request.Body = []byte(body)
	}
	if request.Method == "" {
		request.Method = http.MethodGet
		if body != "" {
			request.Method = http.MethodPost
		}
	}
	return request, nil
}

// fill replaces what stands for the key that is needed.
func fill(text string, r KeyRequest, escape func(string) string) (string, error) {
	return network.Expand(text, func(name string) (string, error) {
		value, known := keyText(name, r)
		switch {
		case !known:
			return "", ErrLicenseTemplate
		case !r.Named && strings.HasPrefix(name, "kid"):
			return "", fmt.Errorf("the samples do not name their key: %w", ErrNoKey)
		}
		return escape(value), nil
	})
}

// keyText is what a name of a template stands for.
func keyText(name string, r KeyRequest) (text string, known bool) {
	switch name {
	case "kid":
		return r.ID.String(), true
	case "kid_uuid":
		digits := r.ID.String()
		return strings.Join([]string{digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]}, "-"), true
	case "kid_base64":
		return base64.StdEncoding.EncodeToString(r.ID[:]), true
	case "kid_base64url":
		return base64.RawURLEncoding.EncodeToString(r.ID[:]), true
	case "challenge":
		return string(clearKeyRequest(r)), true
	case "challenge_base64":
		return base64.StdEncoding.EncodeToString(clearKeyRequest(r)), true
	}
	return "", false
}

// read finds the keys in an answer from a server.
func (t *LicenseTemplate) read(data []byte, r KeyRequest, contentType, from string) ([]IdentifiedKey, error) {
	wrong := &KeyError{URL: from, Length: len(data), Err: ErrLicense}
	if t.Path != "" {
		value, ok := within(data, t.Path)
		if !ok {
			if looksLikePage(data) {
				wrong.Err = ErrKeyIsWebPage
			}
			return nil, wrong
		}
		defer clear(value)
		data = value
	}
	switch t.Answer {
	case AnswerJWK:
		return readLicense(data, from)
	case AnswerBase64, AnswerHex:
		if looksLikePage(data) {
			wrong.Err = ErrKeyIsWebPage
			return nil, wrong
		}
		text := string(bytes.TrimSpace(data))
		data = decodeLoosely(text)
		if t.Answer == AnswerHex {
			data, _ = hex.DecodeString(text) // not one: no bytes
		}
		defer clear(data)
		contentType = ""
	}
	key, err := keyOf(data, KeySize(r.Info.Method), contentType, from)
	if err != nil {
		return nil, err
	}
	return []IdentifiedKey{{ID: r.ID, Key: key}}, nil
}

// within returns a value of a JSON text: of a string what it holds, of an object or array its JSON.
func within(data []byte, path string) ([]byte, bool) {
	value := json.RawMessage(data)
	for name := range strings.SplitSeq(path, ".") {
		var object map[string]json.RawMessage
		var array []json.RawMessage
		switch {
		case json.Unmarshal(value, &object) == nil:
			next, ok := object[name]
			if !ok {
				return nil, false
			}
			value = next
		case json.Unmarshal(value, &array) == nil:
			n, err := strconv.Atoi(name)
			if err != nil || n < 0 || n >= len(array) {
				return nil, false
			}
			value = array[n]
		default:
			return nil, false
		}
	}
	var text string
	if json.Unmarshal(value, &text) == nil && text != "" {
		return []byte(text), true
	}
	return bytes.Clone(value), len(value) > 0 && (value[0] == '{' || value[0] == '[')
}
