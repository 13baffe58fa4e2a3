package player

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"latchkey/drm"
	"latchkey/network"
	"latchkey/player/hls"
	"latchkey/player/libav"
)

// errNoKey is returned for a sample that is encrypted with a key that nothing tells of.
var errNoKey = errors.New("there is no key for the sample")

// unlocker decrypts the packets of a run in place. It is used by the demuxer's goroutine alone.
type unlocker struct {
	reader *segmentReader
	format string

	segment   *hls.Segment // that info and decrypter are of
	info      drm.KeyInfo
	decrypter *drm.SampleDecrypter // nil until a packet needs it
	id        drm.KeyID            // of the decrypter's key
	key       drm.Key              // the decrypter's, or that of the one before
	keys      int                  // that were used
	newest    map[int]*hls.Segment // of each stream
	how       libav.Encryption
	sample    drm.Sample
}

func newUnlocker(reader *segmentReader, format string) *unlocker {
	return &unlocker{reader: reader, format: format, newest: make(map[int]*hls.Segment)}
}

// unlock decrypts a packet, if it is encrypted, and returns the number of its key. It waits for the key.
func (u *unlocker) unlock(p *libav.Packet, stream libav.Stream) (int, error) {
	u.reader.barren.packet()
	segment := u.segmentOf(p)
	if segment == u.reader.gone {
		return 0, errAbandoned // there may be but a part of it
	}
	if err := u.enter(segment); err != nil {
		return 0, err
	}
	if u.format == "mp4" {
		return u.common(p, stream)
	}
	if !u.info.Samples() || u.format == "mpegts" && !stream.SampleAES {
		return 0, nil
	}
	if err := u.need(drm.KeyID{}, false); err != nil {
		return 0, err
	}
	data, err := p.Writable()
	if err != nil {
		return 0, err
	}
	size, err := u.decrypter.Elementary(stream.Codec, data, u.info.IVFor(u.segment.Sequence))
	if err != nil {
		return 0, err
	}
	p.Shrink(size)
	return u.keys, nil
}

// segmentOf returns the segment that a packet began in. The packets that a demuxer splits up have the place
// of the first of them alone.
func (u *unlocker) segmentOf(p *libav.Packet) *hls.Segment {
	if at := p.Position(); at >= 0 {
		u.newest[p.Stream()] = u.reader.segmentAt(at)
	}
	if segment := u.newest[p.Stream()]; segment != nil {
		return segment
	}
	return u.reader.segmentAt(0)
}

// enter chooses the key of the segment.
func (u *unlocker) enter(segment *hls.Segment) error {
	if segment == u.segment {
		return nil
	}
	track := u.reader.track
	info, err := track.session.keys.Select(track.feed.keyInfos(segment, segment.Keys))
	if err != nil {
		return err
	}
	if info.Method != u.info.Method || info.URI != u.info.URI || info.KeyFormat != u.info.KeyFormat ||
		info.Live && (info.Period != u.info.Period || info.IV != u.info.IV || info.HasIV != u.info.HasIV) {
		u.decrypter = nil
	}
	u.segment, u.info = segment, info
	return nil
}

// noKey is the error of a sample with whose key nothing is said, which names the system that the container has something for.
func noKey(kid drm.KeyID, stream libav.Stream) error {
	for _, id := range stream.ProtectionSystems {
		if name := drm.SystemName(id); name != "" {
			return &drm.KeyFormatError{System: name, KeyFormat: fmt.Sprintf("urn:uuid:%x", id)}
		}
	}
	return fmt.Errorf("KID %s: %w", kid, errNoKey)
}

// awaitKey waits for a key, for a sign-in when it is refused, and for the network when that is away.
func (s *session) awaitKey(ctx context.Context, info drm.KeyInfo, get func(context.Context) (drm.Key, error)) (key drm.Key, err error) {
	for {
		err = s.authorized(ctx, func() error {
			key, err = get(ctx)
			return err
		})
		if err == nil || !s.endure(ctx, err) {
			break
		}
	}
	if err != nil {
		class := network.ClassKey
		if info.KeyFormat != "" && !strings.EqualFold(info.KeyFormat, "identity") {
			class = network.ClassLicense
		}
		return key, &fetchError{class: class, url: display(info.URI), err: err}
	}
	s.gotKey()
	return key, nil
}

