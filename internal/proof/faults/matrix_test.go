package faults

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/terraformtest"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

// The guard matrix combines every circumstance in which a guard must refuse, or must not, with
// every way of running Terraform, with and without a refresh, on objects of every kind and past. A
// hole is a cell with a change that a guard should have stopped. A false stop is a cell in which a
// guard refused a correct change.

// cell is one combination: an index into each dimension.
type cell [5]int

var (
	circumstances = []circumstance{
		{name: "test", mode: "test"},
		{name: "live, named", mode: "live", named: true},
		{name: "live, not named", mode: "live", refusal: "in the LIVE merchant"},
		{name: "key of the other mode", mode: "test", refusal: "Wrong merchant"},
		{name: "state of the other mode", mode: "test", refusal: "Wrong merchant"},
		{name: "other organization", mode: "test", refusal: "looks like the wrong merchant"},
		{name: "key taken", mode: "test", refusal: "already exists in the test merchant"},
		{name: "read only", mode: "test", refusal: "read_only"},
	}
	ways = []way{
		{name: "plain"},
		{name: "target", args: []string{"-target=cohort_list.other", "-target=cohort_list.extra", "-target=SUBJECT"}},
		{name: "replace", args: []string{"-replace=SUBJECT"}, takes: true},
		{name: "taint", tainted: true, takes: true},
		{name: "taint, create before destroy", tainted: true, before: "own", takes: true},
		{name: "create before destroy", args: []string{"-replace=SUBJECT"}, before: "own", takes: true},
		{name: "create before destroy, inherited", args: []string{"-replace=SUBJECT"}, before: "inherited", takes: true},
		{name: "saved plan", args: []string{"-replace=SUBJECT"}, saved: true, takes: true},
		{name: "saved plan of a removal", drop: "absent", saved: true, takes: true},
		{name: "removed block", drop: "removed", takes: true},
		{name: "gone from the configuration", drop: "absent", takes: true},
		{name: "moved", move: true},
		{name: "destroy", args: []string{"-destroy"}, takes: true},
	}
	refreshes = []string{"refreshed", "-refresh=false"}
	pasts     = []string{"fresh", "updated", "imported", "of version 0.1"}
	subjects  = []subject{
		{kind: "user_property", key: "subject", rest: "name = \"Subject\"\n  type = \"text\"\n  reference_id = \"subject\""},
		{kind: "list", key: "subject", rest: "name = \"Subject\"\n  reference_id = \"subject\""},
		{kind: "segment", key: "subject-too", rest: "name = \"Subject\"\n  reference_id = \"subject-too\""},
		{kind: "perk", key: "subject", rest: "internal_name = \"subject\"\n  title = { en = \"Subject\" }"},
		{kind: "digital_asset", key: "subject", rest: "internal_name = \"subject\"\n  title = { en = \"Subject\" }"},
		{kind: "badge", key: "subject", rest: "internal_name = \"subject\"\n  audience_id = cohort_list.other[0].id\n" +
			"  title = { en = \"Subject\" }"},
		{kind: "campaign", key: "subject", rest: "internal_name = \"subject\"\n  store = { title = { en = \"Subject\" } }"},
		{kind: "list", label: "keyless", rest: "name = \"Keyless list\""},
		{kind: "segment", label: "keyless", rest: "name = \"Keyless segment\""},
	}
	sizes = cell{len(circumstances), len(ways), len(refreshes), len(pasts), len(subjects)}
)

type circumstance struct {
	name, mode string
	named      bool
	// refusal is the text of the guard; "" if no guard must refuse.
	refusal string
}

type way struct {
	name    string
	args    []string
	tainted bool
	// before is where create_before_destroy comes from: "own" or "inherited".
	before string
	// drop is how the subject leaves the configuration: "removed" or "absent".
	drop string
	move bool
	// saved applies a plan that was saved before the circumstance came about.
	saved bool
	// takes is true if the way deletes or replaces the subject.
	takes bool
}

type subject struct{ kind, label, key, rest string }

