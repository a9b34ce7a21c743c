package export_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/tryfunc"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
	ctyjson "github.com/zclconf/go-cty/cty/json"
	ctymsgpack "github.com/zclconf/go-cty/cty/msgpack"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/provider"
)

// core does what Terraform does with an exported configuration, in process and without Terraform:
// it evaluates the root and the module, imports, plans and applies through the provider's protocol
// server. A thousand merchants take it seconds. The tests that run Terraform show that it tells the
// truth.
type core struct {
	t      *testing.T
	server tfprotov6.ProviderServer
	schema *tfprotov6.GetProviderSchemaResponse
	types  map[string]cty.Type // of resources
	// states are the objects of the state, by address.
	states map[string]cty.Value

	root, module map[string]cty.Value // variables
	resources    map[string]*hclsyntax.Block
	imports      map[string]string // id by address
	summary      planned
	// priors are the states before the plan.
	priors map[string]cty.Value
	// mu guards states, priors and summary while resources are visited.
	mu    sync.Mutex
	block cty.Value
}

// planned counts what a plan does.
type planned struct {
	imports, adds int
	changes       []string
}

func (p planned) String() string {
	return fmt.Sprintf("%d to import, %d to add, %d to change %q", p.imports, p.adds, len(p.changes), p.changes)
}

// newCore configures the provider for a merchant. The states are those of an earlier run, or nil.
func newCore(t *testing.T, url, key, mode string, states map[string]cty.Value) *core {
	t.Helper()
	c := &core{t: t, server: provider.NewServer("test")(), states: maps.Clone(states), types: map[string]cty.Type{}}
	if c.states == nil {
		c.states = map[string]cty.Value{}
	}
	var err error
	if c.schema, err = c.server.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{}); err != nil {
		t.Fatal(err)
	}
	for name, schema := range c.schema.ResourceSchemas {
		c.types[name] = c.typeOf(schema.ValueType())
	}
	c.block = c.convert(c.schema.Provider, map[string]cty.Value{
		"api_url": cty.StringVal(url), "api_key": cty.StringVal(key), "mode": cty.StringVal(mode),
	})
	c.configure()
	return c
}

// configure begins a run of Terraform.
func (c *core) configure() {
	c.t.Helper()
	answer, err := c.server.ConfigureProvider(c.t.Context(), &tfprotov6.ConfigureProviderRequest{Config: c.wire(c.block)})
	if err != nil {
		c.t.Fatal(err)
	}
	c.check("configure", answer.Diagnostics)
}

// run plans a root of an exported configuration, and applies the plan if asked.
func (c *core) run(files map[string][]byte, root string, secrets map[string]string, apply bool) planned {
	c.t.Helper()
	c.summary, c.resources, c.imports = planned{}, map[string]*hclsyntax.Block{}, map[string]string{}
	c.priors = map[string]cty.Value{}
	c.root, c.module = map[string]cty.Value{}, map[string]cty.Value{}
	for name, value := range secrets {
		c.root[name] = cty.StringVal(value)
	}
	var blocks []*hclsyntax.Block
	for _, name := range slices.Sorted(maps.Keys(files)) {
		folder := path.Dir(name)
		if path.Ext(name) != ".tf" || folder != "modules/loyalty" && folder != root {
			continue
		}
		file, problems := hclsyntax.ParseConfig(files[name], name, hcl.InitialPos)
		if problems.HasErrors() {
			c.t.Fatalf("%s is not HCL: %s\n%s", name, problems, files[name])
		}
		blocks = append(blocks, file.Body.(*hclsyntax.Body).Blocks...)
	}
	for _, block := range blocks {
		switch block.Type {
		case "resource":
			c.resources[block.Labels[0]+"."+block.Labels[1]] = block
		case "module":
			for name, attribute := range block.Body.Attributes {
				c.module[name] = c.value(attribute.Expr, map[string]cty.Value{"var": cty.ObjectVal(c.root)})
			}
		}
	}
	c.readImports(blocks)
	addresses := slices.Sorted(maps.Keys(c.resources))
	for _, address := range addresses {
		if id := c.imports[address]; id != "" && c.states[address] == cty.NilVal {
			c.states[address] = c.imported(address, id)
			c.summary.imports++
		} else if c.states[address] != cty.NilVal {
			c.states[address] = c.read(address, c.states[address], nil)
		}
	}
	changed := c.walk(addresses, c.plan)
	slices.Sort(c.summary.changes)
	if apply && !c.t.Failed() {
		c.configure()
		c.walk(changed, c.apply)
	}
	return c.summary
}

