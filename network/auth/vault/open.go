package vault

import "context"

// Open returns the system's keyring where it can be reached, else the file vault of a folder, which is locked. It blocks for a few
// seconds at most.
func Open(ctx context.Context, folder string) Vault {
	if k, err := NewKeyring(ctx); err == nil {
		return k
	}
	return NewFile(folder)
}

// Sentence says where a vault keeps a sign-in.
func Sentence(v Vault) string {
	switch v.Kind() {
	case KindKeyring:
		return "Kept in the keyring of this computer."
	case KindFile:
		return "Kept in a file that your passphrase encrypts."
	}
	return "Kept in memory: it is gone when Latchkey ends."
}
