package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/pflag"

	"latchkey/network"
)

// maxSecretFile bounds a file that --cookie @FILE names.
const maxSecretFile = 1 << 20

// networkFlags say how requests are made.
type networkFlags struct {
	environment environment
	cookies     []string
	cookiesFile string
	all         bool
	origins     []string
	headers     []string
	userAgent   string
	profile     string
	transportFlags
}

func (f *networkFlags) add(set *pflag.FlagSet) {
	set.StringArrayVar(&f.cookies, "cookie", nil, "a cookie pair `NAME=VALUE`, for key and licence requests; may be repeated; @FILE reads them from a file, and "+cookieVariable+" gives them too")
	set.StringVar(&f.cookiesFile, "cookies-file", "", "cookies in the cookies.txt format, with their domains")
	set.BoolVar(&f.all, "cookies-for-all-requests", false, "send the cookie pairs with every request of the stream")
	set.StringArrayVar(&f.origins, "cookie-origin", nil, "send the pairs to `SCHEME://HOST[:PORT]` alone; may be repeated; a stream of the internet may lead there also when that is on your own network")
	set.StringArrayVar(&f.headers, "header", nil, "a header `'Name: value'` for the stream's own origin, or for --cookie-origin; may be repeated")
	set.StringVar(&f.userAgent, "user-agent", "", "instead of Latchkey/VERSION")
	set.StringVar(&f.profile, "profile", "", "the service, by the `NAME` of its profile, whose sign-in is used")
	f.transportFlags.add(set)
}

// configuration returns the network configuration. Its errors name positions and never values.
func (f *networkFlags) configuration() (*network.Configuration, error) {
	c := network.NewConfiguration()
	c.UseCookieHeadersForAllRequests = f.all
	c.CookieOrigins = f.origins
	c.UserAgent = f.userAgent
	lines, err := f.cookieLines()
	if err != nil {
		return nil, err
	}
	for i, line := range lines {
		pairs, err := network.ParseCookiePairs(line)
		if err != nil {
			return nil, &usageError{fmt.Errorf("cookie %d: %w", i+1, err)}
		}
		for _, name := range pairs.Keys() {
			if value, ok := pairs.Value(name); ok {
				c.CookieHeaders.SetValue(name, value)
			}
		}
	}
	if f.cookiesFile != "" {
		if err := readCookiesFile(c, f.cookiesFile); err != nil {
			return nil, err
		}
	}
	for i, header := range f.headers {
		name, value, ok := strings.Cut(header, ":")
		if !ok {
			return nil, usagef("header %d has no colon: 'Name: value' is the form", i+1)
		}
		c.Headers = append(c.Headers, network.Header{Name: strings.TrimSpace(name), Value: network.NewSecret(strings.TrimSpace(value))})
	}
	if err := c.Validate(); err != nil {
		return nil, &usageError{err}
	}
	return c, nil
}

// cookieLines returns the lines of the environment, then those of --cookie, files read.
func (f *networkFlags) cookieLines() ([]string, error) {
	var lines []string
	if line := f.environment.cookies; strings.TrimSpace(line) != "" {
		lines = append(lines, line)
	}
	for i, cookie := range f.cookies {
		name, isFile := strings.CutPrefix(cookie, "@")
		if !isFile {
			lines = append(lines, cookie)
			continue
		}
		text, err := readSecretFile(name)
		if err != nil {
			return nil, &usageError{fmt.Errorf("cookie %d: %w", i+1, err)}
		}
		for line := range strings.Lines(text) {
			if line = strings.TrimSpace(line); line != "" {
				lines = append(lines, line)
			}
		}
	}
	return lines, nil
}

// readSecretFile returns a small file's text.
func readSecretFile(name string) (string, error) {
	file, err := os.Open(name)
	if err != nil {
		return "", err
	}
	text, err := io.ReadAll(io.LimitReader(file, maxSecretFile+1))
	if err = errors.Join(err, file.Close()); err != nil {
		return "", err
	}
	if len(text) > maxSecretFile {
		return "", fmt.Errorf("read %s: more than %d bytes", name, maxSecretFile)
	}
	return string(text), nil
}

// readCookiesFile puts a cookies.txt into the configuration's jar.
func readCookiesFile(c *network.Configuration, name string) error {
	file, err := os.Open(name)
	if err != nil {
		return &usageError{err}
	}
	cookies, err := network.ReadCookiesFile(file)
	if err = errors.Join(err, file.Close()); err != nil {
		return &usageError{fmt.Errorf("read %s: %w", name, err)}
	}
	c.Cookies = append(c.Cookies, cookies...)
	return nil
}

// usagef returns an error of the command line.
func usagef(format string, values ...any) error {
	return &usageError{fmt.Errorf(format, values...)}
}
