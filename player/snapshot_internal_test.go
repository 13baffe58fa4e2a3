package player

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// TestSnapshotIsTheCallers changes what a snapshot holds: the next one has it as it was.
func TestSnapshotIsTheCallers(t *testing.T) {
	l := limited()
	s := l.session
	s.ladder, s.ready, s.variants = l, true, []VariantInfo{{Index: 0, Bandwidth: 5}}
	s.sounds = &sounds{list: []SoundInfo{{Name: "English"}}}
	s.subtitles = &subtitles{latent: -1, list: []SubtitleInfo{{Name: "Deutsch"}}}
	var first, second Snapshot
	s.describe(&first)
	first.Variants[0], first.Selects[0], first.Sounds[0], first.Subtitles[0] = VariantInfo{}, 7, SoundInfo{}, SubtitleInfo{}
	s.describe(&second)
	assert.Equal(t, []VariantInfo{{Index: 0, Bandwidth: 5}}, second.Variants)
	assert.Equal(t, []int{0, 1, 2, 3}, second.Selects)
	assert.Equal(t, []SoundInfo{{Name: "English"}}, second.Sounds)
	assert.Equal(t, []SubtitleInfo{{Name: "Deutsch"}}, second.Subtitles)
}

// TestSeekTimesAreBounded ends many seeks: the newest are kept.
func TestSeekTimesAreBounded(t *testing.T) {
	p := new(Player)
	begin := time.Unix(1000, 0)
	for i := 1; i <= 2000; i++ {
		p.askedSeek = begin
		p.seekDone(begin.Add(time.Duration(i)))
	}
	assert.Len(t, p.stats.Seeks, 1000)
	assert.Equal(t, time.Duration(1001), p.stats.Seeks[0])
	assert.Equal(t, time.Duration(2000), p.stats.Seeks[999])
}
