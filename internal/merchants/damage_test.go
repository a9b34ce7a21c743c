package merchants

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

// damagedKind is a kind of object as the fuzz targets use it.
type damagedKind struct {
	kind *descriptor
	// body is an object as a format: %q is its key, AUDIENCE its audience.
	body                       string
	get, read, update, publish func(context.Context, *Client, ID) (ID, error)
	create                     func(ctx context.Context, c *Client, key, audience string) (ID, error)
	remove                     func(context.Context, *Client, ID) error
}

// damagedOf describes a kind. A create sends what in returns for a key and an audience, and an
// update sends change. then is "" for a kind without a status.
func damagedOf[T Object, Input any](
	k *descriptor, body string, then Transition, change Input, in func(key, audience string) Input,
) damagedKind {
	of := func(c *Client) Collection[T, Input] { return Collection[T, Input]{c, k} }
	idOf := func(object T, err error) (ID, error) {
		if err != nil {
			return "", err
		}
		return object.Head().ID, nil
	}
	out := damagedKind{
		kind: k, body: body,
		get: func(ctx context.Context, c *Client, id ID) (ID, error) { return idOf(of(c).Get(ctx, id)) },
		read: func(ctx context.Context, c *Client, id ID) (ID, error) {
			return idOf(of(c).Refresh(ctx, id, func(T) bool { return true }))
		},
		update: func(ctx context.Context, c *Client, id ID) (ID, error) {
			held, err := of(c).Get(ctx, id)
			if err != nil {
				return "", err
			}
			var is Input
			return idOf(of(c).Update(ctx, held, is, change))
		},
		create: func(ctx context.Context, c *Client, key, audience string) (ID, error) {
			return idOf(of(c).Create(ctx, in(key, audience)))
		},
		remove: func(ctx context.Context, c *Client, id ID) error { return of(c).Delete(ctx, id) },
	}
	if then != "" {
		out.publish = func(ctx context.Context, c *Client, id ID) (ID, error) {
			head, err := of(c).Transition(ctx, Head{ID: id}, then)
			return head.ID, err
		}
	}
	return out
}

var (
	damagedPerk = damagedOf[*Perk, PerkInput](&perks,
		`{"internalName":%q,"title":{"en":"Gift"},"type":"code","typeConfig":{"code":"A1"}}`, Publish,
		PerkInput{Title: Value(Localized{"en": "Present"})},
		func(key, _ string) PerkInput {
			return PerkInput{
				InternalName: Value(key), Title: Value(Localized{"en": "Gift"}), Type: Value(PerkCode),
				TypeConfig: Value(json.RawMessage(`{"code":"A1"}`)),
			}
		})
	damagedDigitalAsset = damagedOf[*DigitalAsset, DigitalAssetInput](&digitalAssets,
		`{"internalName":%q,"title":{"en":"Gift"},"imageUrl":"https://cdn.example.com/a.png","maxSupply":5}`, Publish,
		DigitalAssetInput{Title: Value(Localized{"en": "Present"})},
		func(key, _ string) DigitalAssetInput {
			return DigitalAssetInput{
				InternalName: Value(key), Title: Value(Localized{"en": "Gift"}), ImageURL: Value("https://cdn.example.com/a.png"),
				MaxSupply: Value(int64(5)),
			}
		})
	damagedBadge = damagedOf[*Badge, BadgeInput](&badges,
		`{"internalName":%q,"cohortId":"AUDIENCE","title":{"en":"Gift"},"visibility":"owners"}`, Publish,
		BadgeInput{Title: Value(Localized{"en": "Present"})},
		func(key, audience string) BadgeInput {
			return BadgeInput{
				InternalName: Value(key), CohortID: Value(audience), Title: Value(Localized{"en": "Gift"}),
				Visibility: Value("owners"),
			}
		})
	damagedCohort = damagedOf[*Cohort, CohortInput](&lists, `{"type":"list","name":"VIP","referenceId":%q}`, "",
		CohortInput{Name: Value("Best")},
		func(key, _ string) CohortInput {
			return CohortInput{Name: Value("VIP"), ReferenceID: Value(key)}
		})
	damagedUserProperty = damagedOf[*UserProperty, UserPropertyInput](&userProperties,
		`{"type":"text","name":"Tier","referenceId":%q}`, "",
		UserPropertyInput{Name: Value("Level")},
		func(key, _ string) UserPropertyInput {
			return UserPropertyInput{Type: Value("text"), Name: Value("Tier"), ReferenceID: Value(key)}
		})
	damagedCampaign = damagedOf[*Campaign, CampaignInput](&campaigns,
		`{"internalName":%q,"type":"store","typeConfig":{"name":{"en":"Gift"}}}`, Archive,
		CampaignInput{StartAt: Value("2037-01-01T00:00:00Z")},
		func(key, _ string) CampaignInput {
			return CampaignInput{
				InternalName: Value(key), Type: Value(CampaignStore), TypeConfig: Value[any](Store{Name: Localized{"en": "Gift"}}),
			}
		})
)

