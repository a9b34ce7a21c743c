package merchants

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// shelf is a service with objects of one kind. It lists them and reads them by id; what it says to a create is up to the test.
type shelf struct {
	mu sync.Mutex
	// rows are the objects as JSON, in the order of the list.
	rows []string
	// create answers the n-th create, from 1. It may put something on the shelf before.
	create func(s *shelf, n int) (*http.Response, error)
	// list and read, unless nil, answer the n-th list and the n-th read in the place of the shelf; a nil answer leaves it to the shelf.
	list, read func(n int) *http.Response
	// date is the service's clock, sent with each answer unless nil.
	date func() time.Time

	creates, lists, reads int
	// listed are the times of the lists.
	listed []time.Time
	// created are the ids that the client told of.
	created []ID
}

// client returns a client of the shelf alone.
func (s *shelf) client(t *testing.T, config Config) *Client {
	t.Helper()
	config.Created = func(_ context.Context, id ID) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.created = append(s.created, id)
	}
	return clientOf(t, config, s.roundTrip)
}

func (s *shelf) roundTrip(r *http.Request) (*http.Response, error) {
	connected(r)
	if r.Body != nil {
		_, _ = io.ReadAll(r.Body)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	answer, err := s.answer(r)
	if answer != nil && s.date != nil {
		answer.Header.Set("Date", s.date().UTC().Format(http.TimeFormat))
	}
	return answer, err
}

func (s *shelf) answer(r *http.Request) (*http.Response, error) {
	_, id, single := strings.Cut(strings.TrimPrefix(r.URL.Path, "/v1/"), "/")
	switch {
	case r.Method == http.MethodPost:
		s.creates++
		return s.create(s, s.creates)
	case single:
		s.reads++
		if s.read != nil {
			if answer := s.read(s.reads); answer != nil {
				return answer, nil
			}
		}
		for _, row := range s.rows {
			if strings.Contains(row, fmt.Sprintf(`"id":%q`, id)) {
				return answerWith(200, row), nil
			}
		}
		return answerWith(404, `{"code":"perk.not-found","message":"There is none."}`), nil
	default:
		s.lists++
		s.listed = append(s.listed, time.Now())
		if s.list != nil {
			if answer := s.list(s.lists); answer != nil {
				return answer, nil
			}
		}
		return answerWith(200, `{"data":[`+strings.Join(s.rows, ",")+`]}`), nil
	}
}

var errLost = errors.New("connection reset")

// lost carries a create out, as the object x and its number, and gives no answer.
func lost(s *shelf, n int) (*http.Response, error) {
	s.rows = append(s.rows, fmt.Sprintf(`{"id":"x%d","internalName":"gift","type":"list","name":"VIP","referenceId":"vip"}`, n))
	return nil, errLost
}

// dropped does not carry a create out, and gives no answer.
func dropped(*shelf, int) (*http.Response, error) { return nil, errLost }

// inTurn answers the first create by the first function, and so on; the last one answers all others.
func inTurn(answers ...func(*shelf, int) (*http.Response, error)) func(*shelf, int) (*http.Response, error) {
	return func(s *shelf, n int) (*http.Response, error) { return answers[min(n, len(answers))-1](s, n) }
}

func says(status int, body string) func(*shelf, int) (*http.Response, error) {
	return func(*shelf, int) (*http.Response, error) { return answerWith(status, body), nil }
}

func createGift(ctx context.Context, c *Client) (ID, error) {
	made, err := c.CreatePerk(ctx, PerkInput{InternalName: Value("gift")})
	if err != nil {
		return "", err
	}
	return made.ID, nil
}

func createVIP(ctx context.Context, c *Client) (ID, error) {
	made, err := c.CreateCohort(ctx, CohortInput{Type: Value(CohortList), Name: Value("VIP"), ReferenceID: Value("vip")})
	if err != nil {
		return "", err
	}
	return made.ID, nil
}

// TestCreate_whichObject holds which object an unclear create takes for its own: one with the strongest key that was sent, and of several the
// one that is most like what was sent.
func TestCreate_whichObject(t *testing.T) {
	t.Parallel()
	perk := func(in PerkInput) func(context.Context, *Client) (ID, error) {
		return func(ctx context.Context, c *Client) (ID, error) {
			made, err := c.CreatePerk(ctx, in)
			if err != nil {
				return "", err
			}
			return made.ID, nil
		}
	}
	cohort := func(in CohortInput) func(context.Context, *Client) (ID, error) {
		return func(ctx context.Context, c *Client) (ID, error) {
			made, err := c.CreateCohort(ctx, in)
			if err != nil {
				return "", err
			}
			return made.ID, nil
		}
	}
	english := func(text string) Field[Localized] { return Value(Localized{"en": text}) }
	for name, test := range map[string]struct {
		create func(context.Context, *Client) (ID, error)
		rows   []string
		want   ID
	}{
		"reference id, whatever the name": {
			cohort(CohortInput{Type: Value(CohortList), Name: Value("VIP"), ReferenceID: Value("vip")}),
			[]string{`{"id":"x1","type":"list","name":"VIP","referenceId":"other"}`, `{"id":"x2","type":"list","name":"VIP"}`, `{"id":"x3","type":"list","name":"Tidied","referenceId":"vip"}`},
			"x3",
		},
		"name, whatever the reference id": {
			cohort(CohortInput{Type: Value(CohortList), Name: Value("VIP")}),
			[]string{`{"id":"x1","type":"list","name":"vip"}`, `{"id":"x2","type":"list","name":"VIP","referenceId":"chosen-by-the-service"}`},
			"x2",
		},
		"name of the same type": {
			cohort(CohortInput{Type: Value(CohortList), Name: Value("VIP")}),
			[]string{`{"id":"x1","type":"segment","name":"VIP"}`, `{"id":"x2","type":"list","name":"VIP"}`},
			"x2",
		},
		"name without blanks around": {
			cohort(CohortInput{Type: Value(CohortList), Name: Value(" VIP ")}),
			[]string{`{"id":"x1","type":"list","name":"VIP"}`},
			"x1",
		},
		"name of another type": {
			cohort(CohortInput{Type: Value(CohortList), Name: Value("VIP")}),
			[]string{`{"id":"x1","type":"segment","name":"VIP"}`},
			"",
		},
		"internal name, of any type where none was sent": {
			perk(PerkInput{InternalName: Value("gift")}),
			[]string{`{"id":"x1","internalName":"Gift"}`, `{"id":"x2","internalName":"gift","type":"none"}`},
			"x2",
		},
		"the most alike": {
			perk(PerkInput{InternalName: Value("gift"), Title: Value(Localized{"en": "Gift", "fr": "Cadeau"}), Description: english("Good.")}),
			[]string{
				`{"id":"x1","internalName":"gift","title":{"en":"Gift"},"description":{"en":"Good."}}`,
				`{"id":"x2","internalName":"gift","description":{"en":"Good."},"title":{"fr":"Cadeau", "en":"Gift"}}`,
				`{"id":"x3","internalName":"gift","title":{"en":"Gift","fr":"Cadeau"},"description":{"en":"Better."}}`,
				`{"id":"x4","internalName":"other","title":{"en":"Gift","fr":"Cadeau"},"description":{"en":"Good."}}`,
			},
			"x2",
		},
		"the first of those that are equally alike": {
			perk(PerkInput{InternalName: Value("gift"), Title: english("Gift")}),
			[]string{`{"id":"x1","internalName":"gift","title":{"en":"Gift"}}`, `{"id":"x2","internalName":"gift","title":{"en":"Gift"}}`},
			"x1",
		},
		"none by likeness alone": {
			perk(PerkInput{Title: english("Gift")}),
			[]string{`{"id":"x1","internalName":"gift","title":{"en":"Gift"}}`},
			"",
		},
		"none of an empty key": {
			perk(PerkInput{InternalName: Value("")}),
			[]string{`{"id":"x1","internalName":""}`},
			"",
		},
		"none that another create has taken": {
			perk(PerkInput{InternalName: Value("gift")}),
			[]string{`{"id":"taken","internalName":"gift"}`},
			"",
		},
		"one beside what another create has taken": {
			perk(PerkInput{InternalName: Value("gift")}),
			[]string{`{"id":"taken","internalName":"gift"}`, `{"id":"x2","internalName":"gift"}`},
			"x2",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := &shelf{rows: test.rows, create: dropped}
				c := s.client(t, Config{})
				c.claims.take("taken")
				got, err := test.create(t.Context(), c)
				if got != test.want || (err == nil) != (test.want != "") || err != nil && !MayHaveHappened(err) {
					t.Errorf("took %q, want %q: %v", got, test.want, err)
				}
				if test.want == "" && len(s.created) != 0 || test.want != "" && !slices.Equal(s.created, []ID{test.want}) {
					t.Errorf("told of %v", s.created)
				}
			})
		})
	}
}

