package player

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestLanguages(t *testing.T) {
	for tag, want := range map[string][2]string{ // ISO 639-2 and the IANA registry of language subtags
		"ger": {"de", "German"}, "deu": {"de", "German"}, "de": {"de", "German"}, "de-AT": {"de-AT", "Austrian German"}, "eng": {"en", "English"},
		"fre": {"fr", "French"}, "chi": {"zh", "Chinese"}, "pt-BR": {"pt-BR", "Brazilian Portuguese"}, "fil": {"fil", "Filipino"},
		"und": {}, "mul": {}, "zxx": {}, "": {}, "qq-": {}, "film": {}, "2": {},
	} {
		assert.Equal(t, want, [2]string{languageOf(tag), languageName(languageOf(tag))}, tag)
	}
	for _, c := range []struct {
		a, b string
		same bool
	}{{"de", "ger", true}, {"deu-AT", "de", true}, {"en", "de", false}, {"eng", "en-US", true}, {"", "", false}, {"", "de", false}, {"und", "mul", false}} {
		assert.Equal(t, c.same, sameLanguage(c.a, c.b), "%s %s", c.a, c.b)
	}
}
