package networktest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"

	"golang.org/x/net/html"
)

const (
	// maxPages bounds the pages that a visitor goes through.
	maxPages = 8
	// maxPage bounds a page.
	maxPage = 1 << 20
)

// Visitor is a person in front of a browser. The zero value is the demo's viewer, who agrees to everything.
type Visitor struct {
	// Name and Password are given where they are asked for; "" is what the page has in it already, or Viewer and ViewerPassword.
	Name, Password string
	// Code is what is entered where a device's code is asked for; "" is what the page has in it already.
	Code string
	// Cancel leaves at the first page, Deny says no where the player asks for something.
	Cancel, Deny bool
}

// Visit is VisitAs of the zero Visitor.
func (d *Demo) Visit(ctx context.Context, page string) error { return d.VisitAs(ctx, page, Visitor{}) }

// VisitAs does what a person does in a browser that was sent to a page of this service to sign in: it loads the page, fills in its form, goes
// on to the next, and follows the way back to the player. It returns when the player has answered, or at a page without a form.
// Headless runs and tests use it in place of a browser. The error has no URL in it, and no code.
func (d *Demo) VisitAs(ctx context.Context, page string, as Visitor) error {
	transport := d.Transport()
	defer transport.CloseIdleConnections()
	jar, err := cookiejar.New(nil)
	if err != nil {
		return fmt.Errorf("visit the sign-in page: %w", err)
	}
	client := &http.Client{Transport: transport, Jar: jar}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, page, http.NoBody)
	for pages := 0; err == nil && request != nil; pages++ {
		if pages == maxPages {
			return errors.New("visit the sign-in page: there is no end of pages")
		}
		request, err = d.visitPage(ctx, client, request, as)
	}
	if err != nil {
		return fmt.Errorf("visit the sign-in page: %w", withoutURL(err))
	}
	return nil
}

// visitPage loads a page and returns the request that its form makes, nil at the end.
func (d *Demo) visitPage(ctx context.Context, client *http.Client, request *http.Request, as Visitor) (next *http.Request, err error) {
	response, err := client.Do(request)
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(io.LimitReader(response.Body, maxPage))
	if err = errors.Join(err, response.Body.Close()); err != nil {
		return nil, err
	}
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("it answered %d", response.StatusCode)
	}
	if !strings.HasPrefix(response.Request.URL.String(), d.URL("")) {
		return nil, nil // the player's own page
	}
	root, err := html.Parse(strings.NewReader(string(text)))
	if err != nil {
		return nil, err
	}
	form := find(root, "form")
	if form == nil {
		return nil, nil
	}
	target, err := response.Request.URL.Parse(attr(form, "action"))
	if err != nil {
		return nil, err
	}
	next, err = http.NewRequestWithContext(ctx, http.MethodPost, target.String(), strings.NewReader(as.fill(form).Encode()))
	if err != nil {
		return nil, err
	}
	next.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return next, nil
}

// fill returns what a form sends when the visitor presses a button.
func (v Visitor) fill(form *html.Node) url.Values {
	values := make(url.Values)
	var buttons []*html.Node
	for node := range form.Descendants() {
		switch {
		case node.Type != html.ElementNode:
		case node.Data == "button":
			buttons = append(buttons, node)
		case node.Data == "input":
			values.Set(attr(node, "name"), v.answer(attr(node, "id"), attr(node, "value")))
		}
	}
	for i, button := range buttons {
		id := attr(button, "id")
		if i == 0 || v.Cancel && id == "cancel" || v.Deny && id == "deny" {
			values.Set(attr(button, "name"), attr(button, "value"))
		}
	}
	return values
}

// answer is what the visitor enters in a field that has a value already.
func (v Visitor) answer(field, value string) string {
	given, otherwise := "", ""
	switch field {
	case "username":
		given, otherwise = v.Name, Viewer
	case "password":
		given, otherwise = v.Password, ViewerPassword
	case "code":
		given = v.Code
	}
	switch {
	case given != "":
		return given
	case value != "":
		return value
	}
	return otherwise
}

// find returns the first element of a name.
func find(root *html.Node, name string) *html.Node {
	for node := range root.Descendants() {
		if node.Type == html.ElementNode && node.Data == name {
			return node
		}
	}
	return nil
}

func attr(node *html.Node, name string) string {
	for _, a := range node.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// withoutURL takes the URL off an error of a request: it has a code in it.
func withoutURL(err error) error {
	if failure, ok := errors.AsType[*url.Error](err); ok {
		return failure.Err
	}
	return err
}
