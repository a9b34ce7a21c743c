package faults

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/terraformtest"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/provider"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

// bomb makes one call of the provider panic, without a switch in the provider. The context of the
// call panics when code uses it while all of the named functions are on the stack. That is where a
// real bug would panic: on the goroutine that serves the object.
type bomb struct {
	within []string
	armed  atomic.Bool
}

func (b *bomb) tick() {
	if !b.armed.Load() {
		return
	}
	callers := make([]uintptr, 100)
	frames := runtime.CallersFrames(callers[:runtime.Callers(2, callers)])
	var functions []string
	for {
		frame, more := frames.Next()
		functions = append(functions, frame.Function)
		if !more {
			break
		}
	}
	for _, name := range b.within {
		if !slices.ContainsFunc(functions, func(f string) bool {
			return strings.HasSuffix(f, name) || strings.Contains(f, name+"[")
		}) {
			return
		}
	}
	if b.armed.CompareAndSwap(true, false) {
		panic("this is a drill")
	}
}

// mined is the context that contains the bomb.
type mined struct {
	context.Context
	*bomb
}

func (m mined) Value(key any) any {
	m.tick()
	return m.Context.Value(key)
}

func (m mined) Done() <-chan struct{} {
	m.tick()
	return m.Context.Done()
}

func (m mined) Err() error {
	m.tick()
	return m.Context.Err()
}

// everyPart is every call that Terraform may make to a provider.
type everyPart interface {
	tfprotov6.ProviderServer
	tfprotov6.ListResourceServer
	tfprotov6.ActionServer
}

// minedServer is the provider with the bomb in the context of each call.
type minedServer struct {
	everyPart
	*bomb
}

func (s minedServer) ValidateResourceConfig(
	ctx context.Context, r *tfprotov6.ValidateResourceConfigRequest,
) (*tfprotov6.ValidateResourceConfigResponse, error) {
	return s.everyPart.ValidateResourceConfig(mined{ctx, s.bomb}, r)
}

func (s minedServer) PlanResourceChange(
	ctx context.Context, r *tfprotov6.PlanResourceChangeRequest,
) (*tfprotov6.PlanResourceChangeResponse, error) {
	return s.everyPart.PlanResourceChange(mined{ctx, s.bomb}, r)
}

func (s minedServer) ReadResource(
	ctx context.Context, r *tfprotov6.ReadResourceRequest,
) (*tfprotov6.ReadResourceResponse, error) {
	return s.everyPart.ReadResource(mined{ctx, s.bomb}, r)
}

func (s minedServer) ApplyResourceChange(
	ctx context.Context, r *tfprotov6.ApplyResourceChangeRequest,
) (*tfprotov6.ApplyResourceChangeResponse, error) {
	return s.everyPart.ApplyResourceChange(mined{ctx, s.bomb}, r)
}

func (s minedServer) ImportResourceState(
	ctx context.Context, r *tfprotov6.ImportResourceStateRequest,
) (*tfprotov6.ImportResourceStateResponse, error) {
	return s.everyPart.ImportResourceState(mined{ctx, s.bomb}, r)
}

func (s minedServer) ReadDataSource(
	ctx context.Context, r *tfprotov6.ReadDataSourceRequest,
) (*tfprotov6.ReadDataSourceResponse, error) {
	return s.everyPart.ReadDataSource(mined{ctx, s.bomb}, r)
}

// serveMined serves the provider in this process and lets Terraform attach to it.
func (s *scenario) serveMined(b *bomb) {
	s.t.Helper()
	parts, ok := provider.NewServer("test")().(everyPart)
	if !ok {
		s.t.Fatal("the server lacks a part of the protocol")
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(s.t.Context()))
	attach, closed := make(chan *plugin.ReattachConfig), make(chan struct{})
	go func() {
		_ = tf6server.Serve("registry.terraform.io/cohort-xyz/cohort",
			func() tfprotov6.ProviderServer { return minedServer{parts, b} },
			tf6server.WithDebug(ctx, attach, closed), tf6server.WithGoPluginLogger(hclog.NewNullLogger()))
	}()
	at := <-attach
	s.t.Cleanup(func() {
		stop()
		<-closed
	})
	where := map[string]any{
		"Protocol": "grpc", "ProtocolVersion": 6, "Pid": at.Pid, "Test": true,
		"Addr": map[string]string{"Network": at.Addr.Network(), "String": at.Addr.String()},
	}
	encoded, err := json.Marshal(map[string]any{
		"registry.terraform.io/cohort-xyz/cohort": where, "registry.opentofu.org/cohort-xyz/cohort": where,
	})
	if err != nil {
		s.t.Fatal(err)
	}
	s.Env["TF_REATTACH_PROVIDERS"] = string(encoded)
}

