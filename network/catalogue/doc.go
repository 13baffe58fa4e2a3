// Package catalogue reads what a service has to watch: a JSON feed, or an M3U list.
//
//	list, err := catalogue.ReadFeed(data, "https://www.example.com/catalogue.json")
//	for _, title := range list.Titles {
//		fmt.Println(title.Name, title.Source)
//	}
//
// # The feed
//
// A feed is one JSON object (RFC 8259) of the schema latchkey.catalogue/1. Keys that are not named here are passed over, so that a service may
// add its own. Only schema, titles and, of a title, its stream are needed.
//
//	{"schema": "latchkey.catalogue/1",
//	 "service": "Example TV",                           what the catalogue is called
//	 "rows": ["New", "Films", "Live"],                  the rows in their order; without it they come as the titles name them
//	 "titles": [
//	   {"id": "42",                                     tells the title apart, and stays: what was watched is remembered by it
//	    "title": "Northern Lights",
//	    "description": "Half a minute of light.",
//	    "rows": ["New", "Films"],                       the rows that it stands in; none: it stands below all of them
//	    "poster": "posters/42.jpg",                     a PNG or JPEG
//	    "hls": "/42/main.m3u8",                         the stream: an HLS playlist, or "source" for any other that plays
//	    "duration_s": 30.5,                             seconds; for a person to read
//	    "live": false,                                  goes on without an end
//	    "protected": true}]}                            needs the sign-in
//
// URLs may be relative to the feed's.
//
// # The list
//
// An M3U list has a line for each title's stream, and a line before it that describes it:
//
//	#EXTM3U
//	#EXTINF:-1 tvg-id="one.example" tvg-name="One" tvg-logo="https://www.example.com/one.png" group-title="News;Live",Channel One
//	https://live.example.com/one/main.m3u8
//
// A length of -1 or 0 is live. The name is what stands behind the comma, else tvg-name, else the last part of the URL's path. group-title, or a line
// #EXTGRP, gives the rows, with ";" between them. Other lines and attributes are passed over: no list sets a header or a cookie, and what follows
// a "|" in a line with a stream is dropped.
//
// # What comes from outside
//
// A catalogue is not trusted. Sizes are bounded; text loses control characters, those that turn the direction of writing, and what is too
// long; streams and posters are http or https, without user information, and may be on this computer or in the network around it only
// when the catalogue itself is there. What is left of a title is shown, and a title without a stream is left out. Whether the sign-in goes to a
// title's origin is for the service's profile to say and not for the catalogue.
//
// Functions are safe for concurrent use, and do not block.
package catalogue
