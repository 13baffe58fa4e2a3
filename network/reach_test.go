package network_test

import (
	"context"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/network"
	"latchkey/network/networktest"
)

const (
	publicAddress = "203.0.113.1" // RFC 5737
	publicStream  = "http://www.example.com/main.m3u8"
)

// localTargets are addresses that a public resource may not lead to.
var localTargets = []string{"127.0.0.1", "10.0.0.1", "::1", "169.254.169.254"}

// visit is a test's world, and what its server answers.
type visit struct {
	*networktest.Internet

	mu     sync.Mutex
	routes map[string]http.HandlerFunc // by path; others are empty
}

// newVisit starts a server. The name www.example.com resolves to publicAddress.
func newVisit(t *testing.T) *visit {
	t.Helper()
	v := &visit{routes: make(map[string]http.HandlerFunc)}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v.mu.Lock()
		answer := v.routes[r.URL.Path]
		v.mu.Unlock()
		if answer != nil {
			answer(w, r)
		}
	}))
	t.Cleanup(server.Close)
	v.Internet = networktest.NewInternet(server.Listener.Addr().String())
	v.Name("www.example.com", publicAddress)
	return v
}

func (v *visit) on(path string, answer http.HandlerFunc) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.routes[path] = answer
}

// redirect has a path lead elsewhere.
func (v *visit) redirect(path string, status int, to string) {
	v.on(path, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", to)
		w.WriteHeader(status)
	})
}

func (v *visit) client(t *testing.T, c *network.Configuration, o network.Options) *network.Client {
	t.Helper()
	o.Resolver, o.Dial = v, v.Dial
	return newClient(t, c, o)
}

func urlOf(address, path string) string { return "http://" + net.JoinHostPort(address, "80") + path }

// attempt is a test's try of a way.
type attempt struct {
	t      *testing.T
	visit  *visit
	target string
	client func(network.Options) *network.Client
}

// way is how a stream from the internet may try to reach an address.
type way struct {
	name string
	// origin is that of the last step, for a target.
	origin func(target string) string
	// try tries it, and returns the error of the last step.
	try func(a *attempt) error
}

func literal(target string) string { return "http://" + net.JoinHostPort(target, "80") }

func named(host string) func(string) string { return func(string) string { return "http://" + host } }

// open asks for the resource, and then for what the resource is said to name.
func open(t *testing.T, c *network.Client, requests ...network.Request) error {
	t.Helper()
	_, _, err := c.Fetch(t.Context(), network.Request{Class: network.ClassPlaylist, URL: publicStream})
	for _, r := range requests {
		if err != nil {
			return err
		}
		_, _, err = c.Fetch(t.Context(), r)
	}
	return err
}

// open is the same for a way.
func (a *attempt) open(c *network.Client, requests ...network.Request) error {
	a.t.Helper()
	return open(a.t, c, requests...)
}

var publicResource = network.Options{Resource: publicStream}

