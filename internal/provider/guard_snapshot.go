package provider

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"golang.org/x/text/unicode/norm"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

// A plan from a snapshot is the plan that the key would give. In place of a secret, the snapshot
// holds a digest, which tells whether a text is the secret. So a read keeps the secret of the state
// if it has the digest. An imported object gets the digest itself, and its plan keeps that if the
// configuration has the secret. The state holds the digest until the next plan with a key, which
// reads the secret.

const (
	// withoutSnapshot says how to apply.
	withoutSnapshot = "To apply, unset " + envSnapshot + ", remove the argument snapshot, and supply the key in " +
		envAPIKey + "."
	// digestAdvice says what to do about a digest in a configuration.
	digestAdvice = "Write the secret itself. A digest comes from something that was read from a snapshot, such as a " +
		"data source or a state. Nothing was changed."
)

// snapshotFile returns the path of the snapshot, or "" for none, and where the path was found.
func (m providerModel) snapshotFile(keyed bool, diags *diag.Diagnostics) (file, source string) {
	if m.Snapshot.IsUnknown() {
		diags.AddAttributeError(path.Root("snapshot"), "Not known whether this reads a snapshot",
			"snapshot has to be known when planning, because it decides whether a key is used. Write the path, take it "+
				"from a variable, or leave it out and set "+envSnapshot+".")
	}
	if file, source = fromEnv(m.Snapshot, envSnapshot); keyed && source == envSnapshot {
		return "", ""
	}
	return file, source
}

// readSnapshot reads the snapshot that stands in for the merchant. The snapshot of the other
// merchant is refused, as its key is. A warning says how old it is.
func readSnapshot(file, source string, mode merchants.Mode, diags *diag.Diagnostics) *merchants.Snapshot {
	snapshot, err := merchants.ReadSnapshot(file)
	if err != nil {
		diags.AddAttributeError(path.Root("snapshot"), "Not a snapshot to plan from",
			fmt.Sprintf("In %s: %s.", source, err))
		return nil
	}
	if snapshot.Mode != mode {
		advice := "write mode = \"live\" in the provider block if live is what you mean."
		if mode == merchants.ModeLive {
			advice = "remove mode = \"live\" from the provider block if test is what you mean."
		}
		diags.AddAttributeError(path.Root("mode"),
			fmt.Sprintf("Wrong merchant: the snapshot is of the %s merchant, this configuration expects %s",
				snapshot.Mode, mode),
			fmt.Sprintf("Name a snapshot of the %s merchant in %s, or %s", mode, source, advice))
		return nil
	}
	diags.AddWarning(fmt.Sprintf("This plan is made from a snapshot of the %s merchant", mode),
		fmt.Sprintf("%s was taken %s ago, at %s. What has changed in the merchant since then does not show. "+
			"The plan cannot be applied. %s", file, inWords(snapshot.Age()), snapshot.TakenAt.Format(time.RFC3339),
			withoutSnapshot))
	return snapshot
}

// inWords says how long something lasted, in its largest unit.
func inWords(d time.Duration) string {
	for _, unit := range []struct {
		name string
		of   time.Duration
	}{{"day", 24 * time.Hour}, {"hour", time.Hour}, {"minute", time.Minute}} {
		switch n := int(d / unit.of); {
		case n == 1:
			return "1 " + unit.name
		case n > 1:
			return fmt.Sprintf("%d %ss", n, unit.name)
		}
	}
	return "less than a minute"
}

// checkApply refuses a change while a snapshot stands in for the merchant. The client refuses each
// request as well, but not every change needs one.
func (p *providerData) checkApply(diags *diag.Diagnostics) {
	if p.fromSnapshot {
		diags.AddError(fmt.Sprintf("The %s merchant is read from a snapshot, which cannot be changed", p.mode),
			"Nothing was changed, and no request has been sent. "+withoutSnapshot)
	}
}

// checkDigests keeps digests out of a plan that is made with a key. The state holds one if it was
// last read from a snapshot, and was not refreshed since.
func (p *providerData) checkDigests(
	ctx context.Context, k Kind, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse,
) {
	if p.fromSnapshot || req.Plan.Raw.IsNull() {
		return
	}
	for _, secret := range k.objects(p.client).Secrets() {
		at := attributePath(secret)
		var written, planned types.String
		resp.Diagnostics.Append(req.Config.GetAttribute(ctx, at, &written)...)
		resp.Diagnostics.Append(req.Plan.GetAttribute(ctx, at, &planned)...)
		switch {
		case merchants.IsDigest(written.ValueString()):
			resp.Diagnostics.AddAttributeError(at, "The digest of a secret instead of the secret", digestAdvice)
		case merchants.IsDigest(planned.ValueString()):
			resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, at, written)...)
		}
	}
}

// secretText is the text of a required attribute whose value a snapshot does not hold. It has the
// equal forms of a plain text.
func secretText[T ~string](prior types.String, wire T) types.String {
	if !merchants.IsDigest(string(wire)) {
		return requiredText(prior, wire)
	}
	written := prior.ValueString()
	trimmed := strings.TrimSpace(written)
	forms := []string{written, trimmed, norm.NFC.String(trimmed)}
	if slices.ContainsFunc(slices.Compact(forms), func(form string) bool {
		return merchants.SameSecret(string(wire), form)
	}) {
		return prior
	}
	return requiredText(prior, wire)
}

// sameSecretAsState keeps the digest of the state when the configuration has its secret.
type sameSecretAsState struct{}

func (sameSecretAsState) Description(context.Context) string {
	return "a secret is the same as its digest"
}

func (m sameSecretAsState) MarkdownDescription(ctx context.Context) string { return m.Description(ctx) }

func (sameSecretAsState) PlanModifyString(
	_ context.Context, req planmodifier.StringRequest, resp *planmodifier.StringResponse,
) {
	if known(req.PlanValue) && merchants.SameSecret(req.StateValue.ValueString(), req.PlanValue.ValueString()) {
		resp.PlanValue = req.StateValue
	}
}

// offline is a client for what needs no request. Its zero configuration is valid.
var offline = sync.OnceValues(func() (*merchants.Client, error) { return merchants.New(merchants.Config{}) })

// Digest is what a snapshot holds in place of a secret of the object with this key. Any other text
// stays as it is.
func (k Kind) Digest(attribute, key, secret string) (string, error) {
	client, err := offline()
	if err != nil {
		return "", err
	}
	return k.objects(client).Digest(attribute, key, secret), nil
}
