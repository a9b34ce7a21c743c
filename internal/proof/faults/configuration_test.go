package faults

import (
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

// case24 tries the wrong keys and addresses that people use, and puts proxies, portals and gateways
// between the provider and the service.
func case24(t *testing.T) {
	subtests(t, map[string]func(*testing.T){
		"wrong arguments":        wrongArguments,
		"key known after apply":  keyKnownLater,
		"path before v1":         behindGateway,
		"redirect":               redirected,
		"portal":                 behindPortal,
		"proxy":                  behindProxy,
		"plain http and a proxy": besideProxy,
		"private CA":             privateCA,
	}, func(t *testing.T, run func(*testing.T)) { run(t) })
}

// wrongArguments checks that each wrong argument is refused at once, with an explanation and
// without a request.
func wrongArguments(t *testing.T) {
	const canary = "c4n4ry-0f-4-wr0ng-k3y"
	s := newScenario(t, sandbox.Options{Seed: 24}, program)
	s.trace()
	s.secrets = []string{canary, "p4ssw0rd-0f-a-us3r"}
	s.mustApply()
	managed := s.holds(12)
	key, url := s.sandbox.TestKey(), s.sandbox.URL()
	for _, c := range []struct{ key, url, words string }{
		{"", url, "Set the environment variable COHORT_API_KEY"},
		{" \t ", url, "Set the environment variable COHORT_API_KEY"},
		{"test_" + canary + "\n" + canary, url, "the API key has a blank or a line break inside"},
		{"test_" + canary + " " + canary, url, "the API key has a blank or a line break inside"},
		{"test_" + canary + "é", url, "the API key has a character that is not printable ASCII"},
		{canary, url, `the API key begins with neither "test_" nor "live_"`},
		{"Bearer test_" + canary, url, "the API key has a blank or a line break inside"},
		{"live_" + canary, url, "Wrong merchant: the key is a live key, this configuration expects test"},
		{key, "api.getcohort.com", "In COHORT_API_URL: a URL such as https://api.getcohort.com is needed, with its scheme."},
		{
			key, "api.getcohort.com:443/v1",
			"In COHORT_API_URL: a URL such as https://api.getcohort.com is needed, with its scheme.",
		},
		{key, "http://api.getcohort.com", "plain http would send the API key readable to api.getcohort.com"},
		{key, "https://user:p4ssw0rd-0f-a-us3r@api.getcohort.com", "a user or password does not belong in it"},
		{key, url + "?key=" + canary, "a query or fragment does not belong in it"},
	} {
		s.Env["COHORT_API_KEY"], s.Env["COHORT_API_URL"] = c.key, c.url
		s.sandbox.Reset()
		s.mustFail(s.Apply(), c.words)
		s.keeps(managed)
		if sent := s.sandbox.Stats().Requests; sent != 0 {
			t.Errorf("%d requests were sent with the key %q and the address %q", sent, c.key, c.url)
		}
	}
	// White space around both, which comes from copying, is accepted.
	s.Env["COHORT_API_KEY"], s.Env["COHORT_API_URL"] = " "+key+"\n", "\t"+url+"/v1/ "
	s.mustPlan("No changes.")
	s.settle()
	s.judge()
}

// keyKnownLater has a key that depends on another resource, so the plan runs without it.
func keyKnownLater(t *testing.T) {
	s := newScenario(t, sandbox.Options{Seed: 24}, "")
	s.Env["TF_VAR_key"], s.Env["COHORT_API_KEY"] = s.sandbox.TestKey(), ""
	config := `
variable "key" { sensitive = true }

variable "vault" { default = "first" }

resource "terraform_data" "vault" { input = var.vault }
`
	s.use("  api_key = terraform_data.vault.output == \"\" ? \"\" : var.key", config+program)
	s.mustApply()
	managed := s.holds(12)
	s.sandbox.Reset()
	s.mustFail(s.Apply("-var=vault=second"),
		"The api_key of the provider is only known after another resource is applied.")
	s.keeps(managed)
	if sent := s.sandbox.Stats().Requests; sent != 0 {
		t.Errorf("%d requests were sent without a key", sent)
	}
	s.Env["TF_VAR_vault"] = "second"
	s.mustApply("-target=terraform_data.vault") // as advised
	s.settle()
	s.judge()
	s.keeps(managed)
}

// behindGateway serves the API under a path of its host.
func behindGateway(t *testing.T) {
	s := newScenario(t, sandbox.Options{Seed: 24}, program)
	for n, suffix := range []string{"/gateway/cohort", "/gateway/cohort/", "/gateway/cohort/v1", "/gateway/cohort/v1/"} {
		server := s.serve(http.StripPrefix("/gateway/cohort", s.sandbox.Handler()))
		s.Env["COHORT_API_URL"] = server.URL + suffix
		if n == 0 {
			s.mustApply()
		}
		s.mustPlan("No changes.")
	}
	s.settle()
	s.judge()
	s.holds(12)
}

// saved applies the program and saves a plan that changes each perk and makes one more. Callers
// apply this plan where it must fail.
func saved(t *testing.T) (s *scenario, managed []string) {
	t.Helper()
	s = newScenario(t, sandbox.Options{Seed: 24}, program)
	s.mustApply()
	managed = s.holds(12)
	s.Write("main.tf", "provider \"cohort\" {}\n"+better.Replace(program))
	s.Write("new.tf", newKey)
	s.savePlan()
	s.sandbox.Reset()
	return s, managed
}

// redirected checks that the key goes only to the given address, even if a server redirects.
func redirected(t *testing.T) {
	for _, status := range []int{
		http.StatusMovedPermanently, http.StatusFound, http.StatusTemporaryRedirect,
		http.StatusPermanentRedirect,
	} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			t.Parallel()
			s, managed := saved(t)
			var followed atomic.Int64
			elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { followed.Add(1) }))
			t.Cleanup(elsewhere.Close)
			s.serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				http.Redirect(w, r, elsewhere.URL+r.URL.Path, status)
			}))
			const words = "which is not followed because the API key would travel along"
			s.mustFail(s.Plan(), "a redirect to "+elsewhere.URL, words)
			s.mustFail(s.applySaved(), words)
			s.keeps(managed)
			if sent := followed.Load(); sent != 0 {
				t.Errorf("%d requests followed a redirect", sent)
			}
			s.reach()
			s.settle()
			s.judge()
			s.holds(13)
		})
	}
}

