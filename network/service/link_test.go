package service_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/network"
	"latchkey/network/service"
)

const stream = "https%3A%2F%2Fa.cdn.example.net%2Fx%2Fmain.m3u8%3Ft%3Dcanary%26u%3D1"

var links = []struct {
	link string
	want service.Link
}{
	{"latchkey:play?url=" + stream, service.Link{Action: service.ActionPlay, Source: "https://a.cdn.example.net/x/main.m3u8?t=canary&u=1"}},
	{"LATCHKEY://play/?service=tv&url=https://A.example:443/x&start=90&title=Northern+Lights%20%E2%98%85",
		service.Link{Action: service.ActionPlay, Service: "tv", Source: "https://a.example:443/x", Start: 90 * time.Second, Title: "Northern Lights ★"}},
	{"latchkey:play?url=http://a.example&start=-10.5", service.Link{Action: service.ActionPlay, Source: "http://a.example", Start: -10500 * time.Millisecond}},
	{"latchkey:play?url=http://a.example&start=1m30s", service.Link{Action: service.ActionPlay, Source: "http://a.example", Start: 90 * time.Second}},
	{"latchkey:play?url=http://127.0.0.1:8080/a", service.Link{Action: service.ActionPlay, Source: "http://127.0.0.1:8080/a"}},
	{"latchkey:signin?service=example-tv", service.Link{Action: service.ActionSignIn, Service: "example-tv"}},
	{"latchkey://signin?service=tv", service.Link{Action: service.ActionSignIn, Service: "tv"}},
	{"latchkey:add?profile=https%3A%2F%2Fwww.example.com%2Ftv.latchkey", service.Link{Action: service.ActionAdd, Profile: "https://www.example.com/tv.latchkey"}},
}

func TestParseLink(t *testing.T) {
	for _, test := range links {
		t.Run(test.link, func(t *testing.T) {
			l, err := service.ParseLink(test.link)
			require.NoError(t, err)
			assert.Equal(t, test.want, l)
			assert.NotContains(t, l.String(), "canary")
		})
	}
}

// badLinks are links that are not followed. No error quotes them.
var badLinks = []string{
	"", "latchkey", "latchkey:", "latchkey:canary", "latchkey:play", "latchkey:play?", "latchkey:/play?url=https://canary.example", "latchkey:///play?url=https://canary.example",
	"latchkey://canary@play?url=https://a.example", "latchkeys:play?url=https://canary.example", "https://play?url=https://canary.example", "latchkey:Play?url=https://canary.example",
	"latchkey:play?url=", "latchkey:play?url=canary", "latchkey:play?url=/etc/canary", "latchkey:play?url=file:///etc/canary", "latchkey:play?url=javascript:canary()",
	"latchkey:play?url=data:text/html,canary", "latchkey:play?url=latchkey:play", "latchkey:play?url=ftp://canary.example/", "latchkey:play?url=https://good.example@canary.example/",
	"latchkey:play?url=https://good.example%2540canary.example/", "latchkey:play?url=https://good.example\\@canary.example/", "latchkey:play?url=https://%5C%5Ccanary.example/",
	"latchkey:play?url=https://canary.example./", "latchkey:play?url=https://2130706433/canary", "latchkey:play?url=https://127.1/canary", "latchkey:play?url=https://a.example:0/canary",
	"latchkey:play?url=https://a.example%0d%0aCookie:%20canary", "latchkey:play?url=https://a.example/%20canary", "latchkey:play?url=https://[fe80::1%2525canary]/",
	"latchkey:play?url=https://a.example&url=https://canary.example", "latchkey:play?url=https://a.example&cookie=canary", "latchkey:play?url=https://a.example&header=X:canary",
	"latchkey:play?url=https://a.example&profile=https://canary.example", "latchkey:play?url=https://a.example&URL=canary", "latchkey:play?url=https://a.example;cookie=canary",
	"latchkey:play?url=https://a.example&title=canary%00", "latchkey:play?url=https://a.example&title=canary%E2%80%AE", "latchkey:play?url=https://a.example&title=canary%0a",
	"latchkey:play?url=https://a.example&title=%ff", "latchkey:play?url=https://a.example&title=" + strings.Repeat("a", 101), "latchkey:play?url=https://a.example&title=%zzcanary",
	"latchkey:play?url=https://a.example&start=canary", "latchkey:play?url=https://a.example&start=NaN", "latchkey:play?url=https://a.example&start=Inf",
	"latchkey:play?url=https://a.example&start=1e300", "latchkey:play?url=https://a.example&start=1001h", "latchkey:play?url=https://a.example&start=0x1p-2",
	"latchkey:play?url=https://a.example&service=", "latchkey:play?url=https://a.example&service=../canary", "latchkey:play?url=https://a.example#canary",
	"latchkey:play?url=https://a.example/" + strings.Repeat("a", 8<<10), "latchkey:signin?service=tv&x=" + strings.Repeat("canary", 4<<10),
	"latchkey:signin", "latchkey:signin?service=Canary", "latchkey:signin?service=tv&service=canary", "latchkey:signin?service=tv&url=https://canary.example",
	"latchkey:add", "latchkey:add?profile=", "latchkey:add?profile=http://canary.example/", "latchkey:add?profile=https://127.0.0.1/canary", "latchkey:add?profile=https://localhost/canary",
	"latchkey:add?profile=https://canary/", "latchkey:add?profile=https://10.0.0.1/canary", "latchkey:add?profile=https://[::ffff:169.254.169.254]/canary", "latchkey:add?profile=file:///canary",
	"latchkey:add?profile=https://good.example@canary.example/",
}

