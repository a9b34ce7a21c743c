package provider

import (
	"context"
	"encoding/json"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// rehostedURLs are the URLs of images and videos that the service stored under another URL, as
// services do that keep a copy. They map the stored URL to the written one, in private state. A URL
// without an entry shows as it is, so that drift shows.
type rehostedURLs map[string]string

// mediaKey is the key of the private state.
const mediaKey = "media"

// rehostedURLsFrom reads the URLs that a write left in private state.
func rehostedURLsFrom(ctx context.Context, private interface {
	GetKey(ctx context.Context, key string) ([]byte, diag.Diagnostics)
}, diags *diag.Diagnostics,
) rehostedURLs {
	left, problems := private.GetKey(ctx, mediaKey)
	diags.Append(problems...)
	var m rehostedURLs
	if left != nil && json.Unmarshal(left, &m) != nil {
		return nil
	}
	return m
}

// save writes the URLs to private state.
func (m rehostedURLs) save(ctx context.Context, private interface {
	SetKey(ctx context.Context, key string, value []byte) diag.Diagnostics
}, diags *diag.Diagnostics,
) {
	encoded, err := json.Marshal(m)
	if err != nil {
		return // A map of strings always has a JSON form.
	}
	diags.Append(private.SetKey(ctx, mediaKey, encoded)...)
}

// note records a written URL that the service answered with another one.
func (m rehostedURLs) note(written types.String, stored *string) {
	if stored != nil && !blank(*stored) && !blank(written.ValueString()) && *stored != written.ValueString() {
		m[*stored] = written.ValueString()
	}
}

// value returns a URL as it was written.
func (m rehostedURLs) value(prior types.String, wire *string) types.String {
	if wire != nil {
		if written, ok := m[*wire]; ok {
			return types.StringValue(written)
		}
	}
	return textValue(prior, wire)
}
