package protocol

import (
	"bytes"
	"context"
	"errors"
	"iter"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/hashicorp/terraform-plugin-log/tflog"
	"github.com/hashicorp/terraform-plugin-log/tflogtest"
)

// canary is a key that must never be shown. It has every special character that a bearer token may
// have.
const canary = "live_c4n4ry.0f+the/l1ve~key-for_tests=="

// broken is an inner server in which every call panics.
type broken struct {
	protocolServer
	cause any
}

func (b broken) ReadResource(context.Context, *tfprotov6.ReadResourceRequest) (*tfprotov6.ReadResourceResponse, error) {
	panic(b.cause)
}

func (b broken) PlanResourceChange(
	context.Context, *tfprotov6.PlanResourceChangeRequest,
) (*tfprotov6.PlanResourceChangeResponse, error) {
	panic(b.cause)
}

func (b broken) ApplyResourceChange(
	context.Context, *tfprotov6.ApplyResourceChangeRequest,
) (*tfprotov6.ApplyResourceChangeResponse, error) {
	panic(b.cause)
}

// configured is a provider whose configuration succeeded. It needs nothing else.
type configured struct{}

func (configured) Unconfigure()                      {}
func (configured) Session() (Session, bool)          { return configured{}, true }
func (configured) Show(string, []byte)               {}
func (configured) BeginRead() func()                 { return func() {} }
func (configured) BeginApply() func()                { return func() {} }
func (configured) Fail()                             {}
func (configured) WithoutMark(private []byte) []byte { return private }

func (configured) GenerateResourceConfig(
	_ context.Context, resourceType string, _ *tfprotov6.DynamicValue,
) (*tfprotov6.DynamicValue, error) {
	switch resourceType {
	case "cohort_list":
		return new(tfprotov6.DynamicValue), nil
	case "cohort_unheard_of":
		return nil, errors.New("no\x1b[2Jsuch type")
	default:
		panic("index out of range")
	}
}

// configuredServer returns a server in front of another one, as after a successful
// ConfigureProvider.
func configuredServer(inner protocolServer) server { return server{inner, configured{}} }

