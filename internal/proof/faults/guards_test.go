package faults

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/terraformtest"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

// attempt is one command, with files that exist only during it.
type attempt struct {
	name  string
	args  []string
	files map[string]string
}

// more declares a list that is not in the state, for the two ways of importing.
const more = `
resource "cohort_list" "more" {
  name         = "More"
  reference_id = "more"
}
`

// The ways to run Terraform in the workspace of program. They target a list that no other object
// refers to.
var (
	toPlan            = attempt{name: "plan", args: []string{"plan"}}
	toPlanUnrefreshed = attempt{name: "plan -refresh=false", args: []string{"plan", "-refresh=false"}}
	toPlanRefreshOnly = attempt{name: "plan -refresh-only", args: []string{"plan", "-refresh-only"}}
	toPlanDestroy     = attempt{name: "plan -destroy", args: []string{"plan", "-destroy"}}

	toApply            = attempt{name: "apply", args: []string{"apply", "-auto-approve"}}
	toApplyUnrefreshed = attempt{
		name: "apply -refresh=false",
		args: []string{"apply", "-auto-approve", "-refresh=false"},
	}
	toApplyRefreshOnly = attempt{name: "apply -refresh-only", args: []string{"apply", "-auto-approve", "-refresh-only"}}
	toApplyTarget      = attempt{
		name: "apply -target",
		args: []string{"apply", "-auto-approve", "-target=cohort_list.vip[1]"},
	}
	toReplace = attempt{
		name: "apply -replace",
		args: []string{"apply", "-auto-approve", "-replace=cohort_list.vip[1]"},
	}
	toReplaceUnrefreshed = attempt{
		name: "apply -replace -refresh=false",
		args: []string{"apply", "-auto-approve", "-replace=cohort_list.vip[1]", "-refresh=false"},
	}

	toDestroy            = attempt{name: "destroy", args: []string{"destroy", "-auto-approve"}}
	toDestroyUnrefreshed = attempt{
		name: "destroy -refresh=false",
		args: []string{"destroy", "-auto-approve", "-refresh=false"},
	}
	toDestroyTarget = attempt{
		name: "destroy -target",
		args: []string{"destroy", "-auto-approve", "-target=cohort_list.vip[1]"},
	}

	toImportCommand = attempt{
		name: "import command", args: []string{"import", "cohort_list.more", "more"},
		files: map[string]string{"more.tf": more},
	}
	toImportBlock = attempt{
		name: "import block", args: []string{"apply", "-auto-approve"},
		files: map[string]string{"more.tf": more + "import {\n  to = cohort_list.more\n  id = \"more\"\n}\n"},
	}
	toApplySaved = attempt{name: "apply saved", args: []string{"apply", "saved.tfplan"}}
)

// dataOnly reads a data source, with a provider block and no state.
func dataOnly(provider string) attempt {
	return attempt{
		name: "data source only", args: []string{"apply", "-auto-approve", "-state=none.tfstate"},
		files: map[string]string{"main.tf": "provider \"cohort\" {\n" + provider +
			"\n}\ndata \"cohort_list\" \"vip\" {\n  reference_id = \"vip-1\"\n}\n"},
	}
}

const live = `mode = "live"`

// providerFor maps a merchant to its provider block.
var providerFor = map[string]string{"test": "", "live": live}

// in switches the scenario to a merchant.
func (s *scenario) in(mode string) {
	s.mode = mode
	s.useKey(mode)
}

// use changes the provider block and the configuration.
func (s *scenario) use(provider, config string) {
	s.t.Helper()
	s.Write("main.tf", "provider \"cohort\" {\n"+provider+"\n}\n"+config)
}

// useKey switches to the key of a merchant.
func (s *scenario) useKey(mode string) {
	s.Env["COHORT_API_KEY"] = map[string]string{"test": s.sandbox.TestKey(), "live": s.sandbox.LiveKey()}[mode]
}

