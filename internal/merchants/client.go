package merchants

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/google/uuid"
)

// Defaults of [Config].
const (
	DefaultMaxRetries     = 4
	DefaultMaxConcurrency = 10
	DefaultRequestTimeout = time.Minute
)

// bodyLimit is the size in bytes above which an answer is refused.
const bodyLimit = 32 << 20

// Config says how a [Client] reaches the API. Zero values mean the defaults, unless said otherwise.
type Config struct {
	// Key may be the zero Key; every request then fails with [ErrKeyUnknown].
	Key Key
	// BaseURL is checked by [ParseBaseURL]; "" means [DefaultBaseURL].
	BaseURL string
	// UserAgent is sent as it is.
	UserAgent string
	// MaxRetries is how often a GET is repeated; 0 means never.
	MaxRetries int
	// MaxConcurrency is how many requests may be under way at once.
	MaxConcurrency int
	// RequestTimeout bounds one try, from sending to the last byte of the answer.
	RequestTimeout time.Duration
	// CACertPEM holds certificates to trust beside the system's.
	CACertPEM []byte
	// ReadOnly refuses, before it is sent, every request that is not a GET.
	ReadOnly bool
	// Log is called after each try; nil means no log.
	Log func(context.Context, Exchange)
}

// Exchange is what may be logged of one try: no header values and no bodies.
type Exchange struct {
	Method, Path string
	// Status is 0 when no answer came.
	Status int
	// RequestID is the service's, else ours.
	RequestID string
	// Attempt counts from 1.
	Attempt  int
	Duration time.Duration
	// Err is why no answer came.
	Err error
}

// Client makes the calls. It is safe for concurrent use and holds nothing that outlives it.
type Client struct {
	config Config
	base   *url.URL
	http   *http.Client
	slots  chan struct{}
}

// New checks the configuration and returns a client. It does not touch the network.
func New(config Config) (*Client, error) {
	if config.BaseURL == "" {
		config.BaseURL = DefaultBaseURL
	}
	if config.MaxConcurrency <= 0 {
		config.MaxConcurrency = DefaultMaxConcurrency
	}
	if config.RequestTimeout <= 0 {
		config.RequestTimeout = DefaultRequestTimeout
	}
	base, err := ParseBaseURL(config.BaseURL)
	if err != nil {
		return nil, fmt.Errorf("base URL: %w", err)
	}
	httpClient, err := newHTTPClient(config.CACertPEM)
	if err != nil {
		return nil, err
	}
	return &Client{config: config, base: base, http: httpClient, slots: make(chan struct{}, config.MaxConcurrency)}, nil
}

// do sends one request and returns the body of a 2xx answer, which may be empty. It repeats a GET as [retryDelay] allows.
func (c *Client) do(ctx context.Context, method, path string, query url.Values, in any) ([]byte, error) {
	failed := &Error{Method: method, Path: path}
	if c.config.Key.IsZero() {
		failed.Err = ErrKeyUnknown
		return nil, failed
	}
	if method != http.MethodGet {
		if c.config.ReadOnly {
			failed.Err = ErrReadOnly
			return nil, failed
		}
	}
	var body []byte
	if in != nil {
		var err error
		if body, err = json.Marshal(in); err != nil {
			failed.Err = fmt.Errorf("encode the request: %w", err)
			return nil, failed
		}
	}
	target := c.base.JoinPath("v1", path)
	target.RawQuery = query.Encode()

	for {
		failed.Attempts++
		answer, content, err := c.try(ctx, method, target, body, failed)
		if err == nil && answer.StatusCode/100 == 2 {
			return content, nil
		}
		delay, again := retryDelay(method, answer, err, failed.Attempts, time.Now())
		if !again && delay > 0 {
			failed.Err = errRetryAfter
			failed.Message = fmt.Sprintf("%s (it asks to wait %s; try again then)", failed.Message, delay)
		}
		if !again || failed.Attempts > c.config.MaxRetries {
			return nil, failed
		}
		if err := wait(ctx, delay); err != nil {
			failed.Err = err
			return nil, failed
		}
	}
}

// try makes one try and notes in failed what came of it.
func (c *Client) try(ctx context.Context, method string, target *url.URL, body []byte, failed *Error) (*http.Response, []byte, error) {
	select {
	case c.slots <- struct{}{}:
		defer func() { <-c.slots }()
	case <-ctx.Done():
	}
	if ctx.Err() != nil {
		failed.Status = 0
		failed.Err = fmt.Errorf("interrupted before it was sent: %w", context.Cause(ctx))
		return nil, nil, failed.Err
	}
	if method != http.MethodGet {
		ctx = context.WithoutCancel(ctx)
	}
	ctx, cancel := context.WithTimeout(ctx, c.config.RequestTimeout)
	defer cancel()

	requestID := uuid.NewString()
	started := time.Now()
	answer, content, err := c.exchange(ctx, method, target, body, requestID)
	failed.Status, failed.Code, failed.Message, failed.RequestID, failed.Err = 0, "", "", requestID, nil
	switch {
	case err != nil:
		failed.Err = errors.New(c.config.Key.Redact(err.Error()))
		if cause := context.Cause(ctx); cause != nil {
			failed.Err = fmt.Errorf("no answer: %w", cause)
		}
		err = failed.Err
	default:
		failed.Status = answer.StatusCode
		if id := answer.Header.Get("X-Request-Id"); id != "" {
			failed.RequestID = c.config.Key.Redact(id)
		}
		if answer.StatusCode/100 != 2 {
			// First of all, because a description is cut off, and half a key would not be recognized.
			failed.readError(answer.Header, []byte(c.config.Key.Redact(string(content))))
			if location := answer.Header.Get("Location"); answer.StatusCode/100 == 3 && location != "" {
				failed.Message = fmt.Sprintf("a redirect to %s, which is not followed because the API key would travel along", location)
			}
			failed.Code, failed.Message = c.config.Key.Redact(failed.Code), c.config.Key.Redact(failed.Message)
		}
	}
	if c.config.Log != nil {
		c.config.Log(ctx, Exchange{
			Method: method, Path: failed.Path, Status: failed.Status, RequestID: failed.RequestID,
			Attempt: failed.Attempts, Duration: time.Since(started), Err: failed.Err,
		})
	}
	return answer, content, err
}

// exchange sends the request and reads the answer whole.
func (c *Client) exchange(ctx context.Context, method string, target *url.URL, body []byte, requestID string) (*http.Response, []byte, error) {
	request, err := http.NewRequestWithContext(ctx, method, target.String(), bytes.NewReader(body))
	if err != nil {
		return nil, nil, errors.New("the request could not be built")
	}
	request.Header.Set("Authorization", "Bearer "+c.config.Key.reveal())
	request.Header.Set("Accept", "application/json")
	request.Header.Set("User-Agent", c.config.UserAgent)
	request.Header.Set("X-Request-Id", requestID)
	if len(body) > 0 {
		request.Header.Set("Content-Type", "application/json")
	}
	answer, err := c.http.Do(request)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = answer.Body.Close() }()
	content, err := io.ReadAll(io.LimitReader(answer.Body, bodyLimit+1))
	if err != nil {
		return nil, nil, fmt.Errorf("read the answer: %w", err)
	}
	if len(content) > bodyLimit {
		return nil, nil, fmt.Errorf("the answer is larger than %d bytes", bodyLimit)
	}
	return answer, bytes.TrimSpace(content), nil
}
