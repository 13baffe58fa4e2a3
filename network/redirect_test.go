package network_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/network"
)

func TestRedirectKeepsOrDropsTheBody(t *testing.T) {
	tests := []struct {
		status, method string
		want           string // method and body
	}{
		{"301", "POST", "GET "}, {"302", "POST", "GET "}, {"303", "POST", "GET "}, {"307", "POST", "POST body"}, {"308", "POST", "POST body"},
		{"301", "PUT", "PUT body"}, {"303", "PUT", "GET "}, {"303", "HEAD", "HEAD "}, {"302", "GET", "GET "},
	}
	for _, test := range tests {
		t.Run(test.method+" "+test.status, func(t *testing.T) {
			var got, contentType string
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/dir/from" {
					w.Header().Set("Location", "../to?x=1#fragment")
					w.WriteHeader(map[string]int{"301": 301, "302": 302, "303": 303, "307": 307, "308": 308}[test.status])
					return
				}
				data, err := io.ReadAll(r.Body)
				assert.NoError(t, err)
				got, contentType = r.Method+" "+string(data), r.Header.Get("Content-Type")
			}))
			defer server.Close()
			c := newClient(t, nil, network.Options{})
			r := network.Request{Class: network.ClassLicense, URL: server.URL + "/dir/from", Method: test.method}
			if test.method == "POST" || test.method == "PUT" {
				r.Body, r.Header = []byte("body"), http.Header{"Content-Type": {"application/json"}}
			}
			response, err := c.Do(t.Context(), r)
			require.NoError(t, err)
			require.NoError(t, response.Body.Close())
			require.Equal(t, test.want, got)
			require.Equal(t, strings.HasSuffix(test.want, "body"), contentType != "")
			require.Equal(t, server.URL+"/to?x=1", response.URL)
			records := c.Records()
			require.Equal(t, server.URL+"/to", records[0].RedirectedTo)
			require.Equal(t, []int{0, 1}, []int{records[0].Hop, records[1].Hop})
		})
	}
}

func TestCookieOrigins(t *testing.T) {
	w := newWorld(t)
	const pair = "a=1"
	tests := map[string]struct {
		origins   []string
		ask, to   string // to: redirected
		want      []string
		header    []string
		downgrade bool
	}{
		"listed":                   {[]string{"https://api.example.com"}, "https://api.example.com/k", "", []string{pair}, []string{"x"}, false},
		"not listed":               {[]string{"https://api.example.com"}, "https://www.example.com/k", "", []string{""}, []string{""}, false},
		"port is part of it":       {[]string{"https://www.example.com"}, "https://www.example.com:8443/k", "", []string{""}, []string{""}, false},
		"default port":             {[]string{"https://www.example.com:443"}, "https://WWW.example.com/k", "", []string{pair}, []string{"x"}, false},
		"redirect to listed":       {[]string{"https://www.example.net"}, "https://www.example.com/k", "https://www.example.net/k", []string{"", pair}, []string{"", "x"}, false},
		"redirect to same site":    {[]string{"https://www.example.com"}, "https://www.example.com/k", "https://api.example.com/k", []string{pair, ""}, []string{"x", ""}, false},
		"listed http, from https":  {[]string{"http://www.example.com", "https://www.example.com"}, "https://www.example.com/k", "http://www.example.com/k", []string{pair}, []string{"x"}, true},
		"listed, resource's other": {[]string{"https://127.0.0.1"}, "https://127.0.0.1/k", "https://127.0.0.1/l", []string{pair, pair}, []string{"x", "x"}, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			cfg := network.NewConfiguration()
			cfg.CookieHeaders = pairs(t, pair)
			cfg.CookieOrigins = test.origins
			cfg.Headers = []network.Header{{Name: "X-Custom", Value: network.NewSecret("x")}}
			c := newClient(t, cfg, network.Options{Resource: "https://www.example.com/main.m3u8", Transport: w.transport})
			asked := 0
			w.reset(func(wireRequest) string {
				asked++
				if asked == 1 && test.to != "" {
					return redirectAnswer("302", test.to)
				}
				return okAnswer
			})
			_, _, err := c.Fetch(t.Context(), network.Request{Class: network.ClassKey, URL: test.ask})
			if test.downgrade {
				require.ErrorIs(t, err, network.ErrDowngrade)
			} else {
				require.NoError(t, err)
			}
			seen := w.requests()
			require.Len(t, seen, len(test.want))
			for i := range seen {
				require.Equal(t, test.want[i], seen[i].header("Cookie"))
				require.Equal(t, test.header[i], seen[i].header("X-Custom"))
			}
		})
	}
}

