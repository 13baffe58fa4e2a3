package player

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// TestFreshness reads headers as RFC 9111, 4.2 and 5.2.2 say.
func TestFreshness(t *testing.T) {
	t.Parallel()
	came := time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
	const never = -1
	for name, c := range map[string]struct {
		header http.Header
		holds  int // seconds for which it may be used without a request; never: it must not be kept
	}{
		"nothing said":              {http.Header{}, 1 << 20},
		"no-store":                  {http.Header{"Cache-Control": {"no-store"}}, never},
		"No-Store among others":     {http.Header{"Cache-Control": {"max-age=60, No-Store"}}, never},
		"two lines":                 {http.Header{"Cache-Control": {"max-age=60", "no-store"}}, never},
		"no-cache":                  {http.Header{"Cache-Control": {"no-cache"}}, 0},
		"no-cache with an age":      {http.Header{"Cache-Control": {"no-cache, max-age=60"}}, 0},
		"pragma":                    {http.Header{"Pragma": {"no-cache"}}, 0},
		"pragma does not count":     {http.Header{"Pragma": {"no-cache"}, "Cache-Control": {"max-age=60"}}, 60},
		"max-age":                   {http.Header{"Cache-Control": {"max-age=60"}}, 60},
		"max-age in quotes":         {http.Header{"Cache-Control": {"max-age=\"60\""}}, 60},
		"max-age of an old answer":  {http.Header{"Cache-Control": {"max-age=60"}, "Age": {"50"}}, 10},
		"max-age that has run out":  {http.Header{"Cache-Control": {"max-age=60"}, "Age": {"70"}}, 0},
		"max-age that is no number": {http.Header{"Cache-Control": {"max-age=soon"}}, 0},
		"negative max-age":          {http.Header{"Cache-Control": {"max-age=-1"}}, 0},
		"max-age beyond 32 bits":    {http.Header{"Cache-Control": {"max-age=99999999999"}}, 1 << 20},
		"expires":                   {http.Header{"Expires": {"Sat, 28 Nov 2026 12:01:00 GMT"}, "Date": {"Sat, 28 Nov 2026 12:00:00 GMT"}}, 60},
		"expires by another clock":  {http.Header{"Expires": {"Sat, 28 Nov 2026 09:01:00 GMT"}, "Date": {"Sat, 28 Nov 2026 09:00:00 GMT"}}, 60},
		"expires 0":                 {http.Header{"Expires": {"0"}}, 0},
		"max-age before expires":    {http.Header{"Expires": {"0"}, "Cache-Control": {"max-age=60"}}, 60},
		"vary":                      {http.Header{"Vary": {"*"}}, 0},
		"unknown directives":        {http.Header{"Cache-Control": {"public, immutable, , =,s-maxage=0"}}, 1 << 20},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := freshnessOf(c.header, came)
			assert.Equal(t, c.holds == never, f.never)
			last := time.Duration(max(c.holds, 0)) * time.Second
			assert.Equal(t, c.holds > 0, f.fresh(came.Add(last-time.Second)) && c.holds > 0)
			assert.Equal(t, c.holds == 1<<20, f.fresh(came.Add(last)))
		})
	}
}

// TestFreshnessAfterRevalidation keeps what an answer 304 leaves out. RFC 9111, 3.2.
func TestFreshnessAfterRevalidation(t *testing.T) {
	t.Parallel()
	came := time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
	before := freshnessOf(http.Header{"Cache-Control": {"max-age=60"}, "Etag": {"\"1\""}}, came)
	later := came.Add(time.Hour)
	assert.Equal(t, http.Header{"If-None-Match": {"\"1\""}}, before.conditions())
	longer := before.after(http.Header{"Cache-Control": {"max-age=600"}}, later)
	assert.True(t, longer.fresh(later.Add(599*time.Second)))
	assert.Equal(t, "\"1\"", longer.etag)
	assert.False(t, before.after(http.Header{}, later).fresh(later), "it says nothing: it is asked each time")
	assert.Nil(t, freshness{}.conditions())
	assert.Equal(t, http.Header{"If-Modified-Since": {"then"}}, freshness{modified: "then"}.conditions())
}

// FuzzFreshness wants that what must not be kept is not, and that nothing holds longer than it
// says.
func FuzzFreshness(f *testing.F) {
	for _, seed := range []string{"no-store", "max-age=60", "no-cache, max-age=1", "max-age=\"3\"", "=,;,max-age"} {
		f.Add(seed, "0", "5")
	}
	came := time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, control, expires, age string) {
		got := freshnessOf(http.Header{"Cache-Control": {control}, "Expires": {expires}, "Age": {age}}, came)
		if control == "no-store" && got.fresh(came) {
			t.Error("no-store is kept")
		}
		if control == "no-cache" && got.fresh(came) {
			t.Error("no-cache is used without a request")
		}
		if !got.until.IsZero() && got.until.Before(came) {
			t.Errorf("it ended before it came: %v", got.until)
		}
	})
}

// TestValidatorsAreBounded keeps none that is long, and counts what the cache keeps beside bytes.
func TestValidatorsAreBounded(t *testing.T) {
	f := freshnessOf(http.Header{"Etag": {strings.Repeat("e", 500_000)}, "Last-Modified": {strings.Repeat("m", 500_000)}}, time.Now())
	assert.Empty(t, f.etag)
	assert.Empty(t, f.modified)
	c := newCache()
	const entries = cacheBytes/entryOverhead + 100
	for i := range entries {
		d := newDownload()
		d.keepFor(freshness{etag: "e"})
		d.start(0)
		d.finish(nil)
		c.put(cacheKey{uri: strconv.Itoa(i)}, d)
	}
	assert.Less(t, len(c.entries), entries-100, "what has no bytes takes memory, too")
	assert.LessOrEqual(t, c.bytes, cacheBytes)
}
