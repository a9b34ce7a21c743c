package merchants

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"syscall"
	"time"
)

// DefaultBaseURL is the address of the service (documented:
// https://docs.getcohort.com/developers/merchants-api).
const DefaultBaseURL = "https://api.getcohort.com"

// ParseBaseURL checks the address of the API: https, or http to a loopback address or a localhost
// name, because every request carries the key. It drops a trailing slash or /v1.
func ParseBaseURL(text string) (*url.URL, error) {
	base, err := url.Parse(strings.TrimSpace(text))
	if err != nil {
		return nil, errors.New("not a URL")
	}
	switch {
	case base.Scheme != "https" && base.Scheme != "http" || base.Hostname() == "":
		return nil, fmt.Errorf("a URL such as %s is needed, with its scheme", DefaultBaseURL)
	case base.User != nil:
		return nil, errors.New("a user or password does not belong in it")
	case base.RawQuery != "" || base.ForceQuery || base.Fragment != "":
		return nil, errors.New("a query or fragment does not belong in it")
	case base.Scheme == "http" && !isLoopback(base.Hostname()):
		return nil, fmt.Errorf("plain http would send the API key readable to %s; use https (http is for loopback "+
			"addresses and *.localhost)", base.Hostname())
	}
	base.Path = strings.TrimSuffix(strings.TrimRight(base.Path, "/"), "/v1")
	return base, nil
}

// IsDefaultOrLoopback reports whether an address is the service's, or this machine's.
func IsDefaultOrLoopback(base *url.URL) bool {
	return base.Scheme == "https" && base.Host == strings.TrimPrefix(DefaultBaseURL, "https://") ||
		isLoopback(base.Hostname())
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return isLocalhost(host) || ip != nil && ip.IsLoopback()
}

// isLocalhost reports whether a name belongs to this machine (RFC 6761). Not every resolver knows
// all such names.
func isLocalhost(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	return host == "localhost" || strings.HasSuffix(host, ".localhost")
}

// proxyAsks says what to do about status 407, whether a request or the tunnel for it got it.
const proxyAsks = "the proxy requires a user and a password: write them into HTTP_PROXY or HTTPS_PROXY, " +
	"as http://user:password@host:port"

const (
	dialTimeout = 10 * time.Second
	keepAlive   = 15 * time.Second
)

// dialLoopback connects to this machine only.
func dialLoopback(ctx context.Context, network, address string) (net.Conn, error) {
	dialer := &net.Dialer{Timeout: dialTimeout, KeepAlive: keepAlive}
	dialer.Control = func(_, resolved string, _ syscall.RawConn) error {
		host, _, err := net.SplitHostPort(resolved)
		if ip := net.ParseIP(host); err != nil || ip == nil || !ip.IsLoopback() {
			return fmt.Errorf("%s is not of this machine, and may not be what the address names", resolved)
		}
		return nil
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil || !isLocalhost(host) {
		return dialer.DialContext(ctx, network, address)
	}
	connection, err := dialer.DialContext(ctx, network, net.JoinHostPort("127.0.0.1", port))
	if err != nil {
		if other, problem := dialer.DialContext(ctx, network, net.JoinHostPort("::1", port)); problem == nil {
			return other, nil
		}
	}
	return connection, err
}

// checkProxy refuses a proxy setting that net/http cannot parse: it would silently connect without
// a proxy.
func checkProxy() error {
	for _, variable := range []string{"HTTPS_PROXY", "https_proxy"} {
		text := os.Getenv(variable)
		if text == "" {
			continue
		}
		if !strings.Contains(text, "://") {
			text = "http://" + text
		}
		proxy, err := url.Parse(text)
		// The text is not shown, because it may hold a password.
		if err != nil || proxy.Hostname() == "" ||
			!slices.Contains([]string{"http", "https", "socks5", "socks5h"}, proxy.Scheme) {
			return fmt.Errorf("the environment variable %s is not the address of a proxy, such as http://proxy.example.com:3128",
				variable)
		}
	}
	return nil
}

// newHTTPClient returns a client with proxies from the environment and an optional private CA in
// addition to the system's. It follows no redirects, which would carry the key elsewhere or turn a
// POST into a GET. It opens at most as many connections as requests may be in flight. Requests to
// this machine stay on it: they use no proxy and connect to no other address, whatever a name
// resolves to. So plain http never leaves this machine.
func newHTTPClient(base *url.URL, caCertPEM []byte, connections int) (*http.Client, error) {
	proxy, dial := http.ProxyFromEnvironment, (&net.Dialer{Timeout: dialTimeout, KeepAlive: keepAlive}).DialContext
	if isLoopback(base.Hostname()) {
		proxy, dial = nil, dialLoopback
	} else if err := checkProxy(); err != nil {
		return nil, err
	}
	transport := &http.Transport{
		Proxy:               proxy,
		DialContext:         dial,
		TLSHandshakeTimeout: 10 * time.Second,
		TLSClientConfig:     &tls.Config{MinVersion: tls.VersionTLS12},
		ForceAttemptHTTP2:   true,
		HTTP2:               &http.HTTP2Config{SendPingTimeout: 15 * time.Second, PingTimeout: 15 * time.Second},
		OnProxyConnectResponse: func(_ context.Context, _ *url.URL, _ *http.Request, answer *http.Response) error {
			if answer.StatusCode == http.StatusProxyAuthRequired {
				return errors.New(proxyAsks)
			}
			return nil
		},
		MaxConnsPerHost:     connections,
		MaxIdleConnsPerHost: connections,
		// Shorter than most gateways keep a connection, so that a POST rarely uses one about to be
		// closed.
		IdleConnTimeout: 25 * time.Second,
	}
	if len(caCertPEM) > 0 {
		pool, err := x509.SystemCertPool()
		if err != nil {
			pool = x509.NewCertPool()
		}
		if !pool.AppendCertsFromPEM(caCertPEM) {
			return nil, errors.New("no PEM certificate in the CA file")
		}
		transport.TLSClientConfig.RootCAs = pool
	}
	return &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}, nil
}
