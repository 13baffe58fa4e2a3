package ui

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
)

func TestCommands(t *testing.T) {
	tests := []struct {
		name  string
		given []kind
		want  []kind
	}{
		{"in order", []kind{kindOpen, kindPlay, kindSeek}, []kind{kindOpen, kindPlay, kindSeek}},
		{"newest seek", []kind{kindSeek, kindPlay, kindSeek}, []kind{kindPlay, kindSeek}},
		{"newest volume", []kind{kindVolume, kindVolume, kindMute}, []kind{kindVolume, kindMute}},
		{"each play counts", []kind{kindPlay, kindPlay}, []kind{kindPlay, kindPlay}},
		{"open drops what was for the old resource", []kind{kindSeek, kindVolume, kindOpen}, []kind{kindVolume, kindOpen}},
		{"reset too", []kind{kindOpen, kindPlay, kindSpeed, kindReset}, []kind{kindSpeed, kindReset}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var ran []kind
				var failed []kind
				c := newCommands(func(k kind, _ error) { failed = append(failed, k) })
				for _, k := range tt.given {
					c.give(k, func() error { ran = append(ran, k); return errors.New("no") })
					assert.True(t, c.busy(k))
				}
				var g group
				g.run(c.serve)
				synctest.Wait()
				g.close()
				assert.Equal(t, tt.want, ran)
				assert.Equal(t, tt.want, failed)
				assert.False(t, c.busy(tt.want[0]))
			})
		})
	}
}

func TestDispatcherHasOneCallUnderWay(t *testing.T) {
	var calls []func()
	d := &dispatcher{do: func(f func()) { calls = append(calls, f) }}
	var ran []int
	for i := range 1000 {
		d.post(func() {
			ran = append(ran, i)
			if i == 0 {
				d.post(func() { ran = append(ran, -1) })
			}
		})
	}
	assert.Len(t, calls, 1)
	calls[0]()
	assert.Len(t, calls, 1)
	assert.Len(t, ran, 1001)
	assert.Equal(t, []int{0, 1, 2}, ran[:3])
	assert.Equal(t, -1, ran[1000])
	d.post(func() { t.Error("ran after close") })
	assert.Len(t, calls, 2)
	d.close()
	calls[1]()
	d.post(func() { t.Error("posted after close") })
	assert.Len(t, calls, 2)
}

func TestChangesCoalesce(t *testing.T) {
	var c Changes
	assert.False(t, c.take())
	for range 100 {
		c.Notify()
	}
	assert.True(t, c.take())
	assert.False(t, c.take())
}

func TestGroupEndsItsGoroutines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var g group
		ended := 0
		wait := func(ctx context.Context) { <-ctx.Done(); ended++ }
		cancel := g.run(wait)
		cancel()
		synctest.Wait()
		assert.Equal(t, 1, ended)
		g.run(wait)
		g.close()
		g.close()
		assert.Equal(t, 2, ended)
		g.run(func(context.Context) { t.Error("ran after close") })
		synctest.Wait()
	})
}
