package network_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/network"
)

// The secrets of the matrix, and what of each must show nowhere but on the wire.
const (
	pairCanary    = "pair+canary/0001=="
	hostCanary    = "host-cookie-canary-0002"
	domainCanary  = "domain-cookie-canary-0003"
	authCanary    = "auth canary 0004"
	headerCanary  = "header canary 0005"
	classedCanary = "classed canary 0006"
	queryCanary   = "query-canary-0007"
)

var canaries = []string{pairCanary, hostCanary, domainCanary, authCanary, headerCanary, classedCanary, queryCanary}

// requireNoCanary looks for each canary as it is, URL-encoded and in base64 at each of its three offsets.
func requireNoCanary(t testing.TB, what, text string) {
	t.Helper()
	for _, c := range canaries {
		forms := []string{c, url.QueryEscape(c), url.PathEscape(c)}
		for offset := range 3 {
			encoded := base64.RawStdEncoding.EncodeToString(append(make([]byte, offset), c...))
			forms = append(forms, encoded[4:len(encoded)-4])
		}
		for _, form := range forms {
			require.NotContains(t, text, form, "%s shows %s", what, c)
		}
	}
}

// leakTarget is where a request leads, seen from https://www.example.com, and what may go there.
// d: when the resource names it; r: when it is redirected to, as the first URL was the resource's own origin.
type leakTarget struct {
	name, base string
	// the pair, where its class lets it go; Authorization; a header for all classes; one for this class
	pair, auth, header, classed string
	// cookies of the jar: one of www.example.com alone, one of example.com
	host, domain string
}

// The rules, as TVSDK.md has them. From https to http nothing goes, and what is secret is refused.
var leakTargets = []leakTarget{
	{name: "same origin", base: "https://www.example.com", pair: "dr", auth: "dr", header: "dr", classed: "dr", host: "dr", domain: "dr"},
	{name: "other port", base: "https://www.example.com:8443", pair: "dr", auth: "dr", header: "r", classed: "dr", host: "dr", domain: "dr"},
	{name: "sub-domain", base: "https://cdn.www.example.com", pair: "dr", auth: "dr", header: "r", classed: "dr", domain: "dr"},
	{name: "sibling", base: "https://api.example.com", pair: "dr", auth: "dr", header: "r", classed: "dr", domain: "dr"},
	{name: "other domain", base: "https://www.example.net", pair: "d", auth: "d", classed: "d"},
	{name: "IP literal", base: "https://127.0.0.1", pair: "d", auth: "d", classed: "d"},
	{name: "https to http", base: "http://www.example.com"},
}

// leakClass says which pairs a class carries: "flag off", "flag on".
type leakClass struct {
	class      network.Class
	off, on    bool
	ofResource bool
	secret     bool // refused rather than sent from https to http
}

var leakClasses = []leakClass{
	{network.ClassPlaylist, false, true, true, false},
	{network.ClassInit, false, true, true, false},
	{network.ClassSegment, false, true, true, false},
	{network.ClassMedia, false, true, true, false},
	{network.ClassKey, true, true, true, true},
	{network.ClassLicense, true, true, true, true},
	{network.ClassCertificate, false, true, true, false},
	{network.ClassSubtitle, false, true, true, false},
	{network.ClassThumbnail, false, true, true, false},
	{network.ClassSteering, false, true, true, false},
	{network.ClassSignIn, false, false, false, true},
	{network.ClassOther, false, false, false, false},
}

var leakRoutes = []string{"direct", "301", "302", "303", "307", "308", "two hops", "back again"}

func TestLeakMatrix(t *testing.T) {
	w := newWorld(t)
	var log bytes.Buffer
	cells := 0
	for _, flag := range []bool{false, true} {
		for _, class := range leakClasses {
			c := leakClient(t, w, flag, class.class, &log)
			for _, target := range leakTargets {
				for _, route := range leakRoutes {
					cells++
					t.Run(fmt.Sprintf("flag %v/%v/%s/%s", flag, class.class, target.name, route), func(t *testing.T) {
						leakCell(t, w, c, flag, class, target, route)
					})
				}
			}
			encoded, err := json.Marshal(c.Records())
			require.NoError(t, err)
			requireNoCanary(t, "the records", string(encoded)) // which are the report's
			var har bytes.Buffer
			require.NoError(t, network.WriteHAR(&har, c.Records()))
			requireNoCanary(t, "the archive", har.String())
			requireNoCanary(t, "the client", fmt.Sprintf("%v %+v %#v", c, c, c))
		}
	}
	require.Equal(t, 2*12*7*8, cells)
	require.NotEmpty(t, log.String())
	requireNoCanary(t, "the log", log.String())
}

