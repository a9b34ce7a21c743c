package companion

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/doctor"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/population"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/sample"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

// spoken starts a sandbox with a dialect and a file for its data, which may both be "", and sets
// its address and test key.
func spoken(t *testing.T, dialect, data string) *sandbox.Sandbox {
	t.Helper()
	document, err := apiDocument()
	if err != nil {
		t.Fatal(err)
	}
	options := sandbox.Options{Seed: 4, APIDocument: document, DataFile: data}
	if dialect != "" {
		if options.Dialect, err = sandbox.ParseDialect([]byte(dialect)); err != nil {
			t.Fatal(err)
		}
	}
	s, err := sandbox.Start(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	t.Setenv("COHORT_API_URL", s.URL())
	t.Setenv("COHORT_API_KEY", s.TestKey())
	return s
}

// TestDoctor_document compares a file, without a key and without a request.
func TestDoctor_document(t *testing.T) {
	t.Setenv("COHORT_API_KEY", "")
	t.Chdir(t.TempDir())
	put(t, "same.yaml", string(merchants.OpenAPI))
	put(t, "moved.yaml", strings.ReplaceAll(string(merchants.OpenAPI), "  /v1/perks", "  /v1/rewards/perks"))
	put(t, "page.html", "<!doctype html><title>Sign in</title>")
	for name, c := range map[string]struct {
		code   int
		prints []string
	}{
		"same.yaml": {0, []string{"Compared with the contract: same.yaml.", "Nothing that was checked breaks or limits"}},
		"moved.yaml": {2, []string{
			"breaks  perk.route", "/v1/rewards/perks", "path of perks in internal/merchants/perks.go",
			"Error: the service is not as the provider expects",
		}},
		"page.html": {1, []string{"Error: page.html: "}},
		"none.json": {1, []string{"Error: open none.json: "}},
	} {
		code, printed, problems := called(t.Context(), "doctor", "--document", name)
		for _, text := range c.prints {
			if !strings.Contains(printed+problems, text) {
				t.Errorf("%s: it does not print %q:\n%s%s", name, text, printed, problems)
			}
		}
		if code != c.code || strings.Contains(printed, "Access") {
			t.Errorf("%s: exit code %d, %s%s", name, code, printed, problems)
		}
	}
}

// TestDoctor_refuses checks what is refused before anything is sent.
func TestDoctor_refuses(t *testing.T) {
	s := spoken(t, "", "")
	t.Chdir(t.TempDir())
	put(t, "same.yaml", string(merchants.OpenAPI))
	for name, c := range map[string]struct {
		key, want string
		args      []string
	}{
		"a probe of live": {s.LiveKey(), "COHORT_API_KEY is a live key. Nothing was sent", []string{"--probe", "--yes"}},
		"nobody to ask":   {s.TestKey(), "there is no terminal to ask at, so add --yes", []string{"--probe"}},
		"no key":          {"", "set COHORT_API_KEY to the test key", nil},
		"no key for a probe": {
			"", "set COHORT_API_KEY to the test key", []string{"--probe", "--yes", "--document", "same.yaml"},
		},
		"no key at all": {"nonsense", `begins with neither "test_" nor "live_"`, nil},
		"two forms":     {s.TestKey(), "[json markdown]", []string{"--json", "--markdown"}},
	} {
		t.Setenv("COHORT_API_KEY", c.key)
		code, printed, problems := called(t.Context(), append([]string{"doctor"}, c.args...)...)
		if code != 2 || printed != "" || !strings.Contains(problems, c.want) {
			t.Errorf("%s: exit code %d, %s%s", name, code, printed, problems)
		}
	}
	if stats := s.Stats(); stats.Requests > 0 {
		t.Errorf("it sent %v", stats.ByMethod)
	}
}

// TestDoctor_unreached checks what is said when the service cannot be asked.
func TestDoctor_unreached(t *testing.T) {
	s := spoken(t, "", "")
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	for want, c := range map[string]struct{ url, key string }{
		"the test key is not accepted: the service does not know this key (HTTP 401)": {s.URL(), "test_unknown"},
		"connection refused": {closed.URL, s.TestKey()},
	} {
		t.Setenv("COHORT_API_URL", c.url)
		t.Setenv("COHORT_API_KEY", c.key)
		code, printed, problems := called(t.Context(), "doctor")
		if code != 1 || !strings.Contains(printed, want) || strings.Contains(printed+problems, c.key) {
			t.Errorf("exit code %d, %s%s", code, printed, problems)
		}
	}
}

// TestDoctor_dialects runs a probe against the APIs of the examples, with their document and
// without it. Each difference shows where to change what, and nothing is left.
func TestDoctor_dialects(t *testing.T) {
	tried := 0
	for file, want := range map[string]struct{ ids, fix string }{
		"other-path":     {"perk.route", "path of perks in internal/merchants/perks.go"},
		"put":            {"update.route", "update of perks in internal/merchants/perks.go"},
		"upper-case":     {"words.status", "words of perks in internal/merchants/perks.go"},
		"renamed":        {"internalName", "the json tags of Perk and its input"},
		"numbered-pages": {"list.", "pages of perks in internal/merchants/perks.go"},
	} {
		if tried++; tried > sample.Of(5) {
			break
		}
		dialect, err := os.ReadFile(filepath.Join("..", "..", "examples", "dialects", file+".json"))
		if err != nil {
			t.Fatal(err)
		}
		for _, hidden := range []bool{false, true} {
			text := string(dialect)
			if hidden {
				text = strings.TrimSuffix(strings.TrimSpace(text), "}") + `, "document": "hidden"}`
			}
			s := spoken(t, text, "")
			code, printed, problems := called(t.Context(), "doctor", "--probe", "--yes", "--json")
			var report doctor.Report
			if err := json.Unmarshal([]byte(printed), &report); err != nil || code != 2 {
				t.Fatalf("%s: exit code %d, %v, %s%s", file, code, err, printed, problems)
			}
			if (report.Document == nil) != hidden {
				t.Errorf("%s: document is %v", file, report.Document)
			}
			var fixes []string
			for _, f := range report.Matter() {
				if !strings.Contains(f.ID, want.ids) {
					t.Errorf("%s, document hidden %v: it blames %s: %s", file, hidden, f.ID, f.Said)
				}
				fixes = append(fixes, f.Fix)
			}
			if !strings.Contains(strings.Join(fixes, "\n"), want.fix) {
				t.Errorf("%s, document hidden %v: it says to change\n%s", file, hidden, strings.Join(fixes, "\n"))
			}
			for _, kind := range []string{"user-properties", "cohorts", "perks", "digital-assets", "badges", "campaigns"} {
				if left := s.Objects("test", kind); len(left) > 0 {
					t.Errorf("%s: it left %d %s", file, len(left), kind)
				}
			}
		}
	}
}

// TestDoctor_secrecy searches reports under dialects for every text, id and key of a merchant.
func TestDoctor_secrecy(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data.json")
	s := spoken(t, "", data)
	merchant := population.Merchant{URL: s.URL(), Key: s.TestKey()}
	made, err := population.Fill(t.Context(), merchant, population.Plan{Seed: 4, Objects: 60, Hostile: true})
	if err != nil {
		t.Fatal(err)
	}
	private := append(privateTexts(s), made.IDs...)
	private = append(private, s.TestKey()[len("test_"):], s.LiveKey()[len("live_"):])
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	dialects := map[string]string{
		"the contract": "",
		"another API": `{"names": {"*": {"internalName": "name"}}, "errors": {"form": "framework"}, "document": "hidden",
			"require": {"perks": {"category": "string"}}, "late": {"status": 1}}`,
		"moved": `{"prefix": "/v2", "paths": {"perks": "benefits"}, "case": "snake", "document": "hidden", "unique": false}`,
	}
	tried := 0
	for name, dialect := range dialects {
		if tried++; tried > sample.Of(len(dialects)) {
			break
		}
		spoken(t, dialect, data)
		var all strings.Builder
		for _, form := range [][]string{nil, {"--json"}, {"--markdown"}} {
			code, printed, problems := called(t.Context(), append([]string{"doctor", "--probe", "--yes"}, form...)...)
			if code == 1 {
				t.Errorf("%s: %s", name, problems)
			}
			all.WriteString(printed + problems)
		}
		for _, text := range private {
			if strings.Contains(all.String(), text) {
				t.Errorf("%s: %q is in the report", name, text)
			}
		}
	}
}

// privateTexts are the texts of the test merchant that are not a word of the contract.
func privateTexts(s *sandbox.Sandbox) []string {
	var found []string
	var add func(value any)
	add = func(value any) {
		switch value := value.(type) {
		case map[string]any:
			for _, nested := range value {
				add(nested)
			}
		case []any:
			for _, nested := range value {
				add(nested)
			}
		case string:
			if len(value) > 3 && !strings.Contains(string(merchants.OpenAPI), value) {
				found = append(found, value)
			}
		}
	}
	for _, kind := range []string{"user-properties", "cohorts", "perks", "digital-assets", "badges", "campaigns"} {
		for _, object := range s.Objects("test", kind) {
			add(object)
		}
	}
	return found
}
