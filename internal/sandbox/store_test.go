package sandbox_test

import (
	"net"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

func TestDataFileSurvivesARestart(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "sandbox.json")
	first := newBed(t, sandbox.Options{DataFile: file, Seed: 7})
	first.play(`
		POST /v1/cohorts {"type": "list", "name": "VIP", "referenceId": "vip"} => 201 as vip
		POST /v1/perks {"internalName": "a", "title": {"en": "A & B <3"}, "type": "gift",
			"typeConfig": {"big": 9007199254740993, "price": 0.10}}
			=> 201 as perk
		POST /v1/perks/$perk/publish => 200
		POST /v1/perks/$perk/archive => 200
		POST /v1/perks {"internalName": "gone"} => 201 as gone
		DELETE /v1/perks/$gone => 200
		live POST /v1/campaigns {"internalName": "c", "type": "challenge", "typeConfig": {"steps": [{"userAction": "x"}]}}
			=> 201 as campaign`)
	modal := map[string]any{
		"type": "modal", "typeConfig": nil, "whitelistedUrls": nil, "supportedLanguages": []any{"en"},
		"campaign": map[string]any{
			"id": "1", "name": map[string]any{"en": "A"}, "description": map[string]any{}, "imageUrl": nil, "videoUrl": nil,
			"link": "https://x.example", "accentColor": "#fff",
		},
	}
	if err := first.SetDiffusion("live", modal); err != nil {
		t.Fatal(err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}

	second := newBed(t, sandbox.Options{DataFile: file, Seed: 8})
	if second.TestKey() != first.TestKey() || second.LiveKey() != first.LiveKey() {
		t.Error("the keys changed")
	}
	for _, mode := range []string{"test", "live"} {
		if got, want := second.Objects(mode, ""), first.Objects(mode, ""); !reflect.DeepEqual(got, want) {
			t.Errorf("%s has %v, want %v", mode, got, want)
		}
	}
	second.saved = first.saved
	second.play(`
		GET  /v1/perks => 200 {"total": 1, "data": [{"id": "$perk", "status": "archived"}]}
		POST /v1/perks/$perk/unarchive => 200 {"status": "live"}
		POST /v1/cohorts {"type": "list", "name": "x", "referenceId": "vip"} => 417 cohort.already-exists
		live GET /v1/merchants/campaign-diffusion-configuration => 200 {"type": "modal"}
		live PATCH /v1/campaigns/$campaign {"internalName": "d"} => 200 {"typeConfig": {"slug": "c"}}
		live POST /v1/campaigns {"internalName": "c", "type": "store"} => 201 {"typeConfig": {"slug": "c-2"}}
		POST /v1/perks {"internalName": "new"} => 201 as new
		GET  /v1/perks => 200 {"data": [{"id": "$perk"}, {"id": "$new"}]}`)
	raw := second.call(second.TestKey(), "GET", "/v1/perks/"+second.saved["perk"], "").raw
	if !strings.Contains(raw, `"typeConfig":{"big":9007199254740993,"price":0.10}`) {
		t.Errorf("the numbers are not as they were sent: %s", raw)
	}
	if second.saved["new"] == second.saved["gone"] {
		t.Error("an id was given out twice")
	}
}

func TestDataFileIsWrittenWhole(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	file := filepath.Join(folder, "sandbox.json")
	b := newBed(t, sandbox.Options{DataFile: file})
	b.play(`POST /v1/perks {"internalName": "a"} => 201 as perk`)
	before, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	b.play(`POST /v1/perks {"internalName": ""} => 417
		PATCH /v1/perks/$perk {"internalName": "a"} => 200`)
	if after, err := os.ReadFile(file); err != nil || string(after) != string(before) {
		t.Errorf("requests that changed nothing changed the file: %v", err)
	}
	entries, err := os.ReadDir(folder)
	if err != nil || len(entries) != 1 {
		t.Errorf("the folder holds %v, want the data file alone: %v", entries, err)
	}
}

// TestDataFileThatCannotBeWritten checks that a change that cannot be saved is not made.
func TestDataFileThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "data")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	b := newBed(t, sandbox.Options{DataFile: filepath.Join(folder, "sandbox.json")})
	b.play(`POST /v1/cohorts {"type": "list", "name": "a", "referenceId": "a"} => 201 as list`)
	if err := os.RemoveAll(folder); err != nil {
		t.Fatal(err)
	}
	b.play(`
		POST   /v1/cohorts {"type": "list", "name": "b", "referenceId": "b"}
			=> 500 generic.internal-error sandbox: write the data file:
		PATCH  /v1/cohorts/$list {"referenceId": "c"} => 500 generic.internal-error
		DELETE /v1/cohorts/$list => 500 generic.internal-error
		GET    /v1/cohorts => 200 {"total": 1, "data": [{"referenceId": "a"}]}`)
	if err := b.DeleteObject(b.saved["list"]); err == nil {
		t.Error("DeleteObject gives no error")
	}
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	b.play(`
		POST  /v1/cohorts {"type": "list", "name": "b", "referenceId": "a"} => 417 cohort.already-exists
		POST  /v1/cohorts {"type": "list", "name": "b", "referenceId": "b"} => 201
		PATCH /v1/cohorts/$list {"referenceId": "c"} => 200`)
}

