package player

import (
	"context"
	"errors"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"latchkey/player/libav"
)

// maxPending bounds the packets that wait for their run's place on the timeline.
const maxPending = 4096

// errNoStreams is returned for media without picture and sound.
var errNoStreams = errors.New("neither picture nor sound is in it")

// source is what a resource's packets come from.
type source interface {
	// tracks are the producers that run at the same time, each with the kinds that it gives.
	tracks() []producer
	// close frees what the source holds, after all producers have ended.
	close()
}

// producer reads packets into a pipeline's queues from a time on, until the end, an error, or ctx's end.
type producer interface {
	produce(ctx context.Context, from time.Duration, out *pipeline) error
}

// pipeline is one generation of playback: from a seek, or the start, until the next seek or the end.
// Its goroutines end with its context; wait returns after the last.
type pipeline struct {
	session *session
	target  time.Duration   // what is shown first: nothing that ends before it
	ctx     context.Context //nolint:containedctx // the lifetime of all that the pipeline does
	cancel  context.CancelCauseFunc
	done    chan struct{}
	space   *notice
	queues  map[libav.Kind]*queue
	eaten   map[libav.Kind]*atomic.Int64 // presentation time of the newest packet that a decoder took

	videoEnded, audioEnded atomic.Bool
	videoEnd, audioEnd     atomic.Int64 // of the last picture, and of the sound with the silence under the last pictures, when they have ended

	leaves       atomic.Bool   // a track has ended with errPassed: the others load no more
	leaderPlaced *latch        // open once the leading track has found its place, or has ended
	leaderEnded  *latch        // open once the leading track has ended
	limited      atomic.Bool   // Config.Limit ended a track
	started      atomic.Bool   // the outputs hold nothing of the pipeline before, or it follows that
	turned       chan struct{} // closed when it may give to the outputs
	shift        time.Duration // from presentation time to the outputs' clock; constant once turned is closed

	mu     sync.Mutex // guards what follows
	err    error      // the first that came
	deadly bool       // err is a decoder's: nothing more can be shown
}

// errStopped is the cause of a pipeline's end that nobody needs to hear of.
var errStopped = errors.New("playback of this position was stopped")

// newPipeline starts playback at target after the pipeline before has ended, which may be nil: in its place, or, when follows is not nil, with
// the same clock right behind the end of that one.
func newPipeline(s *session, target time.Duration, before, follows *pipeline) *pipeline {
	ctx, cancel := context.WithCancelCause(s.ctx)
	p := &pipeline{session: s, target: target, ctx: ctx, cancel: cancel, done: make(chan struct{}), space: newNotice(),
		queues: make(map[libav.Kind]*queue), eaten: make(map[libav.Kind]*atomic.Int64), turned: make(chan struct{}), leaderPlaced: newLatch(), leaderEnded: newLatch()}
	for _, kind := range bothKinds {
		p.queues[kind] = newQueue(p.space)
		p.eaten[kind] = new(atomic.Int64)
		p.eaten[kind].Store(int64(target))
	}
	s.work.Go(func() { p.run(before, follows) })
	return p
}

// stop ends the pipeline without waiting.
func (p *pipeline) stop() {
	p.cancel(errStopped)
}

// run owns the pipeline's goroutines. It returns after the pipeline before has ended.
func (p *pipeline) run(before, follows *pipeline) {
	defer close(p.done)
	var decoders sync.WaitGroup
	if follows == nil {
		if before != nil {
			<-before.done
		}
		p.session.outputs.flush()
		p.started.Store(p.ctx.Err() == nil)
		close(p.turned)
	} else {
		p.started.Store(true)
		decoders.Go(func() {
			<-before.done
			p.follow(follows)
		})
	}
	decoders.Go(func() { p.fail(p.decodeVideo(), true) })
	decoders.Go(func() { p.fail(p.playAudio(), true) })
	producers, ctx := errgroup.WithContext(p.ctx)
	for _, track := range p.session.source.tracks() {
		producers.Go(func() error {
			err := track.produce(ctx, p.target, p)
			if errors.Is(err, errPassed) { // the other track plays what it has
				p.leaves.Store(true)
				p.space.post()
				return nil
			}
			return err
		})
	}
	err := producers.Wait()
	if err == nil && p.leaves.Load() {
		err = errPassed
	}
	p.fail(err, false)
	for _, q := range p.queues {
		q.end()
	}
	p.space.post()
	decoders.Wait()
	for _, q := range p.queues {
		q.close()
	}
	p.cancel(errStopped)
	p.session.changed()
}

