package network

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const exampleSession = "6e2fb550-c457-11e9-bb97-0800200c9a66"

// cmcdCases are the examples of CTA-5004 (September 2020), section 6, by their numbers, and what its section 3 says of
// rounding and of characters. Example 3 has "b" for "bs" in its query, which is a misprint.
var cmcdCases = map[string]struct {
	data     CMCD
	playback cmcdPlayback
	header   map[string]string
	query    string
}{
	"example 1": {playback: cmcdPlayback{session: exampleSession},
		header: map[string]string{"CMCD-Session": `sid="6e2fb550-c457-11e9-bb97-0800200c9a66"`},
		query:  "CMCD=sid%3D%226e2fb550-c457-11e9-bb97-0800200c9a66%22"},
	"example 2": {data: CMCD{MeasuredThroughput: 25_400_000, EncodedBitrate: 3_200_000, ObjectDuration: 4004 * time.Millisecond,
		ObjectType: CMCDVideo, TopBitrate: 6_000_000, BufferStarved: true, RequestedThroughput: 15_000_000},
		playback: cmcdPlayback{session: exampleSession},
		header: map[string]string{"CMCD-Request": "mtp=25400", "CMCD-Object": "br=3200,d=4004,ot=v,tb=6000",
			"CMCD-Status": "bs,rtp=15000", "CMCD-Session": `sid="6e2fb550-c457-11e9-bb97-0800200c9a66"`},
		query: "CMCD=br%3D3200%2Cbs%2Cd%3D4004%2Cmtp%3D25400%2Cot%3Dv%2Crtp%3D15000%2Csid%3D%226e2fb550-c457-11e9-bb97-0800200c9a66%22%2Ctb%3D6000"},
	"example 3": {data: CMCD{BufferStarved: true, RequestedThroughput: 15_000_000}, playback: cmcdPlayback{session: exampleSession},
		header: map[string]string{"CMCD-Status": "bs,rtp=15000", "CMCD-Session": `sid="6e2fb550-c457-11e9-bb97-0800200c9a66"`},
		query:  "CMCD=bs%2Crtp%3D15000%2Csid%3D%226e2fb550-c457-11e9-bb97-0800200c9a66%22"},
	"example 4": {data: CMCD{BufferStarved: true, Startup: true},
		header: map[string]string{"CMCD-Status": "bs", "CMCD-Request": "su"},
		query:  "CMCD=bs%2Csu"},
	"example 6": {data: CMCD{NextObject: "../300kbps/segment35.m4v"}, playback: cmcdPlayback{session: exampleSession},
		header: map[string]string{"CMCD-Request": `nor="..%2F300kbps%2Fsegment35.m4v"`,
			"CMCD-Session": `sid="6e2fb550-c457-11e9-bb97-0800200c9a66"`},
		query: "CMCD=nor%3D%22..%252F300kbps%252Fsegment35.m4v%22%2Csid%3D%226e2fb550-c457-11e9-bb97-0800200c9a66%22"},
	"example 7": {data: CMCD{NextRange: "12323-48763"}, playback: cmcdPlayback{session: exampleSession},
		header: map[string]string{"CMCD-Request": `nrr="12323-48763"`, "CMCD-Session": `sid="6e2fb550-c457-11e9-bb97-0800200c9a66"`},
		query:  "CMCD=nrr%3D%2212323-48763%22%2Csid%3D%226e2fb550-c457-11e9-bb97-0800200c9a66%22"},
	"example 8": {data: CMCD{BufferLength: new(21300 * time.Millisecond), EncodedBitrate: 3_200_000, BufferStarved: true,
		ObjectDuration: 4004 * time.Millisecond, Deadline: 18500 * time.Millisecond, MeasuredThroughput: 48_100_000,
		NextObject: "../300kbps/track.m4v", NextRange: "12323-48763", ObjectType: CMCDVideo, PlaybackRate: new(1.08),
		RequestedThroughput: 12_000_000, StreamType: CMCDOnDemand, Startup: true, TopBitrate: 6_000_000},
		playback: cmcdPlayback{content: "faec5fc2-ac30-11ea-bb37-0242ac130002", format: "d", session: exampleSession},
		header: map[string]string{"CMCD-Request": `bl=21300,dl=18500,mtp=48100,nor="..%2F300kbps%2Ftrack.m4v",nrr="12323-48763",su`,
			"CMCD-Object": "br=3200,d=4004,ot=v,tb=6000", "CMCD-Status": "bs,rtp=12000",
			"CMCD-Session": `cid="faec5fc2-ac30-11ea-bb37-0242ac130002",pr=1.08,sf=d,sid="6e2fb550-c457-11e9-bb97-0800200c9a66",st=v`},
		query: "CMCD=bl%3D21300%2Cbr%3D3200%2Cbs%2Ccid%3D%22faec5fc2-ac30-11ea-bb37-0242ac130002%22%2Cd%3D4004%2Cdl%3D18500%2Cmtp%3D48100%2Cnor%3D%22..%252F300kbps%252Ftrack.m4v%22%2Cnrr%3D%2212323-48763%22%2Cot%3Dv%2Cpr%3D1.08%2Crtp%3D12000%2Csf%3Dd%2Csid%3D%226e2fb550-c457-11e9-bb97-0800200c9a66%22%2Cst%3Dv%2Csu%2Ctb%3D6000"},
	"nothing": {query: "CMCD="},
	"rounding": {data: CMCD{BufferLength: new(21349 * time.Millisecond), EncodedBitrate: 3_199_600, Deadline: 18450 * time.Millisecond,
		MeasuredThroughput: 25_432_000, RequestedThroughput: 15_050_000, TopBitrate: 6_000_400},
		header: map[string]string{"CMCD-Request": "bl=21300,dl=18500,mtp=25400", "CMCD-Object": "br=3200,tb=6000", "CMCD-Status": "rtp=15100"},
		query:  "CMCD=bl%3D21300%2Cbr%3D3200%2Cdl%3D18500%2Cmtp%3D25400%2Crtp%3D15100%2Ctb%3D6000"},
	"an empty buffer and a pause": {data: CMCD{BufferLength: new(time.Duration(0)), PlaybackRate: new(0.0)},
		header: map[string]string{"CMCD-Request": "bl=0", "CMCD-Session": "pr=0"}, query: "CMCD=bl%3D0%2Cpr%3D0"},
	"real time is not said": {data: CMCD{PlaybackRate: new(1.0), StreamType: CMCDLive},
		header: map[string]string{"CMCD-Session": "st=l"}, query: "CMCD=st%3Dl"},
	"quotes and slashes": {playback: cmcdPlayback{content: `a"b\c d`},
		header: map[string]string{"CMCD-Session": `cid="a\"b\\c d"`}, query: "CMCD=cid%3D%22a%5C%22b%5C%5Cc%20d%22"},
	"odd paths": {data: CMCD{NextObject: `a b"+é,=.ts`},
		header: map[string]string{"CMCD-Request": `nor="a%20b%22%2B%C3%A9%2C%3D.ts"`},
		query:  "CMCD=nor%3D%22a%2520b%2522%252B%25C3%25A9%252C%253D.ts%22"},
}

