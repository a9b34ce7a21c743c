package provider

import (
	"context"
	"fmt"
	"io"
	"iter"
	"log"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

// protocolServer is every part of the protocol that the framework serves.
type protocolServer interface {
	tfprotov6.ProviderServer
	tfprotov6.ListResourceServer
	tfprotov6.ActionServer
}

// server holds what cuts across all calls of the protocol, so that resources know nothing of it: a panic becomes an error of the one
// object that met it, and keys are masked in every log line. Calls that run no code of ours pass through.
type server struct {
	protocolServer
	provider *cohortProvider
}

// NewServer returns the protocol server of the provider, as Terraform, tests and the companion use it.
func NewServer(version string) func() tfprotov6.ProviderServer {
	return func() tfprotov6.ProviderServer {
		served := &cohortProvider{version: version}
		framework := providerserver.NewProtocol6(served)()
		if whole, ok := framework.(protocolServer); ok {
			return server{interruptible{whole, new(atomic.Bool)}, served}
		}
		return framework
	}
}

// QuietLogs switches the SDK's loggers off when the user asked for no log. They would write each step as JSON to stderr, where Terraform
// parses and drops it; that is half of the CPU time of a plan. It is called once, before serving.
func QuietLogs() {
	for _, setting := range os.Environ() {
		if name, value, _ := strings.Cut(setting, "="); strings.HasPrefix(name, "TF_LOG") && value != "" && name != "TF_LOG_PATH" {
			return
		}
	}
	for _, name := range []string{"TF_LOG_SDK", "TF_LOG_SDK_PROTO", "TF_LOG_SDK_FRAMEWORK", "TF_LOG_PROVIDER", "TF_LOG_PROVIDER_COHORT"} {
		_ = os.Setenv(name, "OFF")
	}
}

// RedactLogs takes keys out of what is written to Go's standard logger, as net/http does with every header when GODEBUG has http2debug. It is
// called once, before serving.
func RedactLogs() { log.SetOutput(redacting{log.Writer()}) }

// redacting writes without keys. The standard logger writes each message in one call.
type redacting struct{ to io.Writer }

func (w redacting) Write(message []byte) (int, error) {
	redacted := apiKeys.ReplaceAll(bearers.ReplaceAll(message, []byte("${1}***")), []byte("${1}_***"))
	if _, err := w.to.Write(redacted); err != nil {
		return 0, err
	}
	return len(message), nil
}

// apiKeys matches what looks like a key of the Merchants API, with every character that a bearer token may have (RFC 6750, section 2.1).
var apiKeys = regexp.MustCompile(`\b(test|live)_[A-Za-z0-9._~+/=\-]{6,}`)

// bearers matches what follows the scheme of a header, however short it is.
var bearers = regexp.MustCompile(`(?i)(\bbearer\s+)[^\s"]+`)

// contain runs one call with masked logs, in a context of its own, and turns a panic into the diagnostic of an answer.
func contain[Request, Response any](
	ctx context.Context, request *Request, call func(context.Context, *Request) (*Response, error), answer func([]*tfprotov6.Diagnostic) *Response,
) (response *Response, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			response, err = answer([]*tfprotov6.Diagnostic{panicDiagnostic(cause, debug.Stack())}), nil
		}
	}()
	lent, end := newCallContext(masked(ctx))
	defer end()
	response, err = call(lent, request)
	if response != nil {
		makeSafe(response)
	}
	return response, err
}

// makeSafe makes the diagnostics of an answer safe to show. All answers have a field of that name but the stream of a query, whose results do.
func makeSafe(response any) {
	field := reflect.ValueOf(response).Elem().FieldByName("Diagnostics")
	if !field.IsValid() {
		return
	}
	diagnostics, _ := reflect.TypeAssert[[]*tfprotov6.Diagnostic](field)
	for _, d := range diagnostics {
		d.Summary, d.Detail = safeText(d.Summary), safeText(d.Detail)
	}
}

// containConfigured contains a call that needs the session which ConfigureProvider makes. Terraform makes none when that failed; Pulumi does.
func containConfigured[Request, Response any](
	ctx context.Context, s server, request *Request, call func(context.Context, *Request) (*Response, error), answer func([]*tfprotov6.Diagnostic) *Response,
) (*Response, error) {
	if s.provider.configured.Load() == nil {
		return answer([]*tfprotov6.Diagnostic{{
			Severity: tfprotov6.DiagnosticSeverityError, Summary: "The provider is not configured",
			Detail: "Nothing was read or changed, because the configuration of the provider was refused or has not been given. Correct it first: its own error says what is wrong.",
		}}), nil
	}
	return contain(ctx, request, call, answer)
}

