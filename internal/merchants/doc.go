// Package merchants is Cohort's Merchants API in plain Go: typed calls, one error type, one rule for "gone", retries and paging. It is
// the only place that knows paths, wire names, wire enums and error codes, and it never imports Terraform.
//
// What is known of the API stands in openapi.yaml, where every operation and property says whether it is documented, observed or
// assumed. Cohort's API reference could not be read, so most object endpoints are assumed; fitting the true reference must
// change this package and nothing else.
//
// The client is strict in what it sends and lenient in what it reads. A property of a request is absent, null or a value, and these are
// three things (see [Field]). An answer may have unknown keys, unknown enum values, an id that is a number, a name that is a localized
// object, a bare array for a list, or an empty body; it may not be anything but JSON, and an object has to have the id that was asked for.
//
// Reads end at once when their context ends. Writes do not: a request that changes something runs on a context of its own, because an
// interrupted POST may have been committed and would be lost to Terraform. Whether the caller still wants it is checked before it is sent.
// A create that may have been carried out is never sent again but looked up (create.go). Updates and deletes are safe to send
// twice; a transition is sent again where the object shows that it was not made. No Idempotency-Key is sent: net/http takes that header as leave
// to replay a request.
package merchants
