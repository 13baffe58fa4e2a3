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

// A SilentServer is a server on loopback that answers each request with the same bytes, then keeps
// the connection open and says no more: nothing at all, half a header, half a body.
type SilentServer struct {
	// URL is the server's, without a slash at its end.
	URL string

	listener net.Listener
	serving  sync.WaitGroup
	asked    atomic.Bool
}

// NewSilentServer starts a server that answers each request with these bytes.
func NewSilentServer(answer string) (*SilentServer, error) {
	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &SilentServer{URL: "http://" + listener.Addr().String(), listener: listener}
	s.serving.Go(func() { s.serve(answer) })
	return s, nil
}

func (s *SilentServer) serve(answer string) {
	for {
		connection, err := s.listener.Accept()
		if err != nil {
			return
		}
		s.serving.Go(func() {
			defer connection.Close()
			if _, err := http.ReadRequest(bufio.NewReader(connection)); err != nil {
				return
			}
			_, _ = io.WriteString(connection, answer)
			s.asked.Store(true)
			_, _ = io.Copy(io.Discard, connection) // until the client leaves
		})
	}
}

// Asked reports whether a request came.
func (s *SilentServer) Asked() bool { return s.asked.Load() }

// Close takes no more requests and returns once the clients have left.
func (s *SilentServer) Close() error {
	err := s.listener.Close()
	s.serving.Wait()
	return err
}
