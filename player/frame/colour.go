package frame

// Matrix is the set of coefficients that turn YCbCr into RGB. Numbers are those of
// ISO/IEC 23091-2 (ITU-T H.273), table 4.
type Matrix int

// The matrices.
const (
	MatrixRGB         Matrix = 0 // the samples are RGB already
	MatrixBT709       Matrix = 1
	MatrixUnspecified Matrix = 2
	MatrixFCC         Matrix = 4
	MatrixBT470BG     Matrix = 5 // the coefficients of BT.601
	MatrixBT601       Matrix = 6
	MatrixSMPTE240M   Matrix = 7
	MatrixBT2020      Matrix = 9 // non-constant luminance
)

// Range says which part of a sample's values is used.
type Range int

// The ranges. An unspecified one reads as limited.
const (
	RangeUnspecified Range = 0
	RangeLimited     Range = 1 // 16 to 235, chroma 16 to 240, times 2^(depth-8)
	RangeFull        Range = 2 // 0 to 2^depth - 1
)

// Primaries are the colours of red, green and blue: ITU-T H.273, table 2.
type Primaries int

// The primaries that are told apart.
const (
	PrimariesBT709       Primaries = 1
	PrimariesUnspecified Primaries = 2
	PrimariesBT2020      Primaries = 9
)

// Transfer is the transfer characteristic: ITU-T H.273, table 3.
type Transfer int

// The transfer characteristics that are told apart.
const (
	TransferBT709       Transfer = 1
	TransferUnspecified Transfer = 2
	TransferPQ          Transfer = 16
	TransferHLG         Transfer = 18
)

// ChromaLocation is where the chroma sample of a group sits: ITU-T H.273, 8.7.
type ChromaLocation int

// The chroma locations, numbered as FFmpeg does.
const (
	ChromaUnspecified ChromaLocation = 0
	ChromaLeft        ChromaLocation = 1 // MPEG-2, H.264, the default of 4:2:0
	ChromaCenter      ChromaLocation = 2 // MPEG-1, JPEG
	ChromaTopLeft     ChromaLocation = 3 // BT.2020
)

// Coefficients returns Kr and Kb of the matrix; an unspecified one follows the picture's height, as
// decoders and other players have it: BT.601 below 720 rows, BT.709 from there on.
func (v *Video) Coefficients() (kr, kb float64) {
	switch v.Matrix {
	case MatrixBT709:
		return 0.2126, 0.0722
	case MatrixFCC:
		return 0.30, 0.11
	case MatrixBT470BG, MatrixBT601:
		return 0.299, 0.114
	case MatrixSMPTE240M:
		return 0.212, 0.087
	case MatrixBT2020:
		return 0.2627, 0.0593
	}
	if v.Height >= 720 {
		return 0.2126, 0.0722
	}
	return 0.299, 0.114
}
