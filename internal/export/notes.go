package export

import (
	"slices"
	"strings"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/portable"
)

// notes are what a person has to know of an export.
type notes struct {
	items map[topic][]item
	added map[item]map[topic]bool
	// excluded counts the objects that were not selected.
	excluded int
}

// topic is a kind of note. The topics stand in the order in which they are reported.
type topic int

const (
	secret topic = iota
	unresolved
	circular
	undecidedDifference
	ambiguous
	keyless
	duplicate
	unknownPart
	refusedObject
	archivedObject
	overObject
	lookedUp
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

// topicTexts are the id, the title and the advice of each topic.
var topicTexts = [topics]struct{ id, title, advice string }{
	secret: {
		"secret", "Secrets",
		"Their values are in no file. Supply each one to the roots that ask for it, for example as an environment " +
			"variable that begins with TF_VAR_.",
	},
	unresolved: {
		"unresolved", "References to what is not in the configuration",
		"Each became a variable. Supply the id that the object has in the merchant of the root, or remove the reference.",
	},
	circular: {
		"circular", "Objects that refer to each other",
		"Terraform cannot make them in one apply. One reference became a variable: supply the id, or remove it.",
	},
	undecidedDifference: {
		"undecided", "Differences that cannot be written",
		"The other merchant refers to something that this configuration does not have. The value of the exported " +
			"merchant is written, and a plan of the other one shows a change.",
	},
	ambiguous: {
		"ambiguous", "Objects whose counterpart is not clear",
		"The other merchant has objects with the same key or the same name, and nothing tells which one is meant. A " +
			"plan there makes another object, or is refused because the key exists. Give them different keys in both " +
			"merchants, and export again.",
	},
	keyless: {
		"keyless", "Objects without a key",
		"The configuration gives each a key, which the first plan shows as a change. stamp.tf imports them. In the " +
			"other merchant, an object without a key is found only with --compare; else the plan there makes a second one.",
	},
	duplicate: {
		"duplicate", "Objects that share a name",
		"The configuration gives all but one a name of their own, which only Cohort's admin shows, and which the first " +
			"plan shows as a change. stamp.tf imports them.",
	},
	unknownPart: {
		"unknown-part", "Conditions that the provider does not know",
		"Each is written as {}, which keeps it in this merchant. It cannot be made in another one.",
	},
	refusedObject: {
		"refused", "Objects that the provider cannot manage", "They stay as they are in Cohort.",
	},
	archivedObject: {
		"archived", "Archived objects that others use",
		"They are in the configuration with desired_status = \"archived\". stamp.tf imports them. In the other " +
			"merchant, they are found only with --compare; else the plan there makes and archives them.",
	},
	overObject: {
		"over", "Archived and ended objects", "They are left out, because they cannot be made again. They stay as they " +
			"are in Cohort.",
	},
	lookedUp: {
		"looked-up", "Objects that are only looked up",
		"Others refer to them, and they were not selected. They are data sources: both merchants must have them.",
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
		"literal-key", "User properties that are not in the configuration", "Their keys are written as text.",
	},
	elsewhere: {
		"elsewhere", "Objects that only the other merchant has",
		"They are not in the configuration. Terraform leaves them alone.",
	},
}

func (n *notes) add(t topic, o *portable.Object, text string) {
	note := item{o, text}
	if n.added == nil {
		n.items, n.added = map[topic][]item{}, map[item]map[topic]bool{}
	}
	if n.added[note] == nil {
		n.added[note] = map[topic]bool{}
	}
	if !n.added[note][t] {
		n.added[note][t] = true
		n.items[t] = append(n.items[t], note)
	}
}

// addContents adds the notes that follow from the contents of the written objects.
func (p *program) addContents() {
	for _, v := range p.variables.sorted() {
		if !v.sensitive {
			continue
		}
		where := ""
		for _, m := range p.merchants() {
			if !p.mustSupply(v, m.Mode) {
				where = " in " + string(otherMode(m.Mode)) + " alone"
			}
		}
		p.notes.add(secret, v.object, "var."+v.name+where)
	}
	for _, e := range p.looked {
		missing := ""
		if p.other != nil && e.twin == nil {
			missing = "not in " + string(p.other.Mode)
		}
		p.notes.add(lookedUp, e.object, missing)
	}
	for _, e := range p.entries {
		for _, property := range e.object.Unmodeled {
			p.notes.add(unmodeled, e.object, property)
		}
		if e.twin != nil {
			for _, property := range e.twin.Unmodeled {
				if !slices.Contains(e.object.Unmodeled, property) {
					p.notes.add(unmodeled, e.object, property+" in "+string(p.other.Mode))
				}
			}
		}
		if rank(e) == 1 && len(languages(portable.Value{Fields: e.object.Fields}, nil)) > 1 {
			p.notes.add(untranslated, e.object, "")
		}
	}
}

func otherMode(mode merchants.Mode) merchants.Mode {
	if mode == merchants.ModeTest {
		return merchants.ModeLive
	}
	return merchants.ModeTest
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
