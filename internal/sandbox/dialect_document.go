package sandbox

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// document returns the API document as the dialect speaks, or nil if the service has none.
func (d *Dialect) document(ours []byte) ([]byte, error) {
	if d.form.Document == "hidden" || ours == nil {
		return nil, nil
	}
	decoded, err := decode(ours)
	if err != nil {
		return nil, err
	}
	w := &rewriter{dialect: d, source: decoded, schemas: values{}}
	return encode(w.document()), nil
}

// A rewriter translates an API document. It follows the references from the paths of each kind, so
// a schema that several kinds share is copied if one of them changes it.
type rewriter struct {
	dialect *Dialect
	source  values
	schemas values // of the result
	tongue  *tongue
	use     schemaUse
}

// schemaUse says where a schema stands.
type schemaUse int

const (
	elsewhere schemaUse = iota // not in an object of a kind
	inCreate
	inUpdate
	inAnswer
	inRow
)

const schemaPrefix = "#/components/schemas/"

func (w *rewriter) document() values {
	out := maps.Clone(w.source)
	ours, paths := given(w.source["paths"]), values{}
	components := maps.Clone(given(w.source["components"]))
	if components == nil {
		components = values{}
	}
	components["responses"] = w.responses(given(components["responses"]))
	for _, path := range sortedKeys(ours) {
		k := kindByPath(segment(path, 1))
		if k == nil {
			w.tongue, w.use = nil, elsewhere
			item := given(w.node(ours[path], ""))
			for _, method := range sortedKeys(item) {
				if operation := given(item[method]); operation["responses"] != nil {
					operation["responses"] = w.failures(given(operation["responses"]))
				}
			}
			paths[path] = item
			continue
		}
		w.tongue = w.dialect.tongues[slices.IndexFunc(w.dialect.tongues, func(t *tongue) bool { return t.kind == k })]
		w.paths(paths, strings.TrimPrefix(path, "/v1/"+k.path), given(ours[path]))
	}
	components["schemas"] = w.schemas
	out["paths"], out["components"] = paths, components
	return out
}

// paths translates one path of a kind.
func (w *rewriter) paths(out values, rest string, item values) {
	t := w.tongue
	parameters := w.parameters(item["parameters"])
	place := func(path, method string, operation values) {
		at := given(out[t.base+path])
		if at == nil {
			at = values{}
			if parameters != nil {
				at["parameters"] = parameters
			}
			out[t.base+path] = at
		}
		at[strings.ToLower(method)] = operation
	}
	parts := strings.Split(strings.TrimPrefix(rest, "/"), "/")
	if len(parts) == 2 {
		w.transition(place, "/"+parts[0], parts[1], given(item["post"]))
		return
	}
	for _, method := range sortedKeys(item) {
		operation := maps.Clone(given(item[method]))
		switch {
		case method == "get" && rest == "":
			operation["parameters"] = w.parameters(operation["parameters"])
			w.answers(operation, inRow, 0)
		case method == "get":
			w.answers(operation, inAnswer, 0)
		case method == "post":
			w.body(operation, inCreate)
			w.answers(operation, inAnswer, w.dialect.form.Create.Status)
		case method == "patch":
			w.body(operation, inUpdate)
			w.answers(operation, inAnswer, 0)
			switch {
			case t.update == http.MethodPut:
				operation["summary"] = "Replace the object; what is left out is cleared."
			case w.dialect.form.Merge:
				operation["summary"] = "Change properties; null clears one, a nested object is merged."
			}
			place(rest, t.update, operation)
			continue
		case method == "delete":
			w.answers(operation, elsewhere, w.dialect.form.Delete.Status)
		default:
			continue // The parameters of the path.
		}
		place(rest, method, operation)
	}
}

