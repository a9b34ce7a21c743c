package provider_test

import (
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/zclconf/go-cty/cty"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

// TestProvider_maliciousChange plays a malicious change of the configuration, in a job that plans
// with a live key and COHORT_READ_ONLY=true in its environment. It sets every argument of the
// provider block to harmful and to unknown values, in two aliases of the provider. Then it makes
// every call, even those that Terraform makes only in an apply. No request goes to another address,
// and the merchant gets only reads.
func TestProvider_maliciousChange(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	existing := w.postWith(t, w.LiveKey(), "/v1/cohorts", `{"type":"list","name":"VIP","referenceId":"vip"}`)
	elsewhere := listen(t)
	snapshot := w.snapshot(t, w.LiveKey())
	clearEnvironment(t)
	t.Setenv("COHORT_API_KEY", w.LiveKey())
	t.Setenv("COHORT_API_URL", w.URL())
	t.Setenv("COHORT_READ_ONLY", "true")

	harm := map[string][]string{
		"mode":    {`"live"`, `"test"`, "null", `"production"`},
		"api_key": {"null", `""`, `"live_0123456789abcdef0123456789abcdef"`},
		"api_url": {
			fmt.Sprintf("%q", elsewhere.url), `"https://elsewhere.example.com"`, `""`, "null",
			fmt.Sprintf("%q", w.URL()+"/v1/"), fmt.Sprintf("%q", w.URL()+"@elsewhere.example.com"),
			`"http://elsewhere.example.com"`,
		},
		"snapshot":          {fmt.Sprintf("%q", snapshot), `""`, `"/dev/stdin"`, `"provider_test.go"`},
		"read_only":         {"false", "null", "true"},
		"allow_live_delete": {`["list:vip"]`, `["list:vip", unknown]`},
		"conflict_policy":   {`"overwrite"`},
		"max_retries":       {"10"},
		"max_concurrency":   {"20"},
		"request_timeout":   {`"1h"`},
		"ca_cert_file":      {`"/dev/stdin"`, `"provider_test.go"`},
	}
	tried, configured := 0, 0
	for _, attribute := range newPlugin(t).schema.Provider.Block.Attributes {
		if len(harm[attribute.Name]) == 0 {
			t.Errorf("nothing is tried with %s", attribute.Name)
		}
		unknown := "unknown"
		if attribute.Name == "allow_live_delete" {
			unknown = "unknown_part"
		}
		for _, value := range append(harm[attribute.Name], unknown) {
			lines := map[string]string{"mode": `"live"`, attribute.Name: value}
			if attribute.Name != "read_only" {
				lines["read_only"] = "false"
			}
			block := ""
			for name, value := range lines {
				block += name + " = " + value + "\n"
			}
			for range 2 {
				p := newPlugin(t)
				tried++
				if all := errorsOf(p.configure(block)); len(all) == 0 {
					configured++
					p.harm(existing)
				} else if _, err := p.server.ReadDataSource(t.Context(), &tfprotov6.ReadDataSourceRequest{
					TypeName: "cohort_campaign_diffusion",
					Config:   dynamic(t, blankObject(t, p.schema.DataSourceSchemas["cohort_campaign_diffusion"])),
				}); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	if tried < 50 || configured < 20 {
		t.Errorf("%d blocks were tried and %d accepted, want at least 50 and 20", tried, configured)
	}
	if got := elsewhere.connections.Load(); got != 0 {
		t.Errorf("%d connections were opened to another address", got)
	}
	reads := 0
	for _, e := range w.History() {
		if e.Method == http.MethodGet {
			reads++
		} else if !strings.Contains(e.Request, "VIP") {
			t.Errorf("the merchant got %s %s", e.Method, e.Path)
		}
	}
	if reads == 0 {
		t.Error("nothing was read, so nothing was tested")
	}
}

// harm makes every call to a configured provider that could change something or reveal a secret.
func (p *plugin) harm(existing string) {
	p.t.Helper()
	vip := cty.NilVal
	for kind := range keyed {
		none := cty.NullVal(p.states[kind])
		config := p.resource(kind,
			strings.ReplaceAll(fmt.Sprintf(strings.ReplaceAll(keyed[kind], "AUDIENCE", existing), "new"), ", ", "\n"))
		planned, _ := p.plan(kind, none, config)
		p.carryOut(kind, none, config, planned)
		if kind == "cohort_list" {
			values := config.AsValueMap()
			values["id"], values["mode"], values["reference_id"] = cty.StringVal(existing), cty.StringVal("live"),
				cty.StringVal("vip")
			vip = cty.ObjectVal(values)
		}
	}
	renamed := vip.AsValueMap()
	renamed["name"] = cty.StringVal("Harmed")
	planned, _ := p.plan("cohort_list", vip, cty.ObjectVal(renamed))
	p.carryOut("cohort_list", vip, cty.ObjectVal(renamed), planned)
	none := cty.NullVal(p.states["cohort_list"])
	p.carryOut("cohort_list", vip, none, &tfprotov6.PlanResourceChangeResponse{PlannedState: dynamic(p.t, none)})

	for kind, schema := range p.schema.EphemeralResourceSchemas {
		values := blankObject(p.t, schema).AsValueMap()
		values["email"] = cty.StringVal("ada@example.com")
		opened, err := p.server.OpenEphemeralResource(p.t.Context(), &tfprotov6.OpenEphemeralResourceRequest{
			TypeName: kind,
			Config:   dynamic(p.t, cty.ObjectVal(values)),
		})
		if err != nil {
			p.t.Fatal(err)
		}
		if len(opened.Diagnostics) == 0 {
			p.t.Errorf("%s was opened", kind)
		}
	}
	for kind, schema := range p.schema.DataSourceSchemas {
		if _, err := p.server.ReadDataSource(p.t.Context(), &tfprotov6.ReadDataSourceRequest{
			TypeName: kind,
			Config:   dynamic(p.t, blankObject(p.t, schema)),
		}); err != nil {
			p.t.Fatal(err)
		}
	}
}

// listener is a server at the address of somebody else.
type listener struct {
	url         string
	connections atomic.Int64
}

func listen(t *testing.T) *listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	out := &listener{url: "http://" + l.Addr().String()}
	go func() {
		for {
			connection, err := l.Accept()
			if err != nil {
				return
			}
			out.connections.Add(1)
			_ = connection.Close()
		}
	}()
	return out
}
