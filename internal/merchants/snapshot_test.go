package merchants_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

// codes are the secrets of the merchant that filled makes.
var codes = []string{"SUMMIT-10", "SUMMIT-10 ", "hunter2", "4711", "é<&>\"\\", "[\"nested\"]"}

// filled starts a sandbox whose test merchant has objects of every kind.
func filled(t *testing.T) *sandbox.Sandbox {
	t.Helper()
	var seconds atomic.Int64 // No two objects are made at one time.
	s, err := sandbox.Start(sandbox.Options{Seed: 3, Now: func() time.Time {
		return time.Unix(1_800_000_000+seconds.Add(1), 0)
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	post := func(path string, body map[string]any) string {
		encoded, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		if body == nil {
			encoded = nil
		}
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL()+"/v1/"+path,
			bytes.NewReader(encoded))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", "Bearer "+s.TestKey())
		request.Header.Set("Content-Type", "application/json")
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = response.Body.Close() }()
		var made struct {
			ID string `json:"id"`
		}
		if err := json.NewDecoder(response.Body).Decode(&made); err != nil || response.StatusCode/100 != 2 {
			t.Fatalf("POST %s: %d %v", path, response.StatusCode, err)
		}
		return made.ID
	}
	post("user-properties", map[string]any{"name": "Boot size", "type": "number"})
	list := post("cohorts", map[string]any{"type": "list", "name": "No key"})
	post("cohorts", map[string]any{"type": "segment", "name": "Gold", "referenceId": "gold", "conditions": nil})
	for i, code := range codes {
		post("perks", map[string]any{
			"internalName": fmt.Sprintf("code-%d", i), "type": "code", "typeConfig": map[string]any{"code": code},
		})
	}
	for i := range 120 {
		post("perks", map[string]any{"internalName": fmt.Sprintf("perk-%d", i)})
	}
	archived := post("perks", map[string]any{"internalName": "perk-1"})
	post("perks/"+archived+"/archive", nil)
	post("digital-assets", map[string]any{"internalName": "wallpaper"})
	post("badges", map[string]any{"internalName": "badge", "cohortId": list})
	post("campaigns", map[string]any{"internalName": "unreleased", "type": "airdrop", "typeConfig": nil})
	s.Reset()
	return s
}

func snapshotOf(t *testing.T, address, key string) *merchants.Snapshot {
	t.Helper()
	taken, err := newClient(t, merchants.Config{Key: parseKey(t, key), BaseURL: address}).Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return taken
}

// written writes a file and reads it back as a snapshot.
func written(t *testing.T, content []byte) (*merchants.Snapshot, error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "merchant.json")
	if err := os.WriteFile(file, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return merchants.ReadSnapshot(file)
}

// TestSnapshot_holdsEverything checks that a snapshot has every object of the merchant, but neither
// the key nor a secret, and what it costs.
func TestSnapshot_holdsEverything(t *testing.T) {
	t.Parallel()
	s := filled(t)
	taken := snapshotOf(t, s.URL(), s.TestKey())
	stats := s.Stats()
	if pages := 7; stats.Requests > pages+1 || stats.ByMethod["GET"] != stats.Requests {
		t.Errorf("it took %d requests for %d pages: %v", stats.Requests, pages, stats.ByMethod)
	}
	file := string(taken.File())
	objects := s.Objects("test", "")
	if taken.Len() != len(objects) || taken.Mode != merchants.ModeTest || taken.Age() > time.Minute {
		t.Errorf("it has %d of %d objects, of %s, and is %s old", taken.Len(), len(objects), taken.Mode, taken.Age())
	}
	for _, object := range objects {
		if !strings.Contains(file, fmt.Sprintf(`"id":%q`, object["id"])) {
			t.Errorf("it lacks %v", object)
		}
	}
	for _, secret := range slices.Concat(codes, []string{s.TestKey(), s.LiveKey()}) {
		encoded, err := json.Marshal(secret)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(file, secret) || strings.Contains(file, strings.Trim(string(encoded), `"`)) {
			t.Errorf("it has %q", secret)
		}
	}
	if again, err := written(t, taken.File()); err != nil || !bytes.Equal(again.File(), taken.File()) {
		t.Errorf("it is not the same when it is read again: %v", err)
	}
	if strings.Contains(string(taken.JSON()), "takenAt") || !json.Valid(taken.JSON()) {
		t.Error("JSON is not the file without its time")
	}
}

// TestSnapshot_isDeterministic checks that neither the order of the service nor the form of its
// JSON shows, and that everything else does.
func TestSnapshot_isDeterministic(t *testing.T) {
	t.Parallel()
	s := filled(t)
	first := string(snapshotOf(t, s.URL(), s.TestKey()).JSON())
	target, err := url.Parse(s.URL())
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(target)
	proxy.ModifyResponse = func(response *http.Response) error {
		var page struct {
			Data       []map[string]any `json:"data"`
			NextCursor *string          `json:"nextCursor"`
			Total      int              `json:"total"`
		}
		if err := json.NewDecoder(response.Body).Decode(&page); err != nil {
			return err
		}
		slices.Reverse(page.Data)
		encoded, err := json.MarshalIndent(page, " ", "   ")
		response.Body = http.NoBody
		response.Header.Del("Content-Length")
		response.ContentLength = int64(len(encoded))
		response.Body = readCloser{bytes.NewReader(encoded)}
		return err
	}
	shuffled := httptest.NewServer(proxy)
	t.Cleanup(shuffled.Close)
	for range 3 {
		if second := string(snapshotOf(t, shuffled.URL, s.TestKey()).JSON()); second != first {
			t.Error("another order of the service gives another snapshot")
		}
	}
	badge := s.Objects("test", "badges")[0]["id"].(string)
	if err := s.PatchObject(badge, map[string]any{"internalName": "b"}); err != nil {
		t.Fatal(err)
	}
	if string(snapshotOf(t, s.URL(), s.TestKey()).JSON()) == first {
		t.Error("a change does not show")
	}
}

type readCloser struct{ *bytes.Reader }

func (readCloser) Close() error { return nil }

// TestSnapshot_failsWhole checks that an error anywhere gives no snapshot.
func TestSnapshot_failsWhole(t *testing.T) {
	t.Parallel()
	s := filled(t)
	for nth := 1; nth <= 7; nth++ {
		s.ClearFaults()
		if err := s.AddFault(sandbox.Fault{Method: http.MethodGet, Nth: nth, Status: http.StatusForbidden}); err != nil {
			t.Fatal(err)
		}
		client := newClient(t, merchants.Config{Key: parseKey(t, s.TestKey()), BaseURL: s.URL()})
		taken, err := client.Snapshot(t.Context())
		apiError, ok := errors.AsType[*merchants.Error](err)
		if taken != nil || !ok || apiError.Status != http.StatusForbidden {
			t.Errorf("with request %d refused: %v", nth, err)
		}
	}
}

// TestSnapshot_oddRows checks that an object whose row leaves out a property, or is not of the
// expected form, is read by its id, and is there whatever its form and its type are.
func TestSnapshot_oddRows(t *testing.T) {
	t.Parallel()
	var byID atomic.Int64
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasSuffix(r.URL.Path, "/perks/1"):
			reply(http.StatusOK,
				`{"id":"1","internalName":"a","type":"code","typeConfig":{"code":"SECRET"},"color":"red"}`)(w, r)
			byID.Add(1)
		case strings.HasSuffix(r.URL.Path, "/perks/2"):
			reply(http.StatusNotFound, `{"code":"perk.not-found","message":"gone"}`)(w, r)
		case strings.HasSuffix(r.URL.Path, "/perks/3"):
			reply(http.StatusOK,
				`{"id":"3","internalName":"c","type":"code","typeConfig":{"code":{"a":["SECRET",81526374]}}}`)(w, r)
			byID.Add(1)
		case strings.HasSuffix(r.URL.Path, "/perks/4"):
			reply(http.StatusOK, `{"id":"4","internalName":"d","title":"no map"}`)(w, r)
			byID.Add(1)
		case strings.HasSuffix(r.URL.Path, "/perks"):
			reply(http.StatusOK, `{"data":[{"id":"1","internalName":"a"},{"id":"2"},{"id":"3"},{"id":"4","title":7}],`+
				`"nextCursor":null,"total":4}`)(w, r)
		case strings.HasSuffix(r.URL.Path, "/cohorts"):
			reply(http.StatusOK, `{"data":[{"id":"5","type":"mailing","name":"Odd","referenceId":null,"conditions":null}],`+
				`"nextCursor":null}`)(w, r)
		default:
			reply(http.StatusOK, `{"data":[],"nextCursor":null,"total":0}`)(w, r)
		}
	})
	taken := snapshotOf(t, s.URL, secret)
	file := string(taken.File())
	for _, want := range []string{`"color":"red"`, `{"a":["cohort-secret:v1:`, `"title":"no map"`, `"type":"mailing"`} {
		if !strings.Contains(file, want) {
			t.Errorf("it has no %s: %s", want, file)
		}
	}
	if byID.Load() != 3 || taken.Len() != 4 || strings.Contains(file, "SECRET") || strings.Contains(file, "81526374") {
		t.Errorf("%d reads by id gave %d objects: %s", byID.Load(), taken.Len(), file)
	}
}

