package service

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"

	"latchkey/network"
	"latchkey/network/auth"
	"latchkey/network/catalogue"
)

// ErrNoCatalogue is a profile that names no catalogue.
var ErrNoCatalogue = errors.New("the service has no catalogue")

// Configuration returns the configuration of what is played from the service, with what Credentials gave: pairs and headers go to KeyOrigins and LicenseOrigins alone,
// whoever names the stream. It is the caller's.
func (p *Profile) Configuration(sent network.Credentials) *network.Configuration {
	c := *p.Network
	c.CookieHeaders, c.CredentialHeaders = sent.CookieHeaders.Clone(), slices.Clone(sent.Headers)
	c.CookieOrigins, c.NamedOrigins = p.sentTo(), p.namedOrigins()
	return &c
}

// CatalogueConfiguration returns the configuration of a client for the catalogue and its posters, whose Options.Resource is Catalogue.URL. With Catalogue.SignedIn
// the pairs and headers that Credentials gave go with the catalogue, to its own origin alone; without, nothing does.
func (p *Profile) CatalogueConfiguration(sent network.Credentials) *network.Configuration {
	c := *p.Network
	c.CookieOrigins, c.UseCookieHeadersForAllRequests = nil, false
	c.NamedOrigins = p.namedOrigins()
	u, err := url.Parse(p.Catalogue.URL)
	if err != nil || !p.Catalogue.SignedIn {
		return &c
	}
	c.CookieOrigins, c.UseCookieHeadersForAllRequests = []string{network.Origin(u)}, true
	sent = p.CatalogueCredentials(sent)
	c.CookieHeaders, c.CredentialHeaders = sent.CookieHeaders, sent.Headers
	return &c
}

// CatalogueCredentials returns what Credentials gave as a client of CatalogueConfiguration takes it, for a CredentialSource: headers
// go with the catalogue. Without Catalogue.SignedIn it is empty.
func (p *Profile) CatalogueCredentials(sent network.Credentials) network.Credentials {
	if !p.Catalogue.SignedIn {
		return network.Credentials{}
	}
	sent = network.Credentials{CookieHeaders: sent.CookieHeaders.Clone(), Headers: slices.Clone(sent.Headers)}
	for i := range sent.Headers {
		sent.Headers[i].Classes = []network.Class{network.ClassPlaylist}
	}
	return sent
}

// FetchCatalogue asks for the catalogue by a client of CatalogueConfiguration. The error is ErrNoCatalogue, catalogue.ErrFeed, or a *network.Error.
func (p *Profile) FetchCatalogue(ctx context.Context, client auth.Fetcher) (*catalogue.Catalogue, error) {
	if p.Catalogue.URL == "" {
		return nil, ErrNoCatalogue
	}
	// It is as long as a playlist may be, compressed as one, and asked for anew with a renewed sign-in as one.
	data, response, err := client.Fetch(ctx, network.Request{Class: network.ClassPlaylist, URL: p.Catalogue.URL})
	if err != nil {
		return nil, fmt.Errorf("fetch the catalogue: %w", err)
	}
	read := catalogue.ReadFeed
	if p.Catalogue.M3U {
		read = catalogue.ReadM3U
	}
	list, err := read(data, response.URL)
	if err != nil {
		return nil, fmt.Errorf("fetch the catalogue: %w", err)
	}
	return list, nil
}
