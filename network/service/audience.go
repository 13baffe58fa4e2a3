package service

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
)

// Audience stands for everybody who gets to see what a person signs in with, or what comes of it: the addresses of the sign-in, and the origins that it is sent
// to. A credential that was kept for a profile is used with another one of the same ID only if both have the same Audience, since otherwise a profile that
// takes the place of another would be given the other's sign-in.
func (p *Profile) Audience() string {
	s := &p.SignIn
	sent := p.sentTo()
	slices.Sort(sent)
	parts := []string{p.ID, s.Issuer, s.ClientID, s.AuthorizationEndpoint, s.TokenEndpoint, s.DeviceEndpoint, s.RevocationEndpoint, s.PageURL, s.TokenURL,
		s.Password.URL, s.Password.RefreshURL, "sent to"}
	sum := sha256.Sum256([]byte(strings.Join(append(parts, sent...), "\n"))) // addresses have no line ends
	return hex.EncodeToString(sum[:])
}
