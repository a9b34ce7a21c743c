package diff_test

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/zclconf/go-cty/cty"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/diff"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/planreview"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/portable"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/population"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/sample"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

// TestCompare_order copies a merchant and reads the copy in a hundred orders: neither the order of
// objects and rewards, nor ids, nor times differ.
func TestCompare_order(t *testing.T) {
	t.Parallel()
	s := newService(t)
	plan := population.Plan{Seed: 3, Objects: 50, Hostile: true}
	if _, err := population.Fill(t.Context(), s.at(test), plan); err != nil {
		t.Fatal(err)
	}
	if _, err := population.Copy(t.Context(), s.at(test), s.at(live), 1, 0, 3); err != nil {
		t.Fatal(err)
	}
	from, to := s.read(test), s.read(live)
	rng := rand.New(rand.NewPCG(1, 2))
	for range sample.Of(100) {
		rng.Shuffle(len(to.Objects), func(i, j int) { to.Objects[i], to.Objects[j] = to.Objects[j], to.Objects[i] })
		for _, o := range to.Objects {
			for _, f := range o.Fields {
				if e := f.Value.Elements; f.Value.Unordered {
					rng.Shuffle(len(e), func(i, j int) { e[i], e[j] = e[j], e[i] })
				}
			}
		}
		r := diff.Compare(from, to, nil)
		if r.Has() || r.From.Objects != len(from.Objects) || r.From.Digest != r.To.Digest {
			t.Fatalf("%d of %d objects were compared, with the digests %s and %s:\n%s", r.From.Objects, len(from.Objects),
				r.From.Digest, r.To.Digest, r.Text(plain))
		}
	}
	reversed := sandbox.Fault{Method: "GET", Count: -1, Reorder: []string{"data", "data[].rewards"}}
	if err := s.AddFault(reversed); err != nil {
		t.Fatal(err)
	}
	if r := diff.Compare(from, s.read(live), nil); r.Has() {
		t.Error(r.Text(plain))
	}
}

// TestCompare_mixed edits everything at once: each attribute, by chance, in live behind the back of
// Terraform, in the configuration of both, or in that of test alone.
func TestCompare_mixed(t *testing.T) {
	t.Parallel()
	for seed := range uint64(sample.Of(3)) {
		rng := rand.New(rand.NewPCG(seed, 1))
		testHCL, liveHCL, edited := config, config, config
		want := map[string]diff.Class{}
		for _, attribute := range attributes(t) {
			e := edits[attribute][0]
			if strings.Contains(attribute, "internal_name") || strings.HasSuffix(attribute, ".reference_id") ||
				strings.HasSuffix(attribute, "desired_status") || replaced[attribute] != nil {
				continue
			}
			class := []diff.Class{diff.Drift, diff.Waiting, diff.Declared}[rng.IntN(3)]
			want[attribute] = class
			if class == diff.Drift {
				edited = strings.Replace(edited, e.from, e.to, 1)
				continue
			}
			testHCL = strings.Replace(testHCL, e.from, e.to, 1)
			if class == diff.Waiting {
				liveHCL = strings.Replace(liveHCL, e.from, e.to, 1)
			}
		}
		s := newService(t)
		s.apply(test, testHCL)
		s.apply(live, config)
		s.edit(live, edited)
		r, told := s.compare(testHCL, liveHCL)
		for attribute, class := range want {
			if got := classesAt(r, edits[attribute][0].object, attribute); !slices.Equal(got, []diff.Class{class}) {
				t.Errorf("seed %d: %s is %v, want %s", seed, attribute, got, class)
			}
		}
		if t.Failed() {
			t.Fatal(r.Text(plain))
		}
		s.hides(r, told)
	}
}

// hides checks that no form of a report shows an id or a secret.
func (s *service) hides(r *diff.Report, told *diff.Status) {
	s.t.Helper()
	var page strings.Builder
	if err := r.HTML(&page); err != nil {
		s.t.Fatal(err)
	}
	content, err := json.Marshal(map[string]any{"report": r, "status": told})
	if err != nil {
		s.t.Fatal(err)
	}
	hidden := []string{"SUMMIT", "SECRET2", s.TestKey(), s.LiveKey()}
	for _, mode := range []string{"test", "live"} {
		for _, o := range s.Objects(mode, "") {
			hidden = append(hidden, o["id"].(string))
		}
	}
	for _, form := range []string{
		page.String(), string(content), r.Text(plain), r.Markdown(), told.Text(strings.ToUpper),
	} {
		for _, text := range hidden {
			if strings.Contains(form, text) {
				s.t.Errorf("%s is in\n%s", text, form)
			}
		}
	}
}

