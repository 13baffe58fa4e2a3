package ui

import (
	"context"
	"image"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/layout"

	"latchkey/player"
	"latchkey/player/frame"
	"latchkey/ui/catalogue"
	"latchkey/ui/controls"
	"latchkey/ui/files"
	"latchkey/ui/icon"
	"latchkey/ui/signin"
	"latchkey/ui/subtitle"
	"latchkey/ui/theme"
)

// picture is what shows frames: video.View.
type picture interface {
	fyne.CanvasObject
	SetFrame(*frame.Video) (replaced *frame.Video)
	Clear() (replaced *frame.Video)
	Settle()
}

// screen is one of the window's three.
type screen string

const (
	screenStart     screen = "start"
	screenCatalogue screen = "catalogue"
	screenPlayer    screen = "player"
)

// window is everything behind one Fyne window. It belongs to the main goroutine.
type window struct {
	// Constant after newWindow.
	options  Options
	app      fyne.App
	win      fyne.Window
	picture  picture
	pointer  pointer
	repaint  func(fyne.Canvas) // paint, or a test's
	screenOn func(bool)        // keeps the screen on or not: awake.Keeper.Set, or a test's
	now      func() time.Time
	dispatch *dispatcher
	commands *commands
	tasks    group
	hooks    controls.Hooks

	// Widgets, from back to front.
	root        *fyne.Container
	layers      layers // of root
	subtitles   *subtitle.Layer
	surface     *controls.DoubleSurface
	replay      *replay
	spinner     *controls.Spinner
	top         *topBar
	bar         *controls.Bar
	preview     preview
	toast       *controls.Toast
	information *information
	start       *startScreen
	catalogue   *catalogueScreen
	scrim       *canvas.Rectangle
	shield      *controls.Surface // keeps clicks off what the scrim covers
	signIn      *signin.Pane
	files       *files.Pane
	trouble     *trouble
	sheet       *signin.Sheet  // signs in to a service
	card        *controls.Card // whatever is to be decided
	requests    *requests
	banner      *banner
	lens        *lens

	// What is shown, and since when.
	screen     screen
	snapshot   player.Snapshot
	polled     time.Time
	active     time.Time // the pointer's last movement
	informed   bool      // a person wants to see the information
	shown      bool      // whether controls and pointer are to be seen
	waiting    time.Time // since when there is something to wait for; zero: there is not
	toastUntil time.Time
	pane       fyne.CanvasObject // the card on top, or nil

	// Whose titles are shown, and whose sign-in what plays is played with; nil: nobody's.
	service   Service
	playedBy  Service
	signingIn Service
	loggingIn bool           // an origin's question for a name and a password is shown
	prompt    *signin.Prompt // of the sign-in that is under way
	account   AccountState   // as it is shown, of accountOf
	accountOf string
	lookedAt  time.Time
	noted     time.Time // when the position of what plays was noted last
	posters   posterLoader
	outside   []Incoming   // what came from outside and waits to be shown
	overflow  bool         // more came, and that is among outside
	chosen    func(string) // what becomes of the file that is being chosen; nil: it is played

	// What plays, and what a person wants of it.
	source     string // the resource's URL or file; never shown
	resource   func() (*player.MediaResource, error)
	title      catalogue.Title
	upNext     upNext
	advance    bool // the title that follows begins by itself
	advanced   int  // how often one did, as the engine counts
	startAt    time.Duration
	early      *opening // of the resource that the options name, until it is played
	opening    *opening // the same from then on, until something else is
	wantPlay   bool
	seekTo     *seekWish
	volume     float64
	muted      bool
	speed      float64
	trick      int                   // the rate of trick play that was asked for last
	room       image.Point           // for the picture, in pixels, as the engine was told
	asked      *player.SignInRequest // the wish for a sign-in that was last shown
	answered   time.Time             // when it was answered; zero: it was not
	attempts   int                   // answered wishes in a row that were refused
	blocked    time.Time             // until when no sign-in is offered
	cancelSign context.CancelFunc
	cancelRead context.CancelFunc

	// Automation.
	begun      time.Time // when the window was there
	frames     int
	firstFrame time.Time
	captured   bool
	saving     bool
	pump       *fyne.Animation
}