// TestServer_panic holds that a panic in any call that runs our code becomes one error of that
// call. The calls that broken does not implement panic as well: there is no server behind them.
func TestServer_panic(t *testing.T) {
	t.Parallel()
	s := configuredServer(broken{cause: "index out of range"})
	for name, call := range map[string]func(context.Context) ([]*tfprotov6.Diagnostic, error){
		"ValidateProviderConfig": func(ctx context.Context) ([]*tfprotov6.Diagnostic, error) {
			answer, err := s.ValidateProviderConfig(ctx, &tfprotov6.ValidateProviderConfigRequest{})
			return answer.Diagnostics, err
		},
		"ConfigureProvider": func(ctx context.Context) ([]*tfprotov6.Diagnostic, error) {
			// It gets its own server, because calls after a failed configuration are refused.
			answer, err := configuredServer(broken{}).ConfigureProvider(ctx, &tfprotov6.ConfigureProviderRequest{})
			return answer.Diagnostics, err
		},
		"ValidateResourceConfig": func(ctx context.Context) ([]*tfprotov6.Diagnostic, error) {
			answer, err := s.ValidateResourceConfig(ctx, &tfprotov6.ValidateResourceConfigRequest{})
			return answer.Diagnostics, err
		},
		"UpgradeResourceState": func(ctx context.Context) ([]*tfprotov6.Diagnostic, error) {
			answer, err := s.UpgradeResourceState(ctx, &tfprotov6.UpgradeResourceStateRequest{})
			return answer.Diagnostics, err
		},
		"UpgradeResourceIdentity": func(ctx context.Context) ([]*tfprotov6.Diagnostic, error) {
			answer, err := s.UpgradeResourceIdentity(ctx, &tfprotov6.UpgradeResourceIdentityRequest{})
			return answer.Diagnostics, err
		},
		"ReadResource": func(ctx context.Context) ([]*tfprotov6.Diagnostic, error) {
			answer, err := s.ReadResource(ctx, &tfprotov6.ReadResourceRequest{})
			return answer.Diagnostics, err
		},
		"PlanResourceChange": func(ctx context.Context) ([]*tfprotov6.Diagnostic, error) {
			answer, err := s.PlanResourceChange(ctx, &tfprotov6.PlanResourceChangeRequest{})
			return answer.Diagnostics, err
		},
		"ApplyResourceChange": func(ctx context.Context) ([]*tfprotov6.Diagnostic, error) {
			answer, err := s.ApplyResourceChange(ctx, &tfprotov6.ApplyResourceChangeRequest{})
			return answer.Diagnostics, err
		},
		"ImportResourceState": func(ctx context.Context) ([]*tfprotov6.Diagnostic, error) {
			answer, err := s.ImportResourceState(ctx, &tfprotov6.ImportResourceStateRequest{})
			return answer.Diagnostics, err
		},
		"GenerateResourceConfig": func(ctx context.Context) ([]*tfprotov6.Diagnostic, error) {
			answer, err := s.GenerateResourceConfig(ctx, &tfprotov6.GenerateResourceConfigRequest{})
			return answer.Diagnostics, err
		},
		"ValidateDataResourceConfig": func(ctx context.Context) ([]*tfprotov6.Diagnostic, error) {
			answer, err := s.ValidateDataResourceConfig(ctx, &tfprotov6.ValidateDataResourceConfigRequest{})
			return answer.Diagnostics, err
		},
		"ReadDataSource": func(ctx context.Context) ([]*tfprotov6.Diagnostic, error) {
			answer, err := s.ReadDataSource(ctx, &tfprotov6.ReadDataSourceRequest{})
			return answer.Diagnostics, err
		},
		"ValidateEphemeralResourceConfig": func(ctx context.Context) ([]*tfprotov6.Diagnostic, error) {
			answer, err := s.ValidateEphemeralResourceConfig(ctx, &tfprotov6.ValidateEphemeralResourceConfigRequest{})
			return answer.Diagnostics, err
		},
		"OpenEphemeralResource": func(ctx context.Context) ([]*tfprotov6.Diagnostic, error) {
			answer, err := s.OpenEphemeralResource(ctx, &tfprotov6.OpenEphemeralResourceRequest{})
			return answer.Diagnostics, err
		},
		"ValidateListResourceConfig": func(ctx context.Context) ([]*tfprotov6.Diagnostic, error) {
			answer, err := s.ValidateListResourceConfig(ctx, &tfprotov6.ValidateListResourceConfigRequest{})
			return answer.Diagnostics, err
		},
		"ValidateActionConfig": func(ctx context.Context) ([]*tfprotov6.Diagnostic, error) {
			answer, err := s.ValidateActionConfig(ctx, &tfprotov6.ValidateActionConfigRequest{})
			return answer.Diagnostics, err
		},
		"PlanAction": func(ctx context.Context) ([]*tfprotov6.Diagnostic, error) {
			answer, err := s.PlanAction(ctx, &tfprotov6.PlanActionRequest{})
			return answer.Diagnostics, err
		},
		"InvokeAction": func(ctx context.Context) ([]*tfprotov6.Diagnostic, error) {
			answer, err := s.InvokeAction(ctx, &tfprotov6.InvokeActionRequest{})
			var all []*tfprotov6.Diagnostic
			for event := range answer.Events {
				all = append(all, event.Type.(tfprotov6.CompletedInvokeActionEventType).Diagnostics...)
			}
			return all, err
		},
		"CallFunction": func(ctx context.Context) ([]*tfprotov6.Diagnostic, error) {
			answer, err := s.CallFunction(ctx, &tfprotov6.CallFunctionRequest{})
			summary, _, _ := strings.Cut(answer.Error.Text, ":")
			return []*tfprotov6.Diagnostic{{Severity: tfprotov6.DiagnosticSeverityError, Summary: summary}}, err
		},
		"ListResource": func(ctx context.Context) ([]*tfprotov6.Diagnostic, error) {
			answer, err := s.ListResource(ctx, &tfprotov6.ListResourceRequest{})
			var all []*tfprotov6.Diagnostic
			for result := range answer.Results {
				all = append(all, result.Diagnostics...)
			}
			return all, err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			diagnostics, err := call(t.Context())
			if err != nil {
				t.Fatalf("the call failed with a gRPC error, which ends the provider for all objects: %s", err)
			}
			if len(diagnostics) != 1 || diagnostics[0].Severity != tfprotov6.DiagnosticSeverityError ||
				diagnostics[0].Summary != "The Cohort provider hit a bug" {
				t.Errorf("the answer has %d diagnostics, want one error that reports a bug", len(diagnostics))
			}
		})
	}
}

