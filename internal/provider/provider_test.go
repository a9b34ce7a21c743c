package provider_test

import (
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/zclconf/go-cty/cty"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

// No merchant has these keys. They are for tests that need no merchant.
const (
	someTestKey = "test_0123456789abcdef0123456789abcdef"
	someLiveKey = "live_fedcba9876543210fedcba9876543210"
)

// get makes the provider send one GET.
func (p *plugin) get() []said {
	p.t.Helper()
	kind := "cohort_campaign_diffusion"
	values := map[string]cty.Value{}
	for name, attribute := range ctyType(p.t, p.schema.DataSourceSchemas[kind].ValueType()).AttributeTypes() {
		values[name] = cty.NullVal(attribute)
	}
	answer, err := p.server.ReadDataSource(p.t.Context(), &tfprotov6.ReadDataSourceRequest{
		TypeName: kind,
		Config:   dynamic(p.t, cty.ObjectVal(values)),
	})
	if err != nil {
		p.t.Fatal(err)
	}
	return saidBy(answer.Diagnostics)
}

// create makes the provider create a list.
func (p *plugin) create() []said {
	p.t.Helper()
	kind := "cohort_list"
	config := p.resource(kind, `name = "VIP customers"`)
	none := cty.NullVal(config.Type())
	planned, all := p.plan(kind, none, config)
	if len(all) > 0 {
		return all
	}
	answer, err := p.server.ApplyResourceChange(p.t.Context(), &tfprotov6.ApplyResourceChangeRequest{
		TypeName: kind, PriorState: dynamic(p.t, none), Config: dynamic(p.t, config),
		PlannedState: planned.PlannedState, PlannedPrivate: planned.PlannedPrivate, PlannedIdentity: planned.PlannedIdentity,
	})
	if err != nil {
		p.t.Fatal(err)
	}
	return saidBy(answer.Diagnostics)
}

// clearEnvironment clears the environment variables that would make a test depend on the machine.
func clearEnvironment(t *testing.T) {
	t.Helper()
	for _, name := range []string{"COHORT_API_KEY", "COHORT_API_URL", "COHORT_READ_ONLY"} {
		t.Setenv(name, "")
	}
}

// one fails unless there is exactly one diagnostic: an error at this path, with these texts.
func one(t *testing.T, all []said, path, summary string, says ...string) {
	t.Helper()
	if len(all) != 1 || all[0].warning || all[0].path != path || all[0].summary != summary {
		t.Fatalf("said %v, want one error at %q: %s", all, path, summary)
	}
	for _, text := range says {
		if !strings.Contains(all[0].detail, text) {
			t.Errorf("the error does not say %q: %s", text, all[0].detail)
		}
	}
}

func TestProvider_refuses(t *testing.T) {
	t.Parallel()
	const notKey, notAddress = "Not an API key", "Not an address of the API"
	key := "api_key = \"" + someTestKey + "\"\n"
	garbage := filepath.Join(t.TempDir(), "garbage.pem")
	if err := os.WriteFile(garbage, []byte("no certificate"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, block, path, summary string
		says                       []string
	}{
		{
			"key with a blank inside", `api_key = "test_0123 4567secret"`, "api_key", notKey,
			[]string{"the argument api_key", "a blank or a line break inside"},
		},
		{
			"key with a newline inside", `api_key = "test_0123\n4567secret"`, "api_key", notKey,
			[]string{"a blank or a line break inside"},
		},
		{
			"key with a tab inside", `api_key = "test_0123\t4567secret"`, "api_key", notKey,
			[]string{"a blank or a line break inside"},
		},
		{"key that is not ASCII", `api_key = "test_0123é4567secret"`, "api_key", notKey, []string{"not printable ASCII"}},
		{
			"key with a zero width space", `api_key = "test_01234567secret\u200b"`, "api_key", notKey,
			[]string{"not printable ASCII"},
		},
		{
			"key with another prefix", `api_key = "prod_01234567secret"`, "api_key", notKey,
			[]string{`neither "test_" nor "live_"`},
		},
		{"key that is only a prefix", `api_key = "test_"`, "api_key", notKey, nil},
		{"key with a prefix in capitals", `api_key = "TEST_01234567secret"`, "api_key", notKey, nil},
		{
			"live key without mode", fmt.Sprintf("api_key = %q", someLiveKey), "mode",
			"Wrong merchant: the key is a live key, this configuration expects test",
			[]string{"No request has been sent", `write mode = "live" in the provider block`},
		},
		{
			"live key for test", fmt.Sprintf("mode = \"test\"\napi_key = %q", someLiveKey), "mode",
			"Wrong merchant: the key is a live key, this configuration expects test", nil,
		},
		{
			"test key for live", fmt.Sprintf("mode = \"live\"\napi_key = %q", someTestKey), "mode",
			"Wrong merchant: the key is a test key, this configuration expects live",
			[]string{"No request has been sent", "Supply the live_ key in the argument api_key", `remove mode = "live"`},
		},
		{"unknown merchant", key + "mode = unknown", "mode", "The merchant is not known", []string{"Write test or live"}},
		{"a third merchant", key + `mode = "staging"`, "mode", "Invalid Attribute Value Match", []string{`"test" "live"`}},
		{
			"address without a scheme", key + `api_url = "api.getcohort.com"`, "api_url", notAddress,
			[]string{"the argument api_url", "https://api.getcohort.com", "with its scheme"},
		},
		{"address of a host alone", key + `api_url = "localhost:8080"`, "api_url", notAddress, []string{"with its scheme"}},
		{
			"address with a user", key + `api_url = "https://me:pass@api.getcohort.com"`, "api_url", notAddress,
			[]string{"user or password"},
		},
		{"address with a query", key + `api_url = "https://api.getcohort.com?x=1"`, "api_url", notAddress, []string{"query"}},
		{
			"plain http to a foreign host", key + `api_url = "http://api.getcohort.com"`, "api_url", notAddress,
			[]string{"plain http would send the API key readable to api.getcohort.com; use https"},
		},
		{
			"plain http to a host that only begins like loopback", key + `api_url = "http://127.0.0.1.example.com"`, "api_url",
			notAddress,
			[]string{"plain http"},
		},
		{
			"plain http to a host that only ends like localhost", key + `api_url = "http://notlocalhost"`, "api_url",
			notAddress,
			[]string{"plain http"},
		},
		{
			"unknown address", key + "api_url = unknown", "api_url", "The address is not known",
			[]string{"decides where the key goes", "COHORT_API_URL"},
		},
		{"timeout in words", key + `request_timeout = "soon"`, "request_timeout", "Invalid Time Duration String Value", nil},
		{
			"timeout of nothing", key + `request_timeout = "0s"`, "request_timeout", "Not a time limit",
			[]string{"longer than 0, such as 30s"},
		},
		{"timeout in the past", key + `request_timeout = "-1s"`, "request_timeout", "Not a time limit", nil},
		{
			"too many retries", key + "max_retries = 11", "max_retries", "Invalid Attribute Value",
			[]string{"between 0 and 10"},
		},
		{"retries below none", key + "max_retries = -1", "max_retries", "Invalid Attribute Value", nil},
		{
			"no requests at once", key + "max_concurrency = 0", "max_concurrency", "Invalid Attribute Value",
			[]string{"between 1 and 20"},
		},
		{
			"certificates that are not there", key + `ca_cert_file = "no/such.pem"`, "ca_cert_file", "No certificates",
			[]string{"no/such.pem"},
		},
		{
			"certificates of no file", key + fmt.Sprintf("ca_cert_file = %q", os.DevNull), "ca_cert_file", "No certificates",
			[]string{os.DevNull, "is not a regular file"},
		},
		{
			"certificates that are none", key + fmt.Sprintf("ca_cert_file = %q", garbage), "ca_cert_file", "No certificates",
			[]string{"garbage.pem", "PEM"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			all := newPlugin(t).configure(c.block)
			one(t, all, c.path, c.summary, c.says...)
			// The digits of a temporary directory are not part of a secret.
			said := strings.ReplaceAll(all[0].summary+all[0].detail, garbage, "garbage.pem")
			for _, secret := range []string{"0123", "4567", "secret", "fedcba", "pass@"} {
				if strings.Contains(said, secret) {
					t.Errorf("the error contains a part of a secret: %v", all)
				}
			}
		})
	}
}

func TestProvider_accepts(t *testing.T) {
	t.Parallel()
	for name, block := range map[string]string{
		"https":                    `api_url = "https://api.example.com"`,
		"https with a path":        `api_url = "https://gateway.example.com/cohort/v1/"`,
		"http on localhost":        `api_url = "http://localhost:8080"`,
		"http below localhost":     `api_url = "http://cohort.localhost:8080"`,
		"http on IPv6 loopback":    `api_url = "http://[::1]:8080"`,
		"http on another loopback": `api_url = "http://127.0.0.2"`,
		"no address":               ``,
		"blank address":            `api_url = " "`,
		"bounds":                   "max_retries = 0\nmax_concurrency = 20\nrequest_timeout = \"1ms\"",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if all := newPlugin(t).configure(fmt.Sprintf("mode = \"test\"\napi_key = %q\n%s",
				someTestKey, block)); len(all) > 0 {
				t.Errorf("refused: %v", all)
			}
		})
	}
}

