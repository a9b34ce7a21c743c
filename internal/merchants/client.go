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

// bodyLimit is the size in bytes above which an answer is refused.
const bodyLimit = 32 << 20

// errTooLarge is the cause when an answer is refused for its size.
var errTooLarge = fmt.Errorf("the answer is larger than %d bytes", bodyLimit)

// Config says how a [Client] reaches the API. Zero values mean the defaults, unless said otherwise.
type Config struct {
	// Key may be the zero Key; every request then fails with [ErrKeyUnknown].
	Key Key
	// BaseURL is checked by [ParseBaseURL]; "" means [DefaultBaseURL].
	BaseURL string
	// UserAgent is sent as it is.
	UserAgent string
	// MaxRetries is how often a request is repeated that failed for a passing reason and may be; 0 means never.
	MaxRetries int
	// MaxConcurrency is how many requests may be under way at once.
	MaxConcurrency int
	// RequestTimeout bounds one try, from sending to the last byte of the answer.
	RequestTimeout time.Duration
	// CACertPEM holds certificates to trust beside the system's.
	CACertPEM []byte
	// ReadByID reads every object by its id, and none from a list.
	ReadByID bool
	// ReadOnly refuses, before it is sent, every request that is not a GET.
	ReadOnly bool
	// Created is called with the id of each object that a create made, as soon as it is known, from the answer or by looking it up; nil means
	// nobody asks.
	Created func(context.Context, ID)
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
	config   Config
	base     *url.URL
	http     *http.Client
	throttle *throttle
	budget   retryBudget
	creates  creates
	caches   listCaches
	clock    clock

	UserProperties  Collection[*UserProperty, UserPropertyInput]
	Lists, Segments Collection[*Cohort, CohortInput]
	Perks           Collection[*Perk, PerkInput]
	DigitalAssets   Collection[*DigitalAsset, DigitalAssetInput]
	Badges          Collection[*Badge, BadgeInput]
	Campaigns       Collection[*Campaign, CampaignInput]
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
	httpClient, err := newHTTPClient(base, config.CACertPEM, config.MaxConcurrency)
	if err != nil {
		return nil, err
	}
	c := &Client{config: config, base: base, http: httpClient, throttle: newThrottle(config.MaxConcurrency)}
	c.UserProperties = Collection[*UserProperty, UserPropertyInput]{c, &userProperties}
	c.Lists = Collection[*Cohort, CohortInput]{c, &lists}
	c.Segments = Collection[*Cohort, CohortInput]{c, &segments}
	c.Perks = Collection[*Perk, PerkInput]{c, &perks}
	c.DigitalAssets = Collection[*DigitalAsset, DigitalAssetInput]{c, &digitalAssets}
	c.Badges = Collection[*Badge, BadgeInput]{c, &badges}
	c.Campaigns = Collection[*Campaign, CampaignInput]{c, &campaigns}
	return c, nil
}

// request is one call of the API.
type request struct {
	method string
	// path is below /v1.
	path  string
	query url.Values
	// in is the body; nil means none.
	in any
	// secrets are texts of the body that no error repeats.
	secrets []string
	// repeatable marks a write that is safe to send twice.
	repeatable bool
	// sending, unless nil, is called right before each try.
	sending func()
}

// answer is a successful answer. Its body may be empty.
type answer struct {
	body   []byte
	header http.Header
}

// do makes a call and returns the body of its 2xx answer.
func (c *Client) do(ctx context.Context, r request) ([]byte, error) {
	answered, err := c.send(ctx, r)
	return answered.body, err
}

// send makes a call and returns its 2xx answer. It tries again what was certainly not carried out, and a read or a repeatable write of which
// that is unclear.
func (c *Client) send(ctx context.Context, r request) (answer, error) {
	failed := &Error{Method: r.method, Path: r.path}
	write := r.method != http.MethodGet
	switch {
	case strings.HasSuffix(r.path, "/") || strings.Contains(r.path, "//"):
		// Without an id the path would be that of the whole collection.
		failed.Err = errors.New("the object has no id")
		return answer{}, failed
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

// again decides whether a request that failed is tried once more. Where the service itself says when to come back, that is no load on it
// and costs nothing of the budget.
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

// try makes one try, notes in failed what came of it, and returns how long the service asked to wait, if it did. A write that is sent goes on
// when ctx ends.
func (c *Client) try(ctx context.Context, r request, body []byte, failed *Error) (got answer, result outcome, asked time.Duration, hasRetryAfter bool) {
	if r.method != http.MethodGet {
		lasting, cancel := withGrace(ctx)
		defer cancel()
		ctx = lasting
	}
	ctx, cancel := context.WithTimeout(ctx, stopwatchOf(ctx).left(c.config.RequestTimeout))
	defer cancel()
	var connected atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { connected.Store(true) }})

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

// readAnswer notes what the service said, without the secrets that were sent.
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
		failed.Message = Plain(fmt.Sprintf("a redirect to %s, which is not followed because the API key would travel along", location))
	}
	if answer.StatusCode == http.StatusProxyAuthRequired {
		failed.Message = proxyAsks
	}
}

// exchange sends the request and reads the answer whole.
func (c *Client) exchange(ctx context.Context, r request, body []byte, requestID string) (*http.Response, []byte, error) {
	target := c.base.JoinPath("v1", r.path)
	target.RawQuery = r.query.Encode()
	outgoing, err := http.NewRequestWithContext(ctx, r.method, target.String(), bytes.NewReader(body))
	if err != nil {
		return nil, nil, errors.New("the request could not be built")
	}
	outgoing.Header.Set("Authorization", "Bearer "+c.config.Key.reveal())
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
