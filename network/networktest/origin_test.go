package networktest_test

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/network"
	"latchkey/network/networktest"
)

// segment is the clear content of the n-th segment: of a length that differs from segment to segment.
func segment(n int) []byte { return bytes.Repeat([]byte{byte('a' + n)}, 100+n) }

// media is an HLS stream of four segments with one init segment, counted from 7, and a stream of byte ranges.
func media() fs.FS {
	list := "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:2\n#EXT-X-MEDIA-SEQUENCE:7\n#EXT-X-MAP:URI=\"init.mp4\"\n"
	files := fstest.MapFS{
		"show/main.m3u8": {Data: []byte("#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1000\nlow.m3u8\n")},
		"show/init.mp4":  {Data: []byte("init")},
		"note.txt":       {Data: []byte("0123456789")},
	}
	ranges := "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:2\n#EXT-X-MAP:URI=\"all.mp4\",BYTERANGE=\"4@0\"\n"
	all := []byte("init")
	for n := range 4 {
		name := fmt.Sprintf("seg%d.m4s", n)
		list += "#EXTINF:2.0,\n" + name + "\n"
		files["show/"+name] = &fstest.MapFile{Data: segment(n)}
		ranges += fmt.Sprintf("#EXTINF:2.0,\n#EXT-X-BYTERANGE:%d\nall.mp4\n", len(segment(n)))
		all = append(all, segment(n)...)
	}
	files["show/low.m3u8"] = &fstest.MapFile{Data: []byte(list + "#EXT-X-ENDLIST\n")}
	files["ranges/main.m3u8"] = &fstest.MapFile{Data: []byte(ranges + "#EXT-X-ENDLIST\n")}
	files["ranges/all.mp4"] = &fstest.MapFile{Data: all}
	return files
}

// start starts an origin that is closed, and looked after for goroutines, at the end of the test.
func start(t *testing.T, options networktest.Options) (*networktest.Origin, *http.Client) {
	t.Helper()
	before := runtime.NumGoroutine()
	origin, err := networktest.NewOrigin(options)
	require.NoError(t, err)
	transport := origin.Transport()
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		require.NoError(t, origin.Close())
		require.NoError(t, origin.Close(), "Close may be called twice")
		waitForGoroutines(t, before)
	})
	return origin, &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// waitForGoroutines fails the test if more goroutines than before are left, after those of a client had time to notice that it is closed.
func waitForGoroutines(t *testing.T, before int) {
	t.Helper()
	for deadline := time.Now().Add(5 * time.Second); runtime.NumGoroutine() > before; runtime.Gosched() {
		if time.Now().After(deadline) {
			stacks := make([]byte, 1<<20)
			t.Fatalf("a goroutine is left:\n%s", stacks[:runtime.Stack(stacks, true)])
		}
	}
}

// reply is an answer without its body.
type reply struct {
	status int
	header http.Header
	http2  bool
}

// get asks for a URL with header fields (pairs), and returns the answer and what could be read of its body.
func get(t *testing.T, client *http.Client, url string, header ...string) (reply, []byte, error) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	require.NoError(t, err)
	for i := 0; i < len(header); i += 2 {
		request.Header.Add(header[i], header[i+1])
	}
	response, err := client.Do(request)
	if err != nil {
		return reply{}, nil, err
	}
	body, err := io.ReadAll(response.Body)
	require.NoError(t, response.Body.Close())
	return reply{response.StatusCode, response.Header, response.ProtoMajor == 2}, body, err
}

// fetch is get of something that must be there.
func fetch(t *testing.T, client *http.Client, url string, header ...string) []byte {
	t.Helper()
	response, body, err := get(t, client, url, header...)
	require.NoError(t, err)
	require.Less(t, response.status, 300)
	return body
}

// decrypt undoes AES-128 CBC with PKCS#7.
func decrypt(t *testing.T, data, key, iv []byte) []byte {
	t.Helper()
	block, err := aes.NewCipher(key)
	require.NoError(t, err)
	require.Zero(t, len(data)%aes.BlockSize)
	require.NotEmpty(t, data)
	plain := make([]byte, len(data))
	cipher.NewCBCDecrypter(block, iv).CryptBlocks(plain, data)
	return plain[:len(plain)-int(plain[len(plain)-1])]
}

