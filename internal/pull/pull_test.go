package pull_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/planreview"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/portable"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/pull"
)

// said is a report in short.
func said(r pull.Report) string {
	var b strings.Builder
	for _, e := range r.Edits {
		fmt.Fprintf(&b, "%s %s:%d %s.%s %s -> %s\n", e.Action, e.File, e.Line, e.Address, e.Path, e.From, e.To)
	}
	for _, q := range r.Questions {
		fmt.Fprintf(&b, "? %s:%d %s.%s %s [%s] %s\n", q.File, q.Line, q.Address, q.Path, q.Why, q.Merchant, q.Advice)
	}
	for _, w := range r.Waiting {
		fmt.Fprintf(&b, "waiting %s.%s\n", w.Address, w.Path)
	}
	if len(r.Shared) > 0 {
		fmt.Fprintf(&b, "shared %s\n", strings.Join(r.Shared, " "))
	}
	return b.String()
}

func named(name string) *portable.Object { return object("list", "x", field("name", text(name))) }

// TestPull_reports checks what is edited, asked and left, with the words of the report.
func TestPull_reports(t *testing.T) {
	t.Parallel()
	vip, gold := object("list", "vip"), object("list", "gold")
	gone := &portable.Object{Kind: kind("list"), Key: "gone", ID: "id-of-gone"}
	perk := func(v portable.Value) *portable.Object { return object("perk", "p", field("title", v)) }
	campaign := func(all ...portable.Field) *portable.Object { return object("campaign", "c", all...) }
	keep := func(address string, o *portable.Object) *planreview.Resource {
		return &planreview.Resource{
			Address: address, Kind: o.Kind, Key: o.Key, ID: o.ID, Action: planreview.Keep, Before: o, After: o,
		}
	}
	stored := object("perk", "p", field("code", nested(field("value", secret("S1")))))
	writeOnly := object("perk", "p", field("code", nested(field("value_wo_version", number(1)))))
	adopted := three("cohort_list.x", named("HCL"), named("Merchant"), nil)
	adopted.Adopts = true
	for name, c := range map[string]struct {
		files     map[string]string
		root      string
		options   pull.Options
		resources []*planreview.Resource
		want      string
		// after are the files that change.
		after map[string]string
	}{
		"a literal": {
			files:     map[string]string{"main.tf": "resource \"cohort_list\" \"x\" {\n  name = \"Old\"\n}\n"},
			resources: []*planreview.Resource{edited("cohort_list.x", named("Old"), named("New"))},
			want:      "change main.tf:2 cohort_list.x.name \"Old\" -> \"New\"\n",
			after:     map[string]string{"main.tf": "resource \"cohort_list\" \"x\" {\n  name = \"New\"\n}\n"},
		},
		"expressions": {
			files: map[string]string{"main.tf": `
resource "cohort_list" "x" {
  name = local.x
}
resource "cohort_perk" "p" {
  title = {
    a = "${local.x}!"
    b = upper("b")
    c = true ? "C" : ""
  }
}
resource "cohort_perk" "q" {
  title = merge({ a = "A" }, {})
}
resource "cohort_perk" "r" {
  title = { for k, v in local.x : k => v }
}
resource "cohort_perk" "s" {
  title = { (local.k) = "A" }
}
`},
			resources: []*planreview.Resource{
				edited("cohort_list.x", named("Old"), named("New")),
				edited("cohort_perk.p", perk(texts("a", "1", "b", "2", "c", "3")), perk(texts("a", "4", "b", "5"))),
				edited("cohort_perk.q", perk(texts("a", "1")), perk(texts("a", "2", "b", "3"))),
				edited("cohort_perk.r", perk(texts("a", "1")), perk(texts("a", "2"))),
				edited("cohort_perk.s", perk(texts("a", "1")), perk(texts("a", "2"))),
			},
			want: `? main.tf:3 cohort_list.x.name is an expression ["New"] 
? main.tf:7 cohort_perk.p.title.a is an expression ["4"] 
? main.tf:8 cohort_perk.p.title.b is an expression ["5"] 
? main.tf:9 cohort_perk.p.title.c is an expression [] Remove it.
? main.tf:13 cohort_perk.q.title.a is an expression ["2"] 
? main.tf:13 cohort_perk.q.title.b is an expression ["3"] 
? main.tf:16 cohort_perk.r.title.a is an expression ["2"] 
? main.tf:19 cohort_perk.s.title.a is in an object whose names are expressions ["2"] 
`,
		},
		"waiting, edited on both sides, and not imported": {
			files: map[string]string{"main.tf": "resource \"cohort_list\" \"x\" {\n  name = \"HCL\"\n}\n" +
				"resource \"cohort_list\" \"y\" {\n  name = \"HCL\"\n}\n" +
				"resource \"cohort_list\" \"z\" {\n  name = \"HCL\"\n}\nresource \"cohort_list\" \"new\" {}\n"},
			resources: []*planreview.Resource{
				adopted,
				three("cohort_list.y", named("HCL"), named("Merchant"), named("Merchant")),
				three("cohort_list.z", named("HCL"), named("Merchant"), named("State")),
				three("cohort_list.new", named("HCL"), nil, nil),
				three("cohort_list.deleted", nil, named("Merchant"), nil),
			},
			want: `? main.tf:8 cohort_list.z.name was edited in the HCL and in the merchant ["Merchant"] ` +
				`Decide which one stays. With --all, that of the merchant does.
waiting cohort_list.deleted.
waiting cohort_list.new.
waiting cohort_list.x.name
waiting cohort_list.y.name
`,
		},
		"the same, with --all": {
			files: map[string]string{"main.tf": "resource \"cohort_list\" \"x\" {\n  name = \"HCL\"\n}\n" +
				"resource \"cohort_list\" \"z\" {\n  name = \"HCL\"\n}\n"},
			options: pull.Options{All: true},
			resources: []*planreview.Resource{
				adopted, three("cohort_list.z", named("HCL"), named("Merchant"), named("State")),
			},
			want: "change main.tf:2 cohort_list.x.name \"HCL\" -> \"Merchant\"\n" +
				"change main.tf:5 cohort_list.z.name \"HCL\" -> \"Merchant\"\n",
			after: map[string]string{"main.tf": "resource \"cohort_list\" \"x\" {\n  name = \"Merchant\"\n}\n" +
				"resource \"cohort_list\" \"z\" {\n  name = \"Merchant\"\n}\n"},
		},
		"drift beside what waits": {
			files: map[string]string{"main.tf": "resource \"cohort_perk\" \"p\" {\n" +
				"  title = { a = \"mine\", b = \"B\", c = \"new\" }\n}\n"},
			resources: []*planreview.Resource{three("cohort_perk.p", perk(texts("a", "mine", "b", "B", "c", "new")),
				perk(texts("a", "A", "b", "theirs", "d", "D")), perk(texts("a", "A", "b", "B", "d", "D")))},
			want: "change main.tf:2 cohort_perk.p.title.b \"B\" -> \"theirs\"\nwaiting cohort_perk.p.title.a\n" +
				"waiting cohort_perk.p.title.d\nwaiting cohort_perk.p.title.c\n",
			after: map[string]string{
				"main.tf": "resource \"cohort_perk\" \"p\" {\n  title = { a = \"mine\", b = \"theirs\", c = \"new\" }\n}\n",
			},
		},
		"elements added on both sides": {
			files: map[string]string{"main.tf": "resource \"cohort_campaign\" \"c\" {\n" +
				"  steps = [{ action = \"1\" }, { action = \"mine\" }]\n}\n"},
			resources: []*planreview.Resource{three("cohort_campaign.c", campaign(
				field("steps", list(step("1"), step("mine"))),
			),
				campaign(field("steps", list(step("theirs"), step("1"), step("3")))), campaign(field("steps", list(step("1")))))},
			want: "? main.tf:2 cohort_campaign.c.steps has elements that were added, removed or moved in the HCL and in " +
				"the merchant " +
				"[[{\"action\":\"theirs\",},{\"action\":\"1\",},{\"action\":\"3\",},]] Decide which ones stay. With --all, " +
				"those of the merchant do.\n",
		},
		"an element added here, and one edited there": {
			files: map[string]string{"main.tf": "resource \"cohort_campaign\" \"c\" {\n" +
				"  steps = [{ action = \"1\", n = 1 }, { action = \"mine\" }]\n}\n"},
			resources: []*planreview.Resource{three("cohort_campaign.c",
				campaign(field("steps", list(nested(field("action", text("1")), field("n", number(1))), step("mine")))),
				campaign(field("steps", list(nested(field("action", text("2")), field("n", number(1)))))),
				campaign(field("steps", list(nested(field("action", text("1")), field("n", number(1)))))))},
			want: "change main.tf:2 cohort_campaign.c.steps[0].action \"1\" -> \"2\"\nwaiting cohort_campaign.c.steps\n",
			after: map[string]string{"main.tf": "resource \"cohort_campaign\" \"c\" {\n" +
				"  steps = [{ action = \"2\", n = 1 }, { action = \"mine\" }]\n}\n"},
		},
		"a status": {
			files: map[string]string{"main.tf": "resource \"cohort_perk\" \"p\" {\n  desired_status = \"live\"\n}\n" +
				"resource \"cohort_perk\" \"q\" {\n  desired_status = \"live\"\n}\n"},
			resources: func() []*planreview.Resource {
				of := func(status string) *portable.Object {
					o := object("perk", "p", field("desired_status", text("live")))
					o.Status = status
					return o
				}
				none := object("perk", "p")
				none.Status = "draft"
				return []*planreview.Resource{
					three("cohort_perk.p", of("live"), of("archived"), of("live")),
					three("cohort_perk.q", of("live"), none, none),
				}
			}(),
			want: "change main.tf:2 cohort_perk.p.desired_status \"live\" -> \"archived\"\n" +
				"waiting cohort_perk.q.desired_status\n",
			after: map[string]string{"main.tf": "resource \"cohort_perk\" \"p\" {\n  desired_status = \"archived\"\n}\n" +
				"resource \"cohort_perk\" \"q\" {\n  desired_status = \"live\"\n}\n"},
		},
		"deleted in the merchant": {
			files:     map[string]string{"main.tf": "# x\nresource \"cohort_list\" \"x\" {\n  name = \"Old\"\n}\n"},
			resources: []*planreview.Resource{three("cohort_list.x", named("Old"), nil, named("Old"))},
			want: "? main.tf:2 cohort_list.x. was deleted in the merchant [] Remove its block, or apply to make it " +
				"again.\n",
		},
		"references": {
			files: map[string]string{"main.tf": `
resource "cohort_list" "vip" {}
resource "cohort_list" "gold" {}
resource "cohort_campaign" "a" {
  audience_id = cohort_list.vip.id
}
resource "cohort_campaign" "b" {
  audience_id = "id-of-vip"
}
resource "cohort_campaign" "c" {
  internal_name = "c"
}
resource "cohort_campaign" "d" {
  internal_name = "c"
}
resource "cohort_campaign" "e" {
  rewards = [{ perk_id = cohort_perk.p.id }, { perk_id = var.p }]
}
resource "cohort_segment" "s" {
  audience_id = cohort_list.vip.id
}
`},
			resources: []*planreview.Resource{
				keep("cohort_list.vip", vip), keep("cohort_list.gold", gold),
				edited(
					"cohort_campaign.a",
					campaign(field("audience_id", refers(vip))),
					campaign(field("audience_id", refers(gold))),
				),
				edited(
					"cohort_campaign.b",
					campaign(field("audience_id", refers(vip))),
					campaign(field("audience_id", refers(gold))),
				),
				edited("cohort_campaign.c", campaign(field("internal_name", text("c"))),
					campaign(field("internal_name", text("c")), field("audience_id", refers(gold)))),
				edited("cohort_campaign.d", campaign(field("internal_name", text("c"))),
					campaign(field("internal_name", text("c")), field("audience_id", refers(gone)))),
				edited(
					"cohort_campaign.e",
					campaign(field("rewards", list(nested(field("perk_id", refers(vip))), nested(field("perk_id", refers(gone)))))),
					campaign(),
				),
				edited("cohort_segment.s", object("segment", "s", field("audience_id", refers(vip))), object("segment", "s")),
			},
			want: `insert main.tf:12 cohort_campaign.c.audience_id  -> list:gold
? main.tf:5 cohort_campaign.a.audience_id is an expression [list:gold] Write cohort_list.gold.id.
? main.tf:8 cohort_campaign.b.audience_id refers to another object [list:gold] Write cohort_list.gold.id.
? main.tf:13 cohort_campaign.d.audience_id refers to another object [list:gone] ` +
				`list:gone is not in this plan: export --only list:gone writes it.
? main.tf:17 cohort_campaign.e.rewards is an expression [] Remove it.
? main.tf:20 cohort_segment.s.audience_id is an expression [] Remove it.
`,
			after: map[string]string{"main.tf": `
resource "cohort_list" "vip" {}
resource "cohort_list" "gold" {}
resource "cohort_campaign" "a" {
  audience_id = cohort_list.vip.id
}
resource "cohort_campaign" "b" {
  audience_id = "id-of-vip"
}
resource "cohort_campaign" "c" {
  internal_name = "c"
  audience_id   = cohort_list.gold.id
}
resource "cohort_campaign" "d" {
  internal_name = "c"
}
resource "cohort_campaign" "e" {
  rewards = [{ perk_id = cohort_perk.p.id }, { perk_id = var.p }]
}
resource "cohort_segment" "s" {
  audience_id = cohort_list.vip.id
}
`},
		},
		"references that are not written": {
			files: map[string]string{
				"main.tf": "resource \"cohort_segment\" \"s\" {\n  n = 1\n}\nresource \"cohort_campaign\" \"c\" {\n  n = 1\n}\n",
			},
			resources: []*planreview.Resource{
				keep("cohort_segment.other", object("segment", "other")),
				three("cohort_list.old", nil, object("list", "old"), nil),
				edited("cohort_segment.s", object("segment", "s", field("n", number(1))),
					object("segment", "s", field("n", number(1)), field("x", refers(object("segment", "other"))))),
				edited("cohort_campaign.c", campaign(field("n", number(1))),
					campaign(field("n", number(1)), field("x", refers(object("list", "old"))))),
			},
			want: `? main.tf:1 cohort_segment.s.x refers to another object [segment:other] Write cohort_segment.other.id.
? main.tf:4 cohort_campaign.c.x refers to another object [list:old] ` +
				`list:old is not in this plan: export --only list:old writes it.
waiting cohort_list.old.
`,
		},
		"elements with references": {
			files: map[string]string{
				"main.tf": "resource \"cohort_campaign\" \"c\" {\n  rewards = [{ perk_id = cohort_list.vip.id }, { n = 1 }]\n" +
					"}\n" +
					"resource \"cohort_campaign\" \"d\" {\n  rewards = [{ n = 1 }, { perk_id = var.p }]\n}\n",
			},
			resources: []*planreview.Resource{
				keep("cohort_list.gold", gold),
				edited("cohort_campaign.c", campaign(
					field("rewards", list(nested(field("perk_id", refers(vip))), nested(field("n", number(1))))),
				),
					campaign(field("rewards", list(
						nested(field("n", number(1))), nested(field("m", number(2)), field("perk_id", refers(gold))),
					)))),
				edited("cohort_campaign.d", campaign(
					field("rewards", list(nested(field("n", number(1))), nested(field("perk_id", refers(gone))))),
				),
					campaign(field("rewards", list(nested(field("n", number(1))))))),
			},
			want: "remove main.tf:2 cohort_campaign.c.rewards[0] {\"perk_id\":→list:vip,} -> \n" +
				"insert main.tf:2 cohort_campaign.c.rewards[1]  -> {\"m\":2,\"perk_id\":→list:gold,}\n" +
				"? main.tf:5 cohort_campaign.d.rewards[1] is an expression [] Remove it.\n",
			after: map[string]string{
				"main.tf": "resource \"cohort_campaign\" \"c\" {\n" +
					"  rewards = [{ n = 1 }, { m = 2, perk_id = cohort_list.gold.id }]\n}\n" +
					"resource \"cohort_campaign\" \"d\" {\n  rewards = [{ n = 1 }, { perk_id = var.p }]\n}\n",
			},
		},
		"lists that are expressions": {
			files: map[string]string{"main.tf": `
resource "cohort_campaign" "c" {
  rewards = local.rewards
}
resource "cohort_campaign" "d" {
  rewards = local.rewards
}
`},
			resources: []*planreview.Resource{
				three("cohort_campaign.c",
					campaign(field("rewards", list(
						nested(field("n", number(1))), nested(field("n", number(9)), field("m", number(3))),
					))),
					campaign(field("rewards", list(
						nested(field("n", number(1))), nested(field("n", number(2)), field("m", number(4))),
					))),
					campaign(field("rewards", list(
						nested(field("n", number(1))), nested(field("n", number(2)), field("m", number(3))),
					))),
				),
				edited("cohort_campaign.d",
					campaign(field("rewards", list(nested(field("n", number(1)))))),
					campaign(field("rewards", list(nested(field("n", number(1))), nested(field("n", number(2))))))),
			},
			want: `? main.tf:3 cohort_campaign.c.rewards[1].m is an expression [4] 
? main.tf:6 cohort_campaign.d.rewards is an expression [[{"n":1,},{"n":2,},]] 
waiting cohort_campaign.c.rewards[1].n
`,
		},
		"write-only values": {
			files: map[string]string{"main.tf": `
resource "cohort_perk" "p" {
  code = { value_wo = var.code, value_wo_version = 1 }
}
resource "cohort_perk" "q" {
  code = { value = "S1" }
}
resource "cohort_perk" "r" {
}
resource "cohort_perk" "s" {
  code = var.code
}
`},
			options: pull.Options{All: true},
			resources: []*planreview.Resource{
				three("cohort_perk.p", writeOnly, stored, nil), three("cohort_perk.q", stored, writeOnly, writeOnly),
				three("cohort_perk.r", object("perk", "p"), writeOnly, writeOnly), three("cohort_perk.s", writeOnly, stored, nil),
			},
			want: "? main.tf:8 cohort_perk.r.code is a secret [{\"value_wo_version\":1,}] \n" +
				"waiting cohort_perk.p.code.value\nwaiting cohort_perk.p.code.value_wo_version\n" +
				"waiting cohort_perk.q.code.value_wo_version\nwaiting cohort_perk.q.code.value\n" +
				"waiting cohort_perk.s.code.value\nwaiting cohort_perk.s.code.value_wo_version\n",
		},
		"secrets": {
			files: map[string]string{"main.tf": "resource \"cohort_perk\" \"p\" {\n  code = { value = \"S1\" }\n}\n" +
				"resource \"cohort_perk\" \"q\" {\n  code = { value = var.c }\n}\nresource \"cohort_perk\" \"r\" {\n}\n"},
			resources: []*planreview.Resource{
				edited(
					"cohort_perk.p",
					perk0(field("code", nested(field("value", secret("S1"))))),
					perk0(field("code", nested(field("value", secret("S2"))))),
				),
				edited(
					"cohort_perk.q",
					perk0(field("code", nested(field("value", secret("S1"))))),
					perk0(field("code", nested(field("value", secret("S2"))))),
				),
				edited("cohort_perk.r", perk0(), perk0(field("code", nested(field("value", secret("S2")))))),
			},
			want: "? main.tf:2 cohort_perk.p.code.value is a secret, and the merchant has another one [] \n" +
				"? main.tf:5 cohort_perk.q.code.value is a secret, and the merchant has another one [] Its value is given on " +
				"the command line or by TF_VAR_c.\n" +
				"? main.tf:7 cohort_perk.r.code is a secret [{\"value\":secret,}] \n",
		},
		"a block for two objects": {
			files: map[string]string{"main.tf": "resource \"cohort_list\" \"x\" {\n  for_each = local.all\n" +
				"  name = \"Old\"\n  note = each.value\n}\n"},
			resources: []*planreview.Resource{
				edited(
					`cohort_list.x["a"]`,
					named("Old"),
					named("New"),
				), edited(`cohort_list.x["b"]`, named("Old"), named("New")),
			},
			want: "change main.tf:3 cohort_list.x[\"a\"].name \"Old\" -> \"New\"\n",
			after: map[string]string{"main.tf": "resource \"cohort_list\" \"x\" {\n  for_each = local.all\n" +
				"  name = \"New\"\n  note = each.value\n}\n"},
		},
		"a block for two objects that differ": {
			files: map[string]string{"main.tf": "resource \"cohort_list\" \"x\" {\n  count = 2\n  name = \"Old\"\n}\n"},
			resources: []*planreview.Resource{
				edited("cohort_list.x[0]", named("Old"), named("New")), keep("cohort_list.x[1]", named("Old")),
			},
			want: "? main.tf:3 cohort_list.x[0].name is said once for 2 objects, which differ in it in the merchant " +
				"[\"New\"] Give each its value, such as by each.value.\n",
		},
		"a module that is called twice": {
			files: map[string]string{
				"env/main.tf": "module \"a\" {\n  source = \"../m\"\n  n = \"Old\"\n}\nmodule \"b\" {\n  source = \"../m\"\n" +
					"  n = \"Old\"\n}\n",
				"m/main.tf":    "variable \"n\" {}\nresource \"cohort_list\" \"x\" {\n  name = var.n\n  note = \"N\"\n}\n",
				"m/ignored.md": "x",
			},
			root: "env",
			resources: []*planreview.Resource{
				edited("module.a.cohort_list.x", object("list", "x", field("name", text("Old")), field("note", text("N"))),
					object("list", "x", field("name", text("New")), field("note", text("M")))),
				keep("module.b.cohort_list.x", object("list", "x", field("name", text("Old")), field("note", text("N")))),
			},
			want: "change env/main.tf:3 module.a.cohort_list.x.name \"Old\" -> \"New\"\n" +
				"? m/main.tf:4 module.a.cohort_list.x.note is said once for 2 objects, which differ in it in the merchant " +
				"[\"M\"] Give each its value, such as by each.value.\n",
			after: map[string]string{"env/main.tf": "module \"a\" {\n  source = \"../m\"\n  n = \"New\"\n}\n" +
				"module \"b\" {\n  source = \"../m\"\n  n = \"Old\"\n}\n"},
		},
		"variables": {
			files: map[string]string{
				"main.tf": "module \"m\" {\n  source = \"./m\"\n  a = \"A\"\n  b = \"B\"\n  c = upper(\"c\")\n" +
					"  e = var.e\n  g = var.g\n}\nvariable \"e\" {}\nvariable \"g\" {\n  default = \"G\"\n}\n",
				"m/main.tf": "resource \"cohort_perk\" \"p\" {\n  title = {\n    a = var.a\n    b = var.b\n" +
					"    b2 = var.b\n    c = var.c\n    d = var.d\n    e = var.e\n    f = var.f.x\n    g = var.g\n    h = var.h\n" +
					"  }\n}\nvariable \"d\" {\n  default = \"D\"\n}\n" +
					"variable \"a\" {\n  validation {\n    condition = var.a != \"\"\n  }\n}\n",
				"terraform.tfvars": "x = 1\ne = \"E\"\n",
			},
			resources: []*planreview.Resource{edited("module.m.cohort_perk.p",
				perk(texts("a", "A", "b", "B", "b2", "B", "c", "C", "d", "D", "e", "E", "f", "F", "g", "G", "h", "H")),
				perk(texts("a", "1", "b", "2", "b2", "3", "c", "4", "d", "5", "e", "6", "f", "7", "g", "8", "h", "9")))},
			want: `change main.tf:3 module.m.cohort_perk.p.title.a "A" -> "1"
? m/main.tf:4 module.m.cohort_perk.p.title.b is an expression ["2"] Its value is given at main.tf:4.
? m/main.tf:5 module.m.cohort_perk.p.title.b2 is an expression ["3"] Its value is given at main.tf:4.
? m/main.tf:6 module.m.cohort_perk.p.title.c is an expression ["4"] Its value is given at main.tf:5.
? m/main.tf:7 module.m.cohort_perk.p.title.d is an expression ["5"] Its value is given by the default at m/main.tf:15.
? m/main.tf:8 module.m.cohort_perk.p.title.e is an expression ["6"] Its value is given at terraform.tfvars:2.
? m/main.tf:9 module.m.cohort_perk.p.title.f is an expression ["7"] 
? m/main.tf:10 module.m.cohort_perk.p.title.g is an expression ["8"] Its value is given by the default at main.tf:11.
? m/main.tf:11 module.m.cohort_perk.p.title.h is an expression ["9"] ` +
				`Its value is given on the command line or by TF_VAR_h.
`,
			after: map[string]string{"main.tf": "module \"m\" {\n  source = \"./m\"\n  a = \"1\"\n  b = \"B\"\n" +
				"  c = upper(\"c\")\n  e = var.e\n  g = var.g\n}\nvariable \"e\" {}\nvariable \"g\" {\n  default = \"G\"\n}\n"},
		},
		"blocks that are elsewhere": {
			files: map[string]string{
				"main.tf":   "module \"r\" {\n  source = \"registry/x/y\"\n}\n",
				"j.tf.json": `{"resource": {"cohort_list": {"j": {"name": "Old"}}}, "module": {"k": {"source": "./k"}}}`,
			},
			resources: []*planreview.Resource{
				edited("module.r.cohort_list.x", named("Old"), named("New")), edited("cohort_list.j", named("Old"), named("New")),
				edited("module.k.cohort_list.x", named("Old"), named("New")), edited(
					"module.none.cohort_list.x",
					named("Old"),
					named("New"),
				),
				edited("cohort_list.none", named("Old"), named("New")),
			},
			want: `? :0 cohort_list.j.name is in the JSON file j.tf.json ["New"] 
? :0 cohort_list.none.name has no block in . ["New"] 
? :0 module.k.cohort_list.x.name is in a module that the JSON file j.tf.json calls ["New"] 
? :0 module.none.cohort_list.x.name is in a module that no block calls ["New"] 
? :0 module.r.cohort_list.x.name is in the module r, which is not in a local directory ["New"] 
`,
		},
		"overrides": {
			files: map[string]string{
				"main.tf":       "resource \"cohort_list\" \"x\" {\n  name = \"Base\"\n  note = \"Base\"\n}\n",
				"a_override.tf": "resource \"cohort_list\" \"x\" {\n  name = \"Older\"\n}\n",
				"override.tf":   "resource \"cohort_list\" \"x\" {\n  name = \"Old\"\n}\n",
				".hidden.tf":    "not HCL",
			},
			resources: []*planreview.Resource{edited("cohort_list.x", object(
				"list",
				"x",
				field("name", text("Old")),
				field("note", text("Base")),
			),
				object("list", "x", field("name", text("New")), field("note", text("N")), field("more", number(1))))},
			want: "change main.tf:3 cohort_list.x.note \"Base\" -> \"N\"\ninsert main.tf:4 cohort_list.x.more  -> 1\n" +
				"change override.tf:2 cohort_list.x.name \"Old\" -> \"New\"\n",
			after: map[string]string{
				"main.tf":     "resource \"cohort_list\" \"x\" {\n  name = \"Base\"\n  note = \"N\"\n  more = 1\n}\n",
				"override.tf": "resource \"cohort_list\" \"x\" {\n  name = \"New\"\n}\n",
			},
		},
		"the HCL was edited after the plan": {
			files:     map[string]string{"main.tf": "resource \"cohort_list\" \"x\" {\n  name = \"Newest\"\n}\n"},
			resources: []*planreview.Resource{edited("cohort_list.x", named("Old"), named("New"))},
			want:      "? main.tf:2 cohort_list.x.name is not what the plan says [\"New\"] Plan again.\n",
		},
		"only some": {
			files: map[string]string{"main.tf": "resource \"cohort_list\" \"x\" {\n  name = \"Old\"\n}\n" +
				"resource \"cohort_perk\" \"p\" {\n  title = { a = \"A\" }\n}\n"},
			options: pull.Options{Only: []string{"perk:p*"}},
			resources: []*planreview.Resource{
				edited("cohort_list.x", named("Old"), named("New")), edited(
					"cohort_perk.p",
					perk(texts("a", "A")),
					perk(texts("a", "B")),
				),
			},
			want: "change main.tf:5 cohort_perk.p.title.a \"A\" -> \"B\"\n",
			after: map[string]string{"main.tf": "resource \"cohort_list\" \"x\" {\n  name = \"Old\"\n}\n" +
				"resource \"cohort_perk\" \"p\" {\n  title = { a = \"B\" }\n}\n"},
		},
		"forms of one value": {
			files: map[string]string{
				"main.tf": "resource \"cohort_list\" \"x\" {\n  name = \"2030-01-01T00:00:00Z\"\n}\n",
			},
			resources: []*planreview.Resource{
				edited("cohort_list.x", named("2030-01-01T00:00:00Z"), named("2030-01-01T01:00:00+01:00")),
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, c.files)
			report := d.pull(c.root, c.options, c.resources...)
			got := strings.ReplaceAll(said(report), d.dir, ".")
			if i := strings.Index(got, "shared "); i >= 0 {
				got = got[:i]
			}
			if diff := cmp.Diff(strings.Split(c.want, "\n"), strings.Split(got, "\n")); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			for file, content := range c.files {
				want, changes := c.after[file]
				if !changes {
					want = content
				}
				if diff := cmp.Diff(want, d.read(file)); diff != "" {
					t.Errorf("%s (-want +got)\n%s", file, diff)
				}
				if slices.Contains(report.Files, file) != changes {
					t.Errorf("%s: changes are %v, and the report says %q", file, changes, report.Files)
				}
			}
		})
	}
}

func perk0(all ...portable.Field) *portable.Object { return object("perk", "p", all...) }
