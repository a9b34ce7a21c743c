package probe

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/doctor/contract"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/population"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/sample"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

// dialect is a service that differs from the contract.
type dialect struct{ name, dialect, differs string }

// dialects are services that differ from the contract, and the IDs of all findings that must say
// so. An ID that begins with "*." stands for every kind, and @upper for every word of an enum.
var dialects = []dialect{
	{"path", `{"paths": {"perks": "rewards/perks"}}`, `perk.route`},
	{
		"camel path", `{"paths": {"digital-assets": "digitalAssets", "user-properties": "users/properties"}}`,
		`digital-asset.route user-property.route`,
	},
	{"version", `{"prefix": "/v2"}`, `route`},
	{"no version", `{"prefix": ""}`, `route`},
	{"PUT", `{"update": {"*": "PUT"}}`, `*.update.route`},
	{"PUT of perks", `{"update": {"perks": "PUT"}}`, `perk.update.route`},
	{"POST", `{"update": {"badges": "POST"}}`, `badge.update.route`},
	{
		"pages by number", `{"pages": {"rows": "items", "limit": "pageSize", "cursor": "page", "form": "number"}}`,
		`*.list.parameter.limit *.list.parameter.cursor *.list.page.data *.list.page.nextCursor`,
	},
	{
		"pages by offset", `{"pages": {"cursor": "offset", "form": "offset"}}`,
		`*.list.parameter.cursor *.list.page.nextCursor`,
	},
	{
		"meta", `{"pages": {"rows": "items", "meta": "pagination", "next": "next", "total": "count"}}`,
		`*.list.page.data *.list.page.nextCursor *.list.page.total`,
	},
	{
		"array", `{"pages": {"form": "array", "cursor": "page"}}`,
		`*.list.parameter.cursor *.list.page.data *.list.page.nextCursor *.list.page.total`,
	},
	{"one page", `{"pages": {"form": "none"}}`, `*.list.parameter.limit *.list.parameter.cursor *.list.page.nextCursor`},
	{"small pages", `{"pages": {"max": 50}}`, `*.list.parameter.limit`},
	{"upper", `{"upper": true}`, `@upper`},
	{
		"key", `{"names": {"*": {"internalName": "name"}}}`,
		`perk.answer.internalName digital-asset.answer.internalName badge.answer.internalName campaign.answer.internalName`,
	},
	{"code", `{"names": {"perks": {"typeConfig:code.code": "value"}}}`, `perk.answer.typeConfig:code.code`},
	{"image", `{"names": {"badges": {"imageUrl": "picture"}}}`, `badge.answer.imageUrl`},
	{
		"steps", `{"names": {"campaigns": {"typeConfig:challenge.steps": "tasks"}}}`,
		`campaign.answer.typeConfig:challenge.steps`,
	},
	{
		"settings", `{"names": {"perks": {"typeConfig": "settings", "type": "kind"}}}`,
		`perk.answer.typeConfig perk.answer.type`,
	},
	{"snake", `{"case": "snake"}`, `rule.names`},
	{"kebab", `{"case": "kebab"}`, `rule.names`},
	{"pascal", `{"case": "pascal"}`, `rule.names`},
	{
		"words", `{"words": {"perks": {"status": {"draft": "inactive", "live": "active"}}}}`,
		`perk.words.status.draft perk.words.status.live`,
	},
	{"no createdAt", `{"omit": {"*": ["createdAt"]}}`, `*.answer.createdAt`},
	{"short rows", `{"omit_rows": {"campaigns": ["typeConfig"]}}`, `campaign.list.answer.typeConfig`},
	{"required", `{"require": {"perks": {"category": "string"}}}`, `perk.create.request`},
	{"required number", `{"require": {"badges": {"rank": "number"}}}`, `badge.create.request`},
	{"refused", `{"refuse": {"badges": ["lockedDescription"]}}`, `badge.create.request.lockedDescription`},
	{"read-only", `{"readonly": {"perks": ["expiresAt"]}}`, `perk.update.request.expiresAt`},
	{"numbers", `{"ids": "number"}`, `*.answer.id badge.create.request.cohortId campaign.create.request.cohortId
		campaign.create.request.rewards.rewardId ` + numericConditions},
	{"nulls", `{"nulls": "omitted"}`, `rule.nulls`},
	{"envelope", `{"envelope": "data"}`, `answer`},
	{"empty create", `{"create": {"empty": true}}`, `*.create.answer`},
	{"location", `{"create": {"empty": true, "location": true}}`, `*.create.answer`},
	{"create 200", `{"create": {"status": 200}}`, `*.create.answer`},
	{"delete 204", `{"delete": {"status": 204}}`, `*.delete.answer`},
	{"errors 400", `{"errors": {"status": 400}}`, `error.words.status.417`},
	{"framework", `{"errors": {"form": "framework"}}`, `error.answer.code error.answer.message`},
	{"404 without code", `{"errors": {"not_found_code": false}}`, `rule.unknown-id`},
	{"404 without body", `{"errors": {"not_found_body": false}}`, `rule.unknown-id`},
	{"410", `{"errors": {"not_found": 410}}`, `rule.unknown-id`},
	{"late status", `{"late": {"status": 2}}`, `rule.current-status`},
	{"late reads", `{"late": {"reads": 1}}`, `rule.current-reads`},
	{"seconds", `{"times": "seconds"}`, `rule.times`},
	{"time offset", `{"times": "offset"}`, `rule.times`},
	{"milliseconds", `{"times": "number"}`, `rule.times`},
	{"merge", `{"merge": true}`, `rule.nested-replaced`},
	{"null refused", `{"clear": "refused"}`, `rule.null-clears`},
	{"null ignored", `{"clear": "ignored"}`, `rule.null-clears`},
	{"not unique", `{"unique": false}`, `rule.unique`},
	{"in use", `{"in_use": false}`, `rule.in-use`},
	{"not strict", `{"strict": false}`, `rule.unknown-property`},
	{"filter refused", `{"filter": "refused"}`, `cohort.list.parameter.type`},
	{"filter ignored", `{"filter": "ignored"}`, `cohort.list.parameter.type`},
	{
		"other segment", `{"transitions": {"*": {"publish": {"method": "PUT", "path": "activate"}}}}`,
		`perk.publish.route digital-asset.publish.route badge.publish.route campaign.publish.route`,
	},
	{"status", `{"transitions": {"perks": {"archive": {"method": "PATCH", "status": "archived"}}}}`, `perk.archive.route`},

	// Several at once.
	{"PUT, upper", `{"update": {"*": "PUT"}, "upper": true}`, `*.update.route @upper`},
	{
		"v2, snake, numbers", `{"prefix": "/v2", "case": "snake", "ids": "number"}`,
		`route rule.names *.answer.id badge.create.request.cohortId campaign.create.request.cohortId
		campaign.create.request.rewards.rewardId ` + numericConditions,
	},
	{"key, required, 400", `{"names": {"*": {"internalName": "name"}}, "require": {"perks": {"category": "string"}},
		"errors": {"status": 400}}`, `perk.answer.internalName digital-asset.answer.internalName badge.answer.internalName
		campaign.answer.internalName perk.create.request error.words.status.417`},
	{"key, required, PUT", `{"names": {"*": {"internalName": "label"}}, "require": {"campaigns": {"budget": "number"}},
		"update": {"*": "PUT"}}`, `perk.answer.internalName digital-asset.answer.internalName badge.answer.internalName
		campaign.answer.internalName campaign.create.request *.update.route`},
	{
		"upper, late, words", `{"upper": true, "late": {"status": 2, "reads": 1}}`,
		`@upper rule.current-status rule.current-reads`,
	},
	{
		"path, numbers, empty",
		`{"paths": {"perks": "rewards/perks"}, "ids": "number", "create": {"empty": true, "location": true}}`,
		`perk.route *.answer.id badge.create.request.cohortId campaign.create.request.cohortId
		campaign.create.request.rewards.rewardId *.create.answer ` + numericConditions,
	},
	{"empty, by number, key", `{"create": {"empty": true}, "pages": {"form": "number", "cursor": "page", "rows": "items"},
		"names": {"*": {"internalName": "name"}}}`, `*.create.answer *.list.parameter.cursor *.list.page.data
		*.list.page.nextCursor
		perk.answer.internalName digital-asset.answer.internalName badge.answer.internalName campaign.answer.internalName`},
	{
		"framework, 404, 400", `{"errors": {"status": 400, "form": "framework", "not_found_code": false}}`,
		`error.answer.code error.answer.message error.words.status.417`,
	},
	{
		"nulls, seconds, envelope", `{"nulls": "omitted", "times": "seconds", "envelope": "result"}`,
		`rule.nulls rule.times answer`,
	},
	{
		"snake, upper, PUT, array",
		`{"case": "snake", "upper": true, "update": {"*": "PUT"}, "pages": {"form": "array", "cursor": "page"}}`,
		`rule.names @upper *.update.route *.list.parameter.cursor *.list.page.data *.list.page.nextCursor *.list.page.total`,
	},
	{"null refused, merge", `{"clear": "refused", "merge": true}`, `rule.null-clears rule.nested-replaced`},
	{"lax", `{"unique": false, "in_use": false, "strict": false}`, `rule.unique rule.in-use rule.unknown-property`},
	{
		"lax names", `{"strict": false, "names": {"perks": {"title": "headline", "imageUrl": "picture"}}}`,
		`rule.unknown-property perk.answer.title perk.answer.imageUrl`,
	},
	{"no createdAt, short rows, read-only", `{"omit": {"*": ["createdAt"]}, "omit_rows": {"campaigns": ["typeConfig"],
		"perks": ["description"]}, "readonly": {"badges": ["imageUrl"]}}`, `*.answer.createdAt campaign.list.answer.typeConfig
		perk.list.answer.description badge.update.request.imageUrl`},
	{
		"status by update, words, late", `{"transitions": {"campaigns": {"end": {"method": "PATCH", "status": "ended"}}},
		"words": {"campaigns": {"status": {"ended": "finished"}}}, "late": {"status": 1}}`,
		`campaign.end.route campaign.words.status.ended rule.current-status`,
	},
	{
		"PUT, numbers, null refused", `{"update": {"*": "PUT"}, "ids": "number", "clear": "refused"}`,
		`*.update.route *.answer.id badge.create.request.cohortId campaign.create.request.cohortId
		campaign.create.request.rewards.rewardId rule.null-clears ` + numericConditions,
	},
	{
		"milliseconds, kebab, 410", `{"times": "number", "case": "kebab", "errors": {"not_found": 410}}`,
		`rule.times rule.names rule.unknown-id`,
	},
	{
		"the other API",
		`{"prefix": "/v3", "paths": {"perks": "rewards/perks", "digital-assets": "digital_assets"}, "case": "snake",
		"upper": true, "update": {"*": "PUT"}, "ids": "number", "create": {"status": 200, "empty": true, "location": true},
		"pages": {"rows": "items", "form": "number", "cursor": "page", "limit": "per_page"}, "nulls": "omitted",
		"errors": {"status": 422, "form": "framework"}, "late": {"status": 1, "reads": 1}}`,
		`route perk.route digital-asset.route rule.names @upper *.update.route *.answer.id badge.create.request.cohortId
		campaign.create.request.cohortId campaign.create.request.rewards.rewardId *.create.answer *.list.parameter.limit
		*.list.parameter.cursor *.list.page.data *.list.page.nextCursor rule.nulls error.answer.code error.answer.message
		error.words.status.417 rule.current-status rule.current-reads ` + numericConditions,
	},
}

