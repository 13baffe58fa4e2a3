package player_test

import (
	"fmt"
	"io/fs"
	"time"

	"latchkey/assets"
	"latchkey/network"
	"latchkey/network/networktest"
	"latchkey/player"
)

// A stream whose key server wants a cookie: the pairs are put under NetworkConfigurationKey, the resource becomes
// current, is prepared and played, and events tell what happens.
func Example() {
	film, err := fs.Sub(assets.Demo(), "orrery")
	if err != nil {
		fmt.Println(err)
		return
	}
	service, err := networktest.NewOrigin(networktest.Options{FS: film, Encryption: networktest.Encryption{On: true},
		Gates: []networktest.Gate{{Class: network.ClassKey, Name: "session", Value: "abcd"}}})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer service.Close()

	configuration := network.NewConfiguration()
	configuration.CookieHeaders.SetValue("session", "abcd")
	metadata := new(network.Metadata)
	metadata.SetObject(player.NetworkConfigurationKey, configuration)
	resource, err := player.NewMediaResource(service.URL("main.m3u8"), metadata)
	if err != nil {
		fmt.Println(err)
		return
	}

	// FreeRun plays as fast as it decodes, without a sound device; a window leaves it off, and shows what NextFrame gives.
	p, err := player.New(player.Config{FreeRun: true, Limit: player.Limit{Length: time.Second}})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer p.Close()
	events, unsubscribe := p.Subscribe(64)
	defer unsubscribe()
	for _, step := range []func() error{
		func() error { return p.ReplaceCurrentResource(resource) },
		func() error { return p.PrepareToPlay(0) },
		p.Play,
	} {
		if err := step(); err != nil {
			fmt.Println(err)
			return
		}
	}
	for e := range events {
		if e.Kind == player.StateChanged {
			fmt.Println(e.State)
		}
		if e.Kind == player.PlaybackComplete || e.Kind == player.PlaybackFailed {
			break
		}
	}
	for _, r := range p.Requests() {
		if len(r.Cookies) > 0 {
			fmt.Println("cookies on the", r.Class, "request:", r.Cookies)
		}
	}
	// Output:
	// initializing
	// initialized
	// preparing
	// prepared
	// playing
	// complete
	// cookies on the key request: [session]
}
