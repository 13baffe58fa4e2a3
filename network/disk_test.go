package network_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Neither what comes over the wire nor a key is ever written to disk: nothing here or in drm can create a file.
func TestNothingIsWrittenToDisk(t *testing.T) {
	writes := map[string]bool{"Create": true, "CreateTemp": true, "OpenFile": true, "WriteFile": true, "MkdirTemp": true,
		"Mkdir": true, "MkdirAll": true, "Rename": true, "Link": true, "Symlink": true, "OpenRoot": true}
	for _, folder := range []string{".", "../drm"} {
		files, err := filepath.Glob(filepath.Join(folder, "*.go"))
		require.NoError(t, err)
		require.NotEmpty(t, files)
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			tree, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
			require.NoError(t, err)
			ast.Inspect(tree, func(n ast.Node) bool {
				selector, ok := n.(*ast.SelectorExpr)
				if !ok {
					return true
				}
				if name, ok := selector.X.(*ast.Ident); ok && (name.Name == "os" || name.Name == "syscall" || name.Name == "ioutil") {
					require.False(t, writes[selector.Sel.Name], "%s uses %s.%s", file, name.Name, selector.Sel.Name)
				}
				return true
			})
		}
	}
}
