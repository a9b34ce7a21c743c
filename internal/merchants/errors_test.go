package merchants_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

func TestError_isOneLine(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		err  merchants.Error
		want string
	}{
		"the API's words": {
			merchants.Error{
				Method: "POST", Path: "perks", Status: 417, Code: "generic.invalid-request", Message: "title must be set",
				RequestID: "r1", Attempts: 1,
			},
			"POST perks: 417 generic.invalid-request: title must be set (request r1)",
		},
		"no code": {
			merchants.Error{
				Method: "GET", Path: "perks/x1", Status: 502, Message: "an empty answer", RequestID: "r1", Attempts: 5,
			},
			"GET perks/x1: 502: an empty answer (request r1) after 5 attempts",
		},
		"no answer": {
			merchants.Error{Method: "GET", Path: "perks", RequestID: "r1", Attempts: 1, Err: errors.New("connection refused")},
			"GET perks: connection refused (request r1)",
		},
		"not sent": {
			merchants.Error{Method: "DELETE", Path: "perks/x1", Err: merchants.ErrReadOnly},
			"DELETE perks/x1: only reads are allowed",
		},
		"breaks and control characters": {
			merchants.Error{
				Method: "GET", Path: "perks", Status: 417, Code: "a\nb", Message: "one\r\ntwo\x1b[31m\u0085three\x7f",
				RequestID: "r1",
			},
			"GET perks: 417 a b: one  two [31m three  (request r1)",
		},
		"a cause of two lines": {
			merchants.Error{Method: "GET", Path: "perks", Err: errors.Join(errors.New("one"), errors.New("two"))},
			"GET perks: one two",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := test.err.Error(); got != test.want {
				t.Errorf("\n got %q\nwant %q", got, test.want)
			}
		})
	}
}

func TestError_field(t *testing.T) {
	t.Parallel()
	for message, want := range map[string]string{
		"name must not be empty":                                "name",
		"rewards[0].quantity must be a positive integer":        "rewards[0].quantity",
		"cohortId refers to no cohort \"x\"":                    "cohortId",
		"typeConfig.steps[12].triggers[3].type is unknown":      "typeConfig.steps[12].triggers[3].type",
		"title.en should have text":                             "title.en",
		"endAt cannot be before startAt":                        "endAt",
		"distribution.typeConfig.maxBoxes needs to be at least": "distribution.typeConfig.maxBoxes",
		"imageUrl has a bad scheme":                             "imageUrl",
		"conditions.groups[0].conditions[1] must have a type":   "conditions.groups[0].conditions[1]",

		"":                            "",
		"name":                        "",
		"name must":                   "",
		"The cohort is used":          "",
		"Name must be set":            "",
		"name  must be set":           "",
		" name must be set":           "",
		"name was set":                "",
		"it went wrong: name must be": "",
		"rewards[] must be set":       "",
		"rewards[x] must be set":      "",
		"rewards[0][1] must be set":   "",
		"rewards. must be set":        "",
		"a..b must be set":            "",
		"na-me must be set":           "",
		"name\nmust be set":           "",
	} {
		t.Run(message, func(t *testing.T) {
			t.Parallel()
			apiError := &merchants.Error{Code: "generic.invalid-request", Message: message}
			if got := apiError.Field(); got != want {
				t.Errorf("got %q, want %q", got, want)
			}
			apiError.Code = ""
			if got := apiError.Field(); got != "" {
				t.Errorf("an answer that is not the API's gives the field %q", got)
			}
		})
	}
}

