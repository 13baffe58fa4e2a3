package main_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// importRule says what the packages under one folder may import. Patterns are import paths; "a/..." is a and all
// below it.
type importRule struct {
	folder string
	ours   []string // of this module, without "latchkey/"
	others []string // third party
}

// importRules is the table of the house: imports run cmd -> ui -> player -> drm -> network. The first rule whose
// folder holds a package counts.
var importRules = []importRule{
	{folder: "cmd/...", ours: []string{"..."}, others: []string{"fyne.io/fyne/v2/...", "github.com/spf13/cobra/...", "github.com/spf13/pflag"}},
	{folder: "network/regular"},
	{folder: "ui/instance", others: []string{"github.com/gofrs/flock"}},
	{folder: "ui/awake", others: []string{"github.com/godbus/dbus/v5", "github.com/jezek/xgb/...", "golang.org/x/sys/..."}},
	{folder: "ui/history", ours: []string{"network/regular"}, others: []string{"github.com/gofrs/flock"}},
	// go-gl is what Fyne itself draws with.
	{folder: "ui/...", ours: []string{"ui/...", "player", "player/frame", "player/caption", "network", "network/auth", "network/regular", "assets/..."},
		others: []string{"fyne.io/fyne/v2/...", "github.com/boombuler/barcode/...", "golang.org/x/image/...", "github.com/go-gl/..."}},
	{folder: "player/hls", ours: []string{"network"}, others: []string{"github.com/grafov/m3u8", "golang.org/x/text/..."}},
	{folder: "player/audio", others: []string{"github.com/hajimehoshi/oto/v2", "github.com/ebitengine/purego"}},
	{folder: "player/libav", ours: []string{"player/frame", "player/container"}},
	{folder: "player/container"},
	{folder: "player/framing"},
	{folder: "player/hostile", others: []string{"github.com/andybalholm/brotli"}},
	{folder: "player/field", ours: []string{"player", "player/...", "network"}},
	{folder: "player/mediatest", others: []string{"github.com/stretchr/testify/..."}},
	{folder: "player/report", ours: []string{"player", "player/frame", "network"}},
	{folder: "player/frame"},
	{folder: "player/abr"},
	{folder: "player/caption", others: []string{"golang.org/x/text/..."}},
	{folder: "player", ours: []string{"drm", "network", "network/regular", "player/..."}, others: []string{"golang.org/x/sync/...", "golang.org/x/text/language/..."}},
	{folder: "drm", ours: []string{"network"}, others: []string{"golang.org/x/sync/..."}},
	{folder: "network/auth/vault", ours: []string{"network", "network/regular"}, others: []string{"filippo.io/age", "github.com/gofrs/flock", "github.com/zalando/go-keyring"}},
	{folder: "network/auth", ours: []string{"network"}, others: []string{"golang.org/x/oauth2", "github.com/coreos/go-oidc/v3/oidc", "github.com/golang-jwt/jwt/v5"}},
	{folder: "network/catalogue", ours: []string{"network"}},
	{folder: "network/service", ours: []string{"network", "network/catalogue", "network/auth", "network/auth/vault", "network/regular"}, others: []string{"github.com/gofrs/flock", "github.com/BurntSushi/toml", "golang.org/x/net/..."}},
	{folder: "network/networktest", ours: []string{"network"}, others: []string{"github.com/golang-jwt/jwt/v5", "golang.org/x/net/html", "golang.org/x/image/..."}},
	{folder: "network", others: []string{"golang.org/x/net/...", "golang.org/x/sync/...", "github.com/BurntSushi/toml",
		"github.com/andybalholm/brotli", "github.com/icholy/digest", "github.com/klauspost/compress/zstd"}},
	{folder: "assets/..."},
}

// testImports are what the tests of any package may import besides.
var testImports = []string{
	"github.com/chromedp/chromedp/...", "github.com/stretchr/testify/...", "github.com/Eyevinn/mp4ff/...", "github.com/grafov/m3u8", "golang.org/x/net/...",
	"github.com/godbus/dbus/v5", "github.com/jezek/xgb/...",
}

// layers are the floors of the house from the top down. No file of a floor imports one above it, tests included.
var layers = []string{"cmd", "ui", "player", "drm", "network"}

// matches reports whether an import path fits a pattern of importRule.
func matches(pattern, name string) bool {
	if pattern == "..." {
		return true
	}
	below, ok := strings.CutSuffix(pattern, "/...")
	return name == below || ok && strings.HasPrefix(name, below+"/")
}

