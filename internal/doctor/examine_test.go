package doctor

import (
	"errors"
	"html"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/doctor/contract"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/doctor/probe"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

// TestDescribeCLI checks what each CLI can use of the provider.
func TestDescribeCLI(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ path, printed, name, can, cannot string }{
		{"/bin/terraform", `{"terraform_version": "1.11.4"}`, "Terraform", "ephemeral values", "import by identity (1.12)"},
		{"/bin/terraform", `{"terraform_version": "1.7.5"}`, "Terraform", "", "the provider (1.8)"},
		{"/bin/terraform", `{"terraform_version": "1.17.0-dev"}`, "Terraform", "actions", ""},
		{"/bin/terraform", `{"terraform_version": "2.0.0"}`, "Terraform", "queries", ""},
		{`C:\bin\tofu.exe`, `{"terraform_version": "1.12.6"}`, "OpenTofu", "import by identity", "queries"},
		{"/bin/tofu", `{"terraform_version": "1.10.9"}`, "OpenTofu", "the provider", "ephemeral values (1.11)"},
	} {
		got := describeCLI(c.path, []byte(c.printed))
		if got.Name != c.name || got.Problem != "" || c.can != "" && !slices.Contains(got.Features, c.can) ||
			c.cannot != "" && !slices.Contains(got.Later, c.cannot) || c.cannot == "" && len(got.Later) > 0 {
			t.Errorf("%s %s: %+v", c.path, c.printed, got)
		}
	}
	if got := describeCLI("terraform", []byte("Terraform v1")); got.Problem == "" || got.Name != "" {
		t.Errorf("it understands %+v", got)
	}
}

