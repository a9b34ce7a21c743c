package sandbox

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A spoken request is what a call looks like on the wire, and what its answer needs to know of it.
type spoken struct {
	request *http.Request
	body    []byte
	tongue  *tongue // nil for a path that is of no kind
	action  string  // see the constants below; "" without a tongue
	refused error   // found while translating, in the words of the dialect
	about   values  // the object that messages speak of, in our form
}

const (
	actList   = "list"
	actGet    = "get"
	actCreate = "create"
	actUpdate = "update"
	actDelete = "delete"
	actMove   = "move"
)

// A paging is the page that a request of a dialect asks for.
type paging struct{ limit, skip int }

// understand translates a request into our API. What the dialect does not know stays as it is, and
// has no route. The rest of the sandbox sees only the translation.
func (s *Sandbox) understand(c *call) {
	d := s.options.Dialect
	c.spoken = &spoken{request: c.request, body: c.body}
	t, rest := d.find(c.request.URL.Path)
	if t == nil {
		c.unroutable = kindByPath(segment(c.request.URL.Path, 1)) != nil
		return
	}
	c.spoken.tongue = t
	method, path := t.route(c, rest, s.stored(c, t, rest))
	if method == "" {
		c.unroutable = true
		c.spoken.tongue = nil
		return
	}
	query := c.request.URL.Query()
	if c.spoken.action == actList {
		query = t.query(c, query)
	}
	translated := *c.request.URL
	translated.Path, translated.RawPath, translated.RawQuery = "/v1/"+t.kind.path+path, "", query.Encode()
	c.request = c.request.WithContext(c.request.Context())
	c.request.Method, c.request.URL = method, &translated
}

// find returns who speaks of the kind at a path, and the rest of the path.
func (d *Dialect) find(path string) (*tongue, string) {
	for _, t := range d.tongues {
		if rest, below := strings.CutPrefix(path, t.base); below && (rest == "" || rest[0] == '/') {
			return t, rest
		}
	}
	return nil, ""
}

// stored returns the object that a request changes, or nil. What a property means can depend on the
// stored type.
func (s *Sandbox) stored(c *call, t *tongue, rest string) values {
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	m := s.store.merchants[c.mode]
	if m == nil {
		return nil
	}
	if o := m.objects[segment(rest, 0)]; o != nil && o.kind == t.kind {
		return o.fields
	}
	return nil
}

// route returns our method and path for a request, and translates its body. The method is "" if
// the dialect has no such request.
func (t *tongue) route(c *call, rest string, stored values) (method, path string) {
	method = c.request.Method
	parts := strings.Split(rest, "/")[1:]
	c.spoken.about = stored
	if slices.Contains(parts, "") {
		return "", ""
	}
	switch {
	case len(parts) == 0 && method == http.MethodGet:
		c.spoken.action = actList
	case len(parts) == 0 && method == http.MethodPost:
		c.spoken.action = actCreate
		t.hearBody(c, nil)
	case len(parts) == 1 && method == http.MethodGet:
		c.spoken.action = actGet
	case len(parts) == 1 && method == http.MethodDelete:
		c.spoken.action = actDelete
	case len(parts) == 1:
		return t.write(c, rest, stored)
	case len(parts) == 2:
		for action, m := range t.moves {
			if m.Path == parts[1] && m.Method == method {
				c.spoken.action, c.late = actMove, t.dialect.form.Late.Status
				return http.MethodPost, "/" + parts[0] + "/" + action
			}
		}
		return "", ""
	default:
		return "", ""
	}
	return method, rest
}

// write translates a request that changes an object at its own path: an update, or a transition
// that is one on the wire.
func (t *tongue) write(c *call, rest string, stored values) (method, path string) {
	method = c.request.Method
	moves := false
	body, err := decode(c.body)
	if word, there := body[t.names["status"]]; err == nil && there && t.kind.published != "" {
		if action := t.moveTo(method, stringOf(word), stringOf(stored["status"])); action != "" {
			c.spoken.action, c.late = actMove, t.dialect.form.Late.Status
			if len(body) > 1 {
				c.refuse("%s cannot be changed together with other properties", t.names["status"])
			}
			c.body = nil
			return http.MethodPost, rest + "/" + action
		}
	}
	for _, m := range t.moves {
		moves = moves || m.Status != "" && m.Method == method
	}
	switch {
	case method == t.update:
		c.spoken.action, c.late = actUpdate, t.dialect.form.Late.Reads
		t.hearBody(c, stored)
	case moves:
		c.spoken.action = actMove
		c.refuse("%s must be one that the object can get", t.names["status"])
	default:
		return "", ""
	}
	return http.MethodPatch, rest
}

