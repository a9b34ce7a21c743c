package faults

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/oracle"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/terraformtest"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/protocol"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

// tally counts passed tests, for the last line of make faults and make histories.
type tally struct {
	mu          sync.Mutex
	ran, passed int
}

var faultCases, randomHistories tally

// count counts a test when it ends.
func (c *tally) count(t *testing.T) {
	t.Helper()
	t.Cleanup(func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.ran++
		if !t.Failed() && !t.Skipped() {
			c.passed++
		}
	})
}

func TestMain(m *testing.M) {
	protocol.QuietLogs() // For the case that serves the provider in this process.
	code := terraformtest.Main(m)
	if faultCases.ran > 0 {
		fmt.Printf("faults: %d of 25\n", faultCases.passed)
	}
	if randomHistories.ran > 0 {
		fmt.Printf("histories: %d of %d\n", randomHistories.passed, randomHistories.ran)
	}
	os.Exit(code)
}

// scenario is one sandbox and one workspace, with what the oracle needs to know about them.
type scenario struct {
	*terraformtest.Workspace
	t       *testing.T
	sandbox *sandbox.Sandbox
	mode    string // "" for both merchants
	foreign []string
	// secrets are secrets beyond the keys of the sandbox.
	secrets []string
	// files are the Files of [oracle.Evidence].
	files map[string][]byte
}