func TestForceHTTPS(t *testing.T) {
	w := newWorld(t)
	cfg := network.NewConfiguration()
	cfg.ForceHTTPS = true
	c := newClient(t, cfg, network.Options{Resource: "http://www.example.com/main.m3u8", Transport: w.transport})
	w.reset(func(r wireRequest) string {
		if r.url().Path == "/from" {
			return redirectAnswer("302", "http://api.example.com:80/to")
		}
		return okAnswer
	})
	for class, want := range map[network.Class]string{network.ClassKey: "https", network.ClassLicense: "https", network.ClassSignIn: "https", network.ClassSegment: "http"} {
		_, _, err := c.Fetch(t.Context(), network.Request{Class: class, URL: "http://www.example.com/from"})
		require.NoError(t, err)
		seen := w.requests()
		for _, r := range seen[len(seen)-2:] {
			require.Equal(t, want, r.scheme, class)
		}
	}
}

func TestSignInBodyIsNotHandedOn(t *testing.T) {
	w := newWorld(t)
	for to, want := range map[string]error{"https://api.example.com/": nil, "https://www.example.net/": network.ErrRedirect, "http://www.example.com/": network.ErrDowngrade} {
		w.reset(func(r wireRequest) string {
			if r.url().Path == "/token" {
				return redirectAnswer("307", to)
			}
			return okAnswer
		})
		c := newClient(t, nil, network.Options{Transport: w.transport})
		_, _, err := c.Fetch(t.Context(), network.Request{Class: network.ClassSignIn, URL: "https://www.example.com/token", Body: []byte("refresh_token=x")})
		require.ErrorIs(t, err, want)
		if want != nil {
			require.Len(t, w.requests(), 1)
		}
	}
}

func TestSignInAnswerComesWithItsError(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, `{"error":"authorization_pending"}`)
	}))
	defer server.Close()
	c := newClient(t, nil, network.Options{})
	data, response, err := c.Fetch(t.Context(), network.Request{Class: network.ClassSignIn, URL: server.URL, Body: []byte("x")})
	require.ErrorIs(t, err, network.ErrStatus)
	require.Equal(t, http.StatusBadRequest, response.Status)
	require.JSONEq(t, `{"error":"authorization_pending"}`, string(data))
	require.NotContains(t, err.Error(), "pending")
}

func TestUserInformation(t *testing.T) {
	w := newWorld(t)
	c := newClient(t, nil, network.Options{Transport: w.transport})
	w.reset(func(r wireRequest) string {
		if r.url().Path == "/from" {
			return redirectAnswer("302", "https://evil:other@www.example.net/to")
		}
		return okAnswer
	})
	_, response, err := c.Fetch(t.Context(), network.Request{Class: network.ClassPlaylist, URL: "https://user:word@www.example.com/from"})
	require.NoError(t, err)
	require.Equal(t, "https://www.example.net/to", response.URL)
	seen := w.requests()
	require.Equal(t, "Basic dXNlcjp3b3Jk", seen[0].header("Authorization"))
	require.Empty(t, seen[1].header("Authorization"))
	records := c.Records()
	require.Equal(t, "https://www.example.com/from", records[0].URL)
	require.Equal(t, []string{"Authorization"}, records[0].Headers)
	require.Equal(t, "https://www.example.net/to", records[0].RedirectedTo)
}

