package provider

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/zclconf/go-cty/cty"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

// What a plan does to an object of the live merchant.
const (
	// Only an action ends an object that has to be named.
	ending      = "would end"
	deletion    = "would delete"
	replacement = "would replace"
	// Terraform does not distinguish a replacement with a new key from an object that is let go while
	// another one is created.
	replacementOrNot = "may replace"
)

// checkDelete refuses to delete or replace a live object that allow_live_delete does not name.
func (p *providerData) checkDelete(k Kind, doing string, key, id types.String, diags *diag.Diagnostics) {
	p.checkTaken(k, doing, key.ValueString(), id.ValueString(),
		"To stop managing it and leave it in Cohort, remove it from the state with a "+
			"removed block that has destroy = false.", diags)
}

// checkTainted refuses to replace a tainted live object in the same way. Terraform plans the
// replacement as a new object with the same key.
func (p *providerData) checkTainted(k Kind, e entry, diags *diag.Diagnostics) {
	p.checkTaken(k, replacement, e.key, e.id,
		"It is in the state, and the plan makes a new one in its place. If it is tainted, terraform untaint keeps it as it "+
			"is. If a removed block lets go of it, use a moved block instead, which keeps it.", diags)
}

// checkUnplanned refuses the same when the new object has another key, or none.
func (p *providerData) checkUnplanned(ctx context.Context, k Kind, diags *diag.Diagnostics) {
	for _, e := range p.ledger.unplanned(ctx, k) {
		p.checkTaken(k, replacementOrNot, e.key, e.id,
			"It is in the state, and the plan neither keeps nor deletes it, but makes another "+k.Noun+
				". If it is tainted, terraform untaint keeps it as it is. If a removed block lets go of it, apply that first: "+
				"terraform apply -target= with the address that the block has in from.", diags)
	}
}

func (p *providerData) checkTaken(k Kind, doing, key, id, otherwise string, diags *diag.Diagnostics) {
	name, names := liveNames(k, key, id)
	allowed := func(name string) bool { return slices.Contains(p.allowLiveDelete, name) }
	if p.mode != merchants.ModeLive || slices.ContainsFunc(names, allowed) {
		return
	}
	diags.AddError(fmt.Sprintf("This %s %s %q"+inLive, doing, k.Noun, name),
		fmt.Sprintf("%s%s]\n\n%s", toBeNamed, hclwrite.TokensForValue(cty.StringVal(names[0])).Bytes(), otherwise))
}

const (
	// inLive ends the summary of a refusal.
	inLive = " in the LIVE merchant"
	// toBeNamed begins its detail. The name follows, as HCL, and a bracket.
	toBeNamed = "It has to be named in the provider block:\n\n  allow_live_delete = ["
)

// RefusedDelete returns the entry of allow_live_delete that a diagnostic asks for. It reports false
// for every other diagnostic.
func RefusedDelete(summary, detail string) (name string, refused bool) {
	rest, refused := strings.CutPrefix(detail, toBeNamed)
	written, _, closed := strings.Cut(rest, "]\n\n")
	expression, problems := hclsyntax.ParseExpression([]byte(written), "", hcl.InitialPos)
	if !refused || !closed || !strings.HasSuffix(summary, inLive) || problems.HasErrors() {
		return "", false
	}
	value, problems := expression.Value(nil)
	if problems.HasErrors() || value.Type() != cty.String || value.IsNull() {
		return "", false
	}
	return value.AsString(), true
}

// liveNames returns how to show an object, and the names that allow_live_delete may use for it: its
// key or its id. The first name is the one to show.
func liveNames(k Kind, key, id string) (string, []string) {
	byID := k.Name + ":" + idPrefix + id
	key = storedKey(key)
	if key == "" {
		return idPrefix + id, []string{byID}
	}
	byKey := k.Name + ":" + keyPrefix + key
	if strings.HasPrefix(key, idPrefix) || strings.HasPrefix(key, keyPrefix) {
		return key, []string{byKey, byID}
	}
	return key, []string{k.Name + ":" + key, byKey, byID}
}

// DeleteNames are the entries of allow_live_delete that may name an object, the one to show first.
func DeleteNames(k Kind, key, id string) []string {
	_, names := liveNames(k, key, id)
	return names
}
