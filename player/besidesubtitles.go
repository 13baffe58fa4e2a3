package player

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Limits of the folder of a file.
const (
	maxFolderEntries   = 20_000 // that are looked at
	maxBesideSubtitles = 32
)

// subtitleSuffixes are those of files of subtitles.
var subtitleSuffixes = []string{".srt", ".vtt", ".ass", ".ssa"}

// givenSubtitles are the files that a person named for a resource.
func givenSubtitles(r *MediaResource) []ownSubtitles {
	var own []ownSubtitles
	if r == nil {
		return nil
	}
	for _, path := range r.subtitles {
		o := subtitlesIn(path, wordsOf(filepath.Base(path)))
		o.given, o.standard = true, true
		own = append(own, o)
	}
	return own
}

// besideSubtitles are the files of subtitles beside a file of this machine: film.srt and
// film.en.srt beside film.mkv.
func besideSubtitles(path string) []ownSubtitles {
	var own []ownSubtitles
	folder, name := filepath.Split(path)
	for _, beside := range subtitleNames(folder, strings.TrimSuffix(name, filepath.Ext(name))) {
		own = append(own, subtitlesIn(filepath.Join(folder, beside.name), beside.words))
	}
	return own
}

// besideName is the name of a file of subtitles, and the words in it that describe them.
type besideName struct {
	name  string
	words []string
}

// subtitleNames lists the files of subtitles in a folder that go with a film, in the order of their
// names. A folder that cannot be read has none.
func subtitleNames(folder, film string) (names []besideName) {
	entries, err := os.Open(folder)
	if err != nil {
		return nil
	}
	defer entries.Close()
	for seen := 0; seen < maxFolderEntries; {
		some, err := entries.ReadDir(500)
		for _, entry := range some {
			if words, goes := goesWith(entry.Name(), film); goes && entry.Type()&^fs.ModeSymlink == 0 {
				names = append(names, besideName{entry.Name(), words})
			}
		}
		seen += len(some)
		if errors.Is(err, io.EOF) || err != nil {
			break
		}
	}
	slices.SortFunc(names, func(a, b besideName) int { return strings.Compare(a.name, b.name) })
	return names[:min(len(names), maxBesideSubtitles)]
}

// goesWith says whether a file is one of subtitles of a film, and returns the words between the
// film's name and the suffix. There may be such as describe subtitles alone: film.2.srt is of
// another film.
func goesWith(name, film string) (words []string, goes bool) {
	if !slices.Contains(subtitleSuffixes, strings.ToLower(filepath.Ext(name))) {
		return nil, false
	}
	stem := strings.TrimSuffix(name, filepath.Ext(name))
	if len(stem) < len(film) || !strings.EqualFold(stem[:len(film)], film) {
		return nil, false
	}
	rest := stem[len(film):]
	if rest == "" {
		return nil, true
	}
	if rest[0] != '.' {
		return nil, false
	}
	words = strings.Split(rest[1:], ".")
	for _, word := range words {
		if !describes(word) {
			return nil, false
		}
	}
	return words, true
}

// wordsOf returns the words at the end of a file's name that describe subtitles: "de" and "forced"
// of a.film.de.forced.srt.
func wordsOf(name string) []string {
	words := strings.Split(strings.TrimSuffix(name, filepath.Ext(name)), ".")[1:]
	for i := len(words) - 1; i >= 0; i-- {
		if !describes(words[i]) {
			return words[i+1:]
		}
	}
	return words
}

// kindWords are words in names of files that say what subtitles are made for.
var kindWords = []string{"forced", "sdh", "cc", "hi", "default", "full"}

// describes says whether a word is a language or one of kindWords.
func describes(word string) bool {
	return slices.Contains(kindWords, strings.ToLower(word)) || languageOfWord(word) != ""
}

// subtitlesIn describes a file of subtitles. Without a language it is shown by itself.
func subtitlesIn(path string, words []string) ownSubtitles {
	info := SubtitleInfo{Codec: strings.TrimPrefix(strings.ToLower(filepath.Ext(path)), "."), File: path}
	for _, word := range words {
		word = strings.ToLower(word)
		switch {
		case word == "hi" && info.Language == "" && len(words) == 1: // and not "hearing impaired"
			info.Language = "hi"
		case word == "sdh", word == "cc", word == "hi":
			info.HearingImpaired = true
		case word == "forced":
			info.Forced = true
		case word == "default":
			info.Default = true
		case info.Language == "":
			info.Language = languageOfWord(word)
		}
	}
	info.Name = filepath.Base(path)
	if name := languageName(info.Language); name != "" {
		info.Name = name + " (" + info.Name + ")"
	}
	return ownSubtitles{info: info, source: &subtitleFile{path: path}, standard: info.Language == "" || info.Default}
}
