// Package core does what Terraform does with a configuration, in process: it evaluates the root and
// its local modules, imports, refreshes, plans and applies through the provider's protocol server,
// and writes the plan as JSON. Thousands of plans take it seconds. It knows only the part of the
// language that the tests use: resources with for_each, data sources, local values, variables, one
// level of modules, import and moved blocks. The tests that run Terraform show that it tells the
// truth. It is for tests and ships nothing.
package core

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/zclconf/go-cty/cty"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/provider"
)

// Merchant is what the provider is configured for.
type Merchant struct {
	URL, Key, Mode string
	// Snapshot is the path of a snapshot to use in place of URL and Key.
	Snapshot string
	// AllowLiveDelete is the argument of that name.
	AllowLiveDelete []string
}

// Core is Terraform with a state.
type Core struct {
	// NoRefresh plans from the state, without a read.
	NoRefresh bool
	// States are the objects of the state by address, such as module.loyalty.cohort_list.vip.
	States map[string]cty.Value

	t        testing.TB
	merchant Merchant
	server   tfprotov6.ProviderServer
	schema   *tfprotov6.GetProviderSchemaResponse
	types    map[string]cty.Type // of resources
	block    cty.Value           // of the provider

	root      map[string]cty.Value // variables
	modules   []*module            // the root first
	instances map[string]*instance
	imports   map[string]string    // id by address
	moved     map[string]string    // address before the move, by address
	refreshed map[string]cty.Value // states before the plan and after the refresh
	recorded  map[string]cty.Value // states before the refresh
	changes   map[string]*change
	summary   Summary
	// mu guards what visits of resources write.
	mu sync.Mutex
}

// Summary counts what a plan does.
type Summary struct {
	Imports, Adds int
	// Changes are the addresses that are updated or replaced, Deletes those that are deleted.
	Changes, Deletes []string
}

// String reads like the summary of a plan.
func (s Summary) String() string {
	text := fmt.Sprintf("%d to import, %d to add, %d to change %q", s.Imports, s.Adds, len(s.Changes), s.Changes)
	if len(s.Deletes) > 0 {
		text += fmt.Sprintf(", %d to destroy %q", len(s.Deletes), s.Deletes)
	}
	return text
}

// Empty reports whether the plan does nothing.
func (s Summary) Empty() bool { return s.Imports+s.Adds+len(s.Changes)+len(s.Deletes) == 0 }

// change is what a plan does to a resource.
type change struct {
	actions       []string
	prior, next   cty.Value
	plannedState  *tfprotov6.DynamicValue
	private       []byte
	typeName      string
	deletePrivate []byte
}

// New configures the provider for a merchant. The states are those of an earlier run, or nil.
func New(t testing.TB, m Merchant, states map[string]cty.Value) *Core {
	t.Helper()
	c := &Core{
		t: t, merchant: m, server: provider.NewServer("test")(), States: maps.Clone(states), types: map[string]cty.Type{},
	}
	if c.States == nil {
		c.States = map[string]cty.Value{}
	}
	var err error
	if c.schema, err = c.server.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{}); err != nil {
		t.Fatal(err)
	}
	for name, schema := range c.schema.ResourceSchemas {
		c.types[name] = c.typeOf(schema.ValueType())
	}
	arguments := map[string]cty.Value{"mode": cty.StringVal(m.Mode)}
	for name, text := range map[string]string{"api_url": m.URL, "api_key": m.Key, "snapshot": m.Snapshot} {
		if text != "" {
			arguments[name] = cty.StringVal(text)
		}
	}
	if len(m.AllowLiveDelete) > 0 {
		var names []cty.Value
		for _, name := range m.AllowLiveDelete {
			names = append(names, cty.StringVal(name))
		}
		arguments["allow_live_delete"] = cty.ListVal(names)
	}
	c.block = c.convert(c.schema.Provider, arguments)
	return c
}

// configure begins a run of Terraform.
func (c *Core) configure() {
	c.t.Helper()
	block := c.wire(c.block)
	checked, err := c.server.ValidateProviderConfig(c.t.Context(), &tfprotov6.ValidateProviderConfigRequest{Config: block})
	if err != nil {
		c.t.Fatal(err)
	}
	c.check("check the provider block", checked.Diagnostics)
	answer, err := c.server.ConfigureProvider(c.t.Context(), &tfprotov6.ConfigureProviderRequest{Config: block})
	if err != nil {
		c.t.Fatal(err)
	}
	c.check("configure", answer.Diagnostics)
}

