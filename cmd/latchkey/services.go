package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"latchkey/network"
	"latchkey/network/auth/vault"
	"latchkey/network/service"
	"latchkey/ui"
	"latchkey/ui/history"
)

// services are those whose profiles are in the person's folder: what the window calls ui.Services. Safe for concurrent use.
type services struct {
	folder   *service.Folder // nil: nothing is kept, as in the demo
	keep     vault.Vault
	state    string            // the folder of locks
	remember string            // the file of what was watched; empty: it is forgotten
	problems []service.Problem // files of the folder that are no profiles
	options  network.Options
	forget   func() // of the ending's list

	mu   sync.Mutex
	list []*signedService // guarded by mu
}

// openServices reads the profiles and brings back who was signed in. What is wrong with one of them hinders none of the others. It asks
// the keyring, and may block for some seconds.
func openServices(ctx context.Context, options network.Options) (*services, error) {
	path, err := service.DefaultPath()
	if err != nil {
		return nil, err
	}
	state, err := stateFolder()
	if err != nil {
		return nil, err
	}
	s := &services{folder: service.NewFolder(path), state: state, options: options}
	s.forget = endingOf(ctx).tells(s.unkept)
	if s.remember, err = history.DefaultPath(); err != nil {
		return nil, err
	}
	profiles, problems, err := s.folder.List()
	for _, problem := range problems {
		options.Log.Warn("a service's profile is left out", "file", problem.File, "err", problem.Err)
		s.problems = append(s.problems, problem)
	}
	if err != nil {
		return nil, err
	}
	if len(profiles) > 0 {
		s.keep = vault.Open(ctx, filepath.Join(state, "vault"))
	}
	for _, profile := range profiles {
		if _, err := s.add(ctx, profile); err != nil {
			options.Log.Warn("a service is left out", "service", profile.ID, "err", err)
		}
	}
	return s, nil
}

// signedIn returns the service of --profile and what ends it; nil without the flag.
func (f *networkFlags) signedIn(ctx context.Context, options network.Options) (*signedService, func(), error) {
	if f.profile == "" {
		return nil, func() {}, nil
	}
	if options.Log == nil {
		options.Log = slog.New(slog.DiscardHandler)
	}
	all, err := openServices(ctx, options)
	if err != nil {
		return nil, nil, err
	}
	known := all.find(f.profile)
	if known == nil {
		all.close()
		return nil, nil, &usageError{fmt.Errorf("--profile: %w", errNoService)}
	}
	return known, all.close, nil
}

// newServices returns the services of one profile, of whom nothing is kept.
func newServices(ctx context.Context, profile *service.Profile, options network.Options) (*services, error) {
	s := &services{keep: new(vault.Memory), options: options, forget: func() {}}
	_, err := s.add(ctx, profile)
	return s, err
}

// stateFolder is where the program keeps what is the person's and no setting: $XDG_STATE_HOME/latchkey, or the cache's neighbour.
func stateFolder() (string, error) {
	if state := os.Getenv("XDG_STATE_HOME"); filepath.IsAbs(state) {
		return filepath.Join(state, "latchkey"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(home, ".local", "state", "latchkey"), nil
}

// add makes a service of a profile, in place of one of its ID.
func (s *services) add(ctx context.Context, profile *service.Profile) (*signedService, error) {
	s.mu.Lock()
	if s.keep == nil {
		s.keep = vault.Open(ctx, filepath.Join(s.state, "vault"))
	}
	s.mu.Unlock()
	added, err := newSignedService(profile, s.keep, s.state, s.options)
	if err != nil {
		return nil, err
	}
	added.restore(ctx)
	s.mu.Lock()
	at := slices.IndexFunc(s.list, func(known *signedService) bool { return known.ID() == added.ID() })
	var old *signedService
	if at >= 0 {
		old, s.list[at] = s.list[at], added
	} else {
		s.list = append(s.list, added)
	}
	s.mu.Unlock()
	if old != nil {
		old.close()
	}
	return added, nil
}

// close ends all services.
func (s *services) close() {
	s.mu.Lock()
	list := slices.Clone(s.list)
	s.mu.Unlock()
	for _, known := range list {
		known.close()
	}
	s.mu.Lock()
	s.list = nil
	s.mu.Unlock()
	s.forget()
}

// unkept has a sentence for each sign-in that is still to be kept.
func (s *services) unkept() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []string
	for _, known := range s.list {
		if known.accounts.Saving() {
			list = append(list, fmt.Sprintf("The sign-in to %s could not be kept: the keyring does not answer. Sign in again when Latchkey asks for it.", known.Name()))
		}
	}
	return list
}

// find returns the service of an ID, or nil.
func (s *services) find(id string) *signedService {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, known := range s.list {
		if known.ID() == id {
			return known
		}
	}
	return nil
}

// List returns the services in the order of the folder.
func (s *services) List() []ui.Service {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]ui.Service, len(s.list))
	for i, known := range s.list {
		list[i] = known
	}
	return list
}

// Read reads a profile's file for a person to decide on.
func (s *services) Read(_ context.Context, file string) (ui.Proposal, error) {
	profile, data, err := service.ReadFile(file)
	if err != nil {
		return ui.Proposal{}, err
	}
	return s.propose(profile, data), nil
}

// propose says what a profile does.
func (s *services) propose(profile *service.Profile, data []byte) ui.Proposal {
	p := ui.Proposal{ID: profile.ID, Name: profile.Name, Replaces: s.find(profile.ID) != nil, Data: data}
	for _, fact := range profile.Summary() {
		p.Facts = append(p.Facts, ui.Fact(fact))
	}
	return p
}

// Accept keeps a profile that a person trusts, and returns its service.
func (s *services) Accept(ctx context.Context, p ui.Proposal) (ui.Service, error) {
	if s.folder == nil {
		return nil, errors.New("the demo keeps no other service")
	}
	profile, err := s.folder.Import(p.Data, p.Replaces)
	if err != nil {
		return nil, fmt.Errorf("keep the service's profile: %w", err)
	}
	return s.add(ctx, profile)
}

// Remove signs out of a service and forgets it.
func (s *services) Remove(ctx context.Context, id string) error {
	known := s.find(id)
	if known == nil || s.folder == nil {
		return errNoService
	}
	err := known.accounts.SignOut(ctx)
	if errors.Is(err, service.ErrNoAccount) {
		err = nil
	}
	if failed := known.accounts.Forget(ctx); errors.Is(failed, vault.ErrLocked) {
		s.options.Log.Warn("what was kept of the service stays in the vault, which is locked", "service", id)
	} else {
		err = errors.Join(err, failed)
	}
	err = errors.Join(err, s.folder.Remove(id))
	s.mu.Lock()
	s.list = slices.DeleteFunc(s.list, func(k *signedService) bool { return k == known })
	s.mu.Unlock()
	known.close()
	return err
}

// profiles looks profiles up for links.
func (s *services) profile(id string) *service.Profile {
	if known := s.find(id); known != nil {
		return known.profile
	}
	return nil
}
