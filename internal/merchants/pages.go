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
	"regexp"
	"slices"
	"strconv"
)

const (
	// pageSize is the number of rows requested; the service may return fewer.
	pageSize = 100
	// pageLimit is the most pages of a listing, so that an endless one ends.
	pageLimit = 10_000
	// listLimit is the size in bytes above which a listing is refused.
	listLimit = 1 << 30
)

// pageForm is how the API pages a collection.
type pageForm struct {
	// rows, next and total are properties of a page: its objects, the cursor of the next page, and the
	// number of objects in the list. A bare array is a page with rows only.
	rows, next, total string
	// limit and cursor are query parameters: the most rows of a page, and which page it is.
	limit, cursor string
	// numbered says that the cursor is the page number, from 1. Such pages have no next.
	numbered bool
}

// pagesByCursor is the form of all listings (assumed).
var pagesByCursor = pageForm{rows: "data", next: "nextCursor", total: "total", limit: "limit", cursor: "cursor"}

// pager is the state of a walk through the pages of a collection. The zero value is before the
// first page.
type pager struct {
	cursor string
	// seen are the cursors already requested.
	seen  map[string]bool
	pages int
	// rows and bytes count what has come so far.
	rows, bytes int
	// last says that no more pages follow.
	last bool
}

// nextPage reads the next page. A walk ends where the service says so. It fails rather than loop,
// or take a part of a list for the whole.
func (c *Client) nextPage(ctx context.Context, k *descriptor, filter url.Values, walk *pager) (page, error) {
	fail := func(err error) (page, error) {
		return page{}, &Error{Method: http.MethodGet, Path: k.path, Err: err}
	}
	switch {
	case walk.pages == pageLimit:
		return fail(fmt.Errorf("the list does not end: it has more than %d pages", pageLimit))
	case walk.seen[walk.cursor]:
		return fail(errors.New("the list does not end: the service gave the same cursor twice"))
	}
	query := url.Values{k.pages.limit: {strconv.Itoa(pageSize)}}
	maps.Copy(query, filter)
	if walk.cursor != "" {
		query.Set(k.pages.cursor, walk.cursor)
	}
	reply, err := c.send(ctx, request{method: http.MethodGet, path: k.path, query: query})
	if err != nil {
		return page{}, err
	}
	if walk.bytes += len(reply.body); walk.bytes > listLimit {
		return fail(fmt.Errorf("the list is larger than %d bytes", listLimit))
	}
	p, err := k.pages.decode(reply.body)
	if err != nil {
		return fail(err)
	}
	if walk.seen == nil {
		walk.seen = map[string]bool{}
	}
	walk.seen[walk.cursor] = true
	walk.pages++
	c.caches.saw(k, p.rows)
	walk.rows += len(p.rows)
	if k.pages.numbered {
		p.number(walk)
	}
	walk.cursor, walk.last = p.cursor, p.cursor == ""
	if walk.last {
		if err := p.checkEnd(walk.rows, reply.header); err != nil {
			return fail(err)
		}
	}
	return p, nil
}

// number sets the cursor of the next numbered page. With a total, the last row ends the walk.
// Without one, only an empty page does, because a page that is not full need not be the last one.
func (p *page) number(walk *pager) {
	p.ends = p.counted && walk.rows >= p.total || !p.counted && len(p.rows) == 0
	if !p.ends && len(p.rows) > 0 {
		p.cursor = strconv.Itoa(walk.pages + 1)
	}
}

// linkToNext matches a Link header that names a next page (RFC 8288).
var linkToNext = regexp.MustCompile(`(?i);\s*rel\s*=\s*("([^"]*\s)?next(\s[^"]*)?"|next\s*([;,]|$))`)

// checkEnd fails if a page without a cursor is not certainly the last one, as when the service
// pages by number. rows is how many rows have come.
func (p page) checkEnd(rows int, header http.Header) error {
	switch {
	case slices.ContainsFunc(header.Values("Link"), linkToNext.MatchString):
		return errors.New("the list goes on at another address, by its header Link, which this version does not follow")
	case p.ends:
		return nil
	case p.total > rows:
		return fmt.Errorf("the list ends after %d rows, though it has %d by its total", rows, p.total)
	case len(p.rows) >= pageSize, p.saysMore && !p.counted:
		return fmt.Errorf("the list does not tell whether more rows follow its first %d", rows)
	default:
		return nil
	}
}

// rows walks the rows of a collection as it is now. It yields each row once, even if the pages
// shift meanwhile.
func (c *Client) rows(ctx context.Context, k *descriptor, filter url.Values) iter.Seq2[row, error] {
	return func(yield func(row, error) bool) {
		given := map[ID]bool{}
		for walk := (pager{}); !walk.last; {
			p, err := c.nextPage(ctx, k, filter, &walk)
			if err != nil {
				yield(row{}, err)
				return
			}
			for _, r := range p.rows {
				if given[r.id] {
					continue
				}
				given[r.id] = true
				if !yield(r, nil) {
					return
				}
			}
		}
	}
}

// page is one page of a list.
type page struct {
	rows   []row
	cursor string
	// ends says that, by the service, no page follows.
	ends bool
	// total is how many rows the list has by the service's count, or 0 without one. counted says that
	// the service gave a count.
	total   int
	counted bool
	// saysMore says that the page has unknown properties, one of which may say that more rows follow.
	saysMore bool
}

// row is one object of a page.
type row struct {
	id   ID
	json json.RawMessage
}

// decode reads a page, or a bare array.
func (f pageForm) decode(body []byte) (page, error) {
	var rows []json.RawMessage
	var p page
	if bytes.HasPrefix(body, []byte("[")) {
		if err := decode(body, &rows); err != nil {
			return p, err
		}
	} else {
		var envelope map[string]json.RawMessage
		if err := decode(body, &envelope); err != nil {
			return p, err
		}
		data, next, total := envelope[f.rows], envelope[f.next], envelope[f.total]
		if len(data) == 0 || string(data) == "null" {
			return p, fmt.Errorf("%w: a list without %s", ErrUnusableAnswer, f.rows)
		}
		if unmarshal(data, &rows) != nil {
			return p, fmt.Errorf("%w: %s is of another type than expected", ErrUnusableAnswer, f.rows)
		}
		if len(next) > 0 {
			cursor, err := scalar(next)
			if err != nil {
				return p, fmt.Errorf("%w: %s is of another type than expected", ErrUnusableAnswer, f.next)
			}
			p.cursor, p.ends = cursor, cursor == ""
		}
		if text, err := scalar(total); err == nil && text != "" {
			number, err := strconv.ParseFloat(text, 64)
			p.total, p.counted = int(number), err == nil
		}
		for _, known := range []string{f.rows, f.next, f.total} {
			delete(envelope, known)
		}
		p.saysMore = len(envelope) > 0
	}
	for _, content := range rows {
		var identity struct {
			ID ID `json:"id"`
		}
		if err := unmarshal(content, &identity); err != nil {
			return p, fmt.Errorf("%w: a row of the list: it is of another type than expected", ErrUnusableAnswer)
		}
		if err := identity.ID.check(); err != nil {
			return p, fmt.Errorf("%w: a row of the list: %w", ErrUnusableAnswer, err)
		}
		p.rows = append(p.rows, row{identity.ID, content})
	}
	return p, nil
}