func TestDamagedDataFile(t *testing.T) {
	t.Parallel()
	const property = `{"kind": "user-properties", "number": 1, "fields": {"id": "1", "createdAt": "x", ` +
		`"updatedAt": "x", "name": "a", "type": "text", "referenceId": "r"}}`
	for name, tt := range map[string]struct{ content, want string }{
		"empty":           {"", "unexpected end of JSON input"},
		"cut":             {`{"version": 1, "merch`, "unexpected end of JSON input"},
		"another version": {`{"version": 2}`, "its version is 2, want 1"},
		"no merchants":    {`{"version": 1}`, "it lacks the test merchant or its key"},
		"no live key": {
			`{"version": 1, "merchants": {"test": {"key": "test_1"}, "live": {}}}`,
			"it lacks the live merchant or its key",
		},
		"unknown kind": {`{"version": 1, "merchants": {"test": {"key": "test_1", "objects": [{"kind": "things", ` +
			`"fields": {"id": "1"}}]}}}`, `object 0 of test is of the unknown kind "things"`},
		"no fields": {
			`{"version": 1, "merchants": {"test": {"key": "test_1", "objects": [{"kind": "perks"}]}}}`,
			"object 0 of test:",
		},
		"no id": {`{"version": 1, "merchants": {"test": {"key": "test_1", "objects": [{"kind": "perks", ` +
			`"fields": {}}]}}}`, "object 0 of test: generic.invalid-request: id is required"},
		"a wrong form": {
			`{"version": 1, "merchants": {"test": {"key": "test_1", "objects": [{"kind": "user-properties", "number": 1, ` +
				`"fields": {"id": "1", "createdAt": "x", "updatedAt": "x", "name": "a", "type": "word", "referenceId": "r"}}]}}}`,
			"object 0 of test: generic.invalid-request: type must be one of text, number, boolean, date",
		},
		"a wrong status": {
			`{"version": 1, "merchants": {"test": {"key": "test_1", "objects": [{"kind": "badges", "number": 1, ` +
				`"fields": {"id": "1", "createdAt": "x", "updatedAt": "x", "status": "archived"}}]}}}`,
			"object 0 of test: generic.invalid-request: status must be one of draft, published",
		},
		"an id twice": {
			`{"version": 1, "merchants": {"test": {"key": "test_1", "objects": [` + property + `, ` + property + `]}}}`,
			"object 1 of test has no id of its own",
		},
		"diffusion": {
			`{"version": 1, "merchants": {"test": {"key": "test_1", "diffusion": []}}}`,
			"campaign diffusion of test:",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "sandbox.json")
			if err := os.WriteFile(file, []byte(tt.content), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := sandbox.Start(sandbox.Options{DataFile: file})
			if err == nil || !strings.Contains(err.Error(), file) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("the error is %v, want one that names the file and says %q", err, tt.want)
			}
			if after, err := os.ReadFile(file); err != nil || string(after) != tt.content {
				t.Errorf("the damaged file was touched: %q, %v", after, err)
			}
		})
	}
}

func TestStartRefuses(t *testing.T) {
	t.Parallel()
	taken, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	for name, options := range map[string]sandbox.Options{
		"an address that is taken":       {Addr: taken.Addr().String()},
		"an admin address that is taken": {AdminAddr: taken.Addr().String()},
		"a negative latency":             {Latency: -1},
		"a negative rate":                {Rate: -1},
		"a document that is no JSON":     {APIDocument: []byte("openapi: 3.1.0")},
		"a data file without a folder":   {DataFile: filepath.Join(t.TempDir(), "no", "folder.json")},
	} {
		if s, err := sandbox.Start(options); err == nil {
			t.Errorf("%s is accepted", name)
			_ = s.Close()
		} else if !strings.HasPrefix(err.Error(), "sandbox: ") {
			t.Errorf("%s: the error is %v", name, err)
		}
	}
}

func TestKeysAndIDsFollowTheSeed(t *testing.T) {
	t.Parallel()
	made := func(seed uint64) []string {
		b := newBed(t, sandbox.Options{Seed: seed})
		b.play(`POST /v1/perks {"internalName": "a"} => 201 as perk`)
		return []string{b.TestKey(), b.LiveKey(), b.saved["perk"]}
	}
	one, again, other := made(1), made(1), made(2)
	for i := range one {
		if one[i] != again[i] || one[i] == other[i] {
			t.Errorf("seed 1 gives %s and %s, seed 2 %s", one[i], again[i], other[i])
		}
	}
	if !strings.HasPrefix(one[0], "test_") || !strings.HasPrefix(one[1], "live_") || len(one[0]) != 37 ||
		one[0][5:] == one[1][5:] {
		t.Errorf("the keys are %s and %s", one[0], one[1])
	}
}
