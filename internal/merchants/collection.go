package merchants

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"maps"
	"net/http"
	"slices"
)

// Collection makes the calls for one kind of object. T is the Go type of the objects. Input is what
// a create or an update sends. When a context ends, a write that was sent continues for a moment.
type Collection[T Object, Input any] struct {
	client     *Client
	descriptor *descriptor
}

// Objects is a [Collection] of any kind, for callers who need only the [Head] of an object.
type Objects interface {
	// Cached walks the objects of a recent listing, including everything that this client made.
	Cached(ctx context.Context) iter.Seq2[Head, error]
	// Head reads an object by its id.
	Head(ctx context.Context, id ID) (Head, error)
	// Transition changes the status of an object.
	Transition(ctx context.Context, object Head, t Transition) (Head, error)
	// Secrets are the attributes whose values a snapshot does not hold.
	Secrets() []string
	// Digest is what a snapshot holds in place of a secret of the object with this key.
	Digest(attribute, key, secret string) string
}

// Head is what all kinds of objects have in common.
type Head struct {
	ID ID
	// Key identifies the object, in test mode and in live mode alike; "" when it has none. Name is
	// shown in Cohort's admin.
	Key, Name string
	// Status is one of the Status constants, a newer status of the service, or "" for a kind without
	// statuses.
	Status string
	// Type is one of this package's type constants, another type of the service, or "" for a kind
	// without types.
	Type string
	// Slug is the last part of a campaign's address, or "".
	Slug string
}

// Object is what the Go types of all kinds have in common.
type Object interface {
	// Head returns what all kinds have.
	Head() Head
	raw() *Raw
}

// Raw is an object as the service sent it. With it, an update keeps what this package does not
// model.
type Raw struct {
	JSON json.RawMessage `json:"-"`
}

func (r *Raw) raw() *Raw { return r }

// Create makes an object, as a draft if its kind has a status. If the response is lost, the object
// is looked up; see create.go. If [MayHaveHappened] reports true for the error, the object may
// exist.
func (c Collection[T, Input]) Create(ctx context.Context, in Input) (T, error) {
	var none T
	sent, err := body(in)
	if err != nil {
		return none, &Error{Method: http.MethodPost, Path: c.descriptor.path, Err: fmt.Errorf("encode the request: %w", err)}
	}
	maps.Copy(sent, c.own())
	if err := c.refuseDigests(http.MethodPost, c.descriptor.path, sent); err != nil {
		return none, err
	}
	object, err := c.create(ctx, sent, secretsOf(in))
	return object, c.located(err, typeOf(sent))
}

// own returns the properties that distinguish a kind from another kind in the same collection.
func (c Collection[T, Input]) own() map[string]any {
	if c.descriptor.only == "" {
		return nil
	}
	return map[string]any{"type": c.descriptor.only}
}

// located adds to the error of a write the attribute at fault. of is the type of the object.
func (c Collection[T, Input]) located(err error, of string) error {
	if apiError, ok := asError(err); ok && (of != "" || c.descriptor.variants == nil) {
		apiError.Attribute = c.descriptor.attribute(apiError.Field(), of)
	}
	return err
}

// typeOf returns the type of what is sent.
func typeOf(sent map[string]any) string {
	of, _ := sent["type"].(string)
	return of
}

// Get reads an object by its id. If the response is incomplete, or about another object, it is
// requested once more.
func (c Collection[T, Input]) Get(ctx context.Context, id ID) (T, error) {
	var none T
	var failed error
	for range 2 {
		path := c.descriptor.object(id)
		body, err := c.client.do(ctx, request{method: http.MethodGet, path: path})
		if err != nil {
			return none, err
		}
		object, err := c.decodeAnswer(body, id)
		if err == nil {
			c.client.caches.saw(c.descriptor, []row{{id: id}})
			return object, nil
		}
		failed = &Error{Method: http.MethodGet, Path: path, Err: err}
	}
	return none, failed
}

// Head reads an object by its id.
func (c Collection[T, Input]) Head(ctx context.Context, id ID) (Head, error) {
	object, err := c.Get(ctx, id)
	if err != nil {
		return Head{}, err
	}
	return object.Head(), nil
}

// Refresh reads an object for a caller who knows it. It returns the object's row of a listing if
// nothingNew reports that the row holds nothing new, and else reads the object by its id; see
// [Config.ReadByID].
func (c Collection[T, Input]) Refresh(ctx context.Context, id ID, nothingNew func(T) bool) (T, error) {
	if known := c.client.known(ctx, c.descriptor, id); known != nil {
		if object, err := c.decodeObject(known); err == nil && nothingNew(object) && c.isWhole(object) {
			return object, nil
		}
	}
	return c.Get(ctx, id)
}

