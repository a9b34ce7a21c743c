// Package diff compares two merchants by the keys of their objects, and says why they differ. It
// knows no flags and no terminal.
package diff

import (
	"slices"
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

// Report is what differs between two merchants, or between two states of one. Its JSON is for
// machines: the names stay.
type Report struct {
	From Side `json:"from"`
	To   Side `json:"to"`
	// Differences are sorted by kind, in the order of the catalog, and by key: one for each object.
	Differences []Difference `json:"differences"`
	// Skipped is what was not compared, and why.
	Skipped []Skipped `json:"skipped"`
	// Fingerprint is that of the plan of live, if it was given; else "".
	Fingerprint string `json:"fingerprint,omitempty"`
}

// Side is one of the two merchants.
type Side struct {
	Mode merchants.Mode `json:"mode"`
	// Objects counts those that were compared.
	Objects int `json:"objects"`
	// Snapshot is the path of the snapshot that was read, and TakenAt its time; "" and zero if the
	// merchant itself was read.
	Snapshot string    `json:"snapshot,omitempty"`
	TakenAt  time.Time `json:"taken_at,omitzero"`
	// Digest is a digest of the merchant, which is the same as long as the merchant is. Ids, secrets
	// and the values of unmodeled properties are not in it.
	Digest string `json:"digest"`
}

// Difference is an object that differs.
type Difference struct {
	// Kind is the name of the kind, such as campaign. Key is "" for an object without a key. Name is
	// the name in Cohort's admin.
	Kind string `json:"kind"`
	Key  string `json:"key"`
	Name string `json:"name"`
	// Only is the merchant that has the object, if the other one has not; else "".
	Only merchants.Mode `json:"only,omitempty"`
	// OnlyIn is "from" or "to" if only that side has the object; else "". It tells two states of one
	// merchant apart, where Only cannot.
	OnlyIn string `json:"only_in,omitempty"`
	// Class is that of an object which only one merchant has; else "".
	Class Class `json:"class,omitempty"`
	// Changes are the differences of an object that both merchants have, in reading order. Those of an
	// object that only one merchant has are its unmodeled properties.
	Changes []Change `json:"changes,omitempty"`
	// Remedy is what to do about an object that only one merchant has: a line of HCL, a command or an
	// import block. "" if there is nothing to do.
	Remedy string `json:"remedy,omitempty"`
}

// String names the object as allow_live_delete does.
func (d Difference) String() string {
	if d.Key == "" {
		return d.Kind + ":" + d.Name
	}
	return d.Kind + ":" + d.Key
}

// Change is a difference at one place of an object.
type Change struct {
	// Path is where, such as challenge.steps[2].title.fr.
	Path string `json:"path"`
	// From and To are the values as they are shown; nil for nothing. A secret is shown as such.
	From  *Shown `json:"from,omitempty"`
	To    *Shown `json:"to,omitempty"`
	Class Class  `json:"class"`
	// MovedFrom and MovedTo are the places of an element that moved, counted from 1; else 0.
	MovedFrom int    `json:"moved_from,omitempty"`
	MovedTo   int    `json:"moved_to,omitempty"`
	Remedy    string `json:"remedy,omitempty"`
}

// Shown is a value as it is shown.
type Shown struct {
	// Text is the value: a text as it is, everything else as JSON or as the name of an object.
	Text string `json:"text"`
	// IsText says that it is a text that people read, whose words can be compared.
	IsText bool `json:"is_text,omitempty"`
	// IsImage says that it is the address of a picture.
	IsImage bool `json:"is_image,omitempty"`
	// IsSecret says that Text stands for a secret.
	IsSecret bool `json:"is_secret,omitempty"`
	// quoted says that Text is a text of the merchant.
	quoted bool
}

// Skipped is something that was not compared.
type Skipped struct {
	// What is what, such as "2 archived campaigns of test", and Why the reason.
	What string `json:"what"`
	Why  string `json:"why"`
	// Objects are the names of the objects.
	Objects []string `json:"objects"`
	// kind and key are those that several objects have.
	kind, key string
	// over says that the objects are archived.
	over bool
}

// Where names the side that alone has an object.
func (r *Report) Where(d Difference) string {
	from, to := r.labels()
	if d.OnlyIn == onlyTo {
		return to
	}
	return from
}

// Values of OnlyIn.
const (
	onlyFrom = "from"
	onlyTo   = "to"
)

// Has reports whether something differs, or if classes are named, whether something of them does.
func (r *Report) Has(classes ...string) bool {
	counts, all := r.counts()
	if len(classes) == 0 {
		return all > 0
	}
	return slices.ContainsFunc(classes, func(class string) bool { return counts[Class(class)] > 0 })
}