func FuzzDamagedPerk(f *testing.F)         { fuzzDamaged(f, damagedPerk) }
func FuzzDamagedDigitalAsset(f *testing.F) { fuzzDamaged(f, damagedDigitalAsset) }
func FuzzDamagedBadge(f *testing.F)        { fuzzDamaged(f, damagedBadge) }
func FuzzDamagedCohort(f *testing.F)       { fuzzDamaged(f, damagedCohort) }
func FuzzDamagedUserProperty(f *testing.F) { fuzzDamaged(f, damagedUserProperty) }
func FuzzDamagedCampaign(f *testing.F)     { fuzzDamaged(f, damagedCampaign) }

// trials are the calls under test, selected by the input's first byte. The last three creates get
// no response, whether carried out or not.
var trials = []string{
	"get", "read", "list", "update", "publish", "delete", "create", "create lost", "create dropped",
	"create lost, without a list",
}

// fuzzDamaged makes one call to a service that follows the contract, except for one response that
// is damaged in one place. Whatever the damage: no object of somebody else is adopted, no existing
// object is called gone, no wait is longer than a minute, and no error steers a terminal.
func fuzzDamaged(f *testing.F, k damagedKind) {
	f.Helper()
	s, err := sandbox.Start(sandbox.Options{})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = s.Close() })
	for trial := range trials {
		for damage := range damages {
			f.Add(byte(trial), byte(damage%3), byte(damage), uint16(7*damage), "\x1b[2J\r\n::error::\u202e 9999999999")
		}
	}
	f.Fuzz(func(t *testing.T, trial, at, damage byte, place uint16, text string) {
		s.Wipe("test")
		s.Reset()
		synctest.Test(t, func(t *testing.T) {
			d := &damaged{
				t: t, kind: k, service: s.Handler(), key: s.TestKey(), trial: trials[int(trial)%len(trials)],
				at: int(at) % 4, damage: damages[int(damage)%len(damages)], place: int(place), text: text,
			}
			d.run()
		})
	})
}

// damaged is a service that follows the contract, except in one response.
type damaged struct {
	t       *testing.T
	kind    damagedKind
	service http.Handler
	key     string
	trial   string
	// at is the index of the damaged response, from 0.
	at     int
	damage damageOf
	place  int
	text   string

	armed   bool
	answers int
	// made is the object of the create. stranger equals it and is older. recent equals it and was made
	// after the list was read. late has its key and is made along with it.
	made, stranger, recent, late ID
	audience                     ID
	// before is when the last response was sent; longest is the longest time until the next request.
	before  time.Time
	longest time.Duration
	creates int
}

// direct calls the service itself and returns the id in its response.
func (d *damaged) direct(method, path, body string) ID {
	d.t.Helper()
	r := httptest.NewRequest(method, "/v1/"+path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+d.key)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	recorder := httptest.NewRecorder()
	d.service.ServeHTTP(recorder, r)
	var object struct{ ID ID }
	if recorder.Code/100 != 2 || json.Unmarshal(recorder.Body.Bytes(), &object) != nil {
		d.t.Fatalf("%s %s %s: %d %s", method, path, body, recorder.Code, recorder.Body)
	}
	return object.ID
}