func TestRecordIsAnEntryOfTheReport(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/from" {
			http.Redirect(w, r, "/to?secret", http.StatusFound)
			return
		}
		http.NotFound(w, r)
	}))
	defer server.Close()
	cfg := network.NewConfiguration()
	cfg.CookieHeaders = pairs(t, "val1=12345; val2=abcd")
	c := newClient(t, cfg, network.Options{Resource: server.URL})
	_, _, err := c.Fetch(t.Context(), network.Request{Class: network.ClassKey, URL: server.URL + "/from?secret", Header: http.Header{"Authorization": {"secret"}}})
	require.ErrorIs(t, err, network.ErrStatus)
	data, err := json.Marshal(c.Records())
	require.NoError(t, err)
	require.NotContains(t, string(data), "secret")
	var entries []map[string]any
	require.NoError(t, json.Unmarshal(data, &entries))
	require.Len(t, entries, 2)
	for _, e := range entries {
		for _, name := range []string{"ttfb_ms", "ms", "started"} {
			require.Contains(t, e, name)
			delete(e, name)
		}
	}
	require.Equal(t, map[string]any{"n": 1.0, "class": "key", "method": "GET", "url": server.URL + "/from", "attempt": 1.0, "hop": 0.0,
		"status": 302.0, "bytes": 33.0, "cookies": []any{"val1", "val2"}, "headers": []any{"Authorization"},
		"rule": "named by the resource", "redirected_to": server.URL + "/to", "protocol": "HTTP/1.1"}, entries[0])
	require.Equal(t, map[string]any{"n": 2.0, "class": "key", "method": "GET", "url": server.URL + "/to", "attempt": 1.0, "hop": 1.0,
		"status": 404.0, "bytes": 19.0, "cookies": []any{"val1", "val2"}, "headers": []any{"Authorization"},
		"rule": "same site", "error": "key request " + server.URL + "/to: the server answered with an error (status 404)", "protocol": "HTTP/1.1"}, entries[1])
}

func TestRecordsAreBounded(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer server.Close()
	c := newClient(t, nil, network.Options{Records: 3})
	for range 5 {
		_, _, err := c.Fetch(t.Context(), network.Request{URL: server.URL})
		require.NoError(t, err)
	}
	records := c.Records()
	require.Len(t, records, 3)
	require.Equal(t, []int64{3, 4, 5}, []int64{records[0].N, records[1].N, records[2].N})
}

func TestOnline(t *testing.T) {
	state := http.StatusOK
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/check" || state != http.StatusOK {
			w.WriteHeader(state)
		}
	}))
	defer server.Close()
	cfg := network.NewConfiguration()
	c := newClient(t, cfg, network.Options{Resource: server.URL + "/main.m3u8"})
	require.True(t, c.Online(t.Context()))
	state = http.StatusNoContent
	require.False(t, c.Online(t.Context()), "200 and nothing else")
	cfg.NetworkDownVerificationURL = server.URL + "/check"
	c = newClient(t, cfg, network.Options{Resource: "http://127.0.0.1:1/main.m3u8"})
	require.False(t, c.Online(t.Context()))
	state = http.StatusOK
	require.True(t, c.Online(t.Context()))
	require.Equal(t, network.ClassOther, c.Records()[0].Class)
	require.False(t, newClient(t, nil, network.Options{}).Online(t.Context()))
	server.Close()
	require.False(t, c.Online(t.Context()))
	require.Len(t, c.Records(), 3, "one attempt")
}

func TestHTTP2(t *testing.T) {
	var got string
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r.Header.Get("Cookie")
		_, _ = io.WriteString(w, r.Proto)
	}))
	server.EnableHTTP2 = true
	server.StartTLS()
	defer server.Close()
	cfg := network.NewConfiguration()
	cfg.CookieHeaders = pairs(t, "a=1; b=x=y\xff\"; c=")
	c := newClient(t, cfg, network.Options{Resource: server.URL, Transport: server.Client().Transport})
	data, _, err := c.Fetch(t.Context(), network.Request{Class: network.ClassKey, URL: server.URL})
	require.NoError(t, err)
	require.Equal(t, "HTTP/2.0", string(data))
	require.Equal(t, "a=1; b=x=y\xff\"; c=", got)
}

