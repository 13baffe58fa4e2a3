package container

// Source says what is known of the bytes.
type Source struct {
	// Format is FFmpeg's name of the container when it is known ("mp4", "mpegts", "aac"). Empty, the
	// first bytes tell.
	Format string
	// Size is the length of the file in bytes, 0 when it is unknown.
	Size int64
	// Seekable says that bytes may be read again.
	Seekable bool
}

// end is where the bytes end, as far as that is known.
func (s Source) end() int64 {
	if s.Size <= 0 {
		return endless
	}
	return s.Size
}

// parser follows one container.
type parser interface {
	// read examines the bytes at the current offset.
	read(p []byte) error
	// seek goes to an offset.
	seek(offset int64)
	// end examines what is left open at the end of the bytes.
	end() error
}

// magicBytes is how much of the beginning tells the container.
const magicBytes = 12

// Checker examines the bytes that a demuxer reads. NewChecker makes one.
type Checker struct {
	source  Source
	pos     int64
	head    []byte // the first bytes of the file, up to magicBytes
	parsers []parser
	err     error // of the refusal, which stays
}

// NewChecker returns a Checker that stands at the beginning of a source.
func NewChecker(source Source) *Checker {
	c := &Checker{source: source}
	if source.Format != "mpegts" {
		c.parsers = []parser{newBoxes(source, 0)}
	}
	return c
}

// Read examines the next bytes that the demuxer gets. It returns an *Error when they must not reach
// the demuxer, and again for all that follow.
func (c *Checker) Read(p []byte) error {
	if c.err != nil {
		return c.err
	}
	if c.pos == int64(len(c.head)) && len(c.head) < magicBytes {
		if c.err = c.begin(p); c.err != nil {
			return c.err
		}
	}
	c.pos += int64(len(p))
	for _, parser := range c.parsers {
		if c.err = parser.read(p); c.err != nil {
			return c.err
		}
	}
	return nil
}

// begin collects the first bytes and chooses the parsers by them.
func (c *Checker) begin(p []byte) error {
	before := len(c.head)
	c.head = append(c.head, p[:min(len(p), magicBytes-before)]...)
	if len(c.head) < magicBytes || c.source.Format == "mpegts" {
		return nil
	}
	more := parserOf(c.head, c.source)
	if more == nil {
		return nil
	}
	c.parsers = append(c.parsers, more)
	return more.read(c.head[:before])
}

// SeekTo says that the next bytes are those at offset.
func (c *Checker) SeekTo(offset int64) {
	if offset == c.pos {
		return
	}
	c.pos = offset
	for _, parser := range c.parsers {
		parser.seek(offset)
	}
}

// End says that the demuxer finds the end of the bytes here. It returns an *Error when what is open
// must not be taken for complete.
func (c *Checker) End() error {
	if c.err != nil {
		return c.err
	}
	for _, parser := range c.parsers {
		if c.err = parser.end(); c.err != nil {
			return c.err
		}
	}
	return nil
}

// parserOf chooses the parser of a container by its first bytes, nil for none but that of boxes.
func parserOf(head []byte, source Source) parser {
	switch first := string(head[:4]); {
	case first == "\x1A\x45\xDF\xA3":
		return newMatroska(source)
	case first == "RIFF" || first == "RF64":
		return newRIFF(source)
	case first == "fLaC" || first[:3] == "ID3":
		return newTags(source)
	case first == "OggS":
		return newOgg()
	}
	return nil
}
