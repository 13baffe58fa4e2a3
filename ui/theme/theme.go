package theme

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	fynetheme "fyne.io/fyne/v2/theme"
)

// theme is Latchkey's look as a Fyne theme. Fonts and icons are those of Fyne.
type theme struct {
	fyne.Theme
}

// New returns the theme. It needs a running Fyne application.
func New() fyne.Theme {
	return theme{Theme: fynetheme.DefaultTheme()}
}

var colours = map[fyne.ThemeColorName]color.Color{
	fynetheme.ColorNameBackground:          Background,
	fynetheme.ColorNameButton:              Raised,
	fynetheme.ColorNameDisabledButton:      Surface,
	fynetheme.ColorNameDisabled:            Faint,
	fynetheme.ColorNameError:               Danger,
	fynetheme.ColorNameFocus:               Focus,
	fynetheme.ColorNameForeground:          Foreground,
	fynetheme.ColorNameForegroundOnPrimary: OnAccent,
	fynetheme.ColorNameHeaderBackground:    Surface,
	fynetheme.ColorNameHover:               Hover,
	fynetheme.ColorNameHyperlink:           Accent,
	fynetheme.ColorNameInputBackground:     Surface,
	fynetheme.ColorNameInputBorder:         Outline,
	fynetheme.ColorNameMenuBackground:      Raised,
	fynetheme.ColorNameOverlayBackground:   Surface,
	fynetheme.ColorNamePlaceHolder:         Faint,
	fynetheme.ColorNamePressed:             Pressed,
	fynetheme.ColorNamePrimary:             Accent,
	fynetheme.ColorNameScrollBar:           color.NRGBA{R: 0xff, G: 0xff, B: 0xff, A: 0x38},
	fynetheme.ColorNameScrollBarBackground: None,
	fynetheme.ColorNameSelection:           color.NRGBA{R: 0x4f, G: 0xdf, B: 0xa4, A: 0x48},
	fynetheme.ColorNameSeparator:           Outline,
	fynetheme.ColorNameShadow:              color.NRGBA{A: 0x90},
	fynetheme.ColorNameSuccess:             Good,
	fynetheme.ColorNameWarning:             Danger,
}

// Color returns the colour of a name; the variant does not matter.
func (t theme) Color(name fyne.ThemeColorName, _ fyne.ThemeVariant) color.Color {
	if c, ok := colours[name]; ok {
		return c
	}
	return t.Theme.Color(name, fynetheme.VariantDark)
}

var sizes = map[fyne.ThemeSizeName]float32{
	fynetheme.SizeNameText:            SizeBody,
	fynetheme.SizeNameCaptionText:     SizeCaption,
	fynetheme.SizeNameSubHeadingText:  SizeTitle,
	fynetheme.SizeNameHeadingText:     SizeHeadline,
	fynetheme.SizeNamePadding:         6,
	fynetheme.SizeNameInnerPadding:    10,
	fynetheme.SizeNameInputRadius:     RadiusButton,
	fynetheme.SizeNameButtonRadius:    RadiusButton,
	fynetheme.SizeNameSelectionRadius: RadiusSmall,
	fynetheme.SizeNameDialogRadius:    RadiusPanel,
	fynetheme.SizeNamePopupRadius:     RadiusCard,
	fynetheme.SizeNameMenuRadius:      RadiusCard,
	fynetheme.SizeNameCardRadius:      RadiusCard,
	fynetheme.SizeNameScrollBar:       10,
	fynetheme.SizeNameScrollBarSmall:  4,
	fynetheme.SizeNameScrollBarRadius: 5,
	fynetheme.SizeNameModalBlurRadius: 0, // a blur of the whole window is slow where OpenGL is software
}

// Size returns the size of a name.
func (t theme) Size(name fyne.ThemeSizeName) float32 {
	if s, ok := sizes[name]; ok {
		return s
	}
	return t.Theme.Size(name)
}

// Text returns one line of text.
func Text(s string, size float32, c color.Color) *canvas.Text {
	return &canvas.Text{Text: s, TextSize: size, Color: c}
}

// Bold returns one line of bold text.
func Bold(s string, size float32, c color.Color) *canvas.Text {
	return &canvas.Text{Text: s, TextSize: size, Color: c, TextStyle: fyne.TextStyle{Bold: true}}
}
