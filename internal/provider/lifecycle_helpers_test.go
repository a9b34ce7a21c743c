package provider_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math/big"
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/provider"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

// run executes steps with the real Terraform. In their configurations, <name> stands for the id of
// an existing object.
func (w *world) run(t *testing.T, checkDestroy resource.TestCheckFunc, steps ...resource.TestStep) {
	t.Helper()
	w.learn()
	for i := range steps {
		for id, name := range w.names {
			steps[i].Config = strings.ReplaceAll(steps[i].Config, name, id)
		}
		if steps[i].Config != "" && !strings.Contains(steps[i].Config, `provider "cohort"`) {
			steps[i].Config = w.config(steps[i].Config)
		}
	}
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: factories(t),
		CheckDestroy:             checkDestroy,
		Steps:                    steps,
	})
}

// block returns a resource or data block with these attributes.
func block(address string, attributes ...string) string {
	keyword := "resource"
	if rest, ok := strings.CutPrefix(address, "data."); ok {
		keyword, address = "data", rest
	}
	kind, name, _ := strings.Cut(address, ".")
	return fmt.Sprintf("%s %q %q {\n%s\n}\n", keyword, kind, name, strings.Join(attributes, "\n"))
}

// acts checks, before the apply, that the plan takes this action on a resource.
func acts(address string, action plancheck.ResourceActionType) resource.ConfigPlanChecks {
	return resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(address, action)}}
}

// nothingToDo checks, before the apply, that the plan is empty.
var nothingToDo = resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}}

// says matches words in this order, with any line breaks between them.
func says(words ...string) *regexp.Regexp {
	var parts []string
	for _, phrase := range words {
		var quoted []string
		for word := range strings.FieldsSeq(phrase) {
			quoted = append(quoted, regexp.QuoteMeta(word))
		}
		parts = append(parts, strings.Join(quoted, `[\s│]+`))
	}
	return regexp.MustCompile(`(?s)` + strings.Join(parts, `.*`))
}

// imports returns two steps that import a resource by key and by id, and verify it in full.
// checkIdentity covers the other ways.
func imports(address, key string, ignore ...string) []resource.TestStep {
	step := resource.TestStep{
		ResourceName:            address,
		ImportState:             true,
		ImportStateVerify:       true,
		ImportStateVerifyIgnore: ignore,
	}
	byKey, byID := step, step
	byKey.ImportStateId = key
	byID.ImportStateIdFunc = func(s *terraform.State) (string, error) {
		return "id:" + s.RootModule().Resources[address].Primary.ID, nil
	}
	return []resource.TestStep{byKey, byID}
}

// mark makes wrote ignore the writes so far, and learns the current names of objects and steps.
func (w *world) mark() {
	w.since = len(w.History())
	w.learn()
}

// learn gives each id the first name of its object, so that tests can write expected bodies by
// hand.
func (w *world) learn() {
	if w.names == nil {
		w.names = map[string]string{}
	}
	name := func(id any, names ...any) {
		text, _ := id.(string)
		if _, known := w.names[text]; known || text == "" {
			return
		}
		for _, n := range names {
			if n, ok := n.(string); ok && n != "" {
				w.names[text] = "<" + n + ">"
				return
			}
		}
	}
	for _, mode := range []string{"test", "live"} {
		for _, object := range w.Objects(mode, "") {
			name(object["id"], object["internalName"], object["name"])
			settings, _ := object["typeConfig"].(map[string]any)
			steps, _ := settings["steps"].([]any)
			for _, step := range steps {
				step, _ := step.(map[string]any)
				title, _ := step["title"].(map[string]any)
				name(step["id"], title["en"], step["userAction"])
			}
		}
	}
}

// wrote checks that exactly these writes were sent since mark. Each is a method, a path and
// optionally a JSON body, with the names of objects in place of their ids.
func (w *world) wrote(want ...string) resource.TestCheckFunc { return w.wroteOf("", want...) }

