package planreview_test

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/zclconf/go-cty/cty"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/core"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/sample"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/provider"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

// declared is a resource of a configuration: its arguments as HCL.
type declared struct {
	kind, label string
	arguments   map[string]string
}

func (d *declared) address() string { return "cohort_" + d.kind + "." + d.label }

// configuration is a root module. A resource refers to others as (label), whatever their addresses
// are.
type configuration struct {
	resources []*declared
	moved     map[string]string
	random    *rand.Rand
	// made counts the texts, so that each is another one.
	made int
}

func (c *configuration) clone() *configuration {
	same := *c
	same.moved, same.resources = maps.Clone(c.moved), nil
	for _, one := range c.resources {
		resource := *one
		resource.arguments = maps.Clone(one.arguments)
		same.resources = append(same.resources, &resource)
	}
	return &same
}

// text is a text that no other has.
func (c *configuration) text() string {
	c.made++
	return fmt.Sprintf("Text %d", c.made)
}

// named returns the resources of a kind.
func (c *configuration) named(kinds ...string) []*declared {
	return slices.DeleteFunc(slices.Clone(c.resources), func(d *declared) bool {
		return !slices.Contains(kinds, d.kind)
	})
}

// of picks the id of a resource of a kind as HCL, or null.
func (c *configuration) of(kinds ...string) string {
	all := c.named(kinds...)
	if len(all) == 0 {
		return "null"
	}
	return "<" + all[c.random.IntN(len(all))].label + ">.id"
}

// add adds a resource with random arguments. What it refers to is there already.
func (c *configuration) add(kind string) {
	c.made++
	key := fmt.Sprintf("%s-%d", strings.ReplaceAll(kind, "_", "-"), c.made)
	d := &declared{kind: kind, label: strings.ReplaceAll(key, "-", "_"), arguments: map[string]string{}}
	set := func(name, format string, a ...any) { d.arguments[name] = fmt.Sprintf(format, a...) }
	localized := func() string { return fmt.Sprintf("{ en = %q, fr = %q }", c.text(), c.text()) }
	maybe := func() bool { return c.random.IntN(2) == 0 }
	switch kind {
	case "user_property":
		set("name", "%q", c.text())
		set("type", `"text"`)
		set("reference_id", "%q", key)
	case "list", "segment":
		set("name", "%q", c.text())
		set("reference_id", "%q", key)
	case "digital_asset", "perk", "badge", "campaign":
		set("internal_name", "%q", key)
	}
	switch kind {
	case "segment":
		conditions := []string{fmt.Sprintf("{ event = { name = %q } }", c.text())}
		if of := c.of("list", "segment"); of != "null" {
			conditions = append(conditions, fmt.Sprintf("{ audience = { id = %s } }", of))
		}
		set("groups", "[{ conditions = [%s] }]", strings.Join(conditions, ", "))
	case "perk":
		set("title", "%s", localized())
		if maybe() {
			set("code", "{ value = %q }", c.text())
		} else {
			set("link", `{ url = "https://shop.example.com/%d" }`, c.made)
		}
	case "digital_asset":
		set("title", "%s", localized())
		set("max_supply", "%d", c.made)
	case "badge":
		set("audience_id", "%s", c.of("list", "segment"))
		set("title", "%s", localized())
	case "campaign":
		if maybe() {
			set("audience_id", "%s", c.of("list", "segment"))
		}
		var rewards []string
		for range c.random.IntN(3) {
			if perk := c.of("perk"); perk != "null" && maybe() {
				rewards = append(rewards, fmt.Sprintf("{ perk_id = %s }", perk))
			} else if asset := c.of("digital_asset"); asset != "null" {
				rewards = append(rewards, fmt.Sprintf("{ digital_asset_id = %s }", asset))
			}
		}
		slices.Sort(rewards)
		if rewards = slices.Compact(rewards); len(rewards) > 0 {
			set("rewards", "[%s]", strings.Join(rewards, ", "))
		}
		if maybe() {
			set("store", "{ title = %s }", localized())
		} else {
			set("challenge", `{
    title = %s
    steps = [{ user_action = %q, triggers = [{ type = "form", settings = jsonencode({ minimum = %d }) }] }]
  }`, localized(), c.text(), c.made)
		}
	}
	c.resources = append(c.resources, d)
}

