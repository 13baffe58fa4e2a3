// Package player is Latchkey's engine: it opens a stream or file with the cookies of whoever signed in,
// and plays it. It knows no window: what is shown is asked of it, tick by tick.
//
//	c := network.NewConfiguration()
//	c.CookieHeaders.SetValue("session", token)
//	metadata := new(network.Metadata)
//	metadata.SetObject(player.NetworkConfigurationKey, c)
//	resource, err := player.NewMediaResource("https://media.example/main.m3u8", metadata)
//	...
//	p, err := player.New(player.Config{})
//	defer p.Close()
//	p.ReplaceCurrentResource(resource)
//	p.PrepareToPlay(0)
//	p.Play()
//
// # How data flows
//
//	playlist ─▶ loader ─▶ download (memory, as it came) ─▶ decipher ─▶ demux ─▶ packet queues
//	                                                                            │        │
//	         NextFrame ◀─ presenter, 4 pictures ◀─ decode ◀─ video queue ◀──────┘        │
//	                          ▲ the clock                                                │
//	         device ◀─ audio.Sink ◀─ tempo ◀─ resample ◀─ decode ◀─ audio queue ◀────────┘
//
// A session is one resource from the moment that it becomes current. Within it each seek begins a new
// pipeline: the goroutines that load, demux and decode from one position on. A new one starts when the one
// before has ended, so nothing of an older position is ever shown.
//
// The sound is the clock. Where a stream has none, silence is played, so that there is one clock in every
// case; where there is no device, the wall clock paces it.
//
// # Presentation time
//
// All times count from the start of the presentation. For a file that is where its container says; for HLS
// it is the first picture of the first segment, or the first sound where there is no picture, and within a
// discontinuity sequence all renditions share one origin (RFC 8216, 6.2.4). Times are computed from the
// stream's own ticks and never summed. Segments stand where the playlist's durations add up to; where their media says otherwise, what was
// read so far tells how the one goes over into the other (drift).
//
// # Concurrency
//
// One goroutine owns the state of a [Player]; each method is a message to it, answered at once. Only
// [Player.Close] waits. [Player.Snapshot] and [Player.NextFrame] take no part in that: they read what is
// published.
//
// # Live streams
//
// A playlist without an end is read again as RFC 8216, 6.3.4 says; its segments keep their presentation time, which began with the first
// that was offered. Playback begins at the live point, the window's end less the hold-back, and is kept there: what it fell behind by
// standing still is made up for by playing a little faster. Low latency (parts, blocking reload, delta updates) is used where the server
// knows it, and what it hints at is asked for beforehand. Snapshot.Window is where Seek can go; GoLive goes back to the live point.
//
// A network that is away fails nothing for Config.NetworkPatience: what is loaded is played, Snapshot.Offline says why it stands still,
// and playback goes on by itself.
//
// # Variants
//
// The variant of each segment is chosen by package abr. A segment that comes too slowly, or no further, is given up for that of a lower one, and
// what is ahead is loaded again after a person's choice ([Player.SelectVariant]) and when the network has become much faster: the first
// packets of a run that replaces others take their place in the queues, and the decoders give no picture and no sound twice. Addresses that
// are refused or gone are looked up again in the playlists that named them before anybody is asked to sign in.
//
// # What comes next
//
// [Player.PrepareNext] opens a resource while another one plays: ReplaceCurrentResource with the same one then begins at once. With
// [Player.SetAdvance] it begins by itself, without a gap: once all of the current resource is loaded, a second pipeline fills its queues and decodes its
// first picture and sound, and gives to the same outputs as soon as the first one has given its last. The outputs' clock goes on; each
// pipeline knows how far presentation time is from it.
//
// # Lists
//
// An M3U list of whole files, without a tag of HLS, is one presentation of titles that follow one
// another without a gap: 50 at most. Those that cannot be had are left out, with a note. The sounds
// and subtitles in the titles are not offered; subtitles that were named count from the list's
// start.
//
// # Subtitles
//
// Snapshot.Subtitles are WebVTT renditions, which are loaded ahead of the position, and closed
// captions (CTA-608, CC1 to CC4), which come with the pictures: the latter are known only where
// pictures were decoded. [Player.Cues] has both. For files see below.
//
// # Files
//
// Snapshot.Sounds are all sounds of a file. The stream that was chosen alone is decoded; another
// choice begins a new pipeline at the position, as a seek does.
//
// The subtitles of a file that are text (SRT, WebVTT, ASS and SSA, 3GPP timed text) are read in
// passing as the file is demuxed, all of them, so that another choice shows at once, and what was
// seen before a seek stays. Beside a file of this machine its subtitles are looked for: film.srt,
// film.en.srt, film.vtt, film.ass beside film.mkv; [MediaResource.WithSubtitles] names others, for
// any resource. Shown without a wish are those that a person named, or else those beside the file
// without a language, or else the file's default, or forced ones in the language of the sound.
//
// # Content steering
//
// Where a multivariant playlist has EXT-X-CONTENT-STEERING, its server is asked which pathway to load from, every TTL. Snapshot.Pathway is the one. A
// pathway of which two variants fail is left out for a minute. A sound with a playlist of its own is taken from the same pathway.
//
// # Damage
//
// A segment that nothing can be made of, as it is cut or is something else, ends its demuxer as the end of the stream would, and another one begins
// with the same segment of another variant, or behind it; a key that has deciphered no other segment yet is taken for wrong instead.
//
// # Tracks and clocks that change
//
// Where the time stamps of a segment neither follow those before nor stand where the playlist has
// the segment, its packets are shifted to go on where those before ended; a discontinuity begins
// anew at the playlist's time. Where a segment's program map or movie box has other tracks, a new
// demuxer begins with it. A note says each of them once.
//
// # I-frame playlists
//
// Where Snapshot.Stills says that a stream has them, [Player.Still] gives a picture of any position for a preview, and [Player.TrickPlay] runs
// through the presentation, forwards or backwards.
//
// # Memory
//
// What a resource may have allocated is bounded, so that with the defaults the process stays below
// 1,000 MB for any input. FFmpeg's memory is the C heap, and all of it counts towards
// Config.MemoryLimit; the rest is Go's heap.
//
//	what                          at most                       enforced in
//	FFmpeg as a whole             Config.MemoryLimit, 640 MiB   libav/memory.c: ErrMemory; small blocks have 96 MiB more
//	  a block of it               512 MiB                       libav/memory.c
//	  index of a container        128 MiB, fragments 288 MiB    package container
//	  packets before a decoder    64 MiB, 128 MiB for a moment  queue.go, pipeline.go
//	  pictures of a decoder       3/4 of Config.MemoryLimit     libav/decode.c: fewer threads, then ErrMemory
//	  pictures to be shown        4; 128 MiB, or else 2         presenter.go
//	  picture of a stream         4 times the largest RESOLUTION  memory.go
//	  frame of sound              12,288,000 samples            libav/sound.go
//	sound being resampled         1.6 MB at a time              libav/resampler.go
//	downloads of a resource       176 MiB                       download.go
//	segments kept for seeks       64 MiB                        download.go
//	media playlists in use        160 MiB                       playlistmemory.go
//	  a playlist that is read     64 MiB                        package hls
//	cues of the chosen subtitles  64 MiB                        cuelist.go
//	  a file of subtitles         16 MiB, its cues 48 MiB       package caption
//	cues of all subtitles in a file  64 MiB                     filetexts.go
//	screens of closed captions    8 MiB a channel               closedcaptions.go
//	posters (package ui)          64 MiB                        ui/catalogue
//	files downloaded whole        512 MiB on the disk           spool.go
//
// A progressive file whose index comes behind its media is downloaded whole where the server knows
// no ranges: Snapshot.Fetching tells how far. Nobody else can open it, and it is gone when the
// resource is left.
//
// A segment may have eight times the bytes that its variant's BANDWIDTH and its EXTINF say: 16 MiB
// at least, 512 MiB at most. An init section and an I-frame may have 16 MiB. A demuxer that reads
// 64 MiB without a packet gives up, of a file that can seek 256 MiB. Of what is longer the resource
// fails with a sentence, or goes on without it; subtitles never end playback.
//
// # Errors
//
// What goes wrong becomes an [Error] with a stable code, a category, and a sentence for a person. A
// key server, or a playlist's, that answers 401 or 403 is no error: the state becomes [NeedsSignIn]
// when the buffers have run dry, and [Player.UpdateCookies] goes on where it stood. With a
// network.CredentialStore under [CredentialSourceKey] its next sign-in does, and nobody has to call
// the player. What waits where sign-ins are renewed asks again by itself: after ten seconds when
// the renewal failed, after a minute when the renewed sign-in was refused, and after
// RenewalError.Wait at the least. The state stays NeedsSignIn meanwhile.
//
// # For those who know TVSDK
//
//	TVSDK                               here
//	MediaPlayer                         Player
//	MediaResource(url, metadata)        NewMediaResource
//	Metadata, MetadataNode              network.Metadata
//	setValue, setNode                   Metadata.SetValue, Metadata.SetObject
//	NETWORK_CONFIGURATION metadata key  NetworkConfigurationKey
//	NetworkConfiguration                network.Configuration
//	replaceCurrentResource              Player.ReplaceCurrentResource
//	prepareToPlay                       Player.PrepareToPlay
//	play, pause, seek, reset, release   Player.Play, Pause, Seek, Reset, Close
//	seekToLocal, live point             Player.GoLive, Snapshot.LivePoint
//	playbackRange, seekRange            Snapshot.Window
//	selectAudioTrack                    Player.SelectSound
//	selectClosedCaptionsTrack           Player.SelectSubtitles
//	MediaPlayerStatus                   State
//	ERROR                               Failed
//	BufferControlParameters             Config.InitialBuffer, Config.PlaybackBuffer
//	ABRControlParameters                abr.Controls
//	events                              Player.Subscribe, Config.OnChange
//	QOSProvider, PlaybackInformation    Snapshot.Stats
//	LoadInfo                            Player.Requests
//
// # Specifications
//
// RFC 8216 (HTTP Live Streaming), ISO/IEC 13818-1 (MPEG-2 transport streams), ISO/IEC 14496-12 (ISO base
// media file format), ETSI TS 102 366 (AC-3).
package player
