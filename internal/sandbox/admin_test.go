package sandbox_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/oracle"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

func TestStats(t *testing.T) {
	t.Parallel()
	b := newBed(t, sandbox.Options{})
	b.play(`
		POST /v1/perks {"internalName": "a"} => 201 as perk
		GET  /v1/perks/$perk => 200
		live GET /v1/perks => 200
		none GET /v1/perks => 401
		GET  /v1/things => 404`)
	want := sandbox.Stats{
		Requests: 5,
		ByMethod: map[string]int{"GET": 4, "POST": 1}, ByStatus: map[string]int{"200": 2, "201": 1, "401": 1, "404": 1},
		ByMode: map[string]int{"test": 3, "live": 1, "none": 1}, MaxInFlight: 1, Connections: 5,
	}
	if difference := cmp.Diff(want, b.Stats()); difference != "" {
		t.Errorf("want - got +:\n%s", difference)
	}

	b.Reset()
	want = sandbox.Stats{ByMethod: map[string]int{}, ByStatus: map[string]int{}, ByMode: map[string]int{}}
	if difference := cmp.Diff(want, b.Stats()); difference != "" {
		t.Errorf("after Reset, want - got +:\n%s", difference)
	}
	if len(b.History()) != 0 {
		t.Errorf("after Reset the history holds %v", b.History())
	}
	if b.perks() != 1 {
		t.Errorf("after Reset there are %d perks, want 1", b.perks())
	}
}

func TestMaxInFlight(t *testing.T) {
	t.Parallel()
	b := newBed(t, sandbox.Options{})
	b.fault(sandbox.Fault{Count: -1, Hang: true})
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() { _, _ = b.send(b.request(t.Context(), b.TestKey(), "GET", "/v1/perks", "")) })
	}
	b.arrived(4)
	if got := b.Stats().MaxInFlight; got != 4 {
		t.Errorf("%d in flight, want 4", got)
	}
	if err := b.Close(); err != nil {
		t.Error(err)
	}
	group.Wait()
}

func TestConnectionsAreCounted(t *testing.T) {
	t.Parallel()
	b := newBed(t, sandbox.Options{})
	b.client.Transport.(*http.Transport).DisableKeepAlives = false
	for range 5 {
		b.call(b.TestKey(), "GET", "/v1/perks", "")
	}
	if got := b.Stats(); got.Connections != 1 || got.Requests != 5 {
		t.Errorf("%d requests on %d connections, want 5 on 1", got.Requests, got.Connections)
	}
}

func TestHistory(t *testing.T) {
	t.Parallel()
	at := time.Date(2027, 1, 2, 3, 4, 5, 678_900_000, time.UTC)
	b := newBed(t, sandbox.Options{Now: func() time.Time { return at }})
	b.play(`
		POST   /v1/perks {"internalName":"a"} => 201 as perk
		PATCH  /v1/perks/$perk {"internalName":"a"} => 200
		live GET /v1/perks?limit=5 => 200
		POST   /v1/perks {} => 417
		DELETE /v1/perks/$perk => 200
		none GET /v1/perks => 401`)
	id := b.saved["perk"]
	object := `{"createdAt":"2027-01-02T03:04:05.678Z","description":{},"expiresAt":null,"id":"` + id +
		`","imageUrl":null,"internalName":"a","status":"draft","title":{},"type":"none","typeConfig":null,` +
		`"updatedAt":"2027-01-02T03:04:05.678Z","videoUrl":null}`
	want := []sandbox.Exchange{
		{
			Number: 1, Mode: "test", Method: "POST", Path: "/v1/perks", Request: `{"internalName":"a"}`, Status: 201,
			Response: object, Committed: true,
		},
		{
			Number: 2, Mode: "test", Method: "PATCH", Path: "/v1/perks/" + id, Request: `{"internalName":"a"}`, Status: 200,
			Response: object,
		},
		{
			Number: 3, Mode: "live", Method: "GET", Path: "/v1/perks?limit=5", Status: 200,
			Response: `{"data":[],"nextCursor":null,"total":0}`,
		},
		{
			Number: 4, Mode: "test", Method: "POST", Path: "/v1/perks", Request: `{}`, Status: 417,
			Response: `{"code":"generic.invalid-request","message":"internalName is required"}`,
		},
		{Number: 5, Mode: "test", Method: "DELETE", Path: "/v1/perks/" + id, Status: 200, Committed: true},
		{
			Number: 6, Method: "GET", Path: "/v1/perks", Status: 401,
			Response: `{"code":"generic.unauthorized","message":"The API key is missing or not known."}`,
		},
	}
	if difference := cmp.Diff(want, b.History()); difference != "" {
		t.Errorf("want - got +:\n%s", difference)
	}
	raw, err := json.Marshal(b.History())
	if err != nil || strings.Contains(string(raw), b.TestKey()) || strings.Contains(string(raw), b.LiveKey()) {
		t.Errorf("the history holds a key: %v", err)
	}
}

