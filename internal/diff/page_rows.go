package diff

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/portable"
)

// repeated is how many objects must have the same change for it to be shown once, with their names.
const repeated = 3

// pageSection are the rows of a kind, or the repeated changes.
type pageSection struct {
	ID, Title string
	Rows      []*pageRow
}

// pageRow is an object, or a change that many objects have.
type pageRow struct {
	pageName
	// Repeats is the place of a change that many objects have; else "".
	Repeats string
	Changes pageTable
	// Folded are the declared changes of an object that has others.
	Folded pageTable
	// More is how many changes are not shown.
	More int
	// Members are the objects that have a repeated change, Shared the repeated changes of an object.
	Members []pageMember
	Shared  []pageShared
}

// pageName names an object, or a repeated change.
type pageName struct {
	// Room and Place, with a colon between them, are the id in the page, such as campaign:summer.
	Room, Place     string
	Kind, Key, Name string
}

// pageMember is an object that has a repeated change.
type pageMember struct {
	pageName
	// Elsewhere says that the object has its place in another row.
	Elsewhere bool
	Remedy    string
}

// pageShared leads from an object to a change that it shares with others.
type pageShared struct {
	pageName
	Path, Others string
}

// pageTable are changes below the names of the merchants, which are "" if no values are shown.
type pageTable struct {
	From, To string
	Changes  []pageChange
}

// pageChange is a difference at one place.
type pageChange struct {
	Class Class
	// Path is the place without its language, in parts between which a line may break.
	Path            []string
	Language, Moved string
	// Bare says that there is no room for the values.
	Bare     bool
	From, To pageValue
	Remedy   string
}

// pageValue is what a merchant has at a place.
type pageValue struct {
	// Missing is said in place of a value.
	Missing string
	// Parts is the value. Whole is all of it if Parts is shortened and there is room.
	Parts, Whole []pagePart
	IsText       bool
	// Picture is the address of a picture.
	Picture string
}

// pagePart is a part of a value.
type pagePart struct {
	Text              string
	Deleted, Inserted bool
}

// rows are what the rows of a page are made of.
type rows struct {
	from        merchants.Mode
	differences []Difference
	names       []pageName
	// marked are the values of each change, with marks at what differs.
	marked map[place][2][]segment
	groups []*group
	// groupOf is the group of a change, homeOf the first group of an object without a row.
	groupOf map[place]*group
	homeOf  map[int]*group
}

// place is a change, by its difference and its index.
type place struct{ difference, change int }

// group is a change that many objects have.
type group struct {
	pageName
	places []place
}

func newRows(r *Report) *rows {
	s := &rows{
		from: r.From.Mode, differences: sorted(r.Differences), marked: map[place][2][]segment{},
		groupOf: map[place]*group{}, homeOf: map[int]*group{},
	}
	taken := map[string]bool{}
	for i, d := range s.differences {
		s.names = append(s.names, nameOf(d.Kind, cmp.Or(d.Key, d.Name), taken))
		s.names[i].Kind, s.names[i].Key = strings.ReplaceAll(d.Kind, "_", " "), visible(d.Key)
		s.names[i].Name = visible(d.Name)
		for j, change := range d.Changes {
			s.marked[place{i, j}] = marks(change)
		}
	}
	s.group(taken)
	return s
}

// sorted returns differences in an order that depends on nothing but them.
func sorted(differences []Difference) []Difference {
	order := map[string]int{}
	for i, k := range portable.Kinds() {
		order[k.Name] = i
	}
	differences = slices.Clone(differences)
	slices.SortStableFunc(differences, func(a, b Difference) int {
		if names := cmp.Or(cmp.Compare(order[a.Kind], order[b.Kind]), cmp.Compare(a.Kind, b.Kind),
			cmp.Compare(a.Key, b.Key), cmp.Compare(a.Name, b.Name)); names != 0 {
			return names
		}
		return bytes.Compare(encoded(a), encoded(b))
	})
	return differences
}

// encoded returns a value in a form in which only equal values are equal.
func encoded(value any) []byte {
	text, err := json.Marshal(value)
	if err != nil { // Differences are texts and numbers.
		return nil
	}
	return text
}

// nameOf finds a place in the page that nothing else has.
func nameOf(room, key string, taken map[string]bool) pageName {
	place := visible(key)
	for n := 2; taken[room+":"+place]; n++ {
		place = fmt.Sprintf("%s~%d", visible(key), n)
	}
	taken[room+":"+place] = true
	return pageName{Room: room, Place: place}
}

// marks returns the values of a change with marks at what differs. Short values that are no texts
// have none.
func marks(c Change) [2][]segment {
	const long = 24
	if c.From != nil && c.To != nil &&
		(c.From.IsText && c.To.IsText || min(len(c.From.Text), len(c.To.Text)) > long) {
		from, to := compareWords(c.From.Text, c.To.Text)
		return [2][]segment{from, to}
	}
	var both [2][]segment
	for side, value := range []*Shown{c.From, c.To} {
		if value != nil {
			both[side] = []segment{{Text: value.Text}}
		}
	}
	return both
}

