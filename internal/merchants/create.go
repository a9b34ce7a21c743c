package merchants

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// A create without a clear response may have been carried out, and the API has no idempotency key
// to send it again safely. So it is never sent again. Instead its object is looked up: a draft with
// the same key, equal in all that was sent, that did not exist before. If no object is certainly
// the right one, none is adopted, and the error says so.

// lookUpPauses are the pauses before each look-up of an object that may appear late.
var lookUpPauses = []time.Duration{0, time.Second, time.Second, 2 * time.Second, 4 * time.Second, 7 * time.Second}

const (
	// lookUpWindow is how long after the first look-up another one may begin.
	lookUpWindow = 30 * time.Second
	// lookUpLimit bounds all look-ups of one object together. One look-up walks a whole list, which
	// may be long.
	lookUpLimit = 5 * time.Minute
	// clockSlack is how much earlier than its create an object may be dated by the clock of the
	// service, which is known to the second.
	clockSlack = 2 * time.Second
	// listSlack is how much an object may predate the start of a listing that lacks it.
	listSlack = time.Minute
	// candidateLimit is how many candidates are read to find one object.
	candidateLimit = 20
)

var (
	// errMayBeMade is the cause when a create is unclear and no object can be adopted.
	errMayBeMade = errors.New("the service may or may not have made the object")
	// errAmbiguous is the cause when several objects could be the right one.
	errAmbiguous = errors.New("it is unclear which one it is")
)

// creates records which create owns which object. It ensures identical creates never adopt the same
// object.
type creates struct {
	mu sync.Mutex
	// claimed are the ids of objects that creates made or adopted, each by one create.
	claimed map[ID]bool
	// open counts the creates in flight that have no object yet, by their attempt.as.
	open map[string]int
}

// attempt is one create, and what was known before it was sent.
type attempt struct {
	descriptor *descriptor
	// sent is the body, as decodeValue returns it.
	sent map[string]any
	// secrets are texts of the body that no error may repeat.
	secrets []string
	// as is the path and the body, as text. Creates with the same text are interchangeable.
	as string
	// sentAt is when it was last sent, by our clock; sentAtTheirs is the same by the clock of the
	// service.
	sentAt, sentAtTheirs time.Time
	// listed is when the last complete listing before the create began, by the clock of the service;
	// zero when there was none.
	listed time.Time
	// claimed says that the create has its object.
	claimed bool
}

// begin registers a create. The function that it returns ends it.
func (c *Client) begin(k *descriptor, body map[string]any, secrets []string) (*attempt, func(), error) {
	encoded, err := json.Marshal(body)
	if err != nil {
		return nil, nil, err
	}
	a := &attempt{descriptor: k, sent: body, secrets: secrets, as: k.path + string(encoded)}
	c.creates.mu.Lock()
	defer c.creates.mu.Unlock()
	if c.creates.open == nil {
		c.creates.open, c.creates.claimed = map[string]int{}, map[ID]bool{}
	}
	c.creates.open[a.as]++
	return a, func() {
		c.creates.mu.Lock()
		defer c.creates.mu.Unlock()
		if !a.claimed {
			c.creates.open[a.as]--
		}
	}, nil
}

// sending records what is known right before a create is sent, because it may have waited in the
// queue. An earlier attempt had no effect.
func (c *Client) sending(a *attempt) {
	a.sentAt = time.Now()
	a.sentAtTheirs = c.clock.at(a.sentAt)
	if listed := c.caches.lastWhole(a.descriptor); !listed.IsZero() {
		a.listed = c.clock.at(listed)
	}
}

// claim assigns to a create the first of the ids that no other create has, and reports it to
// Config.Created. free are the ids that no create has. If free holds more ids than there are equal
// creates without an object, one belongs to somebody else, and none is assigned.
func (c *Client) claim(ctx context.Context, a *attempt, ids ...ID) (id ID, free []ID) {
	c.creates.mu.Lock()
	for _, id := range ids {
		if !c.creates.claimed[id] {
			free = append(free, id)
		}
	}
	if len(free) > 0 && len(free) <= c.creates.open[a.as] {
		id = free[0]
		c.creates.claimed[id], a.claimed = true, true
		c.creates.open[a.as]--
	}
	c.creates.mu.Unlock()
	if id != "" && c.config.Created != nil {
		c.config.Created(ctx, id)
	}
	return id, free
}

func (c *Client) isClaimed(id ID) bool {
	c.creates.mu.Lock()
	defer c.creates.mu.Unlock()
	return c.creates.claimed[id]
}

