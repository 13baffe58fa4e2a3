package ui

import (
	"fmt"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	fynetheme "fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"latchkey/network"
	"latchkey/ui/controls"
	"latchkey/ui/theme"
)

const (
	requestsWidth  = 860
	requestsHeight = 470
	requestsNarrow = 460         // in a narrower list their number is not shown
	paneMargin     = 8           // from the window's edges
	requestsLook   = time.Second // how often the list is made anew while it is open
	maxRequests    = 500         // that are shown, the newest first
)

// requests is the list of what was asked for of servers, and who got the sign-in.
type requests struct {
	*fyne.Container

	list  *widget.List
	count *canvas.Text
	head  *fyne.Container   // count's
	room  *canvas.Rectangle // as large as the pane is to be
	rows  []requestRow
	look  lookout
}

// requestRow is a line of the list.
type requestRow struct{ class, address, outcome, cookies string }

func (w *window) buildRequests() *requests {
	r := &requests{count: theme.Text("", theme.SizeBody, theme.Muted), look: lookout{every: requestsLook}}
	r.list = widget.NewList(func() int { return len(r.rows) }, newRequestRow, r.fill)
	r.list.HideSeparators = true
	ground := canvas.NewRectangle(theme.Surface)
	ground.CornerRadius = theme.RadiusPanel
	ground.StrokeColor, ground.StrokeWidth = theme.Outline, 1
	r.head = container.NewHBox(theme.Bold("Requests", theme.SizeTitle, theme.Foreground), container.NewCenter(r.count), layout.NewSpacer(),
		controls.NewButton("Close", "", controls.Quiet, w.hooks, w.closePane))
	body := container.NewBorder(r.head, nil, nil, nil, r.list)
	r.room = canvas.NewRectangle(theme.None)
	r.room.SetMinSize(fyne.NewSize(requestsWidth, requestsHeight))
	r.Container = container.NewStack(ground, r.room, container.New(layout.NewCustomPaddedLayout(14, 18, 22, 22), body))
	return r
}

// fit makes the list no larger than a window has room for.
func (r *requests) fit(window fyne.Size) {
	width := min(requestsWidth, window.Width-2*paneMargin)
	r.room.SetMinSize(fyne.NewSize(width, min(requestsHeight, window.Height-2*paneMargin)))
	setVisible(r.count, width >= requestsNarrow)
}

// requestRowLayout gives class, address, outcome and cookies their parts of the width.
type requestRowLayout struct{}

// requestParts are the parts of a row's width, in hundredths.
var requestParts = []float32{12, 48, 20, 20}

// MinSize returns the height of a row.
func (requestRowLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(0, 30) }

// Layout places the parts.
func (requestRowLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	x := float32(0)
	for i, o := range objects {
		width := size.Width * requestParts[i] / 100
		o.Move(fyne.NewPos(x, 0))
		o.Resize(fyne.NewSize(width, size.Height))
		x += width
	}
}

func newRequestRow() fyne.CanvasObject {
	row := container.New(requestRowLayout{})
	for range requestParts {
		label := widget.NewLabel("")
		label.Truncation = fyne.TextTruncateEllipsis
		label.SizeName = fynetheme.SizeNameCaptionText
		row.Add(label)
	}
	return row
}

func (r *requests) fill(id widget.ListItemID, object fyne.CanvasObject) {
	line := r.rows[id]
	for i, text := range []string{line.class, line.address, line.outcome, line.cookies} {
		if label, ok := object.(*fyne.Container).Objects[i].(*widget.Label); ok {
			label.SetText(text)
		}
	}
}

// toggleRequests shows the list, or takes it away.
func (w *window) toggleRequests() {
	if w.options.Requests == nil {
		return
	}
	if w.pane == w.requests.Container {
		w.closePane()
		return
	}
	w.showPane(w.requests.Container)
	w.lookAtRequests(w.now())
}

// lookAtRequests makes the list anew while it is open.
func (w *window) lookAtRequests(now time.Time) {
	r := w.requests
	if w.pane != r.Container {
		return
	}
	w.lookAtRecords(&r.look, now, func(records []network.Record) func() {
		rows := requestRows(records)
		return func() {
			r.rows = rows
			if text := fmt.Sprintf("  %d, the newest first", len(rows)); text != r.count.Text {
				r.count.Text = text
				r.head.Refresh()
			}
			r.list.Refresh()
		}
	})
}

// requestRows makes lines of records, the newest first. A record holds names, and no value of a cookie or header.
func requestRows(records []network.Record) []requestRow {
	rows := make([]requestRow, 0, min(len(records), maxRequests))
	for i := len(records) - 1; i >= 0 && len(rows) < maxRequests; i-- {
		rows = append(rows, rowOf(records[i]))
	}
	return rows
}

func rowOf(r network.Record) requestRow {
	row := requestRow{class: r.Class.String(), address: strings.TrimPrefix(strings.TrimPrefix(bare(r.URL), "https://"), "http://"), cookies: "no cookie"}
	switch {
	case r.Status != 0:
		row.outcome = fmt.Sprintf("%d, %s, %d ms", r.Status, size(r.Bytes), time.Duration(r.Total).Milliseconds())
	case r.Error != "":
		row.outcome = "failed"
	default:
		row.outcome = "under way"
	}
	if len(r.Cookies) > 0 {
		row.cookies = strings.Join(r.Cookies, ", ")
	}
	return row
}

// size is a number of bytes for a person.
func size(n int64) string {
	switch {
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MB", float64(n)/(1<<20))
	case n >= 1<<10:
		return fmt.Sprintf("%d kB", n>>10)
	}
	return fmt.Sprintf("%d B", n)
}
