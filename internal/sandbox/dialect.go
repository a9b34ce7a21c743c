package sandbox

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"unicode"
)

// A Dialect makes the sandbox another API: the same objects and rules behind other paths, methods,
// names, words and forms. The package comment explains its JSON form. ParseDialect makes one.
type Dialect struct {
	form    dialectForm
	tongues []*tongue
}

// dialectForm is the JSON form of a dialect. Maps are keyed by the path of a kind; "*" stands for
// every kind, and the entry of a kind is laid over it.
type dialectForm struct {
	Prefix      *string                      `json:"prefix"`
	Paths       map[string]string            `json:"paths"`
	Pages       pagesForm                    `json:"pages"`
	Update      map[string]string            `json:"update"`
	Transitions map[string]map[string]move   `json:"transitions"`
	Names       map[string]map[string]string `json:"names"`
	Case        string                       `json:"case"`
	Words       map[string]map[string]words  `json:"words"`
	Upper       bool                         `json:"upper"`
	Omit        map[string][]string          `json:"omit"`
	OmitRows    map[string][]string          `json:"omit_rows"`
	Require     map[string]map[string]string `json:"require"`
	Refuse      map[string][]string          `json:"refuse"`
	ReadOnly    map[string][]string          `json:"readonly"`
	IDs         string                       `json:"ids"`
	Nulls       string                       `json:"nulls"`
	Envelope    string                       `json:"envelope"`
	Create      createForm                   `json:"create"`
	Delete      deleteForm                   `json:"delete"`
	Errors      errorsForm                   `json:"errors"`
	Late        lateForm                     `json:"late"`
	Times       string                       `json:"times"`
	Merge       bool                         `json:"merge"`
	Clear       string                       `json:"clear"`
	Unique      *bool                        `json:"unique"`
	InUse       *bool                        `json:"in_use"`
	Strict      *bool                        `json:"strict"`
	Filter      string                       `json:"filter"`
	Document    string                       `json:"document"`
}

// words maps our words to those of the dialect.
type words map[string]string

type pagesForm struct {
	Rows   string `json:"rows"`
	Next   string `json:"next"`
	Total  string `json:"total"`
	Limit  string `json:"limit"`
	Cursor string `json:"cursor"`
	Form   string `json:"form"`
	Meta   string `json:"meta"`
	Max    *int   `json:"max"`
}

type createForm struct {
	Status   int  `json:"status"`
	Empty    bool `json:"empty"`
	Location bool `json:"location"`
}

type deleteForm struct {
	Status int `json:"status"`
}

type errorsForm struct {
	Status       int    `json:"status"`
	Form         string `json:"form"`
	NotFound     int    `json:"not_found"`
	NotFoundCode *bool  `json:"not_found_code"`
	NotFoundBody *bool  `json:"not_found_body"`
}

type lateForm struct {
	Status int `json:"status"`
	Reads  int `json:"reads"`
}

// A move is the request of a transition: a method and a last segment, or an update of the status.
type move struct {
	Method string `json:"method"`
	Path   string `json:"path"`
	Status string `json:"status"`
}

// A tongue is how a dialect speaks of one kind.
type tongue struct {
	dialect    *Dialect
	kind       *kind
	base       string // the path of the list
	vocabulary vocabulary
	update     string                       // method
	moves      map[string]move              // by action
	names      map[string]string            // by our path
	ours       map[string]map[string]string // object → their name → ours
	words      map[string]words             // by our path
	omit       []string
	omitRows   []string
	refuse     []string
	readOnly   []string
	require    map[string]string // name → JSON type
}

const everyKind = "*"

// The values of Dialect keys.
const (
	formCursor = "cursor"
	formNumber = "number"
	formOffset = "offset"
	formArray  = "array"
	formNone   = "none"

	refused = "refused"
	ignored = "ignored"
)

