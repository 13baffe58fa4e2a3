package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

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
	log       *slog.Logger
}

// newSignedService returns a service; the caller calls restore, and close at the end. options are for its own requests.
func newSignedService(profile *service.Profile, keep vault.Vault, folder string, options network.Options) (*signedService, error) {
	s := &signedService{profile: profile, log: options.Log}
	var err error
	if s.sign, err = network.NewClient(profile.CatalogueConfiguration(network.Credentials{}), options); err != nil {
		return nil, err
	}
	s.accounts = service.NewAccounts(service.AccountsOptions{Profile: profile, Vault: keep, Folder: folder, Client: s.sign, Log: options.Log})
	if profile.Catalogue.URL == "" {
		return s, nil
	}
	options.Resource = profile.Catalogue.URL
	if profile.Catalogue.SignedIn {
		options.Credentials = catalogueStore{s.accounts, profile}
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

// catalogueStore has the sign-in as the catalogue's own client sends it.
type catalogueStore struct {
	*service.Accounts

	profile *service.Profile
}

func (c catalogueStore) Current() network.Issue {
	issue := c.Accounts.Current()
	issue.Credentials = c.profile.CatalogueCredentials(issue.Credentials)
	return issue
}

func (c catalogueStore) Renew(ctx context.Context, refused network.Metadata) (network.Credentials, error) {
	credentials, err := c.Accounts.Renew(ctx, refused)
	if err != nil {
		return network.Credentials{}, err
	}
	return c.profile.CatalogueCredentials(credentials), nil
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
	return s.play(title.Source, s.catalogue != nil && s.catalogue.FromInternet())
}

// open returns what plays a stream that a person opens with the service's sign-in.
func (s *signedService) open(source string) (*player.MediaResource, error) {
	return s.play(source, false)
}

// play returns what plays a stream with the service's sign-in, which goes to the origins of its
// profile alone. The player's client follows the accounts: what they renew or a person changes goes
// to the clients of this service's own streams, and to no other. publicOnly says that the address
// comes from the internet.
func (s *signedService) play(source string, publicOnly bool) (*player.MediaResource, error) {
	configuration := s.profile.Configuration(s.accounts.Credentials())
	configuration.PublicOnly = publicOnly
	metadata := new(network.Metadata)
	metadata.SetObject(player.NetworkConfigurationKey, configuration)
	metadata.SetObject(player.CredentialSourceKey, network.CredentialSource(s.accounts))
	metadata.SetObject(player.KeySystemsKey, keySystems(s.profile))
	return player.NewMediaResource(source, metadata)
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
