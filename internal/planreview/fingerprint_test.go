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
	update := func(kind string, before, after object) object {
		return change(kind, "cohort_"+kind+".one", updates, before, after)
	}
	edited := perk(object{"title": object{"en": "B"}})
	inTest := perk(object{"title": object{"en": "B"}, "mode": "test"})

	for name, tt := range map[string]struct {
		one, another []byte
		same         bool
	}{
		"mode": {written(t, update("perk", perk(nil), edited)), written(t, update("perk", perk(object{"mode": "test"}), inTest)), false},
		"id": {
			written(t, update("perk", perk(nil), edited)),
			written(t, update("perk", perk(object{"id": "p2"}), perk(object{"id": "p2", "title": object{"en": "B"}}))), true,
		},
		"an earlier value": {
			written(t, update("perk", perk(nil), edited)),
			written(t, update("perk", perk(object{"title": object{"en": "C"}}), edited)), false,
		},
		"adopted or not": {written(t, adopt(perk(nil), edited)), written(t, update("perk", perk(nil), edited)), false},
		"a list without a key": {
			written(t, change("list", "cohort_list.a", deletes, list("1", "", "A"), nil)),
			written(t, change("list", "cohort_list.a", deletes, list("2", "", "A"), nil)), false,
		},
		"a list with one": {
			written(t, change("list", "cohort_list.a", deletes, list("1", "a", "A"), nil)),
			written(t, change("list", "cohort_list.a", deletes, list("2", "a", "A"), nil)), true,
		},
		"the order of rewards": {
			written(t, named("1", "x", "live"), named("2", "y", "live"), update("campaign", campaign(), campaign("1", "2"))),
			written(t, named("1", "x", "live"), named("2", "y", "live"), update("campaign", campaign(), campaign("2", "1"))), true,
		},
		"only the order": {
			written(t, named("1", "x", "live"), named("2", "y", "live"), update("campaign", campaign("2", "1"), campaign("1", "2"))),
			written(t, kept("campaign", campaign("2", "1"))), true,
		},
		"the ids of rewards": {
			written(t, named("1", "x", "live"), update("campaign", campaign(), campaign("1"))),
			written(t, named("3", "x", "live"), update("campaign", campaign(), campaign("3"))), true,
		},
		"another reward": {
			written(t, named("1", "x", "live"), named("2", "y", "live"), update("campaign", campaign(), campaign("1"))),
			written(t, named("1", "x", "live"), named("2", "y", "live"), update("campaign", campaign(), campaign("2"))), false,
		},
		"its archived namesake": {
			written(t, named("1", "x", "live"), named("2", "x", "archived"), update("campaign", campaign(), campaign("1"))),
			written(t, named("1", "x", "live"), named("2", "x", "archived"), update("campaign", campaign(), campaign("2"))), false,
		},
		"a reward that nothing shows": {
			written(t, update("campaign", campaign(), campaign("1"))), written(t, update("campaign", campaign(), campaign("2"))), false,
		},
		"a secret from a snapshot": {
			written(t, update("perk", code("p", "OLD"), code("p", "NEW"))),
			written(t, update("perk", code("p", digest("p", "OLD")), code("p", "NEW"))), true,
		},
		"another secret": {
			written(t, update("perk", code("p", "OLD"), code("p", "NEW"))),
			written(t, update("perk", code("p", digest("p", "OLD")), code("p", "NEWER"))), false,
		},
		"another secret and key, from a snapshot": {
			written(t, adopt(code("old", "OLD"), code("new", "NEW"))),
			written(t, adopt(code("old", digest("old", "OLD")), code("new", "NEW"))), true,
		},
		"adopted from a snapshot with another key": {
			written(t, adopt(code("old", "SAME"), code("new", "SAME"))),
			written(t, adopt(code("old", digest("old", "SAME")), code("new", digest("old", "SAME")))), true,
		},
		"another provider": {written(t), written(t, other("random_pet.x", object{"a": 1}, nil, nil)), false},
		"its address": {
			written(t, other("random_pet.x", object{"a": 1}, nil, nil)), written(t, other("random_pet.y", object{"a": 1}, nil, nil)), false,
		},
		"its values": {
			written(t, other("random_pet.x", object{"a": 1}, nil, nil)), written(t, other("random_pet.x", object{"a": 2}, nil, nil)), false,
		},
		"its secrets": {
			written(t, other("random_pet.x", object{"a": []any{1}}, nil, object{"a": []any{true}})),
			written(t, other("random_pet.x", object{"a": []any{2}}, nil, object{"a": []any{true}})), true,
		},
		"what an unknown value comes from": {from("local.one"), from("local.two"), false},
		"what is known of it":              {from("var.one"), from("var.two"), true},
		"a status": {
			written(t, update("perk", perk(nil), perk(object{"status": "live"}))),
			written(t, update("perk", perk(nil), perk(object{"status": "archived"}))), false,
		},
	} {
		one, another := fingerprint(t, tt.one), fingerprint(t, tt.another)
		if (one == another) != tt.same {
			t.Errorf("%s: %s and %s", name, one, another)
		}
	}
}
