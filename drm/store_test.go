package drm_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/drm"
	"latchkey/network"
)

// keyServer is a Fetcher whose answers the test gives.
type keyServer struct {
	epoch  atomic.Uint64
	asked  atomic.Int64
	answer func(ctx context.Context, uri string) ([]byte, error)
}

func (s *keyServer) Epoch() uint64 { return s.epoch.Load() }

func (s *keyServer) Fetch(ctx context.Context, r network.Request) ([]byte, *network.Response, error) {
	s.asked.Add(1)
	data, err := s.answer(ctx, r.URL)
	if err != nil {
		return nil, nil, err
	}
	return append([]byte(nil), data...), &network.Response{Status: 200, URL: r.URL, Header: http.Header{}}, nil
}

func aes128(uri string) drm.KeyInfo { return drm.KeyInfo{Method: drm.MethodAES128, URI: uri} }

func TestKeyIsFetchedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := make(chan struct{})
		server := &keyServer{answer: func(context.Context, string) ([]byte, error) {
			<-gate
			return testKey, nil
		}}
		store := drm.NewKeyStore(server)
		var wait sync.WaitGroup
		store.Prefetch(t.Context(), aes128("https://k"))
		for range 10 {
			wait.Go(func() {
				k, err := store.Key(t.Context(), aes128("https://k"))
				assert.NoError(t, err) //nolint:testifylint // not the goroutine of the test
				assert.Equal(t, testKey, k.Bytes())
			})
		}
		synctest.Wait()
		close(gate)
		wait.Wait()
		require.EqualValues(t, 1, server.asked.Load())
		_, err := store.Key(t.Context(), aes128("https://k"))
		require.NoError(t, err)
		require.EqualValues(t, 1, server.asked.Load(), "kept")
		server.epoch.Add(1)
		_, err = store.Key(t.Context(), aes128("https://k"))
		require.NoError(t, err)
		require.EqualValues(t, 2, server.asked.Load(), "a new epoch asks anew")
		require.NoError(t, store.Close())
	})
}

func TestCallerLeavesAndFlightGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := make(chan struct{})
		server := &keyServer{answer: func(context.Context, string) ([]byte, error) {
			<-gate
			return testKey, nil
		}}
		store := drm.NewKeyStore(server)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := store.Key(ctx, aes128("https://k"))
		require.ErrorIs(t, err, context.Canceled)
		close(gate)
		_, err = store.Key(t.Context(), aes128("https://k"))
		require.NoError(t, err)
		require.EqualValues(t, 1, server.asked.Load())
		require.NoError(t, store.Close())
	})
}

func TestFailuresAreKeptBriefly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		failing := errors.New("down")
		server := &keyServer{answer: func(context.Context, string) ([]byte, error) { return nil, failing }}
		store := drm.NewKeyStore(server)
		for range 90 { // a playlist read 90 times in 9 s
			store.Prefetch(t.Context(), aes128("https://k"))
			time.Sleep(100 * time.Millisecond) //nolint:forbidigo // the time of synctest
		}
		require.EqualValues(t, 1, server.asked.Load())
		_, err := store.Key(t.Context(), aes128("https://k"))
		require.ErrorIs(t, err, failing)
		require.EqualValues(t, 2, server.asked.Load(), "who needs the key asks")
		_, err = store.Key(t.Context(), aes128("https://k"))
		require.ErrorIs(t, err, failing)
		require.EqualValues(t, 2, server.asked.Load(), "and the next one has the answer")
		time.Sleep(2 * time.Second) //nolint:forbidigo // the time of synctest
		server.answer = func(context.Context, string) ([]byte, error) { return testKey, nil }
		_, err = store.Key(t.Context(), aes128("https://k"))
		require.NoError(t, err)
		require.NoError(t, store.Close())
	})
}

func TestRefusalEndsWithTheEpoch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := &keyServer{}
		server.answer = func(context.Context, string) ([]byte, error) {
			if server.epoch.Load() == 0 {
				return nil, &network.Error{Class: network.ClassKey, Kind: network.KindRefused, Status: 403}
			}
			return testKey, nil
		}
		store := drm.NewKeyStore(server)
		_, err := store.Key(t.Context(), aes128("https://k"))
		require.ErrorIs(t, err, network.ErrRefused)
		server.epoch.Add(1)
		_, err = store.Key(t.Context(), aes128("https://k"))
		require.NoError(t, err)

		// The sign-in comes while the request with the old credentials is on its way.
		gate := make(chan struct{})
		server.answer = func(context.Context, string) ([]byte, error) {
			if server.asked.Load() == 3 {
				<-gate
				return nil, &network.Error{Class: network.ClassKey, Kind: network.KindRefused, Status: 401}
			}
			return testKey, nil
		}
		result := make(chan error)
		go func() {
			_, err := store.Key(t.Context(), aes128("https://other"))
			result <- err
		}()
		synctest.Wait()
		server.epoch.Add(1)
		close(gate)
		require.NoError(t, <-result)
		require.NoError(t, store.Close())
	})
}

