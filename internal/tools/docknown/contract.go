package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// area is a part of the contract that is one section of the page.
type area struct {
	title    string
	groups   []group
	catalogs []catalog
}

// group holds the statements of one path or object.
type group struct {
	label string
	items []item
}

// item is one name, and what is known of it. It counts how often the contract says it.
type item struct {
	name, where, detail string
	statement
	count int
}

type statement struct{ mark, source string }

// catalog holds the words of one property.
type catalog struct {
	label string
	open  bool
	words []word
}

// word is an entry of x-seen.
type word struct {
	Word         string `json:"word"`
	Evidence     string `json:"evidence"`
	Name         string `json:"name"`
	NameEvidence string `json:"name-evidence"`
	Source       string `json:"source"`
	Note         string `json:"note"`
}

// form is a schema that describes an object, and where that form of the object occurs.
type form struct{ schema, where string }

// suffixes are the ends of the names of the forms of an object.
var suffixes = []form{{"", "answers"}, {"Create", "create"}, {"Patch", "update"}, {"Input", "requests"}}

// reader collects statements. It keeps the first error.
type reader struct {
	doc  *openapi3.T
	read map[string]bool
	err  error
}

// read reads the areas in the order of the page: what all requests share, then tag by tag. It is an
// error if a statement has no mark or no place.
func read(doc *openapi3.T) ([]area, error) {
	r := &reader{doc: doc, read: map[string]bool{}}
	out := []area{r.access(), r.parameters()}
	tagged := map[string]bool{}
	for _, tag := range doc.Tags {
		tagged[tag.Name] = true
		out = append(out, r.tag(tag))
	}
	for at, operation := range r.operations() {
		if len(operation.Tags) != 1 || !tagged[operation.Tags[0]] {
			r.fail("%s needs one of the tags of the contract", at)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(doc.Components.Schemas)) {
		if len(r.properties(name)) > 0 && !r.read[name] {
			r.fail("schema %s belongs to no operation", name)
		}
	}
	return out, r.err
}

// access reads the address, keys and errors.
func (r *reader) access() area {
	out := area{title: "Access and errors"}
	for _, server := range r.doc.Servers {
		out.groups = append(out.groups, group{"Address", []item{r.item(code(server.URL), "", server.Extensions)}})
	}
	for _, name := range slices.Sorted(maps.Keys(r.doc.Components.SecuritySchemes)) {
		scheme := r.doc.Components.SecuritySchemes[name].Value
		out.groups = append(out.groups, group{"Key", []item{r.item(sentence(scheme.Description), "", scheme.Extensions)}})
	}

	statuses := map[string]string{}
	for _, operation := range r.operations() {
		for status, response := range operation.Responses.Map() {
			if response.Ref != "" {
				statuses[last(response.Ref)] = status
			}
		}
	}
	names := slices.Collect(maps.Keys(r.doc.Components.Responses))
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Or(cmp.Compare(statuses[a], statuses[b]), cmp.Compare(a, b))
	})
	for _, name := range names {
		response := r.doc.Components.Responses[name].Value
		var description string
		if response.Description != nil {
			description = *response.Description
		}
		label := code(cmp.Or(statuses[name], name))
		out.groups = append(out.groups, group{label, []item{r.item(sentence(description), "", response.Extensions)}})
	}
	for _, name := range names {
		r.objects(&out, content(r.doc.Components.Responses[name].Value.Content))
	}
	return out
}

// parameters reads parameters, and the pages of lists. Pages that say the same are one group.
func (r *reader) parameters() area {
	out := area{title: "Parameters and pages"}
	parameters := group{label: "Parameters"}
	add := func(at string, p *openapi3.Parameter) {
		parameters.items = append(parameters.items,
			r.item(code(p.Name), fmt.Sprintf(" (%s%s)", p.In, at), p.Extensions))
	}
	for _, name := range slices.Sorted(maps.Keys(r.doc.Components.Parameters)) {
		add("", r.doc.Components.Parameters[name].Value)
	}
	for _, path := range slices.Sorted(maps.Keys(r.doc.Paths.Map())) {
		for _, p := range r.doc.Paths.Value(path).Parameters {
			if p.Ref == "" {
				add(" of "+code(path), p.Value)
			}
		}
	}
	for at, operation := range r.operations() {
		for _, p := range operation.Parameters {
			if p.Ref == "" {
				add(" of "+code(at), p.Value)
			}
		}
	}
	out.groups = append(out.groups, parameters)

	for _, name := range slices.Sorted(maps.Keys(r.doc.Components.Schemas)) {
		if !strings.HasSuffix(name, "Page") {
			continue
		}
		r.read[name] = true
		page := group{label: code(name), items: r.merged([]form{{schema: name}})}
		same := slices.IndexFunc(out.groups, func(g group) bool { return slices.EqualFunc(g.items, page.items, sayTheSame) })
		if same < 0 {
			out.groups = append(out.groups, page)
			continue
		}
		out.groups[same].label += ", " + page.label
		for i := range page.items {
			out.groups[same].items[i].count += page.items[i].count
		}
	}
	return out
}

