package networktest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"strings"

	"latchkey/network"
)

const (
	// catalogueFile is the part of the catalogue that ships with the media.
	catalogueFile = "catalogue.json"
	// catalogueSchema names the form of what Demo serves at /catalogue.json.
	catalogueSchema = "latchkey.catalogue/1"
	cataloguePath   = "/catalogue.json"
	listPath        = "/catalogue.m3u"
	posterPath      = "/posters/"
)

// catalogue is the JSON of the catalogue. The file that ships with the media has the names of the service and the rows, and of each title
// id, title, description, rows, duration and whether it is free.
type catalogue struct {
	Schema    string           `json:"schema"`
	Service   string           `json:"service"`
	SignInURL string           `json:"signin_url"`
	TokenURL  string           `json:"token_url"`
	Rows      []string         `json:"rows"`
	Titles    []catalogueTitle `json:"titles"`
}

type catalogueTitle struct {
	ID          string   `json:"id"`
	Title       string   `json:"title"`
	Description string   `json:"description"`
	Rows        []string `json:"rows,omitempty"`
	Duration    float64  `json:"duration_s,omitempty"`
	Poster      string   `json:"poster"`
	HLS         string   `json:"hls"`
	Live        bool     `json:"live,omitempty"`
	Protected   bool     `json:"protected"`
	Free        bool     `json:"free,omitempty"` // in the file alone: its segments are clear
}

// readCatalogue reads the file that ships with the media.
func readCatalogue(media fs.FS) (list catalogue, free []string, err error) {
	text, err := fs.ReadFile(media, catalogueFile)
	if err != nil {
		return catalogue{}, nil, fmt.Errorf("read the demo's catalogue: %w", err)
	}
	if err := json.Unmarshal(text, &list); err != nil {
		return catalogue{}, nil, fmt.Errorf("read the demo's catalogue: %w", err)
	}
	for _, title := range list.Titles {
		if title.Free {
			free = append(free, title.ID)
		}
	}
	return list, free, nil
}

// catalogueRoutes are those of the catalogue and of what it names besides the media.
func (d *Demo) catalogueRoutes(media fs.FS, list catalogue, live bool) []Route {
	posters := newPosters(media, list)
	return []Route{
		{Path: cataloguePath, Class: network.ClassOther, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			writeJSON(w, http.StatusOK, d.fullCatalogue(list, live))
		})},
		{Path: listPath, Class: network.ClassOther, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "audio/x-mpegurl")
			guard(w.Header())
			_, _ = w.Write(d.fullCatalogue(list, live).m3u()) // a client that went away is no matter of the server's
		})},
		{Path: excerptPath, Class: network.ClassPlaylist, Handler: http.HandlerFunc(d.serveExcerpt)},
		{Path: posterPath, Class: network.ClassThumbnail, Handler: posters},
	}
}

// fullCatalogue is the catalogue with all titles, its URLs absolute.
func (d *Demo) fullCatalogue(list catalogue, live bool) catalogue {
	list.Schema, list.SignInURL, list.TokenURL = catalogueSchema, d.SignInURL(), d.TokenURL()
	shipped := make(map[string]catalogueTitle)
	var titles []catalogueTitle
	for _, title := range list.Titles {
		title.Poster, title.HLS = d.URL(posterPath+title.ID+".jpg"), d.URL(title.ID+"/main.m3u8")
		title.Protected, title.Free = !title.Free, false
		shipped[title.ID] = title
		titles = append(titles, title)
	}
	for _, e := range excerpts {
		of, ok := shipped[e.of]
		if !ok || e.live && !live {
			continue
		}
		titles = append(titles, catalogueTitle{
			ID: e.id, Title: e.title, Description: e.description, Rows: e.rows, Duration: e.duration().Seconds(), Live: e.live, Protected: of.Protected,
			Poster: d.URL(posterPath + e.id + ".jpg"), HLS: d.URL(excerptPath + e.id + "/main.m3u8"),
		})
	}
	list.Titles = titles
	return list
}

// m3u is the catalogue as a list.
func (c catalogue) m3u() []byte {
	var text bytes.Buffer
	text.WriteString("#EXTM3U\n")
	for _, title := range c.Titles {
		length := int(title.Duration)
		if title.Live {
			length = -1
		}
		fmt.Fprintf(&text, "#EXTINF:%d tvg-id=%q tvg-logo=%q group-title=%q,%s\n%s\n",
			length, title.ID, title.Poster, strings.Join(title.Rows, ";"), title.Title, title.HLS)
	}
	return text.Bytes()
}