func (s subject) name() string {
	if s.label != "" {
		return s.label
	}
	return "subject"
}

func (s subject) address() string { return "cohort_" + s.kind + "." + s.name() }

func (s subject) block(name, text, lifecycle string) string {
	rest := strings.ReplaceAll(s.rest, "\"Subject\"", "\""+text+"\"")
	return fmt.Sprintf("resource \"cohort_%s\" %q {\n  %s\n%s}\n", s.kind, name, rest, lifecycle)
}

const others = "resource \"cohort_list\" \"other\" {\n  count = 5\n  name = \"Other ${count.index}\"\n" +
	"  reference_id = \"other-${count.index}\"\n}\n"

const extra = "resource \"cohort_list\" \"extra\" {\n  name = \"Extra\"\n  reference_id = \"extra\"\n}\n"

// everything returns the configuration of all subjects, with the given text for one of them.
func everything(one subject, text string) string {
	var config strings.Builder
	config.WriteString(others)
	for _, s := range subjects {
		if s.address() == one.address() {
			config.WriteString(text)
		} else {
			config.WriteString(s.block(s.name(), "Subject", ""))
		}
	}
	return config.String()
}

// past is a state with its merchants.
type past struct{ state, merchants []byte }

// pastOf makes the past of all subjects in a merchant, once for each.
var pastOf = func() func(t *testing.T, mode, name string) past {
	var mu sync.Mutex
	made := map[string]*sync.Once{}
	kept := map[string]past{}
	return func(t *testing.T, mode, name string) past {
		t.Helper()
		mu.Lock()
		if made[mode+name] == nil {
			made[mode+name] = new(sync.Once)
		}
		once := made[mode+name]
		mu.Unlock()
		once.Do(func() {
			p := makePast(t, mode, name)
			mu.Lock()
			kept[mode+name] = p
			mu.Unlock()
		})
		mu.Lock()
		defer mu.Unlock()
		return kept[mode+name]
	}
}()

func makePast(t *testing.T, mode, name string) past {
	t.Helper()
	file := filepath.Join(t.TempDir(), "merchants.json")
	s := newScenario(t, sandbox.Options{Seed: 300, DataFile: file}, "")
	s.in(mode)
	provider := fmt.Sprintf("mode = %q", mode)
	first := subject{}
	if name == "updated" {
		s.use(provider, strings.ReplaceAll(strings.ReplaceAll(everything(first, ""), "\"Subject\"", "\"Before\""), "Keyless ",
			"Before "))
		s.mustApply()
	}
	s.use(provider, everything(first, ""))
	s.mustApply()
	if name == "imported" {
		s.importAll(provider)
	}
	if result := s.Plan(); result.Code != 0 {
		t.Fatalf("the plan of the past %q is not empty:\n%s", name, result.Output)
	}
	state := s.Read("terraform.tfstate")
	if name == "of version 0.1" {
		state = withOldMarks(t, state)
	}
	merchants, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return past{state, merchants}
}

// importAll removes everything from the state and imports it by id.
func (s *scenario) importAll(provider string) {
	s.t.Helper()
	var state struct {
		Resources []struct {
			Type, Name, Mode string
			Instances        []struct {
				IndexKey   any `json:"index_key"`
				Attributes map[string]any
			}
		}
	}
	if err := json.Unmarshal(s.Read("terraform.tfstate"), &state); err != nil {
		s.t.Fatal(err)
	}
	var blocks strings.Builder
	for _, r := range state.Resources {
		for _, i := range r.Instances {
			index := ""
			if i.IndexKey != nil {
				index = fmt.Sprintf("[%v]", i.IndexKey)
			}
			fmt.Fprintf(&blocks, "import {\n  to = %s.%s%s\n  id = \"id:%s\"\n}\n", r.Type, r.Name, index, i.Attributes["id"])
		}
	}
	if err := os.Remove(filepath.Join(s.Dir, "terraform.tfstate")); err != nil {
		s.t.Fatal(err)
	}
	s.use(provider, everything(subject{}, "")+blocks.String())
	s.mustApply()
	s.use(provider, everything(subject{}, ""))
}