// ParseDialect reads a dialect from JSON. It refuses unknown keys, kinds, properties and words.
func ParseDialect(data []byte) (*Dialect, error) {
	d := &Dialect{}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&d.form); err != nil {
		return nil, fmt.Errorf("sandbox: dialect: %w", err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("sandbox: dialect: there is data after the object")
	}
	if err := d.compile(); err != nil {
		return nil, fmt.Errorf("sandbox: dialect: %w", err)
	}
	return d, nil
}

func (d *Dialect) compile() error {
	if err := d.form.check(); err != nil {
		return err
	}
	d.form.fill()
	if err := d.form.Pages.check(); err != nil {
		return err
	}
	bases := map[string]string{}
	for _, k := range kinds {
		t, err := d.tongue(k)
		if err != nil {
			return err
		}
		if other := bases[t.base]; other != "" {
			return fmt.Errorf("paths: %s and %s are both at %s", other, k.path, t.base)
		}
		bases[t.base] = k.path
		d.tongues = append(d.tongues, t)
	}
	// The path of a kind can lie below that of another.
	slices.SortStableFunc(d.tongues, func(a, b *tongue) int { return len(b.base) - len(a.base) })
	return nil
}

// check refuses values that no dialect has.
func (f *dialectForm) check() error {
	methods := []string{"", http.MethodPatch, http.MethodPut, http.MethodPost}
	for _, c := range []struct {
		key, value string
		allowed    []string
	}{
		{"case", f.Case, []string{"", "snake", "kebab", "pascal"}},
		{"pages.form", f.Pages.Form, []string{"", formCursor, formNumber, formOffset, formArray, formNone}},
		{"ids", f.IDs, []string{"", "number"}},
		{"nulls", f.Nulls, []string{"", "omitted"}},
		{"errors.form", f.Errors.Form, []string{"", "framework"}},
		{"times", f.Times, []string{"", "seconds", "offset", "number"}},
		{"clear", f.Clear, []string{"", refused, ignored}},
		{"filter", f.Filter, []string{"", refused, ignored}},
		{"document", f.Document, []string{"", "served", "hidden"}},
	} {
		if !slices.Contains(c.allowed, c.value) {
			return fmt.Errorf("%s: %q is none of %s", c.key, c.value, strings.Join(c.allowed[1:], ", "))
		}
	}
	for kind, method := range f.Update {
		if !slices.Contains(methods[1:], method) {
			return fmt.Errorf("update.%s: %q is none of PATCH, PUT, POST", kind, method)
		}
	}
	for _, c := range []struct {
		key          string
		value        int
		least, most  int
		mayBeLeftOut bool
	}{
		{"create.status", f.Create.Status, 200, 299, true},
		{"delete.status", f.Delete.Status, 200, 299, true},
		{"errors.status", f.Errors.Status, 400, 499, true},
		{"errors.not_found", f.Errors.NotFound, 400, 499, true},
		{"late.status", f.Late.Status, 0, 1000, true},
		{"late.reads", f.Late.Reads, 0, 1000, true},
	} {
		if c.value != 0 && (c.value < c.least || c.value > c.most) {
			return fmt.Errorf("%s: %d is not between %d and %d", c.key, c.value, c.least, c.most)
		}
	}
	if f.Pages.Max != nil && *f.Pages.Max < 1 {
		return fmt.Errorf("pages.max: %d is not above 0", *f.Pages.Max)
	}
	if p := f.Prefix; p != nil && !isPath("/"+strings.TrimPrefix(*p, "/")) && *p != "" && *p != "/" {
		return fmt.Errorf("prefix: %q is not a path such as /v2", *p)
	}
	for kind, path := range f.Paths {
		if !isPath("/" + path) {
			return fmt.Errorf("paths.%s: %q is not a path such as rewards/perks", kind, path)
		}
	}
	return f.checkKinds()
}

