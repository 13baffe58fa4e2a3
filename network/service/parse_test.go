package service_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/network"
	"latchkey/network/service"
)

// small is a profile of what is needed alone; tests put lines at the end of each of its parts.
const small = `schema = "latchkey.service/1"
id = "tv"
name = "TV"
key_origins = ["https://keys.example.com"]
#top
[sign_in]
ways = ["paste"]
#sign_in
[cookies]
session = "${token}"
#cookies
[network]
#network
`

// with returns small with lines put in at a part, or in place of a line that begins with the first word.
func with(place, lines string) string {
	var out []string
	for line := range strings.Lines(small) {
		if strings.HasPrefix(line, place) {
			line = lines + "\n"
		}
		out = append(out, line)
	}
	return strings.Join(out, "")
}

func example(t testing.TB) []byte {
	t.Helper()
	data, err := os.ReadFile("example.toml")
	require.NoError(t, err)
	return data
}

func TestParseExample(t *testing.T) {
	p, err := service.Parse(example(t))
	require.NoError(t, err)
	configuration := network.NewConfiguration()
	configuration.UseRedirectedURL = true
	configuration.UserAgent = "Example/1.0"
	configuration.Timeouts = map[network.Class]network.Timeouts{network.ClassKey: {Whole: 10 * time.Second}}
	configuration.CookieOrigins = []string{"https://keys.example.com", "https://license.example.com:8443"}
	assert.Equal(t, &service.Profile{
		ID: "example-tv", Name: "Example TV", Icon: "https://www.example.com/icon.png", Homepage: "https://www.example.com",
		SignIn: service.SignIn{
			Ways:   []service.Way{service.WayBrowser, service.WayDevice, service.WayPage, service.WayPassword, service.WayPaste},
			Issuer: "https://id.example.com", ClientID: "latchkey", Scopes: []string{"openid", "offline_access"},
			AuthorizationEndpoint: "https://id.example.com/authorize", TokenEndpoint: "https://id.example.com/token",
			DeviceEndpoint: "https://id.example.com/device", RevocationEndpoint: "https://id.example.com/revoke",
			PageURL: "https://www.example.com/signin", TokenURL: "https://www.example.com/signin/token",
			Password: service.Password{URL: "https://api.example.com/login", JSON: true, Username: "user", Password: "password", Code: "otp",
				Extra: map[string]string{"client": "desktop"}, TokenPath: "data.token", RefreshPath: "data.refresh", RefreshURL: "https://api.example.com/refresh",
				ExpiresPath: "data.expires_in", CodePath: "data.otp_required",
				Hint: "Your user name is the address that you subscribed with.", CodeHint: "Enter the code from the Example TV app."},
		},
		Cookies:        []service.Template{{Name: "session", Value: "${access_token}"}, {Name: "device", Value: "desktop"}},
		Headers:        []service.HeaderTemplate{{Template: service.Template{Name: "Authorization", Value: "Bearer ${access_token}"}, Classes: []network.Class{network.ClassLicense}}},
		KeyOrigins:     []string{"https://keys.example.com"},
		LicenseOrigins: []string{"https://license.example.com:8443"},
		MediaOrigins:   []string{"https://www.example.com", "https://*.cdn.example.net"},
		Licenses: []service.License{{KeyFormats: []string{"com.example.tv"}, URL: "https://license.example.com:8443/keys?name=${kid_base64url}", Method: "POST",
			Headers: map[string]string{"Content-Type": "application/json"}, Body: `{"kid": "${kid_base64}"}`, Answer: "base64", AnswerPath: "data.key"}},
		Network:   configuration,
		Catalogue: service.Catalogue{URL: "https://keys.example.com/catalogue.json", SignedIn: true},
	}, p)
}

