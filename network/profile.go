package network

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/BurntSushi/toml"
)

// Limits on a profile.
const (
	maxProfileSize  = 256 << 10 // bytes
	maxProfileDepth = 16        // objects and arrays within each other, and parts of a dotted key
)

// Format is how a profile is written.
type Format string

// The formats of profiles.
const (
	FormatTOML Format = "toml" // TOML 1.0
	FormatJSON Format = "json" // RFC 8259
)

// ReadConfiguration reads a document that is the network section of a service profile:
//
//	cookieHeaders                  = "val1=12345; val2=abcd"       # or ["val1=12345"], or [{name = "val1", value = "12345"}]
//	useCookieHeadersForAllRequests = false
//	readSetCookieHeader            = true
//	forceNativeNetworking          = true
//	useRedirectedURL               = false
//	masterUpdateInterval           = "30s"                         # a Go duration
//	networkDownVerificationURL     = "https://www.example.com/up"
//	userAgent                      = "Example/1.0"
//	headers                        = [{name = "X-Key", value = "abc", classes = ["key", "license"]}]
//	forceHTTPS                     = false
//	cookieOrigins                  = ["https://keys.example.com"]
//	cmcd                           = "header"                      # or {mode = "query", contentID = "42", sessionID = "7"}
//	timeouts                       = {key = {connect = "3s", firstByte = "5s", stall = "5s", whole = "10s"}}
//
// Every key may be left out, and has its default then. Keys may be written as here or in snake_case, in any case of
// letters, and as both of TVSDK's flavours spell them: cookieHeader, useCookieHeaderForAllRequests, customUserAgent,
// customHeaders. Cookie pairs have an order, which a table would lose, so that one is not taken.
//
// The error is ErrConfiguration, and ErrCookie too where a cookie is the reason. It names the key or the line and
// quotes no value. A key that is not known, or there twice, is one; so are more than 256 KiB of data.
func ReadConfiguration(data []byte, format Format) (*Configuration, error) {
	var section any
	var err error
	switch {
	case len(data) > maxProfileSize:
		err = fmt.Errorf("more than %d bytes", maxProfileSize)
	case format == FormatTOML:
		section, err = readTOML(data)
	case format == FormatJSON:
		section, err = readJSON(data)
	default:
		err = fmt.Errorf("%.16q is no format", string(format))
	}
	if err != nil {
		return nil, fmt.Errorf("read network configuration: %w: %w", err, ErrConfiguration)
	}
	c := new(Configuration)
	if err := c.readSection(section); err != nil {
		return nil, err
	}
	return c, nil
}

// UnmarshalTOML reads the section as ReadConfiguration does, so that a Configuration may be a field of a profile that
// github.com/BurntSushi/toml decodes. What was in c is lost; where the section is missing c stays as it was.
func (c *Configuration) UnmarshalTOML(section any) error { return c.readSection(section) }

// UnmarshalJSON reads the section as ReadConfiguration does. What was in c is lost.
func (c *Configuration) UnmarshalJSON(data []byte) error {
	if len(data) > maxProfileSize {
		return fmt.Errorf("read network configuration: more than %d bytes: %w", maxProfileSize, ErrConfiguration)
	}
	section, err := readJSON(data)
	if err != nil {
		return fmt.Errorf("read network configuration: %w: %w", err, ErrConfiguration)
	}
	return c.readSection(section)
}

// readSection sets c by a section that has been decoded to maps, slices and values.
func (c *Configuration) readSection(section any) error {
	read := NewConfiguration()
	if err := readTable(section, "", configurationKeys(read)); err != nil {
		return fmt.Errorf("read network configuration: %w: %w", err, ErrConfiguration)
	}
	if err := read.Validate(); err != nil {
		return fmt.Errorf("read network configuration: %w", err)
	}
	*c = *read
	return nil
}

