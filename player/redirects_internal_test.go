package player

import (
	"errors"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"

	"latchkey/network"
)

// TestRedirects asks for an address again and again: at the final URL with UseRedirectedURL, until
// that has run out.
func TestRedirects(t *testing.T) {
	gone := &network.Error{Kind: network.KindStatus, Status: http.StatusGone}
	other := errors.New("the network is away")
	for name, c := range map[string]struct {
		use   bool
		fails map[string]error
		want  []string
		err   error
	}{
		"asks the original":           {want: []string{"/go", "/go", "/go"}},
		"asks the final":              {use: true, want: []string{"/go", "/cdn", "/cdn"}},
		"the final has run out":       {use: true, fails: map[string]error{"/cdn": gone}, want: []string{"/go", "/cdn", "/go", "/cdn", "/go"}},
		"the final cannot be reached": {use: true, fails: map[string]error{"/cdn": other}, want: []string{"/go", "/cdn", "/cdn"}, err: other},
		"all have run out":            {use: true, fails: map[string]error{"/cdn": gone, "/go": gone}, want: []string{"/go", "/go", "/go"}, err: gone},
	} {
		t.Run(name, func(t *testing.T) {
			r := &redirects{use: c.use}
			var asked []string
			var err error
			for range 3 {
				err = r.ask("/go", func(address string) (string, error) {
					asked = append(asked, address)
					return "/cdn", c.fails[address]
				})
			}
			assert.Equal(t, c.want, asked)
			assert.Equal(t, c.err, err)
		})
	}
}