// group finds the changes that many objects have.
func (s *rows) group(taken map[string]bool) {
	found, order := map[string]*group{}, []string(nil)
	for i, d := range s.differences {
		for j, change := range d.Changes {
			change.Remedy = ""
			key := string(encoded(change))
			if found[key] == nil {
				found[key], order = &group{}, append(order, key)
			}
			found[key].places = append(found[key].places, place{i, j})
		}
	}
	for _, key := range order {
		g := found[key]
		if len(g.places) < repeated {
			continue
		}
		g.pageName = nameOf("repeated", s.change(g.places[0]).Path, taken)
		s.groups = append(s.groups, g)
		for _, at := range g.places {
			s.groupOf[at] = g
		}
	}
	for _, g := range s.groups {
		for _, at := range g.places {
			if s.homeOf[at.difference] == nil && s.isGrouped(at.difference) {
				s.homeOf[at.difference] = g
			}
		}
	}
}

func (s *rows) change(at place) Change { return s.differences[at.difference].Changes[at.change] }

// isGrouped reports whether a difference consists of nothing but changes that others have.
func (s *rows) isGrouped(difference int) bool {
	d := s.differences[difference]
	for j := range d.Changes {
		if s.groupOf[place{difference, j}] == nil {
			return false
		}
	}
	return d.Only == "" && len(d.Changes) > 0
}

// filler fills a page with rows.
type filler struct {
	*rows
	brevity
	page *page
	room int
}

// fill adds to a page as much of the rows as it may have.
func (s *rows) fill(p *page, b brevity) {
	f := &filler{rows: s, brevity: b, page: p, room: b.rows}
	declared := 0
	add := func(id, title string, row *pageRow, isDeclared bool) {
		last := len(p.Sections) - 1
		switch {
		case isDeclared:
			p.Declared = append(p.Declared, row)
			declared += max(len(row.Members), len(row.Changes.Changes)+row.More)
		case last >= 0 && p.Sections[last].ID == id:
			p.Sections[last].Rows = append(p.Sections[last].Rows, row)
		default:
			p.Sections = append(p.Sections, pageSection{id, title, []*pageRow{row}})
		}
	}
	for _, g := range s.groups {
		if f.takes() {
			row := f.repeated(g)
			add("repeated", "Repeated changes", row, f.change(g.places[0]).Class == Declared)
		}
	}
	titles := map[string]string{}
	for _, k := range portable.Kinds() {
		titles[k.Name] = strings.ToUpper(k.Plural[:1]) + k.Plural[1:]
	}
	for i, d := range s.differences {
		if s.isGrouped(i) || !f.takes() {
			continue
		}
		row, isDeclared := f.object(i)
		add(d.Kind, cmp.Or(titles[d.Kind], d.Kind), row, isDeclared)
	}
	p.DeclaredCount = portable.Count(declared, "difference")
}

// takes reports whether there is room for another object.
func (f *filler) takes() bool {
	if f.room == 0 {
		f.page.Left++
		return false
	}
	f.room--
	return true
}

// repeated makes the row of a change that many objects have. A remedy that is the same for all
// stands at the change.
func (f *filler) repeated(g *group) *pageRow {
	row := &pageRow{pageName: g.pageName, Repeats: visible(f.change(g.places[0]).Path)}
	change := f.shown(g.places[0])
	remedy := f.change(g.places[0]).Remedy
	same := !slices.ContainsFunc(g.places, func(at place) bool { return f.change(at).Remedy != remedy })
	if !same {
		change.Remedy = ""
	}
	row.Changes = f.table([]pageChange{change})
	for _, at := range g.places {
		if !f.takes() {
			continue
		}
		member := pageMember{pageName: f.name(at.difference), Elsewhere: f.homeOf[at.difference] != g}
		if !same {
			member.Remedy = f.remedy(f.change(at).Remedy)
		}
		row.Members = append(row.Members, member)
	}
	return row
}

// object makes the row of an object. It reports whether the object differs only as declared.
func (f *filler) object(i int) (row *pageRow, isDeclared bool) {
	d := f.differences[i]
	row = &pageRow{pageName: f.name(i)}
	var open, declared []pageChange
	if d.Only != "" {
		open = append(open, f.only(d))
	}
	for j := range d.Changes {
		at := place{i, j}
		switch g := f.groupOf[at]; {
		case g != nil:
			row.Shared = append(row.Shared, pageShared{
				g.pageName, visible(f.change(at).Path), portable.Count(len(g.places)-1, "other object"),
			})
		case f.change(at).Class == Declared:
			declared = append(declared, f.shown(at))
		default:
			open = append(open, f.shown(at))
		}
	}
	if isDeclared = len(open) == 0; isDeclared {
		open, declared = declared, nil
	}
	row.More = max(0, len(open)-f.changes) + max(0, len(declared)-f.changes)
	f.page.Cut = f.page.Cut || row.More > 0
	row.Changes, row.Folded = f.table(open), f.table(declared)
	return row, isDeclared
}

