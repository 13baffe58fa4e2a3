package main

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"latchkey/network"
	"latchkey/network/service"
	"latchkey/player"
	"latchkey/ui"
	"latchkey/ui/instance"
)

const (
	profileSuffix = ".latchkey"
	fetchLimit    = 20 * time.Second // for the profile that a link names
	maxWaiting    = 8                // what came from outside and was not shown yet
)

// forInstance says whether an argument is for the instance that runs, if there is one: a link, or a service's file.
func forInstance(argument string) bool {
	return service.IsLink(argument) || strings.EqualFold(filepath.Ext(argument), profileSuffix) && !strings.Contains(argument, "://")
}

// handOver gives an argument to the instance that runs, and reports whether there was one.
func handOver(ctx context.Context, argument string) (bool, error) {
	folder, err := instance.Folder()
	if err != nil {
		return false, nil //nolint:nilerr // without a folder there is no instance
	}
	if !service.IsLink(argument) {
		if argument, err = filepath.Abs(argument); err != nil {
			return false, err
		}
	}
	return instance.Send(ctx, folder, argument)
}

// door lets in what comes from outside: links and services' files.
type door struct {
	services *services
	client   *network.Client // for profiles that links name: it carries nothing
	out      chan ui.Incoming
}

func newDoor(s *services, options network.Options) (*door, error) {
	options.Resource, options.Credentials = "", nil
	client, err := network.NewClient(fromOutside(), options)
	if err != nil {
		return nil, err
	}
	d := &door{services: s, client: client, out: make(chan ui.Incoming, maxWaiting)}
	for _, p := range s.problems[:min(len(s.problems), maxWaiting/2)] {
		d.out <- wrong("A service is left out", "Its file "+p.File+" cannot be used: "+p.Err.Error()+".")
	}
	return d, nil
}

// take reads an argument and hands on what it asks for. When too much waits it is dropped.
func (d *door) take(ctx context.Context, argument string) {
	incoming := d.read(ctx, argument)
	select {
	case d.out <- incoming:
	default:
	}
}

func (d *door) read(ctx context.Context, argument string) ui.Incoming {
	if !service.IsLink(argument) {
		proposal, err := d.services.Read(ctx, argument)
		if err != nil {
			return wrong("Add a service", "This file is no service's profile: "+err.Error()+".")
		}
		return ui.Incoming{Proposal: &proposal}
	}
	link, err := service.ParseLink(argument)
	if err != nil {
		return wrong("Open a link", "Another program handed over a link that Latchkey does not follow: "+reason(err)+".")
	}
	request, err := link.Check(d.services.profile)
	if err != nil {
		return wrong("Open a link", "Another program handed over a link that Latchkey does not follow: "+reason(err)+".")
	}
	switch request.Action {
	case service.ActionAdd:
		return d.fetch(ctx, request)
	case service.ActionSignIn:
		return ui.Incoming{Link: &ui.LinkRequest{Service: d.services.find(request.Profile.ID), Title: "Sign in", Text: request.Text}}
	}
	play := &ui.LinkRequest{Title: "Play", Text: request.Text, Start: request.Start, Name: request.Title, Source: request.Source}
	source := request.Source
	if request.Profile == nil {
		play.Resource = func() (*player.MediaResource, error) { return d.open(source) }
		return ui.Incoming{Link: play}
	}
	known := d.services.find(request.Profile.ID)
	if known == nil {
		return wrong("Open a link", "The service of this link was removed.")
	}
	play.Service = known
	play.Resource = func() (*player.MediaResource, error) { return known.open(source) }
	return ui.Incoming{Link: play}
}

// fromOutside returns the configuration for an address that another program handed over: it may not
// resolve to the local network.
func fromOutside() *network.Configuration {
	configuration := network.NewConfiguration()
	configuration.PublicOnly = true
	return configuration
}

// open returns what plays a stream with nothing of any sign-in, whatever the command line gave.
func (d *door) open(source string) (*player.MediaResource, error) {
	metadata := new(network.Metadata)
	metadata.SetObject(player.NetworkConfigurationKey, fromOutside())
	return player.NewMediaResource(source, metadata)
}

// fetch gets the profile that a link names, for a person to decide on.
func (d *door) fetch(ctx context.Context, request service.Request) ui.Incoming {
	ctx, cancel := context.WithTimeout(ctx, fetchLimit)
	defer cancel()
	profile, data, from, err := service.FetchProfile(ctx, d.client, request.Link.Profile)
	if err != nil {
		return wrong("Add a service", "The profile that a link names cannot be had: "+err.Error()+".")
	}
	proposal := d.services.propose(profile, data)
	proposal.Facts = append([]ui.Fact{{Label: "Comes from", Text: from}}, proposal.Facts...)
	return ui.Incoming{Proposal: &proposal}
}

// wrong is what nothing can be done about.
func wrong(title, sentence string) ui.Incoming {
	return ui.Incoming{Link: &ui.LinkRequest{Title: title, Wrong: sentence}}
}

// reason is what an error says without "the link is not followed".
func reason(err error) string {
	return strings.TrimPrefix(err.Error(), service.ErrLink.Error()+": ")
}

// listen receives what later starts are asked to open, until ctx ends. Where another instance listens already this one does not.
func (d *door) listen(ctx context.Context) error {
	folder, err := instance.Folder()
	if err != nil {
		return err
	}
	listener, err := instance.Listen(ctx, folder)
	if errors.Is(err, instance.ErrRunning) {
		return nil
	}
	if err != nil {
		return err
	}
	var reading sync.WaitGroup // a link may name a profile that has to be fetched: the sender does not wait for that
	defer reading.Wait()
	return errors.Join(listener.Serve(ctx, func(argument string) {
		if forInstance(argument) {
			reading.Go(func() { d.take(ctx, argument) })
		}
	}), listener.Close())
}