// Plan plans a root, the directory of some of the files. Variables are those of the root.
func (c *Core) Plan(files map[string][]byte, root string, variables map[string]string) Summary {
	c.t.Helper()
	c.configure()
	c.summary, c.imports, c.moved = Summary{}, map[string]string{}, map[string]string{}
	c.refreshed, c.recorded, c.changes = map[string]cty.Value{}, map[string]cty.Value{}, map[string]*change{}
	c.root = map[string]cty.Value{}
	for name, value := range variables {
		c.root[name] = cty.StringVal(value)
	}
	c.load(files, root)
	c.move()
	c.readData()
	c.expand()
	c.readImports()
	for _, address := range slices.Sorted(maps.Keys(c.instances)) {
		if id := c.imports[address]; id != "" && c.States[address] == cty.NilVal {
			c.States[address] = c.imported(address, id)
			c.summary.Imports++
		} else {
			delete(c.imports, address)
		}
	}
	for _, address := range slices.Sorted(maps.Keys(c.States)) {
		c.recorded[address] = c.States[address]
		if c.imports[address] == "" && !c.NoRefresh {
			c.refresh(address)
		}
		if state, there := c.States[address]; there {
			c.refreshed[address] = state
		}
	}
	var deletions sync.WaitGroup
	for address := range c.refreshed {
		if c.instances[address] == nil {
			deletions.Go(func() { c.planDelete(address) })
		}
	}
	c.walk(slices.Sorted(maps.Keys(c.instances)), c.plan)
	deletions.Wait()
	if c.t.Failed() {
		c.t.FailNow()
	}
	slices.Sort(c.summary.Changes)
	slices.Sort(c.summary.Deletes)
	return c.summary
}

// Apply applies the last plan.
func (c *Core) Apply() {
	c.t.Helper()
	if c.t.Failed() {
		return
	}
	c.configure()
	var changed []string
	for address, planned := range c.changes {
		if c.instances[address] != nil && planned.actions[0] != "no-op" {
			changed = append(changed, address)
		}
	}
	slices.Sort(changed)
	c.walk(changed, c.apply)
	for _, address := range c.summary.Deletes {
		c.applyDelete(address)
	}
}

// walk visits resources side by side, each after those that it refers to. The guards need it: a
// plan waits for others.
func (c *Core) walk(addresses []string, visit func(address string)) {
	c.t.Helper()
	ended := map[string]chan struct{}{}
	for _, address := range addresses {
		ended[address] = make(chan struct{})
	}
	before := map[string][]string{}
	for _, address := range addresses {
		for of := range c.instances[address].dependencies() {
			for _, other := range addresses {
				if other == of || strings.HasPrefix(other, of+"[") {
					before[address] = append(before[address], other)
				}
			}
		}
	}
	var wait sync.WaitGroup
	for _, address := range addresses {
		wait.Go(func() {
			defer close(ended[address])
			for _, other := range before[address] {
				<-ended[other]
			}
			visit(address)
		})
	}
	wait.Wait()
}

// readImports evaluates the import blocks of the root.
func (c *Core) readImports() {
	c.t.Helper()
	root := c.modules[0]
	for _, block := range root.blocks {
		if block.Type != "import" {
			continue
		}
		to, problems := hcl.AbsTraversalForExpr(block.Body.Attributes["to"].Expr)
		if problems.HasErrors() {
			c.t.Fatal(problems)
		}
		address := addressOf(to)
		if c.instances[address] == nil {
			c.t.Fatalf("an import block names %s, which is no resource", address)
		}
		if c.imports[address] != "" {
			c.t.Fatalf("two import blocks name %s", address)
		}
		scope := root.scope(nil)
		if each := block.Body.Attributes["for_each"]; each != nil {
			found := c.value(each.Expr, scope)
			if found.LengthInt() == 0 {
				continue
			}
			scope["each"] = cty.ObjectVal(map[string]cty.Value{"value": found.GetAttr("this")})
		}
		c.imports[address] = c.value(block.Body.Attributes["id"].Expr, scope).AsString()
	}
}

