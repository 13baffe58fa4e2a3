package player

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/player/hls"
)

// onAir is a live stream of segments of four seconds in two variants and an I-frame playlist, whose
// server can block: a request that names a segment is answered when that is there, each other one
// at once.
type onAir struct {
	began   time.Time
	lag     time.Duration // of the second variant behind the first
	refuses atomic.Bool   // each request is refused
	slow    time.Duration // that each answer takes
	hangs   atomic.Bool   // a request for a playlist that names no segment is not answered

	mu    sync.Mutex
	asked []string // guarded by mu: paths and queries, in order
}

// requests returns those of a path since it was called last.
func (a *onAir) requests(path string) []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	of := slices.DeleteFunc(a.asked, func(uri string) bool { return !strings.HasPrefix(uri, path) })
	a.asked = nil
	return of
}

const airTarget = 4 * time.Second

func (a *onAir) RoundTrip(r *http.Request) (*http.Response, error) {
	a.mu.Lock()
	a.asked = append(a.asked, r.URL.RequestURI())
	a.mu.Unlock()
	pause(r.Context(), nil, a.slow)
	text := func(status int, text string) (*http.Response, error) {
		return answer(r, status, strings.NewReader(text), int64(len(text))), nil
	}
	switch {
	case a.refuses.Load():
		return text(http.StatusUnauthorized, "")
	case r.URL.Path == "/main.m3u8":
		return text(http.StatusOK, "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1000000\n0.m3u8\n#EXT-X-STREAM-INF:BANDWIDTH=2000000\n1.m3u8\n"+
			"#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=100000,URI=\"stills.m3u8\"\n")
	case !strings.HasSuffix(r.URL.Path, ".m3u8"):
		return text(http.StatusNotFound, "")
	}
	began := a.began
	if r.URL.Path == "/1.m3u8" {
		began = began.Add(a.lag)
	}
	if number, err := strconv.Atoi(r.URL.Query().Get("_HLS_msn")); err == nil {
		wait := time.NewTimer(time.Until(began.Add(time.Duration(number+1) * airTarget)))
		defer wait.Stop()
		select {
		case <-wait.C:
		case <-r.Context().Done():
			return nil, context.Cause(r.Context())
		}
	} else if a.hangs.Load() {
		<-r.Context().Done()
		return nil, context.Cause(r.Context())
	}
	var b strings.Builder
	b.WriteString("#EXTM3U\n#EXT-X-VERSION:9\n#EXT-X-TARGETDURATION:4\n#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES\n#EXT-X-MEDIA-SEQUENCE:0\n")
	for i := range int(time.Since(began) / airTarget) {
		fmt.Fprintf(&b, "#EXT-X-PROGRAM-DATE-TIME:%s\n#EXTINF:4,\n%s%d.ts\n", a.began.Add(time.Duration(i)*airTarget).UTC().Format("2006-01-02T15:04:05.000Z"),
			strings.TrimSuffix(r.URL.Path, ".m3u8"), i)
	}
	return text(http.StatusOK, b.String())
}

// tune opens the stream 21 s after it began, in its first variant. Nothing is played; its playlist
// is kept up to date.
func (a *onAir) tune(t *testing.T) (*session, *hlsTrack) {
	t.Helper()
	a.began = time.Now().Add(-21 * time.Second)
	s := newTestSession(t, "http://live.example.com/main.m3u8", a.RoundTrip)
	require.NoError(t, s.open(s.ctx))
	source, is := s.source.(*hlsSource)
	require.True(t, is)
	return s, source.hlsTracks()[0]
}