func TestParseTakes(t *testing.T) {
	for name, text := range map[string]string{
		"what is needed": small,
		"no sign-in":     "schema = \"latchkey.service/1\"\nid = \"tv\"\nname = \"TV\"\n[catalogue]\nurl = \"https://example.com/list.m3u\"\nformat = \"m3u\"",
		"this computer":  with("key_origins", `key_origins = ["http://127.0.0.1:8080", "http://[::1]", "http://localhost:1"]`),
		"an icon":        with("#top", `icon = "data:image/png;base64,iVBORw0KGgo="`),
		"an alphabet":    with("name", `name = "Кино Тв 1"`),
		"inline tables":  with("#top", `headers = [{name = "X-Token", value = "${token}"}]`),
		"upper case":     with("key_origins", `key_origins = ["HTTPS://KEYS.Example.com:443"]`),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := service.Parse([]byte(text))
			require.NoError(t, err)
		})
	}
}

func TestParseNormalizesOrigins(t *testing.T) {
	p, err := service.Parse([]byte(with("key_origins", `key_origins = ["HTTPS://KEYS.Example.com:443", "https://keys.example.com", "https://bücher.example"]
media_origins = ["https://*.Example.com"]`)))
	require.NoError(t, err)
	assert.Equal(t, []string{"https://keys.example.com", "https://xn--bcher-kva.example"}, p.KeyOrigins)
	assert.Equal(t, p.KeyOrigins, p.Network.CookieOrigins)
	assert.Equal(t, []string{"https://*.example.com"}, p.MediaOrigins)
}

func TestParseKeepsTheOrderOfCookies(t *testing.T) {
	p, err := service.Parse([]byte(with("session", "z = '1'\n\"a.b\" = '${token}'\nm = 'x${token}y${token}'")))
	require.NoError(t, err)
	assert.Equal(t, []service.Template{{Name: "z", Value: "1"}, {Name: "a.b", Value: "${token}"}, {Name: "m", Value: "x${token}y${token}"}}, p.Cookies)
}

