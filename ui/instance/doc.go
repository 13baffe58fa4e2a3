// Package instance lets a second start of the program hand what it was asked to open to the one that runs already.
//
// The running instance listens on a Unix socket in a folder that only its user may enter. A message is one line of JSON with one
// argument, as a command line has it: a latchkey: link or the absolute path of a service's file. It holds no secret, and the
// receiver treats it as it treats everything from outside.
package instance