// try runs one command, and returns its result and its exchanges with the sandbox.
func (s *scenario) try(a attempt) (terraformtest.Result, []sandbox.Exchange) {
	s.t.Helper()
	before := map[string][]byte{}
	for name, content := range a.files {
		before[name] = s.Read(name)
		s.Write(name, content)
	}
	known := len(s.sandbox.History())
	result := s.Run(append(slices.Clone(a.args), "-no-color")...)
	for name, content := range before {
		if content != nil {
			s.Write(name, string(content))
		} else if err := os.Remove(filepath.Join(s.Dir, name)); err != nil {
			s.t.Fatal(err)
		}
	}
	return result, s.sandbox.History()[known:]
}

// refused requires that each command fails with this text, sends only reads, and keeps the objects
// in the state.
func (s *scenario) refused(text string, attempts ...attempt) {
	s.t.Helper()
	s.refusedAfter(-1, text, attempts...)
}

// refusedUnheard is refused without a single request.
func (s *scenario) refusedUnheard(text string, attempts ...attempt) {
	s.t.Helper()
	s.refusedAfter(0, text, attempts...)
}

// refusedAfter requires that each attempt is refused after at most this many requests; a negative
// number means no limit.
func (s *scenario) refusedAfter(requests int, text string, attempts ...attempt) {
	s.t.Helper()
	for _, a := range attempts {
		before := s.managed()
		result, history := s.try(a)
		if result.Code == 0 {
			s.t.Errorf("%s: it was not refused:\n%s", a.name, result.Output)
		}
		if !says(result, text) {
			s.t.Errorf("%s: the output lacks %q:\n%s", a.name, text, result.Output)
		}
		for _, e := range history {
			if e.Method != "GET" {
				s.t.Errorf("%s: %s %s was sent", a.name, e.Method, e.Path)
			}
		}
		if requests >= 0 && len(history) > requests {
			s.t.Errorf("%s: %d requests were sent, of at most %d", a.name, len(history), requests)
		}
		if !maps.Equal(before, s.managed()) {
			s.t.Errorf("%s: the state had %v, and now has %v", a.name, before, s.managed())
		}
	}
}

// allowed requires that each command succeeds.
func (s *scenario) allowed(attempts ...attempt) {
	s.t.Helper()
	for _, a := range attempts {
		if result, _ := s.try(a); result.Code != 0 {
			s.t.Errorf("%s: it was refused:\n%s", a.name, result.Output)
		}
	}
}

// applied applies a configuration and requires that the next plan is empty.
func (s *scenario) applied(provider, config string) {
	s.t.Helper()
	s.use(provider, config)
	s.mustApply()
	if next := s.Plan(); next.Code != 0 {
		s.t.Errorf("the plan is not empty:\n%s", next.Output)
	}
}

// TestGuards_refuse checks that every command is refused if it would change the wrong merchant, or
// delete an unnamed object in live.
func TestGuards_refuse(t *testing.T) {
	t.Parallel()
	for name, run := range map[string]func(*testing.T){
		"live key in a test configuration":      func(t *testing.T) { t.Helper(); otherKey(t, "test", "live") },
		"test key in a live configuration":      func(t *testing.T) { t.Helper(); otherKey(t, "live", "test") },
		"state of test in a live configuration": func(t *testing.T) { t.Helper(); otherState(t, "test", "live") },
		"state of live in a test configuration": func(t *testing.T) { t.Helper(); otherState(t, "live", "test") },
		"key of another organization":           anotherOrganization,
		"deletion in live":                      deletionInLive,
		"replacement in live":                   replacementInLive,
		"create of an existing key":             keyThatExists,
		"read only":                             readOnly,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			run(t)
		})
	}
}

