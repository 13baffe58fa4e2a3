package main

import "os"

// cookieVariable is the environment variable that --cookie can come from: one NAME=VALUE;
// NAME=VALUE line. Other users of the machine see a command line, and not an environment.
const cookieVariable = "LATCHKEY_COOKIE"

// environment holds the secrets that the process was started with.
type environment struct {
	cookies string // of cookieVariable
}

// takeEnvironment reads the secrets and unsets their variables, so that no child process inherits
// them: neither the program that opens the browser, and the browser with it, nor what a library
// starts. /proc/PID/environ on Linux shows the environment that the process began with all the
// same, to its own user and to root.
func takeEnvironment() environment {
	taken := environment{cookies: os.Getenv(cookieVariable)}
	_ = os.Unsetenv(cookieVariable) // it fails for an empty name alone
	return taken
}
