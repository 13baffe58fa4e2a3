package controls_test

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"
	"github.com/stretchr/testify/assert"

	"latchkey/ui/controls"
)

// TestFieldHandsShortcutsOn types the window's shortcut while a field has the keyboard.
func TestFieldHandsShortcutsOn(t *testing.T) {
	test.NewTempApp(t)
	var typed []fyne.Shortcut
	field := controls.NewField("", false, controls.Hooks{Shortcut: func(s fyne.Shortcut) { typed = append(typed, s) }})
	quit := &desktop.CustomShortcut{KeyName: fyne.KeyQ, Modifier: fyne.KeyModifierControl}
	field.TypedShortcut(quit)
	field.TypedShortcut(&fyne.ShortcutSelectAll{})
	assert.Equal(t, []fyne.Shortcut{quit}, typed)
}
