package container

import (
	"errors"
	"fmt"
	"strconv"
)

// The conditions that a Checker refuses bytes for.
var (
	// ErrDamaged is returned for a file that announces more than its bytes can hold.
	ErrDamaged = errors.New("container: damaged")
	// ErrMemory is returned for a file that would need more memory than the bounds allow.
	ErrMemory = errors.New("container: more memory than allowed")
)

// Error is a refusal. errors.Is finds ErrDamaged or ErrMemory.
type Error struct {
	kind   error
	where  string // the box, element or chunk
	reason string // what it announces
}

// Error names the box and what it announces.
func (e *Error) Error() string {
	return fmt.Sprintf("%v: %s announces %s", e.kind, e.where, e.reason)
}

// Unwrap returns ErrDamaged or ErrMemory.
func (e *Error) Unwrap() error { return e.kind }

// Sentence says for a person why subject, such as "This file", is refused.
func (e *Error) Sentence(subject string) string {
	if errors.Is(e.kind, ErrMemory) {
		return subject + " needs more memory than Latchkey gives it."
	}
	return subject + " is damaged: it announces " + e.reason + "."
}

func damaged(where, format string, values ...any) error {
	return &Error{kind: ErrDamaged, where: where, reason: fmt.Sprintf(format, values...)}
}

func tooMuch(where, format string, values ...any) error {
	return &Error{kind: ErrMemory, where: where, reason: fmt.Sprintf(format, values...)}
}

// count writes a number with commas: 22,000,000.
func count[N int | int64 | uint32 | uint64](n N) string {
	digits := strconv.FormatUint(uint64(max(0, n)), 10)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// bytes writes a size: 50 KB, 3 MB.
func bytes[N int | int64 | uint64](n N) string {
	switch size := uint64(max(0, n)); {
	case size < 1000:
		return count(size) + " bytes"
	case size < 1_000_000:
		return count((size+500)/1000) + " KB"
	case size < 1_000_000_000:
		return count((size+500_000)/1_000_000) + " MB"
	default:
		return count((size+500_000_000)/1_000_000_000) + " GB"
	}
}
