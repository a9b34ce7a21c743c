package document

import (
	"maps"
	"slices"
	"strings"
)

// harmless are changes that must raise nothing.
var harmless = []mutation{
	{"other descriptions", allKinds, func(m *mutant) bool {
		m.each(func(is node) {
			for _, name := range []string{"description", "summary", "title"} {
				if _, isText := is[name].(string); isText {
					is[name] = "something else"
				}
			}
		})
		return true
	}},
	{"no evidence, tags and ids", allKinds, func(m *mutant) bool {
		m.each(func(is node) {
			for name := range is {
				if strings.HasPrefix(name, "x-") || name == "tags" || name == "operationId" {
					delete(is, name)
				}
			}
		})
		return true
	}},
	{"examples and deprecation", allKinds, func(m *mutant) bool {
		m.each(func(is node) {
			if is["type"] == "string" {
				is["example"], is["default"], is["deprecated"] = "an example", "a default", true
			}
		})
		return true
	}},
	{"other names of schemas", allKinds, func(m *mutant) bool {
		old := maps.Clone(m.schemas())
		clear(m.schemas())
		for name, schema := range old {
			m.schemas()[name+"Dto"] = schema
		}
		m.each(func(is node) {
			if reference := text(is["$ref"]); strings.HasPrefix(reference, "#/components/schemas/") {
				is["$ref"] = reference + "Dto"
			}
		})
		return true
	}},
	{"no references", allKinds, func(m *mutant) bool {
		m.each(func(is node) {
			for is["$ref"] != nil {
				target := (&Document{m.root}).target(text(is["$ref"]))
				delete(is, "$ref")
				for name, value := range target {
					if is[name] == nil {
						is[name] = value
					}
				}
			}
		})
		return true
	}},
	{"references in allOf", allKinds, func(m *mutant) bool {
		m.eachSchema(func(is node) {
			if is["$ref"] != nil {
				is["allOf"] = []any{map[string]any{"$ref": is["$ref"]}}
				delete(is, "$ref")
			}
		})
		return true
	}},
	{"schemas taken out", oneKind, func(m *mutant) bool {
		for _, part := range []string{"", "Create", "Patch", "Page"} {
			for name, is := range nodeOf(m.schema(part)["properties"]) {
				extracted := m.noun + part + name
				m.schemas()[extracted] = is
				nodeOf(m.schema(part)["properties"])[name] = map[string]any{"$ref": "#/components/schemas/" + extracted}
			}
		}
		return true
	}},
	{"schemas taken out, in allOf", oneKind, func(m *mutant) bool {
		for _, part := range []string{"", "Create", "Patch", "Page"} {
			for name, is := range nodeOf(m.schema(part)["properties"]) {
				extracted := m.noun + part + name
				m.schemas()[extracted] = is
				nodeOf(m.schema(part)["properties"])[name] = map[string]any{
					"description": "text", "allOf": []any{map[string]any{"$ref": "#/components/schemas/" + extracted}},
				}
			}
		}
		return true
	}},
	{"no null in creates", oneKind, func(m *mutant) bool {
		create := m.schema("Create")
		for _, name := range m.properties(create, "typeConfig") {
			m.replace(create, name, func(is node) {
				if types := list(is["type"]); types != nil {
					is["type"] = types[0]
				}
				if choices := list(is["anyOf"]); choices != nil {
					is["anyOf"] = choices[:1]
				}
			})
		}
		return true
	}},
	{"more operations", oneKind, func(m *mutant) bool {
		answer := map[string]any{"responses": map[string]any{"200": map[string]any{"description": "ok"}}}
		m.paths()[m.path()+"/{id}/statistics"] = map[string]any{"get": answer}
		m.paths()[m.path()+"/{id}/duplicate"] = map[string]any{"post": answer}
		m.paths()[m.path()+"/search"] = map[string]any{"post": answer}
		m.paths()["/v1/orders"] = map[string]any{"get": answer, "post": answer}
		m.paths()["/v1/orders/{id}"] = map[string]any{"get": answer}
		return true
	}},
	{"PUT beside PATCH", oneKind, func(m *mutant) bool {
		item := nodeOf(m.paths()[m.path()+"/{id}"])
		item["put"] = item["patch"]
		return true
	}},
	{"more optional parameters", oneKind, func(m *mutant) bool {
		o := m.operation(pick(m, "list", "create", "read", "update"))
		o["parameters"] = append(list(o["parameters"]), map[string]any{
			"name": "sort", "in": "query", "schema": map[string]any{"type": "string"},
		}, map[string]any{"name": "Accept-Language", "in": "header", "schema": map[string]any{"type": "string"}})
		return true
	}},
	{"more optional properties of requests", oneKind, func(m *mutant) bool {
		for _, part := range []string{"Create", "Patch"} {
			nodeOf(m.schema(part)["properties"])["color"] = map[string]any{"type": "string"}
		}
		return true
	}},
	{"one schema for both directions", oneKind, func(m *mutant) bool {
		for _, part := range []string{"Create", "Patch"} {
			for _, name := range []string{"id", "createdAt"} {
				is := m.inlined(nodeOf(m.schema("")["properties"])[name])
				is["readOnly"] = true
				nodeOf(m.schema(part)["properties"])[name] = map[string]any(is)
				requireAlso(m.schema(part), name)
			}
		}
		nodeOf(m.schema("")["properties"])["token"] = map[string]any{"type": "string", "writeOnly": true}
		return true
	}},
	{"more words in requests", oneKind, func(m *mutant) bool {
		for _, part := range []string{"Create", "Patch"} {
			for _, is := range nodeOf(m.schema(part)["properties"]) {
				if words := list(nodeOf(is)["enum"]); words != nil {
					nodeOf(is)["enum"] = append(slices.Clone(words), "more")
				}
			}
		}
		return true
	}},
	{"more properties of answers", oneKind, func(m *mutant) bool {
		nodeOf(m.schema("")["properties"])["color"] = map[string]any{"type": "string"}
		nodeOf(m.schema("")["properties"])["usage"] = map[string]any{
			"type": "object", "required": []any{"count"},
			"properties": map[string]any{"count": map[string]any{"type": "number"}},
		}
		requireAlso(m.schema(""), "usage")
		nodeOf(m.schema("Page")["properties"])["hasMore"] = map[string]any{"type": "boolean"}
		return true
	}},
	{"version 3.0", allKinds, func(m *mutant) bool {
		m.root["openapi"] = "3.0.3"
		m.eachSchema(func(is node) {
			if types := list(is["type"]); types != nil {
				kept := slices.DeleteFunc(slices.Clone(types), func(one any) bool { return one == "null" })
				is["nullable"] = len(kept) < len(types)
				if is["type"] = kept[0]; len(kept) > 1 {
					delete(is, "type")
					var choices []any
					for _, one := range kept {
						choices = append(choices, map[string]any{"type": one})
					}
					is["oneOf"] = choices
				}
			}
			if choices := list(is["anyOf"]); choices != nil {
				kept := slices.DeleteFunc(slices.Clone(choices), func(one any) bool { return nodeOf(one)["type"] == "null" })
				is["nullable"] = len(kept) < len(choices)
				if delete(is, "anyOf"); len(kept) == 1 {
					is["allOf"] = kept
				} else {
					is["oneOf"] = kept
				}
			}
			if minimum, exclusive := is["exclusiveMinimum"]; exclusive {
				is["minimum"], is["exclusiveMinimum"] = minimum, true
			}
			delete(is, "propertyNames")
		})
		return true
	}},
	{"more errors", allKinds, func(m *mutant) bool {
		for _, item := range m.paths() {
			for _, o := range nodeOf(item) {
				if answers := nodeOf(nodeOf(o)["responses"]); answers != nil {
					answers["400"], answers["409"], answers["default"] = answers["417"], answers["417"], answers["417"]
				}
			}
		}
		return true
	}},
	{"looser limits", allKinds, func(m *mutant) bool {
		m.eachSchema(func(is node) {
			for _, name := range []string{"pattern", "minLength", "minimum", "exclusiveMinimum", "format", "propertyNames"} {
				delete(is, name)
			}
		})
		return true
	}},
	{"open requests", allKinds, func(m *mutant) bool {
		m.eachSchema(func(is node) {
			if is["additionalProperties"] == false {
				delete(is, "additionalProperties")
			}
		})
		return true
	}},
	{"closed answers", oneKind, func(m *mutant) bool {
		m.schema("")["additionalProperties"] = false
		m.schema("Page")["additionalProperties"] = false
		return true
	}},
	{"other names of path parameters", oneKind, func(m *mutant) bool {
		for _, path := range slices.Sorted(maps.Keys(m.paths())) {
			if strings.HasPrefix(path, m.path()+"/") {
				item := m.paths()[path]
				delete(m.paths(), path)
				nodeOf(item)["parameters"] = []any{map[string]any{
					"name": "objectId", "in": "path", "required": true, "schema": map[string]any{"type": "string"},
				}}
				m.paths()[strings.ReplaceAll(path, "{id}", "{objectId}")] = item
			}
		}
		return true
	}},
	{"a server with the version", allKinds, func(m *mutant) bool {
		m.root["servers"] = []any{map[string]any{"url": pick(m, "https://api.example.com/v1", "/v1", "/v1/")}}
		m.move("/v1", "")
		return true
	}},
	{"numbers in place of whole numbers", allKinds, func(m *mutant) bool {
		m.eachSchema(func(is node) {
			if is["type"] == "integer" {
				is["type"], is["format"] = "number", "double"
			}
		})
		return true
	}},
	{"formats of ids", allKinds, func(m *mutant) bool {
		m.eachSchema(func(is node) {
			for name, property := range nodeOf(is["properties"]) {
				isID := strings.HasSuffix(strings.ToLower(name), "id") && name != "referenceId"
				if one := nodeOf(property); isID && one["type"] == "string" {
					one["format"] = "uuid"
				}
			}
		})
		return true
	}},
	{"security of operations", allKinds, func(m *mutant) bool {
		delete(m.root, "security")
		for _, item := range m.paths() {
			for _, method := range []string{"get", "post", "patch", "delete"} {
				if o := nodeOf(nodeOf(item)[method]); o != nil {
					o["security"] = []any{map[string]any{"bearer": []any{}}}
				}
			}
		}
		nodeOf(m.root["components"])["securitySchemes"] = map[string]any{
			"bearer": map[string]any{"type": "http", "scheme": "Bearer", "bearerFormat": "JWT"},
			"cookie": map[string]any{"type": "apiKey", "in": "cookie", "name": "session"},
		}
		return true
	}},
	{"a content type with a charset", allKinds, func(m *mutant) bool {
		m.each(func(is node) {
			if content := nodeOf(is["content"]); content["application/json"] != nil {
				content["application/json; charset=utf-8"] = content["application/json"]
				delete(content, "application/json")
			}
		})
		return true
	}},
	{"null also in requests", oneKind, func(m *mutant) bool {
		for _, part := range []string{"Create", "Patch"} {
			for _, name := range m.properties(m.schema(part), "typeConfig") {
				is := nodeOf(m.schema(part)["properties"])[name]
				nodeOf(m.schema(part)["properties"])[name] = map[string]any{"anyOf": []any{is, map[string]any{"type": "null"}}}
			}
		}
		return true
	}},
	{"no required properties at all", allKinds, func(m *mutant) bool {
		m.eachSchema(func(is node) { delete(is, "required") })
		return true
	}},
	{"answers without schemas", oneKind, func(m *mutant) bool {
		for _, item := range m.paths() {
			for _, o := range nodeOf(item) {
				for status, answer := range nodeOf(nodeOf(o)["responses"]) {
					if strings.HasPrefix(status, "2") {
						delete(nodeOf(answer), "content")
					}
				}
			}
		}
		return true
	}},
	{"words in a schema of their own", oneKind, func(m *mutant) bool {
		for _, part := range []string{"", "Create", "Patch"} {
			for name, is := range nodeOf(m.schema(part)["properties"]) {
				words := list(nodeOf(is)["enum"])
				if words == nil || slices.Contains(words, any(nil)) {
					continue
				}
				var choices []any
				for _, word := range words {
					choices = append(choices, map[string]any{"const": word})
				}
				nodeOf(m.schema(part)["properties"])[name] = map[string]any{"oneOf": choices}
			}
		}
		return true
	}},
	{"alternatives in place of conditions", allKinds, func(m *mutant) bool {
		for _, schema := range m.schemas() {
			alternatives(nodeOf(schema))
		}
		return true
	}},
}

