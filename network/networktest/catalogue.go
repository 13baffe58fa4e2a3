package networktest

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"strconv"
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
	licensePath     = "/license" // in the playlists that ship
)

// catalogue is the JSON of the catalogue. The file that ships with the media has the names of the service and the rows, and of each title
// id, title, description, rows, duration, whether it is free, and the keys of one that ships encrypted.
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
	// In the file alone.
	Free bool         `json:"free,omitempty"` // its segments are clear
	Keys []shippedKey `json:"keys,omitempty"` // of its samples: it is served as it is
}

// shippedKey is a key of media that ships encrypted, in hexadecimal digits. It stands at the key server under the title's ID and its number,
// and the licence server has it too.
type shippedKey struct {
	ID  hexBytes `json:"id"`
	Key hexBytes `json:"key"`
}

// hexBytes are 16 bytes in hexadecimal digits.
type hexBytes [16]byte

// UnmarshalText reads 32 digits.
func (b *hexBytes) UnmarshalText(text []byte) error {
	if len(text) != hex.EncodedLen(len(b)) {
		return errors.New("a key and its ID have 32 hexadecimal digits")
	}
	_, err := hex.Decode(b[:], text)
	return err
}

// String shows nothing of it.
func (hexBytes) String() string { return "[key]" }

// GoString shows nothing of it.
func (hexBytes) GoString() string { return "[key]" }

// whole are the titles that are served as they ship: free ones, and those whose samples are encrypted already.
func (c catalogue) whole() []string {
	var ids []string
	for _, title := range c.Titles {
		if title.Free || len(title.Keys) > 0 {
			ids = append(ids, title.ID)
		}
	}
	return ids
}

// shippedKeys are the keys of titles that ship encrypted, by their names at the key server.
func (c catalogue) shippedKeys() map[string]ContentKey {
	keys := make(map[string]ContentKey)
	for _, title := range c.Titles {
		for n, k := range title.Keys {
			keys[title.ID+"-"+strconv.Itoa(n)] = ContentKey{ID: k.ID, Key: k.Key}
		}
	}
	return keys
}

// readCatalogue reads the file that ships with the media.
func readCatalogue(media fs.FS) (catalogue, error) {
	var list catalogue
	text, err := fs.ReadFile(media, catalogueFile)
	if err != nil {
		return catalogue{}, fmt.Errorf("read the demo's catalogue: %w", err)
	}
	if err := json.Unmarshal(text, &list); err != nil {
		return catalogue{}, fmt.Errorf("read the demo's catalogue: %w", err)
	}
	return list, nil
}

// catalogueRoutes are those of the catalogue and of what it names besides the media.
func (d *Demo) catalogueRoutes(media fs.FS) []Route {
	posters := newPosters(media, d.list)
	return []Route{
		{Path: cataloguePath, Class: network.ClassOther, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			writeJSON(w, http.StatusOK, d.fullCatalogue())
		})},
		{Path: listPath, Class: network.ClassOther, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "audio/x-mpegurl")
			guard(w.Header())
			_, _ = w.Write(d.fullCatalogue().m3u()) // a client that went away is no matter of the server's
		})},
		{Path: excerptPath, Class: network.ClassPlaylist, Handler: http.HandlerFunc(d.serveExcerpt)},
		{Path: posterPath, Class: network.ClassThumbnail, Handler: posters},
	}
}

// fullCatalogue is the catalogue with all titles, its URLs absolute.
func (d *Demo) fullCatalogue() catalogue {
	list := d.list
	list.Schema, list.SignInURL, list.TokenURL = catalogueSchema, d.SignInURL(), d.TokenURL()
	shipped := make(map[string]catalogueTitle)
	var titles []catalogueTitle
	for _, title := range list.Titles {
		title.Poster, title.HLS = d.URL(posterPath+title.ID+".jpg"), d.URL(title.ID+"/main.m3u8")
		title.Protected, title.Free, title.Keys = !title.Free, false, nil
		shipped[title.ID] = title
		titles = append(titles, title)
	}
	for _, e := range excerpts {
		of, ok := shipped[e.of]
		if !ok || e.live && !d.live {
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
