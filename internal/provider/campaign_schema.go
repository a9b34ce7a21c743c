package provider

import (
	"regexp"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
)

// oneForm is the rule of the attributes that say what form a campaign has.
const oneForm = "Exactly one of `challenge`, `store` and `airdrop`. Switching to another one creates a new campaign."

var campaignSchema = sync.OnceValue(func() map[string]schema.Attribute {
	return objectAttributes("campaign", "internal_name", map[string]schema.Attribute{
		"audience_id": schema.StringAttribute{
			MarkdownDescription: "Id of the list or segment that the campaign is for. Without it, all users.",
			Optional:            true,
			Validators:          []validator.String{toAudience},
		},
		"start_at": timeAttribute("When the campaign opens. Without it, the campaign opens when it is published."),
		"end_at": timeAttribute("When the campaign ends. Without it, the campaign ends when somebody ends it, or when its "+
			"rewards are used up.", "Must be after `start_at`."),
		"rewards":      rewardsAttribute(),
		"distribution": distributionAttribute(),
		"challenge":    challengeAttribute(),
		"store":        storeAttribute(),
		"airdrop": schema.SingleNestedAttribute{
			MarkdownDescription: described("The campaign is an airdrop: the audience gets the rewards without doing anything.",
				"Written as `airdrop = {}`.", oneForm),
			Optional:   true,
			Attributes: map[string]schema.Attribute{},
		},
		"desired_status": campaignLifecycle.desiredStatusAttribute("Status that you want. `draft`, or no status, leaves " +
			"the campaign as it is. `published` opens it to users; a campaign that has ended satisfies it. `ended` closes it " +
			"for good. `archived` hides it from users, until another status brings it back. Publishing an airdrop hands out " +
			"its rewards at once, which cannot be undone."),
		"on_destroy": onDestroyAttribute("campaign"),
		"status":     statusAttribute("`draft`, `published`, `ended` or `archived`"),
	})
})

