package planreview

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	tfjson "github.com/hashicorp/terraform-json"
	"github.com/zclconf/go-cty/cty"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/portable"
)

// ErrNotPlan says that something is not the JSON of a plan.
var ErrNotPlan = errors.New("this is not the JSON of a plan: make it with terraform plan -out=FILE and " +
	"terraform show -json FILE")

// Read reads the JSON of a plan, as terraform show -json and tofu show -json print it.
func Read(ctx context.Context, content []byte) (*Plan, error) {
	if !bytes.HasPrefix(bytes.TrimSpace(content), []byte("{")) {
		return nil, ErrNotPlan
	}
	// What terraform-json does not know.
	var more struct {
		Errored *bool           `json:"errored"`
		Values  json.RawMessage `json:"values"`
		Changes json.RawMessage `json:"resource_changes"`
	}
	err := json.Unmarshal(content, &more)
	if err == nil && more.Values != nil && more.Changes == nil {
		return nil, fmt.Errorf("this is the JSON of a state: %w", ErrNotPlan)
	}
	source := new(tfjson.Plan)
	source.UseJSONNumber(true)
	if err == nil {
		err = source.UnmarshalJSON(content)
	}
	if err != nil {
		return nil, fmt.Errorf("%w (%w)", ErrNotPlan, err)
	}
	if source.Config == nil && more.Changes == nil { // As of a state that is empty.
		return nil, ErrNotPlan
	}
	r := &reader{source: source, plan: &Plan{Errored: more.Errored != nil && *more.Errored}, index: portable.NewIndex()}
	r.plan.Partial = source.Complete != nil && !*source.Complete && !r.plan.Errored
	if err := r.read(ctx); err != nil {
		return nil, err
	}
	return r.plan, nil
}

// reader reads one plan.
type reader struct {
	source *tfjson.Plan
	plan   *Plan
	index  *portable.Index
	// states are the values of the objects, until all objects are known to which they may refer.
	states []state
}

// state is an object before or after the plan, or before the refresh.
type state struct {
	object *portable.Object
	config cty.Value
	// sensitive is true in place of each value that the configuration marks as sensitive.
	sensitive []any
	// after is the resource, if the object is its state after the plan.
	after *Resource
}

func (r *reader) read(ctx context.Context) error {
	kinds := map[string]portable.Kind{}
	for _, k := range portable.Kinds() {
		kinds["cohort_"+k.Name] = k
	}
	prior := resourcesOf(r.source.PriorState)
	r.indexData(kinds, prior)
	planned := map[string]bool{}
	for _, change := range r.source.ResourceChanges {
		if change == nil || change.Change == nil || change.Mode != tfjson.ManagedResourceMode {
			continue
		}
		planned[change.Address] = true
		k, ours := kinds[change.Type]
		if !ours {
			r.addOther(change)
			continue
		}
		if err := r.addChange(ctx, k, change); err != nil {
			return fmt.Errorf("%s: %w", change.Address, err)
		}
	}
	for _, resource := range prior {
		k, ours := kinds[resource.Type]
		if !ours || resource.Mode != tfjson.ManagedResourceMode || planned[resource.Address] {
			continue
		}
		object, err := r.object(ctx, k, resource.AttributeValues, nil, nil)
		if err != nil {
			return fmt.Errorf("%s: %w", resource.Address, err)
		}
		mode := modeOf(resource.AttributeValues)
		r.add(&Resource{Address: resource.Address, Kind: k, Mode: mode, Action: Keep, Before: object, After: object})
	}
	if err := r.addDrift(ctx, kinds); err != nil {
		return err
	}
	if err := r.resolve(ctx); err != nil {
		return err
	}
	r.readActions()
	r.readProviders()
	for _, deferred := range r.source.DeferredChanges {
		if deferred != nil {
			r.plan.Partial = true
		}
	}
	slices.SortStableFunc(r.plan.Resources, func(a, b *Resource) int {
		return cmp.Or(cmp.Compare(place(a.Kind), place(b.Kind)), cmp.Compare(a.Key, b.Key), cmp.Compare(a.Address, b.Address))
	})
	slices.SortFunc(r.plan.others, func(a, b other) int { return cmp.Compare(a.text, b.text) })
	slices.Sort(r.plan.Others)
	slices.Sort(r.plan.Undetermined)
	r.plan.variables = canonicalJSON(r.source.Variables)
	return nil
}

