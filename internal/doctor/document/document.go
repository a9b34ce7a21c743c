// Package document finds and reads the API document of a service, and compares it with the
// contract.
//
// document.go reads it, and compare.go finds our kinds in it. kind.go compares operations,
// object.go the objects that these send and answer. schema.go reads what a schema says of a value.
package document

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/doctor/contract"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

// limit is the size in bytes above which a document is refused.
const limit = 32 << 20

// errNoDocument is the cause when something is not an API document.
var errNoDocument = errors.New("this is not an API document")

// Document is the API document of a service, as plain JSON. It is not checked as a whole: a mistake
// in one place must not hide the rest. A reference that leads out of the document, or nowhere, says
// nothing.
type Document struct {
	root node
}

// node is one JSON object of a document.
type node map[string]any

// Read reads an OpenAPI document of version 3.0 or 3.1, in JSON or YAML, or the script in
// which Swagger UI gets it.
func Read(data []byte) (*Document, error) {
	data = bytes.TrimSpace(bytes.TrimPrefix(data, []byte("\xEF\xBB\xBF")))
	switch {
	case len(data) == 0:
		return nil, fmt.Errorf("%w: it is empty", errNoDocument)
	case len(data) > limit:
		return nil, fmt.Errorf("%w: it is larger than %d MB", errNoDocument, limit>>20)
	case data[0] == '<':
		return nil, fmt.Errorf("%w: it is a web page; save the JSON or YAML that the page loads, such as %s",
			errNoDocument, usualPaths[0])
	}
	root, err := readNode(data)
	if err != nil {
		return nil, err
	}
	switch version := text(root["openapi"]); {
	case strings.HasPrefix(version, "3."):
	case version != "":
		return nil, errors.New("this version of OpenAPI cannot be read, only 3.0 and 3.1")
	case text(root["swagger"]) != "":
		return nil, errors.New("a Swagger 2 document cannot be read: convert it to OpenAPI 3, as with swagger2openapi")
	default:
		return nil, fmt.Errorf("%w: it has neither openapi nor swagger at its top", errNoDocument)
	}
	d := &Document{root}
	if len(d.operations()) == 0 {
		return nil, fmt.Errorf("%w: it describes no operation", errNoDocument)
	}
	return d, nil
}

// script is how the script of Swagger UI holds a document.
var script = []byte(`"swaggerDoc":`)

func readNode(data []byte) (node, error) {
	var value any
	_, assigned, isScript := bytes.Cut(data, script)
	switch {
	case data[0] == '{' || data[0] == '[':
		if err := json.Unmarshal(data, &value); err != nil {
			return nil, notJSON(err)
		}
	case isScript:
		if err := json.NewDecoder(bytes.NewReader(assigned)).Decode(&value); err != nil {
			return nil, notJSON(err)
		}
	default:
		var err error
		if value, err = contract.DecodeYAML(data); err != nil {
			return nil, fmt.Errorf("%w: it is neither JSON nor YAML", errNoDocument)
		}
	}
	root, isObject := value.(map[string]any)
	if !isObject {
		return nil, fmt.Errorf("%w: it is not an object", errNoDocument)
	}
	return root, nil
}

// notJSON says whether JSON is cut off. It does not repeat what stands there.
func notJSON(err error) error {
	wrong, isSyntax := errors.AsType[*json.SyntaxError](err)
	if errors.Is(err, io.ErrUnexpectedEOF) || isSyntax && strings.HasPrefix(wrong.Error(), "unexpected end") {
		return fmt.Errorf("%w: it is cut off", errNoDocument)
	}
	return fmt.Errorf("%w: it is not valid JSON", errNoDocument)
}

// usualPaths are where a service may serve its document: first what NestJS makes of a page at
// /docs/merchants-api, then what is usual.
var usualPaths = []string{
	"/docs/merchants-api-json",
	"/docs/merchants-api-yaml",
	"/docs/merchants-api/swagger-ui-init.js",
	"/docs/merchants-api.json",
	"/docs/merchants-api/openapi.json",
	"/docs/merchants-api/swagger.json",
	"/docs/merchants-api/json",
	"/docs-json",
	"/docs-yaml",
	"/docs/swagger-ui-init.js",
	"/docs/json",
	"/api-json",
	"/api-yaml",
	"/api/swagger-ui-init.js",
	"/api/docs-json",
	"/api/docs/swagger-ui-init.js",
	"/swagger-json",
	"/swagger.json",
	"/openapi.json",
	"/openapi.yaml",
	"/api-docs",
	"/v3/api-docs",
	"/v1/docs-json",
	"/v1/api-json",
	"/v1/openapi.json",
	"/.well-known/openapi.json",
}

