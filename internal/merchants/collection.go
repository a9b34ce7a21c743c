package merchants

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"maps"
	"net/http"
	"slices"
)

// Collection makes the calls for one kind of object. T is the Go type of the objects, and Input what a create or an
// update sends. A context that ends does not end a write that was sent.
type Collection[T Object, Input any] struct {
	client     *Client
	descriptor *descriptor
}

// Objects is a [Collection] of whatever kind, for those who need to know of an object no more than its [Head].
type Objects interface {
	// Cached walks the objects that listings of late show, with everything that this client made.
	Cached(ctx context.Context) iter.Seq2[Head, error]
	// Head reads an object by its id.
	Head(ctx context.Context, id ID) (Head, error)
	// Transition changes the status of an object.
	Transition(ctx context.Context, id ID, t Transition) (Head, error)
}

// Head is what objects of all kinds have.
type Head struct {
	ID ID
	// Key tells the object apart, in test and in live alike; "" when it has none. Name is shown in Cohort's admin.
	Key, Name string
	// Status is one of the Status constants, another one that the service has grown since, or "" for a kind without.
	Status string
	// Type is a word of this package, or another one of the service, or "" for a kind without types.
	Type string
	// Slug is the last part of a campaign's address, or "".
	Slug string
}

// Object is what the Go types of all kinds have in common.
type Object interface {
	// Head is what all kinds have.
	Head() Head
	raw() *Raw
}

// Raw is an object as the service sent it, so that an update leaves alone what is not modeled.
type Raw struct {
	JSON json.RawMessage `json:"-"`
}

func (r *Raw) raw() *Raw { return r }

// Create makes an object, as a draft where it has a status. When the answer is lost the object is looked up, see
// create.go. An error that reports true to [MayHaveHappened] leaves open whether there is one.
func (c Collection[T, Input]) Create(ctx context.Context, in Input) (T, error) {
	var none T
	body, err := c.descriptor.body(in)
	if err != nil {
		return none, &Error{Method: http.MethodPost, Path: c.descriptor.path, Err: fmt.Errorf("encode the request: %w", err)}
	}
	maps.Copy(body, c.own())
	object, err := c.create(ctx, body, secretsOf(in))
	return object, c.located(err, body)
}

// own are the properties that tell a kind apart from one with which it shares its collection.
func (c Collection[T, Input]) own() map[string]any {
	if c.descriptor.only == "" {
		return nil
	}
	return map[string]any{"type": c.descriptor.wireWord("type", c.descriptor.only)}
}

// located adds to the error of a write which attribute is at fault. body is what was sent.
func (c Collection[T, Input]) located(err error, body map[string]any) error {
	if apiError, ok := asError(err); ok {
		apiError.Attribute = c.descriptor.attribute(apiError.Field(), c.typeOf(body))
	}
	return err
}

// typeOf is our word for the type of what is sent.
func (c Collection[T, Input]) typeOf(body map[string]any) string {
	ours, _ := c.descriptor.fromWire(map[string]any{"type": body["type"]}).(map[string]any)
	word, _ := ours["type"].(string)
	return word
}

// Get reads an object by its id. An answer that is not whole, or not about the object, is asked for once more.
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

// Refresh reads an object for a caller who knows it: from a list when nothingNew reports that this has nothing to tell,
// else by its id; see [Config.ReadByID].
func (c Collection[T, Input]) Refresh(ctx context.Context, id ID, nothingNew func(T) bool) (T, error) {
	if known := c.client.known(ctx, c.descriptor, id); known != nil {
		if object, err := c.decodeObject(known); err == nil && nothingNew(object) && isWhole(known, object) {
			return object, nil
		}
	}
	return c.Get(ctx, id)
}

