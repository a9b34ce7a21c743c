package merchants

import (
	"context"
	"encoding/json"
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

// shelf is a service with objects of one kind. It lists them and reads them by id. The test decides
// how it responds to a create.
type shelf struct {
	mu sync.Mutex
	// rows are the objects as JSON, in the order of the list.
	rows []string
	// create responds to the n-th create, from 1. It may add rows first.
	create func(s *shelf, n int) (*http.Response, error)
	// list and read, unless nil, respond to the n-th list and the n-th read. If they return nil, the
	// shelf responds.
	list, read func(n int) *http.Response
	// slow, unless nil, is how long the n-th response takes.
	slow    func(n int) time.Duration
	answers int
	// date, unless nil, is the service's clock, sent with each response.
	date func() time.Time

	creates, lists, reads int
	// listed are the times of the lists.
	listed []time.Time
	// created are the ids that the client reported.
	created []ID
}

// client returns a client that sends all requests to the shelf.
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
	s.answers++
	if s.slow != nil {
		pause := s.slow(s.answers)
		s.mu.Unlock()
		<-time.After(pause)
		s.mu.Lock()
	}
	defer s.mu.Unlock()
	answer, err := s.answer(r)
	if r.Context().Err() != nil {
		return nil, r.Context().Err()
	}
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

// lost carries out the n-th create, as the object xn, and loses the response.
func lost(s *shelf, n int) (*http.Response, error) {
	s.rows = append(s.rows,
		fmt.Sprintf(`{"id":"x%d","internalName":"gift","type":"list","name":"VIP","referenceId":"vip"}`, n))
	return nil, errLost
}

// dropped does not carry out a create, and sends no response.
func dropped(*shelf, int) (*http.Response, error) { return nil, errLost }

func says(status int, body string) func(*shelf, int) (*http.Response, error) {
	return func(*shelf, int) (*http.Response, error) { return answerWith(status, body), nil }
}

func createGift(ctx context.Context, c *Client) (ID, error) {
	made, err := c.Perks.Create(ctx, PerkInput{InternalName: Value("gift")})
	if err != nil {
		return "", err
	}
	return made.ID, nil
}

func createVIP(ctx context.Context, c *Client) (ID, error) {
	made, err := c.Lists.Create(ctx, CohortInput{Name: Value("VIP"), ReferenceID: Value("vip")})
	if err != nil {
		return "", err
	}
	return made.ID, nil
}

// took returns what an unclear create adopted: an id, or the reason for adopting none.
func took(id ID, err error) string {
	if err != nil {
		return err.Error()
	}
	return string(id)
}

// TestCreate_whichObject holds which object an unclear create adopts: a draft with the strongest
// key that was sent, equal in all that was sent, and none if several match. No object has a date.
// Before the create, there was a complete listing of what existed.
func TestCreate_whichObject(t *testing.T) {
	t.Parallel()
	perk := func(in PerkInput) func(context.Context, *Client) (ID, error) {
		return func(ctx context.Context, c *Client) (ID, error) {
			made, err := c.Perks.Create(ctx, in)
			if err != nil {
				return "", err
			}
			return made.ID, nil
		}
	}
	cohort := func(in CohortInput) func(context.Context, *Client) (ID, error) {
		return func(ctx context.Context, c *Client) (ID, error) {
			made, err := c.Lists.Create(ctx, in)
			if err != nil {
				return "", err
			}
			return made.ID, nil
		}
	}
	english := func(text string) Field[Localized] { return Value(Localized{"en": text}) }
	const (
		none    = "no such object has appeared since"
		notIt   = "no object has appeared that is certainly it; with its key there is x1"
		several = "it is unclear which one it is"
	)
	for name, test := range map[string]struct {
		create func(context.Context, *Client) (ID, error)
		// before existed before the create; since appears with it.
		before, since []string
		// want is the id, or part of the error.
		want string
	}{
		"reference id": {
			create: cohort(CohortInput{Name: Value("VIP"), ReferenceID: Value("vip")}),
			since: []string{
				`{"id":"x1","type":"list","name":"VIP","referenceId":"other"}`, `{"id":"x2","type":"list","name":"VIP"}`,
				`{"id":"x3","type":"list","name":"VIP","referenceId":"vip"}`,
			},
			want: "x3",
		},
		"reference id, with another name": {
			create: cohort(CohortInput{Name: Value("VIP"), ReferenceID: Value("vip")}),
			since:  []string{`{"id":"x1","type":"list","name":"Tidied","referenceId":"vip"}`},
			want:   notIt,
		},
		"reference id of another type": {
			create: cohort(CohortInput{Name: Value("VIP"), ReferenceID: Value("vip")}),
			since:  []string{`{"id":"x1","type":"segment","name":"VIP","referenceId":"vip"}`},
			want:   notIt,
		},
		"name, whatever the reference id": {
			create: cohort(CohortInput{Name: Value("VIP")}),
			since: []string{
				`{"id":"x1","type":"list","name":"vip"}`,
				`{"id":"x2","type":"list","name":"VIP","referenceId":"chosen-by-the-service"}`,
			},
			want: "x2",
		},
		"name of the same type": {
			create: cohort(CohortInput{Name: Value("VIP")}),
			since:  []string{`{"id":"x1","type":"segment","name":"VIP"}`, `{"id":"x2","type":"list","name":"VIP"}`},
			want:   "x2",
		},
		"name without blanks around": {
			create: cohort(CohortInput{Name: Value(" VIP ")}),
			since:  []string{`{"id":"x1","type":"list","name":"VIP"}`},
			want:   "x1",
		},
		"name by language": {
			create: cohort(CohortInput{Name: Value("VIP")}),
			since:  []string{`{"id":"x1","type":"list","name":{"fr":"Meilleurs","en":"VIP"}}`},
			want:   "x1",
		},
		"name of another type": {
			create: cohort(CohortInput{Name: Value("VIP")}),
			since:  []string{`{"id":"x1","type":"segment","name":"VIP"}`},
			want:   none,
		},
		"internal name, of any type where none was sent": {
			create: perk(PerkInput{InternalName: Value("gift")}),
			since:  []string{`{"id":"x1","internalName":"Gift"}`, `{"id":"x2","internalName":"gift","type":"none"}`},
			want:   "x2",
		},
		"the one that is equal": {
			create: perk(PerkInput{
				InternalName: Value("gift"), Title: Value(Localized{"en": "Gift", "fr": "Cadeau"}), Description: english("Good."),
			}),
			since: []string{
				`{"id":"x1","internalName":"gift","title":{"en":"Gift"},"description":{"en":"Good."}}`,
				`{"id":"x2","internalName":"gift","description":{"en":"Good."},"title":{"fr":"Cadeau", "en":"Gift"}}`,
				`{"id":"x3","internalName":"gift","title":{"en":"Gift","fr":"Cadeau"},"description":{"en":"Better."}}`,
				`{"id":"x4","internalName":"other","title":{"en":"Gift","fr":"Cadeau"},"description":{"en":"Good."}}`,
			},
			want: "x2",
		},
		"in an equal form": {
			create: perk(PerkInput{
				InternalName: Value("gift"), Title: english("Gift "), Description: Value(Localized{}), ImageURL: Null[string](),
				ExpiresAt: Value("2027-01-01T00:00:00Z"),
				Type:      Value(PerkShopifyDiscount), TypeConfig: Value(json.RawMessage(`{"discountName":"A","value":10.0}`)),
			}),
			since: []string{`{"id":"x1","internalName":"gift","title":{"en":"Gift"},"description":null,` +
				`"expiresAt":"2027-01-01T01:00:00.000+01:00","type":"shopify-discount","typeConfig":{"value":10,` +
				`"discountName":"A","shop":"b"}}`},
			want: "x1",
		},
		"a draft, in whatever case": {
			create: perk(PerkInput{InternalName: Value("gift")}),
			since:  []string{`{"id":"x1","internalName":"gift","status":"DRAFT"}`},
			want:   "x1",
		},
		"without a property": {
			create: perk(PerkInput{InternalName: Value("gift"), Title: english("Gift")}),
			since:  []string{`{"id":"x1","internalName":"gift"}`},
			want:   notIt,
		},
		"published": {
			create: createGift, since: []string{`{"id":"x1","internalName":"gift","status":"live"}`}, want: notIt,
		},
		"archived": {
			create: createGift, since: []string{`{"id":"x1","internalName":"gift","status":"archived"}`}, want: notIt,
		},
		"in a status that is not known": {
			create: createGift, since: []string{`{"id":"x1","internalName":"gift","status":"review"}`}, want: notIt,
		},
		"there before": {
			create: createGift, before: []string{`{"id":"x1","internalName":"gift"}`}, want: notIt,
		},
		"one beside what was there before": {
			create: createGift, before: []string{`{"id":"x1","internalName":"gift"}`},
			since: []string{`{"id":"x2","internalName":"gift"}`}, want: "x2",
		},
		"two that are equal": {
			create: createGift, since: []string{`{"id":"x1","internalName":"gift"}`, `{"id":"x2","internalName":"gift"}`},
			want: "x1, x2 could all be it, and " + several,
		},
		"more than are read": {
			create: createGift, want: several,
			since: func() (rows []string) {
				for n := range 2 * candidateLimit {
					rows = append(rows, fmt.Sprintf(`{"id":"x%d","internalName":"gift"}`, n))
				}
				return rows
			}(),
		},
		"none by all but the key": {
			create: perk(PerkInput{Title: english("Gift")}),
			since:  []string{`{"id":"x1","internalName":"gift","title":{"en":"Gift"}}`},
			want:   none,
		},
		"none of an empty key": {
			create: perk(PerkInput{InternalName: Value("")}), since: []string{`{"id":"x1","internalName":""}`}, want: none,
		},
		"none that another create has taken": {
			create: createGift, since: []string{`{"id":"taken","internalName":"gift"}`}, want: none,
		},
		"one beside what another create has taken": {
			create: createGift, since: []string{`{"id":"taken","internalName":"gift"}`, `{"id":"x2","internalName":"gift"}`},
			want: "x2",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := &shelf{rows: test.before, create: func(s *shelf, _ int) (*http.Response, error) {
					s.rows = append(s.rows, test.since...)
					return nil, errLost
				}}
				c := s.client(t, Config{})
				for _, k := range []*descriptor{&perks, &lists} {
					for _, err := range c.listed(t.Context(), k) {
						if err != nil {
							t.Fatal(err)
						}
					}
				}
				<-time.After(time.Millisecond)
				c.creates.claimed = map[ID]bool{"taken": true}
				c.creates.open = map[string]int{}
				id, err := test.create(t.Context(), c)
				if got := took(id, err); err == nil && got != test.want || err != nil && !strings.Contains(got, test.want) ||
					err != nil && !MayHaveHappened(err) {
					t.Errorf("adopted %q, want %q", got, test.want)
				}
				if err == nil && !slices.Equal(s.created, []ID{id}) || err != nil && len(s.created) != 0 {
					t.Errorf("reported %v to Config.Created", s.created)
				}
			})
		})
	}
}