// TestReadSnapshot_refuses checks what is said of a file that is no snapshot that can be used.
func TestReadSnapshot_refuses(t *testing.T) {
	t.Parallel()
	s := filled(t)
	file := string(snapshotOf(t, s.URL(), s.TestKey()).File())
	replaced := func(old, replacement string) string {
		if !strings.Contains(file, old) {
			t.Fatalf("the file has no %s", old)
		}
		return strings.Replace(file, old, replacement, 1)
	}
	id := regexp.MustCompile(`"id":"([^"]+)"`)
	for content, want := range map[string]string{
		"":                                       "is empty or cut off",
		"\n":                                     "is empty or cut off",
		file[:len(file)/2]:                       "is empty or cut off",
		file[:len(file)-3]:                       "is empty or cut off",
		"{}":                                     "is not a snapshot: make one with the command snapshot",
		"[]":                                     "is not a snapshot",
		"null":                                   "is not a snapshot",
		"<html>":                                 "is not a snapshot",
		`{"version": 4, "serial": 1}`:            "is not a snapshot",
		"<<<<<<< HEAD\n" + file:                  "is not a snapshot",
		replaced(`Snapshot": 1`, `Snapshot": 2`): "was made by a newer version: its format is 2, and this version knows 1",
		replaced(`Snapshot": 1`, `Snapshot": "1"`):            "its format is not a number",
		replaced(`Snapshot": 1`, `Snapshot": 0`):              "its format is not a number",
		replaced(`"mode": "test"`, `"mode": "staging"`):       `its mode is "staging", and not test or live`,
		replaced(`"mode": "test"`, `"mode": 1`):               `"mode" has the wrong type`,
		replaced(`"takenAt": "20`, `"takenAt": "x20`):         "takenAt is not a time",
		replaced(`"badges": [`, `"medals": [`):                "has no badges: it was made by another version",
		replaced(`"badges": [`, `"medals": [], "badges": [`):  "has medals, which this version does not know",
		replaced(`"badges": [`, `"badges": {}, "b": [`):       `"objects.badges" has the wrong type`,
		replaced(`"badges": [`, `"badges": [7, `):             "an object of badges is of another type than expected",
		replaced(`"badges": [`, `"badges": [{}, `):            "an object of badges: it has no id",
		replaced(`"badges": [`, `"badges": [{"id": [1]}, `):   "an object of badges is of another type than expected",
		replaced(`"badges": [`, `"badges": [{"id": "a/b"}, `): "an object of badges: \"a/b\" is not an id",
		id.ReplaceAllString(file, `"id":"same"`):              "has the id same twice",
	} {
		if _, err := written(t, []byte(content)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60q: %v, want %q", content, err, want)
		}
	}
	_, err := merchants.ReadSnapshot(t.TempDir())
	if err == nil || !strings.Contains(err.Error(), "is not a regular file") {
		t.Error(err)
	}
	if _, err := merchants.ReadSnapshot(filepath.Join(t.TempDir(), "none")); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
}