// otherKey uses the key of one merchant with the configuration and state of the other. A plan saved
// with the right key must not get around the guard.
func otherKey(t *testing.T, of, key string) {
	t.Helper()
	s := newScenario(t, sandbox.Options{Seed: 101}, "")
	s.in(of)
	s.applied(providerFor[of], program)
	s.Write("more.tf", more)
	s.allowed(attempt{name: "plan -out", args: []string{"plan", "-out=saved.tfplan"}})
	s.useKey(key)
	s.refusedUnheard(fmt.Sprintf("Wrong merchant: the key is a %s key, this configuration expects %s", key, of),
		toPlan, toPlanUnrefreshed, toPlanRefreshOnly, toApply, toApplyUnrefreshed, toApplyRefreshOnly, toApplyTarget,
		toReplace, toReplaceUnrefreshed,
		toDestroy, toDestroyUnrefreshed, toImportBlock, toImportCommand, toApplySaved, dataOnly(providerFor[of]))
	s.useKey(of)
	s.settle()
	s.judge()
}

// otherState uses the state of one merchant with the configuration and key of the other.
func otherState(t *testing.T, of, mode string) {
	t.Helper()
	s := newScenario(t, sandbox.Options{Seed: 103}, "")
	s.in(of)
	s.applied(providerFor[of], program)
	s.use(providerFor[mode], program)
	s.useKey(mode)
	s.refused(fmt.Sprintf("Wrong merchant: the state is of the %s merchant, this configuration is for %s", of, mode),
		toPlan, toPlanUnrefreshed, toPlanRefreshOnly, toPlanDestroy, toApply, toApplyUnrefreshed, toApplyRefreshOnly,
		toApplyTarget, toReplace,
		toReplaceUnrefreshed, toDestroy, toDestroyUnrefreshed, toDestroyTarget, toImportBlock)
	s.use(providerFor[of], program)
	s.useKey(of)
	s.judge()
}

// anotherOrganization uses a state with a key of the same mode from another organization. Only a
// read can distinguish the two merchants, so the provider always reads what it deletes or replaces.
func anotherOrganization(t *testing.T) {
	t.Helper()
	s := newScenario(t, sandbox.Options{Seed: 105}, program)
	s.mustApply()
	other := newScenario(t, sandbox.Options{Seed: 205}, "")
	own := s.sandbox
	s.sandbox = other.sandbox
	s.Env["COHORT_API_URL"] = s.sandbox.URL()
	s.useKey("test")
	all := func(a attempt, args ...string) attempt {
		return attempt{name: a.name + " of many", args: slices.Concat(a.args, args)}
	}
	many := []string{
		"-replace=cohort_perk.p[0]", "-replace=cohort_perk.p[1]", "-replace=cohort_perk.p[2]",
		"-replace=cohort_list.vip[0]", "-replace=cohort_list.vip[2]",
	}
	s.refused("This looks like the wrong merchant",
		toPlan, toPlanRefreshOnly, toPlanDestroy, toApply, toApplyRefreshOnly, toReplace, toDestroy, toDestroyUnrefreshed,
		toImportBlock,
		all(toReplaceUnrefreshed, many...), all(toApply, "-target=cohort_campaign.hunt", "-target=cohort_campaign.gift"),
		attempt{
			name: "configuration without resources", args: toApply.args,
			files: map[string]string{"main.tf": "provider \"cohort\" {}\n"},
		},
		attempt{
			name: "more resources -refresh=false", args: toApplyUnrefreshed.args,
			files: map[string]string{"more.tf": lists(10)},
		},
		attempt{
			name: "configuration without resources -refresh=false", args: toApplyUnrefreshed.args,
			files: map[string]string{"main.tf": "provider \"cohort\" {}\n"},
		},
	)
	s.refused("not-found", attempt{
		name: "edit -refresh=false", args: toApplyUnrefreshed.args,
		files: map[string]string{"main.tf": "provider \"cohort\" {}\n" +
			strings.ReplaceAll(program, "VIP $", "Very important $")},
	})
	s.sandbox = own
	s.Env["COHORT_API_URL"] = s.sandbox.URL()
	s.useKey("test")
	s.judge()
}

