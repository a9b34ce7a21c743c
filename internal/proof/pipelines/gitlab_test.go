package pipelines

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// gitlabFile is a file of GitLab CI, as far as ours uses them.
type gitlabFile struct {
	Stages   []string `yaml:"stages"`
	Workflow struct {
		Rules []rule `yaml:"rules"`
	} `yaml:"workflow"`
	Default struct {
		Image string `yaml:"image"`
	} `yaml:"default"`
	Variables map[string]string    `yaml:"variables"`
	Jobs      map[string]gitlabJob `yaml:",inline"`
}

type gitlabJob struct {
	Extends  string `yaml:"extends"`
	Stage    string `yaml:"stage"`
	Rules    []rule `yaml:"rules"`
	Parallel struct {
		Matrix []map[string][]string `yaml:"matrix"`
	} `yaml:"parallel"`
	Variables   map[string]string `yaml:"variables"`
	Environment struct {
		Name   string `yaml:"name"`
		Action string `yaml:"action"`
	} `yaml:"environment"`
	ResourceGroup string   `yaml:"resource_group"`
	BeforeScript  []string `yaml:"before_script"`
	Script        []string `yaml:"script"`
	AfterScript   []string `yaml:"after_script"`
	Artifacts     struct {
		When     string            `yaml:"when"`
		Access   string            `yaml:"access"`
		Paths    []string          `yaml:"paths"`
		ExpireIn string            `yaml:"expire_in"`
		Reports  map[string]string `yaml:"reports"`
	} `yaml:"artifacts"`
}

type rule struct {
	If   string `yaml:"if"`
	When string `yaml:"when"`
}

// readGitLab reads the file, and joins each job with the one that it extends. Anything that it has
// and the stand-in does not know is an error.
func readGitLab(t *testing.T) gitlabFile {
	t.Helper()
	var f gitlabFile
	decode(t, "gitlab-ci.yml", &f)
	for name, job := range f.Jobs {
		if strings.HasPrefix(name, ".") {
			continue
		}
		base, found := f.Jobs[job.Extends]
		if !found || job.BeforeScript != nil || job.AfterScript != nil {
			t.Fatalf("%s extends %q, and replaces a script of it", name, job.Extends)
		}
		job.BeforeScript, job.AfterScript = base.BeforeScript, base.AfterScript
		f.Jobs[name] = job
	}
	maps.DeleteFunc(f.Jobs, func(name string, _ gitlabJob) bool { return strings.HasPrefix(name, ".") })
	return f
}

// gitlab is GitLab with our file.
type gitlab struct {
	*project
	gitlabFile
	// keys are the values of COHORT_API_KEY, by environment.
	keys map[string]string
}

func newGitLab(t *testing.T) (*project, pipeline) {
	t.Helper()
	p := newProject(t)
	return p, &gitlab{project: p, gitlabFile: readGitLab(t), keys: map[string]string{
		"test": p.TestKey(), "test-plan": p.TestKey(), "live": p.LiveKey(), "live-plan": p.LiveKey(),
	}}
}

// run runs the jobs, stage by stage. After a failure, the later stages are skipped.
func (g *gitlab) run(event string, approve func()) map[string]outcome {
	g.t.Helper()
	values := map[string]string{
		"CI_PIPELINE_SOURCE": map[string]string{
			"push": "push", "pull request": "merge_request_event", "schedule": "schedule",
		}[event],
		"CI_DEFAULT_BRANCH": "main", "CI_JOB_TOKEN": "token of the job", "CI_PROJECT_ID": "1",
		"CI_MERGE_REQUEST_PROJECT_ID": "1", "CI_API_V4_URL": "https://gitlab.example/api/v4",
	}
	if event != "pull request" {
		values["CI_COMMIT_BRANCH"] = "main"
	}
	if _, runs := g.applies(g.Workflow.Rules, values); !runs {
		g.t.Fatalf("the pipeline does not run on %s", event)
	}
	outcomes, end := map[string]outcome{}, succeeded
	for _, stage := range g.Stages {
		before := end
		for _, name := range slices.Sorted(maps.Keys(g.Jobs)) {
			job := g.Jobs[name]
			when, runs := g.applies(job.Rules, values)
			if job.Stage != stage || !runs {
				continue
			}
			modes := []string{""}
			if job.Parallel.Matrix != nil {
				modes = job.Parallel.Matrix[0]["MODE"]
			}
			for _, mode := range modes {
				shown := strings.TrimSpace(name + " " + mode)
				if before == failed {
					outcomes[shown] = outcome{end: skipped}
					continue
				}
				if when == "manual" {
					approve()
				}
				outcomes[shown] = g.job(name, job, mode, values)
				if outcomes[shown].end == failed {
					end = failed
				}
			}
		}
	}
	return outcomes
}

