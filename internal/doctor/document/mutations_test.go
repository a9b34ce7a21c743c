package document

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/doctor/contract"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

// mutant is a copy of the contract to be changed.
type mutant struct {
	*rand.Rand
	root node
	// noun is the kind that is changed.
	noun string
	// expected are the harms of what must be blamed, by the ids of findings.
	expected map[string]contract.Harm
	// theirs are what must be proposed in place of ours, by the ids of findings.
	theirs map[string]string
	// told is the list of changes.
	told []string
}

// names of the schemas and paths of the kinds.
var kindNames = map[string]struct{ schema, path string }{
	"user-property": {"UserProperty", "/v1/user-properties"},
	"cohort":        {"Cohort", "/v1/cohorts"},
	"perk":          {"Perk", "/v1/perks"},
	"digital-asset": {"DigitalAsset", "/v1/digital-assets"},
	"badge":         {"Badge", "/v1/badges"},
	"campaign":      {"Campaign", "/v1/campaigns"},
}

// pageHarms are the harms of a page that lacks a property.
var pageHarms = map[string]contract.Harm{
	"data": contract.Breaks, "nextCursor": contract.Breaks, "total": contract.Limits,
}

// contractJSON is the contract in JSON, which is read faster than YAML.
var contractJSON = sync.OnceValue(func() []byte {
	document, err := Read(merchants.OpenAPI)
	if err != nil {
		return nil
	}
	encoded, err := json.Marshal(document.root)
	if err != nil {
		return nil
	}
	return encoded
})

func newMutant(tb testing.TB, random *rand.Rand) *mutant {
	tb.Helper()
	root, err := readNode(contractJSON())
	if err != nil {
		tb.Fatal(err)
	}
	return &mutant{Rand: random, root: root, expected: map[string]contract.Harm{}, theirs: map[string]string{}}
}

func (m *mutant) document(tb testing.TB) []byte {
	tb.Helper()
	encoded, err := json.Marshal(m.root)
	if err != nil {
		tb.Fatal(err)
	}
	return encoded
}

func pick[T any](m *mutant, from ...T) T { return from[m.Intn(len(from))] }

func (m *mutant) schemas() node { return nodeOf(nodeOf(m.root["components"])["schemas"]) }

// schema returns a schema of the kind: Perk, PerkCreate, PerkPatch or PerkPage.
func (m *mutant) schema(part string) node { return nodeOf(m.schemas()[kindNames[m.noun].schema+part]) }

func (m *mutant) paths() node { return nodeOf(m.root["paths"]) }

func (m *mutant) path() string { return kindNames[m.noun].path }

// operation returns an operation of the kind by its name.
func (m *mutant) operation(name string) node {
	switch name {
	case "list":
		return nodeOf(nodeOf(m.paths()[m.path()])["get"])
	case "create":
		return nodeOf(nodeOf(m.paths()[m.path()])["post"])
	case "read":
		return nodeOf(nodeOf(m.paths()[m.path()+"/{id}"])["get"])
	case "update":
		return nodeOf(nodeOf(m.paths()[m.path()+"/{id}"])["patch"])
	case "delete":
		return nodeOf(nodeOf(m.paths()[m.path()+"/{id}"])["delete"])
	default:
		return nodeOf(nodeOf(m.paths()[m.path()+"/{id}/"+name])["post"])
	}
}

// transitions are the transitions of the kind.
func (m *mutant) transitions() []string {
	var found []string
	for path := range m.paths() {
		if rest, under := strings.CutPrefix(path, m.path()+"/{id}/"); under {
			found = append(found, rest)
		}
	}
	slices.Sort(found)
	return found
}

// properties are the names of the properties of a schema, but the given ones.
func (m *mutant) properties(schema node, without ...string) []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(nodeOf(schema["properties"]))), func(name string) bool {
		return slices.Contains(without, name)
	})
}

func (m *mutant) expect(harm contract.Harm, part string, args ...any) {
	m.expected[fmt.Sprintf(m.noun+"."+part, args...)] = harm
}

// propose expects a harm and a proposal.
func (m *mutant) propose(harm contract.Harm, theirs, part string, args ...any) {
	m.expect(harm, part, args...)
	m.theirs[fmt.Sprintf(m.noun+"."+part, args...)] = theirs
}

func (m *mutant) tell(text string, args ...any) {
	m.told = append(m.told, m.noun+": "+fmt.Sprintf(text, args...))
}

// replace sets a property of a schema to a changed copy of itself.
func (m *mutant) replace(schema node, name string, change func(node)) {
	own := m.inlined(nodeOf(schema["properties"])[name])
	change(own)
	nodeOf(schema["properties"])[name] = map[string]any(own)
}

