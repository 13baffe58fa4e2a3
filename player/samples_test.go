package player_test

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/drm"
	"latchkey/network"
	"latchkey/network/networktest"
	"latchkey/player"
	"latchkey/player/mediatest"
	"latchkey/player/report"
)

// packaged is a presentation of testdata/shaka.sh.
func packaged(name string) string { return filepath.Join("testdata", name, "index.m3u8") }

// lockedTwins are the presentations of Shaka Packager, {scheme} x {container} x {codec}, with their clear twins.
var lockedTwins = map[string]string{
	"cenc-h264": "clear-h264", "cens-h264": "clear-h264", "cbc1-h264": "clear-h264", "cbcs-h264": "clear-h264",
	"cenc-hevc": "clear-hevc", "cens-hevc": "clear-hevc", "cbc1-hevc": "clear-hevc", "cbcs-hevc": "clear-hevc",
	"ts-h264": "clear-ts-h264", "ts-ac3": "clear-ts-ac3", "ts-eac3": "clear-ts-eac3",
}

// TestSamplesOfShakaPackager compares all pictures and all sound with those of the clear twin.
func TestSamplesOfShakaPackager(t *testing.T) {
	t.Parallel()
	for name, twin := range lockedTwins {
		t.Run(name, func(t *testing.T) {
			requireTwin(t, packaged(twin), packaged(name), player.Config{})
		})
	}
}

// TestSamplesUnderAWrongKey shows and plays nothing of what the key makes of them.
func TestSamplesUnderAWrongKey(t *testing.T) {
	t.Parallel()
	for name := range lockedTwins {
		if strings.HasSuffix(name, "hevc") {
			continue // nothing in so small a picture of HEVC tells that it is noise
		}
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			require.NoError(t, os.CopyFS(folder, os.DirFS(filepath.Join("testdata", name))))
			wrong := base64.StdEncoding.EncodeToString([]byte("that is not it.."))
			for _, list := range []string{"video.m3u8", "audio.m3u8"} {
				rewrite(t, filepath.Join(folder, list), `base64,[^"]+`, "base64,"+wrong)
			}
			pictures, sounds, end := playHashes(t, filepath.Join(folder, "index.m3u8"), player.Config{})
			require.Equal(t, player.Failed, end.State)
			assert.Equal(t, player.CodeWrongKey, end.Error.Code, "%v", end.Error)
			assert.Empty(t, pictures)
			assert.Empty(t, sounds)
		})
	}
}

// TestClearLead plays a first segment that is clear, and then the encrypted one.
func TestClearLead(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"cbcs-h264", "cenc-hevc", "ts-h264", "ts-eac3"} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			twin := lockedTwins[name]
			for _, from := range []string{name, twin} {
				require.NoError(t, os.CopyFS(filepath.Join(folder, from), os.DirFS(filepath.Join("testdata", from))))
			}
			for _, list := range []string{"video.m3u8", "audio.m3u8"} {
				lead, rest := segmentLines(t, filepath.Join(folder, twin, list)), segmentLines(t, filepath.Join(folder, name, list))
				out := []string{"#EXTM3U", "#EXT-X-VERSION:6", "#EXT-X-TARGETDURATION:2"}
				out = append(out, upTo(lead, 1, "../"+twin+"/")...)
				out = append(out, after(upTo(rest, 2, ""), 1)...)
				out = append(out, "#EXT-X-ENDLIST")
				require.NoError(t, os.WriteFile(filepath.Join(folder, name, list), []byte(strings.Join(out, "\n")+"\n"), 0o600))
			}
			main, err := os.ReadFile(filepath.Join(folder, name, "index.m3u8")) // which names files of both folders
			require.NoError(t, err)
			main = regexp.MustCompile(`(audio|video)\.m3u8`).ReplaceAll(main, []byte(name+"/$0"))
			require.NoError(t, os.WriteFile(filepath.Join(folder, "index.m3u8"), main, 0o600))
			requireTwin(t, packaged(twin), filepath.Join(folder, "index.m3u8"), player.Config{})
		})
	}
}

