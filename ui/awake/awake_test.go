package awake

import (
	"errors"
	"log/slog"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
)

// desktop notes what it is asked for.
type desktop struct {
	calls []string
	err   error
}

func (d *desktop) inhibit() (func(), error) {
	d.calls = append(d.calls, "on")
	if d.err != nil {
		return nil, d.err
	}
	return func() { d.calls = append(d.calls, "off") }, nil
}

func TestKeeper(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		desktop desktop
		set     []bool
		want    []string
	}{
		"nothing is asked for what is so":      {set: []bool{false, false}},
		"on and off":                           {set: []bool{true, true, false, true}, want: []string{"on", "off", "on", "off"}},
		"the end lets go":                      {set: []bool{true}, want: []string{"on", "off"}},
		"a refusal is asked again, not undone": {desktop: desktop{err: errors.New("no")}, set: []bool{true, false, true}, want: []string{"on", "on"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				k := newKeeper(test.desktop.inhibit, slog.New(slog.DiscardHandler))
				for _, on := range test.set {
					k.Set(on)
					synctest.Wait()
				}
				k.Close()
				assert.Equal(t, test.want, slices.Clip(test.desktop.calls))
			})
		})
	}
}

// TestADesktopThatHangs holds neither Set nor Close.
func TestADesktopThatHangs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		k := newKeeper(func() (func(), error) {
			<-time.After(time.Hour)
			return func() {}, nil
		}, slog.New(slog.DiscardHandler))
		for range 10 {
			k.Set(true)
			synctest.Wait()
			k.Set(false)
		}
		assert.Zero(t, time.Since(begin))
		k.Close()
		assert.Equal(t, callTime, time.Since(begin))
		<-time.After(2 * time.Hour) // its goroutine ends
	})
}