// moveTo returns the transition that an update of the status asks for, or "". From the archive, it
// is the way back.
func (t *tongue) moveTo(method, word, status string) string {
	found := ""
	for _, action := range sortedKeys(t.moves) {
		m := t.moves[action]
		if m.Status == "" || m.Method != method || t.words["status"][m.Status] != word {
			continue
		}
		if found == "" || (action == "unarchive") == (status == archived) {
			found = action
		}
	}
	return found
}

// refuse notes why a request is not carried out. The first reason counts.
func (c *call) refuse(format string, args ...any) {
	if c.spoken.refused == nil {
		c.spoken.refused = invalid("", format, args...)
	}
}

// query translates the query of a list.
func (t *tongue) query(c *call, query url.Values) url.Values {
	f := &t.dialect.form
	limit, cursor := f.Pages.Limit, f.Pages.Cursor
	out, page := url.Values{}, &paging{limit: min(maxPage, *f.Pages.Max)}
	if f.Pages.Form == formNone {
		limit, cursor = "", ""
		page.limit = 1 << 30
	}
	at := 0
	for _, name := range sortedKeys(query) {
		value := query.Get(name)
		switch {
		case name == limit:
			n, err := strconv.Atoi(value)
			if err != nil || n < 1 || n > *f.Pages.Max {
				c.refuse("%s must be an integer from 1 to %d", name, *f.Pages.Max)
			}
			page.limit = n
		case name == cursor && f.Pages.Form == formCursor:
			out.Set("cursor", value)
		case name == cursor:
			n, err := strconv.Atoi(value)
			if least := f.Pages.least(); err != nil || n < least || n > 1<<30 {
				c.refuse("%s must be an integer of at least %d", name, least)
			} else {
				at = n - least
			}
		case name == "type" && t.kind == cohorts && f.Filter != refused:
			word, known := t.ourWord("type", value)
			switch {
			case !known:
				c.refuse("type must be one of %s", t.list("type"))
			case f.Filter != ignored:
				out.Set("type", word)
			}
		default:
			c.refuse("%s is not a known parameter", name)
		}
	}
	page.skip = at
	if f.Pages.Form != formOffset {
		page.skip *= page.limit
	}
	c.page = page
	return out
}

// least is the cursor of the first page, where it is a number.
func (p *pagesForm) least() int {
	if p.Form == formOffset {
		return 0
	}
	return 1
}

// ourWord returns our word for one of the dialect's. An open catalog knows every word but ours for
// another.
func (t *tongue) ourWord(path, theirs string) (string, bool) {
	for ours, word := range t.words[path] {
		if word == theirs {
			return ours, true
		}
	}
	_, ours := t.words[path][theirs]
	return theirs, t.vocabulary[path].open && !ours
}

// list returns the words of a property for a message.
func (t *tongue) list(path string) string {
	var out []string
	for _, ours := range t.vocabulary[path].words {
		out = append(out, t.words[path][ours])
	}
	return strings.Join(out, ", ")
}

// hearBody translates the body of a write. What is no object stays as it is and is refused later.
func (t *tongue) hearBody(c *call, stored values) {
	body, err := decode(c.body)
	if err != nil {
		return
	}
	c.extra = t.extra(c, body)
	heard, err := t.hear("", "", body, stored)
	if err != nil {
		c.spoken.refused = err
		return
	}
	ours := heard.(values)
	if c.spoken.action == actUpdate {
		t.updated(c, ours, stored)
	}
	c.spoken.about = maps.Clone(stored)
	if c.spoken.about == nil {
		c.spoken.about = values{}
	}
	maps.Copy(c.spoken.about, ours)
	c.body = encode(ours)
}

// extra takes out of a body the properties that the dialect has on top of ours.
func (t *tongue) extra(c *call, body values) values {
	out := values{}
	for _, name := range sortedKeys(t.require) {
		v, given := body[name]
		delete(body, name)
		switch {
		case given && isOf(t.require[name], v):
			out[name] = v
		case given:
			c.refuse("%s must be of type %s", name, t.require[name])
		case c.spoken.action == actCreate || t.update == http.MethodPut:
			c.refuse("%s is required", name)
		}
	}
	return out
}

