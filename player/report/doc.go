// Package report sums up a playback: the JSON report of the command line, schema latchkey.report/1, and
// the hashes of what was decoded.
//
//	r := report.New(p.Snapshot(), p.Requests())
//	err := r.WriteJSON(os.Stdout)
//
// A report is made of a player's snapshot and its request records, neither of which holds a secret:
// names of cookies and headers stand in it, and never a value. Functions here do not block but for the
// writers they are given; a [Hashes] is safe for concurrent use.
package report
