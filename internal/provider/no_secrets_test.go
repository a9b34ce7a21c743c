package provider_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/zclconf/go-cty/cty"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/sample"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

// TestDiagnostics_repeatNoText checks that no diagnostic repeats a text of a configuration,
// wherever the text stands and whatever is wrong with it. The text may come from a sensitive
// variable, and Terraform cannot mask what a provider prints.
func TestDiagnostics_repeatNoText(t *testing.T) {
	t.Parallel()
	const secret = "CANARY"
	for kind, configs := range everyAttribute() {
		for i, config := range configs {
			t.Run(fmt.Sprintf("%s/%d", kind, i), func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, sandbox.Options{})
				p := configuredPlugin(t, w)
				full := p.resource(kind, w.referred(t, kind).Replace(config))
				told := 0
				_ = cty.Walk(full, func(at cty.Path, value cty.Value) (bool, error) {
					if len(at) == 0 || value.Type() != cty.String || value.IsNull() {
						return true, nil
					}
					at = at.Copy()
					for _, wrong := range []string{
						"{ code: " + secret + " }", "shop.example.com/?token=" + secret, "http://%zz/" + secret, "\x01" + secret,
						"Ä_" + secret, "[1, \"" + secret, "2027-13-01T" + secret,
					} {
						if !sample.Case() {
							continue
						}
						other, err := cty.Transform(full, func(here cty.Path, v cty.Value) (cty.Value, error) {
							if here.Equals(at) {
								return cty.StringVal(wrong), nil
							}
							return v, nil
						})
						if err != nil {
							t.Fatal(err)
						}
						all := p.in(t).validate(kind, other)
						_, planned := p.in(t).plan(kind, cty.NullVal(other.Type()), other)
						all = append(all, planned...)
						told += len(all)
						if slices.ContainsFunc(all, func(s said) bool { return strings.Contains(s.String(), secret) }) {
							t.Errorf("%s = %q: %v", ctyPathText(at), wrong, all)
						}
					}
					return true, nil
				})
				if told == 0 && kind != "cohort_list" && sample.All() {
					t.Error("there was no diagnostic at all")
				}
			})
		}
	}
}
