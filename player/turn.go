package player

import "context"

// turn is a lock that one goroutine holds at a time, and that a goroutine can cease to wait for. It
// has room for one element.
type turn chan struct{}

// take waits for the turn, or for ctx's end, whose cause it returns.
func (t turn) take(ctx context.Context) error {
	select {
	case t <- struct{}{}:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// give ends the turn.
func (t turn) give() { <-t }
