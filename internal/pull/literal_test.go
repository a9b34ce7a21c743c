package pull_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/planreview"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/portable"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/pull"
)

// hostile are texts that break careless writers of HCL.
var hostile = []string{
	"", " ", "\n", "\n\n", "plain", `say "hi"`, `C:\new\table`, "${var.x}", "$${x}", "$$${x}",
	"%{ if x }", "%%{x", "$", "%", "$$", "{", "}", "a\nb", "a\nb\n", "a\r\nb", "a\r\nb\r\n", "a\rb",
	"\ta\n\t\tb\n", "  a\n    b\n", "    a\n  b\n", "\n  a\n", "a \nb  \n", "EOT", "EOT\n",
	"a\n  EOT\nb\n", "EOT_\nEOT\nEOT__\n", "<<EOT\nx\nEOT\n", "🎉", "👩‍👩‍👧\n👍🏽\n", "e\u0301",
	"e\u0301\nx\n", "\u200b", "\u202eevil", "a\u2028b", "\u00a0x\n", "\u00a0x\n y\n", "a\x00b",
	"\x1b[31m", "\ufeff", "# x", "// x", "/* x */", "null", "true", "0", "-1", "${", "%{", "a${\n",
	"$${\n%%{\n", "<p>x</p>\n<p>y</p>", "\\", "\\\n", "\\u0041", "a\n\n\nb\n", "a\n \nb\n",
	"  \n  \n", "\t", "\"\"\"", "'", "]", ")", ",", "=", "中国\n",
}

// forms are ways to write a text in HCL; %s is the place. Each may have line breaks of its own.
var forms = map[string]string{
	"quoted":            `"Old $${x} \n"`,
	"empty":             `""`,
	"parentheses":       `("Old")`,
	"two parentheses":   "((\n\"Old\"\n))",
	"number":            `5`,
	"minus":             `-5`,
	"null":              `null`,
	"Boolean":           `true`,
	"heredoc":           "<<EOT\nOld\n  text\nEOT",
	"indented end":      "<<EOT\nOld\n    EOT",
	"empty heredoc":     "<<EOT\nEOT",
	"flush":             "<<-EOT\n    Old\n      text\n\n    EOT",
	"flush with tabs":   "<<-EOT\n\t\tOld\n\tEOT",
	"flush, one line":   "<<-HTML\n      <p>$${x}</p>\n    HTML",
	"empty flush":       "<<-EOT\n  EOT",
	"chomp":             "chomp(<<EOT\nOld\nEOT\n  )",
	"flush in chomp":    "chomp(<<-EOT\n    Old\n    EOT\n  )",
	"trimspace":         "trimspace(<<-EOT\n    Old\n    EOT\n  )",
	"quoted in chomp":   `chomp("Old\n")`,
	"parens with chomp": "(chomp((<<EOT\nOld\nEOT\n)))",
}

// valuesOf evaluates an attribute of the resources of a file.
func valuesOf(t *testing.T, content, name string) (values []cty.Value) {
	t.Helper()
	file, problems := hclsyntax.ParseConfig([]byte(content), "main.tf", hcl.InitialPos)
	if problems.HasErrors() {
		t.Fatalf("%s\n%s", problems, content)
	}
	for _, block := range file.Body.(*hclsyntax.Body).Blocks {
		value, problems := block.Body.Attributes[name].Expr.Value(&hcl.EvalContext{
			Functions: map[string]function.Function{"chomp": stdlib.ChompFunc, "trimspace": stdlib.TrimSpaceFunc},
		})
		if problems.HasErrors() {
			t.Fatal(problems)
		}
		values = append(values, value)
	}
	return values
}