func matchesAny(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return matches(p, name) })
}

// sourceFile is a Go file of the module and what it imports.
type sourceFile struct {
	name    string // from the top of the module, with slashes
	imports []string
}

func (f sourceFile) folder() string { return path.Dir(f.name) }
func (f sourceFile) test() bool     { return strings.HasSuffix(f.name, "_test.go") }

// sourceFiles reads every Go file of the module, whatever its build constraints.
func sourceFiles(t *testing.T) []sourceFile {
	t.Helper()
	root := moduleRoot(t)
	var files []sourceFile
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base := entry.Name()
		if entry.IsDir() {
			if name != root && (strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_") || base == "testdata" || base == "bin" || base == "dist") {
				return fs.SkipDir
			}
			return nil
		}
		if filepath.Ext(base) != ".go" {
			return nil
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		file := sourceFile{name: filepath.ToSlash(relative)}
		for _, spec := range parsed.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			file.imports = append(file.imports, imported)
		}
		files = append(files, file)
		return nil
	})
	require.NoError(t, err)
	require.NotEmpty(t, files)
	return files
}

// moduleRoot is the folder of go.mod.
func moduleRoot(t testing.TB) string {
	t.Helper()
	folder, err := os.Getwd()
	require.NoError(t, err)
	for {
		if _, err := os.Stat(filepath.Join(folder, "go.mod")); err == nil {
			return folder
		}
		up := filepath.Dir(folder)
		require.NotEqual(t, folder, up, "go.mod not found")
		folder = up
	}
}

func TestImports(t *testing.T) {
	for _, file := range sourceFiles(t) {
		t.Run(file.name, func(t *testing.T) {
			at := slices.IndexFunc(importRules, func(r importRule) bool { return matches(r.folder, file.folder()) })
			require.GreaterOrEqual(t, at, 0, "no rule for the package %s: decide what it may import", file.folder())
			rule := importRules[at]
			floor := slices.Index(layers, strings.SplitN(file.folder(), "/", 2)[0])
			for _, imported := range file.imports {
				ours, isOurs := strings.CutPrefix(imported, "latchkey/")
				switch {
				case imported == "C":
					assert.Equal(t, "player/libav", file.folder(), "cgo belongs to player/libav alone")
				case isOurs && file.test():
					if above := slices.Index(layers, strings.SplitN(ours, "/", 2)[0]); above >= 0 && floor >= 0 {
						assert.GreaterOrEqual(t, above, floor, "%s is on a floor above", imported)
					}
				case isOurs:
					assert.NotContains(t, []string{"player/mediatest", "player/hostile"}, ours, "it serves tests alone")
					assert.True(t, matchesAny(rule.ours, ours) || ours == file.folder(), "%s may not import %s", file.folder(), imported)
				case !strings.Contains(strings.SplitN(imported, "/", 2)[0], "."):
					// The standard library.
				default:
					allowed := matchesAny(rule.others, imported) || file.test() && matchesAny(testImports, imported)
					assert.True(t, allowed, "%s may not import %s", file.folder(), imported)
				}
			}
		})
	}
}

// TestImportRules keeps the table itself true to what it is for.
func TestImportRules(t *testing.T) {
	for _, rule := range importRules {
		name := strings.TrimSuffix(rule.folder, "/...")
		top := strings.SplitN(name, "/", 2)[0]
		t.Run(name, func(t *testing.T) {
			if top == "player" || top == "drm" || top == "network" {
				assert.NotContains(t, rule.others, "fyne.io/fyne/v2/...")
			}
			floor := slices.Index(layers, top)
			for _, ours := range rule.ours {
				if above := slices.Index(layers, strings.SplitN(ours, "/", 2)[0]); above >= 0 {
					assert.GreaterOrEqual(t, above, floor, "%s is on a floor above", ours)
				}
			}
			if name != "cmd" {
				assert.False(t, matchesAny(rule.ours, "network/networktest"), "networktest serves tests and the demo")
			}
		})
	}
}

func TestMatches(t *testing.T) {
	tests := []struct {
		pattern, name string
		want          bool
	}{
		{"player", "player", true},
		{"player", "player/hls", false},
		{"player/...", "player", true},
		{"player/...", "player/hls", true},
		{"player/...", "players", false},
		{"...", "anything", true},
	}
	for _, test := range tests {
		t.Run(test.pattern+" "+test.name, func(t *testing.T) {
			assert.Equal(t, test.want, matches(test.pattern, test.name))
		})
	}
}
