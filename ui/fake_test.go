package ui

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"
	"github.com/stretchr/testify/require"

	"latchkey/network/auth"
	"latchkey/player"
	"latchkey/player/caption"
	"latchkey/player/frame"
	"latchkey/ui/catalogue"
	"latchkey/ui/theme"
)

// fakeEngine is an engine that does what it is told at once, and notes it.
type fakeEngine struct {
	changes *Changes

	mu       sync.Mutex
	calls    []string
	snapshot player.Snapshot
	frame    *frame.Video
	gate     chan struct{} // while not nil, commands wait for it
	prepared func(*player.Snapshot)
	cues     []caption.Cue
	stillErr error // what Still fails with
	viewport image.Point
}

func (e *fakeEngine) call(name string, f func(*player.Snapshot)) error {
	e.mu.Lock()
	gate := e.gate
	e.mu.Unlock()
	if gate != nil {
		<-gate
	}
	e.mu.Lock()
	e.calls = append(e.calls, name)
	if f != nil {
		f(&e.snapshot)
	}
	e.mu.Unlock()
	e.changes.Notify()
	return nil
}

func (e *fakeEngine) set(f func(*player.Snapshot)) {
	e.mu.Lock()
	f(&e.snapshot)
	e.mu.Unlock()
	e.changes.Notify()
}

func (e *fakeEngine) take() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	calls := e.calls
	e.calls = nil
	return calls
}

func (e *fakeEngine) ReplaceCurrentResource(r *player.MediaResource) error {
	return e.call("replace "+r.String(), func(s *player.Snapshot) { *s = player.Snapshot{State: player.Initialized} })
}

func (e *fakeEngine) PrepareToPlay(from time.Duration) error {
	return e.call("prepare "+from.String(), func(s *player.Snapshot) {
		*s = player.Snapshot{State: player.Prepared, Position: from, Duration: 100 * time.Second}
		if e.prepared != nil {
			e.prepared(s)
		}
	})
}

func (e *fakeEngine) Play() error {
	return e.call("play", func(s *player.Snapshot) {
		if s.State != player.NeedsSignIn && s.State != player.Failed {
			s.State = player.Playing
		}
	})
}

func (e *fakeEngine) Pause() error {
	return e.call("pause", func(s *player.Snapshot) { s.State = player.Paused })
}

func (e *fakeEngine) Seek(to time.Duration) error {
	return e.call("seek "+to.String(), func(s *player.Snapshot) { s.Position = to })
}

func (e *fakeEngine) SelectSubtitles(index int) error {
	return e.call(fmt.Sprintf("subtitles %d", index), func(s *player.Snapshot) { s.Subtitle = index })
}

func (e *fakeEngine) SelectSound(index int) error {
	return e.call(fmt.Sprintf("sound %d", index), func(s *player.Snapshot) { s.Sound = index })
}

func (e *fakeEngine) Cues(time.Duration) []caption.Cue {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.cues
}

func (e *fakeEngine) GoLive() error {
	return e.call("go live", func(s *player.Snapshot) { s.Position = s.LivePoint })
}

func (e *fakeEngine) SelectVariant(index int) error {
	return e.call(fmt.Sprintf("variant %d", index), func(s *player.Snapshot) { s.Selected = index })
}

func (e *fakeEngine) PrepareNext(r *player.MediaResource, from time.Duration) error {
	return e.call(fmt.Sprintf("prepare next %s %s", r, from), nil)
}

func (e *fakeEngine) SetAdvance(on bool) {
	_ = e.call(fmt.Sprintf("advance %t", on), nil)
}

func (e *fakeEngine) TrickPlay(rate int) error {
	return e.call(fmt.Sprintf("trick %d", rate), func(s *player.Snapshot) { s.Trick = rate })
}

// Still gives a grey picture as high as it is asked for, at whole seconds.
func (e *fakeEngine) Still(ctx context.Context, position time.Duration, height int) (*frame.Video, error) {
	if err := e.call("still "+position.Truncate(time.Second).String(), nil); err != nil {
		return nil, err
	}
	e.mu.Lock()
	err := e.stillErr
	e.mu.Unlock()
	if err != nil {
		return nil, err
	}
	width := height * 16 / 9
	grey := func(width, height int) frame.Plane {
		return frame.Plane{Data: bytes.Repeat([]byte{128}, width*height), Stride: width, RowBytes: width, Rows: height}
	}
	half := grey((width+1)/2, (height+1)/2)
	return &frame.Video{Width: width, Height: height, Format: frame.YUV420P, Planes: []frame.Plane{grey(width, height), half, half}}, ctx.Err()
}

