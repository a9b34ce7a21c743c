package merchants

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
)

// kind is one collection of the API. All paths are assumed.
type kind string

const (
	kindUserProperties kind = "user-properties"
	kindCohorts        kind = "cohorts"
	kindPerks          kind = "perks"
	kindDigitalAssets  kind = "digital-assets"
	kindBadges         kind = "badges"
	kindCampaigns      kind = "campaigns"
)

// object returns the path of an object. An id of dots only would climb to another path, so it is escaped as well.
func (k kind) object(id ID) string {
	segment := url.PathEscape(string(id))
	if strings.Trim(segment, ".") == "" {
		segment = strings.ReplaceAll(segment, ".", "%2E")
	}
	return string(k) + "/" + segment
}

// decodeObject reads one object and insists on its id.
func decodeObject[T any](body []byte) (*T, ID, error) {
	var identity struct {
		ID ID `json:"id"`
	}
	if err := decode(body, &identity); err != nil {
		return nil, "", err
	}
	if err := identity.ID.check(); err != nil {
		return nil, "", fmt.Errorf("%w: %w", ErrUnusableAnswer, err)
	}
	object := new(T)
	if err := decode(body, object); err != nil {
		return nil, "", err
	}
	if nested, ok := any(object).(interface{ keep(raw json.RawMessage) }); ok {
		nested.keep(body)
	}
	return object, identity.ID, nil
}

// decodeAnswer reads an object and insists that it is the one that was asked for.
func decodeAnswer[T any](body []byte, id ID) (*T, error) {
	object, is, err := decodeObject[T](body)
	if err == nil && !id.names(is) {
		return nil, fmt.Errorf("%w: it is about another object, %s", ErrUnusableAnswer, is)
	}
	return object, err
}

func get[T any](ctx context.Context, c *Client, k kind, id ID) (*T, error) {
	object, _, err := getHeld[T](ctx, c, k, id)
	return object, err
}

// getHeld reads an object, and all that the service holds of it. An answer that is not whole or not about the object is asked for once more.
func getHeld[T any](ctx context.Context, c *Client, k kind, id ID) (*T, map[string]any, error) {
	var failed error
	for range 2 {
		body, err := c.do(ctx, request{method: http.MethodGet, path: k.object(id)})
		if err != nil {
			return nil, nil, err
		}
		object, err := decodeAnswer[T](body, id)
		if err == nil {
			c.reader.saw(k, []row{{id: id}})
			value, _ := decodeValue(body)
			held, _ := value.(map[string]any)
			return object, held, nil
		}
		failed = &Error{Method: http.MethodGet, Path: k.object(id), Err: err}
	}
	return nil, nil, failed
}

// Raw is an object as the service sent it. The kinds with nested values carry it, so that an update leaves alone what is not modeled.
type Raw struct {
	JSON json.RawMessage `json:"-"`
}

func (r *Raw) keep(raw json.RawMessage) { r.JSON = raw }

// errNotJSON is the cause when a value is not JSON.
var errNotJSON = errors.New("not JSON")

// IsEmpty reports whether an input has nothing to send.
func IsEmpty[Input any](in Input) bool { return reflect.ValueOf(in).IsZero() }

// update sends the fields that change. They are absolute values, so it may be repeated; an answer without a body is legal (observed of the
// framework that the service is built on), and the object is then read.
func update[T any](ctx context.Context, c *Client, k kind, id ID, in any) (*T, error) {
	defer c.reader.wrote(k, id)
	lasting, cancel := outlive(ctx)
	defer cancel()
	write := request{method: http.MethodPatch, path: k.object(id), in: in, repeatable: true}
	body, err := c.do(ctx, write)
	if err != nil {
		return nil, err
	}
	return answered[T](lasting, c, write, k, id, body)
}

// answered decodes the object of a write that succeeded, or reads it when the answer does not hold it. lasting is the context of the write.
// That the object cannot be read is an error of the write, lest it looks as if nothing was changed.
func answered[T any](lasting context.Context, c *Client, write request, k kind, id ID, body []byte) (*T, error) {
	if object, err := decodeAnswer[T](body, id); err == nil {
		return object, nil
	}
	object, err := get[T](lasting, c, k, id)
	if err != nil && !IsNotFound(err) {
		err = &Error{Method: write.method, Path: write.path, Err: err, unclear: true}
	}
	return object, err
}

// transition is a change of status: the verb of its path, and what it leads to. A status that is not known is never what it leads to.
type transition struct {
	verb    string
	reached []string
}

var (
	publishing  = transition{"publish", []string{StatusLive, StatusPublished, StatusEnded}}
	ending      = transition{"end", []string{StatusEnded}}
	archiving   = transition{"archive", []string{StatusArchived}}
	unarchiving = transition{"unarchive", []string{StatusDraft, StatusLive, StatusPublished, StatusEnded}}
)

// act makes a transition. When it is unclear whether it was made, or the service says that the status does not allow it, the object tells:
// one that is there already is a success. One that is not is tried once more.
func act[T any](ctx context.Context, c *Client, k kind, id ID, t transition) (*T, error) {
	defer c.reader.wrote(k, id)
	lasting, cancel := outlive(ctx)
	defer cancel()
	var refusal error
	for range 2 {
		write := request{method: http.MethodPost, path: k.object(id) + "/" + t.verb}
		body, err := c.do(ctx, write)
		if err == nil {
			return answered[T](lasting, c, write, k, id, body)
		}
		if !isUnclear(err) && !IsInvalidState(err) {
			return nil, err
		}
		object, held, getErr := getHeld[T](lasting, c, k, id)
		if status, _ := held["status"].(string); getErr == nil && slices.Contains(t.reached, status) {
			return object, nil
		}
		refusal = err
		if getErr != nil || IsInvalidState(err) {
			break
		}
	}
	return nil, refusal
}

// remove deletes an object. It may be repeated: what is gone cannot be deleted twice.
func remove(ctx context.Context, c *Client, k kind, id ID) error {
	defer c.reader.wrote(k, id)
	_, err := c.do(ctx, request{method: http.MethodDelete, path: k.object(id), repeatable: true})
	return err
}

// list walks the objects of a kind as they are now.
func list[T any](ctx context.Context, c *Client, k kind, filter url.Values) iter.Seq2[*T, error] {
	return decoded[T](k, c.rows(ctx, k, filter))
}

func decoded[T any](k kind, rows iter.Seq2[row, error]) iter.Seq2[*T, error] {
	return func(yield func(*T, error) bool) {
		for row, err := range rows {
			if err != nil {
				yield(nil, err)
				return
			}
			object, _, err := decodeObject[T](row.json)
			if err != nil {
				yield(nil, &Error{Method: http.MethodGet, Path: string(k), Err: err})
				return
			}
			if !yield(object, nil) {
				return
			}
		}
	}
}
