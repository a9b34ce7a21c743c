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

// sentence begins a text with a capital letter.
func sentence(text string) string { return strings.ToUpper(text[:1]) + text[1:] }

// expression writes a value of a merchant. The trail leads to it: kind, name of the block,
// attributes.
func (p *program) expression(e *entry, trail []string, value portable.Value, of merchants.Mode) hclwrite.Tokens {
	if value.JSON {
		value.JSON = false
		return call("jsonencode", p.expression(e, trail, value, of))
	}
	switch value.Form {
	case portable.Nested:
		var fields []field
		for _, f := range value.Fields {
			fields = append(fields, field{f.Name, p.expression(e, below(trail, f.Name), f.Value, of)})
		}
		return object(fields)
	case portable.List:
		var elements []hclwrite.Tokens
		for i, element := range value.Elements {
			at := below(trail, ordinal(i))
			if element.Form == portable.Nested && len(element.Fields) == 0 && !element.InJSON {
				p.notes.add(unknownPart, e.object, describe(e, at))
			}
			elements = append(elements, p.expression(e, at, element, of))
		}
		return tuple(elements)
	case portable.Refers:
		return p.reference(e, trail, value.Reference, of)
	case portable.Secret:
		return p.secret(e, trail, value, of)
	default:
		if value.InJSON { // The element of a list cannot be a heredoc.
			return hclwrite.TokensForValue(value.Literal)
		}
		return literal(value.Literal)
	}
}

// secret writes a variable in place of a secret.
func (p *program) secret(e *entry, trail []string, value portable.Value, of merchants.Mode) hclwrite.Tokens {
	name := p.variables.name(trail)
	description := sentence("secret " + describe(e, trail))
	asked := variable{name: name, sensitive: true, description: description, object: e.object}
	p.variables.ask(asked, of, value.Literal.AsString())
	return path("var", name)
}

// fields are the arguments of an entry, with the key that it has in the configuration.
func (p *program) fields(e *entry) []field {
	others := func(o *portable.Object) []portable.Field {
		return slices.DeleteFunc(slices.Clone(o.Fields), func(f portable.Field) bool { return f.Name == o.Kind.Key })
	}
	trail := []string{e.object.Kind.Name, e.name}
	written := []field{{e.object.Kind.Key, text(e.key)}}
	if e.twin != nil {
		return append(written, p.differingFields(e, trail, others(e.object), others(e.twin))...)
	}
	for _, f := range others(e.object) {
		written = append(written, field{f.Name, p.expression(e, below(trail, f.Name), f.Value, p.from.Mode)})
	}
	return written
}

// module writes the files of the module.
func (p *program) module() map[string]*document {
	files := map[string]*document{}
	for _, e := range p.entries {
		name := fileOf(e.object.Kind)
		if files[name] == nil {
			files[name] = newDocument()
		}
		block := files[name].add("resource", "cohort_"+e.object.Kind.Name, e.name)
		for _, f := range p.fields(e) {
			block.SetAttributeRaw(f.name, f.value)
		}
	}
	if len(p.looked) > 0 {
		files["data.tf"] = newDocument("Looked up, because the resources refer to them. Terraform does not manage them here.")
		for _, e := range p.looked {
			files["data.tf"].add("data", "cohort_"+e.object.Kind.Name, e.name).
				SetAttributeValue(e.object.Kind.Key, cty.StringVal(e.key))
		}
	}
	if p.byMode {
		p.variables.all = append(p.variables.all, &variable{
			name: modeVariable, kind: cty.String, description: "Merchant: test or live",
			values: map[merchants.Mode]hclwrite.Tokens{
				merchants.ModeTest: text(string(merchants.ModeTest)), merchants.ModeLive: text(string(merchants.ModeLive)),
			},
		})
	}
	if len(p.variables.all) > 0 {
		files["variables.tf"] = newDocument()
		declare(files["variables.tf"], p.variables.sorted())
	}
	return files
}