// transition translates one transition. One that updates the status joins the update at the path of
// the object, or stands there alone.
func (w *rewriter) transition(place func(path, method string, operation values), object, action string, ours values) {
	t := w.tongue
	m := t.moves[action]
	operation := maps.Clone(ours)
	w.answers(operation, inAnswer, 0)
	if m.Status == "" {
		place(object+"/"+m.Path, m.Method, operation)
		return
	}
	if m.Method == t.update {
		return // In the body of the update.
	}
	operation["operationId"] = "change" + t.kind.code + "Status" + m.Method
	operation["requestBody"] = jsonContent(values{"required": true}, t.statusSchema(m.Method))
	place(object, m.Method, operation)
}

// statusSchema is the body of transitions that update the status, or nil.
func (t *tongue) statusSchema(method string) values {
	var allowed []any
	for _, action := range sortedKeys(t.moves) {
		if m := t.moves[action]; m.Status != "" && m.Method == method {
			if word := any(t.words["status"][m.Status]); !slices.Contains(allowed, word) {
				allowed = append(allowed, word)
			}
		}
	}
	if allowed == nil {
		return nil
	}
	name := t.names["status"]
	return values{
		"type": "object", "additionalProperties": false, "required": []any{name},
		"properties": values{name: values{"type": "string", "enum": allowed}},
	}
}

func jsonContent(around values, schema any) values {
	around["content"] = values{"application/json": values{"schema": schema}}
	return around
}

// schemaOf returns the schema of a body or an answer.
func schemaOf(body values) any {
	return given(given(body["content"])["application/json"])["schema"]
}

// body translates the body of a create or an update.
func (w *rewriter) body(operation values, use schemaUse) {
	w.use = use
	t := w.tongue
	body := maps.Clone(given(operation["requestBody"]))
	name, schema := w.resolved(schemaOf(body))
	translated := given(w.node(schema, ""))
	if use == inUpdate && t.update == http.MethodPut {
		var needed []any
		for _, f := range t.kind.fields {
			if f.required && !slices.Contains(t.readOnly, f.name) {
				needed = append(needed, t.names[f.name])
			}
		}
		translated["required"] = needed
	}
	t.add(translated, use == inCreate || t.update == http.MethodPut)
	var out any = values{"$ref": w.intern(name, translated)}
	if status := t.statusSchema(t.update); use == inUpdate && status != nil {
		out = values{"anyOf": []any{out, status}}
	}
	operation["requestBody"] = jsonContent(body, out)
}

// add adds the properties that the dialect has on top of ours.
func (t *tongue) add(schema values, required bool) {
	if len(t.require) == 0 {
		return
	}
	properties := maps.Clone(given(schema["properties"]))
	needed, _ := schema["required"].([]any)
	needed = slices.Clone(needed)
	for _, name := range sortedKeys(t.require) {
		properties[name] = values{"type": t.require[name]}
		if required {
			needed = append(needed, name)
		}
	}
	schema["properties"] = properties
	if len(needed) > 0 {
		schema["required"] = needed
	}
}

// answers translates the answers of an operation. The status is that of success, 0 for ours.
func (w *rewriter) answers(operation values, use schemaUse, status int) {
	w.use = use
	f := &w.dialect.form
	out := values{}
	all := w.failures(given(operation["responses"]))
	for _, code := range sortedKeys(all) {
		answer := maps.Clone(given(all[code]))
		if !strings.HasPrefix(code, "2") {
			out[code] = answer
			continue
		}
		if status != 0 {
			code = strconv.Itoa(status)
		}
		if schema := schemaOf(answer); schema != nil {
			name, resolved := w.resolved(schema)
			if use == inRow {
				jsonContent(answer, values{"$ref": w.intern(name, w.page(resolved))})
			} else {
				translated := given(w.node(resolved, ""))
				w.tongue.add(translated, true)
				schema = values{"$ref": w.intern(name, translated)}
				if f.Envelope != "" {
					schema = values{
						"type": "object", "required": []any{f.Envelope}, "properties": values{f.Envelope: schema},
					}
				}
				jsonContent(answer, schema)
			}
		}
		if operation["requestBody"] != nil && code == strconv.Itoa(f.Create.Status) && status == f.Create.Status {
			if f.Create.Empty {
				delete(answer, "content")
				answer["description"] = "Created. The body is empty."
			}
			if f.Create.Location {
				answer["headers"] = values{"Location": values{
					"description": "The path of the object.", "schema": values{"type": "string"},
				}}
			}
		}
		out[code] = answer
	}
	operation["responses"] = out
}

