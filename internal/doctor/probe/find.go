package probe

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/doctor/contract"
)

// find looks for the collection of every kind, and reads what is there.
func (p *prober) find(ctx context.Context) error {
	p.listed = true
	for _, s := range p.speeches {
		p.progress("Looking for every %s", contract.Thing(s.kind.Noun))
		if err := p.findOne(ctx, s); err != nil {
			said, is := unreached(err)
			if !is {
				return err
			}
			s.lose("The collection could not be read. %s", said)
		}
		if s.lost != "" {
			p.listed = false
		}
	}
	return nil
}

// findOne looks for the collection of a kind.
func (p *prober) findOne(ctx context.Context, s *speech) error {
	for _, base := range p.bases(s) {
		r, err := p.call(ctx, http.MethodGet, base, nil, nil)
		switch {
		case err != nil:
			return err
		case r.status == http.StatusUnauthorized || r.status == http.StatusForbidden:
			s.lose("The key may not read the collection: the service answered %d.", r.status)
			p.meet(r.status)
			return nil
		case !r.ok():
			continue
		}
		if _, isPage := s.readPage(r.body); !isPage {
			continue
		}
		s.base = base
		_, err = p.list(ctx, s, nil)
		return err
	}
	p.differs(contract.Subject{Kind: s.kind.Noun, Part: contract.Route}, contract.Missing, "",
		"There is no collection at %s, nor at a similar path.", s.kind.Path)
	s.lose("The path of its collection is not known.")
	return nil
}

// bases are the paths at which the collection of a kind may be: ours, then what the document says,
// then variants of ours, first with a version that other kinds have.
func (p *prober) bases(s *speech) []string {
	version, rest := splitVersion(s.kind.Path)
	bases := []string{s.kind.Path}
	for _, hint := range p.hint(func(h contract.Finding) bool {
		ofList := h.Kind == s.kind.Noun && (h.Operation == "" || h.Operation == "list")
		return h.Part == contract.Route && (ofList || h.Kind == "")
	}) {
		if hint = pathOnly(hint); strings.Count(hint, "/") == 1 && !strings.Contains(hint, rest) {
			hint += "/" + rest
		}
		bases = append(bases, strings.TrimSuffix(hint, "/"))
	}
	var versions []string
	for _, other := range p.speeches {
		if other.lost == "" && other != s && other.base != other.kind.Path {
			_, name := splitVersion(other.kind.Path)
			if prefix, same := strings.CutSuffix(other.base, "/"+name); same {
				versions = append(versions, prefix)
			}
		}
	}
	versions = append(versions, version, "/v2", "", "/api/v1", "/api", "/api/v2", "/v3")
	names := p.pathNames(rest)
	for _, prefix := range versions {
		bases = append(bases, prefix+"/"+rest)
	}
	for _, prefix := range versions {
		for _, name := range names {
			bases = append(bases, prefix+"/"+name)
		}
	}
	return unique(bases)
}

// splitVersion splits a path after its first segment.
func splitVersion(path string) (version, rest string) {
	version, rest, _ = strings.Cut(strings.TrimPrefix(path, "/"), "/")
	return "/" + version, rest
}

// pathOnly takes a method and an id off a route.
func pathOnly(route string) string {
	at := strings.IndexByte(route, '/')
	if at < 0 {
		return "/" + route
	}
	route, _, _ = strings.Cut(route[at:], "/{")
	return route
}

// unique drops what is there already.
func unique(texts []string) []string {
	var kept []string
	for _, text := range texts {
		if !slices.Contains(kept, text) {
			kept = append(kept, text)
		}
	}
	return kept
}

// pathNames are ways to write the path of a collection.
func (p *prober) pathNames(rest string) []string {
	words := strings.Split(rest, "-")
	camel := camelCase(words)
	plural := []string{rest, strings.Join(words, "_"), camel, strings.Join(words, "")}
	last := words[len(words)-1]
	own := slices.Clone(plural)
	for _, name := range plural {
		own = append(own, singular(name))
	}
	if len(words) > 1 {
		own = append(own, strings.Join([]string{words[0] + "s", last}, "/"), words[0]+"/"+last, "custom-"+rest,
			"custom-"+last, last)
	}
	names := slices.Clone(own)
	for _, parent := range p.parents() {
		for _, name := range unique([]string{rest, last, camel, strings.Join(words, "_")}) {
			names = append(names, parent+"/"+name)
		}
	}
	return names
}

