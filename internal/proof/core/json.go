package core

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"
	ctymsgpack "github.com/zclconf/go-cty/cty/msgpack"
)

const providerName = "registry.terraform.io/cohort-xyz/cohort"

type object = map[string]any

// JSON returns the last plan, as terraform show -json prints it.
func (c *Core) JSON() []byte {
	c.t.Helper()
	plan := object{
		"format_version": "1.2", "terraform_version": "1.11.4", "applyable": !c.summary.Empty(), "complete": true,
		"errored": false, "prior_state": object{"format_version": "1.0", "values": object{"root_module": c.priorModule()}},
		"configuration": c.configuration(), "variables": c.variables(),
	}
	changes, drift := []object{}, []object{}
	for _, address := range slices.Sorted(maps.Keys(c.changes)) {
		changed := c.changes[address]
		entry := c.change(address, changed.actions, changed.prior, changed.next)
		if id := c.imports[address]; id != "" {
			entry["change"].(object)["importing"] = object{"id": id}
		}
		if from := c.moved[address]; from != "" {
			entry["previous_address"] = from
		}
		changes = append(changes, entry)
	}
	for _, address := range slices.Sorted(maps.Keys(c.recorded)) {
		was := c.recorded[address]
		now, there := c.refreshed[address]
		switch {
		case !there:
			drift = append(drift, c.change(address, []string{"delete"}, was, cty.NullVal(was.Type())))
		case !now.RawEquals(was):
			drift = append(drift, c.change(address, []string{"update"}, was, now))
		}
	}
	plan["resource_changes"] = changes
	if len(drift) > 0 {
		plan["resource_drift"] = drift
	}
	text, err := json.Marshal(plan)
	if err != nil {
		c.t.Fatal(err)
	}
	return text
}

// LoadState takes over a state of Terraform, as terraform show -json prints it.
func (c *Core) LoadState(state []byte) {
	c.t.Helper()
	type module struct {
		Resources []struct {
			Address, Mode, Type string
			Values              json.RawMessage
		}
		ChildModules []module `json:"child_modules"`
	}
	var shown struct {
		Values struct {
			RootModule module `json:"root_module"`
		}
	}
	if err := json.Unmarshal(state, &shown); err != nil {
		c.t.Fatal(err)
	}
	c.States = map[string]cty.Value{}
	for _, m := range append(shown.Values.RootModule.ChildModules, shown.Values.RootModule) {
		for _, r := range m.Resources {
			if r.Mode != "managed" {
				continue
			}
			value, err := ctyjson.Unmarshal(r.Values, c.types[r.Type])
			if err != nil {
				c.t.Fatal(err)
			}
			c.States[r.Address] = value
		}
	}
}

func (c *Core) change(address string, actions []string, before, after cty.Value) object {
	typeName := typeOfAddress(address)
	attributes := c.schema.ResourceSchemas[typeName].Block.Attributes
	entry := c.resource(address, typeName)
	entry["change"] = object{
		"actions": actions, "before": known(before), "after": known(after), "after_unknown": unknown(after),
		"before_sensitive": sensitive(attributes, before), "after_sensitive": sensitive(attributes, after),
	}
	return entry
}

// resource names a resource as the JSON of a plan does.
func (c *Core) resource(address, typeName string) object {
	entry := object{"address": address, "mode": "managed", "type": typeName, "provider_name": providerName}
	rest := address
	if i := strings.LastIndex(address, typeName+"."); i > 0 {
		entry["module_address"], rest = strings.TrimSuffix(address[:i], "."), address[i:]
	}
	name, index, indexed := strings.Cut(strings.TrimPrefix(rest, typeName+"."), "[")
	entry["name"] = name
	if indexed {
		entry["index"] = strings.Trim(index, `"]`)
	}
	return entry
}