// wroteOf is wrote for the writes that contain a name, such as <welcome>. It is for objects that
// are written at the same time.
func (w *world) wroteOf(name string, want ...string) resource.TestCheckFunc {
	return func(*terraform.State) error {
		w.learn()
		var replacements []string
		for id, name := range w.names {
			replacements = append(replacements, id, name)
		}
		named := strings.NewReplacer(replacements...)
		var got []string
		for _, e := range w.History()[w.since:] {
			write := named.Replace(strings.TrimSpace(e.Method + " " + e.Path + " " + e.Request))
			if e.Method != http.MethodGet && strings.Contains(write, name) {
				got = append(got, write)
			}
		}
		wantDecoded, gotDecoded := decodeWrites(want), decodeWrites(got)
		if diff := gocmp.Diff(wantDecoded, gotDecoded); diff != "" {
			return fmt.Errorf("writes (-want +got):\n%s\nin full:\n%s", diff, strings.Join(got, "\n"))
		}
		return nil
	}
}

func decodeWrites(writes []string) []map[string]any {
	decoded := []map[string]any{}
	for _, write := range writes {
		parts := strings.SplitN(strings.TrimSpace(write), " ", 3)
		entry := map[string]any{"call": strings.Join(parts[:min(2, len(parts))], " ")}
		if len(parts) == 3 {
			var body any
			if err := json.Unmarshal([]byte(parts[2]), &body); err != nil {
				body = "not JSON: " + parts[2]
			}
			entry["body"] = body
		}
		decoded = append(decoded, entry)
	}
	return decoded
}

// holds checks which objects of a kind the test merchant holds, each given by its name, or by its
// name and status.
func (w *world) holds(kind string, want ...string) resource.TestCheckFunc {
	return func(*terraform.State) error {
		got := []string{}
		for _, object := range w.Objects("test", kind) {
			text, _ := object["name"].(string)
			if name, ok := object["internalName"].(string); ok {
				text = name
			}
			if status, ok := object["status"].(string); ok {
				text += " " + status
			}
			got = append(got, text)
		}
		if !slices.Equal(got, want) {
			return fmt.Errorf("the merchant holds the %s %q, want %q", kind, got, want)
		}
		return nil
	}
}

// id returns the id of the object of a kind with this name.
func (w *world) id(t *testing.T, kind, name string) string {
	t.Helper()
	for _, object := range w.Objects("test", kind) {
		if object["internalName"] == name || object["name"] == name {
			id, _ := object["id"].(string)
			return id
		}
	}
	t.Fatalf("the merchant has none of the %s %q", kind, name)
	return ""
}

// object returns the object of a kind with this name.
func (w *world) object(t *testing.T, kind, name string) map[string]any {
	t.Helper()
	id := w.id(t, kind, name)
	objects := w.Objects("test", kind)
	return objects[slices.IndexFunc(objects, func(o map[string]any) bool { return o["id"] == id })]
}

// patch returns a function that changes an object outside of Terraform.
func (w *world) patch(t *testing.T, kind, name string, fields map[string]any) func() {
	return func() {
		t.Helper()
		if err := w.PatchObject(w.id(t, kind, name), fields); err != nil {
			t.Fatal(err)
		}
		w.mark()
	}
}

// remove returns a function that deletes an object outside of Terraform.
func (w *world) remove(t *testing.T, kind, name string) func() {
	return func() {
		t.Helper()
		if err := w.DeleteObject(w.id(t, kind, name)); err != nil {
			t.Fatal(err)
		}
		w.mark()
	}
}

// fault returns a function that arms a fault.
func (w *world) fault(t *testing.T, f sandbox.Fault) func() {
	return func() {
		t.Helper()
		if err := w.AddFault(f); err != nil {
			t.Fatal(err)
		}
		w.mark()
	}
}

// post creates an object outside of Terraform, and returns its id.
func (w *world) post(t *testing.T, path, body string) string {
	t.Helper()
	return w.postWith(t, w.TestKey(), path, body)
}

// postWith is post with the key of any merchant.
func (w *world) postWith(t *testing.T, key, path, body string) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.URL()+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+key)
	request.Header.Set("Content-Type", "application/json")
	if body == "" {
		request.Header.Del("Content-Type")
	}
	answer, err := new(http.Client).Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	raw, err := io.ReadAll(answer.Body)
	var object struct {
		ID string `json:"id"`
	}
	if err != nil || answer.StatusCode/100 != 2 || json.Unmarshal(raw, &object) != nil {
		t.Fatalf("POST %s: %d %s %v", path, answer.StatusCode, raw, err)
	}
	return object.ID
}

