package network

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"syscall"
	"time"
)

// The conditions that a caller can act on. An *Error is each of those that its Kind names.
var (
	// ErrRefused is a 401 or 403: the credential is missing, wrong or too old.
	ErrRefused = errors.New("the server refused the request")
	// ErrStatus is any other answer that is no success.
	ErrStatus = errors.New("the server answered with an error")
	// ErrTimeout is a connection, a first byte, or a whole answer that took too long, or a stalled body.
	ErrTimeout = errors.New("the server took too long")
	// ErrTooLarge is a body longer than its class allows.
	ErrTooLarge = errors.New("the answer is too large")
	// ErrRedirect is a loop, more than five hops, a hop that names nowhere, or one that may not be followed.
	ErrRedirect = errors.New("the redirect cannot be followed")
	// ErrDowngrade is a key, licence or sign-in request that would have left https for http.
	ErrDowngrade = errors.New("the request would leave https for http")
	// ErrBlocked is a request that would have led from the internet into the local network, or from
	// that to this computer. The cause is a *LocalError.
	ErrBlocked = errors.New("blocked")
	// ErrUnreachable is a failure before the answer: name, connection, TLS, reset, or no HTTP at all.
	ErrUnreachable = errors.New("the server cannot be reached")
	// ErrProtocol is an answer that is no HTTP, from a server that was reached. Such an error is
	// ErrUnreachable too.
	ErrProtocol = errors.New("the answer is not valid HTTP")
	// ErrTruncated is a body that ended before it was complete. Such an error is io.ErrUnexpectedEOF too.
	ErrTruncated = errors.New("the answer was cut short")
	// ErrEncoding is a body in a form that was not asked for, or that cannot be decoded.
	ErrEncoding = errors.New("the answer cannot be decoded")
	// ErrRequest is a request that was not sent, since its URL or headers are not valid.
	ErrRequest = errors.New("the request is not valid")
	// ErrClosed is a request to a client that was closed, or that was in progress then.
	ErrClosed = errors.New("the client is closed")
	// ErrConfiguration is a Configuration that cannot be taken.
	ErrConfiguration = errors.New("the network configuration is not valid")
	// ErrCookie is a cookie name or value that cannot be sent as it is.
	ErrCookie = errors.New("the cookie is not valid")
)

// Kind is an Error's condition.
type Kind string

// The kinds of errors. Each but KindCanceled has a sentinel of the like name.
const (
	KindRefused     Kind = "refused"
	KindStatus      Kind = "status"
	KindTimeout     Kind = "timeout"
	KindTooLarge    Kind = "too large"
	KindRedirect    Kind = "redirect"
	KindDowngrade   Kind = "downgrade"
	KindBlocked     Kind = "blocked"
	KindUnreachable Kind = "unreachable"
	KindTruncated   Kind = "truncated"
	KindEncoding    Kind = "encoding"
	KindRequest     Kind = "request"
	KindClosed      Kind = "closed"
	KindCanceled    Kind = "canceled" // the caller's context ended; Err is its cause
)

var kindSentinels = map[Kind]error{
	KindRefused: ErrRefused, KindStatus: ErrStatus, KindTimeout: ErrTimeout, KindTooLarge: ErrTooLarge,
	KindRedirect: ErrRedirect, KindDowngrade: ErrDowngrade, KindUnreachable: ErrUnreachable,
	KindTruncated: ErrTruncated, KindEncoding: ErrEncoding, KindRequest: ErrRequest, KindClosed: ErrClosed, KindBlocked: ErrBlocked,
}

// Error is a request that failed. It holds no secret: the URL has neither query nor user information, and
// the cause is never what a server wrote.
type Error struct {
	Class  Class
	Method string
	// URL is that of the hop that failed, without query, fragment and user information.
	URL string
	// Status is the answer's, or 0 when there was none.
	Status int
	Kind   Kind
	// Attempts is how often the request was made, the last failure included.
	Attempts int
	// RetryAfter is how long the server asked to wait, or 0.
	RetryAfter time.Duration
	// Epoch is Client.Epoch of the credentials that were refused, with KindRefused.
	Epoch uint64
	// Err is the cause, or nil.
	Err error

	sent bool // the request may have reached the server

	// of a refusal alone
	credentials *credentials // that the request was or would have been sent with
	trusted     bool         // the server is one that the credentials may go to
	challenge   *challenge   // what the server asks for, nil: nothing that can be answered
}