// place is the place of a kind in the catalog.
func place(k portable.Kind) int {
	return slices.IndexFunc(portable.Kinds(), func(other portable.Kind) bool { return other.Name == k.Name })
}

// resourcesOf are the resources and data sources of all modules of a state.
func resourcesOf(of *tfjson.State) []*tfjson.StateResource {
	if of == nil || of.Values == nil {
		return nil
	}
	var all []*tfjson.StateResource
	modules := []*tfjson.StateModule{of.Values.RootModule}
	for i := 0; i < len(modules); i++ {
		if modules[i] != nil {
			all = append(all, modules[i].Resources...)
			modules = append(modules, modules[i].ChildModules...)
		}
	}
	return slices.DeleteFunc(all, func(one *tfjson.StateResource) bool { return one == nil })
}

// indexData indexes the objects that data sources found: they may be referred to, and the plan does
// not manage them.
func (r *reader) indexData(kinds map[string]portable.Kind, prior []*tfjson.StateResource) {
	for _, resource := range prior {
		values := resource.AttributeValues
		switch k, ours := kinds[resource.Type]; {
		case resource.Mode != tfjson.DataResourceMode:
		case ours:
			r.index.Add(headOf(k, values, nil))
		case resource.Type == "cohort_inventory":
			for _, k := range kinds {
				ids, _ := values[strings.ReplaceAll(k.Plural, " ", "_")].(map[string]any)
				for key, id := range ids {
					if id, isText := id.(string); isText {
						r.index.Add(&portable.Object{Kind: k, Key: key, Name: key, ID: id})
					}
				}
			}
		}
	}
}

// headOf is an object without its fields.
func headOf(k portable.Kind, values, unknown map[string]any) *portable.Object {
	text := func(name string) string {
		held, _ := values[name].(string)
		return held
	}
	head := &portable.Object{
		Kind: k, ID: text("id"), Key: strings.TrimSpace(text(k.Key)), Name: cmp.Or(text("name"), text(k.Key)),
	}
	if len(k.Lifecycle) > 0 {
		head.Status = text("status")
		if unknown["status"] == true {
			// A transition is due, or the object is new.
			head.Status = cmp.Or(text("desired_status"), k.Lifecycle[0])
		}
	}
	return head
}

func modeOf(values map[string]any) merchants.Mode {
	text, _ := values["mode"].(string)
	return merchants.Mode(text)
}

// object reads an object of the plan. Its fields are read by resolve.
func (r *reader) object(
	ctx context.Context, k portable.Kind, values, unknown any, sensitive []any,
) (*portable.Object, error) {
	held, _ := values.(map[string]any)
	notYet, _ := unknown.(map[string]any)
	if values == nil && unknown != true && notYet == nil {
		return nil, nil
	}
	config, err := k.Config(ctx, values, unknown)
	if err != nil {
		return nil, err
	}
	object := headOf(k, held, notYet)
	r.states = append(r.states, state{object: object, config: config, sensitive: sensitive})
	return object, nil
}

// add adds a resource whose objects are set.
func (r *reader) add(resource *Resource) {
	for _, object := range []*portable.Object{resource.Recorded, resource.Before, resource.After} {
		if object != nil {
			r.index.Add(object)
			resource.Key, resource.Name = object.Key, object.Name
			resource.ID = cmp.Or(object.ID, resource.ID)
		}
	}
	r.plan.Resources = append(r.plan.Resources, resource)
}