// protocolClient talks to a configured provider as Terraform does. It covers what the Terraform of
// the tests cannot do yet or does not show.
type protocolClient struct {
	tfprotov6.ProviderServer
	schemas *tfprotov6.GetProviderSchemaResponse
}

func (w *world) protocol(t *testing.T) *protocolClient {
	t.Helper()
	return protocolFor(t, w.URL(), w.TestKey())
}

func protocolFor(t *testing.T, url, key string) *protocolClient {
	t.Helper()
	server := provider.NewServer("test")()
	schemas, _ := schemaOf(t, server)
	answer, err := server.ConfigureProvider(t.Context(), &tfprotov6.ConfigureProviderRequest{
		TerraformVersion: "1.12.0",
		Config:           asDynamic(t, map[string]any{"mode": "test", "api_key": key, "api_url": url}),
	})
	if err != nil {
		t.Fatal(err)
	}
	noErrors(t, answer.Diagnostics)
	return &protocolClient{server, schemas}
}

func asDynamic(t *testing.T, value any) *tfprotov6.DynamicValue {
	t.Helper()
	encoded, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return &tfprotov6.DynamicValue{JSON: encoded}
}

func noErrors(t *testing.T, diags []*tfprotov6.Diagnostic) {
	t.Helper()
	for _, d := range diags {
		if d.Severity == tfprotov6.DiagnosticSeverityError {
			t.Fatalf("%s: %s (%s)", d.Summary, d.Detail, d.Attribute)
		}
	}
}

// importByIdentity imports and reads an object. It returns the state and the identity after the
// read, without null values.
func (p *protocolClient) importByIdentity(
	t *testing.T, typeName string, identity map[string]any,
) (state, read map[string]any, diags []*tfprotov6.Diagnostic) {
	t.Helper()
	return p.importAs(t, &tfprotov6.ImportResourceStateRequest{
		TypeName: typeName, Identity: &tfprotov6.ResourceIdentityData{IdentityData: asDynamic(t, identity)},
	})
}

// importAs is importByIdentity for any import request.
func (p *protocolClient) importAs(
	t *testing.T, request *tfprotov6.ImportResourceStateRequest,
) (state, read map[string]any, diags []*tfprotov6.Diagnostic) {
	t.Helper()
	typeName := request.TypeName
	imported, err := p.ImportResourceState(t.Context(), request)
	if err != nil {
		t.Fatal(err)
	}
	if len(imported.ImportedResources) == 0 {
		return nil, nil, imported.Diagnostics
	}
	found := imported.ImportedResources[0]
	answer, err := p.ReadResource(t.Context(), &tfprotov6.ReadResourceRequest{
		TypeName: typeName, CurrentState: found.State, CurrentIdentity: found.Identity, Private: found.Private,
	})
	if err != nil {
		t.Fatal(err)
	}
	noErrors(t, answer.Diagnostics)
	return p.plain(t, typeName, answer.NewState), plainIdentity(t, answer.NewIdentity.IdentityData), answer.Diagnostics
}

// create plans and applies a new resource, and returns its state and all diagnostics.
func (p *protocolClient) create(
	t *testing.T, typeName string, config map[string]any,
) (map[string]any, []*tfprotov6.Diagnostic) {
	t.Helper()
	kind := p.schemas.ResourceSchemas[typeName].ValueType()
	none, err := tfprotov6.NewDynamicValue(kind, tftypes.NewValue(kind, nil))
	if err != nil {
		t.Fatal(err)
	}
	wanted := asDynamic(t, config)
	plan, err := p.PlanResourceChange(t.Context(), &tfprotov6.PlanResourceChangeRequest{
		TypeName: typeName, PriorState: &none, ProposedNewState: wanted, Config: wanted,
	})
	if err != nil {
		t.Fatal(err)
	}
	noErrors(t, plan.Diagnostics)
	applied, err := p.ApplyResourceChange(t.Context(), &tfprotov6.ApplyResourceChangeRequest{
		TypeName: typeName, PriorState: &none, PlannedState: plan.PlannedState, Config: wanted,
		PlannedPrivate: plan.PlannedPrivate, PlannedIdentity: plan.PlannedIdentity,
	})
	if err != nil {
		t.Fatal(err)
	}
	return p.plain(t, typeName, applied.NewState), slices.Concat(plan.Diagnostics, applied.Diagnostics)
}