// withOldMarks gives each object the private data that an update by version 0.1 left, and removes
// the identity, which Terraform did not store then.
func withOldMarks(t *testing.T, state []byte) []byte {
	t.Helper()
	return edited(t, state, func(_ map[string]any, instance map[string]any) {
		attributes, _ := instance["attributes"].(map[string]any)
		key := attributes["internal_name"]
		if key == nil {
			key = attributes["reference_id"]
		}
		left, err := json.Marshal(map[string]any{"ID": attributes["id"], "Key": key})
		if err != nil {
			t.Fatal(err)
		}
		private, err := json.Marshal(map[string][]byte{"replaced": left})
		if err != nil {
			t.Fatal(err)
		}
		instance["private"] = base64.StdEncoding.EncodeToString(private)
		delete(instance, "identity")
		delete(instance, "identity_schema_version")
	})
}

// edited returns a state with changed instances.
func edited(t *testing.T, state []byte, change func(resource, instance map[string]any)) []byte {
	t.Helper()
	var all map[string]any
	if err := json.Unmarshal(state, &all); err != nil {
		t.Fatal(err)
	}
	for _, r := range all["resources"].([]any) {
		resource := r.(map[string]any)
		for _, i := range resource["instances"].([]any) {
			change(resource, i.(map[string]any))
		}
	}
	changed, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	return changed
}

// pairwise returns cells that contain each pair of values of two dimensions at least once.
func pairwise(sizes cell) []cell {
	type pair struct{ a, x, b, y int }
	open := map[pair]bool{}
	for a := range sizes {
		for b := a + 1; b < len(sizes); b++ {
			for x := range sizes[a] {
				for y := range sizes[b] {
					open[pair{a, x, b, y}] = true
				}
			}
		}
	}
	gain := func(c cell) int {
		n := 0
		for a := range c {
			for b := a + 1; b < len(c); b++ {
				if open[pair{a, c[a], b, c[b]}] {
					n++
				}
			}
		}
		return n
	}
	all := whole(sizes)
	var chosen []cell
	for len(open) > 0 {
		// Among equals, take the candidate farthest from the last cell, so that dimensions mix.
		best, most := cell{}, -1
		for i := range all {
			c := all[(i+len(chosen)*7919)%len(all)]
			if n := gain(c); n > most {
				best, most = c, n
			}
		}
		for a := range best {
			for b := a + 1; b < len(best); b++ {
				delete(open, pair{a, best[a], b, best[b]})
			}
		}
		chosen = append(chosen, best)
	}
	return chosen
}

// whole returns all cells.
func whole(sizes cell) []cell {
	cells := []cell{{}}
	for d, size := range sizes {
		var more []cell
		for _, c := range cells {
			for x := range size {
				c[d] = x
				more = append(more, c)
			}
		}
		cells = more
	}
	return cells
}

// matrixTally counts the results of the cells.
type matrixTally struct {
	mu                       sync.Mutex
	cells, holes, falseStops int
}

// TestGuards_matrix tries all pairs of values; with GUARDS=all in the environment, every cell.
func TestGuards_matrix(t *testing.T) {
	t.Parallel()
	cells := pairwise(sizes)
	if os.Getenv("GUARDS") == "all" {
		cells = whole(sizes)
	}
	count := new(matrixTally)
	t.Cleanup(func() {
		fmt.Printf("guards: %d cells, %d holes, %d false stops\n", count.cells, count.holes, count.falseStops)
	})
	for _, c := range cells {
		where, run, refresh, before, of := circumstances[c[0]], ways[c[1]], refreshes[c[2]], pasts[c[3]], subjects[c[4]]
		name := strings.Join([]string{where.name, run.name, refresh, before, of.address()}, " · ")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tryCell(t, count, where, run, refresh == "-refresh=false", before, of)
		})
	}
}

