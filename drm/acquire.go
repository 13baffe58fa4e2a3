package drm

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"net/url"
	"strings"

	"latchkey/network"
)

// Fetcher makes key requests. A *network.Client is one.
type Fetcher interface {
	// Fetch returns a request's whole body. The Response tells its type and where it came from.
	Fetch(ctx context.Context, r network.Request) ([]byte, *network.Response, error)
	// Epoch counts the changes of the credentials that requests carry.
	Epoch() uint64
}

// Limits on what stands for a key.
const (
	maxDataURI   = 4096 // bytes
	maxPageSniff = 1024 // bytes looked at to tell a web page
)

// acquire gets the key of size bytes of a URI.
func acquire(ctx context.Context, f Fetcher, uri string, size int) (Key, error) {
	if data, is, err := DataURI(uri); is {
		if err != nil {
			return Key{}, &KeyError{Err: err}
		}
		defer clear(data)
		return keyOf(data, size, "", "")
	}
	if uri == "" {
		return Key{}, &KeyError{Err: ErrKeyURI}
	}
	data, response, err := f.Fetch(ctx, network.Request{Class: network.ClassKey, URL: uri})
	if err != nil {
		return Key{}, fmt.Errorf("fetch key: %w", err)
	}
	defer clear(data)
	return keyOf(data, size, response.Header.Get("Content-Type"), cleanURI(response.URL))
}

// keyOf makes a key of an answer, or says what it is instead. Key servers written in haste send their
// bytes as text/html, so the type counts only where the length is wrong.
func keyOf(data []byte, size int, contentType, from string) (Key, error) {
	if looksLikePage(data) || (len(data) != size && isPageType(contentType)) {
		return Key{}, &KeyError{URL: from, Length: len(data), Err: ErrKeyIsWebPage}
	}
	if len(data) != size {
		return Key{}, &KeyError{URL: from, Length: len(data), Want: size, Err: ErrKeyLength}
	}
	return NewKey(data)
}

func isPageType(contentType string) bool {
	media, _, _ := strings.Cut(contentType, ";")
	switch strings.ToLower(strings.TrimSpace(media)) {
	case "text/html", "application/xhtml+xml":
		return true
	}
	return false
}

// looksLikePage says that data begins as a web page does, comments and an XML declaration aside.
func looksLikePage(data []byte) bool {
	head := bytes.ToLower(data[:min(len(data), maxPageSniff)])
	head = bytes.TrimPrefix(head, []byte("\xef\xbb\xbf"))
	for {
		head = bytes.TrimLeft(head, " \t\r\n\f")
		var end string
		switch {
		case bytes.HasPrefix(head, []byte("<!--")):
			end = "-->"
		case bytes.HasPrefix(head, []byte("<?xml")):
			end = "?>"
		}
		i := bytes.Index(head, []byte(end))
		if end == "" || i < 0 {
			break
		}
		head = head[i+len(end):]
	}
	for _, start := range []string{"<!doctype html", "<html", "<head", "<body", "<script", "<title", "<meta"} {
		if bytes.HasPrefix(head, []byte(start)) {
			return true
		}
	}
	return false
}

// DataURI returns what a data URI holds, which is small (RFC 2397), and whether the URI is one. It returns ErrKeyURI for one that cannot be read.
func DataURI(uri string) (data []byte, is bool, err error) {
	scheme, rest, found := strings.Cut(uri, ":")
	if !found || !strings.EqualFold(scheme, "data") {
		return nil, false, nil
	}
	data, err = parseData(rest)
	return data, true, err
}

// parseData returns the data of a data URI whose scheme has been taken off. RFC 2397.
func parseData(rest string) ([]byte, error) {
	if len(rest) > maxDataURI {
		return nil, ErrKeyURI
	}
	media, encoded, found := strings.Cut(rest, ",")
	if !found {
		return nil, ErrKeyURI
	}
	text, err := url.PathUnescape(encoded)
	if err != nil {
		return nil, ErrKeyURI
	}
	parameters := strings.Split(media, ";")
	if !strings.EqualFold(strings.TrimSpace(parameters[len(parameters)-1]), "base64") {
		return []byte(text), nil
	}
	encoding := base64.RawStdEncoding
	if strings.ContainsAny(text, "-_") {
		encoding = base64.RawURLEncoding
	}
	data, err := encoding.DecodeString(strings.TrimRight(text, "="))
	if err != nil {
		return nil, ErrKeyURI
	}
	return data, nil
}