// walk visits resources side by side, each after those that it refers to, and returns those that
// the visit reports as changed. The guards need it: a plan waits for others.
func (c *core) walk(addresses []string, visit func(address string) bool) (changed []string) {
	c.t.Helper()
	ended := map[string]chan struct{}{}
	for _, address := range addresses {
		ended[address] = make(chan struct{})
	}
	var wait sync.WaitGroup
	for _, address := range addresses {
		wait.Go(func() {
			defer close(ended[address])
			for _, attribute := range c.resources[address].Body.Attributes {
				for _, traversal := range attribute.Expr.Variables() {
					if kind := traversal.RootName(); strings.HasPrefix(kind, "cohort_") {
						if before := ended[kind+"."+traversal[1].(hcl.TraverseAttr).Name]; before != nil {
							<-before
						}
					}
				}
			}
			if visit(address) {
				c.mu.Lock()
				defer c.mu.Unlock()
				changed = append(changed, address)
			}
		})
	}
	wait.Wait()
	slices.Sort(changed)
	return changed
}

// readImports evaluates the import blocks.
func (c *core) readImports(blocks []*hclsyntax.Block) {
	c.t.Helper()
	var existing cty.Value
	for _, block := range blocks {
		if block.Type == "data" && block.Labels[0] == "cohort_inventory" {
			arguments := map[string]cty.Value{}
			for name, attribute := range block.Body.Attributes {
				arguments[name] = c.value(attribute.Expr, nil)
			}
			existing = c.data("cohort_inventory", arguments)
		}
	}
	variables := map[string]cty.Value{"data": cty.ObjectVal(map[string]cty.Value{
		"cohort_inventory": cty.ObjectVal(map[string]cty.Value{"existing": existing}),
	})}
	for _, block := range blocks {
		if block.Type != "import" {
			continue
		}
		to, problems := hcl.AbsTraversalForExpr(block.Body.Attributes["to"].Expr)
		if problems.HasErrors() {
			c.t.Fatal(problems)
		}
		address := to[len(to)-2].(hcl.TraverseAttr).Name + "." + to[len(to)-1].(hcl.TraverseAttr).Name
		if c.resources[address] == nil {
			c.t.Fatalf("an import block names %s, which is no resource", address)
		}
		if c.imports[address] != "" {
			c.t.Fatalf("two import blocks name %s", address)
		}
		if each := block.Body.Attributes["for_each"]; each != nil {
			found := c.value(each.Expr, variables)
			if found.LengthInt() == 0 {
				continue
			}
			variables["each"] = cty.ObjectVal(map[string]cty.Value{"value": found.GetAttr("this")})
		}
		c.imports[address] = c.value(block.Body.Attributes["id"].Expr, variables).AsString()
	}
}

// config evaluates a resource.
func (c *core) config(address string) (typeName string, config cty.Value) {
	c.t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	typeName, _, _ = strings.Cut(address, ".")
	values, scope := map[string]cty.Value{}, c.scope()
	for name, attribute := range c.resources[address].Body.Attributes {
		values[name] = c.value(attribute.Expr, scope)
	}
	return typeName, c.convert(c.schema.ResourceSchemas[typeName], values)
}

// plan validates and plans a resource. It reports whether there is something to apply.
func (c *core) plan(address string) bool {
	c.t.Helper()
	typeName, config := c.config(address)
	validated, err := c.server.ValidateResourceConfig(c.t.Context(), &tfprotov6.ValidateResourceConfigRequest{
		TypeName: typeName, Config: c.wire(config),
	})
	if err != nil || c.failed("validate "+address, validated.Diagnostics) {
		return false
	}
	c.mu.Lock()
	prior, known := c.states[address]
	c.mu.Unlock()
	if !known {
		prior = cty.NullVal(config.Type())
	}
	_, next, replaces := c.planned(address, typeName, prior, config)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.priors[address], c.states[address] = prior, next
	switch {
	case replaces:
		c.summary.changes = append(c.summary.changes, address+" (replaced)")
	case prior.IsNull():
		c.summary.adds++
	case !next.RawEquals(prior):
		c.summary.changes = append(c.summary.changes, address)
	default:
		return false
	}
	return true
}

