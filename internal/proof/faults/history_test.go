package faults

import (
	"fmt"
	"math/rand/v2"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/terraformtest"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

// step is one event of a history: its name, and two numbers that the event may use. A failed
// history can be written down as a test in this form, even if the generator changes later.
type step struct {
	what string
	a, b int
}

// String formats the step as in the table of kept histories.
func (s step) String() string { return fmt.Sprintf("{%q, %d, %d}", s.what, s.a, s.b) }

// kept are minimized histories that once failed, with the seed of the sandbox.
var kept = []struct {
	name  string
	seed  uint64
	steps []step
}{
	{"a reference and what it refers to go at once", 4, []step{{"toggle", 6, 11}}},
	{"an object is gone, and another has its key", 124, []step{{"delete", 1, 0}, {"make", 1, 0}}},
	{"a key was changed and taken by another", 104, []step{{"edit", 1, 8}, {"apply saved", 1, 11}}},
	{"the state is lost", 847, []step{{"lose", 0, 0}, {"text", 8, 0}}},
}

// slot is one address of a history.
type slot struct {
	name, resource, kind string
	// keyed is the property with the key, said the property with the text.
	keyed, said string
	present     bool
	// key and text count the values that these two have had.
	key, text int
	// Other slots always depend on a steady slot: it is edited, but never removed.
	steady bool
}

func (s *slot) address() string { return "cohort_" + s.resource + "." + s.name }

func (s *slot) keyValue() string { return fmt.Sprintf("%s-%d", s.name, s.key) }

// history is a run of steps over twelve addresses that refer to each other.
type history struct {
	*scenario
	slots map[string]*slot
	order []*slot
	// propertyType counts the types that the user property has had.
	propertyType int
	// adopted are the keys that an error advised to import, by address.
	adopted map[string]string
}

func newHistory(t *testing.T, seed uint64) *history {
	t.Helper()
	h := &history{scenario: newScenario(t, sandbox.Options{Seed: seed}, ""), slots: map[string]*slot{}}
	for _, s := range []slot{
		{name: "u0", resource: "user_property", kind: "user-properties", keyed: "referenceId", said: "name"},
		{name: "l0", resource: "list", kind: "cohorts", keyed: "referenceId", said: "name"},
		{name: "l1", resource: "list", kind: "cohorts", keyed: "referenceId", said: "name"},
		{name: "l2", resource: "list", kind: "cohorts", keyed: "referenceId", said: "name"},
		{name: "s0", resource: "segment", kind: "cohorts", keyed: "referenceId", said: "name"},
		{name: "p0", resource: "perk", kind: "perks", keyed: "internalName", said: "title"},
		{name: "p1", resource: "perk", kind: "perks", keyed: "internalName", said: "title"},
		{name: "p2", resource: "perk", kind: "perks", keyed: "internalName", said: "title"},
		{name: "a0", resource: "digital_asset", kind: "digital-assets", keyed: "internalName", said: "title", steady: true},
		{name: "b0", resource: "badge", kind: "badges", keyed: "internalName", said: "title"},
		{name: "c0", resource: "campaign", kind: "campaigns", keyed: "internalName"},
		{name: "c1", resource: "campaign", kind: "campaigns", keyed: "internalName"},
	} {
		s.present = true
		h.slots[s.name] = &s
		h.order = append(h.order, &s)
	}
	return h
}

// config returns the configuration that the steps left.
func (h *history) config() string {
	var b strings.Builder
	for _, s := range h.order {
		if !s.present {
			continue
		}
		fmt.Fprintf(&b, "resource \"cohort_%s\" %q {\n", s.resource, s.name)
		key, text := s.keyValue(), fmt.Sprintf("%s, version %d", s.name, s.text)
		switch s.resource {
		case "user_property", "list", "segment":
			fmt.Fprintf(&b, "  reference_id = %q\n  name = %q\n", key, text)
		case "campaign":
			fmt.Fprintf(&b, "  internal_name = %q\n", key)
		default:
			fmt.Fprintf(&b, "  internal_name = %q\n  title = { en = %q }\n", key, text)
		}
		b.WriteString(h.arguments(s, text) + "}\n")
	}
	return b.String()
}

// arguments returns the arguments that distinguish slots.
func (h *history) arguments(s *slot, text string) string {
	switch s.name {
	case "u0":
		return fmt.Sprintf("  type = %q\n", []string{"text", "number", "boolean"}[h.propertyType%3])
	case "s0":
		condition := `{ user_property = { property = "email", operator = "equals", value = "a@example.com" } }`
		if h.slots["l0"].present {
			condition += `, { audience = { id = cohort_list.l0.id } }`
		}
		return "  groups = [{ conditions = [" + condition + "] }]\n"
	case "p0":
		return "  desired_status = \"live\"\n  code = { value = \"CODE\" }\n"
	case "a0":
		return "  desired_status = \"published\"\n  image_url = \"https://cdn.example.com/a0.png\"\n"
	case "b0":
		if h.slots["l1"].present {
			return "  audience_id = cohort_list.l1.id\n"
		}
		return "  audience_id = cohort_list.base.id\n"
	case "c0":
		arguments := "  airdrop = {}\n"
		if h.slots["l2"].present {
			arguments += "  audience_id = cohort_list.l2.id\n"
		}
		if h.slots["p1"].present {
			arguments += "  rewards = [{ perk_id = cohort_perk.p1.id }]\n"
		}
		return arguments
	case "c1":
		return fmt.Sprintf(`  desired_status = "published"
  start_at       = "2027-01-01T00:00:00Z"
  rewards        = [{ digital_asset_id = cohort_digital_asset.a0.id }]
  challenge = {
    title      = { en = %q }
    description = { en = "<p>Go.</p>" }
    opt_in_cta = { en = "Join" }
    image_url  = "https://cdn.example.com/c1.png"
    steps      = [{ user_action = "visit", title = { en = "Visit" }, triggers = [{ type = "visit" }] }]
  }
`, text)
	default:
		return ""
	}
}

// base is a list that the badge can fall back on; no step touches it.
const base = "resource \"cohort_list\" \"base\" {\n  name = \"Base\"\n  reference_id = \"base\"\n}\n"

func (h *history) write() { h.use("", base+h.config()) }

// faultKinds are what may go wrong during one command.
var faultKinds = []sandbox.Fault{
	{Method: "POST", Stage: sandbox.StageAfter, Reset: true, Count: 2},
	{Method: "POST", Stage: sandbox.StageBefore, Reset: true, Count: 2},
	{Method: "POST", Stage: sandbox.StageAfter, Status: 503, Count: 2},
	{Method: "POST", Stage: sandbox.StageAfter, Empty: true, Count: 2},
	{Method: "POST", Drop: []string{"id"}, Count: 1},
	{Method: "POST", Stage: sandbox.StageAnswer, Truncate: 30, Count: 2},
	{Method: "POST", HideGet: 2, Count: every},
	{Method: "POST", HideList: 2, Count: every},
	{Method: "POST", HTML: true, Count: 2},
	{Method: "PATCH", Stage: sandbox.StageAfter, Reset: true, Count: 2},
	{Method: "PATCH", Stage: sandbox.StageAfter, Empty: true, Count: every},
	{Method: "PATCH", Stage: sandbox.StageAfter, Status: 500, Count: 2},
	{Method: "PATCH", Stale: 2, Count: every},
	{Method: "DELETE", Stage: sandbox.StageAfter, Reset: true, Count: 2},
	{Method: "DELETE", Stage: sandbox.StageBefore, Status: 502, Count: 2},
	{Method: "GET", Status: 500, Count: every, Probability: 0.2},
	{Method: "GET", Reset: true, Count: every, Probability: 0.2},
	{Method: "GET", Stage: sandbox.StageAnswer, Truncate: 20, Count: 3},
	{Method: "GET", HTML: true, Count: 3},
	{Method: "GET", PageSize: 1, Count: every},
	{Method: "GET", DuplicateRows: true, PageSize: 2, Count: every},
	{Status: 429, Headers: map[string]string{"Retry-After": "1"}, Count: 3},
	{Status: 429, Count: 3},
	{Status: 429, Headers: map[string]string{"Retry-After": "3600"}, Nth: 4, Count: 1},
	{Status: 503, Count: every, Probability: 0.3},
	{RevokeKey: true, Nth: 8, Count: 1},
	{Method: "POST", Route: "/v1/perks/{id}/publish", Status: 500, Count: every},
	{Method: "POST", Route: "/v1/campaigns/{id}/publish", Stage: sandbox.StageAfter, Reset: true, Count: every},
	{Method: "GET", Set: map[string]any{"future": 1}, Count: every},
	{Delay: sandbox.Duration(50 * time.Millisecond), Count: every, Probability: 0.5},
}

// changes are the steps that prepare a command, by name.
var changes = map[string]func(h *history, s *slot, b int){
	"text":   func(_ *history, s *slot, _ int) { s.text++ },
	"rename": func(_ *history, s *slot, _ int) { s.key++ },
	"toggle": func(_ *history, s *slot, _ int) { s.present = s.present == s.steady },
	"retype": func(h *history, _ *slot, _ int) { h.propertyType++ },
	// An edit outside of Terraform, of a property that the configuration has or leaves out.
	"edit": func(h *history, s *slot, b int) {
		id := h.existing(s)
		fields := map[string]any{s.keyed: fmt.Sprintf("foreign-%s-%d", s.name, b)}
		switch {
		case b%3 == 0 && s.said == "name":
			fields = map[string]any{"name": "Foreign"}
		case b%3 == 0 && s.said == "title":
			fields = map[string]any{"title": english("Foreign")}
		case b%3 == 1 && s.kind == "perks":
			fields = map[string]any{"imageUrl": "https://cdn.example.com/foreign.png"}
		case b%3 == 1 && (s.name == "c1" || s.name == "p0"):
			fields = map[string]any{"status": "archived"}
		}
		if id != "" {
			h.edit(id, fields)
		}
	},
	"delete": func(h *history, s *slot, _ int) {
		if id := h.existing(s); id != "" && !s.steady {
			h.drop(id)
		}
	},
	// Someone makes an object with the key of a slot that has none.
	"make": func(h *history, s *slot, _ int) {
		if h.existing(s) == "" && s.resource == "list" {
			h.scenario.write("cohorts", fmt.Sprintf(`{"type":"list","name":"Foreign","referenceId":%q}`, s.keyValue()))
		}
		if h.existing(s) == "" && s.resource == "perk" {
			h.scenario.write("perks", fmt.Sprintf(`{"internalName":%q,"title":{"en":"Foreign"}}`, s.keyValue()))
		}
	},
	"lose": func(h *history, _ *slot, _ int) {
		h.Write("terraform.tfstate", "")
		h.States = nil
	},
	"fault": func(h *history, _ *slot, b int) {
		h.inject(faultKinds[b%len(faultKinds)])
	},
}

// existing returns the id of the object that has the key of a slot, "" when there is none.
func (h *history) existing(s *slot) string {
	for _, object := range h.sandbox.Objects("test", s.kind) {
		if object[s.keyed] == s.keyValue() && object["status"] != "archived" {
			return object["id"].(string)
		}
	}
	return ""
}

// commands are the steps that run Terraform.
var commands = map[string]func(h *history, s *slot, b int) terraformtest.Result{
	"apply":             func(h *history, _ *slot, _ int) terraformtest.Result { return h.Apply() },
	"apply unrefreshed": func(h *history, _ *slot, _ int) terraformtest.Result { return h.Apply("-refresh=false") },
	"apply target": func(h *history, s *slot, _ int) terraformtest.Result {
		return h.Apply("-target=" + s.address())
	},
	"apply refresh": func(h *history, _ *slot, _ int) terraformtest.Result { return h.Apply("-refresh-only") },
	"replace": func(h *history, s *slot, _ int) terraformtest.Result {
		if !s.present || s.steady {
			return h.Apply()
		}
		return h.Apply("-replace=" + s.address())
	},
	// Saves a plan, changes one of its objects, and applies the plan.
	"apply saved": func(h *history, s *slot, b int) terraformtest.Result {
		if plan := h.Plan("-out=saved.tfplan"); plan.Code == 1 {
			return plan
		}
		changes[[]string{"edit", "delete", "make"}[b%3]](h, s, b/3)
		return h.Apply("saved.tfplan")
	},
	// Plans with the key of the other merchant.
	"swap": func(h *history, _ *slot, _ int) terraformtest.Result {
		h.sandbox.ClearFaults()
		h.useKey("live")
		h.refusedUnheard("Wrong merchant", toApply)
		h.useKey("test")
		return terraformtest.Result{}
	},
	"interrupt": func(h *history, _ *slot, b int) terraformtest.Result {
		return h.signaled(b, func(p *terraformtest.Process) error { return p.SignalGroup(syscall.SIGINT) })
	},
	"interrupt terraform": func(h *history, _ *slot, b int) terraformtest.Result {
		return h.signaled(b, func(p *terraformtest.Process) error { return p.Signal(syscall.SIGINT) })
	},
	// Terraform writes a local state in place. If it is killed during the write, the file is empty; no
	// provider can prevent that.
	"kill": func(h *history, _ *slot, b int) terraformtest.Result {
		result := h.signaled(b, func(p *terraformtest.Process) error { return p.SignalGroup(syscall.SIGKILL) })
		if len(h.state()) == 0 {
			h.States = nil
		}
		return result
	},
}

// signaled starts an apply, and sends it a signal after this many requests, unless the apply ends
// first.
func (h *history) signaled(requests int, signal func(*terraformtest.Process) error) terraformtest.Result {
	h.t.Helper()
	// Each change takes a moment, so that some are in flight when the signal arrives.
	for _, method := range []string{"POST", "PATCH", "DELETE"} {
		h.inject(sandbox.Fault{
			Method: method, Stage: []string{sandbox.StageBefore, sandbox.StageAfter}[requests%2],
			Delay: sandbox.Duration(300 * time.Millisecond), Count: every,
		})
	}
	until := len(h.sandbox.History()) + requests
	process := h.Start("apply", "-auto-approve", "-no-color", "-input=false")
	ended := make(chan terraformtest.Result, 1)
	go func() { ended <- process.Wait() }()
	look := time.NewTicker(2 * time.Millisecond)
	defer look.Stop()
	for {
		select {
		case result := <-ended:
			return result
		case <-look.C:
		}
		if len(h.sandbox.History()) >= until {
			if err := signal(process); err != nil {
				h.t.Log(err) // It ended just now.
			}
			return <-ended
		}
	}
}

// run carries out the steps. After a failed command, the user runs apply and follows its advice
// until it succeeds. Only then is it known which objects exist, and the configuration may change
// again.
func (h *history) run(steps []step) {
	h.t.Helper()
	h.write()
	h.mustApply()
	for _, step := range steps {
		s := h.order[step.a%len(h.order)]
		if change := changes[step.what]; change != nil {
			change(h, s, step.b)
			continue
		}
		h.write()
		result := commands[step.what](h, s, step.b)
		h.sandbox.ClearFaults()
		if result.Code != 0 {
			h.converge()
		}
	}
	h.write()
	h.sandbox.ClearFaults()
	h.converge()
	h.settle()
	h.judge()
}

// applies is the maximum number of applies until one succeeds, if the user follows the advice of
// each.
const applies = 6

func (h *history) converge() {
	h.t.Helper()
	var last terraformtest.Result
	defer h.Write("adopt.tf", "")
	h.adopted = map[string]string{}
	for range applies {
		if last = h.Apply(); last.Code == 0 {
			return
		}
		h.heed(last)
	}
	h.t.Errorf("it does not succeed after %d applies:\n%s", applies, last.Output)
}

// existsAlready matches the error of the guard against existing keys, and its address.
var existsAlready = regexp.MustCompile(`the [a-z ]+ "([^"]+)" (?:already )?exists in the test merchant with ` +
	`(cohort_[a-z_]+\.[a-z0-9]+),`)

// heed follows the advice of an apply.
func (h *history) heed(result terraformtest.Result) {
	h.t.Helper()
	output := flat(result.Output)
	delete(h.Env, "COHORT_EXPECT_EMPTY")
	if strings.Contains(output, "set COHORT_EXPECT_EMPTY=1 and run again") {
		h.Env["COHORT_EXPECT_EMPTY"] = "1"
	}
	if strings.Contains(output, "run terraform apply -refresh-only first") {
		h.Apply("-refresh-only")
	}
	for _, match := range existsAlready.FindAllStringSubmatch(output, -1) {
		h.adopted[match[2]] = match[1]
	}
	var blocks strings.Builder
	for address, key := range h.adopted {
		fmt.Fprintf(&blocks, "import {\n  to = %s\n  id = %q\n}\n", address, key)
	}
	h.Write("adopt.tf", blocks.String())
	for message := range strings.SplitSeq(output, "Error: ") {
		if strings.Contains(message, "If nobody manages it, import it, or choose another key.") ||
			strings.Contains(message, "Choose another key, or give the other one another key first.") {
			for _, s := range h.order {
				if strings.Contains(message, "with "+s.address()+",") {
					s.key++
				}
			}
			h.write()
		}
	}
	if strings.Contains(output, "apply the objects that had them on their own (-target=ADDRESS)") {
		var targets []string
		for _, name := range []string{"s0", "b0", "c0"} {
			if h.slots[name].present {
				targets = append(targets, "-target="+h.slots[name].address())
			}
		}
		h.Apply(targets...)
	}
}

// generate returns the steps for a seed.
func generate(seed uint64) []step {
	random := rand.New(rand.NewPCG(seed, 25))
	pick := func(words ...string) string { return words[random.IntN(len(words))] }
	var steps []step
	for range 2 + random.IntN(2) {
		for range 1 + random.IntN(3) {
			what := pick("text", "text", "rename", "toggle", "toggle", "toggle", "retype", "edit", "edit", "delete", "make",
				"fault", "fault", "fault")
			steps = append(steps, step{what, random.IntN(12), random.IntN(len(faultKinds))})
		}
		what := pick("apply", "apply", "apply", "apply unrefreshed", "apply target", "apply refresh", "replace",
			"apply saved", "swap", "interrupt", "interrupt terraform", "kill", "kill")
		steps = append(steps, step{what, random.IntN(12), 8 + random.IntN(16)})
	}
	return steps
}

// number reads an environment variable.
func number(t *testing.T, name string, otherwise int) int {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	value, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("%s is %q", name, text)
	}
	return value
}

