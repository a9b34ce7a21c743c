package merchants

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"
)

// objectSeeds are complete, lenient and broken objects of every kind.
var objectSeeds = []string{
	`{"id":"x1","name":"Tier","type":"text","referenceId":"tier","updatedAt":"2026-01-02T00:00:00.000Z"}`,
	`{"id":7,"name":{"de":"Stufe","en":"Tier"},"type":"list","referenceId":null,"conditions":null}`,
	`{"id":"x1","type":"segment","conditions":{"operator":"and","groups":[{"operator":"or","conditions":[` +
		`{"type":"user-property","typeConfig":{"property":"tier","operator":"equals","value":true}},{"type":"event",` +
		`"typeConfig":{"withinDays":90}},` +
		`{"type":"cohort","typeConfig":null},{"type":"weather"}]}]}}`,
	`{"id":"x1","internalName":"a","status":"live","title":{"en":"T"},"imageUrl":"https://i","type":"code",` +
		`"typeConfig":{"code":"A"},"expiresAt":null}`,
	`{"id":"x1","maxSupply":9007199254740993,"cohortId":1.5e3,"visibility":"owners","lockedDescription":{}}`,
	`{"id":"x1","type":"challenge","rewards":[{"type":"perk","rewardId":"p","quantity":1,"price":{"amount":1,` +
		`"currency":"EUR"}}],` +
		`"distribution":{"type":"raffle","typeConfig":{"maxBoxes":9,"drawAt":"2027-09-01T00:00:00.000Z"}},` +
		`"typeConfig":{"name":{"en":"N"},"slug":"n","steps":[{"id":"s","triggers":[{"type":"t","typeConfig":[1]}]}]}}`,
	`{"id":"x1","type":"store","distribution":null,"typeConfig":null}`,
	`{"id":null}`, `{"id":{}}`, `{"id":""}`, `{"ID":"x1"}`, `[]`, `null`, `"x"`, `<html>`, ``, `{"id":"x1"`,
}

// fuzzObject requires that a decoder returns an object with an id, or an error that is
// ErrUnusableAnswer.
func fuzzObject[T Object, Input any](f *testing.F, k *descriptor) {
	f.Helper()
	c := Collection[T, Input]{descriptor: k}
	for _, seed := range objectSeeds {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		object, err := c.decodeObject(body)
		if err != nil {
			if !errors.Is(err, ErrUnusableAnswer) {
				t.Errorf("got %v, want an ErrUnusableAnswer", err)
			}
			if !reflect.ValueOf(object).IsNil() {
				t.Error("an error came with an object")
			}
			return
		}
		if reflect.ValueOf(object).IsNil() || object.Head().ID == "" || !json.Valid(body) {
			t.Errorf("accepted %q", body)
		}
	})
}

func FuzzUserProperty(f *testing.F) { fuzzObject[*UserProperty, UserPropertyInput](f, &userProperties) }
func FuzzCohort(f *testing.F)       { fuzzObject[*Cohort, CohortInput](f, &lists) }
func FuzzPerk(f *testing.F)         { fuzzObject[*Perk, PerkInput](f, &perks) }
func FuzzDigitalAsset(f *testing.F) { fuzzObject[*DigitalAsset, DigitalAssetInput](f, &digitalAssets) }
func FuzzBadge(f *testing.F)        { fuzzObject[*Badge, BadgeInput](f, &badges) }
func FuzzCampaign(f *testing.F)     { fuzzObject[*Campaign, CampaignInput](f, &campaigns) }

