package terraformcli

import (
	"archive/zip"
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync/atomic"
	"testing"

	"github.com/hashicorp/hc-install/product"
	"github.com/hashicorp/hc-install/releases"
)

// mirror serves one release of a fake Terraform, which is a script. It counts the requests for the
// release list and for the archive.
func mirror(t *testing.T) (address string, asked, fetched *atomic.Int64) {
	t.Helper()
	var archive bytes.Buffer
	content := zip.NewWriter(&archive)
	binary, err := content.Create(product.Terraform.BinaryName())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := binary.Write([]byte("#!/bin/sh\necho Terraform v9.9.9\n")); err != nil {
		t.Fatal(err)
	}
	if err := content.Close(); err != nil {
		t.Fatal(err)
	}
	name := fmt.Sprintf("terraform_9.9.9_%s_%s.zip", runtime.GOOS, runtime.GOARCH)
	asked, fetched = new(atomic.Int64), new(atomic.Int64)
	mux := http.NewServeMux()
	mux.HandleFunc("/terraform/index.json", func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"name":"terraform","versions":{"9.9.9":{"name":"terraform","version":"9.9.9","builds":[
			{"name":"terraform","version":"9.9.9","os":%q,"arch":%q,"filename":%q,"url":"http://%s/terraform/9.9.9/%s"}]}}}`,
			runtime.GOOS, runtime.GOARCH, name, r.Host, name)
	})
	mux.HandleFunc("/terraform/9.9.9/"+name, func(w http.ResponseWriter, _ *http.Request) {
		fetched.Add(1)
		w.Header().Set("Content-Type", "application/zip")
		_, _ = w.Write(archive.Bytes())
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL, asked, fetched
}

// TestCached checks that Terraform is downloaded once, completely, and found from then on. After an
// error, the message says what to do and no file is left.
func TestCached(t *testing.T) {
	t.Parallel()
	address, _, fetched := mirror(t)
	folder := filepath.Join(t.TempDir(), ".cache", "terraform")
	said := 0
	for range 2 {
		path, err := cached(t.Context(), folder, releases.LatestVersion{ApiBaseURL: address, SkipChecksumVerification: true},
			func(string) { said++ })
		if err != nil {
			t.Fatal(err)
		}
		if want := filepath.Join(folder, product.Terraform.BinaryName()); path != want {
			t.Errorf("it is at %s, want %s", path, want)
		}
		if output, err := exec.CommandContext(t.Context(), path).Output(); err != nil ||
			string(output) != "Terraform v9.9.9\n" {
			t.Errorf("it prints %q (%v)", output, err)
		}
	}
	if n := fetched.Load(); n != 1 || said != 1 {
		t.Errorf("downloaded %d times, said so %d times, want once", n, said)
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) != 1 {
		t.Errorf("the folder has %v (%v), want Terraform alone", left, err)
	}
}

// TestCached_signature checks that an archive without HashiCorp's signature is refused.
func TestCached_signature(t *testing.T) {
	t.Parallel()
	address, _, fetched := mirror(t)
	folder := t.TempDir()
	path, err := cached(t.Context(), folder, releases.LatestVersion{ApiBaseURL: address}, func(string) {})
	if err == nil || fetched.Load() > 0 {
		t.Errorf("%q was taken without a signature (%v)", path, err)
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) != 0 {
		t.Errorf("the folder has %v (%v), want nothing", left, err)
	}
}

// TestFind checks the order: the named program, terraform in PATH, tofu in PATH, the cache of the
// checkout, the mirror.
func TestFind(t *testing.T) {
	goTool, err := exec.LookPath("go")
	if err != nil {
		t.Fatal(err)
	}
	bin := t.TempDir()
	program := func(name string) string {
		path := filepath.Join(bin, name)
		if err := os.WriteFile(path, []byte("#!/bin/sh\n"), 0o700); err != nil {
			t.Fatal(err)
		}
		return path
	}
	find := func(named, want string) {
		t.Helper()
		path, err := Find(t.Context(), named, func(string) {})
		if err != nil || path != want {
			t.Errorf("found %q (%v), want %q", path, err, want)
		}
	}
	t.Setenv("PATH", bin)
	named, tofu := program("another"), program("tofu")
	find("", tofu)
	terraform := program("terraform")
	find("", terraform)
	find(named, named)
	if path, err := Find(t.Context(), filepath.Join(bin, "none"), func(string) {}); err == nil {
		t.Errorf("found %s, which is not there", path)
	}

	checkout := t.TempDir()
	if err := os.WriteFile(filepath.Join(checkout, "go.mod"), []byte("module checkout\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{terraform, tofu} {
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(checkout)
	t.Setenv("PATH", filepath.Dir(goTool))
	for _, name := range []string{"terraform", "tofu"} {
		if path, err := exec.LookPath(name); err == nil {
			t.Fatalf("%s is in the same folder as go: put go into its own folder", path)
		}
	}
	cache := filepath.Join(checkout, ".cache", "terraform")
	address, asked, _ := mirror(t)
	t.Setenv(mirrorVariable, address)
	if path, err := Find(t.Context(), "", func(string) {}); err == nil || asked.Load() == 0 {
		t.Errorf("found %q, asked the mirror %d times (%v); the unsigned archive of the mirror must be refused", path,
			asked.Load(), err)
	}
	if err := os.MkdirAll(cache, 0o750); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(cache, product.Terraform.BinaryName())
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	if resolved, err := filepath.EvalSymlinks(path); err == nil {
		path = resolved
	}
	find("", path)
}
