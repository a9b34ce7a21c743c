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
	"strings"
	"time"
)

// DefaultBaseURL is where the service is (documented: https://docs.getcohort.com/developers/merchants-api).
const DefaultBaseURL = "https://api.getcohort.com"

// ParseBaseURL checks the address of the API: https, or http on a loopback address or a name below localhost, because the key travels
// with every request. A trailing slash or /v1 is dropped.
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
		return nil, fmt.Errorf("plain http would send the API key readable to %s; use https (http is for loopback addresses and *.localhost)", base.Hostname())
	}
	base.Path = strings.TrimSuffix(strings.TrimRight(base.Path, "/"), "/v1")
	return base, nil
}

func isLoopback(host string) bool {
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// proxyAsks says what to do about 407, of a request or of the tunnel for one.
const proxyAsks = "a demand of the proxy for a user and a password: write them into HTTP_PROXY or HTTPS_PROXY, as http://user:password@host:port"

// newHTTPClient returns a client of its own: proxies from the environment, an optional private CA beside the system's, and no redirects,
// which would carry the key elsewhere or turn a POST into a GET. It opens no more connections than requests may be under way.
func newHTTPClient(caCertPEM []byte, connections int) (*http.Client, error) {
	transport := &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		DialContext:         (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 15 * time.Second}).DialContext,
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
		MaxConnsPerHost:       connections,
		MaxIdleConnsPerHost:   connections,
		ExpectContinueTimeout: time.Second,
		// Below what gateways usually keep, so that a POST seldom goes to a connection that is about to be closed.
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