// A renewal that did not help is no reason to ask again: the one who waits is told, after one
// request.
func TestRefusalWithRenewedCredentialsIsTheAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := &keyServer{}
		server.answer = func(context.Context, string) ([]byte, error) {
			if server.asked.Load() > 20 {
				return testKey, nil
			}
			// As a network.Client does: refused, renewed, refused again.
			return nil, &network.Error{Class: network.ClassKey, Kind: network.KindRefused, Status: 403, Epoch: server.epoch.Add(1)}
		}
		store := drm.NewKeyStore(server)
		_, err := store.Key(t.Context(), aes128("https://k"))
		require.ErrorIs(t, err, network.ErrRefused)
		require.EqualValues(t, 1, server.asked.Load())
		require.NoError(t, store.Close())
	})
}

// A failure is forgotten when a person says so, without new credentials.
func TestForgetFailures(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := &keyServer{answer: func(context.Context, string) ([]byte, error) {
			return nil, &network.Error{Kind: network.KindRefused, Status: 403, RetryAfter: time.Minute}
		}}
		store := drm.NewKeyStore(server)
		_, err := store.Key(t.Context(), aes128("https://k"))
		require.ErrorIs(t, err, network.ErrRefused)
		server.answer = func(context.Context, string) ([]byte, error) { return testKey, nil }
		_, err = store.Key(t.Context(), aes128("https://k"))
		require.ErrorIs(t, err, network.ErrRefused, "it is remembered")
		store.ForgetFailures()
		_, err = store.Key(t.Context(), aes128("https://k"))
		require.NoError(t, err)
		require.NoError(t, store.Close())
	})
}

func TestRetryAfterIsObeyed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := &keyServer{answer: func(context.Context, string) ([]byte, error) {
			return nil, &network.Error{Kind: network.KindStatus, Status: 429, RetryAfter: time.Minute}
		}}
		store := drm.NewKeyStore(server)
		for range 55 {
			_, err := store.Key(t.Context(), aes128("https://k"))
			require.ErrorIs(t, err, network.ErrStatus)
			time.Sleep(time.Second) //nolint:forbidigo // the time of synctest
		}
		require.EqualValues(t, 1, server.asked.Load())
		require.NoError(t, store.Close())
	})
}

func TestCloseEndsWhatIsInProgress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := &keyServer{answer: func(ctx context.Context, uri string) ([]byte, error) {
			if uri == "https://there" {
				return testKey, nil
			}
			<-ctx.Done()
			return nil, ctx.Err()
		}}
		store := drm.NewKeyStore(server)
		there, err := store.Key(t.Context(), aes128("https://there"))
		require.NoError(t, err)
		result := make(chan error)
		go func() {
			_, err := store.Key(t.Context(), aes128("https://never"))
			result <- err
		}()
		synctest.Wait()
		closed := make(chan error)
		go func() { closed <- store.Close() }()
		require.ErrorIs(t, <-result, drm.ErrClosed)
		require.NoError(t, <-closed)
		require.NoError(t, store.Close())
		require.Nil(t, there.Bytes(), "wiped")
		_, err = io.ReadAll(drm.NewSegmentReader(strings.NewReader("0123456789abcdef"), drm.MethodAES128, there, testIV))
		require.Error(t, err)
		_, err = store.Key(t.Context(), aes128("https://there"))
		require.ErrorIs(t, err, drm.ErrClosed)
		store.Prefetch(t.Context(), aes128("https://there"))
	})
}

func TestStoreIsBounded(t *testing.T) {
	server := &keyServer{answer: func(context.Context, string) ([]byte, error) { return testKey, nil }}
	store := drm.NewKeyStore(server)
	for range 2 {
		for i := range 1100 {
			_, err := store.Key(t.Context(), aes128(fmt.Sprintf("https://k/%d", i)))
			require.NoError(t, err)
		}
	}
	require.EqualValues(t, 2200, server.asked.Load(), "of 1100 in turn the oldest are gone")
	require.NoError(t, store.Close())
}

// keyAnswers are answers of a key server and what they are taken for.
var keyAnswers = map[string]struct {
	contentType string
	body        string
	status      int
	want        error
}{
	"key":                    {"application/octet-stream", string(testKey), 200, nil},
	"key as text/html":       {"text/html", string(testKey), 200, nil},
	"short":                  {"", "12345", 200, drm.ErrKeyLength},
	"long":                   {"", strings.Repeat("k", 32), 200, drm.ErrKeyLength},
	"empty":                  {"", "", 200, drm.ErrKeyLength},
	"JSON":                   {"application/json", `{"error":"sign in"}`, 200, drm.ErrKeyLength},
	"page by type":           {"text/html; charset=utf-8", "Please sign in", 200, drm.ErrKeyIsWebPage},
	"page by body":           {"application/octet-stream", "\n<!DOCTYPE html><html><body>sign in", 200, drm.ErrKeyIsWebPage},
	"page behind comment":    {"", "<!-- x --> <!-- y -->\n<HTML lang=en>", 200, drm.ErrKeyIsWebPage},
	"XHTML":                  {"", `<?xml version="1.0"?><!DOCTYPE html>`, 200, drm.ErrKeyIsWebPage},
	"page of 16 bytes":       {"", "<html>sign in</h", 200, drm.ErrKeyIsWebPage},
	"page of 100 KB":         {"text/html", "<html>" + strings.Repeat("sign in ", 12500), 200, drm.ErrKeyIsWebPage},
	"refused":                {"text/html", "<html>", 403, network.ErrRefused},
	"not found":              {"text/html", "<html>", 404, network.ErrStatus},
	"comment without an end": {"", "<!-- x", 200, drm.ErrKeyLength},
}