func TestClearMediaIsServedAsItIs(t *testing.T) {
	o, client := start(t, networktest.Options{FS: media()})
	want, err := fs.ReadFile(media(), "show/low.m3u8")
	require.NoError(t, err)
	assert.Equal(t, string(want), string(fetch(t, client, o.URL("/show/low.m3u8"))))
	assert.Equal(t, segment(2), fetch(t, client, o.URL("show/seg2.m4s")))

	response, body, err := get(t, client, o.URL("note.txt"), "Range", "bytes=2-4")
	require.NoError(t, err)
	assert.Equal(t, http.StatusPartialContent, response.status)
	assert.Equal(t, "234", string(body))
	assert.Equal(t, "bytes 2-4/10", response.header.Get("Content-Range"))

	response, _, err = get(t, client, o.URL("absent.ts"))
	require.NoError(t, err)
	assert.Equal(t, http.StatusNotFound, response.status)
}

// keyTag matches the EXT-X-KEY tags that an origin writes.
var keyTag = regexp.MustCompile(`^#EXT-X-KEY:METHOD=AES-128,URI="([^"]+)"(?:,IV=0x([0-9A-F]{32}))?$`)

// TestEncryptedMediaDecrypts reads an encrypted playlist as RFC 8216 says and compares with the clear segments.
func TestEncryptedMediaDecrypts(t *testing.T) {
	tests := []struct {
		name       string
		encryption networktest.Encryption
		keys       int
	}{
		{"one key, IV from the sequence", networktest.Encryption{On: true}, 1},
		{"rotation", networktest.Encryption{On: true, RotateEvery: 3}, 2},
		{"rotation at each segment, explicit IV", networktest.Encryption{On: true, RotateEvery: 1, ExplicitIV: true}, 4},
		{"init segment too", networktest.Encryption{On: true, ExplicitIV: true, EncryptInit: true}, 1},
	}
	for _, test := range tests {
		for _, playlist := range []string{"show/low.m3u8", "ranges/main.m3u8"} {
			t.Run(test.name+" "+playlist, func(t *testing.T) {
				o, client := start(t, networktest.Options{FS: media(), Encryption: test.encryption})
				var key, iv []byte
				var byteRange string
				keys := map[string]bool{}
				sequence, segments := 0, 0
				if playlist == "show/low.m3u8" {
					sequence = 7
				}
				folder, _, _ := strings.Cut(playlist, "/")
				read := func(name string) []byte {
					if byteRange == "" {
						return fetch(t, client, o.URL(folder+"/"+name))
					}
					var length, offset int
					_, err := fmt.Sscanf(byteRange, "%d@%d", &length, &offset)
					require.NoError(t, err)
					return fetch(t, client, o.URL(folder+"/"+name), "Range", fmt.Sprintf("bytes=%d-%d", offset, offset+length-1))
				}
				for line := range strings.Lines(string(fetch(t, client, o.URL(playlist)))) {
					line = strings.TrimSpace(line)
					switch {
					case keyTag.MatchString(line):
						found := keyTag.FindStringSubmatch(line)
						keys[found[1]] = true
						key = fetch(t, client, o.URL(found[1]))
						require.Len(t, key, 16)
						var err error
						iv, err = hex.DecodeString(found[2])
						require.NoError(t, err)
						require.Equal(t, test.encryption.ExplicitIV, len(iv) > 0)
					case strings.HasPrefix(line, "#EXT-X-MAP:"):
						name := strings.Split(line, `"`)[1]
						if _, value, ok := strings.Cut(line, `BYTERANGE="`); ok {
							byteRange = strings.TrimSuffix(value, `"`)
						}
						data := read(name)
						require.Equal(t, test.encryption.EncryptInit, key != nil, "a key before EXT-X-MAP applies to it")
						if test.encryption.EncryptInit {
							data = decrypt(t, data, key, iv)
						}
						assert.Equal(t, "init", string(data))
					case strings.HasPrefix(line, "#EXT-X-BYTERANGE:"):
						byteRange = strings.TrimPrefix(line, "#EXT-X-BYTERANGE:")
					case line != "" && line[0] != '#':
						vector := iv
						if len(vector) == 0 {
							vector = append(make([]byte, 15), byte(sequence))
						}
						assert.Equal(t, string(segment(segments)), string(decrypt(t, read(line), key, vector)))
						segments++
						sequence++
					}
				}
				assert.Equal(t, 4, segments)
				assert.Len(t, keys, test.keys)
			})
		}
	}
}

