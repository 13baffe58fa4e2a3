package player_test

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/network"
	"latchkey/network/networktest"
	"latchkey/player"
	"latchkey/player/mediatest"
	"latchkey/player/report"
)

// steered is a stream on two pathways, A and B, with its sound apart, and a steering server.
type steered struct {
	*networktest.Origin

	source string // what was cut

	mu     sync.Mutex
	answer string // of the steering server; guarded by mu
	later  string // likewise, from the second question on, where there is one
	status int    // likewise
	asked  []string
	third  chan struct{} // closed with the third question: the second answer was followed
}

func (s *steered) say(status int, manifest string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.status, s.answer = status, manifest
}

// questions are the queries that the steering server got.
func (s *steered) questions() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.asked...)
}

// newSteered serves six seconds, of which each pathway has two variants.
func newSteered(t *testing.T, manifest string) *steered {
	t.Helper()
	folder := t.TempDir()
	picture := mediatest.MakeHLS(t, mediatest.HLSSpec{Spec: mediatest.Spec{Video: "h264", Frames: rungFrames}})
	sound := mediatest.MakeHLS(t, mediatest.HLSSpec{Spec: mediatest.Spec{Audio: "aac", Frames: rungFrames}, Fragmented: true})
	main := "#EXTM3U\n#EXT-X-CONTENT-STEERING:SERVER-URI=\"/steer?first\",PATHWAY-ID=\"A\"\n"
	for _, way := range []string{"A", "B"} {
		require.NoError(t, os.CopyFS(filepath.Join(folder, way, "sound"), os.DirFS(sound.Folder)))
		main += fmt.Sprintf("#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"%s\",NAME=\"Sound\",DEFAULT=YES,AUTOSELECT=YES,URI=\"%s/sound/index.m3u8\",STABLE-RENDITION-ID=\"s\"\n", way, way)
		for i := range 2 {
			name := fmt.Sprintf("%s/%d", way, i)
			require.NoError(t, os.CopyFS(filepath.Join(folder, name), os.DirFS(picture.Folder)))
			main += fmt.Sprintf("#EXT-X-STREAM-INF:BANDWIDTH=%d,RESOLUTION=160x90,CODECS=\"avc1.64000c,mp4a.40.2\",AUDIO=%q,PATHWAY-ID=%q,STABLE-VARIANT-ID=\"v%d\"\n%s/index.m3u8\n",
				(i+1)*400_000, way, way, i, name)
		}
	}
	require.NoError(t, os.WriteFile(filepath.Join(folder, "main.m3u8"), []byte(main), 0o600))
	s := &steered{source: picture.Source, third: make(chan struct{})}
	s.say(http.StatusOK, manifest)
	s.Origin = newOrigin(t, networktest.Options{FS: os.DirFS(folder), Routes: []networktest.Route{{Path: "/steer", Class: network.ClassSteering,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			s.mu.Lock()
			defer s.mu.Unlock()
			if s.asked = append(s.asked, r.URL.RawQuery); len(s.asked) == 3 {
				close(s.third)
			}
			w.WriteHeader(s.status)
			answer := s.answer
			if s.later != "" && len(s.asked) > 1 {
				answer = s.later
			}
			_, _ = w.Write([]byte(answer)) // a player that has gone does not care
		})}}})
	return s
}

// ways counts the segments by pathway, of the pictures and of the sound.
func (s *steered) ways() (pictures, sounds map[string]int) {
	pictures, sounds = make(map[string]int), make(map[string]int)
	for _, r := range s.Requests(network.ClassSegment) {
		if r.Status != http.StatusOK {
			continue
		}
		parts := strings.Split(strings.TrimPrefix(r.Path, "/"), "/")
		if parts[1] == "sound" {
			sounds[parts[0]]++
		} else {
			pictures[parts[0]]++
		}
	}
	return pictures, sounds
}

// watchSteered plays to the end at a speed, and wants each picture once.
func watchSteered(t *testing.T, s *steered, speed float64) player.Snapshot {
	t.Helper()
	var seen bytes.Buffer
	hashes := report.NewHashes(&seen)
	screen := newScreen(t, player.Config{VideoTap: hashes.Video, PlaybackBuffer: 2 * time.Second, InitialBuffer: time.Second})
	screen.open(s.URL("main.m3u8"), nil, 0)
	require.NoError(t, screen.player.SetSpeed(speed))
	screen.play()
	end := screen.ended()
	require.Equal(t, player.Complete, end.State, "%v", end.Error)
	require.NoError(t, hashes.Flush())
	assertFrames(t, mediatest.FrameMD5(t, s.source, mediatest.Video), lines(t, &seen), 0)
	return end
}