// inlined is a copy of a schema in which references at the top are resolved.
func (m *mutant) inlined(schema any) node {
	document := &Document{m.root}
	copied := maps.Clone(nodeOf(schema))
	for copied["$ref"] != nil {
		target := document.at(schema)
		delete(copied, "$ref")
		maps.Copy(copied, target)
	}
	return copied
}

// rename renames a property of a schema.
func rename(schema node, from, to string) {
	properties := nodeOf(schema["properties"])
	if properties[from] == nil {
		return
	}
	properties[to] = properties[from]
	delete(properties, from)
	for i, name := range list(schema["required"]) {
		if name == from {
			list(schema["required"])[i] = to
		}
	}
}

func remove(schema node, name string) {
	delete(nodeOf(schema["properties"]), name)
	unrequire(schema, name)
}

func unrequire(schema node, name string) {
	schema["required"] = slices.DeleteFunc(list(schema["required"]), func(one any) bool { return one == name })
}

func requireAlso(schema node, name string) {
	schema["required"] = append(list(schema["required"]), name)
}

// isNullable reports whether a property of a schema may be null.
func (m *mutant) isNullable(schema node, name string) bool {
	return (&Document{m.root}).value(nodeOf(schema["properties"])[name]).null
}

// lost is the harm of an object without a property.
func lost(name string) contract.Harm {
	switch name {
	case "createdAt":
		return contract.Limits
	case "updatedAt":
		return contract.Harmless
	default:
		return contract.Breaks
	}
}

// rowLost is the harm of a row without a property.
func rowLost(name string) contract.Harm {
	if lost(name) == contract.Breaks && name != "id" {
		return contract.Limits
	}
	return lost(name)
}

// scope is what a mutation changes.
type scope int

const (
	oneKind scope = iota
	// chosenKind is a kind that the mutation chooses.
	chosenKind
	allKinds
)

// mutation is a kind of change. It reports whether it changed anything.
type mutation struct {
	name  string
	scope scope
	apply func(m *mutant) bool
}

