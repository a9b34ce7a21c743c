package page

import (
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/diff"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

func feature(name, value string) *emulation.MediaFeature {
	return &emulation.MediaFeature{Name: name, Value: value}
}

// views are the ways in which the page is looked at.
var views = map[string][]step{
	"light":         nil,
	"dark":          {media("", feature("prefers-color-scheme", "dark"))},
	"narrow":        {size(320, 700)},
	"narrow-dark":   {size(320, 700), media("", feature("prefers-color-scheme", "dark"))},
	"print":         {size(794, 1123), media("print")},
	"no-script":     {withoutScripts()},
	"colors-forced": {media("", feature("forced-colors", "active"))},
}

// openAll opens everything that is folded.
const openAll = `document.querySelectorAll("details").forEach((fold) => fold.open = true)`

func TestPage_opens(t *testing.T) {
	t.Parallel()
	b := start(t)
	for _, report := range []*diff.Report{club(), many(2000), {}} {
		p := b.open(t, report, "")
		p.check(`document.querySelector("h1").checkVisibility()`)
		if p.size > 1_000_000 {
			t.Errorf("the page has %d bytes", p.size)
		}
		p.clean()
	}
}

// Of 2,000 objects 50 differ. Each is reached by typing / and its key, and one more key.
func TestPage_search(t *testing.T) {
	t.Parallel()
	report := many(50)
	report.From.Objects, report.To.Objects = 2000, 2000
	p := start(t).open(t, report, "")
	most := 0
	for _, d := range report.Differences {
		p.keys("/")
		p.types(d.Key)
		typed := 1
		for p.keys(kb.Enter); p.focused() != d.Kind+":"+d.Key && typed < 3; typed++ {
			p.keys("j")
		}
		most = max(most, typed)
		if got := p.focused(); got != d.Kind+":"+d.Key {
			t.Errorf("%s:%s is not reached with 3 keys, but %s", d.Kind, d.Key, got)
		}
		p.check(`(() => { const box = document.activeElement.getBoundingClientRect();
			return box.top >= 0 && box.top < innerHeight })()`)
		p.keys(kb.Escape)
		p.check(`document.getElementById("search").value === ""`)
	}
	t.Logf("%d differences, each with at most %d keys after its own", len(report.Differences), most)
	p.clean()
}

func TestPage_searchNarrowsDown(t *testing.T) {
	t.Parallel()
	p := start(t).open(t, club(), "")
	shown := func(want string) {
		t.Helper()
		got := ask[[]string](p, `[...document.querySelectorAll("article, li[id]")]
			.filter((e) => e.checkVisibility()).map((e) => e.id)`)
		if strings.Join(got, " ") != want {
			t.Errorf("shown are %q, want %q", got, want)
		}
	}
	const everything = `list:early-birds segment:gold-members perk:welcome-10 badge:gold campaign:summit-season ` +
		`campaign:winter sale "2026"`
	shown(everything)
	p.keys("/")
	p.types("Grenoble")
	shown("campaign:summit-season")
	p.keys(kb.Escape)
	p.types("free-SHIPPING")
	shown("repeated:on_destroy perk:free-shipping")
	p.keys(kb.Enter)
	if got := p.focused(); got != "perk:free-shipping" {
		t.Errorf("the focus is at %s", got)
	}
	p.keys(kb.Escape)
	shown(everything)
	p.keys("/no such thing")
	shown("")
	p.check(`document.getElementById("status").textContent === "Nothing matches."`)
	p.keys(kb.Escape)
	p.check(`document.getElementById("status").textContent === ""`)
	p.keys(kb.Escape)
	p.keys("jjk")
	if got := p.focused(); got != "list:early-birds" {
		t.Errorf("the focus is at %s", got)
	}
	p.clean()
}

func TestPage_permalinks(t *testing.T) {
	t.Parallel()
	b := start(t)
	for _, key := range []string{"summer", `black friday "2026"`, "é🥾👩‍🚀", "a:b#c?d%20e", "<b>&amp;", "100%", "'\\"} {
		report := many(30)
		report.Differences = append(report.Differences, diff.Difference{
			Kind: "campaign", Key: key, Changes: []diff.Change{
				{Path: "name", From: value("a"), To: value("b"), Class: diff.Declared},
			},
		})
		p := b.open(t, report, "campaign:"+key)
		if got := p.focused(); got != "campaign:"+key {
			t.Errorf("%q: the focus is at %q", key, got)
		}
		p.check(`document.activeElement.checkVisibility()`)
		link := ask[string](p, `document.activeElement.querySelector("h3 a").getAttribute("href")`)
		decoded, err := url.PathUnescape(link)
		if err != nil || decoded != "#campaign:"+key || !strings.HasPrefix(link, "#campaign:") {
			t.Errorf("%q: the permalink is %s", key, link)
		}
		// A link followed later leads to what the search hides.
		p.keys("/nothing")
		p.run(chromedp.Evaluate[chromedp.Void](`location.hash = "perk:perk-3"`))
		p.run(chromedp.WaitVisible(chromedp.CSS(`[id="perk:perk-3"]`)))
		if got := get(p, chromedp.Poll[string](`document.activeElement.id`)); got != "perk:perk-3" {
			t.Errorf("the focus is at %q", got)
		}
		p.clean()
	}
}

func TestPage_filters(t *testing.T) {
	t.Parallel()
	p := start(t).open(t, club(), "")
	click := func(class string) {
		p.run(chromedp.Click(chromedp.CSS(`input[value="` + class + `"]`)))
	}
	rows := func(class string) int {
		return ask[int](p, `[...document.querySelectorAll("tr.`+class+`")].filter((e) => e.checkVisibility()).length`)
	}
	for class, want := range map[string]int{"drift": 5, "waiting": 5, "unmanaged": 1, "unmodeled": 1, "declared": 6} {
		count := ask[string](p, `document.querySelector('input[value="`+class+`"] + b').textContent`)
		if count != fmt.Sprint(want) {
			t.Errorf("the page counts %s %s, want %d", count, class, want)
		}
		hidden := class == "declared"
		for range 2 {
			if (rows(class) == 0) != hidden {
				t.Errorf("%d rows %s are visible", rows(class), class)
			}
			click(class)
			hidden = !hidden
		}
	}
	click("drift")
	p.check(`!document.getElementById("segment:gold-members").checkVisibility()`)
	p.check(`![...document.querySelectorAll("h2")].find((e) => e.textContent.startsWith("Segments")).checkVisibility()`)
	p.check(`document.getElementById("perk:welcome-10").checkVisibility()`)
	p.check(`document.getElementById("status").textContent === "7 of 8 shown."`)
	p.clean()
}

func TestPage_copies(t *testing.T) {
	t.Parallel()
	p := start(t).open(t, club(), "")
	p.run(chromedp.Click(chromedp.CSS(`[id="list:early-birds"] .remedy + button`)))
	get(p, chromedp.Poll[bool](`document.getElementById("status").textContent === "Copied."`))
	p.keys("/")
	p.run(call(input.DispatchKeyEvent, input.DispatchKeyEventParams{
		Type: input.DispatchKeyEventTypeRawKeyDown, Commands: []string{"paste"},
	}))
	if got := ask[string](p, `document.getElementById("search").value`); got != "terraform -chdir=env/live apply" {
		t.Errorf("copied is %q", got)
	}
	p.clean()
}

// A picture is loaded when somebody asks for it.
func TestPage_showsPictures(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/picture.png" {
			http.NotFound(w, r)
			return
		}
		_ = png.Encode(w, image.NewGray(image.Rect(0, 0, 8, 8)))
	}))
	t.Cleanup(server.Close)
	report := &diff.Report{From: club().From, To: club().To, Differences: []diff.Difference{
		{Kind: "badge", Key: "gold", Changes: []diff.Change{
			{
				Path: "image_url", From: picture(server.URL + "/gone.png"), To: picture(server.URL + "/picture.png"),
				Class: diff.Drift,
			},
		}},
	}}
	p := start(t).open(t, report, "")
	p.clean()
	p.check(`document.images.length === 0`)
	p.run(chromedp.Click(chromedp.CSS(`td:nth-of-type(2) button`)))
	get(p, chromedp.Poll[bool](`document.images.length === 1 && document.images[0].naturalWidth === 8`))
	p.run(chromedp.Click(chromedp.CSS(`td:nth-of-type(2) button`)))
	p.check(`document.images.length === 0`)
	p.run(chromedp.Click(chromedp.CSS(`td:nth-of-type(1) button`)))
	get(p, chromedp.Poll[bool](`document.querySelector("td button").textContent === "The picture cannot be reached"`))
	p.check(`document.images.length === 0`)
}