// Update sends what has to change for an object to go from is to want, and returns the object that follows. held is the
// object as it was read: what it has beside that stays. Where nothing has to change, nothing is sent.
func (c Collection[T, Input]) Update(ctx context.Context, held T, is, want Input) (T, error) {
	var none T
	id := held.Head().ID
	write := request{method: c.descriptor.update, path: c.descriptor.object(id), secrets: secretsOf(want), repeatable: true}
	before, problemBefore := c.descriptor.body(is)
	after, problemAfter := c.descriptor.body(want)
	stored, problemStored := decodeValue(held.raw().JSON)
	for _, err := range []error{problemBefore, problemAfter, problemStored} {
		if err != nil {
			return none, &Error{Method: write.method, Path: write.path, Err: fmt.Errorf("encode the request: %w", err)}
		}
	}
	object, _ := stored.(map[string]any)
	body := c.descriptor.patch(object, before, after)
	if len(body) == 0 {
		return held, nil
	}
	if c.descriptor.update == http.MethodPut {
		body = c.descriptor.replacement(object, body, before, after)
		maps.Copy(body, c.own())
	}
	defer c.client.caches.wrote(c.descriptor, id)
	lasting, cancel := withGrace(ctx)
	defer cancel()
	write.in = body
	answer, err := c.client.do(ctx, write)
	if err != nil {
		return none, c.located(err, after)
	}
	return c.answered(lasting, write, id, answer)
}

// Changes returns the attributes that an update from is to want would change, in the order of their properties.
func (c Collection[T, Input]) Changes(is, want Input) []string {
	before, problemBefore := c.descriptor.body(is)
	after, problemAfter := c.descriptor.body(want)
	if problemBefore != nil || problemAfter != nil {
		return nil
	}
	return c.attributes(changes(before, after), after)
}

// Conflicts returns the attributes that the service has changed since: they differ from what is known of them, and from
// what is wanted. All three are inputs.
func (c Collection[T, Input]) Conflicts(known, is, want Input) []string {
	before, problemBefore := c.descriptor.body(known)
	now, problemNow := c.descriptor.body(is)
	after, problemAfter := c.descriptor.body(want)
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

// attributes are those that stand for properties of what is sent, "" for one for which none stands.
func (c Collection[T, Input]) attributes(properties, body map[string]any) []string {
	var attributes []string
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		attributes = append(attributes, c.descriptor.attribute(name, c.typeOf(body)))
	}
	return slices.Compact(attributes)
}

// Transition changes the status of an object. When it is unclear whether the service did it, or the service says that
// the status does not allow it, the object tells: one that is there already is a success. One that is not is tried once
// more.
func (c Collection[T, Input]) Transition(ctx context.Context, id ID, t Transition) (Head, error) {
	defer c.client.caches.wrote(c.descriptor, id)
	lasting, cancel := withGrace(ctx)
	defer cancel()
	var refusal error
	for range 2 {
		write := request{method: http.MethodPost, path: c.descriptor.object(id) + "/" + string(t)}
		body, err := c.client.do(ctx, write)
		if err == nil {
			object, err := c.answered(lasting, write, id, body)
			if err != nil {
				return Head{}, err
			}
			return object.Head(), nil
		}
		if !isUnclear(err) && !IsInvalidState(err) {
			return Head{}, err
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
	return Head{}, refusal
}

// Delete removes an object for good.
func (c Collection[T, Input]) Delete(ctx context.Context, id ID) error {
	defer c.client.caches.wrote(c.descriptor, id)
	// What is gone cannot be deleted twice.
	_, err := c.client.do(ctx, request{method: http.MethodDelete, path: c.descriptor.object(id), repeatable: true})
	return err
}

// List walks the objects as they are now, archived ones included, in the order of their creation. An object that does not
// tell its type is taken to be of the kind.
func (c Collection[T, Input]) List(ctx context.Context) iter.Seq2[T, error] {
	return c.objects(c.client.rows(ctx, c.descriptor, c.descriptor.filter()))
}

// Cached walks what List does as listings of late show it, with everything that this client made.
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

// objects reads the rows of a list that are of the kind.
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
