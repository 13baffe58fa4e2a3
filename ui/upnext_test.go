package ui

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/player"
	"latchkey/ui/catalogue"
)

// series is a catalogue with a row of three, the last of which is live.
func series() *fakeTitles {
	row := []string{"Series"}
	return &fakeTitles{titles: []catalogue.Title{
		{ID: "0", Name: "Alone", Source: "https://media.example.com/0.m3u8", Rows: []string{"Films"}},
		{ID: "1", Name: "One", Source: "https://media.example.com/1.m3u8", Rows: row},
		{ID: "2", Name: "Two", Source: "https://media.example.com/2.m3u8", Rows: row},
		{ID: "3", Name: "Three", Source: "https://media.example.com/3.m3u8", Rows: row, Live: true},
	}}
}

func TestTheNextTitle(t *testing.T) {
	inWindow(t, func(o *Options) { o.Services = series().services() }, func(r *rig) {
		play := func(i int) {
			r.play(series().titles[i], 0)
			r.settle()
			r.engine.set(func(s *player.Snapshot) {
				s.State, s.Position, s.Duration = player.Playing, time.Minute, 10*time.Minute
			})
			r.settle()
			r.engine.take()
		}
		at := func(state player.State, position time.Duration) {
			r.engine.set(func(s *player.Snapshot) { s.State, s.Position = state, position })
			r.settle()
		}
		play(1)
		at(player.Playing, 9*time.Minute)
		assert.Empty(t, r.engine.take(), "it is too early")
		at(player.Playing, 9*time.Minute+40*time.Second)
		at(player.Playing, 9*time.Minute+41*time.Second)
		asked := r.engine.take()
		require.Len(t, asked, 1, "it is prepared once")
		assert.Contains(t, asked[0], "prepare next")
		assert.False(t, r.replay.Visible())
		at(player.Complete, 10*time.Minute)
		require.True(t, r.replay.Visible())
		require.True(t, r.replay.next.Visible())
		assert.Equal(t, "Next: Two", r.replay.next.Text())
		r.replay.next.Tapped(nil)
		r.settle()
		assert.Equal(t, "Two", r.title.Name)
		assert.Contains(t, r.engine.take(), "play")
		assert.False(t, r.replay.Visible())

		play(2)
		at(player.Complete, 10*time.Minute)
		assert.True(t, r.replay.Visible())
		assert.False(t, r.replay.next.Visible(), "what is live does not follow")
		assert.Empty(t, r.engine.take())

		play(0)
		at(player.Complete, 10*time.Minute)
		assert.False(t, r.replay.next.Visible(), "nothing follows in its row")
	})
}

func TestTheNextTitleByKey(t *testing.T) {
	inWindow(t, func(o *Options) { o.Services = series().services() }, func(r *rig) {
		r.play(series().titles[1], 0)
		r.settle()
		r.engine.set(func(s *player.Snapshot) { s.State, s.Duration = player.Playing, time.Minute })
		r.settle()
		r.act(actNext)
		r.settle()
		assert.Equal(t, "Two", r.title.Name)
	})
}

func TestTheNextTitleByItself(t *testing.T) {
	var told []bool
	inWindow(t, func(o *Options) {
		o.Services, o.Advanced = series().services(), func(on bool) { told = append(told, on) }
	}, func(r *rig) {
		r.play(series().titles[1], 0)
		r.settle()
		assert.Equal(t, "Two", r.barState().Next)
		r.engine.take()
		r.setAdvance(true)
		r.settle()
		assert.Equal(t, []string{"advance true"}, r.engine.take())
		assert.Equal(t, []bool{true}, told)
		assert.True(t, r.barState().Advance)
		near := func(s *player.Snapshot) {
			s.State, s.Position, s.Duration = player.Playing, 9*time.Minute+50*time.Second, 10*time.Minute
		}
		r.engine.set(near)
		r.settle()
		r.settle() // what the window asked for is done
		require.Len(t, r.engine.take(), 1)

		// The engine has gone on: the window shows the other title, and asks the engine for nothing.
		r.engine.set(func(s *player.Snapshot) { s.Advanced, s.Position = 1, 0 })
		r.settle()
		assert.Equal(t, "Two", r.title.Name)
		assert.Contains(t, r.top.text, "Two")
		assert.True(t, r.wantPlay)
		assert.Empty(t, r.engine.take())
		assert.Empty(t, r.barState().Next, "what is live does not follow")

		// A person leaves for another title at the same moment: that one is shown.
		r.play(series().titles[1], 0)
		r.settle()
		r.engine.set(near)
		r.settle()
		r.settle() // what the window asked for is done
		r.play(series().titles[0], 0)
		r.engine.set(func(s *player.Snapshot) { s.Advanced = 2 })
		r.settle()
		assert.Equal(t, "Alone", r.title.Name)

		// The engine had not got it in time.
		r.play(series().titles[1], 0)
		r.settle()
		r.engine.take()
		r.engine.set(func(s *player.Snapshot) {
			s.State, s.Position, s.Duration = player.Complete, 10*time.Minute, 10*time.Minute
		})
		r.settle()
		r.settle()
		assert.Equal(t, "Two", r.title.Name)
		assert.Contains(t, r.engine.take(), "play")
		r.setAdvance(false)
		r.settle()
		assert.Equal(t, []bool{true, false}, told)
	})
}