// Without scripts, everything can be read, and there is nothing that needs one.
func TestPage_withoutScripts(t *testing.T) {
	t.Parallel()
	p := start(t).open(t, club(), "perk:resole", withoutScripts())
	p.check(`[...document.querySelectorAll("input, button, kbd, form")].every((e) => !e.checkVisibility())`)
	p.check(`[...document.querySelectorAll("main article, tr, .classes li")]
		.every((e) => e.checkVisibility() || e.closest("details:not([open])"))`)
	p.check(`document.querySelectorAll("main [hidden]").length === 0`)
	// The browser itself opens what a permalink leads to.
	p.check(`document.getElementById("perk:resole").checkVisibility()`)
	p.run(chromedp.Click(chromedp.CSS(`[id="campaign:summit-season"] details.declared > summary`)))
	p.check(`document.querySelector("[id='campaign:summit-season'] tr.declared").checkVisibility()`)
	p.clean()
}

// What is printed has no controls, and nothing is folded.
func TestPage_printed(t *testing.T) {
	t.Parallel()
	b := start(t)
	for name, before := range map[string][]step{"with scripts": nil, "without": {withoutScripts()}} {
		p := b.open(t, club(), "", before...)
		p.run(media("print"))
		p.check(`[...document.querySelectorAll("input, button, kbd, form, .skip")].every((e) => !e.checkVisibility())`)
		hidden := ask[[]string](p, `[...document.querySelectorAll("article, tbody tr, .whole, .members li")]
			.filter((e) => e.getBoundingClientRect().height < 4).map((e) => e.textContent)`)
		if len(hidden) > 0 {
			t.Errorf("%s: not printed are %q", name, hidden)
		}
		p.check(`getComputedStyle(document.body).backgroundColor === "rgb(255, 255, 255)"`)
		if pages := get(p, chromedp.PrintToPDF()); len(pages) < 10_000 {
			t.Errorf("%s: the document has %d bytes", name, len(pages))
		}
		p.clean()
		if name == "with scripts" {
			p.run(media(""))
			get(p, chromedp.Poll[bool](`!document.getElementById("perk:resole").checkVisibility()`))
		}
	}
}