// camelCase joins words, as in digitalAssets.
func camelCase(words []string) string {
	var out strings.Builder
	for i, word := range words {
		if i > 0 {
			word = strings.ToUpper(word[:1]) + word[1:]
		}
		out.WriteString(word)
	}
	return out.String()
}

func singular(name string) string {
	if stem, is := strings.CutSuffix(name, "ies"); is {
		return stem + "y"
	}
	return strings.TrimSuffix(name, "s")
}

// parents are collections below which another one may be: lists of objects in the contract, and the
// first segments of its paths.
func (p *prober) parents() []string {
	var parents []string
	for _, s := range p.speeches {
		for _, path := range sortedNames(s.kind.Object) {
			if holder, name := cutProperty(path); holder == "" && s.kind.Object[path].List {
				parents = append(parents, name)
			}
		}
	}
	for _, path := range p.contract.Paths() {
		_, rest := splitVersion(path)
		first, _, _ := strings.Cut(rest, "/")
		parents = append(parents, first)
	}
	return unique(parents)
}

// pageForm is how the service pages a collection.
type pageForm struct {
	// learned says that the form is known, for which a list needs two rows.
	learned bool
	// bare says that a page is an array. rows, next and total are properties of a page, with the names
	// of what holds them.
	bare              bool
	rows, next, total string
	// limit and cursor are parameters; "" for none. size is the most rows of a page.
	limit, cursor string
	size          int
	// form is how one page leads to the next.
	form turning
}

// turning is how one page leads to the next.
type turning string

const (
	byCursor turning = "cursor"
	byNumber turning = "number"
	byOffset turning = "offset"
	byNone   turning = ""
)

// pageRead is a page as it came.
type pageRead struct {
	bare bool
	at   string
	rows []map[string]any
	// scalars are what stands beside the rows.
	scalars map[string]any
}

// ids returns the ids of the rows.
func (s *speech) ids(rows []map[string]any) []string {
	ids := make([]string, len(rows))
	for i, row := range rows {
		id, _ := s.idOf(row)
		ids[i] = textOf(id)
	}
	return ids
}

// textOf is an id or a cursor as text.
func textOf(id any) string {
	switch id := id.(type) {
	case string:
		return id
	case json.Number:
		return id.String()
	default:
		return ""
	}
}

// readPage reads a page of any form.
func (s *speech) readPage(body any) (pageRead, bool) {
	if list, ok := body.([]any); ok {
		rows, all := objects(list)
		return pageRead{bare: true, rows: rows}, all
	}
	envelope, ok := body.(map[string]any)
	if !ok {
		return pageRead{}, false
	}
	page := pageRead{scalars: map[string]any{}}
	found := false
	var look func(object map[string]any, path string, depth int)
	look = func(object map[string]any, path string, depth int) {
		for _, name := range sortedNames(object) {
			at := child(path, name)
			switch value := object[name].(type) {
			case []any:
				rows, all := objects(value)
				better := !found || len(page.rows) == 0 && len(rows) > 0 || name == s.kind.Rows && path == ""
				if all && better {
					page.rows, page.at, found = rows, at, true
				}
			case map[string]any:
				if depth < 2 {
					look(value, at, depth+1)
				}
			default:
				page.scalars[at] = value
			}
		}
	}
	look(envelope, "", 0)
	return page, found
}

func objects(list []any) (rows []map[string]any, all bool) {
	for _, one := range list {
		row, ok := one.(map[string]any)
		if !ok {
			return nil, false
		}
		rows = append(rows, row)
	}
	return rows, true
}

// mostPages is how many pages of a list are read, because a list may not end.
const mostPages = 1000

