package provider_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
	ctyjson "github.com/zclconf/go-cty/cty/json"
	ctymsgpack "github.com/zclconf/go-cty/cty/msgpack"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/core"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/protocol"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/provider"
)

// pluginServer is the part of the provider's protocol server that the tests call.
type pluginServer interface {
	tfprotov6.ProviderServer
	tfprotov6.EphemeralResourceServer
}

// plugin calls the provider as Terraform does, one call at a time and without Terraform. It is fast
// enough for hundreds of configurations, and shows the path of each diagnostic.
type plugin struct {
	t      *testing.T
	server pluginServer
	schema *tfprotov6.GetProviderSchemaResponse
	states map[string]cty.Type // of each resource
	block  string              // the provider block of its configuration
	runs   *sync.Mutex         // held for a run if subtests share the plugin
	shared bool
}

// served is the schema of the provider, which is the same for each server, and the types of the
// states in it. Making it costs more than a short test.
var served struct {
	sync.Mutex
	schema *tfprotov6.GetProviderSchemaResponse
	states map[string]cty.Type
}

// schemaOf returns what the server serves. It asks once for all tests.
func schemaOf(
	t *testing.T, server tfprotov6.ProviderServer,
) (*tfprotov6.GetProviderSchemaResponse, map[string]cty.Type) {
	t.Helper()
	served.Lock()
	defer served.Unlock()
	if served.schema != nil {
		return served.schema, served.states
	}
	schema, err := server.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range schema.Diagnostics {
		t.Fatalf("the schema is not valid: %s: %s", d.Summary, d.Detail)
	}
	states := map[string]cty.Type{}
	for kind, of := range schema.ResourceSchemas {
		states[kind] = ctyType(t, of.ValueType())
	}
	served.schema, served.states = schema, states
	return schema, states
}

func newPlugin(t *testing.T) *plugin {
	t.Helper()
	server, ok := provider.NewServer("test")().(pluginServer)
	if !ok {
		t.Fatal("the server has no ephemeral resources")
	}
	schema, states := schemaOf(t, server)
	return &plugin{t: t, server: server, schema: schema, states: states, runs: new(sync.Mutex)}
}

// configuredPlugin returns a plugin that is configured for the test merchant of a world.
func configuredPlugin(t *testing.T, w *world) *plugin {
	t.Helper()
	p := newPlugin(t)
	if said := p.configure(fmt.Sprintf("api_key = %q\napi_url = %q", w.TestKey(), w.URL())); len(said) > 0 {
		t.Fatal(said)
	}
	return p
}

// in returns the same plugin for a subtest. It plans each new object in a run of its own, as
// another Terraform would.
func (p *plugin) in(t *testing.T) *plugin {
	t.Helper()
	return &plugin{t: t, server: p.server, schema: p.schema, states: p.states, block: p.block, runs: p.runs, shared: true}
}

// anew starts another run of Terraform with the same provider block.
func (p *plugin) anew() *plugin {
	p.t.Helper()
	if all := p.configure(p.block); len(all) > 0 {
		p.t.Fatal(all)
	}
	return p
}

// said is one diagnostic in the form that tests compare.
type said struct {
	warning         bool
	path            string
	summary, detail string
}

func (s said) String() string {
	kind := "error"
	if s.warning {
		kind = "warning"
	}
	return fmt.Sprintf("%s at %q: %s: %s", kind, s.path, s.summary, s.detail)
}

func saidBy(diagnostics []*tfprotov6.Diagnostic) []said {
	var all []said
	for _, d := range diagnostics {
		all = append(all, said{
			warning: d.Severity == tfprotov6.DiagnosticSeverityWarning,
			path:    protocol.AttributeText(d.Attribute),
			summary: d.Summary,
			detail:  d.Detail,
		})
	}
	return all
}

func errorsOf(all []said) []said {
	return slices.DeleteFunc(slices.Clone(all), func(s said) bool { return s.warning })
}

// configure configures the provider with the arguments of a provider block.
func (p *plugin) configure(block string) []said {
	p.t.Helper()
	p.block = block
	config := dynamic(p.t, p.parse(p.schema.Provider, block))
	prepared, err := p.server.ValidateProviderConfig(p.t.Context(), &tfprotov6.ValidateProviderConfigRequest{
		Config: config,
	})
	if err != nil {
		p.t.Fatal(err)
	}
	all := saidBy(prepared.Diagnostics)
	if len(errorsOf(all)) > 0 {
		return all
	}
	configured, err := p.server.ConfigureProvider(p.t.Context(), &tfprotov6.ConfigureProviderRequest{
		TerraformVersion: "1.11.4",
		Config:           config,
	})
	if err != nil {
		p.t.Fatal(err)
	}
	return append(all, saidBy(configured.Diagnostics)...)
}

