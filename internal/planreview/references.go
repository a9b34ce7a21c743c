package planreview

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	tfjson "github.com/hashicorp/terraform-json"
	"github.com/zclconf/go-cty/cty"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/portable"
)

// A reference to an object that is to be created has no value in the plan. The configuration in the
// plan says which resources an argument mentions, and nothing else of the expression: neither its
// order nor the index of an instance that it computes. So a target is found only if the argument
// can mean one new object alone. What the configuration does not show, such as the values of
// locals, may be any new object. The other arguments are undetermined.

// resolve fills the fields of all objects.
func (r *reader) resolve(ctx context.Context) error {
	f := newFollower(r.source.Config, r.plan.Resources, r.source.ResourceChanges)
	for _, s := range r.states {
		var places []pending
		note := func(path string) *portable.Object {
			places = append(places, pending{path: path})
			return nil
		}
		fields, err := r.index.Fields(ctx, s.object.Kind, s.config, note)
		if err != nil {
			return err
		}
		if s.after != nil {
			r.explain(f, s.after, fields, places)
			targets := map[string]*portable.Object{}
			for _, place := range places {
				targets[place.path] = place.target
			}
			find := func(path string) *portable.Object { return targets[path] }
			if fields, err = r.index.Fields(ctx, s.object.Kind, s.config, find); err != nil {
				return err
			}
		}
		if s.after != nil {
			r.noteUndetermined(s.after, fields)
		}
		hide(fields, s.config, s.sensitive)
		s.object.Fields = fields
	}
	return nil
}

// pending is a reference that is not known yet.
type pending struct {
	// path leads to it, such as rewards[0].perk_id, and argument is the first name in it.
	path, argument string
	// to are the names of the kinds of the target, and by is what it holds of the target.
	to     []string
	by     string
	target *portable.Object
	// asked says that the configuration was asked.
	asked bool
}

// explain finds the targets of the references of a resource that are not known yet, and notes what
// the configuration says of the other arguments that are not.
func (r *reader) explain(f *follower, resource *Resource, fields []portable.Field, places []pending) {
	for i := range places {
		path := places[i].path
		places[i].argument, _, _ = strings.Cut(path, ".")
		places[i].argument, _, _ = strings.Cut(places[i].argument, "[")
		to := resource.Kind.References[withoutIndices(path)]
		places[i].to, places[i].by = to.Kinds, to.By
	}
	for _, field := range fields {
		if !field.Value.Has(portable.Unknown) {
			continue
		}
		references := f.references(resource.Address, field.Name)
		for i := range places {
			if places[i].argument == field.Name && !places[i].asked {
				r.assign(f, resource, references, places[i:])
			}
		}
		resource.given[field.Name] = append(resource.given[field.Name], f.unsettledOf(resource.Address, references)...)
	}
}

// assign finds the target of the first place, and of those after it that want the same kinds in the
// same argument.
func (r *reader) assign(f *follower, resource *Resource, references []string, places []pending) {
	var alike []*pending
	for i := range places {
		if places[i].argument == places[0].argument && slices.Equal(places[i].to, places[0].to) {
			places[i].asked = true
			alike = append(alike, &places[i])
		}
	}
	found := f.follow(resource.Address, references, places[0])
	candidates := found.candidates()
	if found.sure && len(candidates) == 1 {
		for _, place := range alike {
			place.target = candidates[0].After
		}
		return
	}
	var names []string
	for _, candidate := range candidates {
		names = append(names, candidate.After.String())
	}
	slices.Sort(names)
	argument := places[0].argument
	resource.given[argument] = append(resource.given[argument], cmp.Or(strings.Join(names, " or "), "nothing in the plan"))
}

// noteUndetermined notes the arguments that are not known yet, except what only the service
// chooses: of that, the configuration mentions nothing.
func (r *reader) noteUndetermined(resource *Resource, fields []portable.Field) {
	for _, field := range fields {
		if given := resource.given[field.Name]; field.Value.Has(portable.Unknown) && len(given) > 0 {
			r.plan.Undetermined = append(r.plan.Undetermined, fmt.Sprintf("%s, %s: %s", resource.Address, field.Name,
				strings.Join(given, ", ")))
		}
	}
}

