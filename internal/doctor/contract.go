package doctor

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

// contract is what this package needs of the contract.
type contract struct {
	document *specification
	// kinds are the kinds of objects, in an order in which an empty merchant can be filled.
	kinds []*kind
	// known are the words that a report may quote; see vocabulary.
	known map[string]bool
}

// kind is one collection of the API.
type kind struct {
	// noun begins the error codes, as in digital-asset.not-found.
	noun string
	// path is the path of the collection, with its version.
	path string
	// schema is the name of the schema of an object, such as DigitalAsset.
	schema string
	// operations are the operations by their names: list, create, read, update, delete, and the last
	// part of the path of each transition.
	operations map[string]operation
	// object, create and update are the properties of an object, of the body of a create and of the
	// body of an update, by their paths.
	object, create, update properties
	// page is the schema of a page; rows is the property with its objects.
	page *schema
	rows string
}

// operation is one operation of the contract.
type operation struct {
	name, method, path string
	*pathOperation
}

// properties are the properties of a schema, nested ones too, by paths as in [Subject].
type properties map[string]property

// property is one property of a schema.
type property struct {
	// schema is what the property may hold. An alternative null is taken out of it.
	schema *schema
	// nullable says that it may be null; required that its object always has it.
	nullable, required bool
	evidence           string
	// list says that the schema is that of the elements of a list.
	list bool
}

// loadContract reads the contract of the client.
func loadContract() (*contract, error) { return readContract(merchants.OpenAPI) }

func readContract(data []byte) (*contract, error) {
	document, err := readSpecification(data)
	if err != nil {
		return nil, fmt.Errorf("the embedded contract: %w", err)
	}
	c := &contract{document: document}
	for _, described := range merchants.Descriptions() {
		if slices.ContainsFunc(c.kinds, func(k *kind) bool { return k.noun == described.Noun }) {
			continue // Two kinds share the collection.
		}
		k, err := kindOf(document, described.Noun, "/v1/"+described.Path)
		if err != nil {
			return nil, fmt.Errorf("the embedded contract, %s: %w", described.Noun, err)
		}
		c.kinds = append(c.kinds, k)
	}
	c.known = c.vocabulary()
	return c, nil
}

// kindOf collects what a document says of the collection at a path.
func kindOf(document *specification, noun, path string) (*kind, error) {
	k := &kind{noun: noun, path: path, operations: map[string]operation{}}
	for at, item := range document.Paths {
		rest, below := strings.CutPrefix(at, path)
		if !below || rest != "" && rest[0] != '/' {
			continue
		}
		for method, described := range item.Operations {
			if name := operationName(method, rest); name != "" {
				k.operations[name] = operation{name, method, at, described}
			}
		}
	}
	for _, name := range []string{"list", "create", "read", "update", "delete"} {
		if _, there := k.operations[name]; !there {
			return nil, fmt.Errorf("there is no operation to %s an object", name)
		}
	}
	k.page = k.operations["list"].answerSchema()
	for name, property := range k.page.Properties {
		if property.Value.Type.includes("array") {
			k.rows = name
		}
	}
	if k.rows == "" {
		return nil, errors.New("a page has no list of objects")
	}
	row := k.page.Properties[k.rows].Value.Items
	k.schema = row.Ref[strings.LastIndexByte(row.Ref, '/')+1:]
	k.object = propertiesOf(row.Value)
	k.create = propertiesOf(k.operations["create"].requestSchema())
	k.update = propertiesOf(k.operations["update"].requestSchema())
	return k, nil
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
func (o operation) success() (string, *response) {
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
func (o operation) answerSchema() *schema {
	_, answer := o.success()
	if answer == nil {
		return nil
	}
	return jsonSchema(answer.Content)
}

// requestSchema is the schema of the body of a request, or nil.
func (o operation) requestSchema() *schema {
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
func propertiesOf(s *schema) properties {
	found := properties{}
	found.add("", s, nil)
	return found
}

// add collects the properties of a schema at a path. above are the schemas around it, because a
// schema may contain itself.
func (p properties) add(path string, s *schema, above []*schema) {
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
func (p properties) addVariant(path string, variant *schema, above []*schema) {
	of := variant.If.Value.Properties["type"]
	if of == nil || variant.Then == nil {
		return
	}
	for name, reference := range variant.Then.Value.Properties {
		at := fmt.Sprintf("%s:%v", strings.TrimPrefix(path+"."+name, "."), of.Value.Const)
		p.addOne(at, reference, slices.Contains(variant.Then.Value.Required, name), above)
	}
}

func (p properties) addOne(path string, reference *schemaRef, required bool, above []*schema) {
	one := property{required: required, evidence: evidenceOf(reference)}
	one.schema, one.nullable = withoutNull(reference.Value)
	if one.schema.Type.includes("array") && one.schema.Items != nil {
		one.schema, one.list = one.schema.Items.Value, true
	}
	p[path] = one
	p.add(path, one.schema, above)
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