// addChange adds a resource of ours.
func (r *reader) addChange(ctx context.Context, k portable.Kind, change *tfjson.ResourceChange) error {
	c := change.Change
	resource := &Resource{
		Address: change.Address, Kind: k, Action: actionOf(c.Actions), Adopts: c.Importing != nil, deposed: change.DeposedKey,
		given: map[string][]string{}, unsettled: map[string]bool{},
	}
	if notYet, _ := c.AfterUnknown.(map[string]any); notYet != nil {
		for name, unknown := range notYet {
			resource.unsettled[name] = anyMarked([]any{unknown})
		}
	}
	sensitive := []any{c.BeforeSensitive, c.AfterSensitive}
	var err error
	if resource.Before, err = r.object(ctx, k, c.Before, nil, sensitive); err != nil {
		return err
	}
	notYet := c.AfterUnknown
	if c.After == nil && !slices.Contains(c.Actions, tfjson.ActionCreate) {
		notYet = nil // A deletion has an empty object there.
	}
	if resource.After, err = r.object(ctx, k, c.After, notYet, sensitive); err != nil {
		return err
	}
	if resource.After != nil {
		r.states[len(r.states)-1].after = resource
	}
	after, _ := c.After.(map[string]any)
	before, _ := c.Before.(map[string]any)
	resource.Mode = cmp.Or(modeOf(after), modeOf(before))
	if slices.Contains(c.Actions, tfjson.ActionForget) && resource.After != nil {
		// The old object is let go, and a new one made.
		r.add(&Resource{
			Address: change.Address, Kind: k, Mode: resource.Mode, Action: Forget, Before: resource.Before, deposed: "forgotten",
		})
		resource.Action, resource.Before = Create, nil
	}
	r.add(resource)
	return nil
}

func actionOf(actions tfjson.Actions) Action {
	switch has := func(action tfjson.Action) bool { return slices.Contains(actions, action) }; {
	case has(tfjson.ActionDelete) && has(tfjson.ActionCreate):
		return Replace
	case has(tfjson.ActionDelete):
		return Delete
	case has(tfjson.ActionForget):
		return Forget
	case has(tfjson.ActionCreate):
		return Create
	case has(tfjson.ActionUpdate):
		return Update
	default:
		return Keep
	}
}

// addOther adds a resource of another provider.
func (r *reader) addOther(change *tfjson.ResourceChange) {
	c := change.Change
	if c.Actions.NoOp() && c.Importing == nil {
		return
	}
	r.plan.Others = append(r.plan.Others, change.Address)
	r.plan.others = append(r.plan.others, other{change.Address, canonicalJSON([]any{
		change.Address, change.DeposedKey, c.Actions, c.Importing != nil, withoutSensitive(c.After, c.AfterSensitive),
		c.AfterUnknown,
	})})
}

// withoutSensitive returns a value without those that are sensitive.
func withoutSensitive(value, sensitive any) any {
	if sensitive == true {
		return "sensitive"
	}
	switch value := value.(type) {
	case map[string]any:
		marks, _ := sensitive.(map[string]any)
		rest := map[string]any{}
		for name, held := range value {
			rest[name] = withoutSensitive(held, marks[name])
		}
		return rest
	case []any:
		marks, _ := sensitive.([]any)
		rest := make([]any, len(value))
		for i, held := range value {
			var mark any
			if i < len(marks) {
				mark = marks[i]
			}
			rest[i] = withoutSensitive(held, mark)
		}
		return rest
	default:
		return value
	}
}

// canonicalJSON is JSON with sorted names.
func canonicalJSON(value any) string {
	encoded, err := json.Marshal(value)
	if err != nil { // Not with what was read from JSON.
		return fmt.Sprint(value)
	}
	return string(encoded)
}

// addDrift adds what was changed outside of Terraform.
func (r *reader) addDrift(ctx context.Context, kinds map[string]portable.Kind) error {
	for _, change := range r.source.ResourceDrift {
		if change == nil || change.Change == nil || change.Change.Actions.NoOp() {
			continue
		}
		k, ours := kinds[change.Type]
		if !ours || change.Mode != tfjson.ManagedResourceMode {
			continue
		}
		c := change.Change
		recorded, err := r.object(ctx, k, c.Before, nil, []any{c.BeforeSensitive, c.AfterSensitive})
		if err != nil {
			return fmt.Errorf("%s: %w", change.Address, err)
		}
		at := slices.IndexFunc(r.plan.Resources, func(one *Resource) bool {
			return one.Address == change.Address && one.deposed == change.DeposedKey
		})
		if at >= 0 {
			resource := r.plan.Resources[at]
			resource.Recorded = recorded
			if resource.After == nil && c.After != nil {
				// Where the configuration has lost a resource, a plan of it begins with what was recorded.
				if resource.Before, err = r.object(ctx, k, c.After, nil, []any{c.BeforeSensitive, c.AfterSensitive}); err != nil {
					return fmt.Errorf("%s: %w", change.Address, err)
				}
				r.index.Add(resource.Before)
				resource.Key, resource.Name = resource.Before.Key, resource.Before.Name
			}
			continue
		}
		values, _ := c.Before.(map[string]any)
		r.add(&Resource{Address: change.Address, Kind: k, Mode: modeOf(values), Action: Keep, Recorded: recorded})
	}
	return nil
}

