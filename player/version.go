package player

import "latchkey/player/libav"

// Version is Latchkey's.
const Version = "0.1.0"

// LibraryVersions returns the versions of FFmpeg's libraries that are in use by name, that of FFmpeg under
// "ffmpeg", and the licence that they were built under, under "license".
func LibraryVersions() map[string]string { return libav.Versions() }