// A clock stands still until a test moves it.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func newClock() *clock { return &clock{at: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

func TestUpdatedAt(t *testing.T) {
	t.Parallel()
	at := newClock()
	b := newBed(t, sandbox.Options{Now: at.now})
	b.play(`POST /v1/perks {"internalName": "a", "title": {"en": "A"}}
		=> 201 {"createdAt": "2027-01-01T00:00:00.000Z", "updatedAt": "2027-01-01T00:00:00.000Z"} as perk`)
	at.move(time.Minute)
	b.play(`PATCH /v1/perks/$perk {"internalName": "a"} => 200 {"updatedAt": "2027-01-01T00:00:00.000Z"}
		PATCH /v1/perks/$perk {"internalName": "b"}
			=> 200 {"createdAt": "2027-01-01T00:00:00.000Z", "updatedAt": "2027-01-01T00:01:00.000Z"}`)
	at.move(time.Minute)
	b.play(`POST /v1/perks/$perk/publish => 200 {"updatedAt": "2027-01-01T00:02:00.000Z"}`)
	at.move(time.Minute)
	if err := b.PatchObject(b.saved["perk"], map[string]any{"internalName": "c"}); err != nil {
		t.Fatal(err)
	}
	b.play(`GET /v1/perks/$perk => 200 {"updatedAt": "2027-01-01T00:03:00.000Z"}`)
}

func TestAnswersCarryARequestID(t *testing.T) {
	t.Parallel()
	b := newBed(t, sandbox.Options{})
	one, two := b.call(b.TestKey(), "GET", "/v1/perks", ""), b.call("", "GET", "/v1/perks", "")
	if one.header.Get("X-Request-Id") != "req-1" || two.header.Get("X-Request-Id") != "req-2" ||
		one.header.Get("Date") == "" {
		t.Errorf("headers %v and %v", one.header, two.header)
	}
}

func TestRate(t *testing.T) {
	t.Parallel()
	at := newClock()
	b := newBed(t, sandbox.Options{Rate: 2, Now: at.now})
	b.play(`
		GET /v1/perks => 200
		GET /v1/perks => 200
		GET /v1/perks => 429 generic.too-many-requests
		live GET /v1/perks => 200
		none GET /v1/perks => 401`)
	if got := b.call(b.TestKey(), "GET", "/v1/perks", "").header.Get("Retry-After"); got != "1" {
		t.Errorf("Retry-After is %q, want 1", got)
	}
	at.move(500 * time.Millisecond)
	b.play(`
		GET /v1/perks => 200
		GET /v1/perks => 429`)
}

func TestLatency(t *testing.T) {
	t.Parallel()
	b := newBed(t, sandbox.Options{Latency: 30 * time.Millisecond})
	start := time.Now()
	b.play(`GET /v1/perks => 200`)
	if took := time.Since(start); took < 30*time.Millisecond {
		t.Errorf("it took %v", took)
	}
}

func TestAPIDocument(t *testing.T) {
	t.Parallel()
	with := newBed(t, sandbox.Options{APIDocument: []byte(`{"openapi":"3.1.0"}`)})
	with.lax = true
	if r := with.call("", "GET", "/docs/merchants-api-json", ""); r.status != 200 || r.raw != `{"openapi":"3.1.0"}` {
		t.Errorf("got %d %s", r.status, r.raw)
	}
	if got := with.Stats().Requests; got != 0 {
		t.Errorf("it counts as %d API requests, want 0", got)
	}
	newBed(t, sandbox.Options{}).play(`none GET /docs/merchants-api-json => 404`)
}