func (d *damaged) waited() {
	if !d.before.IsZero() {
		d.longest = max(d.longest, time.Since(d.before))
	}
	d.before = time.Now()
}

func (d *damaged) roundTrip(r *http.Request) (*http.Response, error) {
	connected(r)
	d.waited()
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	create := r.Method == http.MethodPost && r.URL.Path == "/v1/"+d.kind.kind.path
	recorder := httptest.NewRecorder()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	if create {
		d.creates++
		if d.kind.kind.reference == "" { // A reference is unique, so no other object can have it.
			d.late = d.direct(http.MethodPost, d.kind.kind.path, strings.ReplaceAll(d.body("new"), "Gift", "Late"))
		}
		if d.trial == "create dropped" {
			return nil, errLost
		}
	}
	inner := httptest.NewRequest(r.Method, r.URL.RequestURI(), bytes.NewReader(body))
	inner.Header = r.Header.Clone()
	inner.Header.Set("Authorization", "Bearer "+d.key)
	d.service.ServeHTTP(recorder, inner)
	if create && recorder.Code == 201 {
		var object struct{ ID ID }
		if err := json.Unmarshal(recorder.Body.Bytes(), &object); err != nil {
			d.t.Fatal(err)
		}
		d.made = object.ID
	}
	if create && strings.HasPrefix(d.trial, "create lost") {
		return nil, errLost
	}
	recorder.Header().Set("Date", time.Now().UTC().Format(http.TimeFormat))
	answer := &http.Response{
		StatusCode: recorder.Code, Header: recorder.Header(), Body: io.NopCloser(bytes.NewReader(recorder.Body.Bytes())),
	}
	if d.armed {
		if d.answers++; d.answers == d.at+1 {
			return d.damage(d, answer, recorder.Body.Bytes())
		}
	}
	return answer, nil
}

func (d *damaged) body(key string) string {
	return strings.ReplaceAll(fmt.Sprintf(d.kind.body, key), "AUDIENCE", string(d.audience))
}

func (d *damaged) run() {
	t, k, ctx := d.t, d.kind, d.t.Context()
	d.audience = d.direct(http.MethodPost, lists.path, `{"type":"list","name":"Audience","referenceId":"audience"}`)
	ours := d.direct(http.MethodPost, k.kind.path, d.body("ours"))
	strangersKey := "new"
	if k.kind.reference != "" { // A reference is unique.
		strangersKey = "theirs"
	}
	d.stranger = d.direct(http.MethodPost, k.kind.path, d.body(strangersKey))
	<-time.After(time.Hour)
	c := clientOf(t, Config{MaxRetries: DefaultMaxRetries}, d.roundTrip)
	if strings.HasPrefix(d.trial, "create") && !strings.HasSuffix(d.trial, "without a list") {
		for _, err := range c.listed(ctx, k.kind) {
			if err != nil {
				t.Fatal(err)
			}
		}
		<-time.After(time.Second)
		if strangersKey == "new" {
			d.recent = d.direct(http.MethodPost, k.kind.path, d.body("new"))
			<-time.After(5 * time.Second)
		}
	}
	d.armed, d.before = true, time.Time{}
	var id ID
	var err error
	switch d.trial {
	case "get":
		id, err = k.get(ctx, c, ours)
	case "read":
		for range 3 {
			if id, err = k.read(ctx, c, ours); err != nil {
				break
			}
		}
	case "list":
		id = ours
		for _, problem := range c.listed(ctx, k.kind) {
			err = errors.Join(err, problem)
		}
	case "update":
		id, err = k.update(ctx, c, ours)
	case "publish":
		if id = ours; k.publish != nil {
			id, err = k.publish(ctx, c, ours)
		}
	case "delete":
		id, err = ours, k.remove(ctx, c, ours)
	default:
		id, err = k.create(ctx, c, "new", string(d.audience))
		switch {
		case err == nil && slices.Contains([]ID{d.stranger, d.recent, d.late, ours}, id):
			t.Errorf("%s adopted %s, which is somebody else's; its own is %q", d.trial, id, d.made)
		case err == nil && d.trial != "create" && id != d.made:
			t.Errorf("%s adopted %s; its own is %q", d.trial, id, d.made)
		case d.creates > 1 && d.made != "" && d.trial != "create":
			t.Errorf("%s was sent %d times", d.trial, d.creates)
		}
		if err == nil {
			ours = id
		}
	}
	d.waited()
	if d.longest > time.Minute+time.Second { // The rate limit may add a second.
		t.Errorf("%s waited %s: %v", d.trial, d.longest, err)
	}
	if err == nil {
		if id != ours {
			t.Errorf("%s returned %s, want %s", d.trial, id, ours)
		}
		return
	}
	if IsNotFound(err) && d.trial != "delete" {
		t.Errorf("%s calls an existing object gone: %v", d.trial, err)
	}
	if strings.ContainsFunc(err.Error(), IsSteering) || len(err.Error()) > 8<<10 {
		t.Errorf("the error is not fit to be shown: %.500q", err.Error())
	}
}