// check refuses names that two things share.
func (p *pagesForm) check() error {
	if p.Limit == p.Cursor {
		return fmt.Errorf("pages: limit and cursor are both called %q", p.Limit)
	}
	envelope, about := []string{p.Rows}, []string{p.Next, p.Total}
	if p.Meta != "" {
		envelope = append(envelope, p.Meta)
	} else {
		envelope, about = append(envelope, about...), nil
	}
	for _, names := range [][]string{envelope, about} {
		for i, name := range names {
			if slices.Contains(names[:i], name) {
				return fmt.Errorf("pages: two of rows, next, total, meta are called %q", name)
			}
		}
	}
	return nil
}

// isPath reports whether each segment of a path has characters that need no escape.
func isPath(path string) bool {
	for segment := range strings.SplitSeq(path[1:], "/") {
		if strings.Trim(segment, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") != "" || segment == "" {
			return false
		}
	}
	return true
}

func (f *dialectForm) checkKinds() error {
	for key, names := range map[string][]string{
		"update": sortedKeys(f.Update), "transitions": sortedKeys(f.Transitions), "names": sortedKeys(f.Names),
		"words": sortedKeys(f.Words), "omit": sortedKeys(f.Omit), "omit_rows": sortedKeys(f.OmitRows),
		"require": sortedKeys(f.Require), "refuse": sortedKeys(f.Refuse), "readonly": sortedKeys(f.ReadOnly),
		"paths": sortedKeys(f.Paths),
	} {
		for _, name := range names {
			if kindByPath(name) == nil && (name != everyKind || key == "paths") {
				return fmt.Errorf("%s: there is no kind %q", key, name)
			}
		}
	}
	return nil
}

// fill sets what is left out.
func (f *dialectForm) fill() {
	text := func(value *string, absent string) {
		if *value == "" {
			*value = absent
		}
	}
	number := func(value *int, absent int) {
		if *value == 0 {
			*value = absent
		}
	}
	yes := func(value **bool) {
		if *value == nil {
			*value = new(true)
		}
	}
	if f.Prefix == nil {
		f.Prefix = new("/v1")
	}
	text(&f.Pages.Rows, f.cased("data"))
	text(&f.Pages.Next, f.cased("nextCursor"))
	text(&f.Pages.Total, f.cased("total"))
	text(&f.Pages.Limit, "limit")
	text(&f.Pages.Cursor, "cursor")
	text(&f.Pages.Form, formCursor)
	if f.Pages.Max == nil {
		f.Pages.Max = new(maxPage)
	}
	number(&f.Create.Status, http.StatusCreated)
	number(&f.Delete.Status, http.StatusOK)
	number(&f.Errors.Status, http.StatusExpectationFailed)
	number(&f.Errors.NotFound, http.StatusNotFound)
	yes(&f.Errors.NotFoundCode)
	yes(&f.Errors.NotFoundBody)
	yes(&f.Unique)
	yes(&f.InUse)
	yes(&f.Strict)
}

// cased returns one of our names in the case of the dialect.
func (f *dialectForm) cased(name string) string {
	separator := map[string]string{"snake": "_", "kebab": "-"}[f.Case]
	if f.Case == "pascal" {
		return strings.ToUpper(name[:1]) + name[1:]
	}
	if separator == "" {
		return name
	}
	var out strings.Builder
	for _, r := range name {
		if unicode.IsUpper(r) {
			out.WriteString(separator)
		}
		out.WriteRune(unicode.ToLower(r))
	}
	return out.String()
}

// laid returns the entries for a kind, the one for every kind first.
func laid[T any](section map[string]T, k *kind) []T {
	var out []T
	for _, name := range []string{everyKind, k.path} {
		if entry, there := section[name]; there {
			out = append(out, entry)
		}
	}
	return out
}

