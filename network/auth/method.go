package auth

import (
	"context"
	"errors"
	"time"

	"latchkey/network"
)

// ErrEnded is a credential that the service will not renew: its refresh token has expired, was revoked, or was used before. Only a person can
// sign in anew.
var ErrEnded = errors.New("the service has ended this sign-in")

// Method is a way to sign in. Its methods are safe for concurrent use.
type Method interface {
	// SignIn signs a person in and blocks until that is done, refused, or ctx ends. The error wraps ErrDenied, ErrTimeout, ErrState,
	// ErrAnswer, ErrNoBrowser, a *network.Error, or ctx's cause, and holds no secret.
	SignIn(ctx context.Context, p Prompt) (Credential, error)
}

// Renewer is a Method that renews a credential without a person.
type Renewer interface {
	// Renew returns a credential in place of c. What the service did not give anew (a refresh token that is not rotated, the account's
	// name) is c's. The error wraps ErrEnded when no repetition can help.
	Renew(ctx context.Context, c Credential) (Credential, error)
}

// Revoker is a Method that can tell the service that a credential is not needed any more. RFC 7009.
type Revoker interface {
	// Revoke returns when the service has ended c.
	Revoke(ctx context.Context, c Credential) error
}

// Prompt is how a Method turns to the person. Its methods may be called from any goroutine.
type Prompt interface {
	// OpenPage opens an http or https page in the person's browser. It returns when that is done; the error wraps ErrNoBrowser where it
	// cannot be, and the page is then shown with its address.
	OpenPage(ctx context.Context, page string) error
	// ShowCode shows a device code until the sign-in ends. It returns at once.
	ShowCode(code DeviceCode)
	// Ask shows a form and returns what was filled in, in the order of the fields, or ErrDenied when the person leaves it.
	Ask(ctx context.Context, form Form) ([]network.Secret, error)
}

// DeviceCode is what a person enters on another device. RFC 8628, 3.2.
type DeviceCode struct {
	Page     string    // verification_uri
	Complete string    // verification_uri_complete, for a QR picture; empty if there is none
	Code     string    // user_code
	Expires  time.Time // when the code is worth nothing any more
}

// Form is what a method asks a person for.
type Form struct {
	Title  string // "Example TV", "Second factor"
	Text   string // a sentence, or empty
	Wrong  string // what was wrong with the last answer, or empty
	Fields []Field
}

// Field is one answer of a Form.
type Field struct {
	Name     string // of the answer: "username", "password", "code"
	Label    string // what a person reads
	Hidden   bool   // the answer is not shown while it is typed
	Long     bool   // the answer may have several lines
	Optional bool   // the answer may be empty
}