// TestProvider_environment checks that an argument overrides its variable, that a blank value
// counts as unset, and that a missing setting is reported once.
func TestProvider_environment(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	for _, c := range []struct {
		name             string
		key, url, block  string // variables and arguments
		path, summary    string // of the error, if any
		says             []string
		requests, status string
	}{
		{name: "both from the environment", key: w.TestKey(), url: w.URL(), status: "200"},
		{name: "both from arguments", block: fmt.Sprintf("api_key = %q\napi_url = %q", w.TestKey(), w.URL()), status: "200"},
		{
			name:   "the argument of the key wins",
			key:    someTestKey,
			url:    w.URL(),
			block:  fmt.Sprintf("api_key = %q", w.TestKey()),
			status: "200",
		},
		{
			name:   "the argument of the key wins over nonsense",
			key:    "nonsense",
			block:  fmt.Sprintf("api_key = %q\napi_url = %q", w.TestKey(), w.URL()),
			status: "200",
		},
		{
			name:   "the same address twice",
			key:    w.TestKey(),
			url:    w.URL() + "/v1/",
			block:  fmt.Sprintf("api_url = %q", w.URL()),
			status: "200",
		},
		{
			name:    "another address",
			key:     w.TestKey(),
			url:     w.URL(),
			block:   fmt.Sprintf("api_key = %q\napi_url = \"http://127.0.0.1:1\"", w.TestKey()),
			path:    "api_url",
			summary: "Another address than in the environment",
			says:    []string{"COHORT_API_URL", "No request has been sent"},
		},
		{
			name:    "another address than nonsense",
			key:     w.TestKey(),
			url:     "nonsense",
			block:   fmt.Sprintf("api_url = %q", w.URL()),
			path:    "api_url",
			summary: "Another address than in the environment",
			says:    []string{"COHORT_API_URL"},
		},
		{
			name:    "another address for the key of the environment",
			key:     w.TestKey(),
			block:   `api_url = "https://elsewhere.example.com"`,
			path:    "api_url",
			summary: "The key of the environment is not sent to another address",
			says:    []string{"elsewhere.example.com", "COHORT_API_KEY", "COHORT_API_URL"},
		},
		{
			name:    "another port for the key of the environment",
			key:     w.TestKey(),
			block:   `api_url = "https://api.getcohort.com:8443"`,
			path:    "api_url",
			summary: "The key of the environment is not sent to another address",
			says:    []string{"api.getcohort.com:8443"},
		},
		{
			name:   "this machine for the key of the environment",
			key:    w.TestKey(),
			block:  fmt.Sprintf("api_url = %q", w.URL()),
			status: "200",
		},
		{
			name:   "a blank argument is unset",
			key:    w.TestKey(),
			url:    w.URL(),
			block:  "api_key = \"  \"\napi_url = \"\"",
			status: "200",
		},
		{name: "white space around", key: "\t" + w.TestKey() + "\r\n", url: " " + w.URL() + "\n", status: "200"},
		{
			name:   "white space around in arguments",
			block:  fmt.Sprintf("api_key = \" %s\\n\"\napi_url = \" %s \"", w.TestKey(), w.URL()),
			status: "200",
		},
		{name: "address with the version", key: w.TestKey(), url: w.URL() + "/v1", status: "200"},
		{name: "address with the version and a slash", key: w.TestKey(), url: w.URL() + "/v1/", status: "200"},
		{
			name:    "no key",
			url:     w.URL(),
			path:    "api_key",
			summary: "No API key",
			says:    []string{"COHORT_API_KEY", "the argument api_key", "Settings > Integrations"},
		},
		{
			name:    "blank keys",
			key:     "\n",
			url:     w.URL(),
			block:   `api_key = " "`,
			path:    "api_key",
			summary: "No API key",
			says:    []string{"COHORT_API_KEY", "the argument api_key"},
		},
		{
			name:    "wrong key in the variable",
			key:     "secret",
			url:     w.URL(),
			path:    "api_key",
			summary: "Not an API key",
			says:    []string{"In COHORT_API_KEY"},
		},
		{
			name:    "wrong address in the variable",
			key:     w.TestKey(),
			url:     "nonsense",
			path:    "api_url",
			summary: "Not an address of the API",
			says:    []string{"In COHORT_API_URL"},
		},
		{
			name:    "key of the other merchant in the variable",
			key:     w.LiveKey(),
			url:     w.URL(),
			path:    "mode",
			summary: "Wrong merchant: the key is a live key, this configuration expects test",
			says:    []string{"Supply the test_ key in COHORT_API_KEY"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			clearEnvironment(t)
			t.Setenv("COHORT_API_KEY", c.key)
			t.Setenv("COHORT_API_URL", c.url)
			w.Reset()
			p := newPlugin(t)
			all := p.configure(c.block)
			if c.path != "" {
				one(t, all, c.path, c.summary, c.says...)
				if n := w.Stats().Requests; n != 0 {
					t.Errorf("%d requests were sent", n)
				}
				return
			}
			if all = append(all, p.get()...); len(all) > 0 {
				t.Fatalf("refused: %v", all)
			}
			if stats := w.Stats(); stats.Requests != 1 || stats.ByStatus[c.status] != 1 {
				t.Errorf("got %v, want one request with status %s", stats, c.status)
			}
		})
	}
}

