package provider

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/zclconf/go-cty/cty"
)

// Prefixes of an import text that force an id or a key.
const (
	idPrefix  = "id:"
	keyPrefix = "key:"
)

// importKey is a key in the form of an import text.
func importKey(key string) string {
	key = storedKey(key)
	if strings.HasPrefix(key, idPrefix) || strings.HasPrefix(key, keyPrefix) || uuid.Validate(key) == nil {
		return keyPrefix + key
	}
	return key
}

// importBlock is an indented import block to paste.
func importBlock(k Kind, id string) string {
	file := hclwrite.NewEmptyFile()
	block := file.Body().AppendNewBlock("import", nil).Body()
	block.SetAttributeTraversal("to",
		hcl.Traversal{hcl.TraverseRoot{Name: "cohort_" + k.Name}, hcl.TraverseAttr{Name: "example"}})
	block.SetAttributeValue("id", cty.StringVal(id))
	return indented(string(file.Bytes()))
}

func indented(text string) string {
	return "  " + strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n  ")
}

// importByKeyOrID resolves the text or the identity of an import. It leaves id and mode in the
// state; Read fills in the rest. A text that is a UUID is an id, any other text a key. The prefix
// "id:" or "key:" forces one of them.
func (p *providerData) importByKeyOrID(
	ctx context.Context, k Kind, req resource.ImportStateRequest, resp *resource.ImportStateResponse,
) {
	var id types.String
	if req.ID == "" {
		var identity identityModel
		resp.Diagnostics.Append(req.Identity.Get(ctx, &identity)...)
		if mode := identity.Mode.ValueString(); mode != "" && mode != string(p.mode) {
			resp.Diagnostics.AddError(fmt.Sprintf("Import of a %s from the other merchant", k.Noun),
				fmt.Sprintf("The identity names the %s %q of the %s merchant, but this configuration is for %s. "+
					"An id of one merchant means nothing in the other; import by key works in both.",
					k.Noun, identity.ID.ValueString(), mode, p.mode))
		}
		id = identity.ID
	} else {
		id = types.StringValue(p.resolveImportID(ctx, k, req.ID, &resp.Diagnostics))
	}
	if !resp.Diagnostics.HasError() && blank(id.ValueString()) {
		resp.Diagnostics.AddError(fmt.Sprintf("Nothing to import: no %s is named", k.Noun),
			fmt.Sprintf("Write the id of the %s, or its %s.", k.Noun, k.keyName()))
	}
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("id"), id)...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("mode"), string(p.mode))...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, p.identity(id))...)
}

func (p *providerData) resolveImportID(ctx context.Context, k Kind, text string, diags *diag.Diagnostics) string {
	if id, forced := strings.CutPrefix(text, idPrefix); forced {
		return id
	}
	key, forced := strings.CutPrefix(text, keyPrefix)
	if !forced && uuid.Validate(text) == nil {
		return text
	}
	return string(k.find(ctx, p.client, key, diags))
}
