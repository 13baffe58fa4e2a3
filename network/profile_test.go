package network_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/BurntSushi/toml"
	"github.com/stretchr/testify/require"

	"latchkey/network"
)

// profiles are sections and what they come to, by format. An empty want is an error that holds text; no value of a
// profile may stand in it.
var profiles = []struct {
	name       string
	toml, json string
	want       func(*network.Configuration)
	text       string
}{
	{name: "empty", toml: "", json: "{}", want: func(*network.Configuration) {}},
	{name: "TVSDK 1.4's spelling",
		toml: "cookieHeaders = 'val1=12345; val2=abcd'\nuseCookieHeadersForAllRequests = true",
		json: `{"cookieHeaders": "val1=12345; val2=abcd", "useCookieHeadersForAllRequests": true}`,
		want: func(c *network.Configuration) {
			c.CookieHeaders.SetValue("val1", "12345")
			c.CookieHeaders.SetValue("val2", "abcd")
			c.UseCookieHeadersForAllRequests = true
		}},
	{name: "the other flavour's spelling",
		toml: "cookieHeader = ['val1=12345', 'val2=ab=cd']\nuseCookieHeaderForAllRequests = true",
		json: `{"cookieHeader": ["val1=12345", "val2=ab=cd"], "useCookieHeaderForAllRequests": true}`,
		want: func(c *network.Configuration) {
			c.CookieHeaders.SetValue("val1", "12345")
			c.CookieHeaders.SetValue("val2", "ab=cd")
			c.UseCookieHeadersForAllRequests = true
		}},
	{name: "pairs as tables",
		toml: "[[cookie_headers]]\nname = 'z'\nvalue = '1 2'\n[[cookie_headers]]\nname = 'a'\nvalue = ''",
		json: `{"cookie_headers": [{"name": "z", "value": "1 2"}, {"name": "a", "value": ""}]}`,
		want: func(c *network.Configuration) {
			c.CookieHeaders.SetValue("z", "1 2")
			c.CookieHeaders.SetValue("a", "")
		}},
	{name: "every key, camelCase",
		toml: `readSetCookieHeader = false
forceNativeNetworking = false
useRedirectedURL = true
masterUpdateInterval = "1m30s"
networkDownVerificationURL = "https://www.example.com/up"
userAgent = "Example/1.0"
headers = [{name = "X-Key", value = "abc", classes = ["key", "license"]}, {name = "X-All", value = "def"}]
forceHTTPS = true
cookieOrigins = ["https://keys.example.com", "https://keys.example.com:8443"]
cmcd = {mode = "query", contentID = "42", sessionID = "7"}
[timeouts.key]
connect = "3s"
firstByte = "5s"
[timeouts.segment]
stall = "4s"
whole = "1m"`,
		json: `{"readSetCookieHeader": false, "forceNativeNetworking": false, "useRedirectedURL": true,
"masterUpdateInterval": "1m30s", "networkDownVerificationURL": "https://www.example.com/up", "userAgent": "Example/1.0",
"headers": [{"name": "X-Key", "value": "abc", "classes": ["key", "license"]}, {"name": "X-All", "value": "def"}],
"cmcd": {"mode": "query", "contentID": "42", "sessionID": "7"}, "forceHTTPS": true, "cookieOrigins": ["https://keys.example.com", "https://keys.example.com:8443"],
"timeouts": {"key": {"connect": "3s", "firstByte": "5s"}, "segment": {"stall": "4s", "whole": "1m"}}}`,
		want: everyKey},
	{name: "every key, snake_case",
		toml: `read_set_cookie_header = false
force_native_networking = false
use_redirected_url = true
master_update_interval = "90s"
network_down_verification_url = "https://www.example.com/up"
user_agent = "Example/1.0"
force_https = true
cookie_origins = ["https://keys.example.com", "https://keys.example.com:8443"]
[cmcd]
mode = "query"
content_id = "42"
session_id = "7"
[[headers]]
name = "X-Key"
value = "abc"
classes = ["key", "license"]
[[headers]]
name = "X-All"
value = "def"
[timeouts]
key = {connect = "3s", first_byte = "5s"}
segment = {stall = "4s", whole = "60s"}`,
		json: `{"read_set_cookie_header": false, "force_native_networking": false, "use_redirected_url": true,
"master_update_interval": "90s", "network_down_verification_url": "https://www.example.com/up", "user_agent": "Example/1.0",
"headers": [{"name": "X-Key", "value": "abc", "classes": ["key", "license"]}, {"name": "X-All", "value": "def"}],
"cmcd": {"mode": "query", "content_id": "42", "session_id": "7"}, "force_https": true, "cookie_origins": ["https://keys.example.com", "https://keys.example.com:8443"],
"timeouts": {"key": {"connect": "3s", "first_byte": "5s"}, "segment": {"stall": "4s", "whole": "60s"}}}`,
		want: everyKey},
	{name: "TVSDK's custom names",
		toml: "customUserAgent = 'Example/1.0'\ncustomHeaders = [{name = 'X-All', value = 'def'}]\nuseRedirectedUrl = true",
		json: `{"customUserAgent": "Example/1.0", "customHeaders": [{"name": "X-All", "value": "def"}], "useRedirectedUrl": true}`,
		want: func(c *network.Configuration) {
			c.UserAgent = "Example/1.0"
			c.Headers = []network.Header{{Name: "X-All", Value: network.NewSecret("def")}}
			c.UseRedirectedURL = true
		}},
	{name: "CMCD by its mode alone", toml: "cmcd = 'header'", json: `{"cmcd": "header"}`,
		want: func(c *network.Configuration) { c.CMCD.Mode = network.CMCDHeader }},

	{name: "no mode of CMCD", toml: "cmcd = 'canary'", json: `{"cmcd": "canary"}`, text: "CMCD: mode is neither header nor query"},
	{name: "unknown key", toml: "cookie = 'canary'", json: `{"cookie": "canary"}`, text: `key "cookie" is not known`},
	{name: "unknown key within", toml: "headers = [{name = 'a', valeu = 'canary'}]",
		json: `{"headers": [{"name": "a", "valeu": "canary"}]}`, text: `key "headers[0].valeu" is not known`},
	{name: "unknown class", toml: "timeouts = {movie = {whole = '1s'}}", json: `{"timeouts": {"movie": {"whole": "1s"}}}`,
		text: `key "timeouts.movie" is not known`},
	{name: "twice, spelled otherwise", toml: "cookieHeader = 'a=canary'\ncookie_headers = 'b=canary'",
		json: `{"cookieHeader": "a=canary", "cookie_headers": "b=canary"}`, text: "cookieHeaders is there already"},
	{name: "twice", toml: "userAgent = 'canary'\nuserAgent = 'canary'", json: `{"userAgent": "canary", "userAgent": "canary"}`},
	{name: "a number for a bool", toml: "forceHTTPS = 1", json: `{"forceHTTPS": 1}`, text: `key "forceHTTPS": it is not true or false`},
	{name: "a string for a bool", toml: "forceHTTPS = 'canary'", json: `{"forceHTTPS": "canary"}`, text: `key "forceHTTPS": it is not true or false`},
	{name: "a number for a duration", toml: "masterUpdateInterval = 30", json: `{"masterUpdateInterval": 30}`,
		text: `key "masterUpdateInterval": it is not a duration, such as "30s"`},
	{name: "no duration", toml: "masterUpdateInterval = 'canary'", json: `{"masterUpdateInterval": "canary"}`,
		text: `key "masterUpdateInterval": it is not a duration`},
	{name: "a negative duration", toml: "masterUpdateInterval = '-1s'", json: `{"masterUpdateInterval": "-1s"}`, text: "MasterUpdateInterval"},
	{name: "pairs as one table", toml: "cookieHeaders = {b = 'canary', a = 'canary'}", json: `{"cookieHeaders": {"b": "canary", "a": "canary"}}`,
		text: "a table has no order"},
	{name: "a pair that cannot be sent", toml: "cookieHeaders = \"a=canary\\u0001canary\"", json: `{"cookieHeaders": "a=canary\u0001canary"}`,
		text: `key "cookieHeaders[0]"`},
	{name: "a pair in a table that cannot be sent", toml: "cookieHeaders = [{name = 'a', value = 'canary;canary'}]",
		json: `{"cookieHeaders": [{"name": "a", "value": "canary;canary"}]}`, text: "CookieHeaders"},
	{name: "a pair twice", toml: "cookieHeaders = ['a=canary', 'a=canary']", json: `{"cookieHeaders": ["a=canary", "a=canary"]}`,
		text: `"a" was there before`},
	{name: "a header that cannot be set", toml: "headers = [{name = 'Cookie', value = 'canary'}]",
		json: `{"headers": [{"name": "Cookie", "value": "canary"}]}`, text: "Headers: number 1"},
	{name: "no class", toml: "headers = [{name = 'A', classes = ['canary']}]", json: `{"headers": [{"name": "A", "classes": ["canary"]}]}`,
		text: `key "headers[0].classes[0]": it is not a request class`},
	{name: "no origin", toml: "cookieOrigins = ['canary']", json: `{"cookieOrigins": ["canary"]}`, text: "CookieOrigins: number 1"},
	{name: "origins as a string", toml: "cookieOrigins = 'canary'", json: `{"cookieOrigins": "canary"}`, text: `key "cookieOrigins": it is not an array`},
	{name: "no URL", toml: "networkDownVerificationURL = 'ftp://canary/'", json: `{"networkDownVerificationURL": "ftp://canary/"}`,
		text: "NetworkDownVerificationURL"},
	{name: "not well-formed", toml: "\nuserAgent = canary", json: `{"userAgent": canary}`},
	{name: "cut", toml: "userAgent = 'canary", json: `{"userAgent": "canary"`},
	{name: "too deep", toml: "a = [[[[[[[[[[[[[[[[[[['canary']]]]]]]]]]]]]]]]]]]", json: strings.Repeat("[", 20) + strings.Repeat("]", 20)},
	{name: "too long a key", toml: strings.Repeat("a.", 1<<16) + "b = 'canary'", json: strings.Repeat(`{"a":`, 1<<15)},
	{name: "too large", toml: "# " + strings.Repeat("x", 256<<10), json: `{"userAgent": "` + strings.Repeat("x", 256<<10) + `"}`, text: "more than 262144 bytes"},
}