// TestPull_texts writes every hostile text over every form of a literal. The value is exact, and
// what is around it stays.
func TestPull_texts(t *testing.T) {
	t.Parallel()
	for name, form := range forms {
		for _, newline := range []string{"\n", "\r\n"} {
			t.Run(fmt.Sprintf("%s/%q", name, newline), func(t *testing.T) {
				t.Parallel()
				var all strings.Builder
				for i := range hostile {
					fmt.Fprintf(&all, "# é\nresource \"cohort_list\" \"x%d\" { # a\n\tname  =  %s\n    # b\n"+
						"  reference_id=\"x\" // c\n}\n", i, form)
				}
				content := strings.ReplaceAll(all.String(), "\n", newline)
				old := valuesOf(t, content, "name")[0]
				d := newDesk(t, map[string]string{"main.tf": content})
				var resources []*planreview.Resource
				for i, want := range hostile {
					resources = append(resources, edited(fmt.Sprintf("cohort_list.x%d", i),
						object("list", "x", field("name", portable.Value{Literal: old})), object("list", "x", field("name", text(want)))))
				}
				report := d.pull(".", pull.Options{}, resources...)
				if len(report.Questions) > 0 {
					t.Errorf("%+v", report.Questions)
				}
				got := d.read("main.tf")
				edits := map[string]bool{}
				for _, e := range report.Edits {
					edits[e.Address] = true
				}
				for i, value := range valuesOf(t, got, "name") {
					want := cty.StringVal(hostile[i])
					if !edits[resources[i].Address] { // The provider takes both for the same.
						want = old
					}
					if !value.RawEquals(want) {
						t.Errorf("%q was written as %#v", hostile[i], value)
					}
				}
				// What is around the literals is the same.
				around := func(content string) (all []string) {
					for _, block := range strings.Split(content, "# é"+newline)[1:] {
						begin, rest, _ := strings.Cut(block, "name  =  ")
						all = append(all, begin+rest[strings.LastIndex(rest, newline+"    # b"+newline):])
					}
					return all
				}
				if diff := cmp.Diff(around(content), around(got)); diff != "" {
					t.Error(diff)
				}
			})
		}
	}
}

// TestPull_heredocs checks the form of what is written.
func TestPull_heredocs(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ form, text, want string }{
		"as it is":              {"<<EOT\nOld\nEOT", "a\n  b\n", "<<EOT\na\n  b\nEOT"},
		"its end":               {"<<EOT\nOld\n  EOT", "a\n", "<<EOT\na\n  EOT"},
		"indented":              {"<<-EOT\n    Old\n  EOT", "a\n\n  b\n", "<<-EOT\n    a\n\n      b\n  EOT"},
		"tabs":                  {"<<-EOT\n\t\tOld\n\tEOT", "a\n", "<<-EOT\n\t\ta\n\tEOT"},
		"an empty one":          {"<<-EOT\n  EOT", "a\n", "<<-EOT\n    a\n  EOT"},
		"another marker":        {"<<EOT\nOld\nEOT", "EOT\n", "<<EOT_\nEOT\nEOT_"},
		"escapes":               {"<<EOT\nOld\nEOT", "${x} %{y}\n", "<<EOT\n$${x} %%{y}\nEOT"},
		"indented text":         {"<<-EOT\n    Old\n  EOT", "  a\n", "<<EOT\n  a\n  EOT"},
		"no last line break":    {"<<-EOT\n    Old\n  EOT", "a\nb", "chomp(<<-EOT\n    a\n    b\n  EOT\n  )"},
		"chomp stays":           {"chomp(<<EOT\nOld\nEOT\n)", "a", "chomp(<<EOT\na\nEOT\n)"},
		"chomp goes":            {"chomp(<<EOT\nOld\nEOT\n)", "a\n", "<<EOT\na\nEOT"},
		"trimspace stays":       {"trimspace(<<EOT\nOld\nEOT\n)", "a", "trimspace(<<EOT\na\nEOT\n)"},
		"trimspace cannot stay": {"trimspace(<<EOT\nOld\nEOT\n)", " a", `" a"`},
		"invisible":             {"<<EOT\nOld\nEOT", "a\u202eb\n", `"a\u202eb\n"`},
		"quoted":                {`"Old"`, "a\nb\n", `"a\nb\n"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const before, after = "resource \"cohort_list\" \"x\" {\n  name = ", "\n}\n"
			d := newDesk(t, map[string]string{"main.tf": before + c.form + after})
			was := portable.Value{Literal: valuesOf(t, before+c.form+after, "name")[0]}
			d.pull(".", pull.Options{}, edited("cohort_list.x",
				object("list", "x", field("name", was)), object("list", "x", field("name", text(c.text)))))
			if got := d.read("main.tf"); got != before+c.want+after {
				t.Errorf("got\n%s\nwant\n%s", got, before+c.want+after)
			}
		})
	}
}