// numericConditions are further ids that must be numbers.
const numericConditions = `cohort.create.request.conditions.groups.conditions.typeConfig:cohort.cohortId
	campaign.update.request.typeConfig:challenge.steps.id`

// expand turns the short forms of IDs into IDs.
func expand(t *testing.T, c *contract.Contract, short string) []string {
	t.Helper()
	var ids []string
	for id := range strings.FieldsSeq(short) {
		rest, every := strings.CutPrefix(id, "*.")
		for _, k := range c.Kinds {
			switch {
			case every:
				ids = append(ids, k.Noun+"."+rest)
			case id == "@upper":
				for path, words := range k.Object.Words() {
					for _, word := range words.Words {
						if words.Closed {
							ids = append(ids, contract.Subject{Kind: k.Noun, Part: contract.Words, Property: path, Word: word}.String())
						}
					}
				}
			}
		}
		if !every && id != "@upper" {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// TestProbe_dialects probes services that differ from the contract, without any hint. The findings
// name every difference and nothing else, and nothing is left.
func TestProbe_dialects(t *testing.T) {
	t.Parallel()
	c, err := sharedContract()
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range dialects[:sample.Of(len(dialects))] {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			d, err := sandbox.ParseDialect([]byte(test.dialect))
			if err != nil {
				t.Fatal(err)
			}
			probed := probe(t, startSandbox(t, sandbox.Options{Dialect: d}))
			wanted := expand(t, c, test.differs)
			for _, f := range probed.Findings {
				if is := slices.Contains(wanted, f.ID); is != (f.Verdict == contract.Differs) {
					t.Errorf("%s %s: %s", f.Verdict, f.ID, f.Said)
				}
			}
			var missed []string
			for _, f := range probed.Findings {
				if f.Verdict == contract.NotReached && !slices.Contains(outOfReach, f.ID) &&
					f.Kind != "merchant" && f.Kind != "user" {
					missed = append(missed, f.ID)
				}
			}
			t.Logf("%d requests; not reached: %q", probed.Requests, missed)
		})
	}
}

// TestProbe_mixtures probes services that differ in several ways at once: what is said of each
// difference alone is said of all together.
func TestProbe_mixtures(t *testing.T) {
	t.Parallel()
	c, err := sharedContract()
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(13, 13))
	for n := range sample.Of(mixtures) {
		mixed := map[string]json.RawMessage{}
		var names []string
		var wanted []string
		for range 2 + rng.IntN(5) {
			one := dialects[rng.IntN(len(dialects))]
			keys := map[string]json.RawMessage{}
			if err := json.Unmarshal([]byte(one.dialect), &keys); err != nil {
				t.Fatal(err)
			}
			taken := len(keys) > 1
			for key := range keys {
				taken = taken || mixed[key] != nil || mixed[excludes[key]] != nil
			}
			if !taken {
				maps.Copy(mixed, keys)
				names = append(names, one.name)
				wanted = append(wanted, expand(t, c, one.differs)...)
			}
		}
		dialect, err := json.Marshal(mixed)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(fmt.Sprint(n, " ", strings.Join(names, "+")), func(t *testing.T) {
			t.Parallel()
			d, err := sandbox.ParseDialect(dialect)
			if err != nil {
				t.Fatal(err)
			}
			s := startSandbox(t, sandbox.Options{Dialect: d})
			for _, f := range probe(t, s).Findings {
				if is := slices.Contains(wanted, f.ID); is != (f.Verdict == contract.Differs) {
					t.Errorf("%s %s: %s", f.Verdict, f.ID, f.Said)
				}
			}
		})
	}
}