var matters = []mutation{
	{"another path", oneKind, func(m *mutant) bool {
		to := m.path() + pick(m, "-v2", "s", "/items")
		if m.Intn(2) == 0 {
			to = pick(m, "/v1/merchant", "/v1/admin", "/v2") + strings.TrimPrefix(m.path(), "/v1")
		}
		m.tell("path is %s", to)
		m.move(m.path(), to)
		m.propose(contract.Breaks, to, "route")
		return true
	}},
	{"only in another version", oneKind, func(m *mutant) bool {
		m.tell("all is in /v2 as well, and one kind only there")
		for path, item := range maps.Clone(m.paths()) {
			rest := strings.TrimPrefix(path, "/v1")
			if m.paths()["/v2"+rest] = item; strings.HasPrefix(path, m.path()) {
				delete(m.paths(), path)
			}
		}
		m.propose(contract.Breaks, "/v2"+strings.TrimPrefix(m.path(), "/v1"), "route")
		return true
	}},
	{"no path", oneKind, func(m *mutant) bool {
		m.tell("no path")
		for path := range m.paths() {
			if strings.HasPrefix(path, m.path()) {
				delete(m.paths(), path)
			}
		}
		m.expect(contract.Breaks, "route")
		return true
	}},
	{"another base", allKinds, func(m *mutant) bool {
		base := pick(m, "/v2", "/api/v1", "/merchants/v1", "")
		m.tell("base is %s", base)
		m.move("/v1", base)
		m.expected["route"] = contract.Breaks
		return true
	}},
	{"another verb", oneKind, func(m *mutant) bool {
		item := nodeOf(m.paths()[m.path()+"/{id}"])
		to := pick(m, "put", "post")
		m.tell("%s in place of patch", to)
		item[to] = item["patch"]
		delete(item, "patch")
		if to == "put" { // The provider then sends the whole object.
			for _, name := range m.properties(m.schema("Patch")) {
				requireAlso(m.schema("Patch"), name)
			}
		}
		m.propose(contract.Breaks, strings.ToUpper(to)+" "+m.path()+"/{id}", "update.route")
		return true
	}},
	{"no operation", oneKind, func(m *mutant) bool {
		name := pick(m, "list", "create", "read", "update", "delete")
		m.tell("no %s", name)
		method := map[string]string{"create": "post", "update": "patch", "delete": "delete"}[name]
		if method == "" {
			method = "get"
		}
		at := m.path()
		if name != "list" && name != "create" {
			at += "/{id}"
		}
		delete(nodeOf(m.paths()[at]), method)
		m.expect(contract.Breaks, "%s.route", name)
		return true
	}},
	{"no transition", oneKind, func(m *mutant) bool {
		all := m.transitions()
		if len(all) == 0 {
			return false
		}
		name := pick(m, all...)
		at := m.path() + "/{id}/" + name
		other := map[string]string{
			"publish": "activate", "end": "close", "archive": "disable", "unarchive": "restore",
		}[name]
		if m.Intn(2) == 0 {
			m.tell("%s is called %s", name, other)
			m.paths()[m.path()+"/{id}/"+other] = m.paths()[at]
			m.propose(contract.Breaks, "POST "+m.path()+"/{id}/"+other, "%s.route", name)
		} else {
			m.tell("no %s", name)
			m.propose(contract.Breaks, "", "%s.route", name)
			m.paths()[at+"ed"] = map[string]any{"get": m.operation("read")}
		}
		delete(m.paths(), at)
		return true
	}},
	{"status by an update", oneKind, func(m *mutant) bool {
		all := m.transitions()
		if len(all) == 0 {
			return false
		}
		m.tell("status by an update")
		for _, name := range all {
			delete(m.paths(), m.path()+"/{id}/"+name)
			m.propose(contract.Breaks, "PATCH "+m.path()+"/{id} with status", "%s.route", name)
		}
		nodeOf(m.schema("Patch")["properties"])["status"] = nodeOf(m.schema("")["properties"])["status"]
		return true
	}},
	{"another parameter", oneKind, func(m *mutant) bool {
		name := pick(m, "limit", "cursor")
		to := map[string][]string{
			"limit": {"pageSize", "take", "per_page", ""}, "cursor": {"page", "after", "offset", ""},
		}[name]
		harm := map[string]contract.Harm{"limit": contract.Limits, "cursor": contract.Breaks}[name]
		other := pick(m, to...)
		m.tell("parameter %s is %q", name, other)
		m.parameter(name, func(parameter node) bool {
			parameter["name"] = other
			return other != ""
		})
		m.propose(harm, other, "list.parameter.%s", name)
		return true
	}},
	{"small pages", oneKind, func(m *mutant) bool {
		m.tell("at most 50 rows")
		m.parameter("limit", func(parameter node) bool {
			parameter["schema"] = map[string]any{"type": "integer", "minimum": 1.0, "maximum": 50.0}
			return true
		})
		m.expect(contract.Breaks, "list.parameter.limit")
		return true
	}},
	{"a parameter more", oneKind, func(m *mutant) bool {
		name := pick(m, "list", "create", "read", "update", "delete")
		in := pick(m, "query", "header")
		m.tell("%s demands a parameter", name)
		o := m.operation(name)
		o["parameters"] = append(list(o["parameters"]), map[string]any{
			"name": "x-organization", "in": in, "required": true, "schema": map[string]any{"type": "string"},
		})
		m.expect(contract.Breaks, "%s.parameter", name)
		return true
	}},
	{"another page", oneKind, func(m *mutant) bool {
		name := pick(m, "data", "nextCursor", "total")
		to := pick(m, map[string][]string{
			"data": {"items", "results"}, "nextCursor": {"next", "endCursor"}, "total": {"count", "totalItems"},
		}[name]...)
		m.tell("%s is %s in a page", name, to)
		rename(m.schema("Page"), name, to)
		m.propose(pageHarms[name], to, "list.page.%s", name)
		return true
	}},
	{"a bare list", oneKind, func(m *mutant) bool {
		m.tell("a list is an array")
		rows := nodeOf(m.schema("Page")["properties"])["data"]
		m.setBody(nodeOf(nodeOf(m.operation("list")["responses"])["200"]), rows)
		m.expect(contract.Harmless, "list.page.data")
		m.expect(contract.Breaks, "list.page.nextCursor")
		m.expect(contract.Limits, "list.page.total")
		return true
	}},
	{"a page may lack", oneKind, func(m *mutant) bool {
		name := pick(m, "data", "nextCursor", "total")
		m.tell("a page may lack %s", name)
		unrequire(m.schema("Page"), name)
		m.expect(pageHarms[name], "list.page.%s", name)
		return true
	}},
	{"a renamed property", oneKind, func(m *mutant) bool {
		name := pick(m, m.properties(m.schema(""), "type")...)
		to := pick(m, name+"Value", "the"+strings.ToUpper(name[:1])+name[1:], strings.ToUpper(name))
		m.tell("%s is called %s", name, to)
		m.propose(lost(name), to, "answer.%s", name)
		for part, operation := range map[string]string{"Create": "create", "Patch": "update"} {
			if nodeOf(m.schema(part)["properties"])[name] != nil {
				m.propose(contract.Breaks, to, "%s.request.%s", operation, name)
			}
			rename(m.schema(part), name, to)
		}
		rename(m.schema(""), name, to)
		m.renameInConditions(name, to)
		return true
	}},
	{"no property", oneKind, func(m *mutant) bool {
		name := pick(m, m.properties(m.schema(""))...)
		m.tell("an object has no %s", name)
		remove(m.schema(""), name)
		if name == "typeConfig" {
			delete(m.schema(""), "allOf")
		}
		m.expect(lost(name), "answer.%s", name)
		return true
	}},
	{"a property that is only sent", oneKind, func(m *mutant) bool {
		name := pick(m, m.properties(m.schema(""), "type", "typeConfig")...)
		m.tell("no answer has %s", name)
		m.replace(m.schema(""), name, func(is node) { is["writeOnly"] = true })
		m.expect(lost(name), "answer.%s", name)
		return true
	}},
	{"a property that cannot be sent", oneKind, func(m *mutant) bool {
		part, operation := "Create", "create"
		if m.Intn(2) == 0 {
			part, operation = "Patch", "update"
		}
		name := pick(m, m.properties(m.schema(part))...)
		m.tell("%s does not take %s", operation, name)
		remove(m.schema(part), name)
		if name == "typeConfig" {
			delete(m.schema(part), "allOf")
		}
		harm := contract.Breaks
		if operation == "update" && name == "type" && m.noun != "perk" {
			harm = contract.Harmless
		}
		m.expect(harm, "%s.request.%s", operation, name)
		return true
	}},
	{"another type in answers", oneKind, func(m *mutant) bool {
		name := pick(m, m.properties(m.schema(""), "type", "typeConfig", "status", "visibility", "updatedAt")...)
		to := pick(m, "integer", "array", "boolean")
		m.tell("%s is %s", name, to)
		typed := nodeOf(nodeOf(m.schema("")["properties"])[name])["type"]
		if typed == to || slices.Contains(list(typed), any(to)) || to == "array" && name == "rewards" {
			return false
		}
		nodeOf(m.schema("")["properties"])[name] = map[string]any{"type": to, "items": map[string]any{"type": "string"}}
		named := name == "name" || name == "id" || name == "cohortId"
		switch {
		case name == "createdAt":
			m.expect(contract.Limits, "answer.%s", name)
		case named && to != "array":
			m.expect(contract.Harmless, "answer.%s", name)
		default:
			m.expect(contract.Breaks, "answer.%s", name)
		}
		return true
	}},
	{"null in answers", oneKind, func(m *mutant) bool {
		names := slices.DeleteFunc(m.properties(m.schema(""), "typeConfig"), func(name string) bool {
			return m.isNullable(m.schema(""), name)
		})
		name := pick(m, names...)
		m.tell("%s can be null", name)
		is := nodeOf(m.schema("")["properties"])[name]
		nodeOf(m.schema("")["properties"])[name] = map[string]any{"anyOf": []any{is, map[string]any{"type": "null"}}}
		harm := rowLost(name)
		m.expect(harm, "answer.%s", name)
		return true
	}},
	{"an answer may lack", oneKind, func(m *mutant) bool {
		name := pick(m, m.properties(m.schema(""))...)
		m.tell("an object may lack %s", name)
		unrequire(m.schema(""), name)
		harm := rowLost(name)
		m.expect(harm, "list.answer.%s", name)
		if m.isNullable(m.schema(""), name) {
			harm = contract.Harmless
		}
		m.expect(harm, "answer.%s", name)
		return true
	}},
	{"rows without a property", oneKind, func(m *mutant) bool {
		name := pick(m, m.properties(m.schema(""), "typeConfig")...)
		m.tell("a row has no %s", name)
		row := m.inlined(map[string]any{"$ref": "#/components/schemas/" + kindNames[m.noun].schema})
		row["properties"] = maps.Clone(nodeOf(row["properties"]))
		row["required"] = slices.Clone(list(row["required"]))
		remove(row, name)
		delete(row, "allOf")
		m.replace(m.schema("Page"), "data", func(rows node) { rows["items"] = map[string]any(row) })
		m.expect(rowLost(name), "list.answer.%s", name)
		return name != "type"
	}},
	{"values are limited", oneKind, func(m *mutant) bool {
		part, operation := "Create", "create"
		if m.Intn(2) == 0 {
			part, operation = "Patch", "update"
		}
		name := "internalName"
		if nodeOf(m.schema(part)["properties"])[name] == nil {
			name = "name"
		}
		keyword := pick(m, "maxLength", "minLength", "pattern", "format")
		limit := map[string]any{"maxLength": 80.0, "minLength": 3.0, "pattern": "^[a-z]+$", "format": "email"}[keyword]
		m.tell("%s of %s has %s", name, operation, keyword)
		m.replace(m.schema(part), name, func(is node) { is[keyword] = limit })
		m.expect(contract.Limits, "%s.request.%s", operation, name)
		return true
	}},
	{"null is refused", oneKind, func(m *mutant) bool {
		patch := m.schema("Patch")
		names := slices.DeleteFunc(m.properties(patch, "typeConfig"), func(name string) bool {
			return !m.isNullable(patch, name)
		})
		if len(names) == 0 {
			return false
		}
		name := pick(m, names...)
		m.tell("an update cannot clear %s", name)
		m.replace(patch, name, func(is node) {
			if types := list(is["type"]); types != nil {
				is["type"] = types[0]
			}
			if choices := list(is["anyOf"]); choices != nil {
				is["anyOf"] = choices[:1]
			}
			if words := list(is["enum"]); words != nil {
				is["enum"] = slices.DeleteFunc(slices.Clone(words), func(word any) bool { return word == nil })
			}
		})
		m.expect(contract.Breaks, "update.request.%s", name)
		return true
	}},
	{"must be sent", oneKind, func(m *mutant) bool {
		part, operation, harm := "Create", "create", contract.Limits
		if m.Intn(2) == 0 {
			part, operation, harm = "Patch", "update", contract.Breaks
		}
		required := list(m.schema(part)["required"])
		names := slices.DeleteFunc(m.properties(m.schema(part)), func(name string) bool {
			return slices.Contains(required, any(name))
		})
		name := pick(m, names...)
		m.tell("%s must have %s", operation, name)
		requireAlso(m.schema(part), name)
		m.expect(harm, "%s.request.%s", operation, name)
		return true
	}},
	{"an unknown property must be sent", oneKind, func(m *mutant) bool {
		part, operation := "Create", "create"
		if m.Intn(2) == 0 {
			part, operation = "Patch", "update"
		}
		m.tell("%s must have a property more", operation)
		nodeOf(m.schema(part)["properties"])["brand"] = map[string]any{"type": "string"}
		requireAlso(m.schema(part), "brand")
		m.expect(contract.Breaks, "%s.request", operation)
		return true
	}},
	{"another type in requests", oneKind, func(m *mutant) bool {
		part, operation := "Create", "create"
		if m.Intn(2) == 0 {
			part, operation = "Patch", "update"
		}
		name := pick(m, m.properties(m.schema(part), "type", "typeConfig", "rewards", "maxSupply")...)
		m.tell("%s takes a number as %s", operation, name)
		nodeOf(m.schema(part)["properties"])[name] = map[string]any{"type": []any{"integer", "null"}}
		m.expect(contract.Breaks, "%s.request.%s", operation, name)
		return true
	}},
	{"another word", oneKind, func(m *mutant) bool {
		path, word := m.word()
		if path == "" {
			return false
		}
		to := pick(m, strings.ToUpper(word), "", word+"-now")
		m.tell("word %s of %s is %q", word, path, to)
		m.eachEnum(path, func(words []any) []any {
			at := slices.Index(words, any(word))
			if at < 0 {
				return words
			}
			if to == "" {
				return slices.Delete(slices.Clone(words), at, at+1)
			}
			words = slices.Clone(words)
			words[at] = to
			return words
		})
		m.propose(contract.Breaks, to, "words.%s.%s", path, word)
		return true
	}},
	{"upper case", oneKind, func(m *mutant) bool {
		path, _ := m.word()
		if path == "" {
			return false
		}
		m.tell("words of %s in upper case", path)
		m.eachEnum(path, func(words []any) []any {
			words = slices.Clone(words)
			for i, word := range words {
				if word != nil {
					words[i] = strings.ToUpper(text(word))
					m.expect(contract.Breaks, "words.%s.%s", path, text(word))
				}
			}
			return words
		})
		return true
	}},
	{"a word more", oneKind, func(m *mutant) bool {
		path, _ := m.word()
		if path == "" {
			return false
		}
		m.tell("%s has a word more", path)
		m.eachEnum(path, func(words []any) []any { return append(slices.Clone(words), "paused") })
		m.expect(contract.Limits, "words.%s", path)
		return true
	}},
	{"another status of a success", oneKind, func(m *mutant) bool {
		name := pick(m, "create", "delete", "update", "read")
		answers := nodeOf(m.operation(name)["responses"])
		from := "200"
		if name == "create" {
			from = "201"
		}
		to := map[string]string{"create": "200", "delete": "204", "update": "202", "read": "203"}[name]
		m.tell("%s answers %s", name, to)
		answers[to] = answers[from]
		delete(answers, from)
		m.expect(contract.Harmless, "%s.answer", name)
		return true
	}},
	{"an empty answer", oneKind, func(m *mutant) bool {
		name := pick(m, "create", "update")
		m.tell("%s answers nothing", name)
		for status, answer := range nodeOf(m.operation(name)["responses"]) {
			if strings.HasPrefix(status, "2") {
				delete(nodeOf(answer), "content")
			}
		}
		m.expect(contract.Limits, "%s.answer", name)
		return true
	}},
	{"a wrapped answer", oneKind, func(m *mutant) bool {
		name := pick(m, "create", "read", "update")
		m.tell("%s wraps its answer", name)
		m.wrap(name, pick(m, "data", "result", "item"))
		m.expect(contract.Breaks, "%s.answer", name)
		return true
	}},
	{"all answers wrapped", allKinds, func(m *mutant) bool {
		property := pick(m, "data", "result", "payload")
		m.tell("all answers are wrapped in %s", property)
		for noun := range kindNames {
			m.noun = noun
			for _, name := range append([]string{"create", "read", "update"}, m.transitions()...) {
				m.wrap(name, property)
			}
		}
		m.expected["answer"] = contract.Breaks
		return true
	}},
	{"another status of refusals", allKinds, func(m *mutant) bool {
		from, to, harm := "417", pick(m, "400", "422"), contract.Harmless
		if m.Intn(2) == 0 {
			from, to, harm = "404", "410", contract.Breaks
		}
		m.tell("%s in place of %s", to, from)
		for _, item := range m.paths() {
			for _, o := range nodeOf(item) {
				if answers := nodeOf(nodeOf(o)["responses"]); answers[from] != nil {
					answers[to] = answers[from]
					delete(answers, from)
				}
			}
		}
		m.expected["error.words.status."+from] = harm
		return true
	}},
	{"another form of errors", allKinds, func(m *mutant) bool {
		form := nodeOf(m.schemas()["Error"])
		name, to := pick(m, "code", "message"), pick(m, "", "x")
		harm := map[string]contract.Harm{"code": contract.Breaks, "message": contract.Limits}[name]
		m.tell("errors have %s%s in place of %[2]s", to, name)
		if to == "" {
			remove(form, name)
		} else {
			rename(form, name, name+"Text")
		}
		m.expected["error.answer."+name] = harm
		return true
	}},
	{"another way to show the key", allKinds, func(m *mutant) bool {
		m.tell("the key has a header of its own")
		nodeOf(m.root["components"])["securitySchemes"] = map[string]any{
			"apiKey":    map[string]any{"type": "apiKey", "in": "header", "name": "X-API-Key"},
			"dashboard": map[string]any{"type": "http", "scheme": "bearer"},
		}
		m.expected["parameter.Authorization"] = contract.Breaks
		return true
	}},
	{"another form of a request", oneKind, func(m *mutant) bool {
		name := pick(m, "create", "update")
		m.tell("%s is a form", name)
		content := nodeOf(nodeOf(m.operation(name)["requestBody"])["content"])
		content["multipart/form-data"] = content["application/json"]
		delete(content, "application/json")
		m.expect(contract.Breaks, "%s.request", name)
		return true
	}},
	{"a nested property", chosenKind, func(m *mutant) bool {
		one := pick(m, nested...)
		m.noun = one.noun
		m.tell("%s has no %s", strings.Join(one.schemas, " and "), one.property)
		to := pick(m, "", one.property+"Value")
		if one.noun == "user" { // An object without any property is one that is not described.
			to = one.property + "Value"
		}
		for _, name := range one.schemas {
			schema := nodeOf(m.schemas()[name])
			if to == "" {
				remove(schema, one.property)
			} else {
				rename(schema, one.property, to)
			}
		}
		for _, id := range one.expected {
			m.expect(contract.Breaks, "%s", id)
		}
		return true
	}},
	{"a nested word", chosenKind, func(m *mutant) bool {
		one := pick(m, nestedWords...)
		m.noun = one.noun
		to := pick(m, strings.ToUpper(one.word), one.word+"-x")
		m.tell("word %s of %s is %s", one.word, one.path, to)
		for _, name := range one.schemas {
			m.replace(nodeOf(m.schemas()[name]), one.property, func(is node) {
				words := slices.Clone(list(is["enum"]))
				words[slices.Index(words, any(one.word))] = to
				is["enum"] = words
			})
		}
		m.propose(contract.Breaks, to, "words.%s.%s", one.path, one.word)
		return true
	}},
	{"texts in some languages", oneKind, func(m *mutant) bool {
		if m.noun == "cohort" || m.noun == "user-property" || m.noun == "campaign" {
			return false
		}
		m.tell("a title has two languages")
		languages := map[string]any{
			"type": "object", "additionalProperties": false,
			"properties": map[string]any{"en": map[string]any{"type": "string"}, "fr": map[string]any{"type": "string"}},
		}
		nodeOf(m.schema("Create")["properties"])["title"] = languages
		m.expect(contract.Limits, "create.request.title")
		return true
	}},
	{"texts in another form", oneKind, func(m *mutant) bool {
		if m.noun == "cohort" || m.noun == "user-property" || m.noun == "campaign" {
			return false
		}
		m.tell("a title is a list")
		nodeOf(m.schema("")["properties"])["title"] = pick(m,
			map[string]any{"type": "array", "items": map[string]any{"type": "object"}},
			map[string]any{"type": "object", "additionalProperties": map[string]any{"type": "object"}},
			map[string]any{"type": "string"},
		)
		m.expect(contract.Breaks, "answer.title")
		return true
	}},
	{"a closed catalog", chosenKind, func(m *mutant) bool {
		m.noun = "perk"
		m.tell("a create takes only some types")
		m.replace(m.schema("Create"), "type", func(is node) {
			is["enum"] = []any{"none", "code", "link", "shopify-discount", "voucher"}
		})
		m.expect(contract.Limits, "create.request.type")
		return true
	}},
	{"dates in place of times", chosenKind, func(m *mutant) bool {
		name, part := "startAt", pick(m, "", "Create")
		if m.noun = pick(m, "perk", "campaign"); m.noun == "perk" {
			name = "expiresAt"
		}
		m.tell("%s of %q is a date", name, part)
		nodeOf(m.schema(part)["properties"])[name] = map[string]any{"type": []any{"string", "null"}, "format": "date"}
		m.expect(contract.Limits, map[string]string{"": "answer.%s", "Create": "create.request.%s"}[part], name)
		return true
	}},
	{"a list of messages", allKinds, func(m *mutant) bool {
		m.tell("an error has a list of messages")
		nodeOf(nodeOf(m.schemas()["Error"])["properties"])["message"] = map[string]any{
			"type": "array", "items": map[string]any{"type": "string"},
		}
		m.expected["error.answer.message"] = contract.Harmless
		return true
	}},
	{"settings under another name", chosenKind, func(m *mutant) bool {
		m.noun = pick(m, "perk", "campaign")
		m.tell("typeConfig is called config")
		for _, part := range []string{"", "Create", "Patch"} {
			rename(m.schema(part), "typeConfig", "config")
		}
		m.renameInConditions("typeConfig", "config")
		m.propose(contract.Breaks, "config", "answer.typeConfig")
		m.propose(contract.Breaks, "config", "create.request.typeConfig")
		m.expect(contract.Breaks, "update.request.typeConfig")
		return true
	}},
	{"another call", chosenKind, func(m *mutant) bool {
		m.noun = "user"
		m.tell("auth-token is elsewhere")
		m.move("/v1/users/auth-token", pick(m, "/v1/users/token", "/v1/auth-token"))
		m.expect(contract.Breaks, "auth-token.route")
		return true
	}},
}

