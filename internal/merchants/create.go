package merchants

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"sync"
	"time"
)

// A create that got no clear answer may have been carried out, and the API has no key by which it could be sent again safely. So it is
// looked up: an object with the same key, made since, that nobody else in this process has taken, is the one. It is never sent again
// blindly.

// lookUpPauses are the pauses before each look for an object that may appear late.
var lookUpPauses = []time.Duration{0, time.Second, time.Second, 2 * time.Second, 4 * time.Second, 7 * time.Second}

// lookUpWindow bounds all looks for one object together, also when the service has stopped to answer.
const lookUpWindow = 30 * time.Second

// clockSlack is how much earlier than the last answer before a create its object may be dated: answers tell whole seconds.
const clockSlack = 2 * time.Second

// errNotFoundAgain is the cause when a create is unclear and its object did not appear.
var errNotFoundAgain = errors.New("the service may or may not have made the object, and no such object has appeared since")

// claims are the ids of objects that this client made or took, each by one create. Ten equal creates take ten different objects.
type claims struct {
	mu  sync.Mutex
	ids map[ID]bool
}

func (c *claims) take(id ID) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ids[id] {
		return false
	}
	if c.ids == nil {
		c.ids = map[ID]bool{}
	}
	c.ids[id] = true
	return true
}

func (c *claims) has(id ID) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ids[id]
}

// claim takes an id for one create and tells who asked of it. It returns false when another create has it.
func (c *Client) claim(ctx context.Context, id ID) bool {
	if !c.claims.take(id) {
		return false
	}
	if c.config.Created != nil {
		c.config.Created(ctx, id)
	}
	return true
}

// create makes an object. filter narrows the list in which it is looked up. Where the service allows the key only once, a create that was
// not found is sent again: it can make no second object.
func create[T any](ctx context.Context, c *Client, k kind, filter url.Values, in any) (*T, error) {
	defer c.reader.wrote(k, "")
	ctx, watch := timed(ctx, 0)
	lasting, cancel := outlive(ctx)
	defer cancel()
	sent, err := fieldsOf(in)
	if err != nil {
		return nil, &Error{Method: http.MethodPost, Path: string(k), Err: fmt.Errorf("encode the request: %w", err)}
	}
	since := c.serverTime().Add(-clockSlack)
	var doubt error
	for tries := 1; ; tries++ {
		object, err := post[T](ctx, c, k, in)
		switch {
		case err == nil:
			return object, nil
		case isUnclear(err):
			doubt = err
		case doubt == nil:
			return nil, err
		case !IsAlreadyExists(err):
			return nil, unclearError(doubt, err)
		}
		again := isUnclear(err) && sent.unique() && ctx.Err() == nil &&
			c.again(request{method: http.MethodPost, repeatable: true}, unclear, false, tries, watch)
		looks := lookUpPauses
		if again {
			looks = lookUpPauses[:2]
		}
		found, err := lookUp[T](lasting, c, k, filter, sent, since, looks)
		switch {
		case err != nil:
			// It was made, as far as the list tells.
			return nil, unclearError(doubt, err)
		case found != nil:
			return found, nil
		case !again:
			return nil, unclearError(doubt, errNotFoundAgain)
		}
	}
}

// post sends one create. An answer that is not a whole object, or has the id of another one's object, is unclear.
func post[T any](ctx context.Context, c *Client, k kind, in any) (*T, error) {
	body, err := c.do(ctx, request{method: http.MethodPost, path: string(k), in: in})
	if err != nil {
		return nil, err
	}
	object, id, err := decodeObject[T](body)
	if err != nil {
		return nil, &Error{Method: http.MethodPost, Path: string(k), Err: err, unclear: true}
	}
	if !c.claim(ctx, id) {
		return nil, &Error{Method: http.MethodPost, Path: string(k), Err: fmt.Errorf("the service answered with the id %s of another object", id), unclear: true}
	}
	return object, nil
}

// lookUp waits for the object of an unclear create to appear and takes it. It returns nil when none appears.
func lookUp[T any](ctx context.Context, c *Client, k kind, filter url.Values, sent sentFields, since time.Time, pauses []time.Duration) (*T, error) {
	ctx, watch := timed(ctx, lookUpWindow)
	for _, pause := range pauses {
		if watch.left(time.Hour) <= pause || wait(ctx, pause) != nil {
			continue
		}
		if id, err := c.bestMatch(ctx, k, filter, sent, since); err == nil && id != "" {
			return getNew[T](ctx, c, k, id)
		}
	}
	return nil, nil
}

// getNew reads an object that this client made, which may not be readable at once.
func getNew[T any](ctx context.Context, c *Client, k kind, id ID) (*T, error) {
	var failed error
	for _, pause := range lookUpPauses[:5] {
		if err := wait(ctx, pause); err != nil {
			break
		}
		object, err := get[T](ctx, c, k, id)
		if !IsNotFound(err) {
			return object, err
		}
		failed = err
	}
	return nil, failed
}

// bestMatch takes the object that is most like what was sent among those with the same key that were made since.
func (c *Client) bestMatch(ctx context.Context, k kind, filter url.Values, sent sentFields, since time.Time) (ID, error) {
	var best ID
	score := -1
	for row, err := range c.rows(ctx, k, filter) {
		if err != nil {
			return "", err
		}
		var made struct {
			ID        ID         `json:"id"`
			CreatedAt ScalarText `json:"createdAt"`
		}
		var stored sentFields
		if unmarshal(row, &made) != nil || unmarshal(row, &stored) != nil {
			continue
		}
		at, err := time.Parse(time.RFC3339, string(made.CreatedAt))
		if c.claims.has(made.ID) || err == nil && at.Before(since) || !sent.sameKey(stored) {
			continue
		}
		if likeness := sent.likeness(stored); likeness > score {
			best, score = made.ID, likeness
		}
	}
	if best == "" || !c.claim(ctx, best) {
		return "", nil
	}
	return best, nil
}

// sentFields are the top-level properties of a request or of an object.
type sentFields map[string]json.RawMessage

func fieldsOf(in any) (sentFields, error) {
	encoded, err := json.Marshal(in)
	if err != nil {
		return nil, err
	}
	var fields sentFields
	err = unmarshal(encoded, &fields)
	return fields, err
}

func (f sentFields) text(name string) string {
	text, _ := scalar(f[name])
	return strings.TrimSpace(text)
}

// unique reports whether the service enforces the key that was sent.
func (f sentFields) unique() bool { return f.text("referenceId") != "" }

// sameKey compares by the strongest key that was sent.
func (f sentFields) sameKey(stored sentFields) bool {
	if key := f.text("referenceId"); key != "" {
		return stored.text("referenceId") == key
	}
	for _, name := range []string{"internalName", "name"} {
		if key := f.text(name); key != "" {
			return stored.text(name) == key && (f.text("type") == "" || stored.text("type") == f.text("type"))
		}
	}
	return false
}

// likeness counts the properties that are stored as they were sent.
func (f sentFields) likeness(stored sentFields) int {
	same := 0
	for name, value := range f {
		if equalJSON(value, stored[name]) {
			same++
		}
	}
	return same
}

func equalJSON(a, b json.RawMessage) bool {
	if bytes.Equal(a, b) {
		return true
	}
	var left, right any
	return unmarshal(a, &left) == nil && unmarshal(b, &right) == nil && reflect.DeepEqual(left, right)
}
