package export

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/portable"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/provider"
)

// The requirements of what is written. The first version of Terraform and OpenTofu that run it is
// that of the provider itself.
const (
	sourceAddress    = "cohort-xyz/cohort"
	providerVersion  = ">= 0.1"
	terraformAtLeast = ">= 1.8"
)

func sortedKeys(values map[string]cty.Value) []string { return slices.Sorted(maps.Keys(values)) }

func ordinal(i int) string { return strconv.Itoa(i + 1) }

func quote(text string) string { return strconv.Quote(text) }

// expression writes a value of a merchant. place leads to it: kind, name of the block, attributes.
func (p *program) expression(e *entry, place []string, value portable.Value, of merchants.Mode) hclwrite.Tokens {
	if value.JSON {
		value.JSON = false
		return call("jsonencode", p.expression(e, place, value, of))
	}
	at := func(name string) []string { return append(slices.Clone(place), name) }
	switch value.Form {
	case portable.Nested:
		var fields []field
		for _, f := range value.Fields {
			fields = append(fields, field{f.Name, p.expression(e, at(f.Name), f.Value, of)})
		}
		return object(fields)
	case portable.List:
		var elements []hclwrite.Tokens
		for i, element := range value.Elements {
			if element.Form == portable.Nested && len(element.Fields) == 0 && !element.InJSON {
				p.notes.add(unknownPart, e.object, describe(e, at(ordinal(i))))
			}
			elements = append(elements, p.expression(e, at(ordinal(i)), element, of))
		}
		return tuple(elements)
	case portable.Refers:
		return p.reference(e, place, value.Reference, of)
	case portable.Secret:
		return p.secret(e, place, value, of)
	default:
		if value.InJSON { // The element of a list cannot be a heredoc.
			return hclwrite.TokensForValue(value.Literal)
		}
		return literal(value.Literal)
	}
}

// secret writes a variable in place of a secret.
func (p *program) secret(e *entry, place []string, value portable.Value, of merchants.Mode) hclwrite.Tokens {
	name := p.variableName(place...)
	description := "The secret " + describe(e, place)
	p.ask(variable{name: name, sensitive: true, description: description}, of, value.Literal.AsString())
	p.notes.add(secrets, e.object, "var."+name)
	return path("var", name)
}

// fields are the arguments of an entry, with the key that it has in the configuration.
func (p *program) fields(e *entry) []field {
	key := e.object.Kind.Key
	others := func(o *portable.Object) []portable.Field {
		return slices.DeleteFunc(slices.Clone(o.Fields), func(f portable.Field) bool { return f.Name == key })
	}
	place := []string{e.object.Kind.Name, e.name}
	written := []field{{key, text(e.key)}}
	if e.twin != nil {
		return append(written, p.differingFields(e, place, others(e.object), others(e.twin))...)
	}
	for _, f := range others(e.object) {
		written = append(written, field{f.Name, p.expression(e, append(slices.Clone(place), f.Name), f.Value, p.from.Mode)})
	}
	return written
}

// module writes the files of the module.
func (p *program) module() map[string]*document {
	files := map[string]*document{}
	for _, e := range p.entries {
		name := strings.ReplaceAll(e.object.Kind.Plural, " ", "_") + ".tf"
		if files[name] == nil {
			files[name] = newDocument()
		}
		block := files[name].add("resource", "cohort_"+e.object.Kind.Name, e.name)
		for _, f := range p.fields(e) {
			block.SetAttributeRaw(f.name, f.value)
		}
	}
	if len(p.looked) > 0 {
		files["data.tf"] = newDocument("What the program refers to and does not manage.")
		for _, e := range p.looked {
			files["data.tf"].add("data", "cohort_"+e.object.Kind.Name, e.name).
				SetAttributeValue(e.object.Kind.Key, cty.StringVal(e.key))
		}
	}
	if p.byMode {
		p.variables = append(p.variables, variable{
			name: "mode", kind: "string", description: "The merchant: test or live",
			values: map[merchants.Mode]hclwrite.Tokens{
				merchants.ModeTest: text("test"), merchants.ModeLive: text("live"),
			},
		})
	}
	sortVariables(p.variables)
	if len(p.variables) > 0 {
		files["variables.tf"] = newDocument()
		declare(files["variables.tf"], p.variables)
	}
	return files
}

// declare writes variable blocks.
func declare(d *document, variables []variable) {
	for _, v := range variables {
		block := d.add("variable", v.name)
		block.SetAttributeValue("description", cty.StringVal(v.description))
		block.SetAttributeRaw("type", typeTokens(v.kind))
		if v.sensitive {
			block.SetAttributeValue("sensitive", cty.True)
		}
	}
}

// typeTokens writes the type of a variable.
func typeTokens(kind string) hclwrite.Tokens {
	if name, of, nested := strings.Cut(strings.TrimSuffix(kind, ")"), "("); nested {
		return call(name, hclwrite.TokensForIdentifier(of))
	}
	return hclwrite.TokensForIdentifier(kind)
}

// requirements writes the block terraform.
func requirements(d *document) {
	block := d.add("terraform")
	block.SetAttributeValue("required_version", cty.StringVal(terraformAtLeast))
	block.AppendNewline()
	block.AppendNewBlock("required_providers", nil).Body().SetAttributeRaw("cohort", object([]field{
		{"source", text(sourceAddress)}, {"version", text(providerVersion)},
	}))
}

