package network

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
)

// Metadata is an ordered list of named values and objects: cookie pairs, or what a resource comes
// with. Order is that of the first SetValue or SetObject of a name. Values show in no printed, logged
// or encoded form; names do. The zero value is empty and ready.
//
// An assigned copy shares its entries with the original: Clone gives one that does not. Reading is
// safe for concurrent use, setting is not.
type Metadata struct {
	entries []entry
}

type entry struct {
	name   string
	value  Secret
	object *any // a pointer, for the reason that Secret has one
}

// SetValue sets the value of name, in its place if it is there and at the end if not.
func (m *Metadata) SetValue(name, value string) {
	m.set(entry{name: name, value: NewSecret(value)})
}

// SetObject sets the object of key, in its place if it is there and at the end if not. The object
// stays the caller's.
func (m *Metadata) SetObject(key string, object any) {
	m.set(entry{name: key, object: &object})
}

func (m *Metadata) set(e entry) {
	if i := m.index(e.name); i >= 0 {
		m.entries[i] = e
		return
	}
	m.entries = append(m.entries, e)
}

func (m Metadata) index(name string) int {
	return slices.IndexFunc(m.entries, func(e entry) bool { return e.name == name })
}

// Value returns the value of name, and whether there is one.
func (m Metadata) Value(name string) (string, bool) {
	i := m.index(name)
	if i < 0 || m.entries[i].value.text == nil {
		return "", false
	}
	return m.entries[i].value.Reveal(), true
}

// Object returns the object of key, or nil.
func (m Metadata) Object(key string) any {
	if i := m.index(key); i >= 0 && m.entries[i].object != nil {
		return *m.entries[i].object
	}
	return nil
}

// Keys returns the names of values and objects in order, in a slice of the caller's.
func (m Metadata) Keys() []string {
	keys := make([]string, len(m.entries))
	for i, e := range m.entries {
		keys[i] = e.name
	}
	return keys
}

// Len returns the number of values and objects.
func (m Metadata) Len() int { return len(m.entries) }

// Clone returns a copy with entries of its own. Objects are not copied.
func (m Metadata) Clone() Metadata {
	return Metadata{entries: slices.Clone(m.entries)}
}

// String returns the names, with "[redacted]" for each value.
func (m Metadata) String() string {
	var b strings.Builder
	b.WriteByte('{')
	for i, e := range m.entries {
		if i > 0 {
			b.WriteString("; ")
		}
		fmt.Fprintf(&b, "%q=%s", e.name, redacted)
	}
	b.WriteByte('}')
	return b.String()
}

// GoString returns String.
func (m Metadata) GoString() string { return m.String() }

// Format writes String for every verb.
func (m Metadata) Format(f fmt.State, _ rune) { writeState(f, m.String()) }

// LogValue returns String.
func (m Metadata) LogValue() slog.Value { return slog.StringValue(m.String()) }

// MarshalJSON returns an object of the names in order, with "[redacted]" for each value.
func (m Metadata) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, e := range m.entries {
		if i > 0 {
			b.WriteByte(',')
		}
		name, err := json.Marshal(e.name)
		if err != nil {
			return nil, fmt.Errorf("encode metadata name: %w", err)
		}
		b.Write(name)
		b.WriteString(`:"` + redacted + `"`)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}