// Find asks the service for its document at the usual addresses. It returns where the
// document was, and what it tried. A service without a document is no error.
func Find(ctx context.Context, get func(ctx context.Context, path string) (merchants.Answer, error),
) (found *Document, where string, tried []string, err error) {
	for _, path := range usualPaths {
		answer, err := get(ctx, path)
		if err != nil {
			return nil, "", tried, fmt.Errorf("ask for the API document: %w", err)
		}
		if answer.Status != http.StatusOK {
			tried = append(tried, fmt.Sprintf("%s: %d", path, answer.Status))
			continue
		}
		document, err := Read(answer.Body)
		if err != nil {
			tried = append(tried, fmt.Sprintf("%s: %s", path, err))
			continue
		}
		return document, path, append(tried, path), nil
	}
	return nil, "", tried, nil
}

// Parts of a document

func text(value any) string {
	is, _ := value.(string)
	return is
}

func nodeOf(value any) node {
	switch is := value.(type) {
	case map[string]any:
		return is
	case node:
		return is
	default:
		return nil
	}
}

func list(value any) []any {
	is, _ := value.([]any)
	return is
}

// hops is how many references are followed after each other.
const hops = 16

// at returns the object at a place, after its references. It is nil where there is none.
func (d *Document) at(value any) node {
	is := nodeOf(value)
	for range hops {
		reference, isReference := is["$ref"].(string)
		if !isReference {
			return is
		}
		is = d.target(reference)
	}
	return nil
}

// pointerSigns are the signs that a reference writes in another way.
var pointerSigns = strings.NewReplacer("~1", "/", "~0", "~", "%7B", "{", "%7D", "}")

// target returns what a reference inside the document leads to, or nil.
func (d *Document) target(reference string) node {
	pointer, inside := strings.CutPrefix(reference, "#/")
	if !inside {
		return nil
	}
	var value any = d.root
	for name := range strings.SplitSeq(pointer, "/") {
		value = nodeOf(value)[pointerSigns.Replace(name)]
	}
	return nodeOf(value)
}

// route is one operation of a document.
type route struct {
	// method is in upper case. path is with the path of the server, and form is the path with {} for
	// every parameter.
	method, path, form string
	described          node
	// parameters are those of the path too.
	parameters []node
}

// methods are the methods that an operation can have.
var methods = []string{
	http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodHead,
	http.MethodOptions,
}

// operations are the operations of a document, by form and method.
func (d *Document) operations() []route {
	var found []route
	for path, value := range nodeOf(d.root["paths"]) {
		item := d.at(value)
		for _, method := range methods {
			described := nodeOf(item[strings.ToLower(method)])
			if described == nil {
				continue
			}
			full := d.base(item, described) + "/" + strings.Trim(path, "/")
			r := route{method: method, path: full, form: formOf(full), described: described}
			for _, parameters := range []any{described["parameters"], item["parameters"]} {
				for _, parameter := range list(parameters) {
					r.addParameter(d.at(parameter))
				}
			}
			found = append(found, r)
		}
	}
	slices.SortFunc(found, func(a, b route) int {
		return strings.Compare(a.form+" "+a.path+" "+a.method, b.form+" "+b.path+" "+b.method)
	})
	return found
}

// addParameter adds a parameter, unless the operation has described it already.
func (r *route) addParameter(parameter node) {
	same := func(other node) bool {
		return text(other["name"]) == text(parameter["name"]) && text(other["in"]) == text(parameter["in"])
	}
	if text(parameter["name"]) != "" && !slices.ContainsFunc(r.parameters, same) {
		r.parameters = append(r.parameters, parameter)
	}
}

// base is the path of the server, without a slash at its end.
func (d *Document) base(item, described node) string {
	for _, servers := range []any{described["servers"], item["servers"], d.root["servers"]} {
		if some := list(servers); len(some) > 0 {
			server := nodeOf(some[0])
			address := text(server["url"])
			for name, variable := range nodeOf(server["variables"]) {
				address = strings.ReplaceAll(address, "{"+name+"}", text(nodeOf(variable)["default"]))
			}
			if _, rest, absolute := strings.Cut(address, "://"); absolute {
				_, address, _ = strings.Cut(rest, "/")
			}
			return strings.TrimSuffix("/"+strings.Trim(address, "/"), "/")
		}
	}
	return ""
}

// formOf replaces the parameters of a path, because their names do not matter.
func formOf(path string) string {
	segments := strings.Split(path, "/")
	for i, segment := range segments {
		if strings.HasPrefix(segment, "{") || strings.HasPrefix(segment, ":") {
			segments[i] = "{}"
		}
	}
	return strings.Join(segments, "/")
}

// success returns the status of a success, its description, and whether there is one.
func (d *Document) success(r route) (status string, answer node) {
	for is, value := range nodeOf(r.described["responses"]) {
		if strings.HasPrefix(is, "2") && (status == "" || is < status) {
			status, answer = is, d.at(value)
		}
	}
	return status, answer
}

// body returns the schema of a JSON body, and the other content types if there is none.
func (d *Document) body(described node) (schema any, others []string) {
	content := nodeOf(described["content"])
	for _, name := range slices.Sorted(maps.Keys(content)) {
		kind, _, _ := strings.Cut(name, ";")
		if kind == "application/json" || strings.HasSuffix(kind, "+json") || kind == "*/*" {
			return nodeOf(content[name])["schema"], nil
		}
		others = append(others, kind)
	}
	return nil, others
}
