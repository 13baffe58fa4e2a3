package player

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/network"
	"latchkey/player/frame"
)

// TestCloseReleasesPictureOfTrickPlay closes the player while a picture of trick play is being
// made.
func TestCloseReleasesPictureOfTrickPlay(t *testing.T) {
	p, err := New(Config{FreeRun: true})
	require.NoError(t, err)
	r, err := NewMediaResource("film.mp4", nil)
	require.NoError(t, err)
	require.NoError(t, p.ReplaceCurrentResource(r))
	released := make(chan struct{})
	p.do(func() {
		s := p.session
		s.work.Go(func() {
			<-s.ctx.Done()
			picture := new(frame.Video)
			picture.OnRelease(func() { close(released) })
			s.post(messageStill{session: s, picture: picture})
		})
	})
	require.NoError(t, p.Close())
	select {
	case <-released:
	default:
		assert.Fail(t, "the picture was not released")
	}
}

// TestMailboxIsEmptyAfterClose calls a player that was closed.
func TestMailboxIsEmptyAfterClose(t *testing.T) {
	p, err := New(Config{FreeRun: true})
	require.NoError(t, err)
	require.NoError(t, p.Close())
	for range 10 {
		require.ErrorIs(t, p.Play(), ErrReleased)
		require.ErrorIs(t, p.UpdateCookies(network.Metadata{}), ErrReleased)
		p.SetVolume(1)
	}
	assert.Empty(t, p.box.take())
	released := false
	picture := new(frame.Video)
	picture.OnRelease(func() { released = true })
	p.box.post(messageStill{picture: picture})
	assert.True(t, released)
}
