// Package errortexts checks that the guide to troubleshooting has an entry for each error and
// warning that a user can see, and none besides. It finds the errors in the shipped code, so nobody
// lists them. It contains only tests and ships nothing.
//
// A text of the code needs an entry if it is
//
//   - the summary of a diagnostic, or the error of a function of the provider,
//   - an error of Go, which is the first line of a command or part of a detail, or
//   - the first sentence of an advice on an answer of the service.
//
// An error of Go with fewer than two words of its own only says where another error happened, and
// needs none. The list of exceptions has the others, each with a reason.
//
// In the guide, a heading of the third level or an item of a list that begins with a code span is
// an entry, and the span is the text. Its … stands for what differs from case to case; at its end
// it stands for all that follows. Realistic names may stand in place of it.
package errortexts
