package merchants

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"reflect"
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

// ErrIncompleteAnswer is the cause when a successful answer is not the object it should be: cut off, not JSON, or without an id.
var ErrIncompleteAnswer = errors.New("the service's answer is not a whole object")

// decode reads a successful answer. A page of a proxy or a login portal is told from an answer that is broken.
func decode(body []byte, into any) error {
	err := json.Unmarshal(body, into)
	switch {
	case err == nil:
		return nil
	case bytes.HasPrefix(body, []byte("<")):
		return fmt.Errorf("%w: it is a web page, such as a proxy or a login portal sends; check the address of the API", ErrIncompleteAnswer)
	default:
		return fmt.Errorf("%w: %w", ErrIncompleteAnswer, err)
	}
}

// decodeObject reads one object and insists on its id.
func decodeObject[T any](body []byte) (*T, error) {
	var identity struct {
		ID ID `json:"id"`
	}
	if err := decode(body, &identity); err != nil {
		return nil, err
	}
	if identity.ID == "" {
		return nil, fmt.Errorf("%w: it has no id", ErrIncompleteAnswer)
	}
	object := new(T)
	if err := decode(body, object); err != nil {
		return nil, err
	}
	return object, nil
}

func create[T any](ctx context.Context, c *Client, k kind, in any) (*T, error) {
	body, err := c.do(ctx, http.MethodPost, string(k), nil, in)
	if err != nil {
		return nil, err
	}
	object, err := decodeObject[T](body)
	if err != nil {
		return nil, &Error{Method: http.MethodPost, Path: string(k), Err: err}
	}
	return object, nil
}

func get[T any](ctx context.Context, c *Client, k kind, id ID) (*T, error) {
	body, err := c.do(ctx, http.MethodGet, k.object(id), nil, nil)
	if err != nil {
		return nil, err
	}
	object, err := decodeObject[T](body)
	if err != nil {
		return nil, &Error{Method: http.MethodGet, Path: k.object(id), Err: err}
	}
	return object, nil
}

// change sends a write to an object that exists. An answer without a body is legal (observed of the framework that the service is built
// on); the object is then read.
func change[T any](ctx context.Context, c *Client, method string, k kind, id ID, verb string, in any) (*T, error) {
	path := k.object(id)
	if verb != "" {
		path += "/" + verb
	}
	body, err := c.do(ctx, method, path, nil, in)
	if err != nil {
		return nil, err
	}
	if len(body) == 0 {
		return get[T](ctx, c, k, id)
	}
	object, err := decodeObject[T](body)
	if err != nil {
		return nil, &Error{Method: method, Path: path, Err: err}
	}
	return object, nil
}

// update sends the fields that change. When there are none it reads the object instead.
func update[T any](ctx context.Context, c *Client, k kind, id ID, in any) (*T, error) {
	if reflect.ValueOf(in).IsZero() {
		return get[T](ctx, c, k, id)
	}
	return change[T](ctx, c, http.MethodPatch, k, id, "", in)
}

func act[T any](ctx context.Context, c *Client, k kind, id ID, verb string) (*T, error) {
	return change[T](ctx, c, http.MethodPost, k, id, verb, nil)
}

func remove(ctx context.Context, c *Client, k kind, id ID) error {
	_, err := c.do(ctx, http.MethodDelete, k.object(id), nil, nil)
	return err
}

func list[T any](ctx context.Context, c *Client, k kind, filter url.Values) iter.Seq2[*T, error] {
	return func(yield func(*T, error) bool) {
		for row, err := range c.rows(ctx, k, filter) {
			if err != nil {
				yield(nil, err)
				return
			}
			object, err := decodeObject[T](row)
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
