package service

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"latchkey/network"
)

// Limits on a link.
const (
	maxLink      = 16 << 10 // bytes
	maxLinkTitle = 100      // characters
	maxLinkStart = 1000 * time.Hour
)

// Errors of links.
var (
	// ErrLink is a latchkey: link that is not followed.
	ErrLink = errors.New("the link is not followed")
	// ErrUnknownService is a service that no profile of the folder is for.
	ErrUnknownService = errors.New("no profile of that service is here")
)

// Action is what a link asks for.
type Action string

// The actions of links.
const (
	ActionPlay   Action = "play"   // latchkey:play?url=URL[&service=ID][&start=TIME][&title=TEXT]
	ActionSignIn Action = "signin" // latchkey:signin?service=ID
	ActionAdd    Action = "add"    // latchkey:add?profile=URL
)

// linkParameters are what a link may have. There is none for a header, a cookie or anything else that is sent.
var linkParameters = map[Action][]string{
	ActionPlay:   {"url", "service", "start", "title"},
	ActionSignIn: {"service"},
	ActionAdd:    {"profile"},
}

// Link is a latchkey: link as it was written. It comes from outside: nothing of it is done before Check, and before a person has agreed.
type Link struct {
	Action  Action
	Service string // the ID of a profile; may be empty with ActionPlay
	// Source is an http or https URL, of ActionPlay. It may hold a token in its query: not for logs.
	Source string
	Title  string        // may be empty
	Start  time.Duration // where to start; below 0 it counts from the live edge
	// Profile is the https URL of a profile, of ActionAdd.
	Profile string
}

// String has the action and the service alone.
func (l Link) String() string { return "latchkey:" + string(l.Action) + " " + l.Service }

// IsLink reports whether text is meant as a link, whether or not it can be followed.
func IsLink(text string) bool {
	scheme, _, ok := strings.Cut(text, ":")
	return ok && strings.EqualFold(scheme, "latchkey")
}

// ParseLink reads a link. A parameter that is not known, or there twice, is an error, so that no link does more or less than it says. "latchkey://play?..." is
// read as "latchkey:play?..." is. The error is ErrLink, and quotes nothing of the link.
func ParseLink(text string) (Link, error) {
	l, err := parseLink(text)
	if err != nil {
		return Link{}, fmt.Errorf("%w: %w", ErrLink, err)
	}
	return l, nil
}

func parseLink(text string) (Link, error) {
	if !IsLink(text) || len(text) > maxLink || strings.Contains(text, "#") {
		return Link{}, errors.New("it is no latchkey: link, or one that is too long")
	}
	action, query, _ := strings.Cut(text[len("latchkey:"):], "?")
	action = strings.TrimSuffix(strings.TrimPrefix(action, "//"), "/")
	l := Link{Action: Action(action)}
	known, ok := linkParameters[l.Action]
	if !ok {
		return Link{}, errors.New("it asks for nothing that is known")
	}
	values, err := url.ParseQuery(query)
	if err != nil {
		return Link{}, errors.New("its parameters cannot be read")
	}
	for name, list := range values {
		if !slices.Contains(known, name) || len(list) != 1 {
			return Link{}, errors.New("it has a parameter that is not known, or one twice")
		}
	}
	return l, l.read(values)
}

func (l *Link) read(values url.Values) error {
	l.Service, l.Title = values.Get("service"), values.Get("title")
	if values.Has("service") && !idForm.MatchString(l.Service) {
		return errors.New("its service is not the name of one")
	}
	if err := checkText(l.Title, maxLinkTitle); err != nil {
		return fmt.Errorf("its title %w", err)
	}
	var err error
	switch l.Action {
	case ActionPlay:
		var source *url.URL
		if source, err = parseSource(values.Get("url")); err != nil {
			return fmt.Errorf("its url %w", err)
		}
		l.Source = source.String()
		l.Start, err = parseStart(values.Get("start"))
	case ActionSignIn:
		if l.Service == "" {
			err = errors.New("it names no service")
		}
	case ActionAdd:
		l.Profile, err = parseProfileURL(values.Get("profile"))
	}
	return err
}

// parseProfileURL takes an https URL of another computer: what this one or the network around it serves is no stranger's to have fetched.
func parseProfileURL(s string) (string, error) {
	u, err := parseSource(s)
	if err != nil {
		return "", fmt.Errorf("its profile %w", err)
	}
	if u.Scheme != "https" || network.LocalHost(u.Hostname()) {
		return "", errors.New("its profile is not at an https address of the internet")
	}
	return u.String(), nil
}