// nested are properties below others.
var nested = []struct {
	noun     string
	schemas  []string
	property string
	expected []string
}{
	{"perk", []string{"CodeConfig"}, "code", everywhere("typeConfig:code.code")},
	{"perk", []string{"LinkConfig"}, "url", everywhere("typeConfig:link.url")},
	{"perk", []string{"ShopifyDiscountConfig"}, "discountName", everywhere("typeConfig:shopify-discount.discountName")},
	{"perk", []string{"ShopifyDiscountConfig"}, "value", everywhere("typeConfig:shopify-discount.value")},
	{
		"campaign",
		[]string{"Step", "StepInput"},
		"title",
		everywhere("typeConfig:challenge.steps.title"),
	},
	{"campaign", []string{"Reward"}, "quantity", []string{"answer.rewards.quantity"}},
	{"campaign", []string{"RewardInput"}, "rewardId", []string{
		"create.request.rewards.rewardId", "update.request.rewards.rewardId",
	}},
	{"campaign", []string{"Price"}, "amount", everywhere("rewards.price.amount")},
	{
		"campaign",
		[]string{"ChallengeConfig", "ChallengeConfigInput"},
		"optInCta",
		everywhere("typeConfig:challenge.optInCta"),
	},
	{"campaign", []string{"RaffleConfig", "RaffleConfigInput"}, "drawAt", everywhere(
		"distribution.typeConfig:raffle.drawAt")},
	{"campaign", []string{"TriggerInput"}, "typeConfig", []string{
		"create.request.typeConfig:challenge.steps.triggers.typeConfig",
		"update.request.typeConfig:challenge.steps.triggers.typeConfig",
	}},
	{"cohort", []string{"EventCondition", "EventConditionInput"}, "withinDays", everywhere(
		"conditions.groups.conditions.typeConfig:event.withinDays")},
	{"cohort", []string{"Conditions", "ConditionsInput"}, "operator", everywhere("conditions.operator")},
	{"merchant", []string{"BannerConfig"}, "selector", []string{
		"campaign-diffusion-configuration.answer.typeConfig:banner.selector",
	}},
	{"user", []string{"AuthToken"}, "authToken", []string{"auth-token.answer.authToken"}},
	{"user", []string{"AuthTokenCreate"}, "email", []string{"auth-token.request.email"}},
}

