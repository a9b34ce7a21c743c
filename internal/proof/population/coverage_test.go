package population_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/population"
)

// TestCoverage demands of one large merchant in each style: every optional property that the
// contract has for a create is set in some objects and left out in others, every word of an
// enumeration occurs, and so does every variant. A new property of the contract fails the test.
func TestCoverage(t *testing.T) {
	t.Parallel()
	document, err := openapi3.NewLoader().LoadFromData(merchants.OpenAPI)
	if err != nil {
		t.Fatal(err)
	}
	for _, untidy := range []bool{false, true} {
		for seed := range uint64(2) {
			t.Run(fmt.Sprintf("untidy=%t seed=%d", untidy, seed), func(t *testing.T) {
				t.Parallel()
				s, test, _ := start(t, seed)
				p := population.Plan{Seed: seed, Objects: 1000, Hostile: seed == 1, Untidy: untidy}
				made, err := population.Fill(t.Context(), test, p)
				if err != nil {
					t.Fatal(err)
				}
				rng := rand.New(rand.NewPCG(seed, 0))
				for range 200 {
					if _, err := population.Edit(t.Context(), test, rng, &made); err != nil {
						t.Fatal(err)
					}
				}
				types := map[string]string{}
				for _, o := range made.Objects {
					types[o.ID] = o.Type
				}
				c := coverage{left: map[string]string{}, seen: map[string]bool{}}
				for _, e := range s.History() {
					if e.Request == "" {
						continue
					}
					var body map[string]any
					if err := json.Unmarshal([]byte(e.Request), &body); err != nil {
						t.Fatal(err)
					}
					kind, id, _ := strings.Cut(strings.TrimPrefix(e.Path, "/v1/"), "/")
					if id != "" && types[id] != "" {
						body["type"] = types[id] // A change need not repeat it, but the form depends on it.
					}
					schema := document.Paths.Value("/v1/" + kind).Post.RequestBody.Value.Content.Get("application/json").Schema
					// A change contains only some properties of the object, and what is in them is whole.
					c.visit(schema, body, "", e.Method == http.MethodPatch)
				}
				if !untidy {
					delete(c.left, "CohortCreate.referenceId unset") // Without a key an object cannot be adopted.
				}
				for name := range c.seen {
					delete(c.left, name)
				}
				for _, name := range slices.Sorted(maps.Keys(c.left)) {
					t.Errorf("%s never occurs", name)
				}
				for _, want := range []string{
					"PerkCreate.type none", "PerkCreate.type code", "PerkCreate.type link", "PerkCreate.type shopify-discount",
					"PerkCreate.type in-store", "CampaignCreate.cohortId set", "DirectConfigInput.maxQuantity set",
					"RaffleConfigInput.drawAt set", "CohortConditionInput.cohortId set", "StepInput.id set",
				} {
					if !c.seen[want] {
						t.Errorf("%s never occurs", want)
					}
				}
			})
		}
	}
}

// coverage holds what the contract allows and what occurs, such as "PerkCreate.title set".
type coverage struct {
	left map[string]string
	seen map[string]bool
}

// visit compares a value with its schema. name is the place of the value; partly means that a
// property that is missing is not unset.
func (c coverage) visit(ref *openapi3.SchemaRef, v any, name string, partly bool) {
	if ref == nil || v == nil {
		return
	}
	schema := ref.Value
	if at := strings.LastIndex(ref.Ref, "/"); at >= 0 {
		name = ref.Ref[at+1:]
	}
	for _, word := range schema.Enum {
		if word != nil {
			c.want(fmt.Sprintf("%s %v", name, word))
		}
	}
	if s, ok := v.(string); ok {
		c.seen[name+" "+s] = true
	}
	for _, one := range schema.AnyOf {
		c.visit(one, v, name, false)
	}
	items, _ := v.([]any)
	for _, item := range items {
		c.visit(schema.Items, item, name, false)
	}
	body, ok := v.(map[string]any)
	if !ok {
		return
	}
	for property, of := range schema.Properties {
		place := name + "." + property
		value, set := body[property]
		if !slices.Contains(schema.Required, property) {
			c.want(place + " set")
			c.want(place + " unset")
		}
		switch {
		case set && value != nil:
			c.seen[place+" set"] = true
			c.visit(of, value, place, false)
		case !partly:
			c.seen[place+" unset"] = true
		}
	}
	for _, one := range schema.AllOf {
		if one.Value.If != nil && holds(one.Value.If.Value, body) {
			c.visit(one.Value.Then, v, name+" then", partly)
		}
	}
}

func (c coverage) want(name string) {
	// What follows from a type is the matter of the schema that it leads to, and the schemas of
	// settings are in the contract for answers too.
	if !strings.Contains(name, " then.") {
		c.left[name] = ""
	}
}

// holds reports whether the condition of a variant, a constant, is true for an object.
func holds(condition *openapi3.Schema, body map[string]any) bool {
	for property, of := range condition.Properties {
		if body[property] != of.Value.Const {
			return false
		}
	}
	return true
}