// priorModule are the objects and the data sources of the state.
func (c *Core) priorModule() object {
	byModule := map[string][]object{}
	for _, address := range slices.Sorted(maps.Keys(c.refreshed)) {
		entry := c.resource(address, typeOfAddress(address))
		entry["values"], entry["schema_version"] = known(c.refreshed[address]), 0
		folder, _ := entry["module_address"].(string)
		delete(entry, "module_address")
		byModule[folder] = append(byModule[folder], entry)
	}
	for _, m := range c.modules {
		for _, typeName := range slices.Sorted(maps.Keys(m.data)) {
			for _, name := range slices.Sorted(maps.Keys(m.data[typeName])) {
				byModule[m.path] = append(byModule[m.path], object{
					"address": m.inside("data." + typeName + "." + name), "mode": "data", "type": typeName, "name": name,
					"provider_name": providerName, "schema_version": 0, "values": known(m.data[typeName][name]),
				})
			}
		}
	}
	root := object{"resources": byModule[""]}
	var children []object
	for _, folder := range slices.Sorted(maps.Keys(byModule)) {
		if folder != "" {
			children = append(children, object{"address": folder, "resources": byModule[folder]})
		}
	}
	if children != nil {
		root["child_modules"] = children
	}
	return root
}

func (c *Core) variables() object {
	values := object{}
	for name, value := range c.root {
		values[name] = object{"value": known(value)}
	}
	return values
}

// configuration are the expressions: constant values, and what else they refer to.
func (c *Core) configuration() object {
	calls := object{}
	for _, m := range c.modules[1:] {
		arguments := object{}
		for name, attribute := range m.call.Body.Attributes {
			if name != "source" {
				arguments[name] = expression(attribute.Expr)
			}
		}
		calls[m.call.Labels[0]] = object{"expressions": arguments, "module": m.configuration()}
	}
	root := c.modules[0].configuration()
	if len(calls) > 0 {
		root["module_calls"] = calls
	}
	provider := object{"mode": object{"constant_value": c.merchant.Mode}}
	if len(c.merchant.AllowLiveDelete) > 0 {
		provider["allow_live_delete"] = object{"constant_value": c.merchant.AllowLiveDelete}
	}
	return object{
		"provider_config": object{"cohort": object{"name": "cohort", "full_name": providerName, "expressions": provider}},
		"root_module":     root,
	}
}

func (m *module) configuration() object {
	resources, variables := []object{}, object{}
	for _, block := range m.blocks {
		switch block.Type {
		case "variable":
			variables[block.Labels[0]] = object{}
			if standard := block.Body.Attributes["default"]; standard != nil {
				variables[block.Labels[0]] = object{"default": known(m.core.value(standard.Expr, nil))}
			}
		case "resource", "data":
			mode, prefix := "managed", ""
			if block.Type == "data" {
				mode, prefix = "data", "data."
			}
			entry := object{
				"address": prefix + block.Labels[0] + "." + block.Labels[1], "mode": mode, "type": block.Labels[0],
				"name": block.Labels[1], "provider_config_key": "cohort", "schema_version": 0,
			}
			expressions := object{}
			for name, attribute := range block.Body.Attributes {
				if name == "for_each" {
					entry["for_each_expression"] = expression(attribute.Expr)
				} else {
					expressions[name] = expression(attribute.Expr)
				}
			}
			entry["expressions"] = expressions
			resources = append(resources, entry)
		}
	}
	return object{"resources": resources, "variables": variables}
}

// expression describes an expression as Terraform does: all references of a nested attribute stand
// in one list, in the order in which they are written.
func expression(e hclsyntax.Expression) object {
	references := []string{}
	for _, traversal := range e.Variables() {
		whole, names := traversal.RootName(), []string{traversal.RootName()}
		for _, step := range traversal[1:] {
			switch step := step.(type) {
			case hcl.TraverseAttr:
				whole += "." + step.Name
			case hcl.TraverseIndex:
				if step.Key.Type() == cty.String {
					whole += `["` + step.Key.AsString() + `"]`
				}
			}
			names = append(names, whole)
		}
		shortest := 2 // cohort_list.vip, var.x
		if traversal.RootName() == "data" {
			shortest = 3
		}
		for i := len(names) - 1; i >= shortest-1; i-- {
			references = append(references, names[i])
		}
	}
	if len(references) > 0 {
		return object{"references": references}
	}
	value, problems := e.Value(nil) // A call of a function is no constant.
	if problems.HasErrors() {
		return object{}
	}
	return object{"constant_value": known(value)}
}

