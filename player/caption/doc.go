// Package caption reads subtitles into cues, and writes them as WebVTT.
//
//	track, err := caption.Parse(data) // WebVTT, the subtitles of HTTP Live Streaming
//	track, err := caption.Read(data)  // a file of any kind
//	for _, cue := range track.Cues { ... }
//
// What is wrong in a file costs the cue that it is in and nothing else, as WebVTT's specification
// says. [Read] tells by a file's text what it is: WebVTT, SubRip (SRT), ASS or SSA, in UTF-8, in
// UTF-16 with a byte order mark, or else in Windows-1252. [Format] reads the text of a cue as a
// container of media holds it.
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
//	SubRip's tags                       b, i, u, font color; in braces as those of ASS
//	ASS's tags                          i, b, u, r, an; drawings are left out, and what else there is changes nothing
//	styles of ASS, places, effects      left out: the text is what is read
//	styles of 3GPP timed text           bold, italic, underlined
//
// # Specifications
//
// W3C WebVTT: The Web Video Text Tracks Format, 6; RFC 8216, 3.5 (X-TIMESTAMP-MAP); 3GPP TS 26.245
// (timed text). SubRip and ASS have none: their files, and FFmpeg's reading of them, are what is
// followed.
package caption