func TestObjects(t *testing.T) {
	t.Parallel()
	b := newBed(t, sandbox.Options{})
	b.play(`
		POST /v1/perks {"internalName": "p"} => 201
		POST /v1/cohorts {"type": "list", "name": "l"} => 201
		live POST /v1/perks {"internalName": "q"} => 201`)
	names := func(mode, kind string) (out []any) {
		for _, o := range b.Objects(mode, kind) {
			if name, ok := o["internalName"]; ok {
				out = append(out, name)
			} else {
				out = append(out, o["name"])
			}
		}
		return out
	}
	for _, tt := range []struct {
		mode, kind string
		want       []any
	}{
		{"test", "perks", []any{"p"}},
		{"test", "", []any{"l", "p"}},
		{"live", "", []any{"q"}},
		{"test", "badges", nil},
		{"test", "things", nil},
		{"prod", "", nil},
	} {
		if got := names(tt.mode, tt.kind); !reflect.DeepEqual(got, tt.want) {
			t.Errorf("Objects(%q, %q) has %v, want %v", tt.mode, tt.kind, got, tt.want)
		}
	}
	b.Objects("test", "perks")[0]["internalName"] = "changed"
	if got := names("test", "perks"); got[0] != "p" {
		t.Error("a caller can change what is stored")
	}
}

func TestEditsBehindTheBack(t *testing.T) {
	t.Parallel()
	b := newBed(t, sandbox.Options{})
	b.play(`
		POST /v1/perks {"internalName": "p", "title": {"en": "A"}} => 201 as perk
		POST /v1/campaigns {"internalName": "c", "type": "airdrop", "rewards": [{"type": "perk", "rewardId": "$perk"}]}
			=> 201 as campaign
		POST /v1/campaigns/$campaign/publish => 200`)
	perk, campaign := b.saved["perk"], b.saved["campaign"]
	if err := b.PatchObject(campaign, map[string]any{"status": "ended", "rewards": []any{}}); err != nil {
		t.Fatal(err)
	}
	if err := b.PatchObject(perk, map[string]any{
		"title":  map[string]string{"fr": "B"},
		"status": "archived",
	}); err != nil {
		t.Fatal(err)
	}
	b.play(`
		GET  /v1/campaigns/$campaign => 200 {"status": "ended", "rewards": []}
		GET  /v1/perks/$perk => 200 {"title": {"fr": "B"}}
		POST /v1/perks/$perk/unarchive => 200 {"status": "draft"}`)
	if err := b.DeleteObject(perk); err != nil {
		t.Fatal(err)
	}
	b.play(`GET /v1/perks/$perk => 404 perk.not-found`)

	for want, err := range map[string]error{
		`"id" is not a property`:   b.PatchObject(campaign, map[string]any{"id": "x"}),
		`"size" is not a property`: b.PatchObject(campaign, map[string]any{"size": "x"}),
		"rewards[0] must be an object": b.PatchObject(campaign,
			map[string]any{"rewards": []any{"x"}}),
		"internalName must be a string": b.PatchObject(campaign,
			map[string]any{"internalName": nil}),
		"status must be one of draft, published, ended, archived": b.PatchObject(campaign, map[string]any{"status": "live"}),
		"unsupported type": b.PatchObject(campaign,
			map[string]any{"status": func() {}}),
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the error is %v, want %q", err, want)
		}
	}
	if err := b.PatchObject(perk, map[string]any{"title": nil}); !errors.Is(err, sandbox.ErrNoObject) {
		t.Errorf("the error is %v, want ErrNoObject", err)
	}
	if err := b.DeleteObject(perk); !errors.Is(err, sandbox.ErrNoObject) {
		t.Errorf("the error is %v, want ErrNoObject", err)
	}
}

func TestWipe(t *testing.T) {
	t.Parallel()
	b := newBed(t, sandbox.Options{})
	b.play(`
		POST /v1/cohorts {"type": "list", "name": "a", "referenceId": "vip"} => 201
		live POST /v1/cohorts {"type": "list", "name": "a", "referenceId": "vip"} => 201`)
	b.Wipe("test")
	b.Wipe("prod")
	b.play(`
		GET  /v1/cohorts => 200 {"total": 0}
		live GET /v1/cohorts => 200 {"total": 1}
		POST /v1/cohorts {"type": "list", "name": "a", "referenceId": "vip"} => 201`)
}

