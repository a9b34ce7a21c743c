package provider

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

// A key belongs to one object of a kind that is not archived. The service enforces that for some
// keys at most. So the plan refuses to give a key to a second object.
//
// Terraform's protocol leaves one case open. With create_before_destroy, Terraform sets the old
// object aside, plans the new one once more, and creates it. An error of that plan leaves the old
// object deposed for good; an error of the create puts it back. To the provider, that plan call
// looks exactly like the plan of a new object whose key an unrelated object has, which must be an
// error. The process that planned has ended by then. So the plan leaves a note on this machine that
// the key moves, and the create decides. When the plan was made on another machine, the error
// explains what to do.

// checkNewKey refuses to create an object whose key exists. It also repairs a run that was killed:
// it finds an object that the run created but could not report, so that it is not created twice.
// replaced is the id of the object that the new one replaces, if any.
func (p *providerData) checkNewKey(ctx context.Context, k Kind, key, replaced string, diags *diag.Diagnostics) {
	holder, found := p.holder(ctx, k, key, replaced, diags)
	if blank(key) || diags.HasError() {
		return
	}
	if !p.ledger.claim(k, key, replaced) {
		p.addSharedKey(k, key, diags)
		return
	}
	if !found {
		return
	}
	switch owner, shown := p.ledger.await(ctx, string(holder.ID)); {
	case owner.isGone():
		diags.AddAttributeError(path.Root(k.Key), fmt.Sprintf("Not known whether the %s %q exists", k.Noun, key),
			fmt.Sprintf("The list of the service shows it, with the id %s, and the read of that id says that it does not "+
				"exist. One of the two answers is old, and applying might make a second one. Nothing "+
				"was changed. Run plan again in a while.", holder.ID))
	case p.ledger.keeps(owner):
		p.addSharedKey(k, key, diags)
	case owner.planned:
		p.passOn(holder.ID)
		diags.AddAttributeWarning(path.Root(k.Key), fmt.Sprintf("The %s %q moves to a new %s", k.keyName(), key, k.Noun),
			fmt.Sprintf("Another resource gives it up in the same plan. If both are the same %s under another address, add a "+
				"moved block, which keeps the object. Otherwise apply the change of the other resource first: "+
				"Terraform may make the new one before that, and the apply then stops.", k.Noun))
	case shown:
		p.passOn(holder.ID)
		p.checkTainted(k, owner, diags)
	case !p.passesOn(holder.ID):
		p.addExistingKey(k, holder, key, diags)
	}
}

// checkRename refuses to give an object a key that another object has.
func (p *providerData) checkRename(ctx context.Context, k Kind, id, key string, diags *diag.Diagnostics) {
	holder, found := p.holder(ctx, k, key, id, diags)
	if diags.HasError() {
		return
	}
	if p.ledger.given(k, key, id) {
		p.addSharedKey(k, key, diags)
		return
	}
	if !found {
		return
	}
	switch owner, shown := p.ledger.await(ctx, string(holder.ID)); {
	case p.ledger.keeps(owner):
		p.addSharedKey(k, key, diags)
	case owner.planned:
		p.passOn(holder.ID)
		diags.AddAttributeWarning(path.Root(k.Key),
			fmt.Sprintf("The %s %q moves from one %s to another", k.keyName(), key, k.Noun),
			fmt.Sprintf("This plan gives it to another object, whose id, users and history stay what they are. "+
				"That is what a shift of count looks like: use for_each with the key, or moved blocks, so that each "+
				"address keeps its %s. If it is meant, and the service refuses a key as long as another object has it, "+
				"apply again; two that exchange their keys need a third one in between.", k.Noun))
	case !shown && !p.passesOn(holder.ID):
		diags.AddAttributeError(path.Root(k.Key),
			fmt.Sprintf("A %s has the %s %q already in the %s merchant", holder.kind.Noun, k.keyName(), key, p.mode),
			fmt.Sprintf("Its id is %s. After this change two of them would have one key, and neither could be found by it. "+
				"Choose another key, or give the other one another key first. If this configuration manages it too, "+
				"and the key is meant to move to this object, apply the change of that resource first.", holder.ID))
	}
}

