package framing_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math/rand/v2"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/player/framing"
)

// noise is bytes without order, of which none is a sync byte.
func noise(n int, seed uint64) []byte {
	random := rand.New(rand.NewPCG(1, seed))
	b := make([]byte, n)
	for i := range b {
		if b[i] = byte(random.Uint32()); b[i] == 0x47 {
			b[i] = 0x48
		}
	}
	return b
}

// packet is a packet of MPEG-2 TS. ISO/IEC 13818-1, 2.4.3.2.
func packet(i int) []byte {
	return append([]byte{0x47, 0x01, 0x00, 0x10 | byte(i&15)}, noise(184, uint64(i))...)
}

// ts is packets in a row, each with something before and after it.
func ts(from, to, before, after int) []byte {
	var b []byte
	for i := from; i < to; i++ {
		b = append(b, noise(before, 1000)...)
		b = append(b, packet(i)...)
		b = append(b, noise(after, 2000)...)
	}
	return b
}

// adts is frames of AAC. ISO/IEC 13818-7, 6.2.
func adts(n int) []byte {
	var b []byte
	for i := range n {
		length := 7 + 90 + i%7
		b = append(b, 0xFF, 0xF1, 0x4C, 0x80|byte(length>>11), byte(length>>3), byte(length<<5)|0x1F, 0xFC)
		b = append(b, noise(length-7, uint64(i))...)
	}
	return b
}

func box(kind string, parts ...[]byte) []byte {
	body := bytes.Join(parts, nil)
	b := binary.BigEndian.AppendUint32(nil, uint32(8+len(body)))
	return append(append(b, kind...), body...)
}

// fragment is the boxes of a segment of fragmented MP4.
func fragment(n int) []byte {
	var b []byte
	for i := range n {
		b = append(b, box("moof", box("mfhd", make([]byte, 8)), box("traf", box("tfhd", make([]byte, 8)), box("trun", make([]byte, 40))))...)
		b = append(b, box("mdat", noise(5000, uint64(i)))...)
	}
	return b
}

func styp() []byte { return box("styp", []byte("msdh"), make([]byte, 4), []byte("msdh")) }

func synchsafe(n int) []byte {
	return []byte{byte(n >> 21 & 127), byte(n >> 14 & 127), byte(n >> 7 & 127), byte(n & 127)}
}

// frame is a frame of ID3v2.4. ID3v2.4, 4.
func frame(id string, flags byte, body []byte) []byte {
	return append(append(append([]byte(id), synchsafe(len(body))...), 0, flags), body...)
}

// tag is an ID3 tag. ID3v2.4, 3.
func tag(version, flags byte, body []byte) []byte {
	b := append([]byte{'I', 'D', '3', version, 0, flags}, synchsafe(len(body))...)
	b = append(b, body...)
	if version == 4 && flags&0x10 != 0 {
		b = append(append(b, '3', 'D', 'I', version, 0, flags), synchsafe(len(body))...)
	}
	return b
}

// stamped is the content of a PRIV frame. RFC 8216, 3.4.
func stamped(ticks uint64) []byte {
	return binary.BigEndian.AppendUint64([]byte("com.apple.streaming.transportStreamTimestamp\x00"), ticks)
}

// example is a segment, and what must come of it.
type example struct {
	name    string
	segment []byte
	format  string // of the segments before
	want    []byte
	is      string
	skipped int
	stamp   uint64 // 0: none
	err     error
}