func deletionInLive(t *testing.T) {
	t.Helper()
	s := newScenario(t, sandbox.Options{Seed: 106}, "")
	s.in("live")
	two := `
  mode              = "live"
  allow_live_delete = ["list:list-1", "perk:list-0", "list:list"]
`
	s.applied(two, lists(10))
	s.use(two, lists(9))
	s.refused(`This would delete list "list-9" in the LIVE merchant`, toPlan, toPlanUnrefreshed, toApply,
		toApplyUnrefreshed,
		attempt{name: "apply -target", args: []string{"apply", "-auto-approve", "-target=cohort_list.l[9]"}},
		attempt{name: "apply -replace", args: []string{"apply", "-auto-approve", "-replace=cohort_list.l[2]"}},
		attempt{name: "plan -out", args: []string{"plan", "-out=saved.tfplan"}},
		attempt{name: "import block", args: toImportBlock.args, files: toImportBlock.files})
	s.use(two, "")
	s.refused(`This would delete list "list-0" in the LIVE merchant`, toPlan, toApply, toApplyUnrefreshed)
	s.use(two, lists(10))
	s.refused(`This would delete list "list-0" in the LIVE merchant`, toPlanDestroy, toDestroy, toDestroyUnrefreshed,
		attempt{name: "destroy -target", args: []string{"destroy", "-auto-approve", "-target=cohort_list.l[0]"}})
	s.judge()
	if n := s.count("cohorts"); n != 10 {
		t.Errorf("the live merchant has %d lists, want 10", n)
	}
}

// properties declares ten user properties. Their type cannot change in place.
func properties(key, kind, block string) string {
	return `
resource "cohort_user_property" "p" {
  count        = 10
  name         = "Property ${count.index}"
  type         = "` + kind + `"
  reference_id = "` + key + `-${count.index}"
  ` + block + `
}
`
}

const beforeDestroy = "lifecycle {\n    create_before_destroy = true\n  }"

func replacementInLive(t *testing.T) {
	t.Helper()
	s := newScenario(t, sandbox.Options{Seed: 107}, "")
	s.in("live")
	s.applied(live, properties("p", "text", ""))
	third := []string{"-auto-approve", "-replace=cohort_user_property.p[3]"}
	text := `This would replace user property "p-3" in the LIVE merchant`
	for _, block := range []string{"", beforeDestroy} {
		s.use(live, properties("p", "text", block))
		s.refused(text,
			attempt{name: "plan -replace", args: []string{"plan", "-replace=cohort_user_property.p[3]", "-out=saved.tfplan"}},
			attempt{name: "apply -replace", args: append([]string{"apply"}, third...)},
			attempt{name: "apply -replace -refresh=false", args: append([]string{"apply", "-refresh=false"}, third...)},
			attempt{name: "apply -replace -target", args: append([]string{"apply", "-target=cohort_user_property.p[3]"},
				third...)})
		s.use(live, properties("p", "number", block))
		s.refused(text, toPlan, toPlanUnrefreshed, toApply, toApplyUnrefreshed,
			attempt{name: "apply -target", args: []string{"apply", "-auto-approve", "-target=cohort_user_property.p[3]"}})
		s.use(live, properties("other", "number", block))
		s.refused(text, toPlan, toApply, toApplyUnrefreshed)
	}
	s.use(live, properties("p", "text", ""))
	s.judge()
}