// atOnce limits the histories that run concurrently.
var atOnce = make(chan struct{}, 4)

// TestHistories runs random histories: as many as SEEDS, or the single one of SEED. A seed decides
// everything except the scheduling of Terraform and the processes.
func TestHistories(t *testing.T) {
	t.Parallel()
	first, count := 1, number(t, "SEEDS", 20)
	if seed := number(t, "SEED", 0); seed > 0 {
		first, count = seed, 1
	}
	for seed := first; seed < first+count; seed++ {
		t.Run(strconv.Itoa(seed), func(t *testing.T) {
			t.Parallel()
			randomHistories.count(t)
			atOnce <- struct{}{}
			defer func() { <-atOnce }()
			steps := generate(uint64(seed))
			if play(t, "all", uint64(seed), steps) {
				return
			}
			t.Logf("seed %d failed with %s", seed, steps)
			t.Logf("it still fails with %s", minimized(t, uint64(seed), steps))
		})
	}
}

// play runs a history as a subtest and reports whether it passed.
func play(t *testing.T, name string, seed uint64, steps []step) bool {
	t.Helper()
	return t.Run(name, func(t *testing.T) {
		t.Helper()
		newHistory(t, seed).run(steps)
	})
}

// minimized removes each step that the failure does not need.
func minimized(t *testing.T, seed uint64, steps []step) []step {
	t.Helper()
	for i := 0; i < len(steps); {
		without := slices.Delete(slices.Clone(steps), i, i+1)
		if play(t, fmt.Sprintf("without %d of %d", i, len(steps)), seed, without) {
			i++
		} else {
			steps = without
		}
	}
	return steps
}

// TestHistories_kept repeats the histories that once failed.
func TestHistories_kept(t *testing.T) {
	t.Parallel()
	for _, k := range kept {
		t.Run(k.name, func(t *testing.T) {
			t.Parallel()
			newHistory(t, k.seed).run(k.steps)
		})
	}
}
