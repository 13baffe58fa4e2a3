package field

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/network"
	"latchkey/player"
)

// mains makes a folder of the stream of an edit and a multivariant playlist beside it, main.m3u8,
// of some lines and a variant of the stream with attributes. HERE stands for files.
type mains struct {
	edit       edit
	lines      []string
	attributes string
	more       func(t *testing.T, folder string)
}

func (m mains) folder(t *testing.T) string {
	t.Helper()
	folder := m.edit.folder(t)
	text := "#EXTM3U\n" + strings.Join(m.lines, "\n") + "\n#EXT-X-STREAM-INF:BANDWIDTH=1000000,CODECS=\"avc1.42c00d,mp4a.40.2\"" + m.attributes + "\nindex.m3u8\n"
	write(t, folder, map[string]string{"main.m3u8": text})
	if m.more != nil {
		m.more(t, folder)
	}
	return folder
}

// noted wants plainStream and a note that contains text.
func noted(text string) func(t *testing.T, got played) {
	return func(t *testing.T, got played) {
		t.Helper()
		got.whole(t)
		got.note(t, text)
	}
}

// sound is an EXT-X-MEDIA of the group "a".
func sound(name, more string) string {
	return `#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="` + name + `",AUTOSELECT=YES` + more
}

// renditions are streams that name something beside the variant that cannot be had.
func renditions() []row {
	return append(lostSounds(), lostOthers()...)
}

func lostSounds() []row {
	gone := mains{lines: []string{sound("en", `,DEFAULT=YES,URI="gone.m3u8"`)}, attributes: `,AUDIO="a"`}
	locked, fragmented := gone, gone
	locked.edit.locked = true
	fragmented.edit = edit{stream: fragmentedStream, locked: true}
	nobody := httptest.NewServer(http.NotFoundHandler())
	nobody.Close()
	with := func(uri string, more func(t *testing.T, folder string)) func(t *testing.T) string {
		return mains{lines: []string{sound("en", `,DEFAULT=YES,URI="`+uri+`"`)}, attributes: `,AUDIO="a"`, more: more}.folder
	}
	file := func(text string) func(t *testing.T, folder string) {
		return func(t *testing.T, folder string) {
			t.Helper()
			write(t, folder, map[string]string{"sound.m3u8": text})
		}
	}
	status := func(code int) func(t *testing.T, o *origin) {
		return func(_ *testing.T, o *origin) {
			o.on("/gone.m3u8", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) })
		}
	}
	cookie := func() *network.Configuration {
		c := network.NewConfiguration()
		c.CookieHeaders.SetValue("session", "abc")
		return c
	}
	signIn := func(code player.Code) func(t *testing.T, got played) {
		return func(t *testing.T, got played) {
			t.Helper()
			require.Equal(t, player.NeedsSignIn, got.end.State, "%v", got.end.Error)
			assert.Equal(t, code, got.end.SignIn.Code)
		}
	}
	other := `#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="b",NAME="en",AUTOSELECT=YES,DEFAULT=YES,URI="sound.m3u8"`
	segmentsGone := file("#EXTM3U\n#EXT-X-TARGETDURATION:2\n" + strings.Repeat("#EXTINF:2,\naway.ts\n", 4) + "#EXT-X-ENDLIST\n")
	return []row{
		{name: "sound: 404", open: "/main.m3u8", files: gone.folder, check: noted("cannot be had")},
		{name: "sound: its segments are 404", open: "/main.m3u8", files: with("sound.m3u8", segmentsGone), check: noted("The sound cannot be had")},
		{name: "sound: 404, live", open: "/main.m3u8", files: gone.folder, script: liveIndex, check: noted("cannot be had")},
		{name: "sound: 404, AES-128", open: "/main.m3u8", files: locked.folder, check: noted("cannot be had")},
		{name: "sound: 404, fragmented MP4, AES-128, live", open: "/main.m3u8", files: fragmented.folder, script: liveIndex, check: noted("cannot be had")},
		{name: "sound: a group that nobody defines", open: "/main.m3u8", files: mains{attributes: `,AUDIO="nosuch"`}.folder, check: noted("does not define")},
		{name: "sound: a group that nobody defines, live", open: "/main.m3u8", files: mains{attributes: `,AUDIO="nosuch"`}.folder, script: liveIndex,
			check: noted("does not define")},
		{name: "sound: its host is away", open: "/main.m3u8", files: with(nobody.URL+"/sound.m3u8", nil), check: noted("cannot be had")},
		{name: "sound: an empty playlist", open: "/main.m3u8", files: with("sound.m3u8", file("#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXT-X-ENDLIST\n")),
			check: noted("cannot be had")},
		{name: "sound: an empty file", open: "/main.m3u8", files: with("sound.m3u8", file("")), check: noted("cannot be had")},
		{name: "sound: a web page", open: "/main.m3u8", files: with("sound.m3u8", file("<html></html>")), check: noted("cannot be had")},
		{name: "sound: 500", open: "/main.m3u8", files: gone.folder, script: status(http.StatusInternalServerError), check: noted("cannot be had")},
		{name: "sound: 403 without a sign-in", open: "/main.m3u8", files: gone.folder, script: status(http.StatusForbidden), check: noted("cannot be had")},
		{name: "sound: 403 with a sign-in", open: "/main.m3u8", files: gone.folder, script: status(http.StatusForbidden), configuration: cookie,
			check: signIn(player.CodeForbidden)},
		{name: "sound: 401", open: "/main.m3u8", files: gone.folder, script: status(http.StatusUnauthorized), check: signIn(player.CodeSignInNeeded)},
		{name: "sound: 404, and in another group", open: "/main.m3u8",
			files: mains{lines: []string{sound("en", `,DEFAULT=YES,URI="gone.m3u8"`), other}, attributes: `,AUDIO="a"`, more: ownSound}.folder,
			check: func(t *testing.T, got played) {
				t.Helper()
				got.whole(t)
				got.note(t, "cannot be had")
				assert.NotEmpty(t, got.origin.requests("/sound0.ts"))
			}},
		{name: "sound: none of two, and one with the picture", open: "/main.m3u8",
			files: mains{lines: []string{sound("de", `,DEFAULT=YES,URI="gone.m3u8"`), sound("fr", `,URI="away.m3u8"`), sound("en", ``)}, attributes: `,AUDIO="a"`}.folder,
			check: noted("cannot be had")},
	}
}

