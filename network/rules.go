package network

import (
	"net/http"
	"net/url"
	"slices"
)

// route is what the rules look at: one hop of one request.
type route struct {
	class    Class
	resource *url.URL     // or nil
	original *url.URL     // the URL that was asked for
	target   *url.URL     // the URL of this hop
	hop      int          // 0 for the original
	secure   bool         // a hop before this one was https
	from     addressSpace // the widest space that a hop before this one was answered from
	detour   bool         // a redirect of the resource alone leads to the original's origin: see detours
}

// downgrade says that the way leads from https to http: from an earlier hop, or from the resource to what
// it names.
func (r route) downgrade() bool {
	if r.target.Scheme == "https" {
		return false
	}
	return r.secure || (r.class.OfResource() && r.resource != nil && r.resource.Scheme == "https")
}

// rules are the configuration as far as it says what goes where. Constant.
type rules struct {
	allRequests bool
	origins     []origin // CookieOrigins
}

// The reasons that a record gives for the pairs being sent or not.
const (
	ruleNotOfResource = "not of the resource"
	ruleClass         = "not for this class"
	ruleDowngrade     = "https to http"
	ruleListed        = "listed origin"
	ruleNotListed     = "origin not listed"
	ruleDirect        = "named by the resource"
	ruleSameSite      = "same site"
	ruleOtherSite     = "redirected to another site"
)

// pairs says whether the cookie pairs go along, and by which rule.
func (r *rules) pairs(at route) (bool, string) {
	switch {
	case !at.class.OfResource():
		return false, ruleNotOfResource
	case !r.allRequests && at.class != ClassKey && at.class != ClassLicense:
		return false, ruleClass
	}
	return r.follows(at)
}

// follows says whether what was meant for the original URL may go along on this hop.
func (r *rules) follows(at route) (bool, string) {
	switch {
	case at.downgrade():
		return false, ruleDowngrade
	case len(r.origins) > 0 && r.listed(at.target):
		return true, ruleListed
	case len(r.origins) > 0:
		return false, ruleNotListed
	case at.detour:
		return false, ruleOtherSite
	case at.hop == 0:
		return true, ruleDirect
	case sameSite(at.original.Hostname(), at.target.Hostname()):
		return true, ruleSameSite
	}
	return false, ruleOtherSite
}

func (r *rules) listed(u *url.URL) bool {
	return slices.Contains(r.origins, originOf(u))
}

// header says whether a header of the configuration goes along.
func (r *rules) header(at route, h Header) bool {
	if len(h.Classes) > 0 {
		if !at.class.among(h.Classes) {
			return false
		}
		ok, _ := r.follows(at)
		return ok
	}
	if !at.class.OfResource() {
		return false
	}
	ok, _ := r.follows(at)
	if !ok || len(r.origins) > 0 || at.resource == nil {
		return ok
	}
	own := originOf(at.resource)
	return own == originOf(at.target) || (at.hop > 0 && own == originOf(at.original))
}

// own says whether a header that the request itself came with goes along: Authorization and the like
// follow the pairs' rules, what only describes the request always goes.
func (r *rules) own(at route, name string) bool {
	if describesRequest(name) {
		return true
	}
	if at.downgrade() {
		return false
	}
	if at.hop == 0 || originOf(at.original) == originOf(at.target) {
		return true
	}
	ok, _ := r.follows(at)
	return ok
}

// describesRequest says that a header holds nothing that a host should not see.
func describesRequest(name string) bool {
	switch http.CanonicalHeaderKey(name) {
	case "Accept", "Accept-Language", "Cache-Control", "Content-Type", "If-Modified-Since", "If-None-Match", "Pragma":
		return true
	}
	return false
}