// checkCreate checks right before a create that the merchant can be changed, and the key. When it
// refuses a replacement, Terraform puts the old object back.
func (p *providerData) checkCreate(ctx context.Context, k Kind, req resource.CreateRequest, diags *diag.Diagnostics) {
	key := textsOf(req.Plan.Raw)(k.Key)
	if p.checkApply(diags); diags.HasError() || blank(key.ValueString()) {
		return
	}
	if !p.ledger.claimAtCreate(k, key.ValueString()) {
		p.addSharedKey(k, key.ValueString(), diags)
		return
	}
	holder, found := p.holder(ctx, k, key.ValueString(), "", new(diag.Diagnostics))
	if !found {
		return
	}
	p.forget(holder.ID)
	if holder.kind.Name != k.Name {
		p.addExistingKey(k, holder, key.ValueString(), diags)
		return
	}
	diags.AddAttributeError(path.Root(k.Key),
		fmt.Sprintf("A %s with the %s %q exists in the %s merchant",
			holder.kind.Noun, k.keyName(), key.ValueString(), p.mode),
		fmt.Sprintf("Its id is %s. Nothing was made, and the state is as it was.\n\n"+
			"If someone made it after the plan, adopt it with this, and the address of this resource:\n\n%s\n\n"+
			"A replacement with create_before_destroy needs another key than the object that it replaces: write another %s, "+
			"or take create_before_destroy away, here and from every resource that refers to this one, because it is "+
			"inherited.\n\n"+
			"If the key moves from another resource, apply again. If a removed block lets go of the object in the same plan, "+
			"use a moved block instead.", holder.ID, importBlock(k, importKey(key.ValueString())), k.Key))
}

// holder is an object that has a key.
type holder struct {
	merchants.Head
	kind Kind
}

// holder returns the object that has a key, as far as this process knows. It fails the plan when it
// cannot look; only a temporary failure is a warning.
func (p *providerData) holder(
	ctx context.Context, k Kind, key, without string, diags *diag.Diagnostics,
) (holder, bool) {
	for _, of := range k.rivals() {
		existing, err := p.existing.list(ctx, of, p.client)
		if err != nil {
			addLookUpFailure(k, key, err, diags)
			return holder{}, false
		}
		for _, head := range existing {
			if of.isArchived(head) || head.Key == "" || storedKey(head.Key) != storedKey(key) || string(head.ID) == without {
				continue
			}
			if known, _ := p.ledger.of(string(head.ID)); known.written && known.key != storedKey(head.Key) {
				continue // This process has changed its key; the listing may be older.
			}
			return holder{head, of}, true
		}
	}
	if e, found := p.ledger.writtenWith(k, key, without); found {
		return holder{merchants.Head{ID: merchants.ID(e.id), Key: e.key}, e.kind}, true
	}
	return holder{}, false
}

func addLookUpFailure(k Kind, key string, err error, diags *diag.Diagnostics) {
	if errors.Is(err, merchants.ErrKeyUnknown) {
		return
	}
	summary, detail := fmt.Sprintf("Could not look for the %s %q", k.Noun, key), describeError(err)
	if blank(key) {
		summary = fmt.Sprintf("Could not list the %s of the merchant", k.Plural)
	}
	if passing(err) {
		diags.AddAttributeWarning(path.Root(k.Key), fmt.Sprintf("Not known whether the %s %q exists already", k.Noun, key),
			"The objects of the merchant could not be listed, so this plan may make a second one.\n\n"+detail)
		return
	}
	diags.AddAttributeError(path.Root(k.Key), summary, detail)
}

// passing reports whether a later retry may succeed: the service responds but has trouble.
func passing(err error) bool {
	apiError, ok := errors.AsType[*merchants.Error](err)
	return ok && (apiError.Status >= http.StatusInternalServerError ||
		apiError.Status == http.StatusTooManyRequests || apiError.Status == http.StatusRequestTimeout)
}

