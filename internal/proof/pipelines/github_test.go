package pipelines

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

// workflow is a file of GitHub Actions, as far as ours uses them.
type workflow struct {
	Name        string             `yaml:"name"`
	On          map[string]any     `yaml:"on"`
	Permissions map[string]string  `yaml:"permissions"`
	Concurrency map[string]any     `yaml:"concurrency"`
	Env         map[string]string  `yaml:"env"`
	Jobs        map[string]*action `yaml:"jobs"`
}

// action is a job of a workflow.
type action struct {
	Needs       string            `yaml:"needs"`
	If          string            `yaml:"if"`
	RunsOn      string            `yaml:"runs-on"`
	Timeout     int               `yaml:"timeout-minutes"`
	Permissions map[string]string `yaml:"permissions"`
	Environment string            `yaml:"environment"`
	Outputs     map[string]string `yaml:"outputs"`
	Strategy    struct {
		FailFast *bool               `yaml:"fail-fast"`
		Matrix   map[string][]string `yaml:"matrix"`
	} `yaml:"strategy"`
	Defaults struct {
		Run struct {
			Shell string `yaml:"shell"`
			Dir   string `yaml:"working-directory"`
		} `yaml:"run"`
	} `yaml:"defaults"`
	Steps []step `yaml:"steps"`
}

type step struct {
	ID   string            `yaml:"id"`
	Name string            `yaml:"name"`
	If   string            `yaml:"if"`
	Uses string            `yaml:"uses"`
	With map[string]any    `yaml:"with"`
	Env  map[string]string `yaml:"env"`
	Run  string            `yaml:"run"`
}

// readWorkflow reads the file. Anything that it has and the stand-in does not know is an error.
func readWorkflow(t *testing.T) workflow {
	t.Helper()
	var w workflow
	decode(t, "github-actions.yml", &w)
	return w
}

func decode(t *testing.T, name string, into any) {
	t.Helper()
	file, err := os.Open(filepath.Join(examples, "pipelines", name))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	decoder := yaml.NewDecoder(file)
	decoder.KnownFields(true)
	if err := decoder.Decode(into); err != nil {
		t.Fatalf("%s: %s", name, err)
	}
}

// github is GitHub Actions with our workflow.
type github struct {
	*project
	workflow
	// secrets are the values of COHORT_API_KEY, by environment.
	secrets map[string]string
}

func newGitHub(t *testing.T) (*project, pipeline) {
	t.Helper()
	p := newProject(t)
	return p, &github{project: p, workflow: readWorkflow(t), secrets: map[string]string{
		"cohort-test": p.TestKey(), "cohort-test-plan": p.TestKey(),
		"cohort-live": p.LiveKey(), "cohort-live-plan": p.LiveKey(),
	}}
}

// waits is the environment that has reviewers.
const waits = "cohort-live"

// run runs the jobs, each after the one that it needs.
func (g *github) run(event string, approve func()) map[string]outcome {
	g.t.Helper()
	event = strings.ReplaceAll(event, " ", "_")
	if _, found := g.On[event]; !found {
		g.t.Fatalf("the workflow does not run on %s", event)
	}
	outcomes, outputs := map[string]outcome{}, map[string]map[string]string{}
	for len(outputs) < len(g.Jobs) {
		for _, name := range slices.Sorted(maps.Keys(g.Jobs)) {
			job := g.Jobs[name]
			if _, done := outputs[name]; done || job.Needs != "" && outputs[job.Needs] == nil {
				continue
			}
			outputs[name] = map[string]string{}
			modes := job.Strategy.Matrix["mode"]
			if modes == nil {
				modes = []string{""}
			}
			for _, mode := range modes {
				values := map[string]string{
					"github.event_name": event, "github.token": "token of the job", "github.repository": "sorbier/cohort",
					"matrix.mode": mode,
				}
				if job.Needs != "" {
					for output, value := range outputs[job.Needs] {
						values["needs."+job.Needs+".outputs."+output] = value
					}
				}
				shown := strings.TrimSpace(name + " " + mode)
				if job.Needs != "" && outcomes[job.Needs].end != succeeded || job.If != "" && !g.holds(job.If, values) {
					outcomes[shown] = outcome{end: skipped}
					continue
				}
				environment := g.filled(job.Environment, values)
				if environment == waits {
					approve()
				}
				if environment != "" {
					values["secrets.COHORT_API_KEY"] = g.secrets[environment]
				}
				outcomes[shown] = g.job(job, values)
				for output, from := range job.Outputs {
					outputs[name][output] = g.filled(from, values)
				}
			}
		}
	}
	return outcomes
}

