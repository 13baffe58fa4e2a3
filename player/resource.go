package player

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"latchkey/drm"
	"latchkey/network"
	"latchkey/network/regular"
)

// NetworkConfigurationKey is the key under which a resource's metadata holds its
// *network.Configuration.
const NetworkConfigurationKey = "NETWORK_CONFIGURATION"

// CredentialSourceKey is the key under which a resource's metadata holds the
// network.CredentialSource that renews its sign-in. Without one Config.Network.Credentials does. A
// network.CredentialStore gives the credentials too, in place of those of the network
// configuration.
const CredentialSourceKey = "CREDENTIAL_SOURCE" //nolint:gosec // the name of a key, and no credential

// KeySystemsKey is the key under which a resource's metadata holds []drm.KeySystem, which come before Config.KeySystems.
const KeySystemsKey = "KEY_SYSTEMS"

// Limits on what names a resource.
const maxURLBytes = 64 << 10

// ErrNoResource is returned for a URL or file name that cannot name a resource.
var ErrNoResource = errors.New("no URL or file that can be opened")

// MediaResource is what a Player opens: a URL or file, and metadata with the network configuration.
// It is a value to be made once and not changed.
type MediaResource struct {
	source   string // URL, or absolute path
	file     bool
	metadata *network.Metadata

	subtitles []string // paths
}

// NewMediaResource returns the resource of an http, https or file URL, or of a file's path. The metadata
// may be nil; otherwise the object under NetworkConfigurationKey, if there is one, must be a *network.Configuration, that under
// CredentialSourceKey a network.CredentialSource, and that under KeySystemsKey a []drm.KeySystem. They are read when the resource becomes
// current, not before.
//
// It returns ErrNoResource, wrapped, when source can name nothing that Latchkey opens. It does not
// block: whether a file exists shows when it is opened.
func NewMediaResource(source string, metadata *network.Metadata) (*MediaResource, error) {
	source = strings.TrimSpace(source)
	if source == "" || len(source) > maxURLBytes || strings.ContainsAny(source, "\x00\r\n") {
		return nil, fmt.Errorf("open resource: %w", ErrNoResource)
	}
	if err := errors.Join(checkObject[*network.Configuration](metadata, NetworkConfigurationKey),
		checkObject[network.CredentialSource](metadata, CredentialSourceKey), checkObject[[]drm.KeySystem](metadata, KeySystemsKey)); err != nil {
		return nil, err
	}
	r := &MediaResource{metadata: metadata}
	scheme, rest, hasScheme := strings.Cut(source, ":")
	switch {
	case hasScheme && (strings.EqualFold(scheme, "http") || strings.EqualFold(scheme, "https")):
		u, err := url.Parse(source)
		if err != nil { // it may hold what a URL must not: a percent sign that escapes nothing
			base, wrong := network.ParseBase(source)
			user, _, named := strings.Cut(strings.TrimLeft(rest, "/"), "@")
			if hidden := named && strings.Contains(user, `\`) && !strings.ContainsAny(user, "/?#"); wrong != nil || hidden {
				// Behind a backslash a password would be a part of the path, which is reported.
				return nil, fmt.Errorf("open resource: the address has no host or cannot be read: %w", ErrNoResource)
			}
			source = base.String()
			u, err = url.Parse(source)
		}
		if err != nil || u.Host == "" {
			return nil, fmt.Errorf("open resource: the address has no host or cannot be read: %w", ErrNoResource)
		}
		r.source = source
	case hasScheme && strings.EqualFold(scheme, "file"):
		u, err := url.Parse(source)
		if err != nil || u.Path == "" || (u.Host != "" && u.Host != "localhost") {
			return nil, fmt.Errorf("open resource: the file address cannot be read: %w", ErrNoResource)
		}
		r.source, r.file = u.Path, true
	case hasScheme && strings.HasPrefix(rest, "//"), hasScheme && (strings.EqualFold(scheme, "latchkey") || strings.EqualFold(scheme, "data")):
		return nil, fmt.Errorf("open resource: addresses of the kind %q cannot be played: %w", scheme+":", ErrNoResource)
	default:
		path, err := filepath.Abs(source)
		if err != nil {
			return nil, fmt.Errorf("open resource: %w", err)
		}
		r.source, r.file = path, true
	}
	return r, nil
}

// WithSubtitles returns the resource with files of subtitles of this machine, which are offered
// besides its own. The first is shown unless Config.SubtitleLanguage prefers another, or none.
// Whether a file exists shows when it is chosen.
func (r *MediaResource) WithSubtitles(paths ...string) *MediaResource {
	other := *r
	other.subtitles = append(slices.Clone(r.subtitles), paths...)
	return &other
}

// IsFile says that the resource is on this machine's disk.
func (r *MediaResource) IsFile() bool { return r.file }

// String returns the URL without user information, query and fragment, or the path: it is fit for
// logs and reports.
func (r *MediaResource) String() string {
	if r.file {
		return r.source
	}
	return withoutQuery(r.source)
}

// name returns the last part of the path, for a window's title.
func (r *MediaResource) name() string {
	path := r.source
	if !r.file {
		u, err := url.Parse(r.source)
		if err != nil {
			return ""
		}
		if u.Path == "" || u.Path == "/" {
			return u.Host
		}
		path = u.Path
	}
	return filepath.Base(path)
}

// checkObject says that metadata holds something else under a key than a T.
func checkObject[T any](metadata *network.Metadata, key string) error {
	if metadata == nil || metadata.Object(key) == nil {
		return nil
	}
	object := metadata.Object(key)
	if _, ok := object.(T); !ok {
		return fmt.Errorf("resource metadata %s holds a %T, not a %v", key, object, reflect.TypeFor[T]())
	}
	return nil
}

// object returns what metadata holds under a key, or the zero value.
func object[T any](metadata *network.Metadata, key string) (t T) {
	if metadata != nil {
		t, _ = metadata.Object(key).(T)
	}
	return t
}

// configuration returns the resource's network configuration, or the defaults.
func (r *MediaResource) configuration() *network.Configuration {
	if c := object[*network.Configuration](r.metadata, NetworkConfigurationKey); c != nil {
		return c
	}
	return network.NewConfiguration()
}

// credentials returns what renews the resource's sign-in, or nil.
func (r *MediaResource) credentials() network.CredentialSource {
	return object[network.CredentialSource](r.metadata, CredentialSourceKey)
}

// keySystems returns those that the resource comes with.
func (r *MediaResource) keySystems() []drm.KeySystem {
	return object[[]drm.KeySystem](r.metadata, KeySystemsKey)
}

// open returns the resource's file.
func (r *MediaResource) open() (*os.File, error) { return regular.Open(r.source) }

// withoutQuery returns a URL without user information, query and fragment.
func withoutQuery(s string) string {
	u, err := url.Parse(s)
	if err != nil {
		return ""
	}
	u.User, u.RawQuery, u.Fragment, u.RawFragment, u.ForceQuery = nil, "", "", "", false
	return u.String()
}
