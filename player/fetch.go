package player

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"

	"latchkey/network"
	"latchkey/network/regular"
	"latchkey/player/hls"
)

// maxLocalFetch bounds what is read whole from a local file: playlists and keys.
const maxLocalFetch = 32 << 20

// errLocalTooLarge is returned for a local playlist or key beyond maxLocalFetch.
var errLocalTooLarge = errors.New("the file is too large")

// errOutside is returned for a file that a playlist names and that is not below the folder of the
// resource's own.
var errOutside = errors.New("it is not below the playlist's folder")

// fetchError says what was fetched when an error came: its class and its place.
type fetchError struct {
	class network.Class
	url   string // without query
	err   error
}

func (e *fetchError) Error() string {
	return fmt.Sprintf("fetch %s %s: %v", e.class, e.url, e.err)
}

func (e *fetchError) Unwrap() error { return e.err }

// Fetcher gets the parts of one resource: over the network, or, when the resource is a file, from
// the folders below its own too. Safe for concurrent use.
type Fetcher struct {
	client *network.Client
	folder string // of the resource's file; empty when it came over the network, which then cannot name files
}

// NewFetcher returns the fetcher of a resource. A Player makes its own; this one is for programs that read playlists and play nothing.
func NewFetcher(client *network.Client, r *MediaResource) *Fetcher {
	f := &Fetcher{client: client}
	if r.file {
		f.folder = filepath.Dir(r.source)
	}
	return f
}

// Playlist gets a playlist that the resource names, and reads it; options.Folder and FilePaths are
// set here. Its errors are those of the network and of hls.Parse.
func (f *Fetcher) Playlist(ctx context.Context, uri string, options hls.ParseOptions) (*hls.Playlist, error) {
	list, _, err := f.playlist(ctx, uri, options)
	return list, err
}

// playlist is Playlist, and returns the URL that the playlist came from in the end.
func (f *Fetcher) playlist(ctx context.Context, uri string, options hls.ParseOptions) (list *hls.Playlist, from string, err error) {
	data, response, err := f.Fetch(ctx, requestOf(network.ClassPlaylist, uri, nil))
	if err != nil {
		return nil, "", &fetchError{class: network.ClassPlaylist, url: display(uri), err: err}
	}
	base := response.URL
	if _, local := f.local(uri); local {
		base, options.Folder, options.FilePaths = "", folderOf(uri), true
	}
	list, err = hls.Parse(data, base, options)
	if err != nil {
		return nil, "", &fetchError{class: network.ClassPlaylist, url: display(uri), err: err}
	}
	return list, response.URL, nil
}

// InitSection gets an init section that a playlist of the resource names. Its bytes are as they come: encrypted, where the section is.
func (f *Fetcher) InitSection(ctx context.Context, m *hls.Map) ([]byte, error) {
	data, _, err := f.Fetch(ctx, requestOf(network.ClassInit, m.URI, m.ByteRange))
	if err != nil {
		return nil, &fetchError{class: network.ClassInit, url: display(m.URI), err: err}
	}
	return data, nil
}

// requestOf is the request for a URI, or for a range of it.
func requestOf(class network.Class, uri string, part *hls.ByteRange) network.Request {
	r := network.Request{Class: class, URL: uri}
	if part != nil {
		r.Offset, r.Length = part.Offset, part.Length
	}
	return r
}

// local returns the path that uri names when it names a file. A file: URL names none: those of
// local playlists have become paths, and others come from the network.
func (f *Fetcher) local(uri string) (string, bool) {
	if f.folder == "" {
		return "", false
	}
	scheme, rest, ok := strings.Cut(uri, ":")
	if ok && (strings.HasPrefix(rest, "//") || strings.EqualFold(scheme, "data") || strings.EqualFold(scheme, "file")) {
		return "", false
	}
	path := uri
	if unescaped, err := url.PathUnescape(uri); err == nil {
		path = unescaped
	}
	if !filepath.IsAbs(path) {
		path = filepath.Join(f.folder, path)
	}
	return path, true
}

// openLocal opens a file, or a range of it. The error is errOutside for one that is not below the
// folder.
func (f *Fetcher) openLocal(path string, request network.Request) (io.ReadCloser, int64, error) {
	below, err := filepath.Rel(f.folder, path)
	if err != nil || !filepath.IsLocal(below) {
		return nil, 0, fmt.Errorf("open %s: %w", path, errOutside)
	}
	return openLocal(path, request)
}

// open starts to read what a request asks for. The caller closes the answer's Body.
func (f *Fetcher) open(ctx context.Context, request network.Request) (*network.Response, error) {
	path, ok := f.local(request.URL)
	if !ok {
		return f.client.Do(ctx, request)
	}
	body, length, err := f.openLocal(path, request)
	if err != nil {
		return nil, err
	}
	return &network.Response{Status: http.StatusOK, Header: http.Header{}, URL: request.URL, Body: body,
		ContentLength: length, TotalLength: -1}, nil
}

// openLocal opens a file, or a range of it. It returns errLocalTooLarge for more bytes than the
// request allows.
func openLocal(path string, request network.Request) (io.ReadCloser, int64, error) {
	file, err := regular.Open(path)
	if err != nil {
		return nil, 0, err
	}
	info, err := file.Stat()
	if err != nil {
		return nil, 0, errors.Join(err, file.Close())
	}
	length := max(info.Size()-request.Offset, 0)
	if request.Length > 0 {
		length = min(length, request.Length)
	}
	if request.MaxBytes > 0 && length > request.MaxBytes {
		return nil, 0, errors.Join(errLocalTooLarge, file.Close())
	}
	if request.Offset == 0 && request.Length <= 0 {
		return file, length, nil
	}
	return &section{Reader: io.NewSectionReader(file, request.Offset, length), Closer: file}, length, nil
}

// section is a range of a file that closes the file.
type section struct {
	io.Reader
	io.Closer
}

// Fetch returns the whole body of a request: it is drm's door to the network.
func (f *Fetcher) Fetch(ctx context.Context, request network.Request) ([]byte, *network.Response, error) {
	path, ok := f.local(request.URL)
	if !ok {
		return f.client.Fetch(ctx, request)
	}
	if request.MaxBytes == 0 || request.MaxBytes > maxLocalFetch {
		request.MaxBytes = maxLocalFetch
	}
	body, _, err := f.openLocal(path, request)
	if err != nil {
		return nil, nil, err
	}
	data, err := io.ReadAll(io.LimitReader(body, request.MaxBytes+1))
	if err = errors.Join(err, body.Close()); err != nil {
		return nil, nil, err
	}
	if int64(len(data)) > request.MaxBytes {
		return nil, nil, errLocalTooLarge // it has grown meanwhile
	}
	size := int64(len(data))
	return data, &network.Response{Status: http.StatusOK, Header: http.Header{}, URL: request.URL,
		ContentLength: size, TotalLength: size}, nil
}

// Epoch returns the credential epoch of the network client.
func (f *Fetcher) Epoch() uint64 { return f.client.Epoch() }

// display returns a URI as it may stand in an error: without query, data or user information.
func display(uri string) string {
	if strings.HasPrefix(strings.ToLower(uri), "data:") {
		return "data:"
	}
	return withoutQuery(uri)
}