func (c *core) planned(
	address, typeName string, prior, config cty.Value,
) (plan *tfprotov6.PlanResourceChangeResponse, next cty.Value, replaces bool) {
	c.t.Helper()
	schema := c.schema.ResourceSchemas[typeName]
	plan, err := c.server.PlanResourceChange(c.t.Context(), &tfprotov6.PlanResourceChangeRequest{
		TypeName: typeName, PriorState: c.wire(prior), Config: c.wire(config),
		ProposedNewState: c.wire(proposedObject(prior, config, schema.Block.Attributes)),
	})
	if err != nil || c.failed("plan "+address, plan.Diagnostics) {
		return plan, prior, false
	}
	return plan, c.decoded(typeName, plan.PlannedState), len(plan.RequiresReplace) > 0
}

// apply plans a resource again, now that what it refers to is known, and applies the plan.
func (c *core) apply(address string) bool {
	c.t.Helper()
	typeName, config := c.config(address)
	prior := c.priors[address]
	plan, _, _ := c.planned(address, typeName, prior, config)
	if c.t.Failed() {
		return false
	}
	applied, err := c.server.ApplyResourceChange(c.t.Context(), &tfprotov6.ApplyResourceChangeRequest{
		TypeName: typeName, PriorState: c.wire(prior), Config: c.wire(config), PlannedState: plan.PlannedState,
		PlannedPrivate: plan.PlannedPrivate,
	})
	if err != nil || c.failed("apply "+address, applied.Diagnostics) {
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.states[address] = c.decoded(typeName, applied.NewState)
	return true
}

// scope holds what expressions of the module refer to.
func (c *core) scope() map[string]cty.Value {
	scope := map[string]cty.Value{"var": cty.ObjectVal(c.module)}
	kinds := map[string]map[string]cty.Value{}
	for address, state := range c.states {
		kind, name, _ := strings.Cut(address, ".")
		if kinds[kind] == nil {
			kinds[kind] = map[string]cty.Value{}
		}
		kinds[kind][name] = state
	}
	for kind, objects := range kinds {
		scope[kind] = cty.ObjectVal(objects)
	}
	return scope
}

func (c *core) value(expression hcl.Expression, variables map[string]cty.Value) cty.Value {
	c.t.Helper()
	value, problems := expression.Value(&hcl.EvalContext{Variables: variables, Functions: map[string]function.Function{
		"jsonencode": stdlib.JSONEncodeFunc, "chomp": stdlib.ChompFunc, "try": tryfunc.TryFunc,
	}})
	if problems.HasErrors() {
		c.t.Fatal(problems)
	}
	return value
}

// imported imports and reads an object.
func (c *core) imported(address, id string) cty.Value {
	c.t.Helper()
	typeName, _, _ := strings.Cut(address, ".")
	answer, err := c.server.ImportResourceState(c.t.Context(), &tfprotov6.ImportResourceStateRequest{
		TypeName: typeName, ID: id,
	})
	if err != nil {
		c.t.Fatal(err)
	}
	c.check("import "+address, answer.Diagnostics)
	return c.read(address, c.decoded(typeName, answer.ImportedResources[0].State), answer.ImportedResources[0].Private)
}

func (c *core) read(address string, state cty.Value, private []byte) cty.Value {
	c.t.Helper()
	typeName, _, _ := strings.Cut(address, ".")
	answer, err := c.server.ReadResource(c.t.Context(), &tfprotov6.ReadResourceRequest{
		TypeName: typeName, CurrentState: c.wire(state), Private: private,
	})
	if err != nil {
		c.t.Fatal(err)
	}
	c.check("read "+address, answer.Diagnostics)
	return c.decoded(typeName, answer.NewState)
}

func (c *core) data(typeName string, arguments map[string]cty.Value) cty.Value {
	c.t.Helper()
	schema := c.schema.DataSourceSchemas[typeName]
	answer, err := c.server.ReadDataSource(c.t.Context(), &tfprotov6.ReadDataSourceRequest{
		TypeName: typeName, Config: c.wire(c.convert(schema, arguments)),
	})
	if err != nil {
		c.t.Fatal(err)
	}
	c.check("read "+typeName, answer.Diagnostics)
	value, err := ctymsgpack.Unmarshal(answer.State.MsgPack, c.typeOf(schema.ValueType()))
	if err != nil {
		c.t.Fatal(err)
	}
	return value
}

// check ends the test if a call ended with an error.
func (c *core) check(doing string, said []*tfprotov6.Diagnostic) {
	c.t.Helper()
	if c.failed(doing, said) {
		c.t.FailNow()
	}
}

// failed reports whether a call ended with an error.
func (c *core) failed(doing string, said []*tfprotov6.Diagnostic) bool {
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

// convert turns arguments into a value of a schema, as Terraform decodes a block.
func (c *core) convert(schema *tfprotov6.Schema, arguments map[string]cty.Value) cty.Value {
	c.t.Helper()
	value, err := convert.Convert(cty.ObjectVal(arguments), lenient(c.typeOf(schema.ValueType())))
	if err != nil {
		c.t.Fatalf("%s: %#v", err, arguments)
	}
	return value
}

func (c *core) typeOf(kind tftypes.Type) cty.Type {
	c.t.Helper()
	text, err := json.Marshal(kind)
	if err != nil {
		c.t.Fatal(err)
	}
	same, err := ctyjson.UnmarshalType(text)
	if err != nil {
		c.t.Fatal(err)
	}
	return same
}

func (c *core) wire(value cty.Value) *tfprotov6.DynamicValue {
	c.t.Helper()
	content, err := ctymsgpack.Marshal(value, value.Type())
	if err != nil {
		c.t.Fatal(err)
	}
	return &tfprotov6.DynamicValue{MsgPack: content}
}

func (c *core) decoded(typeName string, value *tfprotov6.DynamicValue) cty.Value {
	c.t.Helper()
	decoded, err := ctymsgpack.Unmarshal(value.MsgPack, c.types[typeName])
	if err != nil {
		c.t.Fatal(err)
	}
	return decoded
}

// lenient makes every attribute of an object optional, as Terraform does when it decodes a block.
func lenient(kind cty.Type) cty.Type {
	switch {
	case kind.IsObjectType():
		attributes := map[string]cty.Type{}
		for name, attribute := range kind.AttributeTypes() {
			attributes[name] = lenient(attribute)
		}
		return cty.ObjectWithOptionalAttrs(attributes, slices.Collect(maps.Keys(attributes)))
	case kind.IsListType():
		return cty.List(lenient(kind.ElementType()))
	case kind.IsMapType():
		return cty.Map(lenient(kind.ElementType()))
	default:
		return kind
	}
}

// proposedObject is the state that Terraform proposes: the configuration, and the prior values of
// computed attributes that are not configured.
func proposedObject(prior, config cty.Value, attributes []*tfprotov6.SchemaAttribute) cty.Value {
	if prior.IsNull() || config.IsNull() || !config.IsKnown() {
		return config
	}
	values := config.AsValueMap()
	for _, attribute := range attributes {
		value, was := values[attribute.Name], prior.GetAttr(attribute.Name)
		switch {
		case attribute.Computed && value.IsNull():
			values[attribute.Name] = was
		case attribute.NestedType == nil || value.IsNull() || !value.IsKnown() || was.IsNull():
		case attribute.NestedType.Nesting == tfprotov6.SchemaObjectNestingModeSingle:
			values[attribute.Name] = proposedObject(was, value, attribute.NestedType.Attributes)
		case attribute.NestedType.Nesting == tfprotov6.SchemaObjectNestingModeList && value.LengthInt() > 0:
			elements, before := value.AsValueSlice(), was.AsValueSlice()
			for i := range min(len(elements), len(before)) {
				elements[i] = proposedObject(before[i], elements[i], attribute.NestedType.Attributes)
			}
			values[attribute.Name] = cty.ListVal(elements)
		}
	}
	return cty.ObjectVal(values)
}