// job runs a job. It adds what the job reports to the values.
func (g *gitlab) job(name string, job gitlabJob, mode string, values map[string]string) outcome {
	g.t.Helper()
	workspace := g.checkout()
	own := maps.Clone(values)
	own["CI_PROJECT_DIR"] = workspace
	for _, variables := range []map[string]string{g.Variables, job.Variables, {"MODE": mode}} {
		for name, value := range variables {
			if value != "" {
				own[name] = value
			}
		}
	}
	filled := func(text string) string {
		for range 3 { // A variable may hold variables.
			text = os.Expand(text, func(variable string) string {
				value, found := own[variable]
				if !found {
					g.t.Errorf("%s: there is no variable %s", name, variable)
				}
				return value
			})
		}
		return text
	}
	if environment := filled(job.Environment.Name); environment != "" {
		own["COHORT_API_KEY"] = g.keys[environment]
	}
	var environment []string
	for name, value := range own {
		environment = append(environment, name+"="+filled(value))
	}
	var result outcome
	script := strings.Join(append(slices.Clone(job.BeforeScript), job.Script...), "\n")
	result.log, result.code = g.project.run(workspace, script, environment, "bash", "-eo", "pipefail")
	result.end = succeeded
	if result.code != 0 {
		result.end = failed
	}
	after, _ := g.project.run(workspace, strings.Join(job.AfterScript, "\n"), environment, "bash", "-eo", "pipefail")
	result.log += after
	result.summary = result.log
	for _, file := range job.Artifacts.Paths {
		file = filepath.Join(workspace, filled(file))
		if _, err := os.Stat(file); err != nil && result.end == failed {
			continue // GitLab warns.
		}
		if result.end == succeeded || job.Artifacts.When == "always" {
			g.upload(name, file)
		}
	}
	if report := job.Artifacts.Reports["dotenv"]; report != "" && result.end == succeeded {
		content, err := os.ReadFile(filepath.Join(workspace, report))
		if err != nil {
			g.t.Fatal(err)
		}
		for line := range strings.Lines(string(content)) {
			name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
			values[name] = value
		}
	}
	for _, left := range []string{"plan", "plan.json"} {
		if found, _ := filepath.Glob(filepath.Join(workspace, "env", "*", left)); len(found) > 0 {
			g.t.Errorf("%s leaves %s behind, which may hold secrets", name, found)
		}
	}
	return result
}

var rules = regexp.MustCompile(`^\$(\w+) == (?:\$(\w+)|"(\w+)")$`)

// applies returns the first rule that holds.
func (g *gitlab) applies(all []rule, values map[string]string) (when string, applies bool) {
	g.t.Helper()
	for _, r := range all {
		parts := rules.FindStringSubmatch(r.If)
		if parts == nil {
			g.t.Fatalf("the stand-in does not know the rule %q", r.If)
		}
		want := parts[3]
		if parts[2] != "" {
			want = values[parts[2]]
		}
		if values[parts[1]] == want {
			return r.When, true
		}
	}
	return "", false
}

// TestGitLab_safe holds what keeps the pipeline safe: a job with a key has an environment, which
// limits where the key is known; jobs that change a merchant run one at a time; live waits for a
// person; a job that only reads cannot change anything; and the snapshots of live are for members.
func TestGitLab_safe(t *testing.T) {
	t.Parallel()
	f := readGitLab(t)
	for name, job := range f.Jobs {
		script := strings.Join(job.Script, "\n")
		changes := strings.Contains(script, "terraform apply")
		checkEnd(t, name, script)
		if changes != (job.ResourceGroup != "") {
			t.Errorf("%s changes a merchant: %t, and has the resource group %q", name, changes, job.ResourceGroup)
		}
		keyless := job.Environment.Name == ""
		if keyless != (job.Variables["STATE"] == "none") {
			t.Errorf("%s has no key: %t, and the state %q", name, keyless, job.Variables["STATE"])
		}
		if readOnly := job.Variables["COHORT_READ_ONLY"] == "1"; !keyless && readOnly == changes {
			t.Errorf("%s changes a merchant: %t, and may: %t", name, changes, !readOnly)
		}
		if !keyless && changes == (job.Environment.Action == "verify") {
			t.Errorf("%s changes a merchant: %t, and its environment has the action %q",
				name, changes, job.Environment.Action)
		}
		if live := job.Environment.Name == "live"; live != (job.Rules[0].When == "manual") ||
			live != (job.Artifacts.Access == "developer") {
			t.Errorf("%s is of live: %t, starts %q, and its artifacts are for %q",
				name, live, job.Rules[0].When, job.Artifacts.Access)
		}
	}
	if len(f.Jobs) == 0 {
		t.Error("there are no jobs")
	}
}
