// Package mediatest makes media for tests with the ffmpeg program, and says, again with ffmpeg, what
// decoding them must give.
//
//	func TestMain(m *testing.M) { os.Exit(mediatest.Run(m)) }
//
//	func TestDecode(t *testing.T) {
//		path := mediatest.Make(t, mediatest.Spec{Container: "mp4", Video: "h264", Audio: "aac"})
//		want := mediatest.FrameMD5(t, path, mediatest.Video)
//		...
//	}
//
// Media are small: 160 by 90 and 50 pictures unless asked otherwise. With Run, each is made once for a
// test binary, in a folder that is removed at the end; without it, once for each test. A test that needs
// ffmpeg where there is none fails.
//
// All functions are safe for concurrent use by parallel tests.
package mediatest
