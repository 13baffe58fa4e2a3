package service

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"latchkey/network"
	"latchkey/network/auth"
	"latchkey/network/auth/vault"
)

// index is which accounts there are. It holds no secret, and is kept in the vault all the same: who has an account where is private.
type index struct {
	Current  string         `json:"current"`
	Accounts []KnownAccount `json:"accounts"`
}

// kept is a credential in the vault.
type kept struct {
	Way     Way         `json:"way"`
	Pairs   [][2]string `json:"pairs,omitempty"`
	Values  [][2]string `json:"values,omitempty"`
	Refresh string      `json:"refresh,omitempty"`
	Expires time.Time   `json:"expires,omitzero"`
	Since   time.Time   `json:"since"`
	Subject string      `json:"subject,omitempty"`
	Account string      `json:"account,omitempty"`
}

func (a *Accounts) credentialKey(id string) string { return a.prefix + "account/" + id }

// readIndex returns the index, an empty one when there is none.
func (a *Accounts) readIndex(ctx context.Context) (index, error) {
	text, err := a.keeper().Get(ctx, a.prefix+"index")
	if errors.Is(err, vault.ErrNotFound) {
		return index{}, nil
	}
	if err != nil {
		return index{}, err
	}
	var i index
	if err := json.Unmarshal([]byte(text.Reveal()), &i); err != nil || len(i.Accounts) > maxAccounts {
		return index{}, fmt.Errorf("read the accounts: %w", vault.ErrDamaged)
	}
	return i, nil
}

// writeIndex keeps which accounts there are. The caller holds use.
func (a *Accounts) writeIndex(ctx context.Context) error {
	a.mu.Lock()
	i := index{Accounts: append([]KnownAccount{}, a.known...)}
	if a.current != nil {
		i.Current = a.current.account.ID
	}
	a.mu.Unlock()
	text, err := json.Marshal(i)
	if err != nil {
		return fmt.Errorf("keep the accounts: %w", err)
	}
	return a.keeper().Put(ctx, a.prefix+"index", network.NewSecret(string(text)))
}

func (a *Accounts) readCredential(ctx context.Context, id string) (Way, auth.Credential, time.Time, error) {
	text, err := a.keeper().Get(ctx, a.credentialKey(id))
	if err != nil {
		return "", auth.Credential{}, time.Time{}, err
	}
	return parseKept([]byte(text.Reveal()))
}

// parseKept reads a credential of the vault. The error is vault.ErrDamaged, and quotes nothing.
func parseKept(text []byte) (Way, auth.Credential, time.Time, error) {
	var k kept
	if err := json.Unmarshal(text, &k); err != nil || len(k.Pairs)+len(k.Values) == 0 {
		return "", auth.Credential{}, time.Time{}, fmt.Errorf("read the kept sign-in: %w", vault.ErrDamaged)
	}
	c := auth.Credential{Refresh: network.NewSecret(k.Refresh), Expires: k.Expires, Subject: k.Subject, Account: k.Account}
	for _, p := range k.Pairs {
		c.Pairs.SetValue(p[0], p[1])
	}
	for _, p := range k.Values {
		c.Values.SetValue(p[0], p[1])
	}
	return k.Way, c, k.Since, nil
}

func (a *Accounts) writeCredential(ctx context.Context, id string, way Way, c auth.Credential) error {
	list := func(m network.Metadata) (pairs [][2]string) {
		for _, name := range m.Keys() {
			if value, ok := m.Value(name); ok {
				pairs = append(pairs, [2]string{name, value})
			}
		}
		return pairs
	}
	text, err := json.Marshal(kept{Way: way, Pairs: list(c.Pairs), Values: list(c.Values), Refresh: c.Refresh.Reveal(), Expires: c.Expires,
		Since: time.Now(), Subject: c.Subject, Account: c.Account})
	if err != nil {
		return errors.New("keep the sign-in: it cannot be written") // err may quote it
	}
	saving := func(n int) {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.saving += n
	}
	saving(+1)
	defer saving(-1)
	return a.keeper().Put(ctx, a.credentialKey(id), network.NewSecret(string(text)))
}