// create makes an object. body is what is sent.
func (c Collection[T, Input]) create(ctx context.Context, body map[string]any, secrets []string) (T, error) {
	var none T
	defer c.client.caches.wrote(c.descriptor, "")
	lasting, cancel := withGrace(ctx)
	defer cancel()
	a, end, err := c.client.begin(c.descriptor, body, secrets)
	if err != nil {
		return none, &Error{Method: http.MethodPost, Path: c.descriptor.path, Err: fmt.Errorf("encode the request: %w", err)}
	}
	defer end()
	object, err := c.post(ctx, a)
	if !isUnclear(err) {
		return object, err
	}
	object, taken, cause := c.lookUp(lasting, a)
	if !taken {
		return none, unclearError(err, cause)
	}
	return object, nil
}

// post sends one create. A response without an object, or about another object, is unclear.
func (c Collection[T, Input]) post(ctx context.Context, a *attempt) (T, error) {
	var none T
	body, err := c.client.do(ctx, request{
		method: http.MethodPost, path: c.descriptor.path, in: c.descriptor.toWire(a.sent), secrets: a.secrets,
		sending: func() { c.client.sending(a) },
	})
	if err != nil {
		return none, err
	}
	object, err := c.decodeObject(body)
	if err == nil {
		id, taken := object.Head().ID, ID("")
		if !c.client.caches.sawBefore(c.descriptor, id, a.sentAt) && a.mayAnswer(heldBy(c.descriptor, object)) {
			taken, _ = c.client.claim(ctx, a, id)
		}
		if taken == "" {
			err = fmt.Errorf("%w: it is about another object, %s", ErrUnusableAnswer, id)
		}
	}
	if err != nil {
		return none, &Error{Method: http.MethodPost, Path: c.descriptor.path, Err: err, unclear: true}
	}
	return object, nil
}

// heldBy returns what the service holds of an object, as decodeValue returns it.
func heldBy(d *descriptor, object Object) map[string]any { return d.read(object.raw().JSON) }

// lookUp waits for the object of an unclear create to appear and adopts it. The error says why none
// is adopted.
func (c Collection[T, Input]) lookUp(ctx context.Context, a *attempt) (object T, taken bool, err error) {
	ctx, watch := timed(ctx, lookUpLimit)
	cause := errors.New("it was not looked for")
	for _, pause := range lookUpPauses {
		if watch.elapsed()+pause > lookUpWindow || wait(ctx, pause) != nil {
			break
		}
		if object, taken, cause = c.look(ctx, a); taken {
			return object, true, nil
		}
		if errors.Is(cause, errAmbiguous) || errors.Is(cause, errRetryAfter) {
			break
		}
	}
	return object, false, fmt.Errorf("%w: %w", errMayBeMade, cause)
}

// look adopts the object of a create if the list has it. The error says why not.
func (c Collection[T, Input]) look(ctx context.Context, a *attempt) (object T, taken bool, err error) {
	candidates, others, err := c.client.candidates(ctx, a)
	if err != nil {
		return object, false, fmt.Errorf("it could not be looked for: %w", err)
	}
	if len(candidates) > candidateLimit {
		return object, false, fmt.Errorf("%d objects could be it, and %w", len(candidates), errAmbiguous)
	}
	// A list may omit properties, so each candidate is read by id.
	objects, equal := map[ID]T{}, []ID{}
	for _, id := range candidates {
		candidate, err := c.Get(ctx, id)
		if err != nil {
			return object, false, fmt.Errorf("%s could be it, and cannot be read: %w", id, err)
		}
		if held := heldBy(c.descriptor, candidate); a.mayBe(held) && a.isHeldBy(held) {
			objects[id], equal = candidate, append(equal, id)
		} else {
			others = append(others, id)
		}
	}
	id, free := c.client.claim(ctx, a, equal...)
	switch {
	case id != "":
		return objects[id], true, nil
	case len(free) > 0:
		return object, false, fmt.Errorf("%s could all be it, and %w", joinIDs(free), errAmbiguous)
	case len(others) > 0:
		return object, false, fmt.Errorf("no object has appeared that is certainly it; with its key there is %s",
			joinIDs(others))
	default:
		return object, false, errors.New("no such object has appeared since")
	}
}

func joinIDs(ids []ID) string {
	texts := make([]string, len(ids))
	for i, id := range ids {
		texts[i] = string(id)
	}
	return strings.Join(texts, ", ")
}

// candidates walks the list. It returns the objects that may have been made by a create, and at
// most candidateLimit others with the same key.
func (c *Client) candidates(ctx context.Context, a *attempt) (candidates, others []ID, err error) {
	for row, err := range c.rows(ctx, a.descriptor, a.descriptor.filter()) {
		if err != nil {
			return nil, nil, err
		}
		held := a.descriptor.read(row.json)
		switch {
		case held == nil || !a.hasKeyOf(held) || c.isClaimed(row.id):
		case !c.caches.sawBefore(a.descriptor, row.id, a.sentAt) && a.mayBe(held):
			candidates = append(candidates, row.id)
		case len(others) < candidateLimit:
			others = append(others, row.id)
		}
	}
	return candidates, others, nil
}

