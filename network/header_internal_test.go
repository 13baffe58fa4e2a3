package network

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var retryAfterCases = map[string]time.Duration{
	"":                               0,
	"0":                              0,
	"120":                            2 * time.Minute,
	" 5 ":                            5 * time.Second,
	"-5":                             0,
	"1.5":                            0,
	"soon":                           0,
	"99999999999999999999":           365 * 24 * time.Hour,
	"Sun, 22 Nov 2026 12:01:00 GMT":  time.Minute,
	"Sunday, 22-Nov-26 12:00:30 GMT": 30 * time.Second,
	"Sun Nov 22 12:00:05 2026":       5 * time.Second,
	"Sun, 22 Nov 2026 11:59:00 GMT":  0,
	"Sun, 22 Nov 9999 12:00:00 GMT":  365 * 24 * time.Hour,
}

func TestRetryAfter(t *testing.T) {
	for value, want := range retryAfterCases {
		t.Run(value, func(t *testing.T) {
			require.Equal(t, want, retryAfter(value, cookieNow))
		})
	}
}

func FuzzRetryAfter(f *testing.F) {
	for value := range retryAfterCases {
		f.Add(value)
	}
	f.Fuzz(func(t *testing.T, value string) {
		got := retryAfter(value, cookieNow)
		require.GreaterOrEqual(t, got, time.Duration(0))
		require.LessOrEqual(t, got, 365*24*time.Hour)
	})
}

var contentRangeCases = map[string]struct {
	from, to, total int64
	ok              bool
}{
	"bytes 0-9/20":                    {0, 10, 20, true},
	"bytes 19-19/20":                  {19, 20, 20, true},
	"bytes 5-9/*":                     {5, 10, -1, true},
	"bytes 9-5/20":                    {},
	"bytes 0-20/20":                   {},
	"bytes */20":                      {},
	"bytes -5-9/20":                   {},
	"bytes 0--9/20":                   {},
	"bytes +0-9/20":                   {},
	"items 0-9/20":                    {},
	"bytes 0-9":                       {},
	"bytes 0-9223372036854775807/*":   {},
	"bytes 0-99999999999999999999/20": {},
}

func TestContentRange(t *testing.T) {
	for value, want := range contentRangeCases {
		t.Run(value, func(t *testing.T) {
			from, to, total, ok := contentRange(value)
			require.Equal(t, want.ok, ok)
			require.Equal(t, [3]int64{want.from, want.to, want.total}, [3]int64{from, to, total})
		})
	}
}

func FuzzContentRange(f *testing.F) {
	for value := range contentRangeCases {
		f.Add(value)
	}
	f.Fuzz(func(t *testing.T, value string) {
		from, to, total, ok := contentRange(value)
		if ok {
			require.True(t, from >= 0 && from < to && (total == -1 || to <= total))
		}
	})
}

var locationCases = map[string]string{ // from https://www.example.com/a/b?c; "" is refused
	"d":                              "https://www.example.com/a/d",
	"/d?e#f":                         "https://www.example.com/d?e",
	"?x":                             "https://www.example.com/a/b?x",
	"//cdn.example.com/d":            "https://cdn.example.com/d",
	"http://EXAMPLE.net":             "http://example.net/",
	"https://user:word@example.net/": "https://example.net/",
	"https://bücher.example/":        "https://xn--bcher-kva.example/",
	"https://[::1]:8443/":            "https://[::1]:8443/",
	"https://example.com:/":          "https://example.com/",
	"":                               "",
	"ftp://example.com/":             "",
	"javascript:alert(1)":            "",
	"https:///x":                     "https://x/",
	"https:x":                        "https://www.example.com/a/x",
	"a b 100%.ts?c d":                "https://www.example.com/a/a%20b%20100%25.ts?c%20d",
	"\\b\\ü":                         "https://www.example.com/b/%C3%BC",
	"http://[":                       "",
	"https://a b/":                   "",
	"https://example.com\\@evil.net": "https://example.com/@evil.net",
	"\x00":                           "",
}

func TestLocation(t *testing.T) {
	base, err := parseURL("https://www.example.com/a/b?c")
	require.NoError(t, err)
	for value, want := range locationCases {
		t.Run(value, func(t *testing.T) {
			got, err := location(base, http.Header{"Location": {value}})
			if want == "" {
				require.Error(t, err)
				return
			}
			require.NoError(t, err)
			require.Equal(t, want, got.String())
		})
	}
	_, err = location(base, http.Header{})
	require.Error(t, err)
}

func FuzzLocation(f *testing.F) {
	for value := range locationCases {
		f.Add(value)
	}
	base, err := parseURL("https://www.example.com/a/b?c")
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, value string) {
		got, err := location(base, http.Header{"Location": {value}})
		if err != nil {
			return
		}
		require.Contains(t, []string{"http", "https"}, got.Scheme)
		require.NotEmpty(t, got.Hostname())
		require.Nil(t, got.User)
		require.Equal(t, strings.ToLower(got.Host), got.Host)
		again, err := parseURL(got.String())
		require.NoError(t, err, "what is followed can be asked for")
		require.Equal(t, originOf(got), originOf(again))
	})
}

func TestPolicyIsPure(t *testing.T) {
	timeout := &Error{Kind: KindTimeout, sent: true}
	dial := &Error{Kind: KindUnreachable}
	tests := map[string]struct {
		class Class
		f     failure
		pause time.Duration
		again bool
	}{
		"first":                {ClassKey, failure{err: timeout, attempt: 1}, 125 * time.Millisecond, true},
		"first, most jitter":   {ClassKey, failure{err: timeout, attempt: 1, random: 1}, 250 * time.Millisecond, true},
		"third":                {ClassKey, failure{err: timeout, attempt: 3}, 500 * time.Millisecond, true},
		"last":                 {ClassKey, failure{err: timeout, attempt: 4}, 0, false},
		"over the budget":      {ClassKey, failure{err: timeout, attempt: 1, elapsed: time.Minute}, 0, false},
		"sign-in on its way":   {ClassSignIn, failure{err: timeout, attempt: 1}, 0, false},
		"sign-in not sent":     {ClassSignIn, failure{err: dial, attempt: 1}, 250 * time.Millisecond, true},
		"refused":              {ClassKey, failure{err: &Error{Kind: KindRefused, Status: 401}, attempt: 1}, 0, false},
		"404":                  {ClassKey, failure{err: &Error{Kind: KindStatus, Status: 404}, attempt: 1}, 0, false},
		"429":                  {ClassKey, failure{err: &Error{Kind: KindStatus, Status: 429, RetryAfter: 9 * time.Second}, attempt: 1}, 9 * time.Second, true},
		"503, too long a wait": {ClassKey, failure{err: &Error{Kind: KindStatus, Status: 503, RetryAfter: time.Hour}, attempt: 1}, 0, false},
		"canceled":             {ClassKey, failure{err: &Error{Kind: KindCanceled}, attempt: 1}, 0, false},
		"too large":            {ClassKey, failure{err: &Error{Kind: KindTooLarge}, attempt: 1}, 0, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			pause, again := policies[test.class].again(test.f)
			require.Equal(t, test.again, again)
			require.Equal(t, test.pause, pause)
		})
	}
}