// page translates the schema of a page.
func (w *rewriter) page(ours values) values {
	p := &w.dialect.form.Pages
	properties := given(ours["properties"])
	data := maps.Clone(given(properties["data"]))
	name, row := w.resolved(data["items"])
	translated := given(w.node(row, ""))
	w.tongue.add(translated, true)
	data["items"] = values{"$ref": w.intern(name, translated)}
	if p.Form == formArray {
		return data
	}
	about, needed := values{p.Total: properties["total"]}, []any{p.Total}
	if p.Form == formCursor {
		about[p.Next] = properties["nextCursor"]
		if w.dialect.form.Nulls == "" {
			needed = []any{p.Next, p.Total}
		}
	}
	if p.Meta != "" {
		about = values{p.Meta: values{"type": "object", "required": needed, "properties": about}}
		needed = []any{p.Meta}
	}
	about[p.Rows] = data
	out := maps.Clone(ours)
	out["properties"], out["required"] = about, append([]any{p.Rows}, needed...)
	return out
}

// parameters translates the parameters of a path or an operation.
func (w *rewriter) parameters(ours any) any {
	list, _ := ours.([]any)
	if list == nil {
		return nil
	}
	f := &w.dialect.form
	out := []any{}
	for _, parameter := range list {
		p := maps.Clone(w.parameter(given(parameter)))
		schema := maps.Clone(given(p["schema"]))
		switch name := p["name"]; {
		case name == "id" && f.IDs == "number":
			schema = values{"type": "integer"}
		case (name == "limit" || name == "cursor") && f.Pages.Form == formNone,
			name == "type" && f.Filter == refused:
			continue
		case name == "limit":
			p["name"], schema["maximum"] = f.Pages.Limit, *f.Pages.Max
			p["description"] = fmt.Sprintf("Rows of a page; %d when left out.", min(maxPage, *f.Pages.Max))
		case name == "cursor":
			p["name"] = f.Pages.Cursor
			switch f.Pages.Form {
			case formCursor:
				p["description"] = "The " + f.Pages.Next + " of the page before."
			case formOffset:
				schema = values{"type": "integer", "minimum": 0}
				p["description"] = "How many rows to skip."
			default:
				schema = values{"type": "integer", "minimum": 1}
				p["description"] = "The number of the page."
			}
		case name == "type":
			schema = w.words(schema, "type")
		}
		p["schema"] = schema
		out = append(out, p)
	}
	return out
}

func (w *rewriter) parameter(p values) values {
	name, referred := strings.CutPrefix(stringOf(p["$ref"]), "#/components/parameters/")
	if !referred {
		return p
	}
	return given(given(given(w.source["components"])["parameters"])[name])
}

// resolved returns a schema, and its name if it was a reference.
func (w *rewriter) resolved(schema any) (string, values) {
	s := given(schema)
	name, referred := strings.CutPrefix(stringOf(s["$ref"]), schemaPrefix)
	if !referred {
		return "Inline", s
	}
	return name, given(given(given(w.source["components"])["schemas"])[name])
}

// intern stores a schema under a name, or under one like it if another schema has the name, and
// returns the reference.
func (w *rewriter) intern(name string, schema values) string {
	for n := 1; ; n++ {
		free := name
		if n > 1 {
			free += strconv.Itoa(n)
		}
		if taken, there := w.schemas[free]; !there || equal(taken, schema) {
			w.schemas[free] = schema
			return schemaPrefix + free
		}
	}
}

// node translates a schema, or anything that contains one. at is our path without indices.
func (w *rewriter) node(v any, at string) any {
	switch v := v.(type) {
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = w.node(item, at)
		}
		return out
	case values:
		return w.object(v, at)
	}
	return v
}