// masked returns a context in which no log line holds a key.
func masked(ctx context.Context) context.Context {
	return tflog.MaskMessageRegexes(tflog.MaskAllFieldValuesRegexes(ctx, apiKeys), apiKeys)
}

// containResults turns a panic while the results of a query are made into the last of them. A panic of who takes them is not ours.
func containResults(results iter.Seq[tfprotov6.ListResourceResult]) iter.Seq[tfprotov6.ListResourceResult] {
	return func(yield func(tfprotov6.ListResourceResult) bool) {
		taking, more := false, true
		defer func() {
			if taking {
				return
			}
			if cause := recover(); cause != nil && more {
				yield(tfprotov6.ListResourceResult{Diagnostics: []*tfprotov6.Diagnostic{panicDiagnostic(cause, debug.Stack())}})
			}
		}()
		for result := range results {
			makeSafe(&result)
			result.DisplayName = merchants.Plain(result.DisplayName)
			taking = true
			more = yield(result)
			if taking = false; !more {
				return
			}
		}
	}
}

func panicDiagnostic(cause any, stack []byte) *tfprotov6.Diagnostic {
	return &tfprotov6.Diagnostic{
		Severity: tfprotov6.DiagnosticSeverityError,
		Summary:  "The Cohort provider met a bug",
		Detail: apiKeys.ReplaceAllString(fmt.Sprintf("It stopped working on this object, the others are not touched: %v\n\n%s\n"+
			"Please report it with these lines at https://github.com/cohort-xyz/terraform-provider-cohort/issues.", cause, ownFrames(stack)), "${1}_***"),
	}
}

// stackFrames is how many lines of a stack a report needs.
const stackFrames = 12

// ownFrames keeps the functions and lines of a stack below the panic, without the directories of the machine that built it.
func ownFrames(stack []byte) string {
	_, below, _ := strings.Cut(string(stack), "panic(")
	var lines []string
	for line := range strings.Lines(below) {
		// Only a function that was not inlined has an offset behind its position.
		at, isPosition := strings.CutPrefix(line, "\t")
		at, _, _ = strings.Cut(strings.TrimSpace(at), " +0x")
		at = filepath.Base(filepath.Dir(at)) + "/" + filepath.Base(at)
		if isPosition && !strings.HasPrefix(at, "runtime/") && len(lines) < stackFrames {
			lines = append(lines, "  at "+at)
		}
	}
	return strings.Join(lines, "\n")
}

// notWhole is what the framework says of a number that does not fit where a whole one belongs; it calls that an error of the provider.
var notWhole = regexp.MustCompile(`\*big\.Float=([^)]+)\) (?:is not an integer|cannot be represented as a 64-bit integer)`)

// missing is what the framework calls it when a required attribute is null.
const missing = "Missing Configuration for Required Attribute"

// inOurWords says in plain words, once, what the user wrote wrong and the framework takes for an error of the provider.
func inOurWords(diagnostics []*tfprotov6.Diagnostic) []*tfprotov6.Diagnostic {
	var plain []*tfprotov6.Diagnostic
	for _, d := range diagnostics {
		if number := notWhole.FindStringSubmatch(d.Detail); number != nil {
			d = &tfprotov6.Diagnostic{
				Severity: d.Severity, Attribute: d.Attribute, Summary: "Not a whole number",
				Detail: number[1] + " stands where only a whole number fits, of at most 9223372036854775807.",
			}
			if slices.ContainsFunc(plain, func(said *tfprotov6.Diagnostic) bool {
				return said.Detail == d.Detail && said.Attribute.Equal(d.Attribute)
			}) {
				continue
			}
		}
		if isMissing(d) {
			d = &tfprotov6.Diagnostic{Severity: d.Severity, Attribute: d.Attribute, Summary: d.Summary, Detail: "This attribute is required: it needs a value that is not null."}
		}
		plain = append(plain, located(d))
	}
	return plain
}

// located puts the path of a nested attribute into the text, because Terraform shows no more than the line of the resource.
func located(d *tfprotov6.Diagnostic) *tfprotov6.Diagnostic {
	at := attributeText(d.Attribute)
	if !strings.ContainsAny(at, ".[") || strings.Contains(d.Summary, at) || strings.Contains(d.Detail, at) {
		return d
	}
	return &tfprotov6.Diagnostic{Severity: d.Severity, Attribute: d.Attribute, Summary: d.Summary, Detail: at + ": " + d.Detail}
}