// TestNothingWaitsForTheNextSegment seeks into the window of a live stream and looks at a preview,
// while its playlist is asked for with a request that is answered with the next segment.
func TestNothingWaitsForTheNextSegment(t *testing.T) {
	for name, do := range map[string]func(*testing.T, *session, *hlsTrack){
		"a seek": func(t *testing.T, _ *session, track *hlsTrack) {
			t.Helper()
			at := track.begins(t.Context(), 9*time.Second)
			assert.EqualValues(t, 2, at.segment().Sequence)
		},
		"a seek in another variant": func(t *testing.T, s *session, track *hlsTrack) {
			t.Helper()
			s.ladder.mu.Lock()
			s.ladder.loading = 1
			s.ladder.mu.Unlock()
			at := track.begins(t.Context(), 9*time.Second)
			assert.Equal(t, 1, at.variant)
			assert.EqualValues(t, 2, at.segment().Sequence)
		},
		"a preview": func(t *testing.T, s *session, _ *hlsTrack) {
			t.Helper()
			_, err := s.stills.at(t.Context(), 9*time.Second, 100, -1)
			require.ErrorContains(t, err, "picture of segment 2", "there is none")
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				air := new(onAir)
				s, track := air.tune(t)
				for range 3 {
					// Later than minReload, while the next segment is a good
					// deal away.
					pause(t.Context(), nil, 300*time.Millisecond)
					began := time.Now()
					do(t, s, track)
					assert.Zero(t, time.Since(began))
				}
				pause(t.Context(), nil, time.Until(air.began.Add(33*time.Second)))
				began := time.Now()
				do(t, s, track)
				assert.Zero(t, time.Since(began), "what it has is as old as three segments")
				synctest.Wait()
				assert.Len(t, s.leading().current().Segments, 8, "the playlist is kept up to date")
			})
		})
	}
}

// TestRefresh asks for a playlist only when what is there is too old.
func TestRefresh(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		air := new(onAir)
		s, _ := air.tune(t) // five segments
		f, err := s.openFeed(t.Context(), "http://live.example.com/1.m3u8", nil)
		require.NoError(t, err)
		refresh := func(at time.Duration) (requests int) {
			air.requests("")
			f.refresh(t.Context(), at)
			all := air.requests("/1.m3u8")
			for _, uri := range all {
				assert.NotContains(t, uri, "_HLS_msn")
			}
			return len(all)
		}
		assert.Zero(t, refresh(0))
		assert.Zero(t, refresh(time.Hour), "it was read just now")
		pause(t.Context(), nil, time.Second)
		assert.Zero(t, refresh(19*time.Second), "it has that")
		assert.Equal(t, 1, refresh(20*time.Second), "it does not have that")
		assert.Zero(t, refresh(20*time.Second))
		assert.Equal(t, minReload, time.Until(f.due()), "who waits for what is next need not wait before that")
		pause(t.Context(), nil, airTarget)
		assert.Equal(t, 1, refresh(0), "it is older than a target duration")
		assert.Len(t, f.current().Segments, 6)
	})
}

// TestACanceledSeekGoesOn refuses a playlist while two seeks ask for it: both wait for the person,
// not for each other, and one that is canceled ends.
func TestACanceledSeekGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		air := new(onAir)
		s, track := air.tune(t)
		pause(t.Context(), nil, 300*time.Millisecond)
		f, err := s.openFeed(t.Context(), "http://live.example.com/1.m3u8", nil)
		require.NoError(t, err)
		other := &hlsTrack{session: s, feed: f, kinds: track.kinds, ladder: track.ladder}
		pause(t.Context(), nil, 2*airTarget)
		air.refuses.Store(true)
		first, cancel := context.WithCancel(t.Context())
		second, end := context.WithCancel(t.Context())
		done := make(chan int, 2)
		go func() { other.begins(first, 0); done <- 1 }()
		go func() { other.begins(second, 0); done <- 2 }()
		synctest.Wait()
		s.mu.Lock()
		parked := s.parked
		s.mu.Unlock()
		assert.Equal(t, 2, parked)
		cancel()
		assert.Equal(t, 1, <-done)
		end()
		assert.Equal(t, 2, <-done)
	})
}

// TestRefreshWaitsForAnother refreshes a playlist that is too old twice at the same time: both have
// what is new when they return, by one request.
func TestRefreshWaitsForAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		air := new(onAir)
		s, _ := air.tune(t) // five segments
		f, err := s.openFeed(t.Context(), "http://live.example.com/1.m3u8", nil)
		require.NoError(t, err)
		pause(t.Context(), nil, 10*time.Second)
		air.requests("")
		air.slow = 50 * time.Millisecond
		var group sync.WaitGroup
		for range 2 {
			group.Go(func() {
				f.refresh(t.Context(), 0)
				assert.Len(t, f.current().Segments, 7)
			})
		}
		group.Wait()
		assert.Len(t, air.requests("/1.m3u8"), 1)
	})
}