// list reads all rows of a collection. It learns the form of the pages if it can.
func (p *prober) list(ctx context.Context, s *speech, filter url.Values) ([]map[string]any, error) {
	if !s.pages.learned {
		if err := p.learnPages(ctx, s); err != nil || s.lost != "" {
			return nil, err
		}
	}
	var rows []map[string]any
	seen := map[string]bool{}
	cursor := ""
	for number := 1; ; number++ {
		if number > mostPages {
			p.listed = false
			return rows, nil
		}
		r, err := p.turn(ctx, s, s.pages.size, cursor, filter)
		if err != nil {
			return rows, err
		}
		page, ok := s.readPage(r.body)
		if !r.ok() || !ok {
			p.listed = false
			return rows, nil
		}
		added := 0
		for i, id := range s.ids(page.rows) {
			if !seen[id] {
				seen[id] = true
				rows = append(rows, page.rows[i])
				added++
			}
		}
		p.remember(s, page.rows)
		cursor = ""
		switch s.pages.form {
		case byCursor:
			cursor = textOf(page.scalars[s.pages.next])
		case byNumber:
			cursor = strconv.Itoa(number + 1)
		case byOffset:
			cursor = strconv.Itoa(len(rows))
		case byNone:
		}
		if cursor == "" || added == 0 {
			// Without a next page that is known, these need not be all.
			p.listed = p.listed && (s.pages.form != byNone || s.pages.limit == "" || !s.pages.learned)
			return rows, nil
		}
	}
}

// turn asks for a page.
func (p *prober) turn(ctx context.Context, s *speech, size int, cursor string, filter url.Values) (reply, error) {
	query := url.Values{}
	maps.Copy(query, filter)
	if s.pages.limit != "" && size > 0 {
		query.Set(s.pages.limit, strconv.Itoa(size))
	}
	if cursor != "" {
		query.Set(s.pages.cursor, cursor)
	}
	return p.call(ctx, http.MethodGet, s.base, query, nil)
}

// remember notes the names of properties in rows, and the texts of objects that are not ours.
func (p *prober) remember(s *speech, rows []map[string]any) {
	for _, row := range rows {
		if isMineRow(row) {
			continue
		}
		for name, value := range row {
			s.rowNames[name] = true
			if name != "status" {
				p.keepPrivate(value)
			}
		}
		p.guessCase(s, row)
	}
}

// keepPrivate records the texts and numbers of a value.
func (p *prober) keepPrivate(value any) {
	switch value := value.(type) {
	case map[string]any:
		for _, one := range value {
			p.keepPrivate(one)
		}
	case []any:
		for _, one := range value {
			p.keepPrivate(one)
		}
	case string:
		if value = strings.TrimSpace(value); value != "" && !isMine(value) {
			p.private[value] = true
		}
	case json.Number:
		p.private[value.String()] = true
	}
}

// guessCase learns from a row how the service writes names of several words.
func (p *prober) guessCase(s *speech, row map[string]any) {
	if p.recase != nil {
		return
	}
	for i, letters := range letterCases {
		cased := 0
		for _, name := range s.below[""] {
			if _, ours := row[name]; ours && letters.of(name) != name {
				return
			}
			if _, theirs := row[letters.of(name)]; theirs && letters.of(name) != name {
				cased++
			}
		}
		if cased > 1 {
			p.recase = &letterCases[i]
			return
		}
	}
}

// isMineRow reports whether a text of an object, directly below it, is that of a probe.
func isMineRow(row map[string]any) bool {
	for _, value := range row {
		if text, ok := value.(string); ok && isMine(text) {
			return true
		}
	}
	return false
}

// Names that parameters of pages may have, beside ours.
var (
	limitNames = []string{
		"pageSize", "page_size", "perPage", "per_page", "size", "take", "first", "count", "top", "pageLimit", "max",
	}
	cursorNames = []string{
		"after", "pageToken", "page_token", "nextToken", "next_token", "next", "startingAfter", "starting_after", "page",
	}
	numberNames = []string{"page", "pageNumber", "page_number", "pageIndex", "p"}
	offsetNames = []string{"offset", "skip", "start", "from"}
	nextNames   = []string{"next", "cursor", "token", "after"}
	totalNames  = []string{"total", "count", "size"}
)

// clientPage is how many rows the client asks for.
const clientPage = 100