// refused are profiles that are not taken, and what is said of them. Values of theirs hold "canary", and so that no error may.
var refused = []struct{ name, profile, text string }{
	{"nothing", "", `"schema" is not`},
	{"no TOML", "schema = canary", "line 1 is not TOML"},
	{"another schema", `schema = "canary"`, `"schema" is not`},
	{"deep", "a = " + strings.Repeat("[", 100000), "line 1: it is nested too deeply"},
	{"deep over lines", "schema = \"latchkey.service/1\"\na = " + strings.Repeat("[\n", 50000) + strings.Repeat("]", 0), "is not TOML"},
	{"deep tables", "[" + strings.Repeat("a.", 50000) + "a]", "line 1: it is nested too deeply"},
	{"huge", "schema = \"latchkey.service/1\"\nname = \"" + strings.Repeat("canary", 100000) + `"`, "more than 262144 bytes"},
	{"no ID", with("id", ""), `"id" is not`},
	{"an ID that leaves the folder", with("id", `id = "../canary"`), `line 2: "id" is not`},
	{"a long ID", with("id", `id = "`+strings.Repeat("a", 65)+`"`), `"id" is not`},
	{"no name", with("name", ""), `"name" is missing`},
	{"a name that turns the direction", with("name", "name = \"canary\u202egnp\""), `line 3: "name" has characters`},
	{"a name with an escape", with("name", `name = "canary\u001b[2J"`), `"name" has characters`},
	{"a name with a line", with("name", `name = "canary\nSigned by"`), `"name" has characters`},
	{"a name of two alphabets", with("name", "name = \"B\u0430nk canary\""), `"name" has a word of several alphabets`},
	{"a pile of accents", with("name", `name = "a`+strings.Repeat(`\u0301`, 9)+`"`), `"name" has characters`},
	{"a long name", with("name", `name = "`+strings.Repeat("a", 65)+`"`), `"name" has characters`},
	{"unknown", with("#top", `colour = "canary"`), `line 5: "colour" is not known`},
	{"unknown within", with("#sign_in", `token = "canary"`), `line 8: "sign_in.token" is not known`},
	{"unknown case", with("id", `ID = "tv"`), `"id" is not`},
	{"unknown table", small + "[canery]\n", `line 14: "canery" is not known`},
	{"unknown of network", with("#network", `cookie = "canary"`), `line 12: "network" read network configuration: key "cookie" is not known`},
	{"unknown of a header", small + "[[headers]]\nname = \"a\"\nvalue = \"${token}\"\nvaleu = \"canary\"\n", `line 17: "headers.valeu" is not known`},
	{"a number for a text", with("name", `name = 7`), `line 3: "name" is not a string`},
	{"a text for an array", with("key_origins", `key_origins = "https://canary.example"`), `line 4: "key_origins" is not an array of strings`},
	{"a text for a table", small + `catalogue = "canary"`, `network`},
	{"a list of numbers", with("key_origins", `key_origins = [1]`), "is not an array of strings"},
	{"an icon of another kind", with("#top", `icon = "data:image/svg+xml;base64,PHN2Zz4="`), `"icon" is neither`},
	{"an icon that is no picture", with("#top", `icon = "data:image/png;base64,Y2FuYXJ5"`), `"icon" is neither`},
	{"an icon from a file", with("#top", `icon = "file:///canary.png"`), `"icon" is not an address`},
	{"a homepage that is a script", with("#top", `homepage = "javascript:canary()"`), `"homepage" is not an address`},

	{"no origins", with("key_origins", ""), `"key_origins" and "license_origins" are missing`},
	{"many origins", with("key_origins", "key_origins = ["+strings.Repeat(`"https://a.example",`, 65)+"]"), "64 at most"},
	{"origin: another host behind a user", with("key_origins", `key_origins = ["https://good.example@canary.example"]`), "user name before the host"},
	{"origin: a password", with("key_origins", `key_origins = ["https://good.example:443@canary.example"]`), "user name before the host"},
	{"origin: a backslash", with("key_origins", `key_origins = ['https://canary.example\@good.example']`), "is not an address"},
	{"origin: a path", with("key_origins", `key_origins = ["https://canary.example/good"]`), "is not an origin"},
	{"origin: a slash", with("key_origins", `key_origins = ["https://canary.example/"]`), "is not an origin"},
	{"origin: a query", with("key_origins", `key_origins = ["https://canary.example?x"]`), "is not an origin"},
	{"origin: an empty query", with("key_origins", `key_origins = ["https://canary.example?"]`), "is not an origin"},
	{"origin: a fragment", with("key_origins", `key_origins = ["https://canary.example#good"]`), "is not an address"},
	{"origin: plain http", with("key_origins", `key_origins = ["http://canary.example"]`), "is not https"},
	{"origin: plain http to the network around", with("key_origins", `key_origins = ["http://192.168.1.1"]`), "is not https"},
	{"origin: another scheme", with("key_origins", `key_origins = ["ftp://canary.example"]`), "is not an address"},
	{"origin: no scheme", with("key_origins", `key_origins = ["canary.example"]`), "is not an address"},
	{"origin: null", with("key_origins", `key_origins = ["null"]`), "is not an address"},
	{"origin: all", with("key_origins", `key_origins = ["*"]`), `"*"`},
	{"origin: sub-domains", with("key_origins", `key_origins = ["https://*.example.com"]`), `"*"`},
	{"origin: port 0", with("key_origins", `key_origins = ["https://canary.example:0"]`), "is not an address"},
	{"origin: a port too far", with("key_origins", `key_origins = ["https://canary.example:65536"]`), "is not an address"},
	{"origin: a port with a nought", with("key_origins", `key_origins = ["https://canary.example:0443"]`), "is not an address"},
	{"origin: a number for a host", with("key_origins", `key_origins = ["http://2130706433"]`), "is not an address"},
	{"origin: a short address", with("key_origins", `key_origins = ["http://127.1"]`), "is not an address"},
	{"origin: a hexadecimal address", with("key_origins", `key_origins = ["https://0x7f.0x1"]`), "is not an address"},
	{"origin: a dot at the end", with("key_origins", `key_origins = ["https://canary.example."]`), "is not an address"},
	{"origin: two dots", with("key_origins", `key_origins = ["https://canary..example"]`), "is not an address"},
	{"origin: escapes", with("key_origins", `key_origins = ["https://canary%2eexample"]`), "is not an address"},
	{"origin: a blank", with("key_origins", `key_origins = ["https://canary.example "]`), "is not an address"},
	{"origin: a line", with("key_origins", `key_origins = ["https://canary.example\r\nX: y"]`), "is not an address"},
	{"origin: a zone", with("key_origins", `key_origins = ["https://[fe80::1%25canary]"]`), "is not an address"},
	{"media: all of a suffix", with("#top", `media_origins = ["https://*.com"]`), `"*"`},
	{"media: all of a longer suffix", with("#top", `media_origins = ["https://*.co.uk"]`), `"*"`},
	{"media: all of a provider", with("#top", `media_origins = ["https://*.github.io"]`), `"*"`},
	{"media: all", with("#top", `media_origins = ["https://*"]`), `"*"`},
	{"media: all with a dot", with("#top", `media_origins = ["https://*."]`), "is not an address"},
	{"media: stars", with("#top", `media_origins = ["https://*.*.canary.example"]`), `"*"`},
	{"media: a star in a name", with("#top", `media_origins = ["https://canary*.example.com"]`), `"*"`},
	{"media: a star at home", with("#top", `media_origins = ["https://*.localhost"]`), `"*"`},
	{"media: a star before an address", with("#top", `media_origins = ["https://*.127.0.0.1"]`), `"*"`},
	{"media: http sub-domains", with("#top", `media_origins = ["http://*.canary.example"]`), `"*"`},
	{"media: a path behind a star", with("#top", `media_origins = ["https://*.canary.example/x"]`), "is not an origin"},

	{"no way", with("ways", "ways = []"), `"sign_in.ways" is missing`},
	{"an unknown way", with("ways", `ways = ["canary"]`), `line 7: "sign_in.ways" has a way that is not known`},
	{"a way twice", with("ways", `ways = ["paste", "paste"]`), "has a way"},
	{"browser without a client", with("ways", "ways = [\"browser\"]\nissuer = \"https://canary.example\""), `"sign_in.client_id" is not`},
	{"browser without an endpoint", with("ways", "ways = [\"browser\"]\nclient_id = \"a\"\ntoken_endpoint = \"https://canary.example\""), `"sign_in.authorization_endpoint" is missing`},
	{"device without an endpoint", with("ways", "ways = [\"device\"]\nclient_id = \"a\"\ntoken_endpoint = \"https://canary.example\""), `"sign_in.device_endpoint" is missing`},
	{"an issuer in the clear", with("ways", "ways = [\"browser\"]\nclient_id = \"a\"\nissuer = \"http://canary.example\""), `"sign_in.issuer" is not https`},
	{"a client with a line", with("ways", "ways = [\"browser\"]\nclient_id = \"canary\\nx\"\nissuer = \"https://a.example\""), `"sign_in.client_id" is not`},
	{"a scope with a blank", with("ways", "ways = [\"browser\"]\nclient_id = \"a\"\nscopes = [\"canary x\"]\nissuer = \"https://a.example\""), `"sign_in.scopes" is not`},
	{"what no way uses", with("#sign_in", `page_url = "https://canary.example"`), `"sign_in.page_url" is for none of the ways`},
	{"a client that no way uses", with("#sign_in", `client_id = "canary"`), `"sign_in.client_id" or`},
	{"page without its address", with("ways", "ways = [\"page\"]\ntoken_url = \"https://canary.example\""), `"sign_in.page_url" is missing`},
	{"password without its table", with("ways", `ways = ["password"]`), `"sign_in.password" and`},
	{"a table without password", small + "[sign_in.password]\nurl = \"https://canary.example\"\n", `"sign_in.password" and`},
	{"password in the clear", password(`url = "http://canary.example"`), `"sign_in.password.url" is not https`},
	{"password without fields", password(`url = "https://canary.example"`), `"sign_in.password.username" is not`},
	{"a hint that is too long", password("url = \"https://canary.example\"\nusername = \"a\"\npassword = \"b\"\nhint = \"" + strings.Repeat("canary ", 40) + "\""), `"sign_in.password.hint" `},
	{"a hint of no code", password("url = \"https://canary.example\"\nusername = \"a\"\npassword = \"b\"\ncode_hint = \"canary\""), `"sign_in.password.code_hint" needs "code"`},
	{"two fields of a name", password("url = \"https://canary.example\"\nusername = \"a\"\npassword = \"a\""), "the name of another field"},
	{"one more field of a name", password("url = \"https://canary.example\"\nusername = \"a\"\npassword = \"b\"\nextra = {a = \"canary\"}"), "cannot be one more field"},
	{"a path of another kind", password("url = \"https://canary.example\"\nusername = \"a\"\npassword = \"b\"\ntoken_path = \"$..canary\""), "is not a path"},
	{"two places of a token", password("url = \"https://canary.example\"\nusername = \"a\"\npassword = \"b\"\ntoken_path = \"a\"\ntoken_header = \"b\""), "exclude each other"},
	{"a refresh without where", password("url = \"https://canary.example\"\nusername = \"a\"\npassword = \"b\"\nrefresh_path = \"a\""), "need each other"},

	{"a template of a refresh token", with("session", `session = "${refresh_token}"`), `line 10: "cookies.session" would send what renews`},
	{"a template of refresh", with("session", `session = "${Refresh}"`), "would send what renews"},
	{"a template of what is not known", with("session", `session = "${canary}"`), "has a ${ that is none"},
	{"an open template", with("session", `session = "${token"`), "has a ${ that is none"},
	{"a template in a template", with("session", `session = "${${token}}"`), "has a ${ that is none"},
	{"a cookie's name with a blank", with("session", `"ses sion" = "${token}"`), "is not what a cookie may be"},
	{"a cookie's name with a line", with("session", `"a\r\nb" = "${token}"`), "is not what a cookie may be"},
	{"a cookie without a name", with("session", `"" = "${token}"`), "is not what a cookie may be"},
	{"a cookie's value with another", with("session", `session = "canary; admin=1"`), "is not what a cookie may be"},
	{"a cookie's value with a line", with("session", `session = "canary\r\nX: y"`), "is not what a cookie may be"},
	{"a long template", with("session", `session = "`+strings.Repeat("a", 5000)+`"`), "more than 4096 bytes"},
	{"cookies without a sign-in", strings.Replace(strings.Replace(small, "[sign_in]", "", 1), `ways = ["paste"]`, "", 1), "has no way to sign in"},
	{"a header that is a cookie", small + "[[headers]]\nname = \"Cookie\"\nvalue = \"a=${token}\"\n", "is not what a header may be"},
	{"a header for the host", small + "[[headers]]\nname = \"Host\"\nvalue = \"canary\"\n", "is not what a header may be"},
	{"a header with a line", small + "[[headers]]\nname = \"X\"\nvalue = \"${token}\\r\\ncanary: y\"\n", "is not what a header may be"},
	{"a header without a value", small + "[[headers]]\nname = \"X\"\n", "is not what a header may be"},
	{"a header twice", small + "[[headers]]\nname = \"X\"\nvalue = \"${token}\"\n[[headers]]\nname = \"x\"\nvalue = \"canary\"\n", "is there twice"},
	{"a header of a sign-in", small + "[[headers]]\nname = \"X\"\nvalue = \"${token}\"\nclasses = [\"signin\"]\n", "no sign-in goes with"},
	{"a header of another class", small + "[[headers]]\nname = \"X\"\nvalue = \"${token}\"\nclasses = [\"canary\"]\n", "no class of requests"},

	{"a licence for nothing", license(`url = "https://canary.example/"`), `"licenses.key_formats" is missing`},
	{"a licence for identity", license(`key_formats = ["Identity"]`), "no KEYFORMAT of a licence server"},
	{"a licence's KEYFORMAT twice", license(`key_formats = ["canary", "CANARY"]`), "has a KEYFORMAT twice"},
	{"a licence in the clear", license("key_formats = [\"a\"]\nurl = \"http://canary.example/${kid}\""), "is not https"},
	{"a licence's host that the key names", license("key_formats = [\"a\"]\nurl = \"https://user:${kid}@canary.example/\""), "has a user name"},
	{"a licence's host made of the key", license("key_formats = [\"a\"]\nanswer = \"raw\"\nurl = \"https://${kid}.canary.example/\""), "which host"},
	{"a licence with a token", license("key_formats = [\"a\"]\nbody = \"${access_token}\""), "is none of ${kid}"},
	{"a licence by another method", license("key_formats = [\"a\"]\nmethod = \"CANARY\""), "neither"},
	{"a licence got with a body", license("key_formats = [\"a\"]\nmethod = \"GET\"\nbody = \"canary\""), "that of a GET"},
	{"a licence in another form", license("key_formats = [\"a\"]\nanswer = \"canary\""), `none of "raw"`},
	{"a path in raw bytes", license("key_formats = [\"a\"]\nanswer = \"raw\"\nanswer_path = \"canary\""), "raw bytes"},
	{"a licence with a cookie", license("key_formats = [\"a\"]\nanswer = \"raw\"\nheaders = {Cookie = \"canary\"}"), "not what a header may be"},
	{"a licence with lines in a header", license("key_formats = [\"a\"]\nanswer = \"raw\"\nheaders = {X = \"canary\\r\\nCookie: a\"}"), "not what a header may be"},
	{"a licence with more", license("key_formats = [\"a\"]\nanswer = \"raw\"\nmore = 1"), "is not known"},

	{"cookies of the network", with("#network", `cookieHeaders = "a=canary"`), "cookie pairs of its own"},
	{"origins of the network", with("#network", `cookie_origins = ["https://canary.example"]`), "cookie origins of its own"},
	{"a check in the clear", with("#network", `network_down_verification_url = "http://192.168.1.1/canary"`), "is not https"},
	{"cookies for all, without a sign-in", "schema = \"latchkey.service/1\"\nid = \"tv\"\nname = \"TV\"\n[network]\nuseCookieHeadersForAllRequests = true\n", "no way to sign in"},
	{"a catalogue of another form", small + "[catalogue]\nurl = \"https://a.example/\"\nformat = \"canary\"\n", "neither"},
	{"a catalogue without a place", small + "[catalogue]\nformat = \"m3u\"\n", `"catalogue.url" is not an address`},
	{"a catalogue that would get the sign-in", small + "[catalogue]\nurl = \"https://canary.example/\"\nsigned_in = true\n", "would send the sign-in"},
	{"a catalogue on another port", small + "[catalogue]\nurl = \"https://keys.example.com:8443/\"\nsigned_in = true\n", "would send the sign-in"},
}

