package core

import (
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/tryfunc"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
	ctymsgpack "github.com/zclconf/go-cty/cty/msgpack"
)

// module is the root, or a module that it calls.
type module struct {
	core *Core
	// path is "" for the root, else such as module.loyalty.
	path   string
	blocks []*hclsyntax.Block
	// call is the block that calls the module; nil for the root.
	call *hclsyntax.Block
	// data are the data sources that were read, by type and name.
	data map[string]map[string]cty.Value
}

// instance is an object that the configuration declares.
type instance struct {
	module                  *module
	block                   *hclsyntax.Block
	address, typeName, name string
	// each is each.key and each.value; nil without for_each.
	each map[string]cty.Value
}

// load parses a root and the modules that it calls.
func (c *Core) load(files map[string][]byte, root string) {
	c.t.Helper()
	c.modules = []*module{{core: c, blocks: c.parse(files, path.Clean(root))}}
	for _, block := range c.modules[0].blocks {
		if block.Type == "module" {
			source := c.value(block.Body.Attributes["source"].Expr, nil).AsString()
			c.modules = append(c.modules, &module{
				core: c, path: "module." + block.Labels[0], call: block, blocks: c.parse(files, path.Join(root, source)),
			})
		}
	}
}

func (c *Core) parse(files map[string][]byte, folder string) []*hclsyntax.Block {
	c.t.Helper()
	var blocks []*hclsyntax.Block
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if path.Ext(name) != ".tf" || path.Dir(name) != folder {
			continue
		}
		file, problems := hclsyntax.ParseConfig(files[name], name, hcl.InitialPos)
		if problems.HasErrors() {
			c.t.Fatalf("%s is not HCL: %s\n%s", name, problems, files[name])
		}
		blocks = append(blocks, file.Body.(*hclsyntax.Body).Blocks...)
	}
	return blocks
}

// expand finds the objects that the configuration declares.
func (c *Core) expand() {
	c.t.Helper()
	c.instances = map[string]*instance{}
	for _, m := range c.modules {
		for _, block := range m.blocks {
			if block.Type != "resource" {
				continue
			}
			of := instance{module: m, block: block, typeName: block.Labels[0], name: block.Labels[1]}
			of.address = m.inside(of.typeName + "." + of.name)
			each := block.Body.Attributes["for_each"]
			if each == nil {
				c.instances[of.address] = &of
				continue
			}
			for key, value := range c.value(each.Expr, m.scope(nil)).AsValueMap() {
				one := of
				one.address += `["` + key + `"]`
				one.each = map[string]cty.Value{"key": cty.StringVal(key), "value": value}
				c.instances[one.address] = &one
			}
		}
	}
}

// readData reads the data sources. Their arguments do not refer to resources.
func (c *Core) readData() {
	c.t.Helper()
	for _, m := range c.modules {
		m.data = map[string]map[string]cty.Value{}
		for _, block := range m.blocks {
			if block.Type != "data" {
				continue
			}
			arguments := map[string]cty.Value{}
			for name, attribute := range block.Body.Attributes {
				arguments[name] = c.value(attribute.Expr, m.scope(nil))
			}
			typeName := block.Labels[0]
			if m.data[typeName] == nil {
				m.data[typeName] = map[string]cty.Value{}
			}
			m.data[typeName][block.Labels[1]] = c.dataSource(typeName, arguments)
		}
	}
}

func (c *Core) dataSource(typeName string, arguments map[string]cty.Value) cty.Value {
	c.t.Helper()
	schema := c.schema.DataSourceSchemas[typeName]
	answer, err := c.server.ReadDataSource(c.t.Context(), &tfprotov6.ReadDataSourceRequest{
		TypeName: typeName, Config: c.wire(c.convert(schema, arguments)),
	})
	if err != nil {
		c.t.Fatal(err)
	}
	c.check("read "+typeName, answer.Diagnostics)
	value, err := ctymsgpack.Unmarshal(answer.State.MsgPack, c.typeOf(schema.ValueType()))
	if err != nil {
		c.t.Fatal(err)
	}
	return value
}

// inside returns an address of the module as the root sees it.
func (m *module) inside(address string) string { return strings.TrimPrefix(m.path+"."+address, ".") }

// scope holds what the expressions of a module refer to. i is the object whose expressions they
// are, or nil.
func (m *module) scope(i *instance) map[string]cty.Value {
	scope := map[string]cty.Value{"var": cty.ObjectVal(m.variables())}
	kinds := map[string]map[string]cty.Value{}
	each := map[string]map[string]cty.Value{}
	for address, state := range m.core.States {
		of := m.core.instances[address]
		if of == nil || of.module != m {
			continue
		}
		if kinds[of.typeName] == nil {
			kinds[of.typeName] = map[string]cty.Value{}
		}
		if of.each == nil {
			kinds[of.typeName][of.name] = state
			continue
		}
		whole := of.typeName + "." + of.name
		if each[whole] == nil {
			each[whole] = map[string]cty.Value{}
		}
		each[whole][of.each["key"].AsString()] = state
		kinds[of.typeName][of.name] = cty.ObjectVal(each[whole])
	}
	for kind, objects := range kinds {
		scope[kind] = cty.ObjectVal(objects)
	}
	data := map[string]cty.Value{}
	for typeName, sources := range m.data {
		data[typeName] = cty.ObjectVal(sources)
	}
	scope["data"] = cty.ObjectVal(data)
	if i != nil && i.each != nil {
		scope["each"] = cty.ObjectVal(i.each)
	}
	m.addLocals(scope)
	return scope
}