func keyThatExists(t *testing.T) {
	t.Helper()
	s := newScenario(t, sandbox.Options{Seed: 108}, lists(10)+more)
	s.mustApply()
	if result := s.Run("state", "rm", "cohort_list.more"); result.Code != 0 {
		t.Fatal(result.Output)
	}
	s.States = nil // The user removed the object from the state. No request could show that.
	target := attempt{name: "apply -target", args: []string{"apply", "-auto-approve", "-target=cohort_list.more"}}
	s.refused(`A list with the reference id "more" already exists in the test merchant`, toPlan, toPlanUnrefreshed,
		toApply, toApplyUnrefreshed, target)

	// The key is free during the plan, and someone takes it before the apply.
	foreign := s.find("cohorts", "referenceId", "more")
	if err := s.sandbox.PatchObject(foreign, map[string]any{"referenceId": "less"}); err != nil {
		t.Fatal(err)
	}
	s.allowed(attempt{name: "plan -out", args: []string{"plan", "-out=saved.tfplan"}})
	if err := s.sandbox.PatchObject(foreign, map[string]any{"referenceId": "more"}); err != nil {
		t.Fatal(err)
	}
	s.refused(`A list with the reference id "more" already exists in the test merchant`, toApplySaved)

	// A second resource with the key of a managed one.
	s.use("", lists(10)+more+`
resource "cohort_list" "again" {
  name         = "Again"
  reference_id = "more"
}
`)
	s.refused(`A list with the reference id "more" already exists in the test merchant`, toPlan, toApply)

	// Both remedies in the error work.
	s.use("", lists(10)+more)
	s.allowed(attempt{name: toImportCommand.name, args: toImportCommand.args}, toPlan)
	s.settle()
	s.judge()
}

// TestGuards_createBeforeDestroy checks that the create refuses a replacement with
// create_before_destroy that keeps its key. Terraform then restores the old object, and reverting
// the change restores everything. With another key, as the error advises, the replacement succeeds.
func TestGuards_createBeforeDestroy(t *testing.T) {
	t.Parallel()
	first := func(key string) string {
		return "resource \"cohort_list\" \"first\" {\n  name = \"First\"\n  reference_id = \"" + key + "\"\n" +
			beforeDestroy + "\n}\n"
	}
	s := newScenario(t, sandbox.Options{Seed: 110}, lists(10)+first("first"))
	s.mustApply()
	object := s.find("cohorts", "referenceId", "first")
	for range 2 {
		result, history := s.try(attempt{
			name: "replace",
			args: []string{"apply", "-auto-approve", "-replace=cohort_list.first"},
		})
		s.mustFail(result, `A list with the reference id "first" exists in the test merchant`,
			"A replacement with create_before_destroy needs another key")
		for _, e := range history {
			if e.Method != "GET" {
				t.Errorf("%s %s was sent", e.Method, e.Path)
			}
		}
		if s.managed()[object] == "" || strings.Contains(string(s.state()), `"deposed"`) {
			t.Errorf("%s is not in the state as it was:\n%s", object, s.state())
		}
		s.allowed(toPlan, toApply)
	}
	s.use("", lists(10)+first("second"))
	s.settle()
	s.judge()
	if n := s.count("cohorts"); n != 11 {
		t.Errorf("there are %d lists, want 11", n)
	}
}

func readOnly(t *testing.T) {
	t.Helper()
	s := newScenario(t, sandbox.Options{Seed: 109}, program)
	s.mustApply()
	const block = "read_only = true"
	edited := program + more
	s.use(block, edited)
	s.allowed(toPlan, toPlanRefreshOnly, toPlanDestroy, toApplyRefreshOnly, dataOnly(block),
		attempt{name: "plan -out", args: []string{"plan", "-out=saved.tfplan"}})
	s.refused("read_only", toApply, toApplyUnrefreshed, toApplySaved, toReplace, toReplaceUnrefreshed, toDestroy,
		toDestroyUnrefreshed, toDestroyTarget,
		attempt{name: "apply -target", args: []string{"apply", "-auto-approve", "-target=cohort_list.more"}})
	s.use("", program)
	s.Env["COHORT_READ_ONLY"] = "1"
	s.refused("read_only", toDestroy, toReplace)
	delete(s.Env, "COHORT_READ_ONLY")
	s.judge()
}

