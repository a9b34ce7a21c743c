package release

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/hex"
	"encoding/json"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/dirhash"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/terraformtest"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

func TestMain(m *testing.M) { os.Exit(terraformtest.Main(m)) }

func TestRelease(t *testing.T) {
	goreleaser := os.Getenv("GORELEASER")
	if goreleaser == "" {
		t.Skip("GORELEASER does not name goreleaser: make release-rehearsal installs and names it")
	}
	if _, err := exec.LookPath("gpg"); err != nil || runtime.GOOS != "linux" {
		t.Skip("the rehearsal needs gpg, and a Terraform that takes SSL_CERT_FILE: run it on Linux")
	}
	s := newSource(t, goreleaser)
	t.Run("check", s.testCheck)

	var anew []string
	if os.Getenv("PLATFORMS") == "all" {
		anew = append(anew, "GOCACHE="+t.TempDir())
	}
	first, second := s.build(t, newer), s.build(t, newer, anew...)
	t.Run("identical", func(t *testing.T) { testIdentical(t, first, second) })
	t.Run("archives", func(t *testing.T) { testArchives(t, first) })

	keys := newKeyring(t)
	publisher, stranger := keys.generate(t, "publisher"), keys.generate(t, "stranger")
	before := s.build(t, older)
	s.sign(t, older, before, keys, publisher)
	s.sign(t, newer, first, keys, publisher)
	s.sign(t, newer, second, keys, stranger)
	key := string(keys.run(t, "--armor", "--export", publisher))
	id := publisher[len(publisher)-16:]

	t.Run("install and upgrade", func(t *testing.T) {
		testUpgrade(t, newRegistry(t, map[string]*release{
			older: ingested(t, before, older), newer: ingested(t, first, newer),
		}, key, id))
	})
	for _, refused := range []struct {
		name, folder, says string
	}{
		{"an archive that was changed", changed(t, first, false), "checksum"},
		{"an archive and its checksum that were changed", changed(t, first, true), "signature"},
		{"the signature of a stranger", second, "signature"},
	} {
		t.Run(refused.name, func(t *testing.T) {
			r := newRegistry(t, map[string]*release{newer: ingested(t, refused.folder, newer)}, key, id)
			w := workspace(t, r, newer)
			result := w.Run("init", "-no-color")
			if result.Code != 1 || !strings.Contains(result.Output, refused.says) || w.Read(".terraform.lock.hcl") != nil {
				t.Errorf("init: exit code %d, want 1 and %q, and no lock file\n%s", result.Code, refused.says, result.Output)
			}
		})
	}
}

// testCheck tries which tags the workflow accepts.
func (s *source) testCheck(t *testing.T) {
	s.git(t, "tag", "v0.2.0")
	s.git(t, "checkout", "-q", "--detach")
	s.git(t, "commit", "-q", "--allow-empty", "-m", "Not on main")
	s.git(t, "tag", "v0.1.1")
	s.git(t, "checkout", "-q", "main")
	for tag, says := range map[string]string{
		"v" + newer: "",
		"v0.1.1":    "v0.1.1 is not on main",
		"v0.2.0":    "CHANGELOG.md does not say when v0.2.0 was released",
	} {
		output, err := s.step("Check", tag, s.checkout(t, tag))
		if (err == nil) != (says == "") || !strings.Contains(output, says) {
			t.Errorf("%s: %v, want %q\n%s", tag, err, says, output)
		}
	}
	s.git(t, "tag", "-d", "v0.2.0", "v0.1.1")
}

// testIdentical compares two builds of one commit. Only signatures may differ: they contain the
// time.
func testIdentical(t *testing.T, first, second string) {
	sums, others := hashes(t, first), hashes(t, second)
	for _, name := range slices.Sorted(maps.Keys(sums)) {
		info, err := os.Stat(filepath.Join(first, name))
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: %d bytes\n\t%s\n\t%s", name, info.Size(), sums[name], others[name])
	}
	if !maps.Equal(sums, others) {
		t.Error("two builds of one commit differ")
	}
	if len(sums) < 4 {
		t.Errorf("a release has %d files, want archives, bills of materials, checksums and a manifest", len(sums))
	}
}