// classesAt are the classes of an object at an attribute.
func classesAt(r *diff.Report, object, attribute string) []diff.Class {
	_, place, _ := strings.Cut(attribute, ".")
	var classes []diff.Class
	for _, d := range r.Differences {
		for _, c := range d.Changes {
			at := index.ReplaceAllString(c.Path, "")
			if d.String() == object && (at == place || strings.HasPrefix(at, place+".")) {
				classes = append(classes, c.Class)
			}
		}
	}
	return slices.Compact(classes)
}

const (
	applyLive = "COHORT_API_KEY=$COHORT_LIVE_API_KEY terraform -chdir=env/live apply"
	applyTest = "COHORT_API_KEY=$COHORT_TEST_API_KEY terraform -chdir=env/test apply"
)

// TestCompare_objects makes, deletes and renames whole objects.
func TestCompare_objects(t *testing.T) {
	t.Parallel()
	list := func(key string) string {
		return `
resource "cohort_list" "` + key + `" {
  reference_id = "` + key + `"
  name         = "List ` + key + `"
}
`
	}
	a, b := list("a"), list("b")
	byHand := func(s *service) { s.edit(live, b+list("c")) }
	for name, c := range map[string]struct {
		before              [2]string // what is applied
		then                func(s *service)
		test, live          string // the configurations
		class               diff.Class
		only, remedy, where string
		promotable          bool
	}{
		"not made yet": {
			[2]string{a + b, b}, nil, a + b, a + b, diff.Waiting, "list:a", applyLive, "test", true,
		},
		"made in test alone": {[2]string{a + b, b}, nil, a + b, b, diff.Declared, "list:a", "", "test", true},
		"not deleted yet": {
			[2]string{b, a + b}, nil, b, b, diff.Waiting, "list:a", applyLive, "live", true,
		},
		"not made in test": {
			[2]string{b, a + b}, nil, a + b, a + b, diff.Waiting, "list:a", applyTest, "live", false,
		},
		"deleted by hand": {
			[2]string{a + b, a + b},
			func(s *service) { s.edit(live, b) }, a + b, a + b, diff.Drift, "list:a",
			applyLive, "test", false,
		},
		"made by hand": {
			[2]string{b, b},
			byHand, b, b, diff.Unmanaged, "list:c",
			"import {\n  to = cohort_list.c\n  id = \"c\"\n}\n# terraform plan -generate-config-out=FILE writes the resource.",
			"live", true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newService(t)
			s.deletes = []string{"list:a", "list:b", "list:c"}
			s.apply(test, c.before[0])
			s.apply(live, c.before[1])
			if c.then != nil {
				c.then(s)
			}
			r, status := s.compare(c.test, c.live)
			if len(r.Differences) != 1 {
				t.Fatal(r.Text(plain))
			}
			d := r.Differences[0]
			if d.String() != c.only || d.Class != c.class || d.Remedy != c.remedy || r.Where(d) != c.where {
				t.Errorf("%+v, want %+v", d, c)
			}
			if status.Promotable != c.promotable {
				t.Errorf("the status is\n%s", status.Text(strings.ToUpper))
			}
			if drift := len(status.Live.Drift) > 0; drift != (c.class == diff.Drift) {
				t.Errorf("the status is\n%s", status.Text(strings.ToUpper))
			}
		})
	}
}

// kind is a kind by its name.
func kind(name string) portable.Kind {
	kinds := portable.Kinds()
	return kinds[slices.IndexFunc(kinds, func(k portable.Kind) bool { return k.Name == name })]
}

// object is an object that was made by hand.
func object(kindName, key, name string, change func(*portable.Object)) *portable.Object {
	o := &portable.Object{Kind: kind(kindName), Key: key, Name: name, ID: "id-of-" + kindName + key + name}
	o.Fields = []portable.Field{{Name: "name", Value: portable.Value{Literal: cty.StringVal(name)}}}
	if change != nil {
		change(o)
	}
	return o
}

func status(text string) func(*portable.Object) {
	return func(o *portable.Object) { o.Status = text }
}