// segmentLines are the lines of a playlist that matter for its segments.
func segmentLines(t *testing.T, path string) []string {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	return regexp.MustCompile(`(?m)^(#EXT-X-MAP:|#EXT-X-KEY:|#EXTINF:|[^#\s]).*$`).FindAllString(string(text), -1)
}

// upTo are the lines up to the nth segment, whose names are in a folder.
func upTo(lines []string, n int, folder string) []string {
	var out []string
	for _, line := range lines {
		switch {
		case !strings.HasPrefix(line, "#"):
			line = folder + line
			n--
		case strings.HasPrefix(line, "#EXT-X-MAP:"):
			line = strings.Replace(line, `URI="`, `URI="`+folder, 1)
		}
		if out = append(out, line); n == 0 && !strings.HasPrefix(line, "#") {
			break
		}
	}
	return out
}

// after leaves out the first n segments, not what is in force after them.
func after(lines []string, n int) []string {
	var out []string
	for _, line := range lines {
		if n > 0 && !strings.HasPrefix(line, "#EXT-X-") {
			if !strings.HasPrefix(line, "#") {
				n--
			}
			continue
		}
		out = append(out, line)
	}
	return out
}

// rewrite replaces what matches in a file.
func rewrite(t *testing.T, path, pattern, by string) {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	changed := regexp.MustCompile(pattern).ReplaceAll(text, []byte(by))
	require.NotEqual(t, text, changed)
	require.NoError(t, os.WriteFile(path, changed, 0o600))
}

// TestPackedSound decrypts AAC, AC-3 and E-AC-3 without a container, with a key of its own for each segment and the IV from its number.
func TestPackedSound(t *testing.T) {
	t.Parallel()
	for _, codec := range []string{"aac", "ac3", "eac3"} {
		t.Run(codec, func(t *testing.T) {
			path := mediatest.Make(t, mediatest.Spec{Container: codec, Audio: codec, Frames: 100})
			source, err := os.ReadFile(path)
			require.NoError(t, err)
			var frames [][]byte
			for _, n := range mediatest.PacketSizes(t, path) {
				frames = append(frames, source[:n])
				source = source[n:]
			}
			require.Empty(t, source)
			folder := t.TempDir()
			plain, locked := "#EXTM3U\n#EXT-X-TARGETDURATION:2\n", "#EXTM3U\n#EXT-X-TARGETDURATION:2\n"
			for i := range 2 {
				part := frames[i*len(frames)/2 : (i+1)*len(frames)/2]
				name, key := fmt.Sprintf("%d.%s", i, codec), fmt.Sprintf("the key of part%d", i)
				write := func(name string, data []byte) {
					require.NoError(t, os.WriteFile(filepath.Join(folder, name), data, 0o600))
				}
				write("clear"+name, bytes.Join(part, nil))
				write("locked"+name, lockSound(part, codec, []byte(key), uint64(i)))
				plain += "#EXTINF:2,\nclear" + name + "\n"
				locked += fmt.Sprintf("#EXT-X-KEY:METHOD=SAMPLE-AES,URI=\"data:;base64,%s\"\n#EXTINF:2,\nlocked%s\n", base64.StdEncoding.EncodeToString([]byte(key)), name)
			}
			for name, text := range map[string]string{"clear.m3u8": plain, "locked.m3u8": locked} {
				require.NoError(t, os.WriteFile(filepath.Join(folder, name), []byte(text+"#EXT-X-ENDLIST\n"), 0o600))
			}
			requireTwin(t, filepath.Join(folder, "clear.m3u8"), filepath.Join(folder, "locked.m3u8"), player.Config{})
		})
	}
}

// lockSound encrypts frames of sound: Apple, MPEG-2 Stream Encryption Format for HTTP Live Streaming, 2.3 and 2.4. The IV is that of the
// media sequence number.
func lockSound(frames [][]byte, codec string, key []byte, sequence uint64) []byte {
	block, err := aes.NewCipher(key)
	if err != nil {
		panic(err)
	}
	var out []byte
	for _, frame := range frames {
		frame = bytes.Clone(frame)
		lead := 16
		if codec == "aac" {
			lead += 7 // ffmpeg writes no CRC
		}
		if body := frame[min(lead, len(frame)):]; len(body) >= aes.BlockSize {
			iv := binary.BigEndian.AppendUint64(make([]byte, 8), sequence)
			body = body[:len(body)/aes.BlockSize*aes.BlockSize]
			cipher.NewCBCEncrypter(block, iv).CryptBlocks(body, body)
		}
		out = append(out, frame...)
	}
	return out
}

