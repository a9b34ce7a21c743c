package diff_test

import (
	"maps"
	"testing"

	"github.com/zclconf/go-cty/cty"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/diff"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/planreview"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/portable"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/core"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/population"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/provider"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

const (
	test = merchants.ModeTest
	live = merchants.ModeLive
)

// service is a sandbox with a test and a live merchant.
type service struct {
	*sandbox.Sandbox
	t *testing.T
	// states are those of the roots.
	states map[merchants.Mode]map[string]cty.Value
	// deletes may be deleted in live.
	deletes []string
}

func newService(t *testing.T) *service {
	t.Helper()
	s, err := sandbox.Start(sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return &service{Sandbox: s, t: t, states: map[merchants.Mode]map[string]cty.Value{}}
}

func (s *service) key(mode merchants.Mode) string {
	if mode == live {
		return s.LiveKey()
	}
	return s.TestKey()
}

// at is a merchant, for the population.
func (s *service) at(mode merchants.Mode) population.Merchant {
	return population.Merchant{URL: s.URL(), Key: s.key(mode)}
}

// read reads a merchant as the commands do.
func (s *service) read(mode merchants.Mode) *portable.Merchant {
	s.t.Helper()
	return read(s.t, provider.Source{Mode: mode, Key: s.key(mode), URL: s.URL()})
}

func read(t *testing.T, source provider.Source) *portable.Merchant {
	t.Helper()
	reader, err := provider.Open(t.Context(), "test", source)
	if err != nil {
		t.Fatal(err)
	}
	m, err := portable.Read(t.Context(), reader, nil)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// core is the Terraform of a root.
func (s *service) core(mode merchants.Mode) *core.Core {
	s.t.Helper()
	m := core.Merchant{URL: s.URL(), Key: s.key(mode), Mode: string(mode), AllowLiveDelete: s.deletes}
	return core.New(s.t, m, maps.Clone(s.states[mode]))
}

// apply applies the configuration of a merchant, and keeps its state.
func (s *service) apply(mode merchants.Mode, config string) {
	s.t.Helper()
	c := s.core(mode)
	c.Plan(map[string][]byte{"main.tf": []byte(config)}, ".", nil)
	c.Apply()
	s.states[mode] = c.States
}

// edit changes a merchant as the configuration says, behind the back of Terraform.
func (s *service) edit(mode merchants.Mode, config string) {
	s.t.Helper()
	kept := s.states[mode]
	s.apply(mode, config)
	s.states[mode] = kept
}

// plan plans the configuration of a merchant.
func (s *service) plan(mode merchants.Mode, config string) *diff.Root {
	s.t.Helper()
	c := s.core(mode)
	c.Plan(map[string][]byte{"main.tf": []byte(config)}, ".", nil)
	plan, err := planreview.Read(s.t.Context(), c.JSON())
	if err != nil {
		s.t.Fatal(err)
	}
	return &diff.Root{Plan: plan, Directory: "env/" + string(mode)}
}

// compare compares test with live, and tells where they are.
func (s *service) compare(testConfig, liveConfig string) (*diff.Report, *diff.Status) {
	s.t.Helper()
	roots := map[merchants.Mode]*diff.Root{test: s.plan(test, testConfig), live: s.plan(live, liveConfig)}
	both := []*portable.Merchant{s.read(test), s.read(live)}
	for _, m := range both {
		if at := diff.Outdated(m, roots[m.Mode]); at != "" {
			s.t.Errorf("the plan of %s is said to be outdated: %s", m.Mode, at)
		}
	}
	r := diff.Compare(both[0], both[1], roots)
	return r, diff.NewStatus(r, both, roots)
}

// patch changes an object of a merchant in a way that the service would refuse.
func (s *service) patch(mode merchants.Mode, object string, fields map[string]any) {
	s.t.Helper()
	for _, o := range s.read(mode).Objects {
		if o.String() == object {
			if err := s.PatchObject(o.ID, fields); err != nil {
				s.t.Fatal(err)
			}
		}
	}
}