func TestRequestIsChecked(t *testing.T) {
	c := newClient(t, nil, network.Options{})
	tests := map[string]network.Request{
		"no URL":         {},
		"relative":       {URL: "/x"},
		"scheme":         {URL: "file:///etc/passwd"},
		"no host":        {URL: "http:///x"},
		"host":           {URL: "http://a b/"},
		"opaque":         {URL: "http:x"},
		"too long":       {URL: "http://e.com/" + strings.Repeat("x", 70<<10)},
		"class":          {URL: "http://e.com/", Class: 99},
		"method":         {URL: "http://e.com/", Method: "GET /"},
		"cookie":         {URL: "http://e.com/", Header: http.Header{"Cookie": {"secret"}}},
		"cookie, lower":  {URL: "http://e.com/", Header: http.Header{"cookie": {"secret"}}},
		"header's name":  {URL: "http://e.com/", Header: http.Header{"A B": {"secret"}}},
		"header's value": {URL: "http://e.com/", Header: http.Header{"A": {"secret\n"}}},
	}
	for name, r := range tests {
		t.Run(name, func(t *testing.T) {
			_, _, err := c.Fetch(t.Context(), r)
			require.ErrorIs(t, err, network.ErrRequest)
			require.NotContains(t, err.Error(), "secret")
		})
	}
	require.Empty(t, c.Records())
}

func TestConfigurationIsChecked(t *testing.T) {
	tests := map[string]func(*network.Configuration){
		"pairs":    func(c *network.Configuration) { c.CookieHeaders.SetValue("a b", "secret") },
		"origin":   func(c *network.Configuration) { c.CookieOrigins = []string{"example.com"} },
		"path":     func(c *network.Configuration) { c.CookieOrigins = []string{"https://example.com/secret"} },
		"verify":   func(c *network.Configuration) { c.NetworkDownVerificationURL = "secret" },
		"agent":    func(c *network.Configuration) { c.UserAgent = "secret\n" },
		"interval": func(c *network.Configuration) { c.MasterUpdateInterval = -1 },
		"cookie header": func(c *network.Configuration) {
			c.Headers = []network.Header{{Name: "cookie", Value: network.NewSecret("secret")}}
		},
		"header name": func(c *network.Configuration) {
			c.Headers = []network.Header{{Name: "a:", Value: network.NewSecret("secret")}}
		},
		"header value": func(c *network.Configuration) {
			c.Headers = []network.Header{{Name: "a", Value: network.NewSecret("secret\r\n")}}
		},
		"time-out": func(c *network.Configuration) {
			c.Timeouts = map[network.Class]network.Timeouts{network.ClassKey: {Stall: -1}}
		},
		"cookie": func(c *network.Configuration) {
			c.Cookies = []network.Cookie{{Name: "a", Value: network.NewSecret("secret\n"), Domain: "e.com", Path: "/"}}
		},
	}
	for name, change := range tests {
		t.Run(name, func(t *testing.T) {
			cfg := network.NewConfiguration()
			change(cfg)
			_, err := network.NewClient(cfg, network.Options{})
			require.ErrorIs(t, err, network.ErrConfiguration)
			require.NotContains(t, err.Error(), "secret")
		})
	}
	_, err := network.NewClient(nil, network.Options{Resource: "secret"})
	require.ErrorIs(t, err, network.ErrRequest)
	require.NotContains(t, err.Error(), "secret")
}

func TestClassNames(t *testing.T) {
	names := map[network.Class]string{0: "other", 1: "playlist", 2: "init", 3: "segment", 4: "key", 5: "license", 6: "certificate",
		7: "subtitle", 8: "thumbnail", 9: "steering", 10: "signin"}
	for class, name := range names {
		require.Equal(t, name, class.String())
		var read network.Class
		require.NoError(t, read.UnmarshalText([]byte(name)))
		require.Equal(t, class, read)
	}
	require.Equal(t, "segment", network.ClassMedia.String(), "the report's contract has no other name for a progressive file")
	require.Equal(t, "class(99)", network.Class(99).String())
	_, err := network.Class(99).MarshalText()
	require.Error(t, err)
	require.Error(t, new(network.Class).UnmarshalText([]byte("x")))
}