// leakClient has all the secrets of the matrix but Authorization, which comes with the request.
func leakClient(t *testing.T, w *world, flag bool, class network.Class, log *bytes.Buffer) *network.Client {
	t.Helper()
	cfg := network.NewConfiguration()
	cfg.CookieHeaders.SetValue("pair", pairCanary)
	cfg.UseCookieHeadersForAllRequests = flag
	cfg.Headers = []network.Header{
		{Name: "X-Header", Value: network.NewSecret(headerCanary)},
		{Name: "X-Classed", Value: network.NewSecret(classedCanary), Classes: []network.Class{class}},
	}
	cfg.Cookies = []network.Cookie{
		{Name: "host", Value: network.NewSecret(hostCanary), Domain: "www.example.com", HostOnly: true, Path: "/"},
		{Name: "domain", Value: network.NewSecret(domainCanary), Domain: "example.com", Path: "/"},
	}
	return newClient(t, cfg, network.Options{Resource: "https://www.example.com/main.m3u8", Transport: w.transport,
		Log: slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
}

func leakCell(t *testing.T, w *world, c *network.Client, flag bool, class leakClass, target leakTarget, route string) {
	t.Helper()
	const first = "https://www.example.com/first?" + queryCanary
	end := target.base + "/end?" + queryCanary
	ask := first
	if route == "direct" {
		ask = end
	}
	w.reset(func(r wireRequest) string {
		switch path := r.url().Path; {
		case path == "/first" && route == "two hops":
			return redirectAnswer("302", "/second?"+queryCanary)
		case path == "/second":
			return redirectAnswer("307", end)
		case path == "/first" && route == "back again":
			return redirectAnswer("302", end)
		case path == "/end" && route == "back again":
			return redirectAnswer("302", "https://www.example.com/last?"+queryCanary)
		case path == "/first":
			return redirectAnswer(route, end)
		}
		return okAnswer
	})
	_, _, err := c.Fetch(t.Context(), network.Request{Class: class.class, URL: ask,
		Header: http.Header{"Authorization": {authCanary}, "Accept": {"*/*"}}})
	seen := w.requests()
	toHTTP := target.name == "https to http"
	refused := toHTTP && class.secret && (route != "direct" || class.ofResource)
	if err != nil {
		requireNoCanary(t, "the error", fmt.Sprintf("%v %+v %#v", err, err, err))
	}
	if refused {
		require.ErrorIs(t, err, network.ErrDowngrade)
		require.False(t, slices.ContainsFunc(seen, func(r wireRequest) bool { return r.scheme == "http" }), "nothing is sent")
		return
	}
	require.NoError(t, err)
	want := map[string]int{"direct": 1, "two hops": 3, "back again": 3}[route]
	if want == 0 {
		want = 2
	}
	require.Len(t, seen, want)
	mark := "r"
	if route == "direct" {
		mark = "d"
	}
	// A request that is not of the resource knows no resource to come from, so that its own URL may be http.
	plain := toHTTP && mark == "d" && !class.ofResource
	at := want - 1
	if route == "back again" {
		at = 1
		checkHop(t, seen[2], "last", leakTargets[0], "r", flag, class, false)
	}
	checkHop(t, seen[at], "target", target, mark, flag, class, plain)
	if mark == "r" {
		checkHop(t, seen[0], "first", leakTargets[0], "d", flag, class, false)
	}
}

// checkHop compares what came over the wire with the table.
func checkHop(t *testing.T, r wireRequest, hop string, target leakTarget, mark string, flag bool, class leakClass, plain bool) {
	t.Helper()
	pairClass := class.off
	if flag {
		pairClass = class.on
	}
	is := func(marks string) bool { return strings.Contains(marks, mark) }
	var cookies []string
	if is(target.host) || plain {
		cookies = append(cookies, "host="+hostCanary)
	}
	if is(target.domain) || plain {
		cookies = append(cookies, "domain="+domainCanary)
	}
	if pairClass && is(target.pair) {
		cookies = append(cookies, "pair="+pairCanary)
	}
	assert.Equal(t, strings.Join(cookies, "; "), r.header("Cookie"), "cookies at %s", hop)
	expect := func(name, canary string, sent bool) {
		if !sent {
			canary = ""
		}
		assert.Equal(t, canary, r.header(name), "%s at %s", name, hop)
	}
	expect("Authorization", authCanary, is(target.auth) || plain)
	expect("X-Header", headerCanary, class.ofResource && is(target.header))
	expect("X-Classed", classedCanary, is(target.classed) || plain)
	assert.Equal(t, "*/*", r.header("Accept"), "what is no secret goes along")
}