// withoutIndices is a path as the catalog has it.
func withoutIndices(path string) string {
	var kept strings.Builder
	for part := range strings.SplitSeq(path, "[") {
		if _, rest, closed := strings.Cut(part, "]"); closed {
			part = rest
		}
		kept.WriteString(part)
	}
	return kept.String()
}

// follower finds the objects that references lead to.
type follower struct {
	config *tfjson.Config
	// created are the resources that get a new object, by address; byName are those of all instances.
	created map[string]*Resource
	byName  map[string][]*Resource
	// unsettled are the resources and data sources of others that have values which are not known yet.
	unsettled map[string]bool
}

func newFollower(config *tfjson.Config, resources []*Resource, changes []*tfjson.ResourceChange) *follower {
	f := &follower{config, map[string]*Resource{}, map[string][]*Resource{}, map[string]bool{}}
	for _, resource := range resources {
		if resource.After != nil && (resource.Action == Create || resource.Action == Replace) {
			if at, ok := parseAddress(resource.Address); ok {
				f.created[at.String()] = resource
				f.byName[at.resource()] = append(f.byName[at.resource()], resource)
			}
		}
	}
	for _, change := range changes {
		if change == nil || change.Change == nil || change.Change.Actions.NoOp() {
			continue
		}
		if at, ok := parseAddress(change.Address); ok && f.created[at.String()] == nil {
			f.unsettled[at.resource()] = true
		}
	}
	return f
}

// origins is what the references of an argument lead to.
type origins struct {
	// origins are the objects that each reference may mean, in order.
	origins [][]*Resource
	// sure says that it can be nothing else.
	sure bool
	// hidden says that a reference leads to what the configuration does not show.
	hidden bool
}

// candidates are all objects that are meant, each once.
func (o origins) candidates() []*Resource {
	var all []*Resource
	for _, one := range o.origins {
		for _, candidate := range one {
			if !slices.Contains(all, candidate) {
				all = append(all, candidate)
			}
		}
	}
	return all
}

// scope is where references are read: an instance of a module.
type scope struct {
	// path is the address of the instance with a dot behind, or "" for the root module.
	path   string
	module *tfjson.ConfigModule
	// call is the call of the module, made in the scope parent; key is that of the instance.
	call   *tfjson.ModuleCall
	parent *scope
	key    cty.Value
}

// root is the scope of the root module.
func (f *follower) root() *scope {
	if f.config == nil || f.config.RootModule == nil {
		return nil
	}
	return &scope{module: f.config.RootModule, key: cty.NilVal}
}

// child is the scope of a module that is called in another one, or nil.
func (s *scope) child(name string, key cty.Value) *scope {
	call := s.module.ModuleCalls[name]
	if call == nil || call.Module == nil {
		return nil
	}
	return &scope{s.path + "module." + name + indexOf(key) + ".", call.Module, call, s, key}
}

// scopeOf is the scope of a resource, or nil.
func (f *follower) scopeOf(at address) *scope {
	s := f.root()
	for i := 0; s != nil && i < len(at.modules); i++ {
		s = s.child(at.modules[i].name, at.modules[i].key)
	}
	return s
}

// resource is the configuration of a resource in a module, or nil.
func (s *scope) resource(name string) *tfjson.ConfigResource {
	for _, resource := range s.module.Resources {
		if resource != nil && resource.Address == name {
			return resource
		}
	}
	return nil
}

// references are what the configuration mentions in an argument of a resource.
func (f *follower) references(of, argument string) []string {
	at, ok := parseAddress(of)
	if !ok {
		return nil
	}
	s := f.scopeOf(at)
	if s == nil {
		return nil
	}
	resource := s.resource(at.name())
	if resource == nil {
		return nil
	}
	return whole(referencesOf(resource.Expressions[argument]))
}

