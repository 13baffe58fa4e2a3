// Package hls reads HTTP Live Streaming playlists.
//
//	playlist, err := hls.Parse(data, response.URL, hls.ParseOptions{})
//	if err == nil {
//		err = playlist.CheckPlayable()
//	}
//	...
//	segment := playlist.Media.Segments[playlist.Media.At(12*time.Second)]
//
// It follows RFC 8216 and its second edition, draft-pantos-hls-rfc8216bis-22. Clauses are those of RFC 8216;
// those that it has not begin with "bis". What the specification says must not be is an error in strict mode
// (ParseOptions.Strict) and a Warning otherwise, with line and clause; what nobody can make sense of (a byte
// range that is no number, a variable without a value) is an error in both.
//
// # How it works
//
//	text ─▶ lines ─▶ tags, attributes, variables ─┬─▶ plain text ─▶ grafov/m3u8 ─┬─▶ Playlist
//	                                              └─▶ tables, in the same order ──┘
//
// The reader of this package gives every tag its place and looks after what the parser behind it, which is
// grafov/m3u8, reads wrong or not at all. That one makes segments and variants from a plain text in a
// fixed order; it must come to the same number and the same URIs, else the playlist is refused. A panic in it
// is an error.
//
// Nothing here blocks, keeps time or touches the network, and all functions are safe for concurrent use. A
// Playlist is not changed after it was read. Texts, lines, lists and the whole result have limits, named in
// the files where they hold; beyond them is ErrTooLarge. No error and no warning has a URI or a value of the
// playlist in it.
//
// # Tags
//
// Each tag with the clause that defines it, its attributes, and what is done with it.
//
//	Both kinds of playlists
//	EXTM3U                        4.3.1.1      must be the first line; blank lines, comments and a byte order mark
//	                                           before it are tolerated
//	EXT-X-VERSION                 4.3.1.2      Playlist.Version; held against what the playlist uses (7)
//	EXT-X-INDEPENDENT-SEGMENTS    4.3.5.1      Playlist.IndependentSegments
//	EXT-X-START                   4.3.5.2      Playlist.Start: TIME-OFFSET, PRECISE
//	EXT-X-DEFINE                  bis 4.4.2.3  Playlist.Defines: NAME and VALUE, IMPORT (from ParseOptions.Variables),
//	                                           QUERYPARAM (from base); {$NAME} is replaced in URI lines, quoted strings
//	                                           and hexadecimal numbers behind it
//
//	Media segments
//	EXTINF                        4.3.2.1      Segment.Duration, Title; a duration that is none is the target duration
//	EXT-X-BYTERANGE               4.3.2.2      Segment.ByteRange, an offset that is left out resolved
//	EXT-X-DISCONTINUITY           4.3.2.3      Segment.Discontinuity, DiscontinuitySequence
//	EXT-X-KEY                     4.3.2.4      Segment.Keys, Map.Keys, one for each KEYFORMAT: METHOD (unknown ones stay, to
//	                                           be refused), URI, IV, KEYFORMAT, KEYFORMATVERSIONS; NONE ends all
//	EXT-X-MAP                     4.3.2.5      Segment.Map with the keys of its line: URI, BYTERANGE
//	EXT-X-PROGRAM-DATE-TIME       4.3.2.6      Segment.ProgramDateTime, counted on forward and, before the first, backward
//	EXT-X-DATERANGE               4.3.2.7      Media.DateRanges, tags of one ID put together: ID, CLASS, START-DATE, END-DATE,
//	                                           DURATION, PLANNED-DURATION, END-ON-NEXT; CUE, SCTE35-CMD, SCTE35-OUT, SCTE35-IN,
//	                                           X-... and all others are kept as attributes; a wrong one is ignored
//	EXT-X-GAP                     bis 4.4.4.7  Segment.Gap
//	EXT-X-BITRATE                 bis 4.4.4.8  Segment.Bitrate, until the next, not for byte ranges
//	EXT-X-PART                    bis 4.4.4.9  Segment.Parts, Media.Partial: URI, DURATION, INDEPENDENT, BYTERANGE, GAP
//
//	Media playlists
//	EXT-X-TARGETDURATION          4.3.3.1      Media.TargetDuration; longer segments are a warning
//	EXT-X-MEDIA-SEQUENCE          4.3.3.2      Media.MediaSequence, Segment.Sequence
//	EXT-X-DISCONTINUITY-SEQUENCE  4.3.3.3      Media.DiscontinuitySequence, Segment.DiscontinuitySequence
//	EXT-X-ENDLIST                 4.3.3.4      Media.EndList
//	EXT-X-PLAYLIST-TYPE           4.3.3.5      Media.PlaylistType; unknown ones are ignored
//	EXT-X-I-FRAMES-ONLY           4.3.3.6      Media.IFramesOnly
//	EXT-X-PART-INF                bis 4.4.3.7  Media.PartTarget: PART-TARGET
//	EXT-X-SERVER-CONTROL          bis 4.4.3.8  Media.ServerControl: CAN-SKIP-UNTIL, CAN-SKIP-DATERANGES, HOLD-BACK,
//	                                           PART-HOLD-BACK, CAN-BLOCK-RELOAD
//	EXT-X-SKIP                    bis 4.4.5.2  Media.Skip: SKIPPED-SEGMENTS, RECENTLY-REMOVED-DATERANGES; what was skipped
//	                                           comes from ParseOptions.Previous
//	EXT-X-PRELOAD-HINT            bis 4.4.5.3  Media.PreloadHints: TYPE, URI, BYTERANGE-START, BYTERANGE-LENGTH
//	EXT-X-RENDITION-REPORT        bis 4.4.5.4  Media.RenditionReports: URI, LAST-MSN, LAST-PART
//
//	Multivariant playlists
//	EXT-X-MEDIA                   4.3.4.1      Multivariant.Renditions: TYPE, URI, GROUP-ID, LANGUAGE, ASSOC-LANGUAGE, NAME,
//	                                           STABLE-RENDITION-ID, DEFAULT, AUTOSELECT, FORCED, INSTREAM-ID, BIT-DEPTH,
//	                                           SAMPLE-RATE, CHARACTERISTICS, CHANNELS
//	EXT-X-STREAM-INF              4.3.4.2      Multivariant.Variants: BANDWIDTH, AVERAGE-BANDWIDTH, SCORE, CODECS,
//	                                           SUPPLEMENTAL-CODECS, RESOLUTION, FRAME-RATE, HDCP-LEVEL, ALLOWED-CPC, VIDEO-RANGE,
//	                                           REQ-VIDEO-LAYOUT, STABLE-VARIANT-ID, AUDIO, VIDEO, SUBTITLES, CLOSED-CAPTIONS,
//	                                           PATHWAY-ID, and NAME, which no specification has; PROGRAM-ID is ignored
//	EXT-X-I-FRAME-STREAM-INF      4.3.4.3      Multivariant.IFrameVariants: URI and those of EXT-X-STREAM-INF that it has
//	EXT-X-SESSION-DATA            4.3.4.4      Multivariant.SessionData: DATA-ID, VALUE, URI, FORMAT, LANGUAGE
//	EXT-X-SESSION-KEY             4.3.4.5      Multivariant.SessionKeys, attributes as EXT-X-KEY
//	EXT-X-CONTENT-STEERING        bis 4.4.6.6  Multivariant.ContentSteering: SERVER-URI, PATHWAY-ID
//
// All other tags are ignored, EXT-X-ALLOW-CACHE and the cue tags of ad servers among them, and so are unknown
// attributes. A tag with an unknown value of an enumerated attribute, or with an unknown attribute whose
// name begins with REQ-, is ignored with a warning (bis 6.3.1).
package hls