// two are the keys of the presentation in testdata/two: one of the picture, one of the sound.
var two = []networktest.ContentKey{
	{ID: keyID("00112233445566778899aabbccddeeff"), Key: [16]byte([]byte("latchkey-hls-key"))},
	{ID: keyID("ffeeddccbbaa99887766554433221100"), Key: [16]byte([]byte("LATCHKEY-HLS-KEY"))},
}

func keyID(digits string) [16]byte {
	id, err := drm.ParseKeyID(digits)
	if err != nil {
		panic(err)
	}
	return id
}

// clearKeyOrigin serves testdata, "two" with a licence server of its own that wants the cookie.
func clearKeyOrigin(t *testing.T, keys ...networktest.ContentKey) *networktest.Origin {
	t.Helper()
	folder := t.TempDir()
	require.NoError(t, os.CopyFS(folder, os.DirFS(filepath.Join("testdata", "two"))))
	for _, list := range []string{"video.m3u8", "audio.m3u8"} {
		rewrite(t, filepath.Join(folder, list), `URI="data:[^"]*"`, `URI="/license?a=b"`)
		rewrite(t, filepath.Join(folder, list), `KEYFORMAT="identity"`, `KEYFORMAT="org.w3.clearkey"`)
	}
	return newOrigin(t, networktest.Options{FS: os.DirFS(folder), Gates: []networktest.Gate{{Class: network.ClassLicense, Name: "session", Value: "abc"}},
		Routes: []networktest.Route{{Path: "/license", Class: network.ClassLicense, Handler: networktest.ClearKey(keys...)}}})
}

