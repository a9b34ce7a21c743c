package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/peakrss"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/tools/terraformcli"
)

const module = "github.com/cohort-xyz/terraform-provider-cohort"

// contestants are the measured providers; the first is this one.
var contestants = []struct{ name, source, block, env string }{
	{name: "cohort", source: "cohort", block: "resource \"cohort_perk\" \"p%[1]d\" {\n" +
		"  internal_name = \"perk-%[1]d\"\n  title         = { en = \"Perk %[1]d\" }\n}\n"},
	{name: "smallest, as shipped", source: "smallest", block: "resource \"smallest_perk\" \"p%[1]d\" {\n" +
		"  internal_name = \"perk-%[1]d\"\n  title         = { en = \"Perk %[1]d\" }\n}\n"},
	{
		name: "smallest, silent, no requests", source: "smallest", env: "SMALLEST_SILENT=1",
		block: "resource \"smallest_perk\" \"p%[1]d\" {\n  internal_name = \"perk-%[1]d\"\n" +
			"  title         = { en = \"Perk %[1]d\" }\n}\n",
	},
	{name: "terraform_data", block: "resource \"terraform_data\" \"p%[1]d\" {\n  input = {\n" +
		"    internal_name = \"perk-%[1]d\"\n    title = { en = \"Perk %[1]d\" }\n" +
		"    mode = \"test\"\n    description = null\n    image_url = null\n    video_url = null\n    expires_at = null\n" +
		"    code = null\n    link = null\n    shopify_discount = null\n    custom = null\n" +
		"    desired_status = null\n    on_destroy = \"archive\"\n    status = \"draft\"\n  }\n}\n"},
}

// bench knows the directory with the providers, and Terraform.
type bench struct{ dir, cli string }

// workspace is one contestant with its objects, in its own sandbox.
type workspace struct {
	name, dir, cli string
	env            []string
	sandbox        *sandbox.Sandbox
	state          int64
	least          cost
}

// cost is what one command took. Peaks are 0 where the system does not report them.
type cost struct {
	wall, cpu           time.Duration
	terraform, provider int64
	requests            map[string]int
	stderr              int
}

func newBench(ctx context.Context) (*bench, error) {
	cli, err := terraformcli.Find(ctx, os.Getenv("TF_ACC_TERRAFORM_PATH"),
		func(text string) { fmt.Fprintln(os.Stderr, text) })
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "cohort-bench-")
	if err != nil {
		return nil, err
	}
	b := &bench{dir: dir, cli: cli}
	for name, path := range map[string]string{"cohort": module, "smallest": module + "/internal/proof/bench/smallest"} {
		build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags=-s -w", "-o", b.binary(name), path)
		if output, err := build.CombinedOutput(); err != nil {
			return nil, errors.Join(fmt.Errorf("build %s: %w\n%s", name, err, output), b.close())
		}
	}
	return b, nil
}

func (b *bench) close() error { return os.RemoveAll(b.dir) }

func (b *bench) binary(name string) string { return filepath.Join(b.dir, "terraform-provider-"+name) }

// describe prints the size of the binary and its startup time.
func (b *bench) describe(ctx context.Context, out io.Writer) error {
	info, err := os.Stat(b.binary("cohort"))
	if err != nil {
		return err
	}
	var least time.Duration
	for range 5 {
		took, err := b.start(ctx)
		if err != nil {
			return err
		}
		if least == 0 || took < least {
			least = took
		}
	}
	version, err := exec.CommandContext(ctx, b.cli, "version").Output()
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%s; the provider has %.1f MB and is ready after %d ms\n",
		strings.SplitN(string(version), "\n", 2)[0], float64(info.Size())/1e6, least.Milliseconds())
	return err
}

// start starts the provider as Terraform does, and waits until it prints its address.
func (b *bench) start(ctx context.Context) (took time.Duration, err error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	command := exec.CommandContext(ctx, b.binary("cohort"))
	command.Env = append(os.Environ(),
		"TF_PLUGIN_MAGIC_COOKIE=d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2",
		"PLUGIN_PROTOCOL_VERSIONS=6")
	ready, err := command.StdoutPipe()
	if err != nil {
		return 0, err
	}
	started := time.Now()
	if err := command.Start(); err != nil {
		return 0, err
	}
	_, err = ready.Read(make([]byte, 1))
	took = time.Since(started)
	cancel()
	_ = command.Wait() // The error says that it was killed.
	return took, err
}

// prepare makes the objects of each contestant and their state: the first by an apply, the others
// as copies.
func (b *bench) prepare(ctx context.Context, n int) ([]*workspace, error) {
	var all []*workspace
	for _, c := range contestants {
		s, err := sandbox.Start(sandbox.Options{Seed: 1})
		if err != nil {
			return nil, err
		}
		w := &workspace{name: c.name, dir: filepath.Join(b.dir, fmt.Sprintf("%d %s", n, c.name)), cli: b.cli, sandbox: s}
		w.env = append(os.Environ(), "COHORT_API_URL="+s.URL(), "COHORT_API_KEY="+s.TestKey(),
			"TF_CLI_CONFIG_FILE="+filepath.Join(w.dir, "terraform.rc"),
			"CHECKPOINT_DISABLE=1", "TF_LOG=", c.env)
		config := strings.Builder{}
		if c.source != "" {
			fmt.Fprintf(&config, "terraform {\n  required_providers {\n    %[1]s = { source = \"cohort-xyz/%[1]s\" }\n  }\n}\n",
				c.source)
		}
		fmt.Fprintf(&config, c.block, 0)
		err = errors.Join(os.Mkdir(w.dir, 0o700),
			w.write("main.tf", config.String()),
			w.write("terraform.rc", fmt.Sprintf("provider_installation {\n  dev_overrides {\n"+
				"    \"cohort-xyz/cohort\" = %[1]q\n    \"cohort-xyz/smallest\" = %[1]q\n  }\n  direct {}\n}\n", b.dir)))
		if err != nil {
			return nil, err
		}
		if c.source == "" {
			if _, err := w.run(ctx, 0, "init", "-input=false"); err != nil {
				return nil, err
			}
		}
		if _, err := w.run(ctx, 0, "apply", "-auto-approve", "-input=false"); err != nil {
			return nil, err
		}
		for i := 1; i < n; i++ {
			fmt.Fprintf(&config, c.block, i)
		}
		if err := errors.Join(w.write("main.tf", config.String()), w.fill(ctx, n, c.source != "")); err != nil {
			return nil, err
		}
		all = append(all, w)
	}
	return all, nil
}

