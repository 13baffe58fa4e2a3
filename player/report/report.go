package report

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"time"

	"latchkey/network"
	"latchkey/player"
)

// Schema names the report's form.
const Schema = "latchkey.report/1"

// Result says how a playback ended.
type Result string

// The results.
const (
	Ended       Result = "ended"   // at the end of the stream
	Stopped     Result = "stopped" // earlier, as it was told to
	Failed      Result = "failed"
	NeedsSignIn Result = "needs-sign-in"
)

// Report is the sum of a playback.
type Report struct {
	Schema    string        `json:"schema"`
	Resource  string        `json:"resource"` // URL without query, or path
	Result    Result        `json:"result"`
	Error     *Error        `json:"error"`
	Frames    player.Frames `json:"frames"`
	Times     Times         `json:"times_ms"`
	Rebuffers int           `json:"rebuffers"`
	Seeks     []int64       `json:"seeks_ms"`
	AVOffset  Offsets       `json:"av_offset_ms"`
	Bitrate   Bitrate       `json:"bitrate"`
	Buffer    Buffer        `json:"buffer_s"`
	Video     *Video        `json:"video"`
	Audio     *Audio        `json:"audio"`
	// Keys are how what was played is encrypted.
	Keys     []player.Protection `json:"keys"`
	Notes    []string            `json:"notes"`
	Requests []network.Record    `json:"requests"`
}

// Error is what ended the playback.
type Error struct {
	Code     player.Code     `json:"code"`
	Category player.Category `json:"category"`
	Class    string          `json:"class"`
	URL      string          `json:"url"`
	Message  string          `json:"message"`
}

// Times are in milliseconds; 0 means that it did not come to it.
type Times struct {
	FirstFrame     int64 `json:"first_frame"`
	OpenToPlaylist int64 `json:"open_to_playlist"`
	OpenToKey      int64 `json:"open_to_key"`
	Rebuffering    int64 `json:"rebuffering"`
}

// Offsets are of picture against sound in milliseconds, without sign and to the nearest tenth; a
// percentile of 200 ms or more is Max.
type Offsets struct {
	P50 float64 `json:"p50"`
	P95 float64 `json:"p95"`
	Max float64 `json:"max"`
}

// Bitrate is in bits per second.
type Bitrate struct {
	Switches int   `json:"switches"`
	Mean     int64 `json:"mean"`
	Variants []int `json:"variants_played"`
}

// Buffer is in seconds.
type Buffer struct {
	Min  float64 `json:"min"`
	Mean float64 `json:"mean"`
	Max  float64 `json:"max"`
}

// Video is the picture that played.
type Video struct {
	Codec     string  `json:"codec"`
	Width     int     `json:"width"`
	Height    int     `json:"height"`
	FrameRate float64 `json:"frame_rate"`
}

// Audio is the sound that played.
type Audio struct {
	Codec      string `json:"codec"`
	SampleRate int    `json:"sample_rate"`
	Channels   int    `json:"channels"`
	Output     string `json:"output"`
}

// New returns the report of a player's snapshot and requests.
func New(s player.Snapshot, requests []network.Record) *Report {
	r := &Report{Schema: Schema, Resource: s.Source, Result: Stopped, Frames: s.Stats.Frames,
		Times: Times{FirstFrame: milliseconds(s.Stats.FirstFrame), OpenToPlaylist: milliseconds(s.Stats.ToPlaylist),
			OpenToKey: milliseconds(s.Stats.ToKey), Rebuffering: milliseconds(s.Stats.Rebuffered)},
		Rebuffers: s.Stats.Rebuffers, Seeks: []int64{}, AVOffset: Offsets{P50: tenths(s.Stats.AVOffset.P50), P95: tenths(s.Stats.AVOffset.P95), Max: tenths(s.Stats.AVOffset.Max)},
		Bitrate: Bitrate{Mean: s.Stats.MeanBitrate, Switches: max(0, len(s.Path)-1), Variants: append([]int{}, s.Path...)},
		Buffer: Buffer{Min: seconds(s.Stats.BufferMin), Mean: seconds(s.Stats.BufferMean),
			Max: seconds(s.Stats.BufferMax)},
		Keys: append([]player.Protection{}, s.Protections...), Notes: append([]string{}, s.Notes...), Requests: append([]network.Record{}, requests...)}
	for _, seek := range s.Stats.Seeks {
		r.Seeks = append(r.Seeks, milliseconds(seek))
	}
	if s.Variant >= 0 && len(s.Path) == 0 {
		r.Bitrate.Variants = append(r.Bitrate.Variants, s.Variant)
	}
	if v := s.Video; v.Codec != "" {
		r.Video = &Video{Codec: v.Codec, Width: v.Width, Height: v.Height, FrameRate: v.FrameRate}
	}
	if a := s.Audio; a.Codec != "" {
		r.Audio = &Audio{Codec: a.Codec, SampleRate: a.SampleRate, Channels: a.Channels, Output: a.Output}
	}
	switch {
	case s.State == player.NeedsSignIn && s.SignIn != nil:
		r.Result = NeedsSignIn
		r.Error = &Error{Code: s.SignIn.Code, Category: s.SignIn.Code.Category(), Class: s.SignIn.Class,
			URL: s.SignIn.URL, Message: s.SignIn.Reason}
	case s.State == player.Failed && s.Error != nil:
		r.Result = Failed
		r.Error = &Error{Code: s.Error.Code, Category: s.Error.Category(), Class: s.Error.Class,
			URL: s.Error.URL, Message: s.Error.Message}
	case s.State == player.Complete && !s.Limited:
		r.Result = Ended
	}
	return r
}

// WriteJSON writes the report, indented, with a line's end.
func (r *Report) WriteJSON(w io.Writer) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(r); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

// WriteSummary writes some lines for a person.
func (r *Report) WriteSummary(w io.Writer) error {
	keys, withCookie := 0, 0
	for _, q := range r.Requests {
		if q.Class == network.ClassKey {
			keys++
		}
		if len(q.Cookies) > 0 {
			withCookie++
		}
	}
	_, err := fmt.Fprintf(w, "result       %s\nframes       %d decoded, %d shown, %d dropped, %d repeated\n"+
		"first frame  %d ms after play\nbuffer       %.1f s at least, %.1f s on average, %d rebuffers\n"+
		"requests     %d, %d of them for keys, %d with a cookie\n",
		r.Result, r.Frames.Decoded, r.Frames.Shown, r.Frames.Dropped, r.Frames.Repeated,
		r.Times.FirstFrame, r.Buffer.Min, r.Buffer.Mean, r.Rebuffers, len(r.Requests), keys, withCookie)
	if err == nil && r.Error != nil {
		_, err = fmt.Fprintf(w, "error        %s (code %d)\n", r.Error.Message, r.Error.Code)
	}
	if err != nil {
		return fmt.Errorf("write summary: %w", err)
	}
	return nil
}

// milliseconds rounds up, so that something that took time is never 0.
func milliseconds(d time.Duration) int64 {
	return int64((d + time.Millisecond - 1) / time.Millisecond)
}

func seconds(d time.Duration) float64 {
	return math.Round(d.Seconds()*1000) / 1000
}

// tenths rounds to the nearest tenth of a millisecond.
func tenths(d time.Duration) float64 {
	return math.Round(float64(d)/float64(time.Millisecond/10)) / 10
}