func rewardsAttribute() schema.ListNestedAttribute {
	return schema.ListNestedAttribute{
		MarkdownDescription: described("Rewards that the campaign gives, each with one of `perk_id` and "+
			"`digital_asset_id`. Their order has no meaning.",
			"Needed to publish. A change of their order shows in the plan, but nothing is sent for it."),
		Optional:   true,
		Validators: []validator.List{noNulls{}},
		NestedObject: schema.NestedAttributeObject{
			Validators: []validator.Object{exactlyOne{"perk_id", "digital_asset_id"}},
			Attributes: map[string]schema.Attribute{
				"perk_id": schema.StringAttribute{
					MarkdownDescription: "Id of the perk to give.", Optional: true,
					Validators: []validator.String{toPerk},
				},
				"digital_asset_id": schema.StringAttribute{
					MarkdownDescription: "Id of the digital asset to give.", Optional: true,
					Validators: []validator.String{toDigitalAsset},
				},
				"quantity": schema.Int64Attribute{
					MarkdownDescription: described("How many of this reward can be won in a draw.",
						"At least 1. Needed in a draw, and not allowed in direct distribution."),
					Optional:      true,
					PlanModifiers: []planmodifier.Int64{numberUnlessHeld{int64validator.Between(1, largestNumber)}},
				},
				"price": schema.SingleNestedAttribute{
					MarkdownDescription: described("What the reward costs in a store. Without it, the reward is free.",
						"Not allowed outside of a store."),
					Optional: true,
					Attributes: map[string]schema.Attribute{
						"amount": schema.Int64Attribute{
							MarkdownDescription: described("Amount in the minor unit of the currency, such as cents.", "0 or more."),
							Required:            true,
							PlanModifiers:       []planmodifier.Int64{numberUnlessHeld{int64validator.Between(0, largestNumber)}},
						},
						"currency": schema.StringAttribute{
							MarkdownDescription: "Currency, as an ISO 4217 code such as `EUR`.", Required: true,
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
		MarkdownDescription: described("Number of boxes. Those beyond the sum of the rewards' quantities are empty.",
			"Needed to publish, and must be at least that sum."),
		Optional:      true,
		PlanModifiers: []planmodifier.Int64{numberUnlessHeld{int64validator.Between(1, largestNumber)}},
	}
	return schema.SingleNestedAttribute{
		MarkdownDescription: described("How the rewards are handed out: `direct`, in an `instant_draw` or in a `raffle`. "+
			"Without it, `direct` without a limit.", "Exactly one of the three."),
		Optional:   true,
		Validators: []validator.Object{exactlyOne{"direct", "instant_draw", "raffle"}},
		Attributes: map[string]schema.Attribute{
			"direct": schema.SingleNestedAttribute{
				MarkdownDescription: "Everyone who completes the campaign gets all its rewards.", Optional: true,
				Attributes: map[string]schema.Attribute{
					"max_quantity": schema.Int64Attribute{
						MarkdownDescription: described("How often the rewards can be claimed before the campaign ends by itself. "+
							"Without it, there is no limit.", "At least 1."),
						Optional:      true,
						PlanModifiers: []planmodifier.Int64{numberUnlessHeld{int64validator.Between(1, largestNumber)}},
					},
				},
			},
			"instant_draw": schema.SingleNestedAttribute{
				MarkdownDescription: "Everyone who completes the campaign gets a box, which opens at once and may hold a reward.",
				Optional:            true,
				Attributes:          map[string]schema.Attribute{"max_boxes": maxBoxes},
			},
			"raffle": schema.SingleNestedAttribute{
				MarkdownDescription: "Everyone who completes the campaign gets a box. All boxes open at the same time.",
				Optional:            true,
				Attributes: map[string]schema.Attribute{
					"max_boxes": maxBoxes,
					"draw_at": timeAttribute("When the boxes open.",
						"Needed to publish, and must then be in the future."),
				},
			},
		},
	}
}

func challengeAttribute() schema.SingleNestedAttribute {
	return schema.SingleNestedAttribute{
		MarkdownDescription: described("The campaign is a challenge: users opt in and complete steps.", oneForm),
		Optional:            true,
		Attributes: map[string]schema.Attribute{
			"title":       localizedAttribute("Title shown to users.", "Needed to publish."),
			"opt_in_cta":  localizedAttribute("Text of the button with which users opt in.", "Needed to publish."),
			"description": localizedAttribute("Description shown to users, as HTML.", "Needed to publish."),
			"image_url": imageAttribute("challenge", "The image must be square, at most 32 MB, and without a transparent "+
				"background.", "An image or a video is needed to publish."),
			"video_url": videoAttribute("challenge", "The video must be square and at most 32 MB.",
				"An image or a video is needed to publish."),
			"slug": slugAttribute("challenge"),
			"steps": schema.ListNestedAttribute{
				MarkdownDescription: described("Steps of the challenge, in their order.",
					"At least one with a trigger is needed to publish. A step keeps its id, and users keep their progress in it, "+
						"when other steps are inserted, removed or moved."),
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
			MarkdownDescription: described("Id of the step. The service chooses it.",
				"`(known after apply)` for a new step, and while the plan cannot tell which step it is."),
			Computed: true,
		},
		"user_action": schema.StringAttribute{
			MarkdownDescription: described("The service's word for what the user does, such as `cohort_form`.", anyWord),
			Required:            true, PlanModifiers: []planmodifier.String{textUnlessHeld{notBlank{}}},
		},
		"icon":        schema.StringAttribute{MarkdownDescription: "The service's name of the step's icon.", Optional: true},
		"title":       localizedAttribute("Title of the step."),
		"description": localizedAttribute("Description of the step."),
		"triggers": schema.ListNestedAttribute{
			MarkdownDescription: "What completes the step.",
			Optional:            true,
			Validators:          []validator.List{noNulls{}},
			NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
				"type": schema.StringAttribute{
					MarkdownDescription: described("The service's word for the trigger.", anyWord),
					Required:            true, PlanModifiers: []planmodifier.String{textUnlessHeld{notBlank{}}},
				},
				"settings": settingsAttribute("trigger"),
			}},
		},
	}
})

func storeAttribute() schema.SingleNestedAttribute {
	return schema.SingleNestedAttribute{
		MarkdownDescription: described("The campaign is a store: a page where users buy rewards or claim them for free.",
			oneForm),
		Optional: true,
		Attributes: map[string]schema.Attribute{
			"title":       localizedAttribute("Title shown to users."),
			"description": localizedAttribute("Description shown to users, as HTML."),
			"image_url":   imageAttribute("store"),
			"video_url":   videoAttribute("store"),
			"slug":        slugAttribute("store"),
		},
	}
}
