package pull_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/planreview"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/terraformtest"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/pull"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/terraform"
)

func TestMain(m *testing.M) { os.Exit(terraformtest.Main(m)) }

const terraformRoot = `
locals {
  shared = "Shared"
}

resource "cohort_list" "each" {
  for_each     = { a = 1, b = 2 }
  reference_id = each.key
  name         = "Same"
}

resource "cohort_list" "counted" {
  count        = 2
  reference_id = "counted-${count.index}"
  name         = local.shared
}

module "loyalty" {
  source   = "./loyalty"
  title    = "Title" # of the perk
  audience = cohort_list.each["a"].id
}
`

const terraformModule = `
variable "title" {}
variable "audience" {}

resource "cohort_perk" "gift" {
  internal_name = "gift"
  title         = { en = var.title }
  description = { en = <<-HTML
      <p>One</p>
      <p>Two</p>
    HTML
  }
  desired_status = "live"
}

resource "cohort_campaign" "summer" {
  internal_name = "summer"
  audience_id   = var.audience
  challenge = {
    title = { en = "Summer" } // the title
    steps = [
      # One
      {
        user_action = "cohort_form"
        title       = { en = "One" }
        triggers    = [{ type = "form", settings = jsonencode({ minimum = 2 }) }]
      },
      # Two
      { user_action = "cohort_form", title = { en = "Two" } }
    ]
  }
  lifecycle {
    ignore_changes = [end_at]
  }
}
`

// TestPull_terraform edits what the real Terraform made, in a root with count, for_each and a
// module, and pulls until nothing but the expressions is left.
func TestPull_terraform(t *testing.T) {
	t.Parallel()
	s, err := sandbox.Start(sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	w := terraformtest.New(t, terraformRoot)
	w.Env["COHORT_API_URL"], w.Env["COHORT_API_KEY"] = s.URL(), s.TestKey()
	if err := os.Mkdir(filepath.Join(w.Dir, "loyalty"), 0o750); err != nil {
		t.Fatal(err)
	}
	w.Write("loyalty/main.tf", terraformModule)
	w.Write("loyalty/versions.tf", string(w.Read("versions.tf")))
	for _, result := range []terraformtest.Result{w.Run("get"), w.Apply()} {
		if result.Code != 0 {
			t.Fatal(result.Output)
		}
	}
	people := &world{t: t, s: s}
	people.patch("cohorts", "a", map[string]any{"name": "Both"})
	people.patch("cohorts", "b", map[string]any{"name": "Both"})
	people.patch("cohorts", "counted-1", map[string]any{"name": "Second"})
	people.patch("perks", "gift", map[string]any{
		"title": map[string]any{"en": "Gift"}, "description": map[string]any{
			"en": "<p>One</p>\n<p>${three}</p>\n",
		}, "imageUrl": "https://a.example/x.png",
	})
	campaign := s.Objects("test", "campaigns")[0]
	config := campaign["typeConfig"].(map[string]any)
	steps := config["steps"].([]any)
	trigger := steps[0].(map[string]any)["triggers"].([]any)[0].(map[string]any)
	trigger["typeConfig"] = map[string]any{"minimum": 3, "page": "x"}
	config["steps"] = []any{steps[1], steps[0]}
	config["name"] = map[string]any{"en": "Summer", "fr": "Été"}
	people.patch("campaigns", "summer", map[string]any{"typeConfig": config, "endAt": "2040-01-01T00:00:00.000Z"})

	cli := terraform.CLI{Directory: w.Dir, Environment: append(os.Environ(),
		"COHORT_API_URL="+s.URL(), "COHORT_API_KEY="+s.TestKey(), "TF_CLI_CONFIG_FILE="+filepath.Join(w.Dir, "terraform.rc"),
		"TMPDIR="+w.Env["TMPDIR"])}
	if cli.Path, err = terraformtest.CLI(); err != nil {
		t.Fatal(err)
	}
	doPull := func() pull.Report {
		t.Helper()
		content, err := cli.Plan(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		plan, err := planreview.Read(t.Context(), content)
		if err != nil || plan.Mode != merchants.ModeTest {
			t.Fatal(err, plan)
		}
		p, err := pull.New(w.Dir, plan, pull.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Write(); err != nil {
			t.Fatal(err)
		}
		return p.Report
	}
	report := doPull()
	const question = "cohort_list.counted[1].name"
	if len(report.Questions) != 1 || report.Questions[0].Address+"."+report.Questions[0].Path != question {
		t.Errorf("%s", said(report))
	}
	result := w.Plan()
	if !strings.Contains(result.Output, "Plan: 0 to add, 1 to change, 0 to destroy.") ||
		!strings.Contains(result.Output, "# cohort_list.counted[1] will be updated in-place") {
		t.Errorf("%s\n%s\n%s", said(report), result.Output, w.Read("loyalty/main.tf"))
	}
	w.Write(
		"main.tf",
		strings.Replace(string(w.Read("main.tf")), "local.shared", `["Shared", "Second"][count.index]`, 1),
	)
	if result := w.Plan(); result.Code != 0 {
		t.Error(result.Output)
	}
	if formatted := w.Run("fmt", "-check", "-diff", "-recursive"); formatted.Code != 0 {
		t.Errorf("what was formatted is not any more:\n%s", formatted.Output)
	}
	if again := doPull(); len(again.Edits)+len(again.Questions)+len(again.Waiting) > 0 {
		t.Errorf("the second pull has\n%s", said(again))
	}
}
