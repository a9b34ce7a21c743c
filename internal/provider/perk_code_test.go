package provider_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/zclconf/go-cty/cty"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/terraformtest"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

// secretCode is a code that is write-only. No state, plan, private data or diagnostic may have it.
const secretCode = "CANARY-4711"

// coded is a perk of the tests below, and what Terraform keeps of it.
type coded struct {
	*plugin
	w    *world
	held object
}

func newCoded(t *testing.T) *coded {
	t.Helper()
	w := newWorld(t, sandbox.Options{})
	p := configuredPlugin(t, w)
	return &coded{plugin: p, w: w, held: object{state: cty.NullVal(p.states["cohort_perk"])}}
}

// of returns a configuration of the perk with these attributes.
func (c *coded) of(attributes ...string) cty.Value {
	c.t.Helper()
	return c.resource("cohort_perk", strings.Join(append([]string{`internal_name = "welcome"`}, attributes...), "\n"))
}

// writeOnlyCode is the attribute code with a write-only value.
func writeOnlyCode(value string, version int) string {
	return fmt.Sprintf("code = { value_wo = %s, value_wo_version = %d }", value, version)
}

// become applies a configuration in another run of Terraform, which reads the perk first. It
// returns the writes.
func (c *coded) become(attributes ...string) []string {
	c.t.Helper()
	planned := c.planned(attributes...)
	return c.applies(c.of(attributes...), planned)
}

// planned reads the perk and plans a configuration. The plan does not have the code.
func (c *coded) planned(attributes ...string) *tfprotov6.PlanResourceChangeResponse {
	c.t.Helper()
	c.anew()
	if !c.held.state.IsNull() {
		c.held = c.reread(c.t, "cohort_perk", c.held)
	}
	planned, all := c.planWith("cohort_perk", c.held.state, c.of(attributes...), c.held.private)
	if len(errorsOf(all)) > 0 {
		c.t.Fatal(all)
	}
	if len(planned.RequiresReplace) > 0 {
		c.t.Errorf("the perk is replaced because of %v", planned.RequiresReplace)
	}
	c.hides("the plan", planned.PlannedState.MsgPack, planned.PlannedPrivate)
	return planned
}

// applies applies a plan, and returns the writes.
func (c *coded) applies(config cty.Value, planned *tfprotov6.PlanResourceChangeResponse) []string {
	c.t.Helper()
	c.w.mark()
	state, private, all := c.carryOut("cohort_perk", c.held.state, config, planned)
	if len(all) > 0 {
		c.t.Fatal(all)
	}
	for _, leaf := range differences(c.decoded("cohort_perk", planned.PlannedState), state) {
		c.t.Errorf("Terraform would call this inconsistent: %s", leaf)
	}
	c.held = object{state, private}
	c.hides("the state", []byte(fmt.Sprintf("%#v", state)), private)
	return c.patched()
}

// refuses applies a plan, and checks that this is refused with one error, and nothing is sent.
func (c *coded) refuses(config cty.Value, planned *tfprotov6.PlanResourceChangeResponse, at, summary string) said {
	c.t.Helper()
	c.w.mark()
	_, _, all := c.carryOut("cohort_perk", c.held.state, config, planned)
	if len(all) != 1 || all[0].path != at || all[0].summary != summary {
		c.t.Fatalf("the apply says %v, want at %s: %s", all, at, summary)
	}
	c.hides("the error", []byte(all[0].String()))
	if sent := c.w.writes(); len(sent) > 0 {
		c.t.Errorf("the refused apply sent %q", sent)
	}
	return all[0]
}

// patched are the writes since mark, without the id.
func (c *coded) patched() []string {
	var all []string
	for _, write := range c.w.writes() {
		all = append(all, strings.ReplaceAll(write, c.held.state.GetAttr("id").AsString(), "<id>"))
	}
	return all
}

func (c *coded) hides(what string, contents ...[]byte) {
	c.t.Helper()
	for _, content := range contents {
		if bytes.Contains(content, []byte(secretCode)) {
			c.t.Errorf("%s contains the code", what)
		}
	}
}

// stores changes the perk outside of Terraform.
func (c *coded) stores(fields map[string]any) { c.w.patch(c.t, "perks", "welcome", fields)() }

// code is the code of the state as plain values.
func (c *coded) code() any {
	c.t.Helper()
	client := &protocolClient{c.server, c.schema}
	return client.plain(c.t, "cohort_perk", dynamic(c.t, c.held.state))["code"]
}

