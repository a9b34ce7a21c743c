package provider

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

// lifecycle lists the statuses that a user may ask for, in their order. The first is draft. Where a
// kind has archived, an object can enter it from any status and leave it again.
type lifecycle []string

// Lifecycles of the kinds. It is inferred that digital assets and badges cannot be archived: the
// documentation describes archiving for perks and campaigns alone.
var (
	perkLifecycle         = lifecycle{merchants.StatusDraft, merchants.StatusLive, merchants.StatusArchived}
	digitalAssetLifecycle = lifecycle{merchants.StatusDraft, merchants.StatusPublished}
	badgeLifecycle        = lifecycle{merchants.StatusDraft, merchants.StatusPublished}
	campaignLifecycle     = lifecycle{
		merchants.StatusDraft, merchants.StatusPublished, merchants.StatusEnded, merchants.StatusArchived,
	}
)

// Values of on_destroy.
const (
	destroyByArchive = "archive"
	destroyByDelete  = "delete"
)

// publishedStatus returns the status that publishing leads to.
func (l lifecycle) publishedStatus() string { return l[1] }

// next returns the next transition towards the desired status, or "" when none is left. It accepts
// a status beyond the desired one, because objects move on by themselves. Nothing is ever
// unpublished.
func (l lifecycle) next(desired types.String, status string) merchants.Transition {
	want := desired.ValueString()
	switch {
	case want == "" || want == status:
		return ""
	case want == merchants.StatusArchived:
		return merchants.Archive
	case status == merchants.StatusArchived:
		return merchants.Unarchive
	case want == merchants.StatusDraft:
		return ""
	case status == merchants.StatusDraft && want == l.publishedStatus():
		return merchants.Publish
	case status == l.publishedStatus() && want == merchants.StatusEnded:
		return merchants.End
	default:
		return ""
	}
}

// readable refuses to act on an unknown status: it shows neither whether the desired status is
// reached nor whether users see the object. The status words of the service are assumed, so they
// may be the first thing that differs.
func (l lifecycle) readable(status string) error {
	if slices.Contains(l, status) {
		return nil
	}
	return fmt.Errorf("its status is %q, which this version of the provider does not know (it knows %s), so it cannot "+
		"tell what follows from it. Look for a newer version",
		merchants.Plain(status), strings.Join(l, ", "))
}

// servable refuses a desired status that depends on an unknown status.
func (l lifecycle) servable(desired types.String, status string) error {
	if err := l.readable(status); err != nil && desired.ValueString() != "" {
		return fmt.Errorf("%w; without desired_status, the object stays as it is", err)
	}
	return nil
}

// checkServable refuses an update that could not reach its desired status, before anything is sent.
func (k Kind) checkServable(req resource.UpdateRequest, status string, diags *diag.Diagnostics) {
	if err := k.Lifecycle.servable(textsOf(req.Plan.Raw)("desired_status"), status); err != nil {
		k.addError(diags, "update", req.Plan.Raw, err)
	}
}

// archivedAfter reports whether an object is archived after the due transitions.
func (l lifecycle) archivedAfter(desired, status types.String) bool {
	due := l.next(desired, status.ValueString())
	return due == merchants.Archive || due != merchants.Unarchive && status.ValueString() == merchants.StatusArchived
}

// imported returns the desired status of an object that Terraform did not create.
func (l lifecycle) imported(status string) types.String {
	if status == merchants.StatusDraft || !slices.Contains(l, status) {
		return types.StringNull()
	}
	return types.StringValue(status)
}

// adopter is a model of objects that may be published. It sets what the user wants to what the
// object is.
type adopter interface{ adopt(status string) }

// adopt sets the attributes that only say what the user wants, for an object that Terraform did not
// create.
func adopt(model any, status string) {
	if m, ok := model.(adopter); ok {
		m.adopt(status)
	}
}

// desiredStatusAttribute is the status that the user wants.
func (l lifecycle) desiredStatusAttribute(description string) schema.StringAttribute {
	return schema.StringAttribute{
		MarkdownDescription: description,
		Optional:            true,
		Validators:          []validator.String{oneOf(l)},
	}
}

// onDestroyAttribute is what destroy does to an object that was published.
func onDestroyAttribute(noun string) schema.StringAttribute {
	return schema.StringAttribute{
		MarkdownDescription: "What destroying does to a " + noun + " that was published. `archive` keeps it in the " +
			"merchant, hidden from users. `delete` archives it and then deletes it for good. A draft is always deleted. " +
			"Defaults to `archive`.",
		Optional:   true,
		Computed:   true,
		Default:    stringdefault.StaticString(destroyByArchive),
		Validators: []validator.String{oneOf{destroyByArchive, destroyByDelete}},
	}
}

