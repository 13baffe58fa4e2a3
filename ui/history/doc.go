// Package history keeps how far a person came in what they watch, and what they have seen to the end.
//
//	store := history.New(path, log)
//	err := store.Load()                    // blocks: for a goroutine
//	go store.Serve(ctx)                    // saves what changes
//	mark := store.Mark(history.KeyOf("example", "account-1", "title-42"))
//	store.Watch(key, position, duration)
//
// All of it is one JSON file in the user's state folder. Titles stand in it as hashes of service, account and title: no name, URL or secret can
// be read from it. The file is replaced as a whole, under a lock, after what another instance has put there was taken in; of two marks of a title
// the newer one stays. A file that cannot be read is put aside under another name.
//
// Methods are safe for concurrent use. Mark and Watch return at once; Load, Save and Serve block for as long as the disk does.
package history
