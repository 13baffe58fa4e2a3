package player

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"sync"
	"time"

	"latchkey/drm"
	"latchkey/network"
	"latchkey/player/hls"
)

const (
	// defaultPathway is that of variants that name none. Second edition, 4.4.6.2.
	defaultPathway = "."
	// steerAgain is when a steering manifest is asked for again that could not be had.
	steerAgain = 5 * time.Minute
	// maxCloned bounds the variants that clones may add.
	maxCloned = 1024
)

// pathways chooses the pathway that a stream is loaded from, as its steering server says: content steering. Second edition, 7. Safe for
// concurrent use.
type pathways struct {
	// Constant.
	session *session
	now     func() time.Time
	picture *ladder

	mu       sync.Mutex // guards what follows
	sound    *ladder    // nil: it has none of its own
	clones   []hls.PathwayClone
	current  string
	priority []string             // the first is wanted most
	away     map[string]time.Time // until when a pathway is left out that failed
}

// pathwayOf is a variant's.
func pathwayOf(v hls.Variant) string {
	if v.PathwayID == "" {
		return defaultPathway
	}
	return v.PathwayID
}

// initialPathway is the one to begin with, empty without content steering. Second edition, 4.4.6.6.
func initialPathway(m *hls.Multivariant) string {
	if m.ContentSteering == nil || len(m.Variants) == 0 {
		return ""
	}
	id := m.ContentSteering.PathwayID
	if slices.ContainsFunc(m.Variants, func(v hls.Variant) bool { return pathwayOf(v) == id }) {
		return id
	}
	return pathwayOf(m.Variants[0])
}

// newPathways returns nil without content steering, or with nothing to steer.
func newPathways(s *session, m *hls.Multivariant, picture *ladder) *pathways {
	initial := initialPathway(m)
	if initial == "" || picture == nil {
		return nil
	}
	p := &pathways{session: s, now: time.Now, picture: picture, current: initial, priority: []string{initial}, away: make(map[string]time.Time)}
	for _, v := range m.Variants {
		if id := pathwayOf(v); !slices.Contains(p.priority, id) {
			p.priority = append(p.priority, id)
		}
	}
	picture.steer = p
	return p
}

// join steers the playlist of a sound too, in the place of another one. Both may be nil.
func (p *pathways) join(sound *ladder) {
	if p == nil {
		return
	}
	if sound != nil {
		sound.steer = p
	}
	p.mu.Lock()
	p.sound = sound
	clones := p.clones
	p.mu.Unlock()
	p.clone(sound, clones)
}

// clone adds clones to a ladder, which may be nil.
func (p *pathways) clone(l *ladder, clones []hls.PathwayClone) {
	if l == nil {
		return
	}
	for i := range clones {
		if err := l.clone(&clones[i]); err != nil {
			p.session.config.Log.Info("content steering: a clone is left out", "pathway", fmt.Sprintf("%.64q", clones[i].ID), "error", err)
		}
	}
}

// chosen is the pathway that is loaded from; empty for nil.
func (p *pathways) chosen() string {
	if p == nil {
		return ""
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.current
}

// order is the pathways that are wanted, the first most; nil for nil.
func (p *pathways) order() []string {
	if p == nil {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.priority)
}

// fail leaves a pathway out for a while.
func (p *pathways) fail(id string) {
	p.mu.Lock()
	p.away[id] = p.now().Add(penalty)
	p.mu.Unlock()
	p.pick()
}

// pick chooses the first pathway that there is and that has not failed. One whose time is over is chosen again.
func (p *pathways) pick() {
	there := slices.DeleteFunc(p.order(), func(id string) bool { return !p.picture.has(id) })
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, id := range there {
		if p.now().Before(p.away[id]) {
			continue
		}
		if id != p.current {
			p.session.config.Log.Info("content steering", "pathway", id, "before", p.current)
			p.current = id
		}
		return
	}
}

// run asks the steering server, again and again, until it says that it will not answer any more.
func (p *pathways) run(ctx context.Context, server string) {
	ttl := steerAgain
	for ctx.Err() == nil {
		manifest, wait, err := p.load(ctx, server)
		switch {
		case gone(err):
			return
		case err != nil:
			p.session.config.Log.Info("content steering", "error", err)
		default:
			p.follow(manifest)
			ttl = manifest.TTL
			if manifest.Reload != "" {
				server = manifest.Reload
			}
		}
		timer := time.NewTimer(max(wait, ttl))
		select {
		case <-timer.C:
			p.pick() // what has failed may be back
		case <-ctx.Done():
			timer.Stop()
		}
	}
}

// gone says that the steering server does not want to be asked any more. Second edition, 7.1.
func gone(err error) bool {
	e, ok := errors.AsType[*network.Error](err)
	return ok && e.Status == http.StatusGone
}

// load asks for the steering manifest. wait is how long the server wants not to be asked.
func (p *pathways) load(ctx context.Context, server string) (manifest *hls.SteeringManifest, wait time.Duration, err error) {
	if data, is, err := drm.DataURI(server); is {
		if err != nil {
			return nil, 0, err
		}
		manifest, err = hls.ParseSteering(data, "")
		return manifest, 0, err
	}
	u, err := url.Parse(server)
	if err != nil {
		return nil, 0, err
	}
	if u.RawQuery != "" {
		u.RawQuery += "&"
	}
	u.RawQuery += "_HLS_pathway=" + url.QueryEscape(`"`+p.chosen()+`"`)
	if rate := p.picture.bandwidth(); rate > 0 {
		u.RawQuery += "&_HLS_throughput=" + strconv.FormatInt(rate, 10)
	}
	data, response, err := p.session.fetcher.Fetch(ctx, network.Request{Class: network.ClassSteering, URL: u.String()})
	if err != nil {
		if e, ok := errors.AsType[*network.Error](err); ok {
			wait = e.RetryAfter
		}
		return nil, wait, &fetchError{class: network.ClassSteering, url: display(server), err: err}
	}
	base := server
	if response != nil && response.URL != "" {
		base = response.URL
	}
	manifest, err = hls.ParseSteering(data, base)
	return manifest, 0, err
}

// follow does what a manifest says.
func (p *pathways) follow(m *hls.SteeringManifest) {
	p.mu.Lock()
	p.clones = m.Clones
	sound := p.sound
	p.mu.Unlock()
	p.clone(p.picture, m.Clones)
	p.clone(sound, m.Clones)
	p.mu.Lock()
	p.priority = slices.Clone(m.Priority)
	p.mu.Unlock()
	p.pick()
}