// known returns a value as JSON, without what is unknown.
func known(value cty.Value) any {
	switch {
	case !value.IsKnown() || value.IsNull():
		return nil
	case value.Type().IsObjectType() || value.Type().IsMapType():
		all := object{}
		for name, part := range value.AsValueMap() {
			if part.IsKnown() {
				all[name] = known(part)
			}
		}
		return all
	case value.CanIterateElements():
		all := []any{}
		for _, part := range value.AsValueSlice() {
			all = append(all, known(part))
		}
		return all
	}
	text, err := ctyjson.Marshal(value, value.Type())
	if err != nil {
		return nil
	}
	return json.RawMessage(text)
}

// unknown has true in place of what is unknown.
func unknown(value cty.Value) any {
	switch {
	case !value.IsKnown():
		return true
	case value.IsNull():
		return false
	case value.Type().IsObjectType() || value.Type().IsMapType():
		all := object{}
		for name, part := range value.AsValueMap() {
			if of := unknown(part); of != false {
				all[name] = of
			}
		}
		return all
	case value.CanIterateElements():
		all := []any{}
		for _, part := range value.AsValueSlice() {
			all = append(all, unknown(part))
		}
		return all
	}
	return false
}

// sensitive has true in place of what the schema calls sensitive.
func sensitive(attributes []*tfprotov6.SchemaAttribute, value cty.Value) any {
	if value.IsNull() || !value.IsKnown() {
		return false
	}
	all := object{}
	for _, attribute := range attributes {
		part := value.GetAttr(attribute.Name)
		switch {
		case attribute.Sensitive:
			all[attribute.Name] = true
		case attribute.NestedType != nil && attribute.NestedType.Nesting == tfprotov6.SchemaObjectNestingModeSingle:
			if of, has := sensitive(attribute.NestedType.Attributes, part).(object); has && len(of) > 0 {
				all[attribute.Name] = of
			}
		}
	}
	return all
}

// addressOf returns the address that a traversal names.
func addressOf(traversal hcl.Traversal) string {
	var address strings.Builder
	address.WriteString(traversal.RootName())
	for _, step := range traversal[1:] {
		switch step := step.(type) {
		case hcl.TraverseAttr:
			address.WriteString("." + step.Name)
		case hcl.TraverseIndex:
			address.WriteString(`["` + step.Key.AsString() + `"]`)
		}
	}
	return address.String()
}

// typeOfAddress returns the type of the resource that an address names.
func typeOfAddress(address string) string {
	steps := strings.Split(address, ".")
	i := slices.IndexFunc(steps, func(step string) bool { return strings.HasPrefix(step, "cohort_") })
	return steps[i]
}

func (c *Core) typeOf(kind tftypes.Type) cty.Type {
	c.t.Helper()
	text, err := json.Marshal(kind)
	if err != nil {
		c.t.Fatal(err)
	}
	same, err := ctyjson.UnmarshalType(text)
	if err != nil {
		c.t.Fatal(err)
	}
	return same
}

func (c *Core) wire(value cty.Value) *tfprotov6.DynamicValue {
	c.t.Helper()
	content, err := ctymsgpack.Marshal(value, value.Type())
	if err != nil {
		c.t.Fatal(err)
	}
	return &tfprotov6.DynamicValue{MsgPack: content}
}

func (c *Core) decoded(typeName string, value *tfprotov6.DynamicValue) cty.Value {
	c.t.Helper()
	decoded, err := ctymsgpack.Unmarshal(value.MsgPack, c.types[typeName])
	if err != nil {
		c.t.Fatal(err)
	}
	return decoded
}
