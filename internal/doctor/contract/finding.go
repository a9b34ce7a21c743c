package contract

import "strings"

// Verdict is what became of an assumption.
type Verdict string

// The verdicts.
const (
	Holds      Verdict = "holds"
	Differs    Verdict = "differs"
	NotReached Verdict = "not reached"
)

// Harm is what a difference does to the provider.
type Harm string

// The harms, from the worst to none.
const (
	// Breaks says that the provider fails, or does something wrong.
	Breaks Harm = "breaks"
	// Limits says that the provider works, but slower or without one of its checks.
	Limits Harm = "limits"
	// Harmless says that the provider accepts both.
	Harmless Harm = "harmless"
)

// Part is the part of an operation that an assumption is about.
type Part string

// The parts.
const (
	// Route is the method and the path of an operation. Without an operation, it is the path of the
	// kind.
	Route Part = "route"
	// Parameter is a parameter of the query.
	Parameter Part = "parameter"
	// Request is the body that is sent, or one of its properties.
	Request Part = "request"
	// Answer is the status and the body of a success, or a property of the object in it. In a list, it
	// is a property of a row.
	Answer Part = "answer"
	// Page is a property of a page around its rows.
	Page Part = "page"
	// Words are the words of a property, in requests and in answers.
	Words Part = "words"
	// Rule is how the service behaves, named by its property.
	Rule Part = "rule"
)

// Subject is what an assumption is about.
type Subject struct {
	// Kind is the noun of a kind in error codes, such as digital-asset, or of another object of the
	// contract; "" means the API as a whole. Lists and segments are both cohort.
	Kind string `json:"kind,omitempty"`
	// Operation is list, create, read, update, delete, or the last part of the path of a transition;
	// "" means all.
	Operation string `json:"operation,omitempty"`
	Part      Part   `json:"part"`
	// Property is a path of properties without indices. In settings, it names the type, as in
	// typeConfig:code.code. It can be a parameter or a rule; "" means the part as a whole.
	Property string `json:"property,omitempty"`
	// Word is one of our words.
	Word string `json:"word,omitempty"`
}

// String joins what the subject has, as in perk.update.request.typeConfig:code.code.
func (s Subject) String() string {
	var names []string
	for _, name := range []string{s.Kind, s.Operation, string(s.Part), s.Property, s.Word} {
		if name != "" {
			names = append(names, name)
		}
	}
	return strings.Join(names, ".")
}

// Finding is an assumption of the contract, and what became of it.
type Finding struct {
	// ID is the subject as text.
	ID string `json:"id"`
	Subject
	// Assumed is the assumption as a sentence.
	Assumed string `json:"assumed"`
	// Evidence is documented, observed or assumed.
	Evidence string  `json:"evidence"`
	Verdict  Verdict `json:"verdict"`
	// Said is how the service differs, or why the assumption was not reached. It holds no key, no id
	// and no text of the merchant.
	Said string `json:"said,omitempty"`
	// Theirs is what the service has in place of what was assumed, if it is known: a path, a method, a
	// name, a word.
	Theirs string `json:"theirs,omitempty"`
	// Harm, Effect and Fix are set for a difference: what it breaks, and what to change where.
	Harm   Harm   `json:"harm,omitempty"`
	Effect string `json:"effect,omitempty"`
	Fix    string `json:"fix,omitempty"`
}
