package contract

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// A library for OpenAPI would be shipped with the provider, and nearly double the time that it
// takes to start. This is what doctor needs of the contract. The tests check all of the contract
// with a library.

// specification is an OpenAPI 3.1 document of which every reference leads to a component.
type specification struct {
	Paths      map[string]*pathItem `json:"paths"`
	Components struct {
		Schemas         map[string]*schemaRef      `json:"schemas"`
		Responses       map[string]*response       `json:"responses"`
		Parameters      map[string]*parameter      `json:"parameters"`
		SecuritySchemes map[string]*securityScheme `json:"securitySchemes"`
	} `json:"components"`
}

// pathItem is what can be done at a path.
type pathItem struct {
	Parameters []*parameter              `json:"parameters"`
	Operations map[string]*pathOperation // by method, in upper case
}

type pathOperation struct {
	Parameters  []*parameter `json:"parameters"`
	RequestBody *struct {
		Content content `json:"content"`
	} `json:"requestBody"`
	Responses  map[string]*response `json:"responses"`
	Extensions extensions
}

type parameter struct {
	Ref        string     `json:"$ref"`
	Name       string     `json:"name"`
	In         string     `json:"in"`
	Schema     *schemaRef `json:"schema"`
	Extensions extensions
}

type response struct {
	Ref        string  `json:"$ref"`
	Content    content `json:"content"`
	Extensions extensions
}

type securityScheme struct{ Extensions extensions }

// content is a body by its media type.
type content map[string]*struct {
	Schema *schemaRef `json:"schema"`
}

// schemaRef is a schema at one place. Its extensions stand beside the reference.
type schemaRef struct {
	Ref        string
	Value      *schema
	Extensions extensions
}

type schema struct {
	Type       types                 `json:"type"`
	Enum       []any                 `json:"enum"`
	Const      any                   `json:"const"`
	Default    any                   `json:"default"`
	Format     string                `json:"format"`
	Pattern    string                `json:"pattern"`
	Maximum    *float64              `json:"maximum"`
	Examples   []any                 `json:"examples"`
	Properties map[string]*schemaRef `json:"properties"`
	Required   []string              `json:"required"`
	Items      *schemaRef            `json:"items"`
	AllOf      []*schemaRef          `json:"allOf"`
	AnyOf      []*schemaRef          `json:"anyOf"`
	If         *schemaRef            `json:"if"`
	Then       *schemaRef            `json:"then"`
	Extensions extensions
}

// extensions are all keys of an object; those of an extension begin with x-.
type extensions map[string]any

// types are the JSON types that a schema allows.
type types []string

func (t types) is(name string) bool       { return len(t) == 1 && t[0] == name }
func (t types) includes(name string) bool { return slices.Contains(t, name) }

// readSpecification reads an OpenAPI document in YAML.
func readSpecification(data []byte) (*specification, error) {
	value, err := DecodeYAML(data)
	if err != nil {
		return nil, err
	}
	encoded, err := json.Marshal(value)
	if err != nil {
		return nil, err
	}
	s := &specification{}
	if err := json.Unmarshal(encoded, s); err != nil {
		return nil, err
	}
	return s, s.resolve()
}

// DecodeYAML decodes YAML into what encoding/json would decode from the same document in JSON.
func DecodeYAML(data []byte) (any, error) {
	var value any
	err := yaml.Unmarshal(data, &value)
	return plain(value), err
}

// plain gives all names of a YAML document as texts: a status without quotes is a number.
func plain(value any) any {
	switch value := value.(type) {
	case map[string]any:
		for name, nested := range value {
			value[name] = plain(nested)
		}
		return value
	case map[any]any:
		object := make(map[string]any, len(value))
		for name, nested := range value {
			object[fmt.Sprint(name)] = plain(nested)
		}
		return object
	case []any:
		for i, nested := range value {
			value[i] = plain(nested)
		}
		return value
	case int:
		return float64(value)
	default:
		return value
	}
}

// UnmarshalJSON accepts a type or a list of types.
func (t *types) UnmarshalJSON(data []byte) error {
	var one string
	if json.Unmarshal(data, &one) == nil {
		*t = types{one}
		return nil
	}
	return json.Unmarshal(data, (*[]string)(t))
}

