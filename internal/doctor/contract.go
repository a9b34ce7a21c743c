package doctor

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

// contract is what this package needs of the contract.
type contract struct {
	document *specification
	// kinds are the kinds of objects, in an order in which an empty merchant can be filled.
	kinds []*kind
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
	// page are the properties of a page; rows is the one with its objects.
	page properties
	rows string
}

// operation is one operation of the contract.
type operation struct {
	// name is the key in the operations of a kind.
	name, method, path string
	// status is that of a success.
	status string
	// request and answer are the properties of the body that is sent, and of that of a success; nil if
	// there is none.
	request, answer properties
	// mayBeEmpty says that a success may have no body all the same.
	mayBeEmpty bool
	// examples are bodies of a request.
	examples []any
	// leadsTo is the status after a transition. irreversible is a type of object for which nothing
	// takes the transition back; "" for none.
	leadsTo, irreversible string
	// evidence is documented, observed or assumed.
	evidence  string
	described *pathOperation
}

// operationOf describes an operation.
func operationOf(name, method, path string, described *pathOperation) operation {
	o := operation{
		name: name, method: method, path: path, evidence: markOf(described.Extensions), described: described,
	}
	o.leadsTo, _ = described.Extensions["x-leads-to"].(string)
	o.irreversible, _ = described.Extensions["x-irreversible"].(string)
	if sent := described.requestSchema(); sent != nil {
		o.request, o.examples = propertiesOf(sent), sent.Examples
	}
	status, answer := described.success()
	o.status = status
	if answer != nil {
		o.mayBeEmpty, _ = answer.Extensions["x-may-be-empty"].(bool)
	}
	if answered := described.answerSchema(); answered != nil {
		o.answer = propertiesOf(answered)
	}
	return o
}

// properties are the properties of a schema, nested ones too, by paths as in [Subject].
type properties map[string]property

// property is one property of a schema.
type property struct {
	// types are its JSON types, or those of the elements of a list; none means any.
	types []string
	// isTime says that it is a time.
	isTime bool
	// nullable says that it may be null; required that its object always has it; list that it is a
	// list.
	nullable, required, list bool
	// absent is its value if a create leaves it out.
	absent any
	// immutable never changes, frozen not after publishing, and unique is what two objects of a kind
	// cannot share.
	immutable, frozen, unique bool
	// evidence is documented, observed or assumed.
	evidence string
	// schema is without an alternative null.
	schema *schema
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
	return c, nil
}

// observedRead is the path of the one GET that a source shows, and that needs no object.
func (c *contract) observedRead() string {
	var paths []string
	for path, item := range c.document.Paths {
		if o := item.Operations[http.MethodGet]; o != nil && markOf(o.Extensions) == "observed" && len(item.Parameters) == 0 {
			paths = append(paths, path)
		}
	}
	slices.Sort(paths)
	return append(paths, "/v1")[0]
}

// paths are all paths, in order.
func (c *contract) paths() []string { return slices.Sorted(maps.Keys(c.document.Paths)) }

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
				k.operations[name] = operationOf(name, method, at, described)
			}
		}
	}
	for _, name := range []string{"list", "create", "read", "update", "delete"} {
		if _, there := k.operations[name]; !there {
			return nil, fmt.Errorf("there is no operation to %s an object", name)
		}
	}
	properties := k.operations["list"].described.answerSchema().Properties
	for name, property := range properties {
		if property.Value.Type.includes("array") {
			k.rows = name
		}
	}
	if k.rows == "" {
		return nil, errors.New("a page has no list of objects")
	}
	row := properties[k.rows].Value.Items
	k.schema = last(row.Ref)
	k.object = propertiesOf(row.Value)
	k.create, k.update = k.operations["create"].request, k.operations["update"].request
	k.page = maps.Clone(k.operations["list"].answer)
	maps.DeleteFunc(k.page, func(path string, _ property) bool { return strings.ContainsAny(path, ".:") })
	return k, nil
}

// known are all properties of a kind, with what answers say of those that are also sent.
func (k *kind) known() properties {
	all := properties{}
	for _, of := range []properties{k.create, k.update, k.object} {
		maps.Copy(all, of)
	}
	return all
}

// parameters are the parameters of a list, by what they are for. A whole number is the limit if it
// has a maximum, and the number of the page otherwise.
func (k *kind) parameters() (limit, cursor, filter string) {
	for _, parameter := range k.operations["list"].described.Parameters {
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

// pageNames are the properties of a page, by what they are for; "" for none.
func (k *kind) pageNames() (next, total string) {
	for name, property := range k.page {
		switch {
		case name == k.rows:
		case slices.Contains(property.types, "integer"):
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
	one.types, one.absent, one.isTime = one.schema.Type, one.schema.Default, one.schema.isTime()
	one.immutable, _ = reference.Extensions["x-immutable"].(bool)
	one.frozen, _ = reference.Extensions["x-frozen"].(bool)
	one.unique, _ = reference.Extensions["x-unique"].(bool)
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