// fill copies the first object of a workspace, in the service and in the state. Applying all of
// them would take quadratic time, because Terraform writes its whole local state after each.
func (w *workspace) fill(ctx context.Context, n int, inService bool) error {
	name := filepath.Join(w.dir, "terraform.tfstate")
	content, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	var state map[string]json.RawMessage
	var resources []json.RawMessage
	var first struct {
		Instances []struct{ Attributes struct{ ID string } }
	}
	err = errors.Join(json.Unmarshal(content, &state), json.Unmarshal(state["resources"], &resources),
		json.Unmarshal(resources[0], &first))
	if err != nil {
		return err
	}
	for i := 1; i < n; i++ {
		id := uuid.NewString()
		if inService {
			if id, err = w.makePerk(ctx, i); err != nil {
				return err
			}
		}
		resources = append(resources, json.RawMessage(strings.NewReplacer(
			`"p0"`, fmt.Sprintf(`"p%d"`, i), `"perk-0"`, fmt.Sprintf(`"perk-%d"`, i),
			`"Perk 0"`, fmt.Sprintf(`"Perk %d"`, i), first.Instances[0].Attributes.ID, id).Replace(string(resources[0]))))
	}
	if state["resources"], err = json.Marshal(resources); err != nil {
		return err
	}
	if content, err = json.MarshalIndent(state, "", "  "); err != nil {
		return err
	}
	w.state = int64(len(content))
	return os.WriteFile(name, content, 0o600)
}

// makePerk makes an object like those in the contestants' blocks, and returns its id.
func (w *workspace) makePerk(ctx context.Context, i int) (string, error) {
	body := fmt.Sprintf(`{"internalName": "perk-%[1]d", "title": {"en": "Perk %[1]d"}}`, i)
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, w.sandbox.URL()+"/v1/perks", strings.NewReader(body))
	if err != nil {
		return "", err
	}
	request.Header.Set("Authorization", "Bearer "+w.sandbox.TestKey())
	request.Header.Set("Content-Type", "application/json")
	answer, err := (&http.Client{}).Do(request)
	if err != nil {
		return "", err
	}
	defer func() { _ = answer.Body.Close() }()
	var made struct{ ID string }
	if answer.StatusCode != http.StatusCreated {
		return "", fmt.Errorf("make perk %d: %s", i, answer.Status)
	}
	err = json.NewDecoder(answer.Body).Decode(&made)
	return made.ID, err
}

func (w *workspace) write(name, content string) error {
	return os.WriteFile(filepath.Join(w.dir, name), []byte(content), 0o600)
}

// measure runs plans with all contestants in turn.
func (b *bench) measure(ctx context.Context, workspaces []*workspace, latency time.Duration, rounds int) error {
	for _, w := range workspaces {
		w.least = cost{}
		w.sandbox.ClearFaults()
		if latency > 0 {
			if err := w.sandbox.AddFault(sandbox.Fault{Count: -1, Delay: sandbox.Duration(latency)}); err != nil {
				return err
			}
		}
	}
	for range rounds {
		for _, w := range workspaces {
			c, err := w.run(ctx, 0, "plan", "-detailed-exitcode", "-input=false")
			if err != nil {
				return err
			}
			w.least = w.least.lesser(c)
		}
	}
	return nil
}

// lesser takes the lesser of each figure, because other work on the machine can only increase it.
func (c cost) lesser(other cost) cost {
	if c.wall == 0 {
		return other
	}
	return cost{
		wall: min(c.wall, other.wall), cpu: min(c.cpu, other.cpu), terraform: min(c.terraform, other.terraform),
		provider: min(c.provider, other.provider),
		requests: other.requests, stderr: max(c.stderr, other.stderr),
	}
}

// run runs Terraform and returns the cost of Terraform and the provider. Terraform must end with
// the given exit code.
func (w *workspace) run(ctx context.Context, code int, args ...string) (cost, error) {
	w.sandbox.Reset()
	command := exec.CommandContext(ctx, w.cli, append(args, "-no-color")...)
	command.Dir, command.Env = w.dir, w.env
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	started := time.Now()
	if err := command.Start(); err != nil {
		return cost{}, err
	}
	peaks := peakrss.Watch(command.Process.Pid)
	err := command.Wait()
	c := cost{wall: time.Since(started), requests: w.sandbox.Stats().ByMethod, stderr: stderr.Len()}
	c.terraform, c.provider = peaks()
	c.cpu = command.ProcessState.UserTime() + command.ProcessState.SystemTime()
	if command.ProcessState.ExitCode() != code {
		return c, fmt.Errorf("%s: terraform %s: %w\n%s%s", w.name, args[0], err, stdout.String(), stderr.String())
	}
	return c, nil
}
