package networktest

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
)

// A RawServer is a server that answers each request with the same bytes, whatever they are, and says
// nothing else: nothing at all, half a header, half a body, what is no HTTP. It keeps its connections
// open until the clients leave.
type RawServer struct {
	// URL is the server's, by http, without a slash at its end.
	URL string

	listener net.Listener
	serving  sync.WaitGroup
	asked    atomic.Bool
}

// NewRawServer starts a server on loopback that answers each request with these bytes.
func NewRawServer(answer string) (*RawServer, error) {
	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	return NewRawServerOn(listener, answer), nil
}

// NewRawServerOn is NewRawServer on a listener, which Close closes: one of TLS, say.
func NewRawServerOn(listener net.Listener, answer string) *RawServer {
	s := &RawServer{URL: "http://" + listener.Addr().String(), listener: listener}
	s.serving.Go(func() { s.serve(answer) })
	return s
}

func (s *RawServer) serve(answer string) {
	for {
		connection, err := s.listener.Accept()
		if err != nil {
			return
		}
		s.serving.Go(func() {
			defer connection.Close()
			reader := bufio.NewReader(connection)
			for {
				request, err := http.ReadRequest(reader)
				if err != nil {
					return // the client has left
				}
				_, _ = io.Copy(io.Discard, request.Body)
				_, _ = io.WriteString(connection, answer)
				s.asked.Store(true)
			}
		})
	}
}

// Asked reports whether a request came.
func (s *RawServer) Asked() bool { return s.asked.Load() }

// Close takes no more requests and returns once the clients have left.
func (s *RawServer) Close() error {
	err := s.listener.Close()
	s.serving.Wait()
	return err
}