// behindPortal answers every request with a login page and status 200.
func behindPortal(t *testing.T) {
	s, managed := saved(t)
	s.serve(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, "<!doctype html><title>Guest network</title><p>Log in first.")
	}))
	const words = "it is a web page, such as a proxy or a login portal sends; check the address of the API"
	s.mustFail(s.Plan(), "Could not read perk", words)
	s.mustFail(s.applySaved(), "Could not update perk", "Could not look for the perk", words)
	s.keeps(managed)
	s.reach()
	s.settle()
	s.judge()
	s.holds(13)
	if made := s.creates("perks"); made != 1 {
		t.Errorf("%d perks were made, want 1", made)
	}
}

// proxyPassword is part of the proxy's address.
const proxyPassword = "c4n4ry-0f-th3-pr0xy"

// proxy is a proxy that requires a password and knows the name of one server.
type proxy struct {
	encrypted string // the address that CONNECT example.com:443 leads to
	// asked counts requests; passed counts those that the proxy let through.
	asked, passed atomic.Int64
}

func (p *proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.asked.Add(1)
	want := "Basic " + base64.StdEncoding.EncodeToString([]byte("me:"+proxyPassword))
	switch {
	case r.Header.Get("Proxy-Authorization") != want:
		w.Header().Set("Proxy-Authenticate", "Basic")
		http.Error(w, "<html>Who are you?</html>", http.StatusProxyAuthRequired)
	case r.Method == http.MethodConnect && r.Host == "example.com:443":
		p.passed.Add(1)
		p.tunnel(w)
	default:
		http.Error(w, "no such host", http.StatusBadGateway)
	}
}