// TestProvider_unknownKey checks that a plan goes on with a key that another resource creates,
// until a request needs the key.
func TestProvider_unknownKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	p := newPlugin(t)
	if all := p.configure(fmt.Sprintf("api_key = unknown\napi_url = %q", w.URL())); len(all) > 0 {
		t.Fatalf("refused: %v", all)
	}
	config := p.resource("cohort_perk", `internal_name = "welcome"`)
	if all := p.validate("cohort_perk", config); len(all) > 0 {
		t.Errorf("validation: %v", all)
	}
	if _, all := p.plan("cohort_perk", cty.NullVal(config.Type()), config); len(all) > 0 {
		t.Errorf("plan: %v", all)
	}
	one(t, p.get(), "", "Could not read the campaign diffusion", "only known after another resource is applied", "-target",
		"COHORT_API_KEY")
	if n := w.Stats().Requests; n != 0 {
		t.Errorf("%d requests were sent without a key", n)
	}
}

// TestProvider_unknownKeyStandIn checks that COHORT_API_KEY replaces a key that is not known yet,
// as the error without it advises. The first guard applies to both keys: to the key of the
// environment in the plan, and to the other key once it is known.
func TestProvider_unknownKeyStandIn(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	configure := func(key, argument string) (*plugin, []said) {
		clearEnvironment(t)
		t.Setenv("COHORT_API_KEY", key)
		p := newPlugin(t)
		return p, p.configure(fmt.Sprintf("api_key = %s\napi_url = %q", argument, w.URL()))
	}
	p, all := configure(w.TestKey(), "unknown")
	if all = append(all, p.get()...); len(all) > 0 {
		t.Errorf("the variable does not replace the key: %v", all)
	}
	w.Reset()
	_, all = configure(w.LiveKey(), "unknown")
	one(t, all, "mode", "Wrong merchant: the key is a live key, this configuration expects test",
		"Supply the test_ key in COHORT_API_KEY")
	_, all = configure("secret", "unknown")
	one(t, all, "api_key", "Not an API key", "In COHORT_API_KEY")
	_, all = configure(w.TestKey(), strconv.Quote(w.LiveKey()))
	one(t, all, "mode", "Wrong merchant: the key is a live key, this configuration expects test",
		"Supply the test_ key in the argument api_key")
	if n := w.Stats().Requests; n != 0 {
		t.Errorf("%d requests were sent with a key that was refused", n)
	}
}