// declare writes variable blocks.
func declare(d *document, variables []*variable) {
	for _, v := range variables {
		block := d.add("variable", v.name)
		block.SetAttributeValue("description", cty.StringVal(v.description))
		block.SetAttributeRaw("type", typeTokens(v.kind))
		if v.sensitive {
			block.SetAttributeValue("sensitive", cty.True)
		}
	}
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
	all := p.variables.sorted()
	declare(file, slices.DeleteFunc(slices.Clone(all), func(v *variable) bool { return !p.mustSupply(v, mode) }))
	module := file.add("module", "loyalty")
	module.SetAttributeValue("source", cty.StringVal("../../modules/loyalty"))
	if len(all) > 0 {
		module.AppendNewline()
	}
	for _, v := range all {
		value := literal(cty.NullVal(cty.DynamicPseudoType))
		if passed, has := v.values[mode]; has {
			value = passed
		} else if p.mustSupply(v, mode) {
			value = path("var", v.name)
		}
		module.SetAttributeRaw(v.name, value)
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

// Names of the data sources that the import blocks of adopt.tf and of stamp.tf look objects up in.
const (
	inventory = "existing"
	stamped   = "stamped"
)

// adoptIfThere writes an import block that does nothing if the merchant does not have the object.
func (p *program) adoptIfThere(d *document, from string, e *entry) {
	block := d.add("import")
	ids := path("data", "cohort_inventory", from, strings.ReplaceAll(e.object.Kind.Plural, " ", "_"))
	found := object([]field{{"this", index(ids, text(e.key))}})
	block.SetAttributeRaw("to", p.to(e))
	block.SetAttributeRaw("for_each", hclwrite.TokensForFunctionCall("try", oneLine(found), hclwrite.TokensForObject(nil)))
	block.SetAttributeRaw("id", template("id:", path("each", "value")))
}

// oneLine removes the line breaks of an object with one attribute.
func oneLine(tokens hclwrite.Tokens) hclwrite.Tokens {
	return slices.DeleteFunc(tokens, func(t *hclwrite.Token) bool { return string(t.Bytes) == "\n" })
}

// adopt writes adopt.tf, which is the same for both merchants. It returns nil if there is nothing
// to adopt by a key.
func (p *program) adopt() *document {
	file := newDocument(
		"Imports the objects that the merchant already has; the same plan creates the others. The file is",
		"the same in test and live. Delete a block when you delete its resource. When all objects are in",
		"the state, the blocks do nothing: keep or delete them.")
	found := slices.DeleteFunc(slices.Clone(p.entries), p.byID)
	if len(found) == 0 {
		return nil
	}
	p.lookInto(file, inventory, found)
	for _, e := range found {
		p.adoptIfThere(file, inventory, e)
	}
	return file
}

// lookInto writes the data source that finds the ids of entries.
func (p *program) lookInto(d *document, name string, entries []*entry) {
	body := d.add("data", "cohort_inventory", name)
	var kinds []cty.Value
	for _, k := range portable.Kinds() {
		if slices.ContainsFunc(entries, func(e *entry) bool { return e.object.Kind.Name == k.Name }) {
			kinds = append(kinds, cty.StringVal(k.Name))
		}
	}
	if len(kinds) < len(portable.Kinds()) {
		body.SetAttributeRaw("kinds", hclwrite.TokensForValue(cty.TupleVal(kinds)))
	}
}

// stamp writes stamp.tf: imports of what a key does not find yet. It returns nil if there is none.
func (p *program) stamp(mode merchants.Mode) *document {
	file := newDocument(
		"Imports what a key does not find yet: lists and segments without a reference id, and objects that",
		"share a name. An id belongs to this merchant alone. Delete the file when its objects are in the",
		"state, that is after the first apply.")
	var known, unread []*entry
	for _, e := range p.entries {
		switch {
		case !p.byID(e):
		case p.in(mode, e) != nil:
			known = append(known, e)
		case p.other == nil && !e.object.Archived(): // The merchant was not read, and may have it by now.
			unread = append(unread, e)
		}
	}
	if len(known)+len(unread) == 0 {
		return nil
	}
	for _, e := range known {
		block := file.add("import")
		block.SetAttributeRaw("to", p.to(e))
		block.SetAttributeValue("id", cty.StringVal("id:"+p.in(mode, e).ID))
	}
	if len(unread) > 0 {
		p.lookInto(file, stamped, unread)
	}
	for _, e := range unread {
		p.adoptIfThere(file, stamped, e)
	}
	return file
}

// files writes all files of the configuration, by path.
func (p *program) files() map[string][]byte {
	all := map[string][]byte{}
	put := func(name string, file *document) {
		if file != nil {
			all[name] = file.bytes()
		}
	}
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
		put("stamp.tf", p.stamp(p.from.Mode))
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
		put(root+"stamp.tf", p.stamp(mode))
	}
	return all
}
