package merchants_test

import (
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

func TestParseBaseURL(t *testing.T) {
	t.Parallel()
	const (
		scheme = "a URL such as https://api.getcohort.com is needed, with its scheme"
		user   = "a user or password does not belong in it"
		query  = "a query or fragment does not belong in it"
		plain  = "plain http would send the API key readable to "
	)
	for text, want := range map[string]struct{ url, err string }{
		"https://api.getcohort.com":         {url: "https://api.getcohort.com"},
		" https://api.getcohort.com\n":      {url: "https://api.getcohort.com"},
		"HTTPS://api.getcohort.com/":        {url: "https://api.getcohort.com"},
		"https://api.getcohort.com/v1":      {url: "https://api.getcohort.com"},
		"https://api.getcohort.com/v1/":     {url: "https://api.getcohort.com"},
		"https://api.getcohort.com//":       {url: "https://api.getcohort.com"},
		"https://gateway.example.com/a/b/":  {url: "https://gateway.example.com/a/b"},
		"https://gateway.example.com/a/v1/": {url: "https://gateway.example.com/a"},
		"https://gateway.example.com/av1":   {url: "https://gateway.example.com/av1"},
		"https://gateway.example.com/v2":    {url: "https://gateway.example.com/v2"},
		"https://api.getcohort.com:8443":    {url: "https://api.getcohort.com:8443"},
		"https://10.0.0.1":                  {url: "https://10.0.0.1"},
		"http://localhost:8080":             {url: "http://localhost:8080"},
		"http://api.localhost":              {url: "http://api.localhost"},
		"http://127.0.0.1:1234/v1":          {url: "http://127.0.0.1:1234"},
		"http://127.8.9.10":                 {url: "http://127.8.9.10"},
		"http://[::1]:8080":                 {url: "http://[::1]:8080"},
		"http://[::ffff:127.0.0.1]":         {url: "http://[::ffff:127.0.0.1]"},

		"":                                     {err: scheme},
		"  ":                                   {err: scheme},
		"api.getcohort.com":                    {err: scheme},
		"api.getcohort.com/v1":                 {err: scheme},
		"//api.getcohort.com":                  {err: scheme},
		"/v1":                                  {err: scheme},
		"https://":                             {err: scheme},
		"https:///v1":                          {err: scheme},
		"https:api.getcohort.com":              {err: scheme},
		"ftp://api.getcohort.com":              {err: scheme},
		"file:///etc/passwd":                   {err: scheme},
		"https://:443":                         {err: scheme},
		"localhost:8080":                       {err: scheme},
		"https://api.getcohort.com:port":       {err: "not a URL"},
		"https://api get.com":                  {err: "not a URL"},
		"https://api.getcohort.com/%zz":        {err: "not a URL"},
		"https://api.getcohort.com\x00":        {err: "not a URL"},
		"https://[::1":                         {err: "not a URL"},
		"https://user@api.getcohort.com":       {err: user},
		"https://u:p4ssw0rd@api.getcohort.com": {err: user},
		"https://@api.getcohort.com":           {err: user},
		"https://api.getcohort.com?":           {err: query},
		"https://api.getcohort.com?key=a":      {err: query},
		"https://api.getcohort.com/v1#a":       {err: query},
		"http://api.getcohort.com":             {err: plain + "api.getcohort.com"},
		"http://10.0.0.1":                      {err: plain + "10.0.0.1"},
		"http://0.0.0.0:8080":                  {err: plain + "0.0.0.0"},
		"http://192.168.1.2":                   {err: plain + "192.168.1.2"},
		"http://[fe80::1]":                     {err: plain + "fe80::1"},
		"http://localhost.example.com":         {err: plain + "localhost.example.com"},
		"http://127.0.0.1.example.com":         {err: plain + "127.0.0.1.example.com"},
		"http://notlocalhost":                  {err: plain + "notlocalhost"},
		"http://2130706433":                    {err: plain + "2130706433"},
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			base, err := merchants.ParseBaseURL(text)
			if want.err != "" {
				if err == nil || !strings.HasPrefix(err.Error(), want.err) {
					t.Errorf("got %v, %v, want %s", base, err, want.err)
				}
				return
			}
			if err != nil || base.String() != want.url {
				t.Errorf("got %v, %v, want %s", base, err, want.url)
			}
		})
	}
}

func TestNew_refusesABadConfiguration(t *testing.T) {
	t.Parallel()
	if _, err := merchants.New(merchants.Config{BaseURL: "http://api.getcohort.com"}); err == nil ||
		!strings.HasPrefix(err.Error(), "base URL: plain http") {
		t.Errorf("got %v", err)
	}
	for _, certificate := range []string{"no PEM", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"} {
		if _, err := merchants.New(merchants.Config{CACertPEM: []byte(certificate)}); err == nil ||
			err.Error() != "no PEM certificate in the CA file" {
			t.Errorf("got %v", err)
		}
	}
}

