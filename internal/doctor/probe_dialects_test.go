package doctor

import (
	"slices"
	"strings"
	"testing"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

// dialects are services that differ from the contract, and the IDs of all findings that must say so.
var dialects = []struct {
	name, dialect, differs string
}{
	{"path", `{"paths": {"perks": "rewards/perks"}}`, `perk.route`},
	{"version", `{"prefix": "/v2"}`, `route`},
	{"no version", `{"prefix": ""}`, `route`},
	{"PUT", `{"update": {"*": "PUT"}}`, ``},
	{"PUT of perks", `{"update": {"perks": "PUT"}}`, `perk.update.route`},
	{"POST", `{"update": {"badges": "POST"}}`, `badge.update.route`},
	{"pages by number", `{"pages": {"rows": "items", "limit": "pageSize", "cursor": "page", "form": "number"}}`, ``},
	{"pages by offset", `{"pages": {"cursor": "offset", "form": "offset"}}`, ``},
	{"meta", `{"pages": {"rows": "items", "meta": "pagination", "next": "next", "total": "count"}}`, ``},
	{"array", `{"pages": {"form": "array", "cursor": "page"}}`, ``},
	{"one page", `{"pages": {"form": "none"}}`, ``},
	{"small pages", `{"pages": {"max": 50}}`, ``},
	{"upper", `{"upper": true}`, ``},
	{"key", `{"names": {"*": {"internalName": "name"}}}`, ``},
	{"code", `{"names": {"perks": {"typeConfig:code.code": "value"}}}`, `perk.answer.typeConfig:code.code`},
	{"image", `{"names": {"badges": {"imageUrl": "picture"}}}`, `badge.answer.imageUrl`},
	{"steps", `{"names": {"campaigns": {"typeConfig:challenge.steps": "tasks"}}}`, `campaign.answer.typeConfig:challenge.steps`},
	{"snake", `{"case": "snake"}`, `rule.names`},
	{"kebab", `{"case": "kebab"}`, `rule.names`},
	{"pascal", `{"case": "pascal"}`, `rule.names`},
	{"words", `{"words": {"perks": {"status": {"draft": "inactive", "live": "active"}}}}`, `perk.words.status.draft perk.words.status.live`},
	{"no createdAt", `{"omit": {"*": ["createdAt"]}}`, ``},
	{"short rows", `{"omit_rows": {"campaigns": ["typeConfig"]}}`, ``},
	{"required", `{"require": {"perks": {"category": "string"}}}`, `perk.create.request`},
	{"required number", `{"require": {"badges": {"rank": "number"}}}`, `badge.create.request`},
	{"refused", `{"refuse": {"badges": ["lockedDescription"]}}`, `badge.create.request.lockedDescription`},
	{"read-only", `{"readonly": {"perks": ["expiresAt"]}}`, `perk.update.request.expiresAt`},
	{"numbers", `{"ids": "number"}`, ``},
	{"nulls", `{"nulls": "omitted"}`, `rule.nulls`},
	{"envelope", `{"envelope": "data"}`, `answer`},
	{"empty create", `{"create": {"empty": true}}`, ``},
	{"location", `{"create": {"empty": true, "location": true}}`, ``},
	{"create 200", `{"create": {"status": 200}}`, ``},
	{"delete 204", `{"delete": {"status": 204}}`, ``},
	{"errors 400", `{"errors": {"status": 400}}`, `error.words.status.417`},
	{"framework", `{"errors": {"form": "framework"}}`, `error.answer.code error.answer.message`},
	{"404 without code", `{"errors": {"not_found_code": false}}`, `rule.unknown-id`},
	{"404 without body", `{"errors": {"not_found_body": false}}`, `rule.unknown-id`},
	{"410", `{"errors": {"not_found": 410}}`, `rule.unknown-id`},
	{"late status", `{"late": {"status": 2}}`, `rule.current-status`},
	{"late reads", `{"late": {"reads": 1}}`, `rule.current-reads`},
	{"seconds", `{"times": "seconds"}`, `rule.times`},
	{"offset", `{"times": "offset"}`, `rule.times`},
	{"milliseconds", `{"times": "number"}`, `rule.times`},
	{"merge", `{"merge": true}`, `rule.nested-replaced`},
	{"null refused", `{"clear": "refused"}`, `rule.null-clears`},
	{"null ignored", `{"clear": "ignored"}`, `rule.null-clears`},
	{"not unique", `{"unique": false}`, `rule.unique`},
	{"in use", `{"in_use": false}`, `rule.in-use`},
	{"not strict", `{"strict": false}`, `rule.unknown-property`},
	{"filter refused", `{"filter": "refused"}`, `cohort.list.parameter.type`},
	{"filter ignored", `{"filter": "ignored"}`, `cohort.list.parameter.type`},
	{"other segment", `{"transitions": {"*": {"publish": {"method": "PUT", "path": "activate"}}}}`, ``},
	{"status", `{"transitions": {"perks": {"archive": {"method": "PATCH", "status": "archived"}}}}`, `perk.archive.route`},
}

func TestProbe_dialects(t *testing.T) {
	t.Parallel()
	for _, test := range dialects {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			d, err := sandbox.ParseDialect([]byte(test.dialect))
			if err != nil {
				t.Fatal(err)
			}
			probed := probe(t, startSandbox(t, sandbox.Options{Dialect: d}))
			var differs []string
			for _, f := range probed.Findings {
				if f.Verdict == Differs {
					differs = append(differs, f.ID)
				}
			}
			wanted := strings.Fields(test.differs)
			slices.Sort(differs)
			slices.Sort(wanted)
			if !slices.Equal(differs, wanted) {
				t.Errorf("differs (%d):", len(differs))
				for _, f := range probed.Findings {
					if f.Verdict == Differs {
						t.Logf("%s: %s -> %s", f.ID, f.Said, f.Theirs)
					}
				}
			}
		})
	}
}
