package signin

import "net/url"

// host is what of a page's address may be shown: its query holds what only the browser is to know.
func host(page string) string {
	u, err := url.Parse(page)
	if err != nil || u.Host == "" {
		return ""
	}
	return u.Host
}

// shown is an address without what need not be read: its scheme, where that is https, query and fragment.
func shown(page string) string {
	u, err := url.Parse(page)
	if err != nil || u.Host == "" {
		return ""
	}
	path := u.EscapedPath()
	if path == "/" {
		path = ""
	}
	if u.Scheme == "https" {
		return u.Host + path
	}
	return u.Scheme + "://" + u.Host + path
}
