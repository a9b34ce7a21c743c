package document

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/doctor/contract"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/doctor/likeness"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

// Compare tells for each assumption of the contract what the document of the service says: what it
// contradicts, most harmful first, then what it confirms, then what it does not tell.
//
// The provider is strict in what it sends and lenient in what it reads. So the document must allow
// the requests that the provider sends, and the client must be able to read the answers that the
// document allows. All else is no difference.
func Compare(theirs *Document) ([]contract.Finding, error) {
	c, err := contract.Load()
	if err != nil {
		return nil, err
	}
	ours, err := Read(merchants.OpenAPI)
	if err != nil {
		return nil, fmt.Errorf("the embedded contract: %w", err)
	}
	return compare(c, ours, theirs), nil
}

// compare is Compare with a contract, which is both read and as a document.
func compare(c *contract.Contract, ours, theirs *Document) []contract.Finding {
	r := &comparison{
		contract: c, ours: ours, theirs: theirs, routes: theirs.operations(), ourRoutes: ours.operations(),
		found: map[string]contract.Finding{},
	}
	list := c.Assumptions()
	for _, one := range list {
		r.subjects = append(r.subjects, one.Subject)
	}
	r.saysRequired = r.requires()
	r.matchKinds()
	r.compareAuthorization()
	r.findEnvelope()
	for _, k := range c.Kinds {
		r.compareKind(k)
	}
	r.compareCalls()
	r.compareErrors()
	for i, one := range list {
		is, reached := r.found[one.ID]
		if !reached {
			is = contract.Finding{Verdict: contract.NotReached, Said: "The document does not tell."}
		}
		is.ID, is.Subject, is.Assumed, is.Evidence = one.ID, one.Subject, one.Assumed, one.Evidence
		list[i] = is
	}
	slices.SortStableFunc(list, func(a, b contract.Finding) int { return cmp.Compare(rank(a), rank(b)) })
	return list
}

// rank orders findings: differences by their harm, then what holds, then what was not reached.
func rank(f contract.Finding) int {
	switch f.Verdict {
	case contract.NotReached:
		return 4
	case contract.Holds:
		return 3
	default:
		return slices.Index([]contract.Harm{contract.Breaks, contract.Limits, contract.Harmless}, f.Harm)
	}
}

// comparison is a comparison under way.
type comparison struct {
	contract     *contract.Contract
	ours, theirs *Document
	// routes are their operations.
	routes, ourRoutes []route
	// base is what all their paths begin with, in place of our version.
	base string
	// kinds are what they have of our kinds, by noun.
	kinds map[string]*match
	// saysRequired says that the document tells which properties an answer always has.
	saysRequired bool
	// envelope is the property that holds the object in every answer; "" if there is none.
	envelope string
	// subjects are what the contract makes assumptions about, and found what is known of them.
	subjects []contract.Subject
	found    map[string]contract.Finding
}

// holds notes that the document confirms an assumption, unless it contradicts it elsewhere.
func (r *comparison) holds(s contract.Subject) { r.note(s, contract.Finding{Verdict: contract.Holds}) }