// TestServer_panicKeeps holds that a panic loses nothing that Terraform knows, and that its error
// gives the place but not the key.
func TestServer_panicKeeps(t *testing.T) {
	t.Parallel()
	s := configuredServer(broken{cause: errors.New("no route for Bearer " + canary)})
	state, err := tfprotov6.NewDynamicValue(tftypes.String, tftypes.NewValue(tftypes.String, "what was known"))
	if err != nil {
		t.Fatal(err)
	}
	private := []byte(`{"a":"b"}`)

	read, err := s.ReadResource(t.Context(), &tfprotov6.ReadResourceRequest{CurrentState: &state, Private: private})
	if err != nil || read.NewState != &state || !bytes.Equal(read.Private, private) {
		t.Errorf("a read that panics gives %v and %v, not the state it was given", read, err)
	}
	plan, err := s.PlanResourceChange(t.Context(),
		&tfprotov6.PlanResourceChangeRequest{PriorState: &state, PriorPrivate: private})
	if err != nil || plan.PlannedState != &state || !bytes.Equal(plan.PlannedPrivate, private) {
		t.Errorf("a plan that panics gives %v and %v, not the state it was given", plan, err)
	}
	apply, err := s.ApplyResourceChange(t.Context(),
		&tfprotov6.ApplyResourceChangeRequest{PriorState: &state, PlannedPrivate: private})
	if err != nil || apply.NewState != &state || !bytes.Equal(apply.Private, private) {
		t.Errorf("an apply that panics gives %v and %v, not the state it was given", apply, err)
	}
	detail := read.Diagnostics[0].Detail
	for _, part := range []string{"c4n4ry", "0f+the", "l1ve~key", "for_tests"} {
		if strings.Contains(detail, part) {
			t.Errorf("a part of the key is in the error: %q\n%s", part, detail)
		}
	}
	for _, text := range []string{
		"no route for Bearer live_***", "\n\n  at protocol/server_test.go:",
		"https://github.com/cohort-xyz/terraform-provider-cohort/issues",
	} {
		if !strings.Contains(detail, text) {
			t.Errorf("the error lacks %q:\n%s", text, detail)
		}
	}
	if directory, err := os.Getwd(); err != nil || strings.Contains(detail, directory) {
		t.Errorf("the error contains the build directory (%v):\n%s", err, detail)
	}
}

// unconfigured is a provider that was not configured.
type unconfigured struct{ configured }

func (unconfigured) Session() (Session, bool) { return nil, false }

// TestServer_generateResourceConfig holds that a configuration comes from the provider, and never
// from the server behind, whether the provider is configured or not. An error of the provider
// names the type and cannot steer a terminal.
func TestServer_generateResourceConfig(t *testing.T) {
	t.Parallel()
	for name, s := range map[string]server{
		"configured": configuredServer(broken{cause: "asked"}), "not configured": {broken{cause: "asked"}, unconfigured{}},
	} {
		answer, err := s.GenerateResourceConfig(t.Context(),
			&tfprotov6.GenerateResourceConfigRequest{TypeName: "cohort_list"})
		if err != nil || answer.Config == nil || len(answer.Diagnostics) > 0 {
			t.Errorf("%s: %v and %v", name, answer, err)
		}
		answer, err = s.GenerateResourceConfig(t.Context(),
			&tfprotov6.GenerateResourceConfigRequest{TypeName: "cohort_unheard_of"})
		if err != nil || answer.Config != nil || len(answer.Diagnostics) != 1 {
			t.Fatalf("%s: %v and %v", name, answer, err)
		}
		said := answer.Diagnostics[0]
		if said.Severity != tfprotov6.DiagnosticSeverityError ||
			said.Summary != "No configuration can be generated for cohort_unheard_of" ||
			!strings.HasSuffix(said.Detail, "The cause: no [2Jsuch type") {
			t.Errorf("%s: the error is %q: %q", name, said.Summary, said.Detail)
		}
	}
}

