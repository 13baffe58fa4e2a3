package network

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// Limits on a cookies.txt file.
const (
	maxCookiesFileLine = 128 << 10 // bytes
	maxFileCookies     = maxCookies
	maxCookiesFileSize = 16 << 20 // bytes
)

// ReadCookiesFile reads cookies in the Netscape cookies.txt format, as browsers' add-ons, curl and wget
// write it: seven fields a line, divided by tabs (domain, whether its hosts match too, path, secure,
// expiry in seconds since 1970 or 0, name, value). Lines that begin with "#" are comments, but for
// "#HttpOnly_". The result goes to Configuration.Cookies.
//
// A line that is no cookie is ErrCookie, wrapped, with the line's number and without its text. It blocks
// as r does.
func ReadCookiesFile(r io.Reader) ([]Cookie, error) {
	var cookies []Cookie
	lines := bufio.NewScanner(io.LimitReader(r, maxCookiesFileSize+1))
	lines.Buffer(nil, maxCookiesFileLine)
	number, size := 0, 0
	for lines.Scan() {
		number++
		size += len(lines.Bytes()) + 1
		line := strings.TrimSuffix(lines.Text(), "\r")
		if number == 1 {
			line = strings.TrimPrefix(line, "\ufeff")
		}
		rest, httpOnly := strings.CutPrefix(line, "#HttpOnly_")
		if strings.Trim(line, " \t") == "" || (!httpOnly && strings.HasPrefix(line, "#")) {
			continue
		}
		c, err := parseCookieLine(rest)
		if err != nil {
			return nil, fmt.Errorf("read cookies file: line %d: %w", number, err)
		}
		c.HTTPOnly = httpOnly
		if len(cookies) == maxFileCookies {
			return nil, fmt.Errorf("read cookies file: more than %d cookies: %w", maxFileCookies, ErrCookie)
		}
		cookies = append(cookies, c)
	}
	if err := lines.Err(); errors.Is(err, bufio.ErrTooLong) {
		return nil, fmt.Errorf("read cookies file: line %d is longer than %d bytes: %w", number+1, maxCookiesFileLine, ErrCookie)
	} else if err != nil {
		return nil, fmt.Errorf("read cookies file: %w", err)
	}
	if size > maxCookiesFileSize {
		return nil, fmt.Errorf("read cookies file: more than %d bytes: %w", maxCookiesFileSize, ErrCookie)
	}
	return cookies, nil
}

// parseCookieLine reads one line, without "#HttpOnly_".
func parseCookieLine(line string) (Cookie, error) {
	fields := strings.Split(line, "\t")
	if len(fields) == 6 {
		fields = append(fields, "") // an empty value, whose tab an editor has taken away
	}
	if len(fields) != 7 {
		return Cookie{}, fmt.Errorf("%d fields, not 7 divided by tabs: %w", len(fields), ErrCookie)
	}
	hosts, ok := parseFlag(fields[1])
	if !ok {
		return Cookie{}, fmt.Errorf("field 2 is neither TRUE nor FALSE: %w", ErrCookie)
	}
	secure, ok := parseFlag(fields[3])
	if !ok {
		return Cookie{}, fmt.Errorf("field 4 is neither TRUE nor FALSE: %w", ErrCookie)
	}
	expires, err := strconv.ParseFloat(fields[4], 64)
	if err != nil || expires != expires || expires > 1e15 || expires < -1e15 {
		return Cookie{}, fmt.Errorf("field 5 is no time: %w", ErrCookie)
	}
	domain, err := asciiHost(strings.TrimPrefix(fields[0], "."))
	if err != nil {
		return Cookie{}, fmt.Errorf("%w: %w", errCookieDomain, ErrCookie)
	}
	c := Cookie{Name: fields[5], Value: NewSecret(fields[6]), Domain: domain, Path: fields[2], Secure: secure,
		HostOnly: !hosts || isPublicSuffix(domain)}
	if expires > 0 {
		c.Expires = time.Unix(int64(min(expires, 1<<40)), 0)
	}
	return c, c.validate()
}

func parseFlag(s string) (value, ok bool) {
	switch strings.ToUpper(s) {
	case "TRUE":
		return true, true
	case "FALSE":
		return false, true
	}
	return false, false
}