func TestKeyAnswers(t *testing.T) {
	for name, test := range keyAnswers {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", test.contentType)
				w.WriteHeader(test.status)
				_, _ = io.WriteString(w, test.body)
			}))
			defer server.Close()
			client, err := network.NewClient(nil, network.Options{})
			require.NoError(t, err)
			defer func() { require.NoError(t, client.Close()) }()
			store := drm.NewKeyStore(client)
			defer func() { require.NoError(t, store.Close()) }()
			k, err := store.Key(t.Context(), aes128(server.URL+"/key?token=secret"))
			if test.want == nil {
				require.NoError(t, err)
				require.Equal(t, testKey, k.Bytes())
				return
			}
			require.ErrorIs(t, err, test.want)
			require.NotContains(t, err.Error(), "secret")
			var typed *drm.KeyError
			if errors.As(err, &typed) {
				require.Equal(t, server.URL+"/key", typed.URL)
				require.Equal(t, len(test.body), typed.Length)
			}
		})
	}
}

func TestDataURI(t *testing.T) {
	tests := map[string]struct {
		uri  string
		want error
	}{
		"base64":           {"data:text/plain;base64,K34VFiiu0qar9xWICc9PPA==", nil},
		"without padding":  {"DATA:;base64,K34VFiiu0qar9xWICc9PPA", nil},
		"percent":          {"data:,%2b%7e%15%16%28%ae%d2%a6%ab%f7%15%88%09%cf%4f%3c", nil},
		"no comma":         {"data:text/plain;base64", drm.ErrKeyURI},
		"not base64":       {"data:;base64,%%%", drm.ErrKeyURI},
		"bad base64":       {"data:;base64,!!!!", drm.ErrKeyURI},
		"wrong length":     {"data:;base64,AAAA", drm.ErrKeyLength},
		"endless":          {"data:," + strings.Repeat("a", 5000), drm.ErrKeyURI},
		"no URI":           {"", drm.ErrKeyURI},
		"not http at all":  {"ftp://example.com/k", network.ErrRequest},
		"not a URL at all": {"http://[", network.ErrRequest},
	}
	client, err := network.NewClient(nil, network.Options{})
	require.NoError(t, err)
	defer func() { require.NoError(t, client.Close()) }()
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			store := drm.NewKeyStore(client)
			defer func() { require.NoError(t, store.Close()) }()
			k, err := store.Key(t.Context(), aes128(test.uri))
			require.ErrorIs(t, err, test.want)
			if test.want == nil {
				require.Equal(t, testKey, k.Bytes())
			} else if test.uri != "" {
				require.NotContains(t, err.Error(), test.uri)
			}
		})
	}
}

func TestKeyDoesNotShowItself(t *testing.T) {
	k := key(t, []byte("canary-canary-ca"))
	type holder struct {
		Open   drm.Key
		hidden drm.Key
	}
	h := holder{k, k}
	var shown strings.Builder
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%q", "%d"} {
		fmt.Fprintf(&shown, verb+" "+verb+" "+verb+"\n", k, &k, h)
	}
	require.NotNil(t, h.hidden.Bytes())
	encoded, err := json.Marshal(h)
	require.NoError(t, err)
	shown.Write(encoded)
	slog.New(slog.NewJSONHandler(&shown, nil)).Info("key", "key", k, "info", drm.KeyInfo{Method: "AES-128", URI: "data:,canary-canary-ca"})
	for _, canary := range []string{"canary", "63616e617279", "99 97 110 97"} {
		require.NotContains(t, shown.String(), canary)
	}
}

func TestIV(t *testing.T) {
	require.Equal(t, [16]byte{14: 1, 15: 2}, drm.SequenceIV(258))
	require.Equal(t, [16]byte{14: 1, 15: 2}, drm.KeyInfo{}.IVFor(258))
	require.Equal(t, testIV, drm.KeyInfo{IV: testIV, HasIV: true}.IVFor(258))
}

func FuzzKeyAnswer(f *testing.F) {
	for _, a := range keyAnswers {
		f.Add(a.body, "data:;base64,"+a.body)
	}
	f.Fuzz(func(t *testing.T, body, uri string) {
		server := &keyServer{answer: func(context.Context, string) ([]byte, error) { return []byte(body), nil }}
		store := drm.NewKeyStore(server)
		for _, info := range []drm.KeyInfo{aes128("https://k"), aes128("data:" + uri)} {
			k, err := store.Key(t.Context(), info)
			require.Equal(t, err == nil, len(k.Bytes()) == drm.KeySize(drm.MethodAES128))
		}
		require.NoError(t, store.Close())
	})
}
