package diff

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

func shownText(text string) *Shown { return &Shown{Text: text, IsText: true} }

func between(differences ...Difference) *Report {
	return &Report{
		From: Side{Mode: merchants.ModeTest, Objects: 3}, To: Side{Mode: merchants.ModeLive, Objects: 4},
		Differences: differences,
	}
}

func changed(kind, key string, changes ...Change) Difference {
	return Difference{Kind: kind, Key: key, Name: "Name of " + key, Changes: changes}
}

// write writes a page.
func write(t testing.TB, r *Report) string {
	t.Helper()
	var page bytes.Buffer
	if err := r.HTML(&page); err != nil {
		t.Fatal(err)
	}
	return page.String()
}

// parse reads a page as a browser does.
func parse(t *testing.T, page string) *html.Node {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	return root
}

// elements returns the elements of a name.
func elements(root *html.Node, name string) []*html.Node {
	var found []*html.Node
	for n := range root.Descendants() {
		if n.Type == html.ElementNode && n.Data == name {
			found = append(found, n)
		}
	}
	return found
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// textOf is the text in an element.
func textOf(root *html.Node) string {
	var text strings.Builder
	for n := range root.Descendants() {
		if n.Type == html.TextNode {
			text.WriteString(n.Data)
		}
	}
	return text.String()
}

// withID returns the element with an id.
func withID(t *testing.T, root *html.Node, id string) *html.Node {
	t.Helper()
	var found []*html.Node
	for n := range root.Descendants() {
		if n.Type == html.ElementNode && attribute(n, "id") == id {
			found = append(found, n)
		}
	}
	if len(found) != 1 {
		t.Fatalf("%d elements have the id %q", len(found), id)
	}
	return found[0]
}

func TestSentence(t *testing.T) {
	t.Parallel()
	of := func(classes ...Class) *Report {
		var changes []Change
		for _, class := range classes {
			changes = append(changes, Change{Path: "name", Class: class})
		}
		return between(Difference{Kind: "list", Changes: changes})
	}
	before := of(Drift, Waiting)
	before.From.Mode = merchants.ModeLive
	alone := between(Difference{Kind: "list", Only: merchants.ModeLive, Class: Unmanaged})
	for want, report := range map[string]*Report{
		"Live does not differ from test.":                                      between(),
		"Live differs from test in 1 thing; 1 needs a decision.":               alone,
		"Live differs from test in 2 things; none needs a decision.":           of(Declared, Waiting),
		"Live differs from test in 4 things; 2 need a decision.":               of(Declared, Drift, Waiting, Unmodeled),
		"Live differs from test in 2 things.":                                  of(Unclassed, Unclassed),
		"Live after differs from live before in 2 things; 1 needs a decision.": before,
	} {
		if got := report.Sentence(); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

func TestHTML_nothing(t *testing.T) {
	t.Parallel()
	root := parse(t, write(t, between()))
	if got := textOf(elements(root, "h1")[0]); got != "Live does not differ from test." {
		t.Errorf("the heading is %q", got)
	}
	if got := textOf(elements(root, "title")[0]); got != "live does not differ from test" {
		t.Errorf("the title is %q", got)
	}
	if len(elements(root, "article"))+len(elements(root, "input")) > 0 {
		t.Error("there are rows or controls")
	}
}

// Each object has one row, with its changes, and what both merchants have side by side.
func TestHTML_rows(t *testing.T) {
	t.Parallel()
	report := between(
		changed("campaign", "summer", Change{
			Path: "challenge.title.fr", From: shownText("10 % offerts"), To: shownText("10 % offert"), Class: Drift,
			Remedy: "pull",
		}, Change{
			Path: "challenge.description.fr", From: shownText("a"), Class: Drift, Remedy: "pull",
		}, Change{Path: "challenge.steps[3]", MovedFrom: 2, MovedTo: 4, Class: Waiting}, Change{
			Path: "start_at", From: &Shown{Text: "2026"}, To: &Shown{Text: "2027"}, Class: Declared, Remedy: "var.start",
		}),
		Difference{Kind: "list", Key: "vip", Only: merchants.ModeLive, Class: Unmanaged, Remedy: "import {\n}"},
		changed("perk", "mug", Change{Path: "price", From: &Shown{Text: "1"}, To: &Shown{Text: "2"}, Class: Declared}),
	)
	report.Skipped = []Skipped{{What: "2 archived campaigns of test", Why: "their keys are free"}}
	report.Fingerprint = "cohort1:0123"
	report.From.Snapshot, report.From.TakenAt = "test.json", time.Date(2027, 5, 1, 8, 0, 0, 0, time.FixedZone("", 7200))
	report.From.Digest, report.To.Digest = "aaaa", "bbbb"
	root := parse(t, write(t, report))

	if got := textOf(elements(root, "title")[0]); got != "live differs from test: 6" {
		t.Errorf("the title is %q", got)
	}
	var headings []string
	for _, h := range elements(root, "h2") {
		headings = append(headings, textOf(h))
	}
	want := "Liststestlive|Campaignstestlive|Declared 1 difference that the configuration says|What was compared|" +
		"What was not compared"
	if got := strings.Join(headings, "|"); got != want {
		t.Errorf("the headings are\n%s, want\n%s", got, want)
	}
	for id, rows := range map[string][]string{
		"campaign:summer": {
			"challenge.title.fr|10 % offerts|10 % offert|drift", "challenge.description.fr|a|nothing|drift", "pull",
			"challenge.steps[3]|moved 2 → 4|waiting", "start_at|2026|2027|declared", "var.start",
		},
		"list:vip": {"the whole object|does not exist|exists|unmanaged", "import {\n}"},
		"perk:mug": {"price|1|2|declared"},
	} {
		var got []string
		for _, body := range elements(withID(t, root, id), "tbody") {
			for _, row := range elements(body, "tr") {
				var cells []string
				for n := range row.ChildNodes() {
					cells = append(cells, textOf(n))
				}
				got = append(got, strings.Join(cells, "|"))
			}
		}
		if strings.Join(got, "\n") != strings.Join(rows, "\n") {
			t.Errorf("%s: got\n%s\nwant\n%s", id, strings.Join(got, "\n"), strings.Join(rows, "\n"))
		}
	}
	summer := withID(t, root, "campaign:summer")
	if got := textOf(elements(summer, "del")[0]) + textOf(elements(summer, "ins")[0]); got != "offertsoffert" {
		t.Errorf("marked are %q", got)
	}
	if language := attribute(elements(elements(summer, "tbody")[0], "td")[0], "lang"); language != "fr" {
		t.Errorf("the language is %q", language)
	}
	foot := textOf(elements(root, "footer")[0])
	for _, part := range []string{
		"3 objects, from the snapshot test.json, taken at 2027-05-01 06:00 UTC", "digest aaaa",
		"4 objects, from the merchant itself", "digest bbbb", "fingerprint cohort1:0123",
		"2 archived campaigns of test: their keys are free",
	} {
		if !strings.Contains(foot, part) {
			t.Errorf("the foot does not say %q:\n%s", part, foot)
		}
	}
	if strings.Contains(foot, "shortened") {
		t.Error("the foot says that texts are shortened")
	}
}

// A change that several objects have is shown once, and each object can be found.
func TestHTML_repeated(t *testing.T) {
	t.Parallel()
	change := func(remedy string) Change {
		return Change{Path: "on_destroy", From: &Shown{Text: "a"}, To: &Shown{Text: "b"}, Class: Drift, Remedy: remedy}
	}
	other := Change{Path: "title.en", From: shownText("a"), To: shownText("b"), Class: Drift}
	report := between(changed("perk", "a", change("1")), changed("perk", "b", change("2"), other),
		changed("perk", "c", change("3")), changed("perk", "d", other))
	root := parse(t, write(t, report))
	repeats := withID(t, root, "repeated:on_destroy")
	if got, want := textOf(repeats), "on_destroy 3 objectsplacetestlivewhyon_destroyabdriftthe objectsperk a Name of a1"+
		"perk b Name of b2perk c Name of c3"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	for id, element := range map[string]string{"perk:a": "li", "perk:b": "article", "perk:c": "li", "perk:d": "article"} {
		if got := withID(t, root, id).Data; got != element {
			t.Errorf("%s is in a %s, want %s", id, got, element)
		}
	}
	row := withID(t, root, "perk:b")
	got := textOf(row)
	if !strings.Contains(got, "Also on_destroy, as in 2 other objects") || strings.Contains(got, "ab2") {
		t.Errorf("the row is %q", got)
	}

	for i := range report.Differences {
		report.Differences[i].Changes[0].Remedy = "same"
	}
	repeats = withID(t, parse(t, write(t, report)), "repeated:on_destroy")
	if got := strings.Count(textOf(repeats), "same"); got != 1 {
		t.Errorf("a remedy that all objects have stands there %d times", got)
	}
	if page := write(t, between(report.Differences[:2]...)); strings.Contains(page, `id="repeated:`) {
		t.Error("two objects are called a repetition")
	}
}

// Texts of merchants are shown as they are, and do nothing.
func TestHTML_hostile(t *testing.T) {
	t.Parallel()
	for i, text := range []string{
		`</script><script>alert(1)</script>`, `<!--`, `-->`, `]]>`, `"><img src=x onerror=alert(1)>`, `' onclick='alert(1)`,
		`{{.}}`, `&lt;b&gt;`, "\u202eabc", "a\u0000b\u001b[31m", `</title><h1>x</h1>`, `</details></article>`, "</style>",
		"`${x}`", "a b\"c'🥾:#%?&", "\xff\xfe", "\u2028\u2029", strings.Repeat("x", 3000),
	} {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			report := between(
				Difference{Kind: "campaign", Key: text, Name: text, Changes: []Change{
					{Path: "title." + text, From: shownText(text), To: shownText("b " + text), Class: Drift, Remedy: text},
					{Path: "image_url", From: &Shown{Text: text, IsImage: true}, Class: Drift, Remedy: text},
				}},
				Difference{Kind: "list", Key: text + "2", Name: text, Only: merchants.ModeTest, Class: Unmanaged, Remedy: text},
			)
			report.Skipped = []Skipped{{What: text, Why: text}}
			report.From.Snapshot = text
			page := write(t, report)
			root := parse(t, page)
			quiet := parse(t, write(t, between(
				changed("campaign", "k", Change{
					Path: "title.x", From: shownText("long enough to be"), To: shownText("other"),
					Class: Drift, Remedy: "x",
				}, Change{Path: "image_url", From: &Shown{Text: "x"}, Class: Drift, Remedy: "x"}),
				Difference{Kind: "list", Key: "k", Only: merchants.ModeTest, Class: Unmanaged},
			)))
			for _, name := range []string{"script", "style", "h1", "title", "input", "form"} {
				if len(elements(root, name)) != len(elements(quiet, name)) {
					t.Errorf("there are %d elements %s", len(elements(root, name)), name)
				}
			}
			for n := range root.Descendants() {
				if n.Type == html.CommentNode {
					t.Errorf("there is a comment: %q", n.Data)
				}
				for _, a := range n.Attr {
					if strings.HasPrefix(a.Key, "on") || a.Key == "src" || a.Key == "href" && !strings.HasPrefix(a.Val, "#") {
						t.Errorf("%s has %s=%q", n.Data, a.Key, a.Val)
					}
				}
			}
			for _, r := range page {
				if merchants.IsSteering(r) && r != '\n' && r != '\t' {
					t.Errorf("%U stands in the page", r)
				}
			}
			id := "campaign:" + visible(text)
			if row := withID(t, root, id); !strings.Contains(textOf(row), first(visible(text), 60)) {
				t.Errorf("the text is not in its row: %q", textOf(row))
			}
		})
	}
}

// A picture is a link to its address; only web addresses are.
func TestHTML_pictures(t *testing.T) {
	t.Parallel()
	for address, linked := range map[string]bool{
		"https://cdn.example.com/a.png": true, "http://cdn.example.com/a.png": true, "javascript:alert(1)": false,
		"data:image/png;base64,AAAA": false, "//cdn.example.com/a.png": false, "https:///x": false,
	} {
		root := parse(t, write(t, between(changed("perk", "a", Change{
			Path: "image_url", From: &Shown{Text: address, IsImage: true}, Class: Drift,
		}))))
		found := false
		for _, a := range elements(root, "a") {
			found = found || attribute(a, "class") == "picture" && attribute(a, "href") == address
		}
		if found != linked || len(elements(root, "img")) > 0 {
			t.Errorf("%s: linked is %v", address, found)
		}
	}
}

func TestHTML_wholeText(t *testing.T) {
	t.Parallel()
	of := func(length int) *html.Node {
		long := strings.Repeat("word ", length/5)
		return parse(t, write(t, between(changed("perk", "a", Change{
			Path: "title.en", From: shownText(long + "one"), To: shownText(long + "two"), Class: Drift,
		}))))
	}
	root := of(5000)
	cell := elements(elements(root, "tbody")[0], "td")[0]
	if short := textOf(elements(cell, "span")[0]); len(short) > 80 || !strings.HasSuffix(short, "word one") {
		t.Errorf("the words around the change are %q", short)
	}
	if got := textOf(elements(cell, "details")[0]); len(got) < 5000 {
		t.Errorf("the whole text has %d characters", len(got))
	}
	if !strings.Contains(textOf(elements(of(30_000), "footer")[0]), "Texts were shortened") {
		t.Error("the foot does not say that a text is not shown whole")
	}
}

// TestBrevities checks that no brevity shows more than the one before: HTML searches among them by
// halves.
func TestBrevities(t *testing.T) {
	t.Parallel()
	for i, b := range brevities[1:] {
		before := brevities[i]
		if b.whole > before.whole || b.around > before.around || b.value > before.value || b.name > before.name ||
			b.changes > before.changes || b.rows > before.rows || b.remedies && !before.remedies {
			t.Errorf("%+v shows more than %+v", b, before)
		}
	}
}

// large is a report of many objects with texts of a length, in which no change is repeated.
func large(objects, length int) *Report {
	all := strings.Fields("Ready for the mountains Three steps one box Prêt pour la montagne à l’aube <p> </p> & €50")
	random := rand.New(rand.NewPCG(1, 2))
	prose := func(length int) string {
		var b strings.Builder
		for b.Len() < length {
			b.WriteString(all[random.IntN(len(all))] + " ")
		}
		return b.String()
	}
	report := between()
	for i := range objects {
		from := prose(length)
		d := changed("campaign", fmt.Sprintf("campaign number %d of the season", i))
		for j, path := range []string{
			"challenge.title.en", "challenge.title.fr", "challenge.description.en", "challenge.description.fr", "image_url",
		} {
			d.Changes = append(d.Changes, Change{
				Path: path, From: shownText(from + fmt.Sprint(i, j)), To: shownText(prose(40) + from), Class: Drift,
				Remedy: fmt.Sprintf("terraform-provider-cohort pull --only 'campaign:number %d'", i),
			})
		}
		report.Differences = append(report.Differences, d)
	}
	return report
}

func TestHTML_size(t *testing.T) {
	t.Parallel()
	report := large(2000, 400)
	page := write(t, report)
	t.Logf("%d bytes", len(page))
	if len(page) > 1_000_000 {
		t.Errorf("the page has %d bytes", len(page))
	}
	root := parse(t, page)
	ids := map[string]bool{}
	for n := range root.Descendants() {
		ids[attribute(n, "id")] = true
	}
	for _, d := range report.Differences {
		if !ids["campaign:"+d.Key] {
			t.Fatalf("%s is not in the page", d.Key)
		}
	}
	if foot := textOf(elements(root, "footer")[0]); !strings.Contains(foot, "Texts were shortened") {
		t.Errorf("the foot is %s", foot)
	}
	few := large(20, 1500)
	if page := write(t, few); !strings.Contains(page, "<details class=whole>") {
		t.Error("a page of 20 objects does not show whole texts")
	}
}

// More objects than fit are counted.
func TestHTML_left(t *testing.T) {
	t.Parallel()
	report := between()
	for i := range 10_000 {
		report.Differences = append(report.Differences, changed("list", fmt.Sprintf("list %d", i), Change{
			Path: "name", From: &Shown{Text: fmt.Sprint(i)}, Class: Drift,
		}))
	}
	page := write(t, report)
	shown := strings.Count(page, "<article ")
	if len(page) > 1_000_000 || shown < 500 {
		t.Errorf("the page has %d bytes and %d rows", len(page), shown)
	}
	if want := fmt.Sprintf("There is no room for %d more.", 10_000-shown); !strings.Contains(page, want) {
		t.Errorf("the page does not say: %s", want)
	}
}

// The page depends on what differs, not on the order in which it was found.
func TestHTML_permutations(t *testing.T) {
	t.Parallel()
	report := large(10, 200)
	repeats := Change{Path: "on_destroy", From: &Shown{Text: "a"}, To: &Shown{Text: "b"}, Class: Declared}
	for i := range report.Differences {
		if i%2 == 0 {
			report.Differences[i].Changes = append(report.Differences[i].Changes, repeats)
		}
	}
	// Objects with equal names are told apart by what differs.
	report.Differences = append(report.Differences,
		Difference{Kind: "list", Name: "VIP", Only: merchants.ModeTest, Class: Unmanaged},
		Difference{Kind: "list", Name: "VIP", Only: merchants.ModeLive, Class: Unmanaged}, changed("perk", "a", repeats))
	want := write(t, report)
	random := rand.New(rand.NewPCG(3, 4))
	for range 100 {
		random.Shuffle(len(report.Differences), func(i, j int) {
			report.Differences[i], report.Differences[j] = report.Differences[j], report.Differences[i]
		})
		if write(t, report) != want {
			t.Fatal("the page depends on the order")
		}
	}
}

func BenchmarkHTML(b *testing.B) {
	report := large(2000, 400)
	for b.Loop() {
		write(b, report)
	}
}
