package hls

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"latchkey/network"
)

// ErrSteering is returned for what is no steering manifest.
var ErrSteering = errors.New("no steering manifest")

// Limits on a steering manifest.
const (
	maxSteering    = 1 << 20 // bytes
	maxPathways    = 64
	maxClones      = 64
	maxCloneParams = 64
	maxCloneURIs   = 4096
	maxTTL         = 24 * time.Hour
	defaultTTL     = 5 * time.Minute
	minTTL         = time.Second
)

// SteeringManifest says from which pathways a stream is to be loaded. Second edition, 7.2.
type SteeringManifest struct {
	TTL      time.Duration  // until it is to be loaded again
	Reload   string         // RELOAD-URI, absolute; empty: from where it came
	Priority []string       // PATHWAY-PRIORITY, the first is to be used
	Clones   []PathwayClone // PATHWAY-CLONES
}

// PathwayClone is a pathway that is another one with other URIs. Second edition, 7.3.
type PathwayClone struct {
	Base, ID   string
	Host       string            // takes the place of the URI's, empty: it stays
	Params     map[string]string // are added to the query, or take the place of what is there
	Variants   map[string]string // whole URIs, by STABLE-VARIANT-ID
	Renditions map[string]string // whole URIs, by STABLE-RENDITION-ID
}

// ParseSteering reads a steering manifest. base is where it came from, for its URIs. It returns ErrSteering, wrapped; nothing of the text is quoted.
func ParseSteering(data []byte, base string) (*SteeringManifest, error) {
	wrong := func(what string) (*SteeringManifest, error) { return nil, fmt.Errorf("%w: %s", ErrSteering, what) }
	if len(data) > maxSteering {
		return wrong("it is too long")
	}
	var text struct {
		Version  int      `json:"VERSION"`
		TTL      *float64 `json:"TTL"`
		Reload   string   `json:"RELOAD-URI"`
		Priority []string `json:"PATHWAY-PRIORITY"`
		Clones   []struct {
			Base        string `json:"BASE-ID"`
			ID          string `json:"ID"`
			Replacement struct {
				Host       string            `json:"HOST"`
				Params     map[string]string `json:"PARAMS"`
				Variants   map[string]string `json:"PER-VARIANT-URIS"`
				Renditions map[string]string `json:"PER-RENDITION-URIS"`
			} `json:"URI-REPLACEMENT"`
		} `json:"PATHWAY-CLONES"`
	}
	if json.Unmarshal(data, &text) != nil {
		return wrong("it is not the JSON that it should be")
	}
	m := &SteeringManifest{TTL: defaultTTL}
	switch {
	case text.Version != 1:
		return wrong("its VERSION is not 1")
	case len(text.Priority) == 0 || len(text.Priority) > maxPathways:
		return wrong("PATHWAY-PRIORITY is empty, or too long")
	case len(text.Clones) > maxClones:
		return wrong("PATHWAY-CLONES is too long")
	}
	if text.TTL != nil {
		m.TTL = time.Duration(min(max(*text.TTL, minTTL.Seconds()), maxTTL.Seconds()) * float64(time.Second))
	}
	m.Priority = text.Priority
	var err error
	if text.Reload != "" {
		if m.Reload, err = resolveURI(base, text.Reload); err != nil {
			return wrong("RELOAD-URI cannot be read")
		}
	}
	for _, c := range text.Clones {
		r := c.Replacement
		clone := PathwayClone{Base: c.Base, ID: c.ID, Host: r.Host, Params: r.Params, Variants: r.Variants, Renditions: r.Renditions}
		if !clone.valid() {
			return wrong("a clone has no name, or too many URIs")
		}
		m.Clones = append(m.Clones, clone)
	}
	return m, nil
}

func (c *PathwayClone) valid() bool {
	host := url.URL{Scheme: "https", Host: c.Host}
	parsed, err := url.Parse(host.String())
	return c.Base != "" && c.ID != "" && c.ID != c.Base && len(c.Params) <= maxCloneParams && len(c.Variants)+len(c.Renditions) <= maxCloneURIs &&
		(c.Host == "" || err == nil && parsed.Host == c.Host && parsed.Port() == "" && !strings.ContainsAny(c.Host, "@/?# "))
}

// resolveURI resolves a URI against a base, which may be empty.
func resolveURI(base, uri string) (string, error) {
	r, ok := newResolver(base)
	if !ok {
		return "", ErrSteering
	}
	if r.base == nil {
		_, err := url.Parse(uri)
		return uri, err
	}
	return r.resolve(uri)
}

// Variant is the URI of the clone of a variant, whose own is uri.
func (c *PathwayClone) Variant(stableID, uri string) (string, error) {
	return c.replace(c.Variants, stableID, uri)
}

// Rendition is the URI of the clone of a rendition, whose own is uri.
func (c *PathwayClone) Rendition(stableID, uri string) (string, error) {
	return c.replace(c.Renditions, stableID, uri)
}

// replace makes a URI of the clone: one that is told, else that of the base pathway with another host and query.
func (c *PathwayClone) replace(told map[string]string, stableID, uri string) (string, error) {
	if given, ok := told[stableID]; ok && stableID != "" {
		u, err := network.ParseBase(given)
		if err != nil {
			return "", fmt.Errorf("%w: a clone's URI is not absolute", ErrSteering)
		}
		return u.String(), nil
	}
	u, err := url.Parse(uri)
	if err != nil {
		return "", fmt.Errorf("%w: a URI cannot be cloned", ErrSteering)
	}
	if c.Host != "" {
		host := c.Host
		if port := u.Port(); port != "" {
			host += ":" + port
		}
		u.Host = host
	}
	if len(c.Params) > 0 {
		u.RawQuery = withParams(u.RawQuery, c.Params)
	}
	return u.String(), nil
}

// withParams puts parameters into a query, at its end, in the place of those of their names. The others stay as they are written: they may be
// signed.
func withParams(query string, params map[string]string) string {
	var pairs []string
	for pair := range strings.SplitSeq(query, "&") {
		name, _, _ := strings.Cut(pair, "=")
		if unescaped, err := url.QueryUnescape(name); err == nil {
			name = unescaped
		}
		if _, replaced := params[name]; pair != "" && !replaced {
			pairs = append(pairs, pair)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(params)) {
		pairs = append(pairs, url.QueryEscape(name)+"="+url.QueryEscape(params[name]))
	}
	return strings.Join(pairs, "&")
}
