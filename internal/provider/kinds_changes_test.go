package provider_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/zclconf/go-cty/cty"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/provider"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

// wishes are the attributes of a resource that the service does not store.
var wishes = []string{"desired_status", "on_destroy"}

// together are attributes that share one property of the service.
var together = map[string][]string{"cohort_segment": {"groups", "match"}}

// subject is one object in a world of its own.
type subject struct {
	*plugin
	w        *world
	kind     provider.Kind
	typeName string
	// config is the configuration of the object, and held its state in Terraform.
	config cty.Value
	held   object
	// properties is the number of properties that its create sent.
	properties int
}

// eachComplete runs a test for every configuration in complete, of every kind.
func eachComplete(t *testing.T, run func(t *testing.T, s *subject)) {
	t.Helper()
	for _, k := range provider.Catalog() {
		typeName := "cohort_" + k.Name
		if len(complete[typeName]) == 0 {
			t.Errorf("complete has no %s: add configurations that together set every attribute", typeName)
		}
		for i, config := range complete[typeName] {
			t.Run(fmt.Sprintf("%s/%d", k.Name, i), func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, sandbox.Options{})
				refer := w.referred(t, typeName)
				p := configuredPlugin(t, w)
				config := p.resource(typeName, refer.Replace(config))
				run(t, &subject{plugin: p, w: w, kind: k, typeName: typeName, config: config})
			})
		}
	}
}

// make creates the object of a configuration.
func (s *subject) make(config cty.Value) {
	s.t.Helper()
	s.w.mark()
	s.config, s.held = config, s.change(s.t, s.typeName, object{state: cty.NullVal(s.states[s.typeName])}, config)
	at := slices.IndexFunc(s.w.exchanges(), isWrite)
	if at < 0 {
		s.t.Fatalf("the create of a %s sent nothing", s.kind.Noun)
	}
	s.properties = len(jsonObject(s.t, s.w.exchanges()[at].Request))
}

func (s *subject) id() string { return s.held.state.GetAttr("id").AsString() }

// become applies another configuration, unless the object has it already.
func (s *subject) become(config cty.Value) {
	s.t.Helper()
	if !s.config.RawEquals(config) {
		s.config, s.held = config, s.change(s.t, s.typeName, s.held, config)
	}
}

// refresh starts another run of Terraform, which reads the object first.
func (s *subject) refresh() {
	s.t.Helper()
	s.anew()
	s.held = s.reread(s.t, s.typeName, s.held)
	s.w.mark()
}

// stored returns the object as the service stores it.
func (s *subject) stored() map[string]any {
	s.t.Helper()
	objects := s.w.Objects("test", "")
	at := slices.IndexFunc(objects, func(o map[string]any) bool { return o["id"] == s.id() })
	if at < 0 {
		s.t.Fatalf("the %s is not there", s.kind.Noun)
	}
	return objects[at]
}

// behind changes properties outside of Terraform, and returns a function that restores them.
func (s *subject) behind(properties map[string]any) (back func()) {
	s.t.Helper()
	before, stored := map[string]any{}, s.stored()
	for name := range properties {
		before[name] = stored[name]
	}
	patch := func(properties map[string]any) {
		s.t.Helper()
		if err := s.w.PatchObject(s.id(), properties); err != nil {
			s.t.Fatal(err)
		}
	}
	patch(properties)
	return func() { patch(before) }
}

func jsonObject(t *testing.T, text string) map[string]any {
	t.Helper()
	var object map[string]any
	if err := json.Unmarshal([]byte(text), &object); err != nil {
		t.Fatalf("%q: %s", text, err)
	}
	return object
}

// alteration is the change of a single attribute, after its apply.
type alteration struct {
	attribute string
	// from and to are the configurations before and after it.
	from, to cty.Value
	// sent is what the apply sent, and before what the service held until then.
	sent   []sandbox.Exchange
	before map[string]any
}

// patches returns the writes of the change.
func (a alteration) patches() []sandbox.Exchange {
	return slices.DeleteFunc(slices.Clone(a.sent), func(e sandbox.Exchange) bool { return !isWrite(e) })
}

// body returns the body of the only write.
func (a alteration) body(t *testing.T) map[string]any {
	t.Helper()
	patches := a.patches()
	if len(patches) != 1 {
		t.Fatalf("the change of %s sent %d writes, want one", a.attribute, len(patches))
	}
	return jsonObject(t, patches[0].Request)
}

// alterations changes each attribute of the object alone, except where that replaces the object. It
// checks that each update sends exactly its change.
func (s *subject) alterations() []alteration {
	s.t.Helper()
	var all []alteration
	for _, a := range s.schema.ResourceSchemas[s.typeName].Block.Attributes {
		bare := a.NestedType != nil && len(a.NestedType.Attributes) == 0
		if bare || s.config.GetAttr(a.Name).IsNull() || slices.Contains(wishes, a.Name) {
			continue
		}
		if from, to, updates := s.altered(a); updates {
			all = append(all, alteration{attribute: a.Name, from: from, to: to})
		}
	}
	if len(all) < 2 {
		s.t.Fatalf("%d attributes of this %s can be changed: set another one in complete", len(all), s.kind.Noun)
	}
	owners := map[string]string{}
	for i, a := range all {
		s.become(a.from)
		s.refresh()
		all[i].before = s.stored()
		s.become(a.to)
		all[i].sent = s.w.exchanges()
		s.sendsWhatChanged(all[i], owners)
	}
	return all
}