func (w *rewriter) object(ours values, at string) values {
	out := make(values, len(ours))
	if _, referred := strings.CutPrefix(stringOf(ours["$ref"]), schemaPrefix); referred {
		name, schema := w.resolved(ours)
		maps.Copy(out, ours)
		out["$ref"] = w.intern(name, given(w.node(schema, at)))
		return out
	}
	if w.tongue == nil {
		for name, v := range ours {
			out[name] = w.node(v, at)
		}
		return out
	}
	if lastName(at) == "typeConfig" && ours["properties"] != nil {
		at += ":" + w.variant(at, given(ours["properties"]))
	}
	for name, v := range ours {
		switch name {
		case "properties":
			out[name] = w.properties(given(v), at)
		case "required":
			out[name] = w.required(ours, at)
		case "items", "allOf", "anyOf", "oneOf", "if", "then", "else", "not":
			out[name] = w.node(v, at)
		default:
			out[name] = v
		}
	}
	merges := w.use == inUpdate && w.dialect.form.Merge && w.tongue.update != http.MethodPut
	if list, ok := out["required"].([]any); ok && (len(list) == 0 || merges && ours["type"] == "object") {
		delete(out, "required")
	}
	if merges && given(ours["additionalProperties"])["type"] == "string" {
		out["additionalProperties"] = values{"type": []any{"string", "null"}}
	}
	if (w.use == inCreate || w.use == inUpdate) && !*w.dialect.form.Strict && w.tongue.ours[at] != nil {
		delete(out, "additionalProperties")
	}
	return w.leaf(out, at)
}

// variant returns the type whose settings are described: the one that has all the properties, and
// the fewest others.
func (w *rewriter) variant(at string, properties values) string {
	found, fewest := "", 0
	for _, of := range sortedKeys(w.tongue.ours) {
		word, variant := strings.CutPrefix(of, at+":")
		if !variant || strings.Contains(word, ".") {
			continue
		}
		fits := true
		for name := range properties {
			_, known := w.tongue.vocabulary[join(of, name)]
			fits = fits && known
		}
		if n := len(w.tongue.ours[of]); fits && (found == "" || n < fewest) {
			found, fewest = word, n
		}
	}
	return found
}

func (w *rewriter) hides(path string) bool {
	t := w.tongue
	switch w.use {
	case inAnswer, inRow:
		return t.hides(path, w.use == inRow)
	}
	return slices.Contains(t.refuse, path)
}

func (w *rewriter) properties(ours values, at string) values {
	out := values{}
	for name, v := range ours {
		path := join(at, name)
		theirs, known := w.tongue.names[path]
		switch {
		case !known:
			out[name] = v
		case !w.hides(path):
			out[theirs] = w.node(v, path)
		}
	}
	return out
}

// required translates the list of required properties. Without nulls, one that can be null can be
// left out.
func (w *rewriter) required(schema values, at string) []any {
	out := []any{}
	names, _ := schema["required"].([]any)
	for _, v := range names {
		name := stringOf(v)
		path := join(at, name)
		theirs, known := w.tongue.names[path]
		answer := w.use == inAnswer || w.use == inRow
		switch {
		case !known:
			out = append(out, name)
		case w.hides(path), answer && w.dialect.form.Nulls != "" && canBeNull(given(schema["properties"])[name]):
		default:
			out = append(out, theirs)
		}
	}
	return out
}

func canBeNull(schema any) bool {
	s := given(schema)
	types, _ := s["type"].([]any)
	choices, _ := s["anyOf"].([]any)
	return s["type"] == "null" || slices.Contains(types, any("null")) || slices.ContainsFunc(choices, canBeNull)
}

