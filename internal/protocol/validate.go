package protocol

import (
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// validateKnown drops errors about missing attributes inside elements that are unknown as a whole,
// such as a step from a variable: the framework takes their attributes for null
// (https://github.com/hashicorp/terraform-plugin-framework/issues/186). A null element has an error
// of its own; see noNulls of package provider. Only resources have such elements.
func (s server) validateKnown(
	ctx context.Context, req *tfprotov6.ValidateResourceConfigRequest,
) (*tfprotov6.ValidateResourceConfigResponse, error) {
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

// belowHole reports whether a path leads through a value that is null or unknown, where the walk
// ends.
func belowHole(config tftypes.Value, at *tftypes.AttributePath) bool {
	reached, _, err := tftypes.WalkAttributePath(config, at)
	value, ok := reached.(tftypes.Value)
	return err != nil && ok && (value.IsNull() || !value.IsKnown())
}
