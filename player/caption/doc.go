// Package caption reads WebVTT, the subtitles of HTTP Live Streaming, into cues, and writes them.
//
//	track, err := caption.Parse(data)
//	for _, cue := range track.Cues { ... }
//
// What is wrong in a file costs the cue that it is in and nothing else, as the specification says. The size of a file, of a cue and the
// number of cues are bounded.
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
