// Package contract says what the client assumes of the API, by merchants/openapi.yaml, and what it
// means if the service is otherwise.
//
// A [Contract] has kinds of objects, with their operations and properties, and calls outside of
// these. It makes assumptions of them, each with a sentence and its evidence. A [Finding] is an
// assumption and what became of it: who looks at the service fills in the verdict, and
// [Contract.Judge] says what a difference breaks, and what to change. Apart from the prefix /v1, it
// takes every path and property from the contract, so that one that was fitted to the service is
// read as it is now.
package contract

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

// Contract is what the client assumes of the API.
type Contract struct {
	document *specification
	// Kinds are the kinds of objects, in an order in which an empty merchant can be filled.
	Kinds []*Kind
}

// Kind is one collection of the API.
type Kind struct {
	// Noun begins the error codes, as in digital-asset.not-found.
	Noun string
	// Path is the path of the collection, with its version.
	Path string
	// Schema is the name of the schema of an object, such as DigitalAsset.
	Schema string
	// Operations are the operations by their names: list, create, read, update, delete, and the last
	// part of the path of each transition.
	Operations map[string]Operation
	// Object, Create and Update are the properties of an object, of the body of a create and of the
	// body of an update, by their paths.
	Object, Create, Update Properties
	// Page are the properties of a page; Rows is the one with its objects.
	Page Properties
	Rows string
}

// Operation is one operation of the contract.
type Operation struct {
	// Name is the key in the operations of a kind, or the last part of the path of a call. Method is
	// in upper case.
	Name, Method, Path string
	// Status is that of a success.
	Status string
	// Request and Answer are the properties of the body that is sent, and of that of a success; nil if
	// there is none.
	Request, Answer Properties
	// MayBeEmpty says that a success may have no body all the same.
	MayBeEmpty bool
	// Examples are bodies of a request.
	Examples []any
	// LeadsTo is the status after a transition. Irreversible is a type of object for which nothing
	// takes the transition back; "" for none.
	LeadsTo, Irreversible string
	// evidence is documented, observed or assumed.
	evidence  string
	described *pathOperation
}

// operationOf describes an operation.
func operationOf(name, method, path string, described *pathOperation) Operation {
	o := Operation{
		Name: name, Method: method, Path: path, evidence: markOf(described.Extensions), described: described,
	}
	o.LeadsTo, _ = described.Extensions["x-leads-to"].(string)
	o.Irreversible, _ = described.Extensions["x-irreversible"].(string)
	if sent := described.requestSchema(); sent != nil {
		o.Request, o.Examples = propertiesOf(sent), sent.Examples
	}
	status, answer := described.success()
	o.Status = status
	if answer != nil {
		o.MayBeEmpty, _ = answer.Extensions["x-may-be-empty"].(bool)
	}
	if answered := described.answerSchema(); answered != nil {
		o.Answer = propertiesOf(answered)
	}
	return o
}

// Properties are the properties of a schema, nested ones too, by paths as in [Subject].
type Properties map[string]Property

// Property is one property of a schema.
type Property struct {
	// Types are its JSON types, or those of the elements of a list; none means any.
	Types []string
	// IsTime says that it is a time.
	IsTime bool
	// Nullable says that it may be null; Required that its object always has it; List that it is a
	// list.
	Nullable, Required, List bool
	// Default is its value if a create leaves it out.
	Default any
	// Immutable never changes, Frozen not after publishing, and Unique is what two objects of a kind
	// cannot share.
	Immutable, Frozen, Unique bool
	// evidence is documented, observed or assumed.
	evidence string
	// schema is without an alternative null.
	schema *schema
}

// Load reads the contract that is a part of this program.
func Load() (*Contract, error) { return Read(merchants.OpenAPI) }

// Read reads a contract, which is an OpenAPI document in YAML.
func Read(data []byte) (*Contract, error) {
	document, err := readSpecification(data)
	if err != nil {
		return nil, fmt.Errorf("the embedded contract: %w", err)
	}
	c := &Contract{document: document}
	for _, described := range merchants.Descriptions() {
		if slices.ContainsFunc(c.Kinds, func(k *Kind) bool { return k.Noun == described.Noun }) {
			continue // Two kinds share the collection.
		}
		k, err := kindOf(document, described.Noun, "/v1/"+described.Path)
		if err != nil {
			return nil, fmt.Errorf("the embedded contract, %s: %w", described.Noun, err)
		}
		c.Kinds = append(c.Kinds, k)
	}
	return c, nil
}