// ownSound makes sound.m3u8 of the sound of plainStream: its segments without the packets of the
// picture.
func ownSound(t *testing.T, folder string) {
	t.Helper()
	const picture = 0x100
	list := string(read(t, folder, "index.m3u8"))
	for i := range 4 {
		var sound []byte
		for p := range slices.Chunk(read(t, folder, fmt.Sprintf("segment%d.ts", i)), 188) {
			if pid(p) != picture {
				sound = append(sound, p...)
			}
		}
		write(t, folder, map[string]string{fmt.Sprintf("sound%d.ts", i): string(sound)})
	}
	write(t, folder, map[string]string{"sound.m3u8": strings.ReplaceAll(list, "segment", "sound")})
}

func lostOthers() []row {
	text := `#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="s",NAME="English",LANGUAGE="en",DEFAULT=YES,AUTOSELECT=YES,URI="`
	// nothing loads the cues of what was played, of which none are there.
	nothing := func(t *testing.T, v *viewer) {
		t.Helper()
		v.play(t)
		v.ended(t)
		cues, err := v.player.AllCues(t.Context(), 0, maxCue)
		require.NoError(t, err)
		assert.Empty(t, cues)
	}
	lostSegments := func(t *testing.T, folder string) {
		t.Helper()
		write(t, folder, map[string]string{"text.m3u8": "#EXTM3U\n#EXT-X-TARGETDURATION:8\n#EXTINF:8,\ngone.vtt\n#EXT-X-ENDLIST\n"})
	}
	forbidden := func(_ *testing.T, o *origin) {
		o.on("/gone.m3u8", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) })
	}
	video := `#EXT-X-MEDIA:TYPE=VIDEO,GROUP-ID="v",NAME="angle",DEFAULT=YES,AUTOSELECT=YES,URI="gone.m3u8"`
	return []row{
		{name: "subtitles: 404", open: "/main.m3u8", files: mains{lines: []string{text + `gone.m3u8"`}, attributes: `,SUBTITLES="s"`}.folder, watch: nothing,
			check: noted("cannot be had")},
		{name: "subtitles: 404, live", open: "/main.m3u8", files: mains{lines: []string{text + `gone.m3u8"`}, attributes: `,SUBTITLES="s"`}.folder, watch: nothing,
			script: liveIndex, check: noted("cannot be had")},
		{name: "subtitles: 403 without a sign-in", open: "/main.m3u8", files: mains{lines: []string{text + `gone.m3u8"`}, attributes: `,SUBTITLES="s"`}.folder,
			watch: nothing, script: forbidden, check: noted("cannot be had")},
		{name: "subtitles: a segment is 404", open: "/main.m3u8", files: mains{lines: []string{text + `text.m3u8"`}, attributes: `,SUBTITLES="s"`, more: lostSegments}.folder,
			watch: nothing, check: noted("cannot be had")},
		{name: "subtitles: a group that nobody defines", open: "/main.m3u8", files: mains{attributes: `,SUBTITLES="nosuch"`}.folder, watch: nothing, check: wholePlain},
		{name: "I-frame playlist: 404", open: "/main.m3u8", files: mains{lines: []string{`#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=100000,URI="gone.m3u8"`}}.folder,
			check: wholePlain},
		{name: "steering: 404", open: "/main.m3u8", files: mains{lines: []string{`#EXT-X-CONTENT-STEERING:SERVER-URI="gone.json",PATHWAY-ID="x"`}}.folder, check: wholePlain},
		{name: "session data and session key: 404", open: "/main.m3u8", files: mains{lines: []string{`#EXT-X-SESSION-DATA:DATA-ID="a.b",URI="gone.json"`,
			`#EXT-X-SESSION-KEY:METHOD=AES-128,URI="gone.bin"`}}.folder, check: wholePlain},
		{name: "alternate video: 404", open: "/main.m3u8", files: mains{lines: []string{video}, attributes: `,VIDEO="v"`}.folder, check: wholePlain},
		{name: "alternate video: a group that nobody defines", open: "/main.m3u8", files: mains{attributes: `,VIDEO="nosuch"`}.folder, check: wholePlain},
		{name: "closed captions: a group that nobody defines", open: "/main.m3u8", files: mains{attributes: `,CLOSED-CAPTIONS="nosuch"`}.folder, check: wholePlain},
	}
}