// table makes a table of as many changes as there may be.
func (f *filler) table(changes []pageChange) pageTable {
	changes = changes[:min(len(changes), f.changes)]
	once(changes)
	if f.value == 0 {
		return pageTable{Changes: changes}
	}
	return pageTable{f.page.From.Label, f.page.To.Label, changes}
}

// once leaves a remedy that several changes have at the last of them.
func once(changes []pageChange) {
	for i, change := range changes {
		if slices.ContainsFunc(changes[i+1:], func(later pageChange) bool {
			return later.Remedy == change.Remedy && later.Class == change.Class
		}) {
			changes[i].Remedy = ""
		}
	}
}

// only is the change of an object that only one merchant has.
func (f *filler) only(d Difference) pageChange {
	change := pageChange{Class: d.Class, Path: []string{"the whole object"}, Remedy: f.remedy(d.Remedy)}
	here, there := pageValue{Parts: []pagePart{{Text: "exists"}}, IsText: true}, pageValue{Missing: "does not exist"}
	if d.OnlyIn == onlyFrom || d.OnlyIn == "" && d.Only == f.from {
		change.From, change.To = here, there
	} else {
		change.From, change.To = there, here
	}
	return change
}

// breakable splits a path after its dots if it is too long for a line.
func breakable(path string) []string {
	const line = 20
	if len(path) <= line {
		return []string{path}
	}
	return strings.SplitAfter(path, ".")
}

var language = regexp.MustCompile(`^(.+\.)([a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*)$`)

// shown shows a change.
func (f *filler) shown(at place) pageChange {
	c := f.change(at)
	change := pageChange{Class: c.Class, Remedy: f.remedy(c.Remedy)}
	path := visible(c.Path)
	if isText := c.From != nil && c.From.IsText || c.To != nil && c.To.IsText; isText {
		if parts := language.FindStringSubmatch(path); parts != nil {
			path, change.Language = parts[1], parts[2]
		}
	}
	change.Path = breakable(path)
	if c.MovedFrom > 0 {
		change.Moved = fmt.Sprintf("moved %d → %d", c.MovedFrom, c.MovedTo)
		return change
	}
	if change.Bare = f.value == 0; change.Bare {
		f.page.Cut = true
		return change
	}
	marked := f.marked[at]
	change.From = f.shownValue(c.From, marked[0], func(s string) pagePart { return pagePart{Text: s, Deleted: true} })
	change.To = f.shownValue(c.To, marked[1], func(s string) pagePart { return pagePart{Text: s, Inserted: true} })
	return change
}

// shownValue shows a value. mark makes a part that the other merchant does not have.
func (f *filler) shownValue(value *Shown, marked []segment, mark func(string) pagePart) pageValue {
	if value == nil {
		return pageValue{Missing: "nothing"}
	}
	if value.Text == "" {
		return pageValue{Missing: "an empty text"}
	}
	v := pageValue{IsText: value.IsText}
	if value.IsImage && len(value.Text) <= max(f.value, 200) && isAddress(value.Text) {
		v.Picture = value.Text
	}
	short, cut := shorten(marked, f.around, f.value)
	v.Parts = parts(short, mark)
	if cut && len(value.Text) <= f.whole {
		v.Whole = parts(marked, mark)
	} else if cut {
		f.page.Cut = true
	}
	return v
}

// parts are segments with every character visible.
func parts(segments []segment, mark func(string) pagePart) []pagePart {
	var shown []pagePart
	for _, s := range segments {
		if s.Marked {
			shown = append(shown, mark(visible(visibleBlanks(s.Text))))
		} else {
			shown = append(shown, pagePart{Text: visible(s.Text)})
		}
	}
	return shown
}

// isAddress reports whether a text is an address on the web.
func isAddress(text string) bool {
	address, err := url.Parse(text)
	return err == nil && (address.Scheme == "https" || address.Scheme == "http") && address.Host != ""
}

// name is the name of an object, as long as it may be.
func (f *filler) name(difference int) pageName {
	name := f.names[difference]
	name.Name = f.line(name.Name)
	if name.Name == name.Key {
		name.Name = ""
	}
	return name
}

func (f *filler) line(text string) string {
	if short := first(text, f.brevity.name); short != text {
		f.page.Cut = true
		return short + "…"
	}
	return text
}

func (f *filler) remedy(text string) string {
	if !f.remedies && text != "" {
		f.page.Cut = true
		return ""
	}
	return visible(text)
}
