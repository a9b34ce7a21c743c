package companion

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/terraformtest"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/provider"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

const loyalty = `
provider "cohort" {
  mode              = "live"
  allow_live_delete = ["perk:old"]
}

variable "title" {
  default = "Welcome"
}

resource "cohort_list" "vip" {
  name         = "VIP"
  reference_id = "vip"
}

resource "cohort_perk" "old" {
  internal_name = "old"
  title         = { en = "Old" }
}

resource "cohort_perk" "older" {
  internal_name = "older"
  title         = { en = "Older" }
}

resource "cohort_perk" "code" {
  internal_name = "code"
  title         = { en = var.title }
  code          = { value = "WELCOME-10" }
}

resource "cohort_campaign" "summer" {
  internal_name = "summer"
  audience_id   = cohort_list.vip.id
  rewards       = [{ perk_id = cohort_perk.code.id }]
  challenge     = { title = { en = "Summer" } }
}
`

// promoted is the next version: texts, a code, a reference and an object change, one is deleted and
// one is made.
var promoted = strings.NewReplacer(
	`{ en = "Summer" }`, `{ en = "Summer 2027", fr = "Été 2027" }`, "WELCOME-10", "WELCOME-15",
	"cohort_list.vip.id", "cohort_list.gold.id", `"VIP"`, `"VIPs"`,
	"resource \"cohort_perk\" \"old\" {\n  internal_name = \"old\"\n  title         = { en = \"Old\" }\n}\n",
	"resource \"cohort_list\" \"gold\" {\n  name = \"Gold\"\n  reference_id = \"gold\"\n}\n",
).Replace(loyalty)

// live is a live merchant with the configuration loyalty, as a workspace has applied it.
type live struct {
	*terraformtest.Workspace
	t *testing.T
	s *sandbox.Sandbox
}

func newLive(t *testing.T) live {
	t.Helper()
	s, err := sandbox.Start(sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	w := live{terraformtest.New(t, loyalty), t, s}
	w.Env["COHORT_API_URL"], w.Env["COHORT_API_KEY"] = s.URL(), s.LiveKey()
	if applied := w.Apply(); applied.Code != 0 {
		t.Fatal(applied.Output)
	}
	return w
}

// plan plans and returns the path of the plan as JSON.
func (w live) plan(args ...string) string {
	w.t.Helper()
	planned := w.Run(append([]string{"plan", "-no-color", "-input=false", "-out=plan"}, args...)...)
	if planned.Code != 0 {
		w.t.Fatal(planned.Output)
	}
	shown := filepath.Join(w.t.TempDir(), "plan.json")
	put(w.t, shown, w.Run("show", "-json", "plan").Output)
	return shown
}

// check runs check-plan and returns what it printed.
func (w live) check(want int, args ...string) string {
	w.t.Helper()
	code, printed, problems := called(w.t.Context(), append([]string{"check-plan"}, args...)...)
	if code != want {
		w.t.Fatalf("%q: exit code %d, want %d: %s\n%s", args, code, want, problems, printed)
	}
	return printed
}

func (w live) fingerprint(args ...string) string {
	w.t.Helper()
	return strings.TrimSpace(w.check(0, "--fingerprint", w.plan(args...)))
}

// edit changes an object of a collection as a person does in Cohort's admin.
func (w live) edit(collection, key, body string) {
	w.t.Helper()
	call := func(method, path, body string) (answer map[string]any) {
		request, err := http.NewRequestWithContext(w.t.Context(), method, w.s.URL()+"/v1/"+path, strings.NewReader(body))
		if err != nil {
			w.t.Fatal(err)
		}
		request.Header.Set("Authorization", "Bearer "+w.s.LiveKey())
		request.Header.Set("Content-Type", "application/json")
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			w.t.Fatal(err)
		}
		defer func() { _ = response.Body.Close() }()
		if err := json.NewDecoder(response.Body).Decode(&answer); err != nil || response.StatusCode >= 300 {
			w.t.Fatalf("%s %s: %s, %v", method, path, response.Status, answer)
		}
		return answer
	}
	listed := call(http.MethodGet, collection, "")
	for _, rows := range listed {
		all, _ := rows.([]any)
		for _, row := range all {
			if object := row.(map[string]any); object["internalName"] == key || object["referenceId"] == key {
				call(http.MethodPatch, collection+"/"+object["id"].(string), body)
				return
			}
		}
	}
	w.t.Fatalf("there is no %s in %v", key, listed)
}