// damageOf damages a response in one place.
type damageOf func(d *damaged, answer *http.Response, body []byte) (*http.Response, error)

// valueInstead replaces the value at one place of the body.
func valueInstead(value func(d *damaged, is any) any) damageOf {
	return func(d *damaged, answer *http.Response, body []byte) (*http.Response, error) {
		return inBody(d, answer, body, func(holder any, at any) {
			switch holder := holder.(type) {
			case map[string]any:
				holder[at.(string)] = value(d, holder[at.(string)])
			case []any:
				holder[at.(int)] = value(d, holder[at.(int)])
			}
		})
	}
}

// inBody changes one place of the body, counted through the whole body. A body that is not JSON
// stays unchanged.
func inBody(d *damaged, answer *http.Response, body []byte, change func(holder, at any)) (*http.Response, error) {
	root := []any{nil}
	if !json.Valid(body) {
		return answer, nil
	}
	if err := json.Unmarshal(body, &root[0]); err != nil {
		d.t.Fatal(err)
	}
	type place struct{ holder, at any }
	places := []place{{root, 0}}
	for next := 0; next < len(places); next++ {
		p := places[next]
		var value any
		switch holder := p.holder.(type) {
		case map[string]any:
			value = holder[p.at.(string)]
		case []any:
			value = holder[p.at.(int)]
		}
		switch value := value.(type) {
		case map[string]any:
			for _, name := range slices.Sorted(maps.Keys(value)) {
				places = append(places, place{value, name})
			}
		case []any:
			for i := range value {
				places = append(places, place{value, i})
			}
		}
	}
	chosen := places[d.place%len(places)]
	change(chosen.holder, chosen.at)
	encoded, err := json.Marshal(root[0])
	if err != nil {
		d.t.Fatal(err)
	}
	answer.Body = io.NopCloser(bytes.NewReader(encoded))
	return answer, nil
}

// header sets a header of the response, and the status unless it is 0.
func header(status int, name string, value func(*damaged) string) damageOf {
	return func(d *damaged, answer *http.Response, _ []byte) (*http.Response, error) {
		if status != 0 {
			answer.StatusCode = status
		}
		answer.Header.Set(name, value(d))
		return answer, nil
	}
}

func fixed(value any) func(*damaged, any) any { return func(*damaged, any) any { return value } }

func raw(change func(d *damaged, body []byte) []byte) damageOf {
	return func(d *damaged, answer *http.Response, body []byte) (*http.Response, error) {
		answer.Body = io.NopCloser(bytes.NewReader(change(d, body)))
		return answer, nil
	}
}