// TestCreate_window: an object older than the create is not adopted. What counts is the clock of
// the service, which may be far from ours and was last seen long ago. If a complete listing lacked
// the object, it may be older by that clock, but not by ours: a proxy may date the responses. An
// object without a readable time is not adopted if that listing is old.
func TestCreate_window(t *testing.T) {
	t.Parallel()
	const year = 365 * 24 * time.Hour
	created := map[string][3]bool{
		// Whether it is adopted: without a listing before; with one, 20 minutes before; and with one if
		// responses are then dated ahead of our clock, as by a proxy.
		"-22m": {false, false, false}, "-19m": {false, false, true}, "-13s": {false, false, true},
		"-3500ms": {false, false, true},
		"-1s":     {true, true, true}, "0s": {true, true, true}, "5s": {true, true, true},
		"none": {}, "of another form": {}, "null": {},
	}
	for clock, ahead := range map[string]time.Duration{
		"no answer before": 0, "same clock": 0, "10 s ahead": 10 * time.Second, "a year ahead": year, "a year behind": -year,
	} {
		for createdAt, ours := range created {
			for i, listed := range []bool{false, true} {
				if clock == "no answer before" && listed {
					continue
				}
				t.Run(fmt.Sprintf("%s, created at %s, listed %t", clock, createdAt, listed), func(t *testing.T) {
					t.Parallel()
					synctest.Test(t, func(t *testing.T) {
						s := &shelf{date: func() time.Time { return time.Now().Add(ahead) }}
						c := s.client(t, Config{})
						if clock != "no answer before" {
							if _, err := c.Perks.Get(t.Context(), "x0"); !IsNotFound(err) {
								t.Fatal(err)
							}
						}
						for _, err := range c.listed(t.Context(), &perks) {
							t.Fatalf("the list is not empty: %v", err)
						}
						if !listed {
							c.caches.collection(&perks).whole = time.Time{}
						}
						<-time.After(20 * time.Minute)
						row := `{"id":"x1","internalName":"gift"}`
						switch offset, err := time.ParseDuration(createdAt); {
						case err == nil:
							row = fmt.Sprintf(`{"id":"x1","internalName":"gift","createdAt":%q}`,
								s.date().Add(offset).UTC().Format("2006-01-02T15:04:05.000Z"))
						case createdAt == "null":
							row = `{"id":"x1","internalName":"gift","createdAt":null}`
						case createdAt != "none":
							row = `{"id":"x1","internalName":"gift","createdAt":"yesterday"}`
						}
						// All responses after the create was sent are later than its object, even the response to the
						// create.
						s.create = func(s *shelf, _ int) (*http.Response, error) {
							<-time.After(10 * time.Second)
							s.rows = []string{row}
							return answerWith(500, ""), nil
						}
						got, err := createGift(t.Context(), c)
						want := ours[i]
						if listed && ahead > 0 {
							want = ours[2] && (ahead == year || createdAt != "-19m" && createdAt != "-13s")
						}
						if (got == "x1") != want || (err == nil) != want {
							t.Errorf("adopted %q; that x1 is adopted should be %t: %v", got, want, err)
						}
					})
				})
			}
		}
	}
}

