package merchants_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

// Objects with all properties that this package models.
const (
	wholeProperty = `{"id":"x1","name":"Tier","type":"text","referenceId":"tier"}`
	wholeList     = `{"id":"x1","type":"list","name":"VIP","referenceId":null,"conditions":null}`
	wholeSegment  = `{"id":"x1","type":"segment","name":"Gold","referenceId":"gold","conditions":{
		"operator":"and","groups":[{"operator":"or","conditions":[
			{"type":"user-property","typeConfig":{"property":"tier","operator":"equals","value":"gold"}},
			{"type":"event","typeConfig":{"event":"e","operator":"has-done","withinDays":90}},
			{"type":"cohort","typeConfig":{"cohortId":"c1","operator":"is-not-in"}}]}]}}`
	wholePerk = `{"id":"x1","internalName":"p","status":"live","title":{"en":"T"},"description":{},"imageUrl":null,` +
		`"videoUrl":null,"expiresAt":null,"type":%q,"typeConfig":%s}`
	wholeAsset = `{"id":"x1","internalName":"a","status":"draft","title":{"en":"T"},"description":{},"imageUrl":null,` +
		`"videoUrl":null,"maxSupply":5}`
	wholeBadge = `{"id":"x1","internalName":"b","status":"draft","title":{},"description":{},"imageUrl":null,` +
		`"cohortId":"c1","visibility":"owners","lockedDescription":{}}`
	wholeCampaign = `{"id":"x1","internalName":"c","status":"draft","cohortId":null,"startAt":null,"endAt":null,"rewards":[
			{"type":"perk","rewardId":"p1","quantity":null,"price":{"amount":5,"currency":"EUR"}},
			{"type":"digital-asset","rewardId":"a1","quantity":2,"price":null}],
		"distribution":%s,"type":%q,"typeConfig":%s}`
	wholeChallenge = `{"name":{"en":"T"},"optInCta":{},"description":{},"imageUrl":null,"videoUrl":null,"slug":"s",
		"steps":[{"id":"s1","userAction":"u","icon":null,"title":{},"description":{},"triggers":[
			{"type":"t","typeConfig":{"own":{"x":1}}},{"type":"t","typeConfig":null}]}]}`
	wholeStore = `{"name":{},"description":{},"imageUrl":null,"videoUrl":null,"slug":null}`
	direct     = `{"type":"direct","typeConfig":{"maxQuantity":null}}`
	draw       = `{"type":"instant-draw","typeConfig":{"maxBoxes":9}}`
	raffle     = `{"type":"raffle","typeConfig":{"maxBoxes":9,"drawAt":null}}`
)

func perkOf(kind, settings string) string { return fmt.Sprintf(wholePerk, kind, settings) }

func campaignOf(distribution, kind, settings string) string {
	return fmt.Sprintf(wholeCampaign, distribution, kind, settings)
}

// wholeObject is an object of a kind, and what the calls of its kind do with it.
type wholeObject struct {
	path, body string
	walk       func(*testing.T, *merchants.Client) []any
	unmodeled  func(*testing.T, *merchants.Client) []string
}

func objectOf[T merchants.Object, Input any](
	path, body string, of func(*merchants.Client) merchants.Collection[T, Input],
) wholeObject {
	walk := func(t *testing.T, c *merchants.Client) []any {
		t.Helper()
		var all []any
		for object, err := range of(c).Whole(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, object)
		}
		return all
	}
	return wholeObject{path, body, walk, func(t *testing.T, c *merchants.Client) []string {
		t.Helper()
		object, err := of(c).Get(t.Context(), "x1")
		if err != nil {
			t.Fatal(err)
		}
		return of(c).Unmodeled(object)
	}}
}

func ofSegments(c *merchants.Client) merchants.Collection[*merchants.Cohort, merchants.CohortInput] {
	return c.Segments
}

func ofPerks(c *merchants.Client) merchants.Collection[*merchants.Perk, merchants.PerkInput] {
	return c.Perks
}

func ofCampaigns(c *merchants.Client) merchants.Collection[*merchants.Campaign, merchants.CampaignInput] {
	return c.Campaigns
}

var wholeObjects = map[string]wholeObject{
	"user property": objectOf("user-properties", wholeProperty,
		func(c *merchants.Client) merchants.Collection[*merchants.UserProperty, merchants.UserPropertyInput] {
			return c.UserProperties
		}),
	"list": objectOf("cohorts", wholeList,
		func(c *merchants.Client) merchants.Collection[*merchants.Cohort, merchants.CohortInput] {
			return c.Lists
		}),
	"segment": objectOf("cohorts", wholeSegment, ofSegments),
	"code":    objectOf("perks", perkOf("code", `{"code":"A"}`), ofPerks),
	"link":    objectOf("perks", perkOf("link", `{"url":"https://a.example"}`), ofPerks),
	"discount": objectOf("perks",
		perkOf("shopify-discount", `{"discountName":"n","discountType":"percentage","value":1}`), ofPerks),
	"gift": objectOf("perks", perkOf("gift", `{"own":1}`), ofPerks),
	"digital asset": objectOf("digital-assets", wholeAsset,
		func(c *merchants.Client) merchants.Collection[*merchants.DigitalAsset, merchants.DigitalAssetInput] {
			return c.DigitalAssets
		}),
	"badge": objectOf("badges", wholeBadge,
		func(c *merchants.Client) merchants.Collection[*merchants.Badge, merchants.BadgeInput] {
			return c.Badges
		}),
	"challenge": objectOf("campaigns", campaignOf(draw, "challenge", wholeChallenge), ofCampaigns),
	"store":     objectOf("campaigns", campaignOf(direct, "store", wholeStore), ofCampaigns),
	"airdrop":   objectOf("campaigns", campaignOf(raffle, "airdrop", `null`), ofCampaigns),
}

