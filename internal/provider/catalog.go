package provider

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

// Kind is one kind of object that the provider manages. It holds what more than one place must
// know.
type Kind struct {
	// Name is the name of the resource without cohort_, and of the kind in allow_live_delete.
	Name string
	// Noun names one object in a sentence, Plural several.
	Noun, Plural string
	// Key is the attribute that identifies an object of the kind, in test and in live alike.
	Key string
	// Lifecycle are the statuses that a user may ask for, in order; nil for a kind without a
	// lifecycle.
	Lifecycle lifecycle
	// Types are the values of the attribute type; nil for a kind without it.
	Types []string
	// References are the targets of the attributes that refer to other objects, by the path of the
	// attribute, such as rewards.perk_id. A path may lead into the JSON of an attribute.
	References map[string]Reference
	// sharedAs is the type of the objects where kinds share a collection of the service, and so their
	// keys; else "".
	sharedAs string

	attributes func() map[string]schema.Attribute
	resource   func() resource.Resource
	views
}

// Reference is the target of an attribute that refers to other objects.
type Reference struct {
	// Kinds are the names of the allowed kinds.
	Kinds []string
	// By is the attribute of the target that the reference holds: id, or the key of the kind.
	By string
	// Builtin are texts that stand for something of the service, and for no object.
	Builtin []string
}

var (
	toAudience     = Reference{Kinds: []string{"list", "segment"}, By: "id"}
	toPerk         = Reference{Kinds: []string{"perk"}, By: "id"}
	toDigitalAsset = Reference{Kinds: []string{"digital_asset"}, By: "id"}
	toUserProperty = Reference{
		Kinds: []string{"user_property"}, By: "reference_id", Builtin: []string{"email", "firstName", "lastName", "lang"},
	}
)

var userPropertyKind = Kind{
	Name: "user_property", Noun: "user property", Plural: "user properties", Key: "reference_id",
	Types: []string{
		merchants.PropertyText, merchants.PropertyNumber, merchants.PropertyBoolean, merchants.PropertyDate,
	},
	attributes: userPropertySchema, resource: newUserPropertyResource,
	views: viewsOf[userPropertyModel, userPropertyModel](
		func(c *merchants.Client) merchants.Collection[*merchants.UserProperty, merchants.UserPropertyInput] {
			return c.UserProperties
		}),
}

var listKind = Kind{
	Name: "list", Noun: "list", Plural: "lists", Key: "reference_id", sharedAs: merchants.CohortList,
	attributes: listSchema, resource: newListResource,
	views: viewsOf[listModel, listModel](
		func(c *merchants.Client) merchants.Collection[*merchants.Cohort, merchants.CohortInput] {
			return c.Lists
		}),
}

var segmentKind = Kind{
	Name: "segment", Noun: "segment", Plural: "segments", Key: "reference_id", sharedAs: merchants.CohortSegment,
	References: map[string]Reference{
		"groups.conditions.audience.id":            toAudience,
		"groups.conditions.user_property.property": toUserProperty,
	},
	attributes: segmentSchema, resource: newSegmentResource,
	views: viewsOf[segmentModel, segmentModel](
		func(c *merchants.Client) merchants.Collection[*merchants.Cohort, merchants.CohortInput] {
			return c.Segments
		}),
}

var perkKind = Kind{
	Name: "perk", Noun: "perk", Plural: "perks", Key: "internal_name", Lifecycle: perkLifecycle,
	attributes: perkSchema, resource: newPerkResource,
	views: viewsOf[perkModel, perkAttributes](
		func(c *merchants.Client) merchants.Collection[*merchants.Perk, merchants.PerkInput] { return c.Perks }),
}

var digitalAssetKind = Kind{
	Name: "digital_asset", Noun: "digital asset", Plural: "digital assets", Key: "internal_name",
	Lifecycle:  digitalAssetLifecycle,
	attributes: digitalAssetSchema, resource: newDigitalAssetResource,
	views: viewsOf[digitalAssetModel, digitalAssetAttributes](
		func(c *merchants.Client) merchants.Collection[*merchants.DigitalAsset, merchants.DigitalAssetInput] {
			return c.DigitalAssets
		}),
}

