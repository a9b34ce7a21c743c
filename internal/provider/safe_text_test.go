package provider_test

import (
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/zclconf/go-cty/cty"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/sample"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/protocol"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

// steering are texts that control a terminal or a pipeline, or that look like something else.
var steering = []string{
	"\x1b[2J\x1b[HNo changes.\r\n::warning::a\n  ::error::b ##[command]c\u00a0e ##teamcity[f]\n" +
		"\u00a0::error::c ##vso[task.setvariable variable=x]y \u202etxt.exe f\u2066g h\u0085i " +
		"j\u2028::k l\x00m\x07 ::error::" + strings.Repeat("n", 90),
	"::set-output name=x::y", strings.Repeat("n", 70<<10),
}

// pipelineCommand matches the start of a command in the logs of several pipelines. Terraform breaks
// lines at blanks, so any word may start a line.
var pipelineCommand = regexp.MustCompile(`##\w*\[|(^|[\s\pZ])::`)

// checkSafe checks that a text controls neither a terminal nor a pipeline, and that it is short
// enough to read.
func checkSafe(t *testing.T, what, text string) {
	t.Helper()
	if len(text) > 80<<10 {
		t.Errorf("%s has %d bytes", what, len(text))
		return
	}
	for _, r := range text {
		if r != '\n' && unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) {
			t.Errorf("%s has %U: %.200q", what, r, text)
		}
	}
	if command := pipelineCommand.FindStringIndex(text); command != nil {
		t.Errorf("%s has a command that a pipeline may obey: %.200q", what, text[command[0]:])
	}
}

// TestTexts_ofTheServiceAreSafe checks that no text of the service controls a terminal or a
// pipeline: codes, messages, pages, names, keys, ids, and words for a status.
func TestTexts_ofTheServiceAreSafe(t *testing.T) {
	t.Parallel()
	for n, text := range steering {
		quoted, err := json.Marshal(text)
		if err != nil {
			t.Fatal(err)
		}
		coded, messaged, page := fmt.Sprintf(`{"code":%s,"message":"m"}`, quoted),
			fmt.Sprintf(`{"code":"generic.invalid-request","message":%s}`, quoted), "<html>"+text
		for name, f := range map[string]sandbox.Fault{
			"code":           {Status: 417, Body: &coded},
			"message":        {Status: 417, Body: &messaged},
			"server error":   {Status: 500, Body: &messaged},
			"page":           {Status: 502, Body: &page},
			"request id":     {Status: 417, Body: &messaged, Headers: map[string]string{"X-Request-Id": headerText(text)}},
			"content type":   {Status: 403, Body: &page, Headers: map[string]string{"Content-Type": headerText(text)}},
			"redirect":       {Status: 302, Headers: map[string]string{"Location": headerText(text)}},
			"id":             {Set: map[string]any{"id": text, "data[].id": text}},
			"name":           {Set: map[string]any{"name": text, "data[].name": text}},
			"internal name":  {Set: map[string]any{"internalName": text, "data[].internalName": text}},
			"key":            {Set: map[string]any{"referenceId": text, "data[].referenceId": text}},
			"status":         {Set: map[string]any{"status": text, "data[].status": text}},
			"type":           {Set: map[string]any{"type": text, "data[].type": text}},
			"condition type": {Set: map[string]any{"conditions": map[string]any{"operator": text, "groups": []any{}}}},
		} {
			if !sample.Case() {
				continue
			}
			t.Run(fmt.Sprint(n, " ", name), func(t *testing.T) {
				t.Parallel()
				w, configured := merchant(t, "live")
				p := configured()
				w.postWith(t, w.LiveKey(), "/v1/cohorts", `{"type":"list","name":"Other","referenceId":"other"}`)
				states := map[string]cty.Value{}
				for kind := range keyed {
					// One kind is enough for the second and third text, and for faults that cause slow retries.
					if n == 0 && f.Status != 302 && f.Status < 500 || kind == "cohort_perk" {
						states[kind], _ = p.made(kind, p.of(kind, "old-"+kind))
					}
				}
				f.Count = -1
				w.fault(t, f)()
				show := func(when string, diagnostics []said) {
					t.Helper()
					for _, d := range diagnostics {
						if strings.Contains(d.summary, "hit a bug") {
							t.Errorf("%s: %s", when, d)
						}
						checkSafe(t, when+", the summary", d.summary)
						checkSafe(t, when+", the detail", d.detail)
					}
				}
				for kind, state := range states {
					p := configured().briefly()
					p.show(kind, state)
					after, _, all := p.readState(kind, state, nil)
					show("read "+kind, all)
					if !after.IsNull() {
						planned, all := p.plan(kind, after, p.of(kind, "old-"+kind))
						show("plan "+kind, all)
						_, _, all = p.carryOut(kind, after, p.of(kind, "old-"+kind), planned)
						show("update "+kind, all)
					}
					none := cty.NullVal(p.states[kind])
					planned, all := p.plan(kind, none, p.of(kind, "new-"+kind))
					show("plan a new "+kind, all)
					// After any other fault, a create searches for its object, and that takes time.
					if f.Status == 417 || name == "name" || name == "status" {
						_, _, all = p.carryOut(kind, none, p.of(kind, "new-"+kind), planned)
						show("create "+kind, all)
					}
					imported, err := p.server.ImportResourceState(t.Context(), &tfprotov6.ImportResourceStateRequest{
						TypeName: kind,
						ID:       "old-" + kind,
					})
					if err != nil {
						t.Fatal(err)
					}
					show("import "+kind, saidBy(imported.Diagnostics))
					found, err := p.server.(tfprotov6.ListResourceServer).ListResource(t.Context(), &tfprotov6.ListResourceRequest{
						TypeName: kind,
						Limit:    100,
						Config:   asDynamic(t, map[string]any{}),
					})
					if err != nil {
						t.Fatal(err)
					}
					for result := range found.Results {
						show("query "+kind, saidBy(result.Diagnostics))
						checkSafe(t, "a result of "+kind, result.DisplayName)
					}
				}
			})
		}
	}
}

