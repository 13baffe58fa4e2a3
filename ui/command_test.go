package ui

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/player"
	"latchkey/ui/catalogue"
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

// slowService is a service whose Resource waits, for the titles of series from the second on.
type slowService struct {
	*titlesService
	gate chan struct{}
}

func (s *slowService) Resource(title catalogue.Title) (*player.MediaResource, error) {
	if title.ID != "1" {
		<-s.gate
	}
	return s.titlesService.Resource(title)
}

// TestSlowResourceHoldsUpNoOtherCommand pauses, mutes and seeks while a service makes the resource
// of another title.
func TestSlowResourceHoldsUpNoOtherCommand(t *testing.T) {
	var gate chan struct{}
	inSlowWindow := func(t *testing.T, f func(r *rig)) {
		t.Helper()
		inWindow(t, func(o *Options) {
			gate = make(chan struct{})
			titles := series()
			o.Services = &fakeServices{list: []Service{&slowService{&titlesService{fakeService{id: "titles"}, titles}, gate}}}
		}, func(r *rig) {
			r.play(series().titles[1], 0)
			r.settle()
			r.engine.set(func(s *player.Snapshot) {
				s.State, s.Position, s.Duration = player.Playing, time.Minute, 10*time.Minute
			})
			r.settle()
			r.engine.take()
			f(r)
		})
	}
	t.Run("of the title that follows", func(t *testing.T) {
		inSlowWindow(t, func(r *rig) {
			r.engine.set(func(s *player.Snapshot) { s.Position = 9*time.Minute + 50*time.Second })
			r.settle()
			r.playPause()
			r.toggleMute()
			r.seek(9*time.Minute+40*time.Second, true)
			r.settle()
			assert.Equal(t, []string{"pause", "muted", "seek 9m40s"}, r.engine.take())
			close(gate)
			r.settle()
			asked := r.engine.take()
			require.Len(t, asked, 1)
			assert.Contains(t, asked[0], "prepare next")
		})
	})
	t.Run("of another title", func(t *testing.T) {
		inSlowWindow(t, func(r *rig) {
			r.play(series().titles[2], 0)
			r.settle()
			r.playPause()
			r.toggleMute()
			r.seek(20*time.Second, true)
			r.settle()
			assert.Equal(t, []string{"pause", "muted"}, r.engine.take(), "what still plays pauses; the seek is for the other title")
			assert.False(t, r.wantPlay)
			close(gate)
			r.settle()
			asked := r.engine.take()
			require.Len(t, asked, 5)
			assert.Contains(t, asked[0], "replace")
			assert.Equal(t, []string{"prepare 0s", "play", "pause", "seek 20s"}, asked[1:])
			assert.Equal(t, player.Paused, r.snapshot.State)
		})
	})
	t.Run("while the title before it ends", func(t *testing.T) {
		inSlowWindow(t, func(r *rig) {
			r.advance = true
			r.play(series().titles[2], 0)
			r.settle()
			r.engine.set(func(s *player.Snapshot) { s.State, s.Position = player.Complete, 10*time.Minute })
			r.settle()
			assert.Empty(t, r.engine.take(), "nothing follows what was left")
			assert.Equal(t, series().titles[2].ID, r.title.ID)
			assert.Zero(t, r.snapshot.Position)
			assert.True(t, r.wantPlay)
			close(gate)
			r.settle()
			assert.Equal(t, []string{"prepare 0s", "play"}, r.engine.take()[1:])
			assert.Equal(t, player.Playing, r.snapshot.State)
		})
	})
	t.Run("of a title that is left", func(t *testing.T) {
		inSlowWindow(t, func(r *rig) {
			r.play(series().titles[2], 0)
			r.settle()
			r.stop()
			r.settle()
			assert.Equal(t, []string{"reset"}, r.engine.take())
			close(gate)
			r.settle()
			assert.Empty(t, r.engine.take())
		})
	})
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