func (d *Dialect) tongue(k *kind) (*tongue, error) {
	f := &d.form
	t := &tongue{
		dialect: d, kind: k, vocabulary: vocabularyOf(k), update: http.MethodPatch,
		names: map[string]string{}, ours: map[string]map[string]string{}, words: map[string]words{},
		require: map[string]string{},
	}
	path := k.path
	if other := f.Paths[k.path]; other != "" {
		path = other
	}
	t.base = strings.TrimSuffix("/"+strings.Trim(*f.Prefix, "/"), "/") + "/" + path
	for _, method := range laid(f.Update, k) {
		t.update = method
	}
	if err := t.move(); err != nil {
		return nil, err
	}
	if err := t.name(); err != nil {
		return nil, err
	}
	if err := t.word(); err != nil {
		return nil, err
	}
	for _, list := range []struct {
		key  string
		from map[string][]string
		to   *[]string
	}{
		{"omit", f.Omit, &t.omit}, {"omit_rows", f.OmitRows, &t.omitRows},
		{"refuse", f.Refuse, &t.refuse}, {"readonly", f.ReadOnly, &t.readOnly},
	} {
		for _, kind := range []string{everyKind, k.path} {
			for _, path := range list.from[kind] {
				if err := t.known(list.key, kind, path); err != nil {
					return nil, err
				}
				*list.to = append(*list.to, path)
			}
		}
	}
	for _, at := range k.fields {
		if at.required && slices.Contains(t.refuse, at.name) {
			return nil, fmt.Errorf("refuse.%s: no object can be made without %s", k.path, at.name)
		}
	}
	for _, path := range t.readOnly {
		if strings.Contains(path, ".") {
			return nil, fmt.Errorf("readonly.%s: %s is not a property at the top", k.path, path)
		}
	}
	return t, t.demand()
}

// known refuses a path that the kind lacks. A path for every kind must be one of some kind.
func (t *tongue) known(key, kind, path string) error {
	if _, known := t.vocabulary[path]; known {
		return nil
	}
	if kind == everyKind {
		for _, k := range kinds {
			if _, known := vocabularyOf(k)[path]; known {
				return nil
			}
		}
	}
	return fmt.Errorf("%s.%s: there is no property %q", key, kind, path)
}

// move reads the transitions.
func (t *tongue) move() error {
	t.moves = map[string]move{}
	for _, action := range t.kind.actions {
		t.moves[action] = move{Method: http.MethodPost, Path: action}
	}
	for _, kind := range []string{everyKind, t.kind.path} {
		moves := t.dialect.form.Transitions[kind]
		for _, action := range sortedKeys(moves) {
			m, key := moves[action], "transitions."+kind+"."+action
			if !slices.Contains(t.kind.actions, action) {
				if kind == everyKind && slices.Contains(campaigns.actions, action) {
					continue // Campaigns have every action.
				}
				return fmt.Errorf("%s: there is no such transition", key)
			}
			switch {
			case !slices.Contains([]string{"", http.MethodPatch, http.MethodPut, http.MethodPost}, m.Method):
				return fmt.Errorf("%s.method: %q is none of PATCH, PUT, POST", key, m.Method)
			case m.Path != "" && m.Status != "":
				return fmt.Errorf("%s: path and status exclude each other", key)
			case m.Path != "" && !isPath("/"+m.Path), strings.Contains(m.Path, "/"):
				return fmt.Errorf("%s.path: %q is not one segment of a path", key, m.Path)
			case m.Status != "" && !slices.Contains(t.kind.statuses(), m.Status):
				return fmt.Errorf("%s.status: %s have no status %q", key, t.kind.path, m.Status)
			}
			if m.Status == "" && m.Path == "" {
				m.Path = action
			}
			if m.Method == "" {
				m.Method = http.MethodPost
				if m.Status != "" {
					m.Method = t.update
				}
			}
			t.moves[action] = m
		}
	}
	taken := map[string]string{}
	for _, action := range sortedKeys(t.moves) {
		m := t.moves[action]
		if m.Path == "" {
			continue
		}
		if other := taken[m.Method+" "+m.Path]; other != "" {
			return fmt.Errorf("transitions: %s and %s of %s are the same request", other, action, t.kind.path)
		}
		taken[m.Method+" "+m.Path] = action
	}
	return nil
}

