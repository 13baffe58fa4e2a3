package network

import (
	"net/url"
	"sync"
)

// maxDetours bounds the origins that detours keeps.
const maxDetours = 16

// detours are the origins of other sites that redirects of the resource's own URL led to. What the
// playlist there names without a host lies on the same origin, and was not named by the resource: a
// request for it follows the rules of a redirect, so that the pairs go to no host that they would
// not follow the redirect to. With Configuration.UseRedirectedURL the final URL takes the
// resource's place, and there are none. Safe for concurrent use.
type detours struct {
	mu      sync.Mutex
	origins []origin // guarded by mu
	full    bool     // guarded by mu: there are more, which every origin may be
}

// noteDetour notes where a request for the resource's own URL was answered.
func (c *Client) noteDetour(at route) {
	if c.configuration.UseRedirectedURL || at.hop == 0 || at.resource == nil || !at.class.OfResource() ||
		at.original.String() != at.resource.String() || sameSite(at.original.Hostname(), at.target.Hostname()) {
		return
	}
	d := &c.detours
	d.mu.Lock()
	defer d.mu.Unlock()
	o := originOf(at.target)
	for _, known := range d.origins {
		if known == o {
			return
		}
	}
	if len(d.origins) == maxDetours {
		d.full = true
		return
	}
	d.origins = append(d.origins, o)
}

// has says whether a redirect of the resource led to a URL's origin, or may have.
func (d *detours) has(resource, u *url.URL) bool {
	if resource == nil {
		return false
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, known := range d.origins {
		if known == originOf(u) {
			return true
		}
	}
	return d.full && !sameSite(resource.Hostname(), u.Hostname())
}
