package pull_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/portable"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/population"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/sample"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/provider"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/pull"
)

// generate fills a merchant, writes it as HCL in a style that the seed decides, and adopts it.
func generate(t *testing.T, seed uint64) (*world, *population.Made) {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 1))
	w := newWorld(t, []string{".", "env/test"}[seed%2], nil)
	made, err := population.Fill(
		t.Context(),
		w.merchant(),
		population.Plan{Seed: seed, Objects: 10, Hostile: seed%3 > 0},
	)
	if err != nil {
		t.Fatal(err)
	}
	reader, err := provider.Open(
		t.Context(),
		"test",
		provider.Source{Mode: merchants.ModeTest, Key: w.s.TestKey(), URL: w.s.URL()},
	)
	if err != nil {
		t.Fatal(err)
	}
	read, err := portable.Read(t.Context(), reader, nil)
	if err != nil {
		t.Fatal(err)
	}
	a := &author{
		rng:      rng,
		comments: []float64{0, 0.3, 1}[rng.IntN(3)],
		names:    map[*portable.Object]string{},
		inModule: seed%4 > 1,
	}
	if seed%5 > 2 {
		a.expressions = 0.2
	}
	var resources, imports strings.Builder
	for i, o := range read.Objects {
		a.names[o] = fmt.Sprintf("%s_%d", o.Kind.Name, i)
		if o.Kind.Name == "list" && seed%6 == 5 {
			a.names[o] = fmt.Sprintf("all[%q]", o.ID[:4])
			a.instances = append(a.instances, fmt.Sprintf("    %s = { key = %s, name = %s }\n", quoted(o.ID[:4]),
				quoted(o.Key), quoted(o.Name)))
		}
	}
	if len(a.instances) > 0 {
		a.locals = append(a.locals, "  lists = {\n"+strings.Join(a.instances, "")+"  }\n")
		resources.WriteString("resource \"cohort_list\" \"all\" {\n  for_each = local.lists\n" +
			"  name = each.value.name # note 1\n" +
			"  reference_id = each.value.key\n}\n")
	}
	prefix := ""
	if a.inModule {
		prefix = "module.loyalty."
	}
	for _, o := range read.Objects {
		if !strings.Contains(a.names[o], "[") {
			resources.WriteString(a.resource(o))
		}
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
		w.write(
			w.root+"/main.tf",
			"module \"loyalty\" {\n  source = \""+source+"\" # here\n"+strings.Join(a.arguments, "")+"}\n",
		)
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
	for seed := range uint64(sample.Seeds(1000)) {
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
			drifted := w.plan()
			report := w.pull(drifted)
			after := w.files()
			fail := func(format string, a ...any) {
				t.Helper()
				text, _ := json.MarshalIndent(report, "", " ")
				t.Errorf(format+"\n%s\n%s", append(a, strings.Join(said, "\n"), text)...)
			}
			asked, edited, statuses := map[string]bool{}, map[string]bool{}, map[string]bool{}
			for _, q := range report.Questions {
				asked[q.Address+" "+q.Path] = true
				edited[listOf(q.Place)] = true
			}
			for _, e := range report.Edits {
				edited[listOf(e.Place)] = true
				// The state has it as the user wanted it, so it takes an apply, which changes nothing.
				if e.Path == "desired_status" {
					asked[e.Address+" "+e.Path], statuses[e.Address] = true, true
				}
			}
			for _, r := range drifted.Resources {
				for _, c := range r.Changes() {
					if !covered(edited, listOf(pull.Place{Address: r.Address, Path: c.Path.String()})) {
						fail("%s %s is neither edited nor reported", r.Address, c.Path)
					}
				}
			}
			if len(report.Waiting) > 0 {
				fail("something waits")
			}
			if seed%5 <= 2 && seed%6 != 5 { // Without expressions.
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
			summary.Changes = slices.DeleteFunc(summary.Changes, func(a string) bool {
				return statuses[a] && !slices.ContainsFunc(report.Questions, func(q pull.Question) bool { return q.Address == a })
			})
			if summary.Empty() != (len(report.Questions) == 0) {
				fail("there are %d questions, and the plan is %s", len(report.Questions), summary)
			}
			for name := range before {
				unchanged(t, name, string(before[name]), string(after[name]), report)
			}
		})
	}
}

// listOf is a place without the part that may have another number in the merchant.
func listOf(p pull.Place) string {
	path, _, _ := strings.Cut(p.Path, "[")
	return p.Address + " " + path
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

// unchanged checks that all comments are still there, and that every line which has changed is one
// of an edit.
func unchanged(t *testing.T, name, before, after string, report pull.Report) {
	t.Helper()
	removed := slices.ContainsFunc(report.Edits, func(e pull.Edit) bool { return e.Action == pull.Remove })
	is := comment.FindAllString(after, -1)
	for _, c := range comment.FindAllString(before, -1) {
		if !slices.Contains(is, c) && !removed {
			t.Errorf("%s: the comment %q is gone", name, c)
		}
	}
	file, problems := hclsyntax.ParseConfig([]byte(before), name, hcl.InitialPos)
	if problems.HasErrors() {
		t.Fatal(problems)
	}
	// ends are the lines where the longest thing ends that begins in a line.
	ends := map[int]int{}
	_ = hclsyntax.VisitAll(file.Body.(*hclsyntax.Body), func(node hclsyntax.Node) hcl.Diagnostics {
		if _, isBody := node.(*hclsyntax.Body); !isBody {
			r := node.Range()
			if _, isBlock := node.(*hclsyntax.Block); !isBlock {
				ends[r.Start.Line] = max(ends[r.Start.Line], r.End.Line)
			}
		}
		return nil
	})
	edited := map[int]bool{}
	for _, e := range report.Edits {
		if strings.HasSuffix(e.File, "/"+name) {
			for line := e.Line; line <= max(e.Line, ends[e.Line]) && (e.Action != pull.Insert || line == e.Line); line++ {
				edited[line] = true
			}
			if e.Action == pull.Move { // With the comments above.
				lines := strings.Split(before, "\n")
				for line := e.Line - 1; line > 0 && strings.Contains(lines[line-1], "remark"); line-- {
					edited[line] = true
				}
			}
		}
	}
	// The lines that no edit is about are all there, in order. An element that is no longer the last
	// one gets a comma.
	rest := strings.Split(strings.ReplaceAll(after, ",", ""), "\n")
	for i, line := range strings.Split(strings.ReplaceAll(before, ",", ""), "\n") {
		if edited[i+1] {
			continue
		}
		at := slices.Index(rest, line)
		if at < 0 {
			t.Errorf("%s:%d has changed, and no edit is there: %q", name, i+1, line)
			continue
		}
		rest = rest[at+1:]
	}
}
