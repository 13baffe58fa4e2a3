package hostile

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Kind is what an input attacks.
type Kind string

// The kinds.
const (
	Containers  Kind = "containers"  // boxes, elements, chunks and pages that lie
	Pictures    Kind = "pictures"    // large pictures in few bytes
	Sound       Kind = "sound"       // rates and channels that no sound has
	Text        Kind = "text"        // cues, lines and tags
	Segments    Kind = "segments"    // segments and init sections of a stream
	Playlists   Kind = "playlists"   // tags, variants, keys
	Compression Kind = "compression" // few bytes that become many
	Endless     Kind = "endless"     // answers without end
	Covers      Kind = "covers"      // pictures that come with a title
	Slow        Kind = "slow"        // answers that take for ever
)

// Kinds are all kinds.
func Kinds() []Kind {
	return []Kind{Containers, Pictures, Sound, Text, Segments, Playlists, Compression, Endless, Covers, Slow}
}

// Input is one resource that a player opens.
type Input struct {
	Kind Kind
	Name string
	// Main is the answer that is opened.
	Main string
	// Online says that it comes from a server, not from a file.
	Online bool
	// Arguments are flags that the player needs to come as far as the attack.
	Arguments []string
	// Cues says that the attack is in the subtitles, which probe loads only to write them.
	Cues bool
	// Waits says that playing on is right: the resource is slow, or has no end that a player could
	// know of. It must end when it is told to.
	Waits bool
	// Answers makes the files, or the server's answers, by their slash-separated paths.
	Answers func() map[string]Answer
}

// String implements fmt.Stringer.
func (i Input) String() string { return string(i.Kind) + "/" + i.Name }

// Opened is an input that can be played.
type Opened struct {
	// Arguments of the program: the flags, then the path or URL.
	Arguments []string
	// Bytes is the size of the files, or of the answers as they are sent, of endless ones the part
	// that repeats.
	Bytes int64

	close func() error
}

// Close ends what serves the input. The files stay.
func (o *Opened) Close() error { return o.close() }

// Open writes the input into a folder, or serves it on loopback.
func Open(in Input, folder string) (*Opened, error) {
	answers := in.Answers()
	o := &Opened{close: func() error { return nil }}
	for _, a := range answers {
		o.Bytes += a.size()
	}
	target := filepath.Join(folder, filepath.FromSlash(in.Main))
	if in.Online {
		base, stop, err := serve(answers)
		if err != nil {
			return nil, err
		}
		target, o.close = base+"/"+in.Main, stop
	} else {
		for name, a := range answers {
			path := filepath.Join(folder, filepath.FromSlash(name))
			if err := os.WriteFile(path, a.Body, 0o600); err != nil {
				return nil, fmt.Errorf("write %s: %w", in, err)
			}
		}
	}
	o.Arguments = append(append(o.Arguments, in.Arguments...), target)
	return o, nil
}

// headerTime is how long a client may take for a request's header.
const headerTime = 30 * time.Second

// serve answers on loopback. An answer whose path ends in * is for all paths that begin so.
func serve(answers map[string]Answer) (base string, stop func() error, err error) {
	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, fmt.Errorf("listen on loopback: %w", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	server := &http.Server{
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			path := strings.TrimPrefix(r.URL.Path, "/")
			if a, ok := answers[path]; ok {
				a.ServeHTTP(w, r)
				return
			}
			for name, a := range answers {
				if prefix, ok := strings.CutSuffix(name, "*"); ok && strings.HasPrefix(path, prefix) {
					a.ServeHTTP(w, r)
					return
				}
			}
			http.NotFound(w, r)
		}),
		ReadHeaderTimeout: headerTime,
		BaseContext:       func(net.Listener) context.Context { return ctx },
		ErrorLog:          log.New(io.Discard, "", 0),
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	return "http://" + listener.Addr().String(), func() error {
		cancel()
		err := server.Close()
		if serve := <-served; !errors.Is(serve, http.ErrServerClosed) {
			err = errors.Join(err, serve)
		}
		return err
	}, nil
}

// file is an input of one file. The name's extension is that of the file.
func file(kind Kind, name, extension string, content func() []byte, arguments ...string) Input {
	main := "input" + extension
	return Input{Kind: kind, Name: name, Main: main, Arguments: arguments,
		Answers: func() map[string]Answer { return map[string]Answer{main: {Body: content()}} }}
}

// stream is an input of a server whose main playlist is main.m3u8.
func stream(kind Kind, name string, answers func() map[string]Answer, arguments ...string) Input {
	return Input{Kind: kind, Name: name, Main: "main.m3u8", Online: true, Answers: answers, Arguments: arguments}
}

// waits is an input that may be played on.
func waits(in Input) Input {
	in.Waits = true
	return in
}

// captioned is an input whose subtitles are written.
func captioned(in Input) Input {
	in.Cues = true
	return in
}
