package player

import "sync"

// maxRedirects bounds the addresses that are kept; beyond it all are learned anew.
const maxRedirects = 256

// redirects are the URLs that playlists came from in the end, by those that were asked for. With
// network.Configuration.UseRedirectedURL they are asked for from then on. Safe for concurrent use.
type redirects struct {
	use bool // constant: UseRedirectedURL

	mu    sync.Mutex
	final map[string]string // guarded by mu
}

// of returns what is asked for in the place of an address.
func (r *redirects) of(address string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if final := r.final[address]; final != "" {
		return final
	}
	return address
}

// learn notes where an address led to. Itself forgets what was noted.
func (r *redirects) learn(address, final string) {
	if !r.use {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if final == address || final == "" {
		delete(r.final, address)
		return
	}
	if r.final == nil || len(r.final) >= maxRedirects {
		r.final = make(map[string]string)
	}
	r.final[address] = final
}

// ask has do ask for an address, which returns where the answer came from in the end. A URL that a
// redirect led to and that has run out is given up for the one that led there.
func (r *redirects) ask(address string, do func(address string) (from string, err error)) error {
	asked := r.of(address)
	from, err := do(asked)
	if asked != address && stale(err) {
		r.learn(address, address)
		asked = address
		from, err = do(asked)
	}
	if err == nil && asked == address {
		r.learn(address, from)
	}
	return err
}
