package auth

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/network"
)

var start = time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)

// tokens are answers of a token URL: the pairs that they give, or "" for those that are refused.
var tokens = []struct{ name, answer, pairs string }{
	{"one", `{"cookies":[{"name":"session","value":"abc="}],"expires_in":60}`, "session=abc="},
	{"order", `{"cookies":[{"name":"b","value":"1"},{"name":"a","value":"2"}]}`, "b=1; a=2"},
	{"empty value", `{"cookies":[{"name":"b","value":""}]}`, "b="},
	{"more than was asked for", `{"cookies":[{"name":"b","value":"1","path":"/"}],"token_type":"x","expires_in":0}`, "b=1"},
	{"for ever", `{"cookies":[{"name":"b","value":"1"}],"expires_in":9223372036854775807}`, "b=1"},
	{"no cookies", `{"cookies":[]}`, ""},
	{"an error", `{"error":"invalid_grant"}`, ""},
	{"a web page", `<!doctype html>`, ""},
	{"nothing", ``, ""},
	{"null", `null`, ""},
	{"semicolon", `{"cookies":[{"name":"a","value":"1; b=2"}]}`, ""},
	{"line end", `{"cookies":[{"name":"a","value":"1\r\nX: y"}]}`, ""},
	{"name", `{"cookies":[{"name":"a b","value":"1"}]}`, ""},
	{"no name", `{"cookies":[{"value":"1"}]}`, ""},
	{"space at the end", `{"cookies":[{"name":"a","value":"1 "}]}`, ""},
	{"negative life", `{"cookies":[{"name":"a","value":"1"}],"expires_in":-1}`, ""},
	{"too many", `{"cookies":[` + strings.Repeat(`{"name":"a","value":"1"},`, maxTokenCookies) + `{"name":"a","value":"1"}]}`, ""},
	{"too long", `{"cookies":[{"name":"a","value":"` + strings.Repeat("x", maxToken) + `"}]}`, ""},
}

// line writes pairs as a Cookie header has them.
func line(m network.Metadata) string {
	var pairs []string
	for _, name := range m.Keys() {
		value, _ := m.Value(name)
		pairs = append(pairs, name+"="+value)
	}
	return strings.Join(pairs, "; ")
}

func TestReadToken(t *testing.T) {
	for _, test := range tokens {
		t.Run(test.name, func(t *testing.T) {
			credential, err := readToken([]byte(test.answer), start, 0)
			if test.pairs == "" {
				require.ErrorIs(t, err, ErrAnswer)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, test.pairs, line(credential.Pairs))
		})
	}
	credential, err := readToken([]byte(tokens[0].answer), start, 0)
	require.NoError(t, err)
	assert.False(t, credential.Expired(start.Add(59*time.Second)))
	assert.True(t, credential.Expired(start.Add(time.Minute)))
	assert.False(t, Credential{}.Expired(start), "no expiry is no end")
}

func FuzzReadToken(f *testing.F) {
	for _, test := range tokens {
		f.Add([]byte(test.answer))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		credential, err := readToken(data, start, 0)
		if err != nil {
			require.ErrorIs(t, err, ErrAnswer)
			require.Zero(t, credential.Pairs.Len())
			return
		}
		// What was taken can be sent, and comes back as the same pairs.
		again, err := network.ParseCookiePairs(line(credential.Pairs))
		require.NoError(t, err)
		require.Equal(t, line(credential.Pairs), line(again))
		require.Positive(t, again.Len())
		require.False(t, credential.Expired(start))
	})
}