func (c *coded) want(what string, want, got any) {
	c.t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		c.t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// is is the configured code, in HCL.
var is = fmt.Sprintf("%q", secretCode)

// TestPerkCode_writeOnly walks a perk with a write-only code through its life: only another version
// sends the code, and its changes outside of Terraform are not seen.
func TestPerkCode_writeOnly(t *testing.T) {
	t.Parallel()
	c := newCoded(t)
	const sent = `PATCH /v1/perks/<id> {"type":"code","typeConfig":{"code":"CANARY-4711"}}`
	version := func(n float64) any { return map[string]any{"value_wo_version": n} }
	c.want("create", []string{
		`POST /v1/perks {"internalName":"welcome","type":"code","typeConfig":{"code":"CANARY-4711"}}`,
	}, c.become(writeOnlyCode(is, 1)))
	c.want("state", version(1), c.code())
	c.want("nothing changed", []string(nil), c.become(writeOnlyCode(is, 1)))
	c.want("another code of the same version", []string(nil), c.become(writeOnlyCode(`"OTHER"`, 1)))
	c.want("another attribute", []string{`PATCH /v1/perks/<id> {"imageUrl":"https://a.example"}`},
		c.become(writeOnlyCode(`"OTHER"`, 1), `image_url = "https://a.example"`))

	c.stores(map[string]any{"typeConfig": map[string]any{"code": "BY HAND"}})
	c.want("changed by hand", []string{`PATCH /v1/perks/<id> {"imageUrl":null}`}, c.become(writeOnlyCode(is, 1)))
	c.want("another version", []string{sent}, c.become(writeOnlyCode(is, 2)))
	c.want("state", version(2), c.code())
	c.want("another version of the same code", []string(nil), c.become(writeOnlyCode(is, 3)))
	c.want("a lower version", []string(nil), c.become(writeOnlyCode(is, -1)))
	c.want("state", version(-1), c.code())

	c.want("a link", []string{`PATCH /v1/perks/<id> {"type":"link","typeConfig":{"url":"https://a.example"}}`},
		c.become(`link = { url = "https://a.example" }`))
	c.want("state", nil, c.code())
	c.want("a code again", []string{sent}, c.become(writeOnlyCode(is, -1)))
	c.stores(map[string]any{"type": "link", "typeConfig": map[string]any{"url": "https://b.example"}})
	c.want("of another kind by hand", []string{sent}, c.become(writeOnlyCode(is, -1)))
	c.want("no kind", []string{`PATCH /v1/perks/<id> {"type":"none","typeConfig":null}`}, c.become())
}

// TestPerkCode_moves checks that a code moves from the state to where it is write-only, and back,
// in an update.
func TestPerkCode_moves(t *testing.T) {
	t.Parallel()
	c := newCoded(t)
	c.become(`code = { value = "OPEN" }`)
	c.want("the same code", []string(nil), c.become(writeOnlyCode(`"OPEN"`, 1)))
	c.want("state", any(map[string]any{"value_wo_version": 1.0}), c.code())
	c.want("the same code, back", []string(nil), c.become(`code = { value = "OPEN" }`))
	c.want("state", any(map[string]any{"value": "OPEN"}), c.code())
	c.want("another code", []string{`PATCH /v1/perks/<id> {"type":"code","typeConfig":{"code":"CANARY-4711"}}`},
		c.become(writeOnlyCode(is, 1)))
	c.stores(map[string]any{"typeConfig": map[string]any{"code": "BY HAND"}})
	c.want("another code, back", []string{`PATCH /v1/perks/<id> {"type":"code","typeConfig":{"code":"OPEN"}}`},
		c.become(`code = { value = "OPEN" }`))

	// An import reads the code, because it does not know the configuration.
	c.held, _ = c.adopt("cohort_perk", c.held.state.GetAttr("id").AsString())
	c.want("imported", any(map[string]any{"value": "OPEN"}), c.code())
	c.want("after an import", []string(nil), c.become(writeOnlyCode(`"OPEN"`, 1)))
	c.want("state", any(map[string]any{"value_wo_version": 1.0}), c.code())
}

// TestPerkCode_conflicts checks that only a change that somebody can see is a conflict.
func TestPerkCode_conflicts(t *testing.T) {
	t.Parallel()
	const conflict = `Could not update perk "welcome": it was changed outside of Terraform after the plan was made`
	byHand := map[string]any{"typeConfig": map[string]any{"code": "BY HAND"}}
	image := `image_url = "https://a.example"`
	for name, test := range map[string]struct {
		before, after []string
		outside       map[string]any
		refused       string
		sent          []string
	}{
		"another code, which stays": {
			[]string{writeOnlyCode(is, 1)},
			[]string{writeOnlyCode(is, 1), image},
			byHand, "",
			[]string{`PATCH /v1/perks/<id> {"imageUrl":"https://a.example"}`},
		},
		"another code, which goes": {
			[]string{writeOnlyCode(is, 1)},
			[]string{writeOnlyCode(is, 2)},
			byHand, "",
			[]string{`PATCH /v1/perks/<id> {"type":"code","typeConfig":{"code":"CANARY-4711"}}`},
		},
		"another code of a perk that becomes none": {
			[]string{writeOnlyCode(is, 1)},
			nil, byHand, "",
			[]string{`PATCH /v1/perks/<id> {"type":"none","typeConfig":null}`},
		},
		"another code, which is in the state": {
			[]string{`code = { value = "OPEN" }`}, []string{writeOnlyCode(is, 1)}, byHand, "code", nil,
		},
		"another kind": {
			[]string{writeOnlyCode(is, 1)},
			[]string{writeOnlyCode(is, 1), image},
			map[string]any{"type": "link", "typeConfig": map[string]any{"url": "https://b.example"}},
			"code", nil,
		},
		"no kind": {
			[]string{writeOnlyCode(is, 1)},
			[]string{writeOnlyCode(is, 1), image},
			map[string]any{"type": "none", "typeConfig": nil},
			"code", nil,
		},
		"another attribute": {
			[]string{writeOnlyCode(is, 1)},
			[]string{writeOnlyCode(is, 2), image},
			map[string]any{"imageUrl": "https://b.example"},
			"image_url", nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCoded(t)
			c.become(test.before...)
			planned := c.planned(test.after...)
			c.stores(test.outside)
			if test.refused == "" {
				c.want("sent", test.sent, c.applies(c.of(test.after...), planned))
				return
			}
			c.w.mark()
			_, _, all := c.carryOut("cohort_perk", c.held.state, c.of(test.after...), planned)
			if len(all) == 0 || all[0].path != test.refused && all[0].path != "" || all[0].summary != conflict {
				t.Errorf("the apply says %v", all)
			}
			c.hides("the error", []byte(fmt.Sprint(all)))
			if sent := c.w.writes(); len(sent) > 0 {
				t.Errorf("the apply sent %q", sent)
			}
		})
	}
}

