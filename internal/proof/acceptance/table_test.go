package acceptance

import (
	"fmt"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/provider"
)

// TestLives_everyAttribute checks that the lives of each kind set every attribute, change it, and
// leave it out if it is optional.
func TestLives_everyAttribute(t *testing.T) {
	t.Parallel()
	schemas, err := provider.NewServer("test")().GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	var missing []string
	for _, kind := range provider.Catalog() {
		for _, attribute := range schemas.ResourceSchemas["cohort_"+kind.Name].Block.Attributes {
			name := attribute.Name
			if !attribute.Required && !attribute.Optional || slices.Contains([]string{"desired_status", "on_destroy"}, name) {
				continue
			}
			var set, changed, cleared bool
			for _, l := range lives {
				if l.kind != kind.Name {
					continue
				}
				made, then, last := l.made[name] != "", l.changed[name] != "", l.cleared[name] != ""
				set = set || made || then
				changed = changed || l.made[name] != l.changed[name]
				cleared = cleared || made && !then || then && !last && l.cleared != nil
			}
			if !set {
				missing = append(missing, fmt.Sprintf("no %s sets %s", kind.Noun, name))
			}
			if set && !changed {
				missing = append(missing, fmt.Sprintf("no %s changes %s", kind.Noun, name))
			}
			if set && attribute.Optional && !cleared {
				missing = append(missing, fmt.Sprintf("no %s clears %s", kind.Noun, name))
			}
		}
	}
	slices.Sort(missing)
	want := []string{
		// The type of a campaign cannot change.
		"no campaign changes airdrop", "no campaign clears airdrop", "no campaign clears challenge",
		"no campaign clears store",
		// The types of a custom perk are the service's, and not known.
		"no perk sets custom",
		// The type of a property cannot change, and the service always has a reference id.
		"no user property changes type", "no user property clears reference_id",
	}
	if diff := gocmp.Diff(want, missing); diff != "" {
		t.Errorf("missing (-want +got):\n%s", diff)
	}
}

// TestLives_everyStatus checks that each kind gets every status that a user may ask for, and comes
// back from the archive.
func TestLives_everyStatus(t *testing.T) {
	t.Parallel()
	for _, kind := range provider.Catalog() {
		var statuses []string
		comesBack := false
		for _, l := range lives {
			if l.kind == kind.Name {
				statuses = append(statuses, l.statuses...)
				at := slices.Index(l.statuses, "archived")
				comesBack = comesBack || at >= 0 && at < len(l.statuses)-1
			}
		}
		for i, status := range kind.Lifecycle {
			if i > 0 && !slices.Contains(statuses, status) {
				t.Errorf("no %s becomes %s", kind.Noun, status)
			}
		}
		if archives(kind) && !comesBack {
			t.Errorf("no %s comes back from the archive", kind.Noun)
		}
	}
}

// TestLives_reachNobody checks that nothing is published to users: campaigns and badges have an
// empty list of their own as their audience, and an airdrop is never published.
func TestLives_reachNobody(t *testing.T) {
	t.Parallel()
	for _, l := range lives {
		if l.statuses == nil || l.kind != "campaign" && l.kind != "badge" {
			continue
		}
		if l.made["airdrop"] != "" {
			t.Errorf("the airdrop %s is published", l.name)
		}
		if want := "cohort_list." + l.name + ".id"; l.made["audience_id"] != want {
			t.Errorf("%s is published for %q, want %s", l.name, l.made["audience_id"], want)
		}
	}
}
