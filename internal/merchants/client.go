package merchants

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
)

// Defaults of [Config].
const (
	DefaultMaxRetries     = 4
	DefaultMaxConcurrency = 10
	DefaultRequestTimeout = 30 * time.Second
)

// bodyLimit is the size in bytes above which a response body is refused.
const bodyLimit = 32 << 20

// errTooLarge is the cause when a response is refused for its size.
var errTooLarge = fmt.Errorf("the answer is larger than %d bytes", bodyLimit)

// Config says how a [Client] reaches the API. Zero values mean the defaults unless a field says
// otherwise.
type Config struct {
	// Key may be the zero Key; every request then fails with [ErrKeyUnknown].
	Key Key
	// BaseURL is checked by [ParseBaseURL]; "" means [DefaultBaseURL].
	BaseURL string
	// UserAgent is sent unchanged.
	UserAgent string
	// MaxRetries limits the retries of a request that failed for a passing reason; 0 means none.
	// Retries after status 429, or 503 with Retry-After, have a time limit instead.
	MaxRetries int
	// MaxConcurrency is how many requests may be in flight at once.
	MaxConcurrency int
	// RequestTimeout bounds one attempt, from sending to the last byte of the response.
	RequestTimeout time.Duration
	// CACertPEM holds certificates to trust in addition to the system's.
	CACertPEM []byte
	// ReadByID reads every object by its id, and none from a listing.
	ReadByID bool
	// ReadOnly refuses every request that is not a GET, before it is sent.
	ReadOnly bool
	// Snapshot, unless nil, is read in place of the service. Nothing is sent: a write fails with
	// [ErrSnapshot]. Key, BaseURL and CACertPEM do not count.
	Snapshot *Snapshot
	// Created, unless nil, is called with the id of each object that a create made, as soon as the id
	// is known from the response or from a look-up.
	Created func(context.Context, ID)
	// Log, unless nil, is called after each attempt.
	Log func(context.Context, Exchange)
}

// Exchange is what may be logged of one attempt: no header values and no bodies.
type Exchange struct {
	Method, Path string
	// Status is the HTTP status, or 0 when no response came.
	Status int
	// RequestID is the service's id of the request, or ours if the service gave none.
	RequestID string
	// Attempt counts from 1.
	Attempt  int
	Duration time.Duration
	// Err says why no response came.
	Err error
}

// Client makes the calls. It is safe for concurrent use. Nothing that it starts outlives it.
type Client struct {
	config   Config
	base     *url.URL
	http     *http.Client
	throttle *throttle
	budget   retryBudget
	creates  creates
	caches   listCaches
	clock    clock

	Collections
}

// New checks the configuration and returns a client. It does not use the network.
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
	if config.Snapshot != nil {
		config.BaseURL, config.Key = DefaultBaseURL, Key{}
	}
	base, err := ParseBaseURL(config.BaseURL)
	if err != nil {
		return nil, fmt.Errorf("base URL: %w", err)
	}
	var httpClient *http.Client
	if config.Snapshot != nil {
		httpClient = &http.Client{Transport: config.Snapshot}
	} else if httpClient, err = newHTTPClient(base, config.CACertPEM, config.MaxConcurrency); err != nil {
		return nil, err
	}
	c := &Client{config: config, base: base, http: httpClient, throttle: newThrottle(config.MaxConcurrency)}
	c.Collections = collectionsOf(c)
	return c, nil
}

// request is one call of the API.
type request struct {
	method string
	// path is below /v1, unless the request has its whole path.
	path  string
	whole bool
	query url.Values
	// in is the body; nil means none.
	in any
	// secrets are texts of the body that no error may repeat.
	secrets []string
	// repeatable marks a write that is safe to send twice.
	repeatable bool
	// sending, unless nil, is called right before each attempt.
	sending func()
}

// answer is a 2xx response. Its body may be empty.
type answer struct {
	body   []byte
	header http.Header
}

