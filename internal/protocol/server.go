package protocol

import (
	"context"
	"iter"
	"slices"
	"sync/atomic"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

// protocolServer is the part of the protocol that the framework serves.
type protocolServer interface {
	tfprotov6.ProviderServer
	tfprotov6.ListResourceServer
	tfprotov6.ActionServer
}

// Provider is the provider behind the server of [NewServer].
type Provider interface {
	// Unconfigure drops the configuration before another one is applied.
	Unconfigure()
	// Session returns the session of the last configuration, and false if that failed or there was
	// none.
	Session() (Session, bool)
	// GenerateResourceConfig returns the configuration of an object of the state. It needs no session.
	GenerateResourceConfig(
		ctx context.Context, resourceType string, state *tfprotov6.DynamicValue,
	) (*tfprotov6.DynamicValue, error)
}

// Session receives what a configured provider cannot see of the calls itself.
type Session interface {
	// Show records an object of the state, given as JSON.
	Show(resourceType string, state []byte)
	// BeginRead records that Terraform waits for a read, until end is called.
	BeginRead() (end func())
	// BeginApply records that a change is being applied, until end is called.
	BeginApply() (end func())
	// Fail records that a read or a plan ended with an error, so that there will be no plan.
	Fail()
	// WithoutMark returns private data without the mark, which is valid for one plan only.
	WithoutMark(private []byte) []byte
}

// server does for all calls what resources need not care about: a panic becomes an error of the
// object at hand, keys are masked in every log line, and texts are safe to show. Calls that run
// none of our code pass through.
type server struct {
	protocolServer
	provider Provider
}

// NewServer wraps the framework's server, which serves the same provider. If framework lacks a part
// of the protocol, it is returned unchanged.
func NewServer(framework tfprotov6.ProviderServer, provider Provider) tfprotov6.ProviderServer {
	if whole, ok := framework.(protocolServer); ok {
		return server{interruptible{whole, new(atomic.Bool)}, provider}
	}
	return framework
}

// ProviderOf returns the provider behind a server of [NewServer], and false for another server.
func ProviderOf(served tfprotov6.ProviderServer) (Provider, bool) {
	s, ok := served.(server)
	return s.provider, ok
}

// isConfigured reports whether calls that need a configuration may be made.
func (s server) isConfigured() bool {
	_, configured := s.provider.Session()
	return configured
}

// told tells the session if a call ended with an error.
func (s server) told(said []*tfprotov6.Diagnostic) {
	if session, configured := s.provider.Session(); configured && slices.ContainsFunc(said, isError) {
		session.Fail()
	}
}

func isError(d *tfprotov6.Diagnostic) bool { return d.Severity == tfprotov6.DiagnosticSeverityError }

// withoutMark returns private data without the mark; see [Session].
func (s server) withoutMark(private []byte) []byte {
	if session, configured := s.provider.Session(); configured {
		return session.WithoutMark(private)
	}
	return private
}

func (s server) GetMetadata(
	ctx context.Context, req *tfprotov6.GetMetadataRequest,
) (*tfprotov6.GetMetadataResponse, error) {
	answer, err := s.protocolServer.GetMetadata(ctx, req)
	if err == nil {
		answer.ServerCapabilities = withGeneration(answer.ServerCapabilities)
	}
	return answer, err
}

func (s server) GetProviderSchema(
	ctx context.Context, req *tfprotov6.GetProviderSchemaRequest,
) (*tfprotov6.GetProviderSchemaResponse, error) {
	answer, err := s.protocolServer.GetProviderSchema(ctx, req)
	if err == nil {
		answer.ServerCapabilities = withGeneration(answer.ServerCapabilities)
	}
	return answer, err
}

// withGeneration announces GenerateResourceConfig. The framework (1.19.0) has the call, but leaves
// it out of the capabilities of protocol 6, so that Terraform would not ask.
func withGeneration(framework *tfprotov6.ServerCapabilities) *tfprotov6.ServerCapabilities {
	announced := tfprotov6.ServerCapabilities{GenerateResourceConfig: true}
	if framework != nil {
		announced = *framework
		announced.GenerateResourceConfig = true
	}
	return &announced
}

func (s server) ValidateProviderConfig(
	ctx context.Context, req *tfprotov6.ValidateProviderConfigRequest,
) (*tfprotov6.ValidateProviderConfigResponse, error) {
	answer, err := contain(ctx, req, s.protocolServer.ValidateProviderConfig,
		func(d []*tfprotov6.Diagnostic) *tfprotov6.ValidateProviderConfigResponse {
			return &tfprotov6.ValidateProviderConfigResponse{Diagnostics: d}
		})
	if err == nil {
		answer.Diagnostics = inOurWords(answer.Diagnostics)
	}
	return answer, err
}

func (s server) ConfigureProvider(
	ctx context.Context, req *tfprotov6.ConfigureProviderRequest,
) (*tfprotov6.ConfigureProviderResponse, error) {
	s.provider.Unconfigure()
	answer, err := contain(ctx, req, s.protocolServer.ConfigureProvider,
		func(d []*tfprotov6.Diagnostic) *tfprotov6.ConfigureProviderResponse {
			return &tfprotov6.ConfigureProviderResponse{Diagnostics: d}
		})
	if err == nil {
		answer.Diagnostics = inOurWords(answer.Diagnostics)
	}
	return answer, err
}

func (s server) ValidateResourceConfig(
	ctx context.Context, req *tfprotov6.ValidateResourceConfigRequest,
) (*tfprotov6.ValidateResourceConfigResponse, error) {
	answer, err := contain(ctx, req, s.validateKnown,
		func(d []*tfprotov6.Diagnostic) *tfprotov6.ValidateResourceConfigResponse {
			return &tfprotov6.ValidateResourceConfigResponse{Diagnostics: d}
		})
	if err == nil {
		answer.Diagnostics = inOurWords(answer.Diagnostics)
	}
	return answer, err
}

// UpgradeResourceState is the first call that carries an object of the state. For a tainted object
// without a refresh, it is the only one.
func (s server) UpgradeResourceState(
	ctx context.Context, req *tfprotov6.UpgradeResourceStateRequest,
) (*tfprotov6.UpgradeResourceStateResponse, error) {
	if session, configured := s.provider.Session(); configured && req.RawState != nil {
		session.Show(req.TypeName, req.RawState.JSON)
	}
	return contain(ctx, req, s.protocolServer.UpgradeResourceState,
		func(d []*tfprotov6.Diagnostic) *tfprotov6.UpgradeResourceStateResponse {
			return &tfprotov6.UpgradeResourceStateResponse{Diagnostics: d}
		})
}

func (s server) UpgradeResourceIdentity(
	ctx context.Context, req *tfprotov6.UpgradeResourceIdentityRequest,
) (*tfprotov6.UpgradeResourceIdentityResponse, error) {
	return contain(ctx, req, s.protocolServer.UpgradeResourceIdentity,
		func(d []*tfprotov6.Diagnostic) *tfprotov6.UpgradeResourceIdentityResponse {
			return &tfprotov6.UpgradeResourceIdentityResponse{Diagnostics: d}
		})
}

func (s server) ReadResource(
	ctx context.Context, req *tfprotov6.ReadResourceRequest,
) (*tfprotov6.ReadResourceResponse, error) {
	if session, configured := s.provider.Session(); configured {
		defer session.BeginRead()()
	}
	answer, err := containConfigured(ctx, s, req, s.protocolServer.ReadResource,
		func(d []*tfprotov6.Diagnostic) *tfprotov6.ReadResourceResponse {
			return &tfprotov6.ReadResourceResponse{
				NewState: req.CurrentState, NewIdentity: req.CurrentIdentity, Private: req.Private, Diagnostics: d,
			}
		})
	if err == nil {
		s.told(answer.Diagnostics)
		answer.Private = s.withoutMark(answer.Private)
	}
	return answer, err
}

func (s server) PlanResourceChange(
	ctx context.Context, req *tfprotov6.PlanResourceChangeRequest,
) (*tfprotov6.PlanResourceChangeResponse, error) {
	answer, err := containConfigured(ctx, s, req, s.protocolServer.PlanResourceChange,
		func(d []*tfprotov6.Diagnostic) *tfprotov6.PlanResourceChangeResponse {
			return &tfprotov6.PlanResourceChangeResponse{
				PlannedState: req.PriorState, PlannedPrivate: req.PriorPrivate, Diagnostics: d,
			}
		})
	if err == nil {
		s.told(answer.Diagnostics)
		answer.Diagnostics = inOurWords(answer.Diagnostics)
	}
	return answer, err
}

func (s server) ApplyResourceChange(
	ctx context.Context, req *tfprotov6.ApplyResourceChangeRequest,
) (*tfprotov6.ApplyResourceChangeResponse, error) {
	made := new(createdObject)
	ctx = context.WithValue(ctx, createdKey{}, made)
	if session, configured := s.provider.Session(); configured {
		defer session.BeginApply()()
	}
	answer, err := containConfigured(ctx, s, req, s.protocolServer.ApplyResourceChange,
		func(d []*tfprotov6.Diagnostic) *tfprotov6.ApplyResourceChangeResponse {
			answer := &tfprotov6.ApplyResourceChangeResponse{
				NewState: req.PriorState, Private: req.PlannedPrivate, Diagnostics: d,
			}
			if made.id != "" {
				answer.NewState, answer.NewIdentity = s.stateOf(ctx, req, made.id)
				if answer.NewState != req.PriorState {
					// An error would taint the object, and the next apply would destroy it: rule 9 of package
					// provider.
					d[0].Severity = tfprotov6.DiagnosticSeverityWarning
					d[0].Detail += "\n\nThe object was made and is in the state. Run plan again: it shows what is missing."
				}
			}
			return answer
		})
	if err == nil {
		answer.Private = s.withoutMark(answer.Private)
		answer.Diagnostics = inOurWords(answer.Diagnostics)
	}
	return answer, err
}

func (s server) ImportResourceState(
	ctx context.Context, req *tfprotov6.ImportResourceStateRequest,
) (*tfprotov6.ImportResourceStateResponse, error) {
	return containConfigured(ctx, s, req, s.protocolServer.ImportResourceState,
		func(d []*tfprotov6.Diagnostic) *tfprotov6.ImportResourceStateResponse {
			return &tfprotov6.ImportResourceStateResponse{Diagnostics: d}
		})
}

// GenerateResourceConfig answers in place of the framework, which would write every default and
// lets no provider change that. Terraform 1.14 and later ask, to write configuration for an import
// or a query.
func (s server) GenerateResourceConfig(
	ctx context.Context, req *tfprotov6.GenerateResourceConfigRequest,
) (*tfprotov6.GenerateResourceConfigResponse, error) {
	failed := func(d []*tfprotov6.Diagnostic) *tfprotov6.GenerateResourceConfigResponse {
		return &tfprotov6.GenerateResourceConfigResponse{Diagnostics: d}
	}
	return contain(ctx, req, func(
		ctx context.Context, req *tfprotov6.GenerateResourceConfigRequest,
	) (*tfprotov6.GenerateResourceConfigResponse, error) {
		config, err := s.provider.GenerateResourceConfig(ctx, req.TypeName, req.State)
		if err != nil {
			return failed([]*tfprotov6.Diagnostic{notGenerated(req.TypeName, err)}), nil
		}
		return &tfprotov6.GenerateResourceConfigResponse{Config: config}, nil
	}, failed)
}

func notGenerated(resourceType string, err error) *tfprotov6.Diagnostic {
	return &tfprotov6.Diagnostic{
		Severity: tfprotov6.DiagnosticSeverityError,
		Summary:  "No configuration can be generated for " + resourceType,
		Detail:   "The object is not touched. Write its resource block by hand. The cause: " + err.Error(),
	}
}

func (s server) ValidateDataResourceConfig(
	ctx context.Context, req *tfprotov6.ValidateDataResourceConfigRequest,
) (*tfprotov6.ValidateDataResourceConfigResponse, error) {
	return contain(ctx, req, s.protocolServer.ValidateDataResourceConfig,
		func(d []*tfprotov6.Diagnostic) *tfprotov6.ValidateDataResourceConfigResponse {
			return &tfprotov6.ValidateDataResourceConfigResponse{Diagnostics: d}
		})
}

func (s server) ReadDataSource(
	ctx context.Context, req *tfprotov6.ReadDataSourceRequest,
) (*tfprotov6.ReadDataSourceResponse, error) {
	return containConfigured(ctx, s, req, s.protocolServer.ReadDataSource,
		func(d []*tfprotov6.Diagnostic) *tfprotov6.ReadDataSourceResponse {
			return &tfprotov6.ReadDataSourceResponse{Diagnostics: d}
		})
}

func (s server) ValidateEphemeralResourceConfig(
	ctx context.Context, req *tfprotov6.ValidateEphemeralResourceConfigRequest,
) (*tfprotov6.ValidateEphemeralResourceConfigResponse, error) {
	return contain(ctx, req, s.protocolServer.ValidateEphemeralResourceConfig,
		func(d []*tfprotov6.Diagnostic) *tfprotov6.ValidateEphemeralResourceConfigResponse {
			return &tfprotov6.ValidateEphemeralResourceConfigResponse{Diagnostics: d}
		})
}

func (s server) OpenEphemeralResource(
	ctx context.Context, req *tfprotov6.OpenEphemeralResourceRequest,
) (*tfprotov6.OpenEphemeralResourceResponse, error) {
	return containConfigured(ctx, s, req, s.protocolServer.OpenEphemeralResource,
		func(d []*tfprotov6.Diagnostic) *tfprotov6.OpenEphemeralResourceResponse {
			return &tfprotov6.OpenEphemeralResourceResponse{Diagnostics: d}
		})
}

func (s server) ValidateListResourceConfig(
	ctx context.Context, req *tfprotov6.ValidateListResourceConfigRequest,
) (*tfprotov6.ValidateListResourceConfigResponse, error) {
	return contain(ctx, req, s.protocolServer.ValidateListResourceConfig,
		func(d []*tfprotov6.Diagnostic) *tfprotov6.ValidateListResourceConfigResponse {
			return &tfprotov6.ValidateListResourceConfigResponse{Diagnostics: d}
		})
}

// ListResource returns before its results are made, so its context must outlive the call. It lends
// none.
func (s server) ListResource(
	ctx context.Context, req *tfprotov6.ListResourceRequest,
) (*tfprotov6.ListResourceServerStream, error) {
	answer, err := containConfigured(ctx, s, req,
		func(_ context.Context, req *tfprotov6.ListResourceRequest) (*tfprotov6.ListResourceServerStream, error) {
			return s.protocolServer.ListResource(masked(ctx), req)
		}, func(d []*tfprotov6.Diagnostic) *tfprotov6.ListResourceServerStream {
			return &tfprotov6.ListResourceServerStream{Results: slices.Values([]tfprotov6.ListResourceResult{failedResult(d)})}
		})
	if err == nil {
		answer.Results = containStream(answer.Results, func(result *tfprotov6.ListResourceResult) {
			makeSafe(result)
			result.DisplayName = merchants.Plain(result.DisplayName)
		}, failedResult)
	}
	return answer, err
}

func failedResult(d []*tfprotov6.Diagnostic) tfprotov6.ListResourceResult {
	return tfprotov6.ListResourceResult{Diagnostics: d}
}

func (s server) ValidateActionConfig(
	ctx context.Context, req *tfprotov6.ValidateActionConfigRequest,
) (*tfprotov6.ValidateActionConfigResponse, error) {
	return contain(ctx, req, s.protocolServer.ValidateActionConfig,
		func(d []*tfprotov6.Diagnostic) *tfprotov6.ValidateActionConfigResponse {
			return &tfprotov6.ValidateActionConfigResponse{Diagnostics: d}
		})
}

func (s server) PlanAction(
	ctx context.Context, req *tfprotov6.PlanActionRequest,
) (*tfprotov6.PlanActionResponse, error) {
	return containConfigured(ctx, s, req, s.protocolServer.PlanAction,
		func(d []*tfprotov6.Diagnostic) *tfprotov6.PlanActionResponse {
			return &tfprotov6.PlanActionResponse{Diagnostics: d}
		})
}

// InvokeAction returns before the action runs, as ListResource does.
func (s server) InvokeAction(
	ctx context.Context, req *tfprotov6.InvokeActionRequest,
) (*tfprotov6.InvokeActionServerStream, error) {
	answer, err := containConfigured(ctx, s, req,
		func(_ context.Context, req *tfprotov6.InvokeActionRequest) (*tfprotov6.InvokeActionServerStream, error) {
			return s.protocolServer.InvokeAction(masked(ctx), req)
		}, func(d []*tfprotov6.Diagnostic) *tfprotov6.InvokeActionServerStream {
			return &tfprotov6.InvokeActionServerStream{Events: slices.Values([]tfprotov6.InvokeActionEvent{failedEvent(d)})}
		})
	if err == nil {
		answer.Events = s.changing(containStream(answer.Events, makeEventSafe, failedEvent))
	}
	return answer, err
}

func failedEvent(d []*tfprotov6.Diagnostic) tfprotov6.InvokeActionEvent {
	return tfprotov6.InvokeActionEvent{Type: tfprotov6.CompletedInvokeActionEventType{Diagnostics: d}}
}

func makeEventSafe(event *tfprotov6.InvokeActionEvent) {
	switch e := event.Type.(type) {
	case tfprotov6.ProgressInvokeActionEventType:
		e.Message = safeText(e.Message)
		event.Type = e
	case tfprotov6.CompletedInvokeActionEventType:
		makeSafe(&e)
	}
}

// changing tells the session while an action runs.
func (s server) changing(events iter.Seq[tfprotov6.InvokeActionEvent]) iter.Seq[tfprotov6.InvokeActionEvent] {
	return func(yield func(tfprotov6.InvokeActionEvent) bool) {
		if session, configured := s.provider.Session(); configured {
			defer session.BeginApply()()
		}
		events(yield)
	}
}

// CallFunction calls a function of the provider, which may be called without a configuration.
func (s server) CallFunction(
	ctx context.Context, req *tfprotov6.CallFunctionRequest,
) (response *tfprotov6.CallFunctionResponse, err error) {
	return contain(ctx, req, s.protocolServer.CallFunction,
		func(said []*tfprotov6.Diagnostic) *tfprotov6.CallFunctionResponse {
			return &tfprotov6.CallFunctionResponse{Error: &tfprotov6.FunctionError{
				Text: said[0].Summary + ": " + said[0].Detail,
			}}
		})
}