// minedScenario is a scenario with the provider in this process, with the bomb.
func minedScenario(t *testing.T, b *bomb, config string) *scenario {
	t.Helper()
	s := newScenario(t, sandbox.Options{Seed: 15}, "")
	s.serveMined(b)
	s.configureMined(config)
	return s
}

// configureMined writes the key into the configuration, because this provider does not see the
// environment of the workspace.
func (s *scenario) configureMined(config string) {
	s.t.Helper()
	s.Write("main.tf", fmt.Sprintf("provider \"cohort\" {\n  api_url = %q\n  api_key = %q\n}\n", s.sandbox.URL(),
		s.sandbox.TestKey())+config)
}

// explode runs a command and requires that the bomb goes off within these functions.
func (s *scenario) explode(b *bomb, run func() terraformtest.Result, within ...string) terraformtest.Result {
	s.t.Helper()
	b.within = within
	b.armed.Store(true)
	result := run()
	if b.armed.CompareAndSwap(true, false) {
		s.t.Fatalf("nothing went off within %v:\n%s", within, result.Output)
	}
	s.mustSay(result, "The Cohort provider hit a bug",
		"It stopped working on this object, the others are not touched: this is a drill", "\n  at ")
	return result
}

const livePerks = `desired_status = "live"`

func case15(t *testing.T) {
	subtests(t, map[string]func(*testing.T){
		"before the create":   panicBeforeCreate,
		"answer not read yet": panicWithTheAnswer,
		"before publishing": func(t *testing.T) {
			panicAfterCreate(t, sandbox.Fault{}, "draft", "Collection[...].Transition", "(*Client).try")
		},
		"after publishing": func(t *testing.T) {
			panicAfterCreate(t, sandbox.Fault{}, "live", "Collection[...].Transition", "provider.logExchange")
		},
		"before publishing what was found": func(t *testing.T) {
			lost := sandbox.Fault{Method: "POST", Route: "/v1/perks", Stage: sandbox.StageAfter, Reset: true, Count: every}
			panicAfterCreate(t, lost, "draft", "Collection[...].Transition", "(*Client).try")
		},
		"all other handlers": panicElsewhere,
	}, func(t *testing.T, run func(*testing.T)) { run(t) })
}

func panicBeforeCreate(t *testing.T) {
	b := &bomb{}
	s := minedScenario(t, b, perksLike(10, livePerks))
	apply := func() terraformtest.Result { return s.Apply() }
	if result := s.explode(b, apply, "proto6server.(*Server).ValidateResourceConfig"); result.Code == 0 {
		t.Error("apply went on after a panic while validating")
	}
	if result := s.explode(b, apply, "(*perkResource).ModifyPlan", "(*Client).try"); result.Code == 0 {
		t.Error("apply went on after a panic in the plan")
	}
	if sent := s.writes(); sent != 0 {
		t.Errorf("%d requests were sent to change something", sent)
	}
	result := s.explode(b, apply, "(*perkResource).Create", "Collection[...].post", "(*Client).try")
	if result.Code == 0 {
		t.Error("apply succeeded though an object was not made")
	}
	if told := strings.Count(result.Output, "hit a bug"); told != 1 {
		t.Errorf("%d objects met it, want 1:\n%s", told, result.Output)
	}
	before := s.holds(9)
	s.mustPlan("Plan: 1 to add, 0 to change, 0 to destroy.")
	s.settle()
	s.judge()
	for _, id := range before {
		s.object("perks", id)
	}
	s.holds(10)
	if made := s.creates("perks"); made != 10 {
		t.Errorf("%d perks were made, want 10", made)
	}
}

