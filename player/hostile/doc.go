// Package hostile makes media that try to end a player or to take the memory of its machine, and
// measures a program that opens them. It serves tests alone.
//
//	for _, input := range hostile.Inputs() {
//		opened, err := hostile.Open(input, folder)  // writes its file, or serves it on loopback
//		...
//		outcome, err := hostile.Run(ctx, hostile.Command{Program: latchkey, Arguments: append([]string{"probe"}, opened.Arguments...)})
//		for _, broken := range outcome.Broken() { ... }
//		opened.Close()
//	}
//
// # How data flows
//
// Each format has a struct of its numbers, such as [MP4], [AVC] or [WAV], whose Bytes method writes
// the format with these numbers, whether they make sense or not. [Inputs] are named values of such
// structs, the same ones in each run; [Generate] draws the numbers from the bytes that a fuzzing
// engine gives. An [Input] is a set of answers by path, of which one is opened.
//
// # Concurrency
//
// All functions are safe for concurrent use.
//
// # Specifications
//
// ISO/IEC 14496-12 (boxes), 14496-15 (avcC, hvcC), ITU-T H.264 and H.265, ISO/IEC 13818-1
// (transport streams), RFC 8794 and RFC 9559 (EBML, Matroska), RFC 3533 (Ogg), RFC 9639 (FLAC), RFC
// 8216 (HLS), RFC 1952 and RFC 8878 (gzip, Zstandard), ID3v2.4, WebVTT.
package hostile