// excludes are pairs of keys that do not mix: who ignores unknown properties refuses none, and a
// null that is ignored in a whole object clears like a property that is left out.
var excludes = map[string]string{"strict": "refuse", "refuse": "strict", "clear": "update", "update": "clear"}

// mixtures is how many services are mixed. 1,000 take a minute.
const mixtures = 50

// TestProbe_theirs checks that a finding says what to write in place of what is assumed.
func TestProbe_theirs(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ dialect, theirs string }{
		{`{"paths": {"perks": "rewards/perks"}}`, "perk.route=/v1/rewards/perks"},
		{`{"prefix": "/v2"}`, "route=/v2/"},
		{`{"update": {"*": "PUT"}}`, "perk.update.route=PUT /v1/perks/{id}"},
		{`{"names": {"*": {"internalName": "name"}}}`, "badge.answer.internalName=name"},
		{`{"upper": true}`, "campaign.words.distribution.type.instant-draw=INSTANT_DRAW"},
		{`{"words": {"perks": {"status": {"live": "active"}}}}`, "perk.words.status.live=active"},
		{
			`{"pages": {"rows": "items", "form": "number", "cursor": "page", "limit": "size"}}`,
			"perk.list.parameter.cursor=page perk.list.parameter.limit=size perk.list.page.data=items",
		},
		{
			`{"pages": {"meta": "pagination", "next": "after"}}`,
			"perk.list.page.nextCursor=pagination.after perk.list.page.total=pagination.total",
		},
		{`{"require": {"perks": {"category": "string"}}}`, "perk.create.request=category"},
		{`{"errors": {"status": 400}}`, "error.words.status.417=400"},
		{`{"envelope": "data"}`, "answer=data"},
		{`{"case": "snake"}`, "rule.names=snake_case"},
		{
			`{"transitions": {"*": {"publish": {"method": "PUT", "path": "activate"}}}}`,
			"perk.publish.route=PUT /v1/perks/{id}/activate",
		},
		{
			`{"transitions": {"perks": {"archive": {"method": "PATCH", "status": "archived"}}}}`,
			"perk.archive.route=PATCH /v1/perks/{id} with status archived",
		},
	} {
		t.Run(test.theirs, func(t *testing.T) {
			t.Parallel()
			d, err := sandbox.ParseDialect([]byte(test.dialect))
			if err != nil {
				t.Fatal(err)
			}
			found := map[string]contract.Finding{}
			for _, f := range probe(t, startSandbox(t, sandbox.Options{Dialect: d})).Findings {
				found[f.ID] = f
				if f.Verdict == contract.Differs && (f.Harm == "" || f.Effect == "" || f.Fix == "" || f.Said == "") {
					t.Errorf("%s: harm %q, effect %q, fix %q, said %q", f.ID, f.Harm, f.Effect, f.Fix, f.Said)
				}
			}
			for _, one := range splitPairs(test.theirs) {
				if got := found[one[0]].Theirs; got != one[1] {
					t.Errorf("%s: %q", one[0], got)
				}
			}
		})
	}
}