func TestKeysAreNewAtEachStart(t *testing.T) {
	seen := map[string]bool{}
	for range 3 {
		o, client := start(t, networktest.Options{FS: media(), Encryption: networktest.Encryption{On: true}})
		for _, path := range o.KeyPaths() {
			key := string(fetch(t, client, o.URL(path)))
			assert.False(t, seen[key])
			seen[key] = true
		}
	}
	assert.Len(t, seen, 6, "two titles, three starts")
}

func TestKeysOfAnotherOrigin(t *testing.T) {
	keys, _ := start(t, networktest.Options{})
	o, client := start(t, networktest.Options{FS: media(), Encryption: networktest.Encryption{On: true}, KeysFrom: keys})
	text := string(fetch(t, client, o.URL("show/low.m3u8")))
	assert.Contains(t, text, `URI="`+keys.URL("keys/"))
	assert.Empty(t, o.KeyPaths())
	assert.Len(t, fetch(t, client, keys.URL(keys.KeyPaths()[0])), 16)
}

// TestMediaThatShipsEncrypted stays as it is.
func TestMediaThatShipsEncrypted(t *testing.T) {
	const list = "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXT-X-KEY:METHOD=AES-128,URI=\"k\"\n#EXTINF:2,\na.ts\n"
	o, client := start(t, networktest.Options{FS: fstest.MapFS{"a.m3u8": {Data: []byte(list)}, "a.ts": {Data: []byte("cipher text")}}, Encryption: networktest.Encryption{On: true}})
	assert.Equal(t, list, string(fetch(t, client, o.URL("a.m3u8"))))
	assert.Equal(t, "cipher text", string(fetch(t, client, o.URL("a.ts"))))
	assert.Empty(t, o.KeyPaths())
}

func TestBadMediaIsRefusedAtStart(t *testing.T) {
	const head = "#EXTM3U\n#EXT-X-TARGETDURATION:2\n"
	tests := map[string]struct {
		playlist string
		e        networktest.Encryption
		want     string
	}{
		"segment elsewhere":  {head + "#EXTINF:2,\nhttp://example.test/a.ts\n", networktest.Encryption{On: true}, "not of this origin"},
		"two keys":           {head + "#EXTINF:2,\na.ts\n#EXTINF:2,\na.ts\n", networktest.Encryption{On: true}, "under different keys"},
		"no EXTINF":          {head + "a.ts\n", networktest.Encryption{On: true}, "no EXTINF"},
		"sequence":           {head + "#EXT-X-MEDIA-SEQUENCE:x\n", networktest.Encryption{On: true}, "media sequence"},
		"byte range":         {head + "#EXTINF:2,\n#EXT-X-BYTERANGE:x\na.ts\n", networktest.Encryption{On: true}, "byte range"},
		"init without an IV": {head, networktest.Encryption{On: true, EncryptInit: true}, "explicit IV"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := networktest.NewOrigin(networktest.Options{FS: fstest.MapFS{"a.m3u8": {Data: []byte(test.playlist)}}, Encryption: test.e})
			require.ErrorContains(t, err, test.want)
		})
	}
}

func TestGates(t *testing.T) {
	o, client := start(t, networktest.Options{FS: media(), Encryption: networktest.Encryption{On: true}, Gates: []networktest.Gate{
		{Class: network.ClassKey, Name: "val1", Value: "12345"},
		{Class: network.ClassKey, Name: "val2", Accept: func(v string) bool { return strings.HasPrefix(v, "ab") }, Status: 403},
		{Class: network.ClassPlaylist, Name: "p", Value: "1"},
	}})
	key := o.URL(o.KeyPaths()[0])
	tests := []struct {
		url, cookie string
		want        int
	}{
		{key, "", 401}, {key, "val1=12345", 403}, {key, "val2=abcd", 401}, {key, "val1=12345; val2=zz", 403}, {key, "val1=12345; val2=abcd", 200},
		{key, "val1=no; val1=12345; val2=abcd", 200}, {o.URL("show/low.m3u8"), "", 401}, {o.URL("show/low.m3u8"), "p=1", 200}, {o.URL("show/seg0.m4s"), "", 200},
	}
	for _, test := range tests {
		response, _, err := get(t, client, test.url, "Cookie", test.cookie)
		require.NoError(t, err)
		assert.Equal(t, test.want, response.status, test.cookie)
	}
	o.SetGates()
	fetch(t, client, key)
}

