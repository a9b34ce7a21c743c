package merchants

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// otherAPI responds with what body returns, and records the requests.
func otherAPI(t *testing.T, body func(r *http.Request) string) (c *Client, sent func() []string) {
	t.Helper()
	var requests []string
	c = clientOf(t, Config{}, func(r *http.Request) (*http.Response, error) {
		content := []byte{}
		if r.Body != nil {
			var err error
			if content, err = io.ReadAll(r.Body); err != nil {
				t.Error(err)
			}
		}
		requests = append(requests, strings.TrimSpace(r.Method+" "+r.URL.RequestURI()+" "+string(content)))
		return answerWith(http.StatusOK, body(r)), nil
	})
	return c, func() []string { return requests }
}

// TestCollection_words: the service may use other words than HCL, in requests and responses.
func TestCollection_words(t *testing.T) {
	t.Parallel()
	kind := campaigns
	kind.words = map[string]words{
		"status":            {StatusDraft: "DRAFT", StatusPublished: "RUNNING"},
		"type":              {CampaignStore: "SHOP"},
		"rewards.type":      {RewardPerk: "PERK"},
		"distribution.type": {DistributionDirect: "NOW"},
	}
	const held = `{"id":"x1","internalName":"shop","status":"RUNNING","type":"SHOP",` +
		`"typeConfig":{"name":{"en":"direct"}},` +
		`"rewards":[{"type":"PERK","rewardId":"p1","extra":1},{"type":"coupon","rewardId":"p2"}],` +
		`"distribution":{"type":"NOW","typeConfig":{"maxQuantity":null}}}`
	client, sent := otherAPI(t, func(r *http.Request) string {
		if r.URL.Path == "/v1/campaigns" {
			return `{"id":"x9","internalName":"shop"}`
		}
		return held
	})
	c := Collection[*Campaign, CampaignInput]{client, &kind}

	campaign, err := c.Get(t.Context(), "x1")
	if err != nil {
		t.Fatal(err)
	}
	got := fmt.Sprint(campaign.Status, " ", campaign.Type, " ", campaign.Rewards[0].Type,
		" ", campaign.Rewards[1].Type, " ", campaign.Distribution.Type, " ", campaign.Store.Name["en"])
	if want := "published store perk coupon direct direct"; got != want {
		t.Errorf("read %s, want %s", got, want)
	}
	is := CampaignInput{Type: Value(CampaignStore), InternalName: Value("shop")}
	want := is
	want.Rewards = Value([]Reward{{Type: RewardPerk, RewardID: "p1", Quantity: new(int64(2))}})
	if _, err := c.Update(t.Context(), campaign, is, want); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Create(t.Context(), is); err != nil {
		t.Fatal(err)
	}
	if head, err := c.Transition(t.Context(), Head{ID: "x1"}, Publish); err != nil || head.Status != StatusPublished {
		t.Errorf("published: %v %v", head, err)
	}
	if want := []string{
		"GET /v1/campaigns/x1",
		`PATCH /v1/campaigns/x1 {"rewards":[{"extra":1,"quantity":2,"rewardId":"p1","type":"PERK"}]}`,
		`POST /v1/campaigns {"internalName":"shop","type":"SHOP"}`,
		"POST /v1/campaigns/x1/publish",
	}; !slices.Equal(sent(), want) {
		t.Errorf("sent\n%s\nwant\n%s", strings.Join(sent(), "\n"), strings.Join(want, "\n"))
	}
}

