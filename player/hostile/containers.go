package hostile

import (
	"bytes"
	"compress/zlib"
)

// million is written out where a count says how many.
const million = 1_000_000

// containers are inputs whose tables, trees and indexes lie.
func containers() []Input {
	mp4 := func(name string, m MP4) Input { return file(Containers, name, ".mp4", m.Bytes) }
	mkv := func(name string, m Matroska) Input { return file(Containers, name, ".mkv", m.Bytes) }
	avi := func(name string, a AVI) Input { return file(Containers, name, ".avi", a.Bytes) }
	fragments := func(name string, f Fragments) Input { return file(Containers, name, ".mp4", f.Bytes) }
	return []Input{
		mp4("mp4-8-tracks-of-22-million", MP4{Tracks: 8, Samples: 22 * million, SampleSize: 1}),
		mp4("mp4-100-tracks-of-22-million", MP4{Tracks: 100, Samples: 22 * million, SampleSize: 1}),
		mp4("mp4-stsz-without-entries", MP4{SizeCount: 0x0FFFFFFF, Samples: 1}),
		mp4("mp4-stts-without-entries", MP4{TimeCount: 0x0FFFFFFF, Samples: 1000, SampleSize: 1}),
		mp4("mp4-stsc-without-entries", MP4{ChunkRuns: 0x0FFFFFFF, Samples: 1000, SampleSize: 1}),
		mp4("mp4-stco-without-entries", MP4{Chunks: 0x1FFFFFFF, Samples: 1000, SampleSize: 1}),
		mp4("mp4-stss-without-entries", MP4{SyncCount: 0x1FFFFFFF, Samples: 1000, SampleSize: 1}),
		mp4("mp4-ctts-of-100-million", MP4{OffsetCount: 100 * million, Samples: 1000, SampleSize: 1}),
		mp4("mp4-elst-without-entries", MP4{EditCount: 0x0FFFFFFF, Samples: 1000, SampleSize: 1}),
		mp4("mp4-1000-edits-of-1-million", MP4{Edits: 1000, Samples: million, SampleSize: 1, Timescale: million}),
		mp4("mp4-senc-without-entries", MP4{Encryption: 0x0FFFFFFF, Samples: 1000, SampleSize: 1}),
		mp4("mp4-5000-tracks", MP4{Tracks: 5000, Samples: 1, SampleSize: 1}),
		mp4("mp4-100000-boxes-deep", MP4{Nested: 100_000, Samples: 1, SampleSize: 1}),
		file(Containers, "mp4-cmov-of-2-gb", ".mp4", compressedMovie),
		file(Containers, "mp4-box-sizes", ".mp4", boxSizes),
		fragments("mp4-trun-of-100-million", Fragments{Samples: 100 * million, Size: 0, Delta: 1}),
		fragments("mp4-1000-truns-of-1-million", Fragments{Samples: million, Runs: 1000, Delta: 1}),
		fragments("mp4-trun-without-fields", Fragments{Samples: 0x0FFFFFFF, Fields: true}),
		fragments("mp4-100000-fragments", Fragments{Samples: 1, Fragments: 100_000, Size: 8, Delta: 1}),
		fragments("mp4-sidx-of-65535", Fragments{Samples: 1, Index: 65535, Size: 8, Delta: 1}),
		mkv("mkv-5000-tracks", Matroska{Tracks: 5000}),
		mkv("mkv-1-million-cues", Matroska{Cues: million}),
		mkv("mkv-50000-attachments", Matroska{Attachments: 50_000, Attached: []byte("x"), AttachedAs: "font/ttf"}),
		mkv("mkv-100000-chapters", Matroska{Chapters: 100_000, NestedAtoms: 1000}),
		mkv("mkv-codec-private-of-256-mb", Matroska{Private: []byte{1}, PrivateSize: 256 << 20}),
		mkv("mkv-tags-of-1-eb", Matroska{Lied: 1 << 55}),
		mkv("mkv-1-million-voids", Matroska{Voids: million}),
		avi("avi-index-of-1-million", AVI{Entries: million, EntrySize: 0x7FFFFFFF, Length: 1 << 30}),
		avi("avi-super-index", AVI{Super: 10_000, Standard: 0x0FFFFFFF, Length: 1 << 30}),
		avi("avi-length-of-4-billion", AVI{Sound: true, Channels: 1, SoundRate: 8000, SampleSize: 1, Length: -1, Entries: 100_000, EntrySize: 0x7FFFFFFF}),
		avi("avi-private-of-2-gb", AVI{Private: 0x7FFFFF00}),
		avi("avi-500-streams", AVI{Streams: 500}),
		file(Containers, "ogg-10000-streams", ".ogg", Ogg{Streams: 10_000, Packets: [][]byte{opusHead(2, 0, 48000, 0)}}.Bytes),
		file(Containers, "ogg-comments", ".ogg", Ogg{Packets: [][]byte{opusHead(2, 0, 48000, 0), opusTags(0x7FFFFFFF, string(make([]byte, 8<<20)))}}.Bytes),
		file(Containers, "ts-195-streams", ".ts", TS{Codec: tsAVC, Streams: 195, Programs: 200, Units: joined(AVC{Width: 64, Height: 64, Pictures: 30, References: 1, Chroma: 1}.units())}.Bytes),
	}
}

// compressedMovie is a movie box in a compressed one that says it becomes 2 GB (QuickTime File
// Format, compressed movie resources).
func compressedMovie() []byte {
	var packed bytes.Buffer
	w := zlib.NewWriter(&packed)
	_, _ = w.Write(MP4{Samples: 1, SampleSize: 1}.moov()) // a bytes.Buffer takes all
	repeated(w, nil, make([]byte, 1<<20), 1500)
	_ = w.Close()
	content := append(be32(nil, 0x7FFFFF00), packed.Bytes()...)
	return append(append(fileType(), box("mdat", make([]byte, 4096))...), box("moov", box("cmov", box("dcom", []byte("zlib")), box("cmvd", content)))...)
}

// boxSizes are boxes whose sizes are 0, 1, less than a header, and more than a file can have.
func boxSizes() []byte {
	out := fileType()
	for _, size := range []int{8, 9, 12} {
		out = append(out, sizedBox("free", size, make([]byte, size-8))...)
	}
	long := append(sizedBox("uuid", 1), be64(nil, 1<<62)...)
	moov := MP4{Samples: 10, SampleSize: 1}.moov()
	copy(moov[len(moov)-40:], sizedBox("stco", 4))
	return append(append(append(out, moov...), sizedBox("skip", 2)...), long...)
}
