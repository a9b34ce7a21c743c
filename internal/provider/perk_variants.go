package provider

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

type perkLinkModel struct {
	URL types.String `tfsdk:"url"`
}

type perkShopifyDiscountModel struct {
	Name  types.String  `tfsdk:"name"`
	Type  types.String  `tfsdk:"type"`
	Value types.Float64 `tfsdk:"value"`
}

type perkCustomModel struct {
	Type     types.String `tfsdk:"type"`
	Settings types.String `tfsdk:"settings"`
}

// variant returns the type of the perk and its settings; null when it has none.
func (m perkModel) variant(ctx context.Context, diags *diag.Diagnostics) (string, json.RawMessage) {
	var kind string
	var settings any
	if code := objectOf[perkCodeModel](ctx, m.Code, diags); code != nil {
		kind, settings = merchants.PerkCode, merchants.PerkCodeConfig{Code: merchants.ScalarText(code.Value.ValueString())}
	} else if link := objectOf[perkLinkModel](ctx, m.Link, diags); link != nil {
		kind, settings = merchants.PerkLink, merchants.PerkLinkConfig{URL: link.URL.ValueString()}
	} else if discount := objectOf[perkShopifyDiscountModel](ctx, m.ShopifyDiscount, diags); discount != nil {
		kind, settings = merchants.PerkShopifyDiscount, merchants.ShopifyDiscount{
			DiscountName: discount.Name.ValueString(),
			DiscountType: discount.Type.ValueString(),
			Value:        discount.Value.ValueFloat64(),
		}
	} else if custom := objectOf[perkCustomModel](ctx, m.Custom, diags); custom != nil {
		return custom.Type.ValueString(), rawSettings(custom.Settings)
	} else {
		return merchants.PerkNone, json.RawMessage("null")
	}
	encoded, err := json.Marshal(settings)
	if err != nil {
		diags.AddError("Perk settings cannot be encoded",
			fmt.Sprintf("The settings of the perk %q: %s. Nothing was sent.", m.InternalName.ValueString(), err))
	}
	return kind, encoded
}

// readVariant takes the variant and its settings from the API. A text that the service trimmed
// stays as the user wrote it.
func (m *perkAttributes) readVariant(ctx context.Context, perk *merchants.Perk, diags *diag.Diagnostics) {
	var code *perkCodeModel
	var link *perkLinkModel
	var discount *perkShopifyDiscountModel
	var custom *perkCustomModel
	var err error
	switch perk.Type {
	case merchants.PerkNone, "":
	case merchants.PerkCode:
		var settings merchants.PerkCodeConfig
		err = merchants.DecodeSettings(perk.TypeConfig, &settings)
		before := priorObject[perkCodeModel](ctx, m.Code, diags)
		code = &before
		if !before.isWriteOnly() {
			code = &perkCodeModel{Value: secretText(before.Value, settings.Code)}
		}
	case merchants.PerkLink:
		var settings merchants.PerkLinkConfig
		err = merchants.DecodeSettings(perk.TypeConfig, &settings)
		before := priorObject[perkLinkModel](ctx, m.Link, diags)
		link = &perkLinkModel{URL: requiredText(before.URL, settings.URL)}
	case merchants.PerkShopifyDiscount:
		var settings merchants.ShopifyDiscount
		err = merchants.DecodeSettings(perk.TypeConfig, &settings)
		before := priorObject[perkShopifyDiscountModel](ctx, m.ShopifyDiscount, diags)
		discount = &perkShopifyDiscountModel{
			Name:  requiredText(before.Name, settings.DiscountName),
			Type:  requiredText(before.Type, settings.DiscountType),
			Value: types.Float64Value(settings.Value),
		}
	default:
		before := priorObject[perkCustomModel](ctx, m.Custom, diags)
		custom = &perkCustomModel{
			Type:     requiredText(before.Type, perk.Type),
			Settings: settingsValue(before.Settings, perk.TypeConfig),
		}
	}
	if err != nil {
		diags.AddError("Perk settings cannot be read",
			fmt.Sprintf("The settings of the perk %q, of type %q, are not of the expected shape: %s. "+
				"Nothing was changed. Look at the perk in Cohort's admin, or look for a newer version of the provider.",
				perk.InternalName, perk.Type, err))
	}
	attributes := perkSchema()
	m.Code = code.object(m.Code.AttributeTypes(ctx))
	m.Link = objectValue(ctx, attributes["link"], link, diags)
	m.ShopifyDiscount = objectValue(ctx, attributes["shopify_discount"], discount, diags)
	m.Custom = objectValue(ctx, attributes["custom"], custom, diags)
}