// TestProvider_unknownSettings checks the value that applies while a setting is unknown. Settings
// that limit changes take the strictest value, and settings of requests take the default.
func TestProvider_unknownSettings(t *testing.T) {
	t.Parallel()
	configured := func(t *testing.T, block string) (*world, *plugin) {
		t.Helper()
		w := newWorld(t, sandbox.Options{})
		p := newPlugin(t)
		if all := p.configure(fmt.Sprintf("api_key = %q\napi_url = %q\n%s", w.TestKey(), w.URL(), block)); len(all) > 0 {
			t.Fatal(all)
		}
		return w, p
	}
	t.Run("read_only has to be known", func(t *testing.T) {
		t.Parallel()
		all := newPlugin(t).configure(fmt.Sprintf("api_key = %q\nread_only = unknown", someTestKey))
		one(t, all, "read_only", "Not known whether this may write", "COHORT_READ_ONLY")
	})
	t.Run("conflict_policy is fail", func(t *testing.T) {
		t.Parallel()
		w, p := configured(t, "conflict_policy = unknown")
		kind := "cohort_list"
		before := p.resource(kind, `name = "VIP"`).AsValueMap()
		before["id"], before["mode"] = cty.StringVal(w.post(t, "/v1/cohorts", `{"type":"list","name":"Changed outside"}`)),
			cty.StringVal("test")
		after := maps.Clone(before)
		after["name"] = cty.StringVal("VIPs")
		answer, err := p.server.ApplyResourceChange(t.Context(), &tfprotov6.ApplyResourceChangeRequest{
			TypeName:     kind,
			PriorState:   dynamic(t, cty.ObjectVal(before)),
			PlannedState: dynamic(t, cty.ObjectVal(after)),
			Config:       dynamic(t, p.resource(kind, `name = "VIPs"`)),
		})
		if err != nil {
			t.Fatal(err)
		}
		one(t, saidBy(answer.Diagnostics), "name",
			`Could not update list "VIPs": it was changed outside of Terraform after the plan was made`)
	})
	t.Run("requests are as by default", func(t *testing.T) {
		t.Parallel()
		w, p := configured(t, "max_retries = unknown\nmax_concurrency = unknown\nrequest_timeout = unknown")
		if err := w.AddFault(sandbox.Fault{Status: 500}); err != nil {
			t.Fatal(err)
		}
		if all := p.get(); len(all) > 0 {
			t.Errorf("the request was not repeated: %v", all)
		}
	})
	t.Run("ca_cert_file is not there", func(t *testing.T) {
		t.Parallel()
		w, p := configured(t, "ca_cert_file = unknown")
		if all := p.get(); len(all) > 0 || w.Stats().Requests != 1 {
			t.Errorf("said %v after %d requests", all, w.Stats().Requests)
		}
	})
	for name, block := range map[string]string{
		"the whole list":  "unknown_part",
		"one of the list": `["perk:welcome", unknown]`,
	} {
		t.Run("allow_live_delete has to be known: "+name, func(t *testing.T) {
			t.Parallel()
			all := newPlugin(t).configure(fmt.Sprintf("mode = \"live\"\napi_key = %q\nallow_live_delete = %s",
				someLiveKey, block))
			one(t, all, "allow_live_delete", "Not known what may be deleted", "has to be known when planning")
		})
	}
	t.Run("allow_live_delete without a value names nothing", func(t *testing.T) {
		t.Parallel()
		if all := newPlugin(t).configure(fmt.Sprintf("mode = \"live\"\napi_key = %q\nallow_live_delete = [null]",
			someLiveKey)); len(all) > 0 {
			t.Error(all)
		}
	})
}

