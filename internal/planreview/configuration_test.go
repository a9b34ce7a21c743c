package planreview_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/planreview"
)

// TestFingerprint_undetermined checks that a plan which does not show all that it does has a
// fingerprint only with its configuration, and that the configuration then counts: each token of
// each file, and nothing else.
func TestFingerprint_undetermined(t *testing.T) {
	t.Parallel()
	made, err := planreview.Fingerprint(read(t, keptPlan(t, kept)))
	if !errors.Is(err, planreview.ErrUndetermined) {
		t.Fatalf("without a configuration, the fingerprint is %q, and the error %v", made, err)
	}
	text := change("perk", "cohort_perk.x", creates, nil, object{"mode": "live", "internal_name": "x"})
	text["change"].(object)["after_unknown"] = object{"title": object{"en": true}}
	mentions := object{"root_module": object{"resources": []object{{
		"address": "cohort_perk.x", "mode": "managed", "type": "cohort_perk", "name": "x",
		"expressions": object{"title": object{"references": []string{"terraform_data.t.id", "terraform_data.t"}}},
	}}}}
	data := change("", "terraform_data.t", creates, nil, nil)
	data["type"] = "terraform_data"
	withText := with(t, written(t, text, data), object{"configuration": mentions})
	if _, err := planreview.Fingerprint(read(t, withText)); !errors.Is(err, planreview.ErrUndetermined) {
		t.Errorf("of a text with something new in it, the error is %v", err)
	}
	const root, called = "module \"m\" {\n  source = \"../m\"\n}\n", "locals {\n  a = [1, 2]\n}\n"
	of := func(files map[string]string) string {
		t.Helper()
		folder := t.TempDir()
		for name, content := range files {
			path := filepath.Join(folder, filepath.FromSlash(name))
			err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o750), os.WriteFile(path, []byte(content), 0o600))
			if err != nil {
				t.Fatal(err)
			}
		}
		plan := read(t, keptPlan(t, kept))
		if err := plan.Cover(filepath.Join(folder, "root")); err != nil {
			t.Fatal(err)
		}
		made, err := planreview.Fingerprint(plan)
		if err != nil {
			t.Fatal(err)
		}
		return made
	}
	want := of(map[string]string{"root/main.tf": root, "m/main.tf": called})
	for name, tt := range map[string]struct {
		files map[string]string
		same  bool
	}{
		"comments and blanks": {
			map[string]string{"root/main.tf": "# one\n" + root, "m/main.tf": strings.ReplaceAll(called, " ", "  ")}, true,
		},
		"another name": {map[string]string{"root/root.tf": root, "m/main.tf": called}, true},
		"what is not read": {
			map[string]string{"root/main.tf": root, "root/a.txt": "a", "m/main.tf": called, "n/main.tf": root}, true,
		},
		"the module":    {map[string]string{"root/main.tf": root, "m/main.tf": "locals {\n  a = [2, 1]\n}\n"}, false},
		"one file more": {map[string]string{"root/main.tf": root, "root/b.tf.json": "{}", "m/main.tf": called}, false},
		"another text": {
			map[string]string{"root/main.tf": root + "locals {\n  a = \"a b\"\n}\n", "m/main.tf": called}, false,
		},
	} {
		if got := of(tt.files); (got == want) != tt.same {
			t.Errorf("%s: the fingerprints are %s and %s", name, got, want)
		}
	}
	if err := read(t, keptPlan(t, kept)).Cover(t.TempDir()); err == nil {
		t.Error("a directory without a configuration is accepted")
	}
}