func TestPage_narrow(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("long", 80)
	report := club()
	report.Differences = append(report.Differences, diff.Difference{
		Kind: "perk", Key: long, Name: long, Changes: []diff.Change{
			{Path: long, From: text(long), To: value(long), Class: diff.Unmodeled, Remedy: long},
		},
	})
	report.Skipped = append(report.Skipped, diff.Skipped{What: long, Why: long})
	report.From.Snapshot, report.From.Digest, report.Fingerprint = long, long, long
	b := start(t)
	for _, width := range []int64{320, 800, 801, 1280} {
		p := b.open(t, report, "", size(width, 700))
		p.run(chromedp.Evaluate[chromedp.Void](openAll))
		if got := ask[int64](p, `document.documentElement.scrollWidth`); got > width {
			t.Errorf("at a width of %d the page has a width of %d", width, got)
		}
		p.check(`document.documentElement.scrollHeight > 2000`)
		p.clean()
	}
}

func TestPage_dark(t *testing.T) {
	t.Parallel()
	p := start(t).open(t, club(), "", views["dark"]...)
	p.check(`getComputedStyle(document.body).backgroundColor === "rgb(23, 23, 26)"`)
	p.clean()
}

// A difference is not marked by its color alone.
func TestPage_marks(t *testing.T) {
	t.Parallel()
	b := start(t)
	for _, view := range []string{"light", "dark", "colors-forced", "print"} {
		p := b.open(t, club(), "", views[view]...)
		p.check(`getComputedStyle(document.querySelector("del")).textDecorationLine === "line-through"`)
		p.check(`getComputedStyle(document.querySelector("ins")).textDecorationLine === "underline"`)
	}
}

