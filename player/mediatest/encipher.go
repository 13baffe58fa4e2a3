package mediatest

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// keyInfo writes the key, and the file that tells ffmpeg of it.
func (s HLSSpec) keyInfo(dir string) (string, error) {
	key, info := filepath.Join(dir, "key.bin"), filepath.Join(dir, "key.info")
	if err := os.WriteFile(key, HLSKey(s.Method), 0o600); err != nil {
		return "", err
	}
	text := s.keyURI() + "\n" + key + "\n" + hex.EncodeToString(s.IV) + "\n"
	return info, os.WriteFile(info, []byte(text), 0o600)
}

func (s HLSSpec) keyURI() string { return or(s.KeyURI, "key.bin") }

// encipher rewrites a clear presentation in place (RFC 8216, 5.2).
func (s HLSSpec) encipher(playlist string) error {
	text, err := os.ReadFile(playlist)
	if err != nil {
		return err
	}
	var out []string
	keyed := false
	sequence := uint64(0) // ffmpeg's playlists begin with 0
	dir := filepath.Dir(playlist)
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		isMap := strings.HasPrefix(line, "#EXT-X-MAP:")
		if !keyed && (strings.HasPrefix(line, "#EXTINF:") || isMap && len(s.IV) > 0) {
			out = append(out, s.keyTag())
			keyed = true
		}
		out = append(out, line)
		switch {
		case isMap && keyed:
			err = s.encipherFile(filepath.Join(dir, "init.mp4"), 0)
		case line != "" && !strings.HasPrefix(line, "#"):
			err = s.encipherFile(filepath.Join(dir, line), sequence)
			sequence++
		}
		if err != nil {
			return err
		}
	}
	return os.WriteFile(playlist, []byte(strings.Join(out, "\n")+"\n"), 0o600)
}

// keyTag is the EXT-X-KEY of the presentation.
func (s HLSSpec) keyTag() string {
	tag := fmt.Sprintf("#EXT-X-KEY:METHOD=%s,URI=%q", or(s.Method, "AES-128"), s.keyURI())
	if len(s.IV) > 0 {
		tag += ",IV=0x" + hex.EncodeToString(s.IV)
	}
	return tag
}

// encipherFile enciphers a file in place.
func (s HLSSpec) encipherFile(path string, sequence uint64) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	block, err := aes.NewCipher(HLSKey(s.Method))
	if err != nil {
		return err
	}
	iv := make([]byte, aes.BlockSize)
	binary.BigEndian.PutUint64(iv[8:], sequence)
	copy(iv, s.IV)
	data, err = encipherData(s.Method, block, iv, data)
	if err != nil {
		return err
	}
	return os.WriteFile(path, data, 0o600)
}

// encipherData is CBC with PKCS #7, or CTR, or GCM with its IV of 16 bytes before and its tag after.
func encipherData(method string, block cipher.Block, iv, data []byte) ([]byte, error) {
	switch method {
	case "", "AES-128", "AES-256":
		padding := aes.BlockSize - len(data)%aes.BlockSize
		data = append(data, bytes.Repeat([]byte{byte(padding)}, padding)...)
		cipher.NewCBCEncrypter(block, iv).CryptBlocks(data, data)
		return data, nil
	case "AES-256-CTR":
		cipher.NewCTR(block, iv).XORKeyStream(data, data)
		return data, nil
	case "AES-256-GCM":
		aead, err := cipher.NewGCMWithNonceSize(block, len(iv))
		if err != nil {
			return nil, err
		}
		return aead.Seal(iv, iv, data, nil), nil
	}
	return nil, fmt.Errorf("mediatest: no method %q", method)
}