// TestClient_snapshot checks that a client of a snapshot reads what a client of the service reads,
// secrets aside, without a request, and that it refuses everything else at once.
func TestClient_snapshot(t *testing.T) {
	t.Parallel()
	s := filled(t)
	keyed := newClient(t, merchants.Config{Key: parseKey(t, s.TestKey()), BaseURL: s.URL()})
	taken := snapshotOf(t, s.URL(), s.TestKey())
	file, err := written(t, taken.File())
	if err != nil {
		t.Fatal(err)
	}
	keyless := newClient(t, merchants.Config{Snapshot: file, BaseURL: "not an address", MaxRetries: 4})
	both := func(read func(c *merchants.Client) any) (one, other any) {
		one = read(keyed)
		s.Reset()
		defer func() {
			if sent := s.Stats().Requests; sent > 0 {
				t.Errorf("%d requests were sent", sent)
			}
		}()
		return one, read(keyless)
	}
	for kind, of := range map[string]func(c *merchants.Client) merchants.Objects{
		"property": func(c *merchants.Client) merchants.Objects { return c.UserProperties },
		"list":     func(c *merchants.Client) merchants.Objects { return c.Lists },
		"segment":  func(c *merchants.Client) merchants.Objects { return c.Segments },
		"perk":     func(c *merchants.Client) merchants.Objects { return c.Perks },
		"asset":    func(c *merchants.Client) merchants.Objects { return c.DigitalAssets },
		"badge":    func(c *merchants.Client) merchants.Objects { return c.Badges },
		"campaign": func(c *merchants.Client) merchants.Objects { return c.Campaigns },
	} {
		heads := func(c *merchants.Client) any {
			heads := map[merchants.ID]merchants.Head{}
			for head, err := range of(c).Cached(t.Context()) {
				if err != nil {
					t.Fatal(err)
				}
				if read, err := of(c).Head(t.Context(), head.ID); err != nil || read != head {
					t.Errorf("%s %s is %v by its id: %v", kind, head.ID, read, err)
				}
				heads[head.ID] = head
			}
			return heads
		}
		if one, other := both(heads); !reflect.DeepEqual(one, other) || reflect.ValueOf(one).Len() == 0 {
			t.Errorf("%s: %v, and from the snapshot %v", kind, one, other)
		}
		_, err := of(keyless).Head(t.Context(), "none")
		if !merchants.IsNotFound(err) {
			t.Errorf("an unknown %s is no 404: %v", kind, err)
		}
		if _, err := of(keyless).Transition(t.Context(), merchants.Head{ID: "x"}, merchants.Publish); !refusedAtOnce(err,
			merchants.ErrSnapshot) {
			t.Errorf("the transition of a %s: %v", kind, err)
		}
	}
	listed := func(c *merchants.Client) any {
		var ids []merchants.ID
		for perk, err := range c.Perks.List(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			ids = append(ids, perk.ID)
		}
		return ids
	}
	if one, other := both(listed); !reflect.DeepEqual(one, other) {
		t.Errorf("the perks are in the order %v, and from the snapshot %v", one, other)
	}
	_, created := keyless.Perks.Create(t.Context(), merchants.PerkInput{InternalName: merchants.Value("new")})
	_, updated := keyless.Perks.Update(t.Context(), &merchants.Perk{ID: "1", Raw: merchants.Raw{JSON: []byte("{}")}},
		merchants.PerkInput{}, merchants.PerkInput{InternalName: merchants.Value("new")})
	_, token := keyless.CreateUserAuthToken(t.Context(), "a@example.com")
	for what, err := range map[string]error{
		"create": created, "update": updated, "delete": keyless.Perks.Delete(t.Context(), "1"), "token": token,
	} {
		if !refusedAtOnce(err, merchants.ErrSnapshot) {
			t.Errorf("a %s: %v", what, err)
		}
	}
	if _, err := keyless.GetCampaignDiffusion(t.Context()); !refusedAtOnce(err, merchants.ErrNotInSnapshot) {
		t.Errorf("campaign diffusion: %v", err)
	}
	if same, err := keyless.Snapshot(t.Context()); err != nil || !bytes.Equal(same.File(), taken.File()) {
		t.Errorf("the snapshot of a snapshot is another one: %v", err)
	}
}