// plan refuses statuses that cannot be reached. When a transition is due, it plans status as
// unknown, because the service decides it; this makes an update. Otherwise it plans the status of
// the state, so that a review shows only real changes.
func (l lifecycle) plan(
	ctx context.Context, noun string, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse,
) {
	if req.Plan.Raw.IsNull() {
		return
	}
	state := textsOf(req.State.Raw)
	desired, before, status := textsOf(req.Plan.Raw)("desired_status"), state("desired_status"), state("status")
	if resp.Diagnostics.HasError() || desired.IsUnknown() {
		return
	}
	at, was := path.Root("desired_status"), status.ValueString()
	if err := l.servable(desired, was); err != nil && !req.State.Raw.IsNull() {
		resp.Diagnostics.AddAttributeError(at, "A "+noun+" in a status that is not known", sentence(err))
		return
	}
	switch {
	case desired.ValueString() == merchants.StatusDraft && !before.Equal(desired) &&
		slices.Contains([]string{l.publishedStatus(), merchants.StatusEnded}, was):
		resp.Diagnostics.AddAttributeError(at, "A "+noun+" cannot become a draft again",
			fmt.Sprintf("It is %s, and the service cannot take that back. Leave desired_status out to keep it as it is%s.",
				was, l.orArchive()))
	case desired.ValueString() == merchants.StatusEnded && (was == "" || was == merchants.StatusDraft):
		resp.Diagnostics.AddAttributeError(at, "A "+noun+" that was never published cannot end",
			fmt.Sprintf("Publish it first (desired_status = %q), or leave desired_status out to keep it as a draft.",
				l.publishedStatus()))
	case desired.ValueString() == l.publishedStatus() && was == merchants.StatusEnded && !before.Equal(desired):
		resp.Diagnostics.AddAttributeWarning(at, "A "+noun+" that has ended cannot be published again",
			fmt.Sprintf("It stays ended, whatever desired_status says. To run it again, make a new %s: "+
				"add another resource with another internal_name.", noun))
	case l.next(desired, was) == merchants.Unarchive:
		l.warnUnarchived(at, noun, desired.ValueString(), &resp.Diagnostics)
	case l.next(desired, was) == merchants.End:
		resp.Diagnostics.AddAttributeWarning(at, "Ending cannot be undone",
			"Users can no longer take part in the "+noun+" once it has ended.")
	}
	if status.IsNull() || l.next(desired, was) != "" {
		status = types.StringUnknown()
	} else if req.Plan.Raw.Equal(req.State.Raw) {
		return
	}
	resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("status"), status)...)
}

// warnUnarchived warns that an unarchived object returns to its earlier status, which only the
// service knows.
func (l lifecycle) warnUnarchived(at path.Path, noun, want string, diags *diag.Diagnostics) {
	var unless string
	switch {
	case want == merchants.StatusDraft:
		unless = "If it was " + l.publishedStatus() + ", it is open to users again, and cannot become a draft."
	case want == merchants.StatusEnded:
		unless = "If it was never published, it is a draft again, which cannot end."
	case slices.Contains(l, merchants.StatusEnded):
		unless = "If it had ended, it stays ended, and only a new " + noun + " can be published."
	default:
		return
	}
	diags.AddAttributeWarning(at, "A "+noun+" comes back from the archive in the status that it had", unless)
}

// checkArchived warns of an edit of an object that stays archived. changes are the attributes that
// an update would change.
func (l lifecycle) checkArchived(noun string, desired, status types.String, changes []string, diags *diag.Diagnostics) {
	if status.ValueString() != merchants.StatusArchived || desired.IsUnknown() ||
		l.next(desired, status.ValueString()) == merchants.Unarchive || len(changes) == 0 {
		return
	}
	diags.AddAttributeWarning(attributePath(cmp.Or(changes[0], "desired_status")),
		"The service is expected to refuse edits of an archived "+noun,
		fmt.Sprintf("That what is archived cannot be edited is assumed. Bring the %s back in the same apply with "+
			"desired_status = %q, or take the change back.", noun, l.publishedStatus()))
}

// plannedStatus is the status after an update. A planned status stays even if the object has moved
// on by itself, because Terraform reports any other value as a bug. The next read shows the new
// one.
func plannedStatus(planned types.String, reached string) types.String {
	if planned.IsUnknown() {
		return types.StringValue(reached)
	}
	return planned
}

func (l lifecycle) orArchive() string {
	if slices.Contains(l, merchants.StatusArchived) {
		return `, or write "archived" to hide it from users`
	}
	return ""
}