// learnPages learns how a collection is paged. With less than two rows, it learns little.
func (p *prober) learnPages(ctx context.Context, s *speech) error {
	limit, _, _ := s.kind.Parameters()
	s.pages = pageForm{limit: limit, size: clientPage}
	r, err := p.turn(ctx, s, clientPage, "", nil)
	if err != nil {
		return err
	}
	said := ""
	if r.refused() {
		said = p.quote(r)
		for _, size := range []int{50, 25, 20, 10, 5, 1} {
			if s.pages.size = size; r.refusal.why == unknownName {
				break
			}
			if r, err = p.turn(ctx, s, size, "", nil); err != nil {
				return err
			}
			if r.ok() {
				break
			}
		}
		if !r.ok() {
			s.pages.limit, s.pages.size = "", clientPage
			if r, err = p.turn(ctx, s, 0, "", nil); err != nil {
				return err
			}
		}
	}
	page, isPage := s.readPage(r.body)
	if !r.ok() || !isPage {
		s.lose("Its list cannot be read. %s", p.quote(r))
		return nil
	}
	s.pages.rows, s.pages.bare = page.at, page.bare
	for _, row := range page.rows {
		p.guessCase(s, row)
	}
	if len(page.rows) < 2 {
		return nil
	}
	return p.learnTurning(ctx, s, page, said)
}

// learnTurning learns how to ask for the next page. whole is the first page, with many rows.
func (p *prober) learnTurning(ctx context.Context, s *speech, whole pageRead, said string) error {
	ids := s.ids(whole.rows)
	limit, cursor, _ := s.kind.Parameters()
	next, _ := s.kind.PageNames()
	size := s.pages.size
	var small pageRead
	found := false
	for _, name := range unique(slices.Concat([]string{limit}, p.parameterHints(s, limit), limitNames)) {
		s.pages.limit = name
		r, err := p.turn(ctx, s, 1, "", nil)
		if err != nil {
			return err
		}
		if page, ok := s.readPage(r.body); r.ok() && ok && len(page.rows) == 1 {
			small, found = page, true
			break
		}
	}
	s.pages.size = size
	if !found {
		s.pages.limit, s.pages.learned = "", true
		p.notePages(s, whole, whole, said)
		return nil
	}
	try := func(name, value string) (bool, error) {
		s.pages.cursor = name
		r, err := p.turn(ctx, s, 1, value, nil)
		if err != nil {
			return false, err
		}
		page, ok := s.readPage(r.body)
		turned := r.ok() && ok && len(page.rows) == 1 && s.ids(page.rows)[0] == ids[1]
		return turned, nil
	}
	hints := p.parameterHints(s, cursor)
	for _, at := range nexts(small.scalars, p.recased(next)) {
		last := at[strings.LastIndexByte(at, '.')+1:]
		for _, name := range unique(slices.Concat([]string{cursor}, hints, []string{last}, cursorNames)) {
			turned, err := try(name, textOf(small.scalars[at]))
			if err != nil {
				return err
			}
			if turned {
				s.pages.next, s.pages.form, s.pages.learned = at, byCursor, true
				p.notePages(s, whole, small, said)
				return nil
			}
		}
	}
	for _, form := range []struct {
		form  turning
		value string
		names []string
	}{{byNumber, "2", numberNames}, {byOffset, "1", offsetNames}} {
		for _, name := range unique(slices.Concat([]string{cursor}, hints, form.names)) {
			turned, err := try(name, form.value)
			if err != nil {
				return err
			}
			if turned {
				s.pages.form, s.pages.learned = form.form, true
				p.notePages(s, whole, small, said)
				return nil
			}
		}
	}
	s.pages.cursor, s.pages.form, s.pages.learned = "", byNone, true
	p.notePages(s, whole, small, said)
	return nil
}

// parameterHints are names of a parameter that the document shows.
func (p *prober) parameterHints(s *speech, name string) []string {
	return p.hint(func(h contract.Finding) bool {
		return h.Kind == s.kind.Noun && h.Part == contract.Parameter && h.Property == name
	})
}

// recased is one of our names as the service writes names.
func (p *prober) recased(name string) string {
	if p.recase == nil {
		return name
	}
	return p.recase.of(name)
}

