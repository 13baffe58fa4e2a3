package network

import (
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

// Limits on the jar. The oldest cookies go first.
const (
	maxCookies       = 3000
	maxSiteCookies   = 180
	maxSetCookieRead = 64 // Set-Cookie headers of one answer
)

// jar keeps cookies and says which of them a request carries. RFC 6265, 5.3 and 5.4; a site's cookies lie
// together. SameSite is not looked at: there is no page that a request comes from. Safe for concurrent use.
type jar struct {
	mu    sync.Mutex
	sites map[string][]jarCookie // guarded by mu; by siteOf, in order of creation
	count int                    // guarded by mu
	next  uint64                 // guarded by mu; creation order
}

type jarCookie struct {
	Cookie
	created uint64
}

func newJar() *jar {
	return &jar{sites: make(map[string][]jarCookie)}
}

// siteOf is the key that a host shares with every domain whose cookies may reach it.
func siteOf(host string) string {
	if site := registrable(host); site != "" {
		return site
	}
	return host
}

// add keeps a cookie, in the place of its like; one that has ended goes.
func (j *jar) add(c Cookie, fromSecure bool, now time.Time) {
	j.mu.Lock()
	defer j.mu.Unlock()
	site := siteOf(c.Domain)
	cookies := j.sites[site]
	if !fromSecure && slices.ContainsFunc(cookies, func(old jarCookie) bool { return old.shadowedBy(c) }) {
		return
	}
	created := j.next
	j.next++
	if i := slices.IndexFunc(cookies, func(old jarCookie) bool {
		return old.Name == c.Name && old.Domain == c.Domain && old.Path == c.Path && old.HostOnly == c.HostOnly
	}); i >= 0 {
		created = cookies[i].created
		cookies = slices.Delete(cookies, i, i+1)
		j.count--
	}
	if c.Expires.IsZero() || c.Expires.After(now) {
		at, _ := slices.BinarySearchFunc(cookies, created, func(old jarCookie, n uint64) int {
			if old.created < n {
				return -1
			}
			return 1
		})
		cookies = slices.Insert(cookies, at, jarCookie{Cookie: c, created: created})
		j.count++
	}
	if len(cookies) > maxSiteCookies {
		cookies = slices.Delete(cookies, 0, 1)
		j.count--
	}
	j.put(site, cookies)
	for j.count > maxCookies {
		j.dropOldest()
	}
}

// shadowedBy says that c, from an insecure origin, would stand in for a Secure cookie.
// RFC 6265bis, 5.7, step 13.
func (old jarCookie) shadowedBy(c Cookie) bool {
	return old.Secure && old.Name == c.Name && pathMatch(c.Path, old.Path) &&
		(domainMatch(old.Domain, c.Domain) || domainMatch(c.Domain, old.Domain))
}

func (j *jar) put(site string, cookies []jarCookie) {
	if len(cookies) == 0 {
		delete(j.sites, site)
		return
	}
	j.sites[site] = cookies
}

func (j *jar) dropOldest() {
	oldest := ""
	for site, cookies := range j.sites {
		if oldest == "" || cookies[0].created < j.sites[oldest][0].created {
			oldest = site
		}
	}
	if oldest == "" {
		return
	}
	j.put(oldest, slices.Delete(j.sites[oldest], 0, 1))
	j.count--
}

// set keeps what an answer from u has set.
func (j *jar) set(u *url.URL, lines []string, now time.Time) {
	for _, line := range lines[:min(len(lines), maxSetCookieRead)] {
		if c, ok := parseSetCookie(line, u, now); ok {
			j.add(c, u.Scheme == "https", now)
		}
	}
}

// match returns the cookies for u: longer paths first, then the older first.
func (j *jar) match(u *url.URL, now time.Time) []pair {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.count == 0 {
		return nil
	}
	host := u.Hostname()
	site := siteOf(host)
	cookies := j.sites[site]
	kept := slices.DeleteFunc(cookies, func(c jarCookie) bool {
		return !c.Expires.IsZero() && !c.Expires.After(now)
	})
	j.count -= len(cookies) - len(kept)
	j.put(site, kept)
	path := u.EscapedPath()
	if !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	var found []jarCookie
	for _, c := range kept {
		if c.Secure && u.Scheme != "https" {
			continue
		}
		if c.HostOnly && c.Domain != host || !c.HostOnly && !domainMatch(host, c.Domain) || !pathMatch(path, c.Path) {
			continue
		}
		found = append(found, c)
	}
	slices.SortStableFunc(found, func(a, b jarCookie) int { return len(b.Path) - len(a.Path) })
	pairs := make([]pair, 0, len(found))
	for _, c := range found {
		pairs = append(pairs, pair{name: c.Name, value: c.Value})
	}
	return pairs
}