func TestParseLinkRefuses(t *testing.T) {
	for _, link := range badLinks {
		t.Run(link[:min(len(link), 80)], func(t *testing.T) {
			l, err := service.ParseLink(link)
			require.ErrorIs(t, err, service.ErrLink)
			assert.NotContains(t, strings.ToLower(err.Error()), "canary")
			assert.Zero(t, l)
		})
	}
}

// finder finds a service with streams of its own, among them one of the network around, and a free one.
func finder(t testing.TB) func(id string) *service.Profile {
	t.Helper()
	tv, err := service.Parse([]byte(with("#top", `media_origins = ["https://www.example.com", "https://*.cdn.example.net", "https://192.168.1.5:8443"]`)))
	require.NoError(t, err)
	free, err := service.Parse([]byte("schema = \"latchkey.service/1\"\nid = \"free\"\nname = \"Free\"\nmedia_origins = [\"https://free.example\"]"))
	require.NoError(t, err)
	return func(id string) *service.Profile {
		return map[string]*service.Profile{"tv": tv, "free": free}[id]
	}
}

func TestCheck(t *testing.T) {
	const goes = " Your sign-in to TV goes to https://keys.example.com."
	const nothing = " Nothing of any sign-in is sent."
	const none = " That is no address of TV: nothing of your sign-in is sent."
	tests := []struct {
		name, link string
		profile    string // whose sign-in is used
		text       string
		err        error
	}{
		{"its own stream", "latchkey:play?service=tv&url=https://www.example.com/x?t=1", "tv", "Play a stream from https://www.example.com." + goes, nil},
		{"its own port", "latchkey:play?service=tv&url=https://www.example.com:443/x", "tv", "Play a stream from https://www.example.com." + goes, nil},
		{"a sub-domain", "latchkey:play?service=tv&title=One&url=" + stream, "tv", "Play a stream from https://a.cdn.example.net." + goes + " The link calls it “One”.", nil},
		{"deeper", "latchkey:play?service=tv&url=https://a.b.cdn.example.net/", "tv", "Play a stream from https://a.b.cdn.example.net." + goes, nil},
		{"at home, as named", "latchkey:play?service=tv&url=https://192.168.1.5:8443/x", "tv", "Play a stream from https://192.168.1.5:8443." + goes, nil},
		{"a service without a sign-in", "latchkey:play?service=free&url=https://free.example/x", "free", "Play a stream from https://free.example." + nothing, nil},
		{"no service", "latchkey:play?url=https://www.example.com/x", "", "Play a stream from https://www.example.com." + nothing, nil},
		{"another site", "latchkey:play?service=tv&url=https://evil.example/www.example.com", "", "Play a stream from https://evil.example." + none, nil},
		{"another port", "latchkey:play?service=tv&url=https://www.example.com:8443/", "", "Play a stream from https://www.example.com:8443." + none, nil},
		{"in the clear", "latchkey:play?service=tv&url=http://www.example.com/", "", "Play a stream from http://www.example.com." + none, nil},
		{"the domain of a wildcard", "latchkey:play?service=tv&url=https://cdn.example.net/", "", "Play a stream from https://cdn.example.net." + none, nil},
		{"a name that ends alike", "latchkey:play?service=tv&url=https://evilcdn.example.net/", "", "Play a stream from https://evilcdn.example.net." + none, nil},
		{"a name that begins alike", "latchkey:play?service=tv&url=https://a.cdn.example.net.evil.example/", "", "Play a stream from https://a.cdn.example.net.evil.example." + none, nil},
		{"a wildcard's other port", "latchkey:play?service=tv&url=https://a.cdn.example.net:444/", "", "Play a stream from https://a.cdn.example.net:444." + none, nil},
		{"an address of the key server", "latchkey:play?service=tv&url=https://keys.example.com/", "", "Play a stream from https://keys.example.com." + none, nil},
		{"letters that look alike", "latchkey:play?service=tv&url=https://www.ex%D0%B0mple.com/", "", "Play a stream from https://www.xn--exmple-4nf.com (letters of another alphabet)." + none, nil},
		{"a title that says otherwise", "latchkey:play?url=https://evil.example/&title=x%E2%80%9D%20Signed%20by%20TV", "", "Play a stream from https://evil.example." + nothing +
			" The link calls it “x' Signed by TV”.", nil},
		{"an unknown service", "latchkey:play?service=canary&url=https://www.example.com/x", "", "", service.ErrUnknownService},
		{"this computer", "latchkey:play?url=http://127.0.0.1:631/admin", "", "", service.ErrLink},
		{"this computer, of a service", "latchkey:play?service=tv&url=http://localhost/", "", "", service.ErrLink},
		{"the network around", "latchkey:play?service=tv&url=https://192.168.1.5/", "", "", service.ErrLink},
		{"the cloud's own", "latchkey:play?url=http://169.254.169.254/latest", "", "", service.ErrLink},
		{"sign in", "latchkey:signin?service=tv", "tv", "Sign in to TV.", nil},
		{"sign in where there is no way", "latchkey:signin?service=free", "", "", service.ErrLink},
		{"sign in to what is not known", "latchkey:signin?service=x", "", "", service.ErrUnknownService},
		{"add", "latchkey:add?profile=https://www.example.com/good.example/tv.latchkey", "", "Fetch a profile from www.example.com? You are shown what it says before anything is added.", nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			l, err := service.ParseLink(test.link)
			require.NoError(t, err)
			r, err := l.Check(finder(t))
			if test.err != nil {
				require.ErrorIs(t, err, service.ErrLink)
				require.ErrorIs(t, err, test.err)
				assert.Zero(t, r)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, test.text, r.Text)
			assert.Equal(t, l, r.Link)
			id := ""
			if r.Profile != nil {
				id = r.Profile.ID
			}
			assert.Equal(t, test.profile, id)
		})
	}
}

