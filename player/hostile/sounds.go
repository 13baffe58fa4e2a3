package hostile

import "math"

// sounds are inputs whose rates, channels and times no sound has.
func sounds() []Input {
	wav := func(name string, w WAV) Input { return file(Sound, name, ".wav", w.Bytes) }
	caf := func(name string, c CAF) Input { return file(Sound, name, ".caf", c.Bytes) }
	pcm := func(name string, rate float64, channels int) Input {
		return file(Sound, name, ".mkv", Matroska{Codec: "A_PCM/INT/LIT", Rate: rate, Channels: channels, Packets: bytesTimes(ramp(4096), 20)}.Bytes)
	}
	slow := FLAC{Rate: 1, Block: 44000, Frames: 3}
	return []Input{
		wav("wav-1-hz", WAV{Rate: 1, Channels: 1, Frames: 65536}),
		wav("wav-65535-channels", WAV{Rate: 48000, Channels: 65535, Bits: 16, Frames: 8 << 20}),
		wav("wav-1-hz-1024-channels", WAV{Rate: 1, Channels: 1024, Frames: 1 << 20}),
		wav("wav-4-ghz", WAV{Rate: 0xFFFFFFFF, Channels: 1, Frames: 4 << 20}),
		wav("wav-2-ghz-of-32-bit", WAV{Rate: 0x7FFFFFFF, Channels: 2, Bits: 32, Frames: 4 << 20}),
		waits(wav("wav-align", WAV{Rate: 8000, Channels: 1, Bits: 16, Align: 65535, Frames: 4 << 20})), // four minutes of sound
		wav("wav-adpcm-65535-channels", WAV{Rate: 8000, Channels: 65535, Bits: 4, Format: 2, Align: 4096, Frames: 1 << 20}),
		wav("wav-size-of-4-gb", WAV{Rate: 1, Channels: 1, Frames: 65536, Size: 0xFFFFFFFF}),
		file(Sound, "flac-1-hz", ".flac", slow.Bytes),
		file(Sound, "flac-1-hz-mp4", ".mp4", func() []byte { t := slow.defaults().track(); return append(t.initSection(), t.fragment()...) }),
		file(Sound, "flac-rate-changes", ".flac", FLAC{Rate: 44100, Rates: []int{44100, 1, 48000, 2}, Block: 65535, Channels: 8, Frames: 40}.Bytes),
		stream(Sound, "flac-1-hz-stream", func() map[string]Answer {
			t := slow.defaults().track()
			return map[string]Answer{"main.m3u8": media(2, "", "flac.mp4"), "flac.mp4": {Body: append(t.initSection(), t.fragment()...)}}
		}),
		file(Sound, "au-1-hz", ".au", AU{Rate: 1, Channels: 1, Encoding: 2, Frames: 65536}.Bytes),
		file(Sound, "au-65535-channels", ".au", AU{Rate: 8000, Channels: 65535, Encoding: 3, Frames: 4 << 20}.Bytes),
		caf("caf-rate-of-1e308", CAF{Rate: 1e308, Channels: 2, Frames: 65536}),
		caf("caf-rate-of-nan", CAF{Rate: math.NaN(), Channels: 2, Frames: 65536}),
		caf("caf-1-billion-packets", CAF{Rate: 8000, Channels: 1, PerPacket: -1, Packets: 1 << 30, TableSize: 1 << 40, Frames: 65536}),
		pcm("mkv-rate-of-1e-300", 1e-300, 1),
		pcm("mkv-rate-of-infinity", math.Inf(1), 2),
		pcm("mkv-2-billion-channels", 48000, 0x7FFFFFFF),
		waits(file(Sound, "adts-changes", ".aac", ADTS{Rate: 3, Channels: 2, Frames: 5000, Changes: true}.Bytes)),
		file(Sound, "mp4-sound-of-1-hz", ".mp4", MP4{Sound: true, Rate: 1, Samples: 65536, SampleSize: 2, Data: 131072}.Bytes),
		file(Sound, "mp4-sound-with-gaps", ".mp4", MP4{Sound: true, Rate: 48000, Channels: 2, Samples: 2000, SampleSize: 4, PerChunk: 2000, Delta: 0x7FFFFFFF, Timescale: 1, Data: 8192}.Bytes),
		file(Sound, "opus-granule", ".opus", Ogg{Packets: append([][]byte{opusHead(2, 65535, 48000, 0), opusTags(0)}, bytesTimes([]byte{0xFC, 0xFF, 0xFE}, 50)...),
			Granules: []int{0, 0, 960, 1 << 60, 1 << 61, 1920}}.Bytes),
		file(Sound, "opus-255-channels", ".opus", Ogg{Packets: append([][]byte{opusHead(255, 0, 48000, 255), opusTags(0)}, bytesTimes([]byte{0xFC, 0xFF, 0xFE}, 50)...)}.Bytes),
	}
}