// attributeText writes a path as it stands in HCL.
func attributeText(at *tftypes.AttributePath) string {
	var text strings.Builder
	for _, step := range at.Steps() {
		switch step := step.(type) {
		case tftypes.AttributeName:
			if text.Len() > 0 {
				text.WriteByte('.')
			}
			text.WriteString(string(step))
		case tftypes.ElementKeyInt:
			fmt.Fprintf(&text, "[%d]", int64(step))
		case tftypes.ElementKeyString:
			fmt.Fprintf(&text, "[%q]", string(step))
		}
	}
	return text.String()
}

func (s server) ValidateProviderConfig(ctx context.Context, req *tfprotov6.ValidateProviderConfigRequest) (*tfprotov6.ValidateProviderConfigResponse, error) {
	answer, err := contain(ctx, req, s.protocolServer.ValidateProviderConfig, func(d []*tfprotov6.Diagnostic) *tfprotov6.ValidateProviderConfigResponse {
		return &tfprotov6.ValidateProviderConfigResponse{Diagnostics: d}
	})
	if err == nil {
		answer.Diagnostics = inOurWords(answer.Diagnostics)
	}
	return answer, err
}

func (s server) ConfigureProvider(ctx context.Context, req *tfprotov6.ConfigureProviderRequest) (*tfprotov6.ConfigureProviderResponse, error) {
	s.provider.configured.Store(nil)
	answer, err := contain(ctx, req, s.protocolServer.ConfigureProvider, func(d []*tfprotov6.Diagnostic) *tfprotov6.ConfigureProviderResponse {
		return &tfprotov6.ConfigureProviderResponse{Diagnostics: d}
	})
	if err == nil {
		answer.Diagnostics = inOurWords(answer.Diagnostics)
	}
	return answer, err
}

func (s server) ValidateResourceConfig(ctx context.Context, req *tfprotov6.ValidateResourceConfigRequest) (*tfprotov6.ValidateResourceConfigResponse, error) {
	answer, err := contain(ctx, req, s.validateKnown, func(d []*tfprotov6.Diagnostic) *tfprotov6.ValidateResourceConfigResponse {
		return &tfprotov6.ValidateResourceConfigResponse{Diagnostics: d}
	})
	if err == nil {
		answer.Diagnostics = inOurWords(answer.Diagnostics)
	}
	return answer, err
}

// validateKnown drops what the framework misses in elements that are not known as a whole, such as a step from a variable: it takes the
// attributes of one for null (https://github.com/hashicorp/terraform-plugin-framework/issues/186). An element that is null has
// an error of its own, see noNulls. Only resources have such elements.
func (s server) validateKnown(ctx context.Context, req *tfprotov6.ValidateResourceConfigRequest) (*tfprotov6.ValidateResourceConfigResponse, error) {
	answer, err := s.protocolServer.ValidateResourceConfig(ctx, req)
	if err != nil || !slices.ContainsFunc(answer.Diagnostics, isMissing) {
		return answer, err
	}
	kind, err := s.typeOf(ctx, req.TypeName)
	if err != nil {
		return nil, err
	}
	config, err := req.Config.Unmarshal(kind)
	if err != nil {
		return nil, err
	}
	answer.Diagnostics = slices.DeleteFunc(answer.Diagnostics, func(d *tfprotov6.Diagnostic) bool {
		return isMissing(d) && belowHole(config, d.Attribute)
	})
	return answer, nil
}

func isMissing(d *tfprotov6.Diagnostic) bool { return d.Summary == missing }

// belowHole tells whether a path leads through something that is null or not known. A walk ends there.
func belowHole(config tftypes.Value, at *tftypes.AttributePath) bool {
	reached, _, err := tftypes.WalkAttributePath(config, at)
	value, ok := reached.(tftypes.Value)
	return err != nil && ok && (value.IsNull() || !value.IsKnown())
}

// UpgradeResourceState is the first call that comes with an object of the state, and the only one of a tainted object without a refresh.
func (s server) UpgradeResourceState(ctx context.Context, req *tfprotov6.UpgradeResourceStateRequest) (*tfprotov6.UpgradeResourceStateResponse, error) {
	if configured := s.provider.configured.Load(); configured != nil && req.RawState != nil {
		configured.show(req.TypeName, req.RawState.JSON)
	}
	return contain(ctx, req, s.protocolServer.UpgradeResourceState, func(d []*tfprotov6.Diagnostic) *tfprotov6.UpgradeResourceStateResponse {
		return &tfprotov6.UpgradeResourceStateResponse{Diagnostics: d}
	})
}