// TestProvider_notTheService checks what an error advises when another program answers in place of
// the service, or none.
func TestProvider_notTheService(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		answer http.HandlerFunc
		said   []string
	}{
		{
			"another program", http.NotFound,
			[]string{"The service answered HTTP 404 with an answer of text/plain", "Something other than the API answered."},
		},
		{
			"a page of a portal",
			func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<html>") },
			[]string{"The service's answer cannot be used: it is a web page", "check the address of the API"},
		},
		{
			"a redirect", http.RedirectHandler("https://login.example.com", http.StatusFound).ServeHTTP,
			[]string{"The service answered HTTP 302", "Something other than the API answered."},
		},
		{
			"nothing", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
			[]string{"There was no usable answer", "Check that this machine reaches the address in api_url"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(c.answer)
			t.Cleanup(server.Close)
			p := newPlugin(t)
			block := fmt.Sprintf("api_key = %q\napi_url = %q\nmax_retries = 0", someTestKey, server.URL)
			if all := p.configure(block); len(all) > 0 {
				t.Fatal(all)
			}
			one(t, p.get(), "", "Could not read the campaign diffusion", c.said...)
		})
	}
}

// TestProvider_readOnly checks that a read-only provider sends only GET requests.
func TestProvider_readOnly(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	for _, c := range []struct {
		name, variable, block string
		refused               bool
	}{
		{name: "argument", block: "read_only = true", refused: true},
		{name: "variable", variable: "true", refused: true},
		{name: "variable as a number, with white space", variable: " 1\n", refused: true},
		{
			name:     "the argument does not allow what the variable forbids",
			variable: "true",
			block:    "read_only = false",
			refused:  true,
		},
		{
			name:     "the variable does not allow what the argument forbids",
			variable: "false",
			block:    "read_only = true",
			refused:  true,
		},
		{name: "variable says no", variable: "false"},
		{name: "blank variable", variable: " "},
	} {
		t.Run(c.name, func(t *testing.T) {
			clearEnvironment(t)
			t.Setenv("COHORT_READ_ONLY", c.variable)
			w.Reset()
			p := newPlugin(t)
			if all := p.configure(fmt.Sprintf("api_key = %q\napi_url = %q\n%s", w.TestKey(), w.URL(), c.block)); len(all) > 0 {
				t.Fatal(all)
			}
			if all := p.get(); len(all) > 0 {
				t.Errorf("a read was refused: %v", all)
			}
			all := p.create()
			writes := w.Stats().ByMethod["POST"]
			if !c.refused {
				if len(all) > 0 || writes != 1 {
					t.Errorf("a write was refused: %v (%d sent)", all, writes)
				}
				return
			}
			one(t, all, "", `Could not create list "VIP customers"`, "Only reads are allowed.\n", "read_only",
				"COHORT_READ_ONLY", "Nothing was sent")
			if writes != 0 {
				t.Errorf("%d writes were sent", writes)
			}
		})
	}
	t.Run("a wrong word", func(t *testing.T) {
		clearEnvironment(t)
		t.Setenv("COHORT_READ_ONLY", "perhaps")
		all := newPlugin(t).configure(fmt.Sprintf("api_key = %q", someTestKey))
		one(t, all, "read_only", "Neither true nor false", "COHORT_READ_ONLY", `"perhaps"`, "true or false")
	})
}

