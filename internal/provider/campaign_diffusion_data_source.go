package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

// Campaign diffusion announces one challenge on the merchant's own sites. It is configured in the
// admin; the API only shows it. Its endpoint is one of the two that were observed rather than
// assumed.
var _ datasource.DataSourceWithConfigure = (*campaignDiffusionDataSource)(nil)

func newCampaignDiffusionDataSource() datasource.DataSource { return &campaignDiffusionDataSource{} }

type campaignDiffusionDataSource struct{ data *providerData }

type campaignDiffusionModel struct {
	Mode               types.String `tfsdk:"mode"`
	Type               types.String `tfsdk:"type"`
	Selector           types.String `tfsdk:"selector"`
	Position           types.String `tfsdk:"position"`
	WhitelistedURLs    types.List   `tfsdk:"whitelisted_urls"`
	SupportedLanguages types.List   `tfsdk:"supported_languages"`
	Campaign           types.Object `tfsdk:"campaign"`
}

type diffusedCampaignModel struct {
	ID          types.String `tfsdk:"id"`
	Name        types.Map    `tfsdk:"name"`
	Description types.Map    `tfsdk:"description"`
	ImageURL    types.String `tfsdk:"image_url"`
	VideoURL    types.String `tfsdk:"video_url"`
	Link        types.String `tfsdk:"link"`
	AccentColor types.String `tfsdk:"accent_color"`
}

func (d *campaignDiffusionDataSource) Metadata(
	_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse,
) {
	resp.TypeName = "cohort_campaign_diffusion"
}

func (d *campaignDiffusionDataSource) Schema(
	_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse,
) {
	text := func(description string) schema.StringAttribute {
		return schema.StringAttribute{MarkdownDescription: description, Computed: true}
	}
	localized := func(description string) schema.MapAttribute {
		return schema.MapAttribute{
			MarkdownDescription: description + " Keys are language codes, such as `en` or `pt-BR`.",
			ElementType:         types.StringType,
			Computed:            true,
		}
	}
	texts := func(description string) schema.ListAttribute {
		return schema.ListAttribute{MarkdownDescription: description, ElementType: types.StringType, Computed: true}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Reads the campaign diffusion of the merchant: which campaign its own sites announce, and " +
			"how. All attributes but `mode` are null while diffusion is off.",
		Attributes: map[string]schema.Attribute{
			"mode":                text("Merchant that is read: `test` or `live`."),
			"type":                text("Form of the announcement: `modal`, `banner` or `toast`."),
			"selector":            text("CSS selector of the element that holds a banner."),
			"position":            text("Corner of a toast: `bottom-left` or `bottom-right`."),
			"whitelisted_urls":    texts("Regular expressions for the pages that show it. Without any, every page does."),
			"supported_languages": texts("Language codes of its texts."),
			"campaign": schema.SingleNestedAttribute{
				MarkdownDescription: "The campaign that is announced.",
				Computed:            true,
				Attributes: map[string]schema.Attribute{
					"id":           text("Id of the campaign."),
					"name":         localized("Title."),
					"description":  localized("Description, as HTML."),
					"image_url":    text("URL of the image."),
					"video_url":    text("URL of the video, which is shown instead of the image."),
					"link":         text("Address of the campaign."),
					"accent_color": text("Accent color, as a CSS color."),
				},
			},
		},
	}
}

func (d *campaignDiffusionDataSource) Configure(
	_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse,
) {
	d.data = providerDataFrom(req.ProviderData, &resp.Diagnostics)
}

func (d *campaignDiffusionDataSource) Read(
	ctx context.Context, _ datasource.ReadRequest, resp *datasource.ReadResponse,
) {
	diffusion, err := d.data.client.GetCampaignDiffusion(ctx)
	if err != nil {
		addAPIError(&resp.Diagnostics, "read the campaign diffusion", err)
		return
	}
	object, _ := resp.State.Schema.GetAttributes()["campaign"].GetType().(attr.TypeWithAttributeTypes)
	model := newCampaignDiffusionModel(ctx, diffusion, object.AttributeTypes(), &resp.Diagnostics)
	model.Mode = types.StringValue(string(d.data.mode))
	resp.Diagnostics.Append(resp.State.Set(ctx, model)...)
}

func newCampaignDiffusionModel(
	ctx context.Context, diffusion *merchants.CampaignDiffusion, campaignTypes map[string]attr.Type,
	diags *diag.Diagnostics,
) campaignDiffusionModel {
	if diffusion == nil {
		return campaignDiffusionModel{
			WhitelistedURLs:    types.ListNull(types.StringType),
			SupportedLanguages: types.ListNull(types.StringType),
			Campaign:           types.ObjectNull(campaignTypes),
		}
	}
	campaign, problems := types.ObjectValueFrom(ctx, campaignTypes, diffusedCampaignModel{
		ID:          types.StringValue(string(diffusion.Campaign.ID)),
		Name:        localizedValue(types.MapNull(types.StringType), diffusion.Campaign.Name),
		Description: localizedValue(types.MapNull(types.StringType), diffusion.Campaign.Description),
		ImageURL:    stringValue(diffusion.Campaign.ImageURL),
		VideoURL:    stringValue(diffusion.Campaign.VideoURL),
		Link:        types.StringValue(diffusion.Campaign.Link),
		AccentColor: types.StringValue(diffusion.Campaign.AccentColor),
	})
	diags.Append(problems...)
	urls, problems := types.ListValueFrom(ctx, types.StringType, diffusion.WhitelistedURLs)
	diags.Append(problems...)
	languages, problems := types.ListValueFrom(ctx, types.StringType, diffusion.SupportedLanguages)
	diags.Append(problems...)
	return campaignDiffusionModel{
		Type:               types.StringValue(diffusion.Type),
		Selector:           stringValue(diffusion.Selector),
		Position:           stringValue(diffusion.Position),
		WhitelistedURLs:    urls,
		SupportedLanguages: languages,
		Campaign:           campaign,
	}
}
