// Package merchants is a plain Go client of Cohort's Merchants API: typed calls, one error type,
// one rule for "gone", retries and paging. Only this package knows paths, wire names, wire enums
// and error codes. It never imports Terraform, nor any other package of this module.
//
// The file openapi.yaml holds what is known of the API and marks every operation and property as
// documented, observed or assumed. Cohort's API reference could not be read, so most object
// endpoints are assumed. Adapting to the true reference must change this package and nothing else.
//
// The client is strict in what it sends and lenient in what it reads. A property of a request is
// absent, null or a value, and these are three things (see [Field]). A response may have unknown
// keys, unknown enum values, an id that is a number, a name that is a localized object, a bare
// array for a list, or an empty body. It must be JSON, and an object must have the id that was
// asked for.
//
// A read ends at once when its context ends. A write does not: once sent, it runs on a context of
// its own for a few seconds, because an interrupted POST may have been committed and would be lost
// to Terraform. Before a write is sent, its caller's context is checked. A create that may have
// been carried out is never sent again; its object is looked up (create.go). Updates and deletes
// are safe to send twice. A transition is sent again only if the object shows that it was not made.
// No Idempotency-Key is sent: net/http treats that header as permission to replay a request.
package merchants
