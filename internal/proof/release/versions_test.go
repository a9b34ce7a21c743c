package release

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// place is where files state a version. Each group of the pattern is one.
type place struct{ files, pattern string }

// versions are the versions that stand in several places, which cannot read them from one: a
// workflow and an example have to name what they install, and a page and an error say it to a
// person. The first place decides.
var versions = map[string][]place{
	"goreleaser": {
		{"GNUmakefile", `(?m)^GORELEASER_VERSION +:= (.+)$`},
		{".github/workflows/release.yml", `uses: goreleaser/.*\n.*\n +version: (.+)\n`},
		{".github/workflows/test.yml", `uses: goreleaser/.*\n.*\n +version: (.+)\n`},
	},
	"conftest": {
		{"GNUmakefile", `(?m)^CONFTEST_VERSION +:= (.+)$`},
		{"examples/pipelines/github-actions.yml", `/conftest@(\S+)`},
	},
	"Go": {
		{"go.mod", `(?m)^go (\d+\.\d+)`},
		{"internal/tools/external/go.mod", `(?m)^go (\d+\.\d+)`},
		{"internal/proof/pulumi/go.mod", `(?m)^go (\d+\.\d+)`},
		{"README.md", `You need Go (\S+) or later`},
	},
	"Go's toolchain": {
		{"go.mod", `(?m)^toolchain (\S+)`},
		{"internal/tools/external/go.mod", `(?m)^toolchain (\S+)`},
		{"internal/proof/pulumi/go.mod", `(?m)^toolchain (\S+)`},
	},
	"the oldest Terraform and OpenTofu": {
		{"internal/doctor/cli.go", `"the provider", "(.+)", "(.+)"`},
		{"internal/export/module.go", `terraformAtLeast += ">= (.+)"`},
		{"README.md", `You need Terraform or OpenTofu, (\S+) or later`},
		{"templates/index.md.tmpl", `The provider needs Terraform (\S+) or OpenTofu (\S+), or later`},
		{"templates/guides/get-started.md.tmpl", `Terraform or OpenTofu, (\S+) or later`},
		{"templates/guides/adopt.md.tmpl", `Terraform or OpenTofu, (\S+) or later`},
		{"templates/guides/several-brands.md.tmpl", `Terraform or OpenTofu, (\S+) or later`},
		{"templates/guides/testing-modules.md.tmpl", `- Terraform (\S+) or later`},
		{"examples/provider/provider.tf", `required_version = ">= (.+)"`},
		{"examples/loyalty-program/env/*/main.tf", `required_version = ">= (.+)"`},
		{"examples/loyalty-program/modules/loyalty/versions.tf", `required_version = ">= (.+)"`},
		{".github/workflows/test.yml", `version: \["(.+?)\.\*"`},
	},
	"ephemeral values": {
		{"internal/doctor/cli.go", `"ephemeral values", "(.+)", "(.+)"`},
		{"internal/provider/*_test.go", `Supports\(t, "ephemeral .+", "(.+)", "(.+)"\)`},
		{"templates/index.md.tmpl", `cohort_user_auth_token. \| Terraform (.+), OpenTofu (.+) \|`},
		{"templates/ephemeral-resources.md.tmpl", `It needs Terraform (\S+) or OpenTofu (\S+), or later`},
		{"templates/guides/several-brands.md.tmpl", `ephemeral variables: Terraform (\S+) or\s+OpenTofu (\d+\.\d+)`},
	},
	"write-only arguments": {
		{"internal/doctor/cli.go", `"write-only arguments", "(.+)", "(.+)"`},
		{"internal/provider/*_test.go", `Supports\(t, "write-only .+, "(.+)", "(.+)"\)`},
		{"internal/proof/states/*.go", `Supports\(t, "write-only .+, "(.+)", "(.+)"\)`},
		{"internal/provider/perk_schema.go", `Terraform or OpenTofu (\S+) or later`},
		{"templates/index.md.tmpl", `value_wo. of a perk \| Terraform (.+), OpenTofu (.+) \|`},
		{"templates/index.md.tmpl", `value_wo., in Terraform and OpenTofu (\S+) and later`},
		{"templates/resources/perk.md.tmpl", `Terraform or OpenTofu (\S+) and later`},
		{"templates/guides/troubleshooting.md.tmpl", `Terraform and OpenTofu before (\S+) refuse`},
	},
	"import by identity": {
		{"internal/doctor/cli.go", `"import by identity", "(.+)", "(.+)"`},
		{"internal/provider/*_test.go", `Supports\(t, "import by identity", "(.+)", "(.+)"\)`},
		{"templates/index.md.tmpl", `Import by .identity. \| Terraform (.+), OpenTofu (.+) \|`},
		{"templates/resources.md.tmpl", `By identity, in Terraform (\S+) and later`},
	},
	"queries": {
		{"internal/doctor/cli.go", `"queries", "(.+)", ""`},
		{"internal/provider/*_test.go", `Supports\(t, "queries", "(.+)", ""\)`},
		{"templates/index.md.tmpl", `\| Queries .+ \| Terraform (.+) \|`},
		{"templates/list-resources.md.tmpl", `It needs Terraform (\S+) or\s+later`},
		{"templates/guides/adopt.md.tmpl", `With Terraform (\S+) or later, you do not need`},
	},
	"actions": {
		{"internal/doctor/cli.go", `"actions", "(.+)", ""`},
		{"internal/provider/*_test.go", `Supports\(t, "actions", "(.+)", ""\)`},
		{"templates/index.md.tmpl", `cohort_campaign_end. \| Terraform (.+) \|`},
		{"templates/actions/campaign_end.md.tmpl", `It needs Terraform (\S+) or later`},
	},
}

// TestVersions compares all places that state the same version.
func TestVersions(t *testing.T) {
	t.Parallel()
	for what, places := range versions {
		want := ""
		for n, p := range places {
			found := p.found(t)
			if n == 0 {
				want = found
			}
			if found == "" || found != want {
				t.Errorf("%s: %s says %q, and %s says %q", what, p.files, found, places[0].files, want)
			}
		}
	}
}

// found returns the versions at a place without repetition; usually that is one.
func (p place) found(t *testing.T) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(repository, p.files))
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range regexp.MustCompile(p.pattern).FindAllStringSubmatch(string(content), -1) {
			all = append(all, fmt.Sprint(slices.Compact(match[1:])))
		}
	}
	slices.Sort(all)
	return strings.Join(slices.Compact(all), " ")
}