// addLocals evaluates the local values whose parts are there, those that others need first.
func (m *module) addLocals(scope map[string]cty.Value) {
	values := map[string]cty.Value{}
	left := map[string]hclsyntax.Expression{}
	for _, block := range m.blocks {
		if block.Type == "locals" {
			for name, attribute := range block.Body.Attributes {
				left[name] = attribute.Expr
			}
		}
	}
	for again := true; again; {
		again = false
		scope["local"] = cty.ObjectVal(values)
		for _, name := range slices.Sorted(maps.Keys(left)) {
			value, problems := left[name].Value(&hcl.EvalContext{Variables: scope, Functions: functions})
			if !problems.HasErrors() {
				values[name], again = value, true
				delete(left, name)
			}
		}
	}
}

// variables are those that the module gets, or its defaults.
func (m *module) variables() map[string]cty.Value {
	values := map[string]cty.Value{}
	for _, block := range m.blocks {
		if standard := block.Body.Attributes["default"]; block.Type == "variable" && standard != nil {
			values[block.Labels[0]] = m.core.value(standard.Expr, nil)
		}
	}
	if m.call == nil {
		maps.Copy(values, m.core.root)
		return values
	}
	scope := m.core.modules[0].scope(nil)
	for name, attribute := range m.call.Body.Attributes {
		// A reference to an object that is not planned yet has no value, and nobody asks for it.
		value, problems := attribute.Expr.Value(&hcl.EvalContext{Variables: scope, Functions: functions})
		if !problems.HasErrors() {
			values[name] = value
		}
	}
	return values
}

// dependencies are the addresses of what an object refers to, without the keys of instances.
func (i *instance) dependencies() map[string]bool {
	found := map[string]bool{}
	for _, attribute := range i.block.Body.Attributes {
		i.module.collect(attribute.Expr, found)
	}
	return found
}

func (m *module) collect(expression hclsyntax.Expression, found map[string]bool) {
	for _, traversal := range expression.Variables() {
		name := ""
		if len(traversal) > 1 {
			if step, ok := traversal[1].(hcl.TraverseAttr); ok {
				name = step.Name
			}
		}
		switch kind := traversal.RootName(); {
		case strings.HasPrefix(kind, "cohort_"):
			found[m.inside(kind+"."+name)] = true
		case kind == "local":
			for _, block := range m.blocks {
				if attribute := block.Body.Attributes[name]; block.Type == "locals" && attribute != nil {
					m.collect(attribute.Expr, found)
				}
			}
		case kind == "var" && m.call != nil && m.call.Body.Attributes[name] != nil:
			m.core.modules[0].collect(m.call.Body.Attributes[name].Expr, found)
		}
	}
}

var functions = map[string]function.Function{
	"jsonencode": stdlib.JSONEncodeFunc, "chomp": stdlib.ChompFunc, "try": tryfunc.TryFunc, "upper": stdlib.UpperFunc,
	"format": stdlib.FormatFunc, "merge": stdlib.MergeFunc, "concat": stdlib.ConcatFunc,
}

func (c *Core) value(expression hcl.Expression, variables map[string]cty.Value) cty.Value {
	c.t.Helper()
	value, problems := expression.Value(&hcl.EvalContext{Variables: variables, Functions: functions})
	if problems.HasErrors() {
		c.t.Fatal(problems)
	}
	return value
}

// convert turns arguments into a value of a schema, as Terraform decodes a block.
func (c *Core) convert(schema *tfprotov6.Schema, arguments map[string]cty.Value) cty.Value {
	c.t.Helper()
	value, err := convert.Convert(cty.ObjectVal(arguments), lenient(c.typeOf(schema.ValueType())))
	if err != nil {
		c.t.Fatalf("a block does not fit its schema: %s", err)
	}
	return value
}

// lenient makes every attribute of an object optional, as Terraform does when it decodes a block.
func lenient(kind cty.Type) cty.Type {
	switch {
	case kind.IsObjectType():
		attributes := map[string]cty.Type{}
		for name, attribute := range kind.AttributeTypes() {
			attributes[name] = lenient(attribute)
		}
		return cty.ObjectWithOptionalAttrs(attributes, slices.Collect(maps.Keys(attributes)))
	case kind.IsListType():
		return cty.List(lenient(kind.ElementType()))
	case kind.IsMapType():
		return cty.Map(lenient(kind.ElementType()))
	default:
		return kind
	}
}
