// Package caption reads WebVTT, the subtitles of HTTP Live Streaming, into cues, and writes them.
//
//	track, err := caption.Parse(data)
//	for _, cue := range track.Cues { ... }
//
// What is wrong in a file costs the cue that it is in and nothing else, as the specification says.
//
// # Limits
//
//	a file                              16 MiB, 100,000 cues, 48 MiB of memory; one beyond is ErrTooLarge
//	a cue                               16 KiB with its tags; one beyond is left out and counted (Track.Cut)
//	the text of a cue                   32 lines, 512 runs in one style; the rest is cut off and counted
//	a screen of closed captions         16 KiB, 32 rows, 1024 runs
//
// # What is supported
//
//	cue times, hours of any length      yes
//	cue settings                        line, position, align, size, vertical; region is read and not used
//	tags                                b, i, u, c, v, lang; ruby's text is kept, time stamps are left out
//	character references                those of HTML
//	STYLE, REGION and NOTE blocks       left out
//	X-TIMESTAMP-MAP                     yes
//
// # Specifications
//
// W3C WebVTT: The Web Video Text Tracks Format, 6; RFC 8216, 3.5 (X-TIMESTAMP-MAP).
package caption
