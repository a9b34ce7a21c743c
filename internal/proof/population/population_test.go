package population_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"golang.org/x/text/unicode/norm"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/oracle"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/population"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

func start(t testing.TB, seed uint64) (s *sandbox.Sandbox, test, live population.Merchant) {
	t.Helper()
	s, err := sandbox.Start(sandbox.Options{Seed: seed})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s, population.Merchant{URL: s.URL(), Key: s.TestKey()}, population.Merchant{URL: s.URL(), Key: s.LiveKey()}
}

// plans are plans of every style with some seeds.
func plans(objects int, seeds uint64) []population.Plan {
	var out []population.Plan
	for seed := range seeds {
		for style := range 4 {
			out = append(out, population.Plan{
				Seed: seed, Objects: objects, Hostile: style&1 != 0, Untidy: style&2 != 0,
			})
		}
	}
	return out
}

// each runs a test with a filled merchant for every plan.
func each(t *testing.T, plans []population.Plan, do func(*testing.T, population.Plan, *world)) {
	t.Helper()
	for _, p := range plans {
		t.Run(fmt.Sprintf("%+v", p), func(t *testing.T) {
			t.Parallel()
			w := &world{}
			w.Sandbox, w.test, w.live = start(t, p.Seed)
			var err error
			if w.made, err = population.Fill(t.Context(), w.test, p); err != nil {
				t.Fatal(err)
			}
			do(t, p, w)
		})
	}
}

// A world is a sandbox whose test merchant is filled.
type world struct {
	*sandbox.Sandbox

	test, live population.Merchant
	made       population.Made
}

