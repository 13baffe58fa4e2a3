package network_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"latchkey/network"
)

// cookieLines are lines of pairs, and the pairs or the place of the trouble.
var cookieLines = map[string]struct {
	line string
	want []string // name, value, name, value ...
	err  string
}{
	"two":                   {"val1=12345; val2=abcd", []string{"val1", "12345", "val2", "abcd"}, ""},
	"empty line":            {"", nil, ""},
	"only separators":       {" ; ;", nil, ""},
	"order is kept":         {"b=1;a=2", []string{"b", "1", "a", "2"}, ""},
	"equals in a value":     {"t=abc==; u==", []string{"t", "abc==", "u", "="}, ""},
	"empty value":           {"t=", []string{"t", ""}, ""},
	"quotes stay":           {`t="a\b, c"`, []string{"t", `"a\b, c"`}, ""},
	"bytes above 0x7f stay": {"t=\xff\xc3\xa9", []string{"t", "\xff\xc3\xa9"}, ""},
	"space inside stays":    {"t=a b", []string{"t", "a b"}, ""},
	"separator at the end":  {"t=a;", []string{"t", "a"}, ""},
	"no equals":             {"a=1; secret", nil, `no "=" after the name at byte 6`},
	"no name":               {"a=1;=secret", nil, `no name before "=" at byte 5`},
	"header's name":         {"Cookie: a=secret", nil, "at byte 7 cannot be in a name"},
	"control in value":      {"a=sec\x00ret", nil, "a's value at byte 6 cannot be sent"},
	"newline in value":      {"a=secret\r\nX: y", nil, "a's value at byte 9"},
	"tab in value":          {"a=secret\tx", nil, "a's value at byte 9"},
	"DEL in value":          {"a=\x7f", nil, "byte 3"},
	"space before value":    {"a= secret", nil, "byte 3"},
	"space in name":         {"a b=secret", nil, "byte 2 cannot be in a name"},
	"name not ASCII":        {"\xc3\xa4=secret", nil, "byte 1 cannot be in a name"},
	"twice":                 {"a=1; b=2; a=secret", nil, "a at byte 11 was there before"},
}

func TestParseCookiePairs(t *testing.T) {
	for name, test := range cookieLines {
		t.Run(name, func(t *testing.T) {
			m, err := network.ParseCookiePairs(test.line)
			if test.err != "" {
				require.ErrorIs(t, err, network.ErrCookie)
				require.ErrorContains(t, err, test.err)
				require.NotContains(t, err.Error(), "secret")
				return
			}
			require.NoError(t, err)
			var got []string
			for _, key := range m.Keys() {
				value, ok := m.Value(key)
				require.True(t, ok)
				got = append(got, key, value)
			}
			require.Equal(t, test.want, got)
		})
	}
	t.Run("too long", func(t *testing.T) {
		_, err := network.ParseCookiePairs("a=" + strings.Repeat("x", 1<<20))
		require.ErrorIs(t, err, network.ErrCookie)
	})
	t.Run("too many", func(t *testing.T) {
		var line strings.Builder
		for i := range 1025 {
			line.WriteString("n" + strings.Repeat("x", i) + "=1;")
		}
		_, err := network.ParseCookiePairs(line.String())
		require.ErrorIs(t, err, network.ErrCookie)
	})
}

func FuzzParseCookiePairs(f *testing.F) {
	for _, test := range cookieLines {
		f.Add(test.line)
	}
	f.Fuzz(func(t *testing.T, line string) {
		m, err := network.ParseCookiePairs(line)
		if err != nil {
			require.ErrorIs(t, err, network.ErrCookie)
			return
		}
		// What was read can be sent, and read again.
		cfg := network.NewConfiguration()
		cfg.CookieHeaders = m
		require.NoError(t, cfg.Validate())
		var again []string
		for _, name := range m.Keys() {
			value, _ := m.Value(name)
			require.NotContains(t, value, ";")
			again = append(again, name+"="+value)
		}
		twice, err := network.ParseCookiePairs(strings.Join(again, "; "))
		require.NoError(t, err)
		require.Equal(t, m, twice)
	})
}
