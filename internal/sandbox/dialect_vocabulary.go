package sandbox

import (
	"maps"
	"strings"
)

// A property is what a dialect has to know of one property of an object.
type property struct {
	words   []string // what it can say: all of an enum, or the known ones of an open catalog
	open    bool     // an open catalog
	moment  bool     // a time
	id      bool     // the id of the object, of another one or of a step
	service bool     // set by the service alone
}

// A vocabulary has the properties of a kind by their paths, without indices. What a type sets in
// typeConfig stands below its word: typeConfig:code.code. What is not listed, such as the languages
// of a text and the settings of an unknown type, is the same in every dialect.
type vocabulary map[string]property

var (
	plain     = property{}
	moments   = property{moment: true}
	ids       = property{id: true}
	operators = said("and", "or")
)

func said(words ...string) property { return property{words: words} }

// vocabularyOf returns the properties of a kind, with those that the service sets.
func vocabularyOf(k *kind) vocabulary {
	out := maps.Clone(vocabularies[k.path])
	out["id"] = property{id: true, service: true}
	out["createdAt"] = property{moment: true, service: true}
	out["updatedAt"] = property{moment: true, service: true}
	if k.published != "" {
		out["status"] = property{words: k.statuses(), service: true}
	}
	return out
}

// has reports whether a path leads to an object whose properties are listed.
func (v vocabulary) has(object string) bool {
	if object == "" {
		return true
	}
	for path := range v {
		if strings.HasPrefix(path, object+".") {
			return true
		}
	}
	return false
}

var vocabularies = map[string]vocabulary{
	"user-properties": {
		"name": plain, "type": said("text", "number", "boolean", "date"), "referenceId": plain,
	},
	"cohorts": {
		"type": said("list", "segment"), "name": plain, "referenceId": plain,
		"conditions": plain, "conditions.operator": operators,
		"conditions.groups": plain, "conditions.groups.operator": operators,
		"conditions.groups.conditions":                                   plain,
		"conditions.groups.conditions.type":                              said("user-property", "event", "cohort"),
		"conditions.groups.conditions.typeConfig":                        plain,
		"conditions.groups.conditions.typeConfig:user-property.property": plain,
		"conditions.groups.conditions.typeConfig:user-property.operator": plain,
		"conditions.groups.conditions.typeConfig:user-property.value":    plain,
		"conditions.groups.conditions.typeConfig:event.event":            plain,
		"conditions.groups.conditions.typeConfig:event.operator":         said("has-done", "has-not-done"),
		"conditions.groups.conditions.typeConfig:event.withinDays":       plain,
		"conditions.groups.conditions.typeConfig:cohort.cohortId":        ids,
		"conditions.groups.conditions.typeConfig:cohort.operator":        said("is-in", "is-not-in"),
	},
	"perks": {
		"internalName": plain, "title": plain, "description": plain, "imageUrl": plain, "videoUrl": plain,
		"type":       {words: []string{"none", "code", "link", "shopify-discount"}, open: true},
		"typeConfig": plain, "expiresAt": moments,
		"typeConfig:code.code":                     plain,
		"typeConfig:link.url":                      plain,
		"typeConfig:shopify-discount.discountName": plain,
		"typeConfig:shopify-discount.discountType": said("percentage", "fixed-amount"),
		"typeConfig:shopify-discount.value":        plain,
	},
	"digital-assets": {
		"internalName": plain, "title": plain, "description": plain, "imageUrl": plain, "videoUrl": plain,
		"maxSupply": plain,
	},
	"badges": {
		"internalName": plain, "title": plain, "description": plain, "imageUrl": plain, "cohortId": ids,
		"visibility": said("everyone", "owners"), "lockedDescription": plain,
	},
	"campaigns": {
		"internalName": plain, "type": said("challenge", "store", "airdrop"), "cohortId": ids,
		"startAt": moments, "endAt": moments,
		"rewards": plain, "rewards.type": said("perk", "digital-asset"), "rewards.rewardId": ids,
		"rewards.quantity": plain, "rewards.price": plain,
		"rewards.price.amount": plain, "rewards.price.currency": plain,
		"distribution": plain, "distribution.type": said("direct", "instant-draw", "raffle"),
		"distribution.typeConfig":                        plain,
		"distribution.typeConfig:direct.maxQuantity":     plain,
		"distribution.typeConfig:instant-draw.maxBoxes":  plain,
		"distribution.typeConfig:raffle.maxBoxes":        plain,
		"distribution.typeConfig:raffle.drawAt":          moments,
		"typeConfig":                                     plain,
		"typeConfig:store.name":                          plain,
		"typeConfig:store.description":                   plain,
		"typeConfig:store.imageUrl":                      plain,
		"typeConfig:store.videoUrl":                      plain,
		"typeConfig:store.slug":                          plain,
		"typeConfig:challenge.name":                      plain,
		"typeConfig:challenge.optInCta":                  plain,
		"typeConfig:challenge.description":               plain,
		"typeConfig:challenge.imageUrl":                  plain,
		"typeConfig:challenge.videoUrl":                  plain,
		"typeConfig:challenge.slug":                      plain,
		"typeConfig:challenge.steps":                     plain,
		"typeConfig:challenge.steps.id":                  ids,
		"typeConfig:challenge.steps.userAction":          plain,
		"typeConfig:challenge.steps.icon":                plain,
		"typeConfig:challenge.steps.title":               plain,
		"typeConfig:challenge.steps.description":         plain,
		"typeConfig:challenge.steps.triggers":            plain,
		"typeConfig:challenge.steps.triggers.type":       plain,
		"typeConfig:challenge.steps.triggers.typeConfig": plain,
	},
}
