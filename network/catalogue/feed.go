package catalogue

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"time"
)

// Schema names the form of a feed.
const Schema = "latchkey.catalogue/1"

// errNotJSON stands for the decoder's errors, which quote what came.
var errNotJSON = errors.New("it is not JSON of the form " + Schema)

// feedTitle is a title in the feed's JSON.
type feedTitle struct {
	ID          string  `json:"id"`
	Title       string  `json:"title"`
	Description string  `json:"description"`
	Rows        names   `json:"rows"`
	Poster      string  `json:"poster"`
	HLS         string  `json:"hls"`
	Source      string  `json:"source"`
	Duration    float64 `json:"duration_s"`
	Live        bool    `json:"live"`
	Protected   bool    `json:"protected"`
}

// ReadFeed reads a JSON feed that came from the URL base. The error is ErrFeed, and quotes nothing of the feed.
func ReadFeed(data []byte, base string) (*Catalogue, error) {
	b, err := newBuilder(base)
	if err != nil {
		return nil, err
	}
	if len(data) > MaxSize {
		return nil, fmt.Errorf("%w: it has more than %d bytes", ErrFeed, MaxSize)
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	schema := ""
	err = readObject(json.NewDecoder(bytes.NewReader(data)), func(d *json.Decoder, key string) error {
		switch key {
		case "schema":
			return d.Decode(&schema)
		case "service":
			return d.Decode(&b.list.Name)
		case "rows":
			return d.Decode((*names)(&b.order))
		case "titles":
			return b.readTitles(d)
		}
		var other skipped
		return d.Decode(&other)
	})
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFeed, errNotJSON)
	}
	if schema != Schema {
		return nil, fmt.Errorf("%w: it is not of the form %s", ErrFeed, Schema)
	}
	b.list.Name = clean(b.list.Name, maxName)
	for i := range b.order {
		b.order[i] = clean(b.order[i], maxName)
	}
	return b.finish(), nil
}

// readObject reads one object and nothing behind it, and calls value for each of its keys, which reads what belongs to it.
func readObject(d *json.Decoder, value func(d *json.Decoder, key string) error) error {
	if token, err := d.Token(); err != nil || token != json.Delim('{') {
		return errNotJSON
	}
	for d.More() {
		token, err := d.Token()
		key, ok := token.(string)
		if err != nil || !ok {
			return errNotJSON
		}
		if err := value(d, key); err != nil {
			return err
		}
	}
	if token, err := d.Token(); err != nil || token != json.Delim('}') {
		return errNotJSON
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errNotJSON
	}
	return nil
}

// readTitles reads the array of titles one by one, since small ones would take many times their bytes all at once. A title that is of another form
// is left out, and takes no other with it.
func (b *builder) readTitles(d *json.Decoder) error {
	token, err := d.Token()
	if err != nil || token != json.Delim('[') {
		return errNotJSON
	}
	for d.More() {
		if b.full() {
			var other skipped
			if err := d.Decode(&other); err != nil {
				return err
			}
			b.list.LeftOut++
			continue
		}
		var t feedTitle
		if err := d.Decode(&t); err != nil {
			if _, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
				b.list.LeftOut++
				continue
			}
			return err
		}
		b.add(t.title())
	}
	_, err = d.Token()
	return err
}

func (t feedTitle) title() Title {
	source := t.HLS
	if source == "" {
		source = t.Source
	}
	length := time.Duration(0)
	if t.Duration > 0 && t.Duration <= maxDuration.Seconds() {
		length = time.Duration(math.Round(t.Duration * float64(time.Second)))
	}
	return Title{ID: t.ID, Name: t.Title, Description: t.Description, Poster: t.Poster, Source: source, Rows: t.Rows,
		Live: t.Live, Protected: t.Protected, Duration: length}
}

// skipped is a value that nobody wants to know.
type skipped struct{}

// UnmarshalJSON keeps nothing.
func (*skipped) UnmarshalJSON([]byte) error { return nil }

// names are strings, of which the first MaxRows are kept.
type names []string

// maxNames bounds the bytes of an array that is decoded at once: small strings take many times theirs.
const maxNames = 16 << 10

// UnmarshalJSON reads an array of strings.
func (n *names) UnmarshalJSON(data []byte) error {
	*n = nil
	if len(data) <= maxNames {
		var all []string
		if err := json.Unmarshal(data, &all); err != nil {
			return err
		}
		*n = all[:min(len(all), MaxRows)]
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(data))
	if token, err := d.Token(); err != nil || token != json.Delim('[') {
		return errNotJSON
	}
	for d.More() && len(*n) < MaxRows {
		var name string
		if err := d.Decode(&name); err != nil {
			return err
		}
		*n = append(*n, name)
	}
	return nil
}
