package main

import (
	"sync"

	"latchkey/network"
	"latchkey/network/auth"
	"latchkey/player"
)

// account is who watches what no service's catalogue names: the network configuration that addresses and files are opened with. Safe for
// concurrent use.
type account struct {
	engine  *player.Player
	service *signedService // of --profile: everything is opened with its sign-in; nil: nothing is
	// subtitles returns the resource of first, which the command line names, with the files of
	// --sub-file; nil: there are none.
	subtitles func(*player.MediaResource) (*player.MediaResource, error)
	first     string

	mu            sync.Mutex // guards configuration
	configuration *network.Configuration
}

// Resource returns the resource of a URL or file, with the account's configuration.
func (a *account) Resource(source string) (*player.MediaResource, error) {
	resource, err := a.resource(source)
	if err != nil || a.subtitles == nil || source != a.first {
		return resource, err
	}
	return a.subtitles(resource)
}

func (a *account) resource(source string) (*player.MediaResource, error) {
	if a.service != nil {
		return a.service.open(source)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	c := *a.configuration
	c.CookieHeaders = a.configuration.CookieHeaders.Clone()
	metadata := new(network.Metadata)
	metadata.SetObject(player.NetworkConfigurationKey, &c)
	return player.NewMediaResource(source, metadata)
}

// UsePairs makes a line of cookie pairs the account's, and hands them to the resource of a source,
// if that still plays.
func (a *account) UsePairs(line string, all bool, source string) error {
	pairs, err := auth.ParsePairs(line)
	if err != nil {
		return err
	}
	a.use(pairs, &all, source)
	return nil
}

// use keeps pairs for the resources to come, and hands them to the resource of a source, if that
// still plays. all, unless nil, says whether all requests get them.
func (a *account) use(pairs network.Metadata, all *bool, source string) {
	a.mu.Lock()
	a.configuration.CookieHeaders = pairs.Clone()
	if all != nil {
		a.configuration.UseCookieHeadersForAllRequests = *all
	}
	a.mu.Unlock()
	// What plays by now may be another resource, or none: the pairs were not entered for it.
	_ = a.engine.UpdateCookiesOf(source, pairs)
}