// TestCheckPlan_sameEffects plans the same in every way that Terraform has.
func TestCheckPlan_sameEffects(t *testing.T) {
	t.Parallel()
	w := newLive(t)
	w.Write("main.tf", promoted)
	want := w.fingerprint()
	same := func(how string, args ...string) {
		t.Helper()
		if got := w.fingerprint(args...); got != want {
			t.Errorf("%s: %s, want %s", how, got, want)
		}
	}
	same("again")
	same("without a refresh", "-refresh=false")
	same("one at a time", "-parallelism=1")

	snapshot := exec.CommandContext(t.Context(), w.Provider(), "snapshot", "--from", "live", "--out",
		filepath.Join(w.Dir, "live.json"))
	snapshot.Env = append(os.Environ(), "COHORT_API_URL="+w.s.URL(), "COHORT_API_KEY="+w.s.LiveKey())
	if output, err := snapshot.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, output)
	}
	delete(w.Env, "COHORT_API_KEY")
	w.Env["COHORT_SNAPSHOT"] = "live.json"
	same("from a snapshot")
	delete(w.Env, "COHORT_SNAPSHOT")
	w.Env["COHORT_API_KEY"] = w.s.LiveKey()

	w.Write("main.tf", "# Another address, and another order.\n"+strings.ReplaceAll(strings.ReplaceAll(promoted,
		"cohort_perk.code", "cohort_perk.welcome"), `"cohort_perk" "code"`, `"cohort_perk" "welcome"`)+
		"\nmoved {\n  from = cohort_perk.code\n  to   = cohort_perk.welcome\n}\n")
	same("moved")
}

// TestCheckPlan_approval changes one thing at a time between the approval of a plan and its apply.
func TestCheckPlan_approval(t *testing.T) {
	t.Parallel()
	w := newLive(t)
	w.Write("main.tf", promoted)
	shown := w.plan()
	approved := strings.TrimSpace(w.check(0, "--fingerprint", "--mode", "live", shown))
	w.check(5, "--mode", "test", shown)
	w.check(0, "--approved", approved, w.plan())

	other := func(what string, change, back func()) {
		t.Helper()
		change()
		code, printed, problems := called(t.Context(), "check-plan", "--approved", approved, w.plan())
		if code != 4 || !strings.Contains(problems, "not the plan that was approved") {
			t.Errorf("%s: exit code %d: %s\n%s", what, code, problems, printed)
		}
		back()
		w.check(0, "--approved", approved, w.plan())
	}
	other("the configuration", func() {
		w.Write("main.tf", promoted+"\n# "+strings.Repeat("x", 9)+"\n"+
			"resource \"cohort_list\" \"more\" {\n  name = \"More\"\n}\n")
	}, func() { w.Write("main.tf", promoted) })
	other("a secret", func() { w.Write("main.tf", strings.Replace(promoted, "WELCOME-15", "WELCOME-16", 1)) },
		func() { w.Write("main.tf", promoted) })
	other("a variable", func() { w.Env["TF_VAR_title"] = "Hello" }, func() { delete(w.Env, "TF_VAR_title") })
	other("live", func() { w.edit("perks", "code", `{"title":{"en":"Edited"}}`) },
		func() { w.edit("perks", "code", `{"title":{"en":"Welcome"}}`) })
	other("what is deleted", func() { w.edit("perks", "old", `{"title":{"en":"Edited"}}`) },
		func() { w.edit("perks", "old", `{"title":{"en":"Old"}}`) })
	state := w.Read("terraform.tfstate")
	other("the state", func() {
		if removed := w.Run("state", "rm", "cohort_perk.older"); removed.Code != 0 {
			t.Fatal(removed.Output)
		}
		// Without the state, the object has to be adopted.
		w.Write("import.tf", "import {\n  to = cohort_perk.older\n  id = \"older\"\n}\n")
	}, func() {
		w.Write("terraform.tfstate", string(state))
		w.Write("import.tf", "")
	})
	other("the provider", func() { w.useProvider(true) }, func() { w.useProvider(false) })
}