// hashes returns the SHA-256 of each file in a folder.
func hashes(t *testing.T, folder string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	sums := map[string]string{}
	for _, entry := range entries {
		sums[entry.Name()] = hash(t, filepath.Join(folder, entry.Name()))
	}
	return sums
}

func hash(t *testing.T, file string) string {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

// testArchives compares what a binary says of itself with the bill of materials and the notices.
func testArchives(t *testing.T, folder string) {
	archives, err := filepath.Glob(filepath.Join(folder, "*.zip"))
	if err != nil || len(archives) == 0 {
		t.Fatal("no archive", err)
	}
	for _, archive := range archives {
		files := unzip(t, archive)
		binary := "terraform-provider-cohort_v" + newer
		if strings.Contains(archive, "_windows_") {
			binary += ".exe"
		}
		want := []string{"CHANGELOG.md", "LICENSE", "README.md", "THIRD_PARTY_NOTICES", binary}
		if got := slices.Sorted(maps.Keys(files)); !slices.Equal(got, want) {
			t.Fatalf("%s has %v, want %v", filepath.Base(archive), got, want)
		}
		info, err := buildinfo.Read(bytes.NewReader(files[binary]))
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Contains(info.Settings, debug.BuildSetting{Key: "vcs.modified", Value: "false"}) {
			t.Errorf("%s does not say that it was built from a commit", binary)
		}
		content, err := os.ReadFile(strings.TrimSuffix(archive, ".zip") + ".cdx.json")
		if err != nil {
			t.Fatal(err)
		}
		var bill struct {
			Metadata   struct{ Component struct{ Version string } }
			Components []struct{ Name, Version string }
		}
		if err := json.Unmarshal(content, &bill); err != nil {
			t.Fatal(err)
		}
		if bill.Metadata.Component.Version != "v"+newer {
			t.Errorf("the bill of materials is of %s, want v%s", bill.Metadata.Component.Version, newer)
		}
		listed := map[string]bool{}
		for _, c := range bill.Components {
			listed[c.Name+" "+c.Version] = true
		}
		if want := len(info.Deps) + 1; len(listed) != want {
			t.Errorf("the bill of materials lists %d components, want %d", len(listed), want)
		}
		for _, module := range info.Deps {
			name := module.Path + " " + module.Version
			if !listed[name] {
				t.Errorf("the bill of materials lacks %s", name)
			}
			if !bytes.Contains(files["THIRD_PARTY_NOTICES"], []byte("\n"+name+"\n")) {
				t.Errorf("the notices lack %s", name)
			}
		}
	}
}

func unzip(t *testing.T, archive string) map[string][]byte {
	t.Helper()
	reader, err := zip.OpenReader(archive)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = reader.Close() }()
	files := map[string][]byte{}
	for _, file := range reader.File {
		opened, err := file.Open()
		if err != nil {
			t.Fatal(err)
		}
		if files[file.Name], err = io.ReadAll(opened); err != nil {
			t.Fatal(err)
		}
	}
	return files
}

func ingested(t *testing.T, folder, version string) *release {
	t.Helper()
	r, err := ingest(folder, version)
	if err != nil {
		t.Fatal("the registry refuses the release: ", err)
	}
	return r
}

