package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// A token logs a user in to the Experience Space, for tests of a site that embeds it. It is a
// secret, so it is ephemeral: never in a plan and never in the state. The endpoint was observed
// rather than assumed.
var _ ephemeral.EphemeralResourceWithConfigure = (*userAuthTokenEphemeralResource)(nil)

func newUserAuthTokenEphemeralResource() ephemeral.EphemeralResource {
	return &userAuthTokenEphemeralResource{}
}

type userAuthTokenEphemeralResource struct{ data *providerData }

type userAuthTokenModel struct {
	Email types.String `tfsdk:"email"`
	Token types.String `tfsdk:"token"`
}

func (e *userAuthTokenEphemeralResource) Metadata(
	_ context.Context, _ ephemeral.MetadataRequest, resp *ephemeral.MetadataResponse,
) {
	resp.TypeName = "cohort_user_auth_token"
}

func (e *userAuthTokenEphemeralResource) Schema(
	_ context.Context, _ ephemeral.SchemaRequest, resp *ephemeral.SchemaResponse,
) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Requests a token that logs a user in to the Experience Space. It is stored in neither plan " +
			"nor state.",
		Attributes: map[string]schema.Attribute{
			"email": schema.StringAttribute{
				MarkdownDescription: "Email address of the user.",
				Required:            true,
				Validators:          []validator.String{notBlank{}},
			},
			"token": schema.StringAttribute{
				MarkdownDescription: "Token that logs the user in.",
				Computed:            true,
				Sensitive:           true,
			},
		},
	}
}

func (e *userAuthTokenEphemeralResource) Configure(
	_ context.Context, req ephemeral.ConfigureRequest, resp *ephemeral.ConfigureResponse,
) {
	e.data = providerDataFrom(req.ProviderData, &resp.Diagnostics)
}

func (e *userAuthTokenEphemeralResource) Open(
	ctx context.Context, req ephemeral.OpenRequest, resp *ephemeral.OpenResponse,
) {
	var config userAuthTokenModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	token, err := e.data.client.CreateUserAuthToken(ctx, config.Email.ValueString())
	if err != nil {
		addAPIError(&resp.Diagnostics, "create a user auth token", err)
		return
	}
	config.Token = types.StringValue(token)
	resp.Diagnostics.Append(resp.Result.Set(ctx, config)...)
}
