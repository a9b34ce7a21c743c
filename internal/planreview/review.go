package planreview

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/portable"
)

// Review is what a person has to know of a plan before it is approved.
type Review struct {
	// Title says which merchant it is and how much changes; deletions come first.
	Title string `json:"title"`
	// Merchant is test or live; "" if the plan is of both, or does not show it.
	Merchant string `json:"merchant"`
	Counts   Counts `json:"counts"`
	// Fingerprint is "" for a plan that is not whole.
	Fingerprint string `json:"fingerprint,omitempty"`
	// Rows are what changes, most consequential first.
	Rows []Row `json:"rows"`
	// Needed are the entries that allow_live_delete needs, and Missing those that it lacks. Unused are
	// its entries that nothing in the plan needs.
	Needed  []string `json:"needed,omitempty"`
	Missing []string `json:"missing,omitempty"`
	Unused  []string `json:"unused,omitempty"`
	// Others are the addresses of what the plan changes of other providers.
	Others []string `json:"others,omitempty"`
	// Warnings are what the plan does not show.
	Warnings []string `json:"warnings,omitempty"`
}

// Counts are the numbers of objects.
type Counts struct {
	Add     int `json:"add"`
	Change  int `json:"change"`
	Delete  int `json:"delete"`
	Replace int `json:"replace"`
	Adopt   int `json:"adopt"`
	Forget  int `json:"forget"`
	Call    int `json:"call"`
}

// String is a line such as 1 add · 3 change · 0 delete · 0 replace · 2 adopt.
func (c Counts) String() string {
	text := fmt.Sprintf("%d add · %d change · %d delete · %d replace · %d adopt", c.Add, c.Change, c.Delete, c.Replace,
		c.Adopt)
	if c.Forget > 0 {
		text += fmt.Sprintf(" · %d let go", c.Forget)
	}
	if c.Call > 0 {
		text += fmt.Sprintf(" · %d action", c.Call)
	}
	return text
}

// Row is a change, in one object or in several.
type Row struct {
	// Does is add, change, delete, replace, adopt, let go, call, or drift.
	Does string `json:"does"`
	// Objects are what is changed, as allow_live_delete names it.
	Objects []string `json:"objects"`
	// Path is where; "" for the object as a whole.
	Path string `json:"path,omitempty"`
	From string `json:"from,omitempty"`
	To   string `json:"to,omitempty"`
	// Customers is what customers see of it; "" if nothing.
	Customers string `json:"customers,omitempty"`

	rank int
	kind portable.Kind
	// whole are the values before they were shortened.
	whole string
}

// Ranks of rows, the most consequential first.
const (
	ending = iota
	publishing
	addressing
	wording
)

// NewReview reviews a plan. A plan that is not whole, or not determined, has no fingerprint.
func NewReview(plan *Plan) (*Review, error) {
	r := &Review{Merchant: string(plan.Mode), Others: plan.Others, Rows: []Row{}}
	var err error
	r.Fingerprint, err = Fingerprint(plan)
	if err != nil && !errors.Is(err, ErrErrored) && !errors.Is(err, ErrUndetermined) {
		return nil, err
	}
	var rows []Row
	for _, resource := range plan.Resources {
		r.Counts.add(resource)
		rows = append(rows, rowsOf(resource)...)
		if resource.endsLive() {
			name := portable.DeleteNames(resource.Kind, resource.Before.Key, resource.Before.ID)[0]
			r.Needed = append(r.Needed, name)
			if plan.AllowedKnown && !resource.allowedBy(plan.Allowed) {
				r.Missing = append(r.Missing, name)
			}
		}
	}
	for _, call := range plan.Actions {
		r.Counts.Call++
		rows = append(rows, callRow(call))
		if names := call.names(); names != nil && plan.Mode != merchants.ModeTest {
			r.Needed = append(r.Needed, names[0])
			if plan.AllowedKnown && !call.allowedBy(plan.Allowed) {
				r.Missing = append(r.Missing, names[0])
			}
		}
	}
	r.Rows = folded(rows)
	r.Needed, r.Missing = unique(r.Needed), unique(r.Missing)
	if plan.AllowedKnown {
		r.Unused = plan.unused()
	}
	r.Warnings = warningsOf(plan)
	r.Title = r.title(plan)
	return r, nil
}

