package diff_test

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/zclconf/go-cty/cty"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/diff"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/portable"
)

// merchant is a merchant with one perk of each key, whose fields are texts.
func merchant(mode merchants.Mode, perks map[string]map[string]string) *portable.Merchant {
	m := &portable.Merchant{Mode: mode}
	for _, key := range []string{"a", "b", "c", "d|`d`", "steering\x1b[2J"} {
		texts, there := perks[key]
		if !there {
			continue
		}
		o := object("perk", key, key, nil)
		o.Fields = nil
		for _, name := range []string{"code", "image_url", "link", "note"} {
			value := portable.Value{Literal: cty.StringVal(texts[name])}
			if name == "code" {
				value.Form = portable.Secret
			}
			if texts[name] != "" {
				o.Fields = append(o.Fields, portable.Field{Name: name, Value: value})
			}
		}
		m.Objects = append(m.Objects, o)
	}
	return m
}

// TestReport_forms checks each form: what it shows, what it folds, and that it hides secrets and
// characters that steer a terminal or break a table.
func TestReport_forms(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("The same words. ", 20)
	from := merchant(test, map[string]map[string]string{
		"a": {"link": "old"}, "b": {"link": "old"}, "c": {"link": "old", "note": long + "One <b> & two."},
		"d|`d`": {"code": "SECRET1", "image_url": "https://a.example/x.png"},
	})
	to := merchant(live, map[string]map[string]string{
		"a": {"link": "new"}, "b": {"link": "new"}, "c": {"link": "new", "note": long + "Two <b> & two."},
		"d|`d`":           {"code": "SECRET2", "image_url": "https://a.example/y|z.png"},
		"steering\x1b[2J": {},
	})
	r := diff.Compare(from, to, nil)
	text := `~ perk:c
    note  "…same words. One <b> & two." → "…same words. Two <b> & two."  unclassed
~ perk:d|` + "`d`" + `
    code       (secret) → (another secret)                              unclassed
    image_url  "https://a.example/x.png" → "https://a.example/y|z.png"  unclassed
+ perk:steering [2J  only in live  unclassed
~ 3 objects: perk:a, perk:b, perk:c
    link  "old" → "new"  unclassed

Live differs from test in 7 things.
     7 unclassed
  With --test and --live, the plans of both roots say why.
`
	if d := cmp.Diff(text, r.Text(plain)); d != "" {
		t.Errorf("text: (-want +got)\n%s", d)
	}
	markdown := "### Live differs from test in 7 things.\n\n" +
		"| | object | place | test | live | class |\n| --- | --- | --- | --- | --- | --- |\n" +
		"| ~ | `perk:c` | `note` | `\"…same words. One <b> & two.\"` | `\"…same words. Two <b> & two.\"` | unclassed |\n" +
		"| ~ | `` perk:d\\|`d` `` | `code` | `(secret)` | `(another secret)` | unclassed |\n" +
		"| ~ | `` perk:d\\|`d` `` | `image_url` | `\"https://a.example/x.png\"` | " +
		"`\"https://a.example/y\\|z.png\"` | unclassed |\n" +
		"| + | `perk:steering [2J` |  |  | exists | unclassed |\n" +
		"| ~ | 3 objects: `perk:a`, `perk:b`, `perk:c` | `link` | `\"old\"` | `\"new\"` | unclassed |\n"
	if d := cmp.Diff(markdown, r.Markdown()); d != "" {
		t.Errorf("Markdown: (-want +got)\n%s", d)
	}
	content, err := json.Marshal(r.Differences[3].Changes)
	if err != nil {
		t.Fatal(err)
	}
	want := `[{"path":"code","from":{"text":"(secret)","is_secret":true},` +
		`"to":{"text":"(another secret)","is_secret":true},"class":"unclassed"},` +
		`{"path":"image_url","from":{"text":"https://a.example/x.png","is_image":true},` +
		`"to":{"text":"https://a.example/y|z.png","is_image":true},"class":"unclassed",` +
		`"remedy":"image_url = \"https://a.example/x.png\""}]`
	if d := cmp.Diff(want, string(content)); d != "" {
		t.Errorf("JSON: (-want +got)\n%s", d)
	}
	same := diff.Compare(from, from, nil)
	if same.Has() || same.Text(plain) != "Test after does not differ from test before.\n" {
		t.Error(same.Text(plain))
	}
}

// TestReport_has asks for all classes, and for some.
func TestReport_has(t *testing.T) {
	t.Parallel()
	r := &diff.Report{Differences: []diff.Difference{{Changes: []diff.Change{{Class: diff.Declared}}}}}
	if !r.Has() || !r.Has("drift", "declared") || r.Has("drift", "waiting") {
		t.Errorf("%v", r)
	}
}

// TestReport_hugePage writes a page that has no room for the changes of its objects.
func TestReport_hugePage(t *testing.T) {
	t.Parallel()
	r := &diff.Report{From: diff.Side{Mode: test}, To: diff.Side{Mode: live}}
	same := diff.Change{Path: "link.url", From: &diff.Shown{Text: "old"}, Class: diff.Drift}
	for i := range 12_000 {
		own := diff.Change{Path: "name", From: &diff.Shown{Text: strconv.Itoa(i)}, Class: diff.Drift}
		d := diff.Difference{Kind: "perk", Key: strings.Repeat("k", 40) + strconv.Itoa(i), Changes: []diff.Change{own, same}}
		r.Differences = append(r.Differences, d)
	}
	var page strings.Builder
	if err := r.HTML(&page); err != nil || page.Len() > 1_000_000 {
		t.Errorf("%v, %d bytes", err, page.Len())
	}
}