// brokenResults is a server whose queries panic after the first result.
type brokenResults struct{ protocolServer }

func (brokenResults) ListResource(
	context.Context, *tfprotov6.ListResourceRequest,
) (*tfprotov6.ListResourceServerStream, error) {
	return &tfprotov6.ListResourceServerStream{Results: func(yield func(tfprotov6.ListResourceResult) bool) {
		yield(tfprotov6.ListResourceResult{DisplayName: "the first"})
		panic("no route for Bearer " + canary)
	}}, nil
}

// TestServer_panicInResults holds three things. A panic of a query becomes one error after the
// results so far. It yields nothing when the consumer has stopped. A panic of the consumer passes
// through.
func TestServer_panicInResults(t *testing.T) {
	t.Parallel()
	query := func() iter.Seq[tfprotov6.ListResourceResult] {
		answer, err := configuredServer(brokenResults{}).ListResource(t.Context(), &tfprotov6.ListResourceRequest{})
		if err != nil {
			t.Fatal(err)
		}
		return answer.Results
	}
	results := slices.Collect(query())
	if len(results) != 2 || results[0].DisplayName != "the first" || len(results[1].Diagnostics) != 1 {
		t.Fatalf("the results are %v", results)
	}
	said := results[1].Diagnostics[0]
	if said.Severity != tfprotov6.DiagnosticSeverityError || said.Summary != "The Cohort provider hit a bug" ||
		!strings.Contains(said.Detail, "no route for Bearer live_***") ||
		!strings.Contains(said.Detail, "\n  at protocol/server_test.go:") {
		t.Errorf("the error is %s: %s", said.Summary, said.Detail)
	}

	taken := 0
	for range query() {
		taken++
		break
	}
	if taken != 1 {
		t.Errorf("the query made %d results, want the one that was taken", taken)
	}

	defer func() {
		if cause := recover(); cause != "the taker's" {
			t.Errorf("the consumer's panic became %v", cause)
		}
	}()
	for range query() {
		panic("the taker's")
	}
}

// acting is a server whose action logs a key, says something that steers a terminal, and panics.
type acting struct {
	protocolServer
	bug bool
}

func (a acting) InvokeAction(
	ctx context.Context, _ *tfprotov6.InvokeActionRequest,
) (*tfprotov6.InvokeActionServerStream, error) {
	return &tfprotov6.InvokeActionServerStream{Events: func(yield func(tfprotov6.InvokeActionEvent) bool) {
		tflog.Trace(ctx, "with "+canary+" inside")
		yield(tfprotov6.InvokeActionEvent{Type: tfprotov6.ProgressInvokeActionEventType{Message: "on\x1b[2J\n::its way"}})
		if a.bug {
			panic("no route for Bearer " + canary)
		}
		yield(tfprotov6.InvokeActionEvent{Type: tfprotov6.CompletedInvokeActionEventType{
			Diagnostics: []*tfprotov6.Diagnostic{{Summary: "done\x1b[2J"}},
		}})
	}}, nil
}

// applies counts the changes that the session is told of.
type applies struct {
	configured
	begun, ended *int
}

func (a applies) Session() (Session, bool) { return a, true }
func (a applies) BeginApply() func()       { *a.begun++; return func() { *a.ended++ } }

// TestServer_invokeAction holds that what an action says is safe to show, that its log holds no
// key, that the session knows of it, and that a panic becomes its end.
func TestServer_invokeAction(t *testing.T) {
	t.Parallel()
	for _, bug := range []bool{false, true} {
		var log bytes.Buffer
		session := applies{begun: new(int), ended: new(int)}
		answer, err := server{acting{bug: bug}, session}.InvokeAction(
			tflogtest.RootLogger(t.Context(), &log), &tfprotov6.InvokeActionRequest{})
		if err != nil || *session.begun != 0 {
			t.Fatal(err, *session.begun)
		}
		events := slices.Collect(answer.Events)
		if len(events) != 2 || *session.begun != 1 || *session.ended != 1 {
			t.Fatalf("%d events, %d begun, %d ended", len(events), *session.begun, *session.ended)
		}
		progress := events[0].Type.(tfprotov6.ProgressInvokeActionEventType).Message
		if progress != "on [2J\n: :its way" {
			t.Errorf("the progress is %q", progress)
		}
		said := events[1].Type.(tfprotov6.CompletedInvokeActionEventType).Diagnostics
		switch {
		case len(said) != 1:
			t.Errorf("%d diagnostics", len(said))
		case !bug && said[0].Summary != "done [2J":
			t.Errorf("the end is %q", said[0].Summary)
		case bug && (said[0].Summary != "The Cohort provider hit a bug" ||
			!strings.Contains(said[0].Detail, "no route for Bearer live_***")):
			t.Errorf("the end is %q: %s", said[0].Summary, said[0].Detail)
		}
		if text := log.String(); !strings.Contains(text, "inside") || strings.Contains(text, "c4n4ry") {
			t.Errorf("the log is %s", text)
		}
	}
}

