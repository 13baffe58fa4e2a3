package auth

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"sync/atomic"
	"time"

	"golang.org/x/oauth2"

	"latchkey/network"
)

// maxForm bounds what is posted to a provider.
const maxForm = 256 << 10

// adapter makes the requests of OAuth's libraries by way of the network layer, with class sign-in. Safe for concurrent use.
type adapter struct {
	client Fetcher
	behind atomic.Int64 // how far the provider's clock is behind this computer's, by the last answer
	dated  atomic.Bool  // the provider says its time
}

// with returns a context from which go-oidc and x/oauth2 take their http.Client.
func (a *adapter) with(ctx context.Context) context.Context {
	return context.WithValue(ctx, oauth2.HTTPClient, &http.Client{Transport: a})
}

// now is the time by the provider's clock.
func (a *adapter) now() time.Time { return time.Now().Add(-time.Duration(a.behind.Load())) }

// RoundTrip makes a request. An answer that is an error comes as it is: it may say what is wrong. Redirects have been followed by the
// rules of the network layer.
func (a *adapter) RoundTrip(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.Body != nil {
		read, err := io.ReadAll(io.LimitReader(r.Body, maxForm+1))
		if err = errors.Join(err, r.Body.Close()); err != nil {
			return nil, err
		}
		if body = read; len(body) > maxForm {
			return nil, fmt.Errorf("the request has more than %d bytes", maxForm)
		}
	}
	header := make(http.Header)
	for _, name := range []string{"Accept", "Authorization", "Content-Type"} {
		if values := r.Header.Values(name); len(values) > 0 {
			header[name] = values
		}
	}
	if header.Get("Accept") == "" {
		header.Set("Accept", "application/json")
	}
	data, answer, err := a.client.Fetch(r.Context(), network.Request{Class: network.ClassSignIn, URL: r.URL.String(), Method: r.Method, Header: header, Body: body})
	if answer == nil || err != nil && answer.Status < 400 {
		return nil, err
	}
	a.behind.Store(int64(skew(answer)))
	a.dated.Store(answer.Header.Get("Date") != "")
	return &http.Response{StatusCode: answer.Status, Status: strconv.Itoa(answer.Status) + " " + http.StatusText(answer.Status),
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: answer.Header.Clone(), ContentLength: int64(len(data)),
		Body: io.NopCloser(bytes.NewReader(data)), Request: r}, nil
}

// plainError keeps of a library's error what may be shown: the libraries quote what a server wrote, and addresses with their query.
func plainError(ctx context.Context, what string, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if known, ok := errors.AsType[*network.Error](err); ok {
		return fmt.Errorf("%s: %w", what, known)
	}
	refused, ok := errors.AsType[*oauth2.RetrieveError](err)
	switch {
	case !ok:
		return fmt.Errorf("%s: %w", what, ErrAnswer)
	case refused.ErrorCode == "access_denied":
		return fmt.Errorf("%s: %w", what, ErrDenied)
	case refused.ErrorCode == "invalid_grant":
		return fmt.Errorf("%s: the service said \"invalid_grant\": %w", what, ErrDenied)
	case refused.ErrorCode != "":
		return fmt.Errorf("%s: the service said %q: %w", what, plain(refused.ErrorCode), ErrAnswer)
	case refused.Response != nil:
		return fmt.Errorf("%s: the service answered with status %d: %w", what, refused.Response.StatusCode, ErrAnswer)
	}
	return fmt.Errorf("%s: %w", what, ErrAnswer)
}

// secure checks an address that a sign-in's secrets are sent to: https, or http to this computer (RFC 8252, 8.3). what names it.
func secure(what, address string) error {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Host == "" || u.User != nil:
		return fmt.Errorf("the service's %s is no address: %w", what, ErrAnswer)
	case u.Scheme == "https":
		return nil
	case u.Scheme == "http" && loopbackHost(u.Hostname()):
		return nil
	}
	return fmt.Errorf("the service's %s is not https: %w", what, ErrAnswer)
}