func TestLog(t *testing.T) {
	o, client := start(t, networktest.Options{FS: media(), Encryption: networktest.Encryption{On: true}})
	fetch(t, client, o.URL("show/main.m3u8?token=t"))
	fetch(t, client, o.URL("show/init.mp4"))
	fetch(t, client, o.URL("show/seg0.m4s"), "Range", "bytes=0-7", "Cookie", "b=2; a=1")
	fetch(t, client, o.URL(o.KeyPaths()[0]))
	_, err := o.Wait(t.Context(), func(r networktest.Request) bool { return r.N == 4 && r.Done })
	require.NoError(t, err)
	log := o.Requests()
	require.Len(t, log, 4)
	assert.Equal(t, []network.Class{network.ClassPlaylist, network.ClassInit, network.ClassSegment, network.ClassKey},
		[]network.Class{log[0].Class, log[1].Class, log[2].Class, log[3].Class})
	assert.Equal(t, "t", log[0].Query.Get("token"))
	assert.Nil(t, log[0].CookieNames())
	assert.Equal(t, []string{"b", "a"}, log[2].CookieNames())
	value, ok := log[2].Cookie("a")
	assert.True(t, ok)
	assert.Equal(t, "1", value)
	_, ok = log[2].Cookie("c")
	assert.False(t, ok)
	assert.Equal(t, "bytes=0-7", log[2].Range())
	assert.Equal(t, http.StatusPartialContent, log[2].Status)
	assert.Len(t, o.Requests(network.ClassKey, network.ClassInit), 2)
	assert.NotContains(t, fmt.Sprintf("%v %+v %#v", log[2], log[2], log[2]), "b=2", "printing an entry shows no cookie")

	o.ResetLog()
	assert.Empty(t, o.Requests())
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = o.Wait(ctx, func(networktest.Request) bool { return true })
	require.ErrorIs(t, err, context.Canceled)
}

func TestTLS(t *testing.T) {
	for _, http2 := range []bool{false, true} {
		o, client := start(t, networktest.Options{FS: media(), TLS: true, HTTP2: http2})
		require.NotNil(t, o.CertPool())
		assert.True(t, strings.HasPrefix(o.URL("/"), "https://127.0.0.1:"))
		response, body, err := get(t, client, o.URL("note.txt"))
		require.NoError(t, err)
		assert.Equal(t, "0123456789", string(body))
		assert.Equal(t, http2, response.http2)

		named := o.Transport() // the certificate is for the name, too, which need not resolve here
		named.TLSClientConfig.ServerName = "localhost"
		_, _, err = get(t, &http.Client{Transport: named}, o.URL("note.txt"))
		require.NoError(t, err)
		named.CloseIdleConnections()

		stranger := &http.Client{Transport: &http.Transport{}}
		_, _, err = get(t, stranger, o.URL("note.txt"))
		require.Error(t, err, "nobody else trusts the certificate")
		stranger.CloseIdleConnections()
	}
}

func TestRoutes(t *testing.T) {
	hello := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "hello") })
	o, client := start(t, networktest.Options{Routes: []networktest.Route{
		{Path: "/signin", Class: network.ClassSignIn, Handler: hello}, {Path: "/license/", Class: network.ClassLicense, Handler: hello},
	}})
	assert.Equal(t, "hello", string(fetch(t, client, o.URL("signin"))))
	assert.Equal(t, "hello", string(fetch(t, client, o.URL("license/a"))))
	response, _, err := get(t, client, o.URL("signin2"))
	require.NoError(t, err)
	assert.Equal(t, http.StatusNotFound, response.status)
	assert.Len(t, o.Requests(network.ClassLicense), 1)
	status, _, _ := post(t, client, o.URL("show"), nil)
	assert.Equal(t, http.StatusMethodNotAllowed, status)
}

func TestCloseEndsWhatHangs(t *testing.T) {
	o, client := start(t, networktest.Options{FS: media()})
	o.Inject(networktest.Fault{Effect: networktest.Hang()})
	closed := make(chan error, 1)
	go func() {
		_, err := o.Wait(t.Context(), func(r networktest.Request) bool { return r.Path == "/note.txt" })
		closed <- errors.Join(err, o.Close())
	}()
	_, _, err := get(t, client, o.URL("note.txt"))
	require.Error(t, err, "an answer that was cut off does not look whole")
	require.NoError(t, <-closed)
	_, _, err = get(t, client, o.URL("note.txt"))
	require.Error(t, err)
	require.NotErrorIs(t, err, context.Canceled)
}
