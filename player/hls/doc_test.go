package hls

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestTableOfTags checks that the package's documentation names every tag and attribute that is read.
func TestTableOfTags(t *testing.T) {
	doc, err := os.ReadFile("doc.go")
	require.NoError(t, err)
	sources, err := filepath.Glob("*.go")
	require.NoError(t, err)
	tags := regexp.MustCompile(`"#(EXT[A-Z0-9-]*[A-Z0-9])"`)
	attributes := regexp.MustCompile(`a\.(?:text|textOrEmpty|uri|word|enum|yes|integer|bounded|decimal|duration|find|has)\("([A-Z0-9-]+)"`)
	found := 0
	for _, name := range sources {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		source, err := os.ReadFile(name)
		require.NoError(t, err)
		for _, list := range [][][]string{tags.FindAllStringSubmatch(string(source), -1), attributes.FindAllStringSubmatch(string(source), -1)} {
			for _, match := range list {
				found++
				assert.Regexp(t, `[^A-Z-]`+regexp.QuoteMeta(match[1])+`[^A-Z-]`, string(doc))
			}
		}
	}
	assert.Greater(t, found, 100)
}