// follow lets the pipeline give to the outputs what comes right behind the end of another one. One that was broken off has none.
func (p *pipeline) follow(other *pipeline) {
	if p.ctx.Err() != nil || !other.ended() || other.failure() != nil {
		return
	}
	p.shift = other.shift + other.end() - p.target
	p.session.outputs.presenter.goOn()
	close(p.turned)
}

// ended says whether all that there is was given to the outputs.
func (p *pipeline) ended() bool { return p.videoEnded.Load() && p.audioEnded.Load() }

// end is the presentation time of the end of picture and sound, once they have ended.
func (p *pipeline) end() time.Duration {
	return time.Duration(max(p.videoEnd.Load(), p.audioEnd.Load()))
}

// turn waits until the pipeline may give to the outputs. It returns ctx's cause when that ended.
func (p *pipeline) turn() error {
	select {
	case <-p.turned:
	case <-p.ctx.Done():
	}
	return context.Cause(p.ctx)
}

// placed returns how far the outputs' clock is from presentation time, once that is known.
func (p *pipeline) placed() (shift time.Duration, ok bool) {
	select {
	case <-p.turned:
		return p.shift, true
	default:
		return 0, false
	}
}

// limit notes that Config.Limit ends a track, and returns errTrackEnd. A kind that the stream does
// not have ends with it.
func (p *pipeline) limit() error {
	p.limited.Store(true)
	p.space.post()
	return errTrackEnd
}

// fail notes an error, unless there is none or the pipeline was stopped. A producer's is no failure
// until playback comes to it; a decoder's, which is deadly, is one at once.
func (p *pipeline) fail(err error, deadly bool) {
	if err == nil || p.ctx.Err() != nil {
		return
	}
	p.mu.Lock()
	if p.err == nil {
		p.err, p.deadly = err, deadly
	}
	p.mu.Unlock()
	p.session.changed()
}

// fatal returns the error that a decoder ended with.
func (p *pipeline) fatal() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.deadly {
		return nil
	}
	return p.err
}

// failure returns the error that the pipeline came upon.
func (p *pipeline) failure() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.err
}

// gate waits until what starts at the given time is wanted: no more than the playback buffer ahead
// of what the decoders took, and within the byte budget. A decoder that has nothing gets more, whatever the
// playlist's times say. It returns false when it was waiting and other, which may be nil, came first.
func (p *pipeline) gate(ctx context.Context, start time.Duration, other <-chan struct{}) (bool, error) {
	for {
		space := p.space.wait()
		if p.starving() || start-p.consumed() < p.session.config.PlaybackBuffer && p.queuedBytes() < maxQueueBytes {
			return true, context.Cause(ctx)
		}
		select {
		case <-space:
		case <-other:
			return false, nil
		case <-ctx.Done():
			return false, context.Cause(ctx)
		}
	}
}

// starving says whether a decoder waits for a packet that may still come.
func (p *pipeline) starving() bool {
	for _, q := range p.queues {
		if q.dry() {
			return true
		}
	}
	return false
}

// consumed is the time that the slowest decoder has come to.
func (p *pipeline) consumed() time.Duration {
	lowest := time.Duration(-1)
	for kind, at := range p.eaten {
		if packets, _, _, ended := p.queues[kind].level(); ended && packets == 0 {
			continue
		}
		if t := time.Duration(at.Load()); lowest < 0 || t < lowest {
			lowest = t
		}
	}
	return max(lowest, p.target)
}

