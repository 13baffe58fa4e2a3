package frame

// Layout is how a picture's samples are spread over planes.
type Layout int

// The layouts. LayoutOther is any that only a converter reads.
const (
	LayoutOther      Layout = 0
	LayoutPlanar     Layout = 1 // Y, U and V, a plane each
	LayoutSemiPlanar Layout = 2 // Y, and U and V interleaved
	LayoutGray       Layout = 3 // Y alone
)

// Format is a pixel format.
type Format struct {
	// Name is FFmpeg's name of the format: "yuv420p", "p010le".
	Name string
	// Layout is how samples are spread over planes.
	Layout Layout
	// Depth is the number of bits of a sample that count. Samples of more than 8 bits take two bytes,
	// little-endian.
	Depth int
	// Shift is how many bits a sample is to be shifted down: 6 for p010le, else 0.
	Shift int
	// ChromaShiftX and ChromaShiftY are the binary logarithms of the chroma subsampling: 1, 1 for 4:2:0.
	ChromaShiftX, ChromaShiftY int
	// BigEndian says that samples of two bytes have the high byte first.
	BigEndian bool
}

// Formats that tests and renderers name.
var (
	YUV420P   = Format{Name: "yuv420p", Layout: LayoutPlanar, Depth: 8, ChromaShiftX: 1, ChromaShiftY: 1}
	YUV420P10 = Format{Name: "yuv420p10le", Layout: LayoutPlanar, Depth: 10, ChromaShiftX: 1, ChromaShiftY: 1}
	YUV422P   = Format{Name: "yuv422p", Layout: LayoutPlanar, Depth: 8, ChromaShiftX: 1}
	YUV444P   = Format{Name: "yuv444p", Layout: LayoutPlanar, Depth: 8}
	NV12      = Format{Name: "nv12", Layout: LayoutSemiPlanar, Depth: 8, ChromaShiftX: 1, ChromaShiftY: 1}
	P010      = Format{Name: "p010le", Layout: LayoutSemiPlanar, Depth: 10, Shift: 6, ChromaShiftX: 1, ChromaShiftY: 1}
)
