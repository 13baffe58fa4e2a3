package network_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/network"
)

// TestWriteHAR reads back what stands in an archive by the names of HAR 1.2, and looks for values.
func TestWriteHAR(t *testing.T) {
	const secret = "canary-har-77"
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/old" {
			http.Redirect(w, r, "/new?token="+secret, http.StatusFound)
			return
		}
		http.SetCookie(w, &http.Cookie{Name: "set", Value: secret})
		_, _ = w.Write([]byte("0123456789abcdef"))
	}))
	defer server.Close()
	configuration := network.NewConfiguration()
	configuration.CookieHeaders.SetValue("session", secret)
	client, err := network.NewClient(configuration, network.Options{Resource: server.URL + "/main.m3u8"})
	require.NoError(t, err)
	defer client.Close()
	_, _, err = client.Fetch(t.Context(), network.Request{Class: network.ClassKey, URL: server.URL + "/old?token=" + secret,
		Header: http.Header{"Authorization": {"Bearer " + secret}}})
	require.NoError(t, err)

	var out bytes.Buffer
	require.NoError(t, network.WriteHAR(&out, client.Records()))
	assert.NotContains(t, out.String(), secret)
	type pairs []struct{ Name, Value string }
	var har struct {
		Log struct {
			Version string
			Creator struct{ Name, Version string }
			Entries []struct {
				StartedDateTime string
				Time            float64
				Request         struct {
					Method, URL, HTTPVersion string
					Cookies, Headers         pairs
					QueryString              pairs
				}
				Response struct {
					Status      int
					StatusText  string
					RedirectURL string
					BodySize    int64
				}
				Cache   *struct{}
				Timings struct{ Send, Wait, Receive *float64 }
				Class   string `json:"_class"`
				Hop     int    `json:"_hop"`
			}
		}
	}
	require.NoError(t, json.Unmarshal(out.Bytes(), &har))
	assert.Equal(t, "1.2", har.Log.Version)
	assert.Equal(t, "Latchkey", har.Log.Creator.Name)
	assert.NotEmpty(t, har.Log.Creator.Version)
	require.Len(t, har.Log.Entries, 2)
	for i, e := range har.Log.Entries {
		assert.Regexp(t, `^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$`, e.StartedDateTime)
		assert.Equal(t, "GET", e.Request.Method)
		assert.Equal(t, "HTTP/1.1", e.Request.HTTPVersion)
		assert.Equal(t, "session", e.Request.Cookies[0].Name)
		assert.Empty(t, e.Request.Cookies[0].Value)
		assert.Equal(t, pairs{{Name: "Authorization"}}, e.Request.Headers)
		assert.NotNil(t, e.Request.QueryString)
		assert.NotNil(t, e.Cache)
		require.NotNil(t, e.Timings.Send)
		assert.InDelta(t, e.Time, *e.Timings.Send+*e.Timings.Wait+*e.Timings.Receive, 0.001)
		assert.Equal(t, "key", e.Class)
		assert.Equal(t, i, e.Hop)
	}
	assert.Equal(t, server.URL+"/old", har.Log.Entries[0].Request.URL)
	assert.Equal(t, http.StatusFound, har.Log.Entries[0].Response.Status)
	assert.Equal(t, server.URL+"/new", har.Log.Entries[0].Response.RedirectURL)
	assert.Equal(t, http.StatusOK, har.Log.Entries[1].Response.Status)
	assert.EqualValues(t, 16, har.Log.Entries[1].Response.BodySize)

	out.Reset()
	require.NoError(t, network.WriteHAR(&out, nil))
	assert.Contains(t, out.String(), `"entries": []`)
}