// move applies the moved blocks to the state.
func (c *Core) move() {
	c.t.Helper()
	for _, m := range c.modules {
		for _, block := range m.blocks {
			if block.Type != "moved" {
				continue
			}
			var ends [2]string
			for i, name := range []string{"from", "to"} {
				traversal, problems := hcl.AbsTraversalForExpr(block.Body.Attributes[name].Expr)
				if problems.HasErrors() {
					c.t.Fatal(problems)
				}
				ends[i] = m.inside(addressOf(traversal))
			}
			if state, there := c.States[ends[0]]; there {
				delete(c.States, ends[0])
				c.States[ends[1]], c.moved[ends[1]] = state, ends[0]
			}
		}
	}
}

// config evaluates a resource.
func (c *Core) config(address string) (typeName string, config cty.Value) {
	c.t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	i := c.instances[address]
	values, scope := map[string]cty.Value{}, i.module.scope(i)
	for name, attribute := range i.block.Body.Attributes {
		if name != "for_each" {
			values[name] = c.value(attribute.Expr, scope)
		}
	}
	return i.typeName, c.convert(c.schema.ResourceSchemas[i.typeName], values)
}

// plan validates and plans a resource.
func (c *Core) plan(address string) {
	c.t.Helper()
	typeName, config := c.config(address)
	validated, err := c.server.ValidateResourceConfig(c.t.Context(), &tfprotov6.ValidateResourceConfigRequest{
		TypeName: typeName, Config: c.wire(config),
		ClientCapabilities: &tfprotov6.ValidateResourceConfigClientCapabilities{WriteOnlyAttributesAllowed: true},
	})
	if err != nil || c.failed("validate "+address, validated.Diagnostics) {
		return
	}
	prior, known := c.refreshed[address]
	if !known {
		prior = cty.NullVal(config.Type())
	}
	plan, next, replaces := c.planned(address, typeName, prior, config)
	planned := &change{prior: prior, next: next, typeName: typeName, actions: []string{"no-op"}}
	if replaces {
		planned.deletePrivate = plan.PlannedPrivate
		none := cty.NullVal(config.Type())
		plan, planned.next, _ = c.plannedWith(address, typeName, none, config, plan.PlannedPrivate)
		next = planned.next
	}
	planned.plannedState, planned.private = plan.PlannedState, plan.PlannedPrivate
	c.mu.Lock()
	defer c.mu.Unlock()
	c.States[address], c.changes[address] = next, planned
	switch {
	case replaces:
		planned.actions = []string{"delete", "create"}
		c.summary.Changes = append(c.summary.Changes, address+" (replaced)")
	case prior.IsNull():
		planned.actions = []string{"create"}
		c.summary.Adds++
	case !next.RawEquals(prior):
		planned.actions = []string{"update"}
		c.summary.Changes = append(c.summary.Changes, address)
	}
}