// served returns the calls to a service that has an object and shows a row of it in its listing.
func served(t *testing.T, path, row, object string) *server {
	t.Helper()
	return serve(t, func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/"+path) {
			reply(http.StatusOK, `{"data":[`+row+`],"nextCursor":null,"total":1}`)(w, r)
			return
		}
		reply(http.StatusOK, object)(w, r)
	})
}

// without returns JSON texts that each lack one property, by its path. It leaves in the id, the
// texts by language and the settings that are the user's own.
func without(t *testing.T, object string) map[string]string {
	t.Helper()
	var whole any
	if err := json.Unmarshal([]byte(object), &whole); err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{}
	var visit func(path string, value any)
	visit = func(path string, value any) {
		switch value := value.(type) {
		case map[string]any:
			for name, inner := range maps.Clone(value) {
				at := path + "." + name
				if at == ".id" || name == "own" || name == "en" {
					continue
				}
				delete(value, name)
				text, err := json.Marshal(whole)
				if err != nil {
					t.Fatal(err)
				}
				texts[at] = string(text)
				value[name] = inner
				visit(at, inner)
			}
		case []any:
			for i, inner := range value {
				visit(fmt.Sprintf("%s.%d", path, i), inner)
			}
		}
	}
	visit("", whole)
	return texts
}

// TestWhole_rows holds that an object comes from its row if that has every property of its kind,
// and that it is read by its id if the row lacks any, at any depth. Neither loses anything.
func TestWhole_rows(t *testing.T) {
	t.Parallel()
	for name, k := range wholeObjects {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := served(t, k.path, k.body, `{}`)
			want := k.walk(t, s.client(t))
			if len(want) != 1 || len(s.got()) != 1 {
				t.Fatalf("a whole row takes %d requests and gives %v", len(s.got()), want)
			}
			parts := without(t, k.body)
			for path, row := range parts {
				s := served(t, k.path, row, k.body)
				got := k.walk(t, s.client(t))
				if targets := s.got(); len(targets) != 2 || targets[1].Target != "/v1/"+k.path+"/x1" {
					t.Errorf("a row without %s is not read by its id: %v", path, targets)
				}
				if diff := cmp.Diff(want, got, cmpopts.IgnoreTypes(merchants.Raw{})); diff != "" {
					t.Errorf("a row without %s (-want +got):\n%s", path, diff)
				}
			}
			if len(parts) < 3 {
				t.Errorf("only %d properties were tried", len(parts))
			}
		})
	}
}

// TestWhole_byID holds that each object is read by its id if the client is so configured.
func TestWhole_byID(t *testing.T) {
	t.Parallel()
	for name, k := range wholeObjects {
		s := served(t, k.path, k.body, k.body)
		got := k.walk(t, newClient(t, merchants.Config{Key: parseKey(t, secret), BaseURL: s.URL, ReadByID: true}))
		if len(got) != 1 || len(s.got()) != 2 {
			t.Errorf("%s: %d requests for %v, want the page and the object", name, len(s.got()), got)
		}
	}
}

// TestWhole_unknownConditions holds that a row with a condition of an unknown kind is whole, and
// that one with a condition that leaves out its kind is not.
func TestWhole_unknownConditions(t *testing.T) {
	t.Parallel()
	for condition, requests := range map[string]int{
		`{"type":"weather","typeConfig":{"sun":true}}`:                      1,
		`{"type":"weather","typeConfig":null}`:                              1,
		`{"type":"event","typeConfig":{"event":"e","operator":"has-lost"}}`: 1,
		`{"type":"weather"}`:                                                2,
		`{"typeConfig":{"event":"e","operator":"has-done"}}`:                2,
		`{"type":"event","typeConfig":{"event":"e"}}`:                       2,
		`{"type":"cohort","typeConfig":{"cohortId":"c"}}`:                   2,
		`{}`: 2,
	} {
		row := `{"id":"x1","type":"segment","name":"S","referenceId":null,"conditions":{"operator":"and","groups":[` +
			`{"operator":"and","conditions":[` + condition + `]}]}}`
		s := served(t, "cohorts", row, row)
		objectOf("cohorts", row, ofSegments).walk(t, s.client(t))
		if got := len(s.got()); got != requests {
			t.Errorf("a row with the condition %s takes %d requests, want %d", condition, got, requests)
		}
	}
}

