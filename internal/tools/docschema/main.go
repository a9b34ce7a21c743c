// Command docschema writes the provider's schema to a file for tfplugindocs, in the form of
// `terraform providers schema -json`. It asks the provider's protocol server and contains nothing
// else; only the generation of docs/ may use it.
//
// Terraform itself leaves out what its version does not know: identities before 1.12, list
// resources and actions before 1.14. The provider's answer gives the same docs/ with any Terraform
// version, or with none. Schema versions are left out, because no page shows them.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	tfjson "github.com/hashicorp/terraform-json"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/provider"
)

// address is where tfplugindocs looks for a provider.
const address = "registry.terraform.io/hashicorp/cohort"

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: docschema FILE")
		os.Exit(2)
	}
	if err := write(context.Background(), os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "docschema:", err)
		os.Exit(1)
	}
}

func write(ctx context.Context, file string) error {
	schemas, err := schemas(ctx, provider.NewServer("docs")())
	if err != nil {
		return err
	}
	content, err := json.MarshalIndent(schemas, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o750); err != nil {
		return err
	}
	return os.WriteFile(file, content, 0o600)
}

func schemas(ctx context.Context, server tfprotov6.ProviderServer) (*tfjson.ProviderSchemas, error) {
	got, err := server.GetProviderSchema(ctx, &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		return nil, err
	}
	identities, err := server.GetResourceIdentitySchemas(ctx, &tfprotov6.GetResourceIdentitySchemasRequest{})
	if err != nil {
		return nil, err
	}
	for _, d := range append(got.Diagnostics, identities.Diagnostics...) {
		if d.Severity == tfprotov6.DiagnosticSeverityError {
			return nil, fmt.Errorf("%s: %s", d.Summary, d.Detail)
		}
	}

	c := &converter{}
	out := &tfjson.ProviderSchema{
		ConfigSchema:             c.schema(got.Provider),
		ResourceSchemas:          mapped(got.ResourceSchemas, c.schema),
		DataSourceSchemas:        mapped(got.DataSourceSchemas, c.schema),
		EphemeralResourceSchemas: mapped(got.EphemeralResourceSchemas, c.schema),
		ListResourceSchemas:      mapped(got.ListResourceSchemas, c.schema),
		Functions:                mapped(got.Functions, c.function),
		ResourceIdentitySchemas:  mapped(identities.IdentitySchemas, c.identity),
		ActionSchemas: mapped(got.ActionSchemas, func(a *tfprotov6.ActionSchema) *tfjson.ActionSchema {
			return &tfjson.ActionSchema{Block: c.schema(a.Schema).Block}
		}),
	}
	return &tfjson.ProviderSchemas{FormatVersion: "1.0", Schemas: map[string]*tfjson.ProviderSchema{address: out}}, c.err
}

func mapped[A, B any](in map[string]A, convert func(A) B) map[string]B {
	out := make(map[string]B, len(in))
	for name, a := range in {
		out[name] = convert(a)
	}
	return out
}

// converter keeps the first error.
type converter struct{ err error }

func (c *converter) schema(s *tfprotov6.Schema) *tfjson.Schema {
	if len(s.Block.BlockTypes) > 0 && c.err == nil {
		c.err = fmt.Errorf("block %q: the provider has nested attributes, no blocks", s.Block.BlockTypes[0].TypeName)
	}
	return &tfjson.Schema{
		Block: &tfjson.SchemaBlock{
			Attributes:      c.attributes(s.Block.Attributes),
			Description:     s.Block.Description,
			DescriptionKind: kind(s.Block.DescriptionKind),
			Deprecated:      s.Block.Deprecated,
		},
	}
}

func (c *converter) attributes(in []*tfprotov6.SchemaAttribute) map[string]*tfjson.SchemaAttribute {
	out := make(map[string]*tfjson.SchemaAttribute, len(in))
	for _, a := range in {
		attribute := &tfjson.SchemaAttribute{
			Description:     strings.ReplaceAll(a.Description, "\n", " "), // An item of a list is one line.
			DescriptionKind: kind(a.DescriptionKind),
			Deprecated:      a.Deprecated,
			Required:        a.Required,
			Optional:        a.Optional,
			Computed:        a.Computed,
			Sensitive:       a.Sensitive,
			WriteOnly:       a.WriteOnly,
		}
		if a.NestedType != nil {
			attribute.AttributeNestedType = &tfjson.SchemaNestedAttributeType{
				Attributes:  c.attributes(a.NestedType.Attributes),
				NestingMode: nesting[a.NestedType.Nesting],
			}
		} else {
			c.convertType(a.Type, &attribute.AttributeType)
		}
		out[a.Name] = attribute
	}
	return out
}

func (c *converter) identity(s *tfprotov6.ResourceIdentitySchema) *tfjson.IdentitySchema {
	out := &tfjson.IdentitySchema{
		Attributes: map[string]*tfjson.IdentityAttribute{},
	}
	for _, a := range s.IdentityAttributes {
		attribute := &tfjson.IdentityAttribute{
			Description:       a.Description,
			RequiredForImport: a.RequiredForImport,
			OptionalForImport: a.OptionalForImport,
		}
		c.convertType(a.Type, &attribute.IdentityType)
		out.Attributes[a.Name] = attribute
	}
	return out
}

func (c *converter) function(f *tfprotov6.Function) *tfjson.FunctionSignature {
	out := &tfjson.FunctionSignature{
		Description:        f.Description,
		Summary:            f.Summary,
		DeprecationMessage: f.DeprecationMessage,
	}
	c.convertType(f.Return.Type, &out.ReturnType)
	for _, p := range f.Parameters {
		out.Parameters = append(out.Parameters, c.parameter(p))
	}
	if f.VariadicParameter != nil {
		out.VariadicParameter = c.parameter(f.VariadicParameter)
	}
	return out
}

func (c *converter) parameter(p *tfprotov6.FunctionParameter) *tfjson.FunctionParameter {
	out := &tfjson.FunctionParameter{Name: p.Name, Description: p.Description, IsNullable: p.AllowNullValue}
	c.convertType(p.Type, &out.Type)
	return out
}

// convertType converts through JSON, because both libraries encode a type in the same way.
func (c *converter) convertType(in tftypes.Type, out json.Unmarshaler) {
	content, err := json.Marshal(in)
	if err == nil {
		err = out.UnmarshalJSON(content)
	}
	if err != nil && c.err == nil {
		c.err = fmt.Errorf("type %s: %w", in, err)
	}
}

func kind(k tfprotov6.StringKind) tfjson.SchemaDescriptionKind {
	if k == tfprotov6.StringKindMarkdown {
		return tfjson.SchemaDescriptionKindMarkdown
	}
	return tfjson.SchemaDescriptionKindPlain
}

var nesting = map[tfprotov6.SchemaObjectNestingMode]tfjson.SchemaNestingMode{
	tfprotov6.SchemaObjectNestingModeSingle: tfjson.SchemaNestingModeSingle,
	tfprotov6.SchemaObjectNestingModeList:   tfjson.SchemaNestingModeList,
	tfprotov6.SchemaObjectNestingModeSet:    tfjson.SchemaNestingModeSet,
	tfprotov6.SchemaObjectNestingModeMap:    tfjson.SchemaNestingModeMap,
}