// alternatives turns the conditions of a schema into one schema for each type.
func alternatives(schema node) {
	var choices []any
	for _, condition := range list(schema["allOf"]) {
		word := conditionOf(nodeOf(condition))
		if word == "" {
			return
		}
		then := maps.Clone(nodeOf(nodeOf(condition)["then"]))
		properties := maps.Clone(nodeOf(then["properties"]))
		properties["type"] = map[string]any{"type": "string", "enum": []any{word}}
		then["properties"] = map[string]any(properties)
		choices = append(choices, map[string]any(then))
	}
	if typed := nodeOf(nodeOf(schema["properties"])["type"]); typed["enum"] == nil { // The catalog is open.
		choices = append(choices, map[string]any{"properties": map[string]any{"type": maps.Clone(typed)}})
	}
	if list(schema["allOf"]) != nil {
		delete(schema, "allOf")
		schema["oneOf"] = choices
	}
}

// each visits all objects of a document once.
func (m *mutant) each(visit func(node)) { visitAll(m.root, visit) }

func visitAll(value any, visit func(node)) {
	switch is := value.(type) {
	case node:
		visitAll(map[string]any(is), visit)
	case map[string]any:
		visit(is)
		for _, name := range slices.Sorted(maps.Keys(is)) {
			visitAll(is[name], visit)
		}
	case []any:
		for _, one := range is {
			visitAll(one, visit)
		}
	}
}

// eachSchema visits all schemas below the components.
func (m *mutant) eachSchema(visit func(node)) {
	var walk func(schema any)
	walk = func(schema any) {
		is := nodeOf(schema)
		if is == nil {
			return
		}
		for _, name := range slices.Sorted(maps.Keys(nodeOf(is["properties"]))) {
			walk(nodeOf(is["properties"])[name])
		}
		for _, name := range []string{"items", "additionalProperties", "then"} {
			walk(is[name])
		}
		for _, keyword := range []string{"allOf", "anyOf", "oneOf"} {
			for _, one := range list(is[keyword]) {
				walk(one)
			}
		}
		visit(is)
	}
	for _, name := range slices.Sorted(maps.Keys(m.schemas())) {
		walk(m.schemas()[name])
	}
}
