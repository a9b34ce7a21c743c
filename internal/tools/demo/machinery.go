package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/tools/terraformcli"
)

const (
	// A version that satisfies the program's constraint (>= 0.1).
	version = "0.1.0"

	// The time limit of one command. A first build takes longest.
	patience = 10 * time.Minute
	// The time a child has to end after an interrupt.
	grace = 15 * time.Second
)

// demo is the state of the story. Its methods print what they do; once err is set, they do nothing.
type demo struct {
	ctx     context.Context
	out     io.Writer
	color   bool
	started time.Time
	steps   int
	blank   bool // no empty line is needed before the next output

	repository string // the checkout
	dir        string // the temporary directory; the demo writes only there and in .cache
	binary     string // the provider
	cli        string // Terraform or OpenTofu
	cliName    string

	sandbox  *exec.Cmd
	api      string
	admin    string
	testKey  string
	liveKey  string
	snapshot map[string]map[string]object // what holdsTheSame compares against

	err error
}

func newDemo(ctx context.Context, out *os.File) *demo {
	d := &demo{ctx: ctx, out: out, started: time.Now()}
	if info, err := out.Stat(); err == nil {
		d.color = info.Mode()&os.ModeCharDevice != 0 && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
	}
	d.dir, d.err = os.MkdirTemp("", "cohort-demo-")
	return d
}

// end stops the sandbox, removes the temporary directory and prints the result.
func (d *demo) end() error {
	if d.sandbox != nil {
		interrupt(d.sandbox)
		_ = d.sandbox.Wait()
	}
	if err := os.RemoveAll(d.dir); err != nil && d.err == nil {
		d.err = fmt.Errorf("remove the temporary directory: %w", err)
	}
	switch {
	case d.ctx.Err() != nil:
		return errors.New("interrupted: the sandbox is stopped and the temporary directory removed")
	case d.err != nil:
		return fmt.Errorf("step %d failed: %w", d.steps, d.err)
	}
	d.gap()
	d.line(d.bold(fmt.Sprintf("All checks passed. It took %s; the sandbox is stopped and the temporary directory removed.",
		time.Since(d.started).Round(time.Second))))
	return nil
}

func (d *demo) fail(format string, args ...any) {
	if d.err == nil {
		d.err = fmt.Errorf(format, args...)
	}
}

// How the demo prints.

func (d *demo) line(text string) {
	d.blank = text == ""
	fmt.Fprintln(d.out, text)
}

// gap prints one empty line before the next output.
func (d *demo) gap() {
	if !d.blank {
		d.line("")
	}
}