// job runs the steps of a job. It adds their outputs to the values; those that no step has set are
// empty.
func (g *github) job(job *action, values map[string]string) outcome {
	g.t.Helper()
	for _, output := range job.Outputs {
		values[expression.FindStringSubmatch(output)[1]] = ""
	}
	files, lines := g.t.TempDir(), map[string]string{}
	result := outcome{end: succeeded}
	var workspace string
	var environment []string
	for name, value := range g.Env {
		environment = append(environment, name+"="+value)
	}
	for _, name := range []string{"GITHUB_ENV", "GITHUB_OUTPUT", "GITHUB_PATH", "GITHUB_STEP_SUMMARY"} {
		lines[name] = filepath.Join(files, name)
		environment = append(environment, name+"="+lines[name])
	}
	for _, s := range job.Steps {
		if s.If != "" && s.If != "always()" {
			g.t.Fatalf("the stand-in does not know the condition %q of a step", s.If)
		}
		if result.end == failed && s.If != "always()" {
			continue
		}
		if s.Uses != "" {
			workspace = g.uses(s, workspace, values, result.end == failed)
			continue
		}
		with := slices.Clone(environment)
		for name, value := range s.Env {
			with = append(with, name+"="+g.filled(value, values))
		}
		shell := []string{"bash", "-e"}
		if job.Defaults.Run.Shell == "bash" {
			shell = []string{"bash", "--noprofile", "--norc", "-eo", "pipefail"}
		}
		log, code := g.project.run(filepath.Join(workspace, g.filled(job.Defaults.Run.Dir, values)),
			g.filled(s.Run, values), with, shell...)
		result.log += log
		if code != 0 && result.end == succeeded {
			result.end, result.code = failed, code
		}
		environment = append(environment, g.taken(lines["GITHUB_ENV"])...)
		for _, line := range g.taken(lines["GITHUB_OUTPUT"]) {
			name, value, _ := strings.Cut(line, "=")
			values["steps."+s.ID+".outputs."+name] = value
		}
		_ = g.taken(lines["GITHUB_PATH"]) // conftest is in PATH.
		result.summary += strings.Join(g.taken(lines["GITHUB_STEP_SUMMARY"]), "\n")
	}
	g.secret("the summary", []byte(result.summary))
	return result
}

// uses does what an action would do. It returns the workspace.
func (g *github) uses(s step, workspace string, values map[string]string, afterFailure bool) string {
	g.t.Helper()
	switch name, _, _ := strings.Cut(s.Uses, "@"); name {
	case "actions/checkout":
		return g.checkout()
	case "hashicorp/setup-terraform":
	case "actions/upload-artifact":
		for file := range strings.FieldsSeq(g.filled(fmt.Sprint(s.With["path"]), values)) {
			if _, err := os.Stat(filepath.Join(workspace, file)); err != nil && afterFailure {
				continue // GitHub warns.
			}
			g.upload(g.filled(fmt.Sprint(s.With["name"]), values), filepath.Join(workspace, file))
		}
	default:
		g.t.Fatalf("the stand-in does not know the action %s", name)
	}
	return workspace
}

// taken returns the lines of a file by which a step talks to GitHub, and empties it.
func (g *github) taken(file string) []string {
	g.t.Helper()
	content, err := os.ReadFile(file)
	if err != nil && !os.IsNotExist(err) {
		g.t.Fatal(err)
	}
	_ = os.Remove(file)
	if len(content) == 0 {
		return nil
	}
	return strings.Split(strings.TrimSuffix(string(content), "\n"), "\n")
}

