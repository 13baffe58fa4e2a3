// Package hls reads HTTP Live Streaming playlists: RFC 8216 and its second edition
// (draft-pantos-hls-rfc8216bis).
package hls
