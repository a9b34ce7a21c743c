package provider

import (
	"bytes"
	"context"
	"runtime"
	"slices"
	"strings"
	"testing"
	"weak"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/hashicorp/terraform-plugin-log/tflogtest"
	"github.com/hashicorp/terraform-plugin-log/tfsdklog"
	"github.com/hashicorp/terraform-plugin-log/tfsdklogtest"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

// TestServer_logs checks that the most detailed log has every request and no key.
func TestServer_logs(t *testing.T) {
	t.Parallel()
	merchant, err := sandbox.Start(sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = merchant.Close() }()
	var log bytes.Buffer
	ctx := tfsdklogtest.RootLogger(tflogtest.RootLogger(t.Context(), &log), &log)
	ctx = tfsdklog.NewSubsystem(ctx, "proto")

	s := NewServer("test")()
	object, ok := servedSchemas(t).Provider.ValueType().(tftypes.Object)
	if !ok {
		t.Fatal("the provider block is not an object")
	}
	values := map[string]tftypes.Value{}
	for name, kind := range object.AttributeTypes {
		values[name] = tftypes.NewValue(kind, nil)
	}
	values["api_key"] = tftypes.NewValue(tftypes.String, merchant.TestKey())
	values["api_url"] = tftypes.NewValue(tftypes.String, merchant.URL())
	config, err := tfprotov6.NewDynamicValue(object, tftypes.NewValue(object, values))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.ValidateProviderConfig(ctx, &tfprotov6.ValidateProviderConfigRequest{Config: &config}); err != nil {
		t.Fatal(err)
	}
	configured, err := s.ConfigureProvider(ctx, &tfprotov6.ConfigureProviderRequest{Config: &config})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range configured.Diagnostics {
		t.Fatalf("%s: %s", d.Summary, d.Detail)
	}
	list := tftypes.Object{AttributeTypes: map[string]tftypes.Type{
		"id":           tftypes.String,
		"mode":         tftypes.String,
		"name":         tftypes.String,
		"reference_id": tftypes.String,
	}}
	known := tftypes.NewValue(list, map[string]tftypes.Value{
		"id": tftypes.NewValue(tftypes.String, tftypes.UnknownValue), "mode": tftypes.NewValue(tftypes.String, "test"),
		// A user may paste a key into the wrong attribute.
		"name": tftypes.NewValue(tftypes.String, merchant.TestKey()), "reference_id": tftypes.NewValue(tftypes.String, nil),
	})
	planned, err := tfprotov6.NewDynamicValue(list, known)
	if err != nil {
		t.Fatal(err)
	}
	nothing, err := tfprotov6.NewDynamicValue(list, tftypes.NewValue(list, nil))
	if err != nil {
		t.Fatal(err)
	}
	applied, err := s.ApplyResourceChange(ctx, &tfprotov6.ApplyResourceChangeRequest{
		TypeName: "cohort_list", PriorState: &nothing, PlannedState: &planned, Config: &planned,
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range applied.Diagnostics {
		t.Errorf("%s: %s", d.Summary, d.Detail)
	}
	if _, err := s.ReadResource(ctx, &tfprotov6.ReadResourceRequest{
		TypeName:     "cohort_list",
		CurrentState: applied.NewState,
	}); err != nil {
		t.Fatal(err)
	}
	queries, ok := s.(tfprotov6.ListResourceServer)
	if !ok {
		t.Fatal("the server has no queries")
	}
	filter, err := tfprotov6.NewDynamicValue(tftypes.Object{},
		tftypes.NewValue(tftypes.Object{}, map[string]tftypes.Value{}))
	if err != nil {
		t.Fatal(err)
	}
	stream, err := queries.ListResource(ctx, &tfprotov6.ListResourceRequest{
		TypeName:        "cohort_list",
		Config:          &filter,
		IncludeResource: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	requests := strings.Count(log.String(), `"method":"GET"`)
	if results := slices.Collect(stream.Results); len(results) != 1 || len(results[0].Diagnostics) > 0 {
		t.Errorf("the query gives %v", results)
	}
	if got := strings.Count(log.String(), `"method":"GET"`) - requests; got != 1 {
		t.Errorf("the log has %d requests of the query, want 1", got)
	}
	text := log.String()
	for _, want := range []string{
		`"@message":"Merchants API"`, `"method":"POST"`, `"method":"GET"`, `"path":"cohorts"`, `"status":201`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the log does not have %s:\n%s", want, text)
		}
	}
	if strings.Contains(text, merchant.TestKey()) {
		t.Error("the key is in the log")
	}
}

// TestServer_keepsNoCall checks that nothing of a call stays in memory after its end, although the
// framework keeps its context.
func TestServer_keepsNoCall(t *testing.T) {
	t.Parallel()
	type kept struct{ _ [10_000]byte }
	s := NewServer("test")()
	ended := func() weak.Pointer[kept] {
		value := new(kept)
		ctx := context.WithValue(t.Context(), kept{}, value)
		if _, err := s.ReadResource(ctx, &tfprotov6.ReadResourceRequest{TypeName: "cohort_list"}); err != nil {
			t.Fatal(err)
		}
		return weak.Make(value)
	}()
	runtime.GC()
	if ended.Value() != nil {
		t.Error("the context of a call stays in memory after the call")
	}
	runtime.KeepAlive(s)
}