// FuzzDistribution: a distribution of a known type survives encoding and decoding.
func FuzzDistribution(f *testing.F) {
	f.Add([]byte(`{"type":"direct","typeConfig":{"maxQuantity":5}}`))
	f.Add([]byte(`{"type":"instant-draw","typeConfig":{"maxBoxes":5}}`))
	f.Add([]byte(`{"type":"raffle","typeConfig":{"maxBoxes":5,"drawAt":"2027-09-01T00:00:00.000Z"}}`))
	f.Add([]byte(`{"type":"auction","typeConfig":null}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		var first, again Distribution
		if json.Unmarshal(body, &first) != nil {
			return
		}
		written, err := json.Marshal(first)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(written, &again); err != nil {
			t.Fatalf("%s: %v", written, err)
		}
		rewritten, err := json.Marshal(again)
		if err != nil || string(rewritten) != string(written) {
			t.Errorf("%s became %s, %v", written, rewritten, err)
		}
	})
}

func FuzzDecodePage(f *testing.F) {
	for _, seed := range []string{
		`{"data":[{"id":"a"}],"nextCursor":"b","total":1}`, `{"data":[],"nextCursor":null}`, `[{"id":1},null,7]`, `[]`,
		`{"data":null}`,
		`{"data":{}}`, `{"nextCursor":7,"data":[]}`, `{`, `[`, `<html>`, ``, `null`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		page, err := pagesByCursor.decode(body)
		if err != nil {
			if !errors.Is(err, ErrUnusableAnswer) {
				t.Errorf("got %v, want an ErrUnusableAnswer", err)
			}
			return
		}
		if !json.Valid(body) {
			t.Errorf("accepted %q", body)
		}
		for _, row := range page.rows {
			if row.id == "" || !json.Valid(row.json) {
				t.Errorf("a row is %q, with the id %q", row.json, row.id)
			}
		}
	})
}

func FuzzReadError(f *testing.F) {
	for _, seed := range []string{
		`{"code":"a.b","message":"name must be set"}`, `{"code":"a\nb","message":"c\u001b[31m\u0085d"}`,
		`{"message":["a",null]}`, `{"message":{"a":1}}`,
		`{"message":null}`, `{"code":7}`, `{"code":"perk.not-found"`, "<html>\n\x00</html>", "\xff\xfe", ``, `[]`,
	} {
		f.Add(404, "text/html", []byte(seed))
	}
	f.Add(404, strings.Repeat("\xff", 2000), []byte("\xfe"))
	f.Add(404, strings.Repeat("\xff\x00", 200), []byte("\xfe"))
	f.Fuzz(func(t *testing.T, status int, contentType string, body []byte) {
		apiError := &Error{Method: http.MethodGet, Path: "perks", Status: status}
		apiError.readError(http.Header{"Content-Type": {contentType}}, body, func(text string) string { return text })
		if line := apiError.Error(); strings.ContainsFunc(line, unicode.IsControl) {
			t.Errorf("the error is not one plain line: %q", line)
		}
		if apiError.Code != "" && !json.Valid(body) {
			t.Errorf("a code was read from %q", body)
		}
		if IsNotFound(apiError) && (status != 404 && status != 417 || apiError.Code == "") {
			t.Errorf("%d with %q counts as gone", status, body)
		}
		// An invalid byte is shown as a character of three bytes.
		if !json.Valid(body) && len(apiError.Message) > min(3*len(contentType), textLimit)+200 {
			t.Errorf("the body is quoted at length: %q", apiError.Message)
		}
	})
}

func FuzzError_field(f *testing.F) {
	for _, seed := range []string{
		"rewards[0].quantity must be a positive integer", "name is too long", "typeConfig.steps[1].title.en has no text",
		"The cohort is used", "a..b must be", "a[ must be",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, message string) {
		field := (&Error{Code: "a.b", Message: message}).Field()
		if field == "" {
			return
		}
		if !strings.HasPrefix(message, field+" ") {
			t.Errorf("the field %q is not the start of the message %q", field, message)
		}
		if strings.Trim(field, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.[]") != "" ||
			!unicode.IsLower(rune(field[0])) {
			t.Errorf("%q is not a path", field)
		}
	})
}

func FuzzRetryAfter(f *testing.F) {
	now := time.Date(2027, time.March, 1, 12, 0, 0, 0, time.UTC)
	for _, seed := range []string{
		"", "0", "120", "-1", "1.5", "99999999999999999999", "Mon, 01 Mar 2027 12:00:30 GMT", "Mon Mar  1 12:00:30 2027",
		"Fri, 31 Dec 9999 23:59:59 GMT", "soon",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, header string) {
		pause, ok := retryAfter(http.Header{"Retry-After": {header}}, now)
		if pause < 0 || !ok && pause != 0 {
			t.Errorf("%q: %s, %t", header, pause, ok)
		}
	})
}

// FuzzParseKey: an error is one of four fixed sentences, so it cannot contain the input. No form of
// an accepted key reveals it.
func FuzzParseKey(f *testing.F) {
	for _, seed := range []string{
		"test_0123456789abcdef", "live_0123456789abcdef", " test_a\n", "test_", "test_a b", "test_\u00e9", "Bearer test_a",
		"\xff", "", "live_%!s(BADINDEX)",
	} {
		f.Add(seed)
	}
	sentences := map[string]bool{
		"the API key is empty": true,
		"the API key has a blank or a line break inside; paste it again as one word": true,
		"the API key has a character that is not printable ASCII; paste it again":    true,
		`the API key begins with neither "test_" nor "live_"`:                        true,
	}
	f.Fuzz(func(t *testing.T, text string) {
		key, err := ParseKey(text)
		if err != nil {
			if !sentences[err.Error()] {
				t.Errorf("the error is none of the fixed sentences: %q", err)
			}
			return
		}
		if key.Mode() != ModeTest && key.Mode() != ModeLive {
			t.Errorf("the mode is %q", key.Mode())
		}
		secret := strings.TrimSpace(text)
		if len(secret) < len("test_")+len("***a1b2") {
			return // So short a key may be part of its redacted form by chance.
		}
		encoded, err := json.Marshal(key)
		if err != nil {
			t.Fatal(err)
		}
		for _, form := range []string{
			fmt.Sprintf("%v %+v %#v %s %q %x %d", key, key, key, key, key, key, key),
			fmt.Sprintf("%+v", &Client{config: Config{Key: key}}), string(encoded),
		} {
			if strings.Contains(form, secret) {
				t.Errorf("%q is in %q", secret, form)
			}
		}
	})
}

// FuzzParseBaseURL: an accepted address cannot send the key unencrypted over a network, and
// requests stay at its host.
func FuzzParseBaseURL(f *testing.F) {
	for _, seed := range []string{
		"https://api.getcohort.com", "http://localhost:8080/v1/", "http://[::1]", "https://u:p@h", "https://h/a%2Fb/v1",
		"https://h?", "http://127.0.0.1.example.com",
		"HTTP://a.localhost", "https:h", "https://h/../..", "http://[::1%25lo]", "https://h:0",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		base, err := ParseBaseURL(text)
		if err != nil {
			return
		}
		if base.Scheme != "https" && (base.Scheme != "http" || !isLoopback(base.Hostname())) {
			t.Errorf("accepted %q", text)
		}
		if base.Hostname() == "" || base.User != nil || base.RawQuery != "" || base.Fragment != "" {
			t.Errorf("accepted %q as %#v", text, base)
		}
		target, err := url.Parse(base.JoinPath("v1", perks.object("x1")).String())
		if err != nil {
			t.Fatal(err)
		}
		if target.Host != base.Host || !strings.HasSuffix(target.EscapedPath(), "/v1/perks/x1") ||
			strings.Contains(target.String(), "?") {
			t.Errorf("%q leads to %s", text, target)
		}
		if _, err := http.NewRequestWithContext(t.Context(), http.MethodGet, target.String(), nil); err != nil {
			t.Errorf("%q cannot be requested: %v", text, err)
		}
	})
}

// FuzzObjectPath: no id leads out of its collection.
func FuzzObjectPath(f *testing.F) {
	for _, seed := range []string{"x1", "..", ".", "a/../b", "%2e%2e", "a?b#c", "...", "\x00", "a\\b", "é"} {
		f.Add(seed)
	}
	base, err := ParseBaseURL("https://h.example.com/gateway")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, id string) {
		target := base.JoinPath("v1", perks.object(ID(id))+"/publish")
		path := target.EscapedPath()
		if id != "" && (!strings.HasPrefix(path, "/gateway/v1/perks/") || !strings.HasSuffix(path, "/publish") ||
			strings.Count(path, "/") != 5) {
			t.Errorf("%q leads to %s", id, path)
		}
		if id != "" && target.Path != "/gateway/v1/perks/"+id+"/publish" {
			t.Errorf("%q became %q", id, target.Path)
		}
	})
}

// FuzzKey_redact puts a key anywhere in any text.
func FuzzKey_redact(f *testing.F) {
	const canary = "test_c4n4ry0123456789abcdef01234567"
	f.Add("the key ", " is bad", uint8(1))
	f.Add("test_", canary, uint8(3))
	f.Add("test_c4n4ry", "\xff\x00", uint8(2))
	f.Add(`{"message":"`, `"}`, uint8(1))
	f.Add("0", "c\xff4n4ry01", uint8(3))
	key, err := ParseKey(canary)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, before, after string, times uint8) {
		text := before + strings.Repeat(canary, int(times%8)) + after
		redacted := key.Redact(text)
		if strings.Contains(redacted, canary) {
			t.Errorf("%q became %q", text, redacted)
		}
		if utf8.ValidString(text) && !utf8.ValidString(redacted) {
			t.Errorf("%q became invalid UTF-8", text)
		}
		apiError := &Error{Method: http.MethodGet, Path: "perks", Status: 500}
		apiError.readError(http.Header{}, []byte(text), key.Redact)
		// Half a key must not show, unless the text had it before or spells it in JSON's escapes.
		if strings.Contains(apiError.Message, canary[5:13]) && !strings.Contains(before+after, canary[5:13]) &&
			!strings.Contains(text, `\`) {
			t.Errorf("%q became the message %q", text, apiError.Message)
		}
	})
}
