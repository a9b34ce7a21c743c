package sandbox

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// A speaker is a small client that speaks a dialect. It shares the tables of the dialect with the
// sandbox, and no code that uses them.
type speaker struct {
	fail   func(format string, args ...any)
	s      *Sandbox
	d      *Dialect
	labels map[string]string // id → what both sandboxes call it
}

func newSpeaker(fail func(string, ...any), dialect string) (*speaker, error) {
	d, err := ParseDialect([]byte(dialect))
	if err != nil {
		return nil, err
	}
	now := func() time.Time { return time.Date(2027, 1, 2, 3, 4, 5, 0, time.UTC) }
	s, err := Start(Options{Seed: 1, Dialect: d, Now: now})
	return &speaker{fail: fail, s: s, d: d, labels: map[string]string{}}, err
}

func (p *speaker) tongue(k *kind) *tongue {
	return p.d.tongues[slices.IndexFunc(p.d.tongues, func(t *tongue) bool { return t.kind == k })]
}

// do sends a request and returns the decoded answer.
func (p *speaker) do(status int, method, path string, body any) (any, http.Header) {
	var sent []byte
	if body != nil {
		sent = encode(body)
	}
	request := httptest.NewRequest(method, path, strings.NewReader(string(sent)))
	request.Header.Set("Authorization", "Bearer "+p.s.TestKey())
	if sent != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	recorder := httptest.NewRecorder()
	p.s.Handler().ServeHTTP(recorder, request)
	answer := recorder.Body.String()
	if recorder.Code != status {
		p.fail("%s %s %s → %d %s, want %d", method, path, sent, recorder.Code, answer, status)
	}
	if answer == "" {
		return nil, recorder.Header()
	}
	decoder := json.NewDecoder(strings.NewReader(answer))
	decoder.UseNumber()
	var out any
	if err := decoder.Decode(&out); err != nil {
		p.fail("%s %s → %s: %v", method, path, answer, err)
	}
	return out, recorder.Header()
}

// wire turns our value into one of the dialect.
func (p *speaker) wire(t *tongue, at string, v any) any {
	switch v := v.(type) {
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = p.wire(t, at, v[i])
		}
		return out
	case values:
		if t.ours[at] == nil {
			return v
		}
		out := values{}
		for name, inner := range v {
			under := join(at, name)
			theirs := t.names[under]
			if name == "typeConfig" {
				under += ":" + stringOf(v["type"])
			}
			out[theirs] = p.wire(t, under, inner)
		}
		return out
	case string:
		switch property := t.vocabulary[at]; {
		case property.id && p.d.form.IDs == "number":
			return json.Number(v)
		case property.moment && p.d.form.Times == "number":
			moment, err := time.Parse(time.RFC3339, v)
			if err != nil {
				p.fail("%s: %v", at, err)
			}
			return moment.UnixMilli()
		case t.words[at][v] != "":
			return t.words[at][v]
		}
	}
	return v
}

// ours turns an answer of the dialect into our form. Every id gets its label.
func (p *speaker) ours(t *tongue, at string, v any) any {
	property := t.vocabulary[at]
	switch v := v.(type) {
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = p.ours(t, at, v[i])
		}
		return out
	case values:
		if t.ours[at] == nil {
			return v
		}
		of := stringOf(v[t.names[join(at, "type")]])
		for ours, theirs := range t.words[join(at, "type")] {
			if theirs == of {
				of = ours
				break
			}
		}
		out := values{}
		for theirs, inner := range v {
			name, known := t.ours[at][theirs]
			if !known {
				if _, extra := t.require[theirs]; at != "" || !extra {
					p.fail("%s of %s is not known", join(at, theirs), t.kind.path)
				}
				continue
			}
			under := join(at, name)
			if name == "typeConfig" {
				under += ":" + of
			}
			if got := p.ours(t, under, inner); got != nil {
				out[name] = got
			}
		}
		return out
	case json.Number:
		switch {
		case property.id:
			return p.label(v.String())
		case property.moment:
			n, err := v.Int64()
			if err != nil {
				p.fail("%s: %v", at, err)
			}
			return time.UnixMilli(n).UTC().Format(time.RFC3339)
		}
	case string:
		switch {
		case property.id:
			return p.label(v)
		case property.moment:
			moment, err := time.Parse(time.RFC3339, v)
			if err != nil {
				p.fail("%s: %v", at, err)
			}
			return moment.UTC().Format(time.RFC3339)
		}
		for ours, theirs := range t.words[at] {
			if theirs == v {
				return ours
			}
		}
	}
	return v
}

func (p *speaker) label(id string) string {
	if label := p.labels[id]; label != "" {
		return label
	}
	return "a step"
}

// object returns an answer that holds an object, in our form.
func (p *speaker) object(t *tongue, answer any) values {
	object, _ := answer.(values)
	if p.d.form.Envelope != "" {
		object, _ = object[p.d.form.Envelope].(values)
	}
	ours, _ := p.ours(t, "", object).(values)
	return ours
}