// TestProblemOf checks that an error of the service is told without its message.
func TestProblemOf(t *testing.T) {
	t.Parallel()
	for want, err := range map[string]error{
		"HTTP 403, code generic.forbidden": &merchants.Error{Status: 403, Code: "generic.forbidden", Message: "Welcome 10"},
		"HTTP 500":                         &merchants.Error{Status: 500, Message: "Welcome 10"},
		"HTTP 417":                         &merchants.Error{Status: 417, Code: "Welcome 10"},
		"no connection":                    &merchants.Error{Err: errors.New("no connection")},
		"something else":                   errors.New("something else"),
	} {
		if got := problemOf(err); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// found is a difference for tests.
func found(s contract.Subject, harm contract.Harm, theirs, said string) contract.Finding {
	return contract.Finding{
		ID: s.String(), Subject: s, Assumed: "Something is so.", Evidence: "assumed", Verdict: contract.Differs, Said: said,
		Theirs: theirs, Harm: harm, Effect: "It breaks.", Fix: s.Kind + ".go; the contract",
	}
}

// TestSection_differing checks what is told as one difference.
func TestSection_differing(t *testing.T) {
	t.Parallel()
	renamed := func(kind string) contract.Finding {
		return found(contract.Subject{Kind: kind, Part: contract.Answer, Property: "internalName"}, contract.Breaks, "name",
			"It is called name.")
	}
	word := func(kind, ours, theirs string) contract.Finding {
		s := contract.Subject{Kind: kind, Part: contract.Words, Property: "status", Word: ours}
		return found(s, contract.Breaks, theirs, "It is called "+theirs+".")
	}
	put := func(kind, route string) contract.Finding {
		return found(contract.Subject{Kind: kind, Operation: "update", Part: contract.Route}, contract.Breaks, route,
			"It is "+route+".")
	}
	s := section{findings: []contract.Finding{
		found(contract.Subject{Kind: "perk", Part: contract.Answer, Property: "id"}, contract.Harmless, "",
			"It is a number."),
		renamed("perk"), renamed("badge"), word("perk", "draft", "DRAFT"), word("perk", "live", "LIVE"),
		word("badge", "draft", "DRAFT"),
		put("perk", "PUT /v1/perks/{id}"), put("badge", "PUT /v1/badges/{id}"),
		{Verdict: contract.Holds},
		{Verdict: contract.NotReached, Said: "why"},
	}}
	var names, theirs []string
	for _, d := range s.differing() {
		names = append(names, d.name())
		theirs = append(theirs, d.line("service"))
	}
	want := []string{
		"answer.internalName of perk, badge", "perk.words.status", "badge.words.status.draft", "update.route of perk, badge",
		"perk.answer.id",
	}
	if !slices.Equal(names, want) {
		t.Errorf("%q, want %q", names, want)
	}
	for i, text := range []string{
		"Theirs: name", "draft → DRAFT, live → LIVE", "Theirs: DRAFT", "PUT /v1/perks/{id}, PUT /v1/badges/{id}", "a number",
	} {
		if !strings.Contains(theirs[i], text) {
			t.Errorf("%s: %q, want %q", names[i], theirs[i], text)
		}
	}
}

// TestReport_Matter checks that what the service does counts for more than what its document says.
func TestReport_Matter(t *testing.T) {
	t.Parallel()
	path := found(contract.Subject{Kind: "perk", Part: contract.Route}, contract.Breaks, "", "")
	name := found(contract.Subject{Kind: "perk", Part: contract.Answer, Property: "title"}, contract.Limits, "", "")
	verb := found(contract.Subject{Kind: "perk", Operation: "update", Part: contract.Route}, contract.Breaks, "", "")
	holds, missed := path, verb
	holds.Verdict, holds.Harm = contract.Holds, ""
	missed.Verdict, missed.Harm = contract.NotReached, ""
	r := &Report{
		Document: &Compared{Findings: []contract.Finding{path, verb}},
		Probe:    &probe.Result{Findings: []contract.Finding{holds, name, missed}},
	}
	var ids []string
	for _, f := range r.Matter() {
		ids = append(ids, f.ID)
	}
	if want := []string{verb.ID, name.ID}; !slices.Equal(ids, want) {
		t.Errorf("%q, want %q", ids, want)
	}
}

// TestReport_Markdown puts hostile texts wherever a text of the service, of a file or of this
// machine can be. None becomes markup, a link or a mention, and none is lost.
func TestReport_Markdown(t *testing.T) {
	t.Parallel()
	reported := func(text string) string {
		s := contract.Subject{Kind: "perk", Part: contract.Route}
		word := contract.Subject{Kind: "perk", Part: contract.Words, Property: "type", Word: text}
		missed := contract.Finding{Subject: s, Verdict: contract.NotReached, Said: "Why: " + text}
		differs := found(s, contract.Breaks, text, text)
		return (&Report{
			Provider: text,
			Access:   &Access{Address: text, Problem: text, Proxy: text, Issuer: text, Until: text},
			CLI:      CLI{Name: text, Version: text, Features: []string{text}, Later: []string{text}},
			Objects:  []Count{{Kind: "perks", Problem: text}},
			Document: &Compared{Where: text, Findings: []contract.Finding{differs, missed}},
			Probe: &probe.Result{
				Findings: []contract.Finding{differs, found(word, contract.Limits, text, text)},
				Left:     []probe.Leftover{{Kind: "perk", Name: text, Why: text}},
			},
		}).Markdown()
	}
	harmless := reported("plain")
	for _, text := range []string{
		"@team", "see cohort-xyz/x#1", "https://e.example", "www.e.example", "[l](https://e.example)", "![i](/x.png)",
		"a | b", "`a`", "```", "<script>x</script>", "<!-- x", "&amp;", "*a* _b_ ~~c~~", `\|`, "a\n\n# Title\n\n| x |",
		"\x1b[31m\u202ex", "$a$",
	} {
		got := reported(text)
		if strings.Count(got, "\n") != strings.Count(harmless, "\n") {
			t.Errorf("%q makes a line:\n%s", text, got)
		}
		if strings.Count(got, "|") != strings.Count(harmless, "|") {
			t.Errorf("%q makes a column:\n%s", text, got)
		}
		marks := regexp.MustCompile(`&#\d+;|</?code>|(?m)^#+ `).ReplaceAllString(got, "")
		if strings.ContainsAny(marks, "<>&`@#[]*_~$\\\x1b\u202e") || strings.Contains(marks, "https:") ||
			strings.Contains(marks, "www.") {
			t.Errorf("%q is markup:\n%s", text, marks)
		}
		shown := strings.Map(func(c rune) rune {
			if merchants.IsSteering(c) {
				return ' '
			}
			return c
		}, text)
		all := strings.ReplaceAll(html.UnescapeString(got), "\u200B", "")
		if strings.Count(all, shown) != strings.Count(harmless, "plain") {
			t.Errorf("%q is there %d times:\n%s", text, strings.Count(all, shown), all)
		}
	}
}

// TestJudgeAccess checks which answers mean that the key is accepted.
func TestJudgeAccess(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		status        int
		body, problem string
		reached       bool
	}{
		{200, "", "", true},
		{200, `{"type": "modal"}`, "", true},
		{200, "<html>Sign in</html>", "not JSON", false},
		{302, "", "redirects", false},
		{401, `{"code": "generic.unauthorized"}`, "does not know this key", false},
		{403, `{"code": "generic.forbidden"}`, "HTTP 403", true},
		{404, `{"statusCode": 404}`, "HTTP 404", true},
		{503, "", "HTTP 503", false},
	} {
		problem, reached := judgeAccess(merchants.Answer{Status: c.status, Body: []byte(c.body)})
		if reached != c.reached || !strings.Contains(problem, c.problem) || (problem == "") != (c.problem == "") {
			t.Errorf("%d %s: %q, %t", c.status, c.body, problem, reached)
		}
	}
}

// TestReport_Unchecked checks that a kind of which nothing was seen does not count as fine.
func TestReport_Unchecked(t *testing.T) {
	t.Parallel()
	holds := contract.Finding{Subject: contract.Subject{Kind: "perk"}, Verdict: contract.Holds}
	missed := contract.Finding{Subject: contract.Subject{Kind: "badge"}, Verdict: contract.NotReached}
	user := contract.Finding{Subject: contract.Subject{Kind: "user"}}
	r := &Report{Document: &Compared{Findings: []contract.Finding{holds, user, missed}}}
	if got := r.Unchecked(); !slices.Equal(got, []string{"badge"}) {
		t.Errorf("%q", got)
	}
	if text := r.Text(func(_ contract.Harm, text string) string { return text }); !strings.Contains(text,
		"Of badge, nothing could be checked.") || strings.Contains(text, "Nothing that was checked") {
		t.Errorf("it says\n%s", text)
	}
}
