package merchants

import (
	"context"
	"net/http"
	"net/http/httptrace"
	"testing"
	"testing/synctest"
	"time"
)

// connected tells the client that it had a connection, so that what happens next leaves it unclear whether a write was carried out.
func connected(r *http.Request) {
	if trace := httptrace.ContextClientTrace(r.Context()); trace != nil && trace.GotConn != nil {
		trace.GotConn(httptrace.GotConnInfo{})
	}
}

// writesOfTwoSteps are those that look at the object when the answer leaves it unclear what became of it.
var writesOfTwoSteps = map[string]func(context.Context, *Client) error{
	"create": func(ctx context.Context, c *Client) error {
		_, err := c.CreatePerk(ctx, PerkInput{InternalName: Value("a")})
		return err
	},
	"create with a key of its own": func(ctx context.Context, c *Client) error {
		_, err := c.CreateCohort(ctx, CohortInput{Type: Value(CohortList), Name: Value("A"), ReferenceID: Value("a")})
		return err
	},
	"update": func(ctx context.Context, c *Client) error {
		_, err := c.UpdatePerk(ctx, "x1", PerkInput{InternalName: Value("a")})
		return err
	},
	"publish": func(ctx context.Context, c *Client) error {
		_, err := c.PublishPerk(ctx, "x1")
		return err
	},
}

// TestClient_interruptedWriteEndsSoon: a pipeline that is canceled sends the second, hard signal 7.5 s after the first one.
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
					t.Errorf("it may have happened: %v", err)
				}
				if took := time.Since(started); took < 7*time.Second || took > 7100*time.Millisecond {
					t.Errorf("it ended after %s, want 1s and 6s", took)
				}
			})
		})
	}
}

// TestClient_createEndsWhenNothingAnswers: one create and its looks take at most two minutes.
func TestClient_createEndsWhenNothingAnswers(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]time.Duration{"create": time.Minute, "create with a key of its own": 2 * time.Minute} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c := clientOf(t, Config{MaxRetries: 4}, func(r *http.Request) (*http.Response, error) {
					connected(r)
					return hang(r)
				})
				started := time.Now()
				if err := writesOfTwoSteps[name](t.Context(), c); !MayHaveHappened(err) {
					t.Errorf("it may have happened: %v", err)
				}
				if took := time.Since(started); took > want {
					t.Errorf("it ended after %s, want at most %s", took, want)
				}
			})
		})
	}
}

// TestClient_createWithAKeyOfItsOwnIsSentAgain: a service that fails three times has made one object in the end, and is asked for no other.
func TestClient_createWithAKeyOfItsOwnIsSentAgain(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		retries, creates int
		made             bool
	}{
		"default":    {retries: DefaultMaxRetries, creates: 4, made: true},
		"no retries": {retries: 0, creates: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				creates := 0
				client := clientOf(t, Config{MaxRetries: c.retries}, func(r *http.Request) (*http.Response, error) {
					connected(r)
					if r.Method == http.MethodGet {
						return answerWith(200, `{"data":[]}`), nil
					}
					if creates++; creates < 4 {
						return answerWith(500, ``), nil
					}
					return answerWith(201, `{"id":"x1","type":"list","name":"A","referenceId":"a"}`), nil
				})
				made, err := client.CreateCohort(t.Context(), CohortInput{Type: Value(CohortList), Name: Value("A"), ReferenceID: Value("a")})
				if (err == nil) != c.made || c.made && made.ID != "x1" || !c.made && !MayHaveHappened(err) {
					t.Errorf("got %v, %v", made, err)
				}
				if creates != c.creates {
					t.Errorf("%d creates were sent, want %d", creates, c.creates)
				}
			})
		})
	}
}