// UnmarshalJSON keeps the extensions.
func (i *pathItem) UnmarshalJSON(data []byte) error {
	type plain pathItem
	var all map[string]json.RawMessage
	if err := decodeAll(data, (*plain)(i), &all); err != nil {
		return err
	}
	i.Operations = map[string]*pathOperation{}
	for _, method := range []string{
		http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete,
	} {
		if raw, there := all[strings.ToLower(method)]; there {
			i.Operations[method] = &pathOperation{}
			if err := json.Unmarshal(raw, i.Operations[method]); err != nil {
				return err
			}
		}
	}
	return nil
}

// UnmarshalJSON keeps the extensions.
func (o *pathOperation) UnmarshalJSON(data []byte) error {
	type plain pathOperation
	return decodeAll(data, (*plain)(o), &o.Extensions)
}

// UnmarshalJSON keeps the extensions.
func (p *parameter) UnmarshalJSON(data []byte) error {
	type plain parameter
	return decodeAll(data, (*plain)(p), &p.Extensions)
}

// UnmarshalJSON keeps the extensions.
func (r *response) UnmarshalJSON(data []byte) error {
	type plain response
	return decodeAll(data, (*plain)(r), &r.Extensions)
}

// UnmarshalJSON keeps the extensions.
func (s *securityScheme) UnmarshalJSON(data []byte) error { return json.Unmarshal(data, &s.Extensions) }

// UnmarshalJSON reads a schema, or a reference to one.
func (r *schemaRef) UnmarshalJSON(data []byte) error {
	r.Value = &schema{}
	if err := decodeAll(data, r.Value, &r.Extensions); err != nil {
		return err
	}
	r.Ref, _ = r.Extensions["$ref"].(string)
	r.Value.Extensions = r.Extensions
	return nil
}

// decodeAll decodes an object twice: what has a field, and all of it.
func decodeAll(data []byte, into, all any) error {
	if err := json.Unmarshal(data, into); err != nil {
		return err
	}
	return json.Unmarshal(data, all)
}

// resolve replaces every reference by what it leads to.
func (s *specification) resolve() error {
	r := resolver{s, map[*schemaRef]bool{}, nil}
	for _, component := range s.Components.Schemas {
		r.schema(component)
	}
	for _, item := range s.Paths {
		r.parameters(item.Parameters)
		for _, o := range item.Operations {
			r.parameters(o.Parameters)
			if o.RequestBody != nil {
				r.content(o.RequestBody.Content)
			}
			for status, answer := range o.Responses {
				if answer.Ref != "" {
					answer = s.Components.Responses[last(answer.Ref)]
					o.Responses[status] = answer
				}
				if answer == nil {
					return fmt.Errorf("there is no response for %s", status)
				}
				r.content(answer.Content)
			}
		}
	}
	return r.err
}

// resolver resolves the references of a specification. done are those that it has met.
type resolver struct {
	*specification
	done map[*schemaRef]bool
	err  error
}

func (r *resolver) parameters(all []*parameter) {
	for i, one := range all {
		if one.Ref != "" {
			one = r.Components.Parameters[last(one.Ref)]
			if one == nil {
				r.err = fmt.Errorf("there is no parameter %s", all[i].Ref)
				continue
			}
			all[i] = one
		}
		r.schema(one.Schema)
	}
}

func (r *resolver) content(all content) {
	for _, media := range all {
		r.schema(media.Schema)
	}
}

func (r *resolver) schema(reference *schemaRef) {
	if reference == nil || r.done[reference] {
		return
	}
	r.done[reference] = true
	if reference.Ref != "" {
		component := r.Components.Schemas[last(reference.Ref)]
		if component == nil {
			r.err = fmt.Errorf("there is no schema %s", reference.Ref)
			return
		}
		r.schema(component)
		reference.Value = component.Value
		return
	}
	s := reference.Value
	for _, one := range s.Properties {
		r.schema(one)
	}
	for _, one := range slices.Concat(s.AllOf, s.AnyOf, []*schemaRef{s.Items, s.If, s.Then}) {
		r.schema(one)
	}
}

// last is the name of the component that a reference leads to.
func last(reference string) string { return reference[strings.LastIndexByte(reference, '/')+1:] }