// TestCreate_window: an object that is older than the create is not the one, by the clock of the service, which may be far from ours.
func TestCreate_window(t *testing.T) {
	t.Parallel()
	const year = 365 * 24 * time.Hour
	for clock, ahead := range map[string]time.Duration{"no answer before": 0, "same clock": 0, "a year ahead": year, "a year behind": -year} {
		for createdAt, ours := range map[string]bool{"-1h": false, "-3s": false, "-2001ms": false, "-2s": true, "0s": true, "5s": true, "none": true, "of another form": true} {
			t.Run(clock+", created at "+createdAt, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					s := &shelf{date: func() time.Time { return time.Now().Add(ahead) }}
					c := s.client(t, Config{})
					if clock != "no answer before" {
						if _, err := c.GetPerk(t.Context(), "x0"); !IsNotFound(err) {
							t.Fatal(err)
						}
					}
					row := `{"id":"x1","internalName":"gift"}`
					if offset, err := time.ParseDuration(createdAt); err == nil {
						row = fmt.Sprintf(`{"id":"x1","internalName":"gift","createdAt":%q}`, s.date().Add(offset).UTC().Format("2006-01-02T15:04:05.000Z"))
					} else if createdAt != "none" {
						row = `{"id":"x1","internalName":"gift","createdAt":"yesterday"}`
					}
					// What comes after the create was sent is later than its object, the answer to it not excepted.
					s.create = func(s *shelf, _ int) (*http.Response, error) {
						<-time.After(10 * time.Second)
						s.rows = []string{row}
						return answerWith(500, ""), nil
					}
					got, err := createGift(t.Context(), c)
					if (got == "x1") != ours || (err == nil) != ours {
						t.Errorf("took %q: %v", got, err)
					}
				})
			})
		}
	}
}