// license returns a profile with the lines in [[licenses]].
func license(lines string) string { return small + "[[licenses]]\n" + lines + "\n" }

// password returns a profile with the lines in [sign_in.password].
func password(lines string) string {
	return with("ways", `ways = ["password"]`) + "[sign_in.password]\n" + lines + "\n"
}

func TestParseRefuses(t *testing.T) {
	for _, test := range refused {
		t.Run(test.name, func(t *testing.T) {
			p, err := service.Parse([]byte(test.profile))
			require.ErrorIs(t, err, service.ErrProfile)
			assert.Nil(t, p)
			require.ErrorContains(t, err, test.text)
			assert.NotContains(t, err.Error(), "canary")
			assert.Less(t, len(err.Error()), 500)
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add(example(f))
	f.Add([]byte(small))
	for _, test := range refused {
		if len(test.profile) < 4096 {
			f.Add([]byte(test.profile))
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := service.Parse(data)
		if err != nil {
			require.ErrorIs(t, err, service.ErrProfile)
			return
		}
		require.NoError(t, p.Network.Validate())
		assert.True(t, len(p.SignIn.Ways) == 0 || len(p.Network.CookieOrigins) > 0, "a sign-in that may go anywhere")
		assert.Zero(t, p.Network.CookieHeaders.Len())
		for _, fact := range p.Summary() {
			shown(t, fact.Text)
		}
	})
}

// shown checks that text is as it looks.
func shown(t *testing.T, text string) {
	t.Helper()
	assert.NotRegexp(t, `[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]`, text)
}