// splitPairs splits a=b c=d e, where b can have blanks.
func splitPairs(text string) [][2]string {
	var pairs [][2]string
	for word := range strings.FieldsSeq(text) {
		id, theirs, is := strings.Cut(word, "=")
		if is {
			pairs = append(pairs, [2]string{id, theirs})
			continue
		}
		pairs[len(pairs)-1][1] += " " + word
	}
	return pairs
}

// TestProbe_hints checks that what the document shows is tried, where no guess leads.
func TestProbe_hints(t *testing.T) {
	t.Parallel()
	d, err := sandbox.ParseDialect([]byte(`{"paths": {"perks": "xyz/abc"}, "names": {"badges": {"imageUrl": "qqq"}},
		"nulls": "omitted", "transitions": {"perks": {"archive": {"method": "POST", "path": "zzz"}}}}`))
	if err != nil {
		t.Fatal(err)
	}
	hint := func(s contract.Subject, theirs string) contract.Finding {
		return contract.Finding{ID: s.String(), Subject: s, Verdict: contract.Differs, Theirs: theirs}
	}
	probed := probe(t, startSandbox(t, sandbox.Options{Dialect: d}),
		hint(contract.Subject{Kind: "perk", Part: contract.Route}, "/v1/xyz/abc"),
		hint(contract.Subject{Kind: "badge", Part: contract.Answer, Property: "imageUrl"}, "qqq"),
		hint(contract.Subject{Kind: "perk", Operation: "archive", Part: contract.Route}, "POST /v1/xyz/abc/{id}/zzz"),
		// This one is wrong.
		hint(contract.Subject{Kind: "campaign", Operation: "update", Part: contract.Route}, "PUT /v1/campaigns/{id}"),
		hint(contract.Subject{Part: contract.Route}, "/v7"),
	)
	wanted := []string{"perk.route", "perk.archive.route", "badge.answer.imageUrl", "rule.nulls"}
	for _, f := range probed.Findings {
		if is := slices.Contains(wanted, f.ID); is != (f.Verdict == contract.Differs) {
			t.Errorf("%s %s: %s", f.Verdict, f.ID, f.Said)
		}
	}
}