// addSharedKey reports that two resources of one configuration have one key.
func (p *providerData) addSharedKey(k Kind, key string, diags *diag.Diagnostics) {
	diags.AddAttributeError(path.Root(k.Key), fmt.Sprintf("Two resources have the %s %q", k.keyName(), key),
		fmt.Sprintf("The %s is the key of a %s: after the apply neither of the two could be found by it. "+
			"Write another one, or keep one of the resources.", k.keyName(), k.Noun))
}

// addExistingKey reports that a key is taken, with an import block to paste.
func (p *providerData) addExistingKey(k Kind, of holder, key string, diags *diag.Diagnostics) {
	summary := fmt.Sprintf("A %s with the %s %q already exists in the %s merchant", of.kind.Noun, k.keyName(), key, p.mode)
	if of.kind.Name != k.Name {
		diags.AddAttributeError(path.Root(k.Key), summary,
			fmt.Sprintf("A %s and a %s cannot have the same %s. Write another one.", k.Noun, of.kind.Noun, k.Key))
		return
	}
	advice := fmt.Sprintf("Applying would make a second one. To adopt the one that exists, add this, with the address of "+
		"this resource:\n\n%s\n\n"+
		"If another resource of this configuration manages it, use a moved block, or let that one give the key up first.\n\n"+
		"A replacement with create_before_destroy needs another key than the object that it replaces. If Terraform shows "+
		"that object as deposed now, terraform state rm with this address lets go of it, and the import block takes it back.",
		importBlock(k, importKey(key)))
	if p.ledger.sawMissing() {
		advice += "\n\nSome objects of the state do not exist any more. If the one of this address is among them, run " +
			"terraform apply -refresh-only first: Terraform passes over an import block whose address is in the state."
	}
	diags.AddAttributeError(path.Root(k.Key), summary, advice)
}

// existing caches the objects of each kind, listed once.
type existing struct {
	mu    sync.Mutex
	kinds map[string]func() ([]merchants.Head, error)
}

// list returns the objects of a kind. Concurrent callers share one listing. An error is not cached.
func (e *existing) list(ctx context.Context, k Kind, client *merchants.Client) ([]merchants.Head, error) {
	e.mu.Lock()
	if e.kinds == nil {
		e.kinds = map[string]func() ([]merchants.Head, error){}
	}
	loaded, ok := e.kinds[k.Name]
	if !ok {
		loaded = sync.OnceValues(func() (heads []merchants.Head, err error) {
			for head, err := range k.objects(client).Cached(ctx) {
				if err != nil {
					return nil, err
				}
				heads = append(heads, head)
			}
			return heads, nil
		})
		e.kinds[k.Name] = loaded
	}
	e.mu.Unlock()
	heads, err := loaded()
	if err != nil {
		e.mu.Lock()
		delete(e.kinds, k.Name)
		e.mu.Unlock()
	}
	return heads, err
}

// noteAge is how long a note is valid: as long as a plan may wait for its approval.
const noteAge = 24 * time.Hour

// note returns the path of the note that an object passes its key on.
func (p *providerData) note(id merchants.ID) string {
	return filepath.Join(os.TempDir(),
		fmt.Sprintf("terraform-provider-cohort-%x", sha256.Sum256([]byte(p.baseURL+"\n"+string(id)))))
}

// passOn leaves a note that the plan gives the key of an object to another one. Without the note,
// an apply refuses a little earlier.
func (p *providerData) passOn(id merchants.ID) { _ = os.WriteFile(p.note(id), nil, 0o600) }

// passesOn reports whether a plan gave the key of an object to another one, or an apply is running:
// the create then decides.
func (p *providerData) passesOn(id merchants.ID) bool {
	note, err := os.Stat(p.note(id))
	return err == nil && time.Since(note.ModTime()) < noteAge || p.ledger.applies()
}

// forget removes a note.
func (p *providerData) forget(id merchants.ID) { _ = os.Remove(p.note(id)) }
