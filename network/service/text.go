package service

import (
	"errors"
	"unicode"
	"unicode/utf8"
)

// maxMarks bounds the accents on one character: a pile of them is drawn over the lines around it.
const maxMarks = 4

var (
	errText     = errors.New("has characters that are not shown, or that deceive: control characters, turns of direction, blanks at its ends, piles of accents")
	errAlphabet = errors.New("has a word of several alphabets, whose letters look alike")
)

// checkText returns nil when text, of limit characters at most, shows as what it is. Empty text does.
func checkText(text string, limit int) error {
	if !utf8.ValidString(text) || utf8.RuneCountInString(text) > limit {
		return errText
	}
	marks := 0
	before := ' '
	for _, r := range text {
		if !unicode.IsPrint(r) || r == unicode.ReplacementChar || (r == ' ' && before == ' ') {
			return errText
		}
		if marks++; !unicode.IsMark(r) {
			marks = 0
		}
		if marks > maxMarks {
			return errText
		}
		before = r
	}
	if text != "" && before == ' ' {
		return errText
	}
	return checkAlphabets(text)
}

// alphabets are those whose letters pass for each other's. Unicode Technical Standard 39, 5.1.
var alphabets = []*unicode.RangeTable{unicode.Latin, unicode.Cyrillic, unicode.Greek, unicode.Armenian, unicode.Cherokee}

// checkAlphabets refuses a word of letters of two alphabets.
func checkAlphabets(text string) error {
	var word *unicode.RangeTable
	for _, r := range text {
		if !unicode.IsLetter(r) {
			word = nil
			continue
		}
		for _, alphabet := range alphabets {
			if !unicode.Is(alphabet, r) {
				continue
			}
			if word != nil && word != alphabet {
				return errAlphabet
			}
			word = alphabet
		}
	}
	return nil
}