// TestProvider_requests checks that the client gets the settings of requests.
func TestProvider_requests(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, block string
		fault       sandbox.Fault
		requests    int
		says        string // "" if it succeeds in the end
	}{
		{"no retries", "max_retries = 0", sandbox.Fault{Status: 500}, 1, "HTTP 500"},
		{"one retry", "max_retries = 1", sandbox.Fault{Status: 500}, 2, ""},
		{"one retry too few", "max_retries = 1", sandbox.Fault{Status: 500, Count: 2}, 2, "2 attempts"},
		{"a timeout", "max_retries = 0\nrequest_timeout = \"1s\"", sandbox.Fault{Hang: true}, 1, "no answer"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandbox.Options{})
			p := newPlugin(t)
			if all := p.configure(fmt.Sprintf("api_key = %q\napi_url = %q\n%s", w.TestKey(), w.URL(), c.block)); len(all) > 0 {
				t.Fatal(all)
			}
			if err := w.AddFault(c.fault); err != nil {
				t.Fatal(err)
			}
			began := time.Now()
			all := p.get()
			if time.Since(began) > 20*time.Second { // the default timeout is longer
				t.Error("request_timeout has no effect")
			}
			if c.says == "" && len(all) > 0 {
				t.Errorf("failed: %v", all)
			}
			if c.says != "" {
				one(t, all, "", "Could not read the campaign diffusion", c.says)
			}
			if n := w.Stats().Requests; n != c.requests {
				t.Errorf("%d requests were sent, want %d", n, c.requests)
			}
		})
	}
}