// TestCreate_longList: the object of an unclear create is found after 1,000 pages, at 50 ms a page.
// A row a page is enough: the client follows the cursor, however many rows it gets.
func TestCreate_longList(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &shelf{create: lost}
		s.list = func(n int) *http.Response {
			<-time.After(50 * time.Millisecond)
			row := fmt.Sprintf(`{"id":"o%d","internalName":"o%[1]d"}`, n)
			if n == 1000 {
				return answerWith(200, `{"data":[`+row+`,`+strings.Join(s.rows, ",")+`],"nextCursor":null}`)
			}
			return answerWith(200, fmt.Sprintf(`{"data":[%s],"nextCursor":%d}`, row, n))
		}
		c := s.client(t, Config{})
		c.caches.collection(&perks).whole = time.Now()
		if got, err := createGift(t.Context(), c); got != "x1" || err != nil {
			t.Errorf("adopted %q: %v", got, err)
		}
	})
}

// TestCreate_tenEqual: ten identical creates own ten different objects, each reported once,
// whichever of them got a response.
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
				// Responses take different times, so that one create adopts its object while another reads the
				// candidates.
				s.slow = func(n int) time.Duration { return time.Duration(1+n*7%10) * 10 * time.Millisecond }
				c := s.client(t, Config{MaxRetries: 4})
				c.caches.collection(&perks).whole = time.Now()
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
					t.Errorf("adopted %v and reported %v, by %d creates", took, s.created, s.creates)
				}
			})
		})
	}
}