// do makes a call and returns the body of its 2xx response.
func (c *Client) do(ctx context.Context, r request) ([]byte, error) {
	answered, err := c.send(ctx, r)
	return answered.body, err
}

// send makes a call and returns its 2xx response. It retries requests that certainly had no effect;
// if the outcome is unknown, only reads and repeatable writes.
func (c *Client) send(ctx context.Context, r request) (answer, error) {
	failed := &Error{Method: r.method, Path: r.path}
	write := r.method != http.MethodGet
	switch {
	case strings.HasSuffix(r.path, "/") || strings.Contains(r.path, "//"):
		// Without an id, the path would be the path of the whole collection.
		failed.Err = errors.New("the object has no id")
		return answer{}, failed
	case c.config.Snapshot != nil:
		if failed.Err = c.config.Snapshot.refusal(r.method, r.path); failed.Err != nil {
			return answer{}, failed
		}
	case c.config.Key.IsZero():
		failed.Err = ErrKeyUnknown
		return answer{}, failed
	case write && c.config.ReadOnly:
		failed.Err = ErrReadOnly
		return answer{}, failed
	}
	var body []byte
	if r.in != nil {
		var err error
		if body, err = json.Marshal(r.in); err != nil {
			failed.Err = fmt.Errorf("encode the request: %w", err)
			return answer{}, failed
		}
	}
	c.budget.request()
	ctx, watch := timed(ctx, 0)
	for {
		queued := time.Now()
		gated, err := c.throttle.enter(ctx, write)
		if err != nil {
			failed.Err = err
			return answer{}, failed
		}
		watch.excludeQueueTime(time.Since(queued)-gated, gated)
		failed.Attempts++
		if r.sending != nil {
			r.sending()
		}
		got, result, asked, hasRetryAfter := c.try(ctx, r, body, failed)
		pause := backoff(failed.Attempts)
		if hasRetryAfter {
			pause = asked
		}
		c.throttle.leave(result, pause)
		failed.unclear = write && (failed.unclear || result == unclear || result == postponed || result == unreadable)
		switch {
		case result == done:
			return got, nil
		case hasRetryAfter && pause > retryAfterCap && result != refused:
			failed.Err = fmt.Errorf("%w: try again in %s", errRetryAfter, pause)
			return answer{}, failed
		case !c.again(r, result, hasRetryAfter, failed.Attempts, watch):
			return answer{}, failed
		}
		if result == throttled || result == postponed {
			continue // The gate holds it back, like all others.
		}
		if err := wait(ctx, pause); err != nil {
			failed.Err = err
			return answer{}, failed
		}
	}
}

// again decides whether a failed request is retried. A retry the service scheduled (Retry-After)
// does not use the budget.
func (c *Client) again(r request, result outcome, hasRetryAfter bool, tries int, watch *stopwatch) bool {
	if c.config.MaxRetries == 0 || watch.left(time.Hour) <= 0 {
		return false
	}
	repeatable := r.repeatable || r.method == http.MethodGet
	switch {
	case result == throttled || result == postponed && repeatable:
		return watch.asked() < throttleWindow && (hasRetryAfter || c.budget.take())
	case result == notSent || result == unclear && repeatable:
	default:
		return false
	}
	return tries <= c.config.MaxRetries && watch.elapsed() < failureWindow && c.budget.take()
}

