package hostile

import (
	"bytes"
	"compress/gzip"
	"io"

	"github.com/andybalholm/brotli"
)

// zipped is a body as gzip: head, then repeat, times over.
func zipped(head, repeat []byte, times int) []byte {
	var out bytes.Buffer
	w, _ := gzip.NewWriterLevel(&out, gzip.BestCompression) // the level is a valid one
	repeated(w, head, repeat, times)
	_ = w.Close() // a bytes.Buffer takes all
	return out.Bytes()
}

// brotlied likewise as Brotli.
func brotlied(head, repeat []byte, times int) []byte {
	var out bytes.Buffer
	w := brotli.NewWriterLevel(&out, 5)
	repeated(w, head, repeat, times)
	_ = w.Close()
	return out.Bytes()
}

func repeated(w io.Writer, head, repeat []byte, times int) {
	_, _ = w.Write(head)
	for range times {
		_, _ = w.Write(repeat)
	}
}

// zstandard is head, which is shorter than a block, then one byte over and over: blocks of 128 KiB
// in 4 bytes each (RFC 8878, 3.1.1.2.2, RLE_Block). The frame says that its window has 2^window
// bytes.
func zstandard(head []byte, repeat byte, blocks, window int) []byte {
	const block = 128 << 10
	out := le32(nil, 0xFD2FB528)
	out = append(out, 0, byte((window-10)<<3))
	header := func(last, kind, size int) []byte { return le32(nil, size<<3|kind<<1|last)[:3] }
	out = append(append(out, header(0, 0, len(head))...), head...)
	for i := range blocks {
		out = append(append(out, header(boolInt(i == blocks-1), 1, block)...), repeat)
	}
	return out
}