// TestCreate_idOfAnother: a response with the id of an object that another create made is not
// trusted.
func TestCreate_idOfAnother(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &shelf{create: func(s *shelf, n int) (*http.Response, error) {
			_, _ = lost(s, n)
			return answerWith(201, s.rows[0]), nil
		}}
		c := s.client(t, Config{})
		c.caches.collection(&perks).whole = time.Now()
		for _, want := range []ID{"x1", "x2"} {
			if got, err := createGift(t.Context(), c); got != want || err != nil {
				t.Errorf("adopted %q, want %q: %v", got, want, err)
			}
		}
		if !slices.Equal(s.created, []ID{"x1", "x2"}) {
			t.Errorf("reported %v to Config.Created", s.created)
		}
	})
}

// TestCreate_sends holds that a create is sent once, how many look-ups follow, and the result.
func TestCreate_sends(t *testing.T) {
	t.Parallel()
	const exists = `{"code":"cohort.already-exists","message":"It exists."}`
	for name, test := range map[string]struct {
		create func(context.Context, *Client) (ID, error)
		answer func(*shelf, int) (*http.Response, error)
		list   func(n int) *http.Response
		want   ID
		// lists is how many lists are requested.
		lists int
		// unclear says that the object may exist despite the error.
		unclear bool
	}{
		"perk, found at once":   {create: createGift, answer: lost, want: "x1", lists: 1},
		"perk, not carried out": {create: createGift, answer: dropped, lists: 6, unclear: true},
		"perk, refused": {
			create: createGift, answer: says(417, `{"code":"perk.already-exists","message":"It exists."}`),
		},
		"list, found at once":   {create: createVIP, answer: lost, want: "x1", lists: 1},
		"list, not carried out": {create: createVIP, answer: dropped, lists: 6, unclear: true},
		"list, refused":         {create: createVIP, answer: says(417, exists)},
		"perk, on the last look": {
			create: createGift, answer: lost, want: "x1", lists: 6,
			list: func(n int) *http.Response {
				if n < 6 {
					return answerWith(200, `{"data":[]}`)
				}
				return nil
			},
		},
		"perk, in a list that ends in the middle": {
			// The first row would match, but another match may follow.
			create: createGift, answer: lost, want: "x1", lists: 3,
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
		"perk, when the service asks to wait": {
			create: createGift, answer: lost, lists: 1, unclear: true,
			list: func(int) *http.Response { return askingToWait(refusalOf(503), "3600") },
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := &shelf{create: test.answer, list: test.list}
				c := s.client(t, Config{MaxRetries: 4})
				c.caches.collection(&perks).whole = time.Now()
				c.caches.collection(&lists).whole = time.Now()
				got, err := test.create(t.Context(), c)
				if got != test.want || (err == nil) != (test.want != "") || MayHaveHappened(err) != test.unclear {
					t.Errorf("adopted %q, want %q: %v", got, test.want, err)
				}
				if s.creates != 1 || s.lists != test.lists {
					t.Errorf("%d creates and %d lists, want 1 and %d", s.creates, s.lists, test.lists)
				}
			})
		})
	}
}