func (p *protocolClient) plain(t *testing.T, typeName string, value *tfprotov6.DynamicValue) map[string]any {
	t.Helper()
	decoded, err := value.Unmarshal(p.schemas.ResourceSchemas[typeName].ValueType())
	if err != nil {
		t.Fatal(err)
	}
	object, _ := plain(t, decoded).(map[string]any)
	return object
}

func plainIdentity(t *testing.T, value *tfprotov6.DynamicValue) map[string]any {
	t.Helper()
	decoded, err := value.Unmarshal(tftypes.Object{AttributeTypes: map[string]tftypes.Type{
		"id":   tftypes.String,
		"mode": tftypes.String,
	}})
	if err != nil {
		t.Fatal(err)
	}
	object, _ := plain(t, decoded).(map[string]any)
	return object
}

// plain converts a value to maps, slices, strings, float64 and bool, without null values.
func plain(t *testing.T, value tftypes.Value) any {
	t.Helper()
	if value.IsNull() || !value.IsKnown() {
		return nil
	}
	as := func(into any) {
		if err := value.As(into); err != nil {
			t.Fatal(err)
		}
	}
	kind := value.Type()
	switch {
	case kind.Is(tftypes.Object{}), kind.Is(tftypes.Map{}):
		var fields map[string]tftypes.Value
		as(&fields)
		object := map[string]any{}
		for name, field := range fields {
			if p := plain(t, field); p != nil {
				object[name] = p
			}
		}
		return object
	case kind.Is(tftypes.List{}):
		var elements []tftypes.Value
		as(&elements)
		list := []any{}
		for _, element := range elements {
			list = append(list, plain(t, element))
		}
		return list
	case kind.Is(tftypes.Number):
		var number *big.Float
		as(&number)
		f, _ := number.Float64()
		return f
	case kind.Is(tftypes.Bool):
		var b bool
		as(&b)
		return b
	default:
		var text string
		as(&text)
		return text
	}
}