// TestPerkCode_overwrites checks that a code replaces another kind, if conflicts are overwritten.
func TestPerkCode_overwrites(t *testing.T) {
	t.Parallel()
	c := newCoded(t)
	if all := c.configure(c.block + "\nconflict_policy = \"overwrite\""); len(all) > 0 {
		t.Fatal(all)
	}
	c.become(writeOnlyCode(is, 1))
	attributes := []string{writeOnlyCode(is, 1), `image_url = "https://a.example"`}
	planned := c.planned(attributes...)
	c.stores(map[string]any{"type": "link", "typeConfig": map[string]any{"url": "https://b.example"}})
	c.want("sent", []string{
		`PATCH /v1/perks/<id> {"imageUrl":"https://a.example","type":"code","typeConfig":{"code":"CANARY-4711"}}`,
	}, c.applies(c.of(attributes...), planned))
}

// TestPerkCode_missingInApply checks that no empty code is sent if an ephemeral value was supplied
// to the plan and not to the apply, and that an apply which does not send the code does without it.
func TestPerkCode_missingInApply(t *testing.T) {
	t.Parallel()
	for name, lost := range map[string]string{"null": "null", "blank": `" "`} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCoded(t)
			planned := c.planned(writeOnlyCode(is, 1))
			told := c.refuses(c.of(writeOnlyCode(lost, 1)), planned, "code.value_wo", "No code to send")
			if !strings.Contains(told.detail, "code.value_wo is null or blank in this apply") {
				t.Errorf("the error says %s", told)
			}
			c.become(writeOnlyCode(is, 1))
			c.refuses(c.of(writeOnlyCode(lost, 2)), c.planned(writeOnlyCode(is, 2)), "code.value_wo", "No code to send")

			planned = c.planned(writeOnlyCode(is, 1), `image_url = "https://a.example"`)
			c.want("without need", []string{`PATCH /v1/perks/<id> {"imageUrl":"https://a.example"}`},
				c.applies(c.of(writeOnlyCode(lost, 1), `image_url = "https://a.example"`), planned))
		})
	}
}