func isOf(jsonType string, v any) bool {
	switch v.(type) {
	case string:
		return jsonType == "string"
	case json.Number:
		return jsonType == "number"
	case bool:
		return jsonType == "boolean"
	case values:
		return jsonType == "object"
	case []any:
		return jsonType == "array"
	}
	return false
}

// updated turns the body of an update into that of our PATCH.
func (t *tongue) updated(c *call, body, stored values) {
	for _, name := range t.readOnly {
		delete(body, name)
	}
	for _, name := range sortedKeys(body) {
		switch {
		case body[name] != nil:
			if t.dialect.form.Merge && t.update != http.MethodPut && (name != "typeConfig" || !anotherType(stored, body)) {
				body[name] = merged(stored[name], body[name])
			}
		case t.dialect.form.Clear == refused:
			c.refuse("%s must not be null", t.names[name])
		case t.dialect.form.Clear == ignored:
			delete(body, name)
		}
	}
	if t.update != http.MethodPut {
		return
	}
	for _, f := range t.kind.fields {
		_, given := body[f.name]
		switch {
		case given || slices.Contains(t.readOnly, f.name):
		case f.required:
			c.refuse("%s is required", t.names[f.name])
		default:
			body[f.name] = nil
		}
	}
}

// merged lays an object over the stored one, and nulls take away. Settings of another type replace
// the stored ones.
func merged(stored, given any) any {
	old, isObject := stored.(values)
	object, ok := given.(values)
	if !isObject || !ok {
		return given
	}
	out := maps.Clone(old)
	for name, v := range object {
		switch {
		case v == nil:
			delete(out, name)
		case name == "typeConfig" && anotherType(old, object):
			out[name] = v
		default:
			out[name] = merged(old[name], v)
		}
	}
	return out
}

func anotherType(stored, given values) bool { return given["type"] != nil && given["type"] != stored["type"] }

// hear translates a value of a request. path is our path without indices, at the dialect's path
// with them. hint is the stored value, whose type counts if the request has none.
func (t *tongue) hear(path, at string, v any, hint values) (any, error) {
	switch v := v.(type) {
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			heard, err := t.hear(path, fmt.Sprintf("%s[%d]", at, i), item, nil)
			if err != nil {
				return nil, err
			}
			out[i] = heard
		}
		return out, nil
	case values:
		if t.ours[path] == nil {
			return v, nil
		}
		return t.hearObject(path, at, v, hint)
	case nil:
		return nil, nil
	}
	return t.hearValue(path, at, v)
}

func (t *tongue) hearObject(path, at string, object, hint values) (values, error) {
	out := make(values, len(object))
	of := stringOf(hint["type"])
	if theirs, given := object[t.names[join(path, "type")]].(string); given {
		of, _ = t.ourWord(join(path, "type"), theirs)
	}
	for _, theirs := range sortedKeys(object) {
		name, known := t.ours[path][theirs]
		under := join(path, name)
		strict := *t.dialect.form.Strict
		if !known || slices.Contains(t.refuse, under) || !strict && t.vocabulary[under].service {
			if strict {
				return nil, invalid(join(at, theirs), "is not a property that can be set")
			}
			continue
		}
		if name == "typeConfig" {
			under += ":" + of
		}
		inner, _ := hint[name].(values)
		heard, err := t.hear(under, join(at, theirs), object[theirs], inner)
		if err != nil {
			return nil, err
		}
		out[name] = heard
	}
	return out, nil
}

// hearValue translates a text, a number or a boolean.
func (t *tongue) hearValue(path, at string, v any) (any, error) {
	p := t.vocabulary[path]
	text, isText := v.(string)
	number, isNumber := v.(json.Number)
	switch {
	case p.id && t.dialect.form.IDs == "number":
		if !isNumber {
			return nil, invalid(at, "must be a number")
		}
		return number.String(), nil
	case p.moment && t.dialect.form.Times == "number":
		n, err := number.Int64()
		if !isNumber || err != nil {
			return nil, invalid(at, "must be a number of milliseconds since 1970")
		}
		return time.UnixMilli(n).UTC().Format(timeForm), nil
	case isText && len(p.words) > 0:
		ours, known := t.ourWord(path, text)
		if !known {
			return nil, invalid(at, "must be one of %s", t.list(path))
		}
		return ours, nil
	}
	return v, nil
}
