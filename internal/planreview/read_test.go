package planreview_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/planreview"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/portable"
)

// summary says what a plan does to each object.
func summary(plan *planreview.Plan) []string {
	var all []string
	for _, r := range plan.Resources {
		text := fmt.Sprintf("%s %s %s", r.Action, r.Kind.Name, r.Key)
		for _, side := range []struct {
			name   string
			object *portable.Object
		}{{"recorded", r.Recorded}, {"before", r.Before}, {"after", r.After}} {
			if side.object != nil {
				text += " " + side.name
			}
		}
		if r.Adopts {
			text += " adopts"
		}
		all = append(all, text)
	}
	return all
}

func TestRead_kept(t *testing.T) {
	t.Parallel()
	plan := read(t, keptPlan(t, kept))
	want := []string{
		"update list early before after adopts", "create list gold after", "create list silver after",
		"keep list vip before after", "update perk code before after", "delete perk old before",
		"create badge gold after", "create badge silver after",
		"replace campaign seasonal before after", "update campaign summer before after",
	}
	if diff := cmp.Diff(want, summary(plan)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if plan.Mode != "live" || plan.Mixed || plan.Errored || plan.Partial || !plan.AllowedKnown ||
		!slices.Equal(plan.Allowed, []string{"campaign:seasonal", "perk:gone-already", "perk:old"}) ||
		!slices.Equal(plan.Others, []string{"terraform_data.note"}) || len(plan.Undetermined) != 2 {
		t.Errorf("%+v", plan)
	}
	for _, r := range plan.Resources {
		if r.Kind.Name == "badge" {
			r.After.Fields[1].Value.References(func(to portable.Reference) {
				if got := to.String(); got != "list:"+r.Key {
					t.Errorf("%s refers to %s", r, got)
				}
			})
		}
	}
}

// TestRead_actions reads what older and newer versions may plan.
func TestRead_actions(t *testing.T) {
	t.Parallel()
	list := func(key string) object {
		return object{"id": "id-" + key, "mode": "live", "name": key, "reference_id": key}
	}
	deposed := change("list", "cohort_list.e", deletes, list("e"), nil)
	deposed["deposed"] = "1234abcd"
	data := change("list", "data.cohort_list.d", []string{"read"}, nil, list("d"))
	data["mode"] = "data"
	content := written(t,
		change("list", "cohort_list.a", []string{"create", "delete"}, list("a"), list("a")),
		change("list", "cohort_list.b", replaces, list("b"), list("b")),
		change("list", "cohort_list.c", []string{"forget", "create"}, list("c"), list("c")),
		change("list", "cohort_list.e", keeps, list("e"), list("e")), deposed, data,
		change("newer_kind", "cohort_newer_kind.n", creates, nil, object{"id": "1"}),
		object{"address": "random_pet.x", "mode": "managed", "type": "random_pet", "change": object{"actions": keeps}},
	)
	plan := read(t, content)
	want := []string{
		"replace list a before after", "replace list b before after", "forget list c before", "create list c after",
		"keep list e before after", "delete list e before",
	}
	if diff := cmp.Diff(want, summary(plan)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if diff := cmp.Diff([]string{"cohort_newer_kind.n"}, plan.Others); diff != "" {
		t.Errorf("others (-want +got)\n%s", diff)
	}
}

// with returns a plan with more fields.
func with(t *testing.T, content []byte, fields object) []byte {
	t.Helper()
	var plan object
	if err := json.Unmarshal(content, &plan); err != nil {
		t.Fatal(err)
	}
	maps.Copy(plan, fields)
	return encoded(t, plan)
}

// TestRead_mode finds the merchant in the objects, else in the provider blocks.
func TestRead_mode(t *testing.T) {
	t.Parallel()
	block := func(name string, mode object) object {
		full := "registry.terraform.io/cohort-xyz/" + name
		if name == "ours" {
			full = "registry.terraform.io/cohort-xyz/cohort"
		}
		return object{"name": name, "full_name": full, "expressions": object{"mode": mode}}
	}
	list := func(mode string) object {
		return change("list", "cohort_list."+mode, creates, nil, object{"mode": mode, "name": mode})
	}
	for name, tt := range map[string]struct {
		changes []object
		blocks  object
		want    string
		mixed   bool
	}{
		"an object":  {[]object{list("live")}, nil, "live", false},
		"both":       {[]object{list("live"), list("test")}, nil, "", true},
		"constant":   {nil, object{"c": block("cohort", object{"constant_value": "live"})}, "live", false},
		"variable":   {nil, object{"c": block("ours", object{"references": []string{"var.mode"}})}, "live", false},
		"by default": {nil, object{}, "test", false},
		"null":       {nil, object{"c": block("cohort", object{"constant_value": nil})}, "test", false},
		"workspace":  {nil, object{"c": block("cohort", object{"references": []string{"terraform.workspace"}})}, "", false},
		"two blocks": {
			nil, object{"c": block("cohort", object{"constant_value": "live"}), "d": block("ours", object{})}, "", true,
		},
		"of another provider": {nil, object{"c": block("other", object{"constant_value": "live"})}, "test", false},
	} {
		plan := read(t, with(t, written(t, tt.changes...), object{
			"variables": object{"mode": object{"value": "live"}}, "configuration": object{"provider_config": tt.blocks},
		}))
		if string(plan.Mode) != tt.want || plan.Mixed != tt.mixed {
			t.Errorf("%s: %q, mixed %t", name, plan.Mode, plan.Mixed)
		}
	}
}

// TestRead_references resolves references to new objects through the configuration.
func TestRead_references(t *testing.T) {
	t.Parallel()
	resource := func(address string, expressions, more object) object {
		typeName, name, _ := strings.Cut(address, ".")
		all := object{"address": address, "mode": "managed", "type": typeName, "name": name, "expressions": expressions}
		maps.Copy(all, more)
		return all
	}
	// The JSON has each reference with its parts behind.
	refer := func(references ...string) object {
		all := []string{}
		for _, reference := range references {
			for reference != "" {
				all = append(all, reference)
				reference = reference[:max(0, strings.LastIndexAny(reference, ".["))]
				if strings.Count(reference, ".") == 0 {
					break
				}
			}
		}
		return object{"references": all}
	}
	var lists []object
	for _, address := range []string{
		"cohort_list.vip", `cohort_list.all["a"]`, `cohort_list.all["b"]`, "cohort_list.some[0]", "cohort_list.some[1]",
		`module.m["k"].cohort_list.own`,
	} {
		values := object{"mode": "test", "name": address, "reference_id": address}
		lists = append(lists, change("list", address, creates, nil, values))
	}
	values := object{"id": "7", "mode": "test", "name": "known", "reference_id": "known"}
	known := change("list", "cohort_list.known", keeps, values, values)
	const b, own = "cohort_badge.b", `module.m["k"].cohort_list.own`
	badge := func(address string) object {
		made := change("badge", address, creates, nil, object{"mode": "test", "internal_name": "b"})
		made["change"].(object)["after_unknown"] = object{"audience_id": true, "id": true, "status": true}
		return made
	}
	for name, tt := range map[string]struct {
		address    string
		references []string
		more       object
		want       string
	}{
		"direct":     {b, []string{"cohort_list.vip.id"}, nil, "cohort_list.vip"},
		"with a key": {b, []string{`cohort_list.all["b"].id`}, nil, `cohort_list.all["b"]`},
		// The JSON does not tell the index from one that is computed, as in count.index + 1.
		"by each.key":    {b + `["b"]`, []string{"cohort_list.all", "each.key"}, nil, ""},
		"by count.index": {b + `[1]`, []string{"cohort_list.some", "count.index"}, nil, ""},
		"each.value": {
			b + `["a"]`, []string{"each.value.id"}, object{"for_each_expression": refer("cohort_list.all")}, "",
		},
		"each.value of one": {
			b + `["a"]`, []string{"each.value.id"}, object{"for_each_expression": refer("cohort_list.vip")}, "cohort_list.vip",
		},
		"one of two": {b, []string{"var.flag", "cohort_list.vip.id", `cohort_list.all["a"].id`}, nil, ""},
		"or a known one": {
			b, []string{"var.flag", "cohort_list.vip.id", "cohort_list.known.id"}, nil, "cohort_list.vip",
		},
		"by what is open": {b, []string{"random_pet.x.id", "cohort_list.vip.id"}, nil, ""},
		"another of it":   {b, []string{"cohort_list.vip.name"}, nil, ""},
		"local":           {b, []string{"local.audience"}, nil, ""},
		"output":          {b, []string{`module.m["k"].list`}, nil, own},
		"variable":        {`module.m["k"].` + b, []string{"var.audience"}, nil, "cohort_list.vip"},
		"of the module":   {`module.m["k"].` + b, []string{"cohort_list.own.id"}, nil, own},
		"nothing":         {b, nil, nil, ""},
		"no reference":    {b, []string{"cohort list", ""}, nil, ""},
	} {
		of := []object{resource("cohort_badge.b", object{"audience_id": refer(tt.references...)}, tt.more)}
		inside := []object{resource("cohort_list.own", nil, nil)}
		if strings.HasPrefix(tt.address, "module.") {
			of, inside = nil, append(inside, of...)
		}
		module := object{
			"resources": inside, "outputs": object{"list": object{"expression": refer("cohort_list.own.id")}},
		}
		root := object{"resources": of, "module_calls": object{"m": object{
			"expressions": object{"audience": refer("cohort_list.vip.id")}, "for_each_expression": refer("var.all"),
			"module": module,
		}}}
		pet := change("", "random_pet.x", creates, nil, nil)
		pet["type"] = "random_pet"
		changes := append(slices.Clone(lists), known, pet, badge(tt.address))
		plan := read(t, with(t, written(t, changes...), object{"configuration": object{"root_module": root}}))
		got := ""
		for _, r := range plan.Resources {
			if r.Kind.Name == "badge" {
				after := portable.Value{Form: portable.Nested, Fields: r.After.Fields}
				after.References(func(to portable.Reference) { got = to.Target.Key })
			}
		}
		if got != tt.want || (got == "") != (len(plan.Undetermined) == 1) {
			t.Errorf("%s: refers to %q, want %q; undetermined %q", name, got, tt.want, plan.Undetermined)
		}
	}
}

// TestRead_actionCalls counts a call of an action by the campaign that it ends, which has to be
// named in live.
func TestRead_actionCalls(t *testing.T) {
	t.Parallel()
	campaign := object{"id": "c1", "mode": "live", "internal_name": "summer", "status": "published"}
	unchanged := written(t, change("campaign", "cohort_campaign.c", keeps, campaign, campaign))
	allowed := object{"provider_config": object{"cohort": object{
		"name": "cohort", "expressions": object{"allow_live_delete": object{"constant_value": []string{"campaign:summer"}}},
	}}}
	plan := func(address string, values, configuration object) []byte {
		return with(t, unchanged, object{"configuration": configuration, "action_invocations": []object{{
			"address": address, "type": "cohort_campaign_end", "name": "x", "config_values": values,
		}}})
	}
	const address = "action.cohort_campaign_end.x"
	byID, byName, another := object{"id": "c1"}, object{"internal_name": "summer"}, object{"internal_name": "winter"}
	review := reviewed(t, plan(address, byID, object{}))
	if len(review.Rows) != 1 || review.Rows[0].What() != "campaign:summer" || review.Rows[0].Customers != "ends" ||
		review.Counts.Call != 1 || len(review.Missing) != 1 || review.Missing[0] != "campaign:summer" {
		t.Errorf("%+v", review)
	}
	if review := reviewed(t, plan(address, byName, allowed)); len(review.Missing)+len(review.Unused) > 0 {
		t.Errorf("it is named: %+v", review)
	}
	if review := reviewed(t, plan(address, another, allowed)); len(review.Missing) != 1 || len(review.Unused) != 1 {
		t.Errorf("another is named: %+v", review)
	}
	one := fingerprint(t, plan(address, byID, nil))
	for what, content := range map[string][]byte{
		"by its name": plan(address, byName, nil), "at another address": plan("action.cohort_campaign_end.y", byID, nil),
	} {
		if got := fingerprint(t, content); got != one {
			t.Errorf("%s: %s, want %s", what, got, one)
		}
	}
	if one == fingerprint(t, plan(address, another, nil)) || one == fingerprint(t, unchanged) {
		t.Error("another effect has the same fingerprint")
	}
}

// TestFingerprint_errored refuses a plan that is not whole.
func TestFingerprint_errored(t *testing.T) {
	t.Parallel()
	plan := read(t, with(t, written(t), object{"errored": true, "complete": false}))
	if made, err := planreview.Fingerprint(plan); err == nil {
		t.Errorf("it has the fingerprint %s", made)
	}
	review := reviewed(t, with(t, written(t), object{"complete": false}))
	if review.Fingerprint == "" || len(review.Warnings) != 1 {
		t.Errorf("a plan with -target: %+v", review)
	}
}