// nexts are the properties of a page that may lead to the next one, likely ones first.
func nexts(scalars map[string]any, ours string) []string {
	var likely, others []string
	for _, at := range sortedNames(scalars) {
		if textOf(scalars[at]) == "" {
			continue
		}
		last := plainName(at[strings.LastIndexByte(at, '.')+1:])
		if slices.ContainsFunc(nextNames, func(name string) bool { return strings.Contains(last, name) }) {
			likely = append(likely, at)
		} else if _, isText := scalars[at].(string); isText {
			others = append(others, at)
		}
	}
	slices.SortStableFunc(likely, func(a, b string) int { return boolOrder(b == ours) - boolOrder(a == ours) })
	return append(likely, others...)
}

// notePages writes down how the pages differ. whole is a page of many rows, small one of one row.
func (p *prober) notePages(s *speech, whole, small pageRead, said string) {
	k, form := s.kind, &s.pages
	limit, cursor, _ := k.Parameters()
	next, total := k.PageNames()
	numbered := next == "" // The contract numbers the pages, so that none has a next.
	parameter := func(name string) contract.Subject {
		return contract.Subject{Kind: k.Noun, Operation: "list", Part: contract.Parameter, Property: name}
	}
	page := func(name string) contract.Subject {
		return contract.Subject{Kind: k.Noun, Operation: "list", Part: contract.Page, Property: name}
	}

	p.noteName(parameter(limit), limit, form.limit, "No parameter limits the rows of a page.")
	if form.limit == limit && form.size < clientPage {
		p.differs(parameter(limit), contract.Narrower, strconv.Itoa(form.size),
			"A limit of %d is refused, and %d is not. %s", clientPage,
			form.size, said)
	}
	switch form.form {
	case byCursor:
		if numbered {
			p.differs(parameter(cursor), contract.Retyped, form.cursor, "Pages follow by %s: %s of the page before.",
				form.cursor, form.next)
			break
		}
		p.noteName(parameter(cursor), cursor, form.cursor, "")
		p.noteName(page(next), p.recased(next), form.next, "")
	case byNumber, byOffset:
		what := "the number of a page, from 1"
		if form.form == byOffset {
			what = "the number of rows to skip"
		}
		if form.form == byNumber && numbered {
			p.noteName(parameter(cursor), cursor, form.cursor, "")
			break
		}
		change := contract.Renamed
		if form.cursor == cursor {
			change = contract.Retyped
		}
		p.differs(parameter(cursor), change, form.cursor, "Pages follow by %s: %s.", form.cursor, what)
		if next != "" {
			p.differs(page(next), contract.Missing, "", "A page does not say which one is next.")
		}
	case byNone:
		p.differs(parameter(cursor), contract.Missing, "", "No parameter leads to the next page.")
		if _, there := whole.scalars[p.recased(next)]; next != "" && !there {
			p.differs(page(next), contract.Missing, "", "A page does not say which one is next.")
		}
	}
	if form.bare {
		n := note{
			subject: page(k.Rows), verdict: contract.Differs, change: contract.Retyped, harm: contract.Harmless,
			said: "A page is an array of objects.",
		}
		p.write(n)
	} else {
		p.noteName(page(k.Rows), p.recased(k.Rows), form.rows, "")
	}
	form.total = totalOf(whole, small, p.recased(total), form.next)
	p.noteName(page(total), p.recased(total), form.total, "A page does not say how many rows there are.")
}

// noteName writes down what a name of ours is called; "" means that it does not exist.
func (p *prober) noteName(s contract.Subject, ours, theirs, missing string) {
	switch theirs {
	case ours:
		p.holds(s)
	case "":
		p.differs(s, contract.Missing, "", "%s", missing)
	default:
		p.differs(s, contract.Renamed, theirs, "It is called %s.", theirs)
	}
}

// totalOf finds the property that counts the rows of all pages.
func totalOf(whole, small pageRead, ours, next string) string {
	var found string
	for _, at := range sortedNames(small.scalars) {
		number, ok := small.scalars[at].(json.Number)
		count, err := strconv.Atoi(number.String())
		if !ok || err != nil || at == next || count < len(whole.rows) || count == clientPage && len(whole.rows) != count {
			continue
		}
		last := plainName(at[strings.LastIndexByte(at, '.')+1:])
		likely := slices.ContainsFunc(totalNames, func(name string) bool { return strings.Contains(last, name) })
		if at == ours {
			return at
		}
		if likely && found == "" {
			found = at
		}
	}
	return found
}