// provides writes the provider block of a root.
func provides(d *document, mode merchants.Mode) {
	d.add("provider", "cohort").SetAttributeValue("mode", cty.StringVal(string(mode)))
}

// root writes the root module of a merchant.
func (p *program) root(mode merchants.Mode) *document {
	file := newDocument()
	requirements(file)
	provides(file, mode)
	var asked []variable
	for _, v := range p.variables {
		if v.values == nil {
			asked = append(asked, v)
		}
	}
	declare(file, asked)
	module := file.add("module", "loyalty")
	module.SetAttributeValue("source", cty.StringVal("../../modules/loyalty"))
	if len(p.variables) > 0 {
		module.AppendNewline()
	}
	for _, v := range p.variables {
		if value, has := v.values[mode]; has {
			module.SetAttributeRaw(v.name, value)
		} else {
			module.SetAttributeRaw(v.name, path("var", v.name))
		}
	}
	return file
}

// to writes the address of an entry, for an import block.
func (p *program) to(e *entry) hclwrite.Tokens {
	address := []string{"cohort_" + e.object.Kind.Name, e.name}
	if !p.flat {
		address = append([]string{"module", "loyalty"}, address...)
	}
	return path(address...)
}

// inventory is the data source that import blocks look objects up in.
const inventory = "existing"

// adoptIfThere writes an import block that does nothing if the merchant does not have the object.
func (p *program) adoptIfThere(d *document, e *entry) {
	block := d.add("import")
	ids := path("data", "cohort_inventory", inventory, strings.ReplaceAll(e.object.Kind.Plural, " ", "_"))
	found := object([]field{{"this", index(ids, text(e.key))}})
	block.SetAttributeRaw("to", p.to(e))
	block.SetAttributeRaw("for_each", hclwrite.TokensForFunctionCall("try", oneLine(found), hclwrite.TokensForObject(nil)))
	block.SetAttributeRaw("id", template("id:", path("each", "value")))
}

// oneLine removes the line breaks of an object with one attribute.
func oneLine(tokens hclwrite.Tokens) hclwrite.Tokens {
	return slices.DeleteFunc(tokens, func(t *hclwrite.Token) bool { return string(t.Bytes) == "\n" })
}

// adopt writes adopt.tf, which is the same for both merchants.
func (p *program) adopt() *document {
	file := newDocument(
		"Imports the objects that the merchant already has; the same plan creates the others. The file is",
		"the same in test and live. Delete a block when you delete its resource. When all objects are in the",
		"state, the blocks do nothing: keep or delete them.")
	body := file.add("data", "cohort_inventory", inventory)
	var kinds []cty.Value
	for _, k := range provider.Catalog() {
		if slices.ContainsFunc(p.entries, func(e *entry) bool { return e.object.Kind.Name == k.Name }) {
			kinds = append(kinds, cty.StringVal(k.Name))
		}
	}
	if len(kinds) > 0 && len(kinds) < len(provider.Catalog()) {
		body.SetAttributeRaw("kinds", hclwrite.TokensForValue(cty.TupleVal(kinds)))
	}
	for _, e := range p.entries {
		if !e.stamped {
			p.adoptIfThere(file, e)
		}
	}
	return file
}

// stamp writes stamp.tf: imports of the objects that no key finds yet. It returns nil if there is
// none.
func (p *program) stamp(mode merchants.Mode) *document {
	file := newDocument(
		"Imports what cannot be found by a key yet: lists and segments without a reference id, and objects",
		"that share a name. The ids belong to this merchant. Delete the file when its objects are in the",
		"state, that is after the first apply.")
	empty := true
	for _, e := range p.entries {
		if !e.stamped {
			continue
		}
		empty = false
		here := e.object
		if mode != p.from.Mode {
			here = e.twin
		}
		switch {
		case here == nil && p.other == nil:
			p.adoptIfThere(file, e)
			continue
		case here == nil: // The other merchant was read, and does not have it.
			continue
		}
		block := file.add("import")
		block.SetAttributeRaw("to", p.to(e))
		block.SetAttributeValue("id", cty.StringVal("id:"+here.ID))
	}
	if empty {
		return nil
	}
	return file
}

// files writes all files of the configuration, by path.
func (p *program) files() map[string][]byte {
	all := map[string][]byte{}
	put := func(name string, file *document) { all[name] = file.bytes() }
	module, adopt := p.module(), p.adopt()
	if p.flat {
		for name, file := range module {
			put(name, file)
		}
		main := newDocument()
		requirements(main)
		provides(main, p.from.Mode)
		put("main.tf", main)
		put("adopt.tf", adopt)
		if stamp := p.stamp(p.from.Mode); stamp != nil {
			put("stamp.tf", stamp)
		}
		return all
	}
	for name, file := range module {
		put("modules/loyalty/"+name, file)
	}
	versions := newDocument()
	requirements(versions)
	put("modules/loyalty/versions.tf", versions)
	for _, mode := range []merchants.Mode{merchants.ModeTest, merchants.ModeLive} {
		root := p.rootDir(mode) + "/"
		put(root+"main.tf", p.root(mode))
		put(root+"adopt.tf", adopt)
		if stamp := p.stamp(mode); stamp != nil {
			put(root+"stamp.tf", stamp)
		}
	}
	return all
}
