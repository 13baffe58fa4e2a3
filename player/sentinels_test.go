package player_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	gotoken "go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/drm"
	"latchkey/network"
	"latchkey/network/regular"
	"latchkey/player"
	"latchkey/player/caption"
	"latchkey/player/container"
	"latchkey/player/hls"
	"latchkey/player/libav"
)

// sentinels are the exported error values of the packages that read what comes from outside, with
// the categories of their codes.
var sentinels = map[string]struct {
	err      error
	category player.Category
}{
	"drm.ErrAuthentication":       {drm.ErrAuthentication, player.CategoryDRM},
	"drm.ErrCipherLength":         {drm.ErrCipherLength, player.CategoryDRM},
	"drm.ErrClosed":               {drm.ErrClosed, player.CategoryDRM},
	"drm.ErrInitSection":          {drm.ErrInitSection, player.CategoryContainer},
	"drm.ErrKeyIsWebPage":         {drm.ErrKeyIsWebPage, player.CategoryDRM},
	"drm.ErrKeyLength":            {drm.ErrKeyLength, player.CategoryDRM},
	"drm.ErrKeyURI":               {drm.ErrKeyURI, player.CategoryDRM},
	"drm.ErrLicense":              {drm.ErrLicense, player.CategoryDRM},
	"drm.ErrLicenseTemplate":      {drm.ErrLicenseTemplate, player.CategoryDRM},
	"drm.ErrNoKey":                {drm.ErrNoKey, player.CategoryDRM},
	"drm.ErrPadding":              {drm.ErrPadding, player.CategoryDRM},
	"drm.ErrSample":               {drm.ErrSample, player.CategoryDRM},
	"drm.ErrSegmentSize":          {drm.ErrSegmentSize, player.CategoryNetwork},
	"drm.ErrUnsupportedKeyFormat": {drm.ErrUnsupportedKeyFormat, player.CategoryDRM},
	"drm.ErrUnsupportedMethod":    {drm.ErrUnsupportedMethod, player.CategoryDRM},

	"network.ErrBlocked":       {network.ErrBlocked, player.CategoryNetwork},
	"network.ErrClosed":        {network.ErrClosed, player.CategoryNetwork},
	"network.ErrConfiguration": {network.ErrConfiguration, player.CategoryNetwork},
	"network.ErrCookie":        {network.ErrCookie, player.CategoryNetwork},
	"network.ErrDowngrade":     {network.ErrDowngrade, player.CategoryNetwork},
	"network.ErrEncoding":      {network.ErrEncoding, player.CategoryNetwork},
	"network.ErrNoLogin":       {network.ErrNoLogin, player.CategoryAuth},
	"network.ErrProtocol":      {network.ErrProtocol, player.CategoryNetwork},
	"network.ErrRedirect":      {network.ErrRedirect, player.CategoryNetwork},
	"network.ErrRefused":       {network.ErrRefused, player.CategoryAuth},
	"network.ErrRequest":       {network.ErrRequest, player.CategoryPlaylist},
	"network.ErrStatus":        {network.ErrStatus, player.CategoryNetwork},
	"network.ErrTemplate":      {network.ErrTemplate, player.CategoryNetwork},
	"network.ErrTimeout":       {network.ErrTimeout, player.CategoryNetwork},
	"network.ErrTooLarge":      {network.ErrTooLarge, player.CategoryNetwork},
	"network.ErrTruncated":     {network.ErrTruncated, player.CategoryNetwork},
	"network.ErrUnreachable":   {network.ErrUnreachable, player.CategoryNetwork},
	"regular.ErrFolder":        {regular.ErrFolder, player.CategoryContainer},
	"regular.ErrNoReader":      {regular.ErrNoReader, player.CategoryContainer},
	"regular.ErrNotRegular":    {regular.ErrNotRegular, player.CategoryContainer},
	"regular.ErrTooLarge":      {regular.ErrTooLarge, player.CategoryNetwork},

	"caption.ErrNotWebVTT": {caption.ErrNotWebVTT, player.CategoryContainer},
	"caption.ErrUnknown":   {caption.ErrUnknown, player.CategoryContainer},
	"caption.ErrTooLarge":  {caption.ErrTooLarge, player.CategoryNetwork},
	"container.ErrDamaged": {container.ErrDamaged, player.CategoryContainer},
	"container.ErrMemory":  {container.ErrMemory, player.CategoryDecode},
	"hls.ErrNoPrevious":    {hls.ErrNoPrevious, player.CategoryPlaylist},
	"hls.ErrNoSegments":    {hls.ErrNoSegments, player.CategoryPlaylist},
	"hls.ErrNotPlaylist":   {hls.ErrNotPlaylist, player.CategoryPlaylist},
	"hls.ErrSteering":      {hls.ErrSteering, player.CategoryPlaylist},
	"hls.ErrTooLarge":      {hls.ErrTooLarge, player.CategoryPlaylist},
	"libav.ErrAgain":       {libav.ErrAgain, player.CategoryDecode},
	"libav.ErrClosed":      {libav.ErrClosed, player.CategoryDecode},
	"libav.ErrCorrupt":     {libav.ErrCorrupt, player.CategoryContainer},
	"libav.ErrMemory":      {libav.ErrMemory, player.CategoryDecode},
	"libav.ErrNoDecoder":   {libav.ErrNoDecoder, player.CategoryDecode},
	"libav.ErrNotMedia":    {libav.ErrNotMedia, player.CategoryContainer},
}

// TestNoSentinelIsInternal reads the packages for their exported error values, and wants a code
// other than that of a fault of Latchkey's own for each of them.
func TestNoSentinelIsInternal(t *testing.T) {
	t.Parallel()
	found := 0
	for _, folder := range []string{"hls", "container", "libav", "caption", "../network", "../network/regular", "../drm"} {
		for _, name := range exportedErrors(t, folder) {
			found++
			known, ok := sentinels[name]
			if !assert.True(t, ok, "%s is not in the table", name) {
				continue
			}
			var e *player.Error
			require.ErrorAs(t, player.Explain(fmt.Errorf("wrapped: %w", known.err), "film.mp4"), &e)
			assert.Equal(t, known.category, e.Category(), "%s: %v", name, e)
			assert.NotEmpty(t, e.Message)
		}
	}
	assert.Equal(t, len(sentinels), found)
}

// exportedErrors returns the exported variables of a package whose names begin with Err.
func exportedErrors(t *testing.T, folder string) []string {
	t.Helper()
	entries, err := os.ReadDir(folder)
	require.NoError(t, err)
	var names []string
	for _, entry := range entries {
		if !strings.HasSuffix(entry.Name(), ".go") || strings.HasSuffix(entry.Name(), "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(gotoken.NewFileSet(), filepath.Join(folder, entry.Name()), nil, 0)
		require.NoError(t, err)
		for _, declaration := range parsed.Decls {
			group, ok := declaration.(*ast.GenDecl)
			if !ok || group.Tok != gotoken.VAR {
				continue
			}
			for _, spec := range group.Specs {
				for _, name := range spec.(*ast.ValueSpec).Names {
					if strings.HasPrefix(name.Name, "Err") {
						names = append(names, parsed.Name.Name+"."+name.Name)
					}
				}
			}
		}
	}
	return names
}
