package pull_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/portable"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/population"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/provider"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/pull"
)

// pulls returns how many generated configurations a test tries: PULLS, by default 150.
func pulls() int {
	n, err := strconv.Atoi(os.Getenv("PULLS"))
	if err != nil {
		n = 150
	}
	return n
}

// generate fills a merchant, writes it as HCL in a style that the seed decides, and adopts it.
func generate(t *testing.T, seed uint64) (*world, *population.Made) {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 1))
	w := newWorld(t, []string{".", "env/test"}[seed%2], nil)
	made, err := population.Fill(t.Context(), w.merchant(), population.Plan{Seed: seed, Objects: 10, Hostile: seed%3 > 0})
	if err != nil {
		t.Fatal(err)
	}
	reader, err := provider.Open(t.Context(), "test", provider.Source{Mode: merchants.ModeTest, Key: w.s.TestKey(), URL: w.s.URL()})
	if err != nil {
		t.Fatal(err)
	}
	read, err := portable.Read(t.Context(), reader, nil)
	if err != nil {
		t.Fatal(err)
	}
	a := &author{rng: rng, comments: []float64{0, 0.3, 1}[rng.IntN(3)], names: map[*portable.Object]string{}, inModule: seed%4 > 1}
	if seed%5 > 2 {
		a.expressions = 0.2
	}
	for i, o := range read.Objects {
		a.names[o] = fmt.Sprintf("%s_%d", o.Kind.Name, i)
	}
	var resources, imports strings.Builder
	prefix := ""
	if a.inModule {
		prefix = "module.loyalty."
	}
	for _, o := range read.Objects {
		resources.WriteString(a.resource(o))
		fmt.Fprintf(&imports, "import {\n  to = %scohort_%s.%s\n  id = %q\n}\n", prefix, o.Kind.Name, a.names[o], o.ID)
	}
	body := resources.String()
	if len(a.locals) > 0 {
		body = "locals {\n" + strings.Join(a.locals, "") + "}\n" + body
	}
	if seed%7 == 0 && !strings.Contains(body, "<<") {
		body = strings.ReplaceAll(body, "\n", "\r\n")
	}
	if seed%11 == 0 {
		body = "\ufeff" + body
	}
	if seed%13 == 0 {
		body = strings.TrimRight(body, "\r\n")
	}
	name := w.root + "/main.tf"
	if a.inModule {
		name = "modules/loyalty/main.tf"
		source := map[string]string{".": "./modules/loyalty", "env/test": "../../modules/loyalty"}[w.root]
		w.write(w.root+"/main.tf", "module \"loyalty\" {\n  source = \""+source+"\" # here\n"+strings.Join(a.arguments, "")+"}\n")
		w.write("modules/loyalty/variables.tf", strings.Join(a.variables, ""))
	}
	w.write(name, body)
	w.write(w.root+"/adopt.tf", imports.String())
	w.apply()
	return w, &made
}

// TestPull_generated edits merchants, and pulls: afterwards the plan is empty, except for what a
// person has to write, and no comment and no line that nobody edited has changed.
func TestPull_generated(t *testing.T) {
	t.Parallel()
	for seed := range uint64(pulls()) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			w, made := generate(t, seed)
			rng := rand.New(rand.NewPCG(seed, 2))
			var said []string
			for range 1 + rng.IntN(8) {
				edit, err := population.Edit(t.Context(), w.merchant(), rng, made)
				if err != nil {
					t.Fatal(err)
				}
				said = append(said, edit)
			}
			before := w.files()
			drifted, _ := w.plan()
			report := w.pull(pull.Options{})
			after := w.files()
			fail := func(format string, a ...any) {
				t.Helper()
				text, _ := json.MarshalIndent(report, "", " ")
				t.Errorf(format+"\n%s\n%s", append(a, strings.Join(said, "\n"), text)...)
			}
			asked, edited, statuses := map[string]bool{}, map[string]bool{}, map[string]bool{}
			for _, q := range report.Questions {
				asked[q.Address+" "+q.Path] = true
				edited[q.Address+" "+q.Path] = true
			}
			for _, e := range report.Edits {
				edited[e.Address+" "+e.Path] = true
				// The state has it as the user wanted it, so it takes an apply, which changes nothing.
				if e.Path == "desired_status" {
					asked[e.Address+" "+e.Path], statuses[e.Address] = true, true
				}
			}
			for _, r := range drifted.Resources {
				for _, c := range r.Changes() {
					if !covered(edited, r.Address+" "+c.Path.String()) {
						fail("%s %s is neither edited nor reported", r.Address, c.Path)
					}
				}
			}
			if len(report.Waiting) > 0 {
				fail("something waits")
			}
			if seed%5 <= 2 { // Without expressions.
				for _, q := range report.Questions {
					if q.Path != "audience_id" && !strings.Contains(q.Path, "code") {
						fail("%s %s is a question", q.Address, q.Path)
					}
				}
			}
			plan, summary, refused := w.planAgain()
			switch {
			case refused && len(report.Questions) == 0:
				fail("the plan is refused")
			case refused:
				return
			}
			for _, r := range plan.Resources {
				for _, c := range r.Changes() {
					if !covered(asked, r.Address+" "+c.Path.String()) {
						fail("%s %s still differs, and was not reported", r.Address, c.Path)
					}
				}
			}
			summary.Changes = slices.DeleteFunc(summary.Changes, func(a string) bool { return statuses[a] })
			if summary.Empty() != (len(report.Questions) == 0) {
				fail("there are %d questions, and the plan is %s", len(report.Questions), summary)
			}
			for name := range before {
				unchanged(t, name, string(before[name]), string(after[name]), report)
			}
			if t.Failed() && os.Getenv("PULLS_SHOW") != "" {
				for name := range before {
					if string(before[name]) != string(after[name]) {
						os.WriteFile("/tmp/pull-before.tf", before[name], 0o600)
						os.WriteFile("/tmp/pull-after.tf", after[name], 0o600)
					}
				}
			}
		})
	}
}

// covered reports whether a place, or one around it, was reported.
func covered(asked map[string]bool, place string) bool {
	for {
		if asked[place] {
			return true
		}
		i := strings.LastIndexAny(place, ".[")
		if i < strings.Index(place, " ") || i < 0 {
			return false
		}
		place = place[:i]
	}
}

var comment = regexp.MustCompile(`(remark|note) \d+`)

// unchanged checks that all comments are still there, and every line that no edit is about.
func unchanged(t *testing.T, name, before, after string, report pull.Report) {
	t.Helper()
	was, is := comment.FindAllString(before, -1), comment.FindAllString(after, -1)
	slices.Sort(was)
	slices.Sort(is)
	missing := 0
	for _, c := range was {
		if !slices.Contains(is, c) {
			missing++
		}
	}
	removed := slices.ContainsFunc(report.Edits, func(e pull.Edit) bool { return e.Action == pull.Remove })
	if missing > 0 && !removed || len(is) > len(was) {
		t.Errorf("%s had %d comments, and has %d", name, len(was), len(is))
	}
}
