package ui

import (
	"net/url"
	"path"
	"path/filepath"
)

// sourceName is what a stream is called until it says its own title: a file's name, or the last part
// of a URL's path with its host. Query and folders of a URL may hold a token and are left out.
func sourceName(source string) string {
	if source == linkSource {
		return ""
	}
	u, err := url.Parse(source)
	if err != nil || u.Host == "" {
		return filepath.Base(source)
	}
	name := path.Base(u.Path)
	if name == "/" || name == "." {
		return u.Hostname()
	}
	return name + " – " + u.Hostname()
}