// some lists words, but not a whole catalog.
func some(words []string) string {
	const most = 12
	if len(words) <= most {
		return strings.Join(words, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(words[:most], ", "), len(words)-most)
}

// missed notes why the document does not tell.
func (r *comparison) missed(s contract.Subject, why string, args ...any) {
	r.note(s, contract.Finding{Verdict: contract.NotReached, Said: fmt.Sprintf(why, args...)})
}

// differs notes a difference.
func (r *comparison) differs(s contract.Subject, change contract.Change, theirs, said string, args ...any) {
	j := r.contract.Judge(s, change)
	r.note(s, contract.Finding{
		Verdict: contract.Differs, Said: merchants.Plain(fmt.Sprintf(said, args...)), Theirs: merchants.Plain(theirs),
		Harm: j.Harm, Effect: j.Effect, Fix: j.Fix,
	})
}

// note keeps the worst of what is noted of an assumption.
func (r *comparison) note(s contract.Subject, f contract.Finding) {
	id := s.String()
	if is, there := r.found[id]; !there || rank(f) < rank(is) {
		r.found[id] = f
	}
}

// missedBelow notes that nothing else is known of an operation, or of a kind without an operation.
func (r *comparison) missedBelow(noun, operation, why string) {
	for _, s := range r.subjects {
		if s.Kind == noun && (operation == "" || s.Operation == operation) {
			r.missed(s, "%s", why)
		}
	}
}

// match is what the document has of one kind.
type match struct {
	// path is their path of the collection. form is the same with {} for parameters; "" means none.
	path, form string
	// routes are their operations by our names.
	routes map[string]route
}

// matchKinds finds our kinds among their paths.
func (r *comparison) matchKinds() {
	r.kinds = map[string]*match{}
	prefixes := map[string]int{}
	for _, form := range r.collections() {
		for _, k := range r.contract.Kinds {
			if prefix, under := strings.CutSuffix(form, "/"+r.tail(k)); under && !strings.Contains(prefix, "{}") {
				prefixes[prefix]++
			}
		}
	}
	version := "/" + r.contract.Version()
	r.base = version
	for prefix, count := range prefixes {
		most := prefixes[r.base]
		if prefixes[version] == 0 && (count > most || count == most && prefix < r.base) {
			r.base = prefix
		}
	}
	s := contract.Subject{Part: contract.Route}
	switch {
	case r.base != version:
		r.differs(s, contract.Renamed, cmp.Or(r.base, "/"), "Their paths begin with %s.", cmp.Or(r.base, "/"))
	case len(prefixes) > 0:
		r.holds(s)
	}
	taken := map[string]bool{}
	for _, k := range r.contract.Kinds {
		if form := r.base + "/" + r.tail(k); slices.Contains(r.collections(), form) {
			r.kinds[k.Noun], taken[form] = r.matched(form), true
			r.holds(contract.Subject{Kind: k.Noun, Part: contract.Route})
		}
	}
	r.matchRenamed(taken)
}

// tail is the path of a kind without the version.
func (r *comparison) tail(k *contract.Kind) string {
	return strings.TrimPrefix(k.Path, "/"+r.contract.Version()+"/")
}

func (r *comparison) matchRenamed(taken map[string]bool) {
	var missing, left []string
	for _, k := range r.contract.Kinds {
		if r.kinds[k.Noun] == nil {
			missing = append(missing, k.Noun)
		}
	}
	for _, form := range r.collections() {
		if !taken[form] {
			left = append(left, form)
		}
	}
	found := likeness.Pair(missing, left, func(noun, form string) float64 {
		return r.likeness(r.contract.Kind(noun), form)
	})
	for _, noun := range missing {
		s := contract.Subject{Kind: noun, Part: contract.Route}
		if form := found[noun]; form != "" {
			r.kinds[noun] = r.matched(form)
			r.differs(s, contract.Renamed, r.kinds[noun].path, "There is no such path. It is probably %s.", r.kinds[noun].path)
			continue
		}
		r.differs(s, contract.Missing, "", "There is no such path, and none that resembles it.")
	}
}

// collections are the forms of paths that can be collections.
func (r *comparison) collections() []string {
	var found []string
	for _, one := range r.routes {
		form := strings.TrimSuffix(one.form, "/{}")
		under := slices.ContainsFunc(r.routes, func(other route) bool { return other.form == form+"/{}" })
		at := slices.ContainsFunc(r.routes, func(other route) bool { return other.form == form })
		if under && at && !slices.Contains(found, form) {
			found = append(found, form)
		}
	}
	return found
}

func (r *comparison) matched(form string) *match {
	m := &match{form: form, routes: map[string]route{}}
	for _, one := range r.routes {
		if one.form == form {
			m.path = one.path
		}
	}
	return m
}

// likeness says how alike a kind and one of their collections are, by their names and by the names
// of their properties.
func (r *comparison) likeness(k *contract.Kind, form string) float64 {
	named := likeness.Of(r.tail(k), form[strings.LastIndex(form, "/")+1:])
	var theirs []string
	for _, one := range r.routes {
		switch {
		case one.form == form+"/{}" && one.method == "GET":
			theirs = append(theirs, r.theirs.answer(one).names()...)
		case one.form == form && one.method == "POST":
			theirs = append(theirs, r.theirs.request(one).names()...)
		}
	}
	if len(theirs) == 0 {
		return named
	}
	var ours []string
	for path := range k.Object {
		if !strings.ContainsAny(path, ".:") {
			ours = append(ours, path)
		}
	}
	slices.Sort(theirs)
	return 0.3*named + 0.7*likeness.Overlap(ours, slices.Compact(theirs))
}

// answer returns the body of a success.
func (d *Document) answer(r route) value {
	_, answer := d.success(r)
	schema, _ := d.body(answer)
	return d.value(schema)
}

// request returns the body of a request.
func (d *Document) request(r route) value {
	schema, _ := d.body(d.at(r.described["requestBody"]))
	return d.value(schema)
}

// compareAuthorization compares how a request shows its key.
func (r *comparison) compareAuthorization() {
	s := contract.Subject{Part: contract.Parameter, Property: "Authorization"}
	schemes := nodeOf(nodeOf(r.theirs.root["components"])["securitySchemes"])
	used := map[string]bool{}
	for _, m := range append([]any{r.theirs.root["security"]}, r.securities()...) {
		for _, requirement := range list(m) {
			for name := range nodeOf(requirement) {
				used[name] = true
			}
		}
	}
	var others []string
	for name, scheme := range schemes {
		is := r.theirs.at(scheme)
		header, kind := text(is["name"]), text(is["type"])
		switch {
		case len(used) > 0 && !used[name]:
		case kind == "http" && strings.EqualFold(text(is["scheme"]), "bearer"), kind == "oauth2", kind == "openIdConnect",
			kind == "apiKey" && strings.EqualFold(header, "Authorization"):
			r.holds(s)
			return
		case kind == "apiKey":
			others = append(others, fmt.Sprintf("%s %s", text(is["in"]), header))
		case kind == "http":
			others = append(others, "http "+text(is["scheme"]))
		}
	}
	if slices.Sort(others); len(others) > 0 {
		r.differs(s, contract.Renamed, others[0], "They take the key in another way: %s.", strings.Join(others, ", "))
	}
}

// securities are what the operations demand.
func (r *comparison) securities() []any {
	var found []any
	for _, one := range r.routes {
		found = append(found, one.described["security"])
	}
	return found
}