// panicWithTheAnswer panics at the only moment that loses an id: it is in an answer that no code
// has read. The next apply does not make a second object; its error says how to adopt the existing
// one.
func panicWithTheAnswer(t *testing.T) {
	b := &bomb{}
	s := minedScenario(t, b, perksLike(10, livePerks))
	apply := func() terraformtest.Result { return s.Apply() }
	result := s.explode(b, apply, "Collection[...].post", "provider.logExchange")
	if result.Code == 0 {
		t.Error("apply succeeded though the state lacks an object")
	}
	s.holds(9)
	s.mustFail(s.Apply(), "already exists in the test merchant", "import {")
	if made := s.creates("perks"); made != 10 {
		t.Errorf("%d perks were made, want 10", made)
	}
	managed := s.managed()
	for n := range 10 {
		if managed[s.perk(n)] == "" {
			s.Write("import.tf", fmt.Sprintf("import {\n  to = cohort_perk.p[%d]\n  id = \"perk-%d\"\n}\n", n, n))
		}
	}
	s.settle()
	s.judge()
	s.holds(10)
	if made := s.creates("perks"); made != 10 {
		t.Errorf("%d perks were made, want 10", made)
	}
}

// panicAfterCreate checks that the id is kept, and that the next apply does not destroy what users
// may have seen.
func panicAfterCreate(t *testing.T, fault sandbox.Fault, status string, within ...string) {
	t.Helper()
	b := &bomb{}
	s := minedScenario(t, b, perksLike(10, livePerks))
	if fault.Method != "" {
		s.inject(fault)
	}
	result := s.explode(b, func() terraformtest.Result { return s.Apply() }, append(within, "(*perkResource).Create")...)
	s.mustSay(result, "Warning: The Cohort provider hit a bug", "The object was made and is in the state.")
	managed := s.holds(10)
	drafts := 0
	for _, perk := range s.sandbox.Objects("test", "perks") {
		if perk["status"] == "draft" {
			drafts++
		}
	}
	if want := map[string]int{"draft": 1, "live": 0}[status]; drafts != want {
		t.Errorf("%d perks are drafts, want %d", drafts, want)
	}
	s.sandbox.ClearFaults()
	s.settle()
	s.judge()
	s.keeps(managed)
	if made := s.creates("perks"); made != 10 {
		t.Errorf("%d perks were made, want 10", made)
	}
	if deleted := s.committed("DELETE", ""); deleted != 0 {
		t.Errorf("%d perks were deleted", deleted)
	}
}

func panicElsewhere(t *testing.T) {
	b := &bomb{}
	s := minedScenario(t, b, perksLike(10, livePerks))
	apply := func() terraformtest.Result { return s.Apply() }
	s.mustApply()
	managed := s.holds(10)
	demand := func(result terraformtest.Result, handler string) {
		t.Helper()
		if result.Code == 0 {
			t.Errorf("the command succeeded in spite of a panic in %s", handler)
		}
		s.keeps(managed)
	}
	demand(s.explode(b, apply, "(*perkResource).Read", "(*Client).try"), "Read")

	for n, stage := range []string{"(*Client).try", "provider.logExchange"} {
		s.configureMined(strings.Replace(perksLike(10, livePerks), `"Perk `, fmt.Sprintf(`"Perk, version %d `, n), 1))
		demand(s.explode(b, apply, "(*perkResource).Update", "Collection[...].Update", stage), "Update")
		s.settle()
	}

	s.configureMined(perksLike(10, livePerks) + "data \"cohort_perk\" \"one\" {\n" +
		"  internal_name = cohort_perk.p[3].internal_name\n}\n")
	demand(s.explode(b, apply, "kindDataSource[...]).Read", "(*Client).try"), "Read of a data source")

	s.configureMined(perksLike(9, livePerks))
	demand(s.explode(b, apply, "(*perkResource).Delete", "(*Client).try"), "Delete")
	s.settle()
	managed = s.holds(9)

	archived := s.perk(9)
	s.configureMined(perksLike(9, livePerks) + fmt.Sprintf("resource \"cohort_perk\" \"old\" {\n"+
		"  internal_name = \"perk-9\"\n  title = { en = \"Perk 9\" }\n  desired_status = \"archived\"\n}\nimport {\n"+
		"  to = cohort_perk.old\n  id = %q\n}\n", archived))
	demand(s.explode(b, apply, "proto6server.(*Server).ImportResourceState"), "ImportState")
	s.settle()
	s.judge()
	s.holds(10)
	if made := s.creates("perks"); made != 10 {
		t.Errorf("%d perks were made, want 10", made)
	}
}
