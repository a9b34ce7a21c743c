package provider_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/zclconf/go-cty/cty"
)

// rewriting is a service with its own rules: it changes the bodies of writes before the sandbox
// sees them, and all objects in its answers.
type rewriting struct {
	sync.Mutex
	write  func(method, path string, body map[string]any)
	answer func(object map[string]any) any
}

// set replaces both changes from now on.
func (r *rewriting) set(write func(method, path string, body map[string]any), answer func(object map[string]any) any) {
	r.Lock()
	defer r.Unlock()
	r.write, r.answer = write, answer
}

// through returns a plugin that is configured for a world behind a rewriting service.
func through(t *testing.T, w *world, r *rewriting) *plugin {
	t.Helper()
	inner := w.Handler()
	served := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, in *http.Request) {
		r.Lock()
		write, answer := r.write, r.answer
		r.Unlock()
		if sent, err := io.ReadAll(in.Body); err == nil {
			var body map[string]any
			if write != nil && decodeNumbers(sent, &body) == nil {
				write(in.Method, in.URL.Path, body)
				sent, _ = json.Marshal(body)
			}
			in.Body, in.ContentLength = io.NopCloser(bytes.NewReader(sent)), int64(len(sent))
		}
		recorder := httptest.NewRecorder()
		inner.ServeHTTP(recorder, in)
		content := recorder.Body.Bytes()
		var body map[string]any
		if answer != nil && recorder.Code < 300 && decodeNumbers(content, &body) == nil {
			if rows, ok := body["data"].([]any); ok {
				for i, row := range rows {
					if row, ok := row.(map[string]any); ok {
						rows[i] = answer(row)
					}
				}
				content, _ = json.Marshal(body)
			} else {
				content, _ = json.Marshal(answer(body))
			}
		}
		maps.Copy(out.Header(), recorder.Header())
		out.Header().Set("Content-Length", strconv.Itoa(len(content)))
		out.WriteHeader(recorder.Code)
		_, _ = out.Write(content)
	}))
	t.Cleanup(served.Close)
	p := newPlugin(t)
	if said := p.configure(fmt.Sprintf("api_key = %q\napi_url = %q", w.TestKey(), served.URL)); len(said) > 0 {
		t.Fatal(said)
	}
	return p
}

func decodeNumbers(data []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	return decoder.Decode(into)
}

// eachValue replaces every value of a JSON value, the inner ones first.
func eachValue(value any, change func(any) any) any {
	switch v := value.(type) {
	case map[string]any:
		changed := map[string]any{}
		for name, inner := range v {
			changed[name] = eachValue(inner, change)
		}
		return change(changed)
	case []any:
		changed := make([]any, len(v))
		for i, inner := range v {
			changed[i] = eachValue(inner, change)
		}
		return change(changed)
	default:
		return change(v)
	}
}

// adopt imports an object by id and reads it.
func (p *plugin) adopt(kind, id string) (object, []said) {
	p.t.Helper()
	imported, err := p.server.ImportResourceState(p.t.Context(), &tfprotov6.ImportResourceStateRequest{
		TypeName: kind,
		ID:       "id:" + id,
	})
	if err != nil || len(errorsOf(saidBy(imported.Diagnostics))) > 0 {
		p.t.Fatal(err, saidBy(imported.Diagnostics))
	}
	found := imported.ImportedResources[0]
	read, err := p.server.ReadResource(p.t.Context(), &tfprotov6.ReadResourceRequest{
		TypeName:     kind,
		CurrentState: found.State,
		Private:      found.Private,
	})
	if err != nil || len(errorsOf(saidBy(read.Diagnostics))) > 0 {
		p.t.Fatal(err, saidBy(read.Diagnostics))
	}
	return object{p.decoded(kind, read.NewState), read.Private}, saidBy(read.Diagnostics)
}

// generated returns the configuration that Terraform 1.14 and later write for a state: they ask the
// provider.
func (p *plugin) generated(kind string, state cty.Value) cty.Value {
	p.t.Helper()
	answer, err := p.server.GenerateResourceConfig(p.t.Context(), &tfprotov6.GenerateResourceConfigRequest{
		TypeName: kind,
		State:    dynamic(p.t, state),
	})
	if err != nil || len(answer.Diagnostics) > 0 {
		p.t.Fatal(err, saidBy(answer.Diagnostics))
	}
	return p.decoded(kind, answer.Config)
}

// stockGenerated returns the configuration that earlier versions of Terraform, and OpenTofu, write
// for a state: everything that can be configured.
func (p *plugin) stockGenerated(kind string, state cty.Value) cty.Value {
	p.t.Helper()
	return configurable(p.schema.ResourceSchemas[kind].Block.Attributes, state)
}

func configurable(attributes []*tfprotov6.SchemaAttribute, state cty.Value) cty.Value {
	if state.IsNull() {
		return state
	}
	values := state.AsValueMap()
	for _, a := range attributes {
		value := values[a.Name]
		switch {
		case a.Computed && !a.Optional:
			values[a.Name] = cty.NullVal(value.Type())
		case a.NestedType == nil || value.IsNull():
		case value.Type().IsObjectType():
			values[a.Name] = configurable(a.NestedType.Attributes, value)
		case value.LengthInt() > 0:
			var elements []cty.Value
			for _, element := range value.AsValueSlice() {
				elements = append(elements, configurable(a.NestedType.Attributes, element))
			}
			values[a.Name] = cty.ListVal(elements)
		}
	}
	if len(values) == 0 {
		return state
	}
	return cty.ObjectVal(values)
}

func replaceAll(text string, pairs ...string) string {
	return strings.NewReplacer(pairs...).Replace(text)
}
