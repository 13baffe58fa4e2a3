package drm

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"latchkey/network"
)

// maxLicenseKeys is the most keys of a licence that are read.
const maxLicenseKeys = 256

// The KEYFORMATs of Clear Key: the name of the key system, and the SystemIDs that stand for it in pssh boxes.
const (
	FormatClearKey       = "org.w3.clearkey"
	FormatClearKeyCommon = "urn:uuid:1077efec-c0b2-4d02-ace3-3c1e52e2fb4b"
	FormatClearKeyDASH   = "urn:uuid:e2719d58-a985-b3c9-781a-b030af78d30e"
)

// ClearKey asks licence servers for keys in JSON: W3C Encrypted Media Extensions, 9.1. Requests are of class licence.
type ClearKey struct {
	// License is the server that is asked where EXT-X-KEY names none, may be empty.
	License string
}

// Formats returns the KEYFORMATs of Clear Key.
func (ClearKey) Formats() []string {
	return []string{FormatClearKey, FormatClearKeyCommon, FormatClearKeyDASH}
}

// licenseRequest is what a server is asked. EME, 9.1.3.
type licenseRequest struct {
	IDs  []string `json:"kids"`
	Type string   `json:"type"`
}

// license is the answer: a JSON Web Key Set. EME, 9.1.4; RFC 7517, 5; RFC 7518, 6.4.
type license struct {
	Keys []struct {
		Type string `json:"kty"`
		ID   string `json:"kid"`
		Key  string `json:"k"`
	} `json:"keys"`
}

// Keys asks the server of the URI. It returns a *KeyError for a web page and for what is no licence.
func (c ClearKey) Keys(ctx context.Context, f Fetcher, r KeyRequest) ([]IdentifiedKey, error) {
	uri := c.License
	if scheme, _, _ := strings.Cut(r.Info.URI, ":"); strings.EqualFold(scheme, "http") || strings.EqualFold(scheme, "https") {
		uri = r.Info.URI
	}
	if uri == "" {
		return nil, &KeyError{Err: ErrKeyURI}
	}
	data, response, err := f.Fetch(ctx, network.Request{Class: network.ClassLicense, URL: uri, Method: http.MethodPost, Body: clearKeyRequest(r),
		Header: http.Header{"Content-Type": {"application/json"}, "Accept": {"application/json"}}})
	if err != nil {
		return nil, fmt.Errorf("ask for a licence: %w", err)
	}
	defer clear(data)
	return readLicense(data, cleanURI(response.URL))
}

// clearKeyRequest is what a licence server is asked.
func clearKeyRequest(r KeyRequest) []byte {
	request := licenseRequest{IDs: []string{}, Type: "temporary"}
	if r.Named {
		request.IDs = append(request.IDs, base64.RawURLEncoding.EncodeToString(r.ID[:]))
	}
	body, err := json.Marshal(request)
	if err != nil {
		panic(err) // it is made of strings
	}
	return body
}

// readLicense reads a licence. from is where it came from.
func readLicense(data []byte, from string) ([]IdentifiedKey, error) {
	if looksLikePage(data) {
		return nil, &KeyError{URL: from, Length: len(data), Err: ErrKeyIsWebPage}
	}
	var set license
	if json.Unmarshal(data, &set) != nil || set.Keys == nil { // its error may quote the data
		return nil, &KeyError{URL: from, Length: len(data), Err: ErrLicense}
	}
	var keys []IdentifiedKey
	for _, k := range set.Keys[:min(len(set.Keys), maxLicenseKeys)] {
		id, key := decodeLoosely(k.ID), decodeLoosely(k.Key)
		if k.Type != "oct" || len(id) != len(KeyID{}) {
			continue
		}
		made, err := NewKey(key)
		clear(key)
		if err != nil {
			return nil, &KeyError{URL: from, Length: len(key), Want: 16, Err: ErrKeyLength}
		}
		keys = append(keys, IdentifiedKey{ID: KeyID(id), Key: made})
	}
	return keys, nil
}

// decodeLoosely decodes base64url without padding (RFC 7515, 2), and what servers write in its place. It returns nil for anything else.
func decodeLoosely(text string) []byte {
	text = strings.NewReplacer("+", "-", "/", "_").Replace(strings.TrimRight(text, "="))
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return nil
	}
	return b
}
