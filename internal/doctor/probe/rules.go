package probe

import (
	"slices"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/doctor/contract"
)

// rule is how the service behaves, by the contract.
type rule struct {
	name     string
	sentence string
	evidence string
	// harm, effect and fix are those of a service that behaves otherwise.
	harm   contract.Harm
	effect string
	fix    string
}

// rules are what is assumed beyond the form of requests and answers.
var rules = []rule{
	{
		"names", "Names of several words are in camelCase.", "observed", contract.Breaks,
		"No property of several words is read or accepted.",
		"the json tags of all objects and inputs in internal/merchants; all schemas in " + contract.File,
	},
	{
		"times", "Times are ISO 8601 in UTC, with milliseconds and Z.", "observed", contract.Harmless,
		"None: the provider compares times, not their texts.", "Timestamp in " + contract.File,
	},
	{
		"nulls", "A property without a value is null, and not left out.", "observed", contract.Harmless,
		"None: the provider reads both alike.", "required of the schemas of answers in " + contract.File,
	},
	{
		"current-reads", "A read or a list right after a write shows what was written.", "assumed", contract.Breaks,
		"A plan right after an apply can show changes that were made already.",
		"the listing in internal/merchants/list_cache.go; the description in " + contract.File,
	},
	{
		"current-status", "A read right after a transition shows the new status.", "assumed", contract.Breaks,
		"An apply can report that a transition had no effect.",
		"internal/merchants/status.go; the transitions in " + contract.File,
	},
	{
		"life-cycle", "A new object is a draft, and each transition leads to its status.", "assumed", contract.Breaks,
		"The provider waits for, or plans, a status that does not come.",
		"x-leads-to in " + contract.File + "; reached in internal/merchants/status.go",
	},
	{
		"only-changes", "An update changes what is sent and nothing else.", "assumed", contract.Breaks,
		"An apply changes more than its plan shows.", "update in internal/merchants/collection.go",
	},
	{
		"nested-replaced", "A nested value of an update replaces the stored one whole.", "assumed", contract.Breaks,
		"What is taken out of a configuration stays in the service, and every plan takes it out again.",
		"patch in internal/merchants/descriptor.go; the summaries of updates in " + contract.File,
	},
	{
		"null-clears", "Null in an update clears a property.", "assumed", contract.Breaks,
		"An attribute that is taken out of a configuration cannot be cleared.",
		"changes in internal/merchants/descriptor.go; the schemas of updates in " + contract.File,
	},
	{
		"immutable", "What can never change is refused in an update.", "assumed", contract.Harmless,
		"None: the provider replaces the object.", "x-immutable in " + contract.File,
	},
	{
		"frozen", "After publishing, rewards and distribution cannot change.", "assumed", contract.Limits,
		"The provider refuses or replaces what it could change.", "x-frozen in " + contract.File +
			"; the checks of a published campaign in internal/provider",
	},
	{
		"unknown-id", "An unknown id answers 404, with a code that ends in not-found.", "assumed", contract.Breaks,
		"An object that was deleted outside of Terraform is an error and not planned again.",
		"IsNotFound in internal/merchants/errors.go; NotFound in " + contract.File,
	},
	{
		"deleted", "A deleted object is unknown at once, and a second delete answers as for an unknown id.",
		"assumed", contract.Limits,
		"A delete that is repeated can end in an error.", "Delete in internal/merchants/collection.go",
	},
	{
		"error-path", "The message about a wrong property begins with its path.", "assumed", contract.Limits,
		"An error does not point at the attribute at fault.",
		"readError in internal/merchants/errors.go; Error in " + contract.File,
	},
	{
		"wrong-value", "A value of a wrong type is refused.", "documented", contract.Limits,
		"A mistake is not noticed before it shows.", "the schemas of requests in " + contract.File,
	},
	{
		"unknown-property", "A request with an unknown property is refused.", "assumed", contract.Harmless,
		"None: the provider sends no unknown properties.", "additionalProperties in " + contract.File,
	},
	{
		"unique", "Reference ids and slugs are unique.", "assumed", contract.Limits,
		"Two objects can have one key, and an import by it is ambiguous.",
		"reference of the descriptors in internal/merchants; x-unique in " + contract.File,
	},
	{
		"references", "A reference to an object that does not exist is refused.", "assumed", contract.Limits,
		"A wrong id is not noticed in an apply.", "the descriptions of references in " + contract.File,
	},
	{
		"in-use", "An object that another one uses cannot be deleted.", "assumed", contract.Limits,
		"A destroy can leave references to nothing.", "the summaries of deletes in " + contract.File,
	},
	{
		"derived", "The service derives a slug or a reference id that is left out.", "assumed", contract.Breaks,
		"The attribute stays unknown after an apply.", "the attributes in internal/provider; the schemas in " + contract.File,
	},
	{
		"step-ids", "A step that is sent with its id keeps it.", "assumed", contract.Breaks,
		"Every change of a challenge resets the progress of its users.",
		"internal/provider/campaign_step_match.go; StepInput in " + contract.File,
	},
	{
		"bad-key", "A key that is not known answers 401.", "documented", contract.Limits,
		"The error does not say that the key is wrong.", "internal/merchants/errors.go; Unauthorized in " + contract.File,
	},
}

func ruleNamed(name string) rule {
	return rules[max(slices.IndexFunc(rules, func(r rule) bool { return r.name == name }), 0)]
}

func (r rule) subject() contract.Subject {
	return contract.Subject{Part: contract.Rule, Property: r.name}
}

// judge says what it breaks that a rule does not hold. harm is another harm than usual, or "".
func (r rule) judge(harm contract.Harm) contract.Judgment {
	if harm != "" && harm != r.harm {
		return contract.Judgment{
			Harm: harm, Effect: "The service refuses or ignores what the provider sends.", Fix: r.fix,
		}
	}
	return contract.Judgment{Harm: r.harm, Effect: r.effect, Fix: r.fix}
}

// rulesAssumed are the rules as assumptions, without verdicts.
func rulesAssumed() []contract.Finding {
	var found []contract.Finding
	for _, r := range rules {
		s := r.subject()
		found = append(found, contract.Finding{ID: s.String(), Subject: s, Assumed: r.sentence, Evidence: r.evidence})
	}
	return found
}

// broken says in which kinds a rule does not hold, and how.
type broken struct {
	kinds []string
	said  string
}

// breakRule notes that a rule does not hold for a kind; nil means for the API as a whole.
func (p *prober) breakRule(name string, s *speech, said string) {
	b := p.broken[name]
	if b.said == "" {
		b.said = said
	}
	if s != nil && !slices.Contains(b.kinds, s.kind.Noun) {
		b.kinds = append(b.kinds, s.kind.Noun)
	}
	p.broken[name] = b
}

// keepRule notes that a rule held once.
func (p *prober) keepRule(name string) { p.holds(ruleNamed(name).subject()) }
