// Package network is the one door to the wire: every request of the player goes through a Client, which
// decides by the request's class who gets the cookie.
package network