func (s server) UpgradeResourceIdentity(ctx context.Context, req *tfprotov6.UpgradeResourceIdentityRequest) (*tfprotov6.UpgradeResourceIdentityResponse, error) {
	return contain(ctx, req, s.protocolServer.UpgradeResourceIdentity, func(d []*tfprotov6.Diagnostic) *tfprotov6.UpgradeResourceIdentityResponse {
		return &tfprotov6.UpgradeResourceIdentityResponse{Diagnostics: d}
	})
}

func (s server) ReadResource(ctx context.Context, req *tfprotov6.ReadResourceRequest) (*tfprotov6.ReadResourceResponse, error) {
	configured := s.provider.configured.Load()
	if configured != nil {
		defer configured.ledger.ask()()
	}
	answer, err := containConfigured(ctx, s, req, s.protocolServer.ReadResource, func(d []*tfprotov6.Diagnostic) *tfprotov6.ReadResourceResponse {
		return &tfprotov6.ReadResourceResponse{NewState: req.CurrentState, NewIdentity: req.CurrentIdentity, Private: req.Private, Diagnostics: d}
	})
	if err == nil {
		configured.ended(answer.Diagnostics)
		answer.Private = withoutMark(answer.Private)
	}
	return answer, err
}

func (s server) PlanResourceChange(ctx context.Context, req *tfprotov6.PlanResourceChangeRequest) (*tfprotov6.PlanResourceChangeResponse, error) {
	answer, err := containConfigured(ctx, s, req, s.protocolServer.PlanResourceChange, func(d []*tfprotov6.Diagnostic) *tfprotov6.PlanResourceChangeResponse {
		return &tfprotov6.PlanResourceChangeResponse{PlannedState: req.PriorState, PlannedPrivate: req.PriorPrivate, Diagnostics: d}
	})
	if err == nil {
		s.provider.configured.Load().ended(answer.Diagnostics)
		answer.Diagnostics = inOurWords(answer.Diagnostics)
	}
	return answer, err
}

func (s server) ApplyResourceChange(ctx context.Context, req *tfprotov6.ApplyResourceChangeRequest) (*tfprotov6.ApplyResourceChangeResponse, error) {
	made := new(createdObject)
	ctx = context.WithValue(ctx, createdKey{}, made)
	if configured := s.provider.configured.Load(); configured != nil {
		defer configured.ledger.apply()()
	}
	answer, err := containConfigured(ctx, s, req, s.protocolServer.ApplyResourceChange, func(d []*tfprotov6.Diagnostic) *tfprotov6.ApplyResourceChangeResponse {
		answer := &tfprotov6.ApplyResourceChangeResponse{NewState: req.PriorState, Private: req.PlannedPrivate, Diagnostics: d}
		if made.id != "" {
			answer.NewState, answer.NewIdentity = s.stateOf(ctx, req, made.id)
			if answer.NewState != req.PriorState {
				// An error would taint what was made, and the next apply would destroy it: rule 9.
				d[0].Severity = tfprotov6.DiagnosticSeverityWarning
				d[0].Detail += "\n\nThe object was made and is in the state. Run plan again: it shows what is missing."
			}
		}
		return answer
	})
	if err == nil {
		answer.Private = withoutMark(answer.Private)
		answer.Diagnostics = inOurWords(answer.Diagnostics)
	}
	return answer, err
}

// typeOf is the type of a resource's configuration, plan and state.
func (s server) typeOf(ctx context.Context, resource string) (tftypes.Type, error) {
	schemas, err := s.GetProviderSchema(ctx, &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		return nil, err
	}
	return schemas.ResourceSchemas[resource].ValueType(), nil
}

// createdObject is what a call to create has made so far.
type createdObject struct{ id string }

type createdKey struct{}

// noteCreated remembers the id of an object as soon as it exists, so that not even a panic loses it.
func noteCreated(ctx context.Context, id merchants.ID) {
	if made, ok := ctx.Value(createdKey{}).(*createdObject); ok {
		made.id = string(id)
	}
}

