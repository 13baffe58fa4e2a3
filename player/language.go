package player

import (
	"strings"

	"golang.org/x/text/language"
	languages "golang.org/x/text/language/display"
)

// maxLanguageBytes bounds the tag of a language: RFC 5646, 4.4.1 asks for 35.
const maxLanguageBytes = 64

// languageOf returns the BCP 47 tag of the language that a container or a file name says, empty
// when it says none: Matroska and MP4 have codes of ISO 639-2, the bibliographic ones ("ger") too.
func languageOf(tag string) string {
	if tag == "" || len(tag) > maxLanguageBytes {
		return ""
	}
	parsed, err := language.Parse(tag)
	if err != nil || parsed == language.Und {
		return ""
	}
	switch parsed.String() {
	case "mul", "zxx", "mis": // several languages, none, and one without a code
		return ""
	}
	return parsed.String()
}

// languageName returns the English name of a language, empty without one.
func languageName(tag string) string {
	parsed, err := language.Parse(tag)
	if tag == "" || err != nil {
		return ""
	}
	return languages.English.Tags().Name(parsed)
}

// sameLanguage compares primary subtags (RFC 5646, 2.2.1); "deu" and "ger" are the same as "de".
func sameLanguage(a, b string) bool {
	a, _, _ = strings.Cut(a, "-")
	b, _, _ = strings.Cut(b, "-")
	if a == "" || b == "" {
		return false
	}
	return strings.EqualFold(a, b) || len(a) != len(b) && languageOf(a) != "" && languageOf(a) == languageOf(b)
}

// namedLanguages are those whose English names stand in names of files.
var namedLanguages = []string{"ar", "bg", "ca", "cs", "da", "de", "el", "en", "es", "et", "fa", "fi", "fr", "he", "hi", "hr", "hu", "id", "is", "it", "ja",
	"ko", "lt", "lv", "ms", "nl", "no", "pl", "pt", "ro", "ru", "sk", "sl", "sr", "sv", "th", "tr", "uk", "vi", "zh"}

// languageOfWord returns the language that a word of a file's name is: its tag or its English name.
func languageOfWord(word string) string {
	if tag := languageOf(word); tag != "" {
		return tag
	}
	for _, tag := range namedLanguages {
		if strings.EqualFold(word, languageName(tag)) {
			return tag
		}
	}
	return ""
}