// TestGuards_allow checks that correct commands are not refused.
func TestGuards_allow(t *testing.T) {
	t.Parallel()
	for name, run := range map[string]func(*testing.T){
		"a life in test":  lifeInTest,
		"a life in live":  lifeInLive,
		"keys that move":  keysThatMove,
		"deleted by hand": deletedByHand,
		"replacements":    replacements,
		"imports":         imports,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			run(t)
		})
	}
}

// lifeInTest applies to an empty merchant, runs every command, destroys, and does it again among
// the archived objects.
func lifeInTest(t *testing.T) {
	t.Helper()
	s := newScenario(t, sandbox.Options{Seed: 111}, program)
	s.applied("", program)
	s.allowed(toPlanUnrefreshed, toPlanRefreshOnly, toPlanDestroy, toApplyUnrefreshed, toApplyRefreshOnly, toApplyTarget,
		toReplace, toReplaceUnrefreshed, dataOnly(""))
	s.settle()
	s.judge()
	s.allowed(toDestroyTarget, toDestroyUnrefreshed)
	s.applied("", program)
	s.allowed(toDestroy)
	s.use("", "")
	s.judge()
}

// lifeInLive applies to an empty merchant, and deletes whatever allow_live_delete names.
func lifeInLive(t *testing.T) {
	t.Helper()
	s := newScenario(t, sandbox.Options{Seed: 112}, "")
	s.in("live")
	s.applied(live, lists(10)+properties("p", "text", ""))
	allow := func(names ...string) string {
		return live + "\nallow_live_delete = [\"" + strings.Join(names, "\", \"") + "\"]"
	}
	s.applied(allow("list:list-9"), lists(9)+properties("p", "text", ""))
	s.use(allow("list:list-8"), lists(8)+properties("p", "text", ""))
	s.allowed(toApplyUnrefreshed)
	s.use(allow("list:list-1", "list:list-2"), lists(8)+properties("p", "text", ""))
	s.allowed(replaceOne("cohort_list.l[1]"), replaceOne("cohort_list.l[2]", "-refresh=false"))
	var every []string
	for i := range 10 {
		every = append(every, fmt.Sprintf("list:list-%d", i), fmt.Sprintf("user_property:p-%d", i))
	}
	s.applied(allow(every...), lists(8)+properties("p", "number", ""))
	s.use(allow(every...), lists(8)+properties("p", "boolean", ""))
	s.allowed(attempt{name: "plan -out", args: []string{"plan", "-out=saved.tfplan"}}, toApplySaved)
	s.settle()
	s.judge()
	s.allowed(attempt{name: "destroy -target", args: []string{"destroy", "-auto-approve", "-target=cohort_list.l[0]"}},
		toDestroy)
	s.use(allow(every...), "")
	s.judge()
}

// replaceOne replaces one object.
func replaceOne(address string, args ...string) attempt {
	return attempt{name: "replace " + address, args: append([]string{"apply", "-auto-approve", "-replace=" + address},
		args...)}
}

// keysThatMove renames, swaps and passes on keys, moves addresses and changes counts.
func keysThatMove(t *testing.T) {
	t.Helper()
	named := func(name, keys, block string) string {
		return "resource \"cohort_perk\" \"" + name + "\" {\n  count = length(" + keys + ")\n  internal_name = " + keys +
			"[count.index]\n  title = { en = \"A perk\" }\n" + block + "}\n"
	}
	s := newScenario(t, sandbox.Options{Seed: 113}, "")
	s.applied("", perks(10))
	s.applied("", strings.ReplaceAll(perks(10), "perk-$", "renamed-$"))
	s.applied("", strings.ReplaceAll(perks(7), "perk-$", "renamed-$"))
	s.applied("", strings.ReplaceAll(perks(12), "perk-$", "renamed-$"))
	moved := "moved {\n  from = cohort_perk.p\n  to   = cohort_perk.q\n}\n"
	s.applied("", strings.ReplaceAll(strings.ReplaceAll(perks(12), "perk-$", "renamed-$"), `"p"`, `"q"`)+moved)
	if made := s.creates("perks"); made != 15 {
		t.Errorf("%d perks were made, want 15", made)
	}
	s.judge()

	other := newScenario(t, sandbox.Options{Seed: 114}, "")
	other.applied("", named("p", `["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"]`, ""))
	other.applied("", named("p", `["b", "a", "c", "d", "e", "f", "g", "h", "j", "i"]`, ""))
	other.applied("", named("p", `["b", "a2", "c", "d", "e", "f", "g", "h", "j", "i2"]`, "")+named("new", `["a", "i"]`,
		"depends_on = [cohort_perk.p]\n"))
	if made := other.creates("perks"); made != 12 {
		t.Errorf("%d perks were made, want 12", made)
	}
	other.judge()
}

