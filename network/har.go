package network

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// WriteHAR writes records as an HTTP archive, HAR 1.2, for the network panels of browsers and the like. It holds what a
// Record does, so names of cookies and headers stand there with empty values, and URLs without their query. Fields of our
// own begin with an underscore, as the format says. Times in it are in milliseconds, sizes in bytes, and -1 is not known.
// The error is w's.
func WriteHAR(w io.Writer, records []Record) error {
	log := harLog{Version: "1.2", Creator: harCreator{Name: "Latchkey", Version: strings.TrimPrefix(defaultUserAgent(), "Latchkey/")},
		Entries: make([]harEntry, 0, len(records))}
	for _, r := range records {
		log.Entries = append(log.Entries, newHAREntry(r))
	}
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(struct {
		Log harLog `json:"log"`
	}{log}); err != nil {
		return fmt.Errorf("write HTTP archive: %w", err)
	}
	return nil
}

// HAR 1.2, "log".
type harLog struct {
	Version string     `json:"version"`
	Creator harCreator `json:"creator"`
	Entries []harEntry `json:"entries"`
}

type harCreator struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// HAR 1.2, "entries".
type harEntry struct {
	Started  string      `json:"startedDateTime"` // ISO 8601 with milliseconds
	Time     float64     `json:"time"`            // the sum of the timings
	Request  harRequest  `json:"request"`
	Response harResponse `json:"response"`
	Cache    struct{}    `json:"cache"`
	Timings  harTimings  `json:"timings"`
	Class    Class       `json:"_class"`
	Attempt  int         `json:"_attempt"`
	Hop      int         `json:"_hop"`
	Rule     string      `json:"_rule,omitempty"`
	Error    string      `json:"_error,omitempty"`
}

// HAR 1.2, "request".
type harRequest struct {
	Method      string    `json:"method"`
	URL         string    `json:"url"`
	Protocol    string    `json:"httpVersion"`
	Cookies     []harPair `json:"cookies"`
	Headers     []harPair `json:"headers"`
	QueryString []harPair `json:"queryString"`
	HeadersSize int       `json:"headersSize"`
	BodySize    int       `json:"bodySize"`
}

// HAR 1.2, "response".
type harResponse struct {
	Status      int        `json:"status"` // 0: no answer
	StatusText  string     `json:"statusText"`
	Protocol    string     `json:"httpVersion"`
	Cookies     []harPair  `json:"cookies"`
	Headers     []harPair  `json:"headers"`
	Content     harContent `json:"content"`
	RedirectURL string     `json:"redirectURL"`
	HeadersSize int        `json:"headersSize"`
	BodySize    int64      `json:"bodySize"`
}

type harContent struct {
	Size     int64  `json:"size"`
	MIMEType string `json:"mimeType"`
}

// harPair is a cookie or header whose value is not told.
type harPair struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// HAR 1.2, "timings".
type harTimings struct {
	Send    float64 `json:"send"`
	Wait    float64 `json:"wait"`
	Receive float64 `json:"receive"`
}

func newHAREntry(r Record) harEntry {
	wait, receive := r.FirstByte, max(r.Total-r.FirstByte, 0)
	if r.Status == 0 { // no answer came: all of it was waiting
		wait, receive = r.Total, 0
	}
	return harEntry{
		Started: r.Started.UTC().Format("2006-01-02T15:04:05.000Z"),
		Time:    wait.float() + receive.float(),
		Request: harRequest{Method: r.Method, URL: r.URL, Protocol: r.Protocol, Cookies: harNames(r.Cookies),
			Headers: harNames(r.Headers), QueryString: []harPair{}, HeadersSize: -1, BodySize: -1},
		Response: harResponse{Status: r.Status, StatusText: http.StatusText(r.Status), Protocol: r.Protocol,
			Cookies: []harPair{}, Headers: []harPair{}, Content: harContent{Size: r.Bytes}, RedirectURL: r.RedirectedTo,
			HeadersSize: -1, BodySize: r.Bytes},
		Timings: harTimings{Wait: wait.float(), Receive: receive.float()},
		Class:   r.Class, Attempt: r.Attempt, Hop: r.Hop, Rule: r.Rule, Error: r.Error,
	}
}

// float returns m in milliseconds.
func (m Milliseconds) float() float64 { return float64(m) / float64(time.Millisecond) }

func harNames(names []string) []harPair {
	pairs := make([]harPair, 0, len(names))
	for _, name := range names {
		pairs = append(pairs, harPair{Name: name})
	}
	return pairs
}