// TestCanceledRefreshReturnsAtOnce cancels a refresh while another request for the same playlist is
// not answered.
func TestCanceledRefreshReturnsAtOnce(t *testing.T) {
	for name, other := range map[string]func(*feed, context.Context){
		"during a reload":  (*feed).reload,
		"during a refresh": func(f *feed, ctx context.Context) { f.refresh(ctx, time.Hour) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				air := new(onAir)
				s, _ := air.tune(t)
				f, err := s.openFeed(t.Context(), "http://live.example.com/1.m3u8", nil)
				require.NoError(t, err)
				pause(t.Context(), nil, minReload)
				air.hangs.Store(true)
				air.requests("")

				first, end := context.WithCancel(t.Context())
				ended := make(chan struct{})
				go func() { other(f, first); close(ended) }()
				synctest.Wait()
				require.Len(t, air.requests("/1.m3u8"), 1)
				pause(t.Context(), nil, minReload) // the next segment is two seconds away
				second, cancel := context.WithCancel(t.Context())
				returned := make(chan struct{})
				go func() { f.refresh(second, time.Hour); close(returned) }()
				synctest.Wait()
				select {
				case <-returned:
					require.Fail(t, "the refresh does not wait")
				default:
				}
				began := time.Now()
				cancel()
				<-returned
				assert.Zero(t, time.Since(began))
				select {
				case <-ended:
					assert.Fail(t, "the other request is answered")
				default:
				}
				end()
				<-ended
			})
		})
	}
}

// TestSwitchToAVariantThatIsLate switches at the live edge to a variant whose server is a moment
// behind.
func TestSwitchToAVariantThatIsLate(t *testing.T) {
	for name, c := range map[string]struct {
		lag     time.Duration
		variant int
		took    time.Duration
	}{
		"a little": {100 * time.Millisecond, 1, 100 * time.Millisecond},
		"too much": {3 * time.Second, 0, 500 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				air := &onAir{lag: c.lag}
				s, track := air.tune(t)
				_, err := s.ladder.at(t.Context(), 1, track.begins(t.Context(), 0))
				require.NoError(t, err)
				require.True(t, s.ladder.fix(1))
				media, index, err := track.feed.after(t.Context(), &track.feed.current().Segments[4])
				require.NoError(t, err)
				require.EqualValues(t, 5, media.Segments[index].Sequence)
				began := time.Now()
				got := s.ladder.next(t.Context(), rung{variant: 0, feed: track.feed, media: media, index: index}, 3*time.Second)
				assert.Equal(t, c.variant, got.variant)
				assert.EqualValues(t, 5, got.segment().Sequence)
				assert.Equal(t, c.took, time.Since(began))
			})
		})
	}
}

// TestPartsThatComeLate keeps the parts that are known when an older playlist comes after a newer
// one.
func TestPartsThatComeLate(t *testing.T) {
	list := func(parts int) *hls.Playlist {
		text := "#EXTM3U\n#EXT-X-VERSION:9\n#EXT-X-TARGETDURATION:4\n#EXT-X-PART-INF:PART-TARGET=1\n#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=3\n" +
			"#EXTINF:4,\n0.ts\n"
		for i := range parts {
			text += fmt.Sprintf("#EXT-X-PART:DURATION=1,URI=\"1.%d.ts\"\n", i)
		}
		parsed, err := hls.Parse([]byte(text), "http://live.example.com/0.m3u8", hls.ParseOptions{})
		require.NoError(t, err)
		return parsed
	}
	f := newTestFeed(t, aired{count: 1})
	f.take(list(3), 0, 0)
	assert.False(t, f.merge(list(2)))
	assert.Equal(t, 3, madeOf(f.current()))
	assert.True(t, f.merge(list(4)))
	assert.Equal(t, 4, madeOf(f.current()))
}
