package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"

	"latchkey/drm"
	"latchkey/network"
	"latchkey/network/auth"
	"latchkey/network/auth/vault"
	feeds "latchkey/network/catalogue"
	"latchkey/network/service"
	"latchkey/player"
	"latchkey/ui"
	"latchkey/ui/catalogue"
)

// engine is what a service tells of a sign-in that has changed.
type engine interface {
	UpdateCredentials(network.Credentials) error
}

// ways are how the window calls the ways to sign in.
var ways = map[service.Way]ui.Way{
	service.WayBrowser:  {Name: "Sign in with the browser", Kind: ui.WayBrowser},
	service.WayDevice:   {Name: "Use another device", Kind: ui.WayDevice},
	service.WayPage:     {Name: "Sign in on the service's page", Kind: ui.WayBrowser},
	service.WayPassword: {Name: "User name and password", Kind: ui.WayPassword},
	service.WayPaste:    {Name: "Paste a token or cookies", Kind: ui.WayPaste},
}

// signedService is a service with its accounts: what the window calls ui.Service. Safe for concurrent use.
type signedService struct {
	profile   *service.Profile
	accounts  *service.Accounts
	sign      *network.Client // of signing in
	catalogue *network.Client // nil without a catalogue
	playing   *playing
	log       *slog.Logger
}

// playing knows whose sign-in the engine works with. Safe for concurrent use.
type playing struct {
	engine engine // nil: there is none

	mu sync.Mutex
	by *signedService // guarded by mu; nil: nobody's
}

func (p *playing) set(by *signedService) {
	p.mu.Lock()
	p.by = by
	p.mu.Unlock()
}

// update hands the engine a sign-in if it works with that service's.
func (p *playing) update(by *signedService, credentials network.Credentials) {
	p.mu.Lock()
	mine := p.by == by
	p.mu.Unlock()
	if mine && p.engine != nil {
		// Without a current resource there is nothing to tell: the next one gets them.
		_ = p.engine.UpdateCredentials(credentials)
	}
}