// nestedWords are words below others.
var nestedWords = []struct {
	noun           string
	schemas        []string
	property, word string
	path           string
}{
	{"perk", []string{"ShopifyDiscountConfig"}, "discountType", "percentage", "typeConfig:shopify-discount.discountType"},
	{"campaign", []string{"Reward", "RewardInput"}, "type", "digital-asset", "rewards.type"},
	{"campaign", []string{"Reward"}, "type", "perk", "rewards.type"},
	{"cohort", []string{"Conditions", "ConditionsInput"}, "operator", "and", "conditions.operator"},
	{"cohort", []string{"ConditionGroupInput"}, "operator", "or", "conditions.groups.operator"},
	{
		"cohort",
		[]string{"EventCondition", "EventConditionInput"},
		"operator", "has-done",
		"conditions.groups.conditions.typeConfig:event.operator",
	},
	{"merchant", []string{"ToastConfig"}, "position", "bottom-left", "typeConfig:toast.position"},
}

func everywhere(path string) []string {
	return []string{"answer." + path, "create.request." + path, "update.request." + path}
}

// move moves all paths below one.
func (m *mutant) move(from, to string) {
	for _, path := range slices.Sorted(maps.Keys(m.paths())) {
		if rest, under := strings.CutPrefix(path, from); under && (rest == "" || rest[0] == '/') {
			m.paths()[to+rest] = m.paths()[path]
			delete(m.paths(), path)
		}
	}
}