// TestRecover holds that the function that an action defers reports its panic, without the key, and
// reports nothing else.
func TestRecover(t *testing.T) {
	t.Parallel()
	run := func(action func()) (reported []string) {
		defer Recover(func(summary, detail string) { reported = append(reported, summary, detail) })
		action()
		return nil
	}
	said := run(func() { panic("no route for Bearer " + canary) })
	if len(said) != 2 || said[0] != "The Cohort provider hit a bug" || strings.Contains(said[1], "c4n4ry") ||
		!strings.Contains(said[1], "\n  at protocol/server_test.go:") {
		t.Errorf("it reports %q", said)
	}
	if said = run(func() {}); len(said) > 0 {
		t.Errorf("without a panic, it reports %q", said)
	}
}

// brokenAfterCreate is a server whose creates panic after making the object.
type brokenAfterCreate struct{ protocolServer }

func (brokenAfterCreate) ApplyResourceChange(
	ctx context.Context, _ *tfprotov6.ApplyResourceChangeRequest,
) (*tfprotov6.ApplyResourceChangeResponse, error) {
	NoteCreated(ctx, "made")
	panic("index out of range")
}

func (brokenAfterCreate) GetProviderSchema(
	context.Context, *tfprotov6.GetProviderSchemaRequest,
) (*tfprotov6.GetProviderSchemaResponse, error) {
	var attributes []*tfprotov6.SchemaAttribute
	for _, name := range []string{"id", "mode", "name", "reference_id"} {
		attributes = append(attributes, &tfprotov6.SchemaAttribute{Name: name, Type: tftypes.String})
	}
	list := &tfprotov6.Schema{Block: &tfprotov6.SchemaBlock{Attributes: attributes}}
	return &tfprotov6.GetProviderSchemaResponse{ResourceSchemas: map[string]*tfprotov6.Schema{"cohort_list": list}}, nil
}

// TestServer_panicAfterCreate holds that a panic keeps the id of the new object, with a warning: an
// error would taint it.
func TestServer_panicAfterCreate(t *testing.T) {
	t.Parallel()
	list := tftypes.Object{AttributeTypes: map[string]tftypes.Type{
		"id": tftypes.String, "mode": tftypes.String, "name": tftypes.String, "reference_id": tftypes.String,
	}}
	text := func(value any) tftypes.Value { return tftypes.NewValue(tftypes.String, value) }
	prior, err := tfprotov6.NewDynamicValue(list, tftypes.NewValue(list, nil))
	if err != nil {
		t.Fatal(err)
	}
	planned, err := tfprotov6.NewDynamicValue(list, tftypes.NewValue(list, map[string]tftypes.Value{
		"id": text(tftypes.UnknownValue), "mode": text("test"), "name": text("VIP"), "reference_id": text(nil),
	}))
	if err != nil {
		t.Fatal(err)
	}
	answer, err := configuredServer(brokenAfterCreate{}).ApplyResourceChange(t.Context(),
		&tfprotov6.ApplyResourceChangeRequest{TypeName: "cohort_list", PriorState: &prior, PlannedState: &planned})
	if err != nil {
		t.Fatal(err)
	}
	state, err := answer.NewState.Unmarshal(list)
	if err != nil {
		t.Fatal(err)
	}
	want := tftypes.NewValue(list,
		map[string]tftypes.Value{"id": text("made"), "mode": text("test"), "name": text("VIP"), "reference_id": text(nil)})
	if !state.Equal(want) {
		t.Errorf("the state is %s, want %s", state, want)
	}
	if answer.NewIdentity == nil {
		t.Error("there is no identity")
	}
	if len(answer.Diagnostics) != 1 || answer.Diagnostics[0].Severity != tfprotov6.DiagnosticSeverityWarning {
		t.Errorf("the diagnostics are not exactly one warning: %v", answer.Diagnostics)
	}
}

