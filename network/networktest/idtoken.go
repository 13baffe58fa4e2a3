package networktest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// IDTokenFault is something that is wrong with an ID token.
type IDTokenFault string

// What can be wrong with an ID token; the empty text is nothing.
const (
	IDTokenUnsigned   IDTokenFault = "alg none"         // RFC 7519, 6
	IDTokenForged     IDTokenFault = "wrong key"        // signed with another key under the same name
	IDTokenByKeySet   IDTokenFault = "HMAC"             // HS256 with the public key as the secret
	IDTokenAudience   IDTokenFault = "audience"         // for another client
	IDTokenIssuer     IDTokenFault = "issuer"           // by another provider
	IDTokenNonce      IDTokenFault = "nonce"            // of another sign-in
	IDTokenNoNonce    IDTokenFault = "no nonce"         // of none
	IDTokenExpired    IDTokenFault = "expired"          // two hours ago
	IDTokenOtherToken IDTokenFault = "at_hash"          // beside another access token
	IDTokenGarbage    IDTokenFault = "no token"         // not a JWT
	IDTokenMissing    IDTokenFault = "no token at all"  // although openid was asked for
	otherClaim                     = "not-this-sign-in" // what a wrong claim says
)

// idTokenLife is how long an ID token is good for.
const idTokenLife = 5 * time.Minute

// accessToken makes a signed access token. RFC 9068, 2.
func (p *provider) accessToken(f *family, now time.Time) (string, error) {
	id, err := randomText()
	if err != nil {
		return "", err
	}
	token := jwt.NewWithClaims(jwt.SigningMethodES256, jwt.MapClaims{
		"iss": p.issuer, "sub": f.account.subject, "aud": p.issuer, "client_id": f.client, "scope": f.scope, "jti": id,
		"iat": now.Unix(), "exp": now.Add(p.accessLife).Unix(),
	})
	token.Header["typ"] = "at+jwt"
	return p.sign(token, p.key)
}

// idToken says who signed in. OpenID Connect Core 1.0, 2 and 3.1.3.6.
func (p *provider) idToken(f *family, nonce, access string, now time.Time, fault IDTokenFault) (string, error) {
	half := sha256.Sum256([]byte(access))
	claims := jwt.MapClaims{
		"iss": p.issuer, "sub": f.account.subject, "aud": f.client, "iat": now.Unix(), "exp": now.Add(idTokenLife).Unix(), "auth_time": now.Unix(),
		"name": f.account.fullName, "email": f.account.name, "at_hash": base64.RawURLEncoding.EncodeToString(half[:16]),
	}
	if nonce != "" {
		claims["nonce"] = nonce
	}
	switch fault {
	case IDTokenAudience:
		claims["aud"] = otherClaim
	case IDTokenIssuer:
		claims["iss"] = "https://" + otherClaim + ".example"
	case IDTokenNonce:
		claims["nonce"] = otherClaim
	case IDTokenNoNonce:
		delete(claims, "nonce")
	case IDTokenExpired:
		claims["iat"], claims["exp"] = now.Add(-2*time.Hour-idTokenLife).Unix(), now.Add(-2*time.Hour).Unix()
	case IDTokenOtherToken:
		claims["at_hash"] = base64.RawURLEncoding.EncodeToString(make([]byte, 16))
	case IDTokenGarbage:
		return otherClaim, nil
	case IDTokenUnsigned:
		return p.sign(jwt.NewWithClaims(jwt.SigningMethodNone, claims), jwt.UnsafeAllowNoneSignatureType)
	case IDTokenByKeySet:
		public, err := p.key.PublicKey.Bytes()
		if err != nil {
			return "", fmt.Errorf("%w: %w", errSigning, err)
		}
		return p.sign(jwt.NewWithClaims(jwt.SigningMethodHS256, claims), public)
	}
	key := p.key
	if fault == IDTokenForged {
		var err error
		if key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
			return "", fmt.Errorf("%w: %w", errSigning, err)
		}
	}
	return p.sign(jwt.NewWithClaims(jwt.SigningMethodES256, claims), key)
}

// sign names the key and signs.
func (p *provider) sign(token *jwt.Token, key any) (string, error) {
	token.Header["kid"] = p.keyID
	text, err := token.SignedString(key)
	if err != nil {
		return "", fmt.Errorf("%w: %w", errSigning, err)
	}
	return text, nil
}