// leaf translates the form of a value.
func (w *rewriter) leaf(schema values, at string) values {
	p, known := w.tongue.vocabulary[at]
	f := &w.dialect.form
	if !known {
		return schema
	}
	switch {
	case p.id && f.IDs == "number":
		return retyped(schema, "integer")
	case p.moment && schema["type"] == "string":
		switch answer := w.use == inAnswer || w.use == inRow; {
		case f.Times == "number":
			return values{"type": "integer", "description": "Milliseconds since 1970."}
		case f.Times == "seconds" && answer:
			schema["pattern"] = `^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$`
			schema["description"] = "ISO 8601 in UTC, with Z."
		case f.Times == "offset" && answer:
			schema["pattern"] = `^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}\+00:00$`
			schema["description"] = "ISO 8601 in UTC, with milliseconds and +00:00."
		}
	case len(p.words) > 0:
		return w.words(schema, at)
	}
	return schema
}

// retyped turns text into another type, and leaves null.
func retyped(schema values, to string) values {
	if types, ok := schema["type"].([]any); ok {
		types = slices.Clone(types)
		if i := slices.Index(types, any("string")); i >= 0 {
			types[i] = to
		}
		schema["type"] = types
	} else if schema["type"] == "string" {
		schema["type"] = to
	}
	delete(schema, "minLength")
	return schema
}

// words translates the words that a schema lists.
func (w *rewriter) words(schema values, at string) values {
	word := func(v any) any {
		if theirs, known := w.tongue.words[at][stringOf(v)]; known {
			return theirs
		}
		return v
	}
	for name, v := range schema {
		switch name {
		case "const", "default":
			schema[name] = word(v)
		case "enum":
			list, _ := v.([]any)
			list = slices.Clone(list)
			for i := range list {
				list[i] = word(list[i])
			}
			schema[name] = list
		}
	}
	return schema
}

// responses translates the shared answers to requests that are not carried out.
func (w *rewriter) responses(ours values) values {
	f := &w.dialect.form.Errors
	out := values{}
	for name, v := range ours {
		answer := maps.Clone(given(v))
		switch {
		case name == "NotFound" && !*f.NotFoundBody:
			delete(answer, "content")
		case schemaOf(answer) != nil:
			name, schema := w.resolved(schemaOf(answer))
			jsonContent(answer, values{"$ref": w.intern(name, w.failure(schema, true))})
		}
		if name == "NotFound" && *f.NotFoundBody && !*f.NotFoundCode {
			_, schema := w.resolved(schemaOf(given(v)))
			jsonContent(answer, values{"$ref": w.intern("ErrorWithoutCode", w.failure(schema, false))})
		}
		out[name] = answer
	}
	return out
}

// failure translates the schema of an error.
func (w *rewriter) failure(ours values, coded bool) values {
	properties := maps.Clone(given(ours["properties"]))
	out := maps.Clone(ours)
	switch {
	case w.dialect.form.Errors.Form == "framework":
		out["required"] = []any{"statusCode", "message", "error"}
		out["properties"] = values{
			"statusCode": values{"type": "integer"},
			"message":    values{"type": "array", "items": properties["message"]},
			"error":      values{"type": "string"},
		}
	case !coded:
		delete(properties, "code")
		out["properties"], out["required"] = properties, []any{"message"}
	}
	return out
}

// failures moves the answers to requests that are not carried out to the statuses of the dialect.
// Two answers at one status become a choice.
func (w *rewriter) failures(ours values) values {
	f := &w.dialect.form.Errors
	out := values{}
	for _, code := range sortedKeys(ours) {
		status := code
		switch code {
		case "404":
			status = strconv.Itoa(f.NotFound)
		case "417":
			status = strconv.Itoa(f.Status)
		}
		other, taken := out[status]
		if !taken {
			out[status] = ours[code]
			continue
		}
		first, second := schemaOf(w.response(other)), schemaOf(w.response(ours[code]))
		choice := values{"description": "One of several refusals."}
		if first != nil && second != nil {
			jsonContent(choice, values{"anyOf": []any{first, second}})
		}
		out[status] = choice
	}
	return out
}

// response returns a translated answer.
func (w *rewriter) response(v any) values {
	answer := given(v)
	name, referred := strings.CutPrefix(stringOf(answer["$ref"]), "#/components/responses/")
	if !referred {
		return answer
	}
	return given(w.responses(given(given(w.source["components"])["responses"]))[name])
}
