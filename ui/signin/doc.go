// Package signin holds the cards on which a person signs in.
//
//	sheet := signin.NewSheet(hooks, actions, placed)
//	sheet.Ways("Sign in to Example TV", "", ways)
//	prompt := signin.NewPrompt(sheet, post, openPage) // an auth.Prompt: what a way to sign in asks for, it shows on the sheet
//	err := service.SignIn(ctx, way, prompt)           // in a goroutine
//	prompt.End()
//
// A Sheet shows one thing at a time: the ways there are, that the browser is waited for, a code for another device with its QR picture, or a
// form. A Pane takes cookie pairs for what belongs to no service.
//
// Both hold secrets while they are typed and give them to nobody but who asked: fields for them show dots, and are emptied when the answer
// is taken or the card is left. Of a page's address the host alone is shown, since its query is the browser's.
//
// Cards belong to the main goroutine of Fyne; the methods of a Prompt may be called from any.
package signin
