package diff

import (
	"cmp"
	"slices"
	"strings"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/planreview"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/portable"
)

// Root is a root module of the user with its plan of a merchant.
type Root struct {
	Plan *planreview.Plan
	// Directory is where Terraform runs; "" if only the plan is known.
	Directory string
}

// side is one of the two merchants, with what its plan says.
type side struct {
	// name names it in sentences.
	name     string
	merchant *portable.Merchant
	// root is nil if no plan was given.
	root *Root
	byID map[string]*planreview.Resource
	// byKey are the resources by the key that they have after the plan.
	byKey map[identity]*planreview.Resource
	// byAddress are the resources by address.
	byAddress map[string]*planreview.Resource
	// lonely are the objects that have no counterpart yet, archived those that are not compared.
	lonely, archived []*portable.Object
	// known are what the plan says about the objects that were looked up.
	known map[*portable.Object]*planned
}

func newSide(name string, m *portable.Merchant, root *Root) side {
	s := side{
		name: name, merchant: m, root: root, byID: map[string]*planreview.Resource{},
		byKey: map[identity]*planreview.Resource{}, byAddress: map[string]*planreview.Resource{},
		known: map[*portable.Object]*planned{},
	}
	if root == nil {
		return s
	}
	for _, r := range root.Plan.Resources {
		if r.Mode != "" && r.Mode != m.Mode {
			continue
		}
		if r.ID != "" {
			s.byID[r.ID] = r
		}
		s.byAddress[r.Address] = r
		if r.Key != "" && (r.After != nil || s.byKey[newIdentity(r.Kind.Name, r.Key)] == nil) {
			s.byKey[newIdentity(r.Kind.Name, r.Key)] = r
		}
	}
	return s
}

// resource returns the resource that manages an object, or that is going to, or nil.
func (s *side) resource(o *portable.Object) *planreview.Resource {
	if r := s.byID[o.ID]; r != nil && o.ID != "" {
		return r
	}
	if r := s.byKey[keyOf(o)]; r != nil && hasKey(o) && r.Before == nil && r.Kind.Name == o.Kind.Name {
		return r
	}
	return nil
}

// addressOf is the address at which the plan manages an object; "" if it does not.
func (s *side) addressOf(o *portable.Object) string {
	if r := s.resource(o); r != nil {
		return r.Address
	}
	return ""
}

// plannedKey is the key that the plan gives an object; "" if it does not say.
func (s *side) plannedKey(o *portable.Object) string {
	if r := s.resource(o); r != nil && r.After != nil {
		return r.Key
	}
	return ""
}

// planned is what a plan says about an object of the merchant.
type planned struct {
	resource *planreview.Resource
	// attributes are those that the plan changes, edited those that were changed outside of Terraform;
	// nil for all.
	attributes, edited map[string]bool
	// toHCL are the changes from the merchant to its configuration, fromRecord those from the state to
	// the merchant.
	toHCL, fromRecord []portable.Change
}

// planned looks up an object; nil for one that the plan does not know.
func (s *side) planned(o *portable.Object) *planned {
	if known, found := s.known[o]; found {
		return known
	}
	var p *planned
	if r := s.resource(o); r != nil {
		p = &planned{resource: r}
		if r.After != nil {
			p.attributes = s.changed(r.Before, r.After)
			p.toHCL = portable.Changes(o.Fields, r.After.Fields, s.nameOf)
		}
		if r.Recorded != nil {
			p.edited = s.changed(r.Recorded, r.Before)
			p.fromRecord = portable.Changes(r.Recorded.Fields, o.Fields, s.nameOf)
		}
	}
	s.known[o] = p
	return p
}

// changed are the attributes that differ between two states of an object in a plan; nil for all, if
// one of the two is missing.
func (s *side) changed(from, to *portable.Object) map[string]bool {
	if from == nil || to == nil {
		return nil
	}
	attributes := map[string]bool{}
	for _, c := range portable.Changes(from.Fields, to.Fields, s.nameOf) {
		attributes[c.Path[0].Name] = true
	}
	return attributes
}

// nameOf names the target of a reference as the configuration does, in a plan and in the merchant
// alike.
func (s *side) nameOf(r portable.Reference) string {
	if r.Target != nil {
		if known := s.byID[r.Target.ID]; known != nil && r.Target.ID != "" {
			return known.Kind.Name + ":" + cmp.Or(known.Key, known.Name)
		}
	}
	return r.String()
}

// verdict is the class of a difference as one merchant sees it.
type verdict struct {
	class Class
	of    *side
}

// classOfChange says why both objects differ at a place, and what to do.
func (c *comparison) classOfChange(p pair, change portable.Change) (Class, string) {
	verdicts := []verdict{
		{c.from.classAt(p.from, change.First, change.Moved), &c.from},
		{c.to.classAt(p.to, change.Second, change.Moved), &c.to},
	}
	class, of := decisive(verdicts)
	var remedies []string
	for _, s := range of {
		o := p.from
		if s == &c.to {
			o = p.to
		}
		remedies = append(remedies, s.remedyAt(class, o, change))
	}
	return class, joined(remedies)
}

