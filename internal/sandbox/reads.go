package sandbox

import (
	"bytes"
	"encoding/base64"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// A view is the stale state that reads show after a write, because of a fault.
type view struct {
	kind     *kind
	number   int
	old      *object // the object before the write; nil if it did not exist
	stale    int     // reads that still show old
	hideGet  int     // reads of the object that find nothing
	hideList int     // lists that leave it out
}

// get returns an object, or nil. It uses up one read of the object's view.
func (m *merchant) get(k *kind, id string) *object {
	o := m.objects[id]
	if v := m.views[id]; v != nil {
		switch {
		case v.hideGet > 0:
			v.hideGet--
			o = nil
		case v.stale > 0:
			v.stale--
			o = v.old
		}
		m.forget(id, v)
	}
	if o == nil || o.kind != k {
		return nil
	}
	return o
}

func (m *merchant) forget(id string, v *view) {
	if v.stale <= 0 && v.hideGet <= 0 && v.hideList <= 0 {
		delete(m.views, id)
	}
}

// A page is the query of a list request, with the faults that distort it.
type page struct {
	limit  int
	cursor string
	after  int    // number of the last object of the page before
	skip   int    // rows before the page, in place of after
	of     string // only this type of cohort
	fault  *Fault
}

const maxPage = 100

// pageOf reads the query of a list request. assumed: limit at most 100 and 100 when left out, an
// opaque cursor.
func pageOf(k *kind, query url.Values, f *Fault) (page, error) {
	p := page{limit: maxPage, fault: f}
	for _, name := range sortedKeys(query) {
		value := query.Get(name)
		switch {
		case name == "limit":
			n, err := strconv.Atoi(value)
			if err != nil || n < 1 || n > maxPage {
				return p, invalid("limit", "must be an integer from 1 to %d", maxPage)
			}
			p.limit = n
		case name == "cursor":
			after, ok := readCursor(k, value)
			if !ok {
				return p, invalid("cursor", "is not one that this list has given out")
			}
			p.cursor, p.after = value, after
		case name == "type" && k == cohorts:
			if value != "list" && value != "segment" {
				return p, invalid("type", "must be one of list, segment")
			}
			p.of = value
		default:
			return p, invalid(name, "is not a known parameter")
		}
	}
	return p, nil
}

func cursorAfter(k *kind, number int) string {
	return base64.RawURLEncoding.EncodeToString([]byte(k.path + ":" + strconv.Itoa(number)))
}

func readCursor(k *kind, cursor string) (int, bool) {
	decoded, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil {
		return 0, false
	}
	after, ours := strings.CutPrefix(string(decoded), k.path+":")
	n, err := strconv.Atoi(after)
	return n, ours && err == nil
}

// list returns one page of a kind, in the order of creation.
func (m *merchant) list(k *kind, p page) []byte {
	rows := m.visible(k, p)
	total := len(rows)
	limit := p.limit
	start, _ := slices.BinarySearchFunc(rows, p.after+1, byNumber)
	if p.skip > 0 && total > 0 {
		start = min(p.skip, total)
		p.after = rows[start-1].number
	}
	if p.fault.PageSize > 0 {
		limit = min(limit, p.fault.PageSize)
	}
	if p.fault.DuplicateRows && p.after > 0 && start > 0 {
		start--
	}
	end := min(start+limit, total)
	var next any
	last := m.store.created
	if end < total {
		last = rows[end-1].number
		next = cursorAfter(k, last)
	}
	if p.fault.RepeatCursor && p.cursor != "" {
		next = p.cursor
	}
	m.seen(k, p.after, last)

	var body bytes.Buffer
	body.WriteString(`{"data":[`)
	for i, o := range rows[start:end] {
		if i > 0 {
			body.WriteByte(',')
		}
		body.Write(o.body)
	}
	body.WriteString(`],"nextCursor":`)
	body.Write(encode(next))
	body.WriteString(`,"total":` + strconv.Itoa(total) + `}`)
	return body.Bytes()
}

// visible returns the rows of all pages together.
func (m *merchant) visible(k *kind, p page) []*object {
	rows := m.order[k]
	if p.of == "" && len(m.views) == 0 && p.fault.HideRows == nil {
		return rows
	}
	rows = slices.Clone(rows)
	for id, v := range m.views {
		if v.kind != k {
			continue
		}
		at, found := slices.BinarySearchFunc(rows, v.number, byNumber)
		show := m.objects[id]
		switch {
		case v.hideList > 0:
			show = nil
		case v.stale > 0:
			show = v.old
		}
		switch {
		case found && show == nil:
			rows = slices.Delete(rows, at, at+1)
		case found:
			rows[at] = show
		case show != nil:
			rows = slices.Insert(rows, at, show)
		}
	}
	return slices.DeleteFunc(rows, func(o *object) bool {
		return p.of != "" && o.fields["type"] != p.of || p.fault.hides(o)
	})
}

// seen uses up one read of each view whose object is on a page, or would be without the fault.
func (m *merchant) seen(k *kind, after, last int) {
	for id, v := range m.views {
		if v.kind != k || v.number <= after || v.number > last {
			continue
		}
		switch {
		case v.hideList > 0:
			v.hideList--
		case v.stale > 0:
			v.stale--
		}
		m.forget(id, v)
	}
}