func tryCell(
	t *testing.T, count *matrixTally, where circumstance, run way, unrefreshed bool, before string, of subject,
) {
	t.Helper()
	count.cell()
	p := pastOf(t, where.mode, before)
	file := filepath.Join(t.TempDir(), "merchants.json")
	if err := os.WriteFile(file, p.merchants, 0o600); err != nil {
		t.Fatal(err)
	}
	s := newScenario(t, sandbox.Options{DataFile: file}, "")
	s.in(where.mode)
	state := p.state
	if run.tainted {
		state = edited(t, state, func(resource, instance map[string]any) {
			if resource["type"] == "cohort_"+of.kind && resource["name"] == of.name() {
				instance["status"] = "tainted"
			}
		})
	}
	s.Write("terraform.tfstate", string(state))
	s.use(where.block(t, state), run.config(of, where))
	own := s.sandbox
	args, refusal := run.arguments(of, unrefreshed), where.refusal
	destroys, keeps := slices.Contains(args, "-destroy"), run.before != "" && of.key != ""
	switch {
	case where.name == "live, not named" && !run.takes, where.name == "key taken" && !run.makes(where):
		refusal = ""
	}
	if keeps && (refusal == "" || where.name == "read only") {
		// Keys are unique in the service, so an object made first cannot have the key of the old one.
		refusal = "needs another key"
	}
	if run.saved {
		plan := s.Run(append([]string{"plan", "-no-color", "-input=false", "-out=saved.tfplan"}, args...)...)
		if where.name == "live, not named" {
			count.judge(t, s, own, plan, refusal, state)
			return
		}
		if plan.Code != 0 {
			count.falseStop(t, "the plan of a right change was refused:\n%s", plan.Output)
			return
		}
		args = []string{"saved.tfplan"}
	}
	where.strike(s)
	result := s.Run(append([]string{"apply", "-auto-approve", "-no-color", "-input=false"}, args...)...)
	if where.name == "key taken" && run.saved {
		// The rest of the plan is correct, and may be carried out.
		if made := len(keyed(s.sandbox.Objects("test", "cohorts"), "extra")); result.Code == 0 || made != 1 {
			count.hole(t, "%d objects have the key:\n%s", made, result.Output)
		}
		return
	}
	count.judge(t, s, own, result, refusal, state)
	if refusal == "" && result.Code == 0 && !destroys {
		if next := s.Plan(); next.Code != 0 {
			count.hole(t, "the plan after it is not empty:\n%s\n%s", result.Output, next.Output)
		}
	}
}

// keyed returns the objects with a reference id.
func keyed(objects []map[string]any, key string) []map[string]any {
	return slices.DeleteFunc(objects, func(o map[string]any) bool { return o["referenceId"] != key })
}

// block returns the provider block of a circumstance.
func (c circumstance) block(t *testing.T, state []byte) string {
	t.Helper()
	block := fmt.Sprintf("mode = %q\n", c.mode)
	if !c.named {
		return block
	}
	var names []string
	edited(t, state, func(resource, instance map[string]any) {
		kind, _ := strings.CutPrefix(resource["type"].(string), "cohort_")
		attributes := instance["attributes"].(map[string]any)
		for _, attribute := range []string{"internal_name", "reference_id"} {
			if key, given := attributes[attribute].(string); given {
				names = append(names, kind+":"+key)
				return
			}
		}
		names = append(names, fmt.Sprintf("%s:id:%s", kind, attributes["id"]))
	})
	encoded, err := json.Marshal(names)
	if err != nil {
		t.Fatal(err)
	}
	return block + "allow_live_delete = " + string(encoded) + "\n"
}

// strike sets up the circumstance, right before the apply.
func (c circumstance) strike(s *scenario) {
	s.t.Helper()
	switch c.name {
	case "key of the other mode":
		s.useKey("live")
	case "state of the other mode":
		s.Write("main.tf", strings.Replace(string(s.Read("main.tf")), `mode = "test"`, live, 1))
		s.useKey("live")
	case "other organization":
		s.sandbox = newScenario(s.t, sandbox.Options{Seed: 301}, "").sandbox
		s.Env["COHORT_API_URL"] = s.sandbox.URL()
		s.useKey("test")
	case "key taken":
		s.write("cohorts", `{"type":"list","name":"By hand","referenceId":"extra"}`)
		s.sandbox.Reset()
	case "read only":
		s.Env["COHORT_READ_ONLY"] = "1"
	}
}