var expression = regexp.MustCompile(`\$\{\{ *(.*?) *\}\}`)

// filled replaces the expressions in a text.
func (g *github) filled(text string, values map[string]string) string {
	g.t.Helper()
	return expression.ReplaceAllStringFunc(text, func(match string) string {
		name := expression.FindStringSubmatch(match)[1]
		value, found := values[name]
		if !found {
			g.t.Errorf("there is no %s here", name)
		}
		return value
	})
}

var comparison = regexp.MustCompile(`^(\S+) == '(\w+)'$`)

// holds evaluates the condition of a job.
func (g *github) holds(condition string, values map[string]string) bool {
	g.t.Helper()
	parts := comparison.FindStringSubmatch(condition)
	if parts == nil {
		g.t.Fatalf("the stand-in does not know the condition %q", condition)
	}
	return g.filled("${{ "+parts[1]+" }}", values) == parts[2]
}

// pinned matches an action at a commit, with its version in a comment.
var pinned = regexp.MustCompile(`(?m)^ +- uses: \S+@[0-9a-f]{40} # v\d+\.\d+\.\d+$`)

// TestGitHub_safe holds what keeps the workflow safe: it has no rights but those that a job asks
// for, and no job may write; no run is canceled while it changes a merchant; actions are pinned to
// commits; every job has a shell that fails with any command, and a time limit; only steps that
// talk to Cohort have a key; a job that does not apply cannot change anything; and after an apply
// the next plan has to be empty.
func TestGitHub_safe(t *testing.T) {
	t.Parallel()
	w := readWorkflow(t)
	if w.Permissions == nil || len(w.Permissions) > 0 {
		t.Errorf("the workflow has the permissions %v", w.Permissions)
	}
	if w.Concurrency["cancel-in-progress"] != "${{ github.event_name == 'pull_request' }}" {
		t.Errorf("a run is canceled if %v", w.Concurrency["cancel-in-progress"])
	}
	content, err := os.ReadFile(filepath.Join(examples, "pipelines", "github-actions.yml"))
	if err != nil {
		t.Fatal(err)
	}
	if all := strings.Count(string(content), "uses: "); all == 0 || all != len(pinned.FindAll(content, -1)) {
		t.Error("an action is not pinned to a commit, with its version in a comment")
	}
	for name, job := range w.Jobs {
		if job.Defaults.Run.Shell != "bash" || job.Timeout == 0 || job.RunsOn == "" {
			t.Errorf("%s has the shell %q, the time limit %d and runs on %q",
				name, job.Defaults.Run.Shell, job.Timeout, job.RunsOn)
		}
		for right, access := range job.Permissions {
			if access != "read" {
				t.Errorf("%s may %s %s", name, access, right)
			}
		}
		var script strings.Builder
		for _, s := range job.Steps {
			script.WriteString(s.Run)
			if hasPlan := strings.Contains(s.Run, "terraform plan"); hasPlan && job.Environment != "" &&
				(s.Env["COHORT_READ_ONLY"] == "1") == (name == "test" || name == "live-apply") {
				t.Errorf("%s: the step %q may change a merchant: %t", name, s.Name, s.Env["COHORT_READ_ONLY"] != "1")
			}
			_, hasKey := s.Env["COHORT_API_KEY"]
			if wants := job.Environment != "" && talks.MatchString(s.Run); hasKey != wants {
				t.Errorf("%s: the step %q has a key: %t", name, s.Name, hasKey)
			}
			if s.Uses != "" && strings.HasPrefix(s.Uses, "actions/checkout@") && s.With["persist-credentials"] != false {
				t.Errorf("%s leaves the token of the job behind", name)
			}
		}
		checkEnd(t, name, script.String())
	}
}

// talks matches the commands that talk to Cohort. A job without an environment plans from a
// snapshot.
var talks = regexp.MustCompile(`terraform (plan|apply)|"\$COHORT" snapshot`)