// TestProbe_dialectsFilled probes merchants that somebody uses. Nothing of theirs changes, and
// nothing of theirs is in the findings.
func TestProbe_dialectsFilled(t *testing.T) {
	t.Parallel()
	c, err := sharedContract()
	if err != nil {
		t.Fatal(err)
	}
	names := []string{
		"the other API", "pages by number", "snake", "upper", "numbers", "key, required, PUT",
		"framework, 404, 400", "empty create",
		"lax names", "pascal", "array", "nulls, seconds, envelope",
	}
	for _, name := range names[:sample.Of(len(names))] {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test := dialects[slices.IndexFunc(dialects, func(one dialect) bool { return one.name == name })]
			d, err := sandbox.ParseDialect([]byte(test.dialect))
			if err != nil {
				t.Fatal(err)
			}
			file := t.TempDir() + "/data.json"
			filled := startSandbox(t, sandbox.Options{DataFile: file})
			made := fill(t, filled, population.Plan{Seed: 8, Objects: 130, Hostile: true, Untidy: true})
			if err := filled.Close(); err != nil {
				t.Fatal(err)
			}
			s := startSandbox(t, sandbox.Options{DataFile: file, Dialect: d})
			before := allIn(t, s)
			probed := probe(t, s)
			if allIn(t, s) != before {
				t.Error("an object of somebody else has changed")
			}
			wanted := expand(t, c, test.differs)
			for _, f := range probed.Findings {
				if is := slices.Contains(wanted, f.ID); is != (f.Verdict == contract.Differs) {
					t.Errorf("%s %s: %s", f.Verdict, f.ID, f.Said)
				}
			}
			checkSecrecy(t, s, probed, made)
		})
	}
}

