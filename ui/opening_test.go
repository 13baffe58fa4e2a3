package ui

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"latchkey/player"
)

// slowAccount is an account whose Resource waits.
type slowAccount struct {
	*fakeAccount
	gate chan struct{}
}

func (a *slowAccount) Resource(source string) (*player.MediaResource, error) {
	<-a.gate
	return a.fakeAccount.Resource(source)
}

// TestLeftOpening leaves the command line's file while its disk does not answer, and lets the disk
// answer then: the file never gets into the engine.
func TestLeftOpening(t *testing.T) {
	const file, other = "/media/slow/a.mp4", "https://media.example.com/b.m3u8"
	tests := []struct {
		name  string
		leave func(r *rig)
		want  []string
	}{
		{"for another title", func(r *rig) { r.open(other) }, []string{"replace " + other, "prepare 0s", "play"}},
		{"for the start screen", func(r *rig) { r.stop() }, []string{"reset"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			inWindow(t, nil, func(r *rig) {
				gate := make(chan struct{})
				r.early = openEarly(Options{Account: &slowAccount{r.account, gate}, Engine: r.engine, Source: file})
				r.engine.take()
				r.openFrom(file, 0)
				r.settle()
				assert.Empty(t, r.engine.take())
				tt.leave(r)
				r.settle()
				assert.Equal(t, tt.want, r.engine.take())
				close(gate)
				r.settle()
				assert.Empty(t, r.engine.take())
			})
		})
	}
}

// TestLeftOpeningThatTheEngineTakes opens another title while the engine is being given the command
// line's file: what the engine is told of the two does not mix.
func TestLeftOpeningThatTheEngineTakes(t *testing.T) {
	const file, other = "/media/a.mp4", "https://media.example.com/b.m3u8"
	inWindow(t, nil, func(r *rig) {
		r.engine.take()
		gate := make(chan struct{})
		r.engine.mu.Lock()
		r.engine.gate = gate
		r.engine.mu.Unlock()
		r.early = openEarly(Options{Account: r.account, Engine: r.engine, Source: file})
		r.openFrom(file, 0)
		r.settle()
		r.open(other)
		r.settle()
		close(gate)
		r.settle()
		assert.Equal(t, []string{"replace " + file, "prepare 0s", "replace " + other, "prepare 0s", "play"}, r.engine.take())
	})
}