// deletedByHand deletes one or two objects by hand, of many and of few, and empties a whole
// merchant on purpose.
func deletedByHand(t *testing.T) {
	t.Helper()
	s := newScenario(t, sandbox.Options{Seed: 115}, "")
	gone := func(keys ...string) {
		for _, key := range keys {
			if err := s.sandbox.DeleteObject(s.find("cohorts", "referenceId", key)); err != nil {
				t.Fatal(err)
			}
		}
	}
	s.applied("", lists(10))
	gone("list-3")
	s.allowed(toPlan, toPlanRefreshOnly)
	s.applied("", lists(10))
	gone("list-0", "list-9")
	s.applied("", lists(10))
	gone("list-1", "list-2")
	s.allowed(toApplyRefreshOnly)
	s.applied("", lists(10))
	gone("list-4", "list-5")
	s.use("", lists(2))
	s.allowed(toApplyUnrefreshed)
	gone("list-0", "list-1")
	s.applied("", lists(2))
	gone("list-0", "list-1")
	s.allowed(toDestroyUnrefreshed)
	s.applied("", lists(10))
	s.judge()

	s.sandbox.Wipe("test")
	s.refused("This looks like the wrong merchant", toPlan, toApply, toDestroy)
	s.Env["COHORT_EXPECT_EMPTY"] = "1"
	s.applied("", lists(10))
	s.sandbox.Wipe("test")
	s.allowed(toDestroy)
	s.use("", "")
	s.judge()
}

// replacements replaces objects with -replace, for an immutable attribute, with the create first or
// last, and when tainted.
func replacements(t *testing.T) {
	t.Helper()
	s := newScenario(t, sandbox.Options{Seed: 116}, "")
	s.applied("", properties("p", "text", ""))
	s.applied("", properties("p", "number", ""))
	s.allowed(replaceOne("cohort_user_property.p[0]"), replaceOne("cohort_user_property.p[1]", "-refresh=false"))
	if result := s.Run("taint", "cohort_user_property.p[2]"); result.Code != 0 {
		t.Fatal(result.Output)
	}
	s.applied("", properties("p", "number", ""))
	s.applied("", properties("p", "number", beforeDestroy))
	s.applied("", properties("other", "text", beforeDestroy))
	s.applied("", properties("third", "text", beforeDestroy))
	if made := s.creates("user-properties"); made != 10+10+3+10 {
		t.Errorf("%d user properties were made, want 33", made)
	}
	s.judge()
}

// imports imports an existing key in both ways, and continues an import that was only partly done.
func imports(t *testing.T) {
	t.Helper()
	s := newScenario(t, sandbox.Options{Seed: 117}, "")
	s.applied("", lists(10)+more)
	for _, way := range []attempt{toImportBlock, {name: toImportCommand.name, args: toImportCommand.args}} {
		if result := s.Run("state", "rm", "cohort_list.more"); result.Code != 0 {
			t.Fatal(result.Output)
		}
		s.States = nil // The user removed it from the state.
		s.use("", lists(10))
		s.Write("more.tf", more)
		s.allowed(way, toPlan)
		s.settle()
		s.judge()
	}
	if made := s.creates("cohorts"); made != 11 {
		t.Errorf("%d lists were made, want 11", made)
	}
}