// ways are all of them.
func ways() []way {
	var all []way
	classes := []network.Class{network.ClassPlaylist, network.ClassInit, network.ClassSegment, network.ClassKey, network.ClassLicense, network.ClassCertificate,
		network.ClassSubtitle, network.ClassThumbnail, network.ClassSteering, network.ClassMedia, network.ClassOther, network.ClassSignIn}
	for _, class := range classes {
		all = append(all, way{"named for a " + class.String(), literal, func(a *attempt) error {
			return a.open(a.client(publicResource), network.Request{Class: class, URL: urlOf(a.target, "/x")})
		}}, way{"redirect of a " + class.String(), literal, func(a *attempt) error {
			a.visit.redirect("/x", http.StatusFound, urlOf(a.target, "/x"))
			return a.open(a.client(publicResource), network.Request{Class: class, URL: "http://www.example.com/x"})
		}})
	}
	for _, status := range []int{301, 302, 303, 307, 308} {
		all = append(all, way{fmt.Sprintf("redirect %d of the resource itself", status), literal, func(a *attempt) error {
			a.visit.redirect("/main.m3u8", status, urlOf(a.target, "/x"))
			return a.open(a.client(publicResource))
		}})
	}
	return append(all,
		way{"a name", named("local.example.net"), func(a *attempt) error {
			a.visit.Name("local.example.net", a.target)
			return a.open(a.client(publicResource), network.Request{Class: network.ClassSegment, URL: "http://local.example.net/x"})
		}},
		way{"a number that the system reads as an address", named("2130706433"), func(a *attempt) error {
			a.visit.Name("2130706433", a.target)
			return a.open(a.client(publicResource), network.Request{Class: network.ClassSegment, URL: "http://2130706433/x"})
		}},
		way{"redirect to a name", named("local.example.net"), func(a *attempt) error {
			a.visit.Name("local.example.net", a.target)
			a.visit.redirect("/x", http.StatusFound, "http://local.example.net/x")
			return a.open(a.client(publicResource), network.Request{Class: network.ClassSegment, URL: "http://www.example.com/x"})
		}},
		way{"the third redirect", literal, func(a *attempt) error {
			a.visit.Name("cdn.example.net", "198.51.100.7")
			a.visit.redirect("/x", http.StatusFound, "http://cdn.example.net/y")
			a.visit.redirect("/y", http.StatusTemporaryRedirect, "/z")
			a.visit.redirect("/z", http.StatusMovedPermanently, urlOf(a.target, "/x"))
			return a.open(a.client(publicResource), network.Request{Class: network.ClassSegment, URL: "http://www.example.com/x"})
		}},
		way{"another name that is bound anew", named("cdn.example.net"), func(a *attempt) error {
			a.visit.Name("cdn.example.net", publicAddress)
			a.visit.Name("cdn.example.net", a.target)
			a.visit.on("/close", func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Connection", "close") })
			return a.open(a.client(publicResource), network.Request{Class: network.ClassSegment, URL: "http://cdn.example.net/close"},
				network.Request{Class: network.ClassSegment, URL: "http://cdn.example.net/x"})
		}},
		way{"the resource's own name bound anew", named("www.example.com"), func(a *attempt) error {
			a.visit.Name("www.example.com", a.target)
			a.visit.on("/main.m3u8", func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Connection", "close") })
			return a.open(a.client(publicResource), network.Request{Class: network.ClassSegment, URL: "http://www.example.com/x"})
		}},
		way{"a body that is resumed elsewhere", literal, func(a *attempt) error {
			a.visit.on("/x", func(w http.ResponseWriter, r *http.Request) {
				switch {
				case strings.HasPrefix(r.Host, "www.") && r.Header.Get("Range") != "":
					w.Header().Set("Location", urlOf(a.target, "/x"))
					w.WriteHeader(http.StatusFound)
				default:
					w.Header().Set("Etag", `"1"`)
					w.Header().Set("Content-Length", "10")
					_, _ = w.Write([]byte("12345")) // and no more
				}
			})
			return a.open(a.client(publicResource), network.Request{Class: network.ClassSegment, URL: "http://www.example.com/x"})
		}},
		way{"a client without a resource, after an answer", literal, func(a *attempt) error {
			c := a.client(network.Options{})
			_, _, err := c.Fetch(a.t.Context(), network.Request{Class: network.ClassSignIn, URL: "http://www.example.com/.well-known/openid-configuration"})
			require.NoError(a.t, err)
			_, _, err = c.Fetch(a.t.Context(), network.Request{Class: network.ClassSignIn, URL: urlOf(a.target, "/token")})
			return err
		}},
		way{"a client without a resource, redirected", literal, func(a *attempt) error {
			a.visit.redirect("/x", http.StatusFound, urlOf(a.target, "/x"))
			_, _, err := a.client(network.Options{}).Fetch(a.t.Context(), network.Request{Class: network.ClassSignIn, URL: "http://www.example.com/x"})
			return err
		}},
	)
}

// Each way in which a stream from the internet may lead into the local network ends before the
// connection; with its origin named, each arrives.
func TestPublicResourceReachesNothingLocal(t *testing.T) {
	t.Parallel()
	all := ways()
	require.GreaterOrEqual(t, len(all), 30)
	for _, w := range all {
		for _, target := range localTargets {
			t.Run(w.name+"/"+target, func(t *testing.T) {
				t.Parallel()
				v := newVisit(t)
				err := w.try(&attempt{t, v, target, func(o network.Options) *network.Client { return v.client(t, nil, o) }})
				require.ErrorIs(t, err, network.ErrBlocked)
				require.ErrorContains(t, err, "is on your own network")
				require.ErrorContains(t, err, "is from the internet")
				local, ok := errors.AsType[*network.LocalError](err)
				require.True(t, ok)
				assert.Equal(t, target, local.Address.String())
				assert.Zero(t, v.Dialed(target), "%v", v.Dials())
				assert.Positive(t, v.Dialed(publicAddress))
			})
			t.Run(w.name+"/"+target+"/origin named", func(t *testing.T) {
				t.Parallel()
				v := newVisit(t)
				c := network.NewConfiguration()
				c.NamedOrigins = []string{w.origin(target)}
				err := w.try(&attempt{t, v, target, func(o network.Options) *network.Client { return v.client(t, c, o) }})
				require.NotErrorIs(t, err, network.ErrBlocked)
				assert.Positive(t, v.Dialed(target), "%v: %v", v.Dials(), err)
			})
		}
	}
}

// The forms in which an IPv6 address holds an IPv4 address, and the other addresses that are not of
// the internet.
func TestPublicResourceReachesNoFormOfLocalAddress(t *testing.T) {
	t.Parallel()
	for _, target := range []string{"::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2002:7f00:1::",
		"2002:a00:1::1", "2002:c0a8:101::1", "2001:0:cb00:7101::80ff:fffe" /* Teredo, client 127.0.0.1 */, "2001:0:a00:1::34ff:8efe" /* server 10.0.0.1 */, "::7f00:1",
		"2001:db8::5efe:a00:1", "0.0.0.0", "0.1.2.3", "::", "100.64.0.1", "100.127.255.255", "172.16.0.1", "192.168.1.1", "224.0.0.1", "239.1.2.3", "255.255.255.255", "240.0.0.1",
		"fe80::1", "fc00::1", "fd12::1", "fec0::1", "ff02::1", "192.0.0.8"} {
		t.Run(target, func(t *testing.T) {
			t.Parallel()
			v := newVisit(t)
			v.Name("local.example.net", target)
			c := v.client(t, nil, publicResource)
			for _, host := range []string{net.JoinHostPort(target, "80"), "local.example.net"} {
				_, _, err := c.Fetch(t.Context(), network.Request{Class: network.ClassSegment, URL: "http://" + host + "/x"})
				require.ErrorIs(t, err, network.ErrBlocked, host)
			}
			assert.Empty(t, v.Dials())
		})
	}
	for _, target := range []string{"192.0.2.1", "198.51.100.1", "203.0.113.9", "198.18.0.1", "2001:db8::1", "64:ff9b::cb00:7101", "2002:cb00:7101::1", "100.128.0.1", "172.32.0.1"} {
		t.Run(target+" is of the internet", func(t *testing.T) {
			t.Parallel()
			v := newVisit(t)
			c := v.client(t, nil, publicResource)
			_, _, err := c.Fetch(t.Context(), network.Request{Class: network.ClassSegment, URL: urlOf(target, "/x")})
			require.NoError(t, err)
		})
	}
}

// A resource may lead to its own address space and to wider ones.
func TestLocalResource(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		resource, target string
		blocked          string // the sentence's part, or empty
	}{
		{"127.0.0.1", "127.0.0.1", ""},
		{"127.0.0.1", "::1", ""},
		{"127.0.0.1", "192.168.1.9", ""},
		{"127.0.0.1", "203.0.113.1", ""},
		{"::1", "10.0.0.1", ""},
		{"192.168.1.5", "192.168.1.5", ""},
		{"192.168.1.5", "10.0.0.1", ""},
		{"192.168.1.5", "fe80::1", ""},
		{"192.168.1.5", "203.0.113.1", ""},
		{"192.168.1.5", "127.0.0.1", "127.0.0.1 is this computer, and this stream is from another one"},
		{"fd00::5", "::1", "::1 is this computer, and this stream is from another one"},
		{"203.0.113.1", "10.0.0.1", "10.0.0.1 is on your own network, and this stream is from the internet"},
	} {
		t.Run(test.resource+" to "+test.target, func(t *testing.T) {
			t.Parallel()
			v := newVisit(t)
			v.Name("nas.example.net", test.resource) // the name says nothing
			c := v.client(t, nil, network.Options{Resource: "http://nas.example.net/main.m3u8"})
			_, _, err := c.Fetch(t.Context(), network.Request{Class: network.ClassPlaylist, URL: "http://nas.example.net/main.m3u8"})
			require.NoError(t, err)
			v.redirect("/moved", http.StatusFound, urlOf(test.target, "/x"))
			for _, url := range []string{urlOf(test.target, "/x"), "http://nas.example.net/moved"} {
				_, _, err = c.Fetch(t.Context(), network.Request{Class: network.ClassSegment, URL: url})
				if test.blocked == "" {
					require.NoError(t, err)
					continue
				}
				require.ErrorIs(t, err, network.ErrBlocked)
				require.ErrorContains(t, err, test.blocked)
			}
		})
	}
}

// What a public server's answer names is of the internet, also when the resource is local.
func TestLocalResourceThatLeadsToInternet(t *testing.T) {
	t.Parallel()
	v := newVisit(t)
	c := v.client(t, nil, network.Options{Resource: "http://192.168.1.5/main.m3u8"})
	get := func(class network.Class, url string) error {
		_, _, err := c.Fetch(t.Context(), network.Request{Class: class, URL: url})
		return err
	}
	require.NoError(t, get(network.ClassPlaylist, "http://192.168.1.5/main.m3u8"))
	require.NoError(t, get(network.ClassSegment, "http://www.example.com/1.ts"))
	require.NoError(t, get(network.ClassSegment, "http://10.0.0.1/1.ts"), "a segment names nothing")
	v.redirect("/2.ts", http.StatusFound, "http://10.0.0.1/2.ts")
	require.ErrorIs(t, get(network.ClassSegment, "http://www.example.com/2.ts"), network.ErrBlocked, "a redirect does")
	require.NoError(t, get(network.ClassSegment, "http://10.0.0.1/1.ts"))
	require.False(t, c.FromInternet())
	require.NoError(t, get(network.ClassPlaylist, "http://www.example.com/variant.m3u8"))
	require.True(t, c.FromInternet())
	require.ErrorIs(t, get(network.ClassSegment, "http://10.0.0.1/1.ts"), network.ErrBlocked, "though there is a connection that could be used")
	require.NoError(t, get(network.ClassSegment, "http://192.168.1.5/1.ts"), "the person has named that")
}

// A connection of HTTP/2 that may be used by any number of requests is used by none that may not
// lead there.
func TestMultiplexedConnectionIsNotReused(t *testing.T) {
	t.Parallel()
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	server.EnableHTTP2 = true
	server.StartTLS() // its certificate is for example.com and the names below it
	t.Cleanup(server.Close)
	internet := networktest.NewInternet(server.Listener.Addr().String())
	internet.Name("example.com", "192.168.1.5")
	internet.Name("inner.example.com", "10.0.0.1")
	internet.Name("public.example.com", publicAddress)
	authority := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	c := newClient(t, nil, network.Options{Resource: "https://example.com/main.m3u8", Resolver: internet, Dial: internet.Dial, TLS: network.TLS{Authorities: authority}})
	get := func(class network.Class, url string) error {
		_, _, err := c.Fetch(t.Context(), network.Request{Class: class, URL: url})
		return err
	}
	require.NoError(t, get(network.ClassPlaylist, "https://example.com/main.m3u8"))
	require.NoError(t, get(network.ClassSegment, "https://inner.example.com/1.ts"))
	require.NoError(t, get(network.ClassSegment, "https://inner.example.com/2.ts"))
	require.Equal(t, 1, internet.Dialed("10.0.0.1"))
	require.NoError(t, get(network.ClassPlaylist, "https://public.example.com/v.m3u8"))
	require.ErrorIs(t, get(network.ClassSegment, "https://inner.example.com/3.ts"), network.ErrBlocked)
	require.NoError(t, get(network.ClassSegment, "https://example.com/3.ts"))
	require.Equal(t, "HTTP/2.0", c.Records()[1].Protocol)
}

// A name with addresses of several spaces is of the widest, and is connected to there alone.
func TestResourceOfSeveralAddresses(t *testing.T) {
	t.Parallel()
	for _, target := range localTargets {
		v := newVisit(t)
		v.Name("both.example.net", target, publicAddress)
		c := v.client(t, nil, network.Options{Resource: "http://both.example.net/main.m3u8"})
		_, _, err := c.Fetch(t.Context(), network.Request{Class: network.ClassPlaylist, URL: "http://both.example.net/main.m3u8"})
		require.NoError(t, err)
		_, _, err = c.Fetch(t.Context(), network.Request{Class: network.ClassKey, URL: urlOf(target, "/key")})
		require.ErrorIs(t, err, network.ErrBlocked)
		assert.Zero(t, v.Dialed(target))
	}
}

// PublicOnly is for addresses that come from outside: a name that resolves to the local network is
// refused, unless the profile names its origin.
func TestPublicOnly(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name     string
		named    []string
		resource string
		blocked  bool
	}{
		{"resource", nil, "https://intern.example.net/main.m3u8", true},
		{"no resource", nil, "", true},
		{"another origin named", []string{"http://intern.example.net", "https://*.intern.example.net", "https://intern.example.net:8443"}, "https://intern.example.net/main.m3u8", true},
		{"named", []string{"https://intern.example.net"}, "https://intern.example.net/main.m3u8", false},
		{"named with its domain", []string{"https://*.example.net"}, "https://intern.example.net/main.m3u8", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			v := newVisit(t)
			v.Name("intern.example.net", "10.0.0.1")
			configuration := network.NewConfiguration()
			configuration.PublicOnly, configuration.NamedOrigins = true, test.named
			c := v.client(t, configuration, network.Options{Resource: test.resource})
			_, _, err := c.Fetch(t.Context(), network.Request{Class: network.ClassSignIn, URL: "https://intern.example.net/main.m3u8"})
			require.Equal(t, test.blocked, errors.Is(err, network.ErrBlocked), "%v", err)
			require.Equal(t, test.blocked, v.Dialed("10.0.0.1") == 0)
		})
	}
}

