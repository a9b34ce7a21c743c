package companion

import (
	"bytes"
	stdcmp "cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/population"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/terraformtest"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

// TestMain serves a provider where Terraform starts this program as one.
func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) != providerName {
		os.Exit(terraformtest.Main(m))
	}
	if err := serveDeletingProvider(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// keyed sets the three variables with keys; "" leaves one without a value.
func keyed(t *testing.T, one, test, live string) {
	t.Helper()
	t.Setenv("COHORT_API_KEY", one)
	t.Setenv("COHORT_TEST_API_KEY", test)
	t.Setenv("COHORT_LIVE_API_KEY", live)
}

// filled is a sandbox with objects in both merchants, and every key in its variable.
func filled(t *testing.T, plan population.Plan) (s *sandbox.Sandbox, ids, secrets []string) {
	t.Helper()
	s, err := sandbox.Start(sandbox.Options{Seed: 4})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	test := population.Merchant{URL: s.URL(), Key: s.TestKey()}
	made, err := population.Fill(t.Context(), test, plan)
	if err != nil {
		t.Fatal(err)
	}
	live := population.Merchant{URL: s.URL(), Key: s.LiveKey()}
	copied, err := population.Copy(t.Context(), test, live, 0.5, 0.5, plan.Seed)
	if err != nil {
		t.Fatal(err)
	}
	s.Reset()
	t.Setenv("COHORT_API_URL", s.URL())
	keyed(t, s.TestKey(), s.TestKey(), s.LiveKey())
	return s, slices.Concat(made.IDs, copied.IDs), slices.Concat(made.Secrets, copied.Secrets)
}

// onDisk returns all files below a directory with their contents, and its folders.
func onDisk(t *testing.T, directory string) map[string]string {
	t.Helper()
	held := map[string]string{}
	err := filepath.WalkDir(directory, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(directory, path)
		if err != nil || entry.IsDir() {
			held[name] = "a folder"
			return err
		}
		content, err := os.ReadFile(path)
		held[filepath.ToSlash(name)] = string(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return held
}

func put(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// snapshotFile is an empty snapshot.
func snapshotFile(format int, mode string, taken time.Time) string {
	return fmt.Sprintf(`{"cohortSnapshot":%d,"mode":%q,"objects":{"badges":[],"campaigns":[],"cohorts":[],`+
		`"digital-assets":[],"perks":[],"user-properties":[]},"takenAt":%q}`, format, mode, taken.UTC().Format(time.RFC3339))
}

const help = "\nRun \"terraform-provider-cohort export --help\" to see how it is used."

// forbidden is how an error ends that comes from a fault of the tests.
const forbidden = "The service said \"The sandbox was told to answer 403.\" (HTTP 403, code " +
	"generic.injected-fault).\nRequest: GET /v1/perks\n\nThe API key is valid but may not do this. Give the key the " +
	"missing permission in Cohort's admin, or use another key."

// TestExport_refuses checks what bad input gets: an exit code, a text, no request unless it takes
// one to find out, and nothing changed on disk.
func TestExport_refuses(t *testing.T) {
	s, _, _ := filled(t, population.Plan{Seed: 4, Objects: 21})
	dir := t.TempDir()
	const ours = "# Written by terraform-provider-cohort export.\n"
	taken := time.Now().Add(-3 * time.Hour)
	put(t, filepath.Join(dir, "mine", "README.md"), "mine")
	put(t, filepath.Join(dir, "way", "env", "test", "main.tf"), "mine")
	put(t, filepath.Join(dir, "way", "modules", "loyalty", "perks.tf"), ours)
	put(t, filepath.Join(dir, "file"), "mine")
	put(t, filepath.Join(dir, "whole"), snapshotFile(1, "live", taken))
	put(t, filepath.Join(dir, "cut"), snapshotFile(1, "live", taken)[:40])
	put(t, filepath.Join(dir, "newer"), snapshotFile(2, "live", taken))
	put(t, filepath.Join(dir, "other"), `{"serial": 3}`)
	before, path := onDisk(t, dir), os.Getenv("PATH")

	test, live := s.TestKey(), s.LiveKey()
	at := func(name string) []string { return []string{"--from", "snapshot:" + filepath.Join(dir, name)} }
	second := []sandbox.Fault{
		{Route: "/v1/perks", Nth: 2, Count: -1, Status: 403},
		{Route: "/v1/perks", Count: -1, PageSize: 1},
	}
	for name, c := range map[string]struct {
		keys   [3]string
		args   []string
		faults []sandbox.Fault
		code   int
		want   string
		asks   bool   // takes requests to find out
		path   string // in place of PATH
	}{
		"no key": {
			code: 2, want: "set COHORT_API_KEY to the test key; Cohort's admin shows it under Settings > Integrations" + help,
		},
		"the key of live": {
			keys: [3]string{live}, code: 2,
			want: "COHORT_API_KEY is a live key: add --from live, or supply the test key" + help,
		},
		"the key of test": {
			keys: [3]string{test}, args: []string{"--from", "live"}, code: 2,
			want: "COHORT_API_KEY is a test key: add --from test, or supply the live key" + help,
		},
		"no key of both": {
			keys: [3]string{test, test}, args: []string{"--compare", "live"}, code: 2,
			want: "set COHORT_LIVE_API_KEY to the live key; Cohort's admin shows it under Settings > Integrations" + help,
		},
		"two keys of test": {
			keys: [3]string{test, test, test}, args: []string{"--compare", "live"}, code: 2,
			want: "COHORT_LIVE_API_KEY is a test key: it belongs in COHORT_TEST_API_KEY" + help,
		},
		"swapped keys": {
			keys: [3]string{test, live, test}, args: []string{"--compare", "live"}, code: 2,
			want: "COHORT_TEST_API_KEY is a live key: it belongs in COHORT_LIVE_API_KEY" + help,
		},
		"one merchant twice": {
			keys: [3]string{test, test, live}, args: []string{"--compare", "test"}, code: 2,
			want: "--from and --compare are both the test merchant: one has to be test and the other live" + help,
		},
		"a merchant that is none": {
			keys: [3]string{test}, args: []string{"--from", "prod"}, code: 2,
			want: `--from "prod" is none of test, live and snapshot:FILE` + help,
		},
		"a key as an argument": {
			keys: [3]string{test}, args: []string{test}, code: 2,
			want: `unknown command "` + test + `" for "terraform-provider-cohort export"` + help,
		},
		"no directory": {
			keys: [3]string{test}, args: []string{"--out", ""}, code: 2,
			want: "--out is missing: name a directory to write, as in --out cohort" + help,
		},
		"a directory that is not empty": {
			keys: [3]string{test}, args: []string{"--out", filepath.Join(dir, "mine")}, code: 1,
			want: "DIR/mine is not empty. Nothing was written. Choose another directory, or let --force replace what an " +
				"earlier export wrote there",
		},
		"a file for a directory": {
			keys: [3]string{test}, args: []string{"--out", filepath.Join(dir, "file")}, code: 1,
			want: "open DIR/file: not a directory",
		},
		"a directory below a file": {
			keys: [3]string{test}, args: []string{"--out", filepath.Join(dir, "file", "out")}, code: 1,
			want: "open DIR/file/out: not a directory",
		},
		"force over another's file": {
			keys: [3]string{test}, args: []string{"--out", filepath.Join(dir, "way"), "--force"}, code: 1, asks: true,
			want: "no export wrote env/test/main.tf in DIR/way. Nothing was written. Move it away, or choose another directory",
		},
		"verify without Terraform": {
			keys: [3]string{test}, args: []string{"--verify"}, path: "/nowhere", code: 1,
			want: "--verify needs Terraform or OpenTofu: neither terraform nor tofu is in PATH: install one " +
				"of them, or add its directory to PATH",
		},
		"check and force": {
			keys: [3]string{test}, args: []string{"--check", "--force"}, code: 2,
			want: "--check writes nothing, so --force has nothing to replace: leave out one of them" + help,
		},
		"flat and compare": {
			keys: [3]string{test, test, live}, args: []string{"--flat", "--compare", "live"}, code: 2,
			want: "--flat writes one root, which cannot hold the differences between two merchants: leave out --flat or " +
				"--compare" + help,
		},
		"the age of nothing": {
			keys: [3]string{test}, args: []string{"--max-age", "1h"}, code: 2,
			want: "--max-age is about snapshots, and none is read: leave it out" + help,
		},
		"a negative age": {
			args: append(at("whole"), "--max-age", "-1h"), code: 2, want: "--max-age must not be negative" + help,
		},
		"an unknown kind": {
			keys: [3]string{test}, args: []string{"--only", "perks"}, code: 2,
			want: `--only "perks" names no kind; write one of user_property, list, segment, perk, digital_asset, badge, ` +
				`campaign, alone or with a key as in campaign:summer-*` + help,
		},
		"an unknown kind to exclude": {
			keys: [3]string{test}, args: []string{"--exclude", ":x"}, code: 2,
			want: `--exclude ":x" names no kind; write one of user_property, list, segment, perk, digital_asset, badge, ` +
				`campaign, alone or with a key as in campaign:summer-*` + help,
		},
		"a pattern of nothing": {
			keys: [3]string{test}, args: []string{"--only", "perk:nothing-*"}, code: 1, asks: true,
			want: "nothing was written: no object of the test merchant matches perk:nothing-*",
		},
		"a snapshot that is cut off": {args: at("cut"), code: 1, want: "DIR/cut is empty or cut off: make it again"},
		"a newer snapshot": {
			args: at("newer"), code: 1,
			want: "DIR/newer was made by a newer version: its format is 2, and this version knows 1",
		},
		"another file": {
			args: at("other"), code: 1,
			want: "DIR/other is not a snapshot: make one with the command snapshot of this program",
		},
		"no file": {args: at("none"), code: 1, want: "open DIR/none: no such file or directory"},
		"an old snapshot": {
			args: append(at("whole"), "--max-age", "1h"), code: 1,
			want: "DIR/whole is too old: it was taken at " + taken.UTC().Format(time.RFC3339) + ", 3h0mNs ago, and --max-age " +
				"is 1h0m0s. Take another one with the command snapshot",
		},
		"a snapshot of the other merchant": {
			keys: [3]string{test, test, live}, args: append(at("whole"), "--compare", "live"), code: 2,
			want: "--from and --compare are both the live merchant: one has to be test and the other live" + help,
		},
		"an unknown key": {
			keys: [3]string{"test_0123456789"}, code: 1, asks: true,
			want: "nothing was written: user properties of the test merchant could not be read: The service said \"The API " +
				"key is missing or not known.\" (HTTP 401, code generic.unauthorized).\nRequest: GET /v1/user-properties\n\nThe " +
				"service does not accept the API key. Keys are found in Cohort's admin under Settings > Integrations; the key " +
				"may have been revoked, or belong to another address than api_url.",
		},
		"an error on the second page": {
			keys: [3]string{test}, faults: second, code: 1, asks: true,
			want: "nothing was written: perks of the test merchant could not be read: " + forbidden,
		},
		"an error on the second page, with check": {
			keys: [3]string{test}, args: []string{"--check"}, faults: second, code: 1, asks: true,
			want: "nothing was compared: perks of the test merchant could not be read: " + forbidden,
		},
	} {
		s.ClearFaults()
		for _, f := range c.faults {
			if err := s.AddFault(f); err != nil {
				t.Fatal(err)
			}
		}
		s.Reset()
		keyed(t, c.keys[0], c.keys[1], c.keys[2])
		t.Setenv("PATH", stdcmp.Or(c.path, path))
		code, printed, problems := called(t.Context(),
			append([]string{"export", "--out", filepath.Join(dir, "out")}, c.args...)...)
		got := strings.ReplaceAll(problems, dir, "DIR")
		got = regexp.MustCompile(`, id req-\d+|\?cursor=[^,\s]+`).ReplaceAllString(got, "")
		got = regexp.MustCompile(`3h0m\d+s`).ReplaceAllString(got, "3h0mNs")
		if diff := cmp.Diff("Error: "+c.want+"\n", got); code != c.code || printed != "" || diff != "" {
			t.Errorf("%s: exit code %d, want %d; printed %q; -want +got:\n%s", name, code, c.code, printed, diff)
		}
		if sent := s.Stats().Requests; (sent > 0) != c.asks {
			t.Errorf("%s: %d requests were sent", name, sent)
		}
		if diff := cmp.Diff(before, onDisk(t, dir)); diff != "" {
			t.Errorf("%s: on disk, -before +after:\n%s", name, diff)
		}
	}
}

// TestExport_interrupted checks that Ctrl-C in the middle writes nothing and says so.
func TestExport_interrupted(t *testing.T) {
	s := service(t)
	keyed(t, s.TestKey(), "", "")
	for name, args := range map[string][]string{
		"export":   {"export", "--out", "out"},
		"check":    {"export", "--out", "out", "--check"},
		"snapshot": {"snapshot", "--out", "out"},
	} {
		if err := s.AddFault(sandbox.Fault{Route: "/v1/badges", Hang: true}); err != nil {
			t.Fatal(err)
		}
		t.Chdir(t.TempDir())
		ctx, interrupt := context.WithCancel(t.Context())
		s.Reset()
		go func() {
			defer interrupt()
			hangs(t, s)
		}()
		code, printed, problems := called(ctx, args...)
		want := "Error: interrupted; nothing was written\n"
		if name == "check" {
			want = "Error: interrupted; nothing was compared\n"
		}
		if code != 1 || printed != "" || problems != want {
			t.Errorf("%s: exit code %d, %q, %q", name, code, printed, problems)
		}
		if left := onDisk(t, "."); len(left) > 1 {
			t.Errorf("%s left %v", name, left)
		}
		s.ClearFaults()
	}
}

// hangs waits until a fault strikes.
func hangs(t *testing.T, s *sandbox.Sandbox) {
	for t.Context().Err() == nil {
		response, err := http.Get(s.AdminURL() + "/faults")
		if err != nil {
			return
		}
		faults, err := io.ReadAll(response.Body)
		_ = response.Body.Close()
		if err != nil || bytes.Contains(faults, []byte(`"strikes":1`)) {
			return
		}
	}
}

// TestExport_unwritable checks that an object that the provider cannot manage is named, and that
// all others are written.
func TestExport_unwritable(t *testing.T) {
	s, _, _ := filled(t, population.Plan{Seed: 4, Objects: 60})
	odd := map[string]any{"data[0].type": "raffle", "data[0].internalName": "odd"}
	if err := s.AddFault(sandbox.Fault{Route: "/v1/campaigns", Count: -1, Set: odd}); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	code, printed, problems := called(t.Context(), "export", "--out", dir)
	const named = `campaign:odd: Unknown type: The campaign "odd" is of type "raffle", which this version of the ` +
		`provider does not know.`
	if code != 0 || problems != "" || !strings.Contains(printed, "1 × objects that the provider cannot manage\n") ||
		!strings.Contains(printed, named) {
		t.Errorf("exit code %d, %s\n%s", code, printed, problems)
	}
	held := onDisk(t, dir)
	if !strings.Contains(held["EXPORT.md"], "`campaign:odd`") {
		t.Error("EXPORT.md does not name it")
	}
	for kind, folder := range map[string]string{
		"user_property": "user-properties", "perk": "perks", "digital_asset": "digital-assets", "badge": "badges",
		"campaign": "campaigns",
	} {
		want, blocks := len(s.Objects("test", folder)), 0
		if kind == "campaign" {
			want--
		}
		for name, content := range held {
			if strings.HasPrefix(name, "modules/") {
				blocks += strings.Count(content, "\nresource \"cohort_"+kind+"\"")
			}
		}
		if blocks != want {
			t.Errorf("%d of kind %s are written, want %d", blocks, kind, want)
		}
	}
}

// TestExport_check checks what the comparison with a directory prints, and that it writes nothing.
func TestExport_check(t *testing.T) {
	s, _, _ := filled(t, population.Plan{Seed: 4, Objects: 20})
	dir := t.TempDir()
	if code, _, problems := called(t.Context(), "export", "--out", dir); code != 0 {
		t.Fatal(problems)
	}
	code, printed, problems := called(t.Context(), "export", "--out", dir, "--check")
	if code != 0 || problems != "" || !strings.HasSuffix(printed, "\ndiffers      nothing\n") {
		t.Errorf("exit code %d, %s\n%s", code, printed, problems)
	}
	put(t, filepath.Join(dir, "modules", "loyalty", "lists.tf"), "changed")
	if err := os.Remove(filepath.Join(dir, "env", "live", "main.tf")); err != nil {
		t.Fatal(err)
	}
	before := onDisk(t, dir)
	code, printed, problems = called(t.Context(), "export", "--out", dir, "--check", "--verify") // Nothing to verify.
	if code != 2 || problems != "Error: "+dir+" differs from the test merchant in 2 files\n" || !strings.HasSuffix(printed,
		"\ndiffers      2 files\n               env/live/main.tf\n               modules/loyalty/lists.tf\n") {
		t.Errorf("exit code %d, %s\n%s", code, printed, problems)
	}
	code, printed, _ = called(t.Context(), "export", "--out", dir, "--check", "--json")
	if want := `"differs":["env/live/main.tf","modules/loyalty/lists.tf"]}` + "\n"; code != 2 ||
		!strings.HasSuffix(printed, want) {
		t.Errorf("exit code %d, %s", code, printed)
	}
	if diff := cmp.Diff(before, onDisk(t, dir)); diff != "" {
		t.Errorf("--check changed files:\n%s", diff)
	}
	s.Reset()
	code, printed, problems = called(t.Context(), "export", "--out", filepath.Join(dir, "none"), "--check")
	if code != 2 || !strings.Contains(printed, "\n               env/test/main.tf\n") {
		t.Errorf("no directory: exit code %d, %s\n%s", code, printed, problems)
	}
}

// TestExport_json pins the names in the report, which other programs read.
func TestExport_json(t *testing.T) {
	filled(t, population.Plan{Seed: 4, Objects: 60, Hostile: true, Untidy: true})
	dir := t.TempDir()
	code, printed, problems := called(t.Context(),
		"export", "--out", dir, "--compare", "live", "--json", "--exclude", "badge")
	var report any
	if err := json.Unmarshal([]byte(printed), &report); err != nil || code != 0 || problems != "" {
		t.Fatal(code, err, problems)
	}
	found := map[string]bool{}
	jsonNames("", report, found)
	want := []string{
		"asked[]", "excluded", "kinds[].kind", "kinds[].read", "kinds[].rekeyed", "kinds[].written", "merchant",
		"plans[].add", "plans[].change", "plans[].import", "plans[].merchant", "plans[].root", "references", "supplied",
		"todo[].advice", "todo[].id", "todo[].items[].object", "todo[].items[].text", "todo[].title", "variables[]",
	}
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(found))); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// jsonNames collects the paths of all values in JSON that hold no others.
func jsonNames(path string, value any, found map[string]bool) {
	switch value := value.(type) {
	case map[string]any:
		for name, inner := range value {
			jsonNames(strings.TrimPrefix(path+"."+name, "."), inner, found)
		}
	case []any:
		for _, inner := range value {
			jsonNames(path+"[]", inner, found)
		}
	default:
		found[path] = true
	}
}
