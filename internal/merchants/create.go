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

// A create that got no clear answer may have been carried out, and the API has no key by which it could be sent again safely. So it is never
// sent again, and its object is looked up: one that can be nothing but ours. That is a draft with the same key, equal in all that was sent, which
// was not there before. Where that cannot be told, no object is taken, and the error says so.

// lookUpPauses are the pauses before each look for an object that may appear late.
var lookUpPauses = []time.Duration{0, time.Second, time.Second, 2 * time.Second, 4 * time.Second, 7 * time.Second}

const (
	// lookUpWindow is how long after the create another look may begin.
	lookUpWindow = 30 * time.Second
	// lookUpLimit bounds all looks for one object together. One look walks through a whole list, which may be long.
	lookUpLimit = 5 * time.Minute
	// clockSlack is how much earlier than its create an object may be dated by the clock of the service, which is known to the second.
	clockSlack = 2 * time.Second
	// listSlack is how much earlier than the beginning of a list that does not have it an object may be dated.
	listSlack = time.Minute
	// candidateLimit is how many objects are read to find one among them.
	candidateLimit = 20
)

var (
	// errMayBeMade is the cause when a create is unclear and no object can be taken for its own.
	errMayBeMade = errors.New("the service may or may not have made the object")
	// errAmbiguous is the cause when more objects than one could be the one.
	errAmbiguous = errors.New("it cannot be told which one it is")
)

// creates keeps apart the objects of the creates of a client, so that ten equal ones take ten different objects.
type creates struct {
	mu sync.Mutex
	// claimed are the ids of objects that creates made or took, each by one.
	claimed map[ID]bool
	// open counts the creates under way that have no object yet, by what they send.
	open map[string]int
}

// attempt is one create, and what was known before it was sent.
type attempt struct {
	descriptor *descriptor
	// sent is what is sent, as decodeValue returns it.
	sent map[string]any
	// secrets are texts in it that no error repeats.
	secrets []string
	// as is the kind and what is sent, as text. Creates that are equal here are interchangeable.
	as string
	// sentAt is when it was sent last, by our clock and by that of the service.
	sentAt, sentAtTheirs time.Time
	// listed is when the last list began, by the clock of the service, that was read to its end before; zero when none was.
	listed time.Time
	// claimed tells that it has its object.
	claimed bool
}

// begin begins a create. The function that it returns ends it.
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

// sending notes what is known right before a create is sent: it may have waited for its turn. A try before it did nothing.
func (c *Client) sending(a *attempt) {
	a.sentAt = time.Now()
	a.sentAtTheirs = c.clock.at(a.sentAt)
	if listed := c.caches.lastWhole(a.descriptor); !listed.IsZero() {
		a.listed = c.clock.at(listed)
	}
}

// claim takes one of the ids for a create, the first that no other create has, and reports it to Config.Created. It takes none when there are more than
// equal creates wait for theirs, because then one is of somebody else. free are those that no create has.
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