// TestCreate_looks holds when the look-ups of an object that never appears happen, counted from the
// lost response.
func TestCreate_looks(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &shelf{create: dropped}
		started := time.Now()
		if _, err := createGift(t.Context(), s.client(t, Config{MaxRetries: 4})); !errors.Is(err, errMayBeMade) {
			t.Errorf("got %v", err)
		}
		var after []time.Duration
		for _, at := range s.listed {
			after = append(after, at.Sub(started)/time.Second)
		}
		if !slices.Equal(after, []time.Duration{0, 1, 2, 4, 8, 15}) {
			t.Errorf("looked up after %v seconds", after)
		}
	})
}

// TestCreate_foundAndRead: a list may omit properties, so a found object is read. At first the read
// may fail. If it never succeeds, that proves neither that nothing was made nor that the object is
// ours.
func TestCreate_foundAndRead(t *testing.T) {
	t.Parallel()
	gone := func() *http.Response { return answerWith(404, `{"code":"perk.not-found","message":"There is none."}`) }
	for name, test := range map[string]struct {
		read  func(n int) *http.Response
		found bool
		// reads is how often it is read: once for each look-up, twice if the response is unusable.
		reads int
	}{
		"at once": {found: true, reads: 1},
		"late": {found: true, reads: 5, read: func(n int) *http.Response {
			if n < 5 {
				return gone()
			}
			return nil
		}},
		"never": {reads: 6, read: func(int) *http.Response { return gone() }},
		"forbidden": {
			reads: 6, read: func(int) *http.Response { return answerWith(403, `{"code":"generic.forbidden","message":"No."}`) },
		},
		"not whole": {reads: 12, read: func(int) *http.Response { return answerWith(200, `{}`) }},
		"another one": {
			reads: 12, read: func(int) *http.Response { return answerWith(200, `{"id":"x2","internalName":"gift"}`) },
		},
		"another form": {reads: 6, read: func(int) *http.Response {
			return answerWith(200, `{"id":"x1","internalName":"gift","title":{"en":"No gift"}}`)
		}},
		"published": {reads: 6, read: func(int) *http.Response {
			return answerWith(200, `{"id":"x1","internalName":"gift","title":{"en":"Gift"},"status":"live"}`)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := &shelf{create: func(s *shelf, _ int) (*http.Response, error) {
					s.rows = []string{`{"id":"x1","internalName":"gift","title":{"en":"Gift"},"description":{"en":"Good."}}`}
					return nil, errLost
				}, read: test.read}
				s.list = func(int) *http.Response { return answerWith(200, `{"data":[{"id":"x1","internalName":"gift"}]}`) }
				c := s.client(t, Config{})
				c.caches.collection(&perks).whole = time.Now()
				made, err := c.Perks.Create(t.Context(),
					PerkInput{InternalName: Value("gift"), Title: Value(Localized{"en": "Gift"})})
				if test.found &&
					(err != nil || made.ID != "x1" || made.Description["en"] != "Good." || !slices.Equal(s.created, []ID{"x1"})) {
					t.Errorf("got %v, %v, and reported %v", made, err, s.created)
				}
				if !test.found &&
					(!MayHaveHappened(err) || IsNotFound(err) || !strings.Contains(err.Error(), "x1") || len(s.created) > 0) {
					t.Errorf("got %v, %v, and reported %v", made, err, s.created)
				}
				if s.creates != 1 || s.reads != test.reads {
					t.Errorf("%d creates and %d reads, want 1 and %d", s.creates, s.reads, test.reads)
				}
			})
		})
	}
}