func (e *fakeEngine) SetSpeed(v float64) error { return e.call("speed", nil) }
func (e *fakeEngine) SetViewport(width, height int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.viewport = image.Pt(width, height)
}
func (e *fakeEngine) SetVolume(float64) { _ = e.call("volume", nil) }
func (e *fakeEngine) SetMuted(bool)     { _ = e.call("muted", nil) }

func (e *fakeEngine) Reset() error {
	return e.call("reset", func(s *player.Snapshot) { *s = player.Snapshot{} })
}

func (e *fakeEngine) Snapshot() player.Snapshot {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.snapshot
}

func (e *fakeEngine) NextFrame(time.Time) (*frame.Video, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	f := e.frame
	e.frame = nil
	return f, f != nil
}

// fakeAccount takes pairs and hands out resources.
type fakeAccount struct {
	engine *fakeEngine
	lines  []string
	all    bool
	signed chan error // what SignIn returns
}

var errPair = errors.New("cookie pair at position 7: a name must not hold a space")

func (a *fakeAccount) Resource(source string) (*player.MediaResource, error) {
	return player.NewMediaResource(source, nil)
}

func (a *fakeAccount) UsePairs(line string, all bool, _ string) error {
	a.lines, a.all = append(a.lines, line), all
	if line == "bad pair"+canary {
		return errPair
	}
	a.engine.set(func(s *player.Snapshot) { s.State, s.SignIn = player.Playing, nil })
	return nil
}

// fakeService is a service with one way to sign in, whose catalogue is a fakeTitles.
type fakeService struct {
	fakeTitles
	account *fakeAccount
	id      string
	ways    []Way
	mu      sync.Mutex // guards state
	state   AccountState
	prompt  auth.Prompt // of the sign-in that is under way
	outs    int         // how often it was signed out of
}

func (f *fakeService) ID() string   { return f.id }
func (f *fakeService) Name() string { return "Example TV" }
func (f *fakeService) Ways() []Way  { return f.ways }

func (f *fakeService) State() AccountState {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.state
}

func (f *fakeService) become(state AccountState) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.state = state
}

func (f *fakeService) Accounts() []KnownAccount {
	return []KnownAccount{{ID: "1", Name: "a", Current: true}, {ID: "2", Name: "b"}}
}
func (f *fakeService) Switch(context.Context, string) error { return nil }
func (f *fakeService) SignOut(context.Context) error {
	f.outs++
	f.become(AccountState{})
	return nil
}

func (f *fakeService) SignIn(ctx context.Context, _ string, prompt auth.Prompt) error {
	f.prompt = prompt
	err := f.account.SignIn(ctx)
	if err == nil {
		f.become(AccountState{SignedIn: true, Name: "viewer", Kept: "Kept in memory."})
	}
	return err
}

func (f *fakeService) Resource(title catalogue.Title) (*player.MediaResource, error) {
	return player.NewMediaResource(title.Source, nil)
}

// fakeServices are services.
type fakeServices struct {
	list     []Service
	accepted []Proposal
}

func (f *fakeServices) List() []Service { return f.list }
func (f *fakeServices) Read(context.Context, string) (Proposal, error) {
	return Proposal{ID: "new", Name: "New TV", Facts: []Fact{{"Signs in at", "https://id.example.com"}}}, nil
}

func (f *fakeServices) Accept(_ context.Context, p Proposal) (Service, error) {
	f.accepted = append(f.accepted, p)
	return f.list[0], nil
}
func (f *fakeServices) Remove(context.Context, string) error { return nil }

