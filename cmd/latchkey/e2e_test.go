package main_test

import (
	"context"
	"image"
	"image/png"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/network/networktest"
)

const (
	codeRate  = 30              // frames a second of the demo media
	demoLimit = 3 * time.Minute // from a demo's start to its end, on a busy machine
	lookEvery = 100 * time.Millisecond
	audible   = 0.01 // root mean square, of full scale; the demo's tune is far above
)

// seen is a time code that the display showed.
type seen struct {
	at   time.Time
	code networktest.TimeCode
}

// watchPicture notes each new time code on the display until the program has ended.
func watchPicture(ctx context.Context, d *desktop, r *running) ([]seen, error) {
	var codes []seen
	var strip image.Rectangle
	err := every(ctx, lookEvery, func() (bool, error) {
		select {
		case <-r.done:
			return true, nil
		default:
		}
		shot, err := d.screenshot()
		if err != nil {
			return false, err
		}
		now := time.Now()
		code, ok := networktest.ReadTimeCode(shot, pictureBelow(strip))
		if !ok {
			if code, strip, ok = networktest.FindTimeCode(shot); !ok {
				return false, nil
			}
		}
		if len(codes) == 0 || codes[len(codes)-1].code != code {
			codes = append(codes, seen{now, code})
		}
		return false, nil
	})
	return codes, err
}

// pictureBelow is the 16:9 picture whose time code is in the strip.
func pictureBelow(strip image.Rectangle) image.Rectangle {
	return image.Rect(strip.Min.X, strip.Min.Y, strip.Max.X, strip.Min.Y+strip.Dx()*9/16)
}

// TestDemo is what a person sees and hears who types `latchkey demo`: sign-in, picture, sound, report.
func TestDemo(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), demoLimit)
	defer cancel()
	d := newDesktop(t, 1280, 720)
	folder := t.TempDir()
	reportFile, pictureFile := filepath.Join(folder, "report.json"), filepath.Join(folder, "demo.png")

	type heard struct {
		loudest float64
		err     error
	}
	sound := make(chan heard, 1)
	run := start(ctx, t, d.environment(), "demo", "--auto", "--length", "10s", "--screenshot", pictureFile, "--report", reportFile)
	listening, stopListening := context.WithCancel(ctx)
	go func() {
		loudest, err := d.loudness(listening, audible)
		sound <- heard{loudest, err}
	}()
	codes, err := watchPicture(ctx, d, run)
	stopListening()
	atSink := <-sound
	run.wait(ctx, t)
	require.NoError(t, err)
	require.Zero(t, run.code, "%s", run.stderr.String())

	t.Run("the picture moves on", func(t *testing.T) {
		require.Greater(t, len(codes), 10, "time codes seen")
		first, last := codes[0], codes[len(codes)-1]
		for i, next := range codes[1:] {
			require.Equal(t, first.code.Title, next.code.Title)
			require.Greater(t, next.code.Frame, codes[i].code.Frame, "the picture went back")
		}
		shown := time.Duration(last.code.Frame-first.code.Frame) * time.Second / codeRate
		passed := last.at.Sub(first.at)
		assert.Greater(t, shown, 5*time.Second)
		assert.InEpsilon(t, passed.Seconds(), shown.Seconds(), 0.2, "%v of the title in %v", shown, passed)
	})
	t.Run("the sound is heard", func(t *testing.T) {
		require.NoError(t, atSink.err, "loudest %v", atSink.loudest)
		assert.GreaterOrEqual(t, atSink.loudest, audible)
	})
	t.Run("the saved picture is one of the title", func(t *testing.T) {
		file, err := os.Open(pictureFile)
		require.NoError(t, err)
		defer file.Close()
		saved, err := png.Decode(file)
		require.NoError(t, err)
		code, strip, ok := networktest.FindTimeCode(saved)
		require.True(t, ok, "no time code in the picture")
		assert.Equal(t, codes[0].code.Title, code.Title)
		assert.Greater(t, strip.Dx(), saved.Bounds().Dx()/2, "the picture fills the window")
		assert.Greater(t, colours(saved), 1000, "the picture is one of many colours")
	})
	t.Run("the report", func(t *testing.T) {
		r := readReport(t, reportFile)
		assert.Contains(t, []string{"stopped", "ended"}, r.Result)
		assert.Nil(t, r.Error)
		assert.Greater(t, r.Frames.Shown, 5*codeRate)
		assert.GreaterOrEqual(t, r.Frames.Decoded, r.Frames.Shown)
		assertCookiesOn(t, r, "key")
	})
}

