package provider_test

import (
	"fmt"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/zclconf/go-cty/cty"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

// TestConfigured_needed checks every call that needs the service while the provider is not
// configured, because nobody configured it or because its configuration was refused. Each call
// returns one error and keeps what Terraform knows. Pulumi makes such calls: it continues after a
// refusal.
func TestConfigured_needed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	good := fmt.Sprintf("api_key = %q\napi_url = %q", w.TestKey(), w.URL())
	for name, blocks := range map[string][]string{
		"never":                   nil,
		"refused":                 {`api_key = "secret"`},
		"refused the second time": {good, "mode = \"live\"\n" + good},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPlugin(t)
			for _, block := range blocks {
				p.configure(block)
			}
			for call, all := range p.everyCall() {
				if len(all) != 1 || all[0].warning || all[0].summary != "The provider is not configured" {
					t.Errorf("%s: said %v, want one error that the provider is not configured", call, all)
				}
			}
			if all := p.validate("cohort_list", p.resource("cohort_list", `name = "VIP"`)); len(all) > 0 {
				t.Errorf("the validation said %v, although it needs no service", all)
			}
			if all := append(p.configure(good), p.get()...); len(all) > 0 {
				t.Errorf("once it is configured: %v", all)
			}
		})
	}
}

// everyCall makes each call that needs the service, for each registered type, and returns the
// diagnostics.
func (p *plugin) everyCall() map[string][]said {
	p.t.Helper()
	ctx, calls := p.t.Context(), map[string][]said{}
	note := func(call string, diagnostics []*tfprotov6.Diagnostic, err error) {
		p.t.Helper()
		if err != nil {
			p.t.Fatalf("%s: %s", call, err)
		}
		calls[call] = saidBy(diagnostics)
	}
	for kind, schema := range p.schema.ResourceSchemas {
		null, known := dynamic(p.t, cty.NullVal(p.states[kind])), dynamic(p.t, blankObject(p.t, schema))
		read, err := p.server.ReadResource(ctx, &tfprotov6.ReadResourceRequest{
			TypeName:     kind,
			CurrentState: known,
			Private:      []byte("{}"),
		})
		note("read "+kind, read.Diagnostics, err)
		if read.NewState != known || string(read.Private) != "{}" {
			p.t.Errorf("a refused read of %s changed the state", kind)
		}
		for change, values := range map[string]struct{ prior, planned *tfprotov6.DynamicValue }{
			"create": {null, known}, "update": {known, known}, "delete": {known, null},
		} {
			planned, err := p.server.PlanResourceChange(ctx, &tfprotov6.PlanResourceChangeRequest{
				TypeName: kind, PriorState: values.prior, ProposedNewState: values.planned, Config: values.planned,
			})
			note("plan to "+change+" "+kind, planned.Diagnostics, err)
			applied, err := p.server.ApplyResourceChange(ctx, &tfprotov6.ApplyResourceChangeRequest{
				TypeName: kind, PriorState: values.prior, PlannedState: values.planned, Config: values.planned,
			})
			note(change+" "+kind, applied.Diagnostics, err)
			if applied.NewState != values.prior {
				p.t.Errorf("a refused %s of %s changed the state", change, kind)
			}
		}
		imported, err := p.server.ImportResourceState(ctx, &tfprotov6.ImportResourceStateRequest{TypeName: kind, ID: "vip"})
		note("import "+kind, imported.Diagnostics, err)
	}
	for kind, schema := range p.schema.DataSourceSchemas {
		read, err := p.server.ReadDataSource(ctx, &tfprotov6.ReadDataSourceRequest{
			TypeName: kind,
			Config:   dynamic(p.t, blankObject(p.t, schema)),
		})
		note("data source "+kind, read.Diagnostics, err)
	}
	for kind, schema := range p.schema.EphemeralResourceSchemas {
		opened, err := p.server.OpenEphemeralResource(ctx, &tfprotov6.OpenEphemeralResourceRequest{
			TypeName: kind,
			Config:   dynamic(p.t, blankObject(p.t, schema)),
		})
		note("ephemeral resource "+kind, opened.Diagnostics, err)
	}
	queries, ok := p.server.(tfprotov6.ListResourceServer)
	if !ok {
		p.t.Fatal("the server has no queries")
	}
	for kind, schema := range p.schema.ListResourceSchemas {
		stream, err := queries.ListResource(ctx, &tfprotov6.ListResourceRequest{
			TypeName: kind,
			Config:   dynamic(p.t, blankObject(p.t, schema)),
			Limit:    1,
		})
		if err != nil {
			p.t.Fatal(err)
		}
		var all []*tfprotov6.Diagnostic
		for result := range stream.Results {
			all = append(all, result.Diagnostics...)
		}
		note("query "+kind, all, nil)
	}
	return calls
}

// blankObject returns an object without any value except an id, if it has that attribute.
func blankObject(t *testing.T, schema *tfprotov6.Schema) cty.Value {
	t.Helper()
	values := map[string]cty.Value{}
	for name, of := range ctyType(t, schema.ValueType()).AttributeTypes() {
		values[name] = cty.NullVal(of)
		if name == "id" {
			values[name] = cty.StringVal("00000000-0000-4000-8000-000000000000")
		}
	}
	return cty.ObjectVal(values)
}
