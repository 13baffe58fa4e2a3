package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"latchkey/network"
	"latchkey/ui/catalogue"
)

// Limits on a catalogue's feed.
const (
	maxFeedTitles   = 10_000
	maxFeedDuration = 1000 * time.Hour
)

// feedSchema is the form of the feed that is read; networktest.Demo documents it.
const feedSchema = "latchkey.catalogue/1"

// errFeed is returned for a feed of another form.
var errFeed = errors.New("the catalogue cannot be read")

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
	data, _, err := f.client.Fetch(ctx, network.Request{Class: network.ClassOther, URL: f.url})
	if err != nil {
		return nil, fmt.Errorf("fetch catalogue: %w", err)
	}
	return parseFeed(data)
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

// feedTitle is a title in the feed's JSON.
type feedTitle struct {
	ID          string  `json:"id"`
	Title       string  `json:"title"`
	Description string  `json:"description"`
	Duration    float64 `json:"duration_s"`
	Poster      string  `json:"poster"`
	HLS         string  `json:"hls"`
	Protected   bool    `json:"protected"`
}

// parseFeed reads the feed's JSON. Titles without an address are left out.
func parseFeed(data []byte) ([]catalogue.Title, error) {
	var list struct {
		Schema string      `json:"schema"`
		Titles []feedTitle `json:"titles"`
	}
	if err := json.Unmarshal(data, &list); err != nil {
		return nil, errFeed // the decoder's error quotes what came
	}
	if list.Schema != feedSchema {
		return nil, fmt.Errorf("%w: it is not of the form %s", errFeed, feedSchema)
	}
	titles := make([]catalogue.Title, 0, min(len(list.Titles), maxFeedTitles))
	for _, t := range list.Titles {
		if len(titles) == maxFeedTitles {
			break
		}
		if t.HLS == "" {
			continue
		}
		length := time.Duration(0)
		if t.Duration > 0 && t.Duration < maxFeedDuration.Seconds() {
			length = time.Duration(t.Duration * float64(time.Second))
		}
		titles = append(titles, catalogue.Title{ID: t.ID, Name: t.Title, Summary: t.Description, Source: t.HLS,
			Poster: t.Poster, Duration: length, Protected: t.Protected})
	}
	return titles, nil
}
