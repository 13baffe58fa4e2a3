package catalogue

import (
	"fmt"
	"image"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/ui/controls"
)

// many returns titles in rows of a hundred.
func many(n int) []Title {
	titles := make([]Title, n)
	for i := range titles {
		titles[i] = Title{ID: fmt.Sprint(i), Name: fmt.Sprintf("Title %d", i), Summary: "About number " + fmt.Sprint(i), Poster: "p", Protected: i%2 == 0,
			Rows: []string{fmt.Sprintf("Row %d", i/100)}}
	}
	return titles
}

// shown returns a view in a window.
func shown(t testing.TB, actions Actions) *View {
	t.Helper()
	app := test.NewApp()
	t.Cleanup(app.Quit)
	if actions.Open == nil {
		actions.Open = func(Title) {}
	}
	actions.Retry = func() {}
	v := New(controls.Hooks{Activity: func() {}, Key: func(*fyne.KeyEvent) {}}, actions)
	w := test.NewWindow(v.Container)
	t.Cleanup(w.Close)
	w.SetPadded(false)
	w.Resize(fyne.NewSize(1000, 600))
	return v
}

func TestSections(t *testing.T) {
	list := sections([]Title{{ID: "1", Rows: []string{"New", "Films"}}, {ID: "2"}, {ID: "3", Rows: []string{"Films"}}})
	var got []string
	for _, s := range list {
		for _, title := range s.titles {
			got = append(got, s.name+"/"+title.ID)
		}
	}
	assert.Equal(t, []string{"New/1", "Films/1", "Films/3", "/2"}, got)
}

func TestPlanShowsWhatCanBeSeen(t *testing.T) {
	p := newPlan(sections(many(350)), 1000)
	require.Equal(t, 3, p.columns)
	seen := make(map[slot]int)
	for y := float32(0); y < p.height; y += 200 {
		headings, slots := p.visible(y, y+200)
		for _, s := range slots {
			seen[s]++
			_, top := p.place(s)
			assert.True(t, top <= y+200+1 && top+p.line >= y-1, "%v at %v is not between %v and %v", s, top, y, y+200)
		}
		for _, h := range headings {
			assert.True(t, p.tops[h] <= y+200 && p.tops[h]+headingHeight >= y)
		}
	}
	assert.Len(t, seen, 350, "every title can be seen somewhere")
}

func TestArrowsReachEveryTitle(t *testing.T) {
	p := newPlan(sections(many(205)), 1000)
	at, steps := slot{}, 1
	for {
		next, ok := p.step(at, 1, 0)
		if !ok {
			break
		}
		back, ok := p.step(next, -1, 0)
		require.True(t, ok)
		require.Equal(t, at, back)
		at = next
		steps++
	}
	assert.Equal(t, 205, steps)
	down := slot{}
	lines := 1
	for {
		next, ok := p.step(down, 0, 1)
		if !ok {
			break
		}
		_, before := p.place(down)
		_, after := p.place(next)
		require.Greater(t, after, before)
		down = next
		lines++
	}
	assert.Equal(t, 34+34+2, lines)
	up, ok := p.step(slot{1, 1}, 0, -1)
	require.True(t, ok)
	assert.Equal(t, 0, up.section)
}

func TestViewMakesFewWidgets(t *testing.T) {
	var wanted []string
	v := shown(t, Actions{Poster: func(title Title) { wanted = append(wanted, title.ID) }})
	v.ShowTitles(many(5000), true)
	assert.Less(t, len(v.cards), 30)
	assert.Less(t, len(wanted), 30, "no poster that cannot be seen")
	assert.Contains(t, wanted, "0")
	v.scroll.ScrollToOffset(fyne.NewPos(0, v.plan.height-600))
	v.arrange()
	assert.Contains(t, wanted, "4999")
	assert.Less(t, len(v.cards), 30)
	v.FocusEdge(false)
	assert.Contains(t, v.cards, slot{})
	assert.Zero(t, v.scroll.Offset.Y)
}

func TestSearch(t *testing.T) {
	v := shown(t, Actions{})
	v.ShowTitles(many(500), false)
	v.Search("  title 499 ")
	require.Len(t, v.plan.sections, 1)
	assert.Equal(t, "499", v.plan.sections[0].titles[0].ID)
	v.Search("nothing is called so")
	assert.True(t, v.middle.Visible())
	assert.Contains(t, v.message.Text(), "nothing is called so")
	v.Search("")
	assert.Len(t, v.plan.sections, 5)
	assert.False(t, v.middle.Visible())
}

func TestContinueWatching(t *testing.T) {
	marks := map[string]Mark{"3": {Progress: 0.5, When: 1}, "7": {Progress: 0.2, When: 2}, "8": {Watched: true}}
	v := shown(t, Actions{Mark: func(title Title) Mark { return marks[title.ID] }})
	v.ShowTitles(many(10), false)
	require.Equal(t, continueName, v.plan.sections[0].name)
	var ids []string
	for _, title := range v.plan.sections[0].titles {
		ids = append(ids, title.ID)
	}
	assert.Equal(t, []string{"7", "3"}, ids, "the last one first")
	marks["3"] = Mark{}
	v.Marks()
	assert.Len(t, v.plan.sections[0].titles, 1)
}

func TestPostersAreBounded(t *testing.T) {
	var p posters
	for i := range 100 {
		p.put(fmt.Sprint(i), image.NewRGBA(image.Rect(0, 0, 720, 405)))
		p.get("0")
	}
	assert.LessOrEqual(t, p.bytes, maxPosterCache)
	assert.NotNil(t, p.get("0"), "what is used stays")
	assert.NotNil(t, p.get("99"))
	assert.Nil(t, p.get("1"))
	assert.Len(t, p.order, len(p.images))
}

func FuzzFound(f *testing.F) {
	f.Add("title 4", "Title 4")
	f.Fuzz(func(t *testing.T, search, name string) {
		hits := found([]Title{{Name: name}}, search)
		assert.LessOrEqual(t, len(hits), 1)
		if search == "" {
			assert.Len(t, hits, 1)
		}
	})
}

func BenchmarkShow5000(b *testing.B) {
	v := shown(b, Actions{})
	titles := many(5000)
	for b.Loop() {
		v.ShowTitles(titles, true)
	}
}

func BenchmarkSearch5000(b *testing.B) {
	v := shown(b, Actions{})
	v.ShowTitles(many(5000), true)
	words := []string{"title 4", "number 49", "499", ""}
	for i := 0; b.Loop(); i++ {
		v.Search(words[i%len(words)])
	}
}

func BenchmarkScroll5000(b *testing.B) {
	v := shown(b, Actions{})
	v.ShowTitles(many(5000), true)
	for i := 0; b.Loop(); i++ {
		v.scroll.ScrollToOffset(fyne.NewPos(0, float32(i*53%100000)))
		v.arrange()
	}
}
