package hostile

import "slices"

// Inputs are the named inputs of all kinds, in an order that does not change.
func Inputs() []Input {
	return slices.Concat(containers(), pictures(), sounds(), captions(), segments(), playlists(), compressions(), endless(), covers(), slow())
}
