package ui

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/app"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestNothingIsQueuedAtTheEnd holds that the real application has nothing left to queue when it quits.
func TestNothingIsQueuedAtTheEnd(t *testing.T) {
	before := fyne.CurrentApp()
	t.Cleanup(func() { fyne.SetCurrentApp(before) })
	a := app.NewWithID("io.github.latchkey.Test")
	lifecycle, ok := a.Lifecycle().(interface{ OnStopped() func() })
	require.True(t, ok, "Fyne's lifecycle is another one")
	require.NotNil(t, takeStopHook(a))
	assert.Nil(t, lifecycle.OnStopped())
}