// altered returns two configurations that differ in one attribute. Neither has what the new value
// rules out. It returns false for an attribute that replaces the object.
func (s *subject) altered(a *tfprotov6.SchemaAttribute) (from, to cty.Value, updates bool) {
	s.t.Helper()
	var refusals []said
	var replaces bool
	was := s.held.state.GetAttr(a.Name)
	for _, value := range s.others(a, s.config.GetAttr(a.Name)) {
		from, to = s.config, withAttribute(s.config, a.Name, value)
		for {
			planned, all := s.tried(to)
			if len(all) == 0 {
				if len(planned.RequiresReplace) > 0 {
					replaces = true
				} else if !s.decoded(s.typeName, planned.PlannedState).GetAttr(a.Name).RawEquals(was) {
					return from, to, true
				}
				break
			}
			ruledOut, _, _ := strings.Cut(inPath.ReplaceAllString(all[0].path, ""), ".")
			if ruledOut == a.Name || !to.Type().HasAttribute(ruledOut) || to.GetAttr(ruledOut).IsNull() {
				refusals = append(refusals, all...)
				break
			}
			from, to = withAttribute(from, ruledOut, cty.NilVal), withAttribute(to, ruledOut, cty.NilVal)
		}
	}
	if !replaces {
		s.t.Errorf("no other value of %s of %s was found: add a change to edits, "+
			"or another value in backquotes to its description: %v", a.Name, s.typeName, refusals)
	}
	return from, to, false
}

// withAttribute sets an attribute to a value, or to null if there is none.
func withAttribute(config cty.Value, name string, value cty.Value) cty.Value {
	values := config.AsValueMap()
	if value == cty.NilVal {
		value = cty.NullVal(values[name].Type())
	}
	values[name] = value
	return cty.ObjectVal(values)
}

// tried validates and plans a configuration, and returns the plan and the errors.
func (s *subject) tried(config cty.Value) (*tfprotov6.PlanResourceChangeResponse, []said) {
	s.t.Helper()
	if all := errorsOf(s.validate(s.typeName, config)); len(all) > 0 {
		return nil, all
	}
	planned, all := s.planWith(s.typeName, s.held.state, config, s.held.private)
	return planned, errorsOf(all)
}

var quotedWord = regexp.MustCompile("`([^`]+)`")

// others returns other values for an attribute, the best first. The provider may refuse some of
// them.
func (s *subject) others(a *tfprotov6.SchemaAttribute, value cty.Value) []cty.Value {
	var all []cty.Value
	switch kind := value.Type(); {
	case value.IsNull():
		return nil
	case a.NestedType != nil && kind.IsObjectType():
		for _, inner := range a.NestedType.Attributes {
			for _, other := range s.others(inner, value.GetAttr(inner.Name)) {
				all = append(all, withAttribute(value, inner.Name, other))
			}
		}
	case a.NestedType != nil && value.LengthInt() > 0:
		element := &tfprotov6.SchemaAttribute{NestedType: &tfprotov6.SchemaObject{Attributes: a.NestedType.Attributes}}
		for i, was := range value.AsValueSlice() {
			for _, other := range s.others(element, was) {
				elements := value.AsValueSlice()
				elements[i] = other
				all = append(all, cty.ListVal(elements))
			}
		}
	case kind == cty.Number:
		all = append(all, value.Add(cty.NumberIntVal(1)))
	case kind == cty.Bool:
		all = append(all, value.Not())
	case kind.IsMapType():
		all = append(all, eachText(value, func(text string) string { return text + "x" }))
	case kind == cty.String:
		all = s.otherTexts(a, value)
	case edits[a.Name] != nil:
		all = append(all, edits[a.Name](value))
	}
	if a.Optional {
		all = append(all, cty.NullVal(value.Type()))
	}
	return all
}

// otherTexts returns other texts: ids of the same kind for an id, another time for a time, and
// otherwise another text or a word from the description.
func (s *subject) otherTexts(a *tfprotov6.SchemaAttribute, value cty.Value) []cty.Value {
	text := value.AsString()
	objects := s.w.Objects("test", "")
	if at := slices.IndexFunc(objects, func(o map[string]any) bool { return o["id"] == text }); at >= 0 {
		var ids []cty.Value
		for _, o := range objects {
			if id, _ := o["id"].(string); id != text && sameProperties(o, objects[at]) {
				ids = append(ids, cty.StringVal(id))
			}
		}
		return ids
	}
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return []cty.Value{cty.StringVal(at.Add(time.Hour).Format(time.RFC3339))}
	}
	all := []cty.Value{cty.StringVal(text + "x")}
	if edit := edits[a.Name]; edit != nil {
		all = append([]cty.Value{edit(value)}, all...)
	}
	for _, word := range quotedWord.FindAllStringSubmatch(a.Description, -1) {
		all = append(all, cty.StringVal(word[1]))
	}
	return all
}

