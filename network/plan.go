package network

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"

	"golang.org/x/net/http/httpguts"
)

// plan is a request that has been checked. Constant, so that attempts, hops and resumed bodies may share it.
type plan struct {
	class  Class
	policy *policy
	method string
	url    *url.URL
	header http.Header // canonical names; not written to
	body   []byte
	media  *CMCD // or nil
	span   span
	most   int64 // bytes of the body, 0: as many as policy allows
	same   bool  // Request.SameOrigin
}

// span is the part that is asked for: from byte from to before byte to, or to the end with to -1.
type span struct {
	asked    bool
	from, to int64
}

// header returns the Range header's value. RFC 9110, 14.1.2.
func (s span) header() string {
	if s.to < 0 {
		return fmt.Sprintf("bytes=%d-", s.from)
	}
	return fmt.Sprintf("bytes=%d-%d", s.from, s.to-1)
}

// wished says that the span is no more than a wish: the same can be had by asking for the whole and
// leaving out what lies before it.
func (s span) wished() bool { return s.asked && s.to < 0 }

// plan checks a request.
func (c *Client) plan(r Request) (*plan, error) {
	fail := func(u *url.URL, cause error) (*plan, error) {
		return nil, &Error{Class: r.Class, Method: r.Method, URL: cleanURL(u), Kind: KindRequest, Err: cause}
	}
	if r.Class < 0 || int(r.Class) >= len(c.policies) {
		return fail(nil, fmt.Errorf("there is no class %d", int(r.Class)))
	}
	u, err := parseURL(r.URL)
	if err != nil {
		return fail(nil, err)
	}
	p := &plan{class: r.Class, policy: &c.policies[r.Class], method: r.Method, url: u, body: r.Body,
		header: make(http.Header, len(r.Header)+1), span: span{to: -1}, most: r.MaxBytes, same: r.SameOrigin}
	if p.method == "" {
		p.method = http.MethodGet
		if r.Body != nil {
			p.method = http.MethodPost
		}
	}
	if !httpguts.ValidHeaderFieldName(p.method) {
		return fail(u, fmt.Errorf("the method is not valid"))
	}
	if u.User != nil {
		password, _ := u.User.Password()
		p.header["Authorization"] = []string{"Basic " +
			base64.StdEncoding.EncodeToString([]byte(u.User.Username()+":"+password))}
		u.User = nil
	}
	for name, values := range r.Header {
		if !httpguts.ValidHeaderFieldName(name) || reservedHeader(name) {
			return fail(u, fmt.Errorf("the header %.64q is not for a request to set", name))
		}
		for _, value := range values {
			if !httpguts.ValidHeaderFieldValue(value) {
				return fail(u, fmt.Errorf("the header %s holds a character that cannot be sent", name))
			}
		}
		p.header[http.CanonicalHeaderKey(name)] = values
	}
	if err := r.CMCD.validate(); err != nil {
		return fail(u, err)
	}
	if r.CMCD != nil {
		media := *r.CMCD
		p.media = &media
	}
	switch {
	case r.MaxBytes < 0:
		return fail(u, fmt.Errorf("no body has at most %d bytes", r.MaxBytes))
	case r.Offset < 0 || r.Length < -1 || r.Offset+max(r.Length, 0) < 0:
		return fail(u, fmt.Errorf("no range has offset %d and length %d", r.Offset, r.Length))
	case r.Length > 0:
		p.span = span{asked: true, from: r.Offset, to: r.Offset + r.Length}
	case r.Offset > 0 || r.Length < 0:
		p.span = span{asked: true, from: r.Offset, to: -1}
	}
	c.forceHTTPS(p.class, u)
	return p, nil
}

// forceHTTPS makes the URL of a request that ForceHTTPS is about an https one.
func (c *Client) forceHTTPS(class Class, u *url.URL) {
	if !c.configuration.ForceHTTPS || !class.secret() || u.Scheme != "http" {
		return
	}
	u.Scheme = "https"
	if u.Port() == "80" {
		u.Host = u.Host[:len(u.Host)-len(":80")]
	}
}

// conditional says that 304 is an answer to the request.
func (p *plan) conditional() bool {
	return p.header.Get("If-None-Match") != "" || p.header.Get("If-Modified-Since") != ""
}