func TestDiffusion(t *testing.T) {
	t.Parallel()
	b := newBed(t, sandbox.Options{})
	const campaign = `"campaign": {"id": "c", "name": {"en": "A"}, "description": {"en": "<p>B</p>"}, "imageUrl": null, ` +
		`"videoUrl": "https://x.example/v.mp4", "link": "https://x.example/c", "accentColor": "#ff0000"}`
	const rest = `"whitelistedUrls": ["^https://shop"], "supportedLanguages": ["en"], ` + campaign
	for body, want := range map[string]string{
		`{"type": "modal", "typeConfig": null, ` + rest + `}`:                        "",
		`{"type": "banner", "typeConfig": {"selector": "#top"}, ` + rest + `}`:       "",
		`{"type": "toast", "typeConfig": {"position": "bottom-left"}, ` + rest + `}`: "",
		`{"type": "toast", "typeConfig": {"position": "top"}, ` + rest + `}`:         "typeConfig.position must be one of",
		`{"type": "banner", "typeConfig": null, ` + rest + `}`:                       "typeConfig must be an object",
		`{"type": "modal", "typeConfig": {}, ` + rest + `}`:                          "typeConfig must be null",
		`{"type": "popup", ` + rest + `}`:                                            "type must be one of",
		`{"type": "modal", "supportedLanguages": ["en"]}`:                            "campaign is required",
	} {
		status, answer := b.admin("PUT", "/diffusion?mode=test", body)
		if want == "" {
			if status != 200 {
				t.Errorf("%s → %d %s", body, status, answer)
			}
			b.play(`
				GET /v1/merchants/campaign-diffusion-configuration
					=> 200 {"campaign": {"id": "c"}, "whitelistedUrls": ["^https://shop"]}
				live GET /v1/merchants/campaign-diffusion-configuration => 200 empty`)
		} else if status != 400 || !strings.Contains(answer, want) {
			t.Errorf("%s → %d %s, want %q", body, status, answer, want)
		}
	}
	if status, _ := b.admin("DELETE", "/diffusion?mode=test", ""); status != 200 {
		t.Errorf("DELETE /diffusion answers %d", status)
	}
	b.play(`GET /v1/merchants/campaign-diffusion-configuration => 200 empty`)
}