// tag reads the operations of a tag, and the objects that they send and receive.
func (r *reader) tag(tag *openapi3.Tag) area {
	out := area{title: cmp.Or(sentence(tag.Description), tag.Name)}
	var schemas []*openapi3.SchemaRef
	for at, operation := range r.operations() {
		if !slices.Contains(operation.Tags, tag.Name) {
			continue
		}
		method, path, _ := strings.Cut(at, " ")
		if n := len(out.groups); n == 0 || out.groups[n-1].label != code(path) {
			out.groups = append(out.groups, group{label: code(path)})
		}
		paths := &out.groups[len(out.groups)-1]
		request := r.item(code(method), "", operation.Extensions)
		request.detail = sentence(operation.Summary)
		paths.items = append(paths.items, request)

		for _, status := range slices.Sorted(maps.Keys(operation.Responses.Map())) {
			schemas = append(schemas, content(operation.Responses.Value(status).Value.Content)...)
		}
		if operation.RequestBody != nil {
			schemas = append(schemas, content(operation.RequestBody.Value.Content)...)
		}
	}
	r.objects(&out, schemas)
	return out
}

// objects adds the objects that schemas refer to, unless an earlier area has them.
func (r *reader) objects(to *area, schemas []*openapi3.SchemaRef) {
	for _, schema := range schemas {
		if schema == nil {
			continue
		}
		if schema.Ref != "" {
			r.object(to, last(schema.Ref))
			continue
		}
		var below []*openapi3.SchemaRef
		for _, name := range names(schema.Value) {
			below = append(below, schema.Value.Properties[name])
		}
		r.objects(to, append(below, parts(schema.Value)...))
	}
}

func (r *reader) object(to *area, name string) {
	if strings.HasSuffix(name, "Page") {
		r.objects(to, []*openapi3.SchemaRef{openapi3.NewSchemaRef("", r.doc.Components.Schemas[name].Value)})
		return
	}
	base := name
	for _, s := range suffixes[1:] {
		if short, ok := strings.CutSuffix(name, s.schema); ok && r.doc.Components.Schemas[short] != nil {
			base = short
		}
	}
	if r.read[base] {
		return
	}
	var forms []form
	for _, s := range suffixes {
		if r.doc.Components.Schemas[base+s.schema] != nil {
			r.read[base+s.schema] = true
			forms = append(forms, form{base + s.schema, s.where})
		}
	}
	if items := r.merged(forms); len(items) > 0 {
		to.groups = append(to.groups, group{code(base), items})
	}
	to.catalogs = append(to.catalogs, r.catalogs(base, forms)...)
	for _, f := range forms {
		r.objects(to, []*openapi3.SchemaRef{openapi3.NewSchemaRef("", r.doc.Components.Schemas[f.schema].Value)})
	}
}

// merged lists the properties of an object. A property that several forms show in the same way is
// one item, which says where it occurs if that is not everywhere.
func (r *reader) merged(forms []form) []item {
	var items []item
	places := map[statementOf][]string{}
	for _, f := range forms {
		for _, p := range r.properties(f.schema) {
			found := r.item(p.name, "", extensions(p.schema))
			found.detail = sentence(p.schema.Value.Description)
			key := statementOf{found.name, found.statement}
			same := slices.IndexFunc(items, func(i item) bool { return statementOf{i.name, i.statement} == key })
			if same < 0 {
				items = append(items, found)
			} else {
				items[same].count++
			}
			if !slices.Contains(places[key], f.where) {
				places[key] = append(places[key], f.where)
			}
		}
	}
	for i := range items {
		at := places[statementOf{items[i].name, items[i].statement}]
		if len(at) < len(forms) {
			items[i].where = " (" + strings.Join(at, ", ") + ")"
		}
	}
	return items
}

type statementOf struct {
	name string
	statement
}

// sayTheSame reports whether two items differ at most in their count.
func sayTheSame(a, b item) bool {
	a.count = b.count
	return a == b
}

// property is a property of a schema. Its name says the condition under which it is described.
type property struct {
	name   string
	schema *openapi3.SchemaRef
}

