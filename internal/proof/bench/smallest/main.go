// Command smallest is the smallest typed provider that manages perks: one resource with the
// attributes of cohort_perk, one request per object, and the SDK's default logs. It has no checks,
// no guards and no retries. The benchmark compares the provider with it. The attributes are the
// same, because no provider can avoid what they cost in the framework and in Terraform. Only the
// benchmark may use it, and it imports no package of this repository, like a provider by someone
// else.
//
// With SMALLEST_SILENT set, it sends no request on a read and writes no log: the minimum cost of
// any typed provider.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	providerschema "github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

var silent = os.Getenv("SMALLEST_SILENT") != ""

func main() {
	if silent {
		for _, name := range []string{"TF_LOG_SDK", "TF_LOG_SDK_PROTO", "TF_LOG_SDK_FRAMEWORK", "TF_LOG_PROVIDER"} {
			_ = os.Setenv(name, "OFF")
		}
	}
	options := providerserver.ServeOpts{Address: "registry.terraform.io/cohort-xyz/smallest"}
	newProvider := func() provider.Provider { return smallest{} }
	if err := providerserver.Serve(context.Background(), newProvider, options); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

type smallest struct{}

func (smallest) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "smallest"
}

func (smallest) Schema(_ context.Context, _ provider.SchemaRequest, resp *provider.SchemaResponse) {
	resp.Schema = providerschema.Schema{}
}

func (smallest) Configure(context.Context, provider.ConfigureRequest, *provider.ConfigureResponse) {}

func (smallest) DataSources(context.Context) []func() datasource.DataSource { return nil }

func (smallest) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{func() resource.Resource { return perkResource{} }}
}

type perkResource struct{}

type perkModel struct {
	ID              types.String   `tfsdk:"id"`
	Mode            types.String   `tfsdk:"mode"`
	InternalName    types.String   `tfsdk:"internal_name"`
	Title           types.Map      `tfsdk:"title"`
	Description     types.Map      `tfsdk:"description"`
	ImageURL        types.String   `tfsdk:"image_url"`
	VideoURL        types.String   `tfsdk:"video_url"`
	ExpiresAt       types.String   `tfsdk:"expires_at"`
	Code            *codeModel     `tfsdk:"code"`
	Link            *linkModel     `tfsdk:"link"`
	ShopifyDiscount *discountModel `tfsdk:"shopify_discount"`
	Custom          *customModel   `tfsdk:"custom"`
	DesiredStatus   types.String   `tfsdk:"desired_status"`
	OnDestroy       types.String   `tfsdk:"on_destroy"`
	Status          types.String   `tfsdk:"status"`
}

type codeModel struct {
	Value types.String `tfsdk:"value"`
}

type linkModel struct {
	URL types.String `tfsdk:"url"`
}

type discountModel struct {
	Name  types.String  `tfsdk:"name"`
	Type  types.String  `tfsdk:"type"`
	Value types.Float64 `tfsdk:"value"`
}

type customModel struct {
	Type     types.String `tfsdk:"type"`
	Settings types.String `tfsdk:"settings"`
}

type perk struct {
	ID           string            `json:"id,omitempty"`
	InternalName string            `json:"internalName"`
	Title        map[string]string `json:"title,omitempty"`
	Description  map[string]string `json:"description,omitempty"`
	ImageURL     *string           `json:"imageUrl,omitempty"`
	VideoURL     *string           `json:"videoUrl,omitempty"`
	ExpiresAt    *string           `json:"expiresAt,omitempty"`
	Type         string            `json:"type,omitempty"`
	TypeConfig   json.RawMessage   `json:"typeConfig,omitempty"`
	Status       string            `json:"status,omitempty"`
}

func (perkResource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = "smallest_perk"
}