// refusedAtOnce reports whether a request failed for a reason before an attempt was made.
func refusedAtOnce(err, cause error) bool {
	apiError, ok := errors.AsType[*merchants.Error](err)
	return ok && errors.Is(err, cause) && apiError.Attempts == 0 && !merchants.MayHaveHappened(err)
}

// TestSnapshot_hasNoNetwork checks the second line of defense: what gets as far as the transport is
// refused there.
func TestSnapshot_hasNoNetwork(t *testing.T) {
	t.Parallel()
	s := filled(t)
	taken := snapshotOf(t, s.URL(), s.TestKey())
	s.Reset()
	for _, call := range []string{
		"POST /v1/perks", "PATCH /v1/perks/1", "PUT /v1/perks/1", "DELETE /v1/perks/1", "HEAD /v1/perks",
		"GET /v1/users/auth-token", "GET /", "GET /v2/perks",
	} {
		method, path, _ := strings.Cut(call, " ")
		request, err := http.NewRequestWithContext(t.Context(), method, s.URL()+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		if answer, err := taken.RoundTrip(request); err == nil {
			_ = answer.Body.Close()
			t.Errorf("%s was answered with %d", call, answer.StatusCode)
		}
	}
	if sent := s.Stats().Requests; sent > 0 {
		t.Errorf("%d requests were sent", sent)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL()+"/v1/cohorts?type=segment", nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := taken.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	page, err := io.ReadAll(answer.Body)
	if err != nil || !bytes.Contains(page, []byte(`"total":1}`)) || bytes.Contains(page, []byte(`"type":"list"`)) {
		t.Errorf("the segments are %s", page)
	}
}

// TestDigests checks what a digest tells: whether a text is the secret, and nothing across objects.
func TestDigests(t *testing.T) {
	t.Parallel()
	digests := func(objects string) []string {
		s := serve(t, func(w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "/perks") {
				reply(http.StatusOK, `{"data":[`+objects+`],"nextCursor":null}`)(w, r)
				return
			}
			reply(http.StatusOK, `[]`)(w, r)
		})
		file := string(snapshotOf(t, s.URL, secret).File())
		return regexp.MustCompile(`cohort-secret:v1:[0-9a-f]{64}`).FindAllString(file, -1)
	}
	perk := func(id, key, code string) string {
		return fmt.Sprintf(`{"id":%q,"internalName":%q,"type":"code","typeConfig":{"code":%s},"status":"draft",`+
			`"title":null,"description":null,"imageUrl":null,"videoUrl":null,"expiresAt":null}`, id, key, code)
	}
	first := digests(perk("1", "a", `"SUMMIT"`))
	if len(first) != 1 || !merchants.IsDigest(first[0]) {
		t.Fatal(first)
	}
	if !slices.Equal(first, digests(perk("7", " a", `"SUMMIT"`))) {
		t.Error("another id, and blanks around the key, give another digest")
	}
	for what, object := range map[string]string{
		"another key": perk("1", "b", `"SUMMIT"`), "another code": perk("1", "a", `"summit"`),
		"a blank": perk("1", "a", `"SUMMIT "`),
	} {
		if slices.Equal(first, digests(object)) {
			t.Errorf("%s gives the same digest", what)
		}
	}
	for code, want := range map[string]bool{
		"SUMMIT": true, "SUMMIT\n": false, "summit": false, "": false, first[0]: false,
	} {
		if merchants.SameSecret(first[0], code) != want {
			t.Errorf("SameSecret of %q is not %t", code, want)
		}
	}
	if number := digests(perk("1", "a", "12")); !merchants.SameSecret(number[0], "12") {
		t.Error("a number has no digest of its text")
	}
	for _, text := range []string{
		"", "SUMMIT", "cohort-secret:v1:", first[0][:40], strings.Replace(first[0], "v1", "v2", 1),
	} {
		if merchants.IsDigest(text) || merchants.SameSecret(text, text) {
			t.Errorf("%q counts as a digest", text)
		}
	}
	if blank := digests(perk("1", "a", `" "`) + "," + perk("2", "b", "null")); len(blank) > 0 {
		t.Errorf("a blank code has the digest %q", blank)
	}
	var sent atomic.Int64
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		sent.Add(1)
		reply(http.StatusOK, "{}")(w, r)
	})
	code := func(text string) merchants.PerkInput {
		settings, err := json.Marshal(map[string]string{"code": text})
		if err != nil {
			t.Fatal(err)
		}
		return merchants.PerkInput{
			Type: merchants.Value(merchants.PerkCode), TypeConfig: merchants.Value(json.RawMessage(settings)),
		}
	}
	_, created := s.client(t).Perks.Create(t.Context(), code(first[0]))
	_, updated := merchants.UpdatePerk(t.Context(), s.client(t), "1", code(first[0]))
	for what, err := range map[string]error{"create": created, "update": updated} {
		if apiError, ok := errors.AsType[*merchants.Error](err); !ok || !errors.Is(err, merchants.ErrDigest) ||
			apiError.Attribute != "code.value" || sent.Load() > 0 {
			t.Errorf("a %s with a digest: %v, after %d requests", what, err, sent.Load())
		}
	}
}