// TestProvider_certificate checks that a private certificate authority is trusted only if the
// configuration names it.
func TestProvider_certificate(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	gateway := httptest.NewUnstartedServer(w.Handler())
	gateway.Config.ErrorLog = log.New(io.Discard, "", 0)
	gateway.StartTLS()
	defer gateway.Close()
	authority := filepath.Join(t.TempDir(), "authority.pem")
	content := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: gateway.Certificate().Raw})
	if err := os.WriteFile(authority, content, 0o600); err != nil {
		t.Fatal(err)
	}
	block := fmt.Sprintf("api_key = %q\napi_url = %q\n", w.TestKey(), gateway.URL)

	p := newPlugin(t)
	if all := p.configure(block + fmt.Sprintf("ca_cert_file = %q", authority)); len(all) > 0 {
		t.Fatal(all)
	}
	if all := p.get(); len(all) > 0 {
		t.Errorf("the named authority is not trusted: %v", all)
	}
	w.Reset()
	stranger := newPlugin(t)
	if all := stranger.configure(block); len(all) > 0 {
		t.Fatal(all)
	}
	one(t, stranger.get(), "", "Could not read the campaign diffusion", "certificate")
	if n := w.Stats().Requests; n != 0 {
		t.Errorf("%d requests with the key went to a server that is not trusted", n)
	}
}

func TestProvider_userAgent(t *testing.T) {
	t.Parallel()
	headers := make(chan http.Header, 1)
	service := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { headers <- r.Header }))
	defer service.Close()
	p := newPlugin(t)
	if all := p.configure(fmt.Sprintf("api_key = %q\napi_url = %q", someTestKey, service.URL)); len(all) > 0 {
		t.Fatal(all)
	}
	if all := p.get(); len(all) > 0 {
		t.Fatal(all)
	}
	want := "terraform-provider-cohort/test (+https://github.com/cohort-xyz/terraform-provider-cohort) terraform/1.11.4"
	if got := (<-headers).Get("User-Agent"); got != want {
		t.Errorf("User-Agent is %q, want %q", got, want)
	}
}