// changed copies a release and changes its archives. If the checksums are changed too, everything
// fits together except the signature.
func changed(t *testing.T, folder string, sums bool) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(folder)); err != nil {
		t.Fatal(err)
	}
	archives, err := filepath.Glob(filepath.Join(dir, "*.zip"))
	if err != nil {
		t.Fatal(err)
	}
	checksums := filepath.Join(dir, project+newer+"_SHA256SUMS")
	text, err := os.ReadFile(checksums)
	if err != nil {
		t.Fatal(err)
	}
	for _, archive := range archives {
		original := hash(t, archive)
		content, err := os.ReadFile(archive)
		if err != nil {
			t.Fatal(err)
		}
		content[len(content)/2] ^= 1
		if err := os.WriteFile(archive, content, 0o600); err != nil {
			t.Fatal(err)
		}
		if sums {
			text = bytes.ReplaceAll(text, []byte(original), []byte(hash(t, archive)))
		}
	}
	if err := os.WriteFile(checksums, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// workspace is a root module that asks the registry for a version of the provider.
func workspace(t *testing.T, r *registry, version string) *terraformtest.Workspace {
	t.Helper()
	w := terraformtest.New(t, `
resource "cohort_list" "vip" {
  name         = "VIP customers"
  reference_id = "vip"
}

resource "cohort_perk" "welcome" {
  internal_name = "welcome"
  title         = { en = "A welcome gift" }
}
`)
	w.Write("terraform.rc", "")
	require(w, version)
	maps.Copy(w.Env, r.env)
	return w
}

func require(w *terraformtest.Workspace, version string) {
	w.Write("versions.tf", `
terraform {
  required_providers {
    cohort = {
      source  = "cohort-xyz/cohort"
      version = "`+version+`"
    }
  }
}
`)
}

// testUpgrade installs the older version, applies with it, and upgrades.
func testUpgrade(t *testing.T, r *registry) {
	s, err := sandbox.Start(sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	w := workspace(t, r, older)
	w.Env["COHORT_API_URL"], w.Env["COHORT_API_KEY"] = s.URL(), s.TestKey()

	initialize(t, w, r, older)
	if result := w.Apply(); result.Code != 0 || !strings.Contains(result.Output, "2 added, 0 changed, 0 destroyed") {
		t.Fatalf("apply: exit code %d\n%s", result.Code, result.Output)
	}
	state := w.Read("terraform.tfstate")

	require(w, newer)
	if result := w.Run("init", "-no-color"); result.Code != 1 {
		t.Errorf("init without -upgrade: exit code %d, want 1, because the other version is locked\n%s",
			result.Code, result.Output)
	}
	initialize(t, w, r, newer, "-upgrade")
	if result := w.Plan(); result.Code != 0 {
		t.Errorf("plan after the upgrade: exit code %d, want 0\n%s", result.Code, result.Output)
	}
	if result := w.Apply(); result.Code != 0 || !strings.Contains(result.Output, "0 added, 0 changed, 0 destroyed") {
		t.Errorf("apply after the upgrade: exit code %d\n%s", result.Code, result.Output)
	}
	if got := w.Read("terraform.tfstate"); !bytes.Equal(got, state) {
		t.Errorf("the upgrade changed the state:\n%s\nbefore:\n%s", got, state)
	}
}

// initialize installs a version, and looks at the lock file and at what was installed.
func initialize(t *testing.T, w *terraformtest.Workspace, r *registry, version string, args ...string) {
	t.Helper()
	result := w.Run(append([]string{"init", "-no-color"}, args...)...)
	if result.Code != 0 || !strings.Contains(result.Output, r.id) {
		t.Fatalf("init of %s: exit code %d, want 0 and the key %s\n%s", version, result.Code, r.id, result.Output)
	}

	release := r.releases[version]
	archive := project + version + "_" + runtime.GOOS + "_" + runtime.GOARCH + ".zip"
	installed, err := dirhash.HashZip(filepath.Join(release.folder, archive), dirhash.Hash1)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{installed}
	for _, sum := range release.sums {
		want = append(want, "zh:"+sum)
	}
	slices.Sort(want)
	lock := string(w.Read(".terraform.lock.hcl"))
	got := regexp.MustCompile(`(h1|zh):[^"]+`).FindAllString(lock, -1)
	slices.Sort(got)
	if !slices.Equal(got, want) || !strings.Contains(lock, `"`+version+`"`) {
		t.Errorf("the lock file is\n%s\nwant version %s and the hashes\n%s", lock, version, strings.Join(want, "\n"))
	}

	binaries, err := filepath.Glob(filepath.Join(w.Dir, ".terraform/providers/*/cohort-xyz/cohort", version, "*",
		"terraform-provider-cohort_v"+version))
	if err != nil || len(binaries) != 1 {
		t.Fatalf("installed are %v: %v", binaries, err)
	}
	output, err := exec.Command(binaries[0], "--version").Output()
	if err != nil || !strings.Contains(string(output), version) {
		t.Errorf("the installed provider says %q: %v", output, err)
	}
	t.Logf("installed %s, verified with key %s, locked with %s", version, r.id, strings.Join(want, " "))
}