// need gets the key of a sample, whose name is known where it is in a container that tells it.
func (u *unlocker) need(id drm.KeyID, named bool) error {
	if u.decrypter != nil && u.id == id {
		return nil
	}
	session := u.reader.track.session
	key, err := session.awaitKey(u.reader.wait, u.info, func(ctx context.Context) (drm.Key, error) {
		return session.keys.SampleKey(ctx, u.info, id, named)
	})
	if err != nil {
		return err
	}
	session.unlocked(u.info, u.how.Scheme, id, named)
	u.id = id
	u.decrypter, err = drm.NewSampleDecrypter(key)
	if u.keys == 0 || !key.Equal(u.key) {
		u.keys++
	}
	u.key = key
	return err
}

// common decrypts a packet of Common Encryption.
func (u *unlocker) common(p *libav.Packet, stream libav.Stream) (int, error) {
	encrypted, err := p.Encryption(&u.how)
	if err != nil {
		return 0, err
	}
	if encrypted, err = u.grouped(p, encrypted); err != nil || !encrypted {
		return 0, err
	}
	if !u.info.Samples() {
		return 0, noKey(u.how.KID, stream)
	}
	if err := u.need(u.how.KID, true); err != nil {
		return 0, err
	}
	return u.keys, decryptCommon(u.decrypter, p, &u.how, &u.sample)
}

// grouped has the sample's group say how it is encrypted, of which the demuxer knows nothing.
func (u *unlocker) grouped(p *libav.Packet, encrypted bool) (bool, error) {
	group, ok, err := u.reader.groups.At(p.Position())
	switch {
	case !ok && (err == nil || !encrypted):
		return encrypted, nil
	case err != nil:
		return false, err
	case !group.Protected:
		return false, nil
	case !encrypted: // then nobody has read the samples' own IVs
		return false, fmt.Errorf("a sample is encrypted in a track that is not: %w", drm.ErrSample)
	}
	u.how.KID, u.how.CryptBlocks, u.how.SkipBlocks = group.ID, group.CryptBlocks, group.SkipBlocks
	if group.IVSize == 0 {
		u.how.IV = [16]byte{}
		copy(u.how.IV[:], group.ConstantIV)
	}
	return true, nil
}

// decryptCommon decrypts a packet in place. sample is memory to be used.
func decryptCommon(d *drm.SampleDecrypter, p *libav.Packet, how *libav.Encryption, sample *drm.Sample) error {
	data, err := p.Writable()
	if err != nil {
		return err
	}
	sample.Scheme, sample.IV = how.Scheme, how.IV
	sample.CryptBlocks, sample.SkipBlocks = how.CryptBlocks, how.SkipBlocks
	sample.Subsamples = sample.Subsamples[:0]
	for _, s := range how.Subsamples {
		sample.Subsamples = append(sample.Subsamples, drm.Subsample(s))
	}
	return d.Common(data, sample)
}

// fileUnlocker decrypts the packets of a file in place with the keys that a person has: nothing else tells of them. It is used by the
// demuxer's goroutine alone.
type fileUnlocker struct {
	session   *session
	id        drm.KeyID // of the decrypter's key
	decrypter *drm.SampleDecrypter
	count     int // of the keys that were used
	how       libav.Encryption
	sample    drm.Sample
}

// unlock decrypts a packet, if it is encrypted, and returns the number of its key.
func (f *fileUnlocker) unlock(p *libav.Packet, stream libav.Stream) (int, error) {
	encrypted, err := p.Encryption(&f.how)
	if err != nil || !encrypted {
		return 0, err
	}
	if f.decrypter == nil || f.id != f.how.KID {
		key, ok := f.session.keys.Given(f.how.KID)
		if !ok {
			return 0, noKey(f.how.KID, stream)
		}
		if f.decrypter, err = drm.NewSampleDecrypter(key); err != nil {
			return 0, err
		}
		f.id = f.how.KID
		f.count++
		f.session.unlocked(drm.KeyInfo{}, f.how.Scheme, f.id, true)
	}
	return f.count, decryptCommon(f.decrypter, p, &f.how, &f.sample)
}

// maxSpans is how many segments back a packet may have begun.
const maxSpans = 64

// span is where a segment begins among the bytes of a run.
type span struct {
	from    int64
	segment *hls.Segment
}

// segmentAt returns the segment that holds a byte of the run.
func (s *segmentReader) segmentAt(position int64) *hls.Segment {
	for i := len(s.spans) - 1; i > 0; i-- {
		if s.spans[i].from <= position {
			return s.spans[i].segment
		}
	}
	return s.spans[0].segment
}
