package guides

import (
	"encoding/json"
	"iter"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/terraformtest"
)

// address is where the README finds the repository. Here git takes it from this checkout.
const address = "https://github.com/cohort-xyz/terraform-provider-cohort"

// onwards are the guides that a newcomer reads after the README.
var onwards = []string{"adopt", "promote", "protect-live"}

// TestNewcomer follows the README to the letter, on a machine without anything of this project: in
// an empty directory with an empty home, from the clone of what is committed to a first resource.
// Then it follows the guides that come next, with the provider that the README built. Only Go's
// caches are those of the machine. It does not run make test a second time, but asks make what that
// would do.
func TestNewcomer(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("the README uses a shell that Windows does not have")
	}
	if path, err := terraformtest.CLI(); err == nil && strings.HasPrefix(filepath.Base(path), "tofu") {
		t.Skip("the README shows what Terraform prints")
	}
	if os.Getenv("NEWCOMER") == "" {
		t.Skip("make newcomer runs it, because it builds everything again")
	}
	env := freshMachine(t)
	started, steps, commands := time.Now(), 0, 0
	step := func(name string, blocks []block, follow func()) {
		begun, count := time.Now(), 0
		for _, b := range blocks {
			count += len(b.commands)
		}
		follow()
		t.Logf("%-20s %3d commands %4.0f s", name, count, time.Since(begun).Seconds())
		steps, commands = steps+1, commands+count
	}

	sh := openShell(t, t.TempDir(), env)
	values := strings.NewReplacer()
	for heading, blocks := range readme(t) {
		step(heading, blocks, func() {
			for _, b := range blocks {
				if b.file != "" {
					sh.start = sh.directory()
					sh.write(b)
				}
				for _, c := range b.commands {
					switch {
					case c.text == "make test":
						if output, code := sh.run("make -n test"); code != 0 || strings.Count(output, "go test ") != 3 {
							t.Errorf("make test would run, with exit code %d:\n%s", code, output)
						}
					case c.staysOpen():
						busy := &shell{t: t, start: sh.directory(), env: sh.environment()}
						values = strings.NewReplacer(busy.open(c)...)
						sh = openShell(t, busy.start, env)
					default:
						sh.enter(c, values)
					}
				}
			}
		})
	}

	settled := slices.DeleteFunc(sh.environment(), func(setting string) bool {
		return strings.HasPrefix(setting, "COHORT_") || strings.HasPrefix(setting, "PWD=")
	})
	for _, name := range onwards {
		blocks := blocksOf(t, name)
		step("guide "+name, blocks, func() {
			scenes[name].run(t, blocks, func(t *testing.T, settings ...string) *shell {
				t.Helper()
				return openShell(t, t.TempDir(), append(slices.Clone(settled), settings...))
			})
		})
	}
	t.Logf("newcomer: %d commands in %d steps, %.0f s", commands, steps, time.Since(started).Seconds())
}

// TestReadme_blocks checks that TestNewcomer can run every block of the README, and gets to what a
// newcomer wants.
func TestReadme_blocks(t *testing.T) {
	t.Parallel()
	blocks, err := read(file(t, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	ran := map[string]bool{}
	for _, b := range blocks {
		for _, c := range b.commands {
			ran[c.text] = true
		}
	}
	for _, command := range []string{"make demo", "make test", "terraform apply", "terraform plan"} {
		if !ran[command] {
			t.Errorf("a reader of the README does not get to: %s", command)
		}
	}
}

// TestReadme_map checks that the map of the README has every folder with code, and no other.
func TestReadme_map(t *testing.T) {
	t.Parallel()
	_, after, _ := strings.Cut(file(t, "README.md"), "\n## Map of the repository\n")
	section, _, _ := strings.Cut(after, "\n## ")
	var mapped, folders []string
	for _, row := range regexp.MustCompile(`(?m)^\| \[(internal/[a-z/]+)\]\((.*?)\)`).FindAllStringSubmatch(section, -1) {
		if mapped = append(mapped, row[1]); row[2] != row[1] {
			t.Errorf("%s leads to %s", row[1], row[2])
		}
	}
	for _, pattern := range []string{"internal/*", "internal/proof/*", "internal/tools/*"} {
		found, err := filepath.Glob(filepath.Join(repository, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, folder := range found {
			folder, err := filepath.Rel(repository, folder)
			if err != nil {
				t.Fatal(err)
			}
			if folder = filepath.ToSlash(folder); folder != "internal/proof" && folder != "internal/tools" {
				folders = append(folders, folder)
			}
		}
	}
	slices.Sort(mapped)
	slices.Sort(folders)
	if diff := cmp.Diff(folders, mapped); diff != "" {
		t.Errorf("the map of the README has other folders (-folders +map):\n%s", diff)
	}
}

// file returns a file of the repository.
func file(t *testing.T, name string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(repository, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// readme yields the headings of the README, as it is committed, and the blocks below each.
func readme(t *testing.T) iter.Seq2[string, []block] {
	t.Helper()
	show := exec.CommandContext(t.Context(), "git", "show", "HEAD:README.md")
	show.Dir = repository
	content, err := show.Output()
	if err != nil {
		t.Fatal(err)
	}
	blocks, err := read(string(content))
	if err != nil {
		t.Fatal(err)
	}
	return func(yield func(string, []block) bool) {
		for len(blocks) > 0 {
			n := 1
			for n < len(blocks) && blocks[n].heading == blocks[0].heading {
				n++
			}
			if !yield(blocks[0].heading, blocks[:n]) {
				return
			}
			blocks = blocks[n:]
		}
	}
}

// freshMachine returns the environment of somebody who has Go, Git, Make and Terraform, and nothing
// else.
func freshMachine(t *testing.T) []string {
	t.Helper()
	cli, err := terraformtest.CLI()
	if err != nil {
		t.Fatal(err)
	}
	if cli, err = exec.LookPath(cli); err != nil {
		t.Fatal(err)
	}
	programs := t.TempDir()
	if err := os.Symlink(cli, filepath.Join(programs, "terraform")); err != nil {
		t.Fatal(err)
	}
	checkout, err := filepath.Abs(repository)
	if err != nil {
		t.Fatal(err)
	}
	env := append([]string{
		"PATH=" + programs + string(os.PathListSeparator) + os.Getenv("PATH"), "HOME=" + t.TempDir(),
		"TMPDIR=" + t.TempDir(), "CHECKPOINT_DISABLE=1", "LC_ALL=C",
		"GIT_CONFIG_COUNT=2", "GIT_CONFIG_KEY_0=url." + checkout + ".insteadOf", "GIT_CONFIG_VALUE_0=" + address,
		"GIT_CONFIG_KEY_1=safe.directory", "GIT_CONFIG_VALUE_1=*",
	}, answers()...)
	output, err := exec.CommandContext(t.Context(), "go", "env", "-json", "GOCACHE", "GOMODCACHE", "GOPROXY", "GOSUMDB",
		"GOFLAGS").Output()
	var caches map[string]string
	if err == nil {
		err = json.Unmarshal(output, &caches)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range slices.Sorted(maps.Keys(caches)) {
		env = append(env, name+"="+caches[name])
	}
	return env
}

// directory returns the directory in which the shell is.
func (s *shell) directory() string {
	s.t.Helper()
	printed, _ := s.run("pwd")
	return strings.TrimSpace(printed)
}

// environment returns the environment variables of the shell.
func (s *shell) environment() []string {
	s.t.Helper()
	printed, code := s.run("env")
	if code != 0 {
		s.t.Fatal(printed)
	}
	return strings.Split(strings.TrimSpace(printed), "\n")
}