// newSignedService returns a service; the caller calls restore, and close at the end. options are for its own requests.
func newSignedService(profile *service.Profile, keep vault.Vault, folder string, options network.Options, playing *playing) (*signedService, error) {
	s := &signedService{profile: profile, playing: playing, log: options.Log}
	var err error
	if s.sign, err = network.NewClient(profile.CatalogueConfiguration(network.Credentials{}), options); err != nil {
		return nil, err
	}
	s.accounts = service.NewAccounts(service.AccountsOptions{Profile: profile, Vault: keep, Folder: folder, Client: s.sign, OnChange: s.changed, Log: options.Log})
	if profile.Catalogue.URL == "" {
		return s, nil
	}
	options.Resource = profile.Catalogue.URL
	if profile.Catalogue.SignedIn {
		options.Credentials = catalogueSource{s}
	}
	if s.catalogue, err = network.NewClient(profile.CatalogueConfiguration(network.Credentials{}), options); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

// restore brings back who was signed in.
func (s *signedService) restore(ctx context.Context) {
	if err := s.accounts.Restore(ctx); err != nil {
		s.log.Info("nobody's sign-in is brought back", "service", s.profile.ID, "err", err)
	}
}

func (s *signedService) close() {
	s.accounts.Close()
	_ = s.sign.Close() // returns nil
	if s.catalogue != nil {
		_ = s.catalogue.Close()
	}
}

// changed hands on what is sent from now on.
func (s *signedService) changed() {
	if s.accounts == nil {
		return
	}
	credentials := s.accounts.Credentials()
	if s.catalogue != nil && s.profile.Catalogue.SignedIn {
		if err := s.catalogue.UpdateCredentials(s.profile.CatalogueCredentials(credentials)); err != nil {
			s.log.Warn("the catalogue's sign-in cannot be used", "err", err)
		}
	}
	s.playing.update(s, credentials)
}

// catalogueSource renews the sign-in of the catalogue's own requests.
type catalogueSource struct{ s *signedService }

func (c catalogueSource) Renew(ctx context.Context, refused network.Metadata) (network.Credentials, error) {
	credentials, err := c.s.accounts.Renew(ctx, refused)
	if err != nil {
		return network.Credentials{}, err
	}
	return c.s.profile.CatalogueCredentials(credentials), nil
}

// ID is the profile's.
func (s *signedService) ID() string { return s.profile.ID }

// Name is what a person reads.
func (s *signedService) Name() string { return s.profile.Name }

// Ways are those of the profile.
func (s *signedService) Ways() []ui.Way {
	var list []ui.Way
	for _, w := range s.profile.SignIn.Ways {
		way := ways[w]
		way.ID = string(w)
		list = append(list, way)
	}
	return list
}

// State is who is signed in.
func (s *signedService) State() ui.AccountState {
	state := s.accounts.State()
	return ui.AccountState{SignedIn: state.SignedIn, ID: state.Account.ID, Name: state.Account.Name, Kept: state.Kept, Trouble: state.Trouble, Ended: state.Ended}
}

// Accounts are those that somebody was signed in to.
func (s *signedService) Accounts() []ui.KnownAccount {
	current := s.accounts.State().Account.ID
	var list []ui.KnownAccount
	for _, k := range s.accounts.List() {
		list = append(list, ui.KnownAccount{ID: k.ID, Name: k.Name, Current: k.ID == current})
	}
	return list
}

// SignIn signs in by a way.
func (s *signedService) SignIn(ctx context.Context, way string, prompt auth.Prompt) error {
	return s.accounts.SignIn(ctx, service.Way(way), prompt)
}

// SignOut ends the current account's sign-in.
func (s *signedService) SignOut(ctx context.Context) error { return s.accounts.SignOut(ctx) }

// Switch makes another account the current one.
func (s *signedService) Switch(ctx context.Context, id string) error {
	return s.accounts.Switch(ctx, id)
}

// Resource returns what plays a title.
func (s *signedService) Resource(title catalogue.Title) (*player.MediaResource, error) {
	// A catalogue comes from outside: it names no file of this computer.
	if _, err := network.ParseURL(title.Source); err != nil {
		return nil, fmt.Errorf("open %q: %w", title.Name, err)
	}
	return s.open(title.Source)
}

// open returns what plays a stream with the service's sign-in, which goes to the origins of its profile alone.
func (s *signedService) open(source string) (*player.MediaResource, error) {
	metadata := new(network.Metadata)
	metadata.SetObject(player.NetworkConfigurationKey, s.profile.Configuration(s.accounts.Credentials()))
	metadata.SetObject(player.CredentialSourceKey, network.CredentialSource(s.accounts))
	metadata.SetObject(player.KeySystemsKey, keySystems(s.profile))
	resource, err := player.NewMediaResource(source, metadata)
	if err == nil {
		s.playing.set(s)
	}
	return resource, err
}

// keySystems are those of the profile's licence servers.
func keySystems(p *service.Profile) []drm.KeySystem {
	systems := make([]drm.KeySystem, len(p.Licenses))
	for i, l := range p.Licenses {
		systems[i] = &drm.LicenseTemplate{KeyFormats: l.KeyFormats, URL: l.URL, Method: l.Method, Header: l.Headers, Body: l.Body,
			Answer: drm.Answer(l.Answer), Path: l.AnswerPath}
	}
	return systems
}

// Titles fetches the catalogue.
func (s *signedService) Titles(ctx context.Context) ([]catalogue.Title, error) {
	if s.catalogue == nil {
		return nil, nil
	}
	list, err := s.profile.FetchCatalogue(ctx, s.catalogue)
	if err != nil {
		return nil, err
	}
	return shownTitles(list), nil
}

// shownTitles returns a service's titles as the window shows them.
func shownTitles(list *feeds.Catalogue) []catalogue.Title {
	titles := make([]catalogue.Title, len(list.Titles))
	for i, t := range list.Titles {
		titles[i] = catalogue.Title{ID: t.ID, Name: t.Name, Summary: t.Description, Source: t.Source, Poster: t.Poster,
			Duration: t.Duration, Protected: t.Protected, Live: t.Live, Rows: t.Rows}
	}
	return titles
}

// Poster fetches a title's picture, nil when it has none.
func (s *signedService) Poster(ctx context.Context, t catalogue.Title) ([]byte, error) {
	if t.Poster == "" || s.catalogue == nil {
		return nil, nil
	}
	data, _, err := s.catalogue.Fetch(ctx, network.Request{Class: network.ClassThumbnail, URL: t.Poster})
	return data, err
}

// errNoService is returned for a --profile that is not there.
var errNoService = errors.New("there is no such service: add its profile first")
