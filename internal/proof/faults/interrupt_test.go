package faults

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/terraformtest"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

// slots is the number of resources that Terraform works on at once, and of requests that the
// provider has in flight at once.
const slots = 10

// held is the duration of a write that must finish after an interrupt.
const held = sandbox.Duration(3 * time.Second)

var apply = []string{"apply", "-auto-approve", "-no-color", "-input=false"}

// writes are the three kinds of change, each of twenty lists.
var writes = map[string]struct {
	method string
	// before is applied first, then after is applied and interrupted.
	before, after string
}{
	"create": {"POST", "", lists(20)},
	"update": {"PATCH", lists(20), strings.ReplaceAll(lists(20), "List", "Renamed list")},
	"delete": {"DELETE", lists(20), ""},
}

func case07(t *testing.T) {
	for verb, write := range writes {
		for i, stage := range []string{sandbox.StageBefore, sandbox.StageAfter} {
			seed := []uint64{70, 71}[i]
			t.Run(fmt.Sprintf("%s, all slots busy, %s the commit", verb, stage), func(t *testing.T) {
				t.Parallel()
				s := newScenario(t, sandbox.Options{Seed: seed}, write.before)
				s.mustApply()
				s.use("", write.after)
				s.inject(sandbox.Fault{Method: write.method, Stage: stage, Delay: sandbox.Duration(time.Second), Count: every})
				busy := s.hold(func(r *http.Request) bool { return r.Method == write.method })
				s.Env["TF_LOG_CORE"], s.Env["TF_LOG_PATH"] = "TRACE", s.Dir+"/log"
				// Terraform gives the provider twenty writes, and the provider works on ten.
				p := s.Start(slices.Concat(apply, []string{"-parallelism=20"})...)
				await(t, "all slots busy", func() bool { return busy.held.Load() == slots })
				s.signal(p.SignalGroup, syscall.SIGINT)
				await(t, "the provider told to stop", func() bool {
					return bytes.Contains(s.Read("log"), []byte("GRPCProvider.v6: Stop"))
				})
				busy.open()
				s.mustFail(p.Wait(), "Interrupt received", "interrupted before it was sent")
				delete(s.Env, "TF_LOG_CORE")
				s.files["log"] = s.Read("log")
				if sent := s.sandbox.Stats().ByMethod[write.method]; sent != slots {
					t.Errorf("%d requests were sent, want %d: none begins after the interrupt", sent, slots)
				}
				s.sameAsServer("cohorts", "name", "name")
				s.settle()
				s.judge()
			})
			t.Run(fmt.Sprintf("%s, anywhere, %s the commit", verb, stage), func(t *testing.T) {
				t.Parallel()
				s := newScenario(t, sandbox.Options{Seed: seed}, write.before)
				s.mustApply()
				s.use("", write.after)
				s.inject(sandbox.Fault{Method: write.method, Stage: stage, Delay: held, Count: every, Probability: 0.5})
				offset := 1 + rand.New(rand.NewPCG(seed, 0)).IntN(15)
				t.Logf("interrupted when %d requests have arrived", offset)
				s.mustSay(s.interruptAt(write.method, offset, (*terraformtest.Process).Signal), "Interrupt received")
				s.sameAsServer("cohorts", "name", "name")
				s.settle()
				s.judge()
			})
		}
	}
	t.Run("canceled workflow, short writes", func(t *testing.T) {
		t.Parallel()
		s := newScenario(t, sandbox.Options{Seed: 7}, perks(20))
		s.inject(sandbox.Fault{Method: "POST", Stage: sandbox.StageAfter, Delay: sandbox.Duration(time.Second), Count: every})
		s.cancelWorkflow(s.startAt("POST", slots))
		s.sameAsServer("perks", "internalName", "internal_name")
		s.settle()
		s.judge()
		if made := s.creates("perks"); made != 20 {
			t.Errorf("%d perks were made, want 20", made)
		}
	})
	t.Run("canceled workflow, writes that outlast it", func(t *testing.T) {
		t.Parallel()
		s := newScenario(t, sandbox.Options{Seed: 7}, perks(20))
		late := s.hold(creating("perks"))
		p := s.Start(apply...)
		await(t, "all slots busy", func() bool { return late.held.Load() == slots })
		s.cancelWorkflow(p)
		late.open()
		s.convergeByImport(slots, 20)
	})
	t.Run("canceled workflow, answers that outlast it", func(t *testing.T) {
		t.Parallel()
		s := newScenario(t, sandbox.Options{Seed: 7}, perks(20))
		s.inject(unanswered("POST"))
		s.cancelWorkflow(s.startAt("POST", slots))
		s.sandbox.ClearFaults()
		s.convergeByImport(slots, 20)
	})
}

