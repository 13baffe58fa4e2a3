package signin

import (
	"context"
	"errors"
	"sync/atomic"

	"latchkey/network"
	"latchkey/network/auth"
)

// Prompt shows what one sign-in asks of a person on a Sheet. Its methods may be called from any goroutine; it implements auth.Prompt.
type Prompt struct {
	sheet *Sheet
	post  func(func())
	open  func(ctx context.Context, page string) error
	ended atomic.Bool
}

// NewPrompt returns the prompt of a sign-in that begins. Post has a function run on the main goroutine, open opens a page in the browser
// and may block.
func NewPrompt(sheet *Sheet, post func(func()), open func(ctx context.Context, page string) error) *Prompt {
	return &Prompt{sheet: sheet, post: post, open: open}
}

// End has the prompt show nothing any more: the sign-in is over, or was left.
func (p *Prompt) End() { p.ended.Store(true) }

// show runs f on the main goroutine, unless the sign-in is over by then.
func (p *Prompt) show(f func()) {
	p.post(func() {
		if !p.ended.Load() {
			f()
		}
	})
}

// OpenPage opens a page and shows that the browser is waited for. Where there is no browser the sheet offers the address to be copied, and
// that is no error: a person may open it elsewhere.
func (p *Prompt) OpenPage(ctx context.Context, page string) error {
	p.show(func() { p.sheet.Browser(page, true) })
	err := p.open(ctx, page)
	if errors.Is(err, auth.ErrNoBrowser) && ctx.Err() == nil {
		p.show(func() { p.sheet.Browser(page, false) })
		return nil
	}
	return err
}

// ShowCode shows a device code.
func (p *Prompt) ShowCode(code auth.DeviceCode) {
	p.show(func() { p.sheet.Code(code) })
}

// Ask shows a form and waits for what a person fills in.
func (p *Prompt) Ask(ctx context.Context, form auth.Form) ([]network.Secret, error) {
	type answer struct {
		values []network.Secret
		err    error
	}
	answered := make(chan answer, 1)
	p.show(func() {
		p.sheet.Form(form, func(values []network.Secret, err error) {
			select {
			case answered <- answer{values, err}:
			default: // it was answered before
			}
		})
	})
	select {
	case a := <-answered:
		return a.values, a.err
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}
