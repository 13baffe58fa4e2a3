// Package libav reads media over FFmpeg's libraries: it demuxes, decodes, resamples, changes the tempo
// of sound and scales pictures. It is the only package that calls C.
//
//	input, err := libav.OpenInput(file, libav.InputOptions{})
//	if err != nil {
//		return err
//	}
//	defer input.Close()
//	decoder, err := libav.NewDecoder(input.Streams()[0], libav.DecoderOptions{})
//	if err != nil {
//		return err
//	}
//	defer decoder.Close()
//	packet := libav.NewPacket()
//	defer packet.Close()
//	for {
//		if err := input.ReadPacket(packet); err != nil {
//			return err // io.EOF after the last
//		}
//		...
//	}
//
// # Data flow
//
//	io.Reader ─▶ Input ─▶ Packet ─▶ Decoder ─▶ frame.Video ─▶ Scaler ─▶ image.RGBA
//	                                   └─────▶ AudioFrame ─▶ Resampler ─▶ Tempo ─▶ []float32
//
// Bytes come from a Go reader alone: no URL, file name or protocol reaches FFmpeg, a demuxer that
// opens further files is refused, and one that asks for one gets none. The containers are those of an
// allow-list.
//
// # Memory
//
// Packets and frames are FFmpeg's memory, handed over without a copy. Whoever holds one gives it back:
// Packet.Close, AudioFrame.Close, frame.Video.Release. There are no finalizers. Each Close may be called
// more than once. What is read stays valid after the Input that it came from is closed, as do its
// Streams.
//
// What FFmpeg may allocate is bounded, over all of it and for each block: see SetMemoryLimit. What
// would pass the limit fails with ErrMemory and is to be closed; free memory goes back to the
// system then.
//
// # Concurrency
//
// Each value belongs to one goroutine at a time; different values may be used at the same time. A
// Decoder has threads of its own. OpenInput, ReadPacket and SeekTo block as long as the reader does;
// nothing else waits for anything but the processor.
//
// # Errors
//
// An error of the reader comes back wrapped, so that errors.Is finds it; so does the
// *container.Error of bytes that package container does not let pass. What FFmpeg refuses is an
// *Error with the last line that it logged; its sentinels are ErrNotMedia, ErrNoDecoder,
// ErrCorrupt, ErrMemory and ErrAgain. FFmpeg itself writes nothing to the terminal.
//
// # Versions
//
// The package builds with FFmpeg 5.1 to 9.0, found by pkg-config; testdata/matrix.sh compiles it against
// each. testdata/asan.sh looks for leaks and stray reads and writes.
package libav