func TestSteering(t *testing.T) {
	t.Parallel()
	s := newSteered(t, `{"VERSION":1,"TTL":1,"RELOAD-URI":"/steer?again","PATHWAY-PRIORITY":["A","B"]}`)
	s.later = `{"VERSION":1,"TTL":1,"PATHWAY-PRIORITY":["X","B","A"]}`
	// Of the third segment nothing comes before the second answer was followed, so that the rest is sure to be asked for after it.
	s.Inject(networktest.Fault{Path: "/*/*/segment2.*", Effect: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		select {
		case <-s.third:
			next.ServeHTTP(w, r)
		case <-r.Context().Done():
		}
	}})
	end := watchSteered(t, s, 1)
	assert.Equal(t, "B", end.Pathway)
	pictures, sounds := s.ways()
	assert.Positive(t, pictures["A"])
	assert.Positive(t, pictures["B"])
	assert.Positive(t, sounds["A"])
	assert.Positive(t, sounds["B"], "the sound goes along")
	asked := s.questions()
	require.Greater(t, len(asked), 3)
	assert.Equal(t, "first&_HLS_pathway=%22A%22", asked[0])
	assert.Regexp(t, `^again&_HLS_pathway=%22A%22&_HLS_throughput=\d+$`, asked[1])
	assert.Regexp(t, `^again&_HLS_pathway=%22B%22&_HLS_throughput=\d+$`, asked[len(asked)-1])
}

// TestAPathwayFails takes what the server of a pathway no longer has from the other one, and stays there.
func TestAPathwayFails(t *testing.T) {
	t.Parallel()
	s := newSteered(t, `{"VERSION":1,"TTL":300,"PATHWAY-PRIORITY":["A","B"]}`)
	for _, name := range []string{"segment3.*", "segment4.*", "segment5.*"} {
		s.Inject(networktest.Fault{Path: "/A/*/" + name, Effect: networktest.Status(http.StatusServiceUnavailable)})
	}
	end := watchSteered(t, s, 4)
	assert.Equal(t, "B", end.Pathway)
	pictures, sounds := s.ways()
	assert.Positive(t, pictures["B"])
	assert.Positive(t, sounds["B"])
	assert.LessOrEqual(t, pictures["A"], 3)
}

// TestAClonedPathway loads from a clone, whose URIs are those of its base with parameters, or its own.
func TestAClonedPathway(t *testing.T) {
	t.Parallel()
	s := newSteered(t, "")
	s.say(http.StatusOK, `{"VERSION":1,"TTL":300,"PATHWAY-PRIORITY":["C"],"PATHWAY-CLONES":[{"BASE-ID":"A","ID":"C","URI-REPLACEMENT":{"PARAMS":{"via":"c"},"PER-VARIANT-URIS":{"v1":"`+
		s.URL("B/1/index.m3u8")+`"}}}]}`)
	end := watchSteered(t, s, 4)
	assert.Equal(t, "C", end.Pathway)
	assert.Less(t, end.Variant, 4, "what is told of are the playlist's own variants")
	cloned := 0
	for _, r := range s.Requests(network.ClassPlaylist) {
		if r.Query.Get("via") == "c" || strings.HasPrefix(r.Path, "/B/1/") {
			cloned++
		}
	}
	assert.GreaterOrEqual(t, cloned, 2, "the picture's and the sound's")
}

// TestSteeringServerThatFails plays on as the playlist says.
func TestSteeringServerThatFails(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]struct {
		status int
		text   string
	}{
		"gone": {http.StatusGone, ""}, "not found": {http.StatusNotFound, ""}, "a web page": {http.StatusOK, "<html>"},
		"nothing known": {http.StatusOK, `{"VERSION":1,"PATHWAY-PRIORITY":["X"]}`},
		"a bad clone":   {http.StatusOK, `{"VERSION":1,"PATHWAY-PRIORITY":["C","A"],"PATHWAY-CLONES":[{"BASE-ID":"A","ID":"C","URI-REPLACEMENT":{"PER-VARIANT-URIS":{"v0":"relative"}}}]}`},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSteered(t, answer.text)
			s.say(answer.status, answer.text)
			end := watchSteered(t, s, 4)
			assert.Equal(t, "A", end.Pathway)
			pictures, _ := s.ways()
			assert.Zero(t, pictures["B"])
			assert.Len(t, s.questions(), 1)
		})
	}
}