// sameProperties reports whether two objects of the service have the same properties. Objects of
// one kind do.
func sameProperties(a, b map[string]any) bool {
	for name := range a {
		if _, has := b[name]; !has {
			return false
		}
	}
	return len(a) == len(b)
}

// TestKinds_changes checks the effects of a change of a single attribute, in a plan and outside of
// it.
func TestKinds_changes(t *testing.T) {
	t.Parallel()
	eachComplete(t, func(_ *testing.T, s *subject) {
		s.make(draftOf(s.config))
		all := s.alterations()
		s.refusesConflicts(all)
		s.showsWhatChanged(all)
	})
}

// sendsWhatChanged checks that an update reads the object by id and then sends only what changed.
// owners maps the properties that were sent so far to their attributes.
func (s *subject) sendsWhatChanged(a alteration, owners map[string]string) {
	s.t.Helper()
	what := fmt.Sprintf("the change of %s of a %s", a.attribute, s.kind.Noun)
	at := slices.IndexFunc(a.sent, isWrite)
	one := len(a.patches()) == 1 && a.sent[at].Method == http.MethodPatch
	if !one || !strings.HasSuffix(a.sent[at].Path, "/"+s.id()) {
		s.t.Errorf("%s sent %v, want one PATCH of it", what, a.patches())
		return
	}
	if at == 0 || a.sent[at-1].Method != http.MethodGet || a.sent[at-1].Path != a.sent[at].Path {
		s.t.Errorf("%s was sent before a read by id: in Update, use the read that bypasses listings", what)
	}
	body := a.body(s.t)
	for name, value := range body {
		// The type of a variant defines how to read its settings, so both are sent.
		saysHow := name == "type" && body["typeConfig"] != nil
		if reflect.DeepEqual(value, a.before[name]) && !saysHow {
			s.t.Errorf("%s sent %s, which did not change: send only what differs from the service", what, name)
		}
		pair := []string{owners[name], a.attribute}
		if pair[0] != "" && !slices.Equal(pair, together[s.typeName]) {
			s.t.Errorf("%s sent %s, and so did the change of %s: send only what differs from the service, "+
				"or add both to together if they share one property of the service", what, name, pair[0])
		}
		owners[name] = a.attribute
	}
	if len(body) >= s.properties {
		s.t.Errorf("%s sent %d properties, not fewer than the create", what, len(body))
	}
}

// refusesConflicts checks that an update is refused, and sends nothing, if another attribute was
// changed outside after the plan.
func (s *subject) refusesConflicts(all []alteration) {
	s.t.Helper()
	for i, planned := range all {
		outside := all[(i+1)%len(all)]
		what := fmt.Sprintf("%s of a %s was changed outside after the plan to change %s",
			outside.attribute, s.kind.Noun, planned.attribute)
		s.become(planned.from)
		s.refresh()
		plan, says := s.planWith(s.typeName, s.held.state, planned.to, s.held.private)
		if len(errorsOf(says)) > 0 {
			s.t.Fatal(says)
		}
		back := s.behind(outside.body(s.t))
		_, _, says = s.carryOut(s.typeName, s.held.state, planned.to, plan)
		refusals := errorsOf(says)
		if len(refusals) == 0 || !strings.Contains(refusals[0].summary, "changed outside") {
			s.t.Errorf("%s, but the update says %v: call checkConflict in Update", what, says)
		}
		if sent := s.w.writes(); len(sent) > 0 {
			s.t.Errorf("%s, but the update sent %q", what, sent)
		}
		back()
	}
}

// showsWhatChanged checks that a refresh shows the new value of each attribute, and of the status,
// after a change outside.
func (s *subject) showsWhatChanged(all []alteration) {
	s.t.Helper()
	for _, a := range all {
		s.become(a.from)
		back := s.behind(a.body(s.t))
		now := s.anew().reread(s.t, s.typeName, s.held).state
		if now.IsNull() || now.GetAttr(a.attribute).RawEquals(s.held.state.GetAttr(a.attribute)) {
			s.t.Errorf("another %s of a %s does not show after a refresh: take it from the service in read",
				a.attribute, s.kind.Noun)
		}
		back()
	}
	for _, status := range s.kind.Lifecycle {
		s.behind(map[string]any{"status": status})
		now := s.anew().reread(s.t, s.typeName, s.held).state
		if now.IsNull() || !now.GetAttr("status").RawEquals(cty.StringVal(status)) {
			s.t.Errorf("the status %s of a %s does not show after a refresh: take it from the service in read",
				status, s.kind.Noun)
		}
	}
}