// hasKeyOf reports whether an object has the strongest key that was sent. If that key is a name,
// the type must match as well.
func (a *attempt) hasKeyOf(held map[string]any) bool {
	for _, name := range []string{a.descriptor.reference, a.descriptor.name} {
		if key := textOf(a.sent[name]); key != "" {
			sameType := name == a.descriptor.reference || a.sent["type"] == nil || saysSame(a.sent["type"], held["type"])
			return sameType && textOf(held[name]) == key
		}
	}
	return false
}

// mayAnswer reports whether the response to a create can be about its object: it names no other
// key.
func (a *attempt) mayAnswer(held map[string]any) bool {
	for _, name := range []string{a.descriptor.reference, a.descriptor.name} {
		if key := textOf(a.sent[name]); key != "" && held[name] != nil {
			return strings.EqualFold(textOf(held[name]), key)
		}
	}
	return true
}

// mayBe reports whether an object, or the part of it that is known, can have been made by the
// create: it is a draft, made since, and none of its properties differs from what was sent.
func (a *attempt) mayBe(held map[string]any) bool {
	if status := textOf(held["status"]); status != "" &&
		!strings.EqualFold(status, StatusDraft) {
		return false
	}
	for name, value := range a.sent {
		if is, present := held[name]; present && !holds(value, is) {
			return false
		}
	}
	return a.madeSince(textOf(held["createdAt"]))
}

// madeSince reports whether an object that no listing had before the create can have been made by
// it. Its creation time may be by our clock or by the clock that dates the responses, because a
// proxy may date them; the earlier of the two counts. The object is never much older than a
// complete listing that lacks it. An unreadable time proves nothing; then it is enough that a
// complete listing began shortly before.
func (a *attempt) madeSince(createdAt string) bool {
	at, err := time.Parse(time.RFC3339, createdAt)
	if a.listed.IsZero() {
		return err == nil && !at.Before(a.sentAtTheirs.Add(-clockSlack))
	}
	if err != nil {
		return a.sentAtTheirs.Sub(a.listed) <= lookUpWindow
	}
	since := a.sentAtTheirs
	if a.sentAt.Before(since) {
		since = a.sentAt
	}
	if oldest := a.listed.Add(-listSlack); since.Before(oldest) {
		since = oldest
	}
	return !at.Before(since.Add(-clockSlack))
}

// isHeldBy reports whether an object holds all that was sent.
func (a *attempt) isHeldBy(held map[string]any) bool { return holds(a.sent, held) }

// holds reports whether a value that the service holds contains what was sent. It may contain more,
// and in an equivalent form: a text without surrounding blanks, a time in another zone, a list in
// another order.
func holds(sent, held any) bool {
	switch sent := sent.(type) {
	case nil:
		return isEmpty(held)
	case map[string]any:
		object, _ := held.(map[string]any)
		for name, value := range sent {
			if !holds(value, object[name]) {
				return false
			}
		}
		return object != nil || isEmpty(sent) && isEmpty(held)
	case []any:
		list, isList := held.([]any)
		return (isList || isEmpty(held)) && holdsAll(sent, list)
	case string:
		if sent = strings.TrimSpace(sent); sent == "" {
			return isEmpty(held)
		}
		if _, nested := held.([]any); !nested && textOf(held) == sent {
			return true
		}
		at, err := time.Parse(time.RFC3339, sent)
		is, problem := time.Parse(time.RFC3339, textOf(held))
		return err == nil && problem == nil && at.Equal(is) || saysSame(sent, held)
	default:
		return saysSame(sent, held)
	}
}

// holdsAll reports whether two lists have the same length, and each element sent is held by its own
// element of the other list.
func holdsAll(sent, held []any) bool {
	left := slices.Clone(held)
	for _, value := range sent {
		at := slices.IndexFunc(left, func(is any) bool { return holds(value, is) })
		if at < 0 {
			return false
		}
		left = slices.Delete(left, at, at+1)
	}
	return len(left) == 0
}

// isEmpty reports whether a value means "none".
func isEmpty(value any) bool {
	switch value := value.(type) {
	case nil:
		return true
	case string:
		return strings.TrimSpace(value) == ""
	case []any:
		return len(value) == 0
	case map[string]any:
		return len(value) == 0
	default:
		return false
	}
}

// textOf returns a text without surrounding blanks. For a localized name it returns the first text.
// Anything else gives "".
func textOf(value any) string {
	switch value := value.(type) {
	case string:
		return strings.TrimSpace(value)
	case json.Number:
		return value.String()
	case map[string]any:
		texts := Localized{}
		for language, text := range value {
			texts[language] = textOf(text)
		}
		return texts.first()
	default:
		return ""
	}
}