// Update sends the changes that turn is into want, and returns the resulting object. held is the
// object as it was read: its other properties stay. If nothing changes, nothing is sent.
func (c Collection[T, Input]) Update(ctx context.Context, held T, is, want Input) (T, error) {
	var none T
	id := held.Head().ID
	write := request{
		method: c.descriptor.update, path: c.descriptor.object(id), secrets: secretsOf(want), repeatable: true,
	}
	before, problemBefore := body(is)
	after, problemAfter := body(want)
	stored := heldBy(c.descriptor, held)
	if err := errors.Join(problemBefore, problemAfter); err != nil || stored == nil {
		return none, &Error{
			Method: write.method, Path: write.path, Err: fmt.Errorf("encode the request: %w", cmp.Or(err, errNotJSON)),
		}
	}
	if err := c.refuseDigests(write.method, write.path, after); err != nil {
		return none, err
	}
	patch := c.descriptor.patch(stored, before, after)
	if len(patch) == 0 {
		return held, nil
	}
	if c.descriptor.update == http.MethodPut {
		patch = c.descriptor.replacement(stored, patch)
		maps.Copy(patch, c.own())
	}
	defer c.client.caches.wrote(c.descriptor, id)
	lasting, cancel := withGrace(ctx)
	defer cancel()
	write.in = c.descriptor.toWire(patch)
	answer, err := c.client.do(ctx, write)
	if err != nil {
		return none, c.located(err, typeOf(after))
	}
	return c.answered(lasting, write, id, answer)
}

// Changes returns the attributes that an update from is to want would change, sorted by their
// properties.
func (c Collection[T, Input]) Changes(is, want Input) []string {
	before, problemBefore := body(is)
	after, problemAfter := body(want)
	if problemBefore != nil || problemAfter != nil {
		return nil
	}
	return c.attributes(changes(before, after), after)
}

// Conflicts returns the attributes that the service has changed since known was read: they differ
// from known, and from want. All three are inputs.
func (c Collection[T, Input]) Conflicts(known, is, want Input) []string {
	before, problemBefore := body(known)
	now, problemNow := body(is)
	after, problemAfter := body(want)
	if problemBefore != nil || problemNow != nil || problemAfter != nil {
		return nil
	}
	conflicts := map[string]any{}
	for _, name := range slices.Concat(slices.Collect(maps.Keys(before)), slices.Collect(maps.Keys(now))) {
		if !sameValue(before[name], now[name]) && !sameValue(now[name], after[name]) {
			conflicts[name] = nil
		}
	}
	return c.attributes(conflicts, after)
}

// attributes returns the attributes of properties of what is sent. A property without an attribute
// gives "".
func (c Collection[T, Input]) attributes(properties, body map[string]any) []string {
	var attributes []string
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		attributes = append(attributes, c.descriptor.attribute(name, typeOf(body)))
	}
	return slices.Compact(attributes)
}

// Transition changes the status of an object. If the outcome is unclear, or the service says that
// the status does not allow the transition, the object is read: if it has the new status, that is a
// success. If not, and the outcome was unclear, the transition is sent once more. The type of the
// object says at which attribute an error belongs; "" if it is not known.
func (c Collection[T, Input]) Transition(ctx context.Context, object Head, t Transition) (Head, error) {
	id := object.ID
	defer c.client.caches.wrote(c.descriptor, id)
	lasting, cancel := withGrace(ctx)
	defer cancel()
	var refusal error
	for range 2 {
		write := request{method: http.MethodPost, path: c.descriptor.object(id) + "/" + string(t)}
		body, err := c.client.do(ctx, write)
		if err == nil {
			moved, err := c.answered(lasting, write, id, body)
			if err != nil {
				return Head{}, err
			}
			return moved.Head(), nil
		}
		if !isUnclear(err) && !IsInvalidState(err) {
			return Head{}, c.located(err, object.Type)
		}
		head, getErr := c.Head(lasting, id)
		if getErr == nil && slices.Contains(reached[t], head.Status) {
			return head, nil
		}
		refusal = err
		if getErr != nil || IsInvalidState(err) {
			break
		}
	}
	return Head{}, c.located(refusal, object.Type)
}

// Delete removes an object for good.
func (c Collection[T, Input]) Delete(ctx context.Context, id ID) error {
	defer c.client.caches.wrote(c.descriptor, id)
	// Safe to send twice: an object that is gone cannot be deleted again.
	_, err := c.client.do(ctx, request{method: http.MethodDelete, path: c.descriptor.object(id), repeatable: true})
	return err
}

// List walks the objects as they are now, archived ones included, in the order of their creation.
// An object without a type counts as one of this kind.
func (c Collection[T, Input]) List(ctx context.Context) iter.Seq2[T, error] {
	return c.objects(c.client.rows(ctx, c.descriptor, c.descriptor.filter()))
}

// Cached walks the objects of List as a recent listing shows them, including everything that this
// client made.
func (c Collection[T, Input]) Cached(ctx context.Context) iter.Seq2[Head, error] {
	return func(yield func(Head, error) bool) {
		for object, err := range c.objects(c.client.listed(ctx, c.descriptor)) {
			var head Head
			if err == nil {
				head = object.Head()
			}
			if !yield(head, err) {
				return
			}
		}
	}
}

// objects decodes the rows of a listing and skips those of another kind.
func (c Collection[T, Input]) objects(rows iter.Seq2[row, error]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for row, err := range rows {
			var object T
			if err == nil {
				object, err = c.decodeRow(row)
			}
			if err == nil && c.descriptor.only != "" && object.Head().Type != c.descriptor.only && object.Head().Type != "" {
				continue
			}
			if !yield(object, err) || err != nil {
				return
			}
		}
	}
}