// With a proxy the address is judged as it is written, whoever resolves it.
func TestProxyIsAskedForNothingLocal(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var asked []string
	proxy := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		asked = append(asked, r.URL.Host)
	}))
	t.Cleanup(proxy.Close)
	address := proxy.Listener.Addr().String()
	_, port, err := net.SplitHostPort(address)
	require.NoError(t, err)
	c := newClient(t, nil, network.Options{Resource: publicStream, Proxy: network.NewSecret(proxy.URL)})
	require.NoError(t, open(t, c), "the person has named the proxy, which is on this computer")
	for _, host := range []string{"127.0.0.1", "127.0.0.1:" + port, "10.0.0.1", "[::1]", "169.254.169.254", "localhost", "a.localhost", "printer", "nas.local", "2130706433", "0x7f.1",
		"[::ffff:10.0.0.1]", "[64:ff9b::7f00:1]"} {
		_, _, err := c.Fetch(t.Context(), network.Request{Class: network.ClassKey, URL: "http://" + host + "/key"})
		require.ErrorIs(t, err, network.ErrBlocked, host)
	}
	mu.Lock()
	assert.Equal(t, []string{"www.example.com"}, asked)
	mu.Unlock()
	configuration := network.NewConfiguration()
	configuration.NamedOrigins = []string{"http://10.0.0.1"}
	c = newClient(t, configuration, network.Options{Resource: publicStream, Proxy: network.NewSecret(proxy.URL)})
	require.NoError(t, open(t, c, network.Request{Class: network.ClassKey, URL: "http://10.0.0.1/key"}))
}