var everyKind = []string{
	"user_property", "list", "list", "segment", "perk", "perk", "digital_asset", "badge", "campaign",
}

// edit makes a change that has an effect which no other edit has.
func (c *configuration) edit() string {
	switch c.random.IntN(6) {
	case 0:
		c.add(everyKind[c.random.IntN(len(everyKind))])
		return "add " + c.resources[len(c.resources)-1].label
	case 1:
		for _, i := range c.random.Perm(len(c.resources)) {
			label := c.resources[i].label
			if !slices.ContainsFunc(c.resources, func(d *declared) bool {
				return slices.ContainsFunc(slices.Collect(maps.Values(d.arguments)), func(expression string) bool {
					return strings.Contains(expression, "<"+label+">")
				})
			}) {
				c.resources = slices.Delete(c.resources, i, i+1)
				return "remove " + label
			}
		}
	}
	for {
		d := c.resources[c.random.IntN(len(c.resources))]
		names := slices.Sorted(maps.Keys(d.arguments))
		name := names[c.random.IntN(len(names))]
		before := d.arguments[name]
		after := before
		switch {
		case name == "reference_id" && d.kind == "user_property" || name == "type":
			continue
		case strings.Contains(before, `"Text `):
			i := strings.LastIndex(before, `"Text `)
			end := i + 1 + strings.Index(before[i+1:], `"`)
			after = before[:i] + fmt.Sprintf("%q", c.text()) + before[end+1:]
		case strings.HasSuffix(before, ">.id") && len(c.named("list", "segment")) > 1 && d.kind != "segment":
			after = c.of("list")
		case name == "internal_name" || name == "reference_id":
			c.made++
			after = fmt.Sprintf("%q", fmt.Sprintf("renamed-%d", c.made))
		case name == "max_supply":
			c.made++
			after = fmt.Sprint(c.made)
		case name == "rewards":
			delete(d.arguments, name)
			return fmt.Sprintf("%s.%s removed", d.label, name)
		}
		if after != before {
			d.arguments[name] = after
			return fmt.Sprintf("%s.%s = %s instead of %s", d.label, name, after, before)
		}
	}
}

// disguise changes everything that has no effect: addresses, with a moved block where there is a
// state, the order, and comments.
func (c *configuration) disguise(states map[string]cty.Value) {
	for _, d := range c.resources {
		if c.random.IntN(3) > 0 {
			continue
		}
		before, label := d.address(), d.label
		c.made++
		d.label = fmt.Sprintf("moved_%d", c.made)
		for _, other := range c.resources {
			for name, expression := range other.arguments {
				other.arguments[name] = strings.ReplaceAll(expression, "<"+label+">", "<"+d.label+">")
			}
		}
		if _, there := states[before]; there {
			c.moved[before] = d.address()
		}
	}
	c.random.Shuffle(len(c.resources), func(i, j int) { c.resources[i], c.resources[j] = c.resources[j], c.resources[i] })
}

// files is the configuration as HCL.
func (c *configuration) files() map[string][]byte {
	var b bytes.Buffer
	names := map[string]string{}
	for _, d := range c.resources {
		names["<"+d.label+">"] = d.address()
	}
	for _, d := range c.resources {
		fmt.Fprintf(&b, "# Comment %d\nresource \"cohort_%s\" %q {\n", c.random.IntN(1000), d.kind, d.label)
		for _, name := range slices.Sorted(maps.Keys(d.arguments)) {
			expression := d.arguments[name]
			for label, address := range names {
				expression = strings.ReplaceAll(expression, label, address)
			}
			fmt.Fprintf(&b, "  %s = %s\n", name, expression)
		}
		b.WriteString("}\n")
	}
	for _, from := range slices.Sorted(maps.Keys(c.moved)) {
		fmt.Fprintf(&b, "moved {\n  from = %s\n  to = %s\n}\n", from, c.moved[from])
	}
	return map[string][]byte{"main.tf": b.Bytes()}
}