// post sends one create. An answer that is no object, or is about another one, is unclear.
func (c Collection[T, Input]) post(ctx context.Context, a *attempt) (T, error) {
	var none T
	body, err := c.client.do(ctx, request{
		method: http.MethodPost, path: c.descriptor.path, in: a.sent, secrets: a.secrets, sending: func() { c.client.sending(a) },
	})
	if err != nil {
		return none, err
	}
	object, err := c.decodeObject(body)
	if err == nil {
		id, taken := object.Head().ID, ID("")
		if !c.client.caches.sawBefore(c.descriptor, id, a.sentAt) && a.mayAnswer(heldBy(object)) {
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

// heldBy is what the service holds of an object, as decodeValue returns it.
func heldBy(object Object) map[string]any {
	value, _ := decodeValue(object.raw().JSON)
	held, _ := value.(map[string]any)
	return held
}

// lookUp waits for the object of an unclear create to appear and takes it. The error says why there is none to take.
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

// look takes the object of a create when the list has it. The error says why not.
func (c Collection[T, Input]) look(ctx context.Context, a *attempt) (object T, taken bool, err error) {
	candidates, others, err := c.client.candidates(ctx, a)
	if err != nil {
		return object, false, fmt.Errorf("it could not be looked for: %w", err)
	}
	if len(candidates) > candidateLimit {
		return object, false, fmt.Errorf("%d objects could be it, and %w", len(candidates), errAmbiguous)
	}
	// The list may tell less than all of an object, so each is read.
	objects, equal := map[ID]T{}, []ID{}
	for _, id := range candidates {
		candidate, err := c.Get(ctx, id)
		if err != nil {
			return object, false, fmt.Errorf("%s could be it, and cannot be read: %w", id, err)
		}
		if held := heldBy(candidate); a.mayBe(held) && a.isHeldBy(held) {
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
		return object, false, fmt.Errorf("no object has appeared that is certainly it; with its key there is %s", joinIDs(others))
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

// candidates returns the objects of the list that could be that of a create, and others with the same key, at most a few.
func (c *Client) candidates(ctx context.Context, a *attempt) (candidates, others []ID, err error) {
	for row, err := range c.rows(ctx, a.descriptor, a.descriptor.filter()) {
		if err != nil {
			return nil, nil, err
		}
		value, err := decodeValue(row.json)
		held, isObject := value.(map[string]any)
		switch {
		case err != nil || !isObject || !a.hasKeyOf(held) || c.isClaimed(row.id):
		case !c.caches.sawBefore(a.descriptor, row.id, a.sentAt) && a.mayBe(held):
			candidates = append(candidates, row.id)
		case len(others) < candidateLimit:
			others = append(others, row.id)
		}
	}
	return candidates, others, nil
}

// hasKeyOf reports whether an object has the strongest key that was sent, and the type that goes with a name.
func (a *attempt) hasKeyOf(held map[string]any) bool {
	for _, name := range []string{a.descriptor.reference, a.descriptor.name} {
		if key := textOf(a.sent[name]); key != "" {
			sameType := name == a.descriptor.reference || a.sent["type"] == nil || saysSame(a.sent["type"], held["type"])
			return sameType && textOf(held[name]) == key
		}
	}
	return false
}

// mayAnswer reports whether the answer of a create can be about its object: it says nothing of another key.
func (a *attempt) mayAnswer(held map[string]any) bool {
	for _, name := range []string{a.descriptor.reference, a.descriptor.name} {
		if key := textOf(a.sent[name]); key != "" && held[name] != nil {
			return strings.EqualFold(textOf(held[name]), key)
		}
	}
	return true
}

// mayBe reports whether nothing that an object says of itself, all of it or a part, speaks against its being that of the create: it is a draft,
// made since, and none of its properties differs from what was sent.
func (a *attempt) mayBe(held map[string]any) bool {
	if status := textOf(held["status"]); status != "" && !strings.EqualFold(status, a.descriptor.wireWord("status", StatusDraft)) {
		return false
	}
	for name, value := range a.sent {
		if is, hasRetryAfter := held[name]; hasRetryAfter && !holds(value, is) {
			return false
		}
	}
	return a.madeSince(textOf(held["createdAt"]))
}

// madeSince reports whether an object that no list had before the create can have been made by it. Its time may be by our clock or by the one that
// dates the answers, whichever is behind, because a proxy may date them. It is never much older than a list that does not have it. A time that
// cannot be read tells nothing; it is enough then that a list was read to its end shortly before.
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

// holds reports whether a value that the service holds says what was sent. It may say more, and say it in an equal form: without blanks around
// a text, a time in another zone, a list in another order.
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

// holdsAll reports whether two lists are as long, and each element of the one is held by another one of the other.
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

// isEmpty reports whether a value is one of those that mean none.
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

// textOf returns a text without blanks around, that of a name also where it is told by language. Anything else is "".
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