// try makes one attempt, records its result in failed, and returns the wait that the service asked
// for, if any. A write in flight continues for a moment when ctx ends.
func (c *Client) try(
	ctx context.Context, r request, body []byte, failed *Error,
) (got answer, result outcome, asked time.Duration, hasRetryAfter bool) {
	if r.method != http.MethodGet {
		lasting, cancel := withGrace(ctx)
		defer cancel()
		ctx = lasting
	}
	ctx, cancel := context.WithTimeout(ctx, stopwatchOf(ctx).left(c.config.RequestTimeout))
	defer cancel()
	var connected atomic.Bool
	ctx = httptrace.WithClientTrace(ctx,
		&httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { connected.Store(true) }})

	requestID := uuid.NewString()
	started := time.Now()
	response, content, err := c.exchange(ctx, r, body, requestID)
	failed.Status, failed.Code, failed.Message, failed.RequestID, failed.Err = 0, "", "", requestID, nil
	if err != nil {
		failed.Err = errors.New(Plain(c.config.Key.Redact(err.Error())))
		if _, untrusted := errors.AsType[*tls.CertificateVerificationError](err); untrusted {
			failed.Err = fmt.Errorf("%w: %w", ErrUntrusted, failed.Err)
		}
		if cause := context.Cause(ctx); cause != nil {
			failed.Err = fmt.Errorf("no answer: %w", cause)
		}
	} else {
		c.readAnswer(response, content, r.secrets, failed)
		asked, hasRetryAfter = retryAfter(response.Header, time.Now())
		got = answer{content, response.Header}
	}
	result = classify(response, failed.Code != "", connected.Load(), err)
	if c.config.Log != nil {
		c.config.Log(ctx, Exchange{
			Method: r.method, Path: r.path, Status: failed.Status, RequestID: failed.RequestID,
			Attempt: failed.Attempts, Duration: time.Since(started), Err: failed.Err,
		})
	}
	return got, result, asked, hasRetryAfter
}

// readAnswer records what the service said, without the secrets that were sent.
func (c *Client) readAnswer(answer *http.Response, content []byte, secrets []string, failed *Error) {
	if date, err := http.ParseTime(answer.Header.Get("Date")); err == nil {
		c.clock.set(date, time.Now())
	}
	failed.Status = answer.StatusCode
	if id := answer.Header.Get("X-Request-Id"); id != "" {
		failed.RequestID = Plain(c.config.Key.Redact(id))
	}
	if answer.StatusCode/100 == 2 {
		return
	}
	failed.readError(answer.Header, content, func(text string) string {
		text = c.config.Key.Redact(text)
		for _, value := range secrets {
			for _, form := range formsOf(value) {
				text = strings.ReplaceAll(text, form, "(sensitive value)")
			}
		}
		return text
	})
	if location := answer.Header.Get("Location"); answer.StatusCode/100 == 3 && location != "" {
		location = c.config.Key.Redact(location)
		failed.Message = Plain(
			fmt.Sprintf("a redirect to %s, which is not followed because the API key would travel along", location),
		)
	}
	if answer.StatusCode == http.StatusProxyAuthRequired {
		failed.Message = proxyAsks
	}
}

// exchange sends the request and reads the whole response.
func (c *Client) exchange(
	ctx context.Context, r request, body []byte, requestID string,
) (*http.Response, []byte, error) {
	target := c.base.JoinPath("v1", r.path)
	if r.whole {
		target = c.base.JoinPath(r.path)
	}
	target.RawQuery = r.query.Encode()
	outgoing, err := http.NewRequestWithContext(ctx, r.method, target.String(), bytes.NewReader(body))
	if err != nil {
		return nil, nil, errors.New("the request could not be built")
	}
	if !c.config.Key.IsZero() {
		outgoing.Header.Set("Authorization", "Bearer "+c.config.Key.reveal())
	}
	outgoing.Header.Set("Accept", "application/json")
	outgoing.Header.Set("User-Agent", c.config.UserAgent)
	outgoing.Header.Set("X-Request-Id", requestID)
	if len(body) > 0 {
		outgoing.Header.Set("Content-Type", "application/json")
	}
	answer, err := c.http.Do(outgoing)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = answer.Body.Close() }()
	content, err := io.ReadAll(io.LimitReader(answer.Body, bodyLimit+1))
	if err != nil {
		return nil, nil, fmt.Errorf("read the answer: %w", err)
	}
	if len(content) > bodyLimit {
		return nil, nil, errTooLarge
	}
	return answer, bytes.TrimSpace(content), nil
}
