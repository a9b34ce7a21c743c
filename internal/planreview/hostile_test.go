package planreview_test

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/planreview"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/sample"
)

// TestRead_notPlans reads what is no plan, and says so.
func TestRead_notPlans(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ content, want string }{
		"nothing":        {"", "not the JSON of a plan"},
		"for people":     {"Terraform will perform the following actions:", "terraform show -json"},
		"a saved plan":   {"PK\x03\x04\x14", "terraform show -json"},
		"a list":         {"[]", "not the JSON of a plan"},
		"cut off":        {`{"format_version":"1.2","resource_changes":[`, "not the JSON of a plan"},
		"another object": {`{}`, "format version"},
		"a newer form":   {`{"format_version":"2.0"}`, "unsupported"},
		"a state":        {`{"format_version":"1.0","values":{"root_module":{}}}`, "the JSON of a state"},
		"a wrong type":   {`{"format_version":"1.2","resource_changes":{}}`, "not the JSON of a plan"},
		"a huge number": {
			`{"format_version":"1.2","resource_changes":[{"address":"a.b","mode":"managed","type":"cohort_digital_asset",` +
				`"change":{"actions":["create"],"after":{"max_supply":1e999999999}}}]}`, "max_supply",
		},
	} {
		_, err := planreview.Read(t.Context(), []byte(tt.content))
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", name, err, tt.want)
		}
	}
}

// damages are what takes the place of a value.
var damages = []any{
	nil, true, "", "x", `{"a":1e99999999}`, "\x00\xff", json.Number("1e400"), json.Number("-0"),
	[]any{},
	[]any{nil},
	[]any{[]any{}},
	object{},
	object{"": nil},
	object{"en": nil},
	object{"references": []any{"", "module", "each.value", "local.x", `a["`}},
	[]any{object{"perk_id": true}},
	object{"constant_value": object{}},
}

// damaged replaces one value of a document. It returns the document with the value, and how many
// values it has.
func damaged(value any, at int, with any) (changed any, values int) {
	if at == 0 {
		return with, 1
	}
	values = 1
	switch of := value.(type) {
	case object:
		same := object{}
		var names []string
		for name := range of {
			names = append(names, name)
		}
		slices.Sort(names)
		for _, name := range names {
			part, inside := damaged(of[name], at-values, with)
			values += inside
			same[name] = part
		}
		return same, values
	case []any:
		same := make([]any, len(of))
		for i := range of {
			part, inside := damaged(of[i], at-values, with)
			values += inside
			same[i] = part
		}
		return same, values
	default:
		return value, 1
	}
}

// TestRead_damaged replaces values of a plan by others at random. It is read, or refused with an
// error; it is never a panic.
func TestRead_damaged(t *testing.T) {
	t.Parallel()
	var whole any
	if err := json.Unmarshal(keptPlan(t, kept), &whole); err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, 2))
	refused := 0
	const tries = 600
	for i := range sample.Of(tries) {
		changed := whole
		for range 1 + random.IntN(2) {
			_, values := damaged(changed, -1, nil)
			changed, _ = damaged(changed, random.IntN(values), damages[random.IntN(len(damages))])
		}
		content := encoded(t, changed)
		if i%10 == 0 {
			content = content[:random.IntN(len(content))]
		}
		plan, err := planreview.Read(t.Context(), content)
		if err != nil {
			refused++
			continue
		}
		review, err := planreview.NewReview(plan)
		if err != nil {
			refused++
			continue
		}
		_, _, _ = review.Text(), review.Markdown(), planreview.NewDrift(plan).Text()
		_ = planreview.ReadLog(content)
	}
	t.Logf("%d of %d were refused", refused, sample.Of(tries))
}
