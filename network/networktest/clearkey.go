package networktest

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"slices"
)

// maxLicenseRequest bounds what a licence server reads.
const maxLicenseRequest = 64 << 10

// ContentKey is a key with its name, for a licence server.
type ContentKey struct {
	ID, Key [16]byte
}

// String never shows the key.
func (ContentKey) String() string { return "[key]" }

// GoString never shows the key.
func (ContentKey) GoString() string { return "[key]" }

// ClearKey is a licence server for keys in JSON: W3C Encrypted Media Extensions, 9.1. It answers with those keys that it is asked for and
// has; for the other names with none. Put it into a Route of class licence.
func ClearKey(keys ...ContentKey) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var request struct {
			IDs  []string `json:"kids"`
			Type string   `json:"type"`
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxLicenseRequest))
		if err != nil || r.Method != http.MethodPost || json.Unmarshal(body, &request) != nil {
			http.Error(w, http.StatusText(http.StatusBadRequest), http.StatusBadRequest)
			return
		}
		type webKey struct {
			Type string `json:"kty"`
			ID   string `json:"kid"`
			Key  string `json:"k"`
		}
		found := []webKey{}
		for _, k := range keys {
			id := base64.RawURLEncoding.EncodeToString(k.ID[:])
			if slices.Contains(request.IDs, id) {
				found = append(found, webKey{Type: "oct", ID: id, Key: base64.RawURLEncoding.EncodeToString(k.Key[:])})
			}
		}
		writeJSON(w, http.StatusOK, map[string]any{"keys": found, "type": request.Type})
	})
}
