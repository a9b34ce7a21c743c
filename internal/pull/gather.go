package pull

import (
	"fmt"
	"slices"

	"github.com/zclconf/go-cty/cty"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/planreview"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/portable"
)

// gathered is what the objects of a plan ask of the HCL.
type gathered struct {
	tree    *tree
	plan    *planreview.Plan
	options Options
	// addresses are the resources of the plan by what references hold: ids, and kind:key.
	addresses map[string]*planreview.Resource
	walks     []*walk
	changes   []*change
	report    Report
}

// resource finds what an object asks for. The block of an object that is not chosen may be shared
// with one that is.
func (g *gathered) resource(r *planreview.Resource, chosen bool) {
	w := &walk{gathered: g, resource: r, recorded: r.Recorded != nil, chosen: chosen}
	var why string
	w.spot, why = g.tree.find(r.Address)
	g.walks = append(g.walks, w)
	here := at{owner: w.spot.block, depth: len(w.spot.chain)}
	if b := w.spot.block; b != nil {
		here.file, here.line = b.file, b.line
	}
	switch {
	case r.Before == nil && r.After != nil && r.Recorded != nil:
		w.ask(here, nil, "was deleted in the merchant", "Remove its block, or apply to make it again.")
	case r.Before == nil && r.After == nil:
	case r.Before == nil || r.After == nil:
		w.waiting = append(w.waiting, Waiting{Address: r.Address})
	default:
		t := threeOf(r)
		if why == "" {
			w.fields(here, w.spot.block.object, t)
		} else {
			w.elsewhere(here, t, why)
		}
	}
	if chosen {
		g.report.Questions = append(g.report.Questions, w.questions...)
		g.report.Waiting = append(g.report.Waiting, w.waiting...)
	}
}

// threeOf are the values of an object as a whole. desired_status is what the user wants, and stays
// when somebody changes the status in the merchant. So if the plan takes such a change back, the
// status of the merchant is what the HCL has to want.
func threeOf(r *planreview.Resource) three {
	merchant, record := r.Before.Fields, []portable.Field(nil)
	if r.Recorded != nil {
		record = r.Recorded.Fields
	}
	if r.Before.Status != "" && r.After.Status != r.Before.Status {
		merchant = withStatus(merchant, r.Before.Status)
		if r.Recorded != nil && r.Recorded.Status == r.Before.Status {
			record = withStatus(record, r.Before.Status)
		}
	}
	return three{hcl: nested(r.After.Fields), merchant: nested(merchant), record: nested(record), same: sameValue}
}

const statusField = "desired_status"

func withStatus(fields []portable.Field, status string) []portable.Field {
	fields = slices.DeleteFunc(slices.Clone(fields), func(f portable.Field) bool { return f.Name == statusField })
	return append(fields, portable.Field{Name: statusField, Value: portable.Value{Literal: cty.StringVal(status)}})
}

func nested(fields []portable.Field) *portable.Value {
	return &portable.Value{Form: portable.Nested, Fields: fields}
}

// elsewhere asks for every difference of an object whose block cannot be edited.
func (w *walk) elsewhere(a at, t three, why string) {
	for _, c := range changesOf(t) {
		here := a
		here.path = c.path
		if !equal(c.values.hcl, c.values.merchant, c.values.same) && w.decide(here, c.values) {
			w.ask(here, c.values.merchant, why, "")
		}
	}
}

// agree takes the changes that all objects of a block ask for. All others are left to a person.
func (g *gathered) agree() {
	taken := map[owner][]*change{}
	for _, w := range g.walks {
		if !w.chosen {
			continue
		}
		for _, c := range w.changes {
			sharers := g.sharers(w, c.owner)
			agreed := !slices.ContainsFunc(sharers, func(other *walk) bool { return !other.wants(c) })
			known := slices.ContainsFunc(taken[c.owner], c.equals)
			switch {
			case agreed && !known:
				taken[c.owner] = append(taken[c.owner], c)
				g.changes = append(g.changes, c)
			case !agreed:
				for _, line := range c.lines {
					g.report.Questions = append(g.report.Questions, Question{
						Place: line.Place, Merchant: line.To,
						Why:    fmt.Sprintf("is said once for %d objects, which differ in it in the merchant", len(sharers)),
						Advice: "Give each its value, such as by each.value.",
					})
				}
			}
		}
	}
}

// sharers are the objects of the block of an object that share what an owner says.
func (g *gathered) sharers(w *walk, o owner) []*walk {
	var all []*walk
	for _, other := range g.walks {
		if other.spot.block == w.spot.block && other.resource.After != nil &&
			(o == other.spot.block || slices.Contains(other.spot.chain, (*block)(o))) {
			all = append(all, other)
		}
	}
	return all
}

func (w *walk) wants(c *change) bool { return slices.ContainsFunc(w.changes, c.equals) }

func (c *change) equals(other *change) bool {
	return c.owner == other.owner && slices.Equal(c.edits, other.edits)
}
