package merchants

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
)

// errNotJSON is the cause when a value is not JSON.
var errNotJSON = errors.New("not JSON")

// decodeObject decodes one object and requires an id.
func (c Collection[T, Input]) decodeObject(body []byte) (T, error) {
	var none, object T
	var identity struct {
		ID ID `json:"id"`
	}
	if err := decode(body, &identity); err != nil {
		return none, err
	}
	if err := identity.ID.check(); err != nil {
		return none, fmt.Errorf("%w: %w", ErrUnusableAnswer, err)
	}
	ours := body
	if !c.descriptor.sameWords() {
		encoded, err := json.Marshal(c.descriptor.read(body))
		if err != nil {
			return none, fmt.Errorf("%w: %w", ErrUnusableAnswer, err)
		}
		ours = encoded
	}
	if err := decode(ours, &object); err != nil {
		return none, err
	}
	object.raw().JSON = body
	return object, nil
}

// decodeAnswer decodes an object and requires the id that was asked for.
func (c Collection[T, Input]) decodeAnswer(body []byte, id ID) (T, error) {
	var none T
	object, err := c.decodeObject(body)
	switch {
	case err != nil:
		return none, err
	case !id.names(object.Head().ID):
		return none, fmt.Errorf("%w: it is about another object, %s", ErrUnusableAnswer, object.Head().ID)
	default:
		return object, nil
	}
}

// decodeRow decodes a row of a listing.
func (c Collection[T, Input]) decodeRow(row row) (T, error) {
	object, err := c.decodeObject(row.json)
	if err != nil {
		return object, &Error{Method: http.MethodGet, Path: c.descriptor.path, Err: err}
	}
	return object, nil
}

// answered decodes the object in the response to a successful write, or reads the object if the
// response lacks it. lasting is the context of the write. If the object cannot be read, that is an
// error of the write: otherwise nothing would seem to have changed.
func (c Collection[T, Input]) answered(lasting context.Context, write request, id ID, body []byte) (T, error) {
	if object, err := c.decodeAnswer(body, id); err == nil {
		return object, nil
	}
	object, err := c.Get(lasting, id)
	if err != nil && !IsNotFound(err) {
		err = &Error{Method: write.method, Path: write.path, Err: err, unclear: true}
	}
	return object, err
}