func TestCMCD(t *testing.T) {
	for name, test := range cmcdCases {
		t.Run(name, func(t *testing.T) {
			fields := test.data.fields(test.playback)
			header := http.Header{}
			names := setMedia(header, fields)
			require.Len(t, names, len(test.header))
			got := make(map[string]string)
			for name, values := range header {
				require.Len(t, values, 1)
				got[name] = values[0]
			}
			want := test.header
			if want == nil {
				want = map[string]string{}
			}
			require.Equal(t, want, got)
			u := &url.URL{Scheme: "https", Host: "example.com", Path: "/a"}
			require.Equal(t, "https://example.com/a?"+test.query, withMedia(u, fields).String())
			u.RawQuery = "token=%2F"
			require.Equal(t, "https://example.com/a?token=%2F&"+test.query, withMedia(u, fields).String())
			require.Equal(t, "token=%2F", u.RawQuery, "the URL itself stays")
		})
	}
}

func TestCMCDIsChecked(t *testing.T) {
	tests := map[string]CMCD{
		"range":       {NextRange: "12323"},
		"range, sign": {NextRange: "-1--2"},
		"no range":    {NextRange: "-"},
		"type":        {ObjectType: "av\r\nX: y"},
		"stream":      {StreamType: "vl"},
		"long":        {NextObject: strings.Repeat("x", 1<<17)},
	}
	for name, data := range tests {
		t.Run(name, func(t *testing.T) { require.Error(t, data.validate()) })
	}
	require.NoError(t, (*CMCD)(nil).validate())
	for _, ranges := range []string{"", "12323-48763", "12323-", "-500"} {
		require.NoError(t, (&CMCD{NextRange: ranges}).validate(), ranges)
	}
	for name, o := range map[string]CMCDOptions{"mode": {Mode: "json"}, "long": {ContentID: strings.Repeat("x", 65)}, "control": {SessionID: "a\nb"}, "letters": {ContentID: "é"}} {
		t.Run(name, func(t *testing.T) { require.Error(t, o.validate()) })
	}
	first, second := newSessionID(), newSessionID()
	require.NotEqual(t, first, second)
	require.Regexp(t, `^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`, first)
}
