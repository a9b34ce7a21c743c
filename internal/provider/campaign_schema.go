package provider

import (
	"regexp"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
)

var campaignSchema = sync.OnceValue(func() map[string]schema.Attribute {
	return objectAttributes("campaign", "internal_name", map[string]schema.Attribute{
		"audience_id": schema.StringAttribute{
			MarkdownDescription: "Id of the list or segment that is addressed. Unset: all users.",
			Optional:            true,
			Validators:          []validator.String{toAudience},
		},
		"start_at": timeAttribute("When the campaign opens. Unset: when it is published."),
		"end_at": timeAttribute("When the campaign ends, after `start_at`. Unset: when it " +
			"is ended, or its rewards are used up."),
		"rewards":      rewardsAttribute(),
		"distribution": distributionAttribute(),
		"challenge":    challengeAttribute(),
		"store":        storeAttribute(),
		"airdrop": schema.SingleNestedAttribute{
			MarkdownDescription: "The campaign is an airdrop: rewards go to the audience without any action. " +
				"Written as `airdrop = {}`. Exactly one of `challenge`, `store` and `airdrop`; " +
				"changing to another creates a new campaign.",
			Optional:   true,
			Attributes: map[string]schema.Attribute{},
		},
		"desired_status": campaignLifecycle.desiredStatusAttribute("Status that you want: `draft` or unset leaves it as it " +
			"is, `published` opens it to users, `ended` closes it for good, `archived` hides it. A campaign that ended by " +
			"itself satisfies `published`. Publishing an airdrop hands out its rewards at once, and nothing takes them back."),
		"on_destroy": onDestroyAttribute("campaign"),
		"status":     statusAttribute("`draft`, `published`, `ended` or `archived`"),
	})
})

func rewardsAttribute() schema.ListNestedAttribute {
	return schema.ListNestedAttribute{
		MarkdownDescription: "Rewards that the campaign gives, each with one of `perk_id` and `digital_asset_id`. " +
			"Needed to publish. Their order has no meaning in the service: another order shows in " +
			"the plan, and nothing is sent for it.",
		Optional:   true,
		Validators: []validator.List{noNulls{}},
		NestedObject: schema.NestedAttributeObject{
			Validators: []validator.Object{exactlyOne{"perk_id", "digital_asset_id"}},
			Attributes: map[string]schema.Attribute{
				"perk_id": schema.StringAttribute{
					MarkdownDescription: "Id of a perk.", Optional: true,
					Validators: []validator.String{toPerk},
				},
				"digital_asset_id": schema.StringAttribute{
					MarkdownDescription: "Id of a digital asset.", Optional: true,
					Validators: []validator.String{toDigitalAsset},
				},
				"quantity": schema.Int64Attribute{
					MarkdownDescription: "How many can be won. Needed in a draw, not allowed in direct distribution.", Optional: true,
					PlanModifiers: []planmodifier.Int64{numberUnlessHeld{int64validator.Between(1, largestNumber)}},
				},
				"price": schema.SingleNestedAttribute{
					MarkdownDescription: "What the reward costs, in a store only. Unset: it is free.", Optional: true,
					Attributes: map[string]schema.Attribute{
						"amount": schema.Int64Attribute{
							MarkdownDescription: "Amount in minor units of the currency, such as cents.", Required: true,
							PlanModifiers: []planmodifier.Int64{numberUnlessHeld{int64validator.Between(0, largestNumber)}},
						},
						"currency": schema.StringAttribute{
							MarkdownDescription: "ISO 4217 code, such as `EUR`.", Required: true,
							PlanModifiers: []planmodifier.String{
								textUnlessHeld{notBlank{}},
								textUnlessHeld{pattern{currencyForm, "an ISO 4217 code of three capital letters, such as EUR"}},
							},
						},
					},
				},
			},
		},
	}
}

var currencyForm = regexp.MustCompile(`^[A-Z]{3}$`)

