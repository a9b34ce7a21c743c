package merchants

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/google/uuid"
)

// Answer is a response of the service, as it came.
type Answer struct {
	// Status is the HTTP status of any class.
	Status int
	Header http.Header
	Body   []byte
	// Duration is the time from sending to the last byte.
	Duration time.Duration
	// TLS is the state of the connection; nil without encryption.
	TLS *tls.ConnectionState
}

// Call sends one request as it is, and returns what the service answers. It is for who checks the
// contract: nothing is interpreted, and nothing is sent twice, except after status 429 with a wait
// that the service asks for. The path includes the version, as in /v1/perks. The error says why no
// response came. Without a key, the request has no header Authorization.
func (c *Client) Call(ctx context.Context, method, path string, query url.Values, in any) (Answer, error) {
	failed := &Error{Method: method, Path: path}
	if method != http.MethodGet && c.config.ReadOnly {
		failed.Err = ErrReadOnly
		return Answer{}, failed
	}
	var body []byte
	if in != nil {
		var err error
		if body, err = json.Marshal(in); err != nil {
			failed.Err = fmt.Errorf("encode the request: %w", err)
			return Answer{}, failed
		}
	}
	for {
		failed.Attempts++
		answer, err := c.callOnce(ctx, request{method: method, path: path, whole: true, query: query}, body)
		if err != nil {
			failed.Err = errors.New(Plain(c.config.Key.Redact(err.Error())))
			if _, untrusted := errors.AsType[*tls.CertificateVerificationError](err); untrusted {
				failed.Err = fmt.Errorf("%w: %w", ErrUntrusted, failed.Err)
			}
			return Answer{}, failed
		}
		pause, asked := retryAfter(answer.Header, time.Now())
		if answer.Status != http.StatusTooManyRequests || !asked || pause > retryAfterCap ||
			failed.Attempts > c.config.MaxRetries {
			return answer, nil
		}
		if err := wait(ctx, pause); err != nil {
			failed.Err = err
			return Answer{}, failed
		}
	}
}

func (c *Client) callOnce(ctx context.Context, r request, body []byte) (Answer, error) {
	ctx, cancel := context.WithTimeout(ctx, c.config.RequestTimeout)
	defer cancel()
	started := time.Now()
	response, content, err := c.exchange(ctx, r, body, uuid.NewString())
	if err != nil {
		return Answer{}, err
	}
	return Answer{response.StatusCode, response.Header, content, time.Since(started), response.TLS}, nil
}

// Mode is the merchant that the key names; "" without a key.
func (c *Client) Mode() Mode { return c.config.Key.Mode() }

// Proxy returns the proxy between this machine and the service, without its password; "" for none.
func (c *Client) Proxy() string {
	transport, ok := c.http.Transport.(*http.Transport)
	if !ok || transport.Proxy == nil {
		return ""
	}
	proxy, err := transport.Proxy(&http.Request{URL: c.base})
	if err != nil || proxy == nil {
		return ""
	}
	return proxy.Redacted()
}

// Address is the address of the service, without a version.
func (c *Client) Address() string { return c.base.String() }