func (b *bed) admin(method, path, body string) (int, string) {
	b.t.Helper()
	request, err := http.NewRequestWithContext(b.t.Context(), method, b.AdminURL()+path, strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := b.client.Do(request)
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	raw, err := io.ReadAll(response.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	if kind := response.Header.Get("Content-Type"); kind != "application/json; charset=utf-8" || !json.Valid(raw) {
		b.t.Errorf("%s %s answers %s %s", method, path, kind, raw)
	}
	return response.StatusCode, strings.TrimSpace(string(raw))
}

func TestAdminAPI(t *testing.T) {
	t.Parallel()
	at := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	b := newBed(t, sandbox.Options{Now: func() time.Time { return at }})
	b.client.Transport.(*http.Transport).DisableKeepAlives = false
	b.play(`POST /v1/cohorts {"type":"list","name":"a"} => 201 as list`)
	id := b.saved["list"]
	object := func(name string) string {
		return `{"conditions":null,"createdAt":"2027-01-01T00:00:00.000Z","id":"` + id + `","name":"` + name +
			`","referenceId":null,"type":"list","updatedAt":"2027-01-01T00:00:00.000Z"}`
	}
	// objects are those of a merchant in which only cohorts are not empty.
	objects := func(cohorts string) string {
		paths, err := oracle.ContractCollections()
		if err != nil {
			t.Fatal(err)
		}
		slices.Sort(paths)
		for i, path := range paths {
			paths[i] = `"` + path + `":[]`
		}
		return strings.Replace("{"+strings.Join(paths, ",")+"}", `"cohorts":[]`, `"cohorts":[`+cohorts+`]`, 1)
	}
	for _, tt := range []struct {
		method, path, body string
		status             int
		want               string
	}{
		{"GET", "/stats", "", 200, `{"requests":1,"by_method":{"POST":1},"by_status":{"201":1},"by_mode":{"test":1},` +
			`"max_in_flight":1,"connections":1}`},
		{"GET", "/history", "", 200, `[{"number":1,"mode":"test","method":"POST","path":"/v1/cohorts",` +
			`"request":"{\"type\":\"list\",\"name\":\"a\"}","status":201,"response":` + quoted(object("a")) +
			`,"committed":true}]`},
		{"POST", "/reset", "", 200, `{"ok":true}`},
		{"GET", "/history", "", 200, `[]`},
		{"GET", "/objects?mode=live", "", 200, objects("")},
		{"GET", "/objects?mode=test", "", 200, objects(object("a"))},
		{"GET", "/objects", "", 400, `{"error":"sandbox: mode \"\" is neither test nor live"}`},
		{"PATCH", "/objects/" + id, `{"name": "b"}`, 200, `{"ok":true}`},
		{
			"PATCH", "/objects/" + id, `{"size": 1}`, 400,
			`{"error":"sandbox: \"size\" is not a property of a cohort that can be set"}`,
		},
		{"PATCH", "/objects/" + id, `[]`, 400, `{"error":"sandbox: the body is not the expected JSON: json: cannot ` +
			`unmarshal array into Go value of type map[string]interface {}"}`},
		{"PATCH", "/objects/nobody", `{"name": "b"}`, 404, `{"error":"sandbox: there is no such object: nobody"}`},
		{"GET", "/objects?mode=test", "", 200, objects(object("b"))},
		{"DELETE", "/objects/" + id, "", 200, `{"ok":true}`},
		{"DELETE", "/objects/" + id, "", 404, `{"error":"sandbox: there is no such object: ` + id + `"}`},
		{"POST", "/faults", `{"status": 500, "method": "get", "delay": "1ms"}`, 200, `{"ok":true}`},
		{"POST", "/faults", `{"statsu": 500}`, 400, `{"error":"sandbox: the body is not the expected JSON: json: unknown ` +
			`field \"statsu\""}`},
		{"POST", "/faults", `{"method": "GET"}`, 400, `{"error":"sandbox: fault: it does nothing: no action is set"}`},
		{"GET", "/faults", "", 200, `[{"name":"fault-1","method":"GET","nth":1,"count":1,"stage":"before","delay":"1ms",` +
			`"status":500,"matches":0,"strikes":0}]`},
		{"DELETE", "/faults", "", 200, `{"ok":true}`},
		{"GET", "/faults", "", 200, `[]`},
		{"POST", "/wipe?mode=prod", "", 400, `{"error":"sandbox: mode \"prod\" is neither test nor live"}`},
		{"POST", "/wipe?mode=test", "", 200, `{"ok":true}`},
		{"PUT", "/diffusion?mode=prod", `{}`, 400, `{"error":"sandbox: campaign diffusion: generic.invalid-request: type ` +
			`is required"}`},
		{"DELETE", "/diffusion?mode=prod", ``, 400, `{"error":"sandbox: mode \"prod\" is neither test nor live"}`},
		{"GET", "/stats", "", 200, `{"requests":0,"by_method":{},"by_status":{},"by_mode":{},"max_in_flight":0,` +
			`"connections":0}`},
	} {
		if status, got := b.admin(tt.method, tt.path, tt.body); status != tt.status || got != tt.want {
			t.Errorf("%s %s %s\n got %d %s\nwant %d %s", tt.method, tt.path, tt.body, status, got, tt.status, tt.want)
		}
	}
	if status, got := b.admin("GET", "/metrics", ""); status != 404 ||
		!strings.Contains(got, `"operations":["GET /stats",`) {
		t.Errorf("an unknown path answers %d %s", status, got)
	}
}

// TestKinds_contract holds that every kind of the contract is one of the sandbox.
func TestKinds_contract(t *testing.T) {
	t.Parallel()
	b := newBed(t, sandbox.Options{})
	paths, err := oracle.ContractCollections()
	if err != nil || len(paths) == 0 {
		t.Fatal(paths, err)
	}
	for _, path := range paths {
		if got := b.call(b.TestKey(), "GET", "/v1/"+path, ""); got.status != 200 {
			t.Errorf("the contract has /v1/%s, and the sandbox has not: add its kind to kinds.go", path)
		}
	}
}

func quoted(s string) string {
	out, err := json.Marshal(s)
	if err != nil {
		return err.Error()
	}
	return string(out)
}

// TestAddressesAreSeparate checks that neither address serves the other's routes.
func TestAddressesAreSeparate(t *testing.T) {
	t.Parallel()
	b := newBed(t, sandbox.Options{})
	b.play(`
		GET /stats => 404 {"message": "Cannot GET /stats"}
		GET /v1/stats => 404 {"message": "Cannot GET /v1/stats"}`)
	if status, _ := b.admin("GET", "/v1/perks", ""); status != 404 {
		t.Errorf("the admin address answers the API with %d", status)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	if err := b.Close(); err != nil {
		t.Errorf("a second Close gives %v", err)
	}
}

// TestAdminAPI_elsewhere checks, for each operation, that a request from a web page or another
// machine has no effect.
func TestAdminAPI_elsewhere(t *testing.T) {
	t.Parallel()
	b := newBed(t, sandbox.Options{})
	b.play(`POST /v1/cohorts {"type":"list","name":"a"} => 201 as list`)
	const kind = "Content-Type"
	for name, tt := range map[string]struct {
		host, header, value string
		refused             bool
	}{
		"a program":             {"", "", "", false},
		"by name":               {"localhost:1", "", "", false},
		"by its own name":       {"cohort.localhost", "", "", false},
		"IPv6":                  {"[::1]:1", "", "", false},
		"another name":          {"elsewhere.example:8080", "", "", true},
		"like this machine":     {"localhost.example", "", "", true},
		"another address":       {"10.0.0.1", "", "", true},
		"a page":                {"", "Origin", "https://elsewhere.example", true},
		"a page in a sandbox":   {"", "Origin", "null", true},
		"a page of this server": {"", "Sec-Fetch-Site", "same-origin", true},
		"a form":                {"", kind, "application/x-www-form-urlencoded", true},
		"plain text":            {"", kind, "text/plain", true},
		"no type":               {"", kind, "", true},
	} {
		for operation, body := range map[string]string{
			"GET /stats": "", "GET /history": "", "GET /objects?mode=test": "", "GET /faults": "", "DELETE /faults": "",
			"POST /faults": `{"method":"PUT","status":500}`, "PATCH /objects/" + b.saved["list"]: `{"name":"a"}`,
			"POST /reset": "", "POST /wipe?mode=live": "", "DELETE /diffusion?mode=test": "",
		} {
			if tt.header == kind && body == "" {
				continue
			}
			method, path, _ := strings.Cut(operation, " ")
			request, err := http.NewRequestWithContext(t.Context(), method, b.AdminURL()+path, strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			request.Header.Set(kind, "application/json; charset=utf-8")
			if tt.header != "" {
				request.Header.Set(tt.header, tt.value)
			}
			request.Host = tt.host
			response, err := b.client.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			if refused := response.StatusCode != 200; refused != tt.refused {
				t.Errorf("%s, %s: %d", name, operation, response.StatusCode)
			}
			if err := response.Body.Close(); err != nil {
				t.Error(err)
			}
		}
	}
}

// TestStart_otherMachines checks that an address reachable from other machines needs AllowRemote,
// and is then served under any host name.
func TestStart_otherMachines(t *testing.T) {
	t.Parallel()
	for _, options := range []sandbox.Options{
		{Addr: "0.0.0.0:0"},
		{AdminAddr: "0.0.0.0:0"},
		{Addr: ":0"},
		{AdminAddr: "[::]:0"},
	} {
		s, err := sandbox.Start(options)
		if !errors.Is(err, sandbox.ErrNotLoopback) {
			t.Errorf("%+v is served: %v", options, err)
		}
		if s != nil {
			_ = s.Close()
		}
	}
	b := newBed(t, sandbox.Options{AdminAddr: "0.0.0.0:0", AllowRemote: true})
	if status, _ := b.admin("GET", "/stats", ""); status != 200 {
		t.Errorf("with AllowRemote the admin API answers %d", status)
	}
}