func TestErrors_predicates(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		err                                   error
		notFound, inUse, exists, invalidState bool
	}{
		"nil":           {err: nil},
		"another error": {err: errors.New("perk.not-found")},
		"404 of the API": {
			err: &merchants.Error{Path: "perks/1", Status: 404, Code: "perk.not-found"}, notFound: true,
		},
		"404 of no kind": {
			err: &merchants.Error{Path: "perks/1", Status: 404, Code: "generic.gone"}, notFound: true,
		},
		"404 of its state": {
			err: &merchants.Error{Path: "perks/1", Status: 404, Code: "perk.invalid-state"}, invalidState: true,
		},
		"404 in use":           {err: &merchants.Error{Path: "perks/1", Status: 404, Code: "perk.in-use"}, inUse: true},
		"404 of another thing": {err: &merchants.Error{Path: "perks/1", Status: 404, Code: "merchant.suspended"}},
		"404, generic": {
			err: &merchants.Error{Path: "perks/1", Status: 404, Code: "generic.not-found"}, notFound: true,
		},
		"404 of the merchant": {err: &merchants.Error{Path: "perks/1", Status: 404, Code: "merchant.not-found"}},
		"404 without a code":  {err: &merchants.Error{Path: "perks/1", Status: 404, Message: "not found"}},
		"417 not found": {
			err: &merchants.Error{Path: "perks/1", Status: 417, Code: "perk.not-found"}, notFound: true,
		},
		"417 of a property": {
			err: &merchants.Error{Path: "user-properties/1", Status: 417, Code: "user-property.not-found"}, notFound: true,
		},
		"417 of an asset": {
			err: &merchants.Error{Path: "digital-assets/1", Status: 417, Code: "digital-asset.not-found"}, notFound: true,
		},
		"417 of an action": {
			err: &merchants.Error{Path: "campaigns/1/publish", Status: 417, Code: "campaign.not-found"}, notFound: true,
		},
		"417 of the merchant":     {err: &merchants.Error{Path: "perks/1", Status: 417, Code: "merchant.not-found"}},
		"417 of another kind":     {err: &merchants.Error{Path: "perks/1", Status: 417, Code: "cohort.not-found"}},
		"417 not found, bare":     {err: &merchants.Error{Path: "perks/1", Status: 417, Code: "not-found"}},
		"417, generic":            {err: &merchants.Error{Path: "perks/1", Status: 417, Code: "generic.not-found"}},
		"417 with another code":   {err: &merchants.Error{Path: "perks/1", Status: 417, Code: "perk.not-found-yet"}},
		"400 not found":           {err: &merchants.Error{Path: "perks/1", Status: 400, Code: "perk.not-found"}},
		"410 not found":           {err: &merchants.Error{Path: "perks/1", Status: 410, Code: "perk.not-found"}},
		"500 not found":           {err: &merchants.Error{Path: "perks/1", Status: 500, Code: "perk.not-found"}},
		"no answer":               {err: &merchants.Error{Err: errors.New("connection refused")}},
		"in use":                  {err: &merchants.Error{Status: 417, Code: "cohort.in-use"}, inUse: true},
		"already exists":          {err: &merchants.Error{Status: 417, Code: "cohort.already-exists"}, exists: true},
		"invalid state":           {err: &merchants.Error{Status: 417, Code: "campaign.invalid-state"}, invalidState: true},
		"codes that only contain": {err: &merchants.Error{Status: 417, Code: "cohort.in-use.now"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for depth, err := range []error{test.err, wrapped(test.err), errors.Join(errors.New("first"), test.err)} {
				if got := merchants.IsNotFound(err); got != test.notFound {
					t.Errorf("IsNotFound, depth %d: got %t", depth, got)
				}
				if got := merchants.IsInUse(err); got != test.inUse {
					t.Errorf("IsInUse, depth %d: got %t", depth, got)
				}
				if got := merchants.IsAlreadyExists(err); got != test.exists {
					t.Errorf("IsAlreadyExists, depth %d: got %t", depth, got)
				}
				if got := merchants.IsInvalidState(err); got != test.invalidState {
					t.Errorf("IsInvalidState, depth %d: got %t", depth, got)
				}
			}
		})
	}
}

func wrapped(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("read the perk: %w", err)
}

func TestErrors_whatTheServiceSays(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		contentType, body, code, message string
	}{
		"code and message":  {"application/json", `{"code":"a.b","message":"c"}`, "a.b", "c"},
		"code alone":        {"application/json", `{"code":"a.b"}`, "a.b", ""},
		"message alone":     {"application/json", `{"message":"c"}`, "", "c"},
		"messages":          {"application/json", `{"code":"a.b","message":["c","d"]}`, "a.b", "c; d"},
		"message null":      {"application/json", `{"code":"a.b","message":null}`, "a.b", ""},
		"message a number":  {"application/json", `{"code":"a.b","message":7}`, "a.b", "7"},
		"message an object": {"application/json", `{"code":"a.b","message":{"x":1}}`, "a.b", `{"x":1}`},
		"unknown keys": {
			"application/json", `{"statusCode":404,"code":"a.b","message":"c","error":"Not Found"}`, "a.b", "c",
		},
		"JSON under a wrong type": {"text/plain", `{"code":"a.b","message":"c"}`, "a.b", "c"},
		"empty":                   {"text/html", ``, "", "an empty answer"},
		"a page": {
			"text/html; charset=utf-8", "<html>\n\t<title>Bad\x00 gateway</title>", "",
			"an answer of text/html; charset=utf-8 that is not the API's: <html> <title>Bad gateway</title>",
		},
		"JSON of another API": {
			"application/json", `{"error":"x"}`, "", `an answer of application/json that is not the API's: {"error":"x"}`,
		},
		"a list": {"application/json", `[1]`, "", `an answer of application/json that is not the API's: [1]`},
		"a code as a number": {
			"application/json", `{"code":7}`, "", `an answer of application/json that is not the API's: {"code":7}`,
		},
		"cut off": {
			"application/json", `{"code":"a.not-found","mess`, "",
			`an answer of application/json that is not the API's: {"code":"a.not-found","mess`,
		},
		"long": {
			"text/plain", strings.Repeat("é", 200), "",
			"an answer of text/plain that is not the API's: " + strings.Repeat("é", 60),
		},
		"cut inside a character": {
			"text/plain", "x" + strings.Repeat("é", 200), "",
			"an answer of text/plain that is not the API's: x" + strings.Repeat("é", 59),
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, answerOf(418, test.contentType, test.body))
			_, err := s.client(t).Perks.Get(t.Context(), "x1")
			apiError, ok := errors.AsType[*merchants.Error](err)
			if !ok {
				t.Fatalf("got %v", err)
			}
			if apiError.Code != test.code || apiError.Message != test.message || apiError.Status != 418 {
				t.Errorf("\n got %d %q %q\nwant %q %q", apiError.Status, apiError.Code, apiError.Message, test.code, test.message)
			}
		})
	}
}