func (p *proxy) tunnel(w http.ResponseWriter) {
	server, err := net.Dial("tcp", p.encrypted)
	if err != nil {
		http.Error(w, "no connection", http.StatusBadGateway)
		return
	}
	client, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		_ = server.Close()
		return
	}
	_, _ = io.WriteString(client, "HTTP/1.1 200 Connection established\r\n\r\n")
	go func() {
		defer func() { _ = server.Close() }()
		_, _ = io.Copy(server, client)
	}()
	go func() {
		defer func() { _ = client.Close() }()
		_, _ = io.Copy(client, server)
	}()
}

// trusted serves the sandbox under a certificate for example.com and loopback, from its own
// authority. It writes the authority's certificate to ca.pem.
func (s *scenario) trusted() *httptest.Server {
	s.t.Helper()
	server := httptest.NewUnstartedServer(s.sandbox.Handler())
	server.EnableHTTP2 = true
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	s.t.Cleanup(server.Close)
	s.Write("ca.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})))
	return server
}

// behindProxy sends requests through a tunneling proxy that requires a password.
func behindProxy(t *testing.T) {
	s, managed := saved(t)
	s.trace()
	s.secrets = []string{proxyPassword}
	p := &proxy{encrypted: strings.TrimPrefix(s.trusted().URL, "https://")}
	host := strings.TrimPrefix(s.serve(p).URL, "http://")
	s.Env["COHORT_API_URL"] = "https://example.com"
	s.use("  ca_cert_file = \"ca.pem\"\n  max_retries = 0", better.Replace(program))
	for _, user := range []string{"", "me:wrong-" + proxyPassword + "@"} {
		s.Env["HTTP_PROXY"], s.Env["HTTPS_PROXY"] = "http://"+user+host, "http://"+user+host
		s.mustFail(s.Plan(), "Could not read perk", "There was no usable answer",
			"the proxy requires a user and a password")
		s.keeps(managed)
	}
	if passed := p.passed.Load(); passed != 0 {
		t.Errorf("%d requests passed", passed)
	}
	s.Env["HTTP_PROXY"], s.Env["HTTPS_PROXY"] = "http://me:"+proxyPassword+"@"+host, "http://me:"+proxyPassword+"@"+host
	s.settle()
	s.judge()
	s.holds(13)
	if p.passed.Load() == 0 {
		t.Error("nothing went through the proxy")
	}
}

// besideProxy checks that plain http stays on this machine and bypasses every proxy.
func besideProxy(t *testing.T) {
	s, _ := saved(t)
	p := &proxy{}
	s.Env["HTTP_PROXY"] = s.serve(p).URL
	s.Env["COHORT_API_URL"] = strings.Replace(s.sandbox.URL(), "127.0.0.1", "api.localhost", 1)
	s.use("", better.Replace(program))
	s.settle()
	s.judge()
	s.holds(13)
	if asked := p.asked.Load(); asked != 0 {
		t.Errorf("%d requests went to the proxy", asked)
	}
}

// privateCA serves a certificate that only ca_cert_file makes trusted.
func privateCA(t *testing.T) {
	s, managed := saved(t)
	s.Env["COHORT_API_URL"] = s.trusted().URL
	s.mustFail(s.Plan(), "Could not read perk", "certificate signed by unknown authority", "ca_cert_file")
	s.mustFail(s.applySaved(), "certificate signed by unknown authority")
	s.keeps(managed)
	if sent := s.sandbox.Stats().Requests; sent != 0 {
		t.Errorf("%d requests were sent to a server that is not trusted", sent)
	}
	s.use("  ca_cert_file = \"ca.pem\"", better.Replace(program))
	s.settle()
	s.judge()
	s.holds(13)
}