// CheckTOML returns nil when a document from outside may be given to a TOML parser: it has 256 KiB at most and is not nested deeply. The error is
// ErrConfiguration, and names the line.
func CheckTOML(data []byte) error {
	if len(data) > maxProfileSize {
		return fmt.Errorf("more than %d bytes: %w", maxProfileSize, ErrConfiguration)
	}
	if err := flatTOML(data); err != nil {
		return fmt.Errorf("%w: %w", err, ErrConfiguration)
	}
	return nil
}

func flatTOML(data []byte) error {
	number := 0
	for line := range bytes.Lines(data) {
		if number++; deepTOML(line) {
			return fmt.Errorf("line %d: %w", number, errDeep)
		}
	}
	return nil
}

// readTOML decodes a document. The parser's own errors quote it, so that only the line is told.
func readTOML(data []byte) (any, error) {
	if err := flatTOML(data); err != nil {
		return nil, err
	}
	section := make(map[string]any)
	_, err := toml.Decode(string(data), &section)
	if failed, ok := errors.AsType[toml.ParseError](err); ok {
		return nil, fmt.Errorf("line %d is not TOML", failed.Position.Line)
	}
	if err != nil {
		return nil, errors.New("it is not TOML")
	}
	return section, nil
}

// deepTOML says that a line is nested more deeply than a profile is. The parser takes minutes for what is nested
// thousands of times. Strings are told by their quotes on the line alone, which does for what people write.
func deepTOML(line []byte) bool {
	var quote byte
	depth, parts := 0, 1
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case c == '\\' && quote == '"':
			i++
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '#':
			return false
		case c == '[' || c == '{':
			depth++
		case c == ']' || c == '}':
			depth--
		case c == '.':
			parts++
		case c == ',' || c == '=':
			parts = 1
		}
		if depth > maxProfileDepth || parts > maxProfileDepth {
			return true
		}
	}
	return false
}

// readJSON decodes one value, in which no object has a key twice: encoding/json takes the last.
func readJSON(data []byte) (any, error) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	section, err := readJSONValue(decoder, maxProfileDepth)
	if err == nil {
		if _, extra := decoder.Token(); !errors.Is(extra, io.EOF) {
			err = errNotJSON
		}
	}
	if err != nil {
		return nil, fmt.Errorf("at byte %d: %w", decoder.InputOffset()+1, err)
	}
	return section, nil
}

// The ways in which JSON can be wrong. encoding/json's own errors quote it.
var (
	errNotJSON = errors.New("it is not JSON")
	errTwice   = errors.New("the key is there twice")
	errDeep    = errors.New("it is nested too deeply")
)

func readJSONValue(decoder *json.Decoder, depth int) (any, error) {
	if depth == 0 {
		return nil, errDeep
	}
	token, err := decoder.Token()
	if err != nil {
		return nil, errNotJSON
	}
	switch token {
	case json.Delim('{'):
		object := make(map[string]any)
		for decoder.More() {
			key, err := decoder.Token()
			name, ok := key.(string)
			if err != nil || !ok {
				return nil, errNotJSON
			}
			if _, ok := object[name]; ok {
				return nil, fmt.Errorf("key %.64q: %w", name, errTwice)
			}
			if object[name], err = readJSONValue(decoder, depth-1); err != nil {
				return nil, err
			}
		}
		token, err = decoder.Token()
		if err != nil || token != json.Delim('}') {
			return nil, errNotJSON
		}
		return object, nil
	case json.Delim('['):
		array := []any{}
		for decoder.More() {
			value, err := readJSONValue(decoder, depth-1)
			if err != nil {
				return nil, err
			}
			array = append(array, value)
		}
		token, err = decoder.Token()
		if err != nil || token != json.Delim(']') {
			return nil, errNotJSON
		}
		return array, nil
	}
	return token, nil
}

// reader sets something by a value; at is the value's place, for errors.
type reader func(at string, value any) error

// keys are what a table may hold, by their names in lower case without "_" and "-"; an alias is a name of its own.
type keys map[string]key

type key struct {
	name string // as it is documented
	read reader
}

