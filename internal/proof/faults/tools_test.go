package faults

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/oracle"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/terraformtest"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

// refusal is a fault that answers with a permanent refusal, in the form of the API.
func refusal(method, route string) sandbox.Fault {
	body := `{"code":"generic.injected","message":"Not today."}`
	return sandbox.Fault{Method: method, Route: route, Status: http.StatusExpectationFailed, Body: &body, Count: every}
}

// state returns the state file that the last command left.
func (s *scenario) state() []byte { return s.Read("terraform.tfstate") }

// tainted returns the ids of objects that the next apply would replace.
func (s *scenario) tainted() []string {
	s.t.Helper()
	var file struct {
		Resources []struct {
			Instances []struct {
				Status     string `json:"status"`
				Attributes struct {
					ID string `json:"id"`
				} `json:"attributes"`
			} `json:"instances"`
		} `json:"resources"`
	}
	if err := json.Unmarshal(s.state(), &file); err != nil {
		s.t.Fatal(err)
	}
	var found []string
	for _, r := range file.Resources {
		for _, i := range r.Instances {
			if i.Status == "tainted" {
				found = append(found, i.Attributes.ID)
			}
		}
	}
	return found
}

// holds requires that the state has this many objects and that none is tainted, and returns their
// ids.
func (s *scenario) holds(want int) []string {
	s.t.Helper()
	managed := ids(s.t, s.state())
	if len(managed) != want {
		s.t.Errorf("the state has %d objects, want %d", len(managed), want)
	}
	if bad := s.tainted(); len(bad) > 0 {
		s.t.Errorf("%d objects are tainted, so that the next apply would destroy them", len(bad))
	}
	return managed
}

// keeps requires that the state has exactly these objects and that none is tainted.
func (s *scenario) keeps(want []string) {
	s.t.Helper()
	if now := s.holds(len(want)); !slices.Equal(now, want) {
		s.t.Errorf("the state has other objects than before:\n%v\n%v", now, want)
	}
}

// mustPlan requires that a plan contains these words of Terraform.
func (s *scenario) mustPlan(words string, args ...string) terraformtest.Result {
	s.t.Helper()
	plan := s.Plan(args...)
	want := 2
	if strings.HasPrefix(words, "No changes") {
		want = 0
	}
	if plan.Code != want {
		s.t.Errorf("the plan has exit code %d, want %d:\n%s", plan.Code, want, plan.Output)
	}
	s.mustSay(plan, words)
	return plan
}

// savePlan saves a plan for applySaved.
func (s *scenario) savePlan(args ...string) {
	s.t.Helper()
	if plan := s.Plan(append([]string{"-out=saved.tfplan"}, args...)...); plan.Code != 2 {
		s.t.Fatalf("the plan has exit code %d, want 2:\n%s", plan.Code, plan.Output)
	}
}

// applySaved applies the plan of savePlan.
func (s *scenario) applySaved(args ...string) terraformtest.Result {
	s.t.Helper()
	return s.Apply(append(args, "saved.tfplan")...)
}

// silent requires that a command did not print these words.
func (s *scenario) silent(result terraformtest.Result, words ...string) {
	s.t.Helper()
	output := flat(result.Output)
	for _, text := range words {
		if strings.Contains(output, text) {
			s.t.Errorf("the output has %q:\n%s", text, result.Output)
		}
	}
}

// committed counts the committed changes of a method below a path.
func (s *scenario) committed(method, path string) int {
	count := 0
	for _, e := range s.sandbox.History() {
		if e.Method == method && strings.HasPrefix(e.Path, "/v1/"+path) && e.Committed {
			count++
		}
	}
	return count
}

// writes counts the requests that could change something, whatever their result.
func (s *scenario) writes() int {
	count := 0
	for method, requests := range s.sandbox.Stats().ByMethod {
		if method != http.MethodGet {
			count += requests
		}
	}
	return count
}

// edit changes an object outside of Terraform.
func (s *scenario) edit(id string, fields map[string]any) {
	s.t.Helper()
	if err := s.sandbox.PatchObject(id, fields); err != nil {
		s.t.Fatal(err)
	}
}

// drop deletes an object outside of Terraform.
func (s *scenario) drop(id string) {
	s.t.Helper()
	if err := s.sandbox.DeleteObject(id); err != nil {
		s.t.Fatal(err)
	}
}

// object returns the service's object with this id.
func (s *scenario) object(kind, id string) map[string]any {
	s.t.Helper()
	for _, object := range s.sandbox.Objects(s.mode, kind) {
		if object["id"] == id {
			return object
		}
	}
	s.t.Fatalf("there is no %s with the id %s", kind, id)
	return nil
}

// perk returns the id of the n-th perk of [perks].
func (s *scenario) perk(n int) string {
	s.t.Helper()
	return s.find("perks", "internalName", fmt.Sprintf("perk-%d", n))
}

// english returns a text in one language, in the form of the service.
func english(text string) map[string]any { return map[string]any{"en": text} }

// write makes an object with a separate client, as an employee would in Cohort's admin, and returns
// its id.
func (s *scenario) write(kind, body string) string {
	s.t.Helper()
	request, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, s.sandbox.URL()+"/v1/"+kind,
		strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+s.sandbox.TestKey())
	request.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	var made struct {
		ID string `json:"id"`
	}
	if err := json.NewDecoder(answer.Body).Decode(&made); err != nil || made.ID == "" {
		s.t.Fatalf("%s was not made: %s, %v", kind, answer.Status, err)
	}
	s.foreign = append(s.foreign, made.ID)
	return made.ID
}

// managed returns the addresses in the state, by id.
func (s *scenario) managed() map[string]string {
	s.t.Helper()
	addresses, err := oracle.Managed(s.state())
	if err != nil {
		s.t.Fatal(err)
	}
	return addresses
}

// subtests runs each variant of a case as a subtest.
func subtests[T any](t *testing.T, variants map[string]T, run func(*testing.T, T)) {
	t.Helper()
	for name, variant := range variants {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			run(t, variant)
		})
	}
}