// rows returns the objects of a list, read page by page.
func (p *speaker) rows(t *tongue) []any {
	var out []any
	pages := p.d.form.Pages
	query := url.Values{}
	if pages.Form != formNone {
		query.Set(pages.Limit, "1")
	}
	for n := 1; n < 10; n++ {
		answer, _ := p.do(200, http.MethodGet, t.base+"?"+query.Encode(), nil)
		if list, ok := answer.([]any); ok && pages.Form == formArray {
			if len(list) == 0 {
				return out
			}
			out = append(out, p.ours(t, "", list).([]any)...)
			query.Set(pages.Cursor, strconv.Itoa(n+1))
			continue
		}
		envelope, _ := answer.(values)
		list, _ := envelope[pages.Rows].([]any)
		out = append(out, p.ours(t, "", list).([]any)...)
		about := envelope
		if pages.Meta != "" {
			about, _ = envelope[pages.Meta].(values)
		}
		total, err := strconv.Atoi(fmt.Sprint(about[pages.Total]))
		if err != nil {
			p.fail("%v has no total", envelope)
		}
		switch next := stringOf(about[pages.Next]); {
		case pages.Form == formCursor && next == "", pages.Form != formCursor && len(out) >= total:
			return out
		case pages.Form == formCursor:
			query.Set(pages.Cursor, next)
		case pages.Form == formOffset:
			query.Set(pages.Cursor, strconv.Itoa(n))
		default:
			query.Set(pages.Cursor, strconv.Itoa(n+1))
		}
	}
	p.fail("the list of %s does not end", t.kind.path)
	return nil
}

// story makes, reads, lists, changes, moves and deletes an object of each kind, and returns what it
// saw, in our form.
func (p *speaker) story() []any {
	var seen []any
	see := func(v any) { seen = append(seen, v) }
	f := p.d.form
	made := map[string]string{} // kind → id
	bodies := map[string]values{
		"user-properties": {"name": "Tier", "type": "text", "referenceId": "tier"},
		"cohorts": {"type": "segment", "name": "s", "conditions": values{"operator": "and", "groups": []any{
			values{"operator": "or", "conditions": []any{
				values{"type": "user-property", "typeConfig": values{"property": "tier", "operator": "is", "value": "x"}},
				values{"type": "event", "typeConfig": values{"event": "x", "operator": "has-not-done", "withinDays": 3}},
			}},
		}}},
		"perks": {
			"internalName": "p", "title": values{"en": "A"}, "imageUrl": "https://x.example/1",
			"type":       "shopify-discount",
			"typeConfig": values{"discountName": "W", "discountType": "fixed-amount", "value": 10},
			"expiresAt":  "2027-06-01T00:00:00Z",
		},
		"digital-assets": {"internalName": "a", "title": values{"en": "A"}, "maxSupply": 5},
		"badges": {
			"internalName": "b", "title": values{"en": "A"}, "imageUrl": "https://x.example/1",
			"lockedDescription": values{"en": "A"},
		},
		"campaigns": {
			"internalName": "c", "type": "challenge", "endAt": "2027-06-01T00:00:00Z",
			"distribution": values{"type": "raffle", "typeConfig": values{"maxBoxes": 2, "drawAt": "2027-06-01T00:00:00Z"}},
			"typeConfig": values{
				"name": values{"en": "A"}, "optInCta": values{"en": "B"}, "description": values{"en": "C"},
				"imageUrl": "https://x.example/1", "slug": "c",
				"steps": []any{values{"userAction": "x", "triggers": []any{values{"type": "t", "typeConfig": values{"aB": 1}}}}},
			},
		},
	}
	for _, k := range kinds {
		t := p.tongue(k)
		body := maps.Clone(bodies[k.path])
		if k == badges || k == campaigns {
			body["cohortId"] = made["cohorts"]
		}
		if k == campaigns {
			body["rewards"] = []any{values{"type": "perk", "rewardId": made["perks"], "quantity": 2}}
		}
		send := func(body values) values {
			out := p.wire(t, "", body).(values)
			for name := range t.require {
				out[name] = "extra"
			}
			return out
		}
		for range 2 { // Two make two pages.
			answer, header := p.do(f.Create.Status, http.MethodPost, t.base, send(body))
			id := strings.TrimPrefix(header.Get("Location"), t.base+"/")
			if !f.Create.Empty {
				object, _ := answer.(values)
				if f.Envelope != "" {
					object, _ = object[f.Envelope].(values)
				}
				id = fmt.Sprint(object[t.names["id"]])
			}
			made[k.path] = id
			p.labels[id] = fmt.Sprintf("%s %d", k.path, len(p.labels))
			if !f.Create.Empty {
				p.object(t, answer)
			}
			if k != perks && k != digitalAssets {
				break // The first would use other objects, or share the key of the second.
			}
		}
		path := t.base + "/" + made[k.path]
		get := func() {
			answer, _ := p.do(200, http.MethodGet, path, nil)
			see(p.object(t, answer))
		}
		get()
		see(p.rows(t))
		change := values{k.label: "changed"}
		if t.update == http.MethodPut {
			whole := maps.Clone(body)
			maps.Copy(whole, change)
			change = whole
		}
		answer, _ := p.do(200, t.update, path, send(change))
		see(p.object(t, answer))
		for _, action := range k.actions {
			move := t.moves[action]
			if move.Status == "" {
				answer, _ = p.do(200, move.Method, path+"/"+move.Path, nil)
			} else {
				answer, _ = p.do(200, move.Method, path, p.wire(t, "", values{"status": move.Status}))
			}
			see(p.object(t, answer))
		}
	}
	for _, k := range slices.Backward(kinds) {
		t := p.tongue(k)
		if slices.Contains(k.actions, "archive") {
			move := t.moves["archive"]
			path := t.base + "/" + made[k.path]
			if move.Status == "" {
				p.do(200, move.Method, path+"/"+move.Path, nil)
			} else {
				p.do(200, move.Method, path, p.wire(t, "", values{"status": move.Status}))
			}
		}
		p.do(f.Delete.Status, http.MethodDelete, t.base+"/"+made[k.path], nil)
		missing := f.Errors.NotFound
		p.do(missing, http.MethodGet, t.base+"/"+made[k.path], nil)
	}
	return seen
}