func (a *fakeAccount) SignIn(ctx context.Context) error {
	select {
	case err := <-a.signed:
		if err == nil {
			a.engine.set(func(s *player.Snapshot) { s.State, s.SignIn = player.Playing, nil })
		}
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// canary stands for a secret.
const canary = "c4n4ry-9f2d"

// fakePicture is a view that counts.
type fakePicture struct {
	*canvas.Rectangle
	shown *frame.Video
	set   int
}

func (p *fakePicture) SetFrame(f *frame.Video) *frame.Video {
	old := p.shown
	p.shown = f
	p.set++
	return old
}

// Settle implements picture.
func (p *fakePicture) Settle() {}

func (p *fakePicture) Clear() *frame.Video { return p.SetFrame(nil) }

// fakeTitles is a catalogue.
type fakeTitles struct {
	titles []catalogue.Title
	err    error
	gate   chan struct{} // while not nil, Titles waits for it
}

func (f *fakeTitles) Titles(ctx context.Context) ([]catalogue.Title, error) {
	if f.gate != nil {
		select {
		case <-f.gate:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	return f.titles, f.err
}

func (f *fakeTitles) Poster(context.Context, catalogue.Title) ([]byte, error) { return nil, nil }

// services are those of a service with these titles.
func (f *fakeTitles) services() *fakeServices {
	return &fakeServices{list: []Service{&titlesService{fakeService{id: "titles"}, f}}}
}

// titlesService is a service whose titles are somebody else's.
type titlesService struct {
	fakeService
	titles *fakeTitles
}

func (s *titlesService) Titles(ctx context.Context) ([]catalogue.Title, error) {
	return s.titles.Titles(ctx)
}

// rig is a window with fakes around it, in a bubble of time of its own.
type rig struct {
	*window
	t       *testing.T
	engine  *fakeEngine
	account *fakeAccount
	tv      *fakeService
	view    *fakePicture
	main    []func() // what the dispatcher wants run on the main goroutine
	mainMu  sync.Mutex
	painted int // how often the window was to be painted
}

// inWindow runs a test with a window that has begun.
func inWindow(t *testing.T, change func(*Options), f func(r *rig)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		app := test.NewApp()
		app.Settings().SetTheme(theme.New())
		changes := &Changes{}
		engine := &fakeEngine{changes: changes, snapshot: player.Snapshot{Volume: 1}}
		account := &fakeAccount{engine: engine, signed: make(chan error)}
		tv := &fakeService{account: account, id: "tv", ways: []Way{{ID: "browser", Name: "Sign in with the browser", Kind: WayBrowser}}}
		o := Options{Engine: engine, Changes: changes, Account: account, OpenPage: func(context.Context, string) error { return nil }}
		if change != nil {
			change(&o)
		}
		if services, ok := o.Services.(*fakeServices); ok && services.list == nil {
			services.list = []Service{tv}
		}
		view := &fakePicture{Rectangle: canvas.NewRectangle(color.Black)}
		w, err := newWindow(app, o, view)
		require.NoError(t, err)
		r := &rig{window: w, t: t, engine: engine, account: account, tv: tv, view: view}
		w.dispatch.do = func(f func()) {
			r.mainMu.Lock()
			r.main = append(r.main, f)
			r.mainMu.Unlock()
		}
		w.repaint = func(fyne.Canvas) { r.painted++ }
		w.win.Resize(fyne.NewSize(1000, 600))
		w.begin()
		w.stopPump()
		r.settle()
		f(r)
		w.close()
		app.Quit()
	})
}

// settle lets all goroutines come to rest, and the main goroutine do what they ask for, until nothing is
// left; then the window ticks.
func (r *rig) settle() {
	r.t.Helper()
	for range 20 {
		synctest.Wait()
		r.mainMu.Lock()
		main := r.main
		r.main = nil
		r.mainMu.Unlock()
		for _, f := range main {
			f()
		}
		r.tick(time.Now())
		if len(main) == 0 && !r.options.Changes.pending.Load() {
			return
		}
	}
	r.t.Fatal("the window does not come to rest")
}

// pass lets time go by, a tick at a time.
func (r *rig) pass(d time.Duration) {
	for end := time.Now().Add(d); time.Now().Before(end); {
		time.Sleep(time.Second / 60) //nolint:forbidigo // the time of synctest
		r.tick(time.Now())
	}
	r.settle()
}

// playing opens something and lets it play.
func (r *rig) playing() {
	r.t.Helper()
	r.open("https://media.example.com/film/main.m3u8?token=" + canary)
	r.settle()
	require.Equal(r.t, screenPlayer, r.screen)
	require.Equal(r.t, player.Playing, r.snapshot.State)
	r.engine.take()
}

// texts returns every text that the window draws.
func (r *rig) texts() []string {
	var all []string
	for _, o := range test.LaidOutObjects(r.win.Canvas().Content()) {
		if t, ok := o.(*canvas.Text); ok {
			all = append(all, t.Text)
		}
	}
	return all
}