// transitionTo makes the transitions from status to the desired one. It returns the status that was
// reached, even when a transition fails. transition makes one and returns the new status.
func (l lifecycle) transitionTo(
	desired types.String, status string, transition func(merchants.Transition) (string, error),
) (string, error) {
	for range len(l) {
		if err := l.servable(desired, status); err != nil {
			return status, err
		}
		due := l.next(desired, status)
		if due == "" {
			break
		}
		reached, err := transition(due)
		if err != nil {
			return status, err
		}
		status = reached
	}
	return status, nil
}

// transition returns a function that makes a transition of an object and returns the new status.
func (p *providerData) transition(
	ctx context.Context, k Kind, object merchants.Head,
) func(merchants.Transition) (string, error) {
	return func(t merchants.Transition) (string, error) {
		head, err := k.objects(p.client).Transition(ctx, object, t)
		return head.Status, err
	}
}

// destroy archives or deletes an object. It deletes an object that was never public, and any object
// of a kind without an archive. It treats others as on_destroy says. It refuses an unknown status,
// which does not show whether the object was public.
func (l lifecycle) destroy(
	onDestroy types.String, status string, transition func(merchants.Transition) (string, error), remove func() error,
) error {
	if !slices.Contains(l, merchants.StatusArchived) || status == merchants.StatusDraft {
		return remove()
	}
	if err := l.readable(status); err != nil {
		return err
	}
	if status != merchants.StatusArchived {
		if _, err := transition(merchants.Archive); err != nil {
			return err
		}
	}
	if onDestroy.ValueString() != destroyByDelete {
		return nil
	}
	return remove()
}

// publishCreated gives a new object, which is already in the state, its desired status: rule 6.
// When that fails, the object stays and a warning says so: rule 9.
func (p *providerData) publishCreated(
	ctx context.Context, k Kind, made merchants.Head, desired types.String, resp *resource.CreateResponse,
) {
	status, err := k.Lifecycle.transitionTo(desired, made.Status, p.transition(ctx, k, made))
	if err != nil {
		name := textsOf(resp.State.Raw)(k.nameAttribute()).ValueString()
		resp.Diagnostics.AddAttributeWarning(path.Root("desired_status"),
			fmt.Sprintf("The %s %q was created but is not %s", k.Noun, name, desired.ValueString()),
			fmt.Sprintf("Its status is %s. It is kept, and the next apply tries again.\n\n%s",
				merchants.Plain(status), describeError(err)))
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("status"), status)...)
	p.ledger.made(k, string(made.ID), textsOf(resp.State.Raw)(k.Key).ValueString(), status)
}

// requirement is something that publishing needs.
type requirement struct {
	path  path.Path
	what  string
	given bool
}

// required is the requirement that an attribute is set. An unknown value counts as set.
func required(at path.Path, what string, value interface{ IsNull() bool }) requirement {
	return requirement{path: at, what: what, given: !value.IsNull()}
}

// checkPublishable demands what publishing needs when the configuration asks to publish.
func (l lifecycle) checkPublishable(noun string, desired types.String, requirements ...requirement) diag.Diagnostics {
	var diags diag.Diagnostics
	if !l.publishing(desired) {
		return diags
	}
	for _, r := range requirements {
		if !r.given {
			diags.AddAttributeError(r.path, "Not complete enough to publish",
				fmt.Sprintf("A %s with desired_status = %q needs %s. Without it the %s can only be a draft.", noun,
					l.publishedStatus(), r.what, noun))
		}
	}
	return diags
}

// publishing reports whether the configuration asks to publish.
func (l lifecycle) publishing(desired types.String) bool {
	return desired.ValueString() == l.publishedStatus()
}

// addDefect reports what prevents publishing: an error when the configuration asks to publish, else
// a warning, because a draft may be incomplete.
func addDefect(diags *diag.Diagnostics, publishing bool, at path.Path, summary, detail string) {
	if publishing {
		diags.AddAttributeError(at, summary, detail)
	} else {
		diags.AddAttributeWarning(at, summary, detail)
	}
}

// checkOneVisual refuses an image together with a video.
func checkOneVisual(parent path.Path, image, video types.String) diag.Diagnostics {
	var diags diag.Diagnostics
	if !blank(image.ValueString()) && !blank(video.ValueString()) {
		diags.AddAttributeError(below(parent, "video_url"), "Both an image and a video",
			"A visual is one image or one video. Remove image_url or video_url.")
	}
	return diags
}

// below returns the path of an attribute of an object, which may be the root.
func below(parent path.Path, name string) path.Path {
	if parent.Equal(path.Empty()) {
		return path.Root(name)
	}
	return parent.AtName(name)
}

// parseTime returns the instant of a known and well-formed value.
func parseTime(value interface{ ValueString() string }) (time.Time, bool) {
	instant, err := time.Parse(time.RFC3339, strings.TrimSpace(value.ValueString()))
	return instant, err == nil
}
