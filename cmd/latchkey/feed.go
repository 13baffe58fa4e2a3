package main

import (
	feeds "latchkey/network/catalogue"
	"latchkey/ui/catalogue"
)

// shownTitles returns a service's titles as the window shows them.
func shownTitles(list *feeds.Catalogue) []catalogue.Title {
	titles := make([]catalogue.Title, len(list.Titles))
	for i, t := range list.Titles {
		titles[i] = catalogue.Title{ID: t.ID, Name: t.Name, Summary: t.Description, Source: t.Source, Poster: t.Poster,
			Duration: t.Duration, Protected: t.Protected, Live: t.Live, Rows: t.Rows}
	}
	return titles
}