// planDelete plans the deletion of an object that is no longer configured.
func (c *Core) planDelete(address string) {
	c.t.Helper()
	typeName := typeOfAddress(address)
	prior := c.refreshed[address]
	none := cty.NullVal(c.types[typeName])
	plan, err := c.server.PlanResourceChange(c.t.Context(), &tfprotov6.PlanResourceChangeRequest{
		TypeName: typeName, PriorState: c.wire(prior), Config: c.wire(none), ProposedNewState: c.wire(none),
	})
	if err != nil || c.failed("plan to delete "+address, plan.Diagnostics) {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.changes[address] = &change{
		actions: []string{"delete"}, prior: prior, next: none, typeName: typeName, private: plan.PlannedPrivate,
	}
	c.summary.Deletes = append(c.summary.Deletes, address)
}

func (c *Core) planned(
	address, typeName string, prior, config cty.Value,
) (plan *tfprotov6.PlanResourceChangeResponse, next cty.Value, replaces bool) {
	c.t.Helper()
	return c.plannedWith(address, typeName, prior, config, nil)
}

func (c *Core) plannedWith(
	address, typeName string, prior, config cty.Value, private []byte,
) (plan *tfprotov6.PlanResourceChangeResponse, next cty.Value, replaces bool) {
	c.t.Helper()
	schema := c.schema.ResourceSchemas[typeName]
	plan, err := c.server.PlanResourceChange(c.t.Context(), &tfprotov6.PlanResourceChangeRequest{
		TypeName: typeName, PriorState: c.wire(prior), Config: c.wire(config), PriorPrivate: private,
		ProposedNewState: c.wire(Proposed(prior, config, schema.Block.Attributes)),
	})
	if err != nil || c.failed("plan "+address, plan.Diagnostics) {
		return plan, prior, false
	}
	return plan, c.decoded(typeName, plan.PlannedState), len(plan.RequiresReplace) > 0
}

// apply plans a resource again, now that what it refers to is known, and applies the plan.
func (c *Core) apply(address string) {
	c.t.Helper()
	typeName, config := c.config(address)
	planned := c.changes[address]
	prior := planned.prior
	if planned.deletePrivate != nil {
		c.delete(address, typeName, prior, planned.deletePrivate)
		prior = cty.NullVal(config.Type())
	}
	plan, _, _ := c.plannedWith(address, typeName, prior, config, planned.deletePrivate)
	if c.t.Failed() {
		return
	}
	applied, err := c.server.ApplyResourceChange(c.t.Context(), &tfprotov6.ApplyResourceChangeRequest{
		TypeName: typeName, PriorState: c.wire(prior), Config: c.wire(config), PlannedState: plan.PlannedState,
		PlannedPrivate: plan.PlannedPrivate,
	})
	if err != nil || c.failed("apply "+address, applied.Diagnostics) {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.States[address] = c.decoded(typeName, applied.NewState)
}

func (c *Core) applyDelete(address string) {
	c.t.Helper()
	planned := c.changes[address]
	c.delete(address, planned.typeName, planned.prior, planned.private)
	delete(c.States, address)
}

func (c *Core) delete(address, typeName string, prior cty.Value, private []byte) {
	c.t.Helper()
	none := c.wire(cty.NullVal(c.types[typeName]))
	applied, err := c.server.ApplyResourceChange(c.t.Context(), &tfprotov6.ApplyResourceChangeRequest{
		TypeName: typeName, PriorState: c.wire(prior), Config: none, PlannedState: none, PlannedPrivate: private,
	})
	if err != nil {
		c.t.Fatal(err)
	}
	c.failed("delete "+address, applied.Diagnostics)
}

// imported imports and reads an object.
func (c *Core) imported(address, id string) cty.Value {
	c.t.Helper()
	typeName := c.instances[address].typeName
	answer, err := c.server.ImportResourceState(c.t.Context(), &tfprotov6.ImportResourceStateRequest{
		TypeName: typeName, ID: id,
	})
	if err != nil {
		c.t.Fatal(err)
	}
	c.check("import "+address, answer.Diagnostics)
	return c.read(address, typeName, c.decoded(typeName, answer.ImportedResources[0].State),
		answer.ImportedResources[0].Private)
}

// refresh reads an object of the state, which may be gone.
func (c *Core) refresh(address string) {
	c.t.Helper()
	state := c.read(address, typeOfAddress(address), c.States[address], nil)
	if state.IsNull() {
		delete(c.States, address)
		return
	}
	c.States[address] = state
}

func (c *Core) read(address, typeName string, state cty.Value, private []byte) cty.Value {
	c.t.Helper()
	answer, err := c.server.ReadResource(c.t.Context(), &tfprotov6.ReadResourceRequest{
		TypeName: typeName, CurrentState: c.wire(state), Private: private,
	})
	if err != nil {
		c.t.Fatal(err)
	}
	c.check("read "+address, answer.Diagnostics)
	return c.decoded(typeName, answer.NewState)
}

// check ends the test if a call ended with an error.
func (c *Core) check(doing string, said []*tfprotov6.Diagnostic) {
	c.t.Helper()
	if c.failed(doing, said) {
		c.t.FailNow()
	}
}

// failed reports whether a call ended with an error.
func (c *Core) failed(doing string, said []*tfprotov6.Diagnostic) bool {
	c.t.Helper()
	failed := false
	for _, d := range said {
		if d.Severity == tfprotov6.DiagnosticSeverityError {
			c.t.Errorf("%s: %s: %s", doing, d.Summary, d.Detail)
			failed = true
		}
	}
	return failed
}
