package provider

import (
	"context"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

// Kind is one kind of object that the provider manages. What more than one place has to know of it is said here, once.
type Kind struct {
	// Name is that of the resource without cohort_, and of the kind in allow_live_delete.
	Name string
	// Noun is the word for one of them in a sentence, Plural for several.
	Noun, Plural string
	// Key is the attribute that tells objects of the kind apart, in test and in live alike.
	Key string
	// Lifecycle are the statuses that a user may ask for, in their order; nil for a kind without a life cycle.
	Lifecycle lifecycle
	// References says of every attribute that refers to other objects what it refers to, by its path, such as rewards.perk_id.
	References map[string]Reference
	// all walks the objects of the merchant.
	all func(context.Context, *merchants.Client) candidates
	// get tells whether an object exists: the error is that of reading it.
	get func(context.Context, *merchants.Client, merchants.ID) error

	resource   func() resource.Resource
	dataSource func() datasource.DataSource
	query      func() list.ListResource
}

// Reference is what an attribute refers to.
type Reference struct {
	// Kinds are the names of the kinds, of which the object may be any.
	Kinds []string
	// By is the attribute of that object which the reference holds: id, or the key of the kind.
	By string
}

var (
	toAudience     = Reference{Kinds: []string{"list", "segment"}, By: "id"}
	toPerk         = Reference{Kinds: []string{"perk"}, By: "id"}
	toDigitalAsset = Reference{Kinds: []string{"digital_asset"}, By: "id"}
	toUserProperty = Reference{Kinds: []string{"user_property"}, By: "reference_id"}
)

var userPropertyKind = Kind{
	Name: "user_property", Noun: "user property", Plural: "user properties", Key: "reference_id",
	all: func(ctx context.Context, c *merchants.Client) candidates {
		return candidatesOf(c.ListedUserProperties(ctx), func(p *merchants.UserProperty) candidate {
			return candidate{id: p.ID, key: p.ReferenceID}
		})
	},
	get:      reads((*merchants.Client).GetUserProperty),
	resource: newUserPropertyResource, dataSource: newUserPropertyDataSource, query: newUserPropertyQuery,
}

var listKind = Kind{
	Name: "list", Noun: "list", Plural: "lists", Key: "reference_id",
	all: func(ctx context.Context, c *merchants.Client) candidates {
		return candidatesOf(c.ListedCohorts(ctx, merchants.CohortList), describeCohort)
	},
	get:      reads((*merchants.Client).GetCohort),
	resource: newListResource, dataSource: newListDataSource, query: newListQuery,
}

var segmentKind = Kind{
	Name: "segment", Noun: "segment", Plural: "segments", Key: "reference_id",
	References: map[string]Reference{
		"groups.conditions.audience.id":            toAudience,
		"groups.conditions.user_property.property": toUserProperty,
	},
	all: func(ctx context.Context, c *merchants.Client) candidates {
		return candidatesOf(c.ListedCohorts(ctx, merchants.CohortSegment), describeCohort)
	},
	get:      reads((*merchants.Client).GetCohort),
	resource: newSegmentResource, dataSource: newSegmentDataSource, query: newSegmentQuery,
}

var perkKind = Kind{
	Name: "perk", Noun: "perk", Plural: "perks", Key: "internal_name", Lifecycle: perkLife,
	all: func(ctx context.Context, c *merchants.Client) candidates {
		return candidatesOf(c.ListedPerks(ctx), func(p *merchants.Perk) candidate {
			return candidate{id: p.ID, key: p.InternalName, archived: p.Status == merchants.StatusArchived}
		})
	},
	get:      reads((*merchants.Client).GetPerk),
	resource: newPerkResource, dataSource: newPerkDataSource, query: newPerkQuery,
}

var digitalAssetKind = Kind{
	Name: "digital_asset", Noun: "digital asset", Plural: "digital assets", Key: "internal_name", Lifecycle: digitalAssetLife,
	all: func(ctx context.Context, c *merchants.Client) candidates {
		return candidatesOf(c.ListedDigitalAssets(ctx), func(a *merchants.DigitalAsset) candidate {
			return candidate{id: a.ID, key: a.InternalName}
		})
	},
	get:      reads((*merchants.Client).GetDigitalAsset),
	resource: newDigitalAssetResource, dataSource: newDigitalAssetDataSource, query: newDigitalAssetQuery,
}

var badgeKind = Kind{
	Name: "badge", Noun: "badge", Plural: "badges", Key: "internal_name", Lifecycle: badgeLife,
	References: map[string]Reference{"audience_id": toAudience},
	all: func(ctx context.Context, c *merchants.Client) candidates {
		return candidatesOf(c.ListedBadges(ctx), func(b *merchants.Badge) candidate {
			return candidate{id: b.ID, key: b.InternalName}
		})
	},
	get:      reads((*merchants.Client).GetBadge),
	resource: newBadgeResource, dataSource: newBadgeDataSource, query: newBadgeQuery,
}

var campaignKind = Kind{
	Name: "campaign", Noun: "campaign", Plural: "campaigns", Key: "internal_name", Lifecycle: campaignLife,
	References: map[string]Reference{
		"audience_id":              toAudience,
		"rewards.perk_id":          toPerk,
		"rewards.digital_asset_id": toDigitalAsset,
	},
	all: func(ctx context.Context, c *merchants.Client) candidates {
		return candidatesOf(c.ListedCampaigns(ctx), describeCampaign)
	},
	get:      reads((*merchants.Client).GetCampaign),
	resource: newCampaignResource, dataSource: newCampaignDataSource, query: newCampaignQuery,
}

// kinds are all of them, each after those that it refers to: in this order they can be made in an empty merchant.
var kinds = []Kind{userPropertyKind, listKind, segmentKind, perkKind, digitalAssetKind, badgeKind, campaignKind}

// Catalog returns the kinds of objects that the provider manages, each after those that it refers to.
func Catalog() []Kind { return slices.Clone(kinds) }

// kindNames are the names of all kinds.
func kindNames() []string {
	var names []string
	for _, k := range kinds {
		names = append(names, k.Name)
	}
	return names
}

// kindNamed returns a kind by its name.
func kindNamed(name string) (Kind, bool) {
	i := slices.IndexFunc(kinds, func(k Kind) bool { return k.Name == name })
	if i < 0 {
		return Kind{}, false
	}
	return kinds[i], true
}

// rivals are the kinds that share their keys with this one, itself among them: lists and segments are one kind in the service.
func (k Kind) rivals() []Kind {
	if k.Name == listKind.Name || k.Name == segmentKind.Name {
		return []Kind{listKind, segmentKind}
	}
	return []Kind{k}
}

func (k Kind) keyName() string { return strings.ReplaceAll(k.Key, "_", " ") }
