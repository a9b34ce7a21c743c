package faults

import (
	"bytes"
	"encoding/json"
	"net"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/terraformtest"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

// outages are the ways in which a service can be unreachable; each returns its address.
var outages = map[string]func(*scenario) string{
	"refused": func(s *scenario) string {
		server := s.serve(s.sandbox.Handler())
		server.Close()
		return server.URL
	},
	"silent":       func(s *scenario) string { return "http://" + s.silence() },
	"no such host": func(*scenario) string { return "https://cohort.invalid" },
}

// silence accepts connections and never answers.
func (s *scenario) silence() string {
	s.t.Helper()
	listener, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			defer func() { _ = connection.Close() }()
		}
	}()
	return listener.Addr().String()
}

// logged runs a command with a log, checks the retries in the log against the retry budget, and
// returns the number of requests. The oracle searches the log for secrets, too.
func (s *scenario) logged(args ...string) (result terraformtest.Result, requests int) {
	s.t.Helper()
	s.Env["TF_LOG_PROVIDER"], s.Env["TF_LOG_PATH"] = "DEBUG", s.Dir+"/log"
	defer delete(s.Env, "TF_LOG_PROVIDER")
	result = s.Run(args...)
	log := s.Read("log")
	s.files["log of "+args[0]] = log
	s.Write("log", "")
	tries := 0
	for line := range bytes.Lines(log) {
		if bytes.Contains(line, []byte("Merchants API:")) {
			tries++
			if bytes.Contains(line, []byte(" attempt=1 ")) {
				requests++
			}
		}
	}
	if tries > requests+requests/5+10 {
		s.t.Errorf("%d tries of %d requests to %s", tries, requests, args[0])
	}
	return result, requests
}

func case10(t *testing.T) {
	for name, outage := range outages {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScenario(t, sandbox.Options{Seed: 10}, "")
			s.use(impatient, perks(12))
			s.mustApply()
			s.use(impatient, strings.ReplaceAll(perks(14), `"Perk `, `"Renamed perk `))
			if plan := s.Plan("-out=plan"); plan.Code != 2 {
				t.Fatal(plan.Output)
			}
			before := s.Read("terraform.tfstate")
			s.sandbox.Reset()
			s.Env["COHORT_API_URL"] = outage(s)

			planned, requests := s.logged("plan", "-no-color", "-input=false")
			s.mustFail(planned, "Could not read perk", "This request changed nothing.")
			s.unchanged(before)
			// 12 reads, at most two lists for them, and at most two lists to look up the keys of the new
			// objects.
			if requests < 13 || requests > 16 {
				t.Errorf("%d requests to plan", requests)
			}

			applied, requests := s.logged("apply", "-no-color", "-input=false", "plan")
			s.mustFail(applied, "Could not update perk", "Could not look for the perk")
			// 12 reads before the updates, look-ups for the keys of two new objects, which cannot be made
			// without them, and five reads because something is made.
			if requests < 16 || requests > 33 {
				t.Errorf("%d requests to apply", requests)
			}
			if got, want := ids(t, s.Read("terraform.tfstate")), ids(t, before); !reflect.DeepEqual(got, want) {
				t.Errorf("the state has %v, want %v", got, want)
			}
			if sent := s.sandbox.Stats().Requests; sent != 0 {
				t.Errorf("%d requests came through", sent)
			}

			s.reach()
			s.settle()
			s.judge()
			if made := s.creates("perks"); made != 2 {
				t.Errorf("%d perks were made, want 2", made)
			}
		})
	}
}