// TestPerkCode_refused checks where errors of the service stand, and that they do not repeat the
// code. The next apply sends it again.
func TestPerkCode_refused(t *testing.T) {
	t.Parallel()
	c := newCoded(t)
	body := `{"code":"generic.invalid-request","message":"typeConfig.code must not be ` + secretCode + `"}`
	fail := func(method, route, summary string, attributes ...string) {
		t.Helper()
		planned := c.planned(attributes...)
		c.w.fault(t, sandbox.Fault{Method: method, Route: route, Status: http.StatusExpectationFailed, Body: &body})()
		_, _, all := c.carryOut("cohort_perk", c.held.state, c.of(attributes...), planned)
		if len(all) != 1 || all[0].path != "code.value_wo" || all[0].summary != summary ||
			!strings.Contains(all[0].detail, "typeConfig.code must not be (sensitive value)") {
			t.Errorf("a refusal says %v", all)
		}
	}
	fail(http.MethodPost, "/v1/perks", `Could not create perk "welcome"`, writeOnlyCode(is, 1))
	if sent := c.become(writeOnlyCode(`"OTHER"`, 1)); len(sent) != 1 {
		t.Errorf("the next apply sent %q", sent)
	}
	fail(http.MethodPatch, "/v1/perks/{id}", `Could not update perk "welcome"`, writeOnlyCode(is, 2))
	if sent := c.become(writeOnlyCode(is, 2)); len(sent) != 1 {
		t.Errorf("the next apply sent %q", sent)
	}

	// The service may repeat the code that it has, although it is not sent.
	body = `{"code":"generic.invalid-request","message":"imageUrl must not be next to ` + secretCode + `"}`
	c.become(writeOnlyCode(is, 3))
	attributes := []string{writeOnlyCode(is, 3), `image_url = "https://a.example"`}
	planned := c.planned(attributes...)
	c.w.fault(t, sandbox.Fault{
		Method: http.MethodPatch, Route: "/v1/perks/{id}", Status: http.StatusExpectationFailed, Body: &body,
	})()
	_, _, all := c.carryOut("cohort_perk", c.held.state, c.of(attributes...), planned)
	if len(all) != 1 || !strings.Contains(all[0].detail, "imageUrl must not be next to (sensitive value)") {
		t.Errorf("a refusal of something else says %v", all)
	}

	digest := `"cohort-secret:v1:` + strings.Repeat("0", 64) + `"`
	c.refuses(c.of(writeOnlyCode(digest, 4)), c.planned(writeOnlyCode(digest, 4)), "code.value_wo",
		`Could not update perk "welcome"`)
}

// TestPerkCode_archived checks that a code is sent after the return from the archive, and that a
// plan warns of a code that would be sent to the archive.
func TestPerkCode_archived(t *testing.T) {
	t.Parallel()
	c := newCoded(t)
	c.become(writeOnlyCode(`"OPEN"`, 1), `desired_status = "archived"`)
	_, all := c.planWith("cohort_perk", c.held.state, c.of(writeOnlyCode(is, 2), `desired_status = "archived"`),
		c.held.private)
	if len(all) != 1 || !all[0].warning || all[0].path != "code" {
		t.Errorf("the plan of an archived perk says %v", all)
	}
	_, all = c.planWith("cohort_perk", c.held.state, c.of(writeOnlyCode(is, 1), `desired_status = "archived"`),
		c.held.private)
	if len(all) > 0 {
		t.Errorf("the plan of no change says %v", all)
	}
	c.want("sent", []string{
		`POST /v1/perks/<id>/unarchive`, `PATCH /v1/perks/<id> {"type":"code","typeConfig":{"code":"CANARY-4711"}}`,
	}, c.become(writeOnlyCode(is, 2), `desired_status = "draft"`))
}

// TestPerkCode_olderTerraform checks that Terraform before 1.11 can use value, and what it is told
// of value_wo.
func TestPerkCode_olderTerraform(t *testing.T) {
	t.Parallel()
	c := newCoded(t)
	for code, want := range map[string][]string{
		`code = { value = "OPEN" }`: nil,
		writeOnlyCode(is, 1):        {"code.value_wo: WriteOnly Attribute Not Allowed"},
	} {
		answer, err := c.server.ValidateResourceConfig(t.Context(), &tfprotov6.ValidateResourceConfigRequest{
			TypeName: "cohort_perk", Config: dynamic(t, c.of(code)),
		})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, s := range saidBy(answer.Diagnostics) {
			got = append(got, s.path+": "+s.summary)
		}
		c.want(code, want, got)
	}
	// A user of value is not told of value_wo in each plan.
	if all := c.validate("cohort_perk", c.of(`code = { value = "OPEN" }`)); len(all) > 0 {
		t.Errorf("with Terraform 1.11: %v", all)
	}
}