// resource decodes the arguments of a resource block.
func (p *plugin) resource(kind, block string) cty.Value {
	p.t.Helper()
	return p.parse(p.schema.ResourceSchemas[kind], block)
}

func (p *plugin) validate(kind string, config cty.Value) []said {
	p.t.Helper()
	if p.shared {
		p.runs.Lock()
		defer p.runs.Unlock()
	}
	answer, err := p.server.ValidateResourceConfig(p.t.Context(), &tfprotov6.ValidateResourceConfigRequest{
		TypeName:           kind,
		Config:             dynamic(p.t, config),
		ClientCapabilities: &tfprotov6.ValidateResourceConfigClientCapabilities{WriteOnlyAttributesAllowed: true},
	})
	if err != nil {
		p.t.Fatal(err)
	}
	return saidBy(answer.Diagnostics)
}

// plan plans the change from a prior state, which is null for a new object, to a configuration.
func (p *plugin) plan(kind string, prior, config cty.Value) (*tfprotov6.PlanResourceChangeResponse, []said) {
	p.t.Helper()
	if p.shared {
		p.runs.Lock()
		defer p.runs.Unlock()
		if p.block != "" && prior.IsNull() {
			p.anew()
		}
	}
	answer, err := p.server.PlanResourceChange(p.t.Context(), &tfprotov6.PlanResourceChangeRequest{
		TypeName:         kind,
		PriorState:       dynamic(p.t, prior),
		Config:           dynamic(p.t, config),
		ProposedNewState: dynamic(p.t, core.Proposed(prior, config, p.schema.ResourceSchemas[kind].Block.Attributes)),
	})
	if err != nil {
		p.t.Fatal(err)
	}
	return answer, saidBy(answer.Diagnostics)
}

// check validates a configuration and, if there is no error, plans to create it.
func (p *plugin) check(kind, block string) []said {
	p.t.Helper()
	config := p.resource(kind, block)
	all := p.validate(kind, config)
	if len(errorsOf(all)) > 0 {
		return all
	}
	_, planned := p.plan(kind, cty.NullVal(config.Type()), config)
	return append(all, planned...)
}

// parse decodes the arguments of a block. In expressions, unknown is an unknown string,
// unknown_part is an unknown value of any type, and jsonencode works.
func (p *plugin) parse(schema *tfprotov6.Schema, block string) cty.Value {
	p.t.Helper()
	if schema == nil {
		p.t.Fatal("no such type")
	}
	file, problems := hclsyntax.ParseConfig([]byte(block), "test.tf", hcl.InitialPos)
	if problems.HasErrors() {
		p.t.Fatal(problems)
	}
	arguments, problems := file.Body.JustAttributes()
	if problems.HasErrors() {
		p.t.Fatal(problems)
	}
	values := map[string]cty.Value{}
	for name, argument := range arguments {
		value, problems := argument.Expr.Value(&hcl.EvalContext{
			Variables: map[string]cty.Value{"unknown": cty.UnknownVal(cty.String), "unknown_part": cty.DynamicVal},
			Functions: map[string]function.Function{"jsonencode": stdlib.JSONEncodeFunc},
		})
		if problems.HasErrors() {
			p.t.Fatal(problems)
		}
		values[name] = value
	}
	kind := ctyType(p.t, schema.ValueType())
	for name := range values {
		if !kind.HasAttribute(name) {
			p.t.Fatalf("there is no argument %s", name)
		}
	}
	value, err := convert.Convert(cty.ObjectVal(values), lenient(kind))
	if err != nil {
		p.t.Fatal(err)
	}
	return value
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
	case kind.IsSetType():
		return cty.Set(lenient(kind.ElementType()))
	case kind.IsMapType():
		return cty.Map(lenient(kind.ElementType()))
	default:
		return kind
	}
}

func ctyType(t *testing.T, kind tftypes.Type) cty.Type {
	t.Helper()
	text, err := json.Marshal(kind)
	if err != nil {
		t.Fatal(err)
	}
	same, err := ctyjson.UnmarshalType(text)
	if err != nil {
		t.Fatal(err)
	}
	return same
}

// dynamic encodes a value for the wire.
func dynamic(t *testing.T, value cty.Value) *tfprotov6.DynamicValue {
	t.Helper()
	content, err := ctymsgpack.Marshal(value, value.Type())
	if err != nil {
		t.Fatal(err)
	}
	return &tfprotov6.DynamicValue{MsgPack: content}
}

// decoded decodes a value from the wire.
func (p *plugin) decoded(kind string, value *tfprotov6.DynamicValue) cty.Value {
	p.t.Helper()
	decoded, err := ctymsgpack.Unmarshal(value.MsgPack, p.states[kind])
	if err != nil {
		p.t.Fatal(err)
	}
	return decoded
}