// readProviders reads what the provider blocks say, if it can be told.
func (r *reader) readProviders() {
	modes := map[merchants.Mode]bool{}
	for _, resource := range r.plan.Resources {
		modes[resource.Mode] = true
	}
	r.plan.AllowedKnown = true
	configured := map[merchants.Mode]bool{}
	if r.source.Config != nil {
		for _, name := range slices.Sorted(maps.Keys(r.source.Config.ProviderConfigs)) {
			block := r.source.Config.ProviderConfigs[name]
			if block == nil || len(block.Expressions) == 0 ||
				!strings.HasSuffix("/"+cmp.Or(block.FullName, block.Name), "/cohort") {
				continue
			}
			configured[r.configuredMode(block)] = true
			allowed, known := r.allowed(block)
			r.plan.Allowed = append(r.plan.Allowed, allowed...)
			r.plan.AllowedKnown = r.plan.AllowedKnown && known
		}
		if len(configured) == 0 {
			configured[merchants.ModeTest] = true
		}
	}
	slices.Sort(r.plan.Allowed)
	r.plan.Allowed = slices.Compact(r.plan.Allowed)
	if delete(modes, ""); len(modes) == 0 {
		modes = configured
	}
	if len(modes) == 1 {
		for mode := range modes {
			r.plan.Mode = mode
		}
	}
	r.plan.Mixed = len(modes) > 1
}

// valueOf is the value of an argument of a provider block. sure says that it is the whole value,
// and not only that of a variable in it.
func (r *reader) valueOf(block *tfjson.ProviderConfig, name string) (value any, known, sure bool) {
	expression := block.Expressions[name]
	if expression == nil || expression.ExpressionData == nil {
		return nil, true, true
	}
	variable, isVariable := "", false
	if len(expression.References) == 1 && block.ModuleAddress == "" {
		variable, isVariable = strings.CutPrefix(expression.References[0], "var.")
	}
	switch held := r.source.Variables[variable]; {
	case len(expression.References) == 0:
		return expression.ConstantValue, true, true
	case isVariable && held != nil:
		return held.Value, true, false
	default:
		return nil, false, false
	}
}

func (r *reader) configuredMode(block *tfjson.ProviderConfig) merchants.Mode {
	value, known, _ := r.valueOf(block, "mode")
	text, isText := value.(string)
	switch mode := merchants.Mode(text); {
	case known && value == nil:
		return merchants.ModeTest
	case known && isText && (mode == merchants.ModeTest || mode == merchants.ModeLive):
		return mode
	default:
		return ""
	}
}

// allowed are the entries of allow_live_delete in a provider block. An expression such as
// concat(var.deletes, [...]) shows only the variable, so these may not be all.
func (r *reader) allowed(block *tfjson.ProviderConfig) (names []string, known bool) {
	value, known, sure := r.valueOf(block, "allow_live_delete")
	if !known {
		return nil, false
	}
	list, isList := value.([]any)
	if !isList {
		return nil, value == nil
	}
	for _, entry := range list {
		text, isText := entry.(string)
		if !isText {
			return nil, false
		}
		names = append(names, text)
	}
	return names, sure || r.covers(names)
}

// covers reports whether names are all that the deletions of the plan need. The provider has let
// them pass, so a list that lacks one of them is not the whole list.
func (r *reader) covers(names []string) bool {
	deletes := slices.ContainsFunc(r.plan.Resources, func(one *Resource) bool {
		return one.endsLive() && !one.allowedBy(names)
	})
	return !deletes && !slices.ContainsFunc(r.plan.Actions, func(call Call) bool {
		return call.names() != nil && !call.allowedBy(names)
	})
}