// TestDemoOfEachEncryption plays the titles whose samples are encrypted, each past the place where its key changes or begins.
func TestDemoOfEachEncryption(t *testing.T) {
	for title, want := range map[string]struct {
		method, scheme, format string
		keys                   int           // that the title has
		length                 time.Duration // to play
		of, frame              int           // number of the title that it is part of, and a frame that the picture comes past
		class                  string        // of the requests that carry the session
	}{
		"orrery-outer":  {"SAMPLE-AES", "", "identity", 1, 4 * time.Second, 3, 330, "key"},
		"sunset-embers": {"SAMPLE-AES", "cbcs", "org.w3.clearkey", 2, 9 * time.Second, 2, 700, "license"},
		"aurora-veil":   {"SAMPLE-AES-CTR", "cenc", "identity", 2, 5 * time.Second, 1, 630, "key"},
	} {
		t.Run(title, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), demoLimit)
			defer cancel()
			d := newSilentDesktop(t, 1280, 720)
			reportFile := filepath.Join(t.TempDir(), "report.json")
			run := start(ctx, t, d.environment(), "demo", "--auto", "--title", title, "--length", want.length.String(), "--report", reportFile)
			codes, err := watchPicture(ctx, d, run)
			run.wait(ctx, t)
			require.NoError(t, err)
			require.Zero(t, run.code, "%s", run.stderr.String())
			require.NotEmpty(t, codes)
			last := codes[len(codes)-1].code
			assert.Equal(t, want.of, last.Title)
			assert.GreaterOrEqual(t, last.Frame, want.frame)
			r := readReport(t, reportFile)
			keys := 0
			for _, k := range r.Keys {
				assert.Equal(t, [3]string{want.method, want.scheme, want.format}, [3]string{k.Method, k.Scheme, k.Format})
				keys += k.Keys
			}
			assert.GreaterOrEqual(t, keys, want.keys, "%+v", r.Keys)
			assertCookiesOn(t, r, want.class)
		})
	}
}

// TestDemoWithoutSound shows that no sound device is no reason not to play.
func TestDemoWithoutSound(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), demoLimit)
	defer cancel()
	d := newSilentDesktop(t, 1280, 720)
	reportFile := filepath.Join(t.TempDir(), "report.json")
	run := start(ctx, t, d.environment(), "demo", "--auto", "--length", "3s", "--report", reportFile)
	codes, err := watchPicture(ctx, d, run)
	run.wait(ctx, t)
	require.NoError(t, err)
	require.Zero(t, run.code, "%s", run.stderr.String())
	assert.Greater(t, len(codes), 3, "time codes seen")
	assert.Greater(t, readReport(t, reportFile).Frames.Shown, codeRate)
}

// TestNoDisplay shows what a person without a display is told.
func TestNoDisplay(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), demoLimit)
	defer cancel()
	for name, display := range map[string][]string{"none": nil, "dead": {"DISPLAY=:65535"}} {
		t.Run(name, func(t *testing.T) {
			run := start(ctx, t, append(plainEnvironment(emptyState(t)), display...), "demo", "--auto", "--length", "1s")
			run.wait(ctx, t)
			assert.Equal(t, 8, run.code, "%s", run.stderr.String())
			assert.Regexp(t, `^latchkey: .*display.* \(code 7\d\d\d\)$`, run.complaint())
		})
	}
}

// assertCookiesOn holds the report to the privacy rule: cookies on keys or on licences alone. The first is asked for before the sign-in, and
// refused.
func assertCookiesOn(t *testing.T, r report, class string) {
	t.Helper()
	count := r.classes()
	for _, class := range []string{"playlist", "segment", class} {
		assert.NotZero(t, count[class], "requests of class %s in %v", class, count)
	}
	opened := 0
	for _, request := range r.Requests {
		if request.Class == class && request.Status == http.StatusOK {
			opened++
			assert.NotEmpty(t, request.Cookies, "request %d, %s without the session's cookie", request.N, class)
		} else {
			assert.Empty(t, request.Cookies, "request %d, class %s: %s", request.N, request.Class, request.URL)
		}
	}
	assert.NotZero(t, opened, "answers to class %s", class)
}

// colours counts the different colours of a picture.
func colours(img image.Image) int {
	found := make(map[[3]uint32]struct{})
	bounds := img.Bounds()
	for y := bounds.Min.Y; y < bounds.Max.Y; y += 4 {
		for x := bounds.Min.X; x < bounds.Max.X; x += 4 {
			r, g, b, _ := img.At(x, y).RGBA()
			found[[3]uint32{r, g, b}] = struct{}{}
		}
	}
	return len(found)
}