func TestClearKey(t *testing.T) {
	t.Parallel()
	wantPictures, wantSounds, _ := playHashes(t, packaged("clear-h264"), player.Config{})
	play := func(t *testing.T, origin *networktest.Origin, config player.Config, cookie string) (string, string, player.Snapshot) {
		t.Helper()
		var seen, heard bytes.Buffer
		video, audio := report.NewHashes(&seen), report.NewHashes(&heard)
		config.FreeRun, config.VideoTap, config.AudioTap = true, video.Video, audio.Audio
		s := newScreen(t, config)
		c := network.NewConfiguration()
		c.CookieHeaders.SetValue("session", cookie)
		s.open(origin.URL("index.m3u8"), c, 0)
		s.play()
		end := s.ended()
		require.NoError(t, video.Flush())
		require.NoError(t, audio.Flush())
		return seen.String(), heard.String(), end
	}
	t.Run("each track has its key", func(t *testing.T) {
		origin := clearKeyOrigin(t, two...)
		pictures, sounds, end := play(t, origin, player.Config{}, "abc")
		require.Equal(t, player.Complete, end.State, "%v", end.Error)
		requireSame(t, "pictures", wantPictures, pictures)
		requireSame(t, "sounds", wantSounds, sounds)
		for _, request := range origin.Requests() {
			assert.Equal(t, request.Class == network.ClassLicense, len(request.CookieNames()) > 0, "%s", request.Path)
		}
	})
	t.Run("a sign-in is asked for", func(t *testing.T) {
		_, _, end := play(t, clearKeyOrigin(t, two...), player.Config{}, "old")
		require.Equal(t, player.NeedsSignIn, end.State)
		assert.Equal(t, "license", end.SignIn.Class)
	})
	t.Run("a licence without the key", func(t *testing.T) {
		pictures, _, end := play(t, clearKeyOrigin(t, two[1]), player.Config{}, "abc")
		require.Equal(t, player.Failed, end.State)
		assert.Equal(t, player.CodeNoKey, end.Error.Code)
		assert.Equal(t, "license", end.Error.Class)
		assert.Empty(t, pictures)
	})
	for name, c := range map[string]struct {
		effect networktest.Effect
		code   player.Code
	}{
		"a web page":    {networktest.WebPage(), player.CodeKeyIsWebPage},
		"something":     {networktest.Body("application/json", []byte(`{"a":[1]}`)), player.CodeLicense},
		"a short key":   {networktest.Body("application/json", []byte(`{"keys":[{"kty":"oct","kid":"ABEiM0RVZneImaq7zN3u_w","k":"AAAA"}]}`)), player.CodeKeyLength},
		"no server":     {networktest.Status(http.StatusNotFound), player.CodeKeyRefused},
		"all keys away": {networktest.Body("application/json", []byte(`{"keys":[]}`)), player.CodeNoKey},
	} {
		t.Run(name, func(t *testing.T) {
			origin := clearKeyOrigin(t, two...)
			origin.Inject(networktest.Fault{Classes: []network.Class{network.ClassLicense}, Effect: c.effect})
			pictures, sounds, end := play(t, origin, player.Config{}, "abc")
			require.Equal(t, player.Failed, end.State)
			assert.Equal(t, c.code, end.Error.Code, "%v", end.Error)
			assert.Empty(t, pictures+sounds)
		})
	}
	t.Run("keys that a person has", func(t *testing.T) {
		origin := clearKeyOrigin(t)
		pictures, sounds, end := play(t, origin, player.Config{Keys: given(t)}, "old")
		require.Equal(t, player.Complete, end.State, "%v", end.Error)
		requireSame(t, "pictures", wantPictures, pictures)
		requireSame(t, "sounds", wantSounds, sounds)
	})
	t.Run("a licence server of the service's own kind", func(t *testing.T) {
		origin := ownLicenseOrigin(t)
		system := &drm.LicenseTemplate{KeyFormats: []string{"com.example.tv"}, URL: origin.URL("/own?name=${kid_base64url}"), Body: `{"kid":"${kid_base64}"}`,
			Header: map[string]string{"Content-Type": "application/json"}, Answer: drm.AnswerBase64, Path: "data.key"}
		pictures, sounds, end := play(t, origin, player.Config{KeySystems: []drm.KeySystem{system}}, "abc")
		require.Equal(t, player.Complete, end.State, "%v", end.Error)
		requireSame(t, "pictures", wantPictures, pictures)
		requireSame(t, "sounds", wantSounds, sounds)
	})
	t.Run("the same without its template", func(t *testing.T) {
		_, _, end := play(t, ownLicenseOrigin(t), player.Config{}, "abc")
		require.Equal(t, player.Failed, end.State)
		assert.Equal(t, player.CodeKeyFormat, end.Error.Code, "%v", end.Error)
	})
	t.Run("a system of an integrator", func(t *testing.T) {
		origin := clearKeyOrigin(t)
		system := &ownSystem{keys: given(t)}
		pictures, sounds, end := play(t, origin, player.Config{KeySystems: []drm.KeySystem{system}}, "abc")
		require.Equal(t, player.Complete, end.State, "%v", end.Error)
		requireSame(t, "pictures", wantPictures, pictures)
		requireSame(t, "sounds", wantSounds, sounds)
		assert.Equal(t, []string{"/license"}, slices.Compact(system.asked))
	})
}

// ownLicenseOrigin serves "two" with a KEYFORMAT and a licence server of its own kind.
func ownLicenseOrigin(t *testing.T) *networktest.Origin {
	t.Helper()
	folder := t.TempDir()
	require.NoError(t, os.CopyFS(folder, os.DirFS(filepath.Join("testdata", "two"))))
	for _, list := range []string{"video.m3u8", "audio.m3u8"} {
		rewrite(t, filepath.Join(folder, list), `URI="data:[^"]*"`, `URI="tv://title/7"`)
		rewrite(t, filepath.Join(folder, list), `KEYFORMAT="identity"`, `KEYFORMAT="com.example.tv"`)
	}
	return newOrigin(t, networktest.Options{FS: os.DirFS(folder), Gates: []networktest.Gate{{Class: network.ClassLicense, Name: "session", Value: "abc"}},
		Routes: []networktest.Route{{Path: "/own", Class: network.ClassLicense, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			var body struct{ Kid []byte }
			if r.Method != http.MethodPost || r.Header.Get("Content-Type") != "application/json" || json.NewDecoder(r.Body).Decode(&body) != nil {
				http.Error(w, "not as the template has it", http.StatusBadRequest)
				return
			}
			for _, k := range two {
				if bytes.Equal(k.ID[:], body.Kid) && r.URL.Query().Get("name") == base64.RawURLEncoding.EncodeToString(k.ID[:]) {
					fmt.Fprintf(w, `{"data":{"key":%q}}`, base64.StdEncoding.EncodeToString(k.Key[:]))
					return
				}
			}
			http.NotFound(w, r)
		})}}})
}

