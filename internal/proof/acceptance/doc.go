// Package acceptance runs the life of an object of each kind with the real Terraform: create, empty
// second plan, import, update, an edit and a deletion outside of Terraform, every status, destroy.
// It contains only tests and ships nothing.
//
// The merchant is a sandbox, unless COHORT_ACCEPTANCE=1 says that it is the test merchant of
// COHORT_API_KEY and COHORT_API_URL: make acceptance. A key alone changes nothing, and the key of a
// live merchant is refused before any request. What the tests make has a name that begins with
// tf-acc-. With the flag -sweep=test, nothing is tested, and what such a run left is removed: make
// sweep.
//
// The tests reach the merchant through the provider and the client alone, as no real merchant has
// the admin API of a sandbox. So they check what the provider reads back, and the tests of the
// provider check what it sends.
package acceptance