// headerText returns the part of a text that a header may contain.
func headerText(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, text[:min(len(text), 4000)])
}

// redactedLog is the variable with the address that the process started by TestRedactLogs reads.
const redactedLog = "PROVIDER_TEST_REDACTED_LOG"

// TestRedactLogs checks that the standard logger shows no key, even with the setting of Go that
// logs every HTTP/2 header.
func TestRedactLogs(t *testing.T) {
	t.Parallel()
	if address := os.Getenv(redactedLog); address != "" {
		protocol.RedactLogs()
		pem, err := os.ReadFile(os.Getenv(redactedLog + "_CA"))
		if err != nil {
			t.Fatal(err)
		}
		key, err := merchants.ParseKey(os.Getenv(redactedLog + "_KEY"))
		if err != nil {
			t.Fatal(err)
		}
		client, err := merchants.New(merchants.Config{Key: key, BaseURL: address, CACertPEM: pem})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := client.Perks.Get(t.Context(), "x1"); err != nil {
			t.Fatal(err)
		}
		return
	}
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"id":"x1"}`))
	}))
	server.EnableHTTP2 = true
	server.StartTLS()
	t.Cleanup(server.Close)
	ca := filepath.Join(t.TempDir(), "ca.pem")
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	if err := os.WriteFile(ca, certificate, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{someLiveKey, "live_ab"} {
		child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestRedactLogs$")
		child.Env = append(os.Environ(), "GODEBUG=http2debug=2", redactedLog+"="+server.URL, redactedLog+"_CA="+ca,
			redactedLog+"_KEY="+key)
		output, err := child.CombinedOutput()
		if err != nil || !strings.Contains(string(output), "authorization") ||
			!strings.Contains(string(output), "Bearer ***") {
			t.Fatalf("the headers were not logged, so nothing was tested: %v: %s", err, output)
		}
		if strings.Contains(string(output), key) {
			t.Errorf("the key %s is in the log", key)
		}
	}
}
