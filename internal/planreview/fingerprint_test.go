package planreview_test

import (
	"maps"
	"testing"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/portable"
)

// TestFingerprint_cases compares plans that differ in one thing.
func TestFingerprint_cases(t *testing.T) {
	t.Parallel()
	perk := func(more object) object {
		values := object{"id": "p1", "mode": "live", "internal_name": "p", "status": "draft", "title": object{"en": "A"}}
		maps.Copy(values, more)
		return values
	}
	list := func(id, key, name string) object {
		values := object{"id": id, "mode": "live", "name": name}
		if key != "" {
			values["reference_id"] = key
		}
		return values
	}
	campaign := func(perks ...string) object {
		rewards := []any{}
		for _, id := range perks {
			rewards = append(rewards, object{"perk_id": id})
		}
		return object{"id": "c", "mode": "live", "internal_name": "c", "status": "draft", "rewards": rewards}
	}
	kept := func(kind string, values object) object {
		return change(kind, "cohort_"+kind+"."+values["id"].(string), keeps, values, values)
	}
	named := func(id, key, status string) object {
		return kept("perk", object{"id": id, "mode": "live", "internal_name": key, "status": status})
	}
	adopt := func(values, after object) object {
		adopted := change("perk", "cohort_perk.p", updates, values, after)
		adopted["change"].(object)["importing"] = object{"id": "p1"}
		return adopted
	}
	other := func(address string, after, unknown, sensitive any) object {
		return object{"address": address, "mode": "managed", "type": "random_pet", "change": object{
			"actions": creates, "after": after, "after_unknown": unknown, "after_sensitive": sensitive,
		}}
	}
	unknownTitle := change("perk", "cohort_perk.p", updates, perk(nil), perk(object{"title": nil}))
	unknownTitle["change"].(object)["after_unknown"] = object{"title": true}
	from := func(reference string) []byte {
		return with(t, written(t, unknownTitle), object{"configuration": object{"root_module": object{"resources": []object{{
			"address": "cohort_perk.p", "mode": "managed", "type": "cohort_perk", "name": "p",
			"expressions": object{"title": object{"references": []string{reference}}},
		}}}}})
	}
	var perkKind portable.Kind
	for _, k := range portable.Kinds() {
		if k.Name == "perk" {
			perkKind = k
		}
	}
	digest := func(key, secret string) string {
		made, err := perkKind.Digest("code.value", key, secret)
		if err != nil {
			t.Fatal(err)
		}
		return made
	}
	code := func(key, secret string) object {
		return perk(object{"internal_name": key, "code": object{"value": secret}})
	}
	writeOnly := func(version int) object { return perk(object{"code": object{"value_wo_version": version}}) }
	update := func(kind string, before, after object) object {
		return change(kind, "cohort_"+kind+".one", updates, before, after)
	}
	edited := perk(object{"title": object{"en": "B"}})
	inTest := perk(object{"title": object{"en": "B"}, "mode": "test"})

	of := func(changes ...object) []byte { return written(t, changes...) }
	x, y := named("1", "x", "live"), named("2", "y", "live")
	rewarded := func(perks ...string) object { return update("campaign", campaign(), campaign(perks...)) }
	pet := func(address string, value int) object { return other(address, object{"a": value}, nil, nil) }

	for name, tt := range map[string]struct {
		one, another []byte
		same         bool
	}{
		"mode": {
			of(update("perk", perk(nil), edited)),
			of(update("perk", perk(object{"mode": "test"}), inTest)), false,
		},
		"id": {
			of(update("perk", perk(nil), edited)),
			of(update("perk", perk(object{"id": "p2"}), perk(object{"id": "p2", "title": object{"en": "B"}}))), true,
		},
		"an earlier value": {
			of(update("perk", perk(nil), edited)),
			of(update("perk", perk(object{"title": object{"en": "C"}}), edited)), false,
		},
		"adopted or not": {
			of(adopt(perk(nil), edited)),
			of(update("perk", perk(nil), edited)), false,
		},
		"a list without a key": {
			of(change("list", "cohort_list.a", deletes, list("1", "", "A"), nil)),
			of(change("list", "cohort_list.a", deletes, list("2", "", "A"), nil)), false,
		},
		"a list with one": {
			of(change("list", "cohort_list.a", deletes, list("1", "a", "A"), nil)),
			of(change("list", "cohort_list.a", deletes, list("2", "a", "A"), nil)), true,
		},
		"the version of a write-only code": {
			of(update("perk", writeOnly(1), writeOnly(2))),
			of(update("perk", writeOnly(1), writeOnly(3))), false,
		},
		"only the version of a write-only code": {
			of(update("perk", writeOnly(1), writeOnly(2))),
			of(kept("perk", writeOnly(2))), false,
		},
		"a code that becomes write-only, or stays in the state": {
			of(update("perk", code("p", "A"), writeOnly(1))),
			of(update("perk", code("p", "A"), code("p", "B"))), false,
		},
		"a code that becomes write-only, read from a snapshot": {
			of(update("perk", code("p", "A"), writeOnly(1))),
			of(update("perk", code("p", digest("p", "A")), writeOnly(1))), true,
		},
		"the order of rewards": {
			of(x, y, rewarded("1", "2")),
			of(x, y, rewarded("2", "1")), true,
		},
		"only the order": {
			of(x, y, update("campaign", campaign("2", "1"), campaign("1", "2"))),
			of(kept("campaign", campaign("2", "1"))), true,
		},
		"the ids of rewards": {
			of(x, rewarded("1")),
			of(named("3", "x", "live"), rewarded("3")), true,
		},
		"another reward": {
			of(x, y, rewarded("1")),
			of(x, y, rewarded("2")), false,
		},
		"its archived namesake": {
			of(x, named("2", "x", "archived"), rewarded("1")),
			of(x, named("2", "x", "archived"), rewarded("2")), false,
		},
		"a reward that nothing shows": {
			of(rewarded("1")), of(rewarded("2")), false,
		},
		"a secret from a snapshot": {
			of(update("perk", code("p", "OLD"), code("p", "NEW"))),
			of(update("perk", code("p", digest("p", "OLD")), code("p", "NEW"))), true,
		},
		"another secret": {
			of(update("perk", code("p", "OLD"), code("p", "NEW"))),
			of(update("perk", code("p", digest("p", "OLD")), code("p", "NEWER"))), false,
		},
		"another secret and key, from a snapshot": {
			of(adopt(code("old", "OLD"), code("new", "NEW"))),
			of(adopt(code("old", digest("old", "OLD")), code("new", "NEW"))), true,
		},
		"adopted from a snapshot with another key": {
			of(adopt(code("old", "SAME"), code("new", "SAME"))),
			of(adopt(code("old", digest("old", "SAME")), code("new", digest("old", "SAME")))), true,
		},
		"another provider": {of(), of(pet("random_pet.x", 1)), false},
		"its address": {
			of(pet("random_pet.x", 1)), of(pet("random_pet.y", 1)), false,
		},
		"its values": {
			of(pet("random_pet.x", 1)), of(pet("random_pet.x", 2)), false,
		},
		"its secrets": {
			of(other("random_pet.x", object{"a": []any{1}}, nil, object{"a": []any{true}})),
			of(other("random_pet.x", object{"a": []any{2}}, nil, object{"a": []any{true}})), true,
		},
		"what an unknown value comes from": {from("local.one"), from("local.two"), false},
		"what is known of it":              {from("var.one"), from("var.two"), true},
		"a status": {
			of(update("perk", perk(nil), perk(object{"status": "live"}))),
			of(update("perk", perk(nil), perk(object{"status": "archived"}))), false,
		},
	} {
		one, another := fingerprint(t, tt.one), fingerprint(t, tt.another)
		if (one == another) != tt.same {
			t.Errorf("%s: %s and %s", name, one, another)
		}
	}
}
