// Package frame holds decoded pictures as plain values: planes of samples, how they are to be
// read, and when they are to be shown. It is what the decoder hands to the player and the player to
// the screen, so that neither side knows the other's library.
//
//	v := &frame.Video{Width: 1280, Height: 720, Format: frame.YUV420P, Planes: planes}
//	defer v.Release()
//
// A Video has one owner at a time. Its planes may be memory of the decoder's: they are valid until
// Release, which the owner calls once.
package frame