// TestContract checks every body that Fill, Edit and Copy send against the contract. The service
// may refuse only to change a status, because Edit does not know what a draft lacks.
func TestContract(t *testing.T) {
	t.Parallel()
	each(t, plans(60, 1), func(t *testing.T, p population.Plan, w *world) {
		rng := rand.New(rand.NewPCG(p.Seed, 7))
		for range 40 {
			if _, err := population.Edit(t.Context(), w.test, rng, &w.made); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := population.Copy(t.Context(), w.test, w.live, 0.6, 0.5, p.Seed); err != nil {
			t.Fatal(err)
		}
		for _, e := range w.History() {
			if e.Request == "" {
				continue
			}
			if err := oracle.ContractAllows(t.Context(), e); err != nil {
				t.Errorf("%s %s %s → %d %s\nbreaks the contract: %v", e.Method, e.Path, e.Request, e.Status, e.Response, err)
			}
			if e.Status >= http.StatusMultipleChoices {
				t.Errorf("%s %s %s is refused: %s", e.Method, e.Path, e.Request, e.Response)
			}
		}
	})
}

// TestMade checks that Made tells the truth, after edits too.
func TestMade(t *testing.T) {
	t.Parallel()
	each(t, plans(50, 2), func(t *testing.T, p population.Plan, w *world) {
		if len(w.made.Objects) != p.Objects {
			t.Errorf("there are %d objects, want %d", len(w.made.Objects), p.Objects)
		}
		rng := rand.New(rand.NewPCG(p.Seed, 7))
		edited := map[string]bool{}
		for range 20 {
			said, err := population.Edit(t.Context(), w.test, rng, &w.made)
			if err != nil {
				t.Fatal(err)
			}
			edited[said[strings.LastIndex(said, "(")+1:len(said)-1]] = true
		}
		for _, o := range w.made.Objects {
			if got := len(o.Edits) > 0; got != edited[o.ID] {
				t.Errorf("%v: edited is %t, want %t", o, got, edited[o.ID])
			}
		}
		told := map[string]bool{}
		for _, o := range w.made.Objects {
			told[fmt.Sprint(o.Kind, o.ID, o.Key, o.Status, o.Type)] = true
		}
		everything := map[string]bool{}
		for _, o := range objects(t, w.Sandbox, "test") {
			key := o.fields["internalName"]
			if o.kind == "user-properties" || o.kind == "cohorts" {
				key = o.fields["referenceId"]
			}
			was := make([]any, 0, 5)
			for _, part := range []any{o.kind, o.fields["id"], key, o.fields["status"], o.fields["type"]} {
				s, _ := part.(string)
				was = append(was, s)
			}
			everything[fmt.Sprint(was...)] = true
		}
		if diff := gocmp.Diff(everything, told); diff != "" {
			t.Errorf("Made differs from the merchant (-merchant +made):\n%s", diff)
		}
		for _, o := range objects(t, w.Sandbox, "test") {
			walk(o.fields, func(name string, v any) {
				s, _ := v.(string)
				switch {
				case name == "id" && !slices.Contains(w.made.IDs, s):
					t.Errorf("the id %s is not told", s)
				case name == "code" && !slices.ContainsFunc(w.made.Secrets, func(part string) bool {
					return len(part) > 16 && strings.HasPrefix(s, part)
				}):
					t.Errorf("the code %q is not told", s)
				}
			})
		}
	})
}

// TestFill_sameSeed checks that a plan decides everything but ids and times.
func TestFill_sameSeed(t *testing.T) {
	t.Parallel()
	var others [][]string
	for _, p := range []population.Plan{
		{Seed: 1, Objects: 80},
		{Seed: 4, Objects: 80},
		{Seed: 2, Objects: 80, Hostile: true, Untidy: true},
		{Seed: 3, Objects: 1000, Hostile: true, Untidy: true},
	} {
		var contents [][]string
		for run := range uint64(2) {
			s, test, _ := start(t, run)
			if _, err := population.Fill(t.Context(), test, p); err != nil {
				t.Fatal(err)
			}
			contents = append(contents, portable(t, s, "test"))
		}
		if diff := gocmp.Diff(contents[0], contents[1]); diff != "" {
			t.Errorf("%+v leads to different objects:\n%s", p, diff)
		}
		others = append(others, contents[0])
	}
	if slices.Equal(others[0], others[1]) {
		t.Error("two seeds lead to the same objects")
	}
}

// TestFill_tidy checks what the package promises without Untidy.
func TestFill_tidy(t *testing.T) {
	t.Parallel()
	tidy := slices.DeleteFunc(plans(100, 5), func(p population.Plan) bool { return p.Untidy })
	each(t, tidy, func(t *testing.T, _ population.Plan, w *world) {
		for _, o := range w.made.Objects {
			if o.Status == "archived" || o.Status == "ended" {
				t.Errorf("%v", o)
			}
		}
		seen := map[string]bool{}
		for _, o := range w.made.Objects {
			key := o.Kind + strings.TrimSpace(norm.NFC.String(o.Key))
			if key == o.Kind || seen[key] {
				t.Errorf("%v has a key that is empty or taken", o)
			}
			seen[key] = true
		}
		for _, problem := range untidy(t, w) {
			t.Error(problem)
		}
		for _, dangling := range dangling(t, w) {
			t.Error(dangling)
		}
	})
}

// TestFill_untidy checks that every sort of leftover occurs.
func TestFill_untidy(t *testing.T) {
	t.Parallel()
	messy := slices.DeleteFunc(plans(300, 2), func(p population.Plan) bool { return !p.Untidy })
	each(t, messy, func(t *testing.T, _ population.Plan, w *world) {
		found := map[string]bool{}
		keys := map[string]bool{}
		for _, o := range w.made.Objects {
			found[o.Kind+" "+o.Status] = true
			if o.Key == "" {
				found["keyless "+o.Type] = true
				continue
			}
			if keys[o.Kind+o.Key] {
				found["two of one key in "+o.Kind] = true
			}
			keys[o.Kind+o.Key] = true
		}
		for _, problem := range untidy(t, w) {
			sort, _, _ := strings.Cut(problem, ":")
			found[sort] = true
		}
		if len(dangling(t, w)) != 1 {
			t.Errorf("dangling references: %v, want one", dangling(t, w))
		}
		for _, want := range []string{
			"keyless list", "keyless segment", "perks archived", "campaigns archived", "campaigns ended", "value",
			"languages", "no text", "two of one key in perks", "two of one key in digital-assets", "two of one key in badges",
			"two of one key in campaigns",
		} {
			if !found[want] {
				t.Errorf("there is no case of %q", want)
			}
		}
	})
}

// TestFill_hostile checks that hostile texts reach the places where they can do harm.
func TestFill_hostile(t *testing.T) {
	t.Parallel()
	wanted := []string{
		`"`, "${", "%{", "\r\n", "\t", "🎉", "\u0001", "\nEOT\n", "<<EOT", `\`, "e\u0301", "\u200f", "null", "true", "\u2028",
	}
	foundIn := map[string]map[string]bool{}
	for seed := range uint64(4) {
		s, test, _ := start(t, seed)
		made, err := population.Fill(t.Context(), test, population.Plan{Seed: seed, Objects: 400, Hostile: true})
		if err != nil {
			t.Fatal(err)
		}
		note := func(place, value string) {
			if foundIn[place] == nil {
				foundIn[place] = map[string]bool{}
			}
			for _, part := range wanted {
				if strings.Contains(value, part) {
					foundIn[place][part] = true
				}
			}
		}
		for _, o := range made.Objects {
			note("keys", o.Key)
			for _, prefix := range []string{"id:", "key:", "8d116ece-1738-"} {
				if strings.HasPrefix(o.Key, prefix) {
					note(prefix, "null")
				}
			}
		}
		for _, o := range objects(t, s, "test") {
			walk(o.fields, func(name string, v any) {
				if value, ok := v.(string); ok && name != "internalName" && name != "referenceId" {
					note("texts", value)
					if strings.Count(value, "\n") > 50 {
						note("long texts", "null")
					}
				}
			})
		}
	}
	for _, place := range []string{"keys", "texts"} {
		for _, part := range wanted {
			if !foundIn[place][part] {
				t.Errorf("none of the %s contains %q", place, part)
			}
		}
	}
	for _, place := range []string{"id:", "key:", "8d116ece-1738-", "long texts"} {
		if foundIn[place] == nil {
			t.Errorf("nothing is of the sort %q", place)
		}
	}
}

// TestCopy checks that the copies equal the originals up to ids, unless they were edited.
func TestCopy(t *testing.T) {
	t.Parallel()
	each(t, plans(80, 2), func(t *testing.T, p population.Plan, w *world) {
		made, err := population.Copy(t.Context(), w.test, w.live, 0.5, 0.3, p.Seed)
		if err != nil {
			t.Fatal(err)
		}
		if n := len(made.Objects); n < 30 || n > 75 {
			t.Errorf("%d of 80 objects were copied, want about half and what they refer to", n)
		}
		originals := map[string]bool{}
		for _, line := range portable(t, w.Sandbox, "test") {
			originals[line] = true
		}
		edits := map[string][]string{}
		edited := 0
		for _, o := range made.Objects {
			edits[o.ID] = o.Edits
			edited += len(o.Edits)
		}
		if edited == 0 {
			t.Error("nothing was edited")
		}
		lines := portableByID(t, w.Sandbox, "live")
		for id, line := range lines {
			lost := strings.Contains(line, `"rewards":[]`) // A copy leaves out rewards that are gone.
			if !originals[line] && len(edits[id]) == 0 && !lost {
				t.Errorf("no original equals %s", line)
			}
			if originals[line] && len(edits[id]) > 0 {
				t.Errorf("%v changed nothing in %s", edits[id], line)
			}
		}
		if diff := gocmp.Diff(population.Made{}, made); diff == "" || len(lines) != len(made.Objects) {
			t.Errorf("%d objects are told, there are %d", len(made.Objects), len(lines))
		}
	})
	t.Run("everything", func(t *testing.T) {
		t.Parallel()
		s, test, live := start(t, 1)
		if _, err := population.Fill(t.Context(), test, population.Plan{Seed: 5, Objects: 200, Hostile: true}); err != nil {
			t.Fatal(err)
		}
		if _, err := population.Copy(t.Context(), test, live, 1, 0, 0); err != nil {
			t.Fatal(err)
		}
		if diff := gocmp.Diff(portable(t, s, "test"), portable(t, s, "live")); diff != "" {
			t.Errorf("the copy differs (-test +live):\n%s", diff)
		}
	})
}

// TestEdit checks that an edit changes one object, and that the same seeds lead to the same edits.
func TestEdit(t *testing.T) {
	t.Parallel()
	for _, p := range plans(40, 1) {
		var said [2][]string
		for run := range said {
			s, test, _ := start(t, 9)
			made, err := population.Fill(t.Context(), test, p)
			if err != nil {
				t.Fatal(err)
			}
			rng := rand.New(rand.NewPCG(p.Seed, 3))
			s.Reset()
			for range 30 {
				what, err := population.Edit(t.Context(), test, rng, &made)
				if err != nil {
					t.Fatal(err)
				}
				said[run] = append(said[run], what)
			}
			changes := 0
			for _, e := range s.History() {
				if e.Committed {
					changes++
				}
			}
			if changes != 30 {
				t.Errorf("%+v: 30 edits changed %d objects", p, changes)
			}
		}
		if diff := gocmp.Diff(said[0], said[1]); diff != "" {
			t.Errorf("%+v: one seed leads to different edits:\n%s", p, diff)
		}
	}
}

// TestEdit_everySort checks that every sort of edit occurs.
func TestEdit_everySort(t *testing.T) {
	t.Parallel()
	_, test, _ := start(t, 9)
	made, err := population.Fill(t.Context(), test, population.Plan{Objects: 400})
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(1, 3))
	sorts := map[string]int{}
	for range 1500 {
		what, err := population.Edit(t.Context(), test, rng, &made)
		if err != nil {
			t.Fatal(err)
		}
		sort, _, _ := strings.Cut(what, " of the ")
		sorts[sort]++
	}
	for _, want := range []string{
		"name", "a text", "one more language", "one language less", "image or video", "slug", "expiry", "supply", "end",
		"visibility", "settings", "audience", "conditions", "steps", "rewards", "a price", "distribution",
		"status, by publish",
		"status, by archive", "status, by unarchive", "status, by end",
	} {
		if sorts[want] == 0 {
			t.Errorf("%q never happened; there were %v", want, sorts)
		}
	}
}

func TestEdit_nothingThere(t *testing.T) {
	t.Parallel()
	_, test, _ := start(t, 1)
	if said, err := population.Edit(t.Context(), test, rand.New(rand.NewPCG(1, 1)), &population.Made{}); err == nil {
		t.Errorf("it said %q", said)
	}
}

func TestFill_refused(t *testing.T) {
	t.Parallel()
	_, test, _ := start(t, 1)
	test.Key = "test_wrong"
	for _, objects := range []int{1, 2000} {
		_, err := population.Fill(t.Context(), test, population.Plan{Objects: objects})
		if err == nil || !strings.Contains(err.Error(), "401") {
			t.Errorf("%d objects: %v", objects, err)
		}
	}
}

// A row is an object of a merchant.
type row struct {
	kind   string
	fields map[string]any
}

// contractCollections reads the contract once, because that is slow.
var contractCollections = sync.OnceValues(oracle.ContractCollections)

func objects(t testing.TB, s *sandbox.Sandbox, mode string) []row {
	t.Helper()
	collections, err := contractCollections()
	if err != nil {
		t.Fatal(err)
	}
	var out []row
	for _, kind := range collections {
		for _, fields := range s.Objects(mode, kind) {
			out = append(out, row{kind, fields})
		}
	}
	return out
}

// portableByID writes each object of a merchant without times, with keys in place of ids.
func portableByID(t testing.TB, s *sandbox.Sandbox, mode string) map[string]string {
	t.Helper()
	rows := objects(t, s, mode)
	names := map[string]string{}
	for _, r := range rows {
		id, _ := r.fields["id"].(string)
		names[id] = fmt.Sprint(r.fields["internalName"], r.fields["referenceId"])
	}
	out := map[string]string{}
	for _, r := range rows {
		id, _ := r.fields["id"].(string)
		delete(r.fields, "createdAt")
		delete(r.fields, "updatedAt")
		var rename func(v any)
		rename = func(v any) {
			switch v := v.(type) {
			case map[string]any:
				delete(v, "id")
				for _, name := range []string{"cohortId", "rewardId"} {
					if id, ok := v[name].(string); ok {
						v[name] = cmp.Or(names[id], "gone")
					}
				}
				for _, one := range v {
					rename(one)
				}
			case []any:
				for _, one := range v {
					rename(one)
				}
			}
		}
		rename(r.fields)
		written, err := json.Marshal(r.fields)
		if err != nil {
			t.Fatal(err)
		}
		out[id] = r.kind + " " + string(written)
	}
	return out
}

func portable(t testing.TB, s *sandbox.Sandbox, mode string) []string {
	t.Helper()
	return slices.Sorted(maps.Values(portableByID(t, s, mode)))
}

// walk visits every property within a value.
func walk(v any, visit func(name string, v any)) {
	switch v := v.(type) {
	case map[string]any:
		for name, one := range v {
			visit(name, one)
			walk(one, visit)
		}
	case []any:
		for _, one := range v {
			walk(one, visit)
		}
	}
}

// untidy names the leftovers within objects.
func untidy(t *testing.T, w *world) []string {
	t.Helper()
	var out []string
	for _, o := range objects(t, w.Sandbox, "test") {
		used := map[string]bool{}
		var texts []map[string]any
		walk(o.fields, func(name string, v any) {
			switch config, _ := v.(map[string]any); name {
			case "title", "description", "lockedDescription", "name", "optInCta":
				if len(config) > 0 {
					texts = append(texts, config)
				}
				for code, s := range config {
					if s == "" {
						out = append(out, fmt.Sprintf("no text: %v", o))
					}
					used[code] = true
				}
			case "typeConfig":
				if _, isText := config["value"].(string); !isText && config["property"] != nil && config["value"] != nil {
					out = append(out, fmt.Sprintf("value: %v", config))
				}
			}
		})
		for _, one := range texts {
			if len(one) != len(used) {
				out = append(out, fmt.Sprintf("languages: %v", o))
			}
		}
	}
	return out
}

// dangling names the references to what does not exist.
func dangling(t *testing.T, w *world) []string {
	t.Helper()
	there := map[any]bool{"email": true, "firstName": true, "lastName": true, "lang": true}
	for _, o := range objects(t, w.Sandbox, "test") {
		there[o.fields["id"]] = true
		if o.kind == "user-properties" {
			there[o.fields["referenceId"]] = true
		}
	}
	var out []string
	for _, o := range objects(t, w.Sandbox, "test") {
		walk(o.fields, func(name string, v any) {
			if (name == "cohortId" || name == "rewardId" || name == "property") && v != nil && !there[v] {
				out = append(out, fmt.Sprintf("%s %v of %v", name, v, o))
			}
		})
	}
	return out
}

func BenchmarkFill(b *testing.B) {
	for b.Loop() {
		_, test, _ := start(b, 1)
		if _, err := population.Fill(b.Context(), test, population.Plan{Objects: 20_000}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(20_000*float64(b.N)/b.Elapsed().Seconds(), "objects/s")
}
