package population

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// client sends requests to one merchant.
type client struct {
	merchant  Merchant
	transport *http.Transport
}

func newClient(m Merchant, workers int) *client {
	return &client{m, &http.Transport{MaxIdleConnsPerHost: workers}}
}

func (c *client) close() { c.transport.CloseIdleConnections() }

// A refusal is an answer that is no success.
type refusal struct {
	request string
	status  int
	answer  string
}

func (r *refusal) Error() string {
	return fmt.Sprintf("%s is answered with %d %s", r.request, r.status, r.answer)
}

// call sends a request and returns the object of the answer, or nil if it has no body.
func (c *client) call(ctx context.Context, method, path string, body any) (values, error) {
	var sent []byte
	if body != nil {
		var err error
		if sent, err = marshal(body); err != nil {
			return nil, err
		}
	}
	request, err := http.NewRequestWithContext(ctx, method, c.merchant.URL+"/v1/"+path, bytes.NewReader(sent))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+c.merchant.Key)
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := c.transport.RoundTrip(request)
	if err != nil {
		return nil, err
	}
	received, err := io.ReadAll(response.Body)
	if err = errors.Join(err, response.Body.Close()); err != nil {
		return nil, fmt.Errorf("%s %s: %w", method, path, err)
	}
	if response.StatusCode >= http.StatusMultipleChoices {
		return nil, &refusal{method + " " + path + " " + string(sent), response.StatusCode, string(received)}
	}
	if len(received) == 0 {
		return nil, nil
	}
	decoder := json.NewDecoder(bytes.NewReader(received))
	decoder.UseNumber()
	var out values
	if err := decoder.Decode(&out); err != nil {
		return nil, fmt.Errorf("%s %s: %w", method, path, err)
	}
	return out, nil
}

// move sends an action and returns the object as it is afterwards.
func (c *client) move(ctx context.Context, kind, id, action string) (values, error) {
	at := kind + "/" + url.PathEscape(id)
	answer, err := c.call(ctx, http.MethodPost, at+"/"+action, nil)
	if err != nil || answer != nil {
		return answer, err
	}
	return c.call(ctx, http.MethodGet, at, nil)
}

func (c *client) create(ctx context.Context, i *item) (err error) {
	if i.made, err = c.call(ctx, http.MethodPost, i.kind, i.body); err != nil {
		return err
	}
	for _, action := range []struct {
		wanted bool
		name   string
	}{{i.publish, "publish"}, {i.end, "end"}} {
		if action.wanted {
			if i.made, err = c.move(ctx, i.kind, text(i.made["id"]), action.name); err != nil {
				return fmt.Errorf("%w: %s", err, i)
			}
		}
	}
	return nil
}

func (c *client) archive(ctx context.Context, i *item) (err error) {
	if i.archive {
		i.made, err = c.move(ctx, i.kind, text(i.made["id"]), "archive")
	}
	return err
}

func (c *client) delete(ctx context.Context, i *item) error {
	if !i.deleted {
		return nil
	}
	_, err := c.call(ctx, http.MethodDelete, i.kind+"/"+url.PathEscape(text(i.made["id"])), nil)
	return err
}

// all reads every object of a kind, page by page.
func (c *client) all(ctx context.Context, kind string) ([]values, error) {
	var out []values
	for cursor := ""; ; {
		query := url.Values{"limit": {"100"}}
		if cursor != "" {
			query.Set("cursor", cursor)
		}
		page, err := c.call(ctx, http.MethodGet, kind+"?"+query.Encode(), nil)
		if err != nil {
			return nil, err
		}
		for _, row := range list(page["data"]) {
			out = append(out, object(row))
		}
		if cursor = text(page["nextCursor"]); cursor == "" {
			return out, nil
		}
	}
}

// each calls a function for every item with some workers. After an error no more calls begin.
func each(ctx context.Context, workers int, items []*item, do func(context.Context, *item) error) error {
	if workers == 1 {
		for _, i := range items {
			if err := do(ctx, i); err != nil {
				return err
			}
		}
		return nil
	}
	var next atomic.Int64
	errs := make([]error, workers)
	var group sync.WaitGroup
	for w := range workers {
		group.Go(func() {
			for errs[w] == nil {
				n := int(next.Add(1)) - 1
				if n >= len(items) {
					return
				}
				if errs[w] = do(ctx, items[n]); errs[w] != nil {
					next.Store(int64(len(items)))
				}
			}
		})
	}
	group.Wait()
	return errors.Join(errs...)
}

// marshal writes JSON without escaping HTML, as browsers do.
func marshal(v any) ([]byte, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSpace(out.Bytes()), nil
}

func text(v any) string {
	s, _ := v.(string)
	return s
}

func object(v any) values {
	o, _ := v.(values)
	return o
}

func list(v any) []any {
	l, _ := v.([]any)
	return l
}

// whole reads a whole number from JSON; 0 for anything else.
func whole(v any) int64 {
	number, _ := v.(json.Number)
	n, err := number.Int64()
	if err != nil {
		return 0
	}
	return n
}

func sorted[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }

// with returns a list with a value that it may have already.
func with(items []string, value string) []string {
	if value == "" || slices.Contains(items, value) {
		return items
	}
	return append(items, value)
}

// plainPart is the beginning of a code up to the first character that some format escapes.
func plainPart(code string) string {
	end := strings.IndexFunc(code, func(r rune) bool {
		return (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-'
	})
	if end < 0 {
		return code
	}
	return code[:end]
}