// merchant is a merchant that a configuration was applied to.
type merchant struct {
	t        *testing.T
	access   core.Merchant
	snapshot string
	states   map[string]cty.Value
}

// madeOf makes a merchant from a configuration.
func madeOf(t *testing.T, c *configuration) merchant {
	t.Helper()
	s, err := sandbox.Start(sandbox.Options{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	m := merchant{t: t, access: core.Merchant{URL: s.URL(), Key: s.TestKey(), Mode: "test"}}
	made := core.New(t, m.access, nil)
	made.Plan(c.files(), ".", nil)
	made.Apply()
	m.states = made.States
	reader, err := provider.Open(t.Context(), "test", provider.Source{Mode: "test", Key: s.TestKey(), URL: s.URL()})
	if err != nil {
		t.Fatal(err)
	}
	taken, err := reader.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	m.snapshot = filepath.Join(t.TempDir(), "snapshot.json")
	if err := os.WriteFile(m.snapshot, taken.File(), 0o600); err != nil {
		t.Fatal(err)
	}
	return m
}

// ways are the ways to plan that must not matter.
var ways = []string{"keyed", "without refresh", "from a snapshot"}

// plan returns the fingerprint of a configuration.
func (m merchant) plan(c *configuration, way string) string {
	m.t.Helper()
	access := m.access
	if way == "from a snapshot" {
		access = core.Merchant{Mode: "test", Snapshot: m.snapshot}
	}
	planned := core.New(m.t, access, m.states)
	planned.NoRefresh = way == "without refresh"
	planned.Plan(c.files(), ".", nil)
	return fingerprint(m.t, planned.JSON())
}

// TestFingerprint_pairs plans 1,000 random edits of random configurations, each in another disguise
// and in another way, and each beside another edit.
func TestFingerprint_pairs(t *testing.T) {
	t.Parallel()
	const perMerchant = 25
	missed, alarms, pairs := 0, 0, 0
	for seed := range sample.Seeds(1000 / perMerchant) {
		base := &configuration{random: rand.New(rand.NewPCG(1, uint64(seed))), moved: map[string]string{}}
		for i := range len(everyKind) + base.random.IntN(8) {
			kind := everyKind[i%len(everyKind)]
			base.add(kind)
		}
		m := madeOf(t, base)
		untouched := m.plan(base, "keyed")
		for range perMerchant {
			pairs++
			one := base.clone()
			done := []string{}
			for range 1 + one.random.IntN(3) {
				done = append(done, one.edit())
			}
			want := m.plan(one, "keyed")
			base.made = one.made
			same, way := one.clone(), ways[one.random.IntN(len(ways))]
			same.disguise(m.states)
			if got := m.plan(same, way); got != want {
				alarms++
				t.Errorf("seed %d: %q, %s: another fingerprint\n%s\n---\n%s", seed, done, way, one.files()["main.tf"],
					same.files()["main.tf"])
			}
			base.made = same.made
			other := one.clone()
			other.made = same.made
			more := other.edit()
			if got := m.plan(other, "keyed"); got == want || len(done) == 1 && want == untouched {
				missed++
				t.Errorf("seed %d: %q and then %s: the same fingerprint", seed, done, more)
			}
			base.made = other.made
			if t.Failed() {
				t.FailNow()
			}
		}
	}
	t.Logf("%d pairs, %d missed, %d false alarms", pairs, missed, alarms)
}
