package merchants

import (
	"context"
	"fmt"
	"net/http"
)

const (
	pathAuthToken         = "users/auth-token"
	pathCampaignDiffusion = "merchants/campaign-diffusion-configuration"
)

// CreateUserAuthToken returns a token that logs the user with this email address in to the
// Experience Space (observed in cohort-embed-js). It is a secret, and short-lived as far as
// inferred.
func (c *Client) CreateUserAuthToken(ctx context.Context, email string) (string, error) {
	body, err := c.do(ctx,
		request{method: http.MethodPost, path: pathAuthToken, in: map[string]string{"email": email}, repeatable: true})
	if err != nil {
		return "", err
	}
	var answer struct {
		AuthToken string `json:"authToken"`
	}
	err = decode(body, &answer)
	if err == nil && answer.AuthToken == "" {
		err = fmt.Errorf("%w: it has no authToken", ErrUnusableAnswer)
	}
	if err != nil {
		return "", &Error{Method: http.MethodPost, Path: pathAuthToken, Err: err}
	}
	return answer.AuthToken, nil
}

// Types of a campaign diffusion (observed in cohort-campaign-diffusion-js).
const (
	DiffusionModal  = "modal"
	DiffusionBanner = "banner"
	DiffusionToast  = "toast"
)

// CampaignDiffusion says which campaign the merchant's own sites announce, and how (observed in
// cohort-campaign-diffusion-js).
type CampaignDiffusion struct {
	// Type is one of the Diffusion constants.
	Type string
	// Selector is the CSS selector of a banner.
	Selector *string
	// Position is the corner of a toast: bottom-left or bottom-right.
	Position *string
	// WhitelistedURLs are regular expressions of page addresses; none means everywhere.
	WhitelistedURLs []string
	// SupportedLanguages are language codes.
	SupportedLanguages []string
	Campaign           DiffusedCampaign
}

// DiffusedCampaign is the announced campaign.
type DiffusedCampaign struct {
	ID          ID        `json:"id"`
	Name        Localized `json:"name"`
	Description Localized `json:"description"`
	ImageURL    *string   `json:"imageUrl"`
	// VideoURL takes precedence over ImageURL.
	VideoURL *string `json:"videoUrl"`
	Link     string  `json:"link"`
	// AccentColor is a CSS color.
	AccentColor string `json:"accentColor"`
}

// UnmarshalJSON decodes the configuration and the settings of its type.
func (d *CampaignDiffusion) UnmarshalJSON(data []byte) error {
	var wire struct {
		variant
		WhitelistedURLs    []string         `json:"whitelistedUrls"`
		SupportedLanguages []string         `json:"supportedLanguages"`
		Campaign           DiffusedCampaign `json:"campaign"`
	}
	if err := unmarshal(data, &wire); err != nil {
		return err
	}
	var settings struct {
		Selector *string `json:"selector"`
		Position *string `json:"position"`
	}
	if err := wire.settings(&settings); err != nil {
		return err
	}
	*d = CampaignDiffusion{
		Type: wire.Type, Selector: settings.Selector, Position: settings.Position,
		WhitelistedURLs: wire.WhitelistedURLs, SupportedLanguages: wire.SupportedLanguages, Campaign: wire.Campaign,
	}
	return nil
}

// GetCampaignDiffusion returns the configuration, or nil if campaign diffusion is off: the response
// then has no body (observed).
func (c *Client) GetCampaignDiffusion(ctx context.Context) (*CampaignDiffusion, error) {
	body, err := c.do(ctx, request{method: http.MethodGet, path: pathCampaignDiffusion})
	if err != nil || len(body) == 0 || string(body) == "null" {
		return nil, err
	}
	diffusion := new(CampaignDiffusion)
	if err := decode(body, diffusion); err != nil {
		return nil, &Error{Method: http.MethodGet, Path: pathCampaignDiffusion, Err: err}
	}
	return diffusion, nil
}
