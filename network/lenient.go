package network

import (
	"bytes"
	"context"
	"crypto/tls"
	"net"
	"sync/atomic"

	"golang.org/x/net/http/httpguts"
)

// lenientConn is a connection whose HTTP/1 answers are put right before net/http reads them.
// net/http refuses what browsers and FFmpeg take: header lines that are none, control characters,
// the status line of SHOUTcast.
//
// Answers begin where a request was written before: net/http does not pipeline.
type lenientConn struct {
	net.Conn
	asked atomic.Bool // a request was written, and its answer has not begun

	// owned by the reader
	header bool   // an answer's header is being read
	raw    []byte // of the header so far
	ended  int    // how much of raw is known to have no end of a header
	ready  []byte // mended, to be read
}

// maxLenientHeader is how much of a header is looked at. A longer one goes on as it is, and
// net/http refuses it.
const maxLenientHeader = maxAnswerHeaderSize + 4<<10

// methods are what the requests of this package begin with.
var methods = [][]byte{[]byte("GET "), []byte("POST "), []byte("HEAD "), []byte("CONNECT ")}

// Write implements net.Conn.
func (c *lenientConn) Write(p []byte) (int, error) {
	for _, method := range methods {
		if bytes.HasPrefix(p, method) {
			c.asked.Store(true)
			break
		}
	}
	return c.Conn.Write(p)
}

// Read implements net.Conn. One caller at a time.
func (c *lenientConn) Read(p []byte) (int, error) {
	for {
		if len(c.ready) > 0 {
			n := copy(p, c.ready)
			c.ready = c.ready[n:]
			return n, nil
		}
		if c.header && c.take() {
			continue
		}
		n, err := c.Conn.Read(p)
		if n > 0 && c.asked.CompareAndSwap(true, false) {
			c.header = true
		}
		if !c.header {
			return n, err
		}
		c.raw = append(c.raw, p[:n]...)
		if c.take() {
			continue
		}
		if err != nil || len(c.raw) > maxLenientHeader || !mayBeHeader(c.raw) {
			c.ready, c.raw, c.header, c.ended = c.raw, nil, false, 0
		}
		if err != nil && len(c.ready) == 0 {
			return 0, err
		}
	}
}

// take makes a header that is there to its end ready to be read, and what came with it.
func (c *lenientConn) take() bool {
	end := headerEnd(c.raw, c.ended)
	if end == 0 {
		c.ended = max(len(c.raw)-len("\n\r"), 0) // they may be the first of one
		return false
	}
	c.ended = 0
	c.ready = mendHeader(c.raw[:end])
	if c.header = interim(c.raw); c.header {
		c.raw = c.raw[end:]
	} else {
		c.ready, c.raw = append(c.ready, c.raw[end:]...), nil
	}
	return true
}

// mayBeHeader says whether an answer can still be one of HTTP.
func mayBeHeader(raw []byte) bool {
	for _, start := range [][]byte{[]byte("HTTP/"), shoutcast} {
		n := min(len(start), len(raw))
		if bytes.EqualFold(raw[:n], start[:n]) {
			return true
		}
	}
	return false
}

// interim says whether a header is that of an answer before the answer. RFC 9110, 15.2.
func interim(header []byte) bool {
	line, _, _ := bytes.Cut(header, []byte("\n"))
	_, status, _ := bytes.Cut(line, []byte(" "))
	return len(status) >= 3 && status[0] == '1' && !bytes.HasPrefix(status, []byte("101"))
}

// headerEnd returns the length of the header that raw begins with, its empty line included, or 0. The end is not
// looked for before from.
func headerEnd(raw []byte, from int) int {
	for at := from; ; {
		i := bytes.IndexByte(raw[at:], '\n')
		if i < 0 {
			return 0
		}
		at += i + 1
		rest := raw[at:]
		switch {
		case len(rest) > 0 && rest[0] == '\n':
			return at + 1
		case len(rest) > 1 && rest[0] == '\r' && rest[1] == '\n':
			return at + 2
		}
	}
}

// shoutcast is what a SHOUTcast server has in place of HTTP's version.
var shoutcast = []byte("ICY ")

// mendHeader returns an answer's header as net/http takes it; one that is right comes back as it
// is. Lines without a colon and lines whose name is none are left out, with their continuations,
// and control characters become spaces. RFC 9112, 2.2 and 5.
func mendHeader(header []byte) []byte {
	mended := make([]byte, 0, len(header)+len("HTTP/1.0 "))
	line, rest, _ := bytes.Cut(header, []byte("\n"))
	if bytes.HasPrefix(bytes.ToUpper(line[:min(len(shoutcast), len(line))]), shoutcast) {
		mended = append(mended, "HTTP/1.0 "...)
		line = line[len(shoutcast):]
	}
	mended = append(append(mended, line...), '\n')
	kept := false // the line before
	for len(rest) > 0 {
		line, rest, _ = bytes.Cut(rest, []byte("\n"))
		text := bytes.TrimSuffix(line, []byte("\r"))
		if len(text) > 0 {
			continued := text[0] == ' ' || text[0] == '\t'
			if kept = continued && kept || !continued && isField(text); !kept {
				continue
			}
		}
		begin := len(mended)
		mended = append(append(mended, line...), '\n')
		for i := begin; i < begin+len(text); i++ {
			if c := mended[i]; c < ' ' && c != '\t' || c == 0x7F {
				mended[i] = ' '
			}
		}
	}
	return mended
}

// isField says whether a header line has a name, of letters that a name may have. White space
// before the colon is for net/http to judge.
func isField(line []byte) bool {
	name, _, found := bytes.Cut(line, []byte(":"))
	return found && httpguts.ValidHeaderFieldName(string(bytes.TrimRight(name, " \t")))
}

// lenient makes a dialer's connections lenient.
func lenient(dial dialFunc) dialFunc {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		connection, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return &lenientConn{Conn: connection}, nil
	}
}

// lenientTLS dials with dial and agrees on TLS; what then speaks HTTP/1 is lenient.
func lenientTLS(dial dialFunc, config *tls.Config) dialFunc {
	config = config.Clone()
	config.NextProtos = []string{"h2", "http/1.1"}
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		host, _, err := net.SplitHostPort(address)
		if err != nil {
			return nil, err
		}
		plain, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		own := config.Clone()
		if own.ServerName == "" {
			own.ServerName = host
		}
		secure := tls.Client(plain, own)
		if err := secure.HandshakeContext(ctx); err != nil {
			_ = plain.Close()
			return nil, err
		}
		if secure.ConnectionState().NegotiatedProtocol == "h2" {
			return secure, nil
		}
		return &lenientConn{Conn: secure}, nil
	}
}