// NewDrift reviews what was changed outside of Terraform.
func NewDrift(plan *Plan) *Review {
	r := &Review{Merchant: string(plan.Mode), Rows: []Row{}}
	var rows []Row
	objects := 0
	for _, resource := range plan.Resources {
		if resource.Recorded == nil {
			continue
		}
		drift := driftOf(resource)
		if rows = append(rows, drift...); len(drift) > 0 {
			objects++
		}
	}
	r.Rows = folded(rows)
	r.Title = fmt.Sprintf("%s: %s changed outside of Terraform", merchantName(plan), portable.Count(objects, "object"))
	return r
}

func (c *Counts) add(r *Resource) {
	switch r.Action {
	case Create:
		c.Add++
	case Update:
		c.Change++
	case Delete:
		c.Delete++
	case Replace:
		c.Replace++
	case Forget:
		c.Forget++
	case Keep:
	}
	if r.Adopts {
		c.Adopt++
	}
}

// unused are the entries of allow_live_delete that nothing in the plan needs.
func (p *Plan) unused() []string {
	var unused []string
	for _, entry := range p.Allowed {
		one := []string{entry}
		deleted := slices.ContainsFunc(p.Resources, func(r *Resource) bool { return r.endsLive() && r.allowedBy(one) })
		ended := slices.ContainsFunc(p.Actions, func(c Call) bool { return c.allowedBy(one) })
		if !deleted && !ended {
			unused = append(unused, entry)
		}
	}
	return unused
}

func unique(names []string) []string {
	slices.Sort(names)
	return slices.Compact(names)
}

func warningsOf(plan *Plan) []string {
	var all []string
	if plan.Errored {
		all = append(all, "Planning failed, so this is not all that would change.")
	}
	if plan.Partial {
		all = append(all, "The plan leaves out resources, as with -target.")
	}
	if plan.Mixed {
		all = append(all, "The plan changes both merchants.")
	}
	if len(plan.Undetermined) > 0 && plan.configuration == "" {
		all = append(all, "There is no fingerprint without --root: the plan does not show all that it does.")
	}
	const few = 10
	for i, one := range plan.Undetermined {
		if i == few {
			all = append(all, fmt.Sprintf("The same holds for %d more.", len(plan.Undetermined)-few))
			break
		}
		all = append(all, "Not known before the apply: "+one+".")
	}
	return all
}

func merchantName(plan *Plan) string {
	if plan.Mixed {
		return "test and live"
	}
	return cmp.Or(string(plan.Mode), "unknown merchant")
}

func (r *Review) title(plan *Plan) string {
	var ends []string
	if r.Counts.Delete > 0 {
		ends = append(ends, "deletes "+portable.Count(r.Counts.Delete, "object"))
	}
	if r.Counts.Replace > 0 {
		ends = append(ends, "replaces "+portable.Count(r.Counts.Replace, "object"))
	}
	title := merchantName(plan)
	if len(ends) > 0 {
		title += " " + strings.Join(ends, " and ")
	}
	return title + ": " + r.Counts.String()
}

