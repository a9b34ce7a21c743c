package provider

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

// isArchived reports whether an object is archived. Archived objects do not count: their key may be
// used again.
func (k Kind) isArchived(head merchants.Head) bool {
	return k.archives() && head.Status == merchants.StatusArchived
}

// shownCandidates is how many keys an error lists.
const shownCandidates = 10

// find returns the id of the one object that has a key. None or several are an error that lists the
// alternatives.
func (k Kind) find(ctx context.Context, client *merchants.Client, key string, diags *diag.Diagnostics) merchants.ID {
	noun, keyName := k.Noun, k.keyName()
	var ids, archived []string
	var keys []string
	for head, err := range k.objects(client).Cached(ctx) {
		switch {
		case err != nil:
			addAPIError(diags, fmt.Sprintf("look up %s %q", noun, key), err)
			return ""
		case storedKey(head.Key) == storedKey(key) && k.isArchived(head):
			archived = append(archived, string(head.ID))
		case storedKey(head.Key) == storedKey(key):
			ids = append(ids, string(head.ID))
		case !k.isArchived(head) && head.Key != "":
			keys = append(keys, fmt.Sprintf("%q", head.Key))
		}
	}
	switch {
	case len(ids) == 1:
		return merchants.ID(ids[0])
	case len(ids) > 1:
		diags.AddError(fmt.Sprintf("More than one %s has the %s %q", noun, keyName, key),
			fmt.Sprintf("Their ids are %s. Use one of the ids, or rename the others in Cohort's admin.",
				strings.Join(ids, ", ")))
	case len(archived) > 0:
		diags.AddError(fmt.Sprintf("No %s has the %s %q", noun, keyName, key),
			fmt.Sprintf("An archived one has it, with id %s. Use the id if that one is meant.", strings.Join(archived, ", ")))
	default:
		diags.AddError(fmt.Sprintf("No %s has the %s %q", noun, keyName, key), describeKeys(noun, keys))
	}
	return ""
}

// named returns the id of the object that a data source names by its id or by its key. It reports a
// problem with the key at the attribute of the key.
func (k Kind) named(
	ctx context.Context, client *merchants.Client, id, key types.String, diags *diag.Diagnostics,
) merchants.ID {
	if !id.IsNull() {
		return idOf(id)
	}
	var said diag.Diagnostics
	found := k.find(ctx, client, key.ValueString(), &said)
	addAt(path.Root(k.Key), said, diags)
	return found
}

// addAt adds diagnostics at an attribute.
func addAt(at path.Path, said diag.Diagnostics, diags *diag.Diagnostics) {
	for _, d := range said {
		diags.Append(diag.WithPath(at, d))
	}
}

// addLookUpError is addAPIError for the object that a data source names. It reports an id that does
// not exist at the attribute id.
func addLookUpError(diags *diag.Diagnostics, doing string, err error) {
	var said diag.Diagnostics
	addAPIError(&said, doing, err)
	if merchants.IsNotFound(err) {
		addAt(path.Root("id"), said, diags)
		return
	}
	diags.Append(said...)
}

func describeKeys(noun string, keys []string) string {
	if len(keys) == 0 {
		return fmt.Sprintf("No %s of this merchant has a key. Is it the right merchant?", noun)
	}
	slices.Sort(keys)
	more := ""
	if len(keys) > shownCandidates {
		more = fmt.Sprintf(" and %d more", len(keys)-shownCandidates)
		keys = keys[:shownCandidates]
	}
	return fmt.Sprintf("The merchant has %s%s.", strings.Join(keys, ", "), more)
}