// stateOf returns the planned state and the identity with the id of the object that was made. What else is not known becomes null.
func (s server) stateOf(ctx context.Context, req *tfprotov6.ApplyResourceChangeRequest, id string) (*tfprotov6.DynamicValue, *tfprotov6.ResourceIdentityData) {
	stateType, err := s.typeOf(ctx, req.TypeName)
	if err != nil {
		return req.PriorState, nil
	}
	planned, err := req.PlannedState.Unmarshal(stateType)
	if err != nil {
		return req.PriorState, nil
	}
	identity := map[string]tftypes.Value{"id": tftypes.NewValue(tftypes.String, id), "mode": tftypes.NewValue(tftypes.String, nil)}
	known, err := tftypes.Transform(planned, func(at *tftypes.AttributePath, value tftypes.Value) (tftypes.Value, error) {
		switch {
		case at.Equal(tftypes.NewAttributePath().WithAttributeName("id")):
			return identity["id"], nil
		case at.Equal(tftypes.NewAttributePath().WithAttributeName("mode")):
			identity["mode"] = value
		case !value.IsKnown():
			return tftypes.NewValue(value.Type(), nil), nil
		}
		return value, nil
	})
	if err != nil {
		return req.PriorState, nil
	}
	state, err := tfprotov6.NewDynamicValue(stateType, known)
	if err != nil {
		return req.PriorState, nil
	}
	identityType := tftypes.Object{AttributeTypes: map[string]tftypes.Type{"id": tftypes.String, "mode": tftypes.String}}
	data, err := tfprotov6.NewDynamicValue(identityType, tftypes.NewValue(identityType, identity))
	if err != nil {
		return &state, nil
	}
	return &state, &tfprotov6.ResourceIdentityData{IdentityData: &data}
}

func (s server) ImportResourceState(ctx context.Context, req *tfprotov6.ImportResourceStateRequest) (*tfprotov6.ImportResourceStateResponse, error) {
	return containConfigured(ctx, s, req, s.protocolServer.ImportResourceState, func(d []*tfprotov6.Diagnostic) *tfprotov6.ImportResourceStateResponse {
		return &tfprotov6.ImportResourceStateResponse{Diagnostics: d}
	})
}

func (s server) ValidateDataResourceConfig(ctx context.Context, req *tfprotov6.ValidateDataResourceConfigRequest) (*tfprotov6.ValidateDataResourceConfigResponse, error) {
	return contain(ctx, req, s.protocolServer.ValidateDataResourceConfig, func(d []*tfprotov6.Diagnostic) *tfprotov6.ValidateDataResourceConfigResponse {
		return &tfprotov6.ValidateDataResourceConfigResponse{Diagnostics: d}
	})
}

func (s server) ReadDataSource(ctx context.Context, req *tfprotov6.ReadDataSourceRequest) (*tfprotov6.ReadDataSourceResponse, error) {
	return containConfigured(ctx, s, req, s.protocolServer.ReadDataSource, func(d []*tfprotov6.Diagnostic) *tfprotov6.ReadDataSourceResponse {
		return &tfprotov6.ReadDataSourceResponse{Diagnostics: d}
	})
}

func (s server) ValidateEphemeralResourceConfig(ctx context.Context, req *tfprotov6.ValidateEphemeralResourceConfigRequest) (*tfprotov6.ValidateEphemeralResourceConfigResponse, error) {
	return contain(ctx, req, s.protocolServer.ValidateEphemeralResourceConfig, func(d []*tfprotov6.Diagnostic) *tfprotov6.ValidateEphemeralResourceConfigResponse {
		return &tfprotov6.ValidateEphemeralResourceConfigResponse{Diagnostics: d}
	})
}

func (s server) OpenEphemeralResource(ctx context.Context, req *tfprotov6.OpenEphemeralResourceRequest) (*tfprotov6.OpenEphemeralResourceResponse, error) {
	return containConfigured(ctx, s, req, s.protocolServer.OpenEphemeralResource, func(d []*tfprotov6.Diagnostic) *tfprotov6.OpenEphemeralResourceResponse {
		return &tfprotov6.OpenEphemeralResourceResponse{Diagnostics: d}
	})
}

func (s server) ValidateListResourceConfig(ctx context.Context, req *tfprotov6.ValidateListResourceConfigRequest) (*tfprotov6.ValidateListResourceConfigResponse, error) {
	return contain(ctx, req, s.protocolServer.ValidateListResourceConfig, func(d []*tfprotov6.Diagnostic) *tfprotov6.ValidateListResourceConfigResponse {
		return &tfprotov6.ValidateListResourceConfigResponse{Diagnostics: d}
	})
}

// ListResource goes on in its context when it has returned, for as long as results are taken, and so lends none.
func (s server) ListResource(ctx context.Context, req *tfprotov6.ListResourceRequest) (*tfprotov6.ListResourceServerStream, error) {
	answer, err := containConfigured(ctx, s, req, func(_ context.Context, req *tfprotov6.ListResourceRequest) (*tfprotov6.ListResourceServerStream, error) {
		return s.protocolServer.ListResource(masked(ctx), req)
	}, func(d []*tfprotov6.Diagnostic) *tfprotov6.ListResourceServerStream {
		return &tfprotov6.ListResourceServerStream{Results: slices.Values([]tfprotov6.ListResourceResult{{Diagnostics: d}})}
	})
	if err == nil {
		answer.Results = containResults(answer.Results)
	}
	return answer, err
}
