package main_test

import (
	"context"
	"errors"
	"image"
	"image/color"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// openerScript stands in for xdg-open: it leaves the page's address where the test looks for it.
const openerScript = "#!/bin/sh\nprintf '%s\\n' \"$1\" >\"$LATCHKEY_TEST_PAGE.part\" && mv \"$LATCHKEY_TEST_PAGE.part\" \"$LATCHKEY_TEST_PAGE\"\n"

// browser is what a person signs in with: a headless Chromium with a profile of its own.
type browser struct {
	page string // the file that holds the address that the program wanted opened
	path string // the folder of the opener
}

// newBrowser makes the stand-in for xdg-open. Where there is no Chromium the test is left out.
func newBrowser(t *testing.T) *browser {
	t.Helper()
	if _, err := exec.LookPath("chromium"); err != nil {
		t.Skip("no chromium on this system")
	}
	folder := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(folder, "xdg-open"), []byte(openerScript), 0o700))
	return &browser{page: filepath.Join(folder, "page"), path: folder}
}

// environment is what the program is started with, so that it opens its pages here.
func (b *browser) environment(of []string) []string {
	changed := append([]string(nil), of...)
	for i, line := range changed {
		if path, ok := strings.CutPrefix(line, "PATH="); ok {
			changed[i] = "PATH=" + b.path + string(os.PathListSeparator) + path
		}
	}
	return append(changed, "LATCHKEY_TEST_PAGE="+b.page)
}

// wanted waits for the program to open a page and returns its address, once.
func (b *browser) wanted(ctx context.Context, t *testing.T) string {
	t.Helper()
	address := ""
	require.NoError(t, every(ctx, lookEvery, func() (bool, error) {
		text, err := os.ReadFile(b.page)
		if errors.Is(err, os.ErrNotExist) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		address = strings.TrimSpace(string(text))
		return true, os.Remove(b.page)
	}), "the program opened no page")
	return address
}

// visit walks through pages with Chromium.
func (b *browser) visit(ctx context.Context, t *testing.T, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath("chromium"), chromedp.NoSandbox, chromedp.WindowSize(1000, 700))
	allocator, end := chromedp.NewExecAllocator(ctx, options...)
	defer end()
	tab, leave := chromedp.NewContext(allocator)
	defer leave()
	require.NoError(t, chromedp.Do(tab, steps...))
}

// screenshotsVariable names a folder that the pictures of the steps are left in.
const screenshotsVariable = "LATCHKEY_SCREENSHOTS"

// screenshots is that folder, or one that goes with the test.
func screenshots(t *testing.T) string {
	t.Helper()
	if folder := os.Getenv(screenshotsVariable); folder != "" {
		return folder
	}
	return t.TempDir()
}

// savePage keeps a picture of a page.
func savePage(file string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		picture, err := chromedp.CaptureScreenshot()(ctx, target)
		if err != nil {
			return err
		}
		return os.WriteFile(file, picture, 0o600)
	})
}

// readText reads the text of an element.
func readText(selector string, into *string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, target *chromedp.Target) (err error) {
		*into, err = chromedp.Text(selector)(ctx, target)
		return err
	})
}

// save keeps a picture of the display.
func (d *desktop) save(t *testing.T, file string) {
	t.Helper()
	shot, err := d.screenshot()
	require.NoError(t, err)
	out, err := os.Create(file)
	require.NoError(t, err)
	require.NoError(t, errors.Join(png.Encode(out, shot), out.Close()))
}

// click moves the pointer somewhere on the display and clicks.
func (d *desktop) click(ctx context.Context, t *testing.T, at image.Point) {
	t.Helper()
	command := exec.CommandContext(ctx, "xdotool", "mousemove", strconv.Itoa(at.X), strconv.Itoa(at.Y), "sleep", "0.2", "click", "1")
	command.Env = d.environment()
	output, err := command.CombinedOutput()
	require.NoError(t, err, "%s", output)
}