// TestProbe_audience checks that no campaign is published without the audience of the probe.
func TestProbe_audience(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ dialect, differs string }{
		{`{"refuse": {"campaigns": ["cohortId"]}}`, "campaign.create.request.cohortId"},
		{`{"omit": {"campaigns": ["cohortId"]}}`, "campaign.answer.cohortId"},
		{`{"omit": {"campaigns": ["cohortId"]}, "strict": false, "names": {"campaigns": {"cohortId": "qqq"}}}`, ""},
	} {
		t.Run(test.dialect, func(t *testing.T) {
			t.Parallel()
			d, err := sandbox.ParseDialect([]byte(test.dialect))
			if err != nil {
				t.Fatal(err)
			}
			s := startSandbox(t, sandbox.Options{Dialect: d})
			for _, f := range probe(t, s).Findings {
				if is := f.ID == test.differs; test.differs != "" && is != (f.Verdict == contract.Differs) {
					t.Errorf("%s %s: %s", f.Verdict, f.ID, f.Said)
				}
			}
			for _, e := range s.History() {
				if strings.HasPrefix(e.Path, "/v1/campaigns/") && strings.HasSuffix(e.Path, "/publish") {
					t.Error("a campaign was published")
				}
			}
		})
	}
}

// TestProbe_statusTexts probes a service whose statuses are no words: they are not repeated,
// because somebody may have written them.
func TestProbe_statusTexts(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ words, said string }{
		{`"draft": "spring sale"`, "The status of a new object is another one."},
		{`"live": "spring sale"`, "After publish, the status is another one."},
		{`"draft": "live", "live": "draft"`, "The status of a new object is live."},
	} {
		d, err := sandbox.ParseDialect([]byte(`{"words": {"perks": {"status": {` + c.words + `}}}}`))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range probe(t, startSandbox(t, sandbox.Options{Dialect: d})).Findings {
			if strings.Contains(f.Said+f.Theirs, "sale") {
				t.Errorf("%s: %s: the text is repeated: %s %s", c.words, f.ID, f.Said, f.Theirs)
			}
			if f.ID == "rule.life-cycle" && !strings.Contains(f.Said, c.said) {
				t.Errorf("%s: %q, want %q", c.words, f.Said, c.said)
			}
		}
	}
}