func concat(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

func examples() []example {
	clean := ts(0, 40, 0, 0)
	priv := frame("PRIV", 0, stamped(900000))
	// A value of which unsynchronisation makes more bytes: 00 00 00 01 FF 00 E0 FF.
	const odd = 0x00000001FF00E0FF
	oddPriv := bytes.ReplaceAll(stamped(odd), []byte{0xFF, 0}, []byte{0xFF, 0, 0})
	lost := func(b []byte) []byte { return concat(noise(16, 5), b[16:]) }
	return []example{
		{name: "packets", segment: clean, want: clean, is: "mpegts"},
		{name: "one packet", segment: packet(0), want: packet(0), is: "mpegts"},
		{name: "a packet of noise first", segment: concat(noise(188, 9), clean), want: clean, is: "mpegts", skipped: 188},
		{name: "three bytes first", segment: concat(noise(3, 9), clean), want: clean, is: "mpegts", skipped: 3},
		{name: "65,000 bytes first", segment: concat(noise(65000, 9), clean), want: clean, is: "mpegts", skipped: 65000},
		{name: "70,000 bytes first", segment: concat(noise(70000, 9), clean), err: framing.ErrNotSegment},
		{name: "half a packet first", segment: clean[100:], want: clean[188:], is: "mpegts", skipped: 88},
		{name: "units of 192 bytes", segment: ts(0, 40, 4, 0), want: clean, is: "mpegts"},
		{name: "units of 192 bytes behind 100", segment: concat(noise(100, 9), ts(0, 40, 4, 0)), want: clean, is: "mpegts", skipped: 100},
		{name: "units of 204 bytes", segment: ts(0, 40, 0, 16), want: clean, is: "mpegts"},
		{name: "units of 204 bytes, the last without parity", segment: ts(0, 40, 0, 16)[:40*204-16], want: clean, is: "mpegts"},
		{name: "the last packet is cut", segment: clean[:len(clean)-50], want: clean[:39*188], is: "mpegts", skipped: 138},
		{name: "a packet is cut within", segment: concat(clean[:10*188+70], clean[11*188:]), want: concat(clean[:10*188], clean[11*188:]), is: "mpegts", skipped: 70},
		{name: "bytes between packets", segment: concat(clean[:10*188], noise(300, 9), clean[10*188:]), want: clean, is: "mpegts", skipped: 300},
		{name: "100,000 bytes between packets", segment: concat(clean[:10*188], noise(100000, 9), clean[10*188:]), want: clean, is: "mpegts", skipped: 100000},
		{name: "bytes before the last packet", segment: concat(clean[:39*188], noise(20, 9), clean[39*188:]), want: clean, is: "mpegts", skipped: 20},
		{name: "bytes behind the last packet", segment: concat(clean, make([]byte, 1000)), want: clean, is: "mpegts", skipped: 1000},
		{name: "a sync byte is lost", segment: concat(clean[:10*188], []byte{0x46}, clean[10*188+1:]), want: concat(clean[:10*188], clean[11*188:]), is: "mpegts", skipped: 188},
		{name: "other units within", segment: concat(ts(0, 20, 0, 0), ts(20, 40, 4, 0)), want: clean, is: "mpegts"},
		{name: "a wrong IV", segment: lost(clean), want: clean[188:], is: "mpegts", skipped: 188},
		{name: "an image first", segment: concat([]byte("\x89PNG\r\n\x1a\n"), noise(200, 3), clean), want: clean, is: "mpegts", skipped: 208},
		{name: "ID3 before packets", segment: concat(tag(4, 0, priv), clean), want: clean, is: "mpegts", stamp: 900000},
		{name: "noise", segment: noise(200000, 1), err: framing.ErrNotSegment},
		{name: "noise in place of packets", segment: noise(200000, 1), format: "mpegts", err: framing.ErrNotSegment},
		{name: "a web page", segment: bytes.Repeat([]byte("<html>GOLDEN GATE</html>\n"), 4000), err: framing.ErrNotSegment},
		{name: "nothing", err: io.ErrUnexpectedEOF},

		{name: "frames", segment: adts(60), want: adts(60), is: "aac"},
		{name: "a tag", segment: concat(tag(4, 0, priv), adts(60)), want: adts(60), is: "aac", stamp: 900000},
		{name: "ID3v2.3", segment: concat(tag(3, 0, priv), adts(60)), want: adts(60), is: "aac", stamp: 900000},
		{name: "the stamp in the first of two tags", segment: concat(tag(4, 0, priv), tag(4, 0, frame("TIT2", 0, []byte("\x03Song"))), adts(60)), want: adts(60), is: "aac", stamp: 900000},
		{name: "the stamp in the last of five tags", segment: concat(bytes.Repeat(tag(4, 0, frame("TIT2", 0, []byte("\x03Song"))), 4), tag(4, 0, priv), adts(60)), want: adts(60), is: "aac", stamp: 900000},
		{name: "two stamps", segment: concat(tag(4, 0, frame("PRIV", 0, stamped(5))), tag(4, 0, priv), adts(60)), want: adts(60), is: "aac", stamp: 900000},
		{name: "a picture of 600,000 bytes", segment: concat(tag(4, 0, concat(priv, frame("APIC", 0, noise(600000, 2)))), adts(60)), want: adts(60), is: "aac", stamp: 900000},
		{name: "tags of 1.2 million bytes", segment: concat(bytes.Repeat(tag(4, 0, frame("APIC", 0, noise(600000, 2))), 2), adts(60)), err: framing.ErrNotSegment},
		{name: "a footer", segment: concat(tag(4, 0x10, priv), tag(4, 0x10, frame("TIT2", 0, []byte("\x03Song"))), adts(60)), want: adts(60), is: "aac", stamp: 900000},
		{name: "padding", segment: concat(tag(4, 0, concat(priv, make([]byte, 5000))), adts(60)), want: adts(60), is: "aac", stamp: 900000},
		{name: "an extended header", segment: concat(tag(4, 0x40, concat([]byte{0, 0, 0, 6, 1, 0}, priv)), adts(60)), want: adts(60), is: "aac", stamp: 900000},
		{name: "an unsynchronised tag", segment: concat(tag(3, 0x80, frame("PRIV", 0, oddPriv)), adts(60)), want: adts(60), is: "aac", stamp: odd},
		{name: "an unsynchronised frame", segment: concat(tag(4, 0, frame("PRIV", 0x02, oddPriv)), adts(60)), want: adts(60), is: "aac", stamp: odd},
		{name: "an unsynchronised frame with its length", segment: concat(tag(4, 0x80, frame("PRIV", 0x03, concat(synchsafe(53), oddPriv))), adts(60)), want: adts(60), is: "aac", stamp: odd},
		{name: "what looks unsynchronised", segment: concat(tag(4, 0, frame("PRIV", 0, stamped(odd))), adts(60)), want: adts(60), is: "aac", stamp: odd},
		{name: "a tag that is cut off", segment: tag(4, 0, priv)[:40], err: io.ErrUnexpectedEOF},
		{name: "a tag alone", segment: tag(4, 0, priv), err: io.ErrUnexpectedEOF},
		{name: "half a frame first", segment: adts(60)[50:], want: adts(60)[97:], is: "aac", skipped: 47},
		{name: "a wrong IV before frames", segment: lost(concat(tag(4, 0, priv), adts(60))), want: adts(60), is: "aac", stamp: 900000, skipped: 73},

		{name: "boxes", segment: concat(styp(), fragment(2)), want: concat(styp(), fragment(2)), is: "mp4"},
		{name: "zeros behind the last box", segment: concat(styp(), fragment(2), make([]byte, 500)), want: concat(styp(), fragment(2)), is: "mp4", skipped: 500},
		{name: "noise behind the last box", segment: concat(fragment(2), noise(100000, 4)), want: fragment(2), is: "mp4", skipped: 100000},
		{name: "three bytes behind the last box", segment: concat(fragment(2), []byte("\r\n\r")), want: fragment(2), is: "mp4", skipped: 3},
		{name: "text behind the last box", segment: concat(fragment(2), []byte("\x00\x00\x0c\x00not a box")), want: fragment(2), is: "mp4", skipped: 13},
		{name: "zeros between boxes", segment: concat(fragment(1), make([]byte, 70000), fragment(1)), want: concat(fragment(1), fragment(1)), is: "mp4", skipped: 70000},
		{name: "a box of an unknown type", segment: concat(styp(), box("what", make([]byte, 100)), fragment(2)), want: concat(styp(), box("what", make([]byte, 100)), fragment(2)), is: "mp4"},
		{name: "a box that is cut off", segment: fragment(2)[:6000], want: fragment(2)[:6000], is: "mp4"},
		{name: "a media data box up to the end", segment: concat(fragment(1)[:96], []byte("\x00\x00\x00\x00mdat"), noise(90000, 3)), want: concat(fragment(1)[:96], []byte("\x00\x00\x00\x00mdat"), noise(90000, 3)), is: "mp4"},
		{name: "noise before the first box", segment: concat(noise(1000, 3), styp(), fragment(2)), want: concat(styp(), fragment(2)), is: "mp4", skipped: 1000},
		{name: "a wrong IV before styp", segment: lost(concat(styp(), fragment(2))), format: "mp4", want: fragment(2), is: "mp4", skipped: 20},
		{name: "a wrong IV before moof", segment: lost(fragment(2)), format: "mp4", want: fragment(2), is: "mp4", skipped: 16},
		{name: "ID3 before boxes", segment: concat(tag(4, 0, priv), fragment(1)), want: fragment(1), is: "mp4", stamp: 900000},
	}
}

func TestReader(t *testing.T) {
	sources := map[string]func(io.Reader) io.Reader{
		"at once":       func(r io.Reader) io.Reader { return r },
		"byte by byte":  iotest.OneByteReader,
		"data with EOF": iotest.DataErrReader,
	}
	for _, test := range examples() {
		t.Run(test.name, func(t *testing.T) {
			for name, source := range sources {
				r, err := framing.NewReader(source(bytes.NewReader(test.segment)), test.format)
				if test.err != nil {
					require.ErrorIs(t, err, test.err, name)
					continue
				}
				require.NoError(t, err, name)
				got, err := io.ReadAll(r)
				require.NoError(t, err, name)
				require.True(t, bytes.Equal(test.want, got), "%s: %d bytes, not %d", name, len(got), len(test.want))
				assert.Equal(t, test.is, r.Format(), name)
				assert.Equal(t, int64(test.skipped), r.Skipped(), name)
				stamp, ok := r.Stamp()
				assert.Equal(t, test.stamp != 0, ok, name)
				assert.Equal(t, time.Duration(test.stamp&(1<<33-1))*time.Second/90000, stamp, name)
			}
		})
	}
}

// TestReaderFails breaks the source off: what came before is given, and then its error.
func TestReaderFails(t *testing.T) {
	broken := errors.New("broken")
	for name, segment := range map[string][]byte{"packets": ts(0, 40, 0, 0), "boxes": fragment(1), "frames": adts(60)} {
		t.Run(name, func(t *testing.T) {
			r, err := framing.NewReader(io.MultiReader(bytes.NewReader(segment), iotest.ErrReader(broken)), "")
			require.NoError(t, err)
			got, err := io.ReadAll(r)
			require.ErrorIs(t, err, broken)
			assert.True(t, bytes.Equal(segment, got))
		})
	}
	_, err := framing.NewReader(iotest.ErrReader(broken), "")
	require.ErrorIs(t, err, broken)
	_, err = framing.NewReader(io.MultiReader(bytes.NewReader(noise(30000, 1)), iotest.ErrReader(broken)), "")
	require.ErrorIs(t, err, broken)
}

// TestReaderOfSmallReads reads packets with buffers that are smaller and larger than one.
func TestReaderOfSmallReads(t *testing.T) {
	want := ts(0, 40, 0, 0)
	for _, size := range []int{1, 100, 187, 188, 189, 400} {
		r, err := framing.NewReader(bytes.NewReader(ts(0, 40, 4, 0)), "")
		require.NoError(t, err)
		var got []byte
		for p := make([]byte, size); ; {
			n, err := r.Read(p)
			got = append(got, p[:n]...)
			if errors.Is(err, io.EOF) {
				break
			}
			require.NoError(t, err)
		}
		require.True(t, bytes.Equal(want, got), "%d bytes at a time", size)
	}
}

// FuzzReader holds what a Reader gives against what it says, whatever the bytes and however they
// come.
func FuzzReader(f *testing.F) {
	for _, e := range examples() {
		if len(e.segment) < 20000 {
			f.Add(e.segment, e.format == "mp4")
		}
	}
	f.Fuzz(func(t *testing.T, segment []byte, fragments bool) {
		format := ""
		if fragments {
			format = "mp4"
		}
		read := func(source io.Reader) ([]byte, *framing.Reader) {
			r, err := framing.NewReader(source, format)
			if err != nil {
				return nil, nil
			}
			got, err := io.ReadAll(r)
			require.NoError(t, err)
			return got, r
		}
		got, r := read(bytes.NewReader(segment))
		again, s := read(iotest.OneByteReader(bytes.NewReader(segment)))
		require.Equal(t, r == nil, s == nil)
		if r == nil {
			return
		}
		require.True(t, bytes.Equal(got, again))
		require.Equal(t, r.Skipped(), s.Skipped())
		require.LessOrEqual(t, int64(len(got))+r.Skipped(), int64(len(segment)+16))
		if r.Format() == "mpegts" {
			require.Zero(t, len(got)%188)
			for i := 0; i < len(got); i += 188 {
				require.Equal(t, byte(0x47), got[i])
			}
		}
	})
}

func BenchmarkReader(b *testing.B) {
	var segment []byte
	for range 100 {
		segment = append(segment, ts(0, 100, 0, 0)...)
	}
	p := make([]byte, 64<<10)
	b.SetBytes(int64(len(segment)))
	b.ReportAllocs()
	for b.Loop() {
		r, err := framing.NewReader(bytes.NewReader(segment), "")
		require.NoError(b, err)
		for err == nil {
			_, err = r.Read(p)
		}
	}
}
