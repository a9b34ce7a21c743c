package merchants_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

func TestUserAuthToken(t *testing.T) {
	t.Parallel()
	s := serve(t, reply(201, `{"authToken":"abc","expiresIn":60}`))
	token, err := s.client(t).CreateUserAuthToken(t.Context(), `"a+b"@example.com`)
	if err != nil || token != "abc" {
		t.Fatalf("got %q, %v", token, err)
	}
	if call := s.got()[0]; call.Method != "POST" || call.Target != "/v1/users/auth-token" ||
		call.Body != `{"email":"\"a+b\"@example.com"}` {
		t.Errorf("got %v", call)
	}
}

func TestUserAuthToken_refuses(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		``:                   "it is empty",
		`{}`:                 "it has no authToken",
		`{"authToken":""}`:   "it has no authToken",
		`{"authToken":null}`: "it has no authToken",
		`{"authToken":7}`:    "authToken is of another type",
		`{"authToken":"ab`:   "it is cut off",
		`<html>`:             "it is a web page",
	} {
		t.Run(body, func(t *testing.T) {
			t.Parallel()
			token, err := serve(t, reply(201, body)).client(t).CreateUserAuthToken(t.Context(), "a@b.example")
			if token != "" || !errors.Is(err, merchants.ErrUnusableAnswer) || !strings.Contains(fmt.Sprint(err), want) {
				t.Errorf("got %q, %v", token, err)
			}
		})
	}
}

func TestUserAuthToken_errorOfTheService(t *testing.T) {
	t.Parallel()
	s := serve(t, reply(417, `{"code":"generic.invalid-request","message":"Parameter email not provided"}`))
	_, err := s.client(t).CreateUserAuthToken(t.Context(), "")
	const want = "POST users/auth-token: 417 generic.invalid-request: Parameter email not provided"
	if !strings.HasPrefix(fmt.Sprint(err), want) {
		t.Errorf("got %v", err)
	}
}

func TestCampaignDiffusion(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		status int
		body   string
		want   *merchants.CampaignDiffusion
	}{
		"off":                  {200, ``, nil},
		"off, with blanks":     {200, "\r\n", nil},
		"off, without content": {204, ``, nil},
		"off, as null":         {200, `null`, nil},
		"banner": {
			200, `{"type":"banner","typeConfig":{"selector":"#top"},"whitelistedUrls":["^https://shop"],
			"supportedLanguages":["en","fr"],"campaign":{"id":7,"name":{"en":"N"},"description":{},
			"imageUrl":"https://i","videoUrl":null,"link":"https://l","accentColor":"#fff","x":1}}`,
			&merchants.CampaignDiffusion{
				Type: "banner", Selector: new("#top"), WhitelistedURLs: []string{"^https://shop"},
				SupportedLanguages: []string{"en", "fr"},
				Campaign: merchants.DiffusedCampaign{
					ID: "7", Name: merchants.Localized{"en": "N"}, Description: merchants.Localized{}, ImageURL: new("https://i"),
					Link: "https://l", AccentColor: "#fff",
				},
			},
		},
		"toast": {
			200, `{"type":"toast","typeConfig":{"position":"bottom-left"},"whitelistedUrls":[],"supportedLanguages":[],` +
				`"campaign":{"id":"c1"}}`,
			&merchants.CampaignDiffusion{
				Type: "toast", Position: new("bottom-left"), WhitelistedURLs: []string{}, SupportedLanguages: []string{},
				Campaign: merchants.DiffusedCampaign{ID: "c1"},
			},
		},
		"modal without settings": {
			200, `{"type":"modal","typeConfig":null,"campaign":{"id":"c1"}}`,
			&merchants.CampaignDiffusion{Type: "modal", Campaign: merchants.DiffusedCampaign{ID: "c1"}},
		},
		"a type that is not known": {
			200, `{"type":"hologram","typeConfig":{"depth":3},"campaign":{"id":"c1"}}`,
			&merchants.CampaignDiffusion{Type: "hologram", Campaign: merchants.DiffusedCampaign{ID: "c1"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := serve(t, reply(test.status, test.body)).client(t).GetCampaignDiffusion(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestCampaignDiffusion_refuses(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		`<html>`, `{"type":"modal"`, `[]`, `{"type":"modal","typeConfig":[]}`, `{"campaign":7}`,
	} {
		t.Run(body, func(t *testing.T) {
			t.Parallel()
			got, err := serve(t, reply(200, body)).client(t).GetCampaignDiffusion(t.Context())
			if got != nil || !errors.Is(err, merchants.ErrUnusableAnswer) {
				t.Errorf("got %v, %v", got, err)
			}
		})
	}
}
