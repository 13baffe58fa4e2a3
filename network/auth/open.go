package auth

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"runtime"
	"time"
)

// openerPatience is how long OpenBrowser waits for the program that opens a page to fail. Some openers stay as long as the browser does.
const openerPatience = 2 * time.Second

// ErrNoBrowser is a computer on which no browser could be opened.
var ErrNoBrowser = errors.New("no browser could be opened")

// OpenBrowser opens an http or https URL in the system's browser: by xdg-open (Linux and other Unix), open (macOS) or rundll32
// (Windows). It blocks for 2 s at most, until the opener has ended or has shown that it stays. The error wraps ErrNoBrowser when there
// is no opener, no display, or the opener failed; it does not hold the URL.
func OpenBrowser(page string) error {
	u, err := url.Parse(page)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return errors.New("open a browser: the page is no http or https URL")
	}
	name, arguments := opener(runtime.GOOS)
	if runtime.GOOS != "windows" && runtime.GOOS != "darwin" && os.Getenv("DISPLAY") == "" && os.Getenv("WAYLAND_DISPLAY") == "" && os.Getenv("BROWSER") == "" {
		return fmt.Errorf("there is no display: %w", ErrNoBrowser)
	}
	path, err := exec.LookPath(name)
	if err != nil {
		return fmt.Errorf("%s is not installed: %w", name, ErrNoBrowser)
	}
	command := exec.CommandContext(context.Background(), path, append(arguments, u.String())...) // it may outlive the sign-in
	if err := command.Start(); err != nil {
		return fmt.Errorf("start %s: %w: %w", name, err, ErrNoBrowser)
	}
	// The goroutine reaps the opener and ends with it; where the opener is the browser itself, that is when the person closes it.
	ended := make(chan error, 1)
	go func() { ended <- command.Wait() }()
	patience := time.NewTimer(openerPatience)
	defer patience.Stop()
	select {
	case err := <-ended:
		if err != nil {
			return fmt.Errorf("%s failed (%w): %w", name, err, ErrNoBrowser)
		}
	case <-patience.C:
	}
	return nil
}

// opener is the program that opens a page on an operating system, with what stands before the page.
func opener(system string) (name string, arguments []string) {
	switch system {
	case "darwin":
		return "open", nil
	case "windows":
		return "rundll32", []string{"url.dll,FileProtocolHandler"}
	}
	return "xdg-open", nil
}
