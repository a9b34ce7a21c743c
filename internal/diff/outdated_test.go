package diff_test

import (
	"testing"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/diff"
)

const keyless = "resource \"cohort_list\" \"kay\" {\n  name = \"Kay\"\n}\n"

// TestCompare_withoutKeys pairs objects without a key by their address, so that one that was
// renamed by hand has drifted, and is not another one.
func TestCompare_withoutKeys(t *testing.T) {
	t.Parallel()
	s := newService(t)
	s.apply(test, keyless)
	s.apply(live, keyless)
	s.patch(live, "list:Kay", map[string]any{"name": "Kay 2"})
	r, _ := s.compare(keyless, keyless)
	if len(r.Differences) != 1 || len(r.Differences[0].Changes) != 1 || r.Differences[0].Changes[0].Path != "name" ||
		r.Differences[0].Changes[0].Class != diff.Drift {
		t.Errorf("the differences are %+v", r.Differences)
	}
}

// TestOutdated names a plan that does not show the merchant as it is.
func TestOutdated(t *testing.T) {
	t.Parallel()
	s := newService(t)
	s.apply(live, keyless)
	root := s.plan(live, keyless)
	if at := diff.Outdated(s.read(live), root); at != "" {
		t.Errorf("the plan is said to be outdated: %s", at)
	}
	s.patch(live, "list:Kay", map[string]any{"name": "Kay 2"})
	if at := diff.Outdated(s.read(live), root); at != "list:Kay 2, name" {
		t.Errorf("of a plan before an edit, it names %q", at)
	}
}

// TestOutdated_writeOnly checks that a code which is not in the state is no edit.
func TestOutdated_writeOnly(t *testing.T) {
	t.Parallel()
	s := newService(t)
	const perk = "resource \"cohort_perk\" \"p\" {\n  internal_name = \"p\"\n" +
		"  code = { value_wo = \"SESAME\", value_wo_version = 1 }\n}\n"
	s.apply(live, perk)
	root := s.plan(live, perk)
	if at := diff.Outdated(s.read(live), root); at != "" {
		t.Errorf("the plan is said to be outdated: %s", at)
	}
	s.patch(live, "perk:p", map[string]any{"type": "link", "typeConfig": map[string]any{"url": "https://a.example"}})
	if at := diff.Outdated(s.read(live), root); at != "perk:p, code" {
		t.Errorf("of a plan before it became a link, it names %q", at)
	}
}
