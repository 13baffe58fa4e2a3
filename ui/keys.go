package ui

import "fyne.io/fyne/v2"

// action is what a key does.
type action string

const (
	actNone        action = ""
	actPlayPause   action = "play or pause"
	actFullScreen  action = "full screen"
	actLeave       action = "leave"
	actMute        action = "mute"
	actForward     action = "forward"
	actBackward    action = "backward"
	actFarForward  action = "far forward"
	actFarBackward action = "far backward"
	actLouder      action = "louder"
	actQuieter     action = "quieter"
	actFaster      action = "faster"
	actSlower      action = "slower"
	actNormalSpeed action = "normal speed"
	actBegin       action = "begin"
	actEnd         action = "end"
	actSubtitles   action = "subtitles"
	actInformation action = "information"
	actRunForward  action = "run forward"
	actRunBackward action = "run backward"
	actNext        action = "next title"
)

var plainKeys = map[fyne.KeyName]action{
	fyne.KeySpace: actPlayPause, fyne.KeyK: actPlayPause, fyne.KeyP: actPlayPause,
	fyne.KeyF: actFullScreen, fyne.KeyF11: actFullScreen,
	fyne.KeyEscape: actLeave, fyne.KeyM: actMute,
	fyne.KeyRight: actForward, fyne.KeyLeft: actBackward,
	fyne.KeyL: actFarForward, fyne.KeyJ: actFarBackward,
	fyne.KeyPageUp: actFarForward, fyne.KeyPageDown: actFarBackward,
	fyne.KeyUp: actLouder, fyne.KeyDown: actQuieter,
	fyne.KeyRightBracket: actFaster, fyne.KeyLeftBracket: actSlower,
	fyne.KeyPeriod: actFaster, fyne.KeyComma: actSlower,
	fyne.KeyBackspace: actNormalSpeed,
	fyne.KeyC:         actSubtitles, fyne.KeyV: actSubtitles,
	fyne.KeyI:    actInformation,
	fyne.KeyHome: actBegin, fyne.KeyEnd: actEnd,
}

// actionFor returns what a key does while something plays.
func actionFor(name fyne.KeyName, shift bool) action {
	if shift {
		switch name {
		case fyne.KeyRight:
			return actFarForward
		case fyne.KeyLeft:
			return actFarBackward
		case fyne.KeyL:
			return actRunForward
		case fyne.KeyJ:
			return actRunBackward
		case fyne.KeyN:
			return actNext
		}
	}
	return plainKeys[name]
}
