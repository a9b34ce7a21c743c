// Package diff compares two merchants by the keys of their objects, and says why they differ. It
// knows no flags and no terminal.
package diff

import (
	"time"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

// Class is why two merchants differ.
type Class string

// Classes of a difference. Every difference falls in one.
const (
	// Declared is a difference that the configuration says, such as a variable.
	Declared Class = "declared"
	// Drift is a difference between a merchant and its configuration: someone edited the merchant.
	Drift Class = "drift"
	// Waiting is in the configuration and not applied yet.
	Waiting Class = "waiting"
	// Unmanaged is an object that no state knows.
	Unmanaged Class = "unmanaged"
	// Unmodeled is a property that the provider does not know.
	Unmodeled Class = "unmodeled"
	// Unclassed is a difference of merchants that were compared without their plans.
	Unclassed Class = "unclassed"
)

// Classes are all classes, those that need a decision first.
func Classes() []Class { return []Class{Drift, Waiting, Unmanaged, Unmodeled, Unclassed, Declared} }

// Report is what differs between two merchants.
type Report struct {
	From, To Side
	// Differences are sorted by kind, in the order of the catalog, and by key: one for each object.
	Differences []Difference
	// Skipped is what was not compared, and why.
	Skipped []Skipped
	// Fingerprint is that of the plan of live, if it was given; else "".
	Fingerprint string
}

// Side is one of the two merchants.
type Side struct {
	Mode merchants.Mode
	// Objects counts those that were compared.
	Objects int
	// Snapshot is the path of the snapshot that was read, and TakenAt its time; "" and zero if the
	// merchant itself was read.
	Snapshot string
	TakenAt  time.Time
	// Digest is a digest of the merchant, which is the same as long as the merchant is.
	Digest string
}

// Difference is an object that differs.
type Difference struct {
	// Kind is the name of the kind, such as campaign. Key is "" for an object without a key. Name is
	// the name in Cohort's admin.
	Kind, Key, Name string
	// Only is the merchant that has the object, if the other one has not; else "".
	Only merchants.Mode
	// Class is that of an object which only one merchant has; else "".
	Class Class
	// Changes are the differences of an object that both merchants have, in reading order.
	Changes []Change
	// Remedy is what to do about an object that only one merchant has: a line of HCL, a command or an
	// import block. "" if there is nothing to do.
	Remedy string
}

// Change is a difference at one place of an object.
type Change struct {
	// Path is where, such as challenge.steps[2].title.fr.
	Path string
	// From and To are the values as they are shown; nil for nothing. A secret is shown as such.
	From, To *Shown
	Class    Class
	// MovedFrom and MovedTo are the places of an element that moved, counted from 1; else 0.
	MovedFrom, MovedTo int
	Remedy             string
}

// Shown is a value as it is shown.
type Shown struct {
	// Text is the value: a text as it is, everything else as JSON or as the name of an object.
	Text string
	// IsText says that it is a text that people read, whose words can be compared.
	IsText bool
	// IsImage says that it is the address of a picture.
	IsImage bool
}

// Skipped is something that was not compared.
type Skipped struct {
	// What is what, such as "2 archived campaigns of test", and Why the reason.
	What, Why string
}