// TestPerkCode_dataSource checks that a data source shows the code, and has nothing to write.
func TestPerkCode_dataSource(t *testing.T) {
	t.Parallel()
	c := newCoded(t)
	c.become(writeOnlyCode(is, 1))
	found, all := c.find("cohort_perk", `internal_name = "welcome"`)
	if want := map[string]cty.Value{"value": cty.StringVal(secretCode)}; len(all) > 0 ||
		!found.GetAttr("code").RawEquals(cty.ObjectVal(want)) {
		t.Errorf("the data source has %#v, and says %v", found.GetAttr("code"), all)
	}
}

// TestPerkCode_snapshot checks that a plan from a snapshot shows the change of a version alone.
func TestPerkCode_snapshot(t *testing.T) {
	t.Parallel()
	c := newCoded(t)
	c.become(writeOnlyCode(is, 1))
	c.readsSnapshot(fmt.Sprintf("mode = \"test\"\nsnapshot = %q", c.w.snapshot(t, c.w.TestKey())))
	read := c.reread(t, "cohort_perk", c.held)
	for _, leaf := range differences(c.held.state, read.state) {
		t.Errorf("the snapshot shows a change: %s", leaf)
	}
	for version, changes := range map[int]int{1: 0, 2: 1} {
		planned, all := c.planWith("cohort_perk", read.state, c.of(writeOnlyCode(is, version)), read.private)
		if len(errorsOf(all)) > 0 {
			t.Fatal(all)
		}
		if found := differences(read.state, c.decoded("cohort_perk", planned.PlannedState)); len(found) != changes {
			t.Errorf("the plan of version %d changes %q", version, found)
		}
	}
}

// TestPerkCode_terraform passes an ephemeral variable to a write-only code in the real Terraform.
// No state, no plan, no output and no log has it.
func TestPerkCode_terraform(t *testing.T) {
	t.Parallel()
	if !terraformtest.Supports(t, "write-only arguments", "1.11", "1.11") {
		return
	}
	w := newWorld(t, sandbox.Options{})
	root := func(code string) string {
		return `
			variable "code" {
			  type      = string
			  ephemeral = true
			  default   = null
			}
			resource "cohort_perk" "welcome" {
			  internal_name = "welcome"
			  ` + code + `
			}
		`
	}
	c := terraformRoot(t, root(writeOnlyCode("var.code", 1)),
		"COHORT_API_URL="+w.URL(), "COHORT_API_KEY="+w.TestKey(), "TF_LOG=TRACE", "TF_LOG_PATH=trace.log")
	keyed := c.with("TF_VAR_code=" + secretCode)
	var printed strings.Builder
	must := func(c *terraformCLI, args ...string) {
		t.Helper()
		printed.WriteString(c.must(args...))
	}
	stored := func(want string) {
		t.Helper()
		settings, _ := w.object(t, "perks", "welcome")["typeConfig"].(map[string]any)
		if settings["code"] != want {
			t.Errorf("the merchant has the code %v, want %s", settings["code"], want)
		}
	}
	must(keyed, "apply", "-auto-approve")
	stored(secretCode)
	if output, code := keyed.run("plan", "-detailed-exitcode"); code != 0 {
		t.Errorf("the second plan: %s", output)
	}

	w.patch(t, "perks", "welcome", map[string]any{"typeConfig": map[string]any{"code": "OPEN"}})()
	writeModule(t, c.dir, root(writeOnlyCode("var.code", 2)))
	must(keyed, "plan", "-out=saved.tfplan")
	must(c, "show", "-json", "saved.tfplan")
	if output, code := c.run("apply", "saved.tfplan"); code == 0 || strings.Contains(output, "panicked") {
		t.Errorf("an apply without the code: exit code %d, %s", code, output)
	}
	stored("OPEN")
	must(keyed, "apply", "saved.tfplan")
	stored(secretCode)
	must(c, "show", "-json")

	if strings.Contains(printed.String(), secretCode) {
		t.Errorf("Terraform printed the code:\n%s", printed.String())
	}
	for _, name := range []string{"terraform.tfstate", "terraform.tfstate.backup", "trace.log", "saved.tfplan"} {
		content, err := os.ReadFile(filepath.Join(c.dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(name, ".tfplan") {
			content = unzipped(t, content)
		}
		if bytes.Contains(content, []byte(secretCode)) {
			t.Errorf("%s has the code", name)
		}
	}
}

// unzipped returns the files of an archive, one after the other.
func unzipped(t *testing.T, archive []byte) []byte {
	t.Helper()
	reader, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		t.Fatal(err)
	}
	var all []byte
	for _, entry := range reader.File {
		file, err := entry.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(file)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, content...)
	}
	return all
}