// classOfOnly says why an object is only in one merchant, and what to do.
func (c *comparison) classOfOnly(o *portable.Object, in, missing *side) (Class, string) {
	class, of := decisive([]verdict{{in.classOfWhole(o), in}, {missing.classOfMissing(o, in), missing}})
	var remedies []string
	for _, s := range of {
		remedies = append(remedies, s.remedyOfWhole(class, o, s == missing))
	}
	return class, joined(remedies)
}

// decisive returns the class that needs a decision first, and the sides that have it.
func decisive(verdicts []verdict) (Class, []*side) {
	for _, class := range Classes() {
		var of []*side
		for _, v := range verdicts {
			if v.class == class {
				of = append(of, v.of)
			}
		}
		if len(of) > 0 {
			return class, of
		}
	}
	return Declared, nil
}

func joined(remedies []string) string {
	remedies = slices.DeleteFunc(remedies, func(r string) bool { return r == "" })
	return strings.Join(slices.Compact(remedies), "\n")
}

// classAt says whether an object is at one place as its configuration says; [Declared] if it is.
func (s *side) classAt(o *portable.Object, place portable.Path, moved bool) Class {
	if s.root == nil {
		return Unclassed
	}
	p := s.planned(o)
	switch {
	case p == nil || p.resource.Action == planreview.Forget:
		return Unmanaged
	case p.resource.After == nil:
		return Waiting
	case place[0].Name == statusName:
		return classOfStatus(p.resource, o.Status)
	case !touches(p.toHCL, place, moved, p.attributes, func(c portable.Change) portable.Path { return c.First }):
		return Declared
	case p.resource.Recorded != nil &&
		touches(p.fromRecord, place, moved, p.edited, func(c portable.Change) portable.Path { return c.Second }):
		return Drift
	default:
		return Waiting
	}
}

// touches reports whether one of the changes of some attributes is about a place, about a part of
// it, or about a whole that it belongs to.
func touches(
	changes []portable.Change, place portable.Path, moved bool, attributes map[string]bool,
	of func(portable.Change) portable.Path,
) bool {
	return slices.ContainsFunc(changes, func(c portable.Change) bool {
		if attributes != nil && !attributes[place[0].Name] || c.Moved != moved {
			return false
		}
		other := of(c)
		if moved { // Which of the elements moved is a matter of view.
			return slices.Equal(place[:len(place)-1], other[:len(other)-1])
		}
		shorter := min(len(place), len(other))
		return slices.Equal(place[:shorter], other[:shorter])
	})
}

// classOfWhole says whether an object that only this merchant has is as its configuration says.
func (s *side) classOfWhole(o *portable.Object) Class {
	if s.root == nil {
		return Unclassed
	}
	p := s.planned(o)
	switch {
	case p == nil || p.resource.Action == planreview.Forget:
		return Unmanaged
	case p.resource.After == nil:
		return Waiting
	case newIdentity(o.Kind.Name, p.resource.Key) != keyOf(o) && p.resource.Key != "":
		return s.classAt(o, portable.Path{{Name: o.Kind.Key}}, false)
	default:
		return Declared
	}
}

// classOfMissing says whether an object that this merchant does not have is in its configuration.
// The other merchant, in, may plan another key for it. If it has none, the address tells.
func (s *side) classOfMissing(o *portable.Object, in *side) Class {
	if s.root == nil {
		return Unclassed
	}
	r := s.byKey[newIdentity(o.Kind.Name, cmp.Or(in.plannedKey(o), o.Key))]
	if managed := in.resource(o); !hasKey(o) && managed != nil {
		r = s.byAddress[managed.Address]
	}
	switch {
	case r == nil || r.After == nil:
		return Declared
	case r.Recorded != nil && (r.Before == nil || keyOf(r.Recorded) != keyOf(r.Before)):
		return Drift
	default:
		return Waiting
	}
}

// classOfStatus says whether an object is in the status that its configuration asks for. Without
// desired_status, the configuration leaves the status to others. Objects move on by themselves, and
// the plan tells whether something is due, but none publishes itself.
func classOfStatus(r *planreview.Resource, status string) Class {
	wanted := wantedStatus(r.After)
	switch {
	case wanted == "" || wanted == status || r.Before == nil:
		return Declared
	case wanted == merchants.StatusDraft:
		return Drift
	case r.Action == planreview.Keep || r.After.Status == r.Before.Status:
		return Declared
	case r.Recorded != nil && r.Recorded.Status != r.Before.Status:
		return Drift
	default:
		return Waiting
	}
}

// wantedStatus is the desired_status of a configuration; "" for none.
func wantedStatus(o *portable.Object) string {
	for _, f := range o.Fields {
		if f.Name == "desired_status" && isString(f.Value) {
			return f.Value.Literal.AsString()
		}
	}
	return ""
}