// TestCreate_tenEqual: ten creates that differ in nothing take ten different objects, each told of once, whichever of them got an answer.
func TestCreate_tenEqual(t *testing.T) {
	t.Parallel()
	for name, answered := range map[string]func(n int) bool{
		"none answered": func(int) bool { return false },
		"some answered": func(n int) bool { return n%3 == 0 },
		"all answered":  func(int) bool { return true },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := &shelf{create: func(s *shelf, n int) (*http.Response, error) {
					answer, err := lost(s, n)
					if answered(n) {
						answer, err = answerWith(201, s.rows[n-1]), nil
					}
					return answer, err
				}}
				c := s.client(t, Config{MaxRetries: 4})
				var mu sync.Mutex
				var took []ID
				var group sync.WaitGroup
				for range 10 {
					group.Go(func() {
						id, err := createGift(t.Context(), c)
						if err != nil {
							t.Error(err)
						}
						mu.Lock()
						defer mu.Unlock()
						took = append(took, id)
					})
				}
				group.Wait()
				slices.Sort(took)
				slices.Sort(s.created)
				want := []ID{"x1", "x10", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9"}
				if !slices.Equal(took, want) || !slices.Equal(s.created, want) || s.creates != 10 {
					t.Errorf("took %v and told of %v, by %d creates", took, s.created, s.creates)
				}
			})
		})
	}
}

// TestCreate_idOfAnother: an answer with the id of an object that another create made is not believed.
func TestCreate_idOfAnother(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &shelf{create: func(s *shelf, n int) (*http.Response, error) {
			_, _ = lost(s, n)
			return answerWith(201, s.rows[0]), nil
		}}
		c := s.client(t, Config{})
		for _, want := range []ID{"x1", "x2"} {
			if got, err := createGift(t.Context(), c); got != want || err != nil {
				t.Errorf("took %q, want %q: %v", got, want, err)
			}
		}
		if !slices.Equal(s.created, []ID{"x1", "x2"}) {
			t.Errorf("told of %v", s.created)
		}
	})
}

