package acceptance

import (
	"context"
	"errors"
	"fmt"
	"log"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/provider"
)

// prefix begins the names, keys and slugs of everything that the tests make.
const prefix = "tf-acc-"

// isOf reports whether the name or the key of an object begins so.
func isOf(prefix string, object merchants.Head) bool {
	return strings.HasPrefix(object.Name, prefix) || strings.HasPrefix(object.Key, prefix)
}

// collection is a [merchants.Collection] of any kind.
type collection interface {
	merchants.Objects
	Delete(ctx context.Context, id merchants.ID) error
}

// collections returns the collections of a client, by the name of the kind in the catalog.
func collections(c *merchants.Client) map[string]collection {
	return map[string]collection{
		"user_property": c.UserProperties,
		"list":          c.Lists,
		"segment":       c.Segments,
		"perk":          c.Perks,
		"digital_asset": c.DigitalAssets,
		"badge":         c.Badges,
		"campaign":      c.Campaigns,
	}
}

// addSweepers adds a sweeper for each kind. It runs after those of the kinds that refer to it.
func addSweepers() {
	for _, kind := range provider.Catalog() {
		sweeper := &resource.Sweeper{Name: "cohort_" + kind.Name, F: func(string) error { return sweep(kind) }}
		for _, other := range provider.Catalog() {
			if other.Name != kind.Name && refers(other, kind) {
				sweeper.Dependencies = append(sweeper.Dependencies, "cohort_"+other.Name)
			}
		}
		resource.AddTestSweepers(sweeper.Name, sweeper)
	}
}

// refers reports whether objects of a kind may refer to objects of another.
func refers(kind, to provider.Kind) bool {
	for _, reference := range kind.References {
		if slices.Contains(reference.Kinds, to.Name) {
			return true
		}
	}
	return false
}

// sweep removes our objects of a kind, the newest first: an object is older than those that refer
// to it. The error names those that are left.
func sweep(kind provider.Kind) error {
	ctx := context.Background()
	client, err := connect()
	if err != nil {
		return err
	}
	objects := collections(client)[kind.Name]
	var ours []merchants.Head
	for object, err := range objects.Cached(ctx) {
		if err != nil {
			return fmt.Errorf("could not list the %s: %w", kind.Plural, err)
		}
		if isOf(prefix, object) {
			ours = append(ours, object)
		}
	}
	var left []error
	for _, object := range slices.Backward(ours) {
		if err := remove(ctx, kind, objects, object); err != nil {
			left = append(left, fmt.Errorf("could not remove the %s %q: %w", kind.Noun, object.Name, err))
			continue
		}
		log.Printf("removed the %s %q", kind.Noun, object.Name)
	}
	return errors.Join(left...)
}

// archives reports whether objects of a kind can be archived.
func archives(kind provider.Kind) bool {
	return slices.Contains(kind.Lifecycle, merchants.StatusArchived)
}

// remove deletes an object. What users may see is archived first, if the kind has an archive.
func remove(ctx context.Context, kind provider.Kind, objects collection, object merchants.Head) error {
	hidden := []string{merchants.StatusDraft, merchants.StatusArchived}
	if archives(kind) && !slices.Contains(hidden, object.Status) {
		if _, err := objects.Transition(ctx, object, merchants.Archive); err != nil {
			return err
		}
	}
	if err := objects.Delete(ctx, object.ID); !merchants.IsNotFound(err) {
		return err
	}
	return nil
}