// newWindow builds the window and shows its first screen. It starts no goroutine and no animation.
func newWindow(app fyne.App, o Options, view picture) (*window, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	w := &window{
		options: o, app: app, picture: view, now: time.Now, dispatch: newDispatcher(),
		volume: 1, speed: o.Speed, shown: true, repaint: paint, screenOn: func(bool) {},
	}
	w.posters.w, w.preview.w = w, w
	w.commands = newCommands(w.commandFailed)
	w.hooks = controls.Hooks{Activity: w.stir, Key: w.typedKey, Shortcut: w.typedShortcut}
	w.win = app.NewWindow("Latchkey")
	w.win.SetPadded(false)
	w.win.SetMaster()
	w.pointer = pointer{win: w.win}
	w.build()
	w.win.SetContent(w.root)
	w.win.Resize(fyne.NewSize(firstWidth, firstHeight))
	w.win.CenterOnScreen()
	w.win.Canvas().SetOnTypedKey(w.typedKey)
	w.win.Canvas().AddShortcut(&fyne.ShortcutPaste{}, func(fyne.Shortcut) { w.pasteAndOpen() })
	w.win.SetOnDropped(w.dropped)
	w.win.Canvas().AddShortcut(&desktop.CustomShortcut{KeyName: fyne.KeyN, Modifier: fyne.KeyModifierControl | fyne.KeyModifierShift},
		func(fyne.Shortcut) { w.toggleRequests() })
	w.win.Canvas().AddShortcut(&desktop.CustomShortcut{KeyName: fyne.KeyF, Modifier: fyne.KeyModifierControl}, func(fyne.Shortcut) { w.findTitle() })
	w.win.Canvas().AddShortcut(&desktop.CustomShortcut{KeyName: fyne.KeyQ, Modifier: fyne.KeyModifierControl}, func(fyne.Shortcut) { w.quit() })
	w.active = w.now()
	if w.service = w.onlyService(); w.service != nil {
		w.catalogue.setName(w.service.Name())
	}
	w.goHome()
	return w, nil
}

// build makes all widgets; the screens decide which are visible.
func (w *window) build() {
	w.surface = controls.NewDoubleSurface(w.hooks, w.playPause, w.toggleFullScreen, w.changeVolume)
	w.spinner = controls.NewSpinner()
	w.toast = controls.NewToast()
	w.subtitles = subtitle.New()
	w.bar = controls.NewBar(w.hooks, controls.Actions{
		PlayPause: w.playPause, Seek: w.seekShown, Point: w.preview.point, Step: w.seekBy, Volume: w.setVolume, Mute: w.toggleMute,
		Speed: w.setSpeed, Run: w.runThrough, Quality: w.setQuality, FullScreen: w.toggleFullScreen,
		Next: w.playNext, Advance: w.setAdvance, GoLive: w.goLive, Subtitles: w.setSubtitles, Sound: w.setSound,
	})
	w.top = newTopBar(w.hooks, w.leave, w.toggleInformation)
	w.information = newInformation()
	w.replay = w.buildReplay()
	w.start = w.buildStart()
	w.catalogue = w.buildCatalogue()
	w.scrim = canvas.NewRectangle(theme.Scrim)
	w.shield = controls.NewSurface(w.hooks)
	w.signIn = signin.New(w.hooks, signin.Actions{Pairs: w.signInWithPairs, Paste: w.clipboard, Close: w.leaveSignIn}, w.layoutPane)
	w.sheet = w.buildSheet()
	w.card = controls.NewCard(w.hooks)
	w.requests = w.buildRequests()
	w.banner = w.buildBanner()
	w.trouble = w.buildTrouble()
	w.lens = newLens(w.win)
	w.files = files.New(w.hooks, files.Actions{Read: w.readFolder, Open: w.fileChosen, Close: w.closeFiles})
	w.root = &fyne.Container{Objects: []fyne.CanvasObject{
		w.picture, w.subtitles, w.surface, w.replay.Container, w.spinner, w.information.Container, w.top.Container, w.bar, w.toast, w.banner.Container,
		w.start.Container, w.catalogue.Container, w.scrim, w.shield, w.signIn.Card, w.trouble.Card, w.files.Container,
		w.sheet.Card, w.card, w.requests.Container, w.lens.Rectangle,
	}}
	w.root.Layout = stage{w: w, full: []fyne.CanvasObject{
		w.picture, w.subtitles, w.surface, w.start.Container, w.catalogue.Container, w.scrim, w.shield,
	}}
	for _, o := range []fyne.CanvasObject{w.replay.Container, w.scrim, w.shield, w.signIn.Card, w.trouble.Card, w.files.Container, w.sheet.Card, w.card, w.requests.Container} {
		o.Hide()
	}
	w.bar.Update(w.barState())
}

// buildReplay makes what stands on the picture at the end of a stream.
func (w *window) buildReplay() *replay {
	again := controls.NewIconButton(icon.Replay, 84, theme.Pill, w.hooks, w.playPause)
	next := controls.NewButton("Next", icon.Play, controls.Primary, w.hooks, w.playNext)
	back := controls.NewButton("Back", icon.Back, controls.Secondary, w.hooks, w.leave)
	next.Hide()
	r := &replay{next: next, back: back}
	r.row = container.New(layout.NewCustomPaddedHBoxLayout(theme.Gap), next, back)
	r.Container = &fyne.Container{Objects: []fyne.CanvasObject{again, r.row}, Layout: column{}}
	return r
}

// typedShortcut does what a shortcut of the window stands for while a field has the keyboard.
func (w *window) typedShortcut(s fyne.Shortcut) {
	if c, ok := w.win.Canvas().(fyne.Shortcutable); ok {
		c.TypedShortcut(s)
	}
}

// stir notes that the pointer moved, or something else happened that brings the controls back.
func (w *window) stir() {
	w.active = w.now()
	w.showControls()
}