// TestCollection_wordsOfNested: other words part neither what is merged nor what is not known, and
// settings that are the user's alone have none.
func TestCollection_wordsOfNested(t *testing.T) {
	t.Parallel()
	kind := segments
	kind.words = map[string]words{
		"conditions.operator":                                    {OperatorAnd: "AND"},
		"conditions.groups.operator":                             {OperatorAnd: "AND"},
		"conditions.groups.conditions.type":                      {conditionOfUser: "USER", conditionOfEvent: "EVENT"},
		"conditions.groups.conditions.typeConfig:event.operator": {EventHasDone: "DONE"},
	}
	user := func(value string) Condition {
		return Condition{UserProperty: &UserPropertyCondition{
			Property: "lang", Operator: "has-done", Value: &Scalar{Text: value},
		}}
	}
	held := func(conditions string) string {
		return `{"type":"segment","conditions":{"groups":[{"conditions":[` + conditions +
			`],"operator":"AND"}],"operator":"AND"}}`
	}
	decoded, err := Collection[*Cohort, CohortInput]{descriptor: &kind}.decodeObject([]byte(
		`{"id":"x1",` + held(`{"type":"EVENT","typeConfig":{"event":"e","operator":"DONE"}}`)[1:]))
	if err != nil {
		t.Fatal(err)
	}
	if event := decoded.Conditions.Groups[0].Conditions[0].Event; event == nil || event.Operator != EventHasDone {
		t.Errorf("the event is read as %+v", decoded.Conditions.Groups[0].Conditions[0])
	}
	const moon, seen = `{"type":"moon","typeConfig":{"operator":"DONE"}}`, `"operator":"DONE","withinDays":null}}`
	c := Collection[*Cohort, CohortInput]{descriptor: &kind}
	patch, err := PatchOf(c, held(
		`{"type":"USER","x":1,"typeConfig":{"property":"lang","operator":"has-done","value":"fr"}},`+moon+
			`,{"type":"EVENT","typeConfig":{"event":"e",`+seen), CohortInput{},
		CohortInput{Conditions: Value(Conditions{Operator: OperatorAnd, Groups: []ConditionGroup{{
			Operator: OperatorAnd, Conditions: []Condition{
				{Unknown: true}, user("de"), {Event: &EventCondition{Event: "e", Operator: EventHasDone}},
			},
		}}})})
	want := `{"conditions":{"groups":[{"conditions":[` + moon +
		`,{"type":"USER","typeConfig":{"operator":"has-done","property":"lang","value":"de"},"x":1},` +
		`{"type":"EVENT","typeConfig":{"event":"e",` + seen + `],"operator":"AND"}],"operator":"AND"}}`
	if err != nil || !SameJSON([]byte(patch), []byte(want)) {
		t.Errorf("%v\n got %s\nwant %s", err, patch, want)
	}

	gift := perks
	gift.words = map[string]words{"typeConfig:shopify-discount.discountType": {DiscountPercentage: "PERCENT"}}
	for of, word := range map[string]string{PerkShopifyDiscount: "PERCENT", "gift": "percentage"} {
		settings := func(word string) string { return `{"discountType":"` + word + `"}` }
		patch, err := PatchOf(Collection[*Perk, PerkInput]{descriptor: &gift}, `{}`, PerkInput{}, PerkInput{
			Type: Value(of), TypeConfig: Value(json.RawMessage(settings("percentage"))),
		})
		if want := `{"type":"` + of + `","typeConfig":` + settings(word) + `}`; err != nil || patch != want {
			t.Errorf("%s: %s %v, want %s", of, patch, err, want)
		}
	}
}

// TestCollection_replacement: a PUT sends the whole object, with unchanged properties as the
// service holds them.
func TestCollection_replacement(t *testing.T) {
	t.Parallel()
	kind := perks
	kind.update = http.MethodPut
	const held = `{"id":"x1","status":"live","internalName":"gift","title":{"en":"Gift"},"imageUrl":null,"type":"code",` +
		`"typeConfig":{"code":"A","uses":3},"createdAt":"2026-01-01T00:00:00Z"}`
	client, sent := otherAPI(t, func(*http.Request) string { return held })
	c := Collection[*Perk, PerkInput]{client, &kind}
	perk, err := c.Get(t.Context(), "x1")
	if err != nil {
		t.Fatal(err)
	}
	is := PerkInput{
		InternalName: Value("gift"), Title: Value(Localized{"en": "Gift"}), Type: Value(PerkCode),
		TypeConfig: Value(json.RawMessage(`{"code":"A"}`)),
	}
	want := is
	want.Title = Field[Localized]{}
	want.TypeConfig = Value(json.RawMessage(`{"code":"B"}`))
	if _, err := c.Update(t.Context(), perk, is, want); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Update(t.Context(), perk, is, is); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Update(t.Context(), perk, PerkInput{}, PerkInput{ImageURL: Value("https://x.test")}); err != nil {
		t.Fatal(err)
	}
	if want := []string{
		"GET /v1/perks/x1",
		`PUT /v1/perks/x1 {"internalName":"gift","title":null,"type":"code","typeConfig":{"code":"B","uses":3}}`,
		`PUT /v1/perks/x1 {"imageUrl":"https://x.test","internalName":"gift","title":{"en":"Gift"},"type":"code",` +
			`"typeConfig":{"code":"A","uses":3}}`,
	}; !slices.Equal(sent(), want) {
		t.Errorf("sent\n%s\nwant\n%s", strings.Join(sent(), "\n"), strings.Join(want, "\n"))
	}
}