// TestWhole_gone holds that an object that is gone when it is read is left out, and that another
// error ends the walk.
func TestWhole_gone(t *testing.T) {
	t.Parallel()
	for status, want := range map[int][]string{http.StatusNotFound: {"x2"}, http.StatusForbidden: nil} {
		whole := strings.ReplaceAll(perkOf("none", "null"), "x1", "x2")
		s := serve(t, func(w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "/x1") {
				reply(status, `{"code":"perk.not-found","message":"There is none."}`)(w, r)
				return
			}
			reply(http.StatusOK, `{"data":[{"id":"x1"},`+whole+`],"nextCursor":null,"total":2}`)(w, r)
		})
		ids, errs := collect(t, s.client(t).Perks.Whole(t.Context()))
		if !slices.Equal(ids, want) || (len(errs) > 0) != (want == nil) {
			t.Errorf("with status %d: %q and %v, want %q", status, ids, errs, want)
		}
	}
}

// TestUnmodeled holds that exactly the properties with a value that this package does not model are
// named, at every depth.
func TestUnmodeled(t *testing.T) {
	t.Parallel()
	for name, k := range wholeObjects {
		if got := unmodeledOf(t, k, k.body); len(got) > 0 {
			t.Errorf("%s: %q, want none", name, got)
		}
	}
	groups := func(condition string) string {
		return `"conditions":{"operator":"and","groups":[{"operator":"and","conditions":[` + condition + `]}]}`
	}
	for _, c := range []struct {
		name, kind, from, to string
		want                 []string
	}{
		{"at top level", "perk", `"id":"x1"`, `"id":"x1","color":"red","size":{"w":1}`, []string{"color", "size"}},
		{"null", "perk", `"id":"x1"`, `"id":"x1","color":null`, nil},
		{"false and empty", "perk", `"id":"x1"`, `"id":"x1","a":false,"b":""`, []string{"a", "b"}},
		{
			"set by the service", "perk", `"id":"x1"`,
			`"id":"x1","createdAt":"2026-01-01T00:00:00.000Z","updatedAt":"2026-01-01T00:00:00.000Z"`, nil,
		},
		{"in a list", "challenge", `"rewardId":"a1"`, `"rewardId":"a1","color":"red"`, []string{"rewards.color"}},
		{
			"null in a list, and set by the service elsewhere", "challenge", `"rewardId":"a1"`,
			`"rewardId":"a1","color":null,"createdAt":1`,
			[]string{"rewards.createdAt"},
		},
		{
			"in steps and triggers", "challenge", `"userAction":"u"`, `"userAction":"u","points":5`,
			[]string{"typeConfig.steps.points"},
		},
		{
			"beside a trigger's settings", "challenge", `{"type":"t","typeConfig":null}`,
			`{"type":"t","typeConfig":{"own":1},"times":2}`,
			[]string{"typeConfig.steps.triggers.times"},
		},
		{"in a price", "challenge", `"currency":"EUR"`, `"currency":"EUR","tax":1`, []string{"rewards.price.tax"}},
		{"in a distribution", "challenge", `"maxBoxes":9`, `"maxBoxes":9,"odds":1`, []string{"distribution.typeConfig.odds"}},
		{"settings of an airdrop", "airdrop", `"typeConfig":null}`, `"typeConfig":{"x":1}}`, []string{"typeConfig.x"}},
		{"settings of a code", "code", `"code":"A"`, `"code":"A","pool":"P","none":null`, []string{"typeConfig.pool"}},
		{"settings of a link", "link", `"url":`, `"target":"_blank","url":`, []string{"typeConfig.target"}},
		{"settings of a discount", "discount", `"value":1`, `"value":1,"once":true`, []string{"typeConfig.once"}},
		{
			"settings of a type without any", "gift", `"gift","typeConfig":{"own":1}`, `"none","typeConfig":{"own":1}`,
			[]string{"typeConfig.own"},
		},
		{"settings of a custom type", "gift", `"own":1`, `"own":1,"color":"red"`, nil},
		{
			"an unknown condition", "segment", `"type":"event"`, `"type":"weather"`,
			[]string{"conditions.groups.conditions.type", "conditions.groups.conditions.typeConfig"},
		},
		{
			"in a condition", "segment", `"withinDays":90`, `"withinDays":90,"times":2`,
			[]string{"conditions.groups.conditions.typeConfig.times"},
		},
		{"conditions of a list", "list", `"conditions":null`, groups(`{"type":"x","typeConfig":1}`), []string{
			"conditions.groups.conditions.type", "conditions.groups.conditions.typeConfig",
		}},
	} {
		k := wholeObjects[c.kind]
		if c.kind == "perk" {
			k = wholeObjects["code"]
		}
		object := strings.Replace(k.body, c.from, c.to, 1)
		if object == k.body {
			t.Errorf("%s: %s is not there", c.name, c.from)
		}
		if got := unmodeledOf(t, k, object); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func unmodeledOf(t *testing.T, k wholeObject, object string) []string {
	t.Helper()
	return k.unmodeled(t, served(t, k.path, object, object).client(t))
}