func (perkResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	keep := []planmodifier.String{stringplanmodifier.UseStateForUnknown()}
	resp.Schema = schema.Schema{Attributes: map[string]schema.Attribute{
		"id":            schema.StringAttribute{Computed: true, PlanModifiers: keep},
		"mode":          schema.StringAttribute{Computed: true, PlanModifiers: keep},
		"internal_name": schema.StringAttribute{Required: true},
		"title":         schema.MapAttribute{ElementType: types.StringType, Optional: true},
		"description":   schema.MapAttribute{ElementType: types.StringType, Optional: true},
		"image_url":     schema.StringAttribute{Optional: true},
		"video_url":     schema.StringAttribute{Optional: true},
		"expires_at":    schema.StringAttribute{Optional: true},
		"code": schema.SingleNestedAttribute{Optional: true, Attributes: map[string]schema.Attribute{
			"value": schema.StringAttribute{Required: true, Sensitive: true},
		}},
		"link": schema.SingleNestedAttribute{Optional: true, Attributes: map[string]schema.Attribute{
			"url": schema.StringAttribute{Required: true},
		}},
		"shopify_discount": schema.SingleNestedAttribute{Optional: true, Attributes: map[string]schema.Attribute{
			"name":  schema.StringAttribute{Required: true},
			"type":  schema.StringAttribute{Required: true},
			"value": schema.Float64Attribute{Required: true},
		}},
		"custom": schema.SingleNestedAttribute{Optional: true, Attributes: map[string]schema.Attribute{
			"type":     schema.StringAttribute{Required: true},
			"settings": schema.StringAttribute{Optional: true},
		}},
		"desired_status": schema.StringAttribute{Optional: true},
		"on_destroy": schema.StringAttribute{
			Optional: true, Computed: true,
			Default: stringdefault.StaticString("archive"),
		},
		"status": schema.StringAttribute{Computed: true, PlanModifiers: keep},
	}}
}

func (perkResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan perkModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	made := perk{InternalName: plan.InternalName.ValueString()}
	resp.Diagnostics.Append(plan.Title.ElementsAs(ctx, &made.Title, false)...)
	if err := call(ctx, http.MethodPost, "perks", &made); err != nil {
		resp.Diagnostics.AddError("create", err.Error())
		return
	}
	plan.Mode = types.StringValue("test")
	resp.Diagnostics.Append(plan.read(made)...)
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
}

func (perkResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state perkModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if !silent {
		var found perk
		if err := call(ctx, http.MethodGet, "perks/"+state.ID.ValueString(), &found); err != nil {
			resp.Diagnostics.AddError("read", err.Error())
			return
		}
		resp.Diagnostics.Append(state.read(found)...)
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
}

func (perkResource) Update(_ context.Context, _ resource.UpdateRequest, resp *resource.UpdateResponse) {
	resp.Diagnostics.AddError("update", "the benchmark changes nothing")
}

func (perkResource) Delete(_ context.Context, _ resource.DeleteRequest, resp *resource.DeleteResponse) {
	resp.Diagnostics.AddError("delete", "the benchmark deletes nothing")
}

func (m *perkModel) read(p perk) diag.Diagnostics {
	m.ID, m.InternalName, m.Status = types.StringValue(p.ID), types.StringValue(p.InternalName),
		types.StringValue(p.Status)
	m.Title, m.Description = texts(p.Title), texts(p.Description)
	m.ImageURL, m.VideoURL, m.ExpiresAt = types.StringPointerValue(p.ImageURL), types.StringPointerValue(p.VideoURL),
		types.StringPointerValue(p.ExpiresAt)
	m.Code, m.Link, m.ShopifyDiscount, m.Custom = nil, nil, nil, nil
	var settings struct {
		Code, URL, DiscountName, DiscountType string
		Value                                 float64
	}
	if err := json.Unmarshal(p.TypeConfig, &settings); len(p.TypeConfig) > 0 && err != nil {
		return diag.Diagnostics{diag.NewErrorDiagnostic("read", err.Error())}
	}
	switch p.Type {
	case "", "none":
	case "code":
		m.Code = &codeModel{types.StringValue(settings.Code)}
	case "link":
		m.Link = &linkModel{types.StringValue(settings.URL)}
	case "shopify-discount":
		m.ShopifyDiscount = &discountModel{
			types.StringValue(settings.DiscountName), types.StringValue(settings.DiscountType),
			types.Float64Value(settings.Value),
		}
	default:
		m.Custom = &customModel{types.StringValue(p.Type), types.StringValue(string(p.TypeConfig))}
	}
	return nil
}

func texts(localized map[string]string) types.Map {
	if len(localized) == 0 {
		return types.MapNull(types.StringType)
	}
	values := map[string]attr.Value{}
	for language, text := range localized {
		values[language] = types.StringValue(text)
	}
	return types.MapValueMust(types.StringType, values)
}

var client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 100}}

// call sends a request, with the object as its body for a create, and reads an object.
func call(ctx context.Context, method, path string, object *perk) error {
	body, err := json.Marshal(object)
	if err != nil {
		return err
	}
	if method == http.MethodGet {
		body = nil
	}
	request, err := http.NewRequestWithContext(ctx, method, os.Getenv("COHORT_API_URL")+"/v1/"+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+os.Getenv("COHORT_API_KEY"))
	request.Header.Set("Content-Type", "application/json")
	answer, err := client.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode >= http.StatusBadRequest {
		return fmt.Errorf("%s %s: %s", method, path, answer.Status)
	}
	return json.NewDecoder(answer.Body).Decode(object)
}