// configurationKeys are the keys of the network section, which set c.
func configurationKeys(c *Configuration) keys {
	pairs := key{"cookieHeaders", readPairs(&c.CookieHeaders)}
	all := key{"useCookieHeadersForAllRequests", readBool(&c.UseCookieHeadersForAllRequests)}
	agent := key{"userAgent", readString(&c.UserAgent)}
	headers := key{"headers", readHeaders(&c.Headers)}
	return keys{
		"cookieheaders": pairs, "cookieheader": pairs,
		"usecookieheadersforallrequests": all, "usecookieheaderforallrequests": all,
		"readsetcookieheader":        {"readSetCookieHeader", readBool(&c.ReadSetCookieHeader)},
		"forcenativenetworking":      {"forceNativeNetworking", readBool(&c.ForceNativeNetworking)},
		"useredirectedurl":           {"useRedirectedURL", readBool(&c.UseRedirectedURL)},
		"masterupdateinterval":       {"masterUpdateInterval", readDuration(&c.MasterUpdateInterval)},
		"networkdownverificationurl": {"networkDownVerificationURL", readString(&c.NetworkDownVerificationURL)},
		"useragent":                  agent, "customuseragent": agent,
		"headers": headers, "customheaders": headers,
		"forcehttps":    {"forceHTTPS", readBool(&c.ForceHTTPS)},
		"cookieorigins": {"cookieOrigins", readStrings(&c.CookieOrigins)},
		"cmcd":          {"cmcd", readCMCD(&c.CMCD)},
		"timeouts":      {"timeouts", readTimeouts(&c.Timeouts)},
	}
}

// readTable gives each value of a table to its key's reader, in the order of their names.
func readTable(value any, at string, known keys) error {
	table, ok := value.(map[string]any)
	if !ok {
		return wrong(at, "a table")
	}
	names := make([]string, 0, len(table))
	for name := range table {
		names = append(names, name)
	}
	slices.Sort(names)
	seen := make(map[string]bool, len(names))
	for _, name := range names {
		place := within(at, name)
		k, ok := known[strings.NewReplacer("_", "", "-", "").Replace(strings.ToLower(name))]
		if !ok {
			return fmt.Errorf("key %.128q is not known", place)
		}
		if seen[k.name] {
			return fmt.Errorf("key %.128q: %s is there already, spelled otherwise", place, k.name)
		}
		seen[k.name] = true
		if err := k.read(place, table[name]); err != nil {
			return err
		}
	}
	return nil
}

// within returns the place of a key in the table at a place.
func within(at, name string) string {
	if at == "" {
		return name
	}
	return at + "." + name
}

// wrong is the error of a value that is not what its key takes.
func wrong(at, want string) error {
	if at == "" {
		return fmt.Errorf("it is not %s", want)
	}
	return fmt.Errorf("key %.128q: it is not %s", at, want)
}

func readString(to *string) reader {
	return func(at string, value any) error {
		s, ok := value.(string)
		if !ok {
			return wrong(at, "a string")
		}
		*to = s
		return nil
	}
}

func readSecret(to *Secret) reader {
	return func(at string, value any) error {
		s, ok := value.(string)
		if !ok {
			return wrong(at, "a string")
		}
		*to = NewSecret(s)
		return nil
	}
}

func readBool(to *bool) reader {
	return func(at string, value any) error {
		b, ok := value.(bool)
		if !ok {
			return wrong(at, "true or false")
		}
		*to = b
		return nil
	}
}

// readDuration takes a string alone: a number would have no unit.
func readDuration(to *time.Duration) reader {
	return func(at string, value any) error {
		s, ok := value.(string)
		d, err := time.ParseDuration(s)
		if !ok || err != nil {
			return wrong(at, `a duration, such as "30s"`)
		}
		*to = d
		return nil
	}
}

// list returns the elements of an array; TOML's arrays of tables have a type of their own.
func list(at string, value any) ([]any, error) {
	switch array := value.(type) {
	case []any:
		return array, nil
	case []map[string]any:
		elements := make([]any, len(array))
		for i, table := range array {
			elements[i] = table
		}
		return elements, nil
	}
	return nil, wrong(at, "an array")
}

