package doctor

import "slices"

// rule is how the service behaves, by the contract.
type rule struct {
	name     string
	sentence string
	evidence string
	// harm, effect and fix are those of a service that behaves otherwise.
	harm   Harm
	effect string
	fix    string
}

// rules are what is assumed beyond the form of requests and answers.
var rules = []rule{
	{
		"names", "Names of several words are in camelCase.", "observed", Breaks,
		"No property of several words is read or accepted.",
		"the json tags of all objects and inputs in internal/merchants; all schemas in " + contractFile,
	},
	{
		"times", "Times are ISO 8601 in UTC, with milliseconds and Z.", "observed", Harmless,
		"None: the provider compares times, not their texts.", "Timestamp in " + contractFile,
	},
	{
		"nulls", "A property without a value is null, and not left out.", "observed", Harmless,
		"None: the provider reads both alike.", "required of the schemas of answers in " + contractFile,
	},
	{
		"current-reads", "A read or a list right after a write shows what was written.", "assumed", Breaks,
		"A plan right after an apply can show changes that were made already.",
		"the listing in internal/merchants/list_cache.go; the description in " + contractFile,
	},
	{
		"current-status", "A read right after a transition shows the new status.", "assumed", Breaks,
		"An apply can report that a transition had no effect.",
		"internal/merchants/status.go; the transitions in " + contractFile,
	},
	{
		"life-cycle", "A new object is a draft, and each transition leads to its status.", "assumed", Breaks,
		"The provider waits for, or plans, a status that does not come.",
		"x-leads-to in " + contractFile + "; reached in internal/merchants/status.go",
	},
	{
		"only-changes", "An update changes what is sent and nothing else.", "assumed", Breaks,
		"An apply changes more than its plan shows.", "update in internal/merchants/collection.go",
	},
	{
		"nested-replaced", "A nested value of an update replaces the stored one whole.", "assumed", Breaks,
		"What is taken out of a configuration stays in the service, and every plan takes it out again.",
		"patch in internal/merchants/descriptor.go; the summaries of updates in " + contractFile,
	},
	{
		"null-clears", "Null in an update clears a property.", "assumed", Breaks,
		"An attribute that is taken out of a configuration cannot be cleared.",
		"changes in internal/merchants/descriptor.go; the schemas of updates in " + contractFile,
	},
	{
		"immutable", "What can never change is refused in an update.", "assumed", Harmless,
		"None: the provider replaces the object.", "x-immutable in " + contractFile,
	},
	{
		"frozen", "After publishing, rewards and distribution cannot change.", "assumed", Limits,
		"The provider refuses or replaces what it could change.", "x-frozen in " + contractFile +
			"; the checks of a published campaign in internal/provider",
	},
	{
		"unknown-id", "An unknown id answers 404, with a code that ends in not-found.", "assumed", Breaks,
		"An object that was deleted outside of Terraform is an error and not planned again.",
		"IsNotFound in internal/merchants/errors.go; NotFound in " + contractFile,
	},
	{
		"deleted", "A deleted object is unknown at once, and a second delete answers as for an unknown id.",
		"assumed", Limits,
		"A delete that is repeated can end in an error.", "Delete in internal/merchants/collection.go",
	},
	{
		"error-path", "The message about a wrong property begins with its path.", "assumed", Limits,
		"An error does not point at the attribute at fault.",
		"readError in internal/merchants/errors.go; Error in " + contractFile,
	},
	{
		"wrong-value", "A value of a wrong type is refused.", "documented", Limits,
		"A mistake is not noticed before it shows.", "the schemas of requests in " + contractFile,
	},
	{
		"unknown-property", "A request with an unknown property is refused.", "assumed", Harmless,
		"None: the provider sends no unknown properties.", "additionalProperties in " + contractFile,
	},
	{
		"unique", "Reference ids and slugs are unique.", "assumed", Limits,
		"Two objects can have one key, and an import by it is ambiguous.",
		"reference of the descriptors in internal/merchants; x-unique in " + contractFile,
	},
	{
		"references", "A reference to an object that does not exist is refused.", "assumed", Limits,
		"A wrong id is not noticed in an apply.", "the descriptions of references in " + contractFile,
	},
	{
		"in-use", "An object that another one uses cannot be deleted.", "assumed", Limits,
		"A destroy can leave references to nothing.", "the summaries of deletes in " + contractFile,
	},
	{
		"derived", "The service derives a slug or a reference id that is left out.", "assumed", Breaks,
		"The attribute stays unknown after an apply.", "the attributes in internal/provider; the schemas in " + contractFile,
	},
	{
		"step-ids", "A step that is sent with its id keeps it.", "assumed", Breaks,
		"Every change of a challenge resets the progress of its users.",
		"internal/provider/campaign_step_match.go; StepInput in " + contractFile,
	},
	{
		"bad-key", "A key that is not known answers 401.", "documented", Limits,
		"The error does not say that the key is wrong.", "internal/merchants/errors.go; Unauthorized in " + contractFile,
	},
}

func ruleNamed(name string) rule {
	return rules[max(slices.IndexFunc(rules, func(r rule) bool { return r.name == name }), 0)]
}

func (r rule) subject() Subject { return Subject{Part: Rule, Property: r.name} }

// judge says what it breaks that a rule does not hold. harm is another harm than usual, or "".
func (r rule) judge(harm Harm) judgment {
	if harm != "" && harm != r.harm {
		return judgment{harm, "The service refuses or ignores what the provider sends.", r.fix}
	}
	return judgment{r.harm, r.effect, r.fix}
}

// rulesAssumed are the rules as assumptions, without verdicts.
func rulesAssumed() []Finding {
	var found []Finding
	for _, r := range rules {
		s := r.subject()
		found = append(found, Finding{ID: s.String(), Subject: s, Assumed: r.sentence, Evidence: r.evidence})
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
	if s != nil && !slices.Contains(b.kinds, s.kind.noun) {
		b.kinds = append(b.kinds, s.kind.noun)
	}
	p.broken[name] = b
}

// keepRule notes that a rule held once.
func (p *prober) keepRule(name string) { p.holds(ruleNamed(name).subject()) }
