package export

import (
	"slices"
	"strings"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/portable"
)

// notes are what a person has to know of an export.
type notes struct {
	items map[topic][]item
	// excluded counts the objects that were not selected.
	excluded int
}

// topic is a kind of note. The topics stand in the order in which they are reported.
type topic int

const (
	secrets topic = iota
	unresolved
	circular
	undecided
	ambiguous
	keyless
	duplicate
	unknownPart
	refused
	archived
	over
	untranslated
	unmodeled
	literalKey
	elsewhere
	topics
)

// item is a note about one object.
type item struct {
	object *portable.Object
	text   string
}

// words are the title and the advice of each topic.
var words = [topics]struct{ id, title, advice string }{
	secrets: {
		"secret", "Secrets",
		"Their values are in no file. Supply each one to both roots, for example as an environment variable " +
			"that begins with TF_VAR_.",
	},
	unresolved: {
		"unresolved", "References to what is not in the configuration",
		"Each became a variable. Supply the id that it has in the merchant of the root, or remove the reference.",
	},
	circular: {
		"circular", "References that go round in a circle",
		"Terraform cannot make such objects in one apply. Each became a variable; remove one of the references.",
	},
	undecided: {
		"undecided", "Differences that cannot be written",
		"The other merchant refers to something that this configuration does not have. The value of the exported " +
			"merchant is written, and a plan of the other one shows a change.",
	},
	ambiguous: {
		"ambiguous", "Objects that the other merchant has several of",
		"Nothing tells which of them is which. Import each by its id in stamp.tf of the other merchant; else a plan " +
			"there refuses to make another one.",
	},
	keyless: {
		"keyless", "Objects without a key",
		"The configuration gives each a key. The first plan shows it as a change; choose another key if you like. " +
			"stamp.tf imports them.",
	},
	duplicate: {
		"duplicate", "Objects that share a name",
		"The configuration gives all but one a name of their own, which only Cohort's admin shows. The first plan " +
			"shows it as a change; choose another name if you like. stamp.tf imports them.",
	},
	unknownPart: {
		"unknown-part", "Conditions that the provider does not know",
		"Each is written as {}, which keeps it in this merchant. It cannot be made in another one.",
	},
	refused: {
		"refused", "Objects that the provider cannot manage", "They stay as they are in Cohort.",
	},
	archived: {
		"archived", "Archived objects that others use",
		"They are in the configuration with desired_status = \"archived\". stamp.tf imports them.",
	},
	over: {
		"over", "Archived and ended objects", "They are left out, because they cannot be made again. They stay as they " +
			"are in Cohort.",
	},
	untranslated: {
		"untranslated", "Drafts whose texts are not in the same languages", "They cannot be published before they are.",
	},
	unmodeled: {
		"unmodeled", "Properties that the provider does not know",
		"They are not in the configuration. They stay as they are in this merchant, and a copy in another merchant does " +
			"not have them.",
	},
	literalKey: {
		"literal-key", "User properties that the merchant does not have", "Their keys are written as text.",
	},
	elsewhere: {
		"elsewhere", "Objects that only the other merchant has",
		"They are not in the configuration. Terraform leaves them alone.",
	},
}

func (n *notes) add(t topic, o *portable.Object, text string) {
	if n.items == nil {
		n.items = map[topic][]item{}
	}
	note := item{o, text}
	if !slices.Contains(n.items[t], note) {
		n.items[t] = append(n.items[t], note)
	}
}

// addContents adds the notes that follow from the contents of the written objects.
func (p *program) addContents() {
	for _, e := range p.entries {
		for _, property := range e.object.Unmodeled {
			p.notes.add(unmodeled, e.object, property)
		}
		if rank(e) == 1 && len(languages(portable.Value{Fields: e.object.Fields}, nil)) > 1 {
			p.notes.add(untranslated, e.object, "")
		}
	}
}

// languages collects the different sets of languages of the texts of a value.
func languages(value portable.Value, sets map[string]bool) map[string]bool {
	if sets == nil {
		sets = map[string]bool{}
	}
	if value.Form == portable.Literal && isMap(value.Literal) {
		sets[strings.Join(sortedKeys(value.Literal.AsValueMap()), " ")] = true
	}
	for _, f := range value.Fields {
		languages(f.Value, sets)
	}
	for _, element := range value.Elements {
		languages(element, sets)
	}
	return sets
}