// TestProbe_emptyUpdates probes a service that answers an update without the object, with the
// contract and with one that was fitted to it.
func TestProbe_emptyUpdates(t *testing.T) {
	t.Parallel()
	s := startSandbox(t, sandbox.Options{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPatch {
			answer := httptest.NewRecorder()
			s.Handler().ServeHTTP(answer, r)
			if w.WriteHeader(answer.Code); answer.Code != http.StatusOK {
				_, _ = w.Write(answer.Body.Bytes())
			}
			return
		}
		s.Handler().ServeHTTP(w, r)
	}))
	defer server.Close()
	answer := "description: The object after the change.\n"
	fitted := strings.ReplaceAll(string(merchants.OpenAPI), answer, answer+"          x-may-be-empty: true\n")
	fitted = strings.ReplaceAll(fitted, strings.Repeat("          x-may-be-empty: true\n", 2),
		"          x-may-be-empty: true\n")
	for document, verdict := range map[string]contract.Verdict{
		string(merchants.OpenAPI): contract.Differs, fitted: contract.Holds,
	} {
		c, err := contract.Read([]byte(document))
		if err != nil {
			t.Fatal(err)
		}
		probed, err := run(t.Context(), c, clientAt(t, server.URL, s.TestKey()), optionsOf(t, s))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range probed.Findings {
			ofUpdate := f.Operation == "update" && f.Part == contract.Answer
			if ofUpdate && f.Verdict != verdict || !ofUpdate && f.Verdict == contract.Differs {
				t.Errorf("%s %s, want %s for answers of updates: %s", f.ID, f.Verdict, verdict, f.Said)
			}
			if ofUpdate && f.Verdict == contract.Differs && f.Harm != contract.Harmless {
				t.Errorf("%s %s", f.ID, f.Harm)
			}
		}
	}
}

// TestProbe_fittedPages probes numbered pages with a contract that was fitted to them.
func TestProbe_fittedPages(t *testing.T) {
	t.Parallel()
	fitted := strings.NewReplacer(
		"required: [data, nextCursor, total]", "required: [items, count]",
		"        data: {type: array", "        items: {type: array",
		"        nextCursor: {type: [string, 'null'], description: Null on the last page., x-evidence: assumed}\n", "",
		"        total: {type: integer", "        count: {type: integer",
		"      name: limit\n", "      name: pageSize\n",
		"      name: cursor\n", "      name: page\n",
		"      description: The nextCursor of the page before.\n      schema: {type: string}",
		"      description: From 1.\n      schema: {type: integer, minimum: 1}",
	).Replace(string(merchants.OpenAPI))
	c, err := contract.Read([]byte(fitted))
	if err != nil {
		t.Fatal(err)
	}
	d, err := sandbox.ParseDialect([]byte(
		`{"pages": {"form": "number", "rows": "items", "total": "count", "limit": "pageSize", "cursor": "page"}}`))
	if err != nil {
		t.Fatal(err)
	}
	s := startSandbox(t, sandbox.Options{Dialect: d})
	probed, err := run(t.Context(), c, clientOf(t, s, s.TestKey()), optionsOf(t, s))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range probed.Findings {
		if f.Verdict == contract.Differs {
			t.Errorf("%s: %s", f.ID, f.Said)
		}
	}
	if len(probesIn(s)) > 0 {
		t.Errorf("there are still %v", probesIn(s))
	}
}