// useProvider lets the workspace use a provider with another default of on_destroy, or the usual
// one.
func (w live) useProvider(another bool) {
	w.t.Helper()
	directory := filepath.Dir(w.Provider())
	if another {
		directory = w.t.TempDir()
		this, err := os.Executable()
		if err != nil {
			w.t.Fatal(err)
		}
		if err := os.Symlink(this, filepath.Join(directory, providerName)); err != nil {
			w.t.Fatal(err)
		}
	}
	w.Write("terraform.rc", fmt.Sprintf("provider_installation {\n  dev_overrides {\n    \"cohort-xyz/cohort\" = %q\n"+
		"  }\n  direct {}\n}\n", directory))
}

// providerName is the name under which Terraform starts a provider.
const providerName = "terraform-provider-cohort"

// deletingProvider is a provider whose default of on_destroy is to delete.
type deletingProvider struct{ tfprotov6.ProviderServer }

func (p deletingProvider) PlanResourceChange(
	ctx context.Context, request *tfprotov6.PlanResourceChangeRequest,
) (*tfprotov6.PlanResourceChangeResponse, error) {
	response, err := p.ProviderServer.PlanResourceChange(ctx, request)
	if err == nil {
		// In MessagePack, the length of a short text is in the byte before it.
		response.PlannedState.MsgPack = bytes.Replace(response.PlannedState.MsgPack,
			[]byte("on_destroy\xa7archive"), []byte("on_destroy\xa6delete"), 1)
	}
	return response, err
}

// serveDeletingProvider serves it to the Terraform that started this process.
func serveDeletingProvider() error {
	return tf6server.Serve("registry.terraform.io/cohort-xyz/cohort", func() tfprotov6.ProviderServer {
		return deletingProvider{provider.NewServer("test")()}
	})
}

// TestCheckPlan_refused collects the names of all deletions that a plan is refused for.
func TestCheckPlan_refused(t *testing.T) {
	t.Parallel()
	w := newLive(t)
	provider, _, _ := strings.Cut(loyalty, "resource")
	refused := func() string {
		w.Write("main.tf", provider)
		log := filepath.Join(t.TempDir(), "log.jsonl")
		put(t, log, w.Run("plan", "-json", "-out=plan").Output)
		return w.check(3, log)
	}
	got, want := refused(), `  allow_live_delete = [
    "campaign:summer",
    "list:vip",
    "perk:code",
    "perk:older",
  ]
`
	// Terraform 1.16 and later first plan the deletions of objects that refer to others.
	if got == "  allow_live_delete = [\n    \"campaign:summer\",\n    \"perk:older\",\n  ]\n" {
		provider = strings.Replace(provider, `["perk:old"]`, `["perk:old", "campaign:summer", "perk:older"]`, 1)
		got, want = refused(), "  allow_live_delete = [\n    \"list:vip\",\n    \"perk:code\",\n  ]\n"
	}
	if got != want {
		t.Errorf("it prints\n%s\nwant\n%s", got, want)
	}
	shown := filepath.Join(t.TempDir(), "plan.json")
	put(t, shown, w.Run("show", "-json", "plan").Output)
	if got := w.check(1, shown); !strings.Contains(got, "Planning failed") || strings.Contains(got, "cohort1:") {
		t.Errorf("a plan that failed: %s", got)
	}
	w.check(1, "--fingerprint", shown)
}

// TestCheckPlan_drift lists what was changed outside of Terraform.
func TestCheckPlan_drift(t *testing.T) {
	t.Parallel()
	w := newLive(t)
	w.edit("perks", "code", `{"title":{"en":"Edited"}}`)
	for _, args := range [][]string{{"-refresh-only"}, {}} {
		got := w.check(2, "--drift", w.plan(args...))
		want := "live: 1 object changed outside of Terraform\n\ndrift    perk:code, title.en: Welcome → Edited\n"
		if got != want {
			t.Errorf("%q: %s\nwant %s", args, got, want)
		}
	}
}