func TestCheckOfWhatWasNotParsed(t *testing.T) {
	for _, l := range []service.Link{{}, {Action: "canary"}, {Action: service.ActionPlay, Source: "file:///etc/passwd"}, {Action: service.ActionSignIn}, {Action: service.ActionAdd}} {
		_, err := l.Check(finder(t))
		require.ErrorIs(t, err, service.ErrLink)
	}
}

func FuzzParseLink(f *testing.F) {
	for _, test := range links {
		f.Add(test.link)
	}
	for _, link := range badLinks {
		f.Add(link)
	}
	f.Fuzz(func(t *testing.T, text string) {
		l, err := service.ParseLink(text)
		if err != nil {
			require.ErrorIs(t, err, service.ErrLink)
			return
		}
		shown(t, l.Title)
		r, err := l.Check(finder(t))
		if err != nil {
			require.ErrorIs(t, err, service.ErrLink)
			return
		}
		shown(t, r.Text)
		if r.Action == service.ActionPlay {
			u, err := url.Parse(r.Source)
			require.NoError(t, err)
			assert.Nil(t, u.User)
			assert.Contains(t, []string{"http", "https"}, u.Scheme)
			host := u.Hostname()
			if r.Profile != nil {
				assert.Equal(t, "https", u.Scheme)
				assert.True(t, host == "www.example.com" || host == "192.168.1.5" || host == "free.example" || strings.HasSuffix(host, ".cdn.example.net"), host)
			} else {
				assert.False(t, network.LocalHost(host), host)
			}
		}
	})
}