// TestCollection_numberedPages: numbered pages end at the total, or without a total at an empty
// page. A list that ends before its total is incomplete.
func TestCollection_numberedPages(t *testing.T) {
	t.Parallel()
	kind := badges
	kind.pages = pageForm{rows: "items", total: "count", limit: "perPage", cursor: "page", numbered: true}
	for name, test := range map[string]struct {
		pages    map[string]string
		want     string
		requests int
	}{
		"with a total": {
			map[string]string{"": `{"items":[{"id":"a"}],"count":2,"page":1}`, "2": `{"items":[{"id":"b"}],"count":2,"page":2}`},
			"a b <nil>", 2,
		},
		"without a total": {
			map[string]string{"": `{"items":[{"id":"a"}]}`, "2": `{"items":[{"id":"b"}]}`, "3": `{"items":[]}`}, "a b <nil>", 3,
		},
		"an empty list": {map[string]string{"": `{"items":[],"count":0}`}, "<nil>", 1},
		"a list cut off": {
			map[string]string{"": `{"items":[{"id":"a"}],"count":3}`, "2": `{"items":[],"count":3}`},
			"a GET badges: the list ends after 1 rows, though it has 3 by its total", 2,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, sent := otherAPI(t, func(r *http.Request) string { return test.pages[r.URL.Query().Get("page")] })
			var got strings.Builder
			var last error
			for badge, err := range (Collection[*Badge, BadgeInput]{client, &kind}).List(t.Context()) {
				if last = err; err == nil {
					got.WriteString(string(badge.ID) + " ")
				}
			}
			if got := got.String() + fmt.Sprint(last); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
			if len(sent()) != test.requests || !strings.HasPrefix(sent()[0], "GET /v1/badges?perPage=100") {
				t.Errorf("sent %q", sent())
			}
		})
	}
}

// TestCollection_sharedCollection: lists and segments share one collection of the service, and
// neither shows the other.
func TestCollection_sharedCollection(t *testing.T) {
	t.Parallel()
	client, sent := otherAPI(t, func(r *http.Request) string {
		if r.Method == http.MethodPost {
			return `{"id":"x9","type":"list","name":"New"}`
		}
		return `{"data":[{"id":"a","type":"list"},{"id":"b","type":"segment"},{"id":"c"}],"nextCursor":null}`
	})
	if _, err := client.Lists.Create(t.Context(), CohortInput{Name: Value("New")}); err != nil {
		t.Fatal(err)
	}
	var listed, cached []ID
	for list, err := range client.Lists.List(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		listed = append(listed, list.ID)
	}
	for head, err := range client.Lists.Cached(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		cached = append(cached, head.ID)
	}
	if want := []ID{"a", "c"}; !slices.Equal(listed, want) || !slices.Equal(cached, want) {
		t.Errorf("listed %q and %q, want %q", listed, cached, want)
	}
	if want := []string{
		`POST /v1/cohorts {"name":"New","type":"list"}`, "GET /v1/cohorts?limit=100&type=list", "GET /v1/cohorts?limit=100",
	}; !slices.Equal(sent(), want) {
		t.Errorf("sent %q, want %q", sent(), want)
	}
}

// TestCollection_located: an error of the service names the attribute of the property at fault.
func TestCollection_located(t *testing.T) {
	t.Parallel()
	for message, want := range map[string]string{
		"typeConfig.steps[0].title must be given": "challenge.steps",
		"typeConfig.name must be given":           "challenge.title",
		"typeConfig must be given":                "challenge",
		"rewards[1].quantity must be given":       "rewards",
		"cohortId refers to nothing":              "audience_id",
		"weather is bad":                          "",
		"it is bad":                               "",
	} {
		c := clientOf(t, Config{}, func(*http.Request) (*http.Response, error) {
			return answerWith(http.StatusExpectationFailed,
				fmt.Sprintf(`{"code":"generic.invalid-request","message":%q}`, message)), nil
		})
		_, err := c.Campaigns.Create(t.Context(), CampaignInput{Type: Value(CampaignChallenge)})
		if apiError, ok := asError(err); !ok || apiError.Attribute != want {
			t.Errorf("%s: %+v, want %s", message, apiError, want)
		}
	}
	for _, test := range []struct {
		d                  *descriptor
		property, of, want string
	}{
		{&perks, "typeConfig", PerkCode, "code"},
		{&perks, "type", PerkLink, "link"},
		{&perks, "typeConfig.code", PerkCode, "code.value"},
		{&perks, "typeConfig.code", "nft", "custom"},
		{&perks, "typeConfig.code", PerkNone, "code.value"},
		{&perks, "typeConfig", PerkNone, ""},
		{&perks, "typeConfig.value", PerkShopifyDiscount, "shopify_discount.value"},
		{&campaigns, "typeConfig.steps[0].title", CampaignStore, "store"},
		{&campaigns, "typeConfig.steps[0].title", CampaignAirdrop, "airdrop"},
		{&campaigns, "weather.now", CampaignStore, ""},
	} {
		if got := test.d.attribute(test.property, test.of); got != test.want {
			t.Errorf("%s of the type %s stands in %q, want %q", test.property, test.of, got, test.want)
		}
	}
}

