package container

import "math"

// endless is the end of what has no known end.
const endless = math.MaxInt64

// cursor feeds a parser, which is a chain of steps: each asks for a number of bytes and names the
// step that gets them. A parser without a step passes over everything.
type cursor struct {
	pos  int64  // offset in the file of the next byte
	skip int64  // bytes to pass over before step
	need int    // bytes that step wants, at least 1
	have []byte // of them, from earlier reads
	step func(b []byte) error
	// passed, when set, gets the bytes that are passed over, which begin at offset at.
	passed func(b []byte, at int64) error
}

// read and end are those of a parser that looks at nothing but its steps.
func (c *cursor) read(p []byte) error { return c.feed(p) }
func (c *cursor) end() error          { return nil }

// within goes on at an offset if it lies in what is passed over, up to the next step's bytes.
func (c *cursor) within(offset int64) bool {
	next := c.next()
	if offset < c.pos || offset > next || len(c.have) > 0 {
		return false
	}
	c.pos, c.skip = offset, next-offset
	return true
}

// next is the offset at which step's bytes begin.
func (c *cursor) next() int64 {
	if c.skip > endless-c.pos {
		return endless
	}
	return c.pos + c.skip
}

// take makes step get the n bytes at offset at, which is not before the current one.
func (c *cursor) take(at int64, n int, step func([]byte) error) {
	c.skip, c.need, c.step = at-c.pos, n, step
	c.have = c.have[:0]
}

// stop makes the parser pass over the rest.
func (c *cursor) stop() { c.step, c.skip = nil, 0 }

// feed hands p, which begins at pos, to the steps. The bytes that a step gets are valid while it
// runs.
func (c *cursor) feed(p []byte) error {
	for len(p) > 0 {
		if c.step == nil {
			n := len(p)
			c.pos += int64(n)
			return nil
		}
		if c.skip > 0 {
			n := int(min(c.skip, int64(len(p))))
			at := c.pos
			c.pos += int64(n)
			c.skip -= int64(n)
			if c.passed != nil {
				if err := c.passed(p[:n], at); err != nil {
					return err
				}
			}
			p = p[n:]
			continue
		}
		taken := p[:min(c.need-len(c.have), len(p))]
		p = p[len(taken):]
		c.pos += int64(len(taken))
		if len(c.have) > 0 || len(taken) < c.need {
			c.have = append(c.have, taken...)
			taken = c.have
		}
		if len(taken) < c.need {
			return nil
		}
		c.have = c.have[:0]
		if err := c.step(taken); err != nil {
			return err
		}
	}
	return nil
}