// Requests of one client to one origin share a connection, whatever their class; a named origin has
// connections of its own.
func TestConnectionsAreShared(t *testing.T) {
	t.Parallel()
	v := newVisit(t)
	c := v.client(t, nil, publicResource)
	require.NoError(t, open(t, c, network.Request{Class: network.ClassSegment, URL: "http://www.example.com/1"}, network.Request{Class: network.ClassKey, URL: "http://www.example.com/2"}))
	assert.Equal(t, 1, v.Dialed(publicAddress))
}

// A record of a request that was blocked says so.
func TestBlockedRecord(t *testing.T) {
	t.Parallel()
	v := newVisit(t)
	c := v.client(t, nil, publicResource)
	err := open(t, c, network.Request{Class: network.ClassKey, URL: "http://10.0.0.1/key?canary"})
	require.EqualError(t, err, "key request http://10.0.0.1/key: blocked: 10.0.0.1 is on your own network, and this stream is from the internet")
	records := c.Records()
	last := records[len(records)-1]
	assert.True(t, last.Blocked)
	assert.Equal(t, err.Error(), last.Error)
	require.Len(t, records, 2, "it is not made again")
	_, _, err = c.Fetch(t.Context(), network.Request{Class: network.ClassSignIn, URL: "http://10.0.0.1/token"})
	require.ErrorContains(t, err, "this service is from the internet")
}

// Addresses that do not answer give way to those that do, in the order of RFC 8305.
func TestDialTakesTheFirstThatAnswers(t *testing.T) {
	t.Parallel()
	v := newVisit(t)
	v.Name("many.example.net", "2001:db8::1", "2001:db8::2", "192.0.2.1")
	refused := fmt.Errorf("connection refused")
	var mu sync.Mutex
	var tried []string
	c := newClient(t, nil, network.Options{Resolver: v, Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
		mu.Lock()
		tried = append(tried, address)
		mu.Unlock()
		if address != "[2001:db8::2]:80" {
			return nil, refused
		}
		return v.Dial(ctx, network, address)
	}})
	_, _, err := c.Fetch(t.Context(), network.Request{Class: network.ClassOther, URL: "http://many.example.net/"})
	require.NoError(t, err)
	assert.Equal(t, []string{"[2001:db8::1]:80", "192.0.2.1:80", "[2001:db8::2]:80"}, tried)
}