func (d *demo) paint(code, text string) string {
	if !d.color {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

func (d *demo) bold(text string) string { return d.paint("1", text) }

func (d *demo) title(text string) { d.line(d.bold(text)) }

func (d *demo) step(text string) {
	if d.err != nil {
		return
	}
	d.steps++
	d.gap()
	d.line(d.paint("1;36", fmt.Sprintf("%d. %s", d.steps, text)))
	d.blank = true
}

func (d *demo) say(text string) {
	if d.err != nil {
		return
	}
	const width = 100
	d.gap()
	line := "  "
	for word := range strings.FieldsSeq(text) {
		if len(line)+1+len(word) > width {
			d.line(line)
			line = "  "
		}
		line += " " + word
	}
	d.line(line)
	d.gap()
}

func (d *demo) command(text string) {
	d.gap()
	d.line("    " + d.paint("33", "$ "+text))
}

// shell shows a command that a reader would give, and that the demo does by itself.
func (d *demo) shell(text string) {
	if d.err == nil {
		d.command(text)
	}
}

func (d *demo) file(name string) {
	d.gap()
	d.line("    " + name)
}

func (d *demo) held(text string) {
	d.gap()
	d.line("    " + d.paint("32", "✓") + " " + text)
}

func (d *demo) detail(text string) { d.line(strings.TrimRight("      "+text, " ")) }

// The steps of the story.

// build compiles the provider into a filesystem mirror of both registries. Terraform may install
// from nowhere else.
func (d *demo) build() {
	if d.err != nil {
		return
	}
	gomod, err := d.goTool("", "env", "GOMOD")
	if err != nil {
		d.err = err
		return
	}
	d.repository = filepath.Dir(strings.TrimSpace(gomod))
	target := runtime.GOOS + "_" + runtime.GOARCH
	name := "terraform-provider-cohort_v" + version
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	folder := func(host string) string {
		return filepath.Join(d.dir, "mirror", host, "cohort-xyz", "cohort", version, target)
	}
	d.binary = filepath.Join(folder("registry.terraform.io"), name)
	d.command("go build .")
	flags := "-ldflags=-s -w -X main.version=" + version
	if _, err := d.goTool(d.repository, "build", "-trimpath", flags, "-o", d.binary, "."); err != nil {
		d.err = err
		return
	}
	info, err := os.Stat(d.binary)
	if err != nil {
		d.err = err
		return
	}
	d.detail(fmt.Sprintf("terraform-provider-cohort, %.1f MB", float64(info.Size())/1e6))

	if d.err = os.MkdirAll(folder("registry.opentofu.org"), 0o750); d.err != nil {
		return
	}
	if d.err = os.Link(d.binary, filepath.Join(folder("registry.opentofu.org"), name)); d.err != nil {
		return
	}
	configuration := fmt.Sprintf("provider_installation {\n  filesystem_mirror {\n    path = %q\n  }\n}\n",
		filepath.ToSlash(filepath.Join(d.dir, "mirror")))
	d.err = os.WriteFile(d.cliConfiguration(), []byte(configuration), 0o600)
}

func (d *demo) cliConfiguration() string { return filepath.Join(d.dir, "cli.tfrc") }

func (d *demo) goTool(dir string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(d.ctx, patience)
	defer cancel()
	command := exec.CommandContext(ctx, "go", args...)
	command.Dir = dir
	var out, problem bytes.Buffer
	command.Stdout, command.Stderr = &out, &problem
	if err := command.Run(); err != nil {
		return "", fmt.Errorf("go %s: %w\n%s", args[0], err, problem.String())
	}
	return out.String(), nil
}

// findTerraform takes the program in DEMO_TERRAFORM, else terraform or tofu in PATH, else it
// downloads Terraform once.
func (d *demo) findTerraform() {
	if d.err != nil {
		return
	}
	ctx, cancel := context.WithTimeout(d.ctx, patience)
	defer cancel()
	if d.cli, d.err = terraformcli.Find(ctx, os.Getenv("DEMO_TERRAFORM"), d.say); d.err != nil {
		return
	}
	d.cliName = strings.TrimSuffix(filepath.Base(d.cli), ".exe")
	d.command(d.cliName + " version")
	output, err := d.execute(d.dir, "", "version")
	if err != nil {
		d.fail("%s version: %w\n%s", d.cli, err, output)
		return
	}
	d.detail(firstLine(output))
}

// startSandbox runs the provider's own command and reads the first line of its output.
func (d *demo) startSandbox() {
	if d.err != nil {
		return
	}
	d.command("terraform-provider-cohort sandbox")
	command := exec.CommandContext(d.ctx, d.binary, "sandbox")
	command.Cancel = func() error { interrupt(command); return nil }
	command.WaitDelay = grace
	command.Env = d.environment("")
	prepare(command)
	var problem bytes.Buffer
	command.Stderr = &problem
	stdout, err := command.StdoutPipe()
	if err == nil {
		err = command.Start()
	}
	if err != nil {
		d.fail("start the sandbox: %w", err)
		return
	}
	d.sandbox = command

	lines := make(chan []byte, 1)
	go func() {
		line, _ := bufio.NewReader(stdout).ReadBytes('\n')
		lines <- line
	}()
	var line []byte
	select {
	case line = <-lines:
	case <-time.After(grace):
	case <-d.ctx.Done():
		d.err = d.ctx.Err()
		return
	}
	var first struct {
		URL      string `json:"url"`
		AdminURL string `json:"admin_url"`
		TestKey  string `json:"test_key"`
		LiveKey  string `json:"live_key"`
	}
	if err := json.Unmarshal(line, &first); err != nil || first.URL == "" || first.TestKey == "" || first.LiveKey == "" {
		interrupt(command)
		_ = command.Wait()
		d.sandbox = nil
		d.fail("the sandbox did not say where it listens; it printed %q\n%s", line, problem.String())
		return
	}
	d.api, d.admin, d.testKey, d.liveKey = first.URL, first.AdminURL, first.TestKey, first.LiveKey
	d.detail("listens on " + d.api + ", with a key for each merchant: test_… and live_…")
}

// code is the code of the perk in the merchant of a key: each root gets its own.
func (d *demo) code(key string) string {
	if key == d.liveKey {
		return "WELCOME-LIVE"
	}
	return "WELCOME10"
}

func (d *demo) program() string { return filepath.Join(d.dir, "cohort") }

// tree prints the files of the program.
func (d *demo) tree() {
	if d.err != nil {
		return
	}
	d.command("find cohort -type f | sort")
	d.err = fs.WalkDir(os.DirFS(d.program()), ".", func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			d.detail("cohort/" + path)
		}
		return err
	})
}

