// Package container examines the bytes of a media file before FFmpeg's demuxers see them, and
// refuses those that would make a demuxer allocate memory that the bytes do not back, or work
// without end.
//
//	checker := container.NewChecker(container.Source{Size: size})
//	n, err := reader.Read(buffer)
//	if err := checker.Read(buffer[:n]); err != nil {
//		return err // a *container.Error: the demuxer gets none of these bytes
//	}
//
// # Data flow
//
//	source ─▶ Checker ─▶ demuxer
//
// The Checker sits in the demuxer's read callback. It sees the bytes that the demuxer reads, in its
// order, before the demuxer does, and reads nothing itself: it costs no request and no second read.
// It keeps no bytes but the head of one box. A Checker has a parser for each container whose tables
// can announce more than they hold: ISO base media (which is always on: FFmpeg finds it behind many
// beginnings), Matroska, AVI and WAV, FLAC, Ogg and ID3v2.
//
// # Seeks
//
// A parser follows sequential reads. After a seek to a place where a box can begin it goes on
// there; a seek into the payload of a media data box reads samples and makes it wait for the end of
// that box. Segment indexes (sidx) may name places inside media data, which the demuxer can reach
// without a seek when they are in its buffer: a parser of its own examines each such place when the
// bytes pass.
//
// What a demuxer reads without a seek from a place that nothing names, as an OpenDML index or a
// seek head of Matroska inside media data, is not seen here. The bound on all of FFmpeg's memory
// holds for it.
//
// # What is bounded
//
// The bounds are constants: maxIndexBytes of what a movie box makes the demuxer keep,
// maxFragmentBytes of what fragments add, maxMovieBytes and maxFragmentBox of the boxes themselves,
// maxMetadataBytes of attachments, pictures and tags. Tables must fit into their box. A count that
// the bytes back and that is within the bounds passes; so does a file that is cut off, and every
// damage that costs the demuxer no memory: FFmpeg has its own word for those.
//
// # Concurrency
//
// A Checker belongs to one goroutine at a time.
//
// # Specifications
//
// ISO/IEC 14496-12 (ISO base media), QuickTime File Format, RFC 8794 (EBML) and RFC 9559
// (Matroska), RFC 9639 (FLAC), RFC 3533 (Ogg), ID3v2.3 and 2.4, RIFF and OpenDML.
package container