func distributionAttribute() schema.SingleNestedAttribute {
	maxBoxes := schema.Int64Attribute{
		MarkdownDescription: "Number of boxes, at least the sum of the rewards' quantities. " +
			"The boxes beyond it are empty. Needed to publish.",
		Optional:      true,
		PlanModifiers: []planmodifier.Int64{numberUnlessHeld{int64validator.Between(1, largestNumber)}},
	}
	return schema.SingleNestedAttribute{
		MarkdownDescription: "How rewards are handed out: one of `direct`, `instant_draw` and " +
			"`raffle`. Unset: directly and without limit.",
		Optional:   true,
		Validators: []validator.Object{exactlyOne{"direct", "instant_draw", "raffle"}},
		Attributes: map[string]schema.Attribute{
			"direct": schema.SingleNestedAttribute{
				MarkdownDescription: "Everyone who completes the campaign gets all its rewards.", Optional: true,
				Attributes: map[string]schema.Attribute{
					"max_quantity": schema.Int64Attribute{
						MarkdownDescription: "How often rewards can be claimed; the campaign then ends by itself. Unset: no limit.",
						Optional:            true,
						PlanModifiers:       []planmodifier.Int64{numberUnlessHeld{int64validator.Between(1, largestNumber)}},
					},
				},
			},
			"instant_draw": schema.SingleNestedAttribute{
				MarkdownDescription: "Everyone who completes the campaign gets a box, which opens at once and may hold a reward.",
				Optional:            true,
				Attributes:          map[string]schema.Attribute{"max_boxes": maxBoxes},
			},
			"raffle": schema.SingleNestedAttribute{
				MarkdownDescription: "Everyone who completes the campaign gets a box; all boxes open at one time.", Optional: true,
				Attributes: map[string]schema.Attribute{
					"max_boxes": maxBoxes,
					"draw_at": timeAttribute("When the boxes open, in the future when the " +
						"campaign is published. Needed to publish."),
				},
			},
		},
	}
}

func challengeAttribute() schema.SingleNestedAttribute {
	return schema.SingleNestedAttribute{
		MarkdownDescription: "The campaign is a challenge: users opt in and complete steps. Exactly one of `challenge`, " +
			"`store` and `airdrop`; changing to another creates a new campaign.",
		Optional: true,
		Attributes: map[string]schema.Attribute{
			"title":       localizedAttribute("Title shown to users, needed to publish."),
			"opt_in_cta":  localizedAttribute("Text of the button by which users opt in, needed to publish."),
			"description": localizedAttribute("Description shown to users, as HTML, needed to publish."),
			"image_url": imageAttribute("Square picture without transparent background, at most " +
				"32 MB. A visual is needed to publish."),
			"video_url": videoAttribute("Square video, at most 32 MB. A visual is needed to publish."),
			"slug":      slugAttribute("challenge"),
			"steps": schema.ListNestedAttribute{
				MarkdownDescription: "Steps in their order; at least one with a trigger is needed to publish. " +
					"A step keeps its id, and users their progress in it, when others are inserted, removed or moved.",
				Optional:     true,
				Validators:   []validator.List{noNulls{}},
				NestedObject: schema.NestedAttributeObject{Attributes: stepSchema()},
			},
		},
	}
}

var stepSchema = sync.OnceValue(func() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"id": schema.StringAttribute{
			MarkdownDescription: "Id of the step, chosen by the service. `(known after apply)` for a new step, and where the " +
				"plan cannot tell yet which step it is.",
			Computed: true,
		},
		"user_action": schema.StringAttribute{
			MarkdownDescription: "The service's word for what the user does, such as `cohort_form`. The catalog is open.",
			Required:            true, PlanModifiers: []planmodifier.String{textUnlessHeld{notBlank{}}},
		},
		"icon":        schema.StringAttribute{MarkdownDescription: "Name of an icon of the service.", Optional: true},
		"title":       localizedAttribute("Title of the step."),
		"description": localizedAttribute("Description of the step."),
		"triggers": schema.ListNestedAttribute{
			MarkdownDescription: "What completes the step.",
			Optional:            true,
			Validators:          []validator.List{noNulls{}},
			NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
				"type": schema.StringAttribute{
					MarkdownDescription: "The service's word for the trigger. The catalog is open.",
					Required:            true, PlanModifiers: []planmodifier.String{textUnlessHeld{notBlank{}}},
				},
				"settings": settingsAttribute("trigger"),
			}},
		},
	}
})

func storeAttribute() schema.SingleNestedAttribute {
	return schema.SingleNestedAttribute{
		MarkdownDescription: "The campaign is a store: a page where users buy rewards or claim them for free. " +
			"Exactly one of `challenge`, `store` and `airdrop`; changing to another creates a new campaign.",
		Optional: true,
		Attributes: map[string]schema.Attribute{
			"title":       localizedAttribute("Title shown to users."),
			"description": localizedAttribute("Description shown to users, as HTML."),
			"image_url":   imageAttribute("Picture of the store."),
			"video_url":   videoAttribute("Video of the store."),
			"slug":        slugAttribute("store"),
		},
	}
}