// parameter changes a parameter of the list, or removes it if change reports false.
func (m *mutant) parameter(name string, change func(node) bool) {
	o := m.operation("list")
	var kept []any
	for _, one := range list(o["parameters"]) {
		own := m.inlined(one)
		if own["name"] != name || change(own) {
			kept = append(kept, map[string]any(own))
		}
	}
	o["parameters"] = kept
}

func (m *mutant) setBody(answer node, schema any) {
	answer["content"] = map[string]any{"application/json": map[string]any{"schema": schema}}
}

// wrap puts the answer of an operation into a property.
func (m *mutant) wrap(name, property string) {
	for status, answer := range nodeOf(m.operation(name)["responses"]) {
		if strings.HasPrefix(status, "2") {
			schema, _ := (&Document{m.root}).body(nodeOf(answer))
			m.setBody(nodeOf(answer), map[string]any{
				"type": "object", "required": []any{property}, "properties": map[string]any{property: schema},
			})
		}
	}
}

// renameInConditions renames a property in the conditions of the schemas of the kind.
func (m *mutant) renameInConditions(from, to string) {
	for _, part := range []string{"", "Create", "Patch"} {
		for _, condition := range list(m.schema(part)["allOf"]) {
			for _, side := range []string{"if", "then"} {
				rename(nodeOf(nodeOf(condition)[side]), from, to)
			}
		}
	}
}

// word returns a word of the kind and the path of its property.
func (m *mutant) word() (path, word string) {
	var paths []string
	for name, schema := range nodeOf(m.schema("")["properties"]) {
		if len(list(nodeOf(schema)["enum"])) > 0 && name != "type" {
			paths = append(paths, name)
		}
	}
	if len(paths) == 0 {
		return "", ""
	}
	slices.Sort(paths)
	path = pick(m, paths...)
	words := list(nodeOf(nodeOf(m.schema("")["properties"])[path])["enum"])
	return path, text(pick(m, words...))
}

// eachEnum changes the words of a property in all schemas of the kind.
func (m *mutant) eachEnum(path string, change func([]any) []any) {
	for _, part := range []string{"", "Create", "Patch"} {
		if is := nodeOf(nodeOf(m.schema(part)["properties"])[path]); is["enum"] != nil {
			is["enum"] = change(list(is["enum"]))
		}
	}
}
