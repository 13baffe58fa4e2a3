package player

import "time"

// Range is a stretch of presentation time.
type Range struct {
	Start, End time.Duration
}

// VideoInfo describes the picture that plays. The zero value means that there is none.
type VideoInfo struct {
	Codec         string // FFmpeg's name: "h264", "hevc"
	Width, Height int    // samples, before the sample aspect ratio
	FrameRate     float64
	Hardware      string // the type of the device that decodes, empty: the processor does
}

// AudioInfo describes the sound that plays. The zero value means that there is none.
type AudioInfo struct {
	Codec      string
	SampleRate int // Hz
	Channels   int
	Language   string // BCP 47, empty when unknown
	Output     string // "device" or "wall clock": what paces the playback
}

// VariantInfo describes a variant of a multivariant playlist.
type VariantInfo struct {
	Index         int
	Bandwidth     int64 // bits per second
	Codecs        string
	Width, Height int
	FrameRate     float64
}

// Frames counts decoded pictures and what became of them.
type Frames struct {
	Decoded  int `json:"decoded"`
	Shown    int `json:"shown"`
	Dropped  int `json:"dropped"`  // decoded, and too late to be shown
	Repeated int `json:"repeated"` // shown for longer than their time, since the next one was not there
}

// Stats are the figures of one resource since it was made current.
type Stats struct {
	Frames     Frames
	FirstFrame time.Duration   // from the wish to play until the first picture was handed over; 0 before
	ToPlaylist time.Duration   // from the open until the media playlist was read
	ToKey      time.Duration   // from the open until the first key was there; 0 without keys
	Rebuffers  int             // how often playback stood still for want of data
	Rebuffered time.Duration   // how long in all
	Seeks      []time.Duration // from each seek until its first picture, the oldest first; the newest 1000
	AVOffset   Offsets         // of all pictures that were shown while the clock ran
	BufferMin  time.Duration   // the shortest, mean and longest buffer while playing
	BufferMean time.Duration
	BufferMax  time.Duration
	Bitrate    int64 // bits per second of the variant that plays, 0 unknown
	// MeanBitrate is that of all that was loaded; Bandwidth is what the network was measured to carry. 0 unknown.
	MeanBitrate, Bandwidth int64
}

// SignInRequest says why the player asks for a sign-in.
type SignInRequest struct {
	Host   string // who refused
	Reason string // a sentence for a person
	Class  string // the class of the request that was refused, as in the report
	URL    string // of that request, without query
	Code   Code
}

// Progress is how much of something is there.
type Progress struct {
	Bytes, Total int64 // Total is -1 when it is not known
}

// Snapshot is what a window shows: a value, safe to keep.
type Snapshot struct {
	State     State
	Buffering bool   // playback stands still until data is there
	Source    string // the resource's URL without query, or its file name
	Title     string // from the container's metadata, else the last part of the URL
	Position  time.Duration
	Duration  time.Duration // 0 when unknown
	Window    Range         // where Seek can go: the whole presentation, or what a live stream still offers
	Date      time.Time     // of the position, zero when the stream has no dates
	// Live says that the stream is live and has not ended. LivePoint is the newest position that can be played at, Latency how far the
	// position is behind the stream, AtLive that it is kept as near as can be.
	Live      bool
	LivePoint time.Duration
	Latency   time.Duration
	AtLive    bool
	Buffered  []Range
	Speed     float64
	Trick     int     // the rate of TrickPlay, 0: none is under way
	Stills    bool    // there are pictures for Still and TrickPlay
	Volume    float64 // 0..1
	Muted     bool
	Video     VideoInfo
	Audio     AudioInfo
	Variants  []VariantInfo
	Pathway   string   // that the stream is loaded from, empty without content steering
	Variant   int      // index in Variants of what is shown, -1 without
	Path      []int    // the variants that were shown, in order; the last is Variant
	Selected  int      // the variant that SelectVariant chose, -1: the player chooses
	Selects   []int    // those that SelectVariant takes, none when there is but one
	Offline   bool     // no server answers: the network is down, and playback goes on by itself when it is back
	Fetching  Progress // of a file that is downloaded whole before it plays; zero: none is
	Sounds    []SoundInfo
	Sound     int // index in Sounds of what is heard, -1 without
	Subtitles []SubtitleInfo
	Subtitle  int // index in Subtitles of those that are shown, -1: none
	Error     *Error
	SignIn    *SignInRequest // set while State is NeedsSignIn
	Advanced  int            // how many resources began by themselves: see SetAdvance
	// EventsDropped is how many events Subscribe's channels had no room for since New. A program
	// that counts on each event finds out here.
	EventsDropped int
	Stats         Stats
	// Protections are those of what was played, in the order in which they were met.
	Protections []Protection
	Limited     bool     // Config.Limit ended the playback, or is about to
	Notes       []string // what the player worked around, newest last; at most 20

	shift time.Duration // what the outputs' clock is ahead of Position
}