func everyKey(c *network.Configuration) {
	c.ReadSetCookieHeader, c.ForceNativeNetworking, c.UseRedirectedURL, c.ForceHTTPS = false, false, true, true
	c.MasterUpdateInterval = 90 * time.Second
	c.NetworkDownVerificationURL = "https://www.example.com/up"
	c.UserAgent = "Example/1.0"
	c.CMCD = network.CMCDOptions{Mode: network.CMCDQuery, ContentID: "42", SessionID: "7"}
	c.Headers = []network.Header{
		{Name: "X-Key", Value: network.NewSecret("abc"), Classes: []network.Class{network.ClassKey, network.ClassLicense}},
		{Name: "X-All", Value: network.NewSecret("def")},
	}
	c.CookieOrigins = []string{"https://keys.example.com", "https://keys.example.com:8443"}
	c.Timeouts = map[network.Class]network.Timeouts{
		network.ClassKey:     {Connect: 3 * time.Second, FirstByte: 5 * time.Second},
		network.ClassSegment: {Stall: 4 * time.Second, Whole: time.Minute},
	}
}

func TestReadConfiguration(t *testing.T) {
	for _, test := range profiles {
		for format, document := range map[network.Format]string{network.FormatTOML: test.toml, network.FormatJSON: test.json} {
			t.Run(fmt.Sprintf("%s/%s", test.name, format), func(t *testing.T) {
				got, err := network.ReadConfiguration([]byte(document), format)
				if test.want == nil {
					require.ErrorIs(t, err, network.ErrConfiguration)
					require.ErrorContains(t, err, test.text)
					require.NotContains(t, err.Error(), "canary")
					require.Nil(t, got)
					return
				}
				require.NoError(t, err)
				want := network.NewConfiguration()
				test.want(want)
				require.Equal(t, want, got)
			})
		}
	}
	_, err := network.ReadConfiguration(nil, "yaml")
	require.ErrorIs(t, err, network.ErrConfiguration)
}

