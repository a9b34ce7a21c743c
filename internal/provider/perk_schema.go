package provider

import (
	"fmt"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

// oneVariant is the rule of the attributes that say what kind of perk it is.
const oneVariant = "At most one of `code`, `link`, `shopify_discount` and `custom`."

// perkSchema is built once, like the other schemas, because every read needs types of it.
var perkSchema = sync.OnceValue(func() map[string]schema.Attribute {
	return objectAttributes("perk", "internal_name", map[string]schema.Attribute{
		"title":       localizedAttribute("Title shown to users.", "Needed to go live."),
		"description": localizedAttribute("Description shown to users, as HTML."),
		"image_url":   imageAttribute("perk"),
		"video_url":   videoAttribute("perk"),
		"expires_at":  timeAttribute("When the perk can no longer be used. Without it, the perk does not expire."),
		"code": schema.SingleNestedAttribute{
			MarkdownDescription: described("The perk is one code for everyone.", oneVariant),
			Optional:            true,
			Validators:          []validator.Object{exactlyOne{"value", "value_wo"}},
			Attributes: map[string]schema.Attribute{
				"value": schema.StringAttribute{
					MarkdownDescription: "The code. It is stored in the state.",
					Optional:            true,
					Sensitive:           true,
					PlanModifiers:       []planmodifier.String{textUnlessHeld{notBlank{}}, sameSecretAsState{}},
				},
				"value_wo": schema.StringAttribute{
					MarkdownDescription: "The code, instead of `value`. It is never in the state; with an ephemeral value, it is " +
						"in no plan either. Needs `value_wo_version`, and Terraform or OpenTofu 1.11 or later.",
					Optional: true,
					// Not sensitive too: Terraform never shows or stores a write-only value, but it would list
					// both paths in the state, in an order that changes with each run, and saved plans would
					// be stale.
					WriteOnly:  true,
					Validators: []validator.String{notBlank{}, stringvalidator.AlsoRequires(beside("value_wo_version"))},
				},
				"value_wo_version": schema.Int64Attribute{
					MarkdownDescription: "Version of `value_wo`, of your choice. Terraform cannot tell whether `value_wo` changed, " +
						"so change the version to send the code again.",
					Optional:   true,
					Validators: []validator.Int64{int64validator.AlsoRequires(beside("value_wo"))},
				},
			},
		},
		"link": schema.SingleNestedAttribute{
			MarkdownDescription: described("The perk is a link.", oneVariant),
			Optional:            true,
			Attributes: map[string]schema.Attribute{
				"url": schema.StringAttribute{
					MarkdownDescription: "Where the link leads: an http or https URL.",
					Required:            true,
					PlanModifiers:       []planmodifier.String{textUnlessHeld{notBlank{}}, textUnlessHeld{webURL{}}},
				},
			},
		},
		"shopify_discount": schema.SingleNestedAttribute{
			MarkdownDescription: described("The perk is a discount in a Shopify shop that is connected to the merchant: "+
				"each owner gets a code of their own.", oneVariant),
			Optional: true,
			Attributes: map[string]schema.Attribute{
				"name": schema.StringAttribute{
					MarkdownDescription: "Name of the discount in Shopify.",
					Required:            true,
					PlanModifiers:       []planmodifier.String{textUnlessHeld{notBlank{}}},
				},
				"type": schema.StringAttribute{
					MarkdownDescription: "Type of the discount: `percentage` or `fixed-amount`.", Required: true,
					PlanModifiers: []planmodifier.String{
						textUnlessHeld{oneOf{merchants.DiscountPercentage, merchants.DiscountFixedAmount}},
					},
				},
				"value": schema.Float64Attribute{
					MarkdownDescription: described("The discount, in percent or as an amount in the shop's currency.",
						"Must be more than 0, and at most 100 for a percentage."),
					Required:      true,
					PlanModifiers: []planmodifier.Float64{discountUnlessHeld{}},
				},
			},
		},
		"custom": schema.SingleNestedAttribute{
			MarkdownDescription: described("The perk is of a kind that this provider has no attribute for.", oneVariant),
			Optional:            true,
			Attributes: map[string]schema.Attribute{
				"type": schema.StringAttribute{
					MarkdownDescription: described("The service's word for the kind.", anyWord), Required: true,
					Validators: []validator.String{
						notBlank{},
						stringvalidator.NoneOf(merchants.PerkNone, merchants.PerkCode, merchants.PerkLink, merchants.PerkShopifyDiscount),
					},
				},
				"settings": settingsAttribute("kind"),
			},
		},
		"desired_status": perkLifecycle.desiredStatusAttribute("Status that you want. `draft`, or no status, leaves the " +
			"perk as it is. `live` publishes it, and users then see every edit at once. `archived` hides it from users, until " +
			"another status brings it back."),
		"on_destroy": onDestroyAttribute("perk"),
		"status":     statusAttribute("`draft`, `live` or `archived`"),
	})
})

// beside is an attribute of the same object.
func beside(name string) path.Expression { return path.MatchRelative().AtParent().AtName(name) }

// checkVariant allows at most one kind.
func (m perkModel) checkVariant(diags *diag.Diagnostics) {
	kinds, _ := attributesSet(map[string]attr.Value{
		"code": m.Code, "link": m.Link, "shopify_discount": m.ShopifyDiscount, "custom": m.Custom,
	}, []string{"code", "link", "shopify_discount", "custom"})
	if len(kinds) > 1 {
		diags.AddAttributeError(path.Root(kinds[1]), "A perk of more than one kind",
			fmt.Sprintf("Here are %s. Keep one of them, or none.", listed(kinds)))
	}
}
