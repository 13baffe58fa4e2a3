package ui

import (
	"cmp"
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"

	"latchkey/ui/catalogue"
	"latchkey/ui/controls"
	"latchkey/ui/icon"
	"latchkey/ui/theme"
)

const (
	factsHeight = 250
	labelWidth  = 130
	maxWaiting  = 8
)

// receive takes what comes from outside until there is no more.
func (w *window) receive() {
	incoming := w.options.Incoming
	if incoming == nil {
		return
	}
	w.tasks.run(func(ctx context.Context) {
		for {
			select {
			case in, ok := <-incoming:
				if !ok {
					return
				}
				w.dispatch.post(func() { w.received(in) })
			case <-ctx.Done():
				return
			}
		}
	})
}

// received shows what comes from outside, as soon as no card is in the way.
func (w *window) received(in Incoming) {
	switch {
	case len(w.outside) < maxWaiting:
		w.outside = append(w.outside, in)
		w.overflow = false
	case !w.overflow:
		w.overflow = true
		w.outside = append(w.outside, Incoming{Link: &LinkRequest{Title: "Too many links",
			Wrong: "Other programs handed over more links than Latchkey keeps. The last of them were dropped."}})
	default:
		return
	}
	w.win.RequestFocus()
	w.showOutside()
}

func (w *window) showOutside() {
	if w.pane != nil || len(w.outside) == 0 {
		return
	}
	in := w.outside[0]
	w.outside = w.outside[1:]
	switch {
	case in.Proposal != nil:
		w.showProposal(*in.Proposal)
	case in.Link != nil:
		w.showLink(*in.Link)
	}
}

// showLink shows what a link asks for. Nothing of it happens before a person agrees.
func (w *window) showLink(link LinkRequest) {
	text := controls.NewParagraph(controls.CardWidth, theme.SizeBody, theme.Foreground, fyne.TextAlignCenter)
	from := controls.NewParagraph(controls.CardWidth, theme.SizeCaption, theme.Faint, fyne.TextAlignCenter)
	if link.Wrong != "" {
		text.SetText(link.Wrong)
		w.card.SetRows(controls.Badge(icon.Warning, theme.Danger), controls.Heading(link.Title), text,
			controls.NewButton("Close", "", controls.Secondary, w.hooks, w.closePane))
		w.showPane(w.card)
		return
	}
	text.SetText(link.Text)
	from.SetText("Another program asks for this.")
	agree := controls.NewButton(link.Title, icon.Play, controls.Primary, w.hooks, func() {
		w.closePane()
		w.follow(link)
	})
	w.card.SetRows(controls.Badge(icon.Link, theme.Accent), controls.Heading(link.Title), text, from, agree,
		controls.NewButton("Cancel", "", controls.Quiet, w.hooks, w.closePane))
	w.showPane(w.card)
}

// follow does what a person agreed to.
func (w *window) follow(link LinkRequest) {
	if link.Fetch != nil {
		w.say(icon.Link, "Fetching the profile …")
		w.tasks.run(func(ctx context.Context) {
			in := link.Fetch(ctx)
			if ctx.Err() == nil {
				w.dispatch.post(func() { w.fetched(in) })
			}
		})
		return
	}
	if link.Resource != nil {
		w.playFrom(catalogue.Title{Name: link.Name, Source: cmp.Or(link.Source, linkSource)}, link.Start, link.Service, link.Resource)
		return
	}
	if link.Service != nil {
		w.stop()
		w.enter(link.Service)
		w.askToSignIn()
	}
}

// fetched shows what a person had fetched before what waits.
func (w *window) fetched(in Incoming) {
	w.outside = append([]Incoming{in}, w.outside...)
	w.showOutside()
}

// linkSource stands for the address of a stream that a link brought.
const linkSource = "link"