func TestClient_pathOfTheBaseURL(t *testing.T) {
	t.Parallel()
	s := serve(t, reply(200, `{"id":"a-b"}`))
	c := newClient(t, merchants.Config{Key: parseKey(t, secret), BaseURL: s.URL + "/gateway/cohort/v1/"})
	if _, err := c.Perks.Get(t.Context(), "a-b"); err != nil {
		t.Fatal(err)
	}
	if call := s.got()[0]; call.Target != "/gateway/cohort/v1/perks/a-b" {
		t.Errorf("got %s", call.Target)
	}
}

func TestClient_privateCA(t *testing.T) {
	t.Parallel()
	s := &server{}
	s.Server = httptest.NewUnstartedServer(s.record(t, reply(200, `{"id":"x1"}`)))
	s.EnableHTTP2 = true
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	t.Cleanup(s.Close)
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})

	c := newClient(t, merchants.Config{Key: parseKey(t, secret), BaseURL: s.URL, MaxRetries: 4})
	_, err := c.Perks.Get(t.Context(), "x1")
	if !errors.Is(err, merchants.ErrUntrusted) {
		t.Errorf("the certificate of an unknown authority: got %v", err)
	}
	checkSilent(t, "the error", fmt.Sprint(err))
	if calls := s.got(); len(calls) != 0 {
		t.Errorf("the key was sent to an untrusted server: %v", calls)
	}

	trusting := newClient(t,
		merchants.Config{Key: parseKey(t, secret), BaseURL: s.URL, CACertPEM: append([]byte("# our CA\n"), certificate...)})
	if _, err := trusting.Perks.Get(t.Context(), "x1"); err != nil {
		t.Fatal(err)
	}
	if calls := s.got(); len(calls) != 1 || calls[0].Proto != "HTTP/2.0" ||
		calls[0].Header.Get("Authorization") != "Bearer "+secret {
		t.Errorf("got %v", calls)
	}
}

// proxyTarget names the environment variable with the address to read from, in the process that
// TestClient_proxy starts. net/http reads the proxy variables once per process.
const proxyTarget = "MERCHANTS_TEST_PROXY_TARGET"

func TestClient_proxy(t *testing.T) {
	t.Parallel()
	if target := os.Getenv(proxyTarget); target != "" {
		c := newClient(t, merchants.Config{Key: parseKey(t, secret), BaseURL: target})
		perk, err := c.Perks.Get(t.Context(), "x1")
		t.Logf("child got %v, %v", perk, err)
		return
	}
	for name, test := range map[string]struct {
		target, proxied, got string
	}{
		"plain": {target: "http://api.localhost:1", got: "connection refused"},
		"encrypted": {
			target: "https://api.example.com", proxied: "CONNECT api.example.com:443",
			got: "write them into HTTP_PROXY or HTTPS_PROXY",
		},
		"excepted": {target: "http://127.0.0.1:1", got: "connection refused"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			proxy := serve(t, func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodConnect {
					w.WriteHeader(http.StatusProxyAuthRequired)
					return
				}
				reply(200, `{"id":"x1"}`)(w, r)
			})
			child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestClient_proxy$", "-test.v")
			child.Env = []string{proxyTarget + "=" + test.target, "HTTP_PROXY=" + proxy.URL, "HTTPS_PROXY=" + proxy.URL}
			output, err := child.CombinedOutput()
			if err != nil || !strings.Contains(string(output), test.got) {
				t.Fatalf("got %v: %s", err, output)
			}
			checkSilent(t, "the output", string(output))
			calls := proxy.got()
			if test.proxied == "" {
				if len(calls) != 0 {
					t.Errorf("the proxy got %v", calls)
				}
				return
			}
			if len(calls) != 1 {
				t.Fatalf("the proxy got %v", calls)
			}
			if got := calls[0].Method + " " + calls[0].Target; got != test.proxied {
				t.Errorf("the proxy got %s", got)
			}
			if calls[0].Header.Get("Authorization") != "" {
				t.Error("the proxy got the key")
			}
		})
	}
}

// TestNew_refusesABadProxy: net/http uses no proxy if it cannot parse the setting. The error does
// not repeat the setting, which may hold a password.
func TestNew_refusesABadProxy(t *testing.T) {
	for text, bad := range map[string]bool{
		"": false, "http://proxy.example.com:3128": false, "proxy.example.com:3128": false, "proxy.example.com": false,
		"socks5://u:p4ss@10.0.0.1:1080":        false,
		"http://u:p4ss@proxy.example.com:port": true, "http://p4ss%zz": true, "ftp://p4ss.example.com": true, ":p4ss": true,
		"http://": true, "\x01p4ss": true,
	} {
		for _, variable := range []string{"HTTPS_PROXY", "https_proxy"} {
			t.Run(variable+"="+strings.ToValidUTF8(text, "?"), func(t *testing.T) {
				t.Setenv(variable, text)
				_, err := merchants.New(merchants.Config{})
				if bad && (err == nil || !strings.Contains(err.Error(), variable) || strings.Contains(err.Error(), "p4ss")) ||
					!bad && err != nil {
					t.Errorf("got %v", err)
				}
				if _, err := merchants.New(merchants.Config{BaseURL: "http://localhost"}); err != nil {
					t.Errorf("http://localhost uses no proxy, so the setting must not matter: %v", err)
				}
			})
		}
	}
}