// TestErrors_withoutSecretsOfTheRequest: no error repeats a secret that was sent, wherever the
// service repeats it.
func TestErrors_withoutSecretsOfTheRequest(t *testing.T) {
	t.Parallel()
	const secret = "s3cr3t \"value\" <of> two\\lines"
	settings, err := json.Marshal(
		map[string]any{"code": secret, "nested": []any{map[string]any{"token": secret + secret}}, "pin": 123456},
	)
	if err != nil {
		t.Fatal(err)
	}
	perk := merchants.PerkInput{
		InternalName: merchants.Value("gift"), Type: merchants.Value("voucher"),
		TypeConfig: merchants.Value(json.RawMessage(settings)),
	}
	campaign := merchants.CampaignInput{InternalName: merchants.Value("gift")}
	campaign.TypeConfig = merchants.Value[any](merchants.Challenge{
		Steps: []merchants.Step{{Triggers: []merchants.Trigger{{Type: "visit", TypeConfig: settings}}}},
	})
	quoted, err := json.Marshal("gift: code " + secret + secret + " of pin 123456 was used")
	if err != nil {
		t.Fatal(err)
	}
	quotedTwice, err := json.Marshal(`{"gift":` + string(quoted) + `}`)
	if err != nil {
		t.Fatal(err)
	}
	for name, answer := range map[string]http.HandlerFunc{
		"message":      reply(417, `{"code":"generic.invalid-request","message":`+string(quoted)+`}`),
		"list":         reply(417, `{"code":"generic.invalid-request","message":["gift",`+string(quoted)+`]}`),
		"code":         reply(417, `{"code":`+string(quoted)+`,"message":"gift"}`),
		"server error": reply(500, `{"code":"generic.internal","message":`+string(quoted)+`}`),
		"cut in a secret": reply(417, `{"code":"generic.invalid-request","message":"gift `+
			strings.Repeat(".", 1010)+strings.Trim(string(quoted), `"`)+`"}`),
		"page":        reply(403, "gift: "+secret),
		"object":      reply(417, `{"code":"generic.invalid-request","message":{"gift":`+string(quoted)+`}}`),
		"no code":     reply(417, `{"error":`+string(quoted)+`}`),
		"quoted JSON": reply(417, `{"code":"generic.invalid-request","message":`+string(quotedTwice)+`}`),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for kind, call := range map[string]func(*merchants.Client) error{
				"perk": func(c *merchants.Client) error {
					_, err := merchants.UpdatePerk(t.Context(), c, "x1", perk)
					return err
				},
				"campaign": func(c *merchants.Client) error {
					_, err := c.Campaigns.Update(t.Context(),
						&merchants.Campaign{ID: "x1", Raw: merchants.Raw{JSON: []byte("{}")}}, merchants.CampaignInput{}, campaign)
					return err
				},
			} {
				err := call(serve(t, answer).client(t))
				if err == nil || strings.Contains(err.Error(), "s3c") || strings.Contains(err.Error(), "two") ||
					strings.Contains(err.Error(), "3456") {
					t.Errorf("%s: %v", kind, err)
				}
				if err != nil && !strings.Contains(err.Error(), "gift") {
					t.Errorf("%s: the error lost a text that is no secret: %v", kind, err)
				}
			}
		})
	}
}