// config returns the configuration of a way: the subject is edited, unless it is removed.
func (r way) config(of subject, where circumstance) string {
	block, name := "", of.name()
	if r.move {
		name = "elsewhere"
		block = fmt.Sprintf("moved {\n  from = %s\n  to = cohort_%s.elsewhere\n}\n", of.address(), of.kind)
	}
	lifecycle := ""
	if r.before == "own" {
		lifecycle = "  lifecycle {\n    create_before_destroy = true\n  }\n"
	}
	switch {
	case r.drop == "removed":
		block = fmt.Sprintf("removed {\n  from = %s\n  lifecycle {\n    destroy = true\n  }\n}\n", of.address())
	case r.drop == "absent":
	case r.takes:
		block += of.block(name, "Subject", lifecycle)
	default:
		block += strings.ReplaceAll(of.block(name, "Edited", lifecycle), "Keyless ", "Edited ")
	}
	if r.before == "inherited" {
		block += fmt.Sprintf("resource \"terraform_data\" \"report\" {\n  input = %s.id\n  lifecycle {\n"+
			"    create_before_destroy = true\n  }\n}\n", of.address())
	}
	config := everything(of, block)
	if r.makes(where) {
		config += extra
	}
	return config
}

// makes reports whether the configuration has a new list. An apply would make the list even if it
// refuses the subject.
func (r way) makes(where circumstance) bool {
	return !slices.Contains(r.args, "-destroy") && r.before == "" && (!r.saved || where.name == "key taken")
}

func (r way) arguments(of subject, unrefreshed bool) []string {
	var args []string
	for _, arg := range r.args {
		address := of.address()
		if r.move {
			address = "cohort_" + of.kind + ".elsewhere"
		}
		args = append(args, strings.ReplaceAll(arg, "SUBJECT", address))
	}
	if unrefreshed {
		args = append(args, "-refresh=false")
	}
	return args
}

func (c *matrixTally) hole(t *testing.T, format string, args ...any) {
	t.Helper()
	c.mu.Lock()
	c.holes++
	c.mu.Unlock()
	t.Errorf("a hole: "+format, args...)
}

func (c *matrixTally) falseStop(t *testing.T, format string, args ...any) {
	t.Helper()
	c.mu.Lock()
	c.falseStops++
	c.mu.Unlock()
	t.Errorf("a false stop: "+format, args...)
}

func (c *matrixTally) cell() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cells++
}

// judge requires a refusal with this text and without any change, or success if the text is empty.
func (c *matrixTally) judge(
	t *testing.T, s *scenario, own *sandbox.Sandbox, result terraformtest.Result, refusal string, before []byte,
) {
	t.Helper()
	if refusal == "" {
		if result.Code != 0 {
			c.falseStop(t, "it was refused:\n%s", result.Output)
		}
		return
	}
	if result.Code == 0 {
		c.hole(t, "it was not refused:\n%s", result.Output)
	} else if !says(result, refusal) {
		c.falseStop(t, "it was refused, and not with %q:\n%s", refusal, result.Output)
	}
	for _, side := range []*sandbox.Sandbox{own, s.sandbox} {
		for _, e := range side.History() {
			if e.Method != "GET" && e.Committed {
				c.hole(t, "%s %s changed something", e.Method, e.Path)
			}
		}
	}
	after := s.Read("terraform.tfstate")
	if was, is := ids(t, before), ids(t, after); !slices.Equal(was, is) {
		c.hole(t, "the state had %v, and now has %v", was, is)
	}
	if strings.Contains(string(after), `"deposed"`) {
		c.hole(t, "an object is deposed")
	}
}