// The accessibility check of axe-core finds nothing, folded and open, in all views, and neither
// without differences.
func TestPage_accessible(t *testing.T) {
	t.Parallel()
	path := os.Getenv("COHORT_AXE")
	if path == "" {
		missing(t, "COHORT_AXE does not name axe.min.js of axe-core")
	}
	axe, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	b := start(t)
	check := func(name string, p *tab) {
		t.Helper()
		p.run(chromedp.Evaluate[chromedp.Void](string(axe)))
		found := ask[json.RawMessage](p, `axe.run().then((r) => r.violations.map((v) => ({
			rule: v.id, help: v.help, at: v.nodes.slice(0, 3).map((n) => n.html + " " + n.failureSummary) })))`)
		if string(found) != "[]" {
			t.Errorf("%s: %s", name, found)
		}
		if passed := ask[int](p, `axe.run().then((r) => r.passes.length)`); passed < 15 {
			t.Errorf("%s: only %d rules apply", name, passed)
		}
	}
	for _, view := range []string{"light", "dark", "narrow", "narrow-dark"} {
		p := b.open(t, club(), "", views[view]...)
		check(view, p)
		p.run(chromedp.Evaluate[chromedp.Void](openAll))
		check(view+", open", p)
		p.clean()
	}
	check("nothing", b.open(t, &diff.Report{From: club().From, To: club().To}, ""))
}

// TestPage_pictures writes pictures of the page, of which guide.png is for the guide.
func TestPage_pictures(t *testing.T) {
	t.Parallel()
	folder := os.Getenv("COHORT_PAGE_PICTURES")
	if folder == "" {
		t.Skip("COHORT_PAGE_PICTURES names no directory")
	}
	b := start(t)
	save := func(name string, picture []byte) {
		if err := os.WriteFile(filepath.Join(folder, name+".png"), picture, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, view := range views {
		save(name, get(b.open(t, club(), "", view...), chromedp.FullScreenshot(100)))
	}
	save("guide", get(b.open(t, club(), "", size(1160, 934)), chromedp.CaptureScreenshot()))
}

// many are objects that differ in several texts each, of all kinds and in all classes.
func many(objects int) *diff.Report {
	random := rand.New(rand.NewPCG(7, 11))
	kinds := []string{"user_property", "list", "segment", "perk", "digital_asset", "badge", "campaign"}
	report := &diff.Report{
		From: diff.Side{Mode: merchants.ModeTest, Objects: objects},
		To:   diff.Side{Mode: merchants.ModeLive, Objects: objects},
	}
	prose := func() string {
		all := strings.Fields("Prêt pour la montagne Three steps one box to open gold boots hike summit trail d’hiver")
		var words []string
		for range 20 + random.IntN(100) {
			words = append(words, all[random.IntN(len(all))])
		}
		return strings.Join(words, " ")
	}
	for i := range objects {
		kind := kinds[i%len(kinds)]
		d := diff.Difference{Kind: kind, Key: fmt.Sprintf("%s-%d", kind, i), Name: prose()[:20]}
		classes := diff.Classes()
		if random.IntN(10) == 0 {
			d.Only, d.Class, d.Remedy = merchants.ModeLive, diff.Unmanaged, "import {}"
			report.Differences = append(report.Differences, d)
			continue
		}
		for _, path := range []string{"title.en", "title.fr", "description.en", "image_url"} {
			before := prose()
			d.Changes = append(d.Changes, diff.Change{
				Path: path, From: text(before), To: text(strings.Replace(before, "boots", "shoes", 1) + "."),
				Class: classes[random.IntN(len(classes))], Remedy: pull,
			})
		}
		report.Differences = append(report.Differences, d)
	}
	return report
}