// keys types keys, by the names of the X keyboard.
func (d *desktop) keys(ctx context.Context, t *testing.T, names ...string) {
	t.Helper()
	command := exec.CommandContext(ctx, "xdotool", append([]string{"key", "--delay", "60"}, names...)...)
	command.Env = d.environment()
	output, err := command.CombinedOutput()
	require.NoError(t, err, "%s", output)
}

// awaitWindow returns when the window is on the display.
func (d *desktop) awaitWindow(ctx context.Context, t *testing.T) {
	t.Helper()
	command := exec.CommandContext(ctx, "xdotool", "search", "--sync", "--onlyvisible", "--name", "Latchkey")
	command.Env = d.environment()
	output, err := command.CombinedOutput()
	require.NoError(t, err, "%s", output)
}

// patches finds the rectangles that are mostly of one colour, at least so wide and high, from the top down.
func patches(shot *image.RGBA, of color.NRGBA, width, height int) []image.Rectangle {
	bounds := shot.Bounds()
	var found []image.Rectangle
	inside := func(p image.Point) bool {
		for _, r := range found {
			if p.In(r) {
				return true
			}
		}
		return false
	}
	is := func(x, y int) bool {
		c := shot.RGBAAt(x, y)
		return c.R == of.R && c.G == of.G && c.B == of.B
	}
	for y := bounds.Min.Y; y < bounds.Max.Y-height; y++ {
		for x := bounds.Min.X; x < bounds.Max.X-width; x++ {
			if !is(x, y) || inside(image.Pt(x, y)) {
				continue
			}
			right := x
			for right < bounds.Max.X && is(right, y) {
				right++
			}
			if right-x < width {
				x = right
				continue
			}
			// Down at the left edge of the run's middle half, where a label does not reach as a rule.
			low := y
			for low < bounds.Max.Y && is(x+2, low) {
				low++
			}
			if low-y >= height {
				found = append(found, image.Rect(x, y, right, low))
			}
			x = right
		}
	}
	return found
}

// waitPatch waits for a patch of a colour.
func (d *desktop) waitPatch(ctx context.Context, t *testing.T, of color.NRGBA, width, height int) image.Rectangle {
	t.Helper()
	var patch image.Rectangle
	require.NoError(t, every(ctx, lookEvery, func() (bool, error) {
		shot, err := d.screenshot()
		if err != nil {
			return false, err
		}
		found := patches(shot, of, width, height)
		if len(found) > 0 {
			patch = found[0]
		}
		return len(found) > 0, nil
	}), "no patch of %v", of)
	return patch
}

// waitNoPatch waits until there is none.
func (d *desktop) waitNoPatch(ctx context.Context, t *testing.T, of color.NRGBA, width, height int) {
	t.Helper()
	require.NoError(t, every(ctx, lookEvery, func() (bool, error) {
		shot, err := d.screenshot()
		return err == nil && len(patches(shot, of, width, height)) == 0, err
	}), "a patch of %v stays", of)
}

// clickPatch waits for a patch of a colour and clicks in its middle.
func (d *desktop) clickPatch(ctx context.Context, t *testing.T, of color.NRGBA, width, height int) {
	t.Helper()
	patch := d.waitPatch(ctx, t, of, width, height)
	d.click(ctx, t, patch.Min.Add(patch.Size().Div(2)))
}

// park moves the pointer where it points at nothing.
func (d *desktop) park(ctx context.Context, t *testing.T) {
	t.Helper()
	command := exec.CommandContext(ctx, "xdotool", "mousemove", "2", "2")
	command.Env = d.environment()
	output, err := command.CombinedOutput()
	require.NoError(t, err, "%s", output)
}

// settle waits until the display has not changed for a while.
func (d *desktop) settle(ctx context.Context, t *testing.T, still time.Duration) {
	t.Helper()
	var last []byte
	since := time.Now()
	require.NoError(t, every(ctx, lookEvery, func() (bool, error) {
		shot, err := d.screenshot()
		if err != nil {
			return false, err
		}
		if string(last) != string(shot.Pix) {
			last, since = shot.Pix, time.Now()
		}
		return time.Since(since) >= still, nil
	}))
}