// TestCompare_pairs pairs objects that have no key, a key that others have too, an archived
// counterpart, or that cannot be managed.
func TestCompare_pairs(t *testing.T) {
	t.Parallel()
	archived := status(merchants.StatusArchived)
	unmodeled := func(o *portable.Object) { o.Unmodeled = []string{"shade"} }
	from := &portable.Merchant{Mode: test, Objects: []*portable.Object{
		object("list", "", "Friends", nil),
		object("list", "", "Twins", nil), object("list", "", "Twins", nil),
		object("list", "e\u0301te\u0301", "Summer", nil),
		object("segment", "gold", "Gold", unmodeled),
		object("segment", "", "Silver", nil),
		object("perk", "twice", "twice", nil), object("perk", "twice", "twice", nil),
		object("perk", "gone", "gone", archived), object("perk", "gone", "gone", status("live")),
		object("perk", "old", "old", archived),
		object("perk", "hidden", "hidden", status("live")),
		object("perk", "odd", "odd", func(o *portable.Object) { o.Refusal = "it is odd" }),
	}}
	to := &portable.Merchant{Mode: live, Objects: []*portable.Object{
		object("list", "friends", "Friends", nil),
		object("list", "été ", "Summer", nil),
		object("segment", "gold", "Gold", nil),
		object("segment", "iron", "Iron", unmodeled),
		object("perk", "twice", "twice", nil),
		object("perk", "gone", "gone", status("live")),
		object("perk", "hidden", "hidden", archived),
		object("perk", "odd", "odd", nil),
	}}
	want := `- segment:Silver  only in test  unclassed
~ segment:gold  "Gold"
    shade  (present) → nothing  unmodeled
+ segment:iron  "Iron"  only in live  unclassed
    shade  nothing → (present)  unmodeled
~ perk:hidden
    status  "live" → "archived"  unclassed

Live differs from test in 5 things.
     2 unmodeled
     3 unclassed
  With --test and --live, the plans of both roots say why.

What to do:
  terraform init -upgrade  # for 2 differences

Not compared:
  1 perk of test (the provider cannot manage it: it is odd): perk:odd
  1 perk of live (an object with its key cannot be managed): perk:odd
  perk:twice, 2 of test and 1 of live (several objects have one key, so no pairs can be made): perk:twice
  2 archived perks of test (archived objects are hidden for good): perk:gone, perk:old
  2 lists of test without a reference_id (they have one name, so they cannot be told apart): list:Twins, list:Twins
`
	r := diff.Compare(from, to, nil)
	if diff := cmp.Diff(want, r.Text(plain)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if r.From.Objects != 6 || r.To.Objects != 6 {
		t.Errorf("%d and %d objects were compared", r.From.Objects, r.To.Objects)
	}
	managed := func(mode merchants.Mode, id string) *diff.Root {
		o := object("perk", "twice", "twice", nil)
		o.ID = id
		return &diff.Root{Plan: &planreview.Plan{Mode: mode, Resources: []*planreview.Resource{
			{Kind: o.Kind, Key: "twice", Name: "twice", ID: id, Action: planreview.Keep, Before: o, After: o},
		}}}
	}
	roots := map[merchants.Mode]*diff.Root{test: managed(test, "one"), live: managed(live, "two")}
	told := diff.NewStatus(diff.Compare(from, to, roots), []*portable.Merchant{from, to}, roots)
	if told.Promotable || len(told.Obstacles) != 1 || !strings.HasPrefix(told.Obstacles[0].Why, "perk:twice, 2 of test") {
		t.Errorf("a key that several objects have is no obstacle: %+v", told.Obstacles)
	}
	none := map[merchants.Mode]*diff.Root{
		test: {Plan: &planreview.Plan{Mode: test}}, live: {Plan: &planreview.Plan{Mode: live}},
	}
	if told := diff.NewStatus(diff.Compare(from, to, none), []*portable.Merchant{from, to}, none); !told.Promotable {
		t.Errorf("a key that nothing manages is an obstacle: %+v", told.Obstacles)
	}
	content, err := json.Marshal(r)
	if err != nil || strings.Contains(string(content), "id-of-") {
		t.Errorf("an id is in the JSON: %v\n%s", err, content)
	}
}

// TestCompare_states compares two states of one merchant, as after a rollback.
func TestCompare_states(t *testing.T) {
	t.Parallel()
	before := &portable.Merchant{Mode: live, Objects: []*portable.Object{
		object("list", "a", "A", nil), object("list", "b", "B", nil),
	}}
	after := &portable.Merchant{Mode: live, Objects: []*portable.Object{
		object("list", "a", "A2", nil), object("list", "c", "C", nil),
	}}
	want := `~ list:a  "A"
    name  "A" → "A2"  unclassed
- list:b  "B"  only in live before  unclassed
+ list:c  "C"  only in live after  unclassed

Live after differs from live before in 3 things.
     3 unclassed
  With --test and --live, the plans of both roots say why.
`
	r := diff.Compare(before, after, nil)
	if diff := cmp.Diff(want, r.Text(plain)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	var page strings.Builder
	if err := r.HTML(&page); err != nil {
		t.Fatal(err)
	}
	if d := r.Differences[2]; d.Only != live || d.OnlyIn != "to" {
		t.Errorf("%+v", d)
	}
}

// TestCompare_moved says that a step moved, and not that two steps changed.
func TestCompare_moved(t *testing.T) {
	t.Parallel()
	campaign := func(mode merchants.Mode, actions ...string) *portable.Merchant {
		steps := portable.Value{Form: portable.List}
		for _, action := range actions {
			steps.Elements = append(steps.Elements, portable.Value{Form: portable.Nested, Fields: []portable.Field{
				{Name: "user_action", Value: portable.Value{Literal: cty.StringVal(action)}},
			}})
		}
		o := object("campaign", "hunt", "hunt", func(o *portable.Object) {
			o.Fields = []portable.Field{{Name: "challenge", Value: portable.Value{
				Form: portable.Nested, Fields: []portable.Field{{Name: "steps", Value: steps}},
			}}}
		})
		return &portable.Merchant{Mode: mode, Objects: []*portable.Object{o}}
	}
	r := diff.Compare(campaign(test, "a", "b", "c", "d"), campaign(live, "a", "d", "b", "c"), nil)
	want := []diff.Change{{
		Path: "challenge.steps[1]", MovedFrom: 4, MovedTo: 2, Class: diff.Unclassed,
		From: &diff.Shown{Text: `{"user_action": "d"}`}, To: &diff.Shown{Text: `{"user_action": "d"}`},
	}}
	if len(r.Differences) != 1 {
		t.Fatal(r.Text(plain))
	}
	got, err := json.Marshal(r.Differences[0].Changes)
	if err != nil {
		t.Fatal(err)
	}
	expected, err := json.Marshal(want)
	if err != nil || string(got) != string(expected) {
		t.Errorf("%s, want %s", got, expected)
	}
}

// TestCompare_steps moves a step by hand in live, where its title differs as declared.
func TestCompare_steps(t *testing.T) {
	t.Parallel()
	step := func(action, title string) string {
		return `{ user_action = "` + action + `", title = { en = "` + title + `" } },`
	}
	hunt := func(steps string) string {
		return `
resource "cohort_campaign" "hunt" {
  internal_name = "hunt"
  challenge     = { steps = [` + steps + `] }
}
`
	}
	first, ours := step("visit", "One"), step("visit", "Our one")
	rest := step("shopify_order", "Two") + step("app_connected", "Three")
	s := newService(t)
	s.apply(test, hunt(first+rest))
	s.apply(live, hunt(ours+rest))
	s.edit(live, hunt(rest+ours))
	r, _ := s.compare(hunt(first+rest), hunt(ours+rest))
	want := map[bool]diff.Class{true: diff.Drift, false: diff.Declared}
	if len(r.Differences) != 1 || len(r.Differences[0].Changes) != 2 {
		t.Fatal(r.Text(plain))
	}
	for _, c := range r.Differences[0].Changes {
		if c.Class != want[c.MovedFrom > 0] {
			t.Errorf("%s is %s\n%s", c.Path, c.Class, r.Text(plain))
		}
	}
}

// TestCompare_plans reads what is rare in a plan: a value that the configuration marks as sensitive
// and does not change, and an object that the plan lets go.
func TestCompare_plans(t *testing.T) {
	t.Parallel()
	from := &portable.Merchant{Mode: test, Objects: []*portable.Object{object("list", "a", "A", nil)}}
	to := &portable.Merchant{Mode: live, Objects: []*portable.Object{object("list", "a", "B", nil)}}
	secret := func(name string) *portable.Object {
		o := object("list", "a", name, nil)
		o.Fields[0].Value.Form = portable.Secret
		return o
	}
	for class, change := range map[diff.Class]func(*planreview.Resource){
		diff.Declared:  func(r *planreview.Resource) { r.Action = planreview.Keep },
		diff.Waiting:   func(r *planreview.Resource) { r.Action, r.After = planreview.Delete, nil },
		diff.Unmanaged: func(r *planreview.Resource) { r.Action, r.After = planreview.Forget, nil },
	} {
		roots := map[merchants.Mode]*diff.Root{}
		for _, m := range []*portable.Merchant{from, to} {
			o := m.Objects[0]
			r := &planreview.Resource{Kind: o.Kind, Key: o.Key, ID: o.ID, Before: secret(o.Name), After: secret(o.Name)}
			if r.Action = planreview.Keep; m == to {
				change(r)
			}
			roots[m.Mode] = &diff.Root{Plan: &planreview.Plan{Mode: m.Mode, Resources: []*planreview.Resource{r}}}
		}
		r := diff.Compare(from, to, roots)
		if len(r.Differences) != 1 || r.Differences[0].Changes[0].Class != class {
			t.Errorf("want %s:\n%s", class, r.Text(plain))
		}
	}
}