// showProposal asks a person whether to trust a service's profile.
func (w *window) showProposal(p Proposal) {
	lead := controls.NewParagraph(controls.CardWidth, theme.SizeBody, theme.Muted, fyne.TextAlignCenter)
	lead.SetText("Latchkey would do this for the service. Add it only if you know where its file comes from.")
	rows := []fyne.CanvasObject{controls.Badge(icon.Add, theme.Accent), controls.Heading("Add " + p.Name + "?"), lead, facts(p.Facts)}
	if p.Replaces {
		warn := controls.NewParagraph(controls.CardWidth, theme.SizeBody, theme.Danger, fyne.TextAlignCenter)
		warn.SetText("A service of this name is here already. This one would take its place.")
		rows = append(rows, warn)
	}
	rows = append(rows, controls.NewButton("Trust and add", icon.Check, controls.Primary, w.hooks, func() { w.trust(p) }),
		controls.NewButton("Do not add", "", controls.Quiet, w.hooks, w.closePane))
	w.card.SetRows(rows...)
	w.showPane(w.card)
}

// facts lists what a profile does, in a box that scrolls where there is much.
func facts(list []Fact) fyne.CanvasObject {
	box := container.New(&factsLayout{width: controls.CardWidth})
	for _, fact := range list {
		label := controls.NewParagraph(labelWidth, theme.SizeCaption, theme.Muted, fyne.TextAlignLeading)
		label.SetText(fact.Label)
		text := controls.NewParagraph(controls.CardWidth-labelWidth-40, theme.SizeCaption, theme.Foreground, fyne.TextAlignLeading)
		text.SetText(fact.Text)
		box.Add(label)
		box.Add(text)
	}
	well := canvas.NewRectangle(theme.Background)
	well.CornerRadius = theme.RadiusButton
	padded := container.New(layout.NewCustomPaddedLayout(10, 10, 12, 12), box)
	scroll := container.NewVScroll(padded)
	scroll.SetMinSize(fyne.NewSize(0, min(padded.MinSize().Height, factsHeight)))
	return container.NewStack(well, scroll)
}

// factsLayout puts labels before their texts, a line each.
type factsLayout struct{ width float32 }

// MinSize fits the texts to the width that there is, and returns the height of all.
func (f *factsLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	y := float32(0)
	for i := 0; i+1 < len(objects); i += 2 {
		if text, ok := objects[i+1].(*controls.Paragraph); ok {
			text.Fit(f.width - labelWidth - theme.Gap)
		}
		y += max(objects[i].MinSize().Height, objects[i+1].MinSize().Height) + theme.Gap
	}
	return fyne.NewSize(0, max(y-theme.Gap, 0))
}

// Layout places them.
func (f *factsLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	f.width = size.Width
	f.MinSize(objects)
	y := float32(0)
	for i := 0; i+1 < len(objects); i += 2 {
		label, text := objects[i], objects[i+1]
		label.Resize(label.MinSize())
		label.Move(fyne.NewPos(0, y))
		text.Resize(text.MinSize())
		text.Move(fyne.NewPos(labelWidth+theme.Gap, y))
		y += max(label.MinSize().Height, text.MinSize().Height) + theme.Gap
	}
}

// trust keeps a profile and goes to its service.
func (w *window) trust(p Proposal) {
	w.closePane()
	services := w.options.Services
	if services == nil {
		return
	}
	w.tasks.run(func(ctx context.Context) {
		added, err := services.Accept(ctx, p)
		if ctx.Err() != nil {
			return
		}
		w.dispatch.post(func() {
			if err != nil {
				w.options.Log.Warn("the service was not added", "err", err)
				w.received(Incoming{Link: &LinkRequest{Title: "The service was not added", Wrong: sentence(err.Error())}})
				return
			}
			w.stop()
			w.start.list()
			w.enter(added)
		})
	})
}

// addService lets a person choose a service's file.
func (w *window) addService() {
	services := w.options.Services
	if services == nil {
		return
	}
	w.chooseOther(func(file string) {
		w.closePane()
		w.tasks.run(func(ctx context.Context) {
			proposal, err := services.Read(ctx, file)
			if ctx.Err() != nil {
				return
			}
			w.dispatch.post(func() {
				if err != nil {
					w.received(Incoming{Link: &LinkRequest{Title: "This is no service", Wrong: sentence(err.Error())}})
					return
				}
				w.received(Incoming{Proposal: &proposal})
			})
		})
	})
}