// TestCreate_otherAnswer: a response is not trusted if it is about an object that existed before,
// or has another key.
func TestCreate_otherAnswer(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		answer string
		want   ID
	}{
		"its own":                   {`{"id":"x9","internalName":"gift"}`, "x9"},
		"its own, in another case":  {`{"id":"x9","internalName":"GIFT"}`, "x9"},
		"its own, with an id alone": {`{"id":"x9"}`, "x9"},
		"there before":              {`{"id":"old","internalName":"gift"}`, "x1"},
		"of another key":            {`{"id":"x9","internalName":"other"}`, "x1"},
		"without an id":             {`{"internalName":"gift"}`, "x1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := &shelf{rows: []string{`{"id":"old","internalName":"gift"}`}}
				s.create = func(s *shelf, n int) (*http.Response, error) {
					_, _ = lost(s, n)
					return answerWith(201, test.answer), nil
				}
				c := s.client(t, Config{})
				for _, err := range c.listed(t.Context(), &perks) {
					if err != nil {
						t.Fatal(err)
					}
				}
				<-time.After(time.Millisecond)
				if got, err := createGift(t.Context(), c); got != test.want || err != nil ||
					!slices.Equal(s.created, []ID{test.want}) {
					t.Errorf("adopted %q, want %q, and reported %v: %v", got, test.want, s.created, err)
				}
			})
		})
	}
}

// TestCreate_strangerBefore: an equal object, made after the last listing but before the create was
// sent, is not adopted.
func TestCreate_strangerBefore(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ gated, undated bool }{
		"a while before": {}, "while it waits at the gate": {gated: true}, "without a time": {undated: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := &shelf{date: time.Now}
				stranger := func() {
					s.mu.Lock()
					defer s.mu.Unlock()
					row := fmt.Sprintf(`{"id":"theirs","internalName":"gift","createdAt":%q}`, time.Now().UTC().Format(time.RFC3339))
					if test.undated {
						row = `{"id":"theirs","internalName":"gift"}`
					}
					s.rows = append(s.rows, row)
				}
				s.create = func(_ *shelf, n int) (*http.Response, error) {
					if n == 1 && test.gated {
						time.AfterFunc(20*time.Second, stranger)
						return askingToWait(refusalOf(429), "40"), nil
					}
					return nil, errLost
				}
				c := s.client(t, Config{MaxRetries: 4})
				for _, err := range c.listed(t.Context(), &perks) {
					t.Fatalf("the list is not empty: %v", err)
				}
				<-time.After(40 * time.Second)
				if !test.gated {
					stranger()
					<-time.After(20 * time.Second)
				}
				if got, err := createGift(t.Context(), c); err == nil || !strings.Contains(err.Error(), "theirs") {
					t.Errorf("adopted %q: %v", got, err)
				}
			})
		})
	}
}

// TestHolds: a value holds what was sent only if it says the same, perhaps in an equivalent form.
func TestHolds(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		sent, held string
		want       bool
	}{
		{`"a"`, `" a "`, true},
		{`"a"`, `"b"`, false},
		{`null`, `""`, true},
		{`""`, `null`, true},
		{`[]`, `null`, true},
		{`{}`, `null`, true},
		{`[]`, `"a"`, false},
		{`[]`, `{"a":1}`, false},
		{`{}`, `"a"`, false},
		{`{}`, `[1]`, false},
		{`{}`, `{"a":1}`, true},
		{`{"a":1}`, `{"a":1,"b":2}`, true},
		{`{"a":1}`, `{"b":1}`, false},
		{`{"a":1}`, `"a"`, false},
		{`[1,2]`, `[2,1]`, true},
		{`[1]`, `[1,1]`, false},
		{`[1,1]`, `[1,2]`, false},
		{`10`, `10.0`, true},
		{`10`, `11`, false},
		{`"2027-01-01T00:00:00Z"`, `"2027-01-01T01:00:00.000+01:00"`, true},
	} {
		sent, problemSent := decodeValue([]byte(test.sent))
		held, problemHeld := decodeValue([]byte(test.held))
		if problemSent != nil || problemHeld != nil {
			t.Fatal(problemSent, problemHeld)
		}
		if got := holds(sent, held); got != test.want {
			t.Errorf("%s is held by %s: got %t", test.sent, test.held, got)
		}
	}
}
