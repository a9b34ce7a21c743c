package diff

import (
	"slices"
	"strings"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/portable"
)

// kept are attributes whose value in the state is the user's: the service has another one, or none.
var kept = []string{"on_destroy", "desired_status", "image_url", "video_url"}

// Outdated returns a place at which the plan of a root does not show what the merchant has, such as
// perk:workshop, title.en; "" if there is none. Such a plan was made before an edit, or without a
// refresh, and cannot say why something differs.
func Outdated(m *portable.Merchant, root *Root) string {
	objects := map[string]*portable.Object{}
	for _, o := range m.Objects {
		objects[o.ID] = o
	}
	held := func(r portable.Reference) string { return r.Held }
	for _, r := range root.Plan.Resources {
		if r.ID == "" || r.Before == nil {
			continue
		}
		o := objects[r.ID]
		if o == nil {
			return r.Before.String()
		}
		if o.Refusal != "" {
			continue
		}
		for _, change := range portable.Changes(r.Before.Fields, o.Fields, held) {
			isKept := slices.ContainsFunc(change.Path, func(s portable.Step) bool {
				return slices.Contains(kept, s.Name) || strings.HasSuffix(s.Name, portable.WriteOnlyVersion)
			})
			isWriteOnly := change.From == nil && change.To.Form == portable.Secret
			if !isKept && !isWriteOnly {
				return o.String() + ", " + change.Path.String()
			}
		}
	}
	return ""
}