var badgeKind = Kind{
	Name: "badge", Noun: "badge", Plural: "badges", Key: "internal_name", Lifecycle: badgeLifecycle,
	References: map[string]Reference{"audience_id": toAudience},
	attributes: badgeSchema, resource: newBadgeResource,
	views: viewsOf[badgeModel, badgeAttributes](
		func(c *merchants.Client) merchants.Collection[*merchants.Badge, merchants.BadgeInput] {
			return c.Badges
		}),
}

var campaignKind = Kind{
	Name: "campaign", Noun: "campaign", Plural: "campaigns", Key: "internal_name", Lifecycle: campaignLifecycle,
	References: map[string]Reference{
		"audience_id":              toAudience,
		"rewards.perk_id":          toPerk,
		"rewards.digital_asset_id": toDigitalAsset,
		// The form cohort_form asks for the property (assumed).
		"challenge.steps.triggers.settings.property": toUserProperty,
	},
	attributes: campaignSchema, resource: newCampaignResource,
	views: viewsOf[campaignModel, campaignAttributes](
		func(c *merchants.Client) merchants.Collection[*merchants.Campaign, merchants.CampaignInput] {
			return c.Campaigns
		}),
}

// kinds are all kinds, each after those that it refers to: an empty merchant can be filled in this
// order.
var kinds = []Kind{userPropertyKind, listKind, segmentKind, perkKind, digitalAssetKind, badgeKind, campaignKind}

// Catalog returns the kinds of objects that the provider manages, each after those that it refers
// to.
func Catalog() []Kind { return slices.Clone(kinds) }

// views are the ways to show objects that the provider does not manage: as untyped objects, as a
// data source, in a query, and as the resource that would manage them.
type views struct {
	objects    func(*merchants.Client) merchants.Objects
	dataSource func(Kind) datasource.DataSource
	query      func(Kind) list.ListResource
	managed    func(context.Context, *providerData, Kind) iter.Seq2[managed, error]
}

// viewsOf returns the views of a kind. Managed is the model of its resource, Shown that of its data
// source.
func viewsOf[
	Managed, Shown any, T merchants.Object, Input any, PM projection[T, Managed], PS projection[T, Shown],
](of func(*merchants.Client) merchants.Collection[T, Input]) views {
	return views{
		objects:    func(c *merchants.Client) merchants.Objects { return of(c) },
		dataSource: func(k Kind) datasource.DataSource { return &kindDataSource[T, Input, Shown, PS]{kind: k, of: of} },
		query:      func(k Kind) list.ListResource { return &kindQuery[T, Input, Managed, PM]{kind: k, of: of} },
		managed:    managedObjects[T, Input, Managed, PM](of),
	}
}

// projection is a model that reads everything from an object of the service: rule 2.
type projection[T merchants.Object, Model any] interface {
	*Model
	read(ctx context.Context, object T, urls rehostedURLs, diags *diag.Diagnostics)
}

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

// SharesKeysWith reports whether a key identifies only one object of both kinds together. Every
// kind shares its keys with itself.
func (k Kind) SharesKeysWith(other Kind) bool {
	return slices.ContainsFunc(k.rivals(), func(rival Kind) bool { return rival.Name == other.Name })
}

// rivals are the kinds that share their keys with this kind, including itself.
func (k Kind) rivals() []Kind {
	if k.sharedAs == "" {
		return []Kind{k}
	}
	return slices.DeleteFunc(Catalog(), func(other Kind) bool { return other.sharedAs == "" })
}

func (k Kind) keyName() string { return strings.ReplaceAll(k.Key, "_", " ") }

// nameAttribute is the attribute that holds the name in Cohort's admin. Every object has one.
func (k Kind) nameAttribute() string {
	if _, found := k.attributes()["name"]; found {
		return "name"
	}
	return k.Key
}

// doing describes an operation on an object, as in: create perk "welcome-10".
func (k Kind) doing(verb string, object tftypes.Value) string {
	return fmt.Sprintf("%s %s %q", verb, k.Noun, textsOf(object)(k.nameAttribute()).ValueString())
}

// addError is addAPIError for an operation on an object of the kind.
func (k Kind) addError(diags *diag.Diagnostics, verb string, object tftypes.Value, err error) {
	addAPIError(diags, k.doing(verb, object), err)
}

// archives reports whether objects of the kind can be archived.
func (k Kind) archives() bool { return slices.Contains(k.Lifecycle, merchants.StatusArchived) }