// TestCreate_sends holds how often a create is sent, how often it is looked for, and what comes of it.
func TestCreate_sends(t *testing.T) {
	t.Parallel()
	const exists, invalid = `{"code":"cohort.already-exists","message":"It exists."}`, `{"code":"generic.invalid-request","message":"name must be a string"}`
	later := func(s *shelf, _ int) (*http.Response, error) {
		_, _ = lost(s, 1)
		return answerWith(417, exists), nil
	}
	others := func(s *shelf, _ int) (*http.Response, error) {
		s.rows = []string{`{"id":"old","type":"list","name":"VIP","referenceId":"vip","createdAt":"1999-12-31T00:00:00.000Z"}`}
		return answerWith(417, exists), nil
	}
	for name, test := range map[string]struct {
		create func(context.Context, *Client) (ID, error)
		answer func(*shelf, int) (*http.Response, error)
		list   func(n int) *http.Response
		want   ID
		// creates and lists are how many are sent; lists is -1 where they are tried again.
		creates, lists int
		// unclear tells of an error that the object may exist.
		unclear bool
	}{
		"perk, found at once":              {create: createGift, answer: lost, want: "x1", creates: 1, lists: 1},
		"perk, not carried out":            {create: createGift, answer: dropped, creates: 1, lists: 6, unclear: true},
		"perk, refused":                    {create: createGift, answer: says(417, `{"code":"perk.already-exists","message":"It exists."}`), creates: 1},
		"list, found at once":              {create: createVIP, answer: lost, want: "x1", creates: 1, lists: 1},
		"list, refused":                    {create: createVIP, answer: says(417, exists), creates: 1},
		"list, not carried out at first":   {create: createVIP, answer: inTurn(dropped, lost), want: "x2", creates: 2, lists: 3},
		"list, late and refused":           {create: createVIP, answer: inTurn(dropped, later), want: "x1", creates: 2, lists: 3},
		"list, refused for another's":      {create: createVIP, answer: inTurn(dropped, others), creates: 2, lists: 2 + 6, unclear: true},
		"list, refused for another reason": {create: createVIP, answer: inTurn(dropped, says(417, invalid)), creates: 2, lists: 2, unclear: true},
		"list, never carried out":          {create: createVIP, answer: dropped, creates: 5, lists: 4*2 + 6, unclear: true},
		"list, never listed": {
			create: createVIP, answer: inTurn(lost, says(417, exists)), creates: 2, lists: -1, unclear: true,
			list: func(int) *http.Response { return answerWith(500, "") },
		},
		"perk, on the last look": {
			create: createGift, answer: lost, want: "x1", creates: 1, lists: 6,
			list: func(n int) *http.Response {
				if n < 6 {
					return answerWith(200, `{"data":[]}`)
				}
				return nil
			},
		},
		"perk, in a list that ends in the middle": {
			// The first row would do, but one that does better may come after it.
			create: createGift, answer: lost, want: "x1", creates: 1, lists: 3,
			list: func(n int) *http.Response {
				switch n {
				case 1:
					return answerWith(200, `{"data":[{"id":"worse","internalName":"gift"}],"nextCursor":"2"}`)
				case 2:
					return answerWith(403, `{"code":"generic.forbidden","message":"No."}`)
				default:
					return nil
				}
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := &shelf{create: test.answer, list: test.list}
				c := s.client(t, Config{MaxRetries: 4})
				got, err := test.create(t.Context(), c)
				if got != test.want || (err == nil) != (test.want != "") || MayHaveHappened(err) != test.unclear {
					t.Errorf("took %q, want %q: %v", got, test.want, err)
				}
				if s.creates != test.creates || test.lists >= 0 && s.lists != test.lists {
					t.Errorf("%d creates and %d lists, want %d and %d", s.creates, s.lists, test.creates, test.lists)
				}
			})
		})
	}
}

// TestCreate_looks holds when an object is looked for that does not appear, beginning with the lost answer.
func TestCreate_looks(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &shelf{create: dropped}
		started := time.Now()
		if _, err := createGift(t.Context(), s.client(t, Config{MaxRetries: 4})); !errors.Is(err, errNotFoundAgain) {
			t.Errorf("got %v", err)
		}
		var after []time.Duration
		for _, at := range s.listed {
			after = append(after, at.Sub(started)/time.Second)
		}
		if !slices.Equal(after, []time.Duration{0, 1, 2, 4, 8, 15}) {
			t.Errorf("looked after %v seconds", after)
		}
	})
}

// TestCreate_foundAndRead: the list may tell less than all of an object, so what was found is read. It may not be readable at once; that it
// cannot be read at all does not mean that nothing was made.
func TestCreate_foundAndRead(t *testing.T) {
	t.Parallel()
	gone := func() *http.Response { return answerWith(404, `{"code":"perk.not-found","message":"There is none."}`) }
	for name, test := range map[string]struct {
		read  func(n int) *http.Response
		found bool
		reads int
	}{
		"at once": {found: true, reads: 1},
		"late": {found: true, reads: 5, read: func(n int) *http.Response {
			if n < 5 {
				return gone()
			}
			return nil
		}},
		"never":     {reads: 5, read: func(int) *http.Response { return gone() }},
		"forbidden": {reads: 1, read: func(int) *http.Response { return answerWith(403, `{"code":"generic.forbidden","message":"No."}`) }},
		"not whole": {reads: 2, read: func(int) *http.Response { return answerWith(200, `{}`) }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := &shelf{create: func(s *shelf, _ int) (*http.Response, error) {
					s.rows = []string{`{"id":"x1","internalName":"gift","title":{"en":"Gift"}}`}
					return nil, errLost
				}, read: test.read}
				s.list = func(int) *http.Response { return answerWith(200, `{"data":[{"id":"x1","internalName":"gift"}]}`) }
				c := s.client(t, Config{})
				made, err := c.CreatePerk(t.Context(), PerkInput{InternalName: Value("gift")})
				if test.found && (err != nil || made.ID != "x1" || made.Title["en"] != "Gift") {
					t.Errorf("got %v, %v", made, err)
				}
				if !test.found && (!MayHaveHappened(err) || IsNotFound(err)) {
					t.Errorf("got %v, %v", made, err)
				}
				if s.creates != 1 || s.reads != test.reads || !slices.Equal(s.created, []ID{"x1"}) {
					t.Errorf("%d creates and %d reads, and told of %v", s.creates, s.reads, s.created)
				}
			})
		})
	}
}
