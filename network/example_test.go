package network_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"

	"latchkey/network"
)

// A resource with cookie pairs: the key request carries them, the segment's does not.
func Example() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Printf("%s Cookie: %q\n", r.URL.Path, r.Header.Get("Cookie"))
	}))
	defer server.Close()

	configuration := network.NewConfiguration()
	configuration.CookieHeaders.SetValue("val1", "12345")
	configuration.CookieHeaders.SetValue("val2", "abcd")
	client, err := network.NewClient(configuration, network.Options{Resource: server.URL + "/main.m3u8"})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer client.Close()

	ctx := context.Background()
	for _, request := range []network.Request{
		{Class: network.ClassSegment, URL: server.URL + "/1.ts"},
		{Class: network.ClassKey, URL: server.URL + "/1.key"},
	} {
		if _, _, err := client.Fetch(ctx, request); err != nil {
			fmt.Println(err)
		}
	}
	for _, r := range client.Records() {
		fmt.Println(r.Class, r.Status, r.Cookies, r.Rule)
	}
	fmt.Println(configuration.CookieHeaders)
	// Output:
	// /1.ts Cookie: ""
	// /1.key Cookie: "val1=12345; val2=abcd"
	// segment 200 [] not for this class
	// key 200 [val1 val2] named by the resource
	// {"val1"=[redacted]; "val2"=[redacted]}
}