// name decides the name of every property.
func (t *tongue) name() error {
	for path := range t.vocabulary {
		t.names[path] = t.dialect.form.cased(lastName(path))
	}
	for _, kind := range []string{everyKind, t.kind.path} {
		names := t.dialect.form.Names[kind]
		for _, path := range sortedKeys(names) {
			if err := t.known("names", kind, path); err != nil {
				return err
			}
			if names[path] == "" {
				return fmt.Errorf("names.%s.%s: the name is empty", kind, path)
			}
			if _, known := t.vocabulary[path]; known {
				t.names[path] = names[path]
			}
		}
	}
	for _, path := range sortedKeys(t.names) {
		object, theirs := holder(path), t.names[path]
		if t.ours[object] == nil {
			t.ours[object] = map[string]string{}
		}
		if other, taken := t.ours[object][theirs]; taken {
			return fmt.Errorf("names: %s and %s of %s are both called %s", other, lastName(path), t.kind.path, theirs)
		}
		t.ours[object][theirs] = lastName(path)
	}
	return nil
}

// lastName returns code for typeConfig:code.code.
func lastName(path string) string { return path[strings.LastIndexByte(path, '.')+1:] }

// holder returns typeConfig:code for typeConfig:code.code, and "" for a property at the top.
func holder(path string) string { return path[:max(strings.LastIndexByte(path, '.'), 0)] }

// word decides every word.
func (t *tongue) word() error {
	for path, p := range t.vocabulary {
		if len(p.words) == 0 {
			continue
		}
		t.words[path] = words{}
		for _, ours := range p.words {
			theirs := ours
			if t.dialect.form.Upper && !p.open {
				theirs = strings.ToUpper(strings.ReplaceAll(ours, "-", "_"))
			}
			t.words[path][ours] = theirs
		}
	}
	for _, kind := range []string{everyKind, t.kind.path} {
		table := t.dialect.form.Words[kind]
		for _, path := range sortedKeys(table) {
			if err := t.known("words", kind, path); err != nil {
				return err
			}
			for _, ours := range sortedKeys(table[path]) {
				switch _, known := t.words[path][ours]; {
				case known:
					t.words[path][ours] = table[path][ours]
				case kind != everyKind || !saidSomewhere(path, ours):
					return fmt.Errorf("words.%s.%s: there is no word %q", kind, path, ours)
				}
			}
		}
	}
	for _, path := range sortedKeys(t.words) {
		all := slices.Sorted(maps.Values(t.words[path]))
		if len(slices.Compact(slices.Clone(all))) < len(all) {
			return fmt.Errorf("words: two words of %s %s are the same", t.kind.path, path)
		}
	}
	return nil
}

func saidSomewhere(path, word string) bool {
	return slices.ContainsFunc(kinds, func(k *kind) bool {
		return slices.Contains(vocabularyOf(k)[path].words, word)
	})
}

var jsonTypes = []string{"string", "number", "boolean", "object", "array"}

// demand reads the properties that the dialect has on top of ours.
func (t *tongue) demand() error {
	for _, kind := range []string{everyKind, t.kind.path} {
		extra := t.dialect.form.Require[kind]
		for _, name := range sortedKeys(extra) {
			_, ours := t.vocabulary[name]
			_, theirs := t.ours[""][name]
			switch {
			case name == "" || ours || theirs:
				return fmt.Errorf("require.%s: %q is no new property", kind, name)
			case !slices.Contains(jsonTypes, extra[name]):
				return fmt.Errorf("require.%s.%s: %q is none of %s", kind, name, extra[name], strings.Join(jsonTypes, ", "))
			}
			t.require[name] = extra[name]
		}
	}
	return nil
}
