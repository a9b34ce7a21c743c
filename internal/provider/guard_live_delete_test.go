package provider

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

// TestRefusedDelete reads the entry back from every refusal, whatever is in the key.
func TestRefusedDelete(t *testing.T) {
	t.Parallel()
	data := &providerData{mode: merchants.ModeLive}
	for _, key := range []string{
		"summer", "", `a "b" ]`, "x]\n\n]", "${var.x} %{if}", "id:1", "été 🎉", "\\", "allow_live_delete = [",
	} {
		var diags diag.Diagnostics
		data.checkDelete(perkKind, deletion, types.StringValue(key), types.StringValue("4e5f"), &diags)
		data.checkTaken(perkKind, replacement, key, "4e5f", "", &diags)
		data.checkTaken(perkKind, replacementOrNot, key, "4e5f", "]", &diags)
		if len(diags) != 3 {
			t.Fatalf("%q: %v", key, diags)
		}
		want := DeleteNames(perkKind, key, "4e5f")[0]
		for _, d := range diags {
			if name, refused := RefusedDelete(d.Summary(), d.Detail()); !refused || name != want {
				t.Errorf("%q: %q, %t, want %q:\n%s\n%s", key, name, refused, want, d.Summary(), d.Detail())
			}
			if _, refused := RefusedDelete("Could not delete it", d.Detail()); refused {
				t.Errorf("%q: another diagnostic is taken for it", key)
			}
			if _, refused := RefusedDelete(d.Summary(), "No. "+d.Detail()); refused {
				t.Errorf("%q: another detail is taken for it", key)
			}
		}
	}
}