// TestDialect_meansTheSame tells one story in our API and in random dialects. What the clients see
// must be equal after translating it back.
func TestDialect_meansTheSame(t *testing.T) {
	t.Parallel()
	ours, err := newSpeaker(t.Fatalf, `{}`)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ours.s.Close() })
	want := string(encode(ours.story()))
	rapid.Check(t, func(r *rapid.T) {
		dialect := randomDialect(r)
		theirs, err := newSpeaker(r.Fatalf, dialect)
		if err != nil {
			r.Fatalf("%s: %v", dialect, err)
		}
		defer func() { _ = theirs.s.Close() }()
		if got := string(encode(theirs.story())); got != want {
			r.Fatalf("%s\n got %s\nwant %s", dialect, got, want)
		}
	})
}

// randomDialect draws keys that change no more than how our API is spoken.
func randomDialect(r *rapid.T) string {
	out := values{}
	maybe := func(key string, choices ...any) {
		if rapid.Bool().Draw(r, key) {
			out[key] = rapid.SampledFrom(choices).Draw(r, key)
		}
	}
	maybe("prefix", "", "/v2", "/api/v3")
	maybe("paths", values{"perks": "rewards/perks", "digital-assets": "rewards"}, values{"badges": "medals"})
	maybe("pages", values{"form": "number", "cursor": "page"}, values{"form": "offset", "rows": "items", "total": "count"},
		values{"form": "array", "limit": "size"}, values{"form": "none", "meta": "about"},
		values{"next": "next", "meta": "pagination", "cursor": "after"}, values{"max": 1})
	maybe("update", values{"*": "PUT"}, values{"*": "POST"}, values{"*": "PUT", "perks": "PATCH", "campaigns": "POST"})
	maybe("transitions", values{"*": values{"publish": values{"method": "PUT", "path": "activate"}}},
		values{"perks": values{
			"publish": values{"status": "live"}, "archive": values{"method": "PATCH", "status": "archived"},
			"unarchive": values{"method": "POST", "status": "live"},
		}, "campaigns": values{"end": values{"status": "ended"}, "archive": values{"path": "shelve"}}})
	maybe("names", values{"perks": values{"internalName": "name", "typeConfig:shopify-discount.value": "amount"}},
		values{"campaigns": values{
			"typeConfig": "settings", "type": "sort", "typeConfig:challenge.steps.title": "heading",
			"rewards.rewardId": "object",
		}},
		values{"*": values{"internalName": "label", "title": "description", "description": "title"}})
	maybe("case", "snake", "kebab", "pascal")
	maybe("words", values{"perks": values{"type": values{"shopify-discount": "discount"}, "status": values{"live": "ON"}}},
		values{"cohorts": values{"conditions.groups.conditions.type": values{"event": "happening"}}},
		values{"*": values{"status": values{"draft": "new", "published": "out"}}})
	maybe("upper", true)
	maybe("require", values{"*": values{"category": "string"}})
	maybe("ids", "number")
	maybe("nulls", "omitted")
	maybe("envelope", "object", "data")
	maybe("create", values{"status": 200}, values{"location": true},
		values{"status": 204, "empty": true, "location": true})
	maybe("delete", values{"status": 204})
	maybe("errors", values{"status": 400, "form": "framework"}, values{"not_found": 410}, values{"not_found_body": false})
	maybe("times", "seconds", "offset", "number")
	maybe("merge", true)
	maybe("strict", false)
	return string(encode(out))
}