func referencesOf(expression *tfjson.Expression) []string {
	if expression == nil || expression.ExpressionData == nil {
		return nil
	}
	all := slices.Clone(expression.References)
	for _, block := range expression.NestedBlocks {
		for _, name := range slices.Sorted(maps.Keys(block)) {
			all = append(all, referencesOf(block[name])...)
		}
	}
	return all
}

// whole leaves out the parts of references, which the JSON lists after each: cohort_list.a after
// cohort_list.a.id.
func whole(references []string) []string {
	var all []string
	for _, reference := range references {
		if len(all) > 0 {
			rest, isPart := strings.CutPrefix(all[len(all)-1], reference)
			if isPart && rest != "" && (rest[0] == '.' || rest[0] == '[') {
				continue
			}
		}
		all = append(all, reference)
	}
	return all
}

// follow follows the references of an argument of a resource.
func (f *follower) follow(of string, references []string, place pending) origins {
	at, _ := parseAddress(of)
	s := f.scopeOf(at)
	if s == nil || len(references) == 0 {
		return f.anything(place, false)
	}
	t := &trail{follower: f, place: place, found: origins{sure: true}}
	each := s.resource(at.name())
	if each != nil {
		t.walk(s, references, referencesOf(each.ForEachExpression), 0)
	}
	if len(t.found.origins) == 0 {
		return f.anything(place, false)
	}
	return t.found
}

// unsettledOf are the references that may lead to values which are not known yet.
func (f *follower) unsettledOf(of string, references []string) []string {
	at, _ := parseAddress(of)
	s := f.scopeOf(at)
	return slices.DeleteFunc(slices.Clone(references), func(reference string) bool {
		if s == nil {
			return false
		}
		t := &trail{follower: f, place: pending{to: kindNames()}, found: origins{sure: true}}
		t.walk(s, []string{reference}, nil, 0)
		return t.found.sure && !t.found.hidden && len(t.found.origins) == 0
	})
}

func kindNames() []string {
	var names []string
	for _, k := range portable.Kinds() {
		names = append(names, k.Name)
	}
	return names
}

// anything is every new object of the kinds that a place allows.
func (f *follower) anything(place pending, sure bool) origins {
	var all []*Resource
	for _, address := range slices.Sorted(maps.Keys(f.created)) {
		if one := f.created[address]; slices.Contains(place.to, one.Kind.Name) {
			all = append(all, one)
		}
	}
	return origins{origins: [][]*Resource{all}, sure: sure}
}

// trail follows references from module to module.
type trail struct {
	*follower
	place pending
	found origins
}

// mostCalls is more than any configuration nests its modules and outputs.
const mostCalls = 100

// walk follows references of a scope. each are the references of the for_each that each.value
// means.
func (t *trail) walk(s *scope, references, each []string, depth int) {
	if depth > mostCalls {
		t.found.sure = false
		return
	}
	for _, reference := range whole(references) {
		steps, diags := hclsyntax.ParseTraversalAbs([]byte(reference), "", hcl.InitialPos)
		if diags.HasErrors() {
			t.found.sure = false
			continue
		}
		names, keys := namesOf(steps)
		switch first := names[0]; {
		case slices.Contains([]string{"path", "terraform", "self", "count"}, first):
		case first == "each":
			if len(names) > 1 && names[1] == "value" {
				t.walk(s, each, nil, depth+1)
			}
		case first == "var" && len(names) > 1:
			if s.parent != nil {
				t.walk(s.parent, referencesOf(s.call.Expressions[names[1]]), referencesOf(s.call.ForEachExpression), depth+1)
			}
		case first == "module" && len(names) > 2:
			t.output(s, names, keys, depth)
		case first == "local" || first == "module":
			t.found.hidden = true
			t.add(t.anything(t.place, true).origins[0])
		case first == "data" && len(names) > 2:
			t.found.sure = t.found.sure && !t.unsettled[s.path+strings.Join(names[:3], ".")]
		case len(names) > 1:
			t.resource(s, names, keys)
		}
	}
}