// TestProvider_wrongMerchant checks guard G1: the key of one merchant in a configuration for the
// other is refused before any request.
func TestProvider_wrongMerchant(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, mode, key, fix string }{
		{"live key without mode", "", "live", `write mode = "live"`},
		{"live key for test", "mode = \"test\"\n", "live", `write mode = "live"`},
		{"test key for live", "mode = \"live\"\n", "test", `remove mode = "live"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandbox.Options{})
			keys := map[string]string{"test": w.TestKey(), "live": w.LiveKey()}
			p := newPlugin(t)
			all := p.configure(fmt.Sprintf("%sapi_key = %q\napi_url = %q", c.mode, keys[c.key], w.URL()))
			if len(all) != 1 || all[0].path != "mode" || !strings.Contains(all[0].detail, c.fix) {
				t.Errorf("said %v, want one error at mode with: %s", all, c.fix)
			}
			if n := w.Stats().Requests; n != 0 {
				t.Errorf("%d requests were sent", n)
			}
		})
	}
}

// TestProvider_savedPlan checks guard G2 with the real Terraform: a plan of one merchant cannot be
// applied with the key of the other.
func TestProvider_savedPlan(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, mode, planned, applied string }{
		{"test plan, live key", "", "test", "live"},
		{"live plan, test key", "mode = \"live\"", "live", "test"},
		{"test plan of a variable, live key", "mode = var.mode", "test", "live"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandbox.Options{})
			keys := map[string]string{"test": w.TestKey(), "live": w.LiveKey()}
			terraform := terraformRoot(t,
				"variable \"mode\" {\n  default = \"test\"\n}\nprovider \"cohort\" {\n  "+c.mode+"\n}\n"+
					"resource \"cohort_list\" \"vip\" {\n  name         = \"VIP customers\"\n  reference_id = \"vip\"\n}\n",
				"COHORT_API_URL="+w.URL(), "COHORT_API_KEY="+keys[c.planned])
			terraform.must("plan", "-out=saved.tfplan")
			w.Reset()

			output, code := terraform.with("COHORT_API_KEY="+keys[c.applied], "TF_VAR_mode=live").run("apply", "saved.tfplan")
			requests := w.Stats().Requests
			// A newer OpenTofu reads variables again. Then mode and key match, OpenTofu makes the plan
			// again, and it finds that the new plan is not the saved one.
			byOpenTofu := strings.Contains(c.mode, "var.") && requests <= 1 &&
				strings.Contains(output, "inconsistent final plan") && strings.HasPrefix(terraform.must("version"), "OpenTofu")
			if code == 0 || !byOpenTofu && (!strings.Contains(output, "Wrong merchant") || requests > 0) {
				t.Errorf("exit code %d after %d requests, want a refusal without a request, because of the wrong merchant:\n%s",
					code, requests, output)
			}
			for _, mode := range []string{"test", "live"} {
				if objects := w.Objects(mode, "cohorts"); len(objects) > 0 {
					t.Errorf("the %s merchant has %v", mode, objects)
				}
			}
			if output := terraform.must("apply", "-auto-approve"); !strings.Contains(output, "1 added") {
				t.Errorf("with its own key the configuration does not apply:\n%s", output)
			}
			if n := len(w.Objects(c.planned, "cohorts")); n != 1 {
				t.Errorf("the %s merchant has %d lists, want 1", c.planned, n)
			}
		})
	}
}

// TestProvider_quiet checks that the provider writes only what was asked for, and never the key.
// With the real Terraform, it looks at the log, the state and the plan.
func TestProvider_quiet(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	terraform := terraformRoot(t, "resource \"cohort_list\" \"vip\" {\n  name = \"VIP customers\"\n}\n",
		"COHORT_API_URL="+w.URL(), "COHORT_API_KEY="+w.TestKey(), "TF_LOG=TRACE", "TF_LOG_PATH=trace.log")
	output := terraform.must("plan", "-out=saved.tfplan") + terraform.must("show", "-json", "saved.tfplan") +
		terraform.must("apply", "saved.tfplan")
	for _, name := range []string{"trace.log", "terraform.tfstate", "saved.tfplan"} {
		content, err := os.ReadFile(filepath.Join(terraform.dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if name == "trace.log" && !regexp.MustCompile(`Merchants API.*method=POST`).Match(content) {
			t.Error("the log has no request in it")
		}
		output += string(content)
	}
	if strings.Contains(output, w.TestKey()) {
		t.Error("the key is in the output")
	}
	if !slices.Contains(terraform.env, "COHORT_API_KEY="+w.TestKey()) {
		t.Error("Terraform ran without the key, so nothing was tested")
	}
}