// sameValues compares plain values.
func sameValues(t *testing.T, what string, got, want any) {
	t.Helper()
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// sameAttributes checks that two addresses of the state have equal attributes, except for those in
// without.
func sameAttributes(a, b string, without ...string) resource.TestCheckFunc {
	return func(s *terraform.State) error {
		attributes := func(address string) map[string]string {
			found := s.RootModule().Resources[address]
			if found == nil {
				return nil
			}
			all := maps.Clone(found.Primary.Attributes)
			for _, name := range append([]string{"%"}, without...) {
				delete(all, name)
			}
			return all
		}
		if of, to := attributes(a), attributes(b); of == nil || !reflect.DeepEqual(of, to) {
			return fmt.Errorf("%s and %s differ:\n%s", a, b, gocmp.Diff(of, to))
		}
		return nil
	}
}

// identityCase is an object and the expected result of its import by identity.
type identityCase struct {
	typeName, kind, name string
	want                 map[string]any
}

// checkIdentity imports an object by identity, with and without the merchant, and by each text. It
// checks that the identity of the other merchant is refused.
func (w *world) checkIdentity(t *testing.T, c identityCase) {
	t.Helper()
	p := w.protocol(t)
	id := w.id(t, c.kind, c.name)
	c.want["id"], c.want["mode"] = id, "test"
	for _, identity := range []map[string]any{{"id": id}, {"id": id, "mode": "test"}} {
		state, read, _ := p.importByIdentity(t, c.typeName, identity)
		sameValues(t, "state", state, c.want)
		sameValues(t, "identity", read, map[string]any{"id": id, "mode": "test"})
	}
	texts := []string{id, "id:" + id}
	for _, attribute := range []string{"internal_name", "reference_id"} {
		if key, ok := c.want[attribute].(string); ok {
			texts = append(texts, key, "key:"+key)
		}
	}
	for _, text := range texts {
		state, read, _ := p.importAs(t, &tfprotov6.ImportResourceStateRequest{TypeName: c.typeName, ID: text})
		sameValues(t, "state by "+text, state, c.want)
		sameValues(t, "identity by "+text, read, map[string]any{"id": id, "mode": "test"})
	}
	_, _, diags := p.importByIdentity(t, c.typeName, map[string]any{"id": id, "mode": "live"})
	if len(diags) != 1 || !strings.HasSuffix(diags[0].Summary, "from the other merchant") ||
		!strings.Contains(diags[0].Detail, id) {
		t.Errorf("import of a live identity into test: %+v", diags)
	}
}

// theFirst returns the first diagnostic of a severity, or an empty one.
func theFirst(diags []*tfprotov6.Diagnostic, severity tfprotov6.DiagnosticSeverity) tfprotov6.Diagnostic {
	at := slices.IndexFunc(diags, func(d *tfprotov6.Diagnostic) bool { return d.Severity == severity })
	if at < 0 {
		return tfprotov6.Diagnostic{}
	}
	return *cmp.Or(diags[at], &tfprotov6.Diagnostic{})
}

// refused makes the service refuse a create with a message, and checks the error at an attribute of
// the configuration. words contain the line of that attribute.
func refused(t *testing.T, config, path, message string, words ...string) {
	t.Helper()
	w := newWorld(t, sandbox.Options{})
	body := `{"code":"generic.invalid-request","message":` + fmt.Sprintf("%q", message) + `}`
	w.run(t, nil, resource.TestStep{
		PreConfig: w.fault(t, sandbox.Fault{
			Method: http.MethodPost,
			Route:  path,
			Status: http.StatusExpectationFailed,
			Body:   &body,
			Count:  -1,
		}),
		Config: config,
		ExpectError: says(append(words, `The service said "`+message+`" (HTTP 417, code generic.invalid-request).`,
			"Request: POST "+path+", id req-", "Correct the configuration and apply again.")...),
	})
}

// publishRefused returns a fault that refuses one publish of a kind.
func publishRefused(kind string) sandbox.Fault {
	body := `{"code":"generic.invalid-request","message":"title must be approved"}`
	return sandbox.Fault{
		Method: http.MethodPost,
		Route:  "/v1/" + kind + "/{id}/publish",
		Status: http.StatusExpectationFailed,
		Body:   &body,
	}
}

// publishWarns makes the service refuse a publish after a create. It checks that the result is a
// warning at desired_status, which keeps its value.
func publishWarns(t *testing.T, typeName, kind, noun, public string, prepare func(*world) map[string]any) {
	t.Helper()
	w := newWorld(t, sandbox.Options{})
	config := prepare(w)
	w.fault(t, publishRefused(kind))()
	state, diags := w.protocol(t).create(t, typeName, config)
	noErrors(t, diags)
	warning := theFirst(diags, tfprotov6.DiagnosticSeverityWarning)
	if want := fmt.Sprintf("The %s %q was created but is not %s",
		noun, config["internal_name"], public); warning.Summary != want {
		t.Errorf("warning %q, want %q", warning.Summary, want)
	}
	for _, want := range []string{
		"Its status is draft.", "the next apply tries again",
		`The service said "title must be approved" (HTTP 417, code generic.invalid-request).`, "/publish, id req-",
	} {
		if !strings.Contains(warning.Detail, want) {
			t.Errorf("the warning lacks %q: %s", want, warning.Detail)
		}
	}
	if warning.Attribute.String() != `AttributeName("desired_status")` {
		t.Errorf("warning at %s", warning.Attribute)
	}
	sameValues(t, "status", []any{state["status"], state["desired_status"]}, []any{"draft", public})
}

// known is a state check of one attribute. Its path consists of keys and indices.
func known(address string, value knownvalue.Check, path ...any) statecheck.StateCheck {
	at := tfjsonpath.Path{}
	for i, step := range path {
		switch step := step.(type) {
		case string:
			if i == 0 {
				at = tfjsonpath.New(step)
			} else {
				at = at.AtMapKey(step)
			}
		case int:
			at = at.AtSliceIndex(step)
		}
	}
	return statecheck.ExpectKnownValue(address, at, value)
}

func text(value string) knownvalue.Check { return knownvalue.StringExact(value) }
