package export_test

import (
	"bytes"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"testing"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/export"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/core"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/population"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/sample"
)

// TestExport_rollback checks that live is what it was after a promotion that changes texts, makes
// objects and deletes objects is reverted. An object that was deleted is made again, under a new
// id.
func TestExport_rollback(t *testing.T) {
	t.Parallel()
	for seed := range sample.Seeds(20) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			s := newService(t)
			s.fill(test, population.Plan{Seed: uint64(seed), Objects: 40})
			before := s.export(test, false, export.Options{})
			deleted, after := promoted(before.Files)
			if len(deleted) == 0 {
				t.Skip("every list of this merchant is used")
			}
			c := core.New(t, core.Merchant{
				URL: s.URL(), Key: s.LiveKey(), Mode: "live", AllowLiveDelete: append(deleted, "list:new", "perk:new"),
			}, nil)
			apply := func(files map[string][]byte, deletions int) {
				t.Helper()
				plan := c.Plan(files, "env/live", before.Variables(live))
				if c.Apply(); len(plan.Deletes) != deletions {
					t.Errorf("the plan is %s, want %d to destroy", plan, deletions)
				}
			}
			apply(before.Files, 0)
			was := s.export(live, false, export.Options{})
			ids := s.ids(live)
			apply(after, len(deleted))
			apply(before.Files, 2)
			compareFiles(t, was.Files, s.export(live, false, export.Options{}).Files)
			for name, id := range s.ids(live) {
				if (ids[name] == id) == slices.Contains(deleted, name) {
					t.Errorf("%s had the id %s and has %s", name, ids[name], id)
				}
			}
		})
	}
}

const lists = "modules/loyalty/lists.tf"

var listBlock = regexp.MustCompile(`(?ms)^resource "cohort_list" "(\w+)" {.*?^}\n`)

// promoted returns a configuration with other texts, two new objects and without the lists that
// nothing uses, which it names.
func promoted(files map[string][]byte) (deleted []string, after map[string][]byte) {
	after = map[string][]byte{}
	for name, content := range files {
		after[name] = regexp.MustCompile(`(?m)^( +en += ")`).ReplaceAll(content, []byte("${1}New: "))
	}
	for _, block := range listBlock.FindAllSubmatch(after[lists], -1) {
		used := slices.ContainsFunc(slices.Collect(maps.Values(after)), func(content []byte) bool {
			return bytes.Contains(content, []byte("cohort_list."+string(block[1])+"."))
		})
		key := regexp.MustCompile(`reference_id = "(.*)"`).FindSubmatch(block[0])
		if !used && key != nil {
			deleted = append(deleted, "list:"+string(key[1]))
			after[lists] = bytes.Replace(after[lists], block[0], nil, 1)
			after["env/live/adopt.tf"] = regexp.MustCompile(`(?ms)^import {[^}]*cohort_list\.`+string(block[1])+`\n.*?^}\n`).
				ReplaceAll(after["env/live/adopt.tf"], nil)
		}
	}
	after["modules/loyalty/new.tf"] = []byte(`
resource "cohort_list" "new" {
  name         = "New"
  reference_id = "new"
}

resource "cohort_perk" "new" {
  internal_name = "new"
}
`)
	return deleted, after
}

// ids are the ids of the objects of a merchant by the names of allow_live_delete.
func (s service) ids(mode merchants.Mode) map[string]string {
	s.t.Helper()
	ids := map[string]string{}
	for _, o := range s.read(mode).Objects {
		if !o.Archived() {
			ids[o.String()] = o.ID
		}
	}
	return ids
}