// remove removes files of the program.
func (d *demo) remove(names ...string) {
	if d.err != nil {
		return
	}
	d.command("rm " + strings.Join(names, " "))
	for _, name := range names {
		d.err = errors.Join(d.err, os.Remove(filepath.Join(d.program(), filepath.FromSlash(name))))
	}
}

// edit replaces one text in a file of the program and shows both lines.
func (d *demo) edit(file, before, after string) {
	if d.err != nil {
		return
	}
	path := filepath.Join(d.program(), filepath.FromSlash(file))
	content, err := os.ReadFile(path)
	if err != nil {
		d.err = err
		return
	}
	if strings.Count(string(content), before) != 1 {
		d.fail("%s should hold %s once", file, before)
		return
	}
	d.file(file)
	for line := range strings.Lines(string(content)) {
		if strings.Contains(line, before) {
			line = strings.TrimSpace(line)
			d.detail(d.paint("31", "- "+line))
			d.detail(d.paint("32", "+ "+strings.Replace(line, before, after, 1)))
		}
	}
	d.err = os.WriteFile(path, []byte(strings.Replace(string(content), before, after, 1)), 0o600)
}

// show prints the block of a file that begins with the word.
func (d *demo) show(file, word string) {
	if d.err != nil {
		return
	}
	content, err := os.ReadFile(filepath.Join(d.program(), filepath.FromSlash(file)))
	if err != nil {
		d.err = err
		return
	}
	d.file(file)
	within := false
	for line := range strings.Lines(string(content)) {
		line = strings.TrimRight(line, "\r\n")
		within = within || strings.HasPrefix(line, word)
		if within {
			d.detail(line)
		}
		if within && line == "}" {
			break
		}
	}
}

// Terraform.

// result is the outcome of one command. Its methods check expectations and print the lines that
// meet them.
type result struct {
	demo    *demo
	name    string
	output  string
	code    int
	allowed int
}

// terraform runs a command in one of the roots with a key. The command must succeed, unless the
// next call says otherwise.
func (d *demo) terraform(root, key string, args ...string) *result {
	if d.err != nil {
		return &result{demo: d}
	}
	d.command(fmt.Sprintf("COHORT_API_KEY=%s… %s -chdir=%s %s", key[:5], d.cliName, root, strings.Join(args, " ")))
	output, err := d.execute(filepath.Join(d.program(), filepath.FromSlash(root)), key, args...)
	return d.result(d.cliName+" "+args[0], output, err)
}

// result returns the outcome of a command.
func (d *demo) result(name, output string, err error) *result {
	r := &result{demo: d, name: name, output: output}
	var exit *exec.ExitError
	switch {
	case d.ctx.Err() != nil:
		d.err = d.ctx.Err()
	case errors.As(err, &exit):
		r.code = exit.ExitCode()
	case err != nil:
		d.fail("%s: %w", r.name, err)
	}
	return r
}

// changes expects a plan that is not empty: exit code 2 of -detailed-exitcode.
func (r *result) changes() *result { return r.ends(2) }

// ends expects this exit code.
func (r *result) ends(code int) *result {
	r.allowed = code
	return r
}

// whole expects that the command succeeded and printed each text, and prints all it said.
func (r *result) whole(texts ...string) {
	d := r.demo
	r.succeeded()
	for _, text := range texts {
		r.lineWith(text)
	}
	if d.err != nil {
		return
	}
	for line := range strings.Lines(r.output) {
		d.detail(strings.TrimRight(line, "\r\n"))
	}
}

// prints expects that the command succeeded and printed each text.
func (r *result) prints(texts ...string) {
	r.succeeded()
	for _, text := range texts {
		if line := r.lineWith(text); r.demo.err == nil {
			r.demo.detail(line)
		}
	}
}

// succeeded fails unless the command ended with the expected exit code.
func (r *result) succeeded() {
	if r.code != r.allowed {
		r.demo.fail("%s ended with exit code %d, not %d. It said:\n\n%s", r.name, r.code, r.allowed, r.output)
	}
}

// lineWith returns the first line of the output that contains the text, and fails if there is none.
func (r *result) lineWith(text string) string {
	line, found := lineWith(r.output, text)
	if !found {
		r.demo.fail("%s did not print %q. It said:\n\n%s", r.name, text, r.output)
	}
	return line
}

