package main

import (
	"context"
	"fmt"

	"latchkey/network"
	feeds "latchkey/network/catalogue"
	"latchkey/ui/catalogue"
)

// fetcher makes a request whose answer fits into memory.
type fetcher interface {
	Fetch(ctx context.Context, r network.Request) ([]byte, *network.Response, error)
}

// feed is a service's catalogue, read over the network.
type feed struct {
	client fetcher
	url    string
}

// Titles fetches the catalogue.
func (f *feed) Titles(ctx context.Context) ([]catalogue.Title, error) {
	data, response, err := f.client.Fetch(ctx, network.Request{Class: network.ClassOther, URL: f.url})
	if err != nil {
		return nil, fmt.Errorf("fetch catalogue: %w", err)
	}
	list, err := feeds.ReadFeed(data, response.URL)
	if err != nil {
		return nil, fmt.Errorf("fetch catalogue: %w", err)
	}
	return shownTitles(list), nil
}

// Poster fetches a title's picture.
func (f *feed) Poster(ctx context.Context, t catalogue.Title) ([]byte, error) {
	if t.Poster == "" {
		return nil, nil
	}
	data, _, err := f.client.Fetch(ctx, network.Request{Class: network.ClassThumbnail, URL: t.Poster})
	if err != nil {
		return nil, fmt.Errorf("fetch poster: %w", err)
	}
	return data, nil
}

// shownTitles returns a service's titles as the window shows them.
func shownTitles(list *feeds.Catalogue) []catalogue.Title {
	titles := make([]catalogue.Title, len(list.Titles))
	for i, t := range list.Titles {
		titles[i] = catalogue.Title{ID: t.ID, Name: t.Name, Summary: t.Description, Source: t.Source, Poster: t.Poster,
			Duration: t.Duration, Protected: t.Protected}
	}
	return titles
}
