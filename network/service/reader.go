package service

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"

	"latchkey/network"
)

// ErrProfile is a profile that cannot be taken.
var ErrProfile = errors.New("the service's profile cannot be taken")

// document is a profile's TOML that is being read. The first error counts; later readings give nothing.
type document struct {
	data []byte
	keys []toml.Key
	err  error
}

// readDocument decodes data. The parser's own errors quote it, so that only the line is told.
func readDocument(data []byte) (*document, *table, error) {
	if err := network.CheckTOML(data); err != nil {
		return nil, nil, err
	}
	values := make(map[string]any)
	meta, err := toml.Decode(string(data), &values)
	if failed, ok := errors.AsType[toml.ParseError](err); ok {
		return nil, nil, fmt.Errorf("line %d is not TOML", failed.Position.Line)
	}
	if err != nil {
		return nil, nil, errors.New("it is not TOML")
	}
	d := &document{data: data, keys: meta.Keys()}
	return d, &table{document: d, values: values}, nil
}

// fail notes what is wrong with a key, and its line.
func (d *document) fail(key toml.Key, err error) {
	if d.err != nil {
		return
	}
	if line := lineOf(d.data, key); line > 0 {
		err = fmt.Errorf("line %d: %w", line, err)
	}
	d.err = err
}

// table is a table of the document. Each of its keys is read once; what was not read is not known.
type table struct {
	*document

	at     toml.Key
	values map[string]any
	read   []string
}

// take returns a key's value, or nil.
func (t *table) take(name string) any {
	t.read = append(t.read, name)
	return t.values[name]
}

// wrong notes that a key is not what it should be, in words that follow its name.
func (t *table) wrong(name, format string, args ...any) {
	key := append(slices.Clone(t.at), name)
	t.fail(key, fmt.Errorf("%.128q %w", strings.Join(key, "."), fmt.Errorf(format, args...)))
}

// check notes an error of a key's value.
func (t *table) check(name string, err error) {
	if err != nil {
		t.wrong(name, "%w", err)
	}
}

// text reads a string that may be missing.
func (t *table) text(name string) string {
	value := t.take(name)
	s, ok := value.(string)
	if value != nil && !ok {
		t.wrong(name, "is not a string")
	}
	return s
}

func (t *table) flag(name string) bool {
	value := t.take(name)
	b, ok := value.(bool)
	if value != nil && !ok {
		t.wrong(name, "is not true or false")
	}
	return b
}

// texts reads an array of strings, limit at most.
func (t *table) texts(name string, limit int) []string {
	value := t.take(name)
	array, ok := value.([]any)
	if value != nil && !ok || len(array) > limit {
		t.wrong(name, "is not an array of strings, %d at most", limit)
		return nil
	}
	var list []string
	for _, element := range array {
		s, ok := element.(string)
		if !ok {
			t.wrong(name, "is not an array of strings, %d at most", limit)
			return nil
		}
		list = append(list, s)
	}
	return list
}

// table reads a table; a missing one is empty, and there says whether it is not.
func (t *table) table(name string) (inner *table, there bool) {
	value := t.take(name)
	values, ok := value.(map[string]any)
	if value != nil && !ok {
		t.wrong(name, "is not a table")
	}
	return &table{document: t.document, at: append(slices.Clone(t.at), name), values: values}, ok
}

// tables reads an array of tables, limit at most.
func (t *table) tables(name string, limit int) []*table {
	value := t.take(name)
	var list []map[string]any
	ok := true
	switch array := value.(type) {
	case nil:
	case []map[string]any:
		list = array
	case []any: // inline tables
		for _, element := range array {
			values, isTable := element.(map[string]any)
			ok = ok && isTable
			list = append(list, values)
		}
	default:
		ok = false
	}
	if !ok || len(list) > limit {
		t.wrong(name, "is not an array of tables, %d at most", limit)
		return nil
	}
	tables := make([]*table, len(list))
	for i, values := range list {
		tables[i] = &table{document: t.document, at: append(slices.Clone(t.at), name), values: values}
	}
	return tables
}

// names returns the table's keys in the order of the document.
func (t *table) names() []string {
	var names []string
	for _, key := range t.keys {
		if len(key) == len(t.at)+1 && slices.Equal(key[:len(t.at)], t.at) && !slices.Contains(names, key[len(t.at)]) {
			names = append(names, key[len(t.at)])
		}
	}
	return names
}

// done notes a key that was not read.
func (t *table) done() {
	var unknown []string
	for name := range t.values {
		if !slices.Contains(t.read, name) {
			unknown = append(unknown, name)
		}
	}
	slices.Sort(unknown)
	for _, name := range unknown {
		t.wrong(name, "is not known")
	}
}

// lineOf returns the number of the line, from 1, on which a key or the innermost table around it stands, or 0. It goes by lines and not by TOML's
// grammar: it is for a person who looks for a mistake.
func lineOf(data []byte, key toml.Key) int {
	for ; len(key) > 0; key = key[:len(key)-1] {
		var at []string
		number := 0
		for line := range bytes.Lines(data) {
			number++
			text := strings.TrimSpace(string(line))
			if header, ok := strings.CutPrefix(text, "["); ok {
				header, _, _ = strings.Cut(strings.TrimPrefix(header, "["), "]")
				if at = parts(header); slices.Equal(at, key) {
					return number
				}
				continue
			}
			if name, _, ok := strings.Cut(text, "="); ok && slices.Equal(append(slices.Clone(at), parts(name)...), key) {
				return number
			}
		}
	}
	return 0
}

// parts are those of a dotted key.
func parts(key string) []string {
	list := strings.Split(key, ".")
	for i := range list {
		list[i] = strings.Trim(strings.TrimSpace(list[i]), `"'`)
	}
	return list
}