// newScenario starts a sandbox and a workspace for its test merchant.
func newScenario(t *testing.T, options sandbox.Options, config string) *scenario {
	t.Helper()
	s, err := sandbox.Start(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	w := terraformtest.New(t, "provider \"cohort\" {}\n"+config)
	w.Env["COHORT_API_URL"] = s.URL()
	w.Env["COHORT_API_KEY"] = s.TestKey()
	made := &scenario{Workspace: w, t: t, sandbox: s, mode: "test", files: map[string][]byte{}}
	if os.Getenv("TRACE") != "" {
		made.trace()
	}
	return made
}

// trace makes each command log everything it can, for the oracle to search. With TRACE set, every
// scenario does this.
func (s *scenario) trace() {
	s.Env["TF_LOG"], s.Env["TF_LOG_PATH"] = "TRACE", filepath.Join(s.Dir, "terraform.log")
}

// inject arms a fault.
func (s *scenario) inject(faults ...sandbox.Fault) {
	s.t.Helper()
	for _, fault := range faults {
		if err := s.sandbox.AddFault(fault); err != nil {
			s.t.Fatal(err)
		}
	}
}

// mustApply applies and requires success.
func (s *scenario) mustApply(args ...string) terraformtest.Result {
	s.t.Helper()
	result := s.Apply(args...)
	if result.Code != 0 {
		s.t.Fatalf("apply failed:\n%s", result.Output)
	}
	return result
}

// mustFail requires that a command failed with these words, whatever the line breaks.
func (s *scenario) mustFail(result terraformtest.Result, words ...string) {
	s.t.Helper()
	if result.Code == 0 {
		s.t.Errorf("it should have failed:\n%s", result.Output)
	}
	s.mustSay(result, words...)
}

func (s *scenario) mustSay(result terraformtest.Result, words ...string) {
	s.t.Helper()
	for _, text := range words {
		if !says(result, text) {
			s.t.Errorf("the output lacks %q:\n%s", text, result.Output)
		}
	}
}

// says reports whether a command printed a text, whatever the line breaks.
func says(result terraformtest.Result, text string) bool {
	return strings.Contains(flat(result.Output), flat(text))
}

// flat removes the frames and line breaks that Terraform puts into a message.
func flat(text string) string {
	return strings.Join(strings.Fields(strings.NewReplacer("│", " ", "╷", " ", "╵", " ").Replace(text)), " ")
}

// rounds is the maximum number of applies until the plan must be empty.
const rounds = 4

// settle applies until the plan is empty. Armed faults stay armed.
func (s *scenario) settle() {
	s.t.Helper()
	var last terraformtest.Result
	for range rounds {
		if s.Plan().Code == 0 {
			return
		}
		last = s.Apply()
	}
	if s.Plan().Code != 0 {
		s.t.Errorf("the plan is not empty after %d applies:\n%s", rounds, last.Output)
	}
}

// judge asks the oracle, with all faults off.
func (s *scenario) judge() {
	s.t.Helper()
	s.sandbox.ClearFaults()
	plan := s.Plan()
	if plan.Code != 0 {
		s.t.Logf("the last plan:\n%s", plan.Output)
	}
	objects := map[string][]map[string]any{}
	for _, kind := range []string{"user-properties", "cohorts", "perks", "digital-assets", "badges", "campaigns"} {
		for _, mode := range []string{"test", "live"} {
			if s.mode == "" || s.mode == mode {
				objects[kind] = append(objects[kind], s.sandbox.Objects(mode, kind)...)
			}
		}
	}
	for _, pattern := range []string{"*.log", "*.tfplan", "plan"} {
		left, err := filepath.Glob(filepath.Join(s.Dir, pattern))
		if err != nil {
			s.t.Fatal(err)
		}
		for _, name := range left {
			s.files[filepath.Base(name)] = s.Read(filepath.Base(name))
		}
	}
	for _, violation := range oracle.Check(s.t.Context(), oracle.Evidence{
		Mode: s.mode, States: s.States, Objects: objects, Foreign: s.foreign, History: s.sandbox.History(),
		Plan: plan.Code, Output: s.Output.String(), Files: s.files,
		Secrets:      append(s.secrets, s.sandbox.TestKey(), s.sandbox.LiveKey()),
		StateSecrets: []string{canaryCode},
	}) {
		s.t.Error(violation)
	}
}

// count returns the number of objects of a kind.
func (s *scenario) count(kind string) int { return len(s.sandbox.Objects(s.mode, kind)) }

// creates counts the committed creates of a kind.
func (s *scenario) creates(kind string) int {
	made := 0
	for _, e := range s.sandbox.History() {
		if e.Method == "POST" && e.Path == "/v1/"+kind && e.Committed {
			made++
		}
	}
	return made
}

// find returns the id of the object with this value of a property.
func (s *scenario) find(kind, property, value string) string {
	s.t.Helper()
	for _, object := range s.sandbox.Objects(s.mode, kind) {
		if object[property] == value {
			return object["id"].(string)
		}
	}
	s.t.Fatalf("no %s has %s = %q", kind, property, value)
	return ""
}

// perks returns a configuration of n different perks in one block.
func perks(n int) string {
	return fmt.Sprintf(`
resource "cohort_perk" "p" {
  count         = %d
  internal_name = "perk-${count.index}"
  title         = { en = "Perk ${count.index}" }
}
`, n)
}

// lists returns a configuration of n different lists in one block.
func lists(n int) string {
	return fmt.Sprintf(`
resource "cohort_list" "l" {
  count        = %d
  name         = "List ${count.index}"
  reference_id = "list-${count.index}"
}
`, n)
}

// canaryCode is the beginning of all perk codes. Codes are sensitive: they may appear in the state
// and in plans, and nowhere else.
const canaryCode = "CANARY-CODE-"

// program is a small program of 12 resources of all kinds.
const program = `
resource "cohort_user_property" "tier" {
  name         = "Tier"
  type         = "text"
  reference_id = "tier"
}

resource "cohort_list" "vip" {
  count        = 3
  name         = "VIP ${count.index}"
  reference_id = "vip-${count.index}"
}

resource "cohort_segment" "gold" {
  name         = "Gold"
  reference_id = "gold"
  groups = [{ conditions = [
    { user_property = { property = cohort_user_property.tier.reference_id, operator = "equals", value = "gold" } },
    { audience = { id = cohort_list.vip[0].id } },
  ] }]
}

resource "cohort_perk" "p" {
  count          = 3
  internal_name  = "perk-${count.index}"
  title          = { en = "Perk ${count.index}", fr = "Avantage ${count.index}" }
  description    = { en = "<p>Good.</p>", fr = "<p>Bon.</p>" }
  desired_status = "live"
  code           = { value = "CANARY-CODE-${count.index}" }
}

resource "cohort_digital_asset" "card" {
  internal_name  = "card"
  title          = { en = "Card" }
  image_url      = "https://cdn.example.com/card.png"
  desired_status = "published"
}

resource "cohort_badge" "gold" {
  internal_name  = "gold"
  audience_id    = cohort_segment.gold.id
  title          = { en = "Gold" }
  image_url      = "https://cdn.example.com/gold.png"
  desired_status = "published"
}

resource "cohort_campaign" "hunt" {
  internal_name  = "hunt"
  audience_id    = cohort_segment.gold.id
  desired_status = "published"
  start_at       = "2027-01-01T00:00:00Z"
  rewards = [
    { perk_id = cohort_perk.p[0].id, quantity = 5 },
    { digital_asset_id = cohort_digital_asset.card.id, quantity = 5 },
  ]
  distribution   = { instant_draw = { max_boxes = 100 } }
  challenge = {
    title       = { en = "Hunt" }
    opt_in_cta  = { en = "Join" }
    description = { en = "<p>Hunt.</p>" }
    image_url   = "https://cdn.example.com/hunt.png"
    steps = [
      {
        user_action = "cohort_form"
        title       = { en = "One" }
        triggers = [
          { type = "cohort_form", settings = jsonencode({ property = cohort_user_property.tier.reference_id }) },
        ]
      },
      { user_action = "visit", title = { en = "Two" }, triggers = [{ type = "visit" }] },
    ]
  }
}

resource "cohort_campaign" "gift" {
  internal_name = "gift"
  rewards       = [{ perk_id = cohort_perk.p[1].id }]
  airdrop       = {}
}
`

// ids returns the ids in a state.
func ids(t *testing.T, state []byte) []string {
	t.Helper()
	managed, err := oracle.Managed(state)
	if err != nil {
		t.Fatal(err)
	}
	return slices.Sorted(maps.Keys(managed))
}