// element is the place of an array's element.
func element(at string, i int) string { return fmt.Sprintf("%s[%d]", at, i) }

func readStrings(to *[]string) reader {
	return func(at string, value any) error {
		array, err := list(at, value)
		if err != nil {
			return err
		}
		for i, value := range array {
			var s string
			if err := readString(&s)(element(at, i), value); err != nil {
				return err
			}
			*to = append(*to, s)
		}
		return nil
	}
}

// readPairs takes a line of pairs, or an array of lines and of tables with name and value.
func readPairs(to *Metadata) reader {
	return func(at string, value any) error {
		if _, ok := value.(string); ok {
			value = []any{value}
		}
		if _, ok := value.(map[string]any); ok {
			return wrong(at, "a line of pairs or an array; a table has no order")
		}
		array, err := list(at, value)
		if err != nil {
			return err
		}
		for i, value := range array {
			var pairs Metadata
			if line, ok := value.(string); ok {
				if pairs, err = ParseCookiePairs(line); err != nil {
					return fmt.Errorf("key %.128q: %w", element(at, i), err)
				}
			} else if pairs, err = readPairTable(element(at, i), value); err != nil {
				return err
			}
			for _, e := range pairs.entries {
				if to.index(e.name) >= 0 {
					return fmt.Errorf("key %.128q: %.64q was there before: %w", element(at, i), e.name, ErrCookie)
				}
				to.set(e)
			}
		}
		return nil
	}
}

// readPairTable reads {name = "val1", value = "12345"}. Whether they can be sent is for Validate to say.
func readPairTable(at string, value any) (Metadata, error) {
	var name string
	var text Secret
	if err := readTable(value, at, keys{"name": {"name", readString(&name)}, "value": {"value", readSecret(&text)}}); err != nil {
		return Metadata{}, err
	}
	var m Metadata
	m.SetValue(name, text.Reveal())
	return m, nil
}

func readHeaders(to *[]Header) reader {
	return func(at string, value any) error {
		array, err := list(at, value)
		if err != nil {
			return err
		}
		for i, value := range array {
			var h Header
			known := keys{"name": {"name", readString(&h.Name)}, "value": {"value", readSecret(&h.Value)},
				"classes": {"classes", readClasses(&h.Classes)}}
			if err := readTable(value, element(at, i), known); err != nil {
				return err
			}
			*to = append(*to, h)
		}
		return nil
	}
}

func readClasses(to *[]Class) reader {
	return func(at string, value any) error {
		var names []string
		if err := readStrings(&names)(at, value); err != nil {
			return err
		}
		for i, name := range names {
			var c Class
			if err := c.UnmarshalText([]byte(name)); err != nil {
				return wrong(element(at, i), "a request class")
			}
			*to = append(*to, c)
		}
		return nil
	}
}

// readCMCD takes the mode, or a table.
func readCMCD(to *CMCDOptions) reader {
	return func(at string, value any) error {
		if mode, ok := value.(string); ok {
			value = map[string]any{"mode": mode}
		}
		var mode string
		err := readTable(value, at, keys{"mode": {"mode", readString(&mode)},
			"contentid": {"contentID", readString(&to.ContentID)}, "sessionid": {"sessionID", readString(&to.SessionID)}})
		to.Mode = CMCDMode(mode)
		return err
	}
}

// readTimeouts reads a table of classes, each a table of durations.
func readTimeouts(to *map[Class]Timeouts) reader {
	return func(at string, value any) error {
		*to = make(map[Class]Timeouts)
		known := make(keys, len(classNames))
		for class, name := range classNames {
			if _, read := known[name]; read {
				continue
			}
			known[name] = key{name, func(at string, value any) error {
				var t Timeouts
				err := readTable(value, at, keys{"connect": {"connect", readDuration(&t.Connect)},
					"firstbyte": {"firstByte", readDuration(&t.FirstByte)}, "stall": {"stall", readDuration(&t.Stall)},
					"whole": {"whole", readDuration(&t.Whole)}})
				(*to)[Class(class)] = t
				return err
			}}
		}
		return readTable(value, at, known)
	}
}
