package guides

import (
	"strings"
	"testing"
)

func TestMissing(t *testing.T) {
	t.Parallel()
	const output = "Reading...\n\n  # a will be imported\nPlan: 9 to import, 0 to add.\nid=5,mode=test   Shop\n"
	for shown, want := range map[string]string{
		"":                                               "",
		"Reading...":                                     "",
		"Reading...\n\n  # a will be imported":           "",
		"…\nPlan: 9 to import, 0 to add.":                "",
		"…\nPlan: 8 to import, 0 to add.":                "Plan: 8 to import, 0 to add.",
		"…\nPlan: 9 to import":                           "Plan: 9 to import",
		"…\nPlan: … to import, 0 to add.":                "",
		"…\nid=…,mode=test   Shop":                       "",
		"…\nid=…,mode=live   Shop":                       "id=…,mode=live   Shop",
		"Plan: 9 to import, 0 to add.":                   "Plan: 9 to import, 0 to add.",
		"Reading...\nPlan: 9 to import, 0 to add.\n…":    "Plan: 9 to import, 0 to add.",
		"…\nPlan: 9 to import, 0 to add.\n…\nReading...": "Reading...",
	} {
		if got := missing(strings.Split(shown, "\n"), output); got != want {
			t.Errorf("missing(%q) = %q, want %q", shown, got, want)
		}
	}
}

func TestRead(t *testing.T) {
	t.Parallel()
	blocks, err := read("Write `old.tf` first.\n\nThen `env/main.tf`:\n\n```terraform\na = 1\n```\n\n" +
		"```console\n$ terraform plan \\\n  -out=x\nPlan\n$ exit 1\nError: no\n```\n")
	if err != nil || len(blocks) != 2 {
		t.Fatalf("%v, %v", blocks, err)
	}
	if b := blocks[0]; b.file != "env/main.tf" || b.content != "a = 1\n" || b.line != 5 {
		t.Errorf("the file is %+v", b)
	}
	if c := blocks[1].commands; len(c) != 2 || c[0].text != "terraform plan \\\n  -out=x" || c[0].shown[0] != "Plan" ||
		c[0].fails() || !c[1].fails() || c[1].line != 13 {
		t.Errorf("the commands are %+v", c)
	}
	for _, guide := range []string{
		"Text.\n\n```terraform\na = 1\n```\n", "`a.tf`\n\nText.\n\n```terraform\na = 1\n```\n", "```\ntree\n```\n",
		"```console\n$ ls\n", "- One:\n\n  ```console\n  $ ls\n  ```\n",
	} {
		if _, err := read(guide); err == nil {
			t.Errorf("%q is accepted", guide)
		}
	}
}

func TestCommand(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]struct {
		open  bool
		needs string
	}{
		"terraform plan": {},
		"terraform-provider-cohort sandbox --data sandbox.json":    {open: true},
		"terraform-provider-cohort sandbox > sandbox.log 2>&1 &":   {},
		"terraform query -generate-config-out=found.tf":            {needs: "1.14"},
		"terraform -chdir=env/live plan -minimal-refresh -out=run": {needs: "1.17"},
	} {
		c := command{text: text}
		if c.staysOpen() != want.open || c.needs() != want.needs {
			t.Errorf("%s: stays open %t, needs %q", text, c.staysOpen(), c.needs())
		}
	}
}

func TestIsPart(t *testing.T) {
	t.Parallel()
	const step = "- name: Nothing is left\n  env:\n    COHORT_API_KEY: ${{ secrets.COHORT_API_KEY }}\n" +
		"  run: terraform plan -detailed-exitcode\n"
	for lines, want := range map[string]bool{
		step: true,
		strings.ReplaceAll(step, "\n  run", "\n   run"):             false,
		strings.ReplaceAll(step, "-detailed-exitcode", "-detailed"): false,
		strings.ReplaceAll(step, "Nothing is left", "Anything"):     false,
	} {
		if isPart(t, lines) != want {
			t.Errorf("%q is a part of a pipeline: %t", lines, !want)
		}
	}
}