var damages = []damageOf{
	valueInstead(fixed(nil)),
	valueInstead(fixed(true)),
	valueInstead(fixed(1e300)),
	valueInstead(fixed("")),
	valueInstead(fixed([]any{})),
	valueInstead(fixed(map[string]any{})),
	valueInstead(fixed("archived")),
	valueInstead(fixed("1999-12-31T23:59:59Z")),
	valueInstead(func(d *damaged, _ any) any { return d.text }),
	valueInstead(func(d *damaged, _ any) any { return string(d.stranger) }),
	valueInstead(func(_ *damaged, is any) any { return []any{is} }),
	valueInstead(func(_ *damaged, is any) any { return fmt.Sprint(is) }),
	// A property disappears, is renamed, or is added.
	func(d *damaged, answer *http.Response, body []byte) (*http.Response, error) {
		return inBody(d, answer, body, func(holder, at any) {
			if object, ok := holder.(map[string]any); ok {
				delete(object, at.(string))
			}
		})
	},
	func(d *damaged, answer *http.Response, body []byte) (*http.Response, error) {
		return inBody(d, answer, body, func(holder, at any) {
			if object, ok := holder.(map[string]any); ok {
				name := at.(string)
				object[strings.ToUpper(name)] = object[name]
				delete(object, name)
			}
		})
	},
	func(d *damaged, answer *http.Response, body []byte) (*http.Response, error) {
		return inBody(d, answer, body, func(holder, at any) {
			if object, ok := holder.(map[string]any); ok {
				object["ID"], object[strings.ToUpper(at.(string))] = string(d.stranger), d.text
			}
		})
	},
	raw(func(d *damaged, body []byte) []byte { return body[:d.place%(len(body)+1)] }),
	raw(func(d *damaged, body []byte) []byte {
		at := d.place % (len(body) + 1)
		return slices.Concat(body[:at], []byte(d.text), body[at:])
	}),
	raw(func(*damaged, []byte) []byte { return nil }),
	raw(func(d *damaged, _ []byte) []byte { return []byte("<html>" + d.text) }),
	raw(func(d *damaged, _ []byte) []byte { return []byte(d.text) }),
	raw(func(d *damaged, body []byte) []byte {
		return bytes.Replace(body, []byte(`"id"`), []byte(`"id":"`+string(d.stranger)+`","id"`), 1)
	}),
	func(d *damaged, answer *http.Response, _ []byte) (*http.Response, error) {
		answer.StatusCode = 200 + d.place%400
		return answer, nil
	},
	func(*damaged, *http.Response, []byte) (*http.Response, error) { return nil, errLost },
	func(*damaged, *http.Response, []byte) (*http.Response, error) { return nil, io.ErrUnexpectedEOF },
	header(429, "Retry-After", func(d *damaged) string { return fmt.Sprint(d.place) }),
	header(503, "Retry-After", func(d *damaged) string { return fmt.Sprint(d.place) }),
	header(500, "Retry-After", func(d *damaged) string { return fmt.Sprint(d.place) }),
	header(408, "Retry-After", func(*damaged) string { return "2147483648" }),
	header(429, "Retry-After", func(d *damaged) string {
		return time.Now().Add(time.Duration(d.place) * time.Minute).UTC().Format(http.TimeFormat)
	}),
	header(503, "Retry-After", func(d *damaged) string { return d.text }),
	header(0, "Retry-After", func(*damaged) string { return "3600" }),
	header(0, "Date", func(d *damaged) string {
		return time.Now().Add(time.Duration(d.place) * time.Hour).UTC().Format(http.TimeFormat)
	}),
	header(0, "Date", func(d *damaged) string {
		return time.Now().Add(-time.Duration(d.place) * time.Hour).UTC().Format(http.TimeFormat)
	}),
	header(0, "Link", func(*damaged) string { return `<https://elsewhere.example.com>; rel="next"` }),
	header(417, "X-Request-Id", func(d *damaged) string { return d.text }),
	header(403, "Content-Type", func(d *damaged) string { return d.text }),
	header(302, "Location", func(d *damaged) string { return d.text }),
	header(0, "Content-Type", func(d *damaged) string { return d.text }),
}
