package states

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/terraformtest"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

var update = flag.Bool("update", false, "write the state of the coming version, from its configuration in testdata")

func TestMain(m *testing.M) { os.Exit(terraformtest.Main(m)) }

// TestStates checks that a released version has a state, and that no state has a write-only code.
// With -update it first writes the state of the coming version.
func TestStates(t *testing.T) {
	t.Parallel()
	version, released := Coming(t, "../../..")
	folder := filepath.Join("testdata", version)
	_, err := os.Stat(filepath.Join(folder, stateFile))
	switch {
	case released && err != nil:
		t.Errorf("%s is released without a state: %v", version, err)
	case released && *update:
		t.Errorf("%s is released, so its state stays as it is", version)
	case *update:
		apply(t, folder)
	}
	folders, err := filepath.Glob("testdata/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, folder := range folders {
		if config := read(t, folder, writeOnlyFile); !bytes.Contains(config, []byte(WriteOnlyCode)) {
			t.Errorf("%s: %s has another code than %s", folder, writeOnlyFile, WriteOnlyCode)
		}
		state := read(t, folder, stateFile)
		var file struct {
			Resources []struct {
				Name      string
				Instances []struct{ Private []byte }
			}
		}
		if err := json.Unmarshal(state, &file); err != nil {
			t.Fatal(err)
		}
		perks := 0
		for _, r := range file.Resources {
			for _, i := range r.Instances {
				if r.Name == writeOnlyPerk {
					perks++
				}
				if bytes.Contains(i.Private, []byte(WriteOnlyCode)) {
					t.Errorf("%s: the private data of %s have the code", folder, r.Name)
				}
			}
		}
		if perks != 1 || bytes.Contains(state, []byte(WriteOnlyCode)) {
			t.Errorf("%s: the state has %d perks with a write-only code, want 1 without the code", folder, perks)
		}
	}
}

func read(t *testing.T, folder, name string) []byte {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(folder, name))
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// apply applies the configuration of a version to an empty merchant, and writes the state and the
// merchants into its folder.
func apply(t *testing.T, folder string) {
	t.Helper()
	if !terraformtest.Supports(t, "a state with identities", "1.12", "") {
		t.Fatal("write it with Terraform 1.12 or later")
	}
	merchants := filepath.Join(t.TempDir(), merchantsFile)
	s, err := sandbox.Start(options(merchants))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	w := terraformtest.New(t, "")
	w.Env["COHORT_API_URL"], w.Env["COHORT_API_KEY"] = s.URL(), s.TestKey()
	configs, err := filepath.Glob(filepath.Join(folder, "*.tf"))
	if err != nil {
		t.Fatal(err)
	}
	for _, config := range configs {
		w.Write(filepath.Base(config), string(read(t, folder, filepath.Base(config))))
	}
	if result := w.Apply(); result.Code != 0 {
		t.Fatal(result.Output)
	}
	write(t, folder, stateFile, string(w.Read("terraform.tfstate")))
	write(t, folder, merchantsFile, string(read(t, filepath.Dir(merchants), merchantsFile)))
}