// callbacks are queries with which a browser comes back to a sign-in of state "s".
var callbacks = []struct {
	name, query, code string
	err               error
}{
	{"code", "code=c&state=s", "c", nil},
	{"escaped", "state=s&code=a%2Bb%3D", "a+b=", nil},
	{"denied", "error=access_denied&state=s", "", ErrDenied},
	{"another error", "error=server_error&state=s&code=c", "", ErrDenied},
	{"wrong state", "code=c&state=t", "", ErrState},
	{"no state", "code=c", "", ErrState},
	{"two states", "code=c&state=s&state=t", "", ErrState},
	{"wrong state with an error", "error=access_denied&state=t", "", ErrState},
	{"no code", "state=s", "", ErrAnswer},
	{"empty code", "state=s&code=", "", ErrAnswer},
	{"two codes", "state=s&code=a&code=b", "", ErrAnswer},
	{"malformed", "state=s&code=%zz", "", ErrState},
	{"semicolon", "state=s;code=c", "", ErrState},
	{"nothing", "", "", ErrState},
	{"too long", "state=s&code=" + strings.Repeat("c", maxQuery), "", ErrState},
}

func TestReadCallback(t *testing.T) {
	for _, test := range callbacks {
		t.Run(test.name, func(t *testing.T) {
			back, err := readCallback(test.query, "s", false)
			require.ErrorIs(t, err, test.err)
			assert.Equal(t, test.code, back.code)
		})
	}
	_, err := readCallback("state=s&error="+strings.Repeat("%0a%22", 100), "s", false)
	require.ErrorIs(t, err, ErrDenied)
	assert.Less(t, len(err.Error()), 150)
	assert.NotContains(t, err.Error(), "\n")
}

func FuzzReadCallback(f *testing.F) {
	for _, test := range callbacks {
		f.Add(test.query)
	}
	f.Fuzz(func(t *testing.T, query string) {
		back, err := readCallback(query, "s", false)
		require.Equal(t, err != nil, back.code == "")
		if err == nil {
			require.Contains(t, query, "s")
			require.LessOrEqual(t, len(back.code), maxQuery)
		} else {
			require.Less(t, len(err.Error()), 200)
		}
	})
}

// pasted are what people paste.
var pasted = []struct{ name, text, want string }{
	{"line", "val1=12345; val2=abcd", "val1=12345; val2=abcd"},
	{"header", "Cookie: val1=12345; val2=abcd", "val1=12345; val2=abcd"},
	{"header in another case, white space round it", "\r\n  cookie:a=b;\n", "a=b"},
	{"a cookie called Cookie", "Cookie=a", "Cookie=a"},
	{"nothing", " \n", ""},
	{"a header without pairs", "Cookie:", ""},
	{"no pair", "abc", ""},
	{"two lines", "a=b\nc=d", ""},
}

func TestParsePairs(t *testing.T) {
	for _, test := range pasted {
		t.Run(test.name, func(t *testing.T) {
			pairs, err := ParsePairs(test.text)
			if test.want == "" {
				require.ErrorIs(t, err, network.ErrCookie)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, test.want, line(pairs))
		})
	}
	_, err := ParsePairs("\nCookie: a=b; (=hush")
	require.ErrorContains(t, err, "byte 15", "the position is that in the pasted text")
	assert.NotContains(t, err.Error(), "hush")
}

func FuzzParsePairs(f *testing.F) {
	for _, test := range pasted {
		f.Add(test.text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		pairs, err := ParsePairs(text)
		if err == nil {
			again, err := ParsePairs("Cookie: " + line(pairs))
			require.NoError(t, err)
			require.Equal(t, line(pairs), line(again))
		}
	})
}

func TestCredentialIsNotPrinted(t *testing.T) {
	var c Credential
	c.Pairs.SetValue("session", "hush")
	c.Expires = start
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("signed in", "credential", c)
	text, err := json.Marshal(c)
	require.NoError(t, err)
	for _, printed := range []string{log.String(), string(text), fmt.Sprintf("%v %+v %#v %s %q %d %x", c, c, c, c, c, c, &c)} {
		assert.Contains(t, printed, "session")
		assert.NotContains(t, printed, "hush")
		assert.NotContains(t, printed, "68757368")
	}
	assert.Equal(t, `credential ["session"] [], expires 2026-11-01T12:00:00Z`, c.String())
}