// ObservedRead is the path of the one GET that a source shows, and that needs no object.
func (c *Contract) ObservedRead() string {
	var paths []string
	for path, item := range c.document.Paths {
		if o := item.Operations[http.MethodGet]; o != nil && markOf(o.Extensions) == "observed" && len(item.Parameters) == 0 {
			paths = append(paths, path)
		}
	}
	slices.Sort(paths)
	return append(paths, "/v1")[0]
}

// Paths are all paths, in order.
func (c *Contract) Paths() []string { return slices.Sorted(maps.Keys(c.document.Paths)) }

// kindOf collects what a document says of the collection at a path.
func kindOf(document *specification, noun, path string) (*Kind, error) {
	k := &Kind{Noun: noun, Path: path, Operations: map[string]Operation{}}
	for at, item := range document.Paths {
		rest, below := strings.CutPrefix(at, path)
		if !below || rest != "" && rest[0] != '/' {
			continue
		}
		for method, described := range item.Operations {
			if name := operationName(method, rest); name != "" {
				k.Operations[name] = operationOf(name, method, at, described)
			}
		}
	}
	for _, name := range []string{"list", "create", "read", "update", "delete"} {
		if _, there := k.Operations[name]; !there {
			return nil, fmt.Errorf("there is no operation to %s an object", name)
		}
	}
	properties := k.Operations["list"].described.answerSchema().Properties
	for name, property := range properties {
		if property.Value.Type.includes("array") {
			k.Rows = name
		}
	}
	if k.Rows == "" {
		return nil, errors.New("a page has no list of objects")
	}
	row := properties[k.Rows].Value.Items
	k.Schema = last(row.Ref)
	k.Object = propertiesOf(row.Value)
	k.Create, k.Update = k.Operations["create"].Request, k.Operations["update"].Request
	k.Page = maps.Clone(k.Operations["list"].Answer)
	maps.DeleteFunc(k.Page, func(path string, _ Property) bool { return strings.ContainsAny(path, ".:") })
	return k, nil
}

// Known are all properties of a kind, with what answers say of those that are also sent.
func (k *Kind) Known() Properties {
	all := Properties{}
	for _, of := range []Properties{k.Create, k.Update, k.Object} {
		maps.Copy(all, of)
	}
	return all
}

// Parameters are the parameters of a list, by what they are for. A whole number is the limit if it
// has a maximum, and the number of the page otherwise.
func (k *Kind) Parameters() (limit, cursor, filter string) {
	for _, parameter := range k.Operations["list"].described.Parameters {
		switch {
		case parameter.Schema == nil || parameter.Schema.Value == nil:
		case parameter.Schema.Value.Type.is("integer") && parameter.Schema.Value.Maximum != nil:
			limit = parameter.Name
		case len(parameter.Schema.Value.Enum) > 0:
			filter = parameter.Name
		default:
			cursor = parameter.Name
		}
	}
	return limit, cursor, filter
}

// PageNames are the properties of a page, by what they are for; "" for none.
func (k *Kind) PageNames() (next, total string) {
	for name, property := range k.Page {
		switch {
		case name == k.Rows:
		case slices.Contains(property.Types, "integer"):
			total = name
		default:
			next = name
		}
	}
	return next, total
}

// operationName names an operation by its method and the rest of its path after the collection.
func operationName(method, rest string) string {
	segments := strings.Split(strings.Trim(rest, "/"), "/")
	switch {
	case rest == "" && method == http.MethodGet:
		return "list"
	case rest == "" && method == http.MethodPost:
		return "create"
	case len(segments) == 2:
		return segments[1]
	case len(segments) > 2 || rest == "":
		return ""
	}
	switch method {
	case http.MethodGet:
		return "read"
	case http.MethodPatch, http.MethodPut, http.MethodPost:
		return "update"
	case http.MethodDelete:
		return "delete"
	default:
		return ""
	}
}