func case11(t *testing.T) {
	s := newScenario(t, sandbox.Options{Seed: 31}, program)
	s.mustApply()
	s.settle()
	// A perk and the campaign to change, a list to make, a list to remove, and an outside change to
	// revert.
	changed := strings.NewReplacer(`"Perk ${count.index}"`, `"New perk ${count.index}"`, `title       = { en = "Hunt" }`,
		`title = { en = "Great hunt" }`,
		"vip-${count.index}", "vip-${count.index * 2}").Replace(program)
	if err := s.sandbox.PatchObject(s.find("digital-assets", "internalName", "card"),
		map[string]any{"title": map[string]any{"en": "Edited"}}); err != nil {
		t.Fatal(err)
	}
	s.use("", changed)
	want := s.plannedChanges(0)
	before := s.Read("terraform.tfstate")

	s.inject(
		sandbox.Fault{Method: "GET", Count: every, Probability: 0.2, Status: 500},
		sandbox.Fault{Method: "GET", Count: every, Probability: 0.2, Status: 503},
		sandbox.Fault{Method: "GET", Count: every, Probability: 0.22, Reset: true},
	)
	s.sandbox.Reset()
	got := s.plannedChanges(rounds)
	if !bytes.Equal(got, want) {
		t.Errorf("the plan is\n%s\nwithout faults it is\n%s", got, want)
	}
	s.unchanged(before)
	struck := 0
	for _, e := range s.sandbox.History() {
		if e.Fault != "" {
			struck++
		}
	}
	if all := len(s.sandbox.History()); struck*5 < all*2 {
		t.Errorf("only %d of %d requests were struck", struck, all)
	}
	s.sandbox.ClearFaults()
	s.settle()
	s.judge()
}

// plannedChanges plans, and returns the planned changes and the reported outside changes. The plan
// may fail this many times, but each error must say why.
func (s *scenario) plannedChanges(failures int) []byte {
	s.t.Helper()
	for {
		plan := s.Plan("-out=plan")
		if plan.Code == 2 {
			break
		}
		s.mustFail(plan, "Could not read", "This request changed nothing.")
		s.t.Log("a plan has failed")
		if failures--; failures < 0 {
			s.t.Fatal(plan.Output)
		}
	}
	printed := s.Output.Len()
	shown := s.Run("show", "-json", "plan")
	s.Output.Truncate(printed) // It shows sensitive values.
	at := strings.Index(shown.Output, "{\"format_version")
	var plan struct {
		Changes json.RawMessage `json:"resource_changes"`
		Drift   json.RawMessage `json:"resource_drift"`
	}
	if at < 0 || json.Unmarshal([]byte(shown.Output[at:]), &plan) != nil || len(plan.Changes) == 0 ||
		len(plan.Drift) == 0 {
		s.t.Fatalf("no plan:\n%s", shown.Output)
	}
	return append(plan.Changes, plan.Drift...)
}

// Codes of a service that refuses a key; the last code is assumed.
func case12(t *testing.T) {
	permission := `{"code": "generic.missing-permission", "message": "This key may not do that."}`
	for name, c := range map[string]struct {
		fault sandbox.Fault
		words string
	}{
		"revoked":          {sandbox.Fault{RevokeKey: true}, "The service does not accept the API key."},
		"forbidden":        {sandbox.Fault{Status: 403, Count: every}, "The API key is valid but may not do this."},
		"permission error": {sandbox.Fault{Status: 417, Body: &permission, Count: every}, "This key may not do that."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScenario(t, sandbox.Options{Seed: 12}, perks(12))
			fault := c.fault
			fault.Method, fault.Nth = http.MethodPost, 5
			s.inject(fault)
			s.mustFail(s.Apply(), "Could not create perk", c.words)
			if sent, made := s.requests("POST"); sent != 12 || made != 4 {
				t.Errorf("%d creates were sent and %d committed, want 12 and 4: what was refused is not sent again", sent, made)
			}
			s.sameAsServer("perks", "internalName", "internal_name")

			before := s.Read("terraform.tfstate")
			s.sandbox.Reset()
			fault.Method, fault.Nth = http.MethodGet, 1
			s.inject(fault)
			s.mustFail(s.Plan(), "Could not read perk", c.words)
			s.mustFail(s.Apply(), c.words)
			s.unchanged(before)
			// Each command asks for a page, reads four perks, and looks up the key of each of the other
			// eight at most once.
			if sent, _ := s.requests("GET"); sent < 2*4 || sent > 2*13 {
				t.Errorf("%d reads were sent, want 8 to 26: none is sent again", sent)
			}
			if sent, _ := s.requests("POST"); sent != 0 {
				t.Errorf("%d creates were sent", sent)
			}
			if len(ids(t, before)) != 4 {
				t.Errorf("the state has %d perks, want 4", len(ids(t, before)))
			}

			s.sandbox.ClearFaults()
			s.settle()
			s.judge()
			if all := s.count("perks"); all != 12 {
				t.Errorf("there are %d perks, want 12", all)
			}
		})
	}
}