// rowsOf are the changes of an object.
func rowsOf(r *Resource) []Row {
	name := []string{r.String()}
	row := Row{Objects: name, kind: r.Kind}
	var rows []Row
	if r.Adopts {
		adopts := row
		adopts.Does, adopts.rank = "adopt", wording
		rows = append(rows, adopts)
	}
	switch r.Action {
	case Delete:
		row.Does, row.rank, row.Customers = "delete", ending, seenWhenGone(r)
		return append(rows, row)
	case Forget:
		row.Does, row.rank = "let go", ending
		return append(rows, row)
	case Create:
		row.Does, row.rank = "add", min(rankOf(r.Kind, ""), rankOfStatus(r))
		row.Customers = seenWhenStatus(r)
		return append(rows, row)
	case Replace:
		row.Does, row.rank, row.Customers = "replace", ending, cmp.Or(seenWhenGone(r), seenWhenStatus(r))
		rows = append(rows, row)
	case Keep, Update:
	}
	return append(rows, changeRows(r)...)
}

// changeRows are the changes of an object that is there before and after.
func changeRows(r *Resource) []Row {
	var rows []Row
	if r.Before != nil && r.After != nil && r.Before.Status != r.After.Status && r.Action != Replace {
		rows = append(rows, Row{
			Does: "change", Objects: []string{r.String()}, Path: "status", From: r.Before.Status, To: r.After.Status,
			Customers: seenWhenStatus(r), rank: rankOfStatus(r), kind: r.Kind,
		})
	}
	changes := r.Changes()
	for _, change := range changes {
		row := rowOf(r, change)
		if row.Path == "desired_status" && len(rows) > 0 {
			continue // The row before says so.
		}
		if becomesWriteOnly(change, changes) {
			continue // Nobody loses the value, and the row of its version shows the change.
		}
		row.Does = "change"
		if (isPublic(r.Before) || isPublic(r.After)) && seen(row.Path) {
			row.Customers = "customers see it"
		}
		rows = append(rows, row)
	}
	return rows
}

// becomesWriteOnly reports whether a value leaves the state because a write-only one takes its
// place.
func becomesWriteOnly(gone portable.Change, all []portable.Change) bool {
	version := gone.Path.String() + portable.WriteOnlyVersion
	return gone.To == nil && slices.ContainsFunc(all, func(c portable.Change) bool {
		return c.From == nil && c.Path.String() == version
	})
}

// driftOf are the changes of an object outside of Terraform.
func driftOf(r *Resource) []Row {
	row := Row{Does: "drift", Objects: []string{r.Recorded.String()}, kind: r.Kind}
	if r.Before == nil {
		row.From, row.To = "there", "gone"
		return []Row{row}
	}
	var rows []Row
	if from, to := r.Recorded.Status, r.Before.Status; from != to {
		row.Path, row.From, row.To, row.rank = "status", from, to, publishing
		rows = append(rows, row)
	}
	for _, change := range r.Drift() {
		changed := rowOf(r, change)
		changed.Does, changed.Objects = "drift", row.Objects
		rows = append(rows, changed)
	}
	return rows
}

// rowOf is a change as it is shown.
func rowOf(r *Resource, change portable.Change) Row {
	row := Row{Objects: []string{r.String()}, Path: change.Path.String(), kind: r.Kind}
	row.rank = rankOf(r.Kind, row.Path)
	if change.Moved {
		last := change.Path[len(change.Path)-1]
		row.From, row.To = fmt.Sprintf("place %d", change.MovedFrom+1), fmt.Sprintf("place %d", last.Index+1)
		return row
	}
	row.From, row.To = shown(change.From), shown(change.To)
	row.whole = row.From + "→" + row.To
	row.From, row.To = shortened(row.From, row.To)
	return row
}

// String names the object, as allow_live_delete does.
func (r *Resource) String() string { return r.Kind.Name + ":" + cmp.Or(r.Key, r.Name) }

// rankOf is the rank of a change at a path of an object.
func rankOf(k portable.Kind, path string) int {
	argument, _, _ := strings.Cut(path, ".")
	argument, _, _ = strings.Cut(argument, "[")
	switch argument {
	case "audience_id", "rewards", "distribution", "groups", "match", "start_at", "end_at", "expires_at", "code", "link",
		"shopify_discount", "custom", "desired_status", "visibility":
		return addressing
	case "":
		if k.Name != "user_property" {
			return addressing
		}
	}
	return wording
}