// A Configuration may be a part of a service's profile, whose other parts are other packages'.
func TestConfigurationWithinProfile(t *testing.T) {
	type profile struct {
		Name    string
		Network *network.Configuration
	}
	want := network.NewConfiguration()
	want.CookieHeaders.SetValue("val1", "12345")
	var p profile
	meta, err := toml.Decode("name = 'x'\n[network]\ncookieHeaders = 'val1=12345'", &p)
	require.NoError(t, err)
	require.Empty(t, meta.Undecoded())
	require.Equal(t, want, p.Network)
	p = profile{}
	require.NoError(t, json.Unmarshal([]byte(`{"name": "x", "network": {"cookieHeaders": "val1=12345"}}`), &p))
	require.Equal(t, want, p.Network)

	_, err = toml.Decode("[network]\ncookies = 'canary'", &p)
	require.ErrorContains(t, err, `key "cookies" is not known`)
	require.NotContains(t, err.Error(), "canary")
	err = json.Unmarshal([]byte(`{"network": {"cookies": "canary"}}`), &p)
	require.ErrorContains(t, err, `key "cookies" is not known`)
	require.NotContains(t, err.Error(), "canary")
}

func FuzzReadConfiguration(f *testing.F) {
	for _, test := range profiles {
		if len(test.toml) < 1000 {
			f.Add(test.toml, true)
			f.Add(test.json, false)
		}
	}
	f.Fuzz(func(t *testing.T, document string, isTOML bool) {
		format := network.FormatJSON
		if isTOML {
			format = network.FormatTOML
		}
		c, err := network.ReadConfiguration([]byte(document), format)
		if err != nil {
			require.ErrorIs(t, err, network.ErrConfiguration)
			return
		}
		require.NoError(t, c.Validate(), "what is read can be used")
		client, err := network.NewClient(c, network.Options{})
		require.NoError(t, err)
		require.NoError(t, client.Close())
	})
}