// given are the keys of two.
func given(t *testing.T) []drm.IdentifiedKey {
	t.Helper()
	var keys []drm.IdentifiedKey
	for _, k := range two {
		key, err := drm.NewKey(k.Key[:])
		require.NoError(t, err)
		keys = append(keys, drm.IdentifiedKey{ID: k.ID, Key: key})
	}
	return keys
}

// ownSystem is a key system of an integrator, which comes before the player's own for the same format.
type ownSystem struct {
	mu    sync.Mutex
	keys  []drm.IdentifiedKey
	asked []string
}

func (*ownSystem) Formats() []string { return []string{drm.FormatClearKey} }

func (s *ownSystem) Keys(_ context.Context, _ drm.Fetcher, r drm.KeyRequest) ([]drm.IdentifiedKey, error) {
	u, err := url.Parse(r.Info.URI)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = append(s.asked, u.Path)
	return s.keys, nil
}

// TestEncryptedFile plays an MP4 that FFmpeg has encrypted, with its key and without.
func TestEncryptedFile(t *testing.T) {
	t.Parallel()
	source := mediatest.Make(t, mediatest.Spec{Video: "h264", Audio: "aac"})
	locked := filepath.Join(t.TempDir(), "locked.mp4")
	mediatest.FFmpeg(t, "-i", source, "-c", "copy", "-encryption_scheme", "cenc-aes-ctr", "-encryption_key", hex.EncodeToString(two[0].Key[:]),
		"-encryption_kid", hex.EncodeToString(two[0].ID[:]), locked)
	wantPictures, wantSounds, _ := playHashes(t, source, player.Config{})
	pictures, sounds, end := playHashes(t, locked, player.Config{Keys: given(t)})
	require.Equal(t, player.Complete, end.State, "%v", end.Error)
	requireSame(t, "pictures", wantPictures, pictures)
	requireSame(t, "sounds", wantSounds, sounds)
	pictures, sounds, end = playHashes(t, locked, player.Config{})
	require.Equal(t, player.Failed, end.State)
	assert.Equal(t, player.CodeNoKey, end.Error.Code)
	assert.Empty(t, pictures+sounds)
}

// TestSampleGroups plays what names its keys in sample groups, which change, and compares with the clear twin.
func TestSampleGroups(t *testing.T) {
	t.Parallel()
	keys := []networktest.ContentKey{two[0]}
	for range 2 {
		last := keys[len(keys)-1]
		keys = append(keys, networktest.ContentKey{ID: turned(last.ID), Key: turned(last.Key)})
	}
	for _, name := range []string{"rolled-cenc", "rolled-cbcs"} {
		t.Run(name, func(t *testing.T) {
			folder := os.DirFS(filepath.Join("testdata", name))
			origin := func(keys ...networktest.ContentKey) string {
				return newOrigin(t, networktest.Options{FS: folder, Routes: []networktest.Route{{Path: "/license", Class: network.ClassLicense,
					Handler: networktest.ClearKey(keys...)}}}).URL("index.m3u8")
			}
			requireTwin(t, packaged("clear-h264"), origin(keys...), player.Config{})
			t.Run("without the second key", func(t *testing.T) {
				_, _, end := playHashes(t, origin(keys[0], keys[2]), player.Config{})
				require.Equal(t, player.Failed, end.State)
				assert.Equal(t, player.CodeNoKey, end.Error.Code, "%v", end.Error)
			})
		})
	}
}

// turned is what Shaka Packager makes of a key, or of its name, for the next.
func turned(b [16]byte) [16]byte { return [16]byte(append(slices.Clone(b[1:]), b[0])) }