// rankOfStatus is the rank of the status after the plan.
func rankOfStatus(r *Resource) int {
	if r.After != nil && (isPublic(r.After) || r.Before != nil && r.Before.Status != r.After.Status) {
		return publishing
	}
	return wording
}

// isPublic reports whether customers see an object.
func isPublic(object *portable.Object) bool {
	return object != nil && len(object.Kind.Lifecycle) > 1 && object.Status == object.Kind.Lifecycle[1]
}

// seen reports whether customers see an argument of what is published.
func seen(path string) bool {
	return !slices.Contains([]string{"internal_name", "on_destroy", "desired_status"}, path)
}

func seenWhenGone(r *Resource) string {
	switch {
	case isPublic(r.Before):
		return "customers lose it"
	case len(r.Kind.Lifecycle) == 0 && r.Kind.Name != "user_property":
		return "nobody is in it any more"
	default:
		return ""
	}
}

// seenWhenStatus says what the status after the plan means.
func seenWhenStatus(r *Resource) string {
	switch before, after := r.Before, r.After; {
	case after == nil || before != nil && before.Status == after.Status && r.Action != Replace:
		return ""
	case isPublic(after) && hasField(after, "airdrop"):
		return "hands out its rewards at once" + audienceOf(after)
	case isPublic(after):
		return "publishes" + audienceOf(after)
	case after.Status == merchants.StatusEnded:
		return "ends"
	case after.Archived():
		return "hides"
	default:
		return ""
	}
}

// audienceOf says whom an object of a kind with an audience is for.
func audienceOf(object *portable.Object) string {
	if _, addresses := object.Kind.References["audience_id"]; !addresses {
		return ""
	}
	for _, field := range object.Fields {
		switch {
		case field.Name != "audience_id":
		case field.Value.Form == portable.Refers:
			return ", for " + field.Value.Reference.String()
		default:
			return ", for an audience that is not known yet"
		}
	}
	return ", for all users"
}

func hasField(object *portable.Object, name string) bool {
	return slices.ContainsFunc(object.Fields, func(f portable.Field) bool { return f.Name == name })
}

func callRow(call Call) Row {
	row := Row{Does: "call", Objects: []string{cmp.Or(call.Object, call.Address)}, Path: call.Type, rank: publishing}
	if call.Type == endAction {
		row.Customers = "ends"
	}
	return row
}

// says is all of a row except its objects.
func (row Row) says() string {
	return canonicalJSON([]any{row.rank, row.kind.Name, row.Does, row.Path, row.From, row.To, row.whole, row.Customers})
}

// folded sorts rows and makes one of those that say the same of several objects of a kind.
func folded(rows []Row) []Row {
	all, place := []Row{}, map[string]int{}
	for _, row := range rows {
		says := row.says()
		if same, found := place[says]; found {
			all[same].Objects = append(slices.Clip(all[same].Objects), row.Objects...)
			continue
		}
		place[says] = len(all)
		all = append(all, row)
	}
	order := []string{"delete", "replace", "let go", "call", "change", "add", "adopt", "drift"}
	slices.SortStableFunc(all, func(a, b Row) int {
		return cmp.Or(cmp.Compare(a.rank, b.rank), cmp.Compare(slices.Index(order, a.Does), slices.Index(order, b.Does)))
	})
	return all
}

// What names the objects of a row: all that are deleted, and the first of many others.
func (row Row) What() string {
	const few = 5
	var names []string
	for i, name := range row.Objects {
		if i == few && row.rank > ending {
			names[few-1] += fmt.Sprintf(" and %d more", len(row.Objects)-few)
			break
		}
		names = append(names, merchants.Plain(name))
	}
	if len(row.Objects) == 1 {
		return names[0]
	}
	return fmt.Sprintf("%d %s: %s", len(row.Objects), cmp.Or(row.kind.Plural, "objects"), strings.Join(names, ", "))
}
