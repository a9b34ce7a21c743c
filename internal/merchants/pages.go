package merchants

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"maps"
	"net/http"
	"net/url"
	"strconv"
)

const (
	// pageSize is the number of rows asked for; the service may give fewer.
	pageSize = 100
	// pageLimit ends a list that does not end by itself.
	pageLimit = 10_000
)

// rows walks all pages of a collection. It ends at the service's own end mark or at an empty page, gives a row once even when pages shift
// under it, and fails rather than loop. The total that an answer may carry is not believed.
func (c *Client) rows(ctx context.Context, k kind, filter url.Values) iter.Seq2[json.RawMessage, error] {
	return func(yield func(json.RawMessage, error) bool) {
		fail := func(err error) { yield(nil, &Error{Method: http.MethodGet, Path: string(k), Err: err}) }
		cursors, seen := map[string]bool{}, map[ID]bool{}
		query := url.Values{"limit": {strconv.Itoa(pageSize)}}
		maps.Copy(query, filter)
		for range pageLimit {
			body, err := c.do(ctx, request{method: http.MethodGet, path: string(k), query: query})
			if err != nil {
				yield(nil, err)
				return
			}
			page, err := decodePage(body)
			if err != nil {
				fail(err)
				return
			}
			for _, row := range page.Data {
				var identity struct {
					ID ID `json:"id"`
				}
				if err := json.Unmarshal(row, &identity); err != nil || identity.ID == "" {
					fail(fmt.Errorf("%w: a row without an id", ErrIncompleteAnswer))
					return
				}
				if seen[identity.ID] {
					continue
				}
				seen[identity.ID] = true
				if !yield(row, nil) {
					return
				}
			}
			if page.NextCursor == "" || len(page.Data) == 0 {
				return
			}
			if cursors[page.NextCursor] {
				fail(errors.New("the list does not end: the service gave the same cursor twice"))
				return
			}
			cursors[page.NextCursor] = true
			query.Set("cursor", page.NextCursor)
		}
		fail(fmt.Errorf("the list does not end: it has more than %d pages", pageLimit))
	}
}

type page struct {
	Data       []json.RawMessage `json:"data"`
	NextCursor string            `json:"nextCursor"`
}

// decodePage reads the assumed envelope or a bare array.
func decodePage(body []byte) (page, error) {
	var p page
	if bytes.HasPrefix(body, []byte("[")) {
		err := decode(body, &p.Data)
		return p, err
	}
	var envelope struct {
		Data       *[]json.RawMessage `json:"data"`
		NextCursor string             `json:"nextCursor"`
	}
	if err := decode(body, &envelope); err != nil {
		return p, err
	}
	if envelope.Data == nil {
		return p, fmt.Errorf("%w: a list without data", ErrIncompleteAnswer)
	}
	return page{Data: *envelope.Data, NextCursor: envelope.NextCursor}, nil
}
