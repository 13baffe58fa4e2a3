package theme

// The sizes, in Fyne's device-independent pixels.
const (
	SizeCaption  = 12
	SizeBody     = 14
	SizeStrong   = 15
	SizeTitle    = 20
	SizeHeadline = 30

	RadiusSmall  = 6
	RadiusButton = 10
	RadiusCard   = 12
	RadiusPanel  = 16

	Gap      = 8  // between things that belong together
	GapLarge = 16 // between groups
	Margin   = 24 // from the window's edge to what stands in it
)