// success returns the status of a success and its answer.
func (o *pathOperation) success() (string, *response) {
	var statuses []string
	for status := range o.Responses {
		if strings.HasPrefix(status, "2") {
			statuses = append(statuses, status)
		}
	}
	if len(statuses) == 0 {
		return "", nil
	}
	status := slices.Min(statuses)
	return status, o.Responses[status]
}

// answerSchema is the schema of the body of a success, or nil.
func (o *pathOperation) answerSchema() *schema {
	_, answer := o.success()
	if answer == nil {
		return nil
	}
	return jsonSchema(answer.Content)
}

// requestSchema is the schema of the body of a request, or nil.
func (o *pathOperation) requestSchema() *schema {
	if o.RequestBody == nil {
		return nil
	}
	return jsonSchema(o.RequestBody.Content)
}

func jsonSchema(body content) *schema {
	media := body["application/json"]
	if media == nil || media.Schema == nil {
		return nil
	}
	return media.Schema.Value
}

// propertiesOf collects the properties of a schema, nested ones too.
func propertiesOf(s *schema) Properties {
	found := Properties{}
	found.add("", s, nil)
	return found
}

// add collects the properties of a schema at a path. above are the schemas around it, because a
// schema may contain itself.
func (p Properties) add(path string, s *schema, above []*schema) {
	if s == nil || slices.Contains(above, s) {
		return
	}
	above = append(slices.Clone(above), s)
	for name, reference := range s.Properties {
		p.addOne(strings.TrimPrefix(path+"."+name, "."), reference, slices.Contains(s.Required, name), above)
	}
	for _, part := range s.AllOf {
		if variant := part.Value; variant != nil && variant.If != nil {
			p.addVariant(path, variant, above)
		} else {
			p.add(path, part.Value, above)
		}
	}
}

// addVariant collects the settings of one type, as in: if the type is code, then typeConfig is that
// of a code.
func (p Properties) addVariant(path string, variant *schema, above []*schema) {
	of := variant.If.Value.Properties["type"]
	if of == nil || variant.Then == nil {
		return
	}
	for name, reference := range variant.Then.Value.Properties {
		at := fmt.Sprintf("%s:%v", strings.TrimPrefix(path+"."+name, "."), of.Value.Const)
		p.addOne(at, reference, slices.Contains(variant.Then.Value.Required, name), above)
	}
}

func (p Properties) addOne(path string, reference *schemaRef, required bool, above []*schema) {
	one := Property{Required: required, evidence: evidenceOf(reference)}
	one.schema, one.Nullable = withoutNull(reference.Value)
	if one.schema.Type.includes("array") && one.schema.Items != nil {
		one.schema, one.List = one.schema.Items.Value, true
	}
	one.Types, one.Default, one.IsTime = one.schema.Type, one.schema.Default, one.schema.isTime()
	one.Immutable, _ = reference.Extensions["x-immutable"].(bool)
	one.Frozen, _ = reference.Extensions["x-frozen"].(bool)
	one.Unique, _ = reference.Extensions["x-unique"].(bool)
	p[path] = one
	p.add(path, one.schema, above)
}

// isTime reports whether a text is a time.
func (s *schema) isTime() bool {
	return s.Format == "date-time" || strings.Contains(s.Pattern, `T\d{2}`) || strings.Contains(s.Pattern, `[Tt]\d{2}`)
}

// withoutNull returns a schema without the alternative null, and whether there was one.
func withoutNull(s *schema) (*schema, bool) {
	kept := slices.DeleteFunc(slices.Clone(s.AnyOf), func(one *schemaRef) bool { return one.Value.Type.is("null") })
	if len(kept) < len(s.AnyOf) && len(kept) == 1 {
		return kept[0].Value, true
	}
	return s, s.Type.includes("null")
}

// evidenceOf returns the mark of a property, which stands beside a reference.
func evidenceOf(reference *schemaRef) string {
	mark, _ := reference.Extensions["x-evidence"].(string)
	if reference.Ref == "" && reference.Value != nil {
		mark, _ = reference.Value.Extensions["x-evidence"].(string)
	}
	return cmp.Or(mark, "assumed")
}