func case08(t *testing.T) {
	t.Run("second interrupt", func(t *testing.T) {
		t.Parallel()
		s := newScenario(t, sandbox.Options{Seed: 8}, perks(20))
		s.inject(unanswered("POST"))
		p := s.startAt("POST", slots)
		s.signal(p.SignalGroup, syscall.SIGINT)
		await(t, "the first interrupt noticed", func() bool { return strings.Contains(p.Output(), "Interrupt received") })
		s.signal(p.SignalGroup, syscall.SIGINT)
		s.mustSay(s.endBadly(p), "Two interrupts received")
		s.sandbox.ClearFaults()
		s.convergeByImport(slots, 20)
	})
	t.Run("Terraform killed", func(t *testing.T) {
		t.Parallel()
		s := newScenario(t, sandbox.Options{Seed: 8}, perks(20))
		late := s.hold(creating("perks"))
		p := s.Start(apply...)
		await(t, "all slots busy", func() bool { return late.held.Load() == slots })
		s.signal(p.Signal, syscall.SIGKILL)
		s.endBadly(p)
		late.open()
		s.convergeByImport(slots, 20)
	})
	t.Run("provider killed", func(t *testing.T) {
		t.Parallel()
		s := newScenario(t, sandbox.Options{Seed: 8}, perks(20))
		s.inject(unanswered("POST"))
		s.killProvider(s.startAt("POST", slots))
		s.sandbox.ClearFaults()
		s.convergeByImport(slots, 20)
	})
	t.Run("provider killed, with updates under way", func(t *testing.T) {
		t.Parallel()
		s := newScenario(t, sandbox.Options{Seed: 8}, writes["update"].before)
		s.mustApply()
		s.use("", writes["update"].after)
		s.inject(unanswered("PATCH"))
		s.killProvider(s.startAt("PATCH", slots))
		s.sandbox.ClearFaults()
		s.settle()
		s.judge()
		if _, changed := s.requests("PATCH"); changed != 20 {
			t.Errorf("%d updates were committed, want 20", changed)
		}
	})
	t.Run("provider killed, with deletions under way", func(t *testing.T) {
		t.Parallel()
		s := newScenario(t, sandbox.Options{Seed: 8}, lists(20))
		s.mustApply()
		s.use("", lists(10))
		s.inject(unanswered("DELETE"))
		s.killProvider(s.startAt("DELETE", slots))
		s.sandbox.ClearFaults()
		// Half of the merchant is gone, and only the user knows that this is intended.
		s.mustFail(s.Apply(), "This looks like the wrong merchant",
			"If the merchant was emptied on purpose, set COHORT_EXPECT_EMPTY=1 and run again.")
		s.Env["COHORT_EXPECT_EMPTY"] = "1"
		s.mustApply()
		s.settle()
		s.judge()
		if _, deleted := s.requests("DELETE"); deleted != 10 {
			t.Errorf("%d deletions were committed, want 10", deleted)
		}
	})
}

// unanswered carries out every request of a method and never answers.
func unanswered(method string) sandbox.Fault {
	return sandbox.Fault{Method: method, Stage: sandbox.StageAfter, Hang: true, Count: every}
}

// startAt starts an apply and waits until the service has received this many requests of a method.
func (s *scenario) startAt(method string, arrivals int) *terraformtest.Process {
	s.t.Helper()
	p := s.Start(apply...)
	await(s.t, fmt.Sprintf("%d %s", arrivals, method),
		func() bool { return s.sandbox.Stats().ByMethod[method] >= arrivals })
	return p
}

// interruptAt interrupts an apply once, when the service has received this many requests of a
// method.
func (s *scenario) interruptAt(
	method string, arrivals int, send func(*terraformtest.Process, syscall.Signal) error,
) terraformtest.Result {
	s.t.Helper()
	p := s.startAt(method, arrivals)
	if err := send(p, syscall.SIGINT); err != nil {
		s.t.Error(err)
	}
	return p.Wait()
}

func (s *scenario) signal(send func(syscall.Signal) error, signal syscall.Signal) {
	s.t.Helper()
	if err := send(signal); err != nil {
		s.t.Error(err)
	}
}

// cancelWorkflow ends a command as GitHub Actions does when a workflow is canceled:
// https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-cancellation
func (s *scenario) cancelWorkflow(p *terraformtest.Process) {
	s.t.Helper()
	ended := make(chan terraformtest.Result, 1)
	go func() { ended <- p.Wait() }()
	s.signal(p.Signal, syscall.SIGINT)
	for _, next := range []struct {
		after  time.Duration
		signal syscall.Signal
		send   func(syscall.Signal) error
	}{{7500 * time.Millisecond, syscall.SIGTERM, p.Signal}, {2500 * time.Millisecond, syscall.SIGKILL, p.SignalGroup}} {
		select {
		case <-ended:
			return
		case <-time.After(next.after):
			s.signal(next.send, next.signal)
		}
	}
	<-ended
}

// killProvider kills the provider alone, and waits for Terraform to notice.
func (s *scenario) killProvider(p *terraformtest.Process) {
	s.t.Helper()
	if killed, err := p.SignalProviders(syscall.SIGKILL); killed != 1 || err != nil {
		s.t.Errorf("%d providers were killed: %v", killed, err)
	}
	s.endBadly(p)
}

// endBadly waits for a killed command and ends the processes that it left. The oracle does not
// search its output for errors that blame the provider, because the provider did die here; it still
// searches the output for secrets.
func (s *scenario) endBadly(p *terraformtest.Process) terraformtest.Result {
	s.t.Helper()
	before := s.Output.Len()
	result := p.Wait()
	_ = p.SignalGroup(syscall.SIGKILL)
	s.files[fmt.Sprintf("the output of the killed command %d", len(s.files))] = []byte(result.Output)
	s.Output.Truncate(before)
	return result
}

// convergeByImport follows the guard: the next apply finds the objects that were made but not
// recorded, and advises to import them.
func (s *scenario) convergeByImport(made, all int) {
	s.t.Helper()
	s.awaitCreates("perks", made)
	if adopted := s.follow(s.Apply(), indexed("cohort_perk.p")); adopted != made {
		s.t.Errorf("%d imports were advised, want %d", adopted, made)
	}
	s.settle()
	s.judge()
	if made := s.creates("perks"); made != all {
		s.t.Errorf("%d perks were made, want %d", made, all)
	}
}
