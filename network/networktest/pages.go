package networktest

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"html/template"
	"net/http"
)

//go:embed pages
var pageFiles embed.FS

// pageStyle is the style sheet of all pages.
var pageStyle = mustReadPage("style.css")

// The pages run no script, load nothing, have no style but their own, and lead nowhere but to this service and to loopback.
var pagePolicy = "default-src 'none'; style-src '" + styleHash() + "'; form-action 'self' http://127.0.0.1:* http://localhost:*; " +
	"frame-ancestors 'none'; base-uri 'none'"

// The pages, by what they are for.
var (
	servicePage  = parsePage("service.html") // the service's own sign-in
	accountPage  = parsePage("account.html") // the provider's sign-in
	consentPage  = parsePage("consent.html") // what is asked for
	devicePage   = parsePage("device.html")  // where a device's code is entered
	messagePage  = parsePage("message.html") // an end
	pageTemplate = "layout"                  // the name of what each of them is put into
	noPage       = message{Heading: "This sign-in has ended", Text: "It was finished already, or took too long. Go back to the player and start again."}
)

// message is what messagePage says.
type message struct {
	Heading, Text string
	Good          bool
}

// sheet is what a template is executed with.
type sheet struct {
	Style template.CSS
	Page  any
}

func mustReadPage(name string) []byte {
	text, err := pageFiles.ReadFile("pages/" + name)
	if err != nil {
		panic(err) // it is embedded
	}
	return text
}

func parsePage(name string) *template.Template {
	return template.Must(template.New(name).ParseFS(pageFiles, "pages/layout.html", "pages/"+name))
}

// styleHash names the style sheet in a policy. CSP level 3, 2.3.1 (hash-source).
func styleHash() string {
	sum := sha256.Sum256(pageStyle)
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

// writePage answers with a page that is not stored, not framed, and tells no other site where it is.
func writePage(w http.ResponseWriter, status int, page *template.Template, data any) {
	var text bytes.Buffer
	style := template.CSS(pageStyle) //nolint:gosec // it is embedded
	if err := page.ExecuteTemplate(&text, pageTemplate, sheet{Style: style, Page: data}); err != nil {
		http.Error(w, "internal", http.StatusInternalServerError)
		return
	}
	header := w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Content-Security-Policy", pagePolicy)
	header.Set("Cross-Origin-Opener-Policy", "same-origin")
	header.Set("X-Frame-Options", "DENY")
	guard(header)
	w.WriteHeader(status)
	_, _ = w.Write(text.Bytes()) // a client that went away is no matter of the server's
}

// guard sets what every answer of a sign-in has.
func guard(header http.Header) {
	header.Set("Cache-Control", "no-store")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("X-Content-Type-Options", "nosniff")
}

// readPost reads the form of a POST, and answers itself when there is none.
func readPost(w http.ResponseWriter, r *http.Request) bool {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", "POST")
		http.Error(w, "POST", http.StatusMethodNotAllowed)
		return false
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		http.Error(w, "the form cannot be read", http.StatusBadRequest)
		return false
	}
	return true
}