// TestCollection_locatedTransition: so is the error of a publish, which sends no property.
func TestCollection_locatedTransition(t *testing.T) {
	t.Parallel()
	for of, want := range map[string]string{CampaignChallenge: "challenge.title", CampaignStore: "store.title", "": ""} {
		c := clientOf(t, Config{}, func(*http.Request) (*http.Response, error) {
			return answerWith(http.StatusExpectationFailed,
				`{"code":"generic.invalid-request","message":"typeConfig.name is needed to publish"}`), nil
		})
		_, err := c.Campaigns.Transition(t.Context(), Head{ID: "x1", Type: of}, Publish)
		if apiError, ok := asError(err); !ok || apiError.Attribute != want {
			t.Errorf("of the type %q: %+v, want %q", of, apiError, want)
		}
	}
}

// TestCollection_changes: changes, and changes made outside, are reported by attribute.
func TestCollection_changes(t *testing.T) {
	t.Parallel()
	c := Collection[*Perk, PerkInput]{descriptor: &perks}
	perk := func(name, code string) PerkInput {
		return PerkInput{
			InternalName: Value(name), Type: Value(PerkCode), TypeConfig: Value(json.RawMessage(`{"code":"` + code + `"}`)),
		}
	}
	for _, test := range []struct {
		known, is, want    PerkInput
		changes, conflicts string
	}{
		{perk("a", "A"), perk("a", "A"), perk("b", "B"), "internal_name code", ""},
		{perk("a", "A"), perk("b", "A"), perk("c", "A"), "internal_name", "internal_name"},
		{perk("a", "A"), perk("b", "A"), perk("b", "A"), "", ""},
		{perk("a", "A"), perk("a", "B"), perk("a", "A"), "code", "code"},
		{perk("a", "A"), PerkInput{}, PerkInput{InternalName: Value("a")}, "internal_name", "internal_name"},
	} {
		if got := strings.Join(c.Changes(test.is, test.want), " "); got != test.changes {
			t.Errorf("%+v: changes %q, want %q", test.want, got, test.changes)
		}
		if got := strings.Join(c.Conflicts(test.known, test.is, test.want), " "); got != test.conflicts {
			t.Errorf("%+v: conflicts %q, want %q", test.want, got, test.conflicts)
		}
	}
}

// TestChanges: an update distinguishes absent, null and a value.
func TestChanges(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ is, want, patch string }{
		"absent to absent": {`{}`, `{}`, `{}`},
		"absent to null":   {`{}`, `{"a":null}`, `{"a":null}`},
		"absent to value":  {`{}`, `{"a":""}`, `{"a":""}`},
		"null to absent":   {`{"a":null}`, `{}`, `{}`},
		"null to null":     {`{"a":null}`, `{"a":null}`, `{}`},
		"null to value":    {`{"a":null}`, `{"a":1}`, `{"a":1}`},
		"value to absent":  {`{"a":""}`, `{}`, `{"a":null}`},
		"value to null":    {`{"a":1}`, `{"a":null}`, `{"a":null}`},
		"value to same":    {`{"a":{"b":[1.0],"c":"<"}}`, `{"a":{"c":"\u003c","b":[1]}}`, `{}`},
		"value to other":   {`{"a":12345678901234567890}`, `{"a":12345678901234567891}`, `{"a":12345678901234567891}`},
	} {
		is, problemIs := decodeValue([]byte(test.is))
		want, problemWant := decodeValue([]byte(test.want))
		if problemIs != nil || problemWant != nil {
			t.Fatal(problemIs, problemWant)
		}
		patch, err := json.Marshal(changes(is.(map[string]any), want.(map[string]any)))
		if err != nil || string(patch) != test.patch {
			t.Errorf("%s: %s %v, want %s", name, patch, err, test.patch)
		}
	}
}