// properties lists what a component describes. Like the tests of the contract, it does not follow
// references, because each component is read on its own.
func (r *reader) properties(name string) []property {
	var out []property
	var walk func(prefix, condition string, schema *openapi3.SchemaRef)
	walk = func(prefix, condition string, schema *openapi3.SchemaRef) {
		if schema == nil || schema.Ref != "" {
			return
		}
		for _, name := range names(schema.Value) {
			p := schema.Value.Properties[name]
			out = append(out, property{code(prefix+name) + condition, p})
			walk(prefix+name+".", condition, p)
		}
		met := condition
		if schema.Value.If != nil {
			met += conditionOf(schema.Value.If.Value)
		}
		for _, part := range parts(schema.Value) {
			if part == schema.Value.Then {
				walk(prefix, met, part)
			} else {
				walk(prefix, condition, part)
			}
		}
	}
	walk("", "", r.doc.Components.Schemas[name])
	return out
}

func conditionOf(schema *openapi3.Schema) string {
	var out strings.Builder
	for _, name := range names(schema) {
		fmt.Fprintf(&out, " of %s %s", code(name), code(fmt.Sprint(schema.Properties[name].Value.Const)))
	}
	return out.String()
}

// catalogs lists the properties of an object that hold words, each once.
func (r *reader) catalogs(base string, forms []form) []catalog {
	var out []catalog
	if seen, ok := r.doc.Components.Schemas[base].Value.Extensions["x-seen"]; ok {
		out = append(out, catalog{label: code(base), open: true, words: r.words(seen)})
	}
	at := map[string]int{}
	for _, f := range forms {
		for _, p := range r.properties(f.schema) {
			seen, ok := extensions(p.schema)["x-seen"]
			if !ok && len(p.schema.Value.Enum) == 0 {
				continue
			}
			i, exists := at[p.name]
			if !exists {
				i, at[p.name] = len(out), len(out)
				out = append(out, catalog{label: code(base + "." + strings.Trim(p.name, "`")), open: len(p.schema.Value.Enum) == 0})
			}
			c := &out[i]
			c.words = append(c.words, r.words(seen)...)
			known := r.item("", "", extensions(p.schema))
			for _, value := range p.schema.Value.Enum {
				text, isText := value.(string)
				if isText && !slices.ContainsFunc(c.words, func(w word) bool { return w.Word == text }) {
					c.words = append(c.words, word{Word: text, Evidence: known.mark, Source: known.source})
				}
			}
		}
	}
	return out
}

// words decodes x-seen.
func (r *reader) words(seen any) []word {
	if seen == nil {
		return nil
	}
	var out []word
	content, err := json.Marshal(seen)
	if err == nil {
		err = json.Unmarshal(content, &out)
	}
	if err != nil {
		r.fail("x-seen: %w", err)
	}
	return out
}

// operations goes through the operations in the order of the page.
func (r *reader) operations() func(yield func(string, *openapi3.Operation) bool) {
	return func(yield func(string, *openapi3.Operation) bool) {
		for _, path := range slices.Sorted(maps.Keys(r.doc.Paths.Map())) {
			operations := r.doc.Paths.Value(path).Operations()
			for _, method := range slices.Sorted(maps.Keys(operations)) {
				if !yield(method+" "+path, operations[method]) {
					return
				}
			}
		}
	}
}

func (r *reader) item(name, where string, marked map[string]any) item {
	mark, _ := marked["x-evidence"].(string)
	source, _ := marked["x-source"].(string)
	if !slices.Contains(marks, mark) {
		r.fail("%s%s has no mark: x-evidence is %q", name, where, mark)
	}
	return item{name: name, where: where, statement: statement{mark, source}, count: 1}
}

func (r *reader) fail(format string, args ...any) {
	r.err = cmp.Or(r.err, fmt.Errorf(format, args...))
}

// extensions are those beside a reference, or of the schema itself.
func extensions(schema *openapi3.SchemaRef) map[string]any {
	if schema.Ref != "" {
		return schema.Extensions
	}
	return schema.Value.Extensions
}

// names lists properties in the order in which the schema requires them, then the others by name.
func names(schema *openapi3.Schema) []string {
	var out []string
	for _, name := range schema.Required {
		if schema.Properties[name] != nil {
			out = append(out, name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(schema.Properties)) {
		if !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out
}

// parts are the schemas that a schema consists of. The condition of an if describes nothing.
func parts(schema *openapi3.Schema) []*openapi3.SchemaRef {
	out := slices.Concat(schema.AllOf, schema.AnyOf, schema.OneOf)
	for _, part := range []*openapi3.SchemaRef{schema.Items, schema.Then, schema.Else} {
		if part != nil {
			out = append(out, part)
		}
	}
	return out
}

func content(in openapi3.Content) []*openapi3.SchemaRef {
	var out []*openapi3.SchemaRef
	for _, media := range slices.Sorted(maps.Keys(in)) {
		out = append(out, in[media].Schema)
	}
	return out
}

func last(ref string) string { return ref[strings.LastIndex(ref, "/")+1:] }

// sentence is a description without its last period, as a part of a sentence.
func sentence(s string) string { return plain(strings.TrimSuffix(s, ".")) }
