// Package field tests the player with streams and servers that players meet in the field, though
// no specification asks for them: answers to ranges that hold something else, names that were
// never escaped, clocks that jump, tracks that come late, live streams that are over.
//
// All tests are rows of one table. Each row makes a folder of media, may script how the origin
// answers, opens one address and checks the pictures, sounds and cues that come out against what
// FFmpeg decodes of the same media. others.txt says what FFmpeg and mpv do with each row.
package field
