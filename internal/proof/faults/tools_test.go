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

// refusal is an answer that says no for good, in the form of the API, as a fault.
func refusal(method, route string) sandbox.Fault {
	body := `{"code":"generic.injected","message":"Not today."}`
	return sandbox.Fault{Method: method, Route: route, Status: http.StatusExpectationFailed, Body: &body, Count: every}
}

// state is the state file as the last command left it.
func (s *scenario) state() []byte { return s.Read("terraform.tfstate") }

// tainted returns the ids of objects that the next apply would destroy and make again.
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

// holds demands that the state has this many objects and that none is tainted, and returns their ids.
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

// keeps demands that the state has exactly these objects, of which none is tainted.
func (s *scenario) keeps(want []string) {
	s.t.Helper()
	if now := s.holds(len(want)); !slices.Equal(now, want) {
		s.t.Errorf("the state has other objects than before:\n%v\n%v", now, want)
	}
}

// mustPlan demands what a plan says it would do, in Terraform's words.
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

// savePlan plans into a file, for an apply to come.
func (s *scenario) savePlan(args ...string) {
	s.t.Helper()
	if plan := s.Plan(append([]string{"-out=saved.tfplan"}, args...)...); plan.Code != 2 {
		s.t.Fatalf("the plan has exit code %d, want 2:\n%s", plan.Code, plan.Output)
	}
}

// applySaved applies the plan that savePlan made.
func (s *scenario) applySaved(args ...string) terraformtest.Result {
	s.t.Helper()
	return s.Apply(append(args, "saved.tfplan")...)
}

// silent demands that a command did not say this.
func (s *scenario) silent(result terraformtest.Result, words ...string) {
	s.t.Helper()
	output := flat(result.Output)
	for _, text := range words {
		if strings.Contains(output, text) {
			s.t.Errorf("the output has %q:\n%s", text, result.Output)
		}
	}
}

// committed counts the changes that a method made below a path.
func (s *scenario) committed(method, path string) int {
	count := 0
	for _, e := range s.sandbox.History() {
		if e.Method == method && strings.HasPrefix(e.Path, "/v1/"+path) && e.Committed {
			count++
		}
	}
	return count
}

// writes counts the requests that were meant to change something, whatever came of them.
func (s *scenario) writes() int {
	count := 0
	for method, requests := range s.sandbox.Stats().ByMethod {
		if method != http.MethodGet {
			count += requests
		}
	}
	return count
}

// edit changes an object behind Terraform's back.
func (s *scenario) edit(id string, fields map[string]any) {
	s.t.Helper()
	if err := s.sandbox.PatchObject(id, fields); err != nil {
		s.t.Fatal(err)
	}
}

// drop deletes an object behind Terraform's back.
func (s *scenario) drop(id string) {
	s.t.Helper()
	if err := s.sandbox.DeleteObject(id); err != nil {
		s.t.Fatal(err)
	}
}

// object returns what the service holds under an id.
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

// english is a text in one language, as the service has it.
func english(text string) map[string]any { return map[string]any{"en": text} }

// write makes an object by a client of its own, as an employee would in Cohort's admin, and returns its id.
func (s *scenario) write(kind, body string) string {
	s.t.Helper()
	request, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, s.sandbox.URL()+"/v1/"+kind, strings.NewReader(body))
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

// managed returns the addresses of the state by id.
func (s *scenario) managed() map[string]string {
	s.t.Helper()
	addresses, err := oracle.Managed(s.state())
	if err != nil {
		s.t.Fatal(err)
	}
	return addresses
}

// subtests runs each of some variants of a case on its own.
func subtests[T any](t *testing.T, variants map[string]T, run func(*testing.T, T)) {
	t.Helper()
	for name, variant := range variants {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			run(t, variant)
		})
	}
}
