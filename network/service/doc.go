// Package service knows a service's profile: how to sign in there, what of the sign-in goes where, and what there is to watch.
package service