// TestServer_quietLogs holds that the SDK logs nothing unless the user asks for a log in one of
// Terraform's ways.
func TestServer_quietLogs(t *testing.T) {
	loggers := []string{
		"TF_LOG_SDK", "TF_LOG_SDK_PROTO", "TF_LOG_SDK_FRAMEWORK", "TF_LOG_PROVIDER", "TF_LOG_PROVIDER_COHORT",
	}
	for _, c := range []struct {
		name, variable, value string
		quiet                 bool
	}{
		{name: "nothing asked for", quiet: true},
		{name: "all logs", variable: "TF_LOG", value: "TRACE"},
		{name: "logs of providers", variable: "TF_LOG_PROVIDER", value: "DEBUG"},
		{name: "logs of this provider", variable: "TF_LOG_PROVIDER_COHORT", value: "WARN"},
		{name: "logs of the framework", variable: "TF_LOG_SDK_FRAMEWORK", value: "TRACE"},
		{name: "a file, but no level", variable: "TF_LOG_PATH", value: "terraform.log", quiet: true},
		{name: "a blank level", variable: "TF_LOG", value: "", quiet: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, setting := range os.Environ() {
				if name, _, _ := strings.Cut(setting, "="); strings.HasPrefix(name, "TF_LOG") {
					t.Setenv(name, "")
				}
			}
			for _, name := range loggers {
				t.Setenv(name, "") // restores it after the test
			}
			if c.variable != "" {
				t.Setenv(c.variable, c.value)
			}
			QuietLogs()
			for _, name := range loggers {
				want := ""
				if c.quiet {
					want = "OFF"
				} else if name == c.variable {
					want = c.value
				}
				if got := os.Getenv(name); got != want {
					t.Errorf("%s is %q, want %q", name, got, want)
				}
			}
		})
	}
}

// TestServer_mask holds that a key is masked in messages and fields of the provider's log, whoever
// wrote it there.
func TestServer_mask(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	_, err := contain(tflogtest.RootLogger(t.Context(), &log), &struct{}{},
		func(ctx context.Context, _ *struct{}) (*struct{}, error) {
			tflog.Trace(ctx, "with "+canary+" inside", map[string]any{"header": "Bearer " + canary, "key": canary})
			return &struct{}{}, nil
		}, func([]*tfprotov6.Diagnostic) *struct{} { return nil })
	if err != nil {
		t.Fatal(err)
	}
	text := log.String()
	if !strings.Contains(text, "inside") {
		t.Fatalf("nothing was logged: %q", text)
	}
	for _, part := range []string{"c4n4ry", "0f+the", "l1ve~key", "for_tests"} {
		if strings.Contains(text, part) {
			t.Errorf("a part of the key is in the log: %s", text)
		}
	}
}

// TestCallContext holds that a call's context, and any derived from it, is canceled with its parent
// and counts as ended after the call.
func TestCallContext(t *testing.T) {
	t.Parallel()
	type name struct{}
	outer, cancel := context.WithCancel(context.WithValue(t.Context(), name{}, "value"))
	lent, end := newCallContext(outer)
	below, stop := context.WithTimeout(lent, time.Hour)
	defer stop()
	if lent.Value(name{}) != "value" || below.Value(name{}) != "value" || below.Err() != nil {
		t.Errorf("during the call, the value is %v and the error %v", below.Value(name{}), below.Err())
	}
	cancel()
	<-below.Done()
	if !errors.Is(lent.Err(), context.Canceled) || !errors.Is(below.Err(), context.Canceled) {
		t.Errorf("after the cancellation, the errors are %v and %v", lent.Err(), below.Err())
	}
	end()
	<-lent.Done()
	if _, bounded := lent.Deadline(); bounded || lent.Value(name{}) != nil || !errors.Is(lent.Err(), context.Canceled) {
		t.Errorf("after the call, the value is %v and the error %v", lent.Value(name{}), lent.Err())
	}
}
