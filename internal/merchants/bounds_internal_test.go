package merchants

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptrace"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// connected tells the client that a connection was established, so that a failure leaves unclear
// whether a write was carried out.
func connected(r *http.Request) {
	if trace := httptrace.ContextClientTrace(r.Context()); trace != nil && trace.GotConn != nil {
		trace.GotConn(httptrace.GotConnInfo{})
	}
}

// writesOfTwoSteps are the writes that may read the object after an unclear or empty response.
var writesOfTwoSteps = map[string]func(context.Context, *Client) error{
	"create": func(ctx context.Context, c *Client) error {
		_, err := c.Perks.Create(ctx, PerkInput{InternalName: Value("a")})
		return err
	},
	"create with a key of its own": func(ctx context.Context, c *Client) error {
		_, err := c.Lists.Create(ctx, CohortInput{Name: Value("A"), ReferenceID: Value("a")})
		return err
	},
	"update": func(ctx context.Context, c *Client) error {
		_, err := UpdatePerk(ctx, c, "x1", PerkInput{InternalName: Value("a")})
		return err
	},
	"publish": func(ctx context.Context, c *Client) error {
		_, err := c.Perks.Transition(ctx, Head{ID: "x1"}, Publish)
		return err
	},
}

// TestClient_interruptedWriteEndsSoon: a canceled pipeline sends the second, hard signal 7.5 s
// after the first.
func TestClient_interruptedWriteEndsSoon(t *testing.T) {
	t.Parallel()
	for name, write := range writesOfTwoSteps {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				c := clientOf(t, Config{MaxRetries: 4}, func(r *http.Request) (*http.Response, error) {
					connected(r)
					return hang(r)
				})
				started := time.Now()
				time.AfterFunc(time.Second, cancel)
				if err := write(ctx, c); !MayHaveHappened(err) {
					t.Errorf("got %v, want an error that says it may have happened", err)
				}
				if took := time.Since(started); took < 7*time.Second || took > 7100*time.Millisecond {
					t.Errorf("the write ended after %s, want 7s: 1s and the 6s that it gets after the interrupt", took)
				}
			})
		})
	}
}

// TestClient_createEndsWhenNothingAnswers: one create and its look-ups take at most a minute.
func TestClient_createEndsWhenNothingAnswers(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"create", "create with a key of its own"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c := clientOf(t, Config{MaxRetries: 4}, func(r *http.Request) (*http.Response, error) {
					connected(r)
					return hang(r)
				})
				started := time.Now()
				if err := writesOfTwoSteps[name](t.Context(), c); !MayHaveHappened(err) {
					t.Errorf("got %v, want an error that says it may have happened", err)
				}
				if took := time.Since(started); took > time.Minute {
					t.Errorf("the write ended after %s, want at most a minute", took)
				}
			})
		})
	}
}

// TestClient_createIsSentOnce: a create that may have been carried out is not sent again, not even
// with a unique key: the service may not enforce uniqueness.
func TestClient_createIsSentOnce(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]func() *http.Response{
		"failed":                    func() *http.Response { return answerWith(500, ``) },
		"failed, told when":         func() *http.Response { return askingToWait(refusalOf(503), "1") },
		"failed, told a long while": func() *http.Response { return askingToWait(refusalOf(500), "3600") },
		"with nothing in it":        func() *http.Response { return answerWith(201, ``) },
	} {
		for _, write := range []string{"create", "create with a key of its own"} {
			t.Run(write+", "+name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					creates := 0
					c := clientOf(t, Config{MaxRetries: DefaultMaxRetries}, func(r *http.Request) (*http.Response, error) {
						connected(r)
						if r.Method == http.MethodGet {
							return answerWith(200, `{"data":[]}`), nil
						}
						creates++
						return answer(), nil
					})
					if err := writesOfTwoSteps[write](t.Context(), c); !MayHaveHappened(err) || !errors.Is(err, errMayBeMade) {
						t.Errorf("got %v, want an error that says it may have happened", err)
					}
					if creates != 1 {
						t.Errorf("%d creates were sent, want 1", creates)
					}
				})
			})
		}
	}
}

// TestTransition_reached: if a transition is unclear, only a status that it leads to proves that it
// was made.
func TestTransition_reached(t *testing.T) {
	t.Parallel()
	all := []string{StatusDraft, StatusLive, StatusPublished, StatusEnded, StatusArchived, "", "review", "LIVE"}
	for name, test := range map[string]struct {
		transition Transition
		reached    []string
	}{
		"publish":   {Publish, []string{StatusLive, StatusPublished, StatusEnded}},
		"end":       {End, []string{StatusEnded}},
		"archive":   {Archive, []string{StatusArchived}},
		"unarchive": {Unarchive, []string{StatusDraft, StatusLive, StatusPublished, StatusEnded}},
	} {
		for _, status := range all {
			c := clientOf(t, Config{}, func(r *http.Request) (*http.Response, error) {
				connected(r)
				if r.Method == http.MethodPost {
					return answerWith(500, ""), nil
				}
				return answerWith(200, fmt.Sprintf(`{"id":"x1","status":%q}`, status)), nil
			})
			_, err := c.Campaigns.Transition(t.Context(), Head{ID: "x1"}, test.transition)
			if (err == nil) != slices.Contains(test.reached, status) {
				t.Errorf("an unclear %s, and then the status %q: got %v", name, status, err)
			}
		}
	}
}