// Error returns one line: what was asked, and what came of it.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s request", e.Class)
	if e.URL != "" {
		b.WriteString(" " + e.URL)
	}
	if sentinel := kindSentinels[e.Kind]; sentinel != nil {
		b.WriteString(": " + sentinel.Error())
	}
	if e.Status != 0 && (e.Kind == KindRefused || e.Kind == KindStatus || e.Kind == KindRedirect) {
		fmt.Fprintf(&b, " (status %d)", e.Status)
	}
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Is says whether target is the sentinel of the error's kind.
func (e *Error) Is(target error) bool {
	if target == io.ErrUnexpectedEOF {
		return e.Kind == KindTruncated
	}
	sentinel := kindSentinels[e.Kind]
	return sentinel != nil && sentinel == target
}

// timeoutError is the cause of an exchange that was ended for taking too long.
type timeoutError struct {
	phase string
	limit time.Duration
}

func (e *timeoutError) Error() string {
	return fmt.Sprintf("no %s within %v", e.phase, e.limit)
}

// Timeout says that this is a time-out, as net.Error does.
func (e *timeoutError) Timeout() bool { return true }

// ErrProtocol stands for what net/http says of an answer that is no HTTP: that text quotes the
// server, which may quote us. errConnection stands for what a proxy says.
var (
	errConnection = errors.New("the connection failed")
	errNoTLS      = errors.New("the server does not speak TLS")
	errHungUp     = errors.New("the server closed the connection without an answer")
	errTLS        = errors.New("no secure connection could be agreed on")
)

// alertError is a TLS alert that the server sent. Its text is crypto/tls's own for the alert's number. RFC 8446, 6.
type alertError struct {
	text string
}

func (e *alertError) Error() string { return "the server refused a secure connection: " + e.text }

// permanent says that the server will send the same again, as it does not like what was offered.
func (e *alertError) permanent() bool {
	switch e.text {
	case "tls: protocol version not supported", "tls: handshake failure", "tls: insufficient security level",
		"tls: bad certificate", "tls: unsupported certificate", "tls: revoked certificate", "tls: expired certificate",
		"tls: unknown certificate", "tls: unknown certificate authority", "tls: certificate required",
		"tls: access denied", "tls: unrecognized name":
		return true
	}
	return false
}

// cleanCause returns an error that quotes neither a URL nor the server's bytes. Causes that a caller may
// look for with errors.As stay as they are.
func cleanCause(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		err = u.Err
	}
	if e, ok := errors.AsType[*proxyError](err); ok {
		return e
	}
	if e, ok := errors.AsType[*LocalError](err); ok {
		return e
	}
	if e, ok := errors.AsType[*net.OpError](err); ok && e.Op == "remote error" && strings.HasPrefix(e.Err.Error(), "tls: ") {
		return &alertError{text: e.Err.Error()}
	}
	if e, ok := errors.AsType[*net.OpError](err); ok {
		cause := cleanCause(e.Err)
		if errors.Is(cause, ErrProtocol) {
			cause = errConnection
		}
		return &net.OpError{Op: e.Op, Net: e.Net, Source: e.Source, Addr: e.Addr, Err: cause}
	}
	if e, ok := errors.AsType[*net.DNSError](err); ok {
		return e
	}
	if e, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return e
	}
	if e, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return e
	}
	if e, ok := errors.AsType[x509.HostnameError](err); ok {
		return e
	}
	if e, ok := errors.AsType[tls.AlertError](err); ok {
		return e
	}
	if e, ok := errors.AsType[syscall.Errno](err); ok {
		return e
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok || errors.Is(err, http.ErrSchemeMismatch) {
		return errNoTLS
	}
	if errors.Is(err, io.EOF) {
		return errHungUp // io.EOF in an error would read as a body's end
	}
	for _, known := range []error{io.ErrUnexpectedEOF, context.Canceled, context.DeadlineExceeded,
		net.ErrClosed, os.ErrDeadlineExceeded} {
		if errors.Is(err, known) {
			return known
		}
	}
	if err != nil && strings.HasPrefix(err.Error(), "tls: ") {
		return errTLS
	}
	return ErrProtocol
}

// permanent says that a connection which failed with err will fail the same way again.
func permanent(err error) bool {
	if errors.Is(err, errNoTLS) {
		return true
	}
	if e, ok := errors.AsType[*alertError](err); ok {
		return e.permanent()
	}
	if e, ok := errors.AsType[*net.DNSError](err); ok {
		return e.IsNotFound
	}
	if e, ok := errors.AsType[*proxyError](err); ok {
		return e.status < 500
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return true
	}
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return true
	}
	_, ok := errors.AsType[x509.HostnameError](err)
	return ok
}

// cleanURL returns u without user information, query and fragment.
func cleanURL(u *url.URL) string {
	if u == nil {
		return ""
	}
	clean := url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path, RawPath: u.RawPath}
	return clean.String()
}