// refused expects that the command failed with an error that contains the text, and prints the
// error.
func (r *result) refused(text string) {
	d := r.demo
	if d.err != nil {
		return
	}
	box := errorBox(r.output)
	if r.code != 1 || !strings.Contains(strings.Join(box, " "), text) {
		d.fail("%s should have been refused with an error that names %q; it ended with exit code %d. It said:\n\n%s",
			r.name, text, r.code, r.output)
		return
	}
	for _, line := range box {
		d.detail(d.paint("31", line))
	}
}

// provider runs a command of the provider's own binary, with the keys of both merchants, in the
// directory of the program once there is one. It must succeed, unless the next call says otherwise.
func (d *demo) provider(args ...string) *result {
	if d.err != nil {
		return &result{demo: d}
	}
	d.command("terraform-provider-cohort " + strings.Join(args, " "))
	dir := d.program()
	if _, err := os.Stat(dir); err != nil {
		dir = d.dir
	}
	output, err := d.start(d.binary, dir, d.testKey, args...)
	return d.result("terraform-provider-cohort "+args[0], output, err)
}

// planned saves the plan of a root, and writes it as JSON for the provider's commands.
func (d *demo) planned(root, key, name string) {
	d.terraform(root, key, "plan", "-out="+name+".tfplan").succeeded()
	if d.err != nil {
		return
	}
	d.command(fmt.Sprintf("%s -chdir=%s show -json %s.tfplan > %[3]s.json", d.cliName, root, name))
	output, err := d.execute(filepath.Join(d.program(), filepath.FromSlash(root)), key, "show", "-json", name+".tfplan")
	if err == nil {
		err = os.WriteFile(filepath.Join(d.program(), name+".json"), []byte(output), 0o600)
	}
	if err != nil {
		d.fail("show -json: %w\n%s", err, output)
	}
}

// fingerprint returns the fingerprint of a plan.
func (d *demo) fingerprint(plan string) string {
	r := d.provider("check-plan", "--fingerprint", plan)
	r.prints("cohort1:")
	return strings.TrimSpace(r.output)
}

// execute runs Terraform in an environment without the machine's own configuration.
func (d *demo) execute(dir, key string, args ...string) (string, error) {
	return d.start(d.cli, dir, key, args...)
}

func (d *demo) start(program, dir, key string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(d.ctx, patience)
	defer cancel()
	command := exec.CommandContext(ctx, program, args...)
	command.Dir = dir
	command.Env = d.environment(key)
	command.Cancel = func() error { interrupt(command); return nil }
	command.WaitDelay = grace
	prepare(command)
	output, err := command.CombinedOutput()
	return string(output), err
}

func (d *demo) environment(key string) []string {
	environment := slices.DeleteFunc(os.Environ(), func(variable string) bool {
		return strings.HasPrefix(variable, "TF_") || strings.HasPrefix(variable, "COHORT_")
	})
	environment = append(environment,
		"CHECKPOINT_DISABLE=1",
		"TF_CLI_CONFIG_FILE="+d.cliConfiguration(),
		"TF_IN_AUTOMATION=1",
		"TF_INPUT=0",
		"TF_CLI_ARGS=-no-color",
	)
	if key != "" {
		environment = append(environment, "COHORT_API_URL="+d.api, "COHORT_API_KEY="+key,
			"COHORT_TEST_API_KEY="+d.testKey, "COHORT_LIVE_API_KEY="+d.liveKey, secret+"="+d.code(key))
	}
	return environment
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return strings.TrimSpace(line)
}

// lineWith finds the first line that contains the text. Spaces match any number of spaces, because
// Terraform aligns its output.
func lineWith(output, text string) (string, bool) {
	text = strings.Join(strings.Fields(text), " ")
	for line := range strings.Lines(output) {
		line = strings.TrimSpace(line)
		if strings.Contains(strings.Join(strings.Fields(line), " "), text) {
			return line, true
		}
	}
	return "", false
}

// errorBox returns the text of the first error, without the frame that Terraform draws around it.
// An error without a frame runs to the end of the output.
func errorBox(output string) []string {
	var box []string
	for line := range strings.Lines(output) {
		line = strings.TrimRight(line, "\r\n")
		framed := strings.TrimSpace(strings.TrimPrefix(strings.TrimLeft(line, " "), "│"))
		switch {
		case len(box) == 0 && !strings.HasPrefix(framed, "Error: "):
		case strings.HasPrefix(line, "╵"):
			return box
		default:
			box = append(box, framed)
		}
	}
	return box
}