// add adds what a reference may mean.
func (t *trail) add(objects []*Resource) {
	fitting := slices.DeleteFunc(slices.Clone(objects), func(one *Resource) bool {
		return !slices.Contains(t.place.to, one.Kind.Name)
	})
	if len(fitting) > 0 {
		t.found.origins = append(t.found.origins, fitting)
	}
}

// output follows an output of a module.
func (t *trail) output(s *scope, names []string, keys []cty.Value, depth int) {
	child := s.child(names[1], keys[1])
	if child == nil || child.module.Outputs[names[2]] == nil {
		t.found.sure = false
		return
	}
	t.walk(child, referencesOf(child.module.Outputs[names[2]].Expression), nil, depth+1)
}

// resource adds what a reference to a resource means.
func (t *trail) resource(s *scope, names []string, keys []cty.Value) {
	name := s.path + names[0] + "." + names[1]
	instances := t.byName[name]
	if len(names) > 2 && names[2] != t.place.by && len(instances) > 0 {
		// Another attribute may decide between objects.
		t.found.sure = t.found.sure && isSettled(instances, names[2])
		return
	}
	t.found.sure = t.found.sure && !t.unsettled[name]
	if exact := t.created[name+indexOf(keys[1])]; exact != nil {
		instances = []*Resource{exact}
	} else if keys[1] != cty.NilVal {
		instances = nil // It exists already.
	}
	t.add(instances)
}

// isSettled reports whether an attribute is known of all instances. Only arguments can be.
func isSettled(instances []*Resource, attribute string) bool {
	return !slices.ContainsFunc(instances, func(one *Resource) bool {
		return attribute == "id" || attribute == "status" || one.unsettled[attribute]
	})
}

// address is the address of a resource.
type address struct {
	modules []instance
	names   []string
	key     cty.Value
}

// instance is a module with the key of its instance, or cty.NilVal for none.
type instance struct {
	name string
	key  cty.Value
}

// module is the address of the module with a dot behind, or "".
func (a address) module() string {
	var path strings.Builder
	for _, m := range a.modules {
		path.WriteString("module." + m.name + indexOf(m.key) + ".")
	}
	return path.String()
}

// name is the address in the module, without the key of the instance.
func (a address) name() string { return strings.Join(a.names, ".") }

// resource is the address without the key of the instance.
func (a address) resource() string { return a.module() + a.name() }

// String is the whole address.
func (a address) String() string { return a.resource() + indexOf(a.key) }

// parseAddress reads the address of a resource.
func parseAddress(text string) (a address, ok bool) {
	steps, diags := hclsyntax.ParseTraversalAbs([]byte(text), "", hcl.InitialPos)
	if diags.HasErrors() {
		return a, false
	}
	names, keys := namesOf(steps)
	for len(names) > 3 && names[0] == "module" {
		a.modules = append(a.modules, instance{names[1], keys[1]})
		names, keys = names[2:], keys[2:]
	}
	a.names, a.key = names, keys[len(keys)-1]
	return a, len(names) > 1
}

// namesOf are the names of a traversal, and the key behind each, or cty.NilVal.
func namesOf(steps hcl.Traversal) (names []string, keys []cty.Value) {
	for _, step := range steps {
		switch step := step.(type) {
		case hcl.TraverseRoot:
			names, keys = append(names, step.Name), append(keys, cty.NilVal)
		case hcl.TraverseAttr:
			names, keys = append(names, step.Name), append(keys, cty.NilVal)
		case hcl.TraverseIndex:
			if last := len(keys) - 1; keys[last] == cty.NilVal {
				keys[last] = step.Key
			}
		}
	}
	return names, keys
}

// indexOf is the key of an instance as addresses have it.
func indexOf(key cty.Value) string {
	switch {
	case key == cty.NilVal || key.IsNull() || !key.IsKnown():
		return ""
	case key.Type() == cty.String:
		return "[" + quoted(key.AsString()) + "]"
	case key.Type() == cty.Number:
		return "[" + key.AsBigFloat().Text('f', -1) + "]"
	default:
		return ""
	}
}