// parseStart reads seconds ("90", "12.5") or a Go duration ("1m30s").
func parseStart(s string) (time.Duration, error) {
	if s == "" {
		return 0, nil
	}
	if _, err := strconv.ParseFloat(s, 64); err == nil {
		s += "s"
	}
	start, err := time.ParseDuration(s)
	if err != nil || start > maxLinkStart || start < -maxLinkStart {
		return 0, errors.New("its start is not a time, such as 90 or 1m30s")
	}
	return start, nil
}

// Request is a link after Check: what will be done if a person agrees.
type Request struct {
	Link

	// Profile is the service to sign in to, or whose sign-in is used; nil: nothing of any sign-in is sent, whatever the link names.
	Profile *Profile
	// Text says to a person what will be done, what is sent, and where.
	Text string
}

// Check holds a link against the profile of the service that it names, which find returns, or nil if there is none.
//
// A stream is played with the service's sign-in when its origin is one of the profile's MediaOrigins; elsewhere it is played with nothing of the sign-in, and
// Text says so. The error is ErrLink, and ErrUnknownService too where that is the reason; also for a stream on this computer or in the network around it, which
// is played only when the profile names it.
func (l Link) Check(find func(id string) *Profile) (Request, error) {
	var named *Profile
	if l.Service != "" {
		if named = find(l.Service); named == nil {
			return Request{}, fmt.Errorf("%w: %q: %w", ErrLink, l.Service, ErrUnknownService)
		}
	}
	switch l.Action {
	case ActionPlay:
		return l.checkPlay(named)
	case ActionSignIn:
		if named == nil || len(named.SignIn.Ways) == 0 {
			return Request{}, fmt.Errorf("%w: there is nothing to sign in to", ErrLink)
		}
		return Request{Link: l, Profile: named, Text: fmt.Sprintf("Sign in to %s.", named.Name)}, nil
	case ActionAdd:
		u, err := parseSource(l.Profile)
		if err != nil {
			return Request{}, fmt.Errorf("%w: its profile %w", ErrLink, err)
		}
		return Request{Link: l, Text: fmt.Sprintf("Fetch a profile from %s? You are shown what it says before anything is added.", shownSite(u))}, nil
	}
	return Request{}, fmt.Errorf("%w: it asks for nothing that is known", ErrLink)
}

func (l Link) checkPlay(named *Profile) (Request, error) {
	u, err := parseSource(l.Source)
	if err != nil {
		return Request{}, fmt.Errorf("%w: its url %w", ErrLink, err)
	}
	r := Request{Link: l}
	if named != nil && named.PlaysFrom(u) {
		r.Profile = named
	}
	if r.Profile == nil && network.LocalHost(u.Hostname()) {
		return Request{}, fmt.Errorf("%w: its stream is on this computer or in the network around it", ErrLink)
	}
	sent := "Nothing of any sign-in is sent."
	switch {
	case r.Profile != nil && len(r.Profile.SignIn.Ways) > 0:
		sent = fmt.Sprintf("Your sign-in to %s goes to %s.", named.Name, strings.Join(shownOrigins(named.sentTo()...), ", "))
	case r.Profile == nil && named != nil:
		sent = fmt.Sprintf("That is no address of %s: nothing of your sign-in is sent.", named.Name)
	}
	r.Text = fmt.Sprintf("Play a stream from %s. %s", shownOrigin(u), sent)
	if l.Title != "" {
		r.Text += fmt.Sprintf(" The link calls it “%s”.", quotes.Replace(l.Title))
	}
	return r, nil
}

// quotes keeps a title within those around it.
var quotes = strings.NewReplacer("“", "'", "”", "'", "„", "'", "‟", "'", `"`, "'")

// PlaysFrom reports whether a stream's URL is of one of MediaOrigins.
func (p *Profile) PlaysFrom(source *url.URL) bool {
	origin := network.Origin(source)
	return slices.ContainsFunc(p.MediaOrigins, func(named string) bool { return originMatches(named, origin) })
}

// shownSite is an origin without "https://".
func shownSite(u *url.URL) string { return strings.TrimPrefix(shownOrigin(u), "https://") }

func shownOrigin(u *url.URL) string { return strings.Join(shownOrigins(network.Origin(u)), "") }