// setWhole says whether all that there is of some kinds is loaded, though it may be loaded anew.
func (p *pipeline) setWhole(kinds []libav.Kind, whole bool) {
	for _, kind := range kinds {
		p.queues[kind].whole.Store(whole)
	}
	p.session.changed()
}

func (p *pipeline) queuedBytes() int {
	total := 0
	for _, q := range p.queues {
		_, bytes, _, _ := q.level()
		total += bytes
	}
	return total
}

// admit waits until one more packet may be queued: while no decoder starves, the byte budget and the
// playback buffer hold; a starving one may have twice the budget.
func (p *pipeline) admit(ctx context.Context, at time.Duration) error {
	for {
		space := p.space.wait()
		bytes, starving, crowded := 0, false, false
		for _, q := range p.queues {
			packets, size, _, ended := q.level()
			bytes += size
			starving = starving || packets == 0 && !ended
			crowded = crowded || packets >= maxPackets
		}
		full := bytes >= maxQueueBytes || at-p.consumed() > 2*p.session.config.PlaybackBuffer
		if !crowded && (!full || (starving && bytes < hardMaxBytes)) {
			return context.Cause(ctx)
		}
		if bytes >= hardMaxBytes && starving || crowded && starving {
			return errInterleave
		}
		select {
		case <-space:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// errInterleave is returned when picture and sound lie too far apart to be held in memory.
var errInterleave = errors.New("picture and sound lie too far apart in the stream")

// newRun describes a demuxer's packets: of each kind that is wanted the stream that plays.
func newRun(input *libav.Input, kinds []libav.Kind, preferred string, wraps bool) *run {
	r := &run{streams: make(map[libav.Kind]libav.Stream), wraps: wraps, variant: -1}
	for _, kind := range kinds {
		best := -1
		for _, stream := range input.Streams() {
			if stream.Kind != kind || stream.AttachedPicture {
				continue
			}
			if score := streamScore(stream, preferred); score > best {
				best = score
				r.streams[kind] = stream
			}
		}
	}
	return r
}

// streamScore says how good a choice a stream is: the language first, then what is made for
// everybody, then the container's default.
func streamScore(stream libav.Stream, preferred string) int {
	score := 0
	if preferred != "" && stream.Kind == libav.KindAudio && sameLanguage(stream.Language, preferred) {
		score += 4
	}
	if !stream.Commentary && !stream.VisualImpaired {
		score += 2
	}
	if stream.Default {
		score++
	}
	return score
}

// placer finds a run's origin from a packet's media time. late says that no packet of another kind
// is to be waited for.
type placer interface {
	at(ctx context.Context, kind libav.Kind, media time.Duration, late bool) (origin time.Duration, known bool, err error)
}

// found tells the decoders which of the kinds that a track gives are in a run.
func (p *pipeline) found(kinds []libav.Kind, r *run) {
	for _, kind := range kinds {
		_, there := r.streams[kind]
		p.queues[kind].setAbsent(!there)
	}
	p.space.post()
}

// setAbsent tells a decoder whether the run has anything of its kind at present.
func (p *pipeline) setAbsent(kind libav.Kind, absent bool) {
	p.queues[kind].setAbsent(absent)
	p.space.post()
}

// copyPackets moves packets from a demuxer to the queues until the run's end, which is nil. keep,
// which may be nil, puts them at their times. unlock decrypts a packet in place and numbers the
// keys; it returns errAbandoned for one that is to be left out. explain gives errors of the
// demuxer, and of unlock, their context.
func copyPackets(ctx context.Context, input packetReader, r *run, place placer, keep *clock, out *pipeline,
	unlock func(*libav.Packet, libav.Stream) (key int, err error), explain func(error) error) error {
	var pending []queued
	defer func() {
		for _, q := range pending {
			q.packet.Close()
		}
	}()
	kinds := make(map[int]libav.Kind, len(r.streams))
	for kind, stream := range r.streams {
		kinds[stream.Index] = kind
	}
	placed := false
	// settle finds the run's place, and emits the pending packets that have theirs.
	settle := func(end bool) error {
		if !placed && len(pending) > 0 {
			newest := pending[len(pending)-1]
			late := end || newest.segment != pending[0].segment
			if late {
				newest = pending[0]
			}
			origin, known, err := place.at(ctx, newest.kind, newest.media(), late)
			if err != nil {
				return err
			}
			if !known && len(pending) >= maxPending {
				return explain(errInterleave)
			}
			if !known {
				return nil
			}
			r.setOrigin(origin)
			placed = true
			if keep != nil {
				keep.place(origin, newest)
			}
		}
		if !placed {
			return nil
		}
		settled := len(pending)
		if keep != nil {
			settled = keep.settle(pending, end)
		}
		for ; settled > 0; settled-- {
			if err := out.emit(ctx, pending[0]); err != nil {
				return err
			}
			pending = pending[1:]
		}
		return nil
	}
	packet := libav.NewPacket()
	defer func() { packet.Close() }()
	for {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		err := input.ReadPacket(packet)
		if errors.Is(err, io.EOF) {
			return settle(true)
		}
		if err != nil {
			if placed {
				if err := settle(true); err != nil {
					return err
				}
			}
			return explain(err)
		}
		kind, wanted := kinds[packet.Stream()]
		if !wanted {
			continue
		}
		key, err := unlock(packet, r.streams[kind])
		if errors.Is(err, errAbandoned) {
			continue
		}
		if err != nil {
			return explain(err)
		}
		taken := queued{packet: packet, run: r, kind: kind, key: key}
		if keep != nil {
			taken.segment = keep.unlocker.segment
		}
		packet = libav.NewPacket()
		pending = append(pending, taken)
		if err := settle(false); err != nil {
			return err
		}
	}
}

// emit puts a packet into its queue. The queue owns it then, and only then.
func (p *pipeline) emit(ctx context.Context, item queued) error {
	at := item.time()
	if err := p.admit(ctx, at); err != nil {
		return err
	}
	item.at = at
	item.end = at + libav.Ticks(item.packet.Duration(), item.run.streams[item.kind].TimeBase)
	p.queues[item.kind].push(item)
	return nil
}

// vacant waits until the stream has something of a kind again, or has ended. It returns errTrackEnd
// once Config.Limit has ended the other kind. meanwhile, which may be nil, is called each time that
// something changes; it says whether it is to be called again at once.
func (p *pipeline) vacant(kind libav.Kind, meanwhile func() (again bool, err error)) error {
	for {
		changed := p.space.wait()
		if !p.queues[kind].missing() {
			return nil
		}
		if p.limited.Load() {
			return errTrackEnd
		}
		if meanwhile != nil {
			again, err := meanwhile()
			if err != nil {
				return err
			}
			if again {
				continue
			}
		}
		select {
		case <-changed:
		case <-p.ctx.Done():
			return context.Cause(p.ctx)
		}
	}
}

// take pops a packet for a decoder and notes how far it is. While the stream has nothing of the
// kind, it waits as vacant does.
func (p *pipeline) take(kind libav.Kind, meanwhile func() (again bool, err error)) (queued, error) {
	item, err := p.queues[kind].pop(p.ctx)
	for errors.Is(err, errVacant) {
		if err = p.vacant(kind, meanwhile); err == nil {
			item, err = p.queues[kind].pop(p.ctx)
		}
	}
	if cause := context.Cause(p.ctx); errors.Is(err, io.EOF) && cause != nil {
		err = cause // it is no end: what the decoder still holds has gaps
	}
	if err == nil && item.at > time.Duration(p.eaten[kind].Load()) {
		p.eaten[kind].Store(int64(item.at))
	}
	return item, err
}
