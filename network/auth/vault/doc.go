// Package vault keeps what a sign-in gave where nobody else can read it: in the operating system's keyring, else in a file that a
// passphrase encrypts, else in memory alone.
package vault
